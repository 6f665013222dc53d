"""Looks along lines of coefficients for log-densities that bend up, and for slopes far out that are not the claimed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from flint import arb
from sympy import Add, Expr, Symbol

from .algebra.derivatives import derivative
from .ball_data import evaluate
from .check_context import Context, subject_of
from .derivation import Step
from .on_lines import moved
from .trial import Trial

_PLACES = tuple(arb(place) / 8 for place in (-160, -80, -24, -9, -3, 1, 5, 15, 40, 100, 200))
_FAR = 1 << 20
_SEEN = (-_FAR, -1, 0, 1, _FAR)


@dataclass(frozen=True)
class _Line:
    """One observation under members that differ in one coefficient, of which ``multiplier`` is in the predictor."""

    trial: Trial
    row: Mapping[Symbol, arb]
    coefficient: Symbol
    multiplier: arb

    def slope(self, function: Expr, place: arb | int) -> arb:
        """The slope of a function in the coefficient, at one value of it."""
        known = {**self.trial.theta, **self.row, self.coefficient: arb(place)}
        return evaluate(derivative(function, self.coefficient), known)


def _lines(step: Step, context: Context) -> Iterator[_Line]:
    """The observations of all trials, with each of the coordinates that changes their predictor."""
    coordinates, maps = step.named("coordinates").args, step.named("maps").args
    scales = list(zip(context.family.symbols, coordinates, maps, strict=True))
    for drawn in context.trials:
        theta = drawn.theta
        trial = drawn.moved({phi: theta[p] if how == phi else theta[p].log() for p, phi, how in scales})
        for p, row in zip(coordinates, step.named("rows").args, strict=True):
            for one in trial.sample:
                multiplier = evaluate(row, one)
                if multiplier > 0 or multiplier < 0:
                    yield _Line(trial, one, p, multiplier)


def predictor(step: Step, context: Context) -> str:
    """A slope of an observation's log-density that is not the claimed function's, or one that rises."""
    density = moved(context.family, step.named("maps").args)
    pairs = zip(step.named("coordinates").args, step.named("rows").args, strict=True)
    along = Add(*(phi * row for phi, row in pairs))
    claimed = Add(*(weight * shape.subs(subject_of(step), along) for weight, shape in step.named("terms").args))
    for line in _lines(step, context):
        slopes = [line.slope(density, place) for place in _PLACES]
        if not all(slope.overlaps(line.slope(claimed, place)) for slope, place in zip(slopes, _PLACES, strict=True)):
            return f"the log-density of an observation has other slopes in {line.coefficient}"
        if any(after > before for before, after in pairwise(slopes)):
            return f"the log-density of an observation bends up in {line.coefficient}"
    return ""


def recession(step: Step, context: Context) -> str:
    """An observation whose log-density falls towards a side that is said to be level, or rises towards one not level.

    The slope of a concave function is never above its limit towards minus infinity, nor below that at infinity.
    """
    before = context.given(step)
    density = moved(context.family, before.named("maps").args)
    for line in _lines(before, context):
        lift = 1 if line.multiplier > 0 else -1
        for value, side in zip(step.value.args, (-1, 1), strict=True):
            claimed = evaluate(value, {**line.trial.theta, **line.row})
            slopes = [side * lift * line.slope(density, place) for place in _SEEN]
            if claimed == 0 and any(slope < 0 for slope in slopes):
                return f"the log-density falls towards {side} times infinity, and is said to be level"
            if claimed != 0 and slopes[0 if lift * side < 0 else -1] > 0:
                return f"the log-density rises towards {side} times infinity, and is said to fall"
    return ""
