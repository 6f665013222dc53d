"""One where a condition on the data holds, zero elsewhere."""

from __future__ import annotations

from typing import Any

from sympy import Expr, S, Symbol, false, sympify, true
from sympy.logic.boolalg import Boolean


class Indicator(Expr):
    """One where a condition on the data holds, zero elsewhere.

    >>> from sympy import Eq, Symbol
    >>> Indicator(Eq(Symbol("x", integer=True), 1)).is_nonnegative
    True
    """

    is_extended_real = True
    is_real = True
    is_finite = True
    is_nonnegative = True
    is_extended_nonnegative = True
    is_integer = True
    is_commutative = True

    def __new__(cls, condition: Boolean) -> Expr:
        """Decide the constant cases at once."""
        condition = sympify(condition)
        if condition is true:
            return S.One
        if condition is false:
            return S.Zero
        return Expr.__new__(cls, condition)

    @property
    def condition(self) -> Boolean:
        """The condition."""
        return self.args[0]

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        return S.Zero

    def _latex(self, printer: Any) -> str:
        return rf"\left[{printer._print(self.condition)}\right]"

    def _sympystr(self, printer: Any) -> str:
        return f"[{printer._print(self.condition)}]"

    def _numpycode(self, printer: Any) -> str:
        return f"(1.0 * ({printer._print(self.condition)}))"

    def _eval_evalf(self, prec: int) -> None:
        return None
