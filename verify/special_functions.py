"""What computes special functions in doubles: SciPy, and a few lines around it where it overflows or cancels."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from .compiled.columns import Numeric

_ZETA_BITS = 100


def _log_besseli(order: Any, z: Any) -> Any:
    return np.log(special.ive(order, z)) + np.abs(z)


def _log_besselk(order: Any, z: Any) -> Any:
    return np.log(special.kve(order, z)) - z


def _polygamma(order: Any, z: Any) -> Any:
    return special.digamma(z) if order == 0 else special.polygamma(int(order), z)


def _factorial(n: Any) -> Any:
    return special.gamma(n + 1)


def _log_erfc(z: Any) -> Any:
    return math.log(2) + special.log_ndtr(-math.sqrt(2) * z)


def _lambert(z: Any, branch: Any = 0) -> Any:
    return special.lambertw(z, int(branch)).real


def _zeta_derivative(order: Any, s: Any) -> Any:
    """Through balls, narrow enough for the nearest double: no library has it in doubles, and it is asked for rarely."""
    if order == 0:
        return special.zeta(s, 1.0)
    from ..proofs.ball_functions import zeta_derivative as evaluate_zeta  # imported late, as it is asked for rarely
    from ..proofs.balls import precision

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


SPECIAL: dict[str, Numeric] = {
    "gamma": special.gamma,
    "loggamma": special.gammaln,
    "log_gamma": special.gammaln,
    "factorial": _factorial,
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
    "LambertW": _lambert,
}
PRODUCTS: dict[str, Numeric] = {"xlogy": special.xlogy, "xlog1py": special.xlog1py}
"""Products with a logarithm that are zero where the other factor is."""
