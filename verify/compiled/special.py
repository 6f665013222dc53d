"""What computes special functions in doubles: SciPy, and a few lines around it where it overflows or cancels.

SciPy is imported when one is first called: most estimators need none of them, and it takes longer than all of NumPy.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

Numeric = Callable[..., Any]
_ZETA_BITS = 100


@cache
def scipy_special() -> Any:
    """Return SciPy's module of special functions.

    >>> float(scipy_special().digamma(1.0))
    -0.5772156649015329
    """
    from scipy import special

    return special


def _late(name: str) -> Numeric:
    """SciPy's function of that name, looked up when it is called."""

    def call(*arguments: Any) -> Any:
        return getattr(scipy_special(), name)(*arguments)

    return call


def _log_besseli(order: Any, z: Any) -> Any:
    return np.log(scipy_special().ive(order, z)) + np.abs(z)


def _log_besselk(order: Any, z: Any) -> Any:
    return np.log(scipy_special().kve(order, z)) - z


def _polygamma(order: Any, z: Any) -> Any:
    return scipy_special().digamma(z) if order == 0 else scipy_special().polygamma(int(order), z)


def _factorial(n: Any) -> Any:
    return scipy_special().gamma(n + 1)


def _log_erfc(z: Any) -> Any:
    return math.log(2) + scipy_special().log_ndtr(-math.sqrt(2) * z)


def _lambert(z: Any, branch: Any = 0) -> Any:
    return scipy_special().lambertw(z, int(branch)).real


def _zeta_derivative(order: Any, s: Any) -> Any:
    """Through balls, narrow enough for the nearest double: no library has it in doubles, and it is asked for rarely."""
    if order == 0:
        return scipy_special().zeta(s, 1.0)
    from ...proofs.ball_functions import zeta_derivative as evaluate_zeta  # imported late, as it is asked for rarely
    from ...proofs.balls import precision

    with precision(_ZETA_BITS):
        values = [float(evaluate_zeta(int(order), float(one)).mid()) for one in np.atleast_1d(s)]
    return np.array(values).reshape(np.shape(s)) if np.ndim(s) else values[0]


def far_log_minus_digamma(z: Any) -> Any:
    """Return ``log(z) - digamma(z)`` from ten on, by its asymptotic series: NIST DLMF 5.11.2.

    >>> far_log_minus_digamma(1e12)
    5.000000000000833e-13
    """
    s = 1.0 / (z * z)
    series = s * (691 / 32760 - s * (1 / 12 - s * 3617 / 8160))
    return 0.5 / z + s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - s * (1 / 132 - series)))))


def log_minus_digamma(a: Any) -> Any:
    """Return ``log(a) - digamma(a)``; from ten on by its asymptotic series, which does not cancel.

    >>> float(log_minus_digamma(1e12))
    5.000000000000833e-13
    """
    a = np.asarray(a, dtype=np.float64)
    far = a >= 10.0
    return np.where(far, far_log_minus_digamma(np.where(far, a, 10.0)), np.log(a) - scipy_special().digamma(a))


SPECIAL: dict[str, Numeric] = {
    "gamma": _late("gamma"),
    "loggamma": _late("gammaln"),
    "log_gamma": _late("gammaln"),
    "factorial": _factorial,
    "digamma": _late("digamma"),
    "polygamma": _polygamma,
    "zeta": _late("zeta"),
    "ZetaDerivative": _zeta_derivative,
    "binomial": _late("binom"),
    "erf": _late("erf"),
    "erfc": _late("erfc"),
    "besseli": _late("iv"),
    "besselk": _late("kv"),
    "log_besseli": _log_besseli,
    "log_besselk": _log_besselk,
    "log_erfc": _log_erfc,
    "scaled_besseli": _late("ive"),
    "LogMinusDigamma": log_minus_digamma,
    "expit": _late("expit"),
    "LambertW": _lambert,
}
PRODUCTS: dict[str, Numeric] = {"xlogy": _late("xlogy"), "xlog1py": _late("xlog1py")}
"""Products with a logarithm that are zero where the other factor is."""
