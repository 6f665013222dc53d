"""Averages under a tilting weight: what keeps ``mean(x**k log x) / mean(x**k)`` free of overflow."""

from __future__ import annotations

from typing import Any

from sympy import Add, Expr, Mul, Pow, S, Symbol, exp, log

from .atoms import Centred, Mean, atoms_of
from .derivatives import derivative


class LogMeanExp(Centred):
    """``log(mean(exp(f)))`` over the data; the second argument is the number one.

    >>> from sympy import Symbol
    >>> x = Symbol("x", real=True)
    >>> LogMeanExp(x, 1, x).definition()
    log(Mean(exp(x), x))
    """

    def definition(self) -> Expr:
        """Return the same number in plain averages."""
        return log(Mean(exp(self.args[0]), *self.data))

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        return TiltedMean(derivative(self.args[0], symbol), self.args[0], *self.data)

    def _latex(self, printer: Any) -> str:
        return rf"\log\overline{{{printer._print(exp(self.args[0]))}}}"


class TiltedMean(Centred):
    """``mean(g exp(f)) / mean(exp(f))``: the average of ``g`` with weights ``exp(f)``; arguments ``g``, ``f``, data.

    >>> from sympy import Symbol
    >>> x = Symbol("x", real=True)
    >>> TiltedMean(x**2, x, x).definition()
    Mean(x**2*exp(x), x)/Mean(exp(x), x)
    """

    def definition(self) -> Expr:
        """Return the same number in plain averages."""
        g, f = self.args[0], self.args[1]
        return Mean(g * exp(f), *self.data) / Mean(exp(f), *self.data)

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        g, f = self.args[0], self.args[1]
        df = derivative(f, symbol)
        mean = TiltedMean(df, f, *self.data)
        return TiltedMean(derivative(g, symbol) + g * df, f, *self.data) - self * mean

    def _latex(self, printer: Any) -> str:
        g, f = self.args[0], self.args[1]
        top, bottom = printer._print(g * exp(f)), printer._print(exp(f))
        return rf"\frac{{\overline{{{top}}}}}{{\overline{{{bottom}}}}}"


def tilted(expression: Expr, parameters: tuple[Symbol, ...]) -> Expr:
    """Return ``expression`` with averages that share an exponential weight written as tilted averages.

    Only where the weight's own average then drops out or enters through its logarithm alone.

    >>> x, k = Symbol("x", positive=True), Symbol("k", positive=True)
    >>> tilted(Mean(x**k * log(x), x) / Mean(x**k, x) - 1 / k, (k,))
    TiltedMean(log(x), k*log(x), x) - 1/k
    """
    for atom in atoms_of(expression):
        if not isinstance(atom, Mean):
            continue
        weight = _weight(atom.integrand, parameters)
        if weight is S.One:
            continue
        scale = Symbol("_scale", positive=True)
        changed = expression
        for other in atoms_of(expression):
            if isinstance(other, Mean) and _weight(other.integrand, parameters) == weight:
                rest = other.integrand / weight
                mean = TiltedMean(rest, _logarithm(weight), *other.data) if rest != 1 else S.One
                changed = changed.xreplace({other: mean * scale})
        changed = _spread_logs(changed, scale)
        logarithm = Symbol("_log_scale", real=True)
        changed = changed.subs(log(scale), logarithm)
        if scale not in changed.free_symbols:
            return tilted(changed.subs(logarithm, LogMeanExp(_logarithm(weight), S.One, *atom.data)), parameters)
    return expression


def _weight(integrand: Expr, parameters: tuple[Symbol, ...]) -> Expr:
    """The factor of the integrand that is a power or exponential with a parameter in the exponent."""
    kept = []
    for factor in Mul.make_args(integrand):
        exponent = factor.args[0] if isinstance(factor, exp) else factor.exp if isinstance(factor, Pow) else None
        if exponent is not None and not exponent.free_symbols.isdisjoint(parameters):
            kept.append(factor)
    return Mul(*kept)


def _logarithm(weight: Expr) -> Expr:
    return Add(*(f.args[0] if isinstance(f, exp) else f.exp * log(f.base) for f in Mul.make_args(weight)))


def _spread_logs(expression: Expr, scale: Symbol) -> Expr:
    """``scale**a = exp(a log(scale))`` and ``log(scale u) = log(scale) + log(u)``; whole powers cancel."""
    expression = expression.replace(
        lambda node: isinstance(node, Pow) and node.base == scale and not node.exp.is_Integer,
        lambda node: exp(node.exp * log(scale)),
    )
    return expression.replace(
        lambda node: isinstance(node, log) and scale in node.args[0].free_symbols,
        lambda node: log(scale) + log(node.args[0] / scale),
    )
