"""The mean of positive numbers, and how far its logarithm is above the mean of their logarithms, to nearly all digits.

Computed apart, the mean, its logarithm and the mean of logarithms are each rounded at their own size, and the gap
between them is what those roundings leave.
"""

from __future__ import annotations

import math
from decimal import Context, Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .row_totals import MANY, log_total, near_total, total
from .words import two_product

Array = NDArray[Any]

_BLOCK = 65_536
"""Rows of which powers and ratios are made."""
_DIGITS = Context(prec=40)
_FIRST = 256
"""Rows, spread over all, of which the first guess at a mean is made, and twice as many at most."""
_NEAR = 0.125
"""How far the mean may be off that guess, as a share of it: a logarithm of so much loses no digit of most gaps."""
_GUESSES = 4


def mean_and_gap(x: Array, power: float, least: float) -> tuple[float, float]:
    """Return the mean of a power of rows, and the gap; ``least`` is a number that no power of a row is below.

    Of ratios ``r`` of numbers to one near their mean the gap is the same, and made of ``log(r)``, whose mean it nearly
    is, and of what the mean of ``r`` is off one: nothing large is subtracted. What rounding does to the ratios differs
    from one to the other.

    >>> import numpy as np
    >>> mean, gap = mean_and_gap(np.array([1.0, 1.0 + 2.0**-20]), 1, 1.0)
    >>> mean - 1.0 == 2.0**-21, gap * 2.0**43
    (True, 0.9999990463256836)
    """
    n = len(x)
    if n < MANY:
        values = _raised(x, power)
        inverse = n / total(values)
        ratios = values * inverse
        off = total(ratios - 1.0) / n
        return (1.0 + off) / inverse, math.log1p(off) - total(np.log(ratios)) / n
    few = _raised(x[:: n // _FIRST], power)
    mean = total(few) / len(few)
    for _ in range(_GUESSES):
        off, logs = (_at_once if n <= _BLOCK else _of_blocks)(x, power, least, mean)
        mean *= 1.0 + off
        if abs(off) <= _NEAR:
            break
    return mean, math.log1p(off) - logs


def _at_once(x: Array, power: float, least: float, near: float) -> tuple[float, float]:
    """The averages of what ratios to a number near the mean are off one, and of their logarithms."""
    n, inverse = len(x), 1.0 / near
    ratios = _raised(x, power) * inverse
    off = total(ratios - 1.0) / n
    product, lacking = two_product(near, inverse)
    left = (1.0 - product) - lacking  # of the inverse as rounded
    return off + left * (1.0 + off), log_total(ratios, least * inverse, float(n)) / n + left


def _of_blocks(x: Array, power: float, least: float, near: float) -> tuple[float, float]:
    """The averages of what ratios to a number near the mean are off one, and of their logarithms, without the ratios.

    Of a long column they take more time than the logarithm of that number in more digits than doubles have.
    """
    n, offs, logs, log_near = len(x), list[float](), list[float](), math.log(near)
    for start in range(0, n, _BLOCK):
        values = _raised(x[start : start + _BLOCK], power)
        offs.append(near_total(values, near))
        logs.append(log_total(values, least, n * near, log_near))
    lacking = float(_DIGITS.subtract(Decimal(near).ln(_DIGITS), Decimal(log_near)))
    return math.fsum(offs) / n / near, math.fsum(logs) / n - lacking


def _raised(x: Array, power: float) -> Array:
    return x if power == 1 else 1.0 / x if power == -1 else x**power
