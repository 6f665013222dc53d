"""Where the data keep parameters that move an end of the support at which the density vanishes: short of themselves."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, Max, Min, Symbol, oo

from .algebra.derivatives import derivative
from .algebra.signs import Domain, is_nonnegative, strict_sign
from .algebra.solve import solve_one
from .bounds import Bounds
from .derivation import Statistic
from .edge_growth import EdgeGrowth, edge_growth
from .family import Family


def growths_at_ends(family: Family, stuck: Sequence[Symbol]) -> tuple[EdgeGrowth, ...]:
    """Return one way in which the likelihood is unbounded; else how the density vanishes at every end that moves.

    Nothing where no rule tells what it does at one of them.

    >>> from thetahat import family
    >>> [growth.level for growth in growths_at_ends(family("arcsine"), family("arcsine").symbols)]
    [0]
    """
    ends = family.bounds
    found = [
        edge_growth(family, parameter, level)
        for parameter in stuck
        for level, end in enumerate((ends.lo, ends.hi))
        if parameter in end.free_symbols
    ]
    unbounded = [growth for growth in found if growth is not None and growth.witness is not None]
    if unbounded:
        return (unbounded[0],)
    return tuple(growth for growth in found if growth is not None) if None not in found else ()


def confined(
    family: Family, growths: Sequence[EdgeGrowth], extremes: tuple[Statistic, Statistic], domain: Domain
) -> tuple[tuple[Symbol, Bounds], ...] | None:
    """Return where each parameter lies, between its constraints; ``None`` where one of these is not solved.

    >>> from thetahat import family
    >>> from thetahat.proofs.extremes import order_statistics
    >>> item = family("arcsine")
    >>> confined(item, (EdgeGrowth(item.symbols[0], 0, 1, 0),), order_statistics(item), item.domain)[0][1].hi
    x_min
    """
    found = []
    for parameter in dict.fromkeys(growth.parameter for growth in growths):
        own = [growth for growth in growths if growth.parameter == parameter]
        limits = [_limit(family, growth, extremes[growth.level].symbol, domain) for growth in own]
        space = family.domain[parameter]
        # An end of its space that is another parameter lies on the other side of the data.
        floors = [space.lo] * bool(space.lo is not -oo and space.lo.is_number)
        ceilings = [space.hi] * bool(space.hi is not oo and space.hi.is_number)
        for limit in limits:
            if limit is None:
                return None
            value, is_ceiling = limit
            (ceilings if is_ceiling else floors).append(value)
        lo, hi = Max(*floors), Min(*ceilings)
        found.append((parameter, Bounds(lo, hi, False, False, False)))
    return tuple(found)


def _limit(family: Family, growth: EdgeGrowth, data: Symbol, domain: Domain) -> tuple[Expr, bool] | None:
    """Where the end of the support reaches the extreme observation, and whether the parameter lies below that."""
    end, p = (family.bounds.lo, family.bounds.hi)[growth.level], growth.parameter
    direction = strict_sign(derivative(end, p), domain)
    roots = solve_one(end - data, p, {k: v for k, v in domain.items() if k != p})
    if direction == 0 or len(roots) != 1 or not _always_there(end, p, roots[0].value, data, domain):
        return None
    # A lower end that rises with the parameter, or an upper one that falls, stops it from above.
    return roots[0].value, (direction > 0) == (growth.level == 0)


def _always_there(end: Expr, p: Symbol, value: Expr, data: Symbol, domain: Domain) -> bool:
    """Whether the end reaches the observation at ``value`` whatever that is.

    A curved end, such as ``1/p``, reaches only some data: of others the root is none, or lies outside the space.
    """
    if p not in derivative(end, p).free_symbols:
        return True
    space = domain[p]
    above = space.lo is -oo or is_nonnegative(value - space.lo, domain)
    below = space.hi is oo or is_nonnegative(space.hi - value, domain)
    return above and below and (end.subs(p, value) - data).expand() == 0
