"""Sums over a long column: of its values, of products, of logarithms, each in few steps.

The logarithm of a product of many factors costs one logarithm, that of the squares one product.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_SHORT = 256
"""Length of the products of two columns that a sum of squares is made of: a longer one loses digits, as its terms are
added one after the other, and may be shared among threads, which cost more than they bring."""
_FEW = 32
"""Length up to which the terms of one product may be added one after the other, as what is left over of a longer one
is on some processors."""
_BRIEF, _REST = 104, 7
"""Length below which one product may go on beyond a multiple of the above by so many terms: it then loses no more than
NumPy's sums, which add as many one after the other, and at most four units in the last place of equal terms."""
_ONES = np.ones(_SHORT)
_DOUBLE = _ONES.dtype
_reduced, _of_rows = np.add.reduce, np.vecdot
MANY = 2048
"""Rows from which a logarithm of products is the quicker."""
_BITS = 1000.0
"""Binary digits of a product that neither overflows nor is subnormal."""
_MOST_FACTORS = 32


def total(values: Array) -> float:
    """Return the sum, by NumPy's pairwise summation; of few doubles as a product with ones, which begins sooner.

    >>> total(np.array([1.0, 2.0]))
    3.0
    """
    n = len(values)
    if (n <= _FEW or (n < _BRIEF and n % _FEW <= _REST)) and values.dtype is _DOUBLE:
        return float(values.dot(_ONES[:n]))
    return float(_reduced(values))


def rest_total(values: Array, constant: float = 0.0) -> float:
    """Return the sum of terms that leave next to nothing of each other, in whatever order they come.

    To each of them a constant is added, which has no sum with anything before that: it would be rounded for all alike.

    Rows in order leave large sums of parts, which lose more than the rows have lost: those are added exactly.

    >>> rest_total(np.array([1.0, -2.0, 1.0 + 2.0**-52]))
    2.220446049250313e-16
    """
    n = len(values)
    if constant:
        values = values + constant
    if n < 2 * _SHORT:
        return total(values)
    whole = n - n % _SHORT
    parts = _of_rows(values[:whole].reshape(-1, _SHORT), _ONES).tolist()
    return math.fsum([*parts, total(values[whole:])])


def near_total(values: Array, near: float) -> float:
    """Return the sum of what numbers are off one near to their mean.

    It is taken off one after the other, or of many off sums of few, which then lose less than rounding them has lost.

    >>> near_total(np.array([1.0, 1.0 + 2.0**-52, 0.5]), 1.0)
    -0.4999999999999998
    """
    n = len(values)
    if n < 16 * MANY:
        return total(values - near)
    whole = n - n % _SHORT
    parts = _of_rows(values[:whole].reshape(-1, _SHORT), _ONES) - _SHORT * near
    return math.fsum((total(parts), total(values[whole:] - near)))


def count_total(values: Array) -> float:
    """Return the sum of as many ones as there are rows.

    >>> count_total(np.array([3.0, 4.0]))
    2.0
    """
    return float(len(values))


def square_total(values: Array) -> float:
    """Return the sum of squares.

    >>> square_total(np.array([1.0, 2.0]))
    5.0
    """
    n = len(values)
    if n <= _FEW or (n < _BRIEF and n % _FEW <= _REST):
        return float(values.dot(values))
    if n < _SHORT:
        first, rest = values[: n - n % _FEW], values[n - n % _FEW :]
        return float(first.dot(first)) + float(rest.dot(rest))
    over = n % _SHORT
    if not over:
        shorter = values.reshape(-1, _SHORT)
        return total(_of_rows(shorter, shorter))
    shorter, rest = values[:-over].reshape(-1, _SHORT), values[-over:]
    last = float(rest.dot(rest)) if over <= _FEW else square_total(rest)
    return total(_of_rows(shorter, shorter)) + last


def product_total(left: Array, right: Array) -> float:
    """Return the sum of the products of two columns.

    >>> product_total(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    11.0
    """
    n = len(left)
    if n <= _FEW or (n < _BRIEF and n % _FEW <= _REST):
        return float(left.dot(right))
    if n < _SHORT:
        whole = n - n % _FEW
        return float(left[:whole].dot(right[:whole])) + float(left[whole:].dot(right[whole:]))
    whole = n - n % _SHORT
    short = _of_rows(left[:whole].reshape(-1, _SHORT), right[:whole].reshape(-1, _SHORT))
    return total(short) + product_total(left[whole:], right[whole:])


