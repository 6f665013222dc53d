"""Parameters that move the ends of the support: the likelihood is monotone in them, so an order statistic decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sympy import Expr, Max, Min, Symbol, oo

from .algebra.atoms import Quantile
from .algebra.signs import Domain, strict_sign
from .algebra.solve import solve_one
from .bounds import Bounds
from .derivation import Statistic
from .family import Family


@dataclass(frozen=True)
class AtEnd:
    """A parameter whose estimate sits where its constraint does: ``slope`` is the sign of the log-likelihood in it.

    ``increment`` is the derivative (the forward difference for an integer parameter) whose sign was proved.
    """

    parameter: Symbol
    value: Expr
    slope: int
    increment: Expr


@dataclass(frozen=True)
class Ends:
    """What the boundary pass found.

    ``free`` holds, for a parameter that the likelihood does not depend on, the interval that the data allow.
    ``failure`` is empty or says which parameter of the support could not be placed, and why.
    """

    placed: tuple[AtEnd, ...]
    statistics: tuple[Statistic, ...]
    mean_log_likelihood: Expr
    free: tuple[tuple[Symbol, Expr, Expr], ...]
    failure: str


def support_parameters(family: Family) -> tuple[Symbol, ...]:
    """Return the parameters that occur in an end of the support.

    >>> from thetahat import family
    >>> support_parameters(family("pareto"))
    (x_m,)
    """
    return tuple(symbol for symbol in family.symbols if symbol in family.bounds.free_symbols)


def place_ends(family: Family, mean_log_likelihood: Expr) -> Ends:
    """Place every parameter of the support at the constraint that the data put on it.

    Parameters whose derivative has a proved strict sign come first; after each one the rest is tried again.
    """
    left = list(support_parameters(family))
    lowest, highest = order_statistics(family)
    placed: list[AtEnd] = []
    current, ends = mean_log_likelihood, family.bounds
    while left:
        domain = end_domain(family, lowest, highest, {at.parameter: at.value for at in placed})
        found = next((at for p in left if (at := _place(p, current, ends, lowest, highest, domain))), None)
        if found is None:
            break
        placed.append(found)
        left.remove(found.parameter)
        current = current.subs(found.parameter, found.value)
        ends = replace(
            ends, lo=ends.lo.subs(found.parameter, found.value), hi=ends.hi.subs(found.parameter, found.value)
        )
    used = {symbol for at in placed for symbol in at.value.free_symbols}
    domain = end_domain(family, lowest, highest, {at.parameter: at.value for at in placed})
    free = tuple(_free(p, ends, lowest, highest, domain) for p in left if p not in current.free_symbols)
    failure = ""
    if any(interval is None for interval in free) or len(free) < len(left):
        stuck = [str(p) for p in left if p in current.free_symbols] or [str(p) for p in left]
        failure = (
            f"the support depends on {', '.join(stuck)}, and no rule proves where the likelihood is largest in it: "
            "its derivative has no proved strict sign, or the end is not part of the support"
        )
    settled = tuple(interval for interval in free if interval is not None)
    used |= {s for _, lo, hi in settled for s in lo.free_symbols | hi.free_symbols}
    statistics = tuple(s for s in (lowest, highest) if s.symbol in used)
    return Ends(tuple(placed), statistics, current, settled, failure)


def order_statistics(family: Family) -> tuple[Statistic, Statistic]:
    """Return the minimum and the maximum of the data as statistics.

    >>> from thetahat import family
    >>> [str(s.symbol) for s in order_statistics(family("pareto"))]
    ['x_min', 'x_max']
    """
    x = family.observation
    signs = {key: True for key in ("positive", "negative", "nonnegative", "integer") if getattr(x, f"is_{key}")}
    signs = {"positive": True, **signs} if signs.get("positive") else {"real": True, **signs}
    taken = {symbol.name for symbol in family.domain}

    def named(end: str, level: int) -> Statistic:
        name = f"{x.name}_{end}"
        while name in taken:
            name += "_"
        return Statistic(Symbol(name, **signs), Quantile(level, x))

    return named("min", 0), named("max", 1)


def end_domain(family: Family, lowest: Statistic, highest: Statistic, placed: Mapping[Symbol, Expr]) -> Domain:
    """Return the bounds of constants, parameters and the two extreme observations, for sign proofs.

    The ends of what is left are taken at the parameters that are placed already.
    """
    known = {
        item.symbol: replace(item.bounds, lo=item.bounds.lo.subs(placed), hi=item.bounds.hi.subs(placed))
        for item in (*family.constants, *family.parameters)
        if item.symbol not in placed
    }
    return {highest.symbol: Bounds(lowest.symbol, oo, False, False, False), **known}


def _place(
    parameter: Symbol, current: Expr, ends: Bounds, lowest: Statistic, highest: Statistic, domain: Domain
) -> AtEnd | None:
    whole = parameter.is_integer
    increment = current.subs(parameter, parameter + 1) - current if whole else current.diff(parameter)
    slope = strict_sign(increment, domain)
    if slope == 0:
        return None
    floors, ceilings = _constraints(parameter, ends, lowest, highest, domain)
    active = ceilings if slope > 0 else floors
    if not active:
        return None
    value = active[0] if len(active) == 1 else (Min if slope > 0 else Max)(*active)
    return AtEnd(parameter, value, slope, increment)


def _constraints(
    parameter: Symbol, ends: Bounds, lowest: Statistic, highest: Statistic, domain: Domain
) -> tuple[list[Expr], list[Expr]]:
    """Lower and upper limits that ``lo <= minimum`` and ``maximum <= hi`` put on the parameter; closed ends only."""
    floors: list[Expr] = []
    ceilings: list[Expr] = []
    for end, data, is_lower, closed in (
        (ends.lo, lowest.symbol, True, ends.lo_closed),
        (ends.hi, highest.symbol, False, ends.hi_closed),
    ):
        if parameter not in end.free_symbols:
            continue
        direction = strict_sign(end.diff(parameter), domain)
        roots = solve_one(end - data, parameter, {k: v for k, v in domain.items() if k != parameter})
        if direction == 0 or len(roots) != 1 or not closed:
            return [], []
        # lo increasing in p, lo <= min: a ceiling for p; each of the three reversals turns it round.
        is_ceiling = (direction > 0) == is_lower
        (ceilings if is_ceiling else floors).append(roots[0].value)
    return floors, ceilings


def _free(
    parameter: Symbol, ends: Bounds, lowest: Statistic, highest: Statistic, domain: Domain
) -> tuple[Symbol, Expr, Expr] | None:
    floors, ceilings = _constraints(parameter, ends, lowest, highest, domain)
    if len(floors) != 1 or len(ceilings) != 1:
        return None
    return parameter, floors[0], ceilings[0]
