"""Decides where the likelihood is highest, and where the divergence is lowest, by search alone: no derivation is seen.

Two second opinions that share the compiled density and nothing of what they minimise it with: one maximises the
likelihood of the raw data, the other minimises the divergence of the table of distinct values. Neither proves
anything; each says how its search ended.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..proofs.family import Family
from .coordinates import Pin
from .density import density
from .descent import BY_LINES, BY_SIMPLEX
from .ground import Path, Status
from .likelihood import summed
from .search_problem import COARSE, UNLIMITED, Budget, BudgetSpentError, problem_of, solved
from .starts import charts
from .valid_data import require_data


@dataclass(frozen=True)
class Optimum:
    """Where a search ended.

    ``value`` is the log-likelihood of the dataset in nats, or the divergence. ``status`` is "converged",
    "stopped" (nothing better found, but slope and curvature do not confirm it), or "diverging": the objective does not
    get worse while parameters run to the edge, along ``path``, pairs of theta and value.
    """

    theta: tuple[float, ...]
    value: float
    status: Status
    evaluations: int
    path: Path = ()


def maximise_likelihood(
    family: Family, x: ArrayLike, weights: ArrayLike | None = None, *, seed: int = 0, most: int = UNLIMITED
) -> Optimum:
    """Return the highest log-likelihood that Nelder-Mead and BFGS find, over the raw data.

    Of more than 4000 observations a part is searched first, and all of them by BFGS from there; equal integers are
    counted once.

    Starts are generic numbers read off the data. A parameter that bounds the support is tried at the data's
    extreme as well; an integer parameter is searched over integers.

    Parameters
    ----------
    x, weights
        As for ``require_data``.
    seed
        Which starts are tried when there are too many combinations.
    most
        Evaluations after which the search is given up: "stopped", and theta is not a number.

    Returns
    -------
    ``value`` is summed over observations, in nats.

    Raises
    ------
    DataError, SupportError, ParameterError
        As ``require_data``.
    ExistenceError
        When the likelihood is zero at every start.

    Examples
    --------
    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> optimum = maximise_likelihood(EXPONENTIAL, [1.0, 2.0, 3.0])
    >>> optimum.status, round(optimum.theta[0], 6)
    ('converged', 0.5)
    """
    observations = require_data(family, x, weights)
    if family.discrete and observations.n > 4 * COARSE:
        observations = observations.distinct()
    total, evaluations = observations.total, Budget(most)
    with np.errstate(all="ignore"):
        try:
            found = solved(problem_of(family, observations, evaluations), BY_SIMPLEX, seed)
        except BudgetSpentError:
            return _given_up(family, most)
        value = (
            summed(density(family, rounded=True), found.theta, observations)[0]
            if math.isfinite(found.cost)
            else -found.cost
        )
    path = tuple((theta, -cost * total) for theta, cost in found.path)
    return Optimum(found.theta, value, found.status, evaluations.used, path)


def minimise_divergence(
    family: Family, x: ArrayLike, weights: ArrayLike | None = None, *, seed: int = 0, most: int = UNLIMITED
) -> Optimum:
    """Return the lowest divergence from the empirical distribution that L-BFGS and Powell's method find.

    For a discrete family ``value`` is KL(p_hat || p_theta) in nats. A density has no finite divergence from an
    empirical distribution; there ``value`` is the cross-entropy, which differs from the binned divergence by what does
    not depend on theta. Arguments and errors as for ``maximise_likelihood``.

    Examples
    --------
    >>> from thetahat.proofs.families.counts.bernoulli import BERNOULLI
    >>> optimum = minimise_divergence(BERNOULLI, [0, 1, 1, 1])
    >>> round(optimum.theta[0], 6), abs(optimum.value) < 1e-12
    (0.75, True)
    """
    observations = require_data(family, x, weights).distinct()
    evaluations = Budget(most)
    entropy = 0.0
    if family.discrete:
        share = observations.w / observations.total
        entropy = -math.fsum(share * np.log(share))
    with np.errstate(all="ignore"):
        try:
            found = solved(problem_of(family, observations, evaluations), BY_LINES, seed + 1)
        except BudgetSpentError:
            return _given_up(family, most)
    path = tuple((theta, cost - entropy) for theta, cost in found.path)
    return Optimum(found.theta, found.cost - entropy, found.status, evaluations.used, path)


def _given_up(family: Family, most: int) -> Optimum:
    """A search without result: it says so instead of returning where it happened to be."""
    return Optimum((math.nan,) * len(family.parameters), math.nan, "stopped", most)


def beginnings(family: Family, x: ArrayLike, *, seed: int = 0) -> tuple[tuple[float, ...], ...]:
    """Return where a search with this seed begins, up to three points apart, the best first; integers at their ends.

    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> beginnings(EXPONENTIAL, [1.0, 3.0])[0]
    (0.5,)
    """
    problem = problem_of(family, require_data(family, x), Budget(UNLIMITED))
    pins: tuple[Pin, ...] = (None,) * len(problem.rooms)
    with np.errstate(all="ignore"):
        found = charts(problem.rooms, problem.extremes, pins, problem.rows, problem.rough, problem.goal.noise, seed)
    return tuple(chart.start for chart in found)
