"""Looks for members that contradict what a step says of equations and their roots: factors, inverses, heights."""

from __future__ import annotations

from itertools import combinations, pairwise

from flint import arb, arb_mat
from sympy import Expr, fraction, together

from .algebra.atoms import Quantile
from .check_context import Context, pairs, subject_of
from .check_roots import chained
from .derivation import Step
from .trial import Trial

_STEP = arb(2) ** -40
"""How far on either side of a member a difference quotient reaches."""
_AROUND = tuple(arb(share) for share in (-2, -0.5, -0.125, 0.125, 0.5, 2))


def score(step: Step, context: Context) -> str:
    """A difference quotient that the score takes nowhere between its two places, against the mean value theorem."""
    p, ell = subject_of(step), context.given(step).value
    for trial in context.trials[:2]:
        here = trial.number(p)
        low, high, between = (context.moved(trial, {p: here + place}) for place in (-_STEP, _STEP, arb(0, _STEP)))
        quotient = (high.number(ell) - low.number(ell)) / (2 * _STEP)
        slope = between.number(step.value)
        if quotient.is_finite() and slope.is_finite() and not quotient.overlaps(slope):
            return f"the likelihood rises by another slope in {p}"
    return ""


def score_zero(step: Step, context: Context) -> str:
    """Two members, the same data, between which the factor of the equation changes its sign: it is zero or infinite."""
    equation, roots = step.named("equation"), pairs(step, "roots")
    if equation == step.value:
        return ""
    at_estimates = [one for one in context.members if _at(roots, one).is_inside()]
    factors = [one.number(step.value) / one.number(equation) for one in at_estimates]
    return "what the equation was multiplied by changes its sign inside the space" if _both_signs(factors) else ""


def combined(step: Step, context: Context) -> str:
    """Two members, the same data, between which the denominator of the multiple changes its sign."""
    bottom = fraction(together(step.named("ratio")))[1]
    if not bottom.free_symbols:
        return ""
    infinite = _both_signs([one.number(bottom) for one in context.members])
    return "the multiple is infinite inside the space" if infinite else ""


def agreement(step: Step, context: Context) -> str:
    """Two members between which the determinant of ``J`` changes its sign, or that it seems to vanish everywhere."""
    rows = [row.args for row in step.named("jacobian").args]

    def determinant(trial: Trial) -> arb:
        # Multiplied out, that of three parameters takes SymPy seconds.
        return arb_mat([[trial.number(entry) for entry in row] for row in rows]).det()

    everywhere = all(value.contains(0) and value.rad() < arb(2) ** -100 for value in map(determinant, context.trials))
    if everywhere or _both_signs([determinant(one) for one in context.members]):
        return "the determinant of J vanishes inside the space"
    return ""


def branch(step: Step, context: Context) -> str:
    """Data for which the likelihood at the root that was chosen is lower than at the other one."""
    p, ell = subject_of(step), context.given(step, 0).value
    for trial in context.trials:
        chosen, other = (
            context.moved(trial, {p: trial.number(root)}) for root in (context.given(step, 1).value, step.value)
        )
        if chosen.is_inside() and other.is_inside() and chosen.number(ell) < other.number(ell):
            return "the likelihood is higher at the other root on random data"
    return ""


def root(step: Step, context: Context) -> str:
    """A value of the parameter at which the likelihood is higher than at a quantile that is said to maximise it."""
    p = subject_of(step)
    if not step.value.has(Quantile) or p in context.family.bounds.free_symbols:
        return ""
    for trial in context.trials:
        best = trial.moved({p: trial.number(step.value)})
        around = [trial.moved({p: best.number(p) + (1 + abs(best.number(p))) * share}) for share in _AROUND]
        if best.is_possible() and any(
            one.is_possible() and one.log_likelihood() > best.log_likelihood() for one in around
        ):
            return f"the likelihood is higher beside the quantile in {p}"
    return ""


def falling(step: Step, context: Context) -> str:
    """An observation at which what is never negative is."""
    premise = context.given(step)
    if premise.rule == "integer-tail":
        small = premise.named("small")
        places = [Trial(context.family, {small: arb(2) ** power}, ()) for power in (-9, -3, -1, 0, 2)]
        negative = any(one.number(step.value) < 0 for one in places)
    else:
        negative = any(value < 0 for trial in context.trials for value in trial.each(step.value))
    return "it is negative at an observation" if negative else ""


def transport(step: Step, context: Context) -> str:
    """Two observations whose images are in the other order than is claimed."""
    x, direction = context.family.observation, int(step.named("rising"))
    for trial in context.trials:
        images = sorted(
            zip(trial.each(x), trial.each(step.named("image")), strict=True), key=lambda pair: pair[0].mid()
        )
        if any(a < b and (v - u) * direction < 0 for (a, u), (b, v) in pairwise(images)):
            return "the map does not run in the direction claimed"
    return ""


def reparametrisation(step: Step, context: Context) -> str:
    """A member that the other parameters do not lead back to, or whose other parameters lie outside their spaces."""
    way = step.parametrisation
    assert way is not None, "a step on other parameters names them"
    ends = {item.symbol: item.bounds for item in way.parameters}
    for trial in context.trials:
        for (old, value), (new, image) in zip(way.values, way.images, strict=True):
            there = trial.moved({new: trial.number(image)})
            if not (there.number(value) - there.number(old)).contains(0):
                return f"{value} is not {old} where {new} is {image}"
            if any(there.number(gap) < 0 for gap in (new - ends[new].lo, ends[new].hi - new) if gap.is_finite):
                return f"{image} leaves the space of {new}"
    return ""


def _at(roots: dict[Expr, Expr], trial: Trial) -> Trial:
    """The member with the roots put in for what is solved."""
    return trial.moved({p: trial.number(chained(value, roots)) for p, value in roots.items()})


def _both_signs(values: list[arb]) -> bool:
    """Whether some value is certainly positive and another certainly negative."""
    return any(a * b < 0 for a, b in combinations(values, 2))
