"""Regressions with an intercept and two covariates, declared for the libraries that fit them."""

from __future__ import annotations

import numpy as np
from sympy import Expr, FiniteSet, Interval, S, Set, Symbol, exp, log, loggamma, oo, pi

from ...proofs.family import Family, Parameter
from .target import Array, Theta

COEFFICIENTS = ("alpha", "beta_1", "beta_2")
"""The intercept and the slopes, in the order of the covariates."""

_ALPHA, _FIRST, _SECOND = (Symbol(name, real=True) for name in COEFFICIENTS)
_X, _Z = Symbol("x_1", real=True), Symbol("x_2", real=True)
_PREDICTOR = _ALPHA + _FIRST * _X + _SECOND * _Z
_REAL, _SIZE = Symbol("y", real=True), Symbol("y", positive=True)
_COUNT = Symbol("y", integer=True, nonnegative=True)
_SIGMA, _NU = Symbol("sigma", positive=True), Symbol("nu", positive=True)
_POSITIVE = Interval.open(0, oo)


def _regression(
    name: str,
    y: Symbol,
    support: Set,
    density: Expr,
    parameters: tuple[Parameter, ...] = (),
    constants: tuple[Parameter, ...] = (),
) -> Family:
    """A family of the linear predictor and of a few parameters more."""
    meanings = ("intercept", "coefficient of x_1", "coefficient of x_2")
    slopes = [Parameter(b, S.Reals, words) for b, words in zip((_ALPHA, _FIRST, _SECOND), meanings, strict=True)]
    return Family(name, y, support, (*slopes, *parameters), density, covariates=(_X, _Z), constants=constants)


LINEAR = _regression(
    "linear_regression_2",
    _REAL,
    S.Reals,
    -log(2 * pi) / 2 - log(_SIGMA) - (_REAL - _PREDICTOR) ** 2 / (2 * _SIGMA**2),
    (Parameter(_SIGMA, _POSITIVE, "standard deviation of the noise"),),
)
LOGISTIC = _regression("logistic_regression_2", _COUNT, FiniteSet(0, 1), _COUNT * _PREDICTOR - log(1 + exp(_PREDICTOR)))
POISSON = _regression(
    "poisson_regression_2", _COUNT, S.Naturals0, _COUNT * _PREDICTOR - exp(_PREDICTOR) - loggamma(_COUNT + 1)
)
GAMMA = _regression(
    "gamma_regression_2",
    _SIZE,
    _POSITIVE,
    _NU * log(_NU) - loggamma(_NU) + (_NU - 1) * log(_SIZE) - _NU * _PREDICTOR - _NU * _SIZE * exp(-_PREDICTOR),
    constants=(Parameter(_NU, _POSITIVE, "shape"),),
)


def coefficients(values: Array) -> dict[str, float]:
    """Return an intercept and slopes by their names.

    >>> coefficients(np.array([1.0, 2.0, 3.0]))
    {'alpha': 1.0, 'beta_1': 2.0, 'beta_2': 3.0}
    """
    return dict(zip(COEFFICIENTS, map(float, values), strict=True))


def predictor(rows: Array, theta: Theta) -> Array:
    """Return the linear predictor of every row, of which the observation comes first.

    >>> predictor(np.array([[0.0, 1.0, 2.0]]), {"alpha": 1.0, "beta_1": 10.0, "beta_2": 100.0})
    array([211.])
    """
    found: Array = theta["alpha"] + rows[:, 1:] @ np.array([theta[name] for name in COEFFICIENTS[1:]])
    return found
