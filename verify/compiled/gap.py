"""The mean of positive numbers, and how far its logarithm is above the mean of their logarithms, to nearly all digits.

Computed apart, the mean, its logarithm and the mean of logarithms are each rounded at their own size, and the gap
between them is what those roundings leave. Of ratios ``r`` of numbers to one near their mean the gap is the same, and
made of ``log(r)``, whose mean it nearly is, and of what the mean of ``r`` is off one: nothing large is subtracted.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .row_totals import MANY, log_total, near_total, products, total

Array = NDArray[Any]

_BLOCK = 65_536
"""Rows of which powers and ratios are made at a time."""
_FIRST = 64
"""Rows, spread over all, of which the first guess at a mean is made, and twice as many at most."""
_NEAR = 0.3
"""How far the mean may be off a guess, as a share of it."""
_GUESSES = 4
_NARROW = 0.0625
"""Gap from which the logarithm of a mean so far off loses no digit of it."""


def mean_and_gap(x: Array, power: float, least: float) -> tuple[float, float]:
    """Return the mean of a power of rows, and the gap; ``least`` is a number that no power of a row is below.

    >>> mean, gap = mean_and_gap(np.array([1.0, 1.0 + 2.0**-20]), 1, 1.0)
    >>> mean - 1.0 == 2.0**-21, gap * 2.0**43
    (True, 0.9999990463256836)
    """
    n = len(x)
    if n < MANY:
        values = _raised(x, power)
        inverse = n / total(values)
        ratios = values * inverse  # each is rounded otherwise, and little of that is left in an average
        off = total(ratios - 1.0) / n
        return (1.0 + off) / inverse, math.log1p(off) - total(np.log(ratios)) / n
    few = _raised(x[:: n // _FIRST], power)
    mean = total(few) / len(few)
    for _ in range(_GUESSES):
        near = _short(mean)
        off, logs = _by_products(x, power, least, near)
        mean = near * (1.0 + off)
        if abs(off) <= _NEAR:
            break
    gap = math.log1p(off) - logs
    return mean, gap if gap > _NARROW else _by_ratios(x, power, least, 1.0 / mean)


def _by_products(x: Array, power: float, least: float, near: float) -> tuple[float, float]:
    """The averages of what ratios to a number are off one, and of their logarithms."""
    n = len(x)
    if n <= _BLOCK:
        off, logs = _of_products(_raised(x, power), least, n * near, near)
        return off / n / near, logs / n
    blocks = (_raised(x[start : start + _BLOCK], power) for start in range(0, n, _BLOCK))
    offs, all_logs = zip(*(_of_products(block, least, n * near, near) for block in blocks), strict=True)
    return math.fsum(offs) / n / near, math.fsum(all_logs) / n


def _of_products(values: Array, least: float, most: float, near: float) -> tuple[float, float]:
    """The sums of what numbers are off another, and of the logarithms of their ratios to it.

    Its powers up to the 32nd are doubles: products of which logarithms are taken are divided by these.
    """
    made = products(values, least, most) if len(values) >= MANY else None
    product, factors, rest = made or (values, 1, values[:0])
    ratios = product / near**factors
    if len(rest):
        ratios[: len(rest)] *= rest / near  # of a product of numbers near one no doubles are left out
    return near_total(values, near), total(np.log(ratios))


def _by_ratios(x: Array, power: float, least: float, inverse: float) -> float:
    """The gap from ratios to a number of any digits, whose inverse is given."""
    n, offs, logs = len(x), list[float](), list[float]()
    for start in range(0, n, _BLOCK):
        ratios = _raised(x[start : start + _BLOCK], power) * inverse
        offs.append(near_total(ratios, 1.0))
        logs.append(log_total(ratios, least * inverse, float(n)))
    return math.log1p(math.fsum(offs) / n) - math.fsum(logs) / n


def _short(mean: float) -> float:
    """A number of two binary digits, of which powers have few, within a quarter of another.

    >>> _short(1.1), _short(1.3), _short(1.9)
    (1.0, 1.5, 2.0)
    """
    digits, exponent = math.frexp(mean)
    return math.ldexp(0.5 if digits < 0.61 else 0.75 if digits < 0.87 else 1.0, exponent)


def _raised(x: Array, power: float) -> Array:
    return x if power == 1 else 1.0 / x if power == -1 else x**power
