"""Re-proves that the likelihood is highest on a curve that each line crosses once, and has one maximum along it."""

from __future__ import annotations

from sympy import Add, Dummy, Expr, S, Symbol, log, oo, polygamma

from .algebra.atoms import Mean, atoms_of
from .algebra.averages import sign_on_averages
from .algebra.derivatives import derivative
from .algebra.exponentials import is_nonnegative_in_exponentials, is_positive_in_exponentials
from .algebra.signs import Domain, is_nonnegative, is_nonzero, is_positive
from .algebra.size import cancelled
from .bounds import Bounds
from .check_combined import under_one_bar
from .check_context import Context, subject_of, unless_zero
from .curvature import bends_down, has_corners
from .derivation import Evidence, Finding, Step
from .smooth_lines import has_open_space
from .zero import prove_zero


def ridge(step: Step, context: Context) -> Finding:
    """The lines are orbits of a group inside the space; on each the slope is the derivative, falls, and has one zero.

    Between a member and the zero on its line every parameter lies between two values in its space, which is an
    interval: so does the line. The slope is of one strict sign in the parameter that is solved: where it is zero, that
    parameter is the root.
    """
    speeds = speeds_of(step)
    if speeds is None or not speeds or not _is_open(context):
        return Finding(Evidence.REFUTED, "these are no lines through every member of an open space")
    ell = context.given(step)
    if ell.rule != "mean-log-likelihood":
        return Finding(Evidence.REFUTED, "the premise is no mean log-likelihood")
    along = Add(*(speed * derivative(ell.value, p) for p, speed in speeds.items()))
    same = context.zero(under_one_bar(context.unfolded(along - step.value)))
    if wrong := unless_zero([same], "this is not the derivative along the lines"):
        return wrong
    roots = [one.value for one in context.steps if one.rule == "root" and one.subject == step.subject]
    if not any(context.zero(one - step.named("root")).evidence is Evidence.ALGEBRA for one in roots):
        return Finding(Evidence.REFUTED, f"another root was derived for {step.subject}")
    reason = _not_crossed(step, speeds, context) or _open_without(step, context)
    return Finding(Evidence.UNDECIDED, reason) if reason else Finding(Evidence.SIGN, "it falls along each line")


def speeds_of(step: Step) -> dict[Symbol, Expr] | None:
    """Return how fast each parameter moves at the start of its line; ``None`` unless it is scaled or shifted evenly."""
    s = step.named("along")
    found: dict[Symbol, Expr] = {}
    for p, how in step.named("moves").args:
        speed = derivative(how, s).subs(s, 1)
        rate = cancelled(speed / p)
        line = p * s**rate if rate.is_Rational else p + speed * log(s)
        if not (rate.is_Rational or speed.is_Rational) or speed == 0 or line != how:
            return None
        found[p] = speed
    return found


def _is_open(context: Context) -> bool:
    """Whether the space is a product of open intervals with known ends, the same for all data, without corners."""
    family = context.family
    still = not family.bounds.free_symbols & set(family.symbols)
    return still and has_open_space(family) and not has_corners(family)


def _not_crossed(step: Step, speeds: dict[Symbol, Expr], context: Context) -> str:
    """What is not proved of the slope: that it falls along the line and has its zero there inside the space."""
    known = _positive(step)
    domain = _where(known, context)
    slope, stop, root = (one.xreplace(known) for one in (step.value, step.named("stop"), step.named("root")))
    place = step.named("along")
    moves = {p: how.subs(place, stop) for p, how in step.named("moves").args}
    if sign_on_averages(Add(*(speed * derivative(slope, p) for p, speed in speeds.items())), domain) >= 0:
        return "that the slope falls along the line"
    if not sign_on_averages(derivative(slope, step.subject), domain):
        return f"that the slope is zero for one value of {step.subject} only"
    zeros = (slope.subs(moves, simultaneous=True), slope.subs(step.subject, root))
    if any(prove_zero(zero, domain, list).evidence is not Evidence.ALGEBRA for zero in zeros):
        return "that the slope is zero at the end of the line"
    inside = all(_lies_in(moves[p], domain[p], domain) for p in moves)
    inside = inside and sign_on_averages(stop, domain) > 0 and _lies_in(root, domain[step.subject], domain)
    return "" if inside else "that the end of the line lies in the space"


def _open_without(step: Step, context: Context) -> str:
    """Which statistic is taken for positive without need: where it is not, the slope must be zero at no member."""
    for t in step.named("positive").args:
        if not is_nonzero(step.value.xreplace({t: -Dummy(t.name, nonnegative=True)}), context.domain):
            return f"that the slope is zero nowhere unless {t} is positive"
    return ""


def _positive(step: Step) -> dict[Symbol, Symbol]:
    """A positive stand-in for each statistic that is taken for positive."""
    return {t: Dummy(t.name, positive=True) for t in step.named("positive").args}


def _where(known: dict[Symbol, Symbol], context: Context) -> Domain:
    return {**context.family.domain, **{t: Bounds(S.Zero, oo, False, False, False) for t in known.values()}}


def _lies_in(value: Expr, box: Bounds, domain: Domain) -> bool:
    above = box.lo is -oo or sign_on_averages(value - box.lo, domain) > 0
    return bool(above and (box.hi is oo or sign_on_averages(box.hi - value, domain) > 0))


