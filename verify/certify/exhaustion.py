"""Finds the global maximum over a location by exhaustion: boxes cover the data's range until few can hold a maximum.

Source: branch and bound with the mean-value form, Hansen & Walster 2004, Global Optimization Using Interval Analysis,
chapters 9 and 12.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from flint import arb
from sympy import Dummy, cancel, oo

from ...proofs.algebra.kinks import has_a_jump
from ...proofs.ball_data import Table
from ...proofs.ball_sums import Sums, row_sums
from ...proofs.balls import precision
from ...proofs.family import Family
from ..enclosure import table_of
from ..observations import Observations

_BITS = 64
"""Working precision of the boxes: they are wide, so that more digits would not make their bounds narrower."""
_MOST_BOXES = 4000
_SPLIT = 0.487
"""Where a box is halved: data that are symmetric have a stationary point in the middle, which would end up in two."""


@dataclass(frozen=True)
class Box:
    """A part of the range in which the likelihood is strictly concave, so that it holds one maximum at most."""

    low: arb
    high: arb

    @property
    def ball(self) -> arb:
        """The box as a ball."""
        return self.low.union(self.high)

    def holds(self, place: arb) -> bool:
        """Return whether a place certainly lies in the box."""
        return bool(self.low <= place <= self.high)


@lru_cache(maxsize=512)
def rises_towards_data(family: Family) -> bool:
    """Return whether each observation's log-likelihood rises with the one parameter up to it, and falls beyond.

    Then the likelihood of a dataset is largest between its ends.

    >>> from thetahat import family
    >>> rises_towards_data(family("cauchy").fix(gamma=2)), rises_towards_data(family("exponential"))
    (True, False)
    """
    if len(family.symbols) != 1 or family.beside or family.constants or family.bounds.free_symbols:
        return False
    if family.parameters[0].bounds.lo is not -oo or family.parameters[0].bounds.hi is not oo:
        return False
    place, ahead = family.symbols[0], Dummy("u", real=True)
    slope = family.log_density.diff(place)
    if has_a_jump(slope):
        return False
    quotient = cancel(slope.subs(family.observation, place + ahead) / ahead)
    return quotient.free_symbols <= {place, ahead} and quotient.is_positive is True


@lru_cache(maxsize=512)
def _sums(family: Family) -> tuple[Sums, Sums]:
    """Slope and minus curvature; height."""
    place = family.symbols[0]
    slope = family.log_density.diff(place)
    columns = family.columns
    return row_sums((slope, -slope.diff(place)), columns, (place,)), row_sums((family.log_density,), columns, (place,))


def candidates(family: Family, observations: Observations) -> Sequence[Box] | None:
    """Return boxes of which one holds every global maximum; ``None`` where that takes too many.

    >>> import numpy as np
    >>> from thetahat import family
    >>> data = Observations(np.array([[-9.0], [-8.0], [7.0], [8.0], [9.0]]), None, 5)
    >>> [bool(box.low > 7 and box.high < 9) for box in candidates(family("cauchy").fix(gamma=1), data)]
    [True]
    """
    table, (least, greatest) = table_of(family, observations), observations.sample.ends[0]
    with precision(_BITS):
        search = _Search(family, table)
        # A little more than the range, so that maxima at its ends lie inside, also where all data are equal.
        spare = (arb(greatest) - arb(least) + max(abs(least), abs(greatest), 1.0) * arb(2) ** -40).upper() * arb(
            2
        ) ** -20
        kept = search.covered((arb(least) - spare).mid(), (arb(greatest) + spare).mid())
        return None if kept is None else search.merged(kept)


class _Search:
    """The likelihood of one dataset, and the highest value seen."""

    def __init__(self, family: Family, table: Table) -> None:
        self._slopes, self._heights = _sums(family)
        self._table = table
        self._best = arb("-inf")

    def _slope(self, place: arb) -> list[arb]:
        return self._slopes(self._table.rows, self._table.weights, place)

    def _height(self, place: arb) -> arb:
        value = self._heights(self._table.rows, self._table.weights, place)[0]
        if value.is_finite():
            self._best = max(self._best, value.lower())
        return value

    def covered(self, low: arb, high: arb) -> list[tuple[Box, arb]] | None:
        """The boxes that are left, with upper bounds of what the likelihood reaches in them."""
        waiting, kept = [Box(low, high)], list[tuple[Box, arb]]()
        for _ in range(_MOST_BOXES):
            if not waiting:
                return [pair for pair in kept if not pair[1] < self._best]
            box = waiting.pop()
            ball = box.ball
            middle = ball.mid()
            wide, bend = self._slope(ball)
            slope, _ = self._slope(middle)
            # The mean-value form is narrower in small boxes, the plain enclosure in large ones.
            centred = slope - bend * (ball - middle)
            if wide > 0 or wide < 0 or centred > 0 or centred < 0:
                continue
            reach = abs(centred.intersection(wide) if centred.overlaps(wide) else wide).upper()
            bound = (self._height(middle) + reach * ball.rad()).upper()
            if bound < self._best:
                continue
            if bend > 0:
                kept.append((box, bound))
                continue
            cut = (box.low + (box.high - box.low) * _SPLIT).mid()
            if not box.low < cut < box.high:
                return None
            waiting += [Box(box.low, cut), Box(cut, box.high)]
        return None

    def merged(self, kept: list[tuple[Box, arb]]) -> Sequence[Box]:
        """Neighbours in one box, where the likelihood is concave all over it; without boxes that hold no maximum."""
        found: list[Box] = []
        for box, _ in sorted(kept, key=lambda pair: pair[0].low.mid()):
            if found and found[-1].high == box.low:
                joined = Box(found[-1].low, box.high)
                if self._slope(joined.ball)[1] > 0:
                    found[-1] = joined
                    continue
            found.append(box)
        return [box for box in found if not (self._slope(box.low)[0] < 0 or self._slope(box.high)[0] > 0)]
