"""Whether a direction separates data, decided exactly: by that direction, or by weights that rule every one out.

A linear program in doubles proposes either; what it proposes is verified in rational numbers, in which data are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray

from .rounded import exact

Array = NDArray[np.float64]
_LEVEL = 1e-9


@dataclass(frozen=True)
class Separation:
    """``separated`` is ``None`` where neither a direction nor weights could be verified.

    ``certificate`` is the direction ``d`` with ``A d >= 0`` and not ``A d = 0``; or positive weights ``w`` with
    ``A' w = 0``, next to which there is no such direction.

    Source
    ------
    Stiemke 1915, Ueber positive Loesungen homogener linearer Gleichungen, Math. Annalen 76.
    """

    separated: bool | None
    certificate: tuple[Fraction, ...] = ()


def separation(rows: Array) -> Separation:
    """Return whether some ``d`` has ``rows @ d >= 0`` without being zero throughout; ``rows`` has shape ``(n, p)``.

    Examples
    --------
    >>> separation(np.array([[1.0], [2.0]])).separated
    True
    >>> separation(np.array([[1.0], [-2.0]])).separated
    False
    """
    return exact_separation(exact_matrix(rows))


def exact_separation(rows: fmpq_mat) -> Separation:
    """Return the same for rows of rational numbers.

    >>> exact_separation(fmpq_mat(2, 2, [1, 3, -1, -3])).separated
    False
    """
    # Rows and columns of one size, by powers of two, so that doubles and their programs see all of them.
    tall = _sizes(rows)
    even = _scaled(rows, tall, [fmpq(1)] * rows.ncols())
    wide = _sizes(even.transpose())
    even = _scaled(even, [fmpq(1)] * rows.nrows(), wide)
    shown = np.array([[float(Fraction(int(v.p), int(v.q))) for v in row] for row in even.tolist()])
    weights = _weights(shown, even)
    if weights is not None:
        return Separation(False, _fractions([one * size for one, size in zip(weights, tall, strict=True)]))
    direction = _direction(shown, even)
    if direction is not None:
        return Separation(True, _fractions([one * size for one, size in zip(direction, wide, strict=True)]))
    return Separation(None)


def exact_matrix(rows: Array) -> fmpq_mat:
    """Return the rational matrix that an array of doubles is.

    >>> exact_matrix(np.array([[0.5, 1.0], [1.0, 2.0]])).rank()
    1
    """
    return fmpq_mat(rows.shape[0], rows.shape[1], [exact(value) for value in np.asarray(rows).ravel().tolist()])


def _sizes(rows: fmpq_mat) -> list[fmpq]:
    """A power of two for each row, times which its largest entry is about one; one for rows of zeros."""
    largest = [max((abs(value) for value in row), default=fmpq(0)) for row in rows.tolist()]
    return [fmpq(2) ** (int(v.q).bit_length() - int(v.p).bit_length()) if v != 0 else fmpq(1) for v in largest]


def _scaled(rows: fmpq_mat, down: list[fmpq], across: list[fmpq]) -> fmpq_mat:
    entries = [
        value * one * other
        for row, one in zip(rows.tolist(), down, strict=True)
        for value, other in zip(row, across, strict=True)
    ]
    return fmpq_mat(rows.nrows(), rows.ncols(), entries)


def _weights(rows: Array, even: fmpq_mat) -> list[fmpq] | None:
    """Weights of at least one whose sum is the least, moved onto ``A' w = 0`` by next to nothing of each."""
    n, p = rows.shape
    found = _program(np.ones(n), A_eq=rows.T, b_eq=np.zeros(p), bounds=[(1.0, None)] * n)
    if found is None:
        return None
    proposed = [exact(value) for value in found.tolist()]
    moved = orthogonal(_column(proposed), even, [one**2 for one in proposed])
    kept = even.transpose() * moved == fmpq_mat(p, 1)
    weights = [moved[at, 0] for at in range(n)]
    return weights if kept and all(one > 0 for one in weights) else None


