"""Paths of several parameters towards a spike at one observation, along which a likelihood grows without bound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import ClassVar

from sympy import Add, Expr, S, Symbol, log, oo

from .algebra.along import LARGE, Along, U, near_and_far
from .algebra.signs import is_nonnegative, is_positive
from .bounds import Bounds
from .edge_growth import goes_to_an_observation
from .family import Family, Parameter

_MOST_PATHS = 64


@dataclass(frozen=True)
class PathGrowth:
    """A path along which the likelihood grows without bound, whatever the data.

    ``parameter`` tends to the smallest observation (``level`` 0) or the largest one (1), from which it is ``u`` away,
    or lies at any observation (-1); the other parameters follow ``path``, functions of ``u`` and ``L = -log(u)``.
    ``near`` is the log-density at that observation, ``far`` what it is at least at others.
    """

    parameter: Symbol
    level: int
    path: tuple[tuple[Symbol, Expr], ...]
    near: Along
    far: tuple[Along, ...]

    unbounded: ClassVar[bool] = True

    @property
    def words(self) -> str:
        """The path, as it is read.

        >>> m, s = Symbol("m", real=True), Symbol("s", positive=True)
        >>> flat = Along(S.Zero, S.Zero, S.Zero)
        >>> PathGrowth(m, 0, ((s, 1 / LARGE),), flat, (flat,)).words
        'm = the smallest observation less u, s = 1/log(1/u)'
        """
        place = ("the smallest observation less u", "the largest observation plus u", "one of the observations")
        others = (f"{s} = {str(value).replace('L', 'log(1/u)')}" for s, value in self.path)
        return ", ".join((f"{self.parameter} = {place[self.level]}", *others))


def edge_path(family: Family, parameter: Symbol, level: int) -> PathGrowth | None:
    """Return a path that leads to the observation at an end of the support; ``None`` where none is found.

    >>> from thetahat import family
    >>> edge_path(family("rayleigh_shifted"), family("rayleigh_shifted").symbols[0], 0) is None
    True
    """
    if family.discrete or family.beside or not leads_there(family, parameter, level):
        return None
    return _found(family, parameter, level)


def spike(family: Family) -> PathGrowth | None:
    """Return a path to a spike at one observation, where another part of a sum of densities covers all others.

    >>> from thetahat import family
    >>> spike(family("normal")) is None
    True
    """
    if family.discrete or family.beside or family.bounds.free_symbols & set(family.symbols):
        return None
    for item in family.parameters:
        fits = leads_there(family, item.symbol, -1) and _is_a_part(family, item.symbol)
        found = _found(family, item.symbol, -1) if fits else None
        if found is not None:
            return found
    return None


def leads_there(family: Family, parameter: Symbol, level: int) -> bool:
    """Return whether the parameter may be as close to the observation as one likes, whatever the data.

    >>> from thetahat import family
    >>> weibull = family("weibull_with_location")
    >>> [leads_there(weibull, weibull.symbols[0], level) for level in (0, 1)]
    [True, False]
    """
    space, support = family.domain[parameter], family.bounds
    if level == -1:
        return space.lo is -oo and space.hi is oo and not support.free_symbols & set(family.symbols)
    other, beyond = ((support.hi, space.hi), (support.lo, space.lo))[level]
    return bool(other.is_infinite and beyond.is_infinite) and goes_to_an_observation(family, parameter, level)


def stays_in_its_space(item: Parameter, value: Expr) -> bool:
    """Return whether a value on a path lies in the space of its parameter for every small ``u``.

    >>> from sympy import Interval
    >>> scale = Parameter(Symbol("s", positive=True), Interval.open(0, oo))
    >>> stays_in_its_space(scale, 1 / LARGE), stays_in_its_space(scale, -U)
    (True, False)
    """
    ends = item.bounds
    above = ends.lo is -oo or is_positive(value - ends.lo, {})
    return bool(value.is_real) and above and (ends.hi is oo or is_positive(ends.hi - value, {}))


def grows(near: Along, far: tuple[Along, ...], family: Family) -> bool:
    """Return whether the sum over any data grows without bound: nothing lost elsewhere is a multiple of ``L``.

    >>> from thetahat import family
    >>> level, rising = Along(S.Zero, -S.One, S.Zero), Along(S.One, -S.One, S.Zero)
    >>> grows(rising, (level,), family("normal")), grows(level, (level,), family("normal"))
    (True, False)
    """
    return is_positive(near.rate, family.domain) and all(is_nonnegative(one.rate, family.domain) for one in far)


def _is_a_part(family: Family, parameter: Symbol) -> bool:
    """Whether the parameter moves a part of a sum of densities."""
    for node in family.log_density.atoms(log):
        parts = [part.free_symbols for part in Add.make_args(node.args[0]) if family.observation in part.free_symbols]
        if len(parts) > 1 and any(parameter in part for part in parts):
            return True
    return False


def _found(family: Family, parameter: Symbol, level: int) -> PathGrowth | None:
    others = [item for item in family.parameters if item.symbol != parameter]
    for path in islice(_paths(others), _MOST_PATHS):
        if level == -1 and not any(value.has(U) for value in path.values()):
            continue  # nothing grows on it as a power of the distance
        domain = {s: b for s, b in family.domain.items() if s != family.observation}
        found = near_and_far(family.log_density, family.observation, parameter, level, path, domain)
        if found is not None and grows(*found, family):
            return PathGrowth(parameter, level, tuple(path.items()), *found)
    return None


def _paths(items: Sequence[Parameter]) -> Iterator[dict[Symbol, Expr]]:
    """Ways for the other parameters: each may stay, shrink or grow, as the distance does or as its logarithm."""
    choices = [[way for way in _ways(item.bounds) if stays_in_its_space(item, way)] for item in items]
    for values in product(*choices):
        yield {item.symbol: value for item, value in zip(items, values, strict=True)}


def _ways(ends: Bounds) -> list[Expr]:
    if ends.discrete or ends.free_symbols:
        return []
    if ends.lo is -oo and ends.hi is oo:
        return [S.Zero, -LARGE, LARGE]
    if ends.hi is oo:
        return [ends.lo + way for way in (S.One, U, 1 / LARGE, LARGE, 1 / U)]
    return [(ends.lo + ends.hi) / 2] if ends.lo.is_finite else [ends.hi - 1]
