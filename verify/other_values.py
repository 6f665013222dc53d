"""What somebody may return in place of one estimate: simple functions of it, roundings, constants."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from .tolerance import DIAGNOSIS_SHARE

_SQUARED = 1e-4
"""Relative distance within which differences of squares are the same: they lose half of the digits."""

WHATEVER = "whatever the data"
"""What is said of one number that most data get: it has to be that of the case shown, too."""


def changes(value: float, n: float, rows: int, parameters: int) -> Iterator[tuple[str, float]]:
    """Yield what may be returned in place of ``value``, with words.

    ``n`` is the sum of the weights of ``rows`` observations; ``parameters`` is how many parameters the family has.

    >>> dict((words, value) for words, value in changes(3.0, 4, 4, 1))["minus the estimate: the sign"]
    -3.0
    """
    with np.errstate(all="ignore"):
        v = np.float64(value)
        yield "minus the estimate: the sign", float(-v)
        yield from _other_denominators(v, n, parameters)
        if n != rows:
            forgotten = "the number of rows in place of the sum of the weights"
            yield f"the estimate times the mean weight: {forgotten}", float(v * n / rows)
            yield f"the estimate times the root of the mean weight: {forgotten}", float(v * np.sqrt(n / rows))
            yield f"the estimate divided by the mean weight: {forgotten}", float(v * rows / n)
        yield "the reciprocal of the estimate: a rate for a scale, or the reverse", float(1 / v)
        yield "the square of the estimate: a variance for a standard deviation", float(v * v)
        yield "the square root of the estimate: a standard deviation for a variance", float(np.sqrt(v))
        yield "the inverse square of the estimate: a precision for a standard deviation", float(1 / (v * v))
        yield "one minus the estimate: failures for successes", float(1 - v)
        yield "the logarithm of the estimate", float(np.log(v))
        yield "the exponential of the estimate", float(np.exp(v))
        yield "one more than the estimate: counted from one in place of zero", float(v + 1)
        yield "one less than the estimate: counted from zero in place of one", float(v - 1)
        yield "the estimate times n: a sum in place of an average", float(v * n)
        yield "the estimate divided by n", float(v / n)
        for factor, words in ((2.0, "twice"), (0.5, "half"), (2**0.5, "sqrt(2) times"), (0.5**0.5, "1/sqrt(2) times")):
            yield f"{words} the estimate: a lost factor", float(v * factor)
        yield "the estimate modulo pi: an arctangent of one argument in place of two", math.remainder(value, math.pi)


def _other_denominators(v: np.float64, n: float, parameters: int) -> Iterator[tuple[str, float]]:
    for fewer in range(1, parameters + 1):
        if n > fewer:
            less = f"the denominator n - {fewer} in place of n"
            yield f"the estimate times n/(n - {fewer}): {less}", float(v * n / (n - fewer))
            yield f"the estimate times sqrt(n/(n - {fewer})): {less}", float(v * np.sqrt(n / (n - fewer)))
    if n != 1:
        yield "the estimate times (n - 1)/n: as unbiased estimates are", float(v * (n - 1) / n)
        yield "the estimate times sqrt((n - 1)/n): as unbiased estimates are", float(v * np.sqrt((n - 1) / n))
    more = "the denominator n + 1 in place of n"
    yield f"the estimate times n/(n + 1): {more}", float(v * n / (n + 1))
    yield f"the estimate times sqrt(n/(n + 1)): {more}", float(v * np.sqrt(n / (n + 1)))
    yield "the estimate times (n + 1)/n: as unbiased estimates of an end are", float(v * (n + 1) / n)


def roundings(value: float) -> Iterator[tuple[str, float]]:
    """Yield what rounding makes of ``value``; on whole numbers many other mistakes look like it.

    >>> [words for words, value in roundings(2.5) if value == 3]
    ['the estimate rounded up to an integer']
    """
    for places in range(7):
        yield f"the estimate rounded to {places} decimals", round(value, places)
    with np.errstate(all="ignore"):
        yield "the estimate rounded down to an integer", float(np.floor(value))
        yield "the estimate rounded up to an integer", float(np.ceil(value))


def a_constant(theirs: Sequence[float], ours: Sequence[float], most: float, different: int) -> str:
    """Return words where in a share ``most`` of cases the same number is returned; else nothing.

    There have to be at least so many ``different`` estimates.

    >>> a_constant([0.5, 0.5, 0.5], [1.0, 2.0, 3.0], 0.75, 3)
    '0.5 whatever the data: a limit, or a value that was never changed'
    """
    same = _constant(theirs, DIAGNOSIS_SHARE, most) if len(set(ours)) >= different else ""
    return f"{same} {WHATEVER}: a limit, or a value that was never changed" if same else ""


def by_a_constant(theirs: Sequence[float], ours: Sequence[float], most: float, different: int) -> str:
    """Return words where in a share ``most`` of cases one number is returned, added or multiplied; else nothing.

    There have to be at least so many ``different`` estimates: any two numbers differ by a constant.

    >>> by_a_constant([2.0, 3.0, 4.0], [1.0, 2.0, 3.0], 0.75, 3)
    'the estimate plus 1'
    >>> by_a_constant([1.000001, 2.000002, 3.000003], [1.0, 2.0, 3.0], 0.75, 3)
    'the estimate times 1.000001'
    >>> by_a_constant([0.5, 0.5, 0.5], [1.0, 2.0, 3.0], 0.75, 3)
    '0.5 whatever the data: a limit, or a value that was never changed'
    """
    if len(set(ours)) < different:
        return ""
    same = a_constant(theirs, ours, most, different)
    if same:
        return same
    with np.errstate(all="ignore"):
        returned, right = np.asarray(theirs, dtype=np.float64), np.asarray(ours, dtype=np.float64)
        for found, share, words in (
            (returned - right, DIAGNOSIS_SHARE, "the estimate plus {}"),
            (returned / right, DIAGNOSIS_SHARE, "the estimate times {}"),
            (returned**2 - right**2, _SQUARED, "the root of the squared estimate plus {}"),
        ):
            constant = _constant(found.tolist(), share, most)
            if constant and float(constant):
                return words.format(constant)
    return ""


def _constant(values: Sequence[float], share: float, most: float) -> str:
    """The number that most of the values are, if it is one."""
    middle = float(np.median(values))
    if not np.isfinite(values).all():
        return ""
    same = np.abs(np.subtract(values, middle)) <= share * abs(middle)
    if np.mean(same) < most:
        return ""
    shown = f"{middle:.6g}"
    return shown if float(shown) != 1 or middle == 1 else f"{middle:.9g}"
