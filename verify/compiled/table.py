"""Looks up where a function of one unknown takes a value: by a polynomial that is as good as doubles are."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..tolerance import ROOT_MARGIN, ROOT_SHARE, TERM_ULPS, UNIT_ROUNDOFF

Array = NDArray[Any]
Cell = Sequence[float]

DEGREE = 12
"""Of the polynomial from values to points."""


@dataclass(frozen=True, eq=False)
class Tabulated:
    """A monotone function of one unknown: ``values`` in increasing order, and between each two how to invert it.

    A cell holds a value inside, as two doubles, its point, and the coefficients of the polynomial, in powers of the
    distance from that value, to how far points are from that point; they are zero where there is none.
    """

    values: list[float]
    cells: list[Cell]

    @classmethod
    def of(cls, values: Array, cells: Array) -> Tabulated:
        """Return the table of values of shape ``(m + 1,)``, and of cells of shape ``(m, 3 + DEGREE)``."""
        return cls(values.tolist(), cells.tolist())

    def __reduce__(self) -> tuple[Any, ...]:
        """Be kept as arrays, which are read sooner than lists of numbers."""
        return type(self).of, (np.array(self.values), np.array(self.cells))

    def __call__(self, x: Array, *terms: float) -> tuple[float] | None:
        """Return where the function and the terms, which are all that is needed of the rows, add up to zero.

        ``None`` outside the table, or where rounding moves the root by more than ``ROOT_SHARE`` of it.
        """
        found = self.root(*(-term for term in terms))
        return None if found is None else (found,)

    def nearby(self, targets: Array) -> Array:
        """Return where the function takes each of some values; ``nan`` outside the table.

        >>> line = Tabulated([0.0, 2.0], [[1.0, 0.0, 1.0, 1.0, *[0.0] * 11]])
        >>> line.nearby(np.array([1.5, 9.0]))
        array([1.5, nan])
        """
        places = np.searchsorted(self.values, targets)
        inside = (places > 0) & (places < len(self.values))
        high, low, point, *coefficients = np.array(self.cells)[np.where(inside, places - 1, 0)].T
        s = np.where(inside, (targets - high) - low, 0.0)
        found = np.zeros_like(s)
        for coefficient in reversed(coefficients):
            found = (found + coefficient) * s
        return np.where(inside & (coefficients[0] != 0), point + found, np.nan)

    def root(self, *terms: float) -> float | None:
        """Return where the function takes the value that the terms add up to.

        >>> Tabulated([0.0, 2.0], [[1.0, 0.0, 1.0, 1.0, *[0.0] * 11]]).root(2.0, -0.5)
        1.5
        """
        target = math.fsum(terms)
        place = bisect_left(self.values, target)
        if not 0 < place < len(self.values):
            return None
        high, low, point, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12 = self.cells[place - 1]
        # As for a root found in doubles anywhere: a hundred times what rounding may be, a short way off.
        noise = TERM_ULPS * UNIT_ROUNDOFF * (abs(target) + math.fsum(map(abs, terms)))
        if not abs(point) * ROOT_SHARE > ROOT_MARGIN * noise * abs(c1) > 0.0:
            return None
        s = math.fsum((*terms, -high, -low))
        beyond = s * (c6 + s * (c7 + s * (c8 + s * (c9 + s * (c10 + s * (c11 + s * c12))))))
        return point + s * (c1 + s * (c2 + s * (c3 + s * (c4 + s * (c5 + beyond)))))
