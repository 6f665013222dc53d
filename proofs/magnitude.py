"""How large numbers and degrees in an expression are, so that limits can be held before anything fills the memory."""

from __future__ import annotations

import math

from sympy import Expr, Rational


def degree_of(value: Expr) -> float:
    """Return no less than the degree of a polynomial, in all symbols and functions together.

    >>> from sympy.abc import a, b
    >>> degree_of(a**2 * b + 1)
    3.0
    """
    if value.is_Add or value.is_Mul:
        return (max if value.is_Add else sum)(map(degree_of, value.args))
    if value.is_Pow and value.exp.is_number:
        return size_of(value.exp) * degree_of(value.base)
    return 0.0 if value.is_number else 1.0


def size_of(value: Expr) -> float:
    """Return how far a number is from zero; infinite where a double does not hold it, or where it has no value.

    >>> size_of(Rational(-3, 2))
    1.5
    """
    try:
        return float(abs(value.evalf(15)))
    except (TypeError, ValueError, OverflowError):
        return math.inf


def bits_of(value: Expr) -> int:
    """Return how many binary digits the longest rational number in it has, above and below the bar together.

    >>> bits_of(Rational(5, 2))
    5
    """
    return max((int(n.p).bit_length() + int(n.q).bit_length() for n in value.atoms(Rational)), default=1)
