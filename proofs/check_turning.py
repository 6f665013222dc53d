"""Re-proves that the likelihood of two parameters turns once on each line of one of them, and once along the ridge."""

from __future__ import annotations

from .algebra.derivatives import derivative
from .algebra.spreads import Triple, applies, falls_where_zero, is_nonzero_on_equal_data, lies_within
from .check_context import Context, subject_of, unless_zero
from .derivation import Evidence, Finding, Step
from .smooth_lines import is_smooth_over_lines


def line_turn(step: Step, context: Context) -> Finding:
    """The slope in one parameter falls wherever it is zero, on an interval that is the same for all data."""
    likelihood, moved = context.given(step), subject_of(step)
    if likelihood.rule != "mean-log-likelihood" or not is_smooth_over_lines(context.family, moved):
        return Finding(Evidence.REFUTED, "these are no lines on which a likelihood is smooth")
    slope = derivative(context.unfolded(likelihood.value), moved)
    if wrong := unless_zero(
        [context.zero(slope - step.value)], f"this is not the derivative of the likelihood in {moved}"
    ):
        return wrong
    return _falls(step, context) or Finding(Evidence.SIGN, "it falls wherever it is zero")


def ridge_turn(step: Step, context: Context) -> Finding:
    """With the zero on each line put in, the slope in the other parameter falls wherever it is zero.

    The values that data allow are an interval: each end of the support is linear in the parameter, if it is in it.
    """
    before, family, u = context.given(step), context.family, subject_of(step)
    if before.rule != "line-turn" or {before.subject, u} != set(family.symbols):
        return Finding(Evidence.REFUTED, "it is not along the highest points of lines, or other parameters are left")
    moved, root = subject_of(before), step.named("root")
    likelihood = context.unfolded(context.given(before).value)
    zeros = (before.value.subs(moved, root), derivative(likelihood.subs(moved, root), u) - step.value)
    if wrong := unless_zero(map(context.zero, zeros), "this is not the derivative along the highest points"):
        return wrong
    if any(derivative(end, u, u) != 0 for end in (family.bounds.lo, family.bounds.hi)):
        return Finding(Evidence.UNDECIDED, f"that the values of {u} that data allow are an interval")
    if not lies_within(root, family.domain[moved], family.observation, family.domain):
        return Finding(Evidence.UNDECIDED, f"that the highest point on each line is in the space of {moved}")
    if not is_nonzero_on_equal_data(step.value, family.domain):
        return Finding(Evidence.UNDECIDED, "that it is zero nowhere where all observations are equal")
    return _falls(step, context) or Finding(Evidence.SIGN, "it falls wherever it is zero")


def _falls(step: Step, context: Context) -> Finding | None:
    """What is not proved of the fall; ``None`` where all is."""
    x, domain = context.family.observation, context.family.domain
    spreads: list[Triple] = [(f, g, h) for f, g, h in (row.args for row in step.named("spreads").args)]
    firsts = {f for f, _, _ in spreads}
    if not all(applies(triple, x, domain) and not firsts & set(triple[1:]) for triple in spreads):
        return Finding(Evidence.REFUTED, "these are no functions to which the inequality applies")
    if falls_where_zero(step.value, subject_of(step), step.named("average"), spreads, x, domain):
        return None
    return Finding(Evidence.UNDECIDED, f"that the derivative falls in {step.subject} wherever it is zero")
