"""Solves an equation of which the unknown stands inside averages: every look at it is a pass over the rows.

Of counts the passes are over the values that occur. What is found is believed where the equation changes its sign
there by more than rounding does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..line import Line, crossing
from ..solving import sign_changes
from ..tolerance import ROOT_MARGIN, ROOT_SHARE, TERM_ULPS, UNIT_ROUNDOFF
from .columns import averages
from .numbers import Scalars
from .row_totals import total

Array = NDArray[Any]

_NEAR = 4.0
"""Coordinate up to which a root is looked for where the equation becomes smaller; beyond it may only fade out."""
_SETTLED = 1e-6
"""Change of the coordinate from one interpolated root to the next at which the last, off by far less, is examined."""
_LOOKS = 60
_THROUGH = 4
"""Looks that an inverse interpolation goes through."""
_SPARSE = 16
"""How many times as many values as rows there may be between counts for each value to get a place."""


@dataclass(frozen=True, eq=False)
class RowEquation:
    """An equation in averages of functions of the rows and the unknown.

    ``rows`` gives these functions, ``value`` the equation from the unknown, their averages and numbers that are known,
    and with it the sum of the moduli of its terms. ``counted`` says that rows are whole numbers. ``by_steps`` is the
    same equation, of which the functions are steps from one whole number to the next, from its ``first`` one on.
    """

    rows: Callable[..., Sequence[Array]]
    value: Scalars
    line: Line
    counted: bool
    by_steps: RowEquation | None = None
    first: int | None = None

    def __call__(self, x: Array, *known: float) -> tuple[float] | None:
        """Return the unknown, ``None`` where no change of sign is found, or none that is clear.

        The last three numbers known are the ends of the data and the larger of their moduli.
        """
        if self.by_steps is not None and _are_close(x, *known[-3:-1]):
            return self.by_steps(x, *known)
        averaged, looks = self._averaged(x, known), dict[float, float]()

        def looked_at(unknown: float) -> list[float]:
            return self.value(unknown, *averaged(unknown), *known)

        def residual(u: float) -> float:
            if u not in looks:
                looks[u] = looked_at(self.line.value(u))[0]
            return looks[u]

        for bracket in self._brackets(residual):
            root = self.line.value(_interpolated_root(residual, *bracket, looks))
            low, high = root * (1 - ROOT_SHARE), root * (1 + ROOT_SHARE)
            (below, size), (above, _) = looked_at(low), looked_at(high)
            noise = ROOT_MARGIN * TERM_ULPS * UNIT_ROUNDOFF * size
            if below * above < 0 and min(abs(below), abs(above)) > noise:
                # Over so short a way the equation is straight to within rounding.
                return (crossing(low, high, below, above),)
        return None

    def _brackets(self, residual: Callable[[float], float]) -> Iterator[tuple[float, float]]:
        """Coordinates between which to look for the root: the way down first, which may lead to where it fades out."""
        first = _downhill(residual)
        if first is not None:
            yield first
        place = self.line.coordinate
        for low, high in islice(sign_changes(lambda value: residual(place(value)), self.line), 1):
            yield place(low), place(high)

    def _averaged(self, x: Array, known: Sequence[float]) -> Callable[[float], list[float]]:
        """From the unknown to the averages of what holds it."""
        if not (self.counted and _are_close(x, *known[-3:-1])):
            return lambda unknown: averages(self._sums, x, unknown, *known)
        values, shares = values_and_shares(x) if self.first is None else steps_and_shares(x, self.first)
        return lambda unknown: [float(column.dot(shares)) for column in self.rows(values, unknown, *known)]

    def _sums(self, x: Array, unknown: float, *known: float) -> list[float]:
        return [total(column) for column in self.rows(x, unknown, *known)]


def _downhill(residual: Callable[[float], float]) -> tuple[float, float] | None:
    """A bracket in the direction in which the equation becomes smaller, from the middle on in growing steps.

    >>> _downhill(lambda u: 2.0 - u)
    (1.5, 3.5)
    """
    u, step = 0.0, 0.5
    value, beside = residual(u), residual(step)
    if value * beside > 0 and not abs(beside) < abs(value):
        step, beside = -step, residual(-step)
    while value * beside > 0 and abs(beside) < abs(value) and abs(u + step) < _NEAR:
        u, value, step = u + step, beside, 2 * step
        beside = residual(u + step)
    return (min(u, u + step), max(u, u + step)) if value * beside < 0 else None


def _interpolated_root(residual: Callable[[float], float], low: float, high: float, looks: dict[float, float]) -> float:
    """A point far closer than ``ROOT_SHARE`` to where the residual changes sign between two others, most likely.

    By inverse interpolation through the last of all ``looks``, to which it adds its own (Dahlquist & Bjoerck 1974,
    *Numerical Methods*, section 7.3.2); where it leaves the bracket, or its steps do not become shorter, the bracket
    is halved.

    >>> looks = {1.0: 2.0, 4.0: -13.0}
    >>> abs(_interpolated_root(lambda k: 3.0 - k * k, 1.0, 4.0, looks) / 3.0**0.5 - 1) < 1e-9
    True
    """
    last, longer, step, rising = high, high - low, high - low, residual(high) > 0
    for _ in range(_LOOKS):
        point = _at_zero(list(looks.items())[-_THROUGH:])
        if not (low < point < high and abs(point - last) <= longer / 2):
            point = low + (high - low) / 2
        longer, step, last = step, abs(point - last), point
        if step <= _SETTLED:
            break
        value = looks[point] = residual(point)
        if not value:
            break
        low, high = (low, point) if (value > 0) == rising else (point, high)
    return point


def _at_zero(looks: Sequence[tuple[float, float]]) -> float:
    """The point at the value zero of the polynomial through pairs of points and values; ``nan`` without one.

    >>> _at_zero([(2.0, 1.0), (4.0, -1.0)])
    3.0
    """
    points, values = map(list, zip(*looks, strict=True))
    for gap in range(1, len(points)):
        for i in range(len(points) - gap):
            apart = values[i + gap] - values[i]
            if not apart:
                return math.nan
            points[i] = (values[i + gap] * points[i] - values[i] * points[i + 1]) / apart
    return points[0]


def _are_close(x: Array, least: float, most: float) -> bool:
    """Whether each whole number up to the largest row can have a place, and none is below zero."""
    return least >= 0 and most <= _SPARSE * len(x)


def values_and_shares(x: Array) -> tuple[Array, Array]:
    """Return the counts that occur and the share of each.

    >>> [column.tolist() for column in values_and_shares(np.array([4.0, 1.0, 1.0, 4.0]))]
    [[1.0, 4.0], [0.5, 0.5]]
    """
    counted = np.bincount(x.astype(np.intp))
    values = np.flatnonzero(counted)
    return values.astype(np.float64), counted[values] / len(x)


def steps_and_shares(x: Array, first: int) -> tuple[Array, Array]:
    """Return the whole numbers from the first to below the largest count, and the share of counts above each.

    >>> [column.tolist() for column in steps_and_shares(np.array([3.0, 1.0, 1.0, 3.0]), 0)]
    [[0.0, 1.0, 2.0], [1.0, 0.5, 0.5]]
    """
    above = np.bincount(x.astype(np.intp))[:first:-1].cumsum()[::-1]
    return np.arange(float(first), first + len(above)), above / len(x)
