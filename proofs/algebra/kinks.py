"""Functions with a kink or a jump, where an expression that holds them may have no derivative."""

from __future__ import annotations

from sympy import Abs, Expr, Heaviside, Max, Min, Piecewise, Symbol, sign

from .indicator import Indicator

_JUMPING = (Heaviside, Indicator, Piecewise, sign)
_KINKED = (*_JUMPING, Abs, Max, Min)


def has_kinks(expression: Expr) -> bool:
    """Return whether ``expression`` holds a function that has a kink or a jump.

    >>> from sympy.abc import x
    >>> has_kinks(abs(x)), has_kinks(x**2)
    (True, False)
    """
    return bool(expression.has(*_KINKED))


def may_jump(expression: Expr, symbol: Symbol) -> bool:
    """Return whether ``expression`` may jump where ``symbol`` moves: it may change its sign there and be zero nowhere.

    >>> from sympy.abc import m, x
    >>> may_jump(sign(x - m), m), may_jump(sign(x) - m, m)
    (True, False)
    """
    return any(symbol in node.free_symbols for node in expression.atoms(*_JUMPING))
