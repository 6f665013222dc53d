"""Solves ``function(unknown) = target`` again and again: once tabulated, an inverse lookup and a few secants."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sympy import Expr, Symbol

from .density import compiled
from .row_roots import on_line
from .scalars import scalars
from .tolerance import CLEAR_COORDINATE, ROOT_MARGIN, ROOT_SHARE, ROOT_ULPS, TERM_ULPS, UNIT_ROUNDOFF

_NODES = 641
"""Sixteen to a unit of the coordinate, the logarithm of most unknowns: cubic interpolation is then good to 1e-6."""
_SECANTS = 8


@dataclass(frozen=True, eq=False)
class Tabulated:
    """A monotone function of one unknown: ``values`` in increasing order, and the ``points`` that they belong to."""

    function: Callable[..., Sequence[float]]
    values: list[float]
    points: list[float]

    def root(self, target: float, size: float) -> float | None:
        """Return where the function takes the value ``target``, itself a difference of terms of that ``size``.

        ``None`` outside the table, or where rounding moves the root by more than ``ROOT_SHARE`` of it.
        """
        place = bisect_left(self.values, target)
        if not 2 <= place <= len(self.values) - 2:
            return None
        near = place if self.values[place] - target < target - self.values[place - 1] else place - 1
        last, f_last = self.points[near], self.values[near] - target
        if f_last == 0:
            return last
        point = _interpolated(self.values[place - 2 : place + 2], self.points[place - 2 : place + 2], target)
        slope = 0.0
        for _ in range(_SECANTS):
            f = self.function(point)[0] - target
            if f == f_last or point == last:
                break
            slope = (f - f_last) / (point - last)
            last, f_last, point = point, f, point - f / slope
            if abs(point - last) <= ROOT_ULPS * UNIT_ROUNDOFF * abs(point):
                break
        else:
            return None
        # As for a root found in doubles anywhere: a hundred times what rounding may be, a short way off.
        noise = TERM_ULPS * UNIT_ROUNDOFF * (abs(target) + size)
        clear = abs(self._slope(place) * point) * ROOT_SHARE > ROOT_MARGIN * noise
        return point if clear and self.points[place - 1] != self.points[place] else None

    def _slope(self, place: int) -> float:
        return (self.values[place] - self.values[place - 1]) / (self.points[place] - self.points[place - 1])


def _interpolated(values: Sequence[float], points: Sequence[float], target: float) -> float:
    """The cubic through four points, by Neville's scheme: Dahlquist & Bjoerck 2008, section 4.2.3."""
    column = list(points)
    for step in (1, 2, 3):
        column = [
            ((target - values[i]) * column[i + 1] - (target - values[i + step]) * column[i])
            / (values[i + step] - values[i])
            for i in range(4 - step)
        ]
    return column[0]


def tabulated(expression: Expr, unknown: Symbol, ends: tuple[float, float]) -> Tabulated | None:
    """Return the table of an expression in one unknown between these ends; ``None`` where it is not monotone.

    >>> k = Symbol("k", positive=True)
    >>> table = tabulated(k**2, k, (0.0, np.inf))
    >>> round(table.root(2.0, 2.0), 12)
    1.414213562373
    """
    points = on_line(*ends, np.linspace(-CLEAR_COORDINATE, CLEAR_COORDINATE, _NODES))
    with np.errstate(all="ignore"):
        values = np.asarray(compiled(expression, (unknown,))(points), dtype=np.float64)
        rising = np.diff(values)
    if values.shape != points.shape or np.isnan(values).any():
        return None
    middle = float(np.sign(rising[_NODES // 2]))
    # Far out rounding may hide that the function still changes; there the table ends.
    wrong = np.flatnonzero(~(rising * middle > 0) | ~np.isfinite(rising))
    first = int(wrong[wrong < _NODES // 2].max(initial=-1)) + 1
    last = int(wrong[wrong > _NODES // 2].min(initial=_NODES - 1))
    if not middle or last - first < 4:
        return None
    kept = slice(first, last + 1)
    values, points = values[kept], points[kept]
    if middle < 0:
        values, points = values[::-1], points[::-1]
    return Tabulated(scalars([expression], [unknown]), values.tolist(), points.tolist())
