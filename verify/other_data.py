"""Data whose estimate somebody may have computed in place of that of the data given."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def other_data(x: Array, w: Array) -> Iterator[tuple[str, Array, Array]]:
    """Yield what may have happened to rows ``x`` with weights ``w``: words, the new rows, their weights.

    >>> [words for words, rows, _ in other_data(np.array([3.0, 0.0]), np.ones(2)) if len(rows) == 3]
    ['an observation of zero is added', 'an observation of one is added']
    """
    yield from _weighed(x, w)
    yield from _left_out(x, w)
    if x.ndim == 1:
        yield from _values_changed(x, w)
        yield from _added(x, w)
    elif x.shape[1] == 2:
        yield "observation and covariate are exchanged", x[:, ::-1], w
    with np.errstate(all="ignore"):
        yield "the data are rounded to single precision", x.astype(np.float32).astype(float), w


def _weighed(x: Array, w: Array) -> Iterator[tuple[str, Array, Array]]:
    ones = np.ones(len(x))
    if not np.array_equal(w, ones):
        yield "the weights are ignored", x, ones
        yield "the weights are squared", x, w * w
        yield "roots are taken of the weights", x, np.sqrt(w)
        yield "the weights are rounded to integers", x, np.rint(w)
        yield "of the weights only whether they are zero counts", x, (w > 0).astype(float)


def _left_out(x: Array, w: Array) -> Iterator[tuple[str, Array, Array]]:
    different = np.unique(x, axis=0)
    if len(different) > 2:  # of two values, what is left is a median as well, a mode, and much else
        order: NDArray[np.intp] = np.argsort(x if x.ndim == 1 else x[:, 0], kind="stable")
        yield "the largest observation is left out", x[order[:-1]], w[order[:-1]]
        yield "the smallest observation is left out", x[order[1:]], w[order[1:]]
        yield "both extremes are left out", x[order[1:-1]], w[order[1:-1]]
    yield "the first observation is left out", x[1:], w[1:]
    yield "the last observation is left out", x[:-1], w[:-1]
    yield "the second half of the observations is left out", x[: len(x) // 2], w[: len(x) // 2]
    yield "equal observations are counted once", different, np.ones(len(different))
    if x.ndim == 1:
        yield "zeros are left out", x[x != 0], w[x != 0]


def _values_changed(x: Array, w: Array) -> Iterator[tuple[str, Array, Array]]:
    yield "the data are rounded to integers", np.rint(x), w
    yield "the data are rounded down to integers", np.floor(x), w
    yield "the data are taken without their signs", np.abs(x), w
    yield "one is added to the data", x + 1, w
    yield "one is taken from the data", x - 1, w
    # A support may be open at zero, and so little more shows in no estimate of a scale.
    measured = np.maximum(x - x.min(), np.ptp(x) * 2.0**-40)
    yield "the data are measured from the smallest of them, as where a location is estimated as well", measured, w
    low, high = np.quantile(x, [0.05, 0.95])
    yield "extremes are moved to the quantiles 5 % and 95 %", np.clip(x, low, high), w
    if ((x >= 0) & (x <= 1)).all():
        yield "one minus the data: failures for successes, or measured from the other end", 1 - x, w
    if (x > 0).all():
        yield "the data are replaced by their reciprocals", 1 / x, w
        yield "the data are replaced by their logarithms", np.log(x), w
    yield "the data are squared", x * x, w


def _added(x: Array, w: Array) -> Iterator[tuple[str, Array, Array]]:
    """What a prior, or smoothing, adds."""
    yield "an observation of zero is added", np.append(x, 0.0), np.append(w, 1.0)
    yield "an observation of one is added", np.append(x, 1.0), np.append(w, 1.0)
    yield "an observation of zero and one of one are added", np.append(x, [0.0, 1.0]), np.append(w, [1.0, 1.0])
