"""Whether a slanted likelihood is lower at every place than at one, or than in the limits of a growing slant.

For each place it is concave in the slant, and a tangent bounds it. Outside the data it is below those limits, as steps
prove. Source: as for ``plane``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from flint import arb

from ...proofs.ball_data import Table
from ...proofs.balls import ball, precision
from .parts import all_settled_from, ball_in_which, between_signs
from .profile import MOST_CHECKED
from .slant_profile import Array, SlantProfile

_EXACT = 4096
"""Enough digits for differences of doubles to be exact."""
_SPLIT = 0.487
_STEPS, _WIDER, _HALVINGS = 40, 5, 60
_SPARE, _NARROWEST, _CLOSE, _STEEPEST = 1.25, arb(2) ** -40, 1e-4, 1e12
"""How much wider than likely a range of slants is, its least width; how close Newton's steps go, and how far out."""


@dataclass(frozen=True, eq=False)
class Slanted:
    """The mean log-likelihood over places and slants of data less their first, in a unit next to their spread."""

    profile: SlantProfile
    table: Table
    origin: arb
    unit: arb
    offsets: Array
    weights: Array

    @classmethod
    def of(cls, profile: SlantProfile, table: Table) -> Slanted:
        """Return that of a table with one column, of which not all values are equal."""
        with precision(_EXACT):
            values = [row[0] for row in table.rows]
            ends = sorted(values, key=float)
            mantissa, exponent = (ends[-1] - ends[0]).mid().man_exp()
            origin, unit = ends[0], arb((1, int(exponent) + int(mantissa).bit_length()))
            rows = [((value - origin) / unit,) for value in values]
        weights = table.weights or [arb(1)] * len(rows)
        doubles = (np.array([float(one) for one in column]) for column in ([row[0] for row in rows], weights))
        return cls(profile, Table(table.columns, rows, weights), origin, unit, *doubles)

    @property
    def ends(self) -> tuple[arb, arb]:
        """The least and the greatest of the data."""
        values = sorted((row[0] for row in self.table.rows), key=lambda value: value.mid())
        return values[0], values[-1]

    def level(self, place: arb) -> list[arb]:
        """Return the likelihood without slant at the best scale, and its first two derivatives."""
        return self.profile.level.at(place, self.table)

    def added(self, slant: arb, place: arb) -> arb:
        """Return what the slant adds."""
        found, weights = arb(0), self.table.weights or []
        for (value,), weight in zip(self.table.rows, weights, strict=True):
            found += weight * self.profile.shape(slant * (value - place))[0]
        return found / self.table.total()

    def slopes(self, slant: arb, place: arb) -> tuple[arb, arb]:
        """Return the slopes of what it adds, in the slant and in the place, also over parts of them."""
        steep, moved, weights = arb(0), arb(0), self.table.weights or []
        for (value,), weight in zip(self.table.rows, weights, strict=True):
            beside = value - place
            slope = weight * self._slope(slant * beside)
            steep, moved = steep + beside * slope, moved + slope
        total = self.table.total()
        return steep / total, -slant * moved / total

    def _slope(self, number: arb) -> arb:
        """The slope of the function that rises, which falls: from both ends of a ball."""
        if number.rad() == 0:
            return self.profile.slope(number)[0]
        return self.profile.slope(number.lower())[0].union(self.profile.slope(number.upper())[0])

    def bends(self, slant: arb, place: arb) -> tuple[arb, arb, arb]:
        """Return the second derivatives of what the slant adds: in the slant, in the place, in both."""
        both, across, along, weights = arb(0), arb(0), arb(0), self.table.weights or []
        for (value,), weight in zip(self.table.rows, weights, strict=True):
            beside = value - place
            slope, bend = self.profile.bends(slant * beside)
            along += weight * beside * beside * bend
            across += weight * bend
            both -= weight * (slope + slant * beside * bend)
        total = self.table.total()
        return along / total, slant * slant * across / total, both / total

    def limit(self) -> arb:
        """Return the higher of the limits at the two ends of the data."""
        low, high = (self.level(end)[0] for end in self.ends)
        return low.max(high) + ball(self.profile.ceiling)

    def share(self, low: arb, high: arb) -> arb:
        """Return the larger share of the data that may lie on one side of a place between two."""
        rows = list(zip(self.table.rows, self.table.weights or [], strict=True))
        above = sum((weight for (value,), weight in rows if not value <= low), arb(0))
        below = sum((weight for (value,), weight in rows if not value >= high), arb(0))
        return above.max(below) / self.table.total()


def is_highest_of_slanted(slanted: Slanted, place: arb, slant: arb, most: int = MOST_CHECKED) -> bool:
    """Return whether every member but the stationary one at a place with a slant is lower, for certain.

    Both as the data are: less the origin, and in the unit, of these.
    """
    with precision(_EXACT):
        place, slant = (place - slanted.origin) / slanted.unit, slant * slanted.unit
    top = (slanted.level(place.mid())[0] + slanted.added(slant.mid(), place.mid())).lower()
    around = _concave_around(slanted, place, slant.mid())
    if not top.is_finite() or around is None or not slanted.limit() < top:
        return False
    low, high = slanted.ends
    return _stay_below(slanted, [(low, around.lower()), (around.upper(), high)], slant.mid(), top, most)


