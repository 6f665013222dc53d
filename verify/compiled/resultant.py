"""What the length of a mean direction lacks of one, to nearly all digits however close the angles are."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .row_totals import total

Array = NDArray[Any]

_BLOCK = 65_536
"""Rows of which columns are made at a time."""
_LONG = 0.75
"""Length from which the difference is made of terms of one sign: below it loses less than a unit in the last place."""


def resultant_gap(x: Array, sine: float, cosine: float) -> float:
    """Return one less the length of the mean of unit vectors at some angles, of which mean sine and cosine are given.

    It is the mean of one less the cosine of what angles are off the direction of that vector, twice the square of the
    sine of half of it: Mardia & Jupp 2000, *Directional Statistics*, section 2.3. What that direction is off enters by
    its square.

    >>> resultant_gap(np.array([1e-9, -1e-9]), 0.0, 1.0)
    5e-19
    """
    length = math.hypot(sine, cosine)
    if length < _LONG:
        return 1.0 - length
    n, direction = len(x), math.atan2(sine, cosine)
    parts = (_squares(x[start : start + _BLOCK], direction) for start in range(0, n, _BLOCK))
    return 2.0 * math.fsum(parts) / n


def _squares(x: Array, direction: float) -> float:
    tangent = np.tan(0.5 * (x - direction))
    tangent *= tangent
    return total(tangent / (1.0 + tangent))
