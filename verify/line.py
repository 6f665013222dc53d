"""Intervals in which unknowns are looked for, and where a straight line through two residuals crosses zero."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

SMALLEST_STEP = float(np.finfo(float).smallest_subnormal)


@dataclass(frozen=True)
class Line:
    """A monotone map from the whole line to an interval, as scalar functions: value and inverse."""

    lo: float
    hi: float

    def value(self, u: float) -> float:
        """Return the point of the interval at coordinate ``u``; for one that rounds to an end, the double beside it.

        >>> Line(0.0, math.inf).value(0.0), Line(-math.inf, 1.0).value(50.0)
        (1.0, 0.9999999999999999)
        """
        if math.isinf(self.lo) and math.isinf(self.hi):
            # Spacing of doubles in both directions, finest at zero.
            return math.sinh(u)
        if math.isinf(self.hi):
            return self._inside(self.lo + math.exp(u))
        if math.isinf(self.lo):
            return self._inside(self.hi - math.exp(-u))
        return self._inside(self.lo + (self.hi - self.lo) / (1.0 + math.exp(-u)))

    def _inside(self, value: float) -> float:
        if self.lo < value < self.hi:
            return value
        return max(min(value, math.nextafter(self.hi, -math.inf)), math.nextafter(self.lo, math.inf))

    def coordinate(self, value: float) -> float:
        """Return the coordinate of a point between the ends.

        >>> Line(0.0, math.inf).coordinate(1.0)
        0.0
        """
        if math.isinf(self.lo) and math.isinf(self.hi):
            return math.asinh(value)
        if math.isinf(self.hi):
            return math.log(value - self.lo)
        if math.isinf(self.lo):
            return -math.log(self.hi - value)
        return math.log((value - self.lo) / (self.hi - value))

    def slopes(self, value: float) -> tuple[float, float]:
        """Return the first and the second derivative of a point by its coordinate, as functions of the point.

        >>> Line(0.0, math.inf).slopes(2.0), Line(0.0, 1.0).slopes(0.5)
        ((2.0, 2.0), (0.25, 0.0))
        """
        if math.isinf(self.lo) and math.isinf(self.hi):
            return math.hypot(1.0, value), value
        if math.isinf(self.hi):
            return value - self.lo, value - self.lo
        if math.isinf(self.lo):
            return self.hi - value, value - self.hi
        below, above, length = value - self.lo, self.hi - value, self.hi - self.lo
        return below * above / length, below * above * (above - below) / length**2

    def around(self, value: float, share: float) -> tuple[float, float]:
        """Return the points so far from a value on both sides, relative to its size, or as far as the interval goes.

        >>> Line(0.0, math.inf).around(8.0, 0.25), Line(0.0, 9.0).around(8.0, 0.25)
        ((6.0, 10.0), (6.0, 8.999999999999998))
        """
        step = max(share * abs(value), SMALLEST_STEP)
        return self._inside(value - step), self._inside(value + step)


def crossing(low: Any, high: Any, below: Any, above: Any) -> Any:
    """Return where the straight line through two residuals, numbers or balls, is zero: between the two places.

    >>> crossing(1.0, 4.0, -1.0, 2.0)
    2.0
    """
    return low + (high - low) / (1 - above / below)
