"""Looks for higher likelihood near the ends of a space, where a maximum is not proved to be the global one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from .solving import Maximum, Objective, newton_maximum

Array = NDArray[np.float64]

Start = tuple[float, tuple[float, ...]]
"""The height of a point from which to climb, and its coordinates."""

_LONG = (30.0, 300.0, 3000.0)
"""Coordinates tried, one after the other, of a parameter that may be any number."""

_LOGARITHMIC = (5.0, 10.0, 20.0)
"""The same for the logarithm of a parameter, or of its odds."""


def outermost(ranked: Sequence[Start], j: int) -> tuple[Start, Start]:
    """Return the highest of the starts with the least value of a coordinate, and with the greatest.

    >>> outermost([(2.0, (0.0,)), (1.0, (1.0,)), (0.0, (-1.0,))], 0)
    ((0.0, (-1.0,)), (1.0, (1.0,)))
    """
    least, most = (extreme(point[j] for _, point in ranked) for extreme in (min, max))
    first, last = (next(start for start in ranked if start[1][j] == value) for value in (least, most))
    return first, last


def climbs_far_out(
    objective: Objective, start: Start, j: int, logarithmic: bool, middle: float = 0.0
) -> Iterator[Maximum]:
    """Yield the highest points with one coordinate ever further from its middle, on its side of the start.

    Each is where a climb in the other coordinates ends, and is no maximum in all of them.

    >>> def ridge(u):
    ...     return 1.0 - float(u[1] ** 2), np.array([0.0, -2 * u[1]]), np.diag([0.0, -2.0])
    >>> [found.value for found in climbs_far_out(ridge, (-1.0, (1.0, 1.0)), 0, False)]
    [1.0, 1.0, 1.0]
    """
    point = np.array(start[1])
    side = -1.0 if point[j] < middle else 1.0
    others = [i for i in range(len(point)) if i != j]
    for distance in _LOGARITHMIC if logarithmic else _LONG:
        point[j] = middle + side * distance
        held = _held(objective, point.copy(), others)
        found = newton_maximum(held, point[others])
        if not math.isfinite(found.value):
            return
        point[others] = found.point
        yield Maximum(point.copy(), found.value, False)


def _held(objective: Objective, point: Array, others: Sequence[int]) -> Objective:
    """The objective in the other coordinates, with one where it stands in ``point``."""

    def value(u: Array) -> tuple[float, Array, Array]:
        point[others] = u
        height, gradient, hessian = objective(point)
        return height, gradient[others], hessian[np.ix_(others, others)]

    return value
