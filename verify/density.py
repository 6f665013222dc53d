"""Decides how a declared expression is computed in doubles: which rewritings keep digits, what computes what.

Everything here starts from the declaration, never from a derivation, so that what judges an estimator shares no
formula with it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from scipy import special
from sympy import (
    Expr,
    Function,
    Mul,
    S,
    Symbol,
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
    lambdify,
    log,
    sec,
    sech,
    sin,
    sinh,
    tan,
    tanh,
)
from sympy import exp as sympy_exp

from ..proofs.ball_functions import zeta_derivative as evaluate_zeta
from ..proofs.balls import precision
from ..proofs.family import Family
from .printing import DIGITS, PREFIX, RELATIONS, Printer
from .rounding import at_ends, choose, exact, lipschitz, nearest, power

Numeric = Callable[..., Any]
_ZETA_BITS = 100

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


def _log_besseli(order: Any, z: Any) -> Any:
    return np.log(special.ive(order, z)) + np.abs(z)


def _log_besselk(order: Any, z: Any) -> Any:
    return np.log(special.kve(order, z)) - z


def _polygamma(order: Any, z: Any) -> Any:
    return special.digamma(z) if order == 0 else special.polygamma(int(order), z)


def _logcosh(z: Any) -> Any:
    return np.logaddexp(z, -z) - math.log(2)


def _log1mexp(z: Any) -> Any:
    return np.where(z < -0.6931471805599453, np.log1p(-np.exp(z)), np.log(-np.expm1(z)))


def _log_erfc(z: Any) -> Any:
    return math.log(2) + special.log_ndtr(-math.sqrt(2) * z)


def _lambert(z: Any, branch: Any = 0) -> Any:
    return special.lambertw(z, int(branch)).real


def _zeta_derivative(order: Any, s: Any) -> Any:
    """Through balls, narrow enough for the nearest double: no library has it in doubles, and it is asked for rarely."""
    if order == 0:
        return special.zeta(s, 1.0)
    with precision(_ZETA_BITS):
        values = [float(evaluate_zeta(int(order), float(one)).mid()) for one in np.atleast_1d(s)]
    return np.array(values).reshape(np.shape(s)) if np.ndim(s) else values[0]


def log_minus_digamma(a: Any) -> Any:
    """Return ``log(a) - digamma(a)``; from ten on by its asymptotic series (NIST DLMF 5.11.2), which does not cancel.

    >>> float(log_minus_digamma(1e12))
    5.000000000000833e-13
    """
    a = np.asarray(a, dtype=np.float64)
    far = a >= 10.0
    z = np.where(far, a, 10.0)
    s = 1.0 / (z * z)
    series = s * (691 / 32760 - s * (1 / 12 - s * 3617 / 8160))
    series = s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - s * (1 / 132 - series)))))
    return np.where(far, 0.5 / z + series, np.log(a) - special.digamma(a))


_ELEMENTARY: dict[str, Numeric] = {
    "exp": np.exp,
    "log": np.log,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "atan": np.arctan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "asinh": np.arcsinh,
    "atanh": np.arctanh,
    "Abs": np.abs,
}
_BOUNDED_SLOPE: dict[str, Numeric] = {"sin": np.sin, "cos": np.cos, "tanh": np.tanh}
_SPECIAL: dict[str, Numeric] = {
    "gamma": special.gamma,
    "loggamma": special.gammaln,
    "log_gamma": special.gammaln,
    "factorial": lambda n: special.gamma(n + 1),
    "digamma": special.digamma,
    "polygamma": _polygamma,
    "zeta": special.zeta,
    "ZetaDerivative": _zeta_derivative,
    "binomial": special.binom,
    "erf": special.erf,
    "erfc": special.erfc,
    "besseli": special.iv,
    "besselk": special.kv,
    "log_besseli": _log_besseli,
    "log_besselk": _log_besselk,
    "log_erfc": _log_erfc,
    "scaled_besseli": special.ive,
    "LogMinusDigamma": log_minus_digamma,
    "expit": special.expit,
    "log1pexp": lambda z: np.logaddexp(0.0, z),
    "log1mexp": _log1mexp,
    "logcosh": _logcosh,
    "LambertW": _lambert,
}
_EXTREMES: dict[str, Numeric] = {
    "Max": lambda *zs: np.maximum.reduce(np.broadcast_arrays(*zs)),
    "Min": lambda *zs: np.minimum.reduce(np.broadcast_arrays(*zs)),
}


def _rounded_extreme(pick: Numeric) -> Numeric:
    def rounded(*arguments: Any) -> Any:
        best = exact(arguments[0])
        for argument in map(exact, arguments[1:]):
            best = choose(pick(best.value, argument.value) == best.value, best, argument)
        return best

    return rounded


def _rounded_product(logarithm: Numeric) -> Numeric:
    def rounded(coefficient: Any, argument: Any) -> Any:
        coefficient = exact(coefficient)
        empty = (coefficient.value == 0) & (coefficient.error == 0)
        return choose(empty, 0.0, coefficient * logarithm(argument))

    return rounded


_RELATED = {name: getattr(np, name) for name in (*RELATIONS.values(), "logical_not")}
PLAIN: dict[str, Numeric] = {
    **_ELEMENTARY,
    **_BOUNDED_SLOPE,
    **_SPECIAL,
    **_EXTREMES,
    **_RELATED,
    "sign": np.sign,
    "atan2": np.arctan2,
    "tan": np.tan,
    "power": lambda base, exponent: base**exponent,
    "xlogy": special.xlogy,
    "xlog1py": special.xlog1py,
    "choose": np.where,
}
_ROUNDED: dict[str, Numeric] = {
    **{name: at_ends(function) for name, function in _ELEMENTARY.items()},
    **{name: lipschitz(function) for name, function in _BOUNDED_SLOPE.items()},
    **{name: at_ends(function, special=True) for name, function in _SPECIAL.items()},
    **{name: (lambda a, b, f=function: f(exact(a).value, exact(b).value)) for name, function in _RELATED.items()},
    "logical_not": np.logical_not,
    "Max": _rounded_extreme(np.maximum),
    "Min": _rounded_extreme(np.minimum),
    "sign": at_ends(np.sign),
    "power": power,
    "xlogy": _rounded_product(at_ends(np.log)),
    "xlog1py": _rounded_product(at_ends(np.log1p)),
    "choose": choose,
    "nearest": nearest,
}


@lru_cache(maxsize=1024)
def compiled(expression: Expr, symbols: tuple[Symbol, ...], rounded: bool = False) -> Numeric:
    """Return a function of doubles or arrays, which broadcast; with ``rounded``, of ``Rounded`` numbers.

    Call it under ``np.errstate(all="ignore")``: overflow to infinity is an answer here, not an accident.

    Raises
    ------
    DeclarationError
        For a function that has no double-precision evaluation here.

    Examples
    --------
    >>> from sympy import Symbol
    >>> z = Symbol("z", real=True)
    >>> float(compiled(log(1 + sympy_exp(z)), (z,))(1000.0))
    1000.0
    """
    functions = _ROUNDED if rounded else PLAIN
    return lambdify(
        symbols, stable(expression), modules=[_namespace(functions)], printer=Printer(functions, rounded), cse=True
    )


@lru_cache(maxsize=512)
def compiled_together(expressions: tuple[Expr, ...], symbols: tuple[Symbol, ...]) -> Callable[..., list[Any]]:
    """Return a function of doubles or arrays to the values of all expressions, which share what they have in common.

    >>> from sympy import Symbol
    >>> z = Symbol("z", real=True)
    >>> [float(value) for value in compiled_together((sympy_exp(z), sympy_exp(z) - z), (z,))(0.0)]
    [1.0, 1.0]
    """
    together = [stable(expression) for expression in expressions]
    return lambdify(symbols, together, modules=[_namespace(PLAIN)], printer=Printer(PLAIN, False), cse=True)


def _namespace(functions: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{PREFIX}{name}": function for name, function in functions.items()}


@lru_cache(maxsize=1024)
def density(family: Family, rounded: bool = False) -> Numeric:
    """Return the log-density as a function of the data columns, then the parameters.

    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> float(density(EXPONENTIAL)(2.0, 1.0))
    -2.0
    """
    return compiled(family.log_density, (*family.columns, *family.symbols), rounded)


def doubles(values: Sequence[float]) -> list[np.float64]:
    """Return NumPy scalars: unlike Python's floats they overflow to infinity instead of raising.

    >>> doubles([1.0])[0] / 0.5
    np.float64(2.0)
    """
    return [np.float64(value) for value in values]
