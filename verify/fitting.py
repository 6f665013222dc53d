"""Fits: data in, estimate out, with its status; what is fitted, and how, comes from the derivation alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Any, cast, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sympy import Expr

from ..proofs.derivation import Derivation, Outcome
from ..proofs.family import Family
from .careful_fit import estimated
from .compiled_fit import Quick, compiled_estimate
from .enclosure import sharp_log_likelihood
from .keeping import kept_estimator
from .known_values import exactly, kept_with
from .likelihood import log_likelihood
from .observations import Observations
from .standard_errors import standard_errors
from .tolerance import AGREEMENT_NATS, BALL_ROWS
from .valid_data import require_data

if TYPE_CHECKING:
    from ..proofs.structured.family import StructuredFamily
    from .structured_fit import StructuredFit


@dataclass(frozen=True, eq=False)
class Fit:
    """A maximum-likelihood estimate and how it came about.

    Attributes
    ----------
    theta_hat
        Each parameter's estimate, by name, in declared order.
    sets
        For a set of maximisers, the ends of the interval for each parameter; ``theta_hat`` then holds its middle, of
        integers that are equally good the least.
    outcome
        How far the derivation came: a formula, an equation solved numerically, an end of the support or of the
        parameter space, a set.
    n
        The number of observations with positive weight.

    Examples
    --------
    >>> from thetahat import family
    >>> found = fit(family("exponential"), [1.0, 3.0])
    >>> found
    Fit(exponential, n=2, lambda=0.5)
    >>> print(found)
    exponential: closed form, 2 observations
      lambda = 0.5
      log-likelihood = -3.386294361119891
    """

    family: Family
    theta_hat: Mapping[str, float]
    outcome: Outcome
    n: int
    derivation: Derivation
    sets: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    _observations: Observations | None = field(default=None, repr=False)
    _given: ArrayLike | None = field(default=None, repr=False)

    @classmethod
    def of_column(cls, derivation: Derivation, x: NDArray[Any], theta_hat: Mapping[str, float]) -> Fit:
        """Return the fit to a column of unweighted data."""
        made = object.__new__(cls)
        # The setters of a frozen class take longer than the sum of a thousand numbers, and so would a new dictionary.
        state = made.__dict__
        state["family"] = derivation.family
        state["theta_hat"] = theta_hat
        state["outcome"] = derivation.outcome
        state["n"] = len(x)
        state["derivation"] = derivation
        state["sets"] = {}
        state["_given"] = x
        return made

    def __repr__(self) -> str:
        """Return family, size and estimate in one line; the derivation has a text of its own."""
        values = ", ".join(f"{name}={value!r}" for name, value in self.theta_hat.items())
        return f"Fit({self.family.name}, n={self.n}, {values})"

    def __str__(self) -> str:
        """Return the estimate, the log-likelihood and how they came about, a line each."""
        lines = [f"{self.family.name}: {self.outcome.value}, {self.n} observations"]
        for name, value in self.theta_hat.items():
            ends = self.sets.get(name)
            lines.append(
                f"  {name} = {value!r}{'' if ends is None else f', as good as all from {ends[0]!r} to {ends[1]!r}'}"
            )
        return "\n".join([*lines, f"  log-likelihood = {self.log_likelihood!r}"])

    @property
    def theta(self) -> NDArray[np.float64]:
        """The estimate, shape ``(p,)``, in declared order."""
        return np.array([self.theta_hat[name] for name in self.family.parameter_names])

    @cached_property
    def log_likelihood(self) -> float:
        """The log-likelihood at the estimate, summed over observations, in nats.

        Where doubles lose digits that show, and the rows are not too many, it is rounded from balls.
        """
        data = self._data
        value, rounding = log_likelihood(self.family, self.theta, data.x, data.w)
        if rounding <= AGREEMENT_NATS or data.n > BALL_ROWS:
            return value
        held = sharp_log_likelihood(self.family, self.theta, data.x, data.w)
        return float(held.mid()) if held.is_finite() else value

    @cached_property
    def standard_errors(self) -> Mapping[str, float]:
        """Standard errors from the observed information; empty where the estimate is no smooth interior maximum.

        Source: Casella & Berger 2002, section 10.1.3.
        """
        if self.outcome is Outcome.SPACE_BOUNDARY:
            return {}
        return standard_errors(self.family, self.theta, self._data)

    @cached_property
    def _data(self) -> Observations:
        if self._observations is not None:
            return self._observations
        assert self._given is not None
        return require_data(self.family, self._given)


@overload
def fit(
    family: Family, x: ArrayLike, weights: ArrayLike | None = None, fixed: Mapping[str, object] | None = None
) -> Fit: ...
@overload
def fit(
    family: StructuredFamily,
    x: ArrayLike | Mapping[str, ArrayLike],
    weights: ArrayLike | None = None,
    fixed: Mapping[str, ArrayLike] | None = None,
) -> StructuredFit: ...


def fit(
    family: Family | StructuredFamily,
    x: ArrayLike | Mapping[str, ArrayLike],
    weights: ArrayLike | None = None,
    fixed: Mapping[str, Any] | None = None,
) -> Fit | StructuredFit:
    """Return the maximum-likelihood estimate of ``family`` for the data.

    Parameters
    ----------
    x
        Shape ``(n,)``; with covariates ``(n, 1 + covariates)``, the observation first. Of a family whose dimension is a
        symbol an array with an axis for each of the observation's after the first, or a mapping from names to arrays
        where more than one thing is observed.
    weights
        Shape ``(n,)``, non-negative multiplicities; all one when omitted.
    fixed
        Values of parameters or constants that are known, by name; they are then not estimated.

    Raises
    ------
    ExistenceError
        Where the data have no maximiser in the parameter space; says which condition fails.
    UnsolvedError
        Where no estimator is derived, or numbers overflow.
    DataError, SupportError, ParameterError
        For data, weights or fixed values that make no sense.

    Examples
    --------
    >>> from thetahat import family, fit
    >>> dict(fit(family("exponential"), [1.0, 1.0, 4.0]).theta_hat)
    {'lambda': 0.5}
    >>> from thetahat import structured
    >>> fit(structured("multivariate_normal"), [[0.0, 1.0], [2.0, 1.0], [1.0, 4.0]]).theta_hat["mu"]
    array([1., 2.])
    """
    if isinstance(family, Family):
        quick = _prepared(family, exactly(family, fixed) if fixed else ())
        found = quick(x) if weights is None else None
        if found is not None:
            return Fit.of_column(quick.derivation, *found)
        return _fit_carefully(quick.derivation, cast("ArrayLike", x), weights)
    from .structured_fit import structured_fit

    return structured_fit(family, x, weights, fixed)


@lru_cache(maxsize=512)
def _prepared(family: Family, known: tuple[tuple[str, Expr], ...]) -> Quick:
    """What every fit of a family begins with: its derivation, and what finds its compiled estimator."""
    return Quick(kept_with(family, dict(known)), partial(kept_estimator, family, known))


def fit_with(derivation: Derivation, x: ArrayLike, weights: ArrayLike | None = None) -> Fit:
    """Return the estimate by a derivation that is at hand; arguments and errors as for ``fit``.

    Nothing is asked of earlier processes.

    >>> from thetahat import derive, family
    >>> dict(fit_with(derive(family("exponential")), [1.0, 3.0]).theta_hat)
    {'lambda': 0.5}
    """
    found = compiled_estimate(derivation, x) if weights is None else None
    return _fit_carefully(derivation, x, weights) if found is None else Fit.of_column(derivation, *found)


def _fit_carefully(derivation: Derivation, x: ArrayLike, weights: ArrayLike | None) -> Fit:
    """The estimate where it is not known beforehand that doubles suffice for it."""
    found = estimated(derivation, require_data(derivation.family, x, weights))
    data = found.observations
    return Fit(derivation.family, found.theta_hat, found.outcome, data.n, derivation, found.sets, data)
