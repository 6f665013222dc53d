"""Looks for members and places that contradict what steps say of a slanted family and of its limits."""

from __future__ import annotations

from itertools import pairwise, product

from flint import arb

from .balls import precision
from .check_context import Context, subject_of
from .derivation import Step

_PLACES = tuple(arb(place) / 8 for place in (-80, -24, -9, -3, 0, 1, 5, 15, 40, 100))
_FAR, _BITS = (5, 20), 2048
"""How far down what the slant adds is asked to fall ever faster, and the precision that shows it there."""
_AWAY = tuple(arb(2) ** power for power in (-40, -2, 0, 2))
_SHARES = (arb(1), arb(5) / 4)
_SLANTS = (0, 1, 1000, 2**60)


def slant(step: Step, context: Context) -> str:
    """Places between which what the slant adds does not go one way, or not ever faster, or is above its ceiling."""
    v, trial = step.named("v"), context.trials[0]

    def height(place: arb) -> arb:
        return trial.moved({v: place}).number(step.value)

    heights = list(map(height, _PLACES))
    if any(one > trial.number(step.named("ceiling")) for one in heights):
        return "what the slant adds is above its ceiling"
    if any(b < a for a, b in pairwise(heights)) and any(b > a for a, b in pairwise(heights)):
        return "what the slant adds goes up and down"
    down = -1 if height(arb(-1)) < height(arb(1)) else 1
    with precision(_BITS):
        for far in _FAR:
            top, middle, low = (height(arb(down * far * part)) for part in (0, 1, 2))
            if middle - low < top - middle:
                return "what the slant adds falls ever more slowly"
    return ""


def edges(step: Step, context: Context) -> str:
    """A member with the place beyond the data that is above the limit at that end of the data."""
    before, p = context.given(step), subject_of(step)
    place, scale, best = before.named("location"), step.named("scale"), step.named("best")
    for trial in context.trials:
        values = sorted(trial.each(before.named("observation")), key=lambda one: float(one.mid()))
        for end, side, value in zip((values[0], values[-1]), (-1, 1), step.value.args, strict=True):
            limit = trial.number(value) * len(values)
            size = trial.moved({place: end}).number(best)
            for away, share, slant in product(_AWAY, _SHARES, _SLANTS):
                for way in (slant, -slant):
                    member = {place: end + side * away * size, scale: share * size, p: arb(way)}
                    if trial.moved(member).log_likelihood() > limit:
                        return f"a member with {place} beyond the data is above the limit"
    return ""
