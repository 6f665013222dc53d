"""Differences of averages in centred forms, which are computed without cancellation."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Function, Symbol, log

from .bound_data import BindsData
from .derivatives import derivative
from .mean import Mean


class Centred(BindsData, Function):
    """A centred form of a difference of averages: equal to ``definition()``, computed without cancellation."""

    FIRST = 2

    def _eval_is_extended_real(self) -> bool:
        return True

    def _eval_is_finite(self) -> bool:
        return True

    def _eval_evalf(self, prec: int) -> None:
        return None


class Covariance(Centred):
    """``mean(f g) - mean(f) mean(g)`` over the data; the variance where ``f`` is ``g``.

    >>> from sympy import Symbol
    >>> x = Symbol("x", real=True)
    >>> Covariance(x, x, x).definition()
    -Mean(x, x)**2 + Mean(x**2, x)
    """

    def definition(self) -> Expr:
        """Return the same number in plain averages."""
        f, g = self.args[0], self.args[1]
        return Mean(f * g, *self.data) - Mean(f, *self.data) * Mean(g, *self.data)

    def _eval_is_nonnegative(self) -> bool | None:
        return True if self.args[0] == self.args[1] else None

    def _latex(self, printer: Any) -> str:
        f, g = (printer._print(arg) for arg in self.args[:2])
        return rf"\operatorname{{var}}({f})" if f == g else rf"\operatorname{{cov}}({f}, {g})"


class JensenGap(Centred):
    """``+-(g(mean(f)) - mean(g(f)))`` for a strictly concave (or convex) ``g``: nonnegative by Jensen's inequality.

    The second argument is ``g`` applied to the first, ``log(f)`` or ``1/f``.

    >>> from sympy import Symbol, log
    >>> x = Symbol("x", positive=True)
    >>> JensenGap(x, log(x), x).definition()
    -Mean(log(x), x) + log(Mean(x, x))
    """

    def definition(self) -> Expr:
        """Return the same number in plain averages."""
        f, g = self.args[0], self.args[1]
        if g == 1 / f:
            return Mean(g, *self.data) - 1 / Mean(f, *self.data)
        return log(Mean(f, *self.data)) - Mean(g, *self.data)

    def _eval_is_nonnegative(self) -> bool:
        return True

    def _latex(self, printer: Any) -> str:
        f, g = (printer._print(arg) for arg in self.args[:2])
        if self.args[1] == 1 / self.args[0]:
            return rf"\left(\overline{{{g}}} - 1/\overline{{{f}}}\right)"
        return rf"\left(\log\overline{{{f}}} - \overline{{{g}}}\right)"


class Excess(Centred):
    """``mean(f) - f(q)`` for the order statistic ``q`` at which ``f`` is smallest: no term is negative.

    The second argument is ``q``, a symbol that stands for the order statistic; that ``f`` is smallest there is for
    whoever builds the atom to know, as ``proofs.stable`` does from the sign of the derivative.

    >>> from sympy import Symbol, log
    >>> x, q = Symbol("x", positive=True), Symbol("x_min", positive=True)
    >>> Excess(log(x), q, x).definition()
    Mean(log(x), x) - log(x_min)
    """

    def definition(self) -> Expr:
        """Return the same number in plain averages."""
        f, q = self.args[0], self.args[1]
        return Mean(f, *self.data) - f.xreplace({self.data[0]: q})

    def _eval_is_nonnegative(self) -> bool:
        return True

    def _latex(self, printer: Any) -> str:
        f, q = self.args[0], self.args[1]
        return rf"\overline{{{printer._print(f - f.xreplace({self.data[0]: q}))}}}"


class Residual(Centred):
    """The average of an integrand that is one product of even powers, kept whole: ``mean((x - m)**2)``.

    The first argument is the factored integrand, the second the number one.

    >>> from sympy import Symbol
    >>> x, m = Symbol("x", real=True), Symbol("m", real=True)
    >>> Residual((x - m) ** 2, 1, x).definition()
    m**2 - 2*m*Mean(x, x) + Mean(x**2, x)
    """

    def definition(self) -> Expr:
        """Return the same number in plain averages."""
        return Mean(self.args[0].expand(), *self.data)

    def _eval_is_nonnegative(self) -> bool | None:
        return True if self.args[0].is_nonnegative else None

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        return Mean(derivative(self.args[0], symbol).expand(), *self.data)

    def _latex(self, printer: Any) -> str:
        return rf"\overline{{{printer._print(self.args[0])}}}"
