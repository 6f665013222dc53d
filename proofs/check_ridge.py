"""Re-proves that the likelihood is highest on a curve that each of its lines crosses once, and concave along it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import Add, Dummy, Expr, S, Symbol, log, oo

from .algebra.atoms import Mean, atoms_of
from .algebra.derivatives import derivative
from .algebra.signs import Domain, is_negative, is_nonzero, is_positive
from .algebra.size import cancelled
from .bounds import Bounds
from .check_combined import under_one_bar
from .curvature import bends_down, has_corners
from .derivation import Evidence, Finding, Step
from .zero import prove_zero

if TYPE_CHECKING:
    from .checker import Context


def ridge(step: Step, context: Context) -> Finding:
    """The lines are orbits of a group inside the space; on each the slope is the derivative, falls, and has one zero.

    Between a member and the zero on its line every parameter lies between two values in its space, which is an
    interval: so does the line. The slope is of one strict sign in the parameter that is solved: where it is zero, that
    parameter is the root.
    """
    speeds = _speeds(step)
    if speeds is None or not speeds or not _is_open(context):
        return Finding(Evidence.REFUTED, "these are no lines through every member of an open space")
    ell = context.given(step)
    if ell.rule != "mean-log-likelihood":
        return Finding(Evidence.REFUTED, "the premise is no mean log-likelihood")
    along = Add(*(speed * derivative(ell.value, p) for p, speed in speeds.items()))
    same = context.zero(under_one_bar(context.unfolded(along - step.value)))
    if same.evidence is not Evidence.ALGEBRA:
        return Finding(Evidence.REFUTED, "this is not the derivative along the lines")
    roots = [one.value for one in context.steps if one.rule == "root" and one.subject == step.subject]
    if not any(context.zero(one - step.named("root")).evidence is Evidence.ALGEBRA for one in roots):
        return Finding(Evidence.REFUTED, f"another root was derived for {step.subject}")
    reason = _not_crossed(step, speeds, context) or _open_without(step, context)
    return Finding(Evidence.UNDECIDED, reason) if reason else Finding(Evidence.SIGN, "it falls along each line")


def _speeds(step: Step) -> dict[Symbol, Expr] | None:
    """How fast each parameter moves at the start of its line; ``None`` unless it is scaled or shifted evenly."""
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
    boxes = [item.bounds for item in family.parameters]
    still = not family.bounds.free_symbols & set(family.symbols)
    plain = all(not (box.lo_closed or box.hi_closed or box.discrete or box.free_symbols) for box in boxes)
    return still and plain and not has_corners(family)


def _not_crossed(step: Step, speeds: dict[Symbol, Expr], context: Context) -> str:
    """What is not proved of the slope: that it falls along the line and has its zero there inside the space."""
    known = _positive(step)
    domain = _where(known, context)
    slope, stop, root = (one.xreplace(known) for one in (step.value, step.named("stop"), step.named("root")))
    place = step.named("along")
    moves = {p: how.subs(place, stop) for p, how in step.named("moves").args}
    if not is_negative(Add(*(speed * derivative(slope, p) for p, speed in speeds.items())), domain):
        return "that the slope falls along the line"
    if not is_nonzero(derivative(slope, step.subject), domain):
        return f"that the slope is zero for one value of {step.subject} only"
    zeros = (slope.subs(moves, simultaneous=True), slope.subs(step.subject, root))
    if any(prove_zero(zero, domain, list).evidence is not Evidence.ALGEBRA for zero in zeros):
        return "that the slope is zero at the end of the line"
    inside = all(_lies_in(moves[p], domain[p], domain) for p in moves)
    inside = inside and is_positive(stop, domain) and _lies_in(root, domain[step.subject], domain)
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
    return {**context.domain, **{t: Bounds(S.Zero, oo, False, False, False) for t in known.values()}}


def _lies_in(value: Expr, box: Bounds, domain: Domain) -> bool:
    above = box.lo is -oo or is_positive(value - box.lo, domain)
    return bool(above and (box.hi is oo or is_positive(box.hi - value, domain)))


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
    domain = {**_where(known, context), **{s: b for s, b in family.domain.items() if s in family.columns}}
    down = bends_down(bend.xreplace(known), family.observation, domain)
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
