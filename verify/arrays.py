"""What a user passes as numbers, as arrays of them, exactly; or who passed what that is none, and what to do."""

from __future__ import annotations

import math
import reprlib
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..proofs.errors import DataError

Array = NDArray[np.float64]
_EXACT = 2**53
"""Below it in size every integer is a double."""


def real_numbers(who: str, given: ArrayLike, what: str) -> NDArray[Any]:
    """Return ``given`` as integers if it is so given, else as doubles, exactly.

    Raises
    ------
    DataError
        For masked arrays, ragged ones, and entries that are no real numbers or have more digits than a double.

    Examples
    --------
    >>> real_numbers("gamma", [1.5, 2.0], "x")
    array([1.5, 2. ])
    """
    if isinstance(given, np.ma.MaskedArray):
        raise DataError(f"{who}: {what} is a masked array; pass its data, and weight zero where it is masked")
    try:
        raw = np.asarray(given)
    except ValueError as error:
        raise DataError(f"{who}: {what} is not a rectangular array of numbers ({error})") from error
    if raw.dtype.kind not in "biuf":
        if raw.size == 0:
            return np.empty(raw.shape)
        entries = raw.reshape(-1)
        odd = [one for one in entries if not _is_double(one)]
        if not odd:
            raise DataError(
                f"{who}: {what} is an array of objects, the first of which is {entries[0]!r}; pass "
                "np.asarray(..., dtype=float)"
            )
        if isinstance(odd[0], int):
            raise DataError(
                f"{who}: {what} holds a whole number of {odd[0].bit_length()} binary digits, which is larger than any "
                "double; rescale the data"
            )
        raise DataError(
            f"{who}: {what} has entries of type {type(odd[0]).__name__}, such as {reprlib.repr(odd[0])}; "
            "convert them to real numbers first, nothing is converted for you"
        )
    if raw.dtype.kind != "f":
        return raw
    values = raw.astype(np.float64, copy=False)
    if raw.dtype.itemsize > 8:
        _refuse_changed(who, raw[(raw == raw) & (values != raw)], what)
    return values


def _is_double(entry: object) -> bool:
    """Whether an object is a number of Python's or NumPy's that a double may hold; a span of time is none."""
    if isinstance(entry, np.timedelta64) or not isinstance(entry, (int, float, np.integer, np.floating)):
        return False
    return isinstance(entry, (float, np.floating)) or abs(int(entry)) <= sys.float_info.max


def require_doubles(who: str, rows: NDArray[Any], ends: Sequence[tuple[float, float]], what: str) -> None:
    """Raise ``DataError`` for integers that no doubles equal; ``ends`` bound those in ``rows``.

    >>> require_doubles("poisson", np.array([2**53]), [(0, 2**53)], "x")
    """
    if rows.dtype.kind in "iu" and any(not -_EXACT < end < _EXACT for pair in ends for end in pair):
        # NumPy compares integers with doubles as doubles, Python exactly.
        wide = rows[(rows >= _EXACT) | (rows <= -_EXACT)]
        _refuse_changed(who, [number for number in wide.tolist() if float(number) != number], what)


def positive_weights(who: str, weights: ArrayLike | None, n: int) -> tuple[Array | None, NDArray[np.intp] | None]:
    """Return the weights above zero, ``None`` if all are one, and their positions where some are zero.

    Raises
    ------
    DataError
        For another shape than ``(n,)``, a weight that is negative or not finite, and weights that are all zero.

    Examples
    --------
    >>> positive_weights("gamma", [2.0, 0.0, 1.0], 3)
    (array([2., 1.]), array([0, 2]))
    """
    if weights is None:
        return None, None
    numbers = real_numbers(who, weights, "weights")
    w = numbers.astype(np.float64, copy=False)
    if w.shape != (n,):
        raise DataError(f"{who}: weights have shape {w.shape}; {n} observations need the shape ({n},)")
    require_doubles(who, numbers, ((float(numbers.min()), float(numbers.max())),), "weights")
    if not (w.min() >= 0 and math.isfinite(float(w.max()))):
        bad = int(np.argmax(~((w >= 0) & np.isfinite(w))))
        raise DataError(f"{who}: weights[{bad}] = {w[bad]:.17g} is not a finite number >= 0")
    position = None if w.min() > 0 else np.flatnonzero(w)
    if position is not None and not len(position):
        raise DataError(f"{who}: all {n} weights are zero, so nothing counts; make at least one positive")
    kept = w.view() if position is None else w[position]
    kept.flags.writeable = False
    return None if kept.min() == 1.0 == kept.max() else kept, position


def _refuse_changed(who: str, changed: Sequence[Any] | NDArray[Any], what: str) -> None:
    if len(changed):
        raise DataError(f"{who}: {what} contains {changed[0]}, which no double equals; round it yourself")
