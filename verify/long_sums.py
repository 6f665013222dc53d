"""Sums over long columns of doubles, exact or with a proved bound: in whole numbers by exponent, and by double words.

Sources: exponent bins as in Neal 2015, Fast exact summation using small and large superaccumulators (arXiv:1505.05571);
double words and the bound of their product in Joldes, Muller & Popescu 2017, Tight and rigorous error bounds for basic
building blocks of double-word arithmetic, ACM TOMS 44(2), algorithm 10 and theorem 5.1; error-free sums and products in
Muller et al. 2018, Handbook of Floating-Point Arithmetic, sections 4.3 and 4.4.
"""

from __future__ import annotations

import numpy as np
from flint import arb
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Whole = NDArray[np.int64]

_CHUNK = 2**18
"""Values at a time: sums of as many parts of 28 bits are whole numbers that doubles hold."""
_HALF = 27
_LOW = 2**_HALF - 1
_LEVELS = 8
"""Halvings of a column of factors in [1/2, 1): products stay above 2^-256, far from underflow."""
_PRODUCT_ERROR = 7 * 2.0**-106
"""Relative error of a product of two double words."""


def exact_sum(values: Doubles) -> arb:
    """Return the sum of finite doubles, exactly.

    >>> exact_sum(np.array([1e100, 1.0, -1e100])) == 1
    True
    """
    total = arb(0)
    for start in range(0, len(values), _CHUNK):
        numbers, exponents = _whole(values[start : start + _CHUNK])
        least = int(exponents.min())
        total = _plus(total, _binned(numbers, exponents - least), least)
    return total


def exact_product_sum(left: Doubles, right: Doubles) -> arb:
    """Return the sum of the products of two columns, exactly.

    >>> exact_product_sum(np.array([1e200, 1.0, 1e200]), np.array([1e200, 3.0, -1e200])) == 3
    True
    """
    total = arb(0)
    for start in range(0, len(left), _CHUNK):
        rows = slice(start, start + _CHUNK)
        x, x_exponents = _whole(left[rows])
        y, y_exponents = (x, x_exponents) if left is right else _whole(right[rows])
        exponents = x_exponents + y_exponents
        least = int(exponents.min())
        bins = exponents - least
        x_high, x_low, y_high, y_low = x >> _HALF, x & _LOW, y >> _HALF, y & _LOW
        crossed = x_high * y_low + x_low * y_high
        total = _plus(total, _binned(x_low * y_low, bins), least)
        total = _plus(total, _binned(crossed, bins), least + _HALF)
        total = _plus(total, _binned(x_high * y_high, bins), least + 2 * _HALF)
    return total


def log_sum(values: Doubles, low: Doubles | None = None) -> arb:
    """Return an enclosure of the sum of logarithms of positive doubles, or of double words ``values + low``.

    The product is formed by halving the column, in double words; a few hundred factors each, then in balls.

    >>> bool(abs(log_sum(np.array([0.25, 8.0, 0.5]))) < 1e-14)
    True
    """
    high, exponents = np.frexp(values)
    rest = np.zeros(len(values)) if low is None else np.ldexp(low, -exponents)
    multiplied, product = 0, arb(1)
    for _ in range(_LEVELS):
        half = len(high) // 2
        if not half:
            break
        if len(high) % 2:
            product *= arb(float(high[-1])) + arb(float(rest[-1]))
        high, rest = _double_product(high[:half], rest[:half], high[half : 2 * half], rest[half : 2 * half])
        multiplied += half
    for one, more in zip(high.tolist(), rest.tolist(), strict=True):
        product *= arb(one) + arb(more)
    # So many relative errors come to less than twice their sum, which is far below one.
    product *= arb(1, 2 * multiplied * _PRODUCT_ERROR)
    return product.log() + int(exponents.sum(dtype=np.int64)) * arb(2).log()


def reciprocal_sum(values: Doubles) -> arb | None:
    """Return an enclosure of the sum of ``1 / values``; ``None`` where doubles do not carry it.

    The remainder of a division is a double, and so is what it lacks but for one rounding.

    >>> bool(reciprocal_sum(np.array([3.0, 1.5])).contains(1))
    True
    """
    scaled, exponents = np.frexp(values)
    if len(values) == 0 or np.abs(exponents).max() > 900:
        return None
    first = 1.0 / scaled
    product, error = two_product(first, scaled)
    second = ((1.0 - product) - error) / scaled
    # Of 1 = product + error + remainder the subtractions are exact: product lies between 1/2 and 2, and the remainder
    # is a double (Handbook, corollary 4.10). One rounding of the second quotient is left: half a unit of 2^-53 of it.
    slack = float(np.ldexp(np.abs(second), -exponents).sum()) * 2.0**-52
    total = exact_sum(np.ldexp(first, -exponents)) + exact_sum(np.ldexp(second, -exponents))
    return total + arb(0, slack)


def two_sum(values: Doubles, constant: Doubles | float) -> tuple[Doubles, Doubles]:
    """Return ``values + constant`` as double words, exactly: Knuth's.

    >>> [part.tolist() for part in two_sum(np.array([1e-20]), 1.0)]
    [[1.0], [1e-20]]
    """
    total = values + constant
    back = total - values
    return total, (values - (total - back)) + (constant - back)


def two_product(a: Doubles, b: Doubles) -> tuple[Doubles, Doubles]:
    """Return the product rounded, and what it lacks, exactly: Dekker's, for factors of moderate size.

    >>> [part.tolist() for part in two_product(np.array([1 + 2.0**-30]), np.array([1 - 2.0**-30]))]
    [[1.0], [-8.673617379884035e-19]]
    """
    product = a * b
    a_high, a_low = _split(a)
    b_high, b_low = _split(b)
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def _split(a: Doubles) -> tuple[Doubles, Doubles]:
    """Two doubles of 26 bits each that add up to ``a``: Veltkamp's."""
    scaled = a * (2.0**_HALF + 1)
    high = scaled - (scaled - a)
    return high, a - high


def _double_product(a: Doubles, a_low: Doubles, b: Doubles, b_low: Doubles) -> tuple[Doubles, Doubles]:
    """The product of double words, to a relative error of 7 * 2^-106: algorithm 10 of the source."""
    product, error = two_product(a, b)
    error += a * b_low + a_low * b
    high = product + error
    return high, error - (high - product)


def _whole(values: Doubles) -> tuple[Whole, Whole]:
    """Whole numbers of 53 bits and exponents of two."""
    mantissas, exponents = np.frexp(values)
    return (mantissas * 2.0**53).astype(np.int64), exponents.astype(np.int64) - 53


def _binned(numbers: Whole, bins: Whole) -> list[int]:
    """The sum of the whole numbers of each bin."""
    low = np.bincount(bins, (numbers & _LOW).astype(np.float64))
    high = np.bincount(bins, (numbers >> _HALF).astype(np.float64))
    return [(int(h) << _HALF) + int(one) for h, one in zip(high.tolist(), low.tolist(), strict=True)]


def _plus(total: arb, sums: list[int], least: int) -> arb:
    whole = sum(one << place for place, one in enumerate(sums) if one)
    return _exactly_added(total, arb((whole, least)))


def _exactly_added(a: arb, b: arb) -> arb:
    """The sum of two exact balls without rounding, whatever the working precision."""
    (p, i), (q, j) = ((int(man), int(exp)) for man, exp in (a.man_exp(), b.man_exp()))
    least = min(i, j)
    return arb(((p << (i - least)) + (q << (j - least)), least))
