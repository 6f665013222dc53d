"""Looks up where a function of one unknown takes a value, and ends with a few secants."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..tolerance import ROOT_MARGIN, ROOT_SHARE, TERM_ULPS, UNIT_ROUNDOFF

Array = NDArray[Any]
Cell = Sequence[float]

_SECANTS = 8
_ENOUGH = 1e-18
"""Product of two steps one after the other, relative to the square of the unknown, at which they end: the error that
a secant leaves is about that of the two before it, multiplied."""
_NEAR = 1e-9
"""Step, relative to the unknown, after which no other is needed: the slope of the polynomial, whose error is several
hundred times that of the polynomial itself, leaves less than a rounding of it."""


@dataclass(frozen=True, eq=False)
class Tabulated:
    """A monotone function of one unknown: ``values`` in increasing order, and between each two how to invert it.

    A cell holds the value that it begins at, and the six coefficients, in powers of the distance from it, of the
    polynomial from values to points; the first and the last two between two values have none.
    """

    function: Callable[..., Sequence[float]]
    values: list[float]
    cells: list[Cell]

    @classmethod
    def of(cls, function: Callable[..., Sequence[float]], values: Array, cells: Array) -> Tabulated:
        """Return the table of values of shape ``(m,)``, and of cells of shape ``(m - 5, 7)``."""
        return cls(function, values.tolist(), cells.tolist())

    def __reduce__(self) -> tuple[Any, ...]:
        """Be kept as arrays, which are read sooner than lists of numbers."""
        return type(self).of, (self.function, np.array(self.values), np.array(self.cells))

    def __call__(self, x: Array, *terms: float) -> tuple[float] | None:
        """Return where the function and the terms, which are all that is needed of the rows, add up to zero.

        ``None`` outside the table, or where rounding moves the root by more than ``ROOT_SHARE`` of it.
        """
        found = self.root(-math.fsum(terms), math.fsum(map(abs, terms)))
        return None if found is None else (found,)

    def nearby(self, targets: Array) -> Array:
        """Return about where the function takes each of some values, without looking at it; ``nan`` outside the table.

        >>> line = Tabulated(lambda u: [u], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], [[2.0, 2.0, 1.0, 0.0, 0.0, 0.0, 0.0]])
        >>> line.nearby(np.array([2.5, 9.0]))
        array([2.5, nan])
        """
        places = np.searchsorted(self.values, targets)
        inside = (places >= 3) & (places <= len(self.values) - 3)
        low, *coefficients = np.array(self.cells)[np.where(inside, places - 3, 0)].T
        s = targets - low
        found = coefficients.pop()
        while coefficients:
            found = coefficients.pop() + s * found
        return np.where(inside, found, np.nan)

    def root(self, target: float, size: float) -> float | None:
        """Return where the function takes the value ``target``, itself a difference of terms of that ``size``."""
        place = bisect_left(self.values, target)
        if not 3 <= place <= len(self.values) - 3:
            return None
        low, at_low, c1, c2, c3, c4, c5 = self.cells[place - 3]
        if not c1:
            return None  # the points of this cell are one double
        # As for a root found in doubles anywhere: a hundred times what rounding may be, a short way off.
        noise = TERM_ULPS * UNIT_ROUNDOFF * (abs(target) + size)
        s = target - low
        point = at_low + s * (c1 + s * (c2 + s * (c3 + s * (c4 + s * c5))))
        if not abs(point) * ROOT_SHARE > ROOT_MARGIN * noise * abs(c1):
            return None
        f = self.function(point)[0] - target
        change = -f * (c1 + s * (2.0 * c2 + s * (3.0 * c3 + s * (4.0 * c4 + s * 5.0 * c5))))
        return point + change if abs(change) <= _NEAR * abs(point) else self._by_secants(target, point, f, change)

    def _by_secants(self, target: float, point: float, f: float, change: float) -> float | None:
        for _ in range(_SECANTS):
            if not change:
                return point
            last, f_last, point = point, f, point + change
            f = self.function(point)[0] - target
            if f == f_last:
                return point
            rate = (point - last) / (f - f_last)
            previous, change = change, -f * rate
            if abs(change * previous) <= _ENOUGH * point * point:
                return point + change
        return None
