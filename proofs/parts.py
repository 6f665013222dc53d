"""What a declaration is made of beside the density: sources, parameters, further observed numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sympy import Set, Symbol

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
