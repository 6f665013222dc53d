"""Where the data keep parameters that move an end of the support at which the density vanishes: short of themselves."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, Max, Min, Symbol, oo

from .algebra.derivatives import derivative
from .algebra.signs import Domain, is_nonnegative, strict_sign
from .algebra.solve import solve_one
from .bounds import Bounds
from .curvature import has_corners
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
    ends = (family.bounds.lo, family.bounds.hi)
    movers = (next((p for p in stuck if p in end.free_symbols), None) for end in ends)
    found = [edge_growth(family, mover, level) for level, mover in enumerate(movers) if mover is not None]
    unbounded = [growth for growth in found if growth is not None and growth.witness is not None]
    if unbounded:
        return (unbounded[0],)
    return tuple(growth for growth in found if growth is not None) if None not in found else ()


def confined(
    family: Family, growths: Sequence[EdgeGrowth], extremes: tuple[Statistic, Statistic], domain: Domain
) -> tuple[tuple[Symbol, Bounds], ...] | None:
    """Return where each parameter lies, between its constraints; ``None`` where one of these is not solved.

    The ends for a parameter may hold those before it.

    >>> from thetahat import family
    >>> from thetahat.proofs.extremes import order_statistics
    >>> item = family("arcsine")
    >>> confined(item, (EdgeGrowth(item.symbols[0], 0, 1, 0),), order_statistics(item), item.domain)[0][1].hi
    x_min
    """
    ends, symbols = family.bounds, set(family.symbols)
    moving = [(ends.lo, ends.hi)[growth.level].free_symbols & symbols for growth in growths]
    if any(len(moved) > 1 for moved in moving):
        return _confined_together(family, extremes, domain)
    found = []
    for parameter in dict.fromkeys(growth.parameter for growth in growths):
        own = [growth.level for growth in growths if growth.parameter == parameter]
        floors, ceilings = _own_ends(family.domain[parameter])
        for level in own:
            limit = _limit(family, parameter, level, extremes, domain)
            if limit is None:
                return None
            value, is_ceiling = limit
            (ceilings if is_ceiling else floors).append(value)
        found.append((parameter, _open(Max(*floors), Min(*ceilings))))
    return tuple(found)


def _own_ends(space: Bounds) -> tuple[list[Expr], list[Expr]]:
    """The ends of a space that are numbers; one that is another parameter lies on the other side of the data."""
    floors = [space.lo] * bool(space.lo is not -oo and space.lo.is_number)
    ceilings = [space.hi] * bool(space.hi is not oo and space.hi.is_number)
    return floors, ceilings


def _open(lo: Expr, hi: Expr) -> Bounds:
    return Bounds(lo, hi, False, False, False)


def _confined_together(
    family: Family, extremes: tuple[Statistic, Statistic], domain: Domain
) -> tuple[tuple[Symbol, Bounds], ...] | None:
    """Where two parameters lie that move an end together: one that the data leave room for, then the other in it.

    ``None`` unless the second may be any real number, with a floor and a ceiling, between which the first leaves room.
    """
    moved = [p for p in family.symbols if p in family.bounds.free_symbols]
    if len(moved) != 2 or has_corners(family):
        return None
    for first, second in (moved, moved[::-1]):
        space = family.domain[second]
        if space.lo is not -oo or space.hi is not oo or family.domain[first].free_symbols:
            continue
        limits = [_limit(family, second, level, extremes, domain) for level in (0, 1)]
        floors = [limit[0] for limit in limits if limit is not None and not limit[1]]
        ceilings = [limit[0] for limit in limits if limit is not None and limit[1]]
        if len(floors) != 1 or len(ceilings) != 1:
            continue
        room = _room(family, first, ceilings[0] - floors[0], domain)
        if room is not None:
            return (first, room), (second, _open(floors[0], ceilings[0]))
    return None


def _room(family: Family, first: Symbol, gap: Expr, domain: Domain) -> Bounds | None:
    """Where a gap that rises or falls with a parameter is positive, in its space: on one side of its only root."""
    slope = strict_sign(derivative(gap, first), domain)
    roots = solve_one(gap, first, {k: v for k, v in domain.items() if k != first})
    if slope == 0 or len(roots) != 1 or gap.subs(first, roots[0].value).expand() != 0:
        return None
    stop, (floors, ceilings) = roots[0].value, _own_ends(family.domain[first])
    ends, way = (floors, -1) if slope > 0 else (ceilings, 1)
    # At an end of its space that no data reach, nothing has to be compared.
    kept = [end for end in ends if not is_nonnegative(way * (end - stop), domain)]
    (floors if slope > 0 else ceilings)[:] = [*kept, stop]
    return _open(Max(*floors), Min(*ceilings))


def _limit(
    family: Family, p: Symbol, level: int, extremes: tuple[Statistic, Statistic], domain: Domain
) -> tuple[Expr, bool] | None:
    """Where the end of the support reaches the extreme observation, and whether the parameter lies below that."""
    end, data = (family.bounds.lo, family.bounds.hi)[level], extremes[level].symbol
    direction = strict_sign(derivative(end, p), domain)
    roots = solve_one(end - data, p, {k: v for k, v in domain.items() if k != p})
    if direction == 0 or len(roots) != 1 or not _always_there(end, p, roots[0].value, data, domain):
        return None
    # A lower end that rises with the parameter, or an upper one that falls, stops it from above.
    return roots[0].value, (direction > 0) == (level == 0)


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
