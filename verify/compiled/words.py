"""Products of two floats without rounding, as two of them."""

from __future__ import annotations

_SPLIT = 2.0**27 + 1.0
"""What parts a double into two of half its digits: Dekker 1971, *Numerische Mathematik* 18, 224-242, section 5."""


def two_product(a: float, b: float) -> tuple[float, float]:
    """Return the rounded product and what it lacks, if neither the numbers nor that are too large or too small.

    >>> two_product(1.0 + 2.0**-30, 1.0 + 2.0**-30)
    (1.0000000018626451, 8.673617379884035e-19)
    """
    c, d = _SPLIT * a, _SPLIT * b
    a_high, b_high = c - (c - a), d - (d - b)
    a_low, b_low = a - a_high, b - b_high
    product = a * b
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
