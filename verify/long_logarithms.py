"""Logarithms of long columns as sums of two doubles each, with a proved bound, and exact-but-for-that sums of products.

With ``x = m 2^e`` and ``T`` the double next to the inverse of the middle of the cell of ``m``, one of 4096, the product
``m T = 1 + r`` is a double word exactly, ``|r| <= 2^-13 (1 + 2^-30)``, and ``log(x) = e log(2) - log(T) + log(1 + r)``.
That is the table method of Tang 1990, *ACM Transactions on Mathematical Software* 16(4), 378-400, in double words.

What is lost: the series of ``log(1 + r)`` is cut off behind ``r^7``, by less than 2^-107; in its terms from the third
on ``r`` is rounded to a double, ``r^2 2^-66`` or 2^-92, and they are computed in doubles, six roundings of numbers near
2^-40.5, or 2^-91; ``log(T)`` and ``log(2)`` are known to 2^-106; the summands of the second double, which are below
2^-39.9 together, are added by ten roundings of 2^-93 at most. All this is less than 2^-88.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from flint import arb

from ..proofs.balls import precision
from .long_sums import Doubles, exact_product_sum, two_product, two_sum

_ERROR = 2.0**-87
"""Twice the bound above."""
_CELLS = 2**12
_CHUNK = 2**14
"""Rows at a time, so that some thirty columns of them stay in the processor's cache."""
_TABLE_BITS = 300
_SHORT = 42
"""Bits of a part of the logarithm of two, so that its product with an exponent, of eleven bits at most, is exact."""


class Logarithms(NamedTuple):
    """Two doubles for each row, of which the second is at most 2^-39, that add up to a logarithm within 2^-87."""

    first: Doubles
    second: Doubles


@cache
def _table() -> tuple[Doubles, Doubles, Doubles]:
    """The factor of each cell of [1/2, 1), and minus its logarithm as a double word."""
    factors = 1.0 / ((np.arange(_CELLS, 2 * _CELLS) + 0.5) / (2 * _CELLS))
    with precision(_TABLE_BITS):
        exact = [-arb(factor).log() for factor in factors.tolist()]
        first = [float(one.mid()) for one in exact]
        second = [float((one - arb(near)).mid()) for one, near in zip(exact, first, strict=True)]
    return factors, np.array(first), np.array(second)


@cache
def _log_two() -> tuple[float, float, float]:
    """Doubles that add up to the logarithm of two within 2^-138, all but the last of few bits."""
    with precision(_TABLE_BITS):
        left, parts = arb(2).log(), []
        for place in (_SHORT, 2 * _SHORT):
            parts.append(float((left * arb(2) ** place).floor().mid() / arb(2) ** place))
            left -= arb(parts[-1])
        return parts[0], parts[1], float(left.mid())


def logarithms(values: Doubles, low: Doubles | None = None) -> Logarithms:
    """Return the logarithms of positive doubles, or of double words ``values + low``.

    >>> first, second = logarithms(np.array([0.5]))
    >>> (first + second).tolist()
    [-0.6931471805599453]
    """
    first, second = np.empty(len(values)), np.empty(len(values))
    for start in range(0, len(values), _CHUNK):
        rows = slice(start, start + _CHUNK)
        first[rows], second[rows] = _of_chunk(values[rows], None if low is None else low[rows])
    return Logarithms(first, second)


def _of_chunk(values: Doubles, low: Doubles | None) -> tuple[Doubles, Doubles]:
    mantissas, exponents = np.frexp(values)
    cells = (mantissas * (2 * _CELLS)).astype(np.intp) - _CELLS
    factors, known, known_low = (column[cells] for column in _table())
    high, middle, least = (exponents * part for part in _log_two())
    # Nothing is rounded up to the two doubles of r: the product is near one, and what it lacks is at most 2^-53.
    product, lacking = two_product(mantissas, factors)
    above = product - 1.0
    r = above + lacking
    r_low = lacking - (r - above)
    square, square_low = two_product(r, r)
    series = r * square * (1 / 3 - r * (1 / 4 - r * (1 / 5 - r * (1 / 6 - r / 7))))
    total, small = two_sum(high, known)
    for part in (r, -0.5 * square, middle):
        total, lost = two_sum(total, part)
        small += lost
    small += known_low + series
    small += r_low - 0.5 * square_low - r * r_low + least
    # The logarithm of 1 + low / values, of which no more than the square, 2^-107, is left.
    return total, small if low is None else small + low / values


def log_product_sum(left: Logarithms, right: Logarithms) -> arb:
    """Return an enclosure of the sum of products of logarithms, to some eighty bits of that of their moduli.

    >>> logs = logarithms(np.array([2.0, 4.0]))
    >>> log_product_sum(logs, logs).overlaps(5 * arb(2).log() ** 2)
    True
    """
    (a, b), (c, d) = left, right
    crossed = exact_product_sum(a, d)
    crossed = crossed + (crossed if left is right else exact_product_sum(b, c))
    # Of products of second doubles a sum in doubles is enough: in any order it loses a rounding or two for each.
    seconds = float(b @ d)
    size = float(np.abs(a).sum() + np.abs(c).sum()) + len(a)
    slack = float(np.abs(b) @ np.abs(d)) * len(a) * 2.0**-51 + 1.001 * _ERROR * size
    return exact_product_sum(a, c) + crossed + arb(seconds, slack)