def has_no_highest_of_slanted(slanted: Slanted, most: int = MOST_CHECKED) -> bool:
    """Return whether no member with a place between the ends of the data is as high as a limit, for certain."""
    top = slanted.limit().lower()
    return bool(top.is_finite()) and _stay_below(slanted, [slanted.ends], arb(0), top, most)


def _stay_below(slanted: Slanted, parts: Sequence[tuple[arb, arb]], near: arb, top: arb, most: int) -> bool:
    """Whether no place in some parts has a member as high as ``top`` that is a maximum."""

    def look(low: arb, high: arb, near: arb) -> arb | bool:
        part = low.union(high)
        if _is_below_by_ceiling(slanted, low, high, top):
            return True
        best = _best_slant(slanted, part.mid(), near)
        if best is None:
            return near
        height = slanted.level(part.mid())[0] + slanted.added(best, part.mid())
        if height > top:
            return False
        return _is_lower(slanted, part, best, height, top) or best

    starts = [(low, high, near) for low, high in parts]
    return all_settled_from(starts, look, lambda low, high: (low + (high - low) * _SPLIT).mid(), most)


def _is_below_by_ceiling(slanted: Slanted, low: arb, high: arb, top: arb) -> bool:
    """Whether the ceiling for all data on one side of a part, and what is added at rest for the others, leave it below.

    On one side of the place all data are added more than at rest, on the other side less, whatever the slant is.
    """
    part = low.union(high)
    height, slope, _ = slanted.level(part)
    off = part - part.mid()
    level = min((height.upper(), (slanted.level(part.mid())[0] + slope * off).upper()), key=float)
    at_rest = slanted.profile.shape(arb(0))[0]
    share = slanted.share(low, high)
    return bool(level + share * ball(slanted.profile.ceiling) + (1 - share) * at_rest < top)


def _best_slant(slanted: Slanted, place: arb, near: arb) -> arb | None:
    """A number near the best slant at a place, by Newton's steps in doubles; ``None`` where these lead far out."""
    beside, slant = slanted.offsets - float(place), float(near)
    slope_of, bend_of = slanted.profile.doubles
    for _ in range(_STEPS):
        with np.errstate(all="ignore"):
            slope = float(np.dot(slanted.weights, beside * slope_of(slant * beside)))
            bend = float(np.dot(slanted.weights, beside**2 * bend_of(slant * beside)))
        if not (math.isfinite(slope) and bend < 0 and abs(slant) < _STEEPEST):
            return None
        step, longest = -slope / bend, 1 + abs(slant)
        slant += max(-longest, min(longest, step))
        if abs(step) < _CLOSE * longest:
            return arb(slant)
    return None


def _slants_of(slanted: Slanted, part: arb, best: arb, slope: arb) -> arb | None:
    """A part of the slants that holds the best one for each of some places, by the signs of slopes at its ends.

    ``slope`` is that at ``best``, all over the part.
    """
    bend = slanted.bends(best, part.mid())[0]
    likely = (_SPARE * abs(slope / bend)).upper()
    if not likely.is_finite():
        return None
    return between_signs(
        lambda distance: best + distance, lambda end: slanted.slopes(end, part)[0], likely + _NARROWEST, _WIDER
    )


def _is_lower(slanted: Slanted, part: arb, best: arb, height: arb, top: arb) -> bool:
    """Whether no member with a place in a part is stationary, or none is as high as ``top``.

    ``height`` is that in the middle, with the slant that is best there.
    """
    slope, moved = slanted.slopes(best, part)
    slants = _slants_of(slanted, part, best, slope)
    if slants is None:
        return False
    steep = slanted.level(part)[1]
    across = steep + slanted.slopes(slants, part)[1]
    if across > 0 or across < 0:
        return True
    # Concave in the slant: below the tangent at the one that is best in the middle.
    reach = abs(slants - best).upper()
    if height + (steep + moved) * (part - part.mid()) + abs(slope).upper() * reach < top:
        return True
    return _is_lower_by_bends(slanted, part, slants, best, height, top)


def _is_lower_by_bends(slanted: Slanted, part: arb, slants: arb, best: arb, height: arb, top: arb) -> bool:
    """The same by slope and second derivative of the likelihood at the best slants, which fall where it bends down."""
    along, across, both = slanted.bends(slants, part)
    middle = part.mid()
    slope = slanted.slopes(best, middle)[0]
    here = _slants_of(slanted, middle, best, slope)
    if not along < 0 or here is None:
        return False
    bend = slanted.level(part)[2] + across - both * both / along
    start, off = slanted.level(middle)[1] + slanted.slopes(here, middle)[1], part - middle
    centred = start + bend * off
    if centred > 0 or centred < 0:
        return True
    least = height + abs(slope).upper() * abs(here - best).upper()
    return bool(least + start * off + bend / 2 * arb(0).union(off.upper() ** 2) < top)


def _concave_around(slanted: Slanted, place: arb, slant: arb) -> arb | None:
    """A ball around a place over which the likelihood is concave wherever it is largest in the slant."""

    def is_concave(around: arb) -> bool:
        slants = _slants_of(slanted, around, slant, slanted.slopes(slant, around)[0])
        if slants is None:
            return False
        along, across, both = slanted.bends(slants, around)
        across += slanted.level(around)[2]
        return bool(across < 0 and across * along - both * both > 0)

    return ball_in_which(is_concave, place, arb(1), _HALVINGS)
