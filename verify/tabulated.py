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
"""Sixty-four to a unit of the coordinate, the logarithm of most unknowns: interpolation is then good to 1e-10 and less,
or to what rounding leaves of the values."""
_LEAST = 1e-50
"""How much the function has to change from node to node: the polynomial divides by five such changes."""
_AROUND = (0, 1, -1, 2, -2, 3)
"""The nodes that a polynomial goes through, counted from the first of the two between which it is used."""


def _cells(values: Array, points: Array) -> Array:
    """The first value of each cell and the coefficients, in distances from it, of the polynomial to its points.

    By divided differences, nearest nodes first: Dahlquist & Bjoerck 2008, *Numerical Methods in Scientific Computing*,
    section 4.2.1; multiplied out by Horner's rule.
    """
    count = len(values) - len(_AROUND) + 1
    v, table = ([column[2 + place : 2 + place + count] for place in _AROUND] for column in (values, points))
    for order in range(1, len(_AROUND)):
        for place in range(len(_AROUND) - 1, order - 1, -1):
            table[place] = (table[place] - table[place - 1]) / (v[place] - v[place - order])
    coefficients = [table[-1]]
    for place in range(len(_AROUND) - 2, -1, -1):
        off, higher = v[place] - v[0], [*coefficients, np.zeros(count)]
        lower = [
            table[place] - off * coefficients[0],
            *(coefficients[k - 1] - off * higher[k] for k in range(1, len(higher))),
        ]
        coefficients = lower
    return np.column_stack([v[0], *coefficients])


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
    if not middle or last - first < len(_AROUND):
        return None
    kept = slice(first, last + 1)
    values, points = values[kept], points[kept]
    if middle < 0:
        values, points = values[::-1], points[::-1]
    return Tabulated.of(scalars([expression], [unknown]), values, _cells(values, points))
