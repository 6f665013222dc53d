"""Fits regressions whose noise ends at an estimated scale: a linear program, then the largest distance.

Whether a maximiser exists is decided exactly: by the rank of the covariates with and without the response. That the
largest distance is the least is proved from below, in rational numbers, by weights of the dual program.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from ..proofs.derivation import Step
from ..proofs.errors import UnsolvedError
from ..proofs.structured.derivation import StructuredDerivation
from ..strategies.separation import exact_matrix, orthogonal
from ..strategies.structured import StructuredData
from .linear_program import least_bounds
from .structured_exact import nearest
from .structured_refusals import refusal
from .structured_values import Place, number_at
from .tolerance import AGREEMENT_NATS

Array = NDArray[np.float64]
_ROUNDS = 3


def minimax_of(derivation: StructuredDerivation) -> Step | None:
    """Return the step that leaves a largest distance to be minimised, or ``None``.

    >>> from thetahat.proofs.registry import structured
    >>> from thetahat.proofs.structured.engine import derive_structured
    >>> minimax_of(derive_structured(structured("uniform_regression"))).value
    -log(max(Abs(y - sum(beta_j*x_j; j = 1..p)))) - log(2)
    """
    return next((step for step in derivation.steps if step.rule == "minimax"), None)


def fit_bounded(derivation: StructuredDerivation, minimax: Step, drawn: StructuredData) -> dict[str, Array]:
    """Return the coefficients and the scale, by their parameters' names.

    Raises
    ------
    ExistenceError
        When some coefficients fit every observation exactly.
    UnsolvedError
        When the linear program does not end with a solution, or its largest distance is not proved to be the least.
    """
    family = derivation.family
    ((scale, largest),) = derivation.formulas
    (term,) = (one for one in family.terms if one != scale)
    predictor, inside = minimax.named("predictor"), largest.args[0].args[0]
    covariates = drawn.data[predictor.args[0] / term]
    zero = Place(drawn, {term.name: np.zeros(covariates.shape[1])})
    target = -np.asarray(number_at(inside, zero)) / float(inside.coeff(predictor))
    _require(derivation, covariates, target)
    found, weights = _least_largest(derivation, target, covariates)
    candidates = [found, *_at_corner(target, covariates, weights)]
    worst, at = min((_worst(target, covariates, one), at) for at, one in enumerate(candidates))
    beta, unit = candidates[at], abs(float(inside.coeff(predictor)))
    # The data have to lie within the scale as it comes out in doubles, and close to an exact fit these are not to be
    # trusted by themselves.
    distances = np.asarray(number_at(largest.args[0], Place(drawn, {term.name: beta})))
    height, lowest = max(float(distances.max()), unit * worst), unit * lower_bound(target, covariates, weights)
    if not 0 < height <= lowest * (1.0 + AGREEMENT_NATS):
        raise UnsolvedError(
            f"{family.name}: the largest distance is {height:.3g}, and proved to be at least {lowest:.3g} "
            "only: too close to an exact fit for double precision; subtract a rough fit from the response"
        )
    return {term.name: beta, str(scale): np.asarray(height)}


def _least_largest(derivation: StructuredDerivation, target: Array, covariates: Array) -> tuple[Array, Array]:
    """A solution of the program, and of the same program for what it left: its tolerance is absolute, distances may be
    small against the data."""
    beta, size = np.zeros(covariates.shape[1]), float(np.abs(target).max())
    for _ in range(_ROUNDS):
        left = (target - covariates @ beta) / size
        step, weights = least_bounds(derivation, left, covariates, np.ones((len(target), 1)))
        beta = beta + size * step
        size = float(np.abs(target - covariates @ beta).max()) or size
    return beta, weights


def _worst(target: Array, covariates: Array, beta: Array) -> float:
    """The largest distance, of exact ones: close to an exact fit they are less than what their rounding is."""
    left = exact_matrix(target[:, np.newaxis]) - exact_matrix(covariates) * exact_matrix(beta[:, np.newaxis])
    return float(nearest(np.array([max(abs(left[at, 0]) for at in range(left.nrows()))]))[0])


def _at_corner(target: Array, covariates: Array, weights: Array) -> list[Array]:
    """The coefficients for which the rows that have weights all have the largest distance, each rounded once.

    At a corner of the program these are one more than coefficients, and tell them; where they do not, there are none.
    """
    size = covariates.shape[1] + 1
    rows = np.argsort(-np.abs(weights), kind="stable")[:size]
    if len(rows) < size or not weights[rows].all():
        return []
    held = exact_matrix(np.c_[covariates[rows], np.sign(weights[rows])])
    try:
        found = held.solve(exact_matrix(target[rows, np.newaxis]))
    except ZeroDivisionError:  # as for rows that say the same
        return []
    return [nearest(np.array([found[at, 0] for at in range(size - 1)]))]


def lower_bound(target: Array, covariates: Array, weights: Array) -> float:
    """Return what the largest residual is at least, whatever the coefficients: ``|w'y| / sum|w|`` with ``X'w = 0``.

    ``weights`` are proposed; they are moved onto ``X'w = 0`` in rational numbers.

    Examples
    --------
    >>> lower_bound(np.array([1.0, 5.0]), np.ones((2, 1)), np.array([-0.5, 0.5]))
    2.0

    Source
    ------
    Duality of linear programs: Bertsimas & Tsitsiklis 1997, Introduction to Linear Optimization, theorem 4.3.
    """
    moved = orthogonal(exact_matrix(weights[:, np.newaxis]), exact_matrix(covariates))
    size = sum((abs(moved[at, 0]) for at in range(moved.nrows())), fmpq(0))
    if size == 0:
        return 0.0
    bound = abs((moved.transpose() * exact_matrix(target[:, np.newaxis]))[0, 0]) / size
    return float(Fraction(int(bound.p), int(bound.q)))


def _require(derivation: StructuredDerivation, covariates: Array, target: Array) -> None:
    (one,) = derivation.exists_when
    if exact_matrix(np.c_[covariates, target]).rank() == exact_matrix(covariates).rank():
        raise refusal(derivation, one)
