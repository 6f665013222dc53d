"""What a column of observations is asked before it is fitted: its ends, whether it is ordinary, or of few values.

A function that NumPy begins sooner is preferred for a short column to one that is quicker row by row.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..tolerance import EXAMINED_ROWS, FAINT, ORDINARY
from .row_totals import square_total, total

Array = NDArray[Any]

DOUBLE = np.dtype(np.float64)
LONG = (np.dtype(np.int64), np.dtype(np.uint64))
EXACT = 2.0**53
"""Below it in size every integer is a double."""
BRIEF = 16_384
"""Rows up to which it is quicker to ask where an end lies: a reduction takes longer to begin."""
_least_of_many, _most_of_many = np.minimum.reduce, np.maximum.reduce


def ordinary_column(given: Any) -> Array | None:
    """Return the data as one column of doubles, or integers; ``None`` for anything that is not plainly that.

    >>> ordinary_column([3, 4]), ordinary_column([[3.0]]) is None
    (array([3, 4]), True)
    """
    if type(given) is not np.ndarray:
        if type(given) not in (list, tuple):
            return None
        try:
            given = np.asarray(given)
        except ValueError:
            return None
    if given.ndim != 1 or not len(given):
        return None
    if given.dtype is not DOUBLE and given.dtype.kind not in "iu":
        if given.dtype != DOUBLE:
            return None
        given = given.view(DOUBLE)  # a type that only carries notes for others
    if not given.dtype.isnative:
        return None
    return given if given.flags.c_contiguous else np.ascontiguousarray(given)


def is_too_short(x: Array, discrete: bool) -> bool:
    """Whether no estimator takes so few rows: of few only sums of whole numbers are taken.

    >>> is_too_short(np.array([3, 4]), True), is_too_short(np.array([3, 4]), False)
    (False, True)
    """
    return len(x) <= EXAMINED_ROWS and not discrete


def least_of(x: Array) -> float:
    """Return the least of a column, ``nan`` where it holds one.

    >>> least_of(np.array([2.0, 1.0, 4.0]))
    1.0
    """
    return float(x.item(x.argmin())) if len(x) <= BRIEF else float(_least_of_many(x))


def most_of(x: Array) -> float:
    """Return the greatest of a column, ``nan`` where it holds one.

    >>> most_of(np.array([2.0, 1.0, 4.0]))
    4.0
    """
    return float(x.item(x.argmax())) if len(x) <= BRIEF else float(_most_of_many(x))


def ends_of(x: Array) -> tuple[float, float]:
    """Return the least and the greatest of a column, ``nan`` where it holds one.

    >>> ends_of(np.array([2.0, 1.0, 4.0]))
    (1.0, 4.0)
    """
    return least_of(x), most_of(x)


def is_ordinary(least: float, most: float) -> bool:
    """Whether data are neither large nor small nor close together, so that formulas are not examined.

    >>> is_ordinary(0.5, 2.0), is_ordinary(1e9, 2e9), is_ordinary(1e-300, 2.0)
    (True, False, False)
    """
    size = max(-least, most)
    return 1 / ORDINARY <= size <= ORDINARY and most - least >= size / ORDINARY and not 0 < least < FAINT


def is_whole(x: Array) -> bool:
    """Whether all rows are whole numbers.

    >>> is_whole(np.array([2.0, 1.0])), is_whole(np.array([2.0, 1.5]))
    (True, False)
    """
    return bool((x == np.rint(x)).all())


def are_few(x: Array) -> bool:
    """Whether so few of more rows are different ones that they are evaluated in balls; mostly the first ones tell.

    >>> are_few(np.arange(100.0)), are_few(np.arange(100.0) % 7)
    (False, True)
    """
    first = x[: EXAMINED_ROWS + 1].copy()
    first.sort()
    same = first[1:] == first[:-1]
    return bool(same.item(same.argmax())) and len(set(x.tolist())) <= EXAMINED_ROWS


QUESTIONS: dict[str, Any] = {
    "least_of_many": _least_of_many,
    "most_of_many": _most_of_many,
    "is_ordinary": is_ordinary,
    "is_whole": is_whole,
    "are_few": are_few,
    "total": total,
    "square_total": square_total,
    "double": DOUBLE,
    "long": LONG,
    "unsigned": LONG[1],
}
"""What the text of an estimator asks rows by, under the names that it has there."""
