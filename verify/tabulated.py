"""Tabulates where a function of one unknown takes which value: an equation is then solved by one polynomial."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from flint import arb, arb_poly
from numpy.typing import NDArray
from sympy import Expr, Symbol

from ..proofs.balls import compiled, precision
from .compiled.table import DEGREE, Tabulated
from .exact import in_plain_functions
from .row_roots import on_line
from .tolerance import CLEAR_COORDINATE

Array = NDArray[Any]
Cell = list[float]
Code = Callable[[arb], list[arb]]

_TO_A_UNIT = 8
"""Cells to a unit of the coordinate, the logarithm of most unknowns."""
_HALVED = 2
"""How often a cell is halved where its polynomial is not good to far less than a rounding."""
_LEAST = 1e-50
"""How much the function has to change over a cell: the polynomial divides by twelve such changes."""
_MISSED = 2.0**-6
"""Units in the last place by which a polynomial may miss a point."""
_BITS = 256
"""Digits of points and values, of which divided differences of that order lose some hundred."""
_WITHIN = -np.cos(np.pi * np.arange(DEGREE + 1) / DEGREE) / 2 + 0.5
"""Where in a cell the points lie, both ends and the middle among them: Trefethen 2013, *Approximation Theory and
Approximation Practice*, chapter 2."""
_BESIDE = float((_WITHIN[0] + _WITHIN[1]) / 2), float((_WITHIN[DEGREE // 2] + _WITHIN[DEGREE // 2 + 1]) / 2)
"""Where else the polynomial is looked at."""


@lru_cache(maxsize=64)
def tabulated(expression: Expr, unknown: Symbol, ends: tuple[float, float]) -> Tabulated | None:
    """Return the table of an expression in one unknown between these ends; ``None`` where it is not monotone.

    >>> k = Symbol("k", positive=True)
    >>> table = tabulated(k**2, k, (0.0, np.inf))
    >>> table.root(2.0) == 2.0**0.5
    True
    """
    code = compiled((in_plain_functions(expression),), (unknown,))
    edges = np.linspace(-CLEAR_COORDINATE, CLEAR_COORDINATE, int(2 * CLEAR_COORDINATE) * _TO_A_UNIT + 1)
    with precision(_BITS):
        heights = [code(arb(point))[0] for point in on_line(*ends, edges).tolist()]
        first, last = _monotone(heights)
        if first == last:
            return None
        cells = [
            cell for low, high in pairwise(edges[first : last + 1].tolist()) for cell in _cells(code, ends, low, high)
        ]
    values = [begin for begin, _ in cells] + [float(heights[last].mid())]
    inverted = [cell for _, cell in cells]
    if values[0] > values[-1]:
        values.reverse()
        inverted.reverse()
    return Tabulated.of(np.array(values), np.array(inverted))


def _cells(code: Code, ends: tuple[float, float], low: float, high: float, halved: int = 0) -> list[tuple[float, Cell]]:
    """The cells between two coordinates, each with the value that it begins at: more than one where it takes more."""
    points = on_line(*ends, low + (high - low) * np.array([*_WITHIN, *_BESIDE])).tolist()
    heights = [code(arb(point))[0] for point in points]
    begin, separate = float(heights[0].mid()), _are_separate(points, heights)
    cell = _inverted(points, heights) if separate else None
    if cell is None and separate and halved < _HALVED:
        middle = low + (high - low) / 2
        return [*_cells(code, ends, low, middle, halved + 1), *_cells(code, ends, middle, high, halved + 1)]
    return [(begin, cell or [0.0] * (3 + DEGREE))]


def _monotone(heights: Sequence[arb]) -> tuple[int, int]:
    """The ends of the longest way about the middle on which doubles of these balls only rise, or only fall."""
    values = [float(height.mid()) if height.is_finite() else math.nan for height in heights]
    rising = [np.sign(above - below) if abs(above - below) > _LEAST else 0.0 for below, above in pairwise(values)]
    middle = len(rising) // 2
    first = last = middle
    while first > 0 and rising[first - 1] == rising[middle]:
        first -= 1
    while last < len(rising) and rising[last] == rising[middle]:
        last += 1
    return (first, last) if rising[middle] in (1, -1) else (middle, middle)


def _are_separate(points: Sequence[float], heights: Sequence[arb]) -> bool:
    """Whether a polynomial can go through all, and doubles tell their heights apart."""
    known = heights[: DEGREE + 1]
    told = len({float(height.mid()) for height in known}) == len(known)
    return told and len(set(points)) == len(points) and all((below - above) != 0 for below, above in pairwise(known))


def _inverted(points: Sequence[float], heights: Sequence[arb]) -> Cell | None:
    """The middle value as two doubles, its point, and the coefficients of the polynomial from values to points.

    ``None`` where the polynomial misses one of the points that it does not go through.
    """
    middle = DEGREE // 2
    at, height = points[middle], heights[middle]
    apart, off = [one - height for one in heights], [arb(point) - at for point in points]
    polynomial = arb_poly.interpolate(apart[: DEGREE + 1], off[: DEGREE + 1])
    coefficients = [float(c.mid()) for c in polynomial.coeffs()[1:]]
    coefficients += [0.0] * (DEGREE - len(coefficients))
    missed = [abs(polynomial(apart[place]) - off[place]) for place in range(DEGREE + 1, len(points))]
    if not (all(map(math.isfinite, coefficients)) and all(one < math.ulp(at) * _MISSED for one in missed)):
        return None
    value = float(height.mid())
    return [value, float((height - value).mid()), at, *coefficients]
