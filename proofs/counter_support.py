"""Looks for members and data that contradict what a step says of the ends of a support, or of the observations."""

from __future__ import annotations

from itertools import pairwise

from flint import arb
from sympy import Symbol

from .check_context import Context, pairs, subject_of
from .derivation import Step
from .trial import Trial

_ON_THE_WAY = (arb(1) / 2, 1 - arb(2) ** -20)
"""How far a parameter is moved towards where the data are said to stop it."""
_DEEP = (64, 256, 1024)
"""Powers of one half: how close to its end a function is looked at that is said to be bounded there."""


def support_end(step: Step, context: Context) -> str:
    """Members that are possible with the data, ever further in the direction of growth, and one no more likely."""
    p, slope = subject_of(step), int(step.named("slope"))
    for trial in context.trials:
        here = trial.moved({s: trial.number(value) for s, value in pairs(step, "placed").items()})
        start, end = here.number(p), here.number(step.value)
        if here.is_possible() and (end - start) * slope < 0:
            return f"the data do not stop {p} at {step.value} in that direction"
        further = [start + slope] if p.is_integer else [start + (end - start) * share for share in _ON_THE_WAY]
        members = [one for one in (here.moved({p: place}) for place in (start, *further)) if one.is_possible()]
        for before, after in pairwise(members):
            if after.log_likelihood() < before.log_likelihood():
                return f"the likelihood falls towards {step.value} in {p}, at {_shown(before, p)}"
    return ""


def any_value(step: Step, context: Context) -> str:
    """A value between the two ends under which the data are impossible."""
    p = subject_of(step)
    low, high = step.value.args
    for trial in context.trials:
        first, last = trial.number(low), trial.number(high)
        middle = trial.moved({p: (first + last) / 2})
        if last < first:
            return "the ends are in the wrong order"
        if first < last and middle.is_inside() and not middle.is_possible():
            return f"the data are impossible at {_shown(middle, p)}, which lies between the ends"
    return ""


def balance(step: Step, context: Context) -> str:
    """Another value of the parameter, with the one that it balances where the data stop that, is more likely."""
    p, other = subject_of(step), step.named("balances")
    bound = next(s for s in context.steps if s.rule == "support-end" and s.subject == other and s.given == step.given)
    for trial in context.trials:
        best = trial.number(step.value)
        places = [best] + [best + way * (1 + abs(best)) / 16 for way in (1, -1)]
        members = [trial.moved({p: place}) for place in places]
        heights = [one.moved({other: one.number(bound.value)}).log_likelihood() for one in members]
        if any(height > heights[0] for height in heights[1:]):
            return f"beside {p} = {best.mid().str(6, radius=False)} the likelihood is higher"
    return ""


def edge_growth(step: Step, context: Context) -> str:
    """What is said to be bounded at the end of the support doubles its size whenever the distance is squared there."""
    u, rest = step.named("distance"), step.named("rest").subs(pairs(step, "witness"))
    for trial in context.trials:
        sizes = [abs(trial.moved({u: arb(2) ** -power}).number(rest)) for power in _DEEP]
        if all(after > 1 and after > 2 * before for before, after in pairwise(sizes)):
            return f"{rest} grows without bound as {u} tends to zero"
    return ""


def data_point(step: Step, context: Context) -> str:
    """A value between two observations, or beyond all, at which the likelihood is higher than beside all of them."""
    p, place = subject_of(step), step.named("place")
    for trial in context.trials:
        at = sorted(trial.each(place), key=lambda one: one.mid())
        beside = [one + way * arb(2) ** -60 for one in at for way in (1, -1)]
        between = [(a + b) / 2 for a, b in pairwise(at)] + [2 * at[0] - at[-1], 2 * at[-1] - at[0]]
        highest = [one.log_likelihood() for one in _inside(trial, p, beside)]
        for one in _inside(trial, p, between):
            if highest and all(one.log_likelihood() > height + arb(2) ** -30 for height in highest):
                return f"the likelihood is higher at {_shown(one, p)} than at any observation"
    return ""


def profile(step: Step, context: Context) -> str:
    """What is said to be continuous where a statistic vanishes doubles its size whenever that statistic is squared."""
    averages = step.named("averages").args
    for trial in context.trials:
        for small in averages:
            values = [
                trial.moved({t: arb(2) ** -power if t == small else arb(1) for t in averages}).number(step.value)
                for power in _DEEP
            ]
            # A supremum may be infinite there: it is to fall without bound nowhere.
            if all(after < -1 and after < 2 * before for before, after in pairwise(values)):
                return f"it falls without bound as {small} tends to zero"
    return ""


def _inside(trial: Trial, p: Symbol, places: list[arb]) -> list[Trial]:
    return [one for one in (trial.moved({p: place}) for place in places) if one.is_possible()]


def _shown(trial: Trial, p: Symbol) -> str:
    return f"{p} = {trial.number(p).mid().str(6, radius=False)}"
