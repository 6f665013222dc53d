"""Coordinates in which parameters are written to look for concavity: monotone functions of each, or two together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from sympy import Expr, S, Symbol, exp, log, oo, sqrt

from .algebra.signs import Domain
from .bounds import Bounds
from .family import Family, Parameter

_MOST_SCALED = 2
"""Of how many parameters other scales than their own are tried."""
_Option = tuple[Expr, Expr, Bounds]
"""A parameter in its coordinates, its coordinate in the parameters, and where the coordinate lies."""
_LINE = Bounds(-oo, oo, False, False, False)
_ABOVE = Bounds(S.Zero, oo, False, False, False)


@dataclass(frozen=True)
class Scale:
    """The parameters in coordinates, the coordinates in the parameters, and where the coordinates lie.

    The spaces are intervals, and every point in them is the coordinates of one member: a stationary point in the
    parameters is one in the coordinates.
    """

    symbols: tuple[Symbol, ...]
    coordinates: tuple[Symbol, ...]
    maps: tuple[Expr, ...]
    back: tuple[Expr, ...]
    spaces: tuple[Bounds, ...]

    def domain(self, family: Family) -> Domain:
        """Return where the coordinates, the constants and the data lie, in an order that the sign prover takes."""
        moved = dict(zip(family.symbols, self.maps, strict=True))
        rest = {s: b for s, b in family.domain.items() if s not in family.symbols}
        # Of a place on the line nothing is said: a symbol without an entry may be any real number.
        known = {phi: space for phi, space in zip(self.coordinates, self.spaces, strict=True) if space != _LINE}
        return {**known, **{s: b.moved(moved) for s, b in rest.items()}}


@lru_cache(maxsize=512)
def scales(family: Family) -> tuple[Scale, ...]:
    """Return the scales that are tried: the parameters as they are first, then simple monotone functions of them.

    >>> from thetahat import family
    >>> [scale.back for scale in scales(family("poisson"))]
    [(lambda,), (log(lambda),), (1/lambda,)]
    >>> scales(family("logistic"))[-1].back
    (mu/s, 1/s)
    """
    parameters = family.parameters
    coordinates = tuple(Symbol(f"phi_{i}", real=True) for i in range(len(parameters)))
    if len(parameters) > _MOST_SCALED:
        return (Scale(family.symbols, coordinates, coordinates, family.symbols, tuple(p.bounds for p in parameters)),)
    moving = bool(family.bounds.free_symbols & set(family.symbols))
    options = [tuple(_options(one, phi, moving)) for one, phi in zip(parameters, coordinates, strict=True)]
    apart = [_scale(family.symbols, coordinates, chosen) for chosen in product(*options)]
    return (*apart, *_together(parameters, coordinates))


def _scale(symbols: tuple[Symbol, ...], coordinates: tuple[Symbol, ...], chosen: tuple[_Option, ...]) -> Scale:
    maps, back, spaces = zip(*chosen, strict=True)
    return Scale(symbols, coordinates, maps, back, spaces)


def _options(item: Parameter, phi: Symbol, moving: bool) -> Iterator[_Option]:
    """The parameter as it is, and monotone functions of it that suit its space."""
    p, ends = item.symbol, item.bounds
    yield phi, p, ends
    if ends.discrete or ends.lo_closed or ends.hi_closed or not ends.lo.is_finite:
        return
    if ends.hi is oo:
        yield ends.lo + exp(phi), log(p - ends.lo), _LINE
    if ends.lo == 0 and ends.hi is oo:
        yield 1 / phi, 1 / p, _ABOVE
        if moving:
            # A scale of the support often stands in the density as the inverse of its square.
            yield 1 / sqrt(phi), p**-2, _ABOVE
    if ends.lo == 0 and ends.hi == 1:
        yield exp(-phi), -log(p), _ABOVE
    if ends.hi.is_finite:
        yield (ends.lo + ends.hi * exp(phi)) / (1 + exp(phi)), log((p - ends.lo) / (ends.hi - p)), _LINE


def _together(parameters: tuple[Parameter, ...], coordinates: tuple[Symbol, ...]) -> Iterator[Scale]:
    """A place on the line and a positive scale: the place in units of the scale, and the inverse of the scale."""
    if len(parameters) != 2:
        return
    for at, of in ((0, 1), (1, 0)):
        if parameters[at].bounds == _LINE and parameters[of].bounds == _ABOVE:
            place, size = parameters[at].symbol, parameters[of].symbol
            quotient, inverse = coordinates[at], coordinates[of]
            found = {at: (quotient / inverse, place / size, _LINE), of: (1 / inverse, 1 / size, _ABOVE)}
            yield _scale(tuple(one.symbol for one in parameters), coordinates, (found[0], found[1]))
