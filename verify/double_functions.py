"""What computes each function of an expression in doubles, and in doubles with a bound on their rounding."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from ..proofs.ball_functions import zeta_derivative as evaluate_zeta
from ..proofs.balls import precision
from .compiled.columns import BOUNDED_SLOPE, ELEMENTARY, RELATED, SIMPLE, Numeric
from .printing import RELATIONS
from .rounding import at_ends, choose, exact, lipschitz, nearest, power

_ZETA_BITS = 100


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


PLAIN: dict[str, Numeric] = {
    **SIMPLE,
    **_SPECIAL,
    "xlogy": special.xlogy,
    "xlog1py": special.xlog1py,
}


ROUNDED: dict[str, Numeric] = {
    **{name: at_ends(function) for name, function in ELEMENTARY.items()},
    **{name: lipschitz(function) for name, function in BOUNDED_SLOPE.items()},
    **{name: at_ends(function, special=True) for name, function in _SPECIAL.items()},
    **{name: (lambda a, b, f=RELATED[name]: f(exact(a).value, exact(b).value)) for name in RELATIONS.values()},
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
