"""What a declaration is made of beside the density: sources, parameters, further observed numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sympy import Integers, Interval, Naturals, Naturals0, Range, Reals, Set, Symbol, oo

from .bounds import Bounds, bounds


@dataclass(frozen=True)
class Source:
    """Where the density stands in the literature: author, year, title or volume, section."""

    citation: str


@dataclass(frozen=True)
class Parameter:
    """One parameter or known constant: its symbol, the set it lies in, and what it means.

    The ends of ``space`` may contain parameters declared before it and known constants.
    """

    symbol: Symbol
    space: Set
    meaning: str = ""

    @property
    def name(self) -> str:
        """The symbol's name.

        >>> from sympy import Reals, Symbol
        >>> Parameter(Symbol("mu", real=True), Reals).name
        'mu'
        """
        return str(self.symbol.name)

    @cached_property
    def bounds(self) -> Bounds:
        """The ends of the space."""
        return bounds(self.space)


@dataclass(frozen=True)
class Observed:
    """One more number that an observation consists of: its symbol, and the set it lies in, whose ends may hold known
    constants and nothing else."""

    symbol: Symbol
    support: Set

    @cached_property
    def bounds(self) -> Bounds:
        """The ends of the set."""
        return bounds(self.support)


@dataclass(frozen=True)
class Covariate:
    """One variable that a density is conditional on: its symbol, the set it lies in, and what it means.

    The ends of ``space`` are numbers. Where it is a few integers, as 0 and 1 of an indicator, the density is taken
    apart by them.
    """

    symbol: Symbol
    space: Set
    meaning: str = ""

    @cached_property
    def bounds(self) -> Bounds:
        """The ends of the space."""
        return bounds(self.space)


def assumed_space(symbol: Symbol) -> Set:
    """Return the set that a real symbol's assumptions let it lie in.

    >>> assumed_space(Symbol("z", positive=True)), assumed_space(Symbol("d", integer=True, nonnegative=True))
    (Interval.open(0, oo), Naturals0)
    """
    if symbol.is_integer:
        below = Range(-oo, 0) if symbol.is_negative else Range(-oo, 1) if symbol.is_nonpositive else Integers
        return Naturals if symbol.is_positive else Naturals0 if symbol.is_nonnegative else below
    if symbol.is_nonnegative:
        return Interval(0, oo, left_open=bool(symbol.is_positive))
    return Interval(-oo, 0, right_open=bool(symbol.is_negative)) if symbol.is_nonpositive else Reals
