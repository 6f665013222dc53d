"""Which rewritings of a declared expression keep digits in doubles: neither overflow nor cancellation.

Everything here starts from the declaration, never from a derivation, so that what judges an estimator shares no
formula with it.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import (
    Expr,
    Function,
    Mul,
    S,
    besseli,
    cos,
    cosh,
    cot,
    coth,
    csc,
    csch,
    erf,
    erfc,
    expand_log,
    log,
    sec,
    sech,
    sin,
    sinh,
    tan,
    tanh,
)
from sympy import exp as sympy_exp

from .printing import DIGITS

log1p, log1pexp, log1mexp, logcosh = (Function(name) for name in ("log1p", "log1pexp", "log1mexp", "logcosh"))
log_besseli, log_besselk, log_erfc = (Function(name) for name in ("log_besseli", "log_besselk", "log_erfc"))
xlogy, xlog1py = Function("xlogy"), Function("xlog1py")
scaled_besseli = Function("scaled_besseli")
# SymPy turns loggamma of an integer symbol back into log(gamma), which overflows; this name it leaves alone.
log_gamma = Function("log_gamma")

_QUOTIENTS: dict[type, Callable[[Expr], Expr]] = {
    tan: lambda z: sin(z) / cos(z),
    cot: lambda z: cos(z) / sin(z),
    sec: lambda z: 1 / cos(z),
    csc: lambda z: 1 / sin(z),
    sech: lambda z: 1 / cosh(z),
    csch: lambda z: 1 / sinh(z),
    coth: lambda z: 1 / tanh(z),
}
"""Functions with poles, as quotients of functions without."""

_LOG_OF: dict[str, Callable[..., Expr]] = {
    "gamma": log_gamma,
    "factorial": lambda n: log_gamma(n + 1),
    "beta": lambda a, b: log_gamma(a) + log_gamma(b) - log_gamma(a + b),
    "binomial": lambda n, k: log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1),
    "besseli": log_besseli,
    "besselk": log_besselk,
    "cosh": logcosh,
    "sinh": lambda z: z + log1mexp(-2 * z) - log(2),
    "erfc": log_erfc,
}
"""Logarithms of functions that overflow or vanish long before their logarithm does."""


def stable(expression: Expr) -> Expr:
    """Return an equal expression in functions that neither overflow nor cancel where a plain logarithm would.

    >>> from sympy import Symbol
    >>> x, p = Symbol("x", nonnegative=True), Symbol("p", nonnegative=True)
    >>> stable(x * log(1 - p) + log(1 + sympy_exp(x)))
    log1pexp(x) + xlog1py(x, -p)
    """
    for pole, quotient in _QUOTIENTS.items():
        expression = expression.replace(pole, quotient)
    expression = expand_log(expression)
    expression = expression.replace(lambda e: isinstance(e, log), lambda e: _logarithm(e.args[0]))
    # In a quotient the exponentials cancel; alone, the Bessel function would overflow with them anyway.
    expression = expression.replace(besseli, lambda order, z: scaled_besseli(order, z) * sympy_exp(abs(z)))
    return _folded(expression.replace(lambda e: isinstance(e, Mul), _guarded))


def _folded(expression: Expr) -> Expr:
    """Constants that are no rationals become long floats, once instead of at every evaluation."""
    constant = lambda e: isinstance(e, Expr) and e.is_number and not e.is_Rational and e.is_finite  # noqa: E731
    return expression.replace(constant, lambda e: e.evalf(DIGITS))


def _logarithm(argument: Expr) -> Expr:
    terms, rest = [], []
    for factor in Mul.make_args(argument):
        # All of these are positive where their last argument is; no other logarithm may be split off.
        base, exponent = factor.as_base_exp()
        name = type(base).__name__
        if name in _LOG_OF and (base.is_positive or base.args[-1].is_positive or name in ("cosh", "erfc")):
            terms.append(exponent * _LOG_OF[name](*base.args))
        else:
            rest.append(factor)
    left = Mul(*rest)
    if left != 1:
        terms.append(_logarithm_of_sum(left))
    return sum(terms, S.Zero)


def _logarithm_of_sum(argument: Expr) -> Expr:
    constant, rest = argument.as_coeff_Add()
    if (constant == 2 and isinstance(-rest, erfc)) or (constant == 1 and isinstance(-rest, erf)):
        # 2 - erfc(z) is erfc(-z), and 1 - erf(z) is erfc(z): the differences lose all digits in the tail.
        return log_erfc(-(-rest).args[0] if constant == 2 else (-rest).args[0])
    if constant == 1 and isinstance(rest, erf):
        return log_erfc(-rest.args[0])
    if constant != 1 or rest == 0:
        return log(argument)
    exponent = _exponent(rest)
    if exponent is not None:
        return log1pexp(exponent)
    exponent = _exponent(-rest)
    return log1p(rest) if exponent is None else log1mexp(exponent)


def _exponent(term: Expr) -> Expr | None:
    """``z`` where the term is exp(z), or a positive base to a power that is no number."""
    if isinstance(term, sympy_exp):
        return term.args[0]
    base, exponent = term.as_base_exp()
    return exponent * log(base) if base.is_positive and not exponent.is_number else None


def _guarded(product: Expr) -> Expr:
    """0 log 0 is 0: a coefficient that may vanish beside a logarithm that may be infinite is multiplied last."""
    logs = [factor for factor in product.args if type(factor).__name__ in ("log", "log1p")]
    if len(logs) != 1:
        return product
    argument = logs[0].args[0]
    shifted = type(logs[0]).__name__ == "log1p"
    coefficient = Mul(*(factor for factor in product.args if factor is not logs[0]))
    if coefficient.is_number or (1 + argument if shifted else argument).is_positive:
        return product
    return (xlog1py if shifted else xlogy)(coefficient, argument)
