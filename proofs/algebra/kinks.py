"""Functions with a kink or a jump, where an expression that holds them may have no derivative."""

from __future__ import annotations

from sympy import Abs, Expr, Heaviside, Max, Min, Piecewise, sign

from .indicator import Indicator

_KINKED = (Abs, Heaviside, Indicator, Max, Min, Piecewise, sign)


def has_kinks(expression: Expr) -> bool:
    """Return whether ``expression`` holds a function that has a kink or a jump.

    >>> from sympy.abc import x
    >>> has_kinks(abs(x)), has_kinks(x**2)
    (True, False)
    """
    return bool(expression.has(*_KINKED))
