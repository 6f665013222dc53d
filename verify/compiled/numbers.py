"""Functions of Python's floats, a tenth of the price of NumPy's scalars, by the names that expressions give them.

Where they have no value they raise ``ArithmeticError`` or ``ValueError``, as Python's operators do.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .gap import mean_and_gap
from .resultant import resultant_gap
from .special import far_log_minus_digamma, scipy_special

Scalars = Callable[..., list[float]]
"""From numbers to the values of several expressions in them."""

_FAR = 10.0
"""Arguments from which the asymptotic series below are exact to within rounding; lesser ones are raised by as much."""


def log_minus_digamma(a: float) -> float:
    """Return ``log(a) - digamma(a)`` for one positive number.

    By recurrence and by the asymptotic series: NIST DLMF 5.5.2 and 5.11.2. What the recurrence adds, ``1 / (a + k)``
    for ``k`` up to nine, is added in pairs, first and last, second and last but one: these have the numerator
    ``2 a + 9``, and denominators that differ by whole numbers.

    >>> log_minus_digamma(1e12), round(log_minus_digamma(1.0), 14)
    (5.000000000000833e-13, 0.57721566490153)
    """
    if a >= _FAR:
        return far_log_minus_digamma(a)
    z, t = a + _FAR, a * (a + 9.0)
    pairs = 1.0 / t + 1.0 / (t + 8.0) + 1.0 / (t + 14.0) + 1.0 / (t + 18.0) + 1.0 / (t + 20.0)
    return math.log(a / z) + (2.0 * a + 9.0) * pairs + far_log_minus_digamma(z)


def digamma(a: float) -> float:
    """Return the digamma function of a positive number, in the same way.

    >>> round(digamma(1.0), 14)
    -0.57721566490153
    """
    if a >= _FAR:
        return math.log(a) - far_log_minus_digamma(a)
    z, t = a + _FAR, a * (a + 9.0)
    pairs = 1.0 / t + 1.0 / (t + 8.0) + 1.0 / (t + 14.0) + 1.0 / (t + 18.0) + 1.0 / (t + 20.0)
    return math.log(z) - far_log_minus_digamma(z) - (2.0 * a + 9.0) * pairs


def digamma_and_trigamma(a: float) -> tuple[float, float]:
    """Return the digamma function and its derivative at a positive number, of which most is the same work.

    By the same recurrence, and by asymptotic series: NIST DLMF 5.11.2, 5.15.5 and 5.15.8. Of a pair the sum of the
    squares is that of the numbers, squared, less twice their product.

    >>> digamma, trigamma = digamma_and_trigamma(1.0)
    >>> round(digamma, 14), abs(trigamma - math.pi**2 / 6) < 1e-15
    (-0.57721566490153, True)
    """
    z, less, more = a, 0.0, 0.0
    if a < _FAR:
        z, t, above = a + _FAR, a * (a + 9.0), 2.0 * a + 9.0
        o, p, q, r, s = 1.0 / t, 1.0 / (t + 8.0), 1.0 / (t + 14.0), 1.0 / (t + 18.0), 1.0 / (t + 20.0)
        less, square = above * (o + p + q + r + s), above * above
        more = o * (o * square - 2.0) + p * (p * square - 2.0) + q * (q * square - 2.0)
        more += r * (r * square - 2.0) + s * (s * square - 2.0)
    s = 1.0 / (z * z)
    left = s * (1 / 132 - s * (691 / 32760 - s * (1 / 12 - s * 3617 / 8160)))
    left = 0.5 / z + s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - left))))
    series = s * (1 / 6 - s * (1 / 30 - s * (1 / 42 - s * (1 / 30 - s * (5 / 66 - s * (691 / 2730 - s * 7 / 6))))))
    return math.log(z) - left - less, more + (1.0 + series) / z + 0.5 * s


def _polygamma(order: float, z: float) -> float:
    if z > 0 and order in (0, 1):
        return digamma_and_trigamma(z)[1] if order else digamma(z)
    return float(scipy_special().digamma(z) if order == 0 else scipy_special().polygamma(int(order), z))


def _scaled_besseli(order: float, z: float) -> float:
    if order in (0, 1):
        return float(scipy_special().i1e(z) if order else scipy_special().i0e(z))
    return float(scipy_special().ive(order, z))


def _angle(y: float, x: float) -> float:
    """The angle of a point; the origin has none, while the standard library says zero."""
    return math.atan2(y, x) if y or x else math.nan


def middle_row(x: Any) -> float:
    """Return the middle of three rows: the first, the last and the one between them.

    >>> import numpy as np
    >>> middle_row(np.array([2.0, 9.0, 9.0, 1.0]))
    2.0
    """
    return float(sorted((x.item(0), x.item(len(x) // 2), x.item(-1)))[1])


NUMBERS: dict[str, Callable[..., Any]] = {
    "exp": math.exp,
    "log": math.log,
    "log1p": math.log1p,
    "sqrt": math.sqrt,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "sin": math.sin,
    "cos": math.cos,
    "atan": math.atan,
    "atan2": _angle,
    "Abs": abs,
    "Max": max,
    "Min": min,
    "power": math.pow,
    "loggamma": math.lgamma,
    "log_gamma": math.lgamma,
    "polygamma": _polygamma,
    "digamma": digamma,
    "digamma_and_trigamma": digamma_and_trigamma,
    "LogMinusDigamma": log_minus_digamma,
    "mean_and_gap": mean_and_gap,
    "middle_row": middle_row,
    "resultant_gap": resultant_gap,
    "scaled_besseli": _scaled_besseli,
}


def number_function(name: str) -> Callable[..., Any]:
    """Return the function of floats of that name.

    >>> number_function("sqrt")(4.0)
    2.0
    """
    return NUMBERS[name]
