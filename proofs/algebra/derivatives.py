"""Differentiates by the rules of sums, products, powers and chains, each subexpression once; SymPy does the rest."""

from __future__ import annotations

from functools import lru_cache

from sympy import Abs, Add, Eq, Expr, Function, Max, Min, Mul, Ne, Piecewise, Pow, S, Symbol, log, sign
from sympy.core.function import ArgumentIndexError


def derivative(expression: Expr, *symbols: Symbol) -> Expr:
    """Return the derivative of ``expression`` in each of ``symbols``, one after the other, not simplified.

    Equal to ``expression.diff(*symbols)``, but steps are written by signs. SymPy checks its arguments anew at
    every node of the expression and, from the second derivative on, brings the result to another form.

    >>> from sympy.abc import a, t
    >>> derivative(log(a) - a**2 * t, a)
    -2*a*t + 1/a
    >>> derivative(a**2 * t**3, a, t)
    6*a*t**2

    A power of a count that may be zero does not change there as its exponent moves, where zero times ``log(0)`` has no
    value.

    >>> derivative(Symbol("k", integer=True, nonnegative=True) ** a, a)
    k**a*Piecewise((0, Eq(k, 0)), (log(k), True))

    The slope of the logarithm of a distance has one formula on both sides of zero, so that it shows no jump:

    >>> theta = Symbol("theta", real=True)
    >>> derivative(log(abs(theta - 1)), theta), derivative(log(abs(theta)), theta, theta)
    (1/(theta - 1), -1/theta**2)

    A case for one value of a symbol by itself says nothing of the slope there, which is that of the values beside it:

    >>> x = Symbol("x", real=True)
    >>> derivative(Piecewise((2 * x, Ne(x, 0)), (0, True)), x), derivative(Piecewise((0, Eq(x, 0)), (2 * x, True)), x)
    (2, 2)
    """
    for symbol in symbols:
        expression = _derivative(expression, symbol)
    return expression


@lru_cache(maxsize=16384)
def _derivative(expression: Expr, symbol: Symbol) -> Expr:
    if symbol not in expression.free_symbols:
        return S.Zero
    if expression == symbol:
        return S.One
    if isinstance(expression, Add):
        return Add(*(_derivative(term, symbol) for term in expression.args))
    if isinstance(expression, Mul):
        return _product(expression, symbol)
    if isinstance(expression, Pow):
        base, exponent = expression.args
        if base.is_integer and base.is_nonnegative and not base.is_positive and symbol not in base.free_symbols:
            return expression * _derivative(exponent, symbol) * Piecewise((S.Zero, Eq(base, 0)), (log(base), True))
        return expression * (_derivative(exponent, symbol) * log(base) + _derivative(base, symbol) * exponent / base)
    if isinstance(expression, (Max, Min)):
        return _extreme(expression, symbol)
    if isinstance(expression, log) and isinstance(expression.args[0], Abs) and expression.args[0].args[0].is_real:
        return _derivative(expression.args[0].args[0], symbol) / expression.args[0].args[0]
    if isinstance(expression, Piecewise) and any(
        isinstance(condition, (Eq, Ne)) and symbol in condition.free_symbols for _, condition in expression.args
    ):
        return _by_cases(expression, symbol)
    if isinstance(expression, Function) and type(expression)._eval_derivative is Function._eval_derivative:
        return _chain(expression, symbol)
    return expression.diff(symbol)


def _chain(function: Function, symbol: Symbol) -> Expr:
    """The chain rule; SymPy's answer where it knows none in one of the arguments, such as the order of Bessel's K."""
    inner = [(place, _derivative(arg, symbol)) for place, arg in enumerate(function.args, start=1)]
    try:
        return Add(*(function.fdiff(place) * each for place, each in inner if each != 0))
    except ArgumentIndexError:
        return function.diff(symbol)


def _extreme(extreme: Max | Min, symbol: Symbol) -> Expr:
    """The derivative of the larger, or of the smaller, by the sign of their difference; the average where they meet."""
    first, *others = extreme.args
    rest = extreme.func(*others)
    side = sign(first - rest) if isinstance(extreme, Max) else sign(rest - first)
    inner, outer = _derivative(first, symbol), _derivative(rest, symbol)
    return (inner + outer) / 2 + side * (inner - outer) / 2


def _by_cases(cases: Piecewise, symbol: Symbol) -> Expr:
    """The derivative of each case but those of one value of the symbol by itself, at which no slope can be told."""
    kept = []
    for value, condition in cases.args:
        there = symbol in condition.free_symbols
        if isinstance(condition, Eq) and there:
            continue
        everywhere = isinstance(condition, Ne) and there
        kept.append((_derivative(value, symbol), S.true if everywhere else condition))
        if everywhere:
            break
    return Piecewise(*kept)


def _product(product: Mul, symbol: Symbol) -> Expr:
    """The rule of products, factors in SymPy's order."""
    factors = product.args
    terms = []
    for position, factor in enumerate(factors):
        inner = _derivative(factor, symbol)
        if inner != 0:
            terms.append(Mul(*factors[:position], inner, *factors[position + 1 :]))
    return Add(*terms)
