"""Keeps factoring to expressions where its cost is bounded: in many variables it may take minutes, or not end."""

from __future__ import annotations

from sympy import Expr, factor

_MOST_SYMBOLS = 5
_MOST_OPERATIONS = 120


def is_small(expression: Expr) -> bool:
    """Return whether polynomial algorithms answer within milliseconds.

    >>> from sympy.abc import a
    >>> is_small(a**2 - 1)
    True
    """
    return len(expression.free_symbols) <= _MOST_SYMBOLS and expression.count_ops() <= _MOST_OPERATIONS


def factored(expression: Expr) -> Expr:
    """Return ``expression`` factored, or as it is where it is too large for that.

    >>> from sympy.abc import a
    >>> factored(a**2 - 1)
    (a - 1)*(a + 1)
    """
    return factor(expression) if is_small(expression) else expression
