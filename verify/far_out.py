"""Looks for higher likelihood near the ends of a space, where a maximum is not proved to be the global one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from .newton import Asking, Maximum, newton_climb

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


def climbs_far_out(start: Start, j: int, logarithmic: bool, middle: float = 0.0) -> Asking[list[Maximum]]:
    """Return the highest points with one coordinate ever further from its middle, on its side of the start.

    Each is where a climb in the other coordinates ends, and is no maximum in all of them.

    >>> from thetahat.verify.newton import side_by_side
    >>> def ridge(points):
    ...     return [(1.0 - float(u[1] ** 2), np.array([0.0, -2 * u[1]]), np.diag([0.0, -2.0])) for u in points]
    >>> [climbs] = side_by_side([climbs_far_out((-1.0, (1.0, 1.0)), 0, False)], ridge)
    >>> [found.value for found in climbs]
    [1.0, 1.0, 1.0]
    """
    point, found = np.array(start[1]), list[Maximum]()
    side = -1.0 if point[j] < middle else 1.0
    others = [i for i in range(len(point)) if i != j]
    for distance in _LOGARITHMIC if logarithmic else _LONG:
        point[j] = middle + side * distance
        reached = yield from _held(newton_climb(point[others]), point.copy(), others)
        if not math.isfinite(reached.value):
            break
        point[others] = reached.point
        found.append(Maximum(point.copy(), reached.value, False))
    return found


def _held(climb: Asking[Maximum], point: Array, others: Sequence[int]) -> Asking[Maximum]:
    """A climb in the other coordinates, with one where it stands in ``point``."""
    try:
        u = next(climb)
        while True:
            point[others] = u
            height, gradient, hessian = yield point.copy()
            u = climb.send((height, gradient[others], hessian[np.ix_(others, others)]))
    except StopIteration as ended:
        return cast(Maximum, ended.value)
