"""Looks for three points in a row that contradict what a step says of a function's bend, and for signs that do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import combinations, pairwise

from flint import arb
from sympy import Expr, Symbol, oo

from .algebra.atoms import Quantile
from .ball_data import evaluate
from .check_context import Context, subject_of
from .derivation import Step
from .location import Z
from .scales import scales
from .trial import Trial

_PLACES = tuple(arb(place) / 8 for place in (-80, -24, -9, -3, 1, 5, 15, 40, 100))
_SHARES = tuple(arb(share) for share in (0.25, 1, 1.5, 4))
"""Where on a line through a member the fall of a slope is looked at; the member is at one."""


def concave(step: Step, context: Context) -> str:
    """Two places between which the kernel lies below its chord."""
    z, lo, hi, shape = subject_of(step), step.named("lo"), step.named("hi"), context.given(step).value
    for trial in context.trials:
        start = arb(0) if lo is -oo else evaluate(lo, trial.theta)
        places = _PLACES if lo is -oo else [start + place for place in _PLACES if place > 0]
        if hi is not oo:
            places = [start + (evaluate(hi, trial.theta) - start) * arb(part) / 16 for part in range(1, 16)]
        if _sags(partial(_height, trial, shape, z), places):
            return f"the kernel lies below one of its chords in {z}"
    return ""


def groups(step: Step, context: Context) -> str:
    """Two places between which the kernel of a group of rows lies below its chord."""
    trial, z = context.trials[0], subject_of(step)
    if any(_sags(partial(_height, trial, shape, z), _PLACES) for shape in step.value.args):
        return f"a kernel lies below one of its chords in {z}"
    return ""


def censoring(step: Step, context: Context) -> str:
    """A kernel that is higher further out, on a side where the rows of its group are said to fall for ever."""
    before, trial = context.given(step), context.trials[0]
    above = any(node.level == 1 for node in step.value.atoms(Quantile))
    for group in before.named("groups").args:
        shape, censored = group[3], bool(group[4])
        for side in (1 if above else -1,) if censored else (-1, 1):
            near, far = (_height(trial, shape, before.subject, arb(side * place)) for place in (8, 64))
            if far > near:
                return f"the kernel {shape} rises far out"
    return ""


def _height(trial: Trial, function: Expr, variable: Symbol, place: arb) -> arb:
    return trial.moved({variable: place}).number(function)


def _sags(function: Callable[[arb], arb], places: list[arb] | tuple[arb, ...]) -> bool:
    """Whether a function certainly lies below a chord halfway between two of the places."""
    return any(2 * function((a + b) / 2) < function(a) + function(b) for a, b in pairwise(places))


def half_plane(step: Step, context: Context) -> str:
    """Two members halfway between which, on their line, the log-density of an observation lies below its chord."""
    before, root = context.given(step), evaluate(step.named("ratio"), context.trials[0].theta).sqrt()
    shape, place, size = before.value, before.named("location"), before.named("scale")
    for first, second in combinations(context.members, 2):
        (a, s), (b, t) = (((root * one.number(place)), one.number(size)) for one in (first, second))
        if a.overlaps(b):
            continue
        middle = (a + b) / 2 + (t**2 - s**2) / (2 * (b - a))
        radius = ((a - middle) ** 2 + s**2).sqrt()
        turn = (((a - middle) / radius).atanh() + ((b - middle) / radius).atanh()) / 2
        points = ((a, s), (b, t), (middle + radius * turn.tanh(), radius * turn.sech()))
        for value in first.each(before.named("observation")):
            heights = [first.moved({Z: (value - m / root) / c}).number(shape) - c.log() for m, c in points]
            if 2 * heights[2] < heights[0] + heights[1]:
                return "the log-density of an observation lies below one of its chords"
    return ""


def curvature(step: Step, context: Context) -> str:
    """Two members between which, in the coordinates, the log-density of an observation lies below its chord."""
    family = context.family
    coordinates, maps = step.named("coordinates").args, step.named("maps").args
    scale = next(one for one in scales(family) if (one.coordinates, one.maps) == (coordinates, maps))
    for ends in combinations(context.members, 2):
        places = [[end.number(back) for back in scale.back] for end in ends]
        between = {phi: (a + b) / 2 for phi, a, b in zip(scale.coordinates, *places, strict=True)}
        middle = ends[0].moved({p: evaluate(how, between) for p, how in zip(family.symbols, scale.maps, strict=True)})
        heights = [one.each(family.log_density) for one in (*ends, middle)]
        if middle.is_possible() and any(2 * c < a + b for a, b, c in zip(*heights, strict=True)):
            return "the log-density of an observation lies below one of its chords"
    return ""


def loss(step: Step, context: Context) -> str:
    """A member at which the weight of the loss is negative."""
    weights = (value for one in (*context.trials, *context.members) for value in one.each(step.named("weight")))
    return "the weight is negative" if any(value < 0 for value in weights) else ""


def ridge(step: Step, context: Context) -> str:
    """A line along which the slope rises, or does not vanish at the member where it is said to."""
    along, stop = step.named("along"), step.named("stop")
    for trial in _positive(step, context):
        slopes = [one.number(step.value) for share in _SHARES for one in _along(step, context, trial, share)]
        if any(after > before for before, after in pairwise(slopes)):
            return f"the slope rises in {along}"
        if any(not one.number(step.value).contains(0) for one in _along(step, context, trial, trial.number(stop))):
            return f"the slope does not vanish at {along} = {stop}"
    return ""


def _along(step: Step, context: Context, trial: Trial, share: arb) -> list[Trial]:
    """The member on the line through this one, if it is in the space."""
    at = trial.moved({step.named("along"): share})
    moved = context.moved(trial, {p: at.number(how) for p, how in step.named("moves").args})
    return [moved] if moved.is_inside() else []


def _positive(step: Step, context: Context) -> list[Trial]:
    """The members with data whose statistics are positive where they are taken to be."""
    return [one for one in context.trials if all(one.number(t) > 0 for t in step.named("positive").args)]


def ridge_profile(step: Step, context: Context) -> str:
    """Two places between which the log-density of an observation, with the ridge put in, lies below its chord."""
    before, u = context.given(step), subject_of(step)
    for trial in _positive(before, context):
        for row in trial.sample:
            if _sags(partial(_on_ridge, trial.moved(row), before, u, context), places_around(trial, u)):
                return f"the log-density of an observation lies below one of its chords in {u}"
    return ""


def _on_ridge(trial: Trial, before: Step, u: Symbol, context: Context, place: arb) -> arb:
    """The log-density of the observation that the trial holds, where the ridge is at that place."""
    there = context.moved(trial, {u: place})
    return there.moved({subject_of(before): there.number(before.named("root"))}).number(trial.family.log_density)


def ridge_logs(step: Step, context: Context) -> str:
    """Two places between which the profile lies below its chord."""
    u = subject_of(step)
    for trial in context.trials:
        if _sags(partial(_height, trial, step.value, u), places_around(trial, u)):
            return f"the profile lies below one of its chords in {u}"
    return ""


def ridge_counts(step: Step, context: Context) -> str:
    """A size at which the profile falls, and a larger one at which it rises."""
    u, size = subject_of(step), step.named("size")
    slope = step.value / size.diff(u)
    for trial in context.trials:
        there = [trial.moved({u: place}) for place in places_around(trial, u)]
        rising = [one.number(slope) for one in sorted(there, key=lambda one: float(one.number(size).mid()))]
        if any(before < 0 and after > 0 for before, after in combinations(rising, 2)):
            return f"the profile falls at one {size}, and rises at a larger one"
    return ""


def turn(step: Step, context: Context) -> str:
    """A value at which the slope is negative, and a larger one at which it is positive."""
    p = subject_of(step)
    for trial in context.trials:
        there = [trial.moved({p: place}) for place in sorted(places_around(trial, p), key=lambda one: float(one.mid()))]
        slopes = [one.number(step.value) for one in there if one.is_possible()]
        if any(before < 0 and after > 0 for before, after in combinations(slopes, 2)):
            return f"the likelihood falls at one {p}, and rises at a larger one"
    return ""


def places_around(trial: Trial, u: Symbol) -> list[arb]:
    """Return values of a parameter around the one of a member, inside its space.

    >>> from thetahat import derive, family
    >>> gamma = derive(family("gamma"))
    >>> trial = Context(gamma.family, gamma.steps).trials[0]
    >>> all(value > 0 for value in places_around(trial, gamma.family.symbols[0]))
    True
    """
    here = trial.number(u)
    tried = [here + (1 + abs(here)) * place for place in _PLACES]
    return [place for place in tried if trial.moved({u: place}).is_inside()]
