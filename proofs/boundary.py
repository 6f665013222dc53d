"""Parameters that move the ends of the support: the likelihood is monotone in them, so an order statistic decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sympy import Expr, Max, Min, Symbol, oo

from .algebra.derivatives import derivative
from .algebra.inside import slope_inside
from .algebra.signs import Domain, is_nonnegative, is_positive, strict_sign
from .algebra.solve import solve_one
from .bounds import Bounds
from .confined import confined, growths_at_ends
from .derivation import Statistic
from .edge_growth import EdgeGrowth
from .extremes import end_domain, order_statistics
from .family import Family
from .path_growth import PathGrowth, edge_path, spike


@dataclass(frozen=True)
class AtEnd:
    """A parameter whose estimate sits where its constraint does: ``slope`` is the sign of the log-likelihood in it.

    ``increment`` is the derivative (the forward difference for an integer parameter) whose sign was proved; with
    ``each``, that of every observation inside the support was. With ``balances``, the value instead makes the two
    constraints of that parameter equal; ``increment`` is then their difference, and ``slope`` the direction in which
    the likelihood grows with the parameter that is balanced.
    """

    parameter: Symbol
    value: Expr
    slope: int
    increment: Expr
    balances: Symbol | None = None
    each: bool = False


@dataclass(frozen=True)
class Ends:
    """What the boundary pass found.

    ``free`` holds, for a parameter that the likelihood does not depend on, the interval that the data allow.
    ``failure`` is empty or says which parameter of the support could not be placed, and why. ``needed`` has to be
    positive (with a flag: not negative) for the data to lie in the support at all. ``growths`` say how the density
    behaves at ends that no rule reaches, ``confined`` where the parameters lie that move these.
    """

    placed: tuple[AtEnd, ...]
    statistics: tuple[Statistic, ...]
    mean_log_likelihood: Expr
    free: tuple[tuple[Symbol, Expr, Expr], ...]
    failure: str
    needed: tuple[tuple[Expr, bool], ...] = ()
    growths: tuple[EdgeGrowth | PathGrowth, ...] = ()
    confined: tuple[tuple[Symbol, Bounds], ...] = ()

    @property
    def unbounded(self) -> EdgeGrowth | PathGrowth | None:
        """How the likelihood grows without bound, if it does."""
        return next((growth for growth in self.growths if growth.unbounded), None)

    def inside(self) -> dict[Symbol, Bounds]:
        """Where a parameter lies whose end of the support no estimate reaches: short of the extreme observations."""
        return dict(self.confined)


def support_parameters(family: Family) -> tuple[Symbol, ...]:
    """Return the parameters that occur in an end of the support.

    >>> from thetahat import family
    >>> support_parameters(family("pareto"))
    (x_m,)
    """
    return tuple(symbol for symbol in family.symbols if symbol in family.bounds.free_symbols)


def place_ends(family: Family, mean_log_likelihood: Expr) -> Ends:
    """Place every parameter of the support at the constraint that the data put on it.

    Parameters whose derivative has a proved strict sign come first; after each one the rest is tried again. Where
    two constraints bound a parameter that is placed, one that the likelihood contains only through it balances them.
    """
    left = list(support_parameters(family))
    peak = None if left else spike(family)
    if peak is not None:
        return Ends((), (), mean_log_likelihood, (), "", (), (peak,))
    lowest, highest = order_statistics(family)
    placed: list[AtEnd] = []
    current, ends = mean_log_likelihood, family.bounds
    beside = ends.free_symbols & set(family.beside)
    if left and beside:
        return Ends((), (), current, (), f"the support ends elsewhere for every value of {min(beside, key=str)}")
    while left:
        domain = end_domain(family, lowest, highest, {at.parameter: at.value for at in placed}, ends)
        found = next((at for p in left if (at := _place(p, current, ends, lowest, highest, domain))), None)
        found = found or _balanced(placed, left, mean_log_likelihood, domain)
        if found is None and not placed and not family.beside:
            slopes = ((p, slope_inside(family.log_density, p, family.observation, ends, family.domain)) for p in left)
            each = (_place(p, current, ends, lowest, highest, domain, slope) for p, slope in slopes)
            found = next((at for at in each if at is not None), None)
        if found is None:
            break
        placed.append(found)
        left.remove(found.parameter)
        current = current.subs(found.parameter, found.value)
        ends = replace(
            ends, lo=ends.lo.subs(found.parameter, found.value), hi=ends.hi.subs(found.parameter, found.value)
        )
    values = resolved(placed)
    used = {symbol for value in values.values() for symbol in value.free_symbols}
    domain = end_domain(family, lowest, highest, {at.parameter: at.value for at in placed}, ends)
    free = tuple(_free(p, ends, lowest, highest, domain) for p in left if p not in current.free_symbols)
    stuck = [p for p in left if p in current.free_symbols] or (left if None in free else [])
    settled = tuple(interval for interval in free if interval is not None)
    used |= {s for _, lo, hi in settled for s in lo.free_symbols | hi.free_symbols}
    needed = () if left else _reached(family, values, lowest, highest, domain)
    closed = ends.lo_closed and ends.hi_closed
    holds = is_nonnegative if closed else is_positive
    needed += tuple((high - low, closed) for _, low, high in settled if not holds(high - low, domain))
    used |= {s for gap, _ in needed for s in gap.free_symbols}
    growths, within = ((), ()) if placed else _beside_ends(family, stuck, (lowest, highest), domain)
    if growths:
        stuck = []
        used |= {s for _, box in within for end in (box.lo, box.hi) for s in end.free_symbols}
    statistics = tuple(s for s in (lowest, highest) if s.symbol in used)
    failure = _failure(stuck, family, current, (lowest, highest), domain)
    return Ends(tuple(placed), statistics, current.subs(values), settled, failure, needed, growths, within)


def _beside_ends(
    family: Family, stuck: Sequence[Symbol], extremes: tuple[Statistic, Statistic], domain: Domain
) -> tuple[tuple[EdgeGrowth | PathGrowth, ...], tuple[tuple[Symbol, Bounds], ...]]:
    """How the density behaves at ends that no estimate reaches, and where it leaves the parameters that move them."""
    growths = growths_at_ends(family, stuck)
    if any(growth.witness is not None for growth in growths):
        return growths, ()
    path = next((one for p in stuck for level in (0, 1) if (one := edge_path(family, p, level))), None)
    if path is not None and not growths:
        return (path,), ()
    within = confined(family, growths, extremes, domain)
    return ((), ()) if within is None else (growths, within)


def resolved(placed: Sequence[AtEnd]) -> dict[Symbol, Expr]:
    """Return the value of each placed parameter, free of the others."""
    values: dict[Symbol, Expr] = {}
    for at in reversed(placed):
        value = at.value.subs(values)
        values[at.parameter] = at.value.args[0].subs(values) if _has_balanced(at, placed) else value
    return values


def _has_balanced(at: AtEnd, placed: Sequence[AtEnd]) -> bool:
    """Whether the constraints that bound a parameter were made equal by placing another."""
    return any(other.balances == at.parameter for other in placed)


def _balanced(placed: Sequence[AtEnd], left: Sequence[Symbol], ell: Expr, domain: Domain) -> AtEnd | None:
    """A parameter on which two opposite constraints of a placed one depend, and through it alone the likelihood."""
    for at in placed:
        if not isinstance(at.value, (Max, Min)) or len(at.value.args) != 2 or _has_balanced(at, placed):
            continue
        first, second = at.value.args
        for parameter in left:
            slopes = {strict_sign(derivative(one, parameter), domain) for one in (first, second)}
            if parameter in ell.free_symbols or slopes != {1, -1}:
                continue
            roots = solve_one(first - second, parameter, {k: v for k, v in domain.items() if k != parameter})
            if len(roots) == 1 and roots[0].only:
                return AtEnd(parameter, roots[0].value, at.slope, first - second, at.parameter)
    return None


def _reached(
    family: Family, values: Mapping[Symbol, Expr], lowest: Statistic, highest: Statistic, domain: Domain
) -> tuple[tuple[Expr, bool], ...]:
    """What has to be positive, or with a flag not negative, for the data to lie in the support at the estimate."""
    ends = family.bounds
    gaps = ((lowest.symbol - ends.lo, ends.lo, ends.lo_closed), (ends.hi - highest.symbol, ends.hi, ends.hi_closed))
    found = []
    for gap, end, closed in gaps:
        if end.free_symbols & set(values):
            at = gap.subs(values).expand()
            holds = at == 0 or is_nonnegative(at, domain) if closed else is_positive(at, domain)
            found += [] if holds else [(at, closed)]
    return tuple(found)


def _failure(
    stuck: Sequence[Symbol], family: Family, current: Expr, extremes: tuple[Statistic, Statistic], domain: Domain
) -> str:
    """Why parameters of the support are not placed; where one is stopped by an open end, that it never arrives."""
    if not stuck:
        return ""
    lowest, highest = extremes
    for p in stuck:
        slope = 0 if p.is_integer else strict_sign(derivative(current, p), domain)
        limits = _constraints(p, family.bounds, lowest, highest, domain, reached=False)[slope > 0] if slope else []
        space = family.domain[p]
        # An end of its own space may stop the parameter before the data do, and belong to that space.
        if len(limits) == 1 and not (space.hi_closed if slope > 0 else space.lo_closed):
            return (
                f"the likelihood {'rises' if slope > 0 else 'falls'} strictly with {p}, up to {limits[0]}, where the "
                "support ends at an observation; that end is not part of the support, so that the supremum is not "
                "attained, whatever the data; declare a support that contains it"
            )
    return (
        f"the support depends on {', '.join(map(str, stuck))}, and no rule proves where the likelihood is largest in "
        "it: its derivative has no proved strict sign, or no closed end of the support stops it"
    )


def _place(
    parameter: Symbol,
    current: Expr,
    ends: Bounds,
    lowest: Statistic,
    highest: Statistic,
    domain: Domain,
    each: int | None = None,
) -> AtEnd | None:
    whole = parameter.is_integer
    increment = current.subs(parameter, parameter + 1) - current if whole else derivative(current, parameter)
    slope = strict_sign(increment, domain) if each is None else each
    if slope == 0:
        return None
    floors, ceilings = _constraints(parameter, ends, lowest, highest, domain)
    active = ceilings if slope > 0 else floors
    if not active or (len(active) > 1 and not all(_always_stops(parameter, ends, one, domain) for one in active)):
        return None
    if whole and not all(one.is_integer for one in active):
        return None  # the data may stop it between two integers
    value = active[0] if len(active) == 1 else (Min if slope > 0 else Max)(*active)
    return AtEnd(parameter, value, slope, increment, each=each is not None)


def _always_stops(parameter: Symbol, ends: Bounds, value: Expr, domain: Domain) -> bool:
    """Whether a constraint puts the parameter at ``value`` for all data, so that it may be compared with another.

    A curved end, such as ``1/u``, reaches only some data: where the data ask nothing of it, its root means nothing.
    """
    if all(parameter not in derivative(end, parameter).free_symbols for end in (ends.lo, ends.hi)):
        return True
    space = domain[parameter]
    above = space.lo is -oo or is_positive(value - space.lo, domain)
    below = space.hi is oo or is_positive(space.hi - value, domain)
    return bool(value.is_extended_real and above and below)


def _constraints(
    parameter: Symbol, ends: Bounds, lowest: Statistic, highest: Statistic, domain: Domain, reached: bool = True
) -> tuple[list[Expr], list[Expr]]:
    """Lower and upper limits that ``lo <= minimum`` and ``maximum <= hi`` put on the parameter.

    Where they have to be ``reached``, there are none unless these ends are part of the support.
    """
    floors: list[Expr] = []
    ceilings: list[Expr] = []
    for end, data, is_lower, closed in (
        (ends.lo, lowest.symbol, True, ends.lo_closed),
        (ends.hi, highest.symbol, False, ends.hi_closed),
    ):
        if parameter not in end.free_symbols:
            continue
        direction = strict_sign(derivative(end, parameter), domain)
        roots = solve_one(end - data, parameter, {k: v for k, v in domain.items() if k != parameter})
        if direction == 0 or len(roots) != 1 or (reached and not closed):
            return [], []
        # lo increasing in p, lo <= min: a ceiling for p; each of the three reversals turns it round.
        is_ceiling = (direction > 0) == is_lower
        (ceilings if is_ceiling else floors).append(roots[0].value)
    return floors, ceilings


def _free(
    parameter: Symbol, ends: Bounds, lowest: Statistic, highest: Statistic, domain: Domain
) -> tuple[Symbol, Expr, Expr] | None:
    floors, ceilings = _constraints(parameter, ends, lowest, highest, domain, reached=False)
    if len(floors) != 1 or len(ceilings) != 1:
        return None
    return parameter, floors[0], ceilings[0]
