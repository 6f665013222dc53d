"""Re-proves where the support and the data stop parameters, and what the density does at an end of the support."""

from __future__ import annotations

from sympy import Add, Dummy, Expr, Max, Min, Rational, S, Symbol, log

from .algebra.atoms import Quantile
from .algebra.beside import density_beside, outweighs
from .algebra.derivatives import derivative
from .algebra.inside import slope_inside
from .algebra.logs import split_logs
from .algebra.regions import is_bounded_inside
from .algebra.signs import Domain, is_negative, is_nonnegative, is_positive, strict_sign
from .bounds import Bounds
from .check_context import Context, confirmed_zero, pairs, subject_of
from .derivation import Evidence, Finding, Step, by_sign
from .extremes import beyond, short_of


def support_end(step: Step, context: Context) -> Finding:
    """The increment is the likelihood's, of one sign; the value meets its constraint; the end is in the support."""
    p, value, slope = subject_of(step), step.value, int(step.named("slope"))
    placed = pairs(step, "placed")
    ell = context.given(step).value.subs(placed)
    increment = ell.subs(p, p + 1) - ell if p.is_integer else derivative(ell, p)
    same = context.zero(increment - step.named("increment"))
    if same.evidence is not Evidence.ALGEBRA:
        return same
    domain = _end_domain(context, placed)
    right_sign = is_positive(increment, domain) if slope > 0 else is_negative(increment, domain)
    if not right_sign and not placed and not context.family.beside:
        family = context.family
        right_sign = slope_inside(family.log_density, p, family.observation, family.bounds, context.domain) == slope
    ends = context.family.bounds
    stops: list[bool] = []
    for end, level, closed in ((ends.lo, 0, ends.lo_closed), (ends.hi, 1, ends.hi_closed)):
        at = end.subs(placed)
        if p in at.free_symbols and closed and _stops(derivative(at, p), level, slope, domain):
            data = Quantile(level, context.family.observation)
            stops.append(
                any((context.unfolded(at.subs(p, one)) - data).expand() == 0 for one in _alternatives(value, slope))
            )
    met = len(_alternatives(value, slope)) == len(stops) and all(stops)
    if len(stops) > 1:
        met = met and all(_reaches(p, context, placed, one, domain) for one in _alternatives(value, slope))
    if p.is_integer and not all(_is_whole(context, one) for one in _alternatives(value, slope)):
        return Finding(Evidence.REFUTED, f"the data may stop {p} between two integers")
    return by_sign(right_sign and met, f"the log-likelihood is strictly monotone in {p}, and the data stop it")


def _is_whole(context: Context, value: Expr) -> bool:
    """Whether a value is an integer whatever the data: order statistics are as far as observations are."""
    whole = context.family.observation.is_integer
    masks = {atom: Dummy(integer=whole, real=True) for atom in context.unfolded(value).atoms(Quantile)}
    return bool(context.unfolded(value).xreplace(masks).is_integer)


def _reaches(p: Symbol, context: Context, placed: dict[Symbol, Expr], value: Expr, domain: Domain) -> bool:
    """Whether an end gets to the data at ``value`` whatever they are: it is linear, or the value always allowed."""
    ends, space = context.family.bounds, domain[p]
    if not any(derivative(end.subs(placed), p, p) for end in (ends.lo, ends.hi)):
        return True
    inside = space.lo is S.NegativeInfinity or is_positive(value - space.lo, domain)
    inside = inside and (space.hi is S.Infinity or is_positive(space.hi - value, domain))
    return bool(inside and value.is_extended_real)


def _alternatives(value: Expr, slope: int) -> tuple[Expr, ...]:
    """The constraints that a value meets: the tightest of several, a minimum of ceilings or a maximum of floors."""
    return tuple(value.args) if isinstance(value, Min if slope > 0 else Max) else (value,)


def balance(step: Step, context: Context) -> Finding:
    """The likelihood contains the parameter only through the one that two opposite constraints bound."""
    p, other = subject_of(step), step.named("balances")
    bound = next(
        (s for s in context.steps if s.rule == "support-end" and s.subject == other and s.given == step.given), None
    )
    if bound is None or p in context.given(step).value.free_symbols:
        return Finding(Evidence.REFUTED, f"the likelihood depends on {p} in another way")
    constraints = _alternatives(bound.value, int(bound.named("slope")))
    placed = pairs(step, "placed")
    domain = _end_domain(context, {s: v for s, v in placed.items() if s != other})
    signs = sorted(strict_sign(derivative(one, p), domain) for one in constraints)
    if signs != [-1, 1]:
        return Finding(Evidence.UNDECIDED, "the constraints are not of opposite slopes")
    return context.zero((constraints[0] - constraints[1]).subs(p, step.value))


