"""Decides whether data and weights are a dataset of a family, and says which value is not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..proofs.errors import DataError, ParameterError, SupportError
from ..proofs.family import Family
from ..strategies.samples import are_whole
from .ends import Array, Reach, reach
from .observations import Observations

_EXACT = 2**53
"""Below it in size every integer is a double."""


def require_data(family: Family, x: ArrayLike, weights: ArrayLike | None = None) -> Observations:
    """Return the dataset, valid for some member of ``family``, or say which value is not.

    Rows of weight zero are taken out before anything else: they may hold anything, even ``nan``, and positions in
    messages count them. A support that depends on parameters is checked only against what some member allows.

    Parameters
    ----------
    x
        Shape ``(n,)`` or ``(n, 1)``; with covariates ``(n, 1 + covariates)``, the observation first.
    weights
        Shape ``(n,)``, non-negative and not all zero; all one when omitted.

    Raises
    ------
    DataError
        For a wrong shape, no rows, values that are not finite real doubles, or weights that are none.
    SupportError
        Names the first observation outside the support.
    ParameterError
        For a family whose constants have no values yet.

    Examples
    --------
    >>> from thetahat.proofs.families.counts.poisson import POISSON
    >>> require_data(POISSON, [0, 2, 5], weights=[1, 0, 3]).x
    array([[0.],
           [5.]])
    """
    observations, position = _numbers(family, x, weights)
    _require_support(family, observations, position)
    return observations


def require_numbers(family: Family, x: ArrayLike, weights: ArrayLike | None = None) -> Observations:
    """Return the dataset as ``require_data`` does, without asking whether it lies in the support.

    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> require_numbers(EXPONENTIAL, [-1.0]).n
    1
    """
    return _numbers(family, x, weights)[0]


def require_fixed(family: Family) -> None:
    """Raise ``ParameterError`` unless every constant of ``family`` has a value.

    >>> from thetahat.proofs.families.real.normal import NORMAL
    >>> require_fixed(NORMAL)
    """
    if family.constants:
        names = ", ".join(item.name for item in family.constants)
        first = family.constants[0].name
        raise ParameterError(
            f"{family.name}: the constant {names} has no value yet. Pass fixed={{{first!r}: ...}} "
            f"or use family.fix({first}=...)."
        )


def _numbers(family: Family, x: ArrayLike, weights: ArrayLike | None) -> tuple[Observations, NDArray[np.intp] | None]:
    """The rows that count, and their positions in ``x`` where some do not."""
    require_fixed(family)
    values = _real(family, x, "x")
    columns = len(family.columns)
    if values.ndim == 1 and columns == 1:
        values = values.reshape(-1, 1)
    if values.ndim != 2 or values.shape[1] != columns:
        wanted = f"(n, {columns}), columns {', '.join(map(str, family.columns))}" if columns > 1 else "(n,)"
        raise DataError(f"{family.name}: x has shape {np.shape(values)}; the shape has to be {wanted}")
    if not len(values):
        raise DataError(f"{family.name}: x is empty; an estimate needs at least one observation")
    w, position = _weights(family, weights, len(values))
    if position is not None:
        values = values[position]
    values = values.view()
    values.flags.writeable = False
    found = Observations(values, w, len(values))
    if not all(math.isfinite(end) for ends in found.sample.ends for end in ends):
        row, column = (int(index) for index in np.argwhere(~np.isfinite(values))[0])
        place = _place(position, row) + (f", {column}" if columns > 1 else "")
        raise DataError(
            f"{family.name}: x[{place}] = {values[row, column]} is not finite. Remove the row or give it weight zero; "
            "nothing is dropped for you."
        )
    _require_doubles(family, values, found.sample.ends, "x")
    return found, position


def _weights(family: Family, weights: ArrayLike | None, n: int) -> tuple[Array | None, NDArray[np.intp] | None]:
    """The weights above zero, ``None`` if all are one, and their positions where some are zero."""
    if weights is None:
        return None, None
    numbers = _real(family, weights, "weights")
    w = numbers.astype(np.float64, copy=False)
    if w.shape != (n,):
        raise DataError(f"{family.name}: weights have shape {w.shape}; {n} observations need the shape ({n},)")
    _require_doubles(family, numbers, ((float(numbers.min()), float(numbers.max())),), "weights")
    if not (w.min() >= 0 and math.isfinite(float(w.max()))):
        bad = int(np.argmax(~((w >= 0) & np.isfinite(w))))
        raise DataError(f"{family.name}: weights[{bad}] = {w[bad]:.17g} is not a finite number >= 0")
    position = None if w.min() > 0 else np.flatnonzero(w)
    if position is not None and not len(position):
        raise DataError(f"{family.name}: all {n} weights are zero, so nothing counts; make at least one positive")
    kept = w.view() if position is None else w[position]
    kept.flags.writeable = False
    return None if kept.min() == 1.0 == kept.max() else kept, position


def _real(family: Family, given: ArrayLike, what: str) -> NDArray[Any]:
    """``given`` as integers if it is so given, else as doubles, exactly, or ``DataError``."""
    if isinstance(given, np.ma.MaskedArray):
        raise DataError(f"{family.name}: {what} is a masked array; pass its data, and weight zero where it is masked")
    try:
        raw = np.asarray(given)
    except ValueError as error:
        raise DataError(f"{family.name}: {what} is not a rectangular array of numbers ({error})") from error
    if raw.dtype.kind not in "biuf":
        if raw.size == 0:
            return np.empty(raw.shape)
        first = raw.reshape(-1)[0]
        raise DataError(
            f"{family.name}: {what} has entries of type {type(first).__name__}, such as {first!r}; "
            "convert them to real numbers first, nothing is converted for you"
        )
    if raw.dtype.kind != "f":
        return raw
    values = raw.astype(np.float64, copy=False)
    if raw.dtype.itemsize > 8:
        _refuse_changed(family, raw[(raw == raw) & (values != raw)], what)
    return values


def _require_doubles(family: Family, rows: NDArray[Any], ends: tuple[tuple[float, float], ...], what: str) -> None:
    """Refuse integers that no doubles equal: up to 2^53 all are doubles."""
    if rows.dtype.kind in "iu" and any(not -_EXACT < end < _EXACT for pair in ends for end in pair):
        # NumPy compares integers with doubles as doubles, Python exactly.
        wide = rows[(rows >= _EXACT) | (rows <= -_EXACT)]
        _refuse_changed(family, [number for number in wide.tolist() if float(number) != number], what)


def _refuse_changed(family: Family, changed: Sequence[Any], what: str) -> None:
    if len(changed):
        raise DataError(f"{family.name}: {what} contains {changed[0]}, which no double equals; round it yourself")


def _place(position: NDArray[np.intp] | None, row: int) -> str:
    return str(row if position is None else int(position[row]))


def _require_support(family: Family, observations: Observations, position: NDArray[np.intp] | None) -> None:
    ends, allowed = observations.sample.ends, reach(family)
    if not allowed.spans(*ends[0]) or (allowed.discrete and not observations.sample.whole):
        column = observations.columns[0]
        row = int(np.argmax(allowed.outside(column)))
        some = " of every member" if family.bounds.free_symbols else ""
        raise SupportError(
            f"{family.name}: x[{_place(position, row)}] = {column[row]:.17g} lies outside the support "
            f"{family.support}{some}. Remove the observation or choose a family whose support contains it; "
            "nothing is clipped or dropped for you."
        )
    for j, symbol in enumerate(family.covariates, start=1):
        lattice = bool(symbol.is_integer)
        lo, closed = (0.0, not symbol.is_positive) if symbol.is_nonnegative else (-math.inf, False)
        assumed, covariate = Reach(lo, math.inf, closed, False, lattice), observations.columns[j]
        if not assumed.spans(*ends[j]) or (lattice and not are_whole(covariate)):
            row = int(np.argmax(assumed.outside(covariate)))
            raise SupportError(
                f"{family.name}: x[{_place(position, row)}, {j}] = {covariate[row]:.17g} contradicts what the "
                f"declaration assumes of the covariate {symbol}. Remove the row or declare the covariate more widely."
            )
