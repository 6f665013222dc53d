"""Makes a dataset smaller on which something fails, where drawing it anew in simpler ways takes too long."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import combinations, islice

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_DIGITS = (1, 2, 3, 6)
_FEW, _TRIES = 3, 10
"""Up to so many rows are tried first, of each number so many choices."""


def smaller(x: Array, fails: Callable[[Array], bool], seconds: float) -> Array:
    """Return a dataset on which ``fails`` holds as well: few rows, or some dropped, then numbers rounded, in that time.

    Parameters
    ----------
    x
        Shape ``(n,)`` or ``(n, columns)``, on which ``fails`` holds.

    Examples
    --------
    >>> smaller(np.array([0.123, 5.4321, 7.0, 9.0]), lambda x: x.max() > 5, 1.0)
    array([9.])
    """
    until = time.monotonic() + seconds
    x = next((few for few in _few_rows(x) if time.monotonic() < until and fails(few)), x)
    size = len(x) // 2
    while size:
        for start in range(0, len(x), size):
            fewer = np.delete(x, slice(start, start + size), axis=0)
            if time.monotonic() > until:
                return x
            if len(fewer) and fails(fewer):
                x = fewer
                break
        else:
            size //= 2
            continue
        size = min(size, len(x) - 1)
    for digits in _DIGITS:
        rounder = np.vectorize(lambda value, digits=digits: float(f"{value:.{digits}g}"))(x)
        if time.monotonic() > until or np.array_equal(rounder, x):
            return x
        if fails(rounder):
            return rounder
    return x


def _few_rows(x: Array) -> Iterator[Array]:
    """One, two and three different rows, the first and the last in order before others."""
    rows = np.unique(x, axis=0)
    outer = sorted(range(len(rows)), key=lambda place: min(place, len(rows) - 1 - place))
    for count in range(1, min(_FEW, len(x) - 1) + 1):
        for places in islice(combinations(outer, count), _TRIES):
            yield rows[list(places)]
