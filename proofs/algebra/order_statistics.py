"""Numbers read off the sorted data: order statistics, quantiles and ties."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Function, Rational, S, Symbol

from .bound_data import BindsData


class Order(BindsData, Function):
    """A number read off the sorted data; its last argument is the bound data variable."""

    FIRST = -1

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        return S.Zero

    def _eval_evalf(self, prec: int) -> None:
        return None


class Quantile(Order):
    """A quantile of the data: ``Quantile(0, x)`` is the minimum, 1/2 the median, 1 the maximum.

    For a level between 0 and 1 any point of the quantile interval maximises; the midpoint stands for it.

    >>> from sympy import Symbol
    >>> Quantile(0, Symbol("x", positive=True)).is_positive
    True
    """

    nargs = 2

    @property
    def level(self) -> Expr:
        """The level, between 0 and 1."""
        return self.args[0]

    def _eval_is_extended_real(self) -> bool | None:
        return self.args[1].is_extended_real

    def _eval_is_finite(self) -> bool:
        return True

    def _eval_is_positive(self) -> bool | None:
        return True if self.args[1].is_positive else None

    def _eval_is_negative(self) -> bool | None:
        return True if self.args[1].is_negative else None

    def _eval_is_nonnegative(self) -> bool | None:
        return True if self.args[1].is_nonnegative else None

    def _eval_is_integer(self) -> bool | None:
        return True if self.args[1].is_integer and self.level in (0, 1) else None

    def _latex(self, printer: Any) -> str:
        name = printer._print(self.args[1])
        named = {S.Zero: rf"\min {name}", S.One: rf"\max {name}", Rational(1, 2): rf"\operatorname{{median}} {name}"}
        return named.get(self.level, rf"Q_{{{printer._print(self.level)}}}({name})")


class LargestTie(Order):
    """The largest share of the total weight that lies on one single value of the data.

    >>> from sympy.abc import x
    >>> LargestTie(x).is_positive
    True
    """

    nargs = 1

    def _eval_is_extended_real(self) -> bool:
        return True

    def _eval_is_positive(self) -> bool:
        return True

    def _latex(self, printer: Any) -> str:
        return rf"\operatorname{{tie}}({printer._print(self.args[0])})"
