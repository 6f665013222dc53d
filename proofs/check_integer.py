"""Re-proves what is said of an integer parameter: its increment, its range, what becomes of it, that it turns once."""

from __future__ import annotations

from sympy import Add, Expr, Max, Min, S, Symbol, gamma, log, loggamma, oo

from .algebra.atoms import Quantile
from .algebra.quotients import derivative_at_zero, split_quotients
from .algebra.signs import is_nonnegative
from .ball_data import evaluate
from .balls import precision
from .bounds import Bounds
from .check_context import Context, pairs, subject_of
from .derivation import Evidence, Finding, Statistic, Step, Verdict
from .slack import each, never_negative, one_observation
from .zero import prove_zero

_REST = Bounds(S.Zero, oo, False, False, False)


def increment(step: Step, context: Context) -> Finding:
    """The likelihood at the next integer minus that at this one, others where their scores vanish."""
    n, ell = subject_of(step), context.given(step)
    if ell.rule != "mean-log-likelihood":
        return Finding(Evidence.REFUTED, "the premise is no mean log-likelihood")
    roots = pairs(step, "roots")
    others = [symbol for symbol in context.family.symbols if symbol != n]
    if set(roots) != set(others):
        return Finding(Evidence.REFUTED, f"not every parameter but {n} is put in")
    for symbol in others:
        flat = context.zero(ell.value.diff(symbol).subs(roots))
        if flat.evidence.verdict is not Verdict.AGREE:
            return Finding(flat.evidence, f"{symbol} is not where its score vanishes")
    profile = context.unfolded(ell.value.subs(roots))
    claim = context.unfolded(step.value)
    wrong = _differs(profile, claim, n, context)
    if wrong:
        return Finding(Evidence.REFUTED, wrong)
    gap = _lowered(profile.subs(n, n + 1) - profile) - claim
    return prove_zero(split_quotients(gap.expand(), context.domain).expand(), context.domain, list)


def _differs(profile: Expr, claim: Expr, n: Symbol, context: Context) -> str:
    """What is wrong on random data, in balls; empty where nothing is seen."""
    for theta, sample in context.points():
        with precision(256):
            here, there = (evaluate(profile, {**theta, n: theta[n] + step}, sample) for step in (0, 1))
            gap = there - here - evaluate(claim, theta, sample)
            if gap.is_finite() and not gap.contains(0):
                return f"at {n} = {theta[n]} the likelihood changes otherwise"
    return ""


def _lowered(expression: Expr) -> Expr:
    """``loggamma(z + k)`` as ``loggamma(z)`` and logarithms, down to the least ``k`` that occurs with each ``z``."""
    least: dict[Expr, Expr] = {}

    def argument(node: Expr) -> Expr | None:
        if isinstance(node, loggamma):
            return node.args[0].expand()
        return node.args[0].args[0].expand() if isinstance(node, log) and isinstance(node.args[0], gamma) else None

    for node in expression.atoms(loggamma, log):
        z = argument(node)
        if z is not None:
            number, rest = z.as_coeff_Add()
            least[rest] = min(number, least.get(rest, number))

    def lowered(node: Expr) -> Expr:
        z = argument(node)
        if z is None:
            return node
        number, rest = z.as_coeff_Add()
        count = number - least[rest]
        if not count.is_Integer:
            return node
        return log(gamma(z - count)) + Add(*(log(z - i) for i in range(1, int(count) + 1)))

    return expression.replace(lambda e: argument(e) is not None, lowered)


def integer_range(step: Step, context: Context) -> Finding:
    """Each end of support and space is met at one of the floors or ceilings, and each of these meets one."""
    n, family = subject_of(step), context.family
    x, space = family.observation, family.domain[n]
    low, high = Quantile(0, x), Quantile(1, x)
    gaps = [low - one for one in each(family.bounds.lo, Max)] + [one - high for one in each(family.bounds.hi, Min)]
    gaps += [n - one for one in each(space.lo, Max)] + [one - n for one in each(space.hi, Min)]
    places: dict[int, list[Expr]] = {1: list(step.value.args), -1: list(step.named("ceilings").args)}
    met: dict[int, set[Expr]] = {1: set(), -1: set()}
    for gap in gaps:
        slope = gap.expand().coeff(n)
        if gap.has(oo) or n not in gap.free_symbols:
            continue
        if not slope.is_Rational or slope == 0:
            return Finding(Evidence.UNDECIDED, "an end is not linear in the integer")
        way = 1 if slope > 0 else -1
        here = {one for one in places[way] if context.unfolded(gap.subs(n, one)).expand() == 0}
        if not here:
            return Finding(Evidence.REFUTED, f"nothing is said of {gap} >= 0")
        met[way] |= here
    if any(set(places[way]) != met[way] for way in places):
        return Finding(Evidence.REFUTED, "a limit is no end of the support or of the space")
    return Finding(Evidence.ALGEBRA)


def tail(step: Step, context: Context) -> Finding:
    """``scaled`` is the increment at ``1/s`` times a power of ``s``; its first derivative that is not zero is shown."""
    n, s = subject_of(step), step.named("small")
    power, order, scaled = int(step.named("power")), int(step.named("order")), step.named("scaled")
    if context.given(step).rule != "integer-increment":
        return Finding(Evidence.REFUTED, "the premise is no increment")
    domain = {symbol: bounds for symbol, bounds in context.domain.items() if symbol != n}
    moved = s**power * context.given(step).value.subs(n, 1 / s)
    same = prove_zero(split_quotients((moved - scaled).expand(), domain).expand(), domain, list)
    if same.evidence is not Evidence.ALGEBRA:
        return Finding(Evidence.UNDECIDED, "that this is the increment of a large integer is not proved")
    plain = context.unfolded(scaled)
    for below in range(order):
        if derivative_at_zero(plain, s, below) != 0:
            return Finding(Evidence.REFUTED, f"the derivative of order {below} does not vanish")
    return context.zero(derivative_at_zero(plain, s, order) - context.unfolded(step.value))


def falling(step: Step, context: Context) -> Finding:
    """For one observation, minus the increment's slope, or what makes ``scaled / s**order`` rise; never negative."""
    n, premise = subject_of(step), context.given(step)
    table = [Statistic(symbol, definition) for symbol, definition in context.table]
    if premise.rule == "integer-tail":
        s, order = premise.named("small"), int(premise.named("order"))
        found = one_observation(premise.named("scaled").diff(s, order + 1), table)
        holds = step.value.free_symbols <= {s} and is_nonnegative(step.value, {s: _REST})
    elif premise.rule == "integer-increment":
        found = one_observation(-premise.value.diff(n), table)
        holds = never_negative(step.value, context.family, n)
    else:
        return Finding(Evidence.REFUTED, "the premise says nothing of the increment")
    if found is None or prove_zero(found - step.value, context.domain, list).evidence is not Evidence.ALGEBRA:
        return Finding(Evidence.REFUTED, "this is not what follows from the premise")
    return Finding(Evidence.SIGN, "never negative") if holds else Finding(Evidence.UNDECIDED, "its sign is not proved")
