"""Functions of columns by the names that expressions give them, and averages of them, read a block of rows at a time.

A block stays in the processor's cache.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .numbers import number_function
from .row_totals import TOTALS
from .special import PRODUCTS, SPECIAL, Numeric

Array = NDArray[Any]

BLOCK = 65_536
"""Rows at a time: a few such arrays of doubles stay in the second-level cache."""
CROWDED = 8_192
"""Rows at a time of which a dozen columns are made: of longer ones, which are given back to the system and asked for
again each time, the pages cost three times what is computed."""
UNSHARED = 10_000
"""Rows at a time of which a product of two columns is not shared among threads, which cost more than they bring."""


def _largest(*columns: Any) -> Any:
    return np.maximum.reduce(np.broadcast_arrays(*columns))


def _smallest(*columns: Any) -> Any:
    return np.minimum.reduce(np.broadcast_arrays(*columns))


def _power(base: Any, exponent: Any) -> Any:
    return base**exponent


def _half_tangent(z: Any) -> Any:
    return np.tan(0.5 * z)


def _logcosh(z: Any) -> Any:
    size = np.abs(z)
    return size + np.log1p(np.exp(-2.0 * size)) - math.log(2)


def _log1pexp(z: Any) -> Any:
    # NumPy's logaddexp takes one number after the other, six times as long for many.
    return np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))


def _log1mexp(z: Any) -> Any:
    return np.where(z < -0.6931471805599453, np.log1p(-np.exp(z)), np.log(-np.expm1(z)))


ELEMENTARY: dict[str, Numeric] = {
    "exp": np.exp,
    "log": np.log,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "atan": np.arctan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "asinh": np.arcsinh,
    "atanh": np.arctanh,
    "Abs": np.abs,
}


def _angle(y: Any, x: Any) -> Any:
    """The angles of points; the origin has none, while NumPy says zero."""
    return np.where((y == 0) & (x == 0), np.nan, np.arctan2(y, x))[()]


BOUNDED_SLOPE: dict[str, Numeric] = {"sin": np.sin, "cos": np.cos, "tanh": np.tanh}
COMPOSED: dict[str, Numeric] = {"log1pexp": _log1pexp, "log1mexp": _log1mexp, "logcosh": _logcosh}
RELATED: dict[str, Numeric] = {
    name: getattr(np, name)
    for name in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "logical_not")
}
SIMPLE: dict[str, Numeric] = {
    **ELEMENTARY,
    **BOUNDED_SLOPE,
    **COMPOSED,
    **RELATED,
    "Max": _largest,
    "Min": _smallest,
    "sign": np.sign,
    "atan2": _angle,
    "tan": np.tan,
    "power": _power,
    "choose": np.where,
}
"""What NumPy has of the functions that expressions name."""
OF_ROWS: dict[str, Numeric] = {**TOTALS, "half_tangent": _half_tangent, "expm1": np.expm1}
"""What only estimators that are compiled for columns ask for."""
EVERY: dict[str, Numeric] = {**SIMPLE, **SPECIAL, **PRODUCTS, **OF_ROWS}


def column_function(name: str) -> Numeric:
    """Return the function of columns of that name.

    >>> column_function("sqrt")(np.array([4.0]))
    array([2.])
    """
    return EVERY[name]


OF_COLUMNS = "column_"
"""Begins the names of functions of columns in a text that calls functions of floats as well."""


def either_function(name: str) -> Numeric:
    """Return the function of columns of that name, or of floats where nothing tells that it is one of columns.

    >>> either_function("column_sqrt")(np.array([4.0])), either_function("sqrt")(4.0)
    (array([2.]), 2.0)
    """
    return column_function(name.removeprefix(OF_COLUMNS)) if name.startswith(OF_COLUMNS) else number_function(name)


def averages(sums: Callable[..., Sequence[float]], x: Array, *known: float, rows: int = BLOCK) -> list[float]:
    """Return the averages whose sums a function of a column, and of numbers, gives.

    >>> from .row_totals import total
    >>> averages(lambda column, offset: [total(column - offset)], np.array([1.0, 3.0]), 1.0)
    [1.0]
    """
    n = len(x)
    return [value / n for value in (sums(x, *known) if n <= rows else over_blocks(sums, None, x, *known, rows=rows))]


def average(summed: Callable[..., float], x: Array, *known: float, rows: int = BLOCK) -> float:
    """Return the average whose sum a function of a column, and of numbers, gives.

    >>> from .row_totals import total
    >>> average(total, np.array([1.0, 3.0]))
    2.0
    """
    n = len(x)
    if n <= rows:
        return summed(x, *known) / n
    return over_blocks(lambda *block: [summed(*block)], None, x, *known, rows=rows)[0] / n


def over_blocks(
    sums: Callable[..., Sequence[float]],
    functions: Callable[..., Sequence[Array]] | None,
    x: Array,
    *known: float,
    rows: int = BLOCK,
) -> list[float]:
    """Return sums over a long column, read so many rows at a time; ``sums`` is given their ``functions``, too.

    >>> from .row_totals import total
    >>> over_blocks(lambda column: [total(column)], None, np.ones(200_000))
    [200000.0]
    """
    blocks = (x[start : start + rows] for start in range(0, len(x), rows))
    parts = [sums(block, *(() if functions is None else functions(block)), *known) for block in blocks]
    return [math.fsum(column) for column in zip(*parts, strict=True)]


def midpoint(column: Array, target: float) -> float:
    """Return the middle between the first value with at least ``target`` values up to it, and the first with more.

    >>> midpoint(np.array([3.0, 1.0, 2.0, 7.0]), 2.0)
    2.5
    """
    last = len(column) - 1
    low, high = max(min(math.ceil(target) - 1, last), 0), min(math.floor(target), last)
    # One place in order is several times as quick as two, for which NumPy has no vector instructions.
    ordered = np.partition(column, low)
    least = most = ordered.item(low)
    if high > low:
        above = ordered[low + 1 :]
        most = above.item(above.argmin())
    return float(least + (most - least) / 2)
