"""What the expansion of binned estimates speaks of: functions, their derivatives, averages over data, a remainder."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer, Symbol

from .theorem_terms import Term

w, M, m = (Symbol(name, positive=True) for name in ("w", "M", "m"))
c, x = Symbol("c", real=True), Symbol("x", real=True)
eta, eta_w, eta_c, eta_hat = (Symbol(name, real=True) for name in ("eta", "eta_w", "eta_c", "eta_hat"))


class Rate(Term):
    """The derivative of that order of a smooth function, at a place: ``T''(c)``.

    >>> Rate("T", 2, c), Rate("A", 0, eta), Rate("T", 1, c).diff(c)
    (T''(c), A(eta), T''(c))
    """

    def __new__(cls, name: str | Symbol, order: int | Integer, place: Expr) -> Term:
        """Accept the name as text."""
        return Term.__new__(cls, Symbol(name) if isinstance(name, str) else name, order, place)

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        name, order, place = self.args
        return Rate(name, order + 1, place) * place.diff(symbol)

    def _sympystr(self, printer: Any) -> str:
        return f"{self.args[0]}{chr(39) * int(self.args[1])}({printer._print(self.args[2])})"

    _latex = _sympystr


class CellMass(Term):
    """The probability of a bin with that midpoint, for that natural parameter; bins have width ``w``.

    >>> CellMass(c, eta)
    P_eta(c)
    """

    text = "P_{1}({0})"
    tex = "P_{{{1}}}({0})"


class Density(Term):
    """The density ``p_eta(c)``.

    >>> Density(c, eta)
    p_eta(c)
    """

    text = "p_{1}({0})"
    tex = "p_{{{1}}}({0})"

    is_positive = True


class Slope(Term):
    """The derivative in the natural parameter of what a bin contributes to the log-likelihood.

    >>> Slope(CellMass(c, eta))
    d/deta log P_eta(c)
    """

    text = "d/deta log {0}"
    tex = r"\frac{{d}}{{d \eta}} \log {0}"


class Average(Term):
    """The average over the data of a function of ``x`` or of the midpoint ``c`` of its bin.

    >>> Average(Rate("T", 0, c))
    mean(T(c))
    """

    text = "mean({0})"
    tex = r"\overline{{{0}}}"


class Remainder(Term):
    """Something that is at most a constant times ``w`` to that power, for all small ``w``.

    >>> Remainder(4)
    O(w**4)
    """

    text = "O(w**{0})"
    tex = "O(w^{{{0}}})"
