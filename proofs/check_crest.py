"""Re-proves that the likelihood of three parameters is highest on a curve, and its limits at both ends of the curve."""

from __future__ import annotations

from sympy import Add, Dummy, Expr, S, oo

from .algebra.atoms import Mean, plain, stand_ins
from .algebra.derivatives import derivative
from .algebra.signs import Domain, is_positive
from .algebra.spreads import Triple, applies, is_nonzero_on_equal_data
from .check_context import Context, pairs, subject_of, unless_zero
from .check_ridge import speeds_of
from .derivation import Evidence, Finding, Step, by_sign
from .limit_values import limit_value
from .line_signs import (
    ENDS,
    HALF_LINE,
    crosses_once,
    is_falling,
    is_open,
    is_positive_above_zero,
    run_inside,
    stays_inside,
    turns_once,
)


def crest(step: Step, context: Context) -> Finding:
    """The slope is the derivative along the lines, with the first parameter at its turn, and has one zero on each.

    Every member lies on a line, and none is above the zero there; these zeros are the curve, as the slope is linear in
    the parameter that is solved. The curve has a member for every value of the unknown, as its root is positive.
    """
    likelihood, first, family = context.given(step), context.given(step, 1), context.family
    moves, along, unknown = pairs(step, "moves"), step.named("along"), step.named("unknown")
    if likelihood.rule != "mean-log-likelihood" or first.rule != "line-turn" or not is_open(family):
        return Finding(Evidence.REFUTED, "these are no lines of a smooth likelihood on an open space")
    speeds = speeds_of(step)
    others = {step.subject, unknown}
    if not speeds or not set(speeds) <= others or {subject_of(first), *others} != set(family.symbols):
        return Finding(Evidence.REFUTED, "these are no lines of the two other parameters")
    root, domain, x = step.named("first"), family.domain, family.observation
    profile = context.unfolded(likelihood.value).subs(subject_of(first), root)
    slope = Add(*(speed * derivative(profile, p) for p, speed in speeds.items()))
    zeros = (
        first.value.subs(subject_of(first), root),
        slope - step.value,
        step.value.subs(step.subject, step.named("root")),
    )
    if wrong := unless_zero(
        map(context.zero, zeros), "this is not the derivative along the lines, or these are no zeros"
    ):
        return wrong
    spreads: list[Triple] = [(f, g, h) for f, g, h in (row.args for row in step.named("spreads").args)]
    if not all(applies(triple, x, {**domain, along: HALF_LINE}) for triple in spreads):
        return Finding(Evidence.REFUTED, "these are no functions to which the inequality applies")
    if not is_positive(_with_positive_averages(root, domain), domain) or domain[subject_of(first)] != HALF_LINE:
        return Finding(Evidence.UNDECIDED, f"that {first.subject} is positive at its turn")
    holds = (
        run_inside(moves, along, domain)
        and domain[step.subject] == domain[unknown] == HALF_LINE
        and turns_once(step.value, moves, along, step.named("average"), spreads, x, domain)
        and crosses_once(step.value, subject_of(step), domain)
        and is_positive_above_zero(step.named("root"), unknown, x, domain)
        and is_nonzero_on_equal_data(step.value, domain)
    )
    return by_sign(holds, "the slope has one zero on each line, for one positive value of what is solved")


def _with_positive_averages(expression: Expr, domain: Domain) -> Expr:
    """Averages of positive functions as positive symbols."""
    return expression.xreplace(
        {
            atom: Dummy("m", positive=True)
            for atom in stand_ins(expression)
            if isinstance(atom, Mean) and is_positive(atom.integrand, domain)
        }
    )


def edges(step: Step, context: Context) -> Finding:
    """The limits are those of the declared likelihood with both roots put in."""
    likelihood, before, family = context.given(step), context.given(step, 1), context.family
    if before.rule != "crest" or likelihood.rule != "mean-log-likelihood" or step.subject != before.named("unknown"):
        return Finding(Evidence.REFUTED, "it is about no curve and no likelihood")
    first = subject_of(context.given(before, 1))
    profile = context.unfolded(likelihood.value).subs(first, before.named("first"))
    profile = plain(profile.subs(before.subject, before.named("root")))
    found = [limit_value(profile, subject_of(step), end, family.observation, family.domain) for end in (S.Zero, oo)]
    if None in found or len(found) != len(step.value.args):
        return Finding(Evidence.UNDECIDED, "no limit of the likelihood is proved")
    same = [context.zero(a - b) for a, b in zip(found, step.value.args, strict=True)]
    if wrong := unless_zero(same, "these are not the limits"):
        return wrong
    return Finding(Evidence.SIGN, "power series, and what the largest observation adds")


def profile_edges(step: Step, context: Context) -> Finding:
    """With the first parameter at its turn, the likelihood falls towards some ends and has the limits at the others."""
    likelihood, before, family = context.given(step), context.given(step, 1), context.family
    if likelihood.rule != "mean-log-likelihood" or before.rule != "line-turn" or not is_open(family):
        return Finding(Evidence.REFUTED, "it is about no turn of a smooth likelihood on an open space")
    first, unknown = subject_of(before), subject_of(step)
    if {first, unknown} != set(family.symbols) or first == unknown or family.domain[unknown] != HALF_LINE:
        return Finding(Evidence.REFUTED, "these are not the two parameters, or the ends of another space")
    root, x, domain = step.named("first"), family.observation, family.domain
    if wrong := unless_zero(
        [context.zero(before.value.subs(first, root))], "this is not where the first parameter turns"
    ):
        return wrong
    whole = context.unfolded(likelihood.value)
    slope, profile = (plain(one.subs(first, root)) for one in (derivative(whole, unknown), whole))
    falling = step.named("falling").args
    others = [end for end in ENDS if end not in falling]
    falls = all(is_falling(slope, unknown, end, family) for end in falling)
    if not falls or not stays_inside(root, domain[first], x, domain):
        return Finding(Evidence.UNDECIDED, "that the turn lies in its space, or that the likelihood falls")
    found = [limit_value(profile, unknown, end, x, domain) for end in others]
    if None in found:
        return Finding(Evidence.UNDECIDED, "no limit of the likelihood is proved")
    if len(found) != len(step.value.args):
        return Finding(Evidence.REFUTED, "these are not the limits")
    same = [context.zero(a - b) for a, b in zip(found, step.value.args, strict=True)]
    return unless_zero(same, "these are not the limits") or Finding(Evidence.SIGN, "power series at the ends")
