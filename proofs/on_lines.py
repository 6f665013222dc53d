"""Parameters as coordinates on whole lines: themselves, or the logarithms of positive ones."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, S, Symbol, exp, log, oo, powsimp

from .algebra.stand_in import StandIn
from .family import Family, Parameter


@dataclass(frozen=True)
class OnLines:
    """A log-density in ``coordinates``, each any real number, of which each parameter is the function in ``maps``."""

    coordinates: tuple[Symbol, ...]
    maps: tuple[Expr, ...]
    density: Expr


def on_lines(family: Family) -> OnLines | None:
    """Return a family in such coordinates; ``None`` where a parameter has another space.

    >>> from thetahat import family
    >>> on_lines(family("gamma")).maps
    (exp(log(k)), exp(log(theta)))
    """
    coordinates, maps = [], []
    for item in family.parameters:
        phi = item.symbol if item.bounds.lo is -oo else StandIn(f"log({item.name})", real=True)
        how = phi if item.bounds.lo is -oo else exp(phi)
        if not is_on_line(item, phi, how):
            return None
        coordinates.append(phi)
        maps.append(how)
    return OnLines(tuple(coordinates), tuple(maps), moved(family, tuple(maps)))


def is_on_line(item: Parameter, phi: Symbol, how: Expr) -> bool:
    """Return whether a parameter takes every value of its space once as its coordinate runs over the whole line.

    >>> from thetahat import family
    >>> mu, sigma = family("normal").parameters
    >>> phi = Symbol("phi", real=True)
    >>> is_on_line(mu, phi, phi), is_on_line(sigma, phi, exp(phi)), is_on_line(sigma, phi, phi)
    (True, True, False)
    """
    ends, whole = (item.bounds.lo, item.bounds.hi), item.symbol.is_integer or item.bounds.discrete
    if whole or item.bounds.free_symbols:
        return False
    return (how == phi and ends == (-oo, oo)) or (how == exp(phi) and ends == (S.Zero, oo))


def moved(family: Family, maps: tuple[Expr, ...]) -> Expr:
    """Return the log-density with the parameters written in their coordinates.

    >>> from thetahat import family
    >>> phi = Symbol("phi", real=True)
    >>> moved(family("exponential"), (exp(phi),))
    phi - x*exp(phi)
    """
    density = family.log_density.xreplace(dict(zip(family.symbols, maps, strict=True)))
    # A rate times an exponential is one exponential.
    return density if density == family.log_density else powsimp(density, combine="exp", deep=True)


def shown(item: Parameter, how: Expr) -> Expr:
    """Return the coordinate of a parameter as a reader knows it: itself, or its logarithm.

    >>> from thetahat import family
    >>> phi = Symbol("phi", real=True)
    >>> shown(family("exponential").parameters[0], exp(phi))
    log(lambda)
    """
    return log(item.symbol) if isinstance(how, exp) else item.symbol
