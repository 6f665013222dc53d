"""Looks for members that are above the curve on which a likelihood is said to be highest, and for other limits."""

from __future__ import annotations

from itertools import combinations, pairwise

from flint import arb
from sympy import Expr, S, Symbol

from .check_context import Context, pairs, subject_of
from .derivation import Step
from .line_signs import ENDS
from .trial import Trial

_SHARES = tuple(arb(2) ** power for power in (-6, -3, -1, 0, 1, 3, 6))
"""Where on a line through a member the slope is looked at; the member is at one."""
_FAR = (12, 24, 48)
"""Powers of two: how far out, and one over how close to zero, the likelihood on the curve is held against its limit."""


def crest(step: Step, context: Context) -> str:
    """Two places on a line, the slope negative at the first and positive at the other, or no zero on the curve."""
    moves, along = pairs(step, "moves"), step.named("along")
    for trial in context.trials:
        there = [trial.moved({along: share}) for share in _SHARES]
        members = [trial.moved({p: one.number(how) for p, how in moves.items()}) for one in there]
        slopes = [one.number(step.value) for one in members]
        if any(before < 0 and after > 0 for before, after in combinations(slopes, 2)):
            return f"the likelihood falls at one place on a line, and rises further on in {along}"
        if not _at_root(trial, step).number(step.value).contains(0):
            return "the slope does not vanish on the curve"
    return ""


def _at_root(trial: Trial, step: Step) -> Trial:
    """The trial with its value of the parameter that is solved."""
    return trial.moved({subject_of(step): trial.number(step.named("root"))})


def _on_curve(trial: Trial, step: Step, context: Context) -> Trial:
    """The member on the curve with the trial's value of the unknown."""
    solved = _at_root(trial, step)
    return solved.moved({subject_of(context.given(step, 1)): solved.number(step.named("first"))})


def edges(step: Step, context: Context) -> str:
    """An end at which the likelihood on the curve does not come ever closer to its limit."""
    before, unknown = context.given(step, 1), subject_of(step)
    for trial in context.trials:
        for limit, side in zip(step.value.args, (-1, 1), strict=True):
            wanted = trial.number(limit)
            if not wanted.is_finite():
                continue
            apart = [abs(_height(trial, unknown, arb(2) ** (side * far), before, context) - wanted) for far in _FAR]
            if any(2 * b > a for a, b in pairwise(apart)):
                return f"the likelihood on the curve does not tend to it in {unknown}"
    return ""


def profile_edges(step: Step, context: Context) -> str:
    """An end towards which the likelihood at the turns does not fall, or does not come ever closer to its limit."""
    first, unknown, falling = subject_of(context.given(step, 1)), subject_of(step), step.named("falling").args
    limits = iter(step.value.args)
    for end in ENDS:
        limit = None if end in falling else next(limits)
        for trial in context.trials:
            heights = [_at_turn(trial, first, unknown, end, far, step) for far in _FAR]
            if limit is None and any(after > before for before, after in pairwise(heights)):
                return f"the likelihood at the turns rises towards an end of {unknown}"
            apart = [] if limit is None else [abs(height - trial.number(limit)) for height in heights]
            if any(2 * b > a for a, b in pairwise(apart)):
                return f"the likelihood at the turns does not tend to its limit in {unknown}"
    return ""


def _at_turn(trial: Trial, first: Symbol, unknown: Symbol, end: Expr, far: int, step: Step) -> arb:
    """The mean log-likelihood far out towards an end, with the first parameter put in."""
    place = trial.moved({unknown: arb(2) ** (-far if end is S.Zero else far)})
    return _mean_height(place.moved({first: place.number(step.named("first"))}))


def _height(trial: Trial, unknown: Symbol, place: arb, before: Step, context: Context) -> arb:
    return _mean_height(_on_curve(trial.moved({unknown: place}), before, context))


def _mean_height(member: Trial) -> arb:
    return member.log_likelihood() / len(member.sample)
