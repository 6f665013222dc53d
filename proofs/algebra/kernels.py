"""Functions with an own name because the obvious formula cancels in floats."""

from __future__ import annotations

from typing import Any

from mpmath import mp
from sympy import Add, Expr, Float, Function, exp, expand_log, log, polygamma, zeta

from .atoms import rewrite_outside


class LogMinusDigamma(Function):
    """``log(a) - digamma(a)``: positive and decreasing for ``a > 0``, about ``1/(2a)`` for large ``a``.

    >>> from sympy import Symbol
    >>> LogMinusDigamma(Symbol("a", positive=True)).definition()
    log(a) - polygamma(0, a)
    """

    nargs = 1

    def definition(self) -> Expr:
        """Return the same number in named functions."""
        return log(self.args[0]) - polygamma(0, self.args[0])

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return the derivative."""
        return 1 / self.args[0] - polygamma(1, self.args[0])

    def _eval_is_positive(self) -> bool | None:
        return True if self.args[0].is_positive else None

    def _latex(self, printer: Any) -> str:
        a = printer._print(self.args[0])
        return rf"\left(\log {a} - \psi\left({a}\right)\right)"


def join_digamma(expression: Expr) -> Expr:
    """Return ``expression`` with every pair ``c log(a) - c digamma(a)`` joined.

    >>> from sympy import Symbol
    >>> a = Symbol("a", positive=True)
    >>> join_digamma(log(a) - polygamma(0, a) - 1)
    LogMinusDigamma(a) - 1
    >>> join_digamma(log(a) - log(2) - polygamma(0, a / 2))
    LogMinusDigamma(a/2)
    """

    def joined(node: Expr) -> Expr:
        if not isinstance(node, Add):
            return node
        for term in node.args:
            factor, function = term.as_coeff_Mul()
            if isinstance(function, polygamma) and function.args[0] == 0:
                argument = function.args[1]
                logarithm = Add.make_args(expand_log(-factor * log(argument)).expand())
                if set(logarithm) <= set(node.args):
                    return joined(node - term - Add(*logarithm) - factor * LogMinusDigamma(argument))
        return node

    return rewrite_outside(expression, joined)


class ZetaDerivative(Function):
    """The ``n``-th derivative of Riemann's zeta function at ``s``, which SymPy leaves as a ``Derivative``.

    >>> from sympy import Symbol
    >>> ZetaDerivative(0, Symbol("s")).diff(Symbol("s"))
    zeta'(s)
    """

    nargs = 2

    def fdiff(self, argindex: int = 2) -> Expr:
        """Return the derivative in ``s``."""
        return ZetaDerivative(self.args[0] + 1, self.args[1])

    def _eval_is_extended_real(self) -> bool | None:
        return True if (self.args[1] - 1).is_positive else None

    def _eval_evalf(self, prec: int) -> Expr | None:
        order, s = self.args
        if not (order.is_Integer and s.is_number):
            return None
        with mp.workprec(prec):
            return Float._new(mp.zeta(s._to_mpmath(prec), 1, int(order))._mpf_, prec)

    def _eval_is_positive(self) -> bool | None:
        # Each derivative of a sum of n**-s is a sum of terms of the sign of (-1)**order.
        return bool(self.args[0].is_even) if (self.args[1] - 1).is_positive else None

    def _eval_is_negative(self) -> bool | None:
        return bool(self.args[0].is_odd) if (self.args[1] - 1).is_positive else None

    def _sympystr(self, printer: Any) -> str:
        return f"zeta{chr(39) * int(self.args[0])}({printer._print(self.args[1])})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        base = rf"\zeta{chr(39) * int(self.args[0])}\left({printer._print(self.args[1])}\right)"
        return base if exp is None else rf"\left({base}\right)^{{{exp}}}"


def with_derivatives(expression: Expr) -> Expr:
    """Return ``expression`` with every Riemann zeta function in the form that can be differentiated.

    >>> from sympy import Symbol
    >>> with_derivatives(zeta(Symbol("s", positive=True) + 2))
    zeta(s + 2)
    """
    return expression.replace(
        lambda e: isinstance(e, zeta) and len(e.args) == 1, lambda e: ZetaDerivative(0, e.args[0])
    )


class expit(Function):  # noqa: N801
    """``1 / (1 + exp(-z))``.

    >>> from sympy import Symbol
    >>> expit(Symbol("z", real=True)).definition()
    1/(1 + exp(-z))
    """

    nargs = 1

    def definition(self) -> Expr:
        """Return the same number in named functions."""
        return 1 / (1 + exp(-self.args[0]))

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return the derivative."""
        return expit(self.args[0]) * expit(-self.args[0])


class log1pexp(Function):  # noqa: N801
    """``log(1 + exp(z))``.

    >>> from sympy import Symbol
    >>> log1pexp(Symbol("z", real=True)).diff()
    expit(z)
    """

    nargs = 1

    def definition(self) -> Expr:
        """Return the same number in named functions."""
        return log(1 + exp(self.args[0]))

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return the derivative."""
        return expit(self.args[0])


def join_exponentials(expression: Expr) -> Expr:
    """Return ``expression`` with every ``log(1 + exp(z))`` joined: its derivatives then never overflow.

    >>> from sympy import Symbol
    >>> z = Symbol("z", real=True)
    >>> join_exponentials(log(1 + exp(2 * z)))
    log1pexp(2*z)
    """

    def joined(node: Expr) -> Expr:
        constant, rest = node.args[0].as_coeff_Add()
        return log1pexp(rest.args[0]) if constant == 1 and isinstance(rest, exp) else node

    return expression.replace(lambda node: isinstance(node, log), joined)
