"""Tabulates where the averages of the sufficient statistics put two parameters, near each point of a grid.

In an exponential family the parameters of the maximum are a function of the averages alone: those are the means of the
statistics there (Brown 1986, *Fundamentals of Statistical Exponential Families*, theorem 3.6). Around each point that
function is a polynomial to a few digits, the more of them if averages of one sign are compared by their ratios.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol

from .density import compiled_together

Array = NDArray[np.float64]

DEGREE = 4
_REACH = 0.25
"""How far from a point the polynomial is fitted in each coordinate: half the distance to the next on a grid."""
_PLACES = 7
"""Places along each coordinate that it is fitted at, those of Chebyshev: Dahlquist & Bjoerck 2008, section 3.2.3."""


def exponents(degree: int = DEGREE) -> list[tuple[int, int]]:
    """Return those of two variables in each term of a polynomial, by degree.

    >>> exponents(2)
    [(0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2)]
    """
    return [(total - k, k) for total in range(degree + 1) for k in range(total + 1)]


def means_of_statistics(
    eta: Sequence[Expr], log_partition: Expr, coordinates: Sequence[Symbol], u: Array, v: Array
) -> Array:
    """Return the means of both statistics at points, shape ``(2, *points)``.

    The gradient of the mean log-likelihood, ``eta . t - log_partition``, is zero there.

    >>> a, b = Symbol("a", real=True), Symbol("b", real=True)
    >>> means_of_statistics([a, b], a**2 + a * b, [a, b], np.array([1.0]), np.array([3.0])).tolist()
    [[5.0], [1.0]]
    """
    slopes = [e.diff(coordinate) for coordinate in coordinates for e in (*eta, log_partition)]
    columns = compiled_together(tuple(slopes), tuple(coordinates))(u, v)
    a1, a2, a0, b1, b2, b0 = (np.broadcast_to(np.asarray(column, dtype=np.float64), u.shape) for column in columns)
    determinant = a1 * b2 - a2 * b1
    return np.stack([(a0 * b2 - a2 * b0) / determinant, (a1 * b0 - a0 * b1) / determinant])


def inverse_table(
    eta: Sequence[Expr], log_partition: Expr, coordinates: Sequence[Symbol], points: Array
) -> tuple[Array, tuple[bool, ...]]:
    """Return a row for each point, shape ``(n, 6 + 2 k)``, and which statistics are compared by ratios.

    In a row stand the means of both statistics, the four numbers that turn what averages differ from them by, or the
    logarithms of the ratios, into first guesses of how far the coordinates are from the point, in units of how far the
    polynomial reaches, and for both coordinates those of the polynomial in these guesses that give them, in the order
    of ``exponents``. A row with something else than numbers says that there is no such polynomial.
    """
    steps = np.cos(np.pi * (np.arange(_PLACES) + 0.5) / _PLACES)
    off = np.stack([column.ravel() for column in np.meshgrid(steps, steps)], axis=-1)
    with np.errstate(all="ignore"):
        at = means_of_statistics(eta, log_partition, coordinates, *points.T)
        around = points[:, None, :] + _REACH * off
        near = means_of_statistics(eta, log_partition, coordinates, around[..., 0], around[..., 1])
        ratios = tuple(map(_are_of_one_sign, near))
        pairs = zip(near, at[..., None], ratios, strict=True)
        apart = np.stack([np.log(n / t) if by_ratios else n - t for n, t, by_ratios in pairs], axis=-1)
        turns, fitted = _fitted(apart, off)
    fitted *= _REACH
    fitted[:, 0] += points
    rows = [table.swapaxes(1, 2).reshape(len(points), -1) for table in (turns, fitted)]
    return np.column_stack([at.T, *rows]), ratios


def _are_of_one_sign(means: Array) -> bool:
    signs = np.sign(means[np.isfinite(means)])
    return bool(abs(signs.sum()) == signs.size)


def _fitted(apart: Array, off: Array) -> tuple[Array, Array]:
    """The linear guesses, and the polynomials in them, that fit best what is so far off for averages so far apart."""
    scale = np.abs(apart).max(axis=1)
    good = np.isfinite(scale).all(axis=1) & (scale > 0).all(axis=1)
    scaled = apart[good] / scale[good, None, :]
    turn = _least_squares(scaled, off)
    a, b = np.moveaxis(scaled @ turn, -1, 0)
    turns, fitted = np.full((len(apart), 2, 2), np.nan), np.full((len(apart), len(exponents()), 2), np.nan)
    turns[good] = turn / scale[good, :, None]
    fitted[good] = _least_squares(np.stack([a**i * b**j for i, j in exponents()], axis=-1), off)
    return turns, fitted


def _least_squares(columns: Array, values: Array) -> Array:
    """By the normal equations: Dahlquist & Bjoerck 2008, section 5.7.1."""
    turned: Array = columns.swapaxes(1, 2)
    found: Array = np.linalg.pinv(turned @ columns, hermitian=True) @ (turned @ values)
    return found