def _stops(derivative: Expr, level: int, slope: int, domain: Domain) -> bool:
    """Moving on in the direction of growth would push the end past the data."""
    return is_positive(derivative * slope, domain) if level == 0 else is_negative(derivative * slope, domain)


def _end_domain(context: Context, placed: dict[Symbol, Expr]) -> Domain:
    """Parameters not yet placed, and the largest observation above the smallest."""
    symbols = {definition.args[0]: s for s, definition in context.table if isinstance(definition, Quantile)}
    rest = {s: b for s, b in context.domain.items() if s not in placed}
    moved = {
        s: Bounds(b.lo.subs(placed), b.hi.subs(placed), b.lo_closed, b.hi_closed, b.discrete) for s, b in rest.items()
    }
    ends = context.family.bounds
    low, high = (end.subs(placed) for end in (ends.lo, ends.hi))
    if S.Zero in symbols and low in moved:
        moved[low] = short_of(moved[low], symbols[S.Zero], ends.lo_closed)
    if S.One in symbols and high in moved:
        moved[high] = beyond(moved[high], symbols[S.One], ends.hi_closed)
    if S.Zero in symbols and S.One in symbols:
        spread = Bounds(symbols[S.Zero], S.Infinity, False, False, False)
        return {symbols[S.One]: spread, **moved}
    return moved


def any_value(step: Step, context: Context) -> Finding:
    """The likelihood does not contain the parameter, and at either end of the interval the support touches the data.

    Whether the ends of the interval belong to it is whether those of the support do.
    """
    ends = context.family.bounds
    ell = context.given(step).value
    if derivative(ell, step.subject) != 0:
        return Finding(Evidence.REFUTED, f"the likelihood depends on {step.subject}")
    low, high = step.value.args
    domain = _end_domain(context, {})
    met: list[bool] = []
    for level, end in enumerate((ends.lo, ends.hi)):
        direction = strict_sign(derivative(end, step.subject), domain)
        if direction:
            # A lower end that rises, or an upper one that falls, is what stops the parameter from above.
            at = high if (direction > 0) == (level == 0) else low
            gap = context.unfolded(end.subs(step.subject, at)) - Quantile(level, context.family.observation)
            met.append(gap.expand() == 0)
    if met == [True, True]:
        return Finding(Evidence.ALGEBRA)
    return Finding(Evidence.UNDECIDED, "the interval does not meet the data")


def edge_growth(step: Step, context: Context) -> Finding:
    """Near the end ``log p = power log factor + rest``: the rest is bounded, the power of the sign claimed.

    The factor is zero at the end and continuous. Where the density is said to grow, the parameter is the end itself,
    and the path has values of the other parameters only: it is walked for whatever data there are.
    """
    family, p, witness = context.family, subject_of(step), pairs(step, "witness")
    level, rest, fast = int(step.named("level")), step.named("rest"), step.named("outweighing")
    u, away, factor = step.named("distance"), step.named("away"), step.named("factor")
    end, other = (family.bounds.lo, family.bounds.hi)[:: 1 if level == 0 else -1]
    if p not in end.free_symbols:
        return Finding(Evidence.REFUTED, f"{p} does not move that end of the support")
    unit = away.subs(u, 1)
    if (away - unit * u).expand() != 0 or not is_positive(unit, context.domain):
        return Finding(Evidence.UNDECIDED, "that is no distance from the end")
    domain = {**context.domain, u: Bounds(S.Zero, S.Half, False, True, False)}
    place = end + away if level == 0 else end - away
    beside = density_beside(family.log_density, family.observation, place, u, context.domain)
    near = [({**theta, u: Rational(1, 7)}, ()) for theta, _ in context.points()]
    same = confirmed_zero(split_logs(beside, domain) - step.value * log(factor) - fast - rest, domain, lambda: near)
    if same.evidence is not Evidence.ALGEBRA:
        return same
    power, rest = step.value.subs(witness), rest.subs(witness)
    if int(step.named("grows")):
        # On its way to the observation the other end must not come closer to the data.
        free = other.is_infinite or is_nonnegative(derivative(other, p), context.domain)
        right = is_negative(power, {}) and p not in witness and p == end and p not in power.free_symbols and free
    elif fast != 0:
        right = factor == u and all(outweighs(term, u, context.domain) for term in Add.make_args(fast))
    else:
        right = not witness and is_positive(power, context.domain)
    vanishes = factor.subs(u, 0).expand() == 0 and is_bounded_inside(factor, u, S.Zero, S.Half)
    bounded = u not in power.free_symbols and is_bounded_inside(rest, u, S.Zero, S.Half)
    return by_sign(right and vanishes and bounded, "the density has that power of the factor as its leading one")
