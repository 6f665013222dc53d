"""Whether a slanted likelihood is lower at every place than at one, or than in the limits of a growing slant.

With ``c`` the product of slant ``k`` and place, what the slant adds is ``mean(h(k x - c))``, concave in ``(k, c)``: it
lies below its tangent planes. Over the place ``p`` these are ``height + k weight (at - p)``, with a weight that is
positive, since h rises. Between the places ``at`` of two planes one falls in the slant and the other rises: what is
added there, with whatever slant, is no higher than where they meet. Outside the data all is below the limits, as steps
prove. Source: as for ``plane``; Boyd & Vandenberghe 2004, Convex Optimization, section 3.1.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import arb

from ...proofs.balls import ball
from .parts import all_settled_into, highest_of_parabola
from .profile import MOST_CHECKED
from .slant_bounds import Slanted, best_slant, concave_around, exactly_in_unit

_SPLIT = 0.487
_INSIDE = arb(1) / 1024
"""By which share of its reach the part around a maximum is overlapped by those beside it."""


@dataclass(frozen=True, eq=False)
class _Cut:
    """A place between parts, with about the best slant."""

    at: arb
    slant: arb


@dataclass(frozen=True, eq=False)
class _Tangent(_Cut):
    """A place with a tangent plane of what the slant adds; the likelihood there is no higher than ``top``."""

    height: arb
    weight: arb
    top: arb


_Part = tuple[_Cut, _Cut]


def is_highest_of_slanted(slanted: Slanted, place: arb, slant: arb, most: int = MOST_CHECKED) -> bool:
    """Return whether every member but the stationary one at a place with a slant is lower, for certain.

    Both as the data are: less the origin, and in the unit, of these.
    """
    place, slant = exactly_in_unit(slanted, place, slant)
    top = (slanted.level(place.mid())[0] + slanted.added(slant.mid(), place.mid())).lower()
    around = concave_around(slanted, place, slant.mid())
    if not top.is_finite() or around is None or not slanted.limit() < top:
        return False
    inside = around.rad() * (1 - _INSIDE)
    left, right = (_tangent(slanted, (around.mid() + side * inside).mid(), slant.mid()) for side in (-1, 1))
    if left is None or right is None or not around.lower() < left.at < right.at < around.upper():
        return False
    low, high = (_Cut(end, slant.mid()) for end in slanted.ends)
    if low.at.overlaps(left.at) or high.at.overlaps(right.at):
        return False
    return _stay_below(slanted, [one for one in ((low, left), (right, high)) if one[0].at < one[1].at], top, most)


def has_no_highest_of_slanted(slanted: Slanted, most: int = MOST_CHECKED) -> bool:
    """Return whether no member with a place between the ends of the data is as high as a limit, for certain."""
    top = slanted.limit().lower()
    low, high = (_Cut(end, arb(0)) for end in slanted.ends)
    return bool(top.is_finite()) and _stay_below(slanted, [(low, high)], top, most)


def _tangent(slanted: Slanted, place: arb, near: arb) -> _Tangent | None:
    """The plane that touches what the slant adds next to a place, at about the best slant; ``None`` without one."""
    slant = best_slant(slanted, place, near)
    return None if slant is None else _touching(slanted, place, slant)


def _touching(slanted: Slanted, place: arb, slant: arb) -> _Tangent | None:
    """The plane that touches what is added at a place with a slant, at the other place over which it is level."""
    added, steep, weight = slanted.touched(slant, place)
    if not weight > 0:
        return None
    at = place + steep / weight
    height = added - slant * steep
    return _Tangent(at, slant, height, weight, slanted.level(at)[0] + height)


def _stay_below(slanted: Slanted, parts: Sequence[_Part], top: arb, most: int) -> bool:
    """Whether no place in some parts has a member as high as ``top``."""

    def look(part: _Part) -> bool | Sequence[_Part]:
        low, high = part
        if isinstance(low, _Tangent) and isinstance(high, _Tangent):
            settled = _is_below(slanted, low, high, top)
        else:
            settled = _is_below_by_ceiling(slanted, low.at, high.at, top)
        if settled:
            return True
        middle = (low.at + (high.at - low.at) * _SPLIT).mid()
        near = low.slant if isinstance(low, _Tangent) else high.slant
        cut = _tangent(slanted, middle, near) or _Cut(middle, near)
        hopeless = isinstance(cut, _Tangent) and cut.top > top
        return ((low, cut), (cut, high)) if low.at < cut.at < high.at and not hopeless else False

    return all_settled_into(parts, look, most)


def _is_below(slanted: Slanted, low: _Tangent, high: _Tangent, top: arb) -> bool:
    """Whether the height at which the planes of both ends meet is below ``top`` all over a part."""
    if not (low.top < top and high.top < top):
        return False
    width = high.at - low.at
    # Between its ends the height where the planes meet leaves a line by what the weights are apart: in shares s of the
    # width by (h0 - h1) (w1 - w0) s (1 - s)/(w0 s + w1 (1 - s)), whose greatest value follows.
    first, last = low.weight.sqrt(), high.weight.sqrt()
    above = ((low.height - high.height) * (last - first) / (last + first)).max(arb(0))
    bend = slanted.level(low.at.union(high.at))[2]
    return bool(highest_of_parabola(low.top, high.top, (-bend).upper() * width**2) + above < top)


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
