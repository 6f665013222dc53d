"""Whether a direction separates data, decided exactly: by that direction, or by weights that rule every one out.

A linear program in doubles proposes either; what it proposes is verified in rational numbers, in which data are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray
from scipy.optimize import linprog

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
    exact = exact_matrix(rows)
    weights = _weights(rows, exact)
    if weights:
        return Separation(False, weights)
    direction = _direction(rows, exact)
    return Separation(True, direction) if direction else Separation(None)


def exact_matrix(rows: Array) -> fmpq_mat:
    """Return the rational matrix that an array of doubles is.

    >>> exact_matrix(np.array([[0.5, 1.0], [1.0, 2.0]])).rank()
    1
    """
    entries = [Fraction(float(value)) for value in np.asarray(rows).ravel()]
    return fmpq_mat(rows.shape[0], rows.shape[1], [fmpq(one.numerator, one.denominator) for one in entries])


def _weights(rows: Array, exact: fmpq_mat) -> tuple[Fraction, ...]:
    """Weights that are as far from 0 as a program can have them, moved onto ``A' w = 0`` exactly."""
    n, p = rows.shape
    found = linprog(
        np.r_[np.zeros(n), -1.0],
        A_eq=np.c_[rows.T, np.zeros(p)],
        b_eq=np.zeros(p),
        A_ub=np.c_[-np.eye(n), np.ones(n)],
        b_ub=np.zeros(n),
        bounds=[(0.0, 1.0)] * n + [(0.0, 1.0)],
        method="highs",
    )
    if found.status != 0 or found.x[-1] <= 0.0:
        return ()
    moved = orthogonal(_column(found.x[:n]), exact)
    kept = exact.transpose() * moved == fmpq_mat(p, 1)
    return _fractions(moved) if kept and all(moved[at, 0] > 0 for at in range(n)) else ()


def orthogonal(proposed: fmpq_mat, exact: fmpq_mat) -> fmpq_mat:
    """Return the nearest column whose product with every column of a matrix is 0.

    >>> orthogonal(fmpq_mat(2, 1, [3, 1]), fmpq_mat(2, 1, [1, 1])).tolist()
    [[1], [-1]]
    """
    basis = _columns(exact)
    gram = basis.transpose() * basis
    return proposed - basis * gram.solve(basis.transpose() * proposed)


def _columns(exact: fmpq_mat) -> fmpq_mat:
    """Columns that span the others, so that their products are invertible."""
    reduced, rank = exact.rref()
    chosen = [next(col for col in range(exact.ncols()) if reduced[row, col] != 0) for row in range(rank)]
    return fmpq_mat(exact.nrows(), rank, [exact[row, col] for row in range(exact.nrows()) for col in chosen])


def _direction(rows: Array, exact: fmpq_mat) -> tuple[Fraction, ...]:
    """A direction as far inside as can be; or one whose products add up to the most, moved to where some are 0."""
    n, p = rows.shape
    inside = linprog(
        np.r_[np.zeros(p), -1.0],
        A_ub=np.c_[-rows, np.ones(n)],
        b_ub=np.zeros(n),
        bounds=[(-1.0, 1.0)] * p + [(0.0, 1.0)],
        method="highs",
    )
    most = linprog(-rows.sum(axis=0), A_ub=-rows, b_ub=np.zeros(n), bounds=[(-1.0, 1.0)] * p, method="highs")
    for found in (inside, most):
        if found.status == 0:
            proposed = found.x[:p]
            level = np.abs(rows @ proposed) <= _LEVEL * np.abs(rows).max(axis=1)
            for direction in (_column(proposed), _levelled(_column(proposed), exact, level)):
                products = exact * direction
                entries = [products[at, 0] for at in range(n)]
                if all(one >= 0 for one in entries) and any(one > 0 for one in entries):
                    return _fractions(direction)
    return ()


def _levelled(direction: fmpq_mat, exact: fmpq_mat, level: NDArray[np.bool_]) -> fmpq_mat:
    """The nearest direction whose products with the rows that look level are exactly 0."""
    entries = [exact[row, col] for row in np.flatnonzero(level).tolist() for col in range(exact.ncols())]
    if not entries:
        return direction
    return orthogonal(direction, fmpq_mat(int(level.sum()), exact.ncols(), entries).transpose())


def _column(values: Array) -> fmpq_mat:
    return fmpq_mat(len(values), 1, [_short(value) for value in values])


def _short(value: float) -> fmpq:
    near = Fraction(float(value)).limit_denominator(10**9)
    return fmpq(near.numerator, near.denominator)


def _fractions(column: fmpq_mat) -> tuple[Fraction, ...]:
    return tuple(Fraction(int(column[at, 0].p), int(column[at, 0].q)) for at in range(column.nrows()))