def orthogonal(proposed: fmpq_mat, exact: fmpq_mat, freedom: list[fmpq] | None = None) -> fmpq_mat:
    """Return the nearest column whose product with every column of a matrix is 0.

    Distances in an entry count as one over its ``freedom``; all are one when omitted.

    >>> orthogonal(fmpq_mat(2, 1, [3, 1]), fmpq_mat(2, 1, [1, 1])).tolist()
    [[1], [-1]]
    """
    basis = _columns(exact)
    moves = basis if freedom is None else _scaled(basis, freedom, [fmpq(1)] * basis.ncols())
    gram = basis.transpose() * moves
    return proposed - moves * gram.solve(basis.transpose() * proposed)


def _columns(exact: fmpq_mat) -> fmpq_mat:
    """Columns that span the others, so that their products are invertible."""
    reduced, rank = exact.rref()
    chosen = [next(col for col in range(exact.ncols()) if reduced[row, col] != 0) for row in range(rank)]
    return fmpq_mat(exact.nrows(), rank, [exact[row, col] for row in range(exact.nrows()) for col in chosen])


def _direction(rows: Array, exact: fmpq_mat) -> list[fmpq] | None:
    """A direction as far inside as can be; or one whose products add up to the most, moved to where some are 0."""
    n, p = rows.shape
    inside = _program(
        np.r_[np.zeros(p), -1.0],
        A_ub=np.c_[-rows, np.ones(n)],
        b_ub=np.zeros(n),
        bounds=[(-1.0, 1.0)] * p + [(0.0, 1.0)],
    )
    most = _program(-rows.sum(axis=0), A_ub=-rows, b_ub=np.zeros(n), bounds=[(-1.0, 1.0)] * p)
    for found in (inside, most):
        if found is not None:
            proposed = _column([_short(value) for value in found[:p].tolist()])
            level = np.abs(rows @ found[:p]) <= _LEVEL * np.abs(rows).max(axis=1)
            for direction in (proposed, _levelled(proposed, exact, level)):
                if separates(direction, exact):
                    return [direction[at, 0] for at in range(p)]
    return None


def _program(least: Array, **constraints: Any) -> Array | None:
    """The solution of a linear program in doubles, or ``None`` where the solver finds none."""
    from scipy.optimize import linprog  # imported late: most fits ask for no linear program

    found = linprog(least, method="highs", **constraints)
    return np.asarray(found.x, dtype=np.float64) if found.status == 0 else None


def separates(direction: fmpq_mat, rows: fmpq_mat) -> bool:
    """Return whether no product of a direction with a row is negative, and some is positive.

    >>> [separates(fmpq_mat(1, 1, [d]), fmpq_mat(2, 1, [0, 1])) for d in (1, 0, -1)]
    [True, False, False]
    """
    products = [one[0] for one in (rows * direction).tolist()]
    return all(one >= 0 for one in products) and any(one > 0 for one in products)


def _levelled(direction: fmpq_mat, exact: fmpq_mat, level: NDArray[np.bool_]) -> fmpq_mat:
    """The nearest direction whose products with the rows that look level are exactly 0."""
    entries = [exact[row, col] for row in np.flatnonzero(level).tolist() for col in range(exact.ncols())]
    if not entries:
        return direction
    return orthogonal(direction, fmpq_mat(int(level.sum()), exact.ncols(), entries).transpose())


def _column(values: list[fmpq]) -> fmpq_mat:
    return fmpq_mat(len(values), 1, values)


def _short(value: float) -> fmpq:
    near = Fraction(float(value)).limit_denominator(10**9)
    return fmpq(near.numerator, near.denominator)


def _fractions(values: list[fmpq]) -> tuple[Fraction, ...]:
    return tuple(Fraction(int(value.p), int(value.q)) for value in values)
