"""A slanted likelihood on data: its values, slopes and second derivatives, its limits, and where it is concave."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from flint import arb

from ...proofs.ball_data import Table
from ...proofs.balls import ball, precision
from .parts import ball_in_which, between_signs
from .slant_profile import Array, SlantProfile

_EXACT = 4096
"""Enough digits for differences of doubles to be exact."""
_STEPS, _WIDER, _HALVINGS = 40, 5, 60
_SPARE, _NARROWEST, _CLOSE, _STEEPEST = 1.25, arb(2) ** -40, 1e-4, 1e12
"""How much wider than likely a range of slants is, its least width; how close Newton's steps go, and how far out."""


@dataclass(frozen=True, eq=False)
class Slanted:
    """The mean log-likelihood over places and slants of data less about their mean, in a unit next to their spread."""

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
            # Next to the mean, functions of the place and of averages are known best over parts.
            origin, unit = _middle(values, table), arb((1, int(exponent) + int(mantissa).bit_length()))
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

    def touched(self, slant: arb, place: arb) -> tuple[arb, arb, arb]:
        """Return what the slant adds, its slope in the slant, and the average of the slopes of the function."""
        found, steep, moved, weights = arb(0), arb(0), arb(0), self.table.weights or []
        for (value,), weight in zip(self.table.rows, weights, strict=True):
            beside = value - place
            height, slope = self.profile.touching(slant * beside)
            found, steep, moved = found + weight * height, steep + weight * beside * slope, moved + weight * slope
        total = self.table.total()
        return found / total, steep / total, moved / total

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


def _middle(values: list[arb], table: Table) -> arb:
    """A double next to the mean."""
    weights = table.weights or [arb(1)] * len(values)
    return arb(float(sum((w * v for w, v in zip(weights, values, strict=True)), arb(0)) / table.total()))


def exactly_in_unit(slanted: Slanted, place: arb, slant: arb) -> tuple[arb, arb]:
    """Return a place and a slant as the data are: less the origin, and in the unit, of these."""
    with precision(_EXACT):
        return (place - slanted.origin) / slanted.unit, slant * slanted.unit


def best_slant(slanted: Slanted, place: arb, near: arb) -> arb | None:
    """Return about the best slant at a place, by Newton's steps in doubles; ``None`` where these lead far out."""
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


def concave_around(slanted: Slanted, place: arb, slant: arb) -> arb | None:
    """Return a ball around a place over which the likelihood is concave wherever it is largest in the slant."""

    def is_definite(slants: arb, around: arb) -> bool:
        along, across, both = slanted.bends(slants, around)
        across += slanted.level(around)[2]
        return bool(across < 0 and across * along - both * both > 0)

    def is_concave(around: arb) -> bool:
        # A part of the slants tells no more than the one, which is sooner asked.
        if not is_definite(slant, around):
            return False
        slants = _slants_of(slanted, around, slant, slanted.slopes(slant, around)[0])
        return slants is not None and is_definite(slants, around)

    return ball_in_which(is_concave, place, arb(1), _HALVINGS)