def profile(step: Step, context: Context) -> Finding:
    """With the root put in, the log-density bends down at every observation, and not nowhere.

    On the ridge one score vanishes with the other, as their combination along the line is zero there and the ridge
    crosses the lines: so the equation that is left has the zeros of the derivative of this profile.
    """
    before, family = context.given(step), context.family
    solved = before.subject
    if before.rule != "ridge" or {solved, step.subject} != set(family.symbols) or atoms_of(before.named("root")):
        return Finding(Evidence.REFUTED, "it is not along the ridge, or other parameters are left")
    bend = derivative(family.log_density.subs(solved, before.named("root")), step.subject, step.subject)
    if cancelled(bend - step.value) != 0:
        return Finding(Evidence.REFUTED, "this is not the second derivative")
    known = _positive(before)
    down = bends_down(bend.xreplace(known), family.observation, _where(known, context))
    if down is None:
        return Finding(Evidence.UNDECIDED, "that it bends down at every observation")
    if not down and not any(_vanishes_at_first(t, context) for t in known):
        return Finding(Evidence.UNDECIDED, "that not every observation is the one where it may be straight")
    return Finding(Evidence.SIGN, "it bends down at every observation, and not nowhere")


def _vanishes_at_first(statistic: Symbol, context: Context) -> bool:
    """Whether the statistic would be zero, were all observations the smallest that there may be."""
    definition = dict(context.table).get(statistic)
    x, lo = context.family.observation, context.family.bounds.lo
    return isinstance(definition, Mean) and definition.integrand.subs(x, lo) == 0


def log_profile(step: Step, context: Context) -> Finding:
    """With the root put in, the likelihood is what is claimed but for a constant, and each function bends as claimed.

    The average of concave functions is concave. That of log-convex functions is log-convex, strictly so where each is.
    """
    before, family, u = context.given(step), context.family, subject_of(step)
    if before.rule != "ridge" or {before.subject, u} != set(family.symbols) or family.beside:
        return Finding(Evidence.REFUTED, "it is not along the ridge, or other parameters are left")
    each, logs = step.named("each"), [tuple(row.args) for row in step.named("logs").args]
    claimed = Mean(each, *family.columns) - Add(*(c * log(Mean(f, *family.columns)) for c, f in logs))
    along = context.unfolded(context.given(before).value.subs(before.subject, before.named("root")))
    if claimed != step.value or any(not (c.is_Rational and c > 0) for c, _ in logs):
        return Finding(Evidence.REFUTED, "the profile is not made of these functions")
    same = context.zero(derivative(along, u) - derivative(claimed, u))
    if wrong := unless_zero([same], "this is not the profile"):
        return wrong
    bends = [-derivative(each, u, u)]
    for _, f in logs:
        if not _is_above(f, u, context):
            return Finding(Evidence.UNDECIDED, f"that {f} is positive")
        bends.append(f * derivative(f, u, u) - derivative(f, u) ** 2)
    strict = [_is_above(bend, u, context) for bend in bends]
    if not any(strict) or not all(
        sure or _is_above(bend, u, context, 0) for sure, bend in zip(strict, bends, strict=True)
    ):
        return Finding(Evidence.UNDECIDED, "that one function is concave and the others log-convex, one strictly")
    return Finding(Evidence.SIGN, "it bends down at every observation")


def counts(step: Step, context: Context) -> Finding:
    """With the root put in, the slope is that of the theorem on counts, whose conditions hold."""
    before, family, u = context.given(step), context.family, subject_of(step)
    if before.rule != "ridge" or {before.subject, u} != set(family.symbols):
        return Finding(Evidence.REFUTED, "it is not along the ridge, or other parameters are left")
    size, x = step.named("size"), family.observation
    counted = Mean(polygamma(0, size + x), x) - polygamma(0, size) - log(size + Mean(x, x)) + log(size)
    if step.value != derivative(size, u) * counted:
        return Finding(Evidence.REFUTED, "this is not the slope of the theorem")
    along = context.unfolded(context.given(before).value.subs(before.subject, before.named("root")))
    if wrong := unless_zero([context.zero(derivative(along, u) - step.value)], "this is not the slope along the ridge"):
        return wrong
    if not (family.bounds.discrete and family.bounds.lo == 0) or size.free_symbols != {u}:
        return Finding(Evidence.REFUTED, "the observations are no whole numbers from zero on")
    if not is_positive(size, context.domain) or not is_nonzero(derivative(size, u), context.domain):
        return Finding(Evidence.UNDECIDED, f"that {size} is positive and goes one way with {u}")
    return Finding(Evidence.LEMMA, "one turn of digamma differences")


def _is_above(expression: Expr, unknown: Symbol, context: Context, least: int = 1) -> bool:
    """Whether it is positive at every observation; with ``least`` zero, at least zero."""
    domain, x = context.family.domain, context.family.observation
    if least:
        return is_positive(expression, domain) or is_positive_in_exponentials(expression, unknown, x, domain)
    return is_nonnegative(expression, domain) or is_nonnegative_in_exponentials(expression, unknown, x, domain)
