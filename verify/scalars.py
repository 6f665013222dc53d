"""Compiles expressions in numbers to functions of Python's floats, a tenth of the price of NumPy's scalars."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from scipy import special
from sympy import Expr, Symbol, lambdify

from .printing import PREFIX, Printer
from .stable_forms import stable

Scalars = Callable[..., list[float]]


def log_minus_digamma(a: float) -> float:
    """Return ``log(a) - digamma(a)`` for one positive number, as ``density.log_minus_digamma`` does for many.

    Source: NIST DLMF 5.11.2.

    >>> log_minus_digamma(1e12)
    5.000000000000833e-13
    """
    if a < 10.0:
        return math.log(a) - float(special.digamma(a))
    s = 1.0 / (a * a)
    series = s * (691 / 32760 - s * (1 / 12 - s * 3617 / 8160))
    return 0.5 / a + s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - s * (1 / 132 - series)))))


_SCALED_BESSEL = {0: special.i0e, 1: special.i1e}


def _scaled_besseli(order: float, z: float) -> float:
    known = _SCALED_BESSEL.get(int(order)) if order == int(order) else None
    return float(special.ive(order, z) if known is None else known(z))


def trigamma(z: float) -> float:
    """Return the derivative of the digamma function at a positive number.

    By recurrence to ten or more, then by the asymptotic series: NIST DLMF 5.15.5 and 5.15.8.

    >>> abs(trigamma(1.0) - math.pi**2 / 6) < 1e-15
    True
    """
    total = 0.0
    while z < 10.0:
        total += 1.0 / (z * z)
        z += 1.0
    s = 1.0 / (z * z)
    series = s * (1 / 6 - s * (1 / 30 - s * (1 / 42 - s * (1 / 30 - s * (5 / 66 - s * (691 / 2730 - s * 7 / 6))))))
    return total + (1.0 + series) / z + 0.5 * s


def _polygamma(order: float, z: float) -> float:
    if order == 0:
        return float(special.digamma(z))
    return trigamma(z) if order == 1 and z > 0 else float(special.polygamma(int(order), z))


SCALAR: dict[str, Callable[..., float]] = {
    "exp": math.exp,
    "log": math.log,
    "log1p": math.log1p,
    "sqrt": math.sqrt,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "sin": math.sin,
    "cos": math.cos,
    "atan": math.atan,
    "atan2": math.atan2,
    "Abs": abs,
    "Max": max,
    "Min": min,
    "power": math.pow,
    "loggamma": math.lgamma,
    "log_gamma": math.lgamma,
    "polygamma": _polygamma,
    "LogMinusDigamma": log_minus_digamma,
    "scaled_besseli": _scaled_besseli,
}
"""Where these have no value they raise ``ArithmeticError`` or ``ValueError``, as Python's operators do."""


def scalars(expressions: Sequence[Expr], symbols: Sequence[Symbol]) -> Scalars:
    """Return a function of floats to the values of all expressions, which share what they have in common.

    Raises
    ------
    DeclarationError
        For a function without an entry here.

    Examples
    --------
    >>> from sympy import sqrt
    >>> a = Symbol("a", positive=True)
    >>> scalars([sqrt(a), a / 2], [a])(4.0)
    [2.0, 2.0]
    """
    namespace = {f"{PREFIX}{name}": function for name, function in SCALAR.items()}
    together = [stable(expression) for expression in expressions]
    return lambdify(tuple(symbols), together, modules=[namespace], printer=Printer(SCALAR, False), cse=True)
