"""The symbols of a family's members, its own or numbered as member 0 and member 1, and where they lie."""

from __future__ import annotations

from dataclasses import replace

from sympy import Symbol

from .bounds import Bounds
from .family import Family


def member_symbols(family: Family, index: int) -> dict[Symbol, Symbol]:
    """Return, for each parameter, the symbol of the same assumptions for member ``index``.

    >>> from thetahat import family
    >>> list(member_symbols(family("exponential"), 0).values())
    [lambda_0]
    """
    return {s: Symbol(f"{s.name}_{index}", **s.assumptions0) for s in family.symbols}


def member_domain(family: Family, index: int) -> dict[Symbol, Bounds]:
    """Return the bounds of the parameters of member ``index``, which may hold others of its parameters.

    >>> from thetahat import family
    >>> {str(symbol): str(ends.hi) for symbol, ends in member_domain(family("gamma"), 1).items()}
    {'k_1': 'oo', 'theta_1': 'oo'}
    """
    names = member_symbols(family, index)
    return {
        names[item.symbol]: replace(item.bounds, lo=item.bounds.lo.xreplace(names), hi=item.bounds.hi.xreplace(names))
        for item in family.parameters
    }


def domain_of(family: Family) -> dict[Symbol, Bounds]:
    """Return the bounds of everything but the first observed number: parameters, constants, covariates, further ones.

    >>> from thetahat import family
    >>> list(domain_of(family("gamma")))
    [k, theta]
    """
    also = {one.symbol: one.bounds for one in family.also}
    return {s: b for s, b in family.domain.items() if s != family.observation} | also
