"""Whether a likelihood of three parameters is lower all over a part of its curve of highest points.

Along a line of members with one ``K`` the likelihood is highest on the curve. So on the curve it is the highest, over
all lines, of straight lines in ``K``, which is convex, and ``K*log(K) - K - loggamma(K)``, which is concave, since the
trigamma function of ``K`` is above ``1/K``, the more the smaller ``K`` is (NIST DLMF 5.9.12, 5.15.1). It is below a
chord and two tangents between two points. Each line has one point of the curve, so that ``K`` runs one way along it.
Source: differences of convex functions, Horst & Tuy 1996, Global Optimization, section 4.6; as for ``parts``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from flint import arb

from ...proofs.ball_data import Table
from .crest_profile import CrestProfile
from .parts import Part, all_settled_into, ball_in_which, highest_of_parabola

_NEARER = 60
"""How often the part around a maximum is halved, in which the likelihood has to be concave."""


@dataclass(frozen=True, eq=False)
class _Point:
    """A point of the curve: the unknown there, ``K``, the likelihood, and what is concave in ``K`` with its slope."""

    place: arb
    inner: arb
    height: arb
    concave: arb
    slope: arb


def stays_below_on_crest(profile: CrestProfile, parts: Sequence[Part], top: arb, table: Table, most: int) -> bool:
    """Return whether the curve is below ``top`` all over some parts, for certain, with ``most`` parts looked at."""

    def look(part: tuple[_Point, _Point]) -> bool | Sequence[tuple[_Point, _Point]]:
        low, high = part
        if is_below_between(low, high, top) or _is_below_by_bend(profile, low, high, top, table):
            return True
        middle = (low.place * high.place).sqrt().mid()
        cut = point_of(profile, middle, table)
        # No cut settles a part where the curve is as high, or where balls do not tell it.
        return ((low, cut), (cut, high)) if low.place < middle < high.place and cut.height < top else False

    ends = [(point_of(profile, low, table), point_of(profile, high, table)) for low, high in parts if low < high]
    return all_settled_into(ends, look, most)


def concave_on_crest(profile: CrestProfile, place: arb, table: Table) -> arb | None:
    """Return a ball around a value of the unknown in which the likelihood is concave in ``K``; ``None`` without one."""

    def is_concave(around: arb) -> bool:
        if not around > 0:
            return False
        inner, bend = profile.line.bend(around, table)
        return bool(bend + _bend_of_concave(inner.lower(), inner.upper()) < 0)

    return ball_in_which(is_concave, place, place.mid() / 2, _NEARER)


def _bend_of_concave(first: arb, last: arb) -> arb:
    """The second derivative of the concave function between two values of ``K``, where it runs one way."""
    return (1 / first - arb(2).zeta(first)).union(1 / last - arb(2).zeta(last))


def _is_below_by_bend(profile: CrestProfile, low: _Point, high: _Point, top: arb, table: Table) -> bool:
    """Whether the curve between two points is below ``top`` by its second derivative in ``K`` all over the part."""
    if not (low.height < top and high.height < top):
        return False
    _, bend = profile.line.bend(low.place.union(high.place), table)
    bend += _bend_of_concave(low.inner, high.inner)
    width = high.inner - low.inner
    return bool(highest_of_parabola(low.height, high.height, (-bend).upper() * width * width) < top)


def point_of(profile: CrestProfile, place: arb, table: Table) -> _Point:
    """Return the point of the curve at a value of the unknown."""
    inner, straight = profile.line.at(place, table)
    logarithm = inner.log()
    concave = inner * logarithm - inner - inner.lgamma()
    return _Point(place, inner, straight + concave, concave, logarithm - inner.digamma())


def is_below_between(low: _Point, high: _Point, top: arb) -> bool:
    """Return whether the curve between two points is below ``top``, for certain.

    Both tangents of the concave function lie above it, each at the other's point by so much; with weights that add up
    to one they are a straight line, as the chord is, and no higher between the points than at the higher of these.
    """
    if not (low.height < top and high.height < top):
        return False
    width, risen = high.inner - low.inner, high.concave - low.concave
    above_high, above_low = low.slope * width - risen, risen - high.slope * width
    share = _share(float(high.height - low.height + above_high), float(above_low + above_high))
    return bool(low.height + share * above_low < top and high.height + (1 - share) * above_high < top)


def _share(part: float, whole: float) -> float:
    """The weight of the tangent at the second point with which both ends come out as high, as far as it is one."""
    return min(1.0, max(0.0, part / whole)) if whole > 0 and math.isfinite(part / whole) else 0.5
