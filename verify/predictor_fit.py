"""Fits regressions whose derivation is a concave function of a linear predictor: Newton's method, or a linear program.

Whether a maximiser exists is asked first, exactly: of slopes far out, and of directions that separate the data.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from sympy import Expr, Symbol, Tuple, lambdify, oo

from ..proofs.derivation import Step
from ..proofs.errors import ExistenceError, UnsolvedError
from ..proofs.structured.derivation import Requirement, StructuredDerivation
from ..proofs.structured.observed import plain
from ..proofs.structured.plates import DatumComponent
from ..strategies.structured import StructuredData
from .separation import exact_matrix, separation

Array = NDArray[np.float64]
_ETA = Symbol("eta", real=True)
_ROUNDS = 200
_HALVINGS = 60
_FLAT = 1e-20
_ROUNDED = 1e-10


def kernel_of(derivation: StructuredDerivation) -> Step | None:
    """Return the step that gives the log-density as a function of a predictor, or ``None``.

    >>> from thetahat.proofs.registry import structured
    >>> from thetahat.proofs.structured.engine import derive_structured
    >>> kernel_of(derive_structured(structured("poisson_regression"))).value
    eta*y - exp(eta) - loggamma(y + 1)
    """
    return next((step for step in derivation.steps if step.rule == "kernel"), None)


def fit_predictor(derivation: StructuredDerivation, kernel: Step, drawn: StructuredData) -> dict[str, Array]:
    """Return the coefficients, by their parameter's name.

    Raises
    ------
    ExistenceError
        When the data break a condition.
    UnsolvedError
        When a condition is not decided, or Newton's method does not settle.
    """
    (term,) = derivation.family.terms
    covariates = drawn.data[kernel.named("predictor").args[0] / term]
    for one in derivation.exists_when:
        _require(derivation, one, covariates, drawn)
    distance = next((step for step in derivation.steps if step.rule == "distance"), None)
    if distance is None:
        found = _newton(derivation, kernel.value, covariates, drawn)
    else:
        found = _least_distances(derivation, distance.named("distance").args[0], covariates, drawn)
    return {term.name: found}


def _number(value: Expr, drawn: StructuredData) -> Callable[[Array], Array]:
    """An expression in the predictor and one observation, as a function of all predictors."""
    columns = list(value.atoms(DatumComponent))
    known = list(drawn.known)
    function = lambdify([_ETA, *(plain(one) for one in columns), *known], plain(value), "scipy")
    rest: list[Any] = [drawn.data[one] for one in columns]
    rest += [float(drawn.known[one]) for one in known]

    def at(eta: Array) -> Array:
        with np.errstate(over="ignore", invalid="ignore"):
            return np.broadcast_to(np.asarray(function(eta, *rest), dtype=np.float64), eta.shape)

    return at


def _require(derivation: StructuredDerivation, one: Requirement, covariates: Array, drawn: StructuredData) -> None:
    if one.kind == "columns":
        if exact_matrix(covariates).rank() < covariates.shape[1]:
            raise _refusal(derivation, one)
        return
    rows = _allowed(Tuple(*one.subject), covariates, drawn)
    found = separation(rows).separated
    if found is None:
        raise UnsolvedError(
            f"{derivation.family.name}: whether a direction separates the data is not decided in rational numbers; "
            "round the covariates to fewer digits"
        )
    if found:
        raise _refusal(derivation, one)


def _refusal(derivation: StructuredDerivation, one: Requirement) -> ExistenceError:
    return ExistenceError(f"{derivation.family.name}: there is no estimate unless {one.words}: {one.why}")


def _allowed(ends: Tuple, covariates: Array, drawn: StructuredData) -> Array:
    """Rows whose products with a direction must not be negative for it to be followed for ever."""
    level = np.zeros(len(covariates))
    rising, falling = (np.full(len(level), np.inf) if abs(one) is oo else _number(one, drawn)(level) for one in ends)
    return np.concatenate([covariates[rising != 0], -covariates[falling != 0]])


def _newton(derivation: StructuredDerivation, kernel: Expr, covariates: Array, drawn: StructuredData) -> Array:
    height, slope, bend = (_number(kernel.diff(_ETA, order) if order else kernel, drawn) for order in range(3))
    beta, before = np.zeros(covariates.shape[1]), np.inf
    for _ in range(_ROUNDS):
        eta = covariates @ beta
        score = covariates.T @ slope(eta)
        curvature = covariates.T @ (-bend(eta)[:, np.newaxis] * covariates)
        try:
            step = np.asarray(np.linalg.solve(curvature, score), dtype=np.float64)
        except np.linalg.LinAlgError:
            break  # the curvature rounds to a singular matrix
        if not np.isfinite(step).all():
            break
        # Twice what the quadratic that touches the likelihood here would still gain, per unit of its size.
        left = float(score @ step) / max(1.0, abs(float(height(eta).sum())))
        if left <= _FLAT and left >= before / 2:
            return np.asarray(beta)
        # So close to the top heights are equal but for rounding, and steps are right as they are.
        near = left <= _ROUNDED
        beta = beta + step if near else _climbed(lambda at: float(height(covariates @ at).sum()), beta, step)
        before = left
    raise UnsolvedError(f"{derivation.family.name}: Newton's method did not settle within {_ROUNDS} rounds")


def _climbed(height: Callable[[Array], float], beta: Array, step: Array) -> Array:
    """Halve the step until the likelihood does not fall; a concave function rises for small ones."""
    here = height(beta)
    for halving in range(_HALVINGS):
        there = beta + step / 2**halving
        if height(there) >= here:
            return np.asarray(there)
    return np.asarray(beta + step / 2**_HALVINGS)


def _least_distances(derivation: StructuredDerivation, inside: Expr, covariates: Array, drawn: StructuredData) -> Array:
    """One solution of the linear program: the least sum of bounds on residuals, from above and from below."""
    target = -_number(inside, drawn)(np.zeros(len(covariates))) * float(inside.diff(_ETA))
    n, p = covariates.shape
    found = linprog(
        np.r_[np.zeros(p), np.ones(n)],
        A_ub=np.block([[covariates, -np.eye(n)], [-covariates, -np.eye(n)]]),
        b_ub=np.r_[target, -target],
        bounds=[(None, None)] * p + [(0.0, None)] * n,
        method="highs",
    )
    if found.status != 0:
        raise UnsolvedError(f"{derivation.family.name}: the linear program ended with {found.message!r}")
    return np.asarray(found.x[:p])
