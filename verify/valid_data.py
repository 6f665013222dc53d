"""Decides whether data and weights are a dataset of a family, and says which value is not."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import chain

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sympy import Rational

from ..proofs.errors import DataError, ParameterError, SupportError
from ..proofs.family import Family
from ..proofs.voids import places_without_density
from ..strategies.samples import are_whole
from .arrays import positive_weights, real_numbers, require_doubles
from .ends import reach, reach_beside
from .observations import Observations
from .row_support import outside_rows


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


def require_numbers(family: Family, x: ArrayLike | Observations, weights: ArrayLike | None = None) -> Observations:
    """Return the dataset as ``require_data`` does, without asking whether it lies in the support.

    A dataset that was read before is returned as it is, with all that is known of it.

    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> require_numbers(EXPONENTIAL, [-1.0]).n
    1
    """
    return x if isinstance(x, Observations) else _numbers(family, x, weights)[0]


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
    values = real_numbers(family.name, x, "x")
    columns = len(family.columns)
    if columns > 1:
        _require_order(family, getattr(x, "columns", ()))
    values = values.reshape(-1, 1) if values.ndim == 1 and columns == 1 else values.view()
    if values.ndim != 2 or values.shape[1] != columns:
        wanted = f"(n, {columns}), columns {', '.join(map(str, family.columns))}" if columns > 1 else "(n,)"
        raise DataError(f"{family.name}: x has shape {np.shape(values)}; the shape has to be {wanted}")
    if not len(values):
        raise DataError(f"{family.name}: x is empty; an estimate needs at least one observation")
    w, position = positive_weights(family.name, weights, len(values))
    if position is not None:
        values = values[position]
    values.flags.writeable = False
    found = Observations(values, w, len(values))
    if not all(map(math.isfinite, chain(*found.sample.ends))):
        row, column = (int(index) for index in np.argwhere(~np.isfinite(values))[0])
        place = _place(position, row) + (f", {column}" if columns > 1 else "")
        raise DataError(
            f"{family.name}: x[{place}] = {values[row, column]} is not finite. Remove the row or give it weight zero; "
            "nothing is dropped for you."
        )
    require_doubles(family.name, values, found.sample.ends, "x")
    return found, position


def _require_order(family: Family, names: Iterable[object]) -> None:
    """Refuse a table whose columns have the names of the family's in another order: they are read by their place.

    >>> from thetahat.proofs.families.conditional.linear_regression import LINEAR_REGRESSION
    >>> _require_order(LINEAR_REGRESSION, ["height", "age"])
    """
    given, wanted = [str(name) for name in names], [str(symbol) for symbol in family.columns]
    if given != wanted and sorted(given) == sorted(wanted):
        raise DataError(
            f"{family.name}: x has the columns {', '.join(given)}, which are read by their place as "
            f"{', '.join(wanted)}; pass them in this order"
        )


def _place(position: NDArray[np.intp] | None, row: int) -> str:
    return str(row if position is None else int(position[row]))


def _require_support(family: Family, observations: Observations, position: NDArray[np.intp] | None) -> None:
    sample, allowed = observations.sample, reach(family)
    ends = sample.ends
    if not allowed.spans(*ends[0]) or (allowed.discrete and not sample.whole):
        column = observations.columns[0]
        row = int(np.argmax(allowed.outside(column)))
        some = " of every member" if family.bounds.free_symbols else ""
        raise SupportError(
            f"{family.name}: x[{_place(position, row)}] = {column[row]:.17g} lies outside the support "
            f"{family.support}{some}. Remove the observation or choose a family whose support contains it; "
            "nothing is clipped or dropped for you."
        )
    for j, assumed in enumerate(reach_beside(family), start=1):
        values = observations.columns[j]
        if assumed.spans(*ends[j]) and not (assumed.discrete and not are_whole(values)):
            continue
        row = int(np.argmax(assumed.outside(values)))
        where = f"{family.name}: x[{_place(position, row)}, {j}] = {values[row]:.17g}"
        if j <= len(family.also):
            raise SupportError(
                f"{where} lies outside {family.also[j - 1].support}, the support of {family.columns[j]}. Remove the "
                "observation or choose a family whose support contains it; nothing is clipped or dropped for you."
            )
        raise SupportError(
            f"{where} lies outside {family.covariates[j - 1 - len(family.also)].space}, the declared space of the "
            f"covariate {family.columns[j]}. Remove the row or declare the covariate more widely."
        )
    _require_row_ends(family, observations, position)
    _require_density(family, observations, position)


def _require_density(family: Family, observations: Observations, position: NDArray[np.intp] | None) -> None:
    for symbol, void in places_without_density(family):
        j = family.columns.index(symbol)
        rows = np.flatnonzero(observations.columns[j] == float(void))
        if rows.size and Rational(float(void)) == void:
            place = _place(position, int(rows[0])) + (f", {j}" if len(family.columns) > 1 else "")
            raise SupportError(
                f"{family.name}: at x[{place}] = {float(void):.17g} the log-density of every member is infinite, so "
                "that none is more likely than another. Remove the observation, or declare another density; nothing is "
                "clipped or dropped for you."
            )


def _require_row_ends(family: Family, observations: Observations, position: NDArray[np.intp] | None) -> None:
    beyond = outside_rows(family, observations.sample)
    if beyond.size:
        row = int(beyond[0])
        shown = ", ".join(
            f"{s} = {column[row]:.17g}" for s, column in zip(family.columns, observations.columns, strict=True)
        )
        raise SupportError(
            f"{family.name}: x[{_place(position, row)}], {shown}, lies outside the support {family.support}. Remove "
            "the observation or choose a family whose support contains it; nothing is clipped or dropped for you."
        )
