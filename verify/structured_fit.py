"""Fits of families whose dimension is a symbol: arrays in, estimate out; how comes from the derivation alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sympy import Expr

from ..proofs.derivation import Outcome
from ..proofs.errors import ParameterError, UnsolvedError
from ..proofs.structured.derivation import StructuredDerivation
from ..proofs.structured.engine import derive_structured
from ..proofs.structured.family import StructuredFamily, Unknown
from ..proofs.structured.terms import Matrix, shape
from ..strategies.structured import StructuredData
from .structured_balls import height
from .structured_estimate import estimate, exact_estimate, is_exact
from .structured_exact import ExactData, exact_array, is_definite, nearest
from .structured_input import structured_data
from .structured_search import mean_log_likelihood
from .tolerance import LOST_NATS

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StructuredFit:
    """A maximum-likelihood estimate of vectors and matrices, and how it came about.

    Attributes
    ----------
    theta_hat
        Each parameter's estimate, by name, in declared order: shape ``(p,)`` for a column vector or the components of
        one index, ``(p, q)`` for matrices and two indices, ``()`` for a number.
    outcome
        How far the derivation came. For a set of maximisers the estimate is one of them.
    n
        The number of observations with positive weight; of rows, where the data are one matrix.
    log_likelihood
        At the estimate, summed over the observations with their weights, in nats.
    """

    family: StructuredFamily
    theta_hat: Mapping[str, Array]
    outcome: Outcome
    n: int
    log_likelihood: float
    derivation: StructuredDerivation

    def __repr__(self) -> str:
        """Return family, size and estimate; the derivation has a text of its own."""
        values = ", ".join(f"{name}={value.tolist()}" for name, value in self.theta_hat.items())
        return f"StructuredFit({self.family.name}, n={self.n}, {values})"

    def __str__(self) -> str:
        """Return the estimate, the log-likelihood and how they came about, a line for each."""
        lines = [f"{self.family.name}: {self.outcome.value}, {self.n} observations"]
        for name, value in self.theta_hat.items():
            lines += [f"  {name} =", *(f"    {row}" for row in str(value).splitlines())]
        return "\n".join([*lines, f"  log-likelihood = {self.log_likelihood!r}"])


def structured_fit(
    family: StructuredFamily,
    x: ArrayLike | Mapping[str, ArrayLike],
    weights: ArrayLike | None = None,
    known: Mapping[str, ArrayLike] | None = None,
) -> StructuredFit:
    """Return the maximum-likelihood estimate; arguments and what they have to be as for ``structured_data``.

    Raises
    ------
    ExistenceError
        Where the data have no maximiser in the parameter space; says which condition fails.
    UnsolvedError
        Where no estimator is derived, or an iteration does not settle.
    DataError, SupportError, ParameterError
        For data, weights or known values that make no sense.

    Examples
    --------
    >>> from thetahat.proofs.registry import structured
    >>> found = structured_fit(structured("multivariate_normal"), [[1.0, 2.0], [3.0, 5.0], [5.0, 2.0]])
    >>> found.theta_hat["mu"], found.theta_hat["Sigma"].round(6).tolist()
    (array([3., 3.]), [[2.666667, 0.0], [0.0, 2.0]])
    """
    derivation = derive_structured(family)
    drawn = structured_data(family, x, weights, known)
    if derivation.outcome is Outcome.UNSOLVED:
        raise UnsolvedError(f"{family.name}: no estimator is derived, because {derivation.reason}")
    n = drawn.sizes[family.rows] if family.rows is not None else drawn.n
    if is_exact(derivation, drawn):
        theta, value = _rounded(derivation, ExactData(drawn))
    else:
        theta = estimate(derivation, drawn)
        _require_held(family, theta)
        value = mean_log_likelihood(family, drawn, theta) * drawn.weight
    if not np.isfinite(value):
        raise no_density(family, drawn)
    shown = {one.name: bare(one.term, theta[one.name]) for one in family.parameters}
    return StructuredFit(family, shown, derivation.outcome, n, value, derivation)


def _rounded(derivation: StructuredDerivation, data: ExactData) -> tuple[dict[str, Array], float]:
    """The exact estimate rounded once, if that costs nothing that shows, and the log-likelihood there."""
    exact = exact_estimate(derivation, data)
    theta = {name: nearest(value) for name, value in exact.items()}
    _require_held(derivation.family, theta)
    rounded = {name: exact_array(value) for name, value in theta.items()}
    value, lost = height(derivation, data, rounded), height(derivation, data, exact, rounded)
    if value.is_finite() and not lost < LOST_NATS * data.drawn.weight:
        raise UnsolvedError(
            f"{derivation.family.name}: the estimate is not held by double precision: rounding it costs "
            f"{float(lost.mid()):.3g} nats; measure what hardly differs from the rest as a difference"
        )
    return theta, float(value.mid())


def bare(term: Expr, value: NDArray[Any]) -> NDArray[Any]:
    """Return what is declared a column vector with one axis, and anything else as it is.

    >>> bare(Matrix("mu", 2), np.ones((2, 1)))
    array([1., 1.])
    """
    return value[..., 0] if isinstance(term, Matrix) and shape(term)[1] == 1 else value


def _require_held(family: StructuredFamily, theta: Mapping[str, Array]) -> None:
    """Raise ``UnsolvedError`` where rounding to doubles left the parameter space."""
    for one in family.parameters:
        value = theta[one.name]
        if not (np.isfinite(value).all() and _is_inside(one, value)):
            raise UnsolvedError(
                f"{family.name}: the estimate of {one.name} is not held by double precision: rounded, it is "
                f"{value.tolist()}; change the unit of the data"
            )


def _is_inside(one: Unknown, value: Array) -> bool:
    if one.definite:
        return is_definite(exact_array(value))
    return bool((value > 0).all()) if one.term.is_positive else True


def no_density(family: StructuredFamily, drawn: StructuredData) -> ParameterError | UnsolvedError:
    """Return the error that explains that the estimate has no density: known values, or else numbers that overflow.

    >>> from thetahat.proofs.registry import structured
    >>> no_density(structured("diagonal_normal"), StructuredData({}, {}, {}))
    UnsolvedError('diagonal_normal: the log-likelihood overflows double precision; change the unit of the data')
    """
    if drawn.known:
        values = ", ".join(f"{term} = {np.asarray(value).tolist()}" for term, value in drawn.known.items())
        return ParameterError(f"{family.name}: there is no density of these data where {values}")
    return UnsolvedError(f"{family.name}: the log-likelihood overflows double precision; change the unit of the data")
