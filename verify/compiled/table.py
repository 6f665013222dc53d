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


@dataclass(frozen=True, eq=False)
class Tabulated:
    """A monotone function of one unknown: ``values`` in increasing order, and between each two how to invert it.

    A cell holds the value two places before its end, one before and at it, then the point that belongs to the second
    of these, and the three divided differences of the points from there on; see ``tabulated``.
    """

    function: Callable[..., Sequence[float]]
    values: list[float]
    cells: list[Cell]

    @classmethod
    def of(cls, function: Callable[..., Sequence[float]], values: Array, cells: Array) -> Tabulated:
        """Return the table of values of shape ``(m,)``, and of cells of shape ``(m - 3, 7)``."""
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

    def root(self, target: float, size: float) -> float | None:
        """Return where the function takes the value ``target``, itself a difference of terms of that ``size``."""
        place = bisect_left(self.values, target)
        if not 2 <= place <= len(self.values) - 2:
            return None
        before, low, high, at_low, first, second, third = self.cells[place - 2]
        if not first:
            return None  # the points of this cell are one double
        # As for a root found in doubles anywhere: a hundred times what rounding may be, a short way off.
        noise = TERM_ULPS * UNIT_ROUNDOFF * (abs(target) + size)
        bend, past = second + third * (target - before), target - high
        rate, reached = first + bend * past, target - low
        point = at_low + rate * reached
        if not abs(point) * ROOT_SHARE > ROOT_MARGIN * noise * abs(first):
            return None
        rate += reached * (bend + third * past)
        f = self.function(point)[0] - target
        change = -f * rate
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
