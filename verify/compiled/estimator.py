"""Estimates in a few passes and a few operations on floats, for ordinary data; of any other it says nothing.

It has no answer, and no error either, where a condition fails or is close, where the rows are few enough to be
evaluated in balls, or where the data are of unusual size or spread: the careful path has the last word on all of these.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..tolerance import CLEAR_SPREAD, EXAMINED_ROWS, FAINT, FAR, JOINED_ROWS, ORDINARY
from .reach import Reach
from .row_totals import square_total, total
from .silence import silent

Array = NDArray[Any]
Theta = Callable[[Array, float, float], dict[str, float] | None]
"""From the data and their ends to the estimate by name; ``None`` where the data do not clearly have one."""
Solver = Callable[..., Sequence[float] | None]
"""From the data and numbers known of them to the unknowns of equations; ``None`` where doubles do not tell them."""

Rounded = Callable[[Array, Mapping[str, float]], dict[str, float] | None]
"""From data of few different values, and their estimate in doubles, to the one that the careful path makes of them."""

_EXACT = 2.0**53
"""Below it in size every integer is a double."""
_DOUBLE = np.dtype(np.float64)
_LONG = (np.dtype(np.int64), np.dtype(np.uint64))
_FEW = 16_384
"""Rows up to which it is quicker to ask where an end lies: a reduction takes longer to begin."""
_least, _most = np.minimum.reduce, np.maximum.reduce


@dataclass(frozen=True, eq=False)
class Estimator:
    """A derivation compiled for ordinary data.

    ``theta`` computes the estimate; ``solves`` says whether it solves equations, ``examined`` whether it gives up
    where formulas lose digits, ``sums_alone`` whether the rows enter through their sum and their ends alone. Of few
    different values ``rounded`` makes the estimate that the careful path does from the one in doubles. With a
    ``power`` none is negative, and ``theta`` asks of them their least and the sum of that power, which it is given in
    place of the greatest, and which no row exceeds: none is looked for; nor is the least of integers ``from_zero`` on,
    of which it matters only that none is below. With ``told`` it learns all that it asks of the ends of doubles by what
    it computes anyway.
    """

    reach: Reach
    theta: Theta
    solves: bool
    examined: bool
    sums_alone: bool
    power: int = 0
    from_zero: bool = False
    told: bool = False
    rounded: Rounded | None = None

    def __call__(self, x: Array) -> dict[str, float] | None:
        """Return the estimate by name, in declared order, or ``None`` where it is for the careful path to say.

        ``x`` has shape ``(n,)`` and holds doubles, or integers.
        """
        return silent().run(self._estimate, x)

    def near(self, x: Array) -> dict[str, float] | None:
        """Return the estimate without asking whether doubles suffice for it; ``None`` where they clearly do not."""
        return silent().run(self._near, x)

    def _estimate(self, x: Array) -> dict[str, float] | None:
        if self.told and x.dtype is _DOUBLE:
            return self.theta(x, math.nan, math.nan) if len(x) > EXAMINED_ROWS else None
        rows = x if self.sums_alone or x.dtype is _DOUBLE else x.astype(_DOUBLE)
        least, most = self._ends(x, rows)
        if not (self.reach.spans(least, most) and self._suits(x, least, most)):
            return None
        if self.examined or len(x) > JOINED_ROWS or not _are_few(x):
            return self.theta(rows, least, most)
        theta = None if self.rounded is None else self.theta(rows, least, most)
        return self.rounded(rows, theta) if self.rounded is not None and theta is not None else None

    def _ends(self, x: Array, rows: Array) -> tuple[float, float]:
        if not self.power:
            return ends_of(x)
        if self.from_zero and rows.dtype in _LONG:
            return 0.0, _whole_sum(rows)
        least = least_of(x)
        return least, _power_sum(rows, self.power) if least >= 0 else math.nan

    def _near(self, x: Array) -> dict[str, float] | None:
        least, most = ends_of(x)
        return self.theta(x, least, most) if most - least > CLEAR_SPREAD * max(-least, most) else None

    def _suits(self, x: Array, least: float, most: float) -> bool:
        """Whether doubles are known to suffice, or the rows too many for the careful path to take anything better."""
        size, n = max(-least, most), len(x)
        if not n / FAR <= size <= FAR:
            return False
        whole = x.dtype is not _DOUBLE
        if whole or self.reach.discrete:
            if not (size if self.power else n * size) < _EXACT or not (whole or bool((x == np.rint(x)).all())):
                return False
            if self.sums_alone and self.examined:
                return True  # sums of whole numbers are exact
        if n <= EXAMINED_ROWS:
            return False
        if self.examined:
            return True
        return most - least > CLEAR_SPREAD * size if self.solves else is_ordinary(least, most)


def is_too_short(x: Array, discrete: bool) -> bool:
    """Whether no estimator takes so few rows: of few only sums of whole numbers are taken.

    >>> is_too_short(np.array([3, 4]), True), is_too_short(np.array([3, 4]), False)
    (False, True)
    """
    return len(x) <= EXAMINED_ROWS and not discrete


def ordinary_column(given: Any) -> Array | None:
    """Return the data as one column of doubles, or integers; ``None`` for anything that is not plainly that.

    >>> ordinary_column([3, 4]), ordinary_column([[3.0]]) is None
    (array([3, 4]), True)
    """
    if type(given) is not np.ndarray:
        if type(given) not in (list, tuple):
            return None
        try:
            given = np.asarray(given)
        except ValueError:
            return None
    if given.ndim != 1 or not len(given):
        return None
    if given.dtype != np.float64 and (given.dtype.kind not in "iu" or not given.dtype.isnative):
        return None
    return given if given.flags.c_contiguous else np.ascontiguousarray(given)


def _power_sum(x: Array, power: int) -> float:
    """The sum of rows, none of them negative, or of their squares; infinite where a row is too large."""
    if x.dtype is not _DOUBLE and not most_of(x) * len(x) < _EXACT:
        return math.inf  # NumPy adds integers modulo a power of two
    return total(x) if power == 1 else square_total(x)


def _whole_sum(x: Array) -> float:
    """The sum of integers of 64 bits; infinite where one is too large, as one below zero is if taken as unsigned."""
    return total(x) if most_of(x.view(np.uint64)) * len(x) < _EXACT else math.inf


def least_of(x: Array) -> float:
    """Return the least of a column, ``nan`` where it holds one.

    >>> least_of(np.array([2.0, 1.0, 4.0]))
    1.0
    """
    return float(x.item(x.argmin())) if len(x) <= _FEW else float(_least(x))


def most_of(x: Array) -> float:
    """Return the greatest of a column, ``nan`` where it holds one.

    >>> most_of(np.array([2.0, 1.0, 4.0]))
    4.0
    """
    return float(x.item(x.argmax())) if len(x) <= _FEW else float(_most(x))


def ends_of(x: Array) -> tuple[float, float]:
    """Return the least and the greatest of a column, ``nan`` where it holds one.

    >>> ends_of(np.array([2.0, 1.0, 4.0]))
    (1.0, 4.0)
    """
    if len(x) <= _FEW:
        return float(x.item(x.argmin())), float(x.item(x.argmax()))
    return float(_least(x)), float(_most(x))


def is_ordinary(least: float, most: float) -> bool:
    """Whether data are neither large nor small nor close together, so that formulas are not examined.

    >>> is_ordinary(0.5, 2.0), is_ordinary(1e9, 2e9), is_ordinary(1e-300, 2.0)
    (True, False, False)
    """
    size = max(-least, most)
    return 1 / ORDINARY <= size <= ORDINARY and most - least >= size / ORDINARY and not 0 < least < FAINT


def _are_few(x: Array) -> bool:
    """Whether so few of more rows are different ones that they are evaluated in balls; mostly the first ones tell."""
    first = np.sort(x[: EXAMINED_ROWS + 1])
    steps = first[1:] - first[:-1]
    return not steps.item(steps.argmin()) > 0 and len(set(x.tolist())) <= EXAMINED_ROWS
