"""Tabulates a function of one unknown, so that it is solved for again and again by a lookup and a few secants."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol

from .compiled.table import Tabulated
from .density import compiled
from .row_roots import on_line
from .tolerance import CLEAR_COORDINATE
from .written import scalars

Array = NDArray[Any]

_NODES = 2561
"""Sixty-four to a unit of the coordinate, the logarithm of most unknowns: cubic interpolation is then good to 1e-7."""
_LEAST = 1e-60
"""How much the function has to change from node to node: the cubic divides by three such changes."""


def _cells(values: Array, points: Array) -> Array:
    """What the cubic through the four points around each cell needs: Dahlquist & Bjoerck 2008, section 4.2.

    With ``v_1 <= t <= v_2`` it is ``p_1 + (t - v_1) (d_1 + (t - v_2) (d_2 + (t - v_0) d_3))``.
    """
    v0, v1, v2, v3 = (values[place : len(values) - 3 + place] for place in range(4))
    p0, p1, p2, p3 = (points[place : len(points) - 3 + place] for place in range(4))
    d12 = (p2 - p1) / (v2 - v1)
    d120 = ((p0 - p2) / (v0 - v2) - d12) / (v0 - v1)
    d203 = ((p3 - p0) / (v3 - v0) - (p0 - p2) / (v0 - v2)) / (v3 - v2)
    columns = (v0, v1, v2, p1, d12, d120, (d203 - d120) / (v3 - v1))
    return np.column_stack(columns)


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
    # Far out rounding may hide that the function still changes, or nearly; there the table ends.
    wrong = np.flatnonzero(~(rising * middle > _LEAST) | ~np.isfinite(rising))
    first = int(wrong[wrong < _NODES // 2].max(initial=-1)) + 1
    last = int(wrong[wrong > _NODES // 2].min(initial=_NODES - 1))
    if not middle or last - first < 4:
        return None
    kept = slice(first, last + 1)
    values, points = values[kept], points[kept]
    if middle < 0:
        values, points = values[::-1], points[::-1]
    return Tabulated.of(scalars([expression], [unknown]), values, _cells(values, points))