def plain_product_total(left: Array, right: Array) -> float:
    """Return the same a little less exactly, in less time: for steps that are taken again where they miss.

    >>> plain_product_total(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    11.0
    """
    return float(left.dot(right))


def cosine_total(shares: Array) -> float:
    """Return the sum of cosines from ``1 / (1 + t^2)`` of the tangents ``t`` of half the angles: NIST DLMF 4.21.29.

    >>> cosine_total(np.array([1.0, 0.5]))
    1.0
    """
    return 2.0 * total(shares) - len(shares)


def log_total(values: Array, least: float | None = None, most: float | None = None, near: float = 0.0) -> float:
    """Return the sum of the logarithms of positive numbers: of many that of products of as many as doubles hold.

    The product of ``k`` factors is off by no more than ``k`` roundings, each as much as one in its logarithm's sum.
    ``least`` and ``most`` are numbers that all lie between, if such are known. From each logarithm a number is taken
    that is ``near`` to their mean: the sum then loses less.

    >>> log_total(np.array([1.0, math.e])), log_total(np.array([1.0, math.e]), near=0.5)
    (1.0, 0.0)
    """
    found = products(values, least, most) if len(values) >= MANY else None
    if found is None:
        return _logs(values, near)
    product, factors, rest = found
    return _logs(product, factors * near) + (_logs(rest, near) if len(rest) else 0.0)


def products(values: Array, least: float | None = None, most: float | None = None) -> tuple[Array, int, Array] | None:
    """Return products of so many positive numbers each, and the numbers that are left; ``None`` if none hold two.

    >>> products(np.full(33, 2.0), 2.0, 2.0)
    (array([4.2949673e+09]), 32, array([2.]))
    """
    if least is None or most is None:
        least, most = float(np.minimum.reduce(values)), float(np.maximum.reduce(values))
    digits = max(abs(math.frexp(least)[1]), abs(math.frexp(most)[1]))
    factors = min(int(_BITS / (digits + 1)), _MOST_FACTORS)
    if factors <= 1:
        return None
    whole = len(values) // factors
    product = np.multiply.reduce(values[: whole * factors].reshape(factors, whole), axis=0)
    return product, factors, values[whole * factors :]


def _logs(values: Array, near: float) -> float:
    return total(np.log(values) - near if near else np.log(values))


def log_ratio_total(values: Array, least: float, most: float) -> float:
    """Return the sum of the logarithms of numbers over the least of them.

    >>> log_ratio_total(np.array([1.0, math.e]), 1.0, math.e)
    1.0
    """
    found = _of_products(values / least, 1.0, most / least) if len(values) >= MANY else None
    return total(np.log1p((values - least) / least)) if found is None else found


def log_rest_total(values: Array, least: float, most: float) -> float:
    """Return the sum of the logarithms of one less each number.

    >>> log_rest_total(np.array([0.5, 0.75]), 0.5, 0.75) + 3 * math.log(2)
    0.0
    """
    found = _of_products(1.0 - values, 1.0 - most, 1.0 - least) if len(values) >= MANY else None
    return total(np.log1p(-values)) if found is None else found


def _of_products(factors: Array, least: float, most: float) -> float | None:
    """The sum of the logarithms of rounded factors, if it keeps its digits.

    Factors and their products are off by a rounding each, and so are logarithms of them: on average by two half units
    in the last place of one, less than four of theirs if their average is three eighths, mostly far less.
    """
    found = log_total(factors, least, most)
    return found if abs(found) > 0.375 * len(factors) else None


TOTALS: dict[str, Callable[..., float]] = {
    "total": total,
    "square_total": square_total,
    "log_total": log_total,
    "log_ratio_total": log_ratio_total,
    "log_rest_total": log_rest_total,
    "product_total": product_total,
    "plain_product_total": plain_product_total,
    "cosine_total": cosine_total,
    "rest_total": rest_total,
    "count_total": count_total,
}
