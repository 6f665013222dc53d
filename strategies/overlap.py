"""Whether a direction of a regression's coefficients separates data, and which: read off the rows exactly."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray
from sympy import Expr, Symbol

from ..proofs.algebra.overlapping import Overlapping
from .rounded import NotDecidedError, exact_column, exact_constant, rational_value
from .samples import Sample
from .separation import exact_separation, separates

_FIRST, _MORE = 64, 4
"""How many rows are looked at first, and how many times as many where these do not span the others."""

Exact = NDArray[np.object_]


def overlaps(condition: Overlapping, sample: Sample, places: Mapping[Symbol, int]) -> bool | None:
    """Return whether no direction separates the data; ``None`` where rows are not rational, or nothing was verified.

    That none separates some of the observations is enough, where their rows span those of all.

    >>> from sympy import S, Tuple
    >>> from sympy.abc import x, y
    >>> from .samples import sample_of
    >>> odds = Overlapping(Tuple(S.One, x), y, y - 1, y, x)
    >>> [overlaps(odds, sample_of(rows), {y: 0, x: 1}) for rows in ([[0, 1], [1, 2]], [[0, 1], [1, 1]])]
    [False, True]
    """
    return _decided(condition, sample, tuple(places.items()))[0]


def direction(condition: Overlapping, sample: Sample, places: Mapping[Symbol, int]) -> tuple[Fraction, ...] | None:
    """Return a direction that separates the data, a number for each coefficient; ``None`` where none is found.

    >>> from sympy import S, Tuple
    >>> from sympy.abc import x, y
    >>> from .samples import sample_of
    >>> direction(Overlapping(Tuple(S.One, x), y, y - 1, y, x), sample_of([[0, -1], [1, 2]]), {y: 0, x: 1})
    (Fraction(0, 1), Fraction(1, 1))
    """
    return _decided(condition, sample, tuple(places.items()))[1]


def is_direction(
    way: tuple[Fraction, ...], condition: Overlapping, sample: Sample, places: Mapping[Symbol, int]
) -> bool:
    """Return whether a direction separates the data, in exact arithmetic and knowing nothing of how it was found."""
    try:
        followed = _followed(condition, sample, places)
    except NotDecidedError:
        return False
    column = fmpq_mat(len(way), 1, [fmpq(one.numerator, one.denominator) for one in way])
    return len(way) == followed.shape[1] and separates(column, _matrix(followed))


def unchanging(rows: tuple[Expr, ...], sample: Sample, places: Mapping[Symbol, int]) -> tuple[Fraction, ...] | None:
    """Return a direction of the coefficients that changes no predictor; ``None`` where there is none, or none is seen.

    >>> from sympy import S
    >>> from sympy.abc import x, y
    >>> from .samples import sample_of
    >>> unchanging((S.One, x), sample_of([[0, 2], [1, 2]]), {y: 0, x: 1})
    (Fraction(-2, 1), Fraction(1, 1))
    """
    for count in (_FIRST, sample.size):
        some = sample.thinned(count)
        known = {symbol: exact_column(column) for symbol, column in _columns(some, places).items()}
        try:
            found = _matrix(np.column_stack([_at(row, known, some.size) for row in rows]))
        except NotDecidedError:
            return None
        reduced, rank = found.rref()
        if rank == len(rows):
            return None
    leading = [next(col for col in range(len(rows)) if reduced[row, col] != 0) for row in range(rank)]
    loose = next(col for col in range(len(rows)) if col not in leading)
    shares = {col: -reduced[row, loose] for row, col in enumerate(leading)} | {loose: fmpq(1)}
    values = [shares.get(col, fmpq(0)) for col in range(len(rows))]
    return tuple(Fraction(int(value.p), int(value.q)) for value in values)


@lru_cache(maxsize=1)  # whoever is told that data are separated asks for the direction next
def _decided(
    condition: Overlapping, sample: Sample, places: tuple[tuple[Symbol, int], ...]
) -> tuple[bool | None, tuple[Fraction, ...] | None]:
    """Whether no direction separates the data, else which: one of some rows, then of those as well that it lowers."""
    try:
        first = _followed(condition, sample.thinned(_FIRST), dict(places))
        spanning = len(first) > 0 and _matrix(first).rank() == first.shape[1]
        if spanning and exact_separation(_matrix(first)).separated is False:
            return True, None
        followed = _followed(condition, sample, dict(places))
    except NotDecidedError:
        return None, None
    count, width = followed.shape
    chosen = np.arange(0, count, max(1, count // _FIRST))
    while len(chosen):
        some = _matrix(followed[chosen])
        found = exact_separation(some)
        if found.separated is None:
            return None, None
        if found.separated:
            way = np.array([fmpq(one.numerator, one.denominator) for one in found.certificate], dtype=object)
            lowered = _lowest(followed @ way)
            if not len(lowered):
                return False, found.certificate
        elif len(chosen) == count or some.rank() == width:
            return True, None
        else:
            lowered = np.arange(min(count, _MORE * len(chosen)))
        chosen = np.union1d(chosen, lowered)
    return True, None  # no predictor can change


def _lowest(products: Exact) -> NDArray[np.intp]:
    """The places of the least products, as many as are looked at first, if they are negative."""
    below = np.flatnonzero(products < 0)
    return below[np.argsort(products[below].astype(np.float64))][:_FIRST]


def _matrix(rows: Exact) -> fmpq_mat:
    return fmpq_mat(rows.shape[0], rows.shape[1], rows.ravel().tolist())


def _followed(condition: Overlapping, sample: Sample, places: Mapping[Symbol, int]) -> Exact:
    """Rows whose products with a direction must not be negative for it to separate the data.

    Of a predictor whose slope towards minus infinity is not 0 the row, of one whose other slope is not 0 its negative.
    """
    known = {symbol: exact_column(column) for symbol, column in _columns(sample, places).items()}
    count = sample.size
    rows = np.column_stack([_at(row, known, count) for row in condition.rows])
    changes = (rows != 0).any(axis=1)
    rising, falling = (_at(slope, known, count) != 0 for slope in condition.slopes)
    return np.concatenate([rows[rising & changes], -rows[falling & changes]])


def _at(expression: Expr, known: Mapping[Symbol, Exact], count: int) -> Exact:
    """The exact value of a rational function of the data at each observation."""
    value = rational_value(expression, known, exact_constant)
    return np.full(count, value, dtype=object) if np.ndim(value) == 0 else np.asarray(value, dtype=object)


def _columns(sample: Sample, places: Mapping[Symbol, int]) -> dict[Symbol, NDArray[np.float64]]:
    return {symbol: sample.columns[place] for symbol, place in places.items()}
