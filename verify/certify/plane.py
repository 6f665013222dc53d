"""The global maximum over a place and a scale, by exhaustion of the places: concave in log scale for each of them.

Source: branch and bound with the mean-value form, Hansen & Walster 2004, Global Optimization Using Interval Analysis,
chapters 9 and 12.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from flint import arb

from ...proofs.ball_data import Table
from ...proofs.balls import precision
from ...proofs.family import Family
from .parts import all_settled_from, ball_in_which, between_signs
from .radial import Plane, radial_kernel

MOST_CHECKED = 20_000
"""How many boxes a check may look at."""
_WIDER, _HALVINGS, _STEPS = 4, 60, 60
_SPARE, _NARROWEST, _CLOSE = 1.25, arb(2) ** -40, 1e-3
_EXACT = 4096
"""Enough digits for differences of doubles to be exact."""
_SPLIT = 0.487
"""Where a box is halved: data that are symmetric have a stationary point in the middle, which would end up in two."""


def is_only_highest(family: Family, places: Sequence[arb], scale: arb, table: Table, most: int = MOST_CHECKED) -> bool:
    """Return whether every member but the stationary one next to each of ``places`` is lower, for certain.

    ``scale`` is that of the maximum, or of both if there are two places. Not for families without a kernel, of which
    nothing is said. ``most`` is the number of boxes that are looked at.

    >>> from thetahat import certify, family
    >>> from thetahat.verify.enclosure import table_of
    >>> member = family("student_t").fix(nu=0.5)
    >>> proof = certify(member, [0.0, 1.0, 1.5, 9.0])
    >>> place, scale = (held.ball for held in proof.theta.values())
    >>> is_only_highest(member, [place], scale, table_of(member, proof._observations))
    True
    """
    kernel = radial_kernel(family)
    if kernel is None:
        return False
    # Far from zero the data differ in their last places: what counts are the differences, which are exact here. Their
    # unit, a power of two, is next to the scale, so that doubles hold them.
    unit = _unit(scale)
    with precision(_EXACT):
        origin = table.rows[0][0]
        rows = [((row[0] - origin) / unit,) for row in table.rows]
        beside, scale = [(place - origin) / unit for place in places], scale / unit
    ends = min(row[0] for row in rows), max(row[0] for row in rows)
    plane = Plane.of(kernel, Table(table.columns, rows, table.weights))
    return are_highest_places(plane, beside, scale, ends, most)


def _unit(scale: arb) -> arb:
    """A power of two next to a number."""
    mantissa, exponent = scale.mid().man_exp()
    return arb((1, int(exponent) + int(mantissa).bit_length()))


def are_highest_places(
    plane: Plane, places: Sequence[arb], scale: arb, ends: tuple[arb, arb], most: int = MOST_CHECKED
) -> bool:
    """Return whether every member but the stationary one next to each of ``places`` is lower, for certain.

    ``ends`` are those of the data. Around each place the likelihood is concave wherever it is largest in the scale; in
    every other part it has no stationary point, or stays below that at the first.

    >>> from sympy import Symbol, log
    >>> kernel = -log(1 + Symbol("q", nonnegative=True))
    >>> plane = Plane.of(kernel, Table((), [(arb(-1),), (arb(0),), (arb(1),)], None))
    >>> are_highest_places(plane, [arb(0)], 1 / arb(3).sqrt(), (arb(-1), arb(1)))
    True
    """
    top = plane.at(places[0].mid(), scale.mid())[0].lower()
    found = (concave_around(plane, place, scale, ends) for place in places)
    around = sorted((ball for ball in found if ball is not None), key=lambda ball: ball.mid())
    if len(around) < len(places) or not top.is_finite():
        return False
    cuts = [ends[0], *(end for ball in around for end in (ball.lower(), ball.upper())), ends[1]]
    parts = [(low, high, scale.mid()) for low, high in zip(cuts[::2], cuts[1::2], strict=True)]

    def look(low: arb, high: arb, near: arb) -> arb | bool:
        part = low.union(high)
        best, bend = _best_scale(plane, part.mid(), near)
        return _is_lower(plane, part, best, bend, top) or best

    return all_settled_from(parts, look, lambda low, high: (low + (high - low) * _SPLIT).mid(), most)


def _best_scale(plane: Plane, place: arb, scale: arb) -> tuple[arb, arb]:
    """A number near the scale that is best for a place, and the second derivative in its logarithm: proposals.

    By Newton's steps in doubles.
    """
    at, found, moved, fall = float(place), float(scale), 0.0, math.nan
    slope, bend = plane.slopes
    with np.errstate(all="ignore"):
        for _ in range(_STEPS):
            q = ((plane.offsets - at) / (found * math.exp(moved))) ** 2
            across = q * slope(q)
            rise = -np.sum(plane.weights) - 2 * np.dot(plane.weights, across)
            fall = 4 * np.dot(plane.weights, across + q**2 * bend(q))
            if not (math.isfinite(rise) and math.isfinite(fall)):
                break
            # Far from all observations the likelihood is next to linear, and rounding hides how it bends.
            step = -rise / fall if fall < 0 else math.copysign(1.0, rise)
            moved += max(-1.0, min(1.0, step))
            if abs(step) < _CLOSE:
                break
    return (scale * arb(moved).exp()).mid(), arb(fall)


def _scales_of(plane: Plane, part: arb, best: arb, slope: arb, bend: arb) -> arb | None:
    """A part of the scales that holds the best one for each of some places, by the signs of slopes at its ends."""
    likely = (_SPARE * abs(slope / bend)).upper()
    if not likely.is_finite():
        return None
    return between_signs(
        lambda distance: best * distance.exp(), lambda scale: plane.at(part, scale)[2], likely + _NARROWEST, _WIDER
    )


def _is_lower(plane: Plane, part: arb, best: arb, bend: arb, top: arb) -> bool:
    """Whether no member with a place in a part is stationary, or none is as high as the maximum."""
    _, beside, slope = plane.at(part, best)
    scales = _scales_of(plane, part, best, slope, bend)
    if scales is None:
        return False
    across = plane.at(part, scales)[1]
    if across > 0 or across < 0:
        return True
    height = plane.at(part.mid(), best)[0] + beside / best * (part - part.mid())
    # Concave in log s: below the tangent at the scale that is best in the middle.
    reach = max((scales.upper() / best).log(), (best / scales.lower()).log())
    return bool(height + abs(slope).upper() * reach < top)


def concave_around(plane: Plane, place: arb, scale: arb, ends: tuple[arb, arb]) -> arb | None:
    """A ball around a place over which the likelihood is concave wherever it is largest in the scale."""
    best = scale.mid()
    bend = _best_scale(plane, place.mid(), best)[1]

    def is_concave(around: arb) -> bool:
        scales = _scales_of(plane, around, best, plane.at(around, best)[2], bend)
        return scales is not None and plane.is_concave(around, scales)

    return ball_in_which(is_concave, place, (ends[1] - ends[0]) / 2, _HALVINGS)
