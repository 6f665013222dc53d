"""Decides what the log-likelihood of a dataset is: in doubles with a rounding bound, and in balls without doubt."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from flint import arb
from numpy.typing import ArrayLike

from ..proofs.balls import ball, precision
from ..proofs.errors import UnsolvedError
from ..proofs.family import Family
from .compiled.special import Numeric
from .density import density, doubles
from .enclosure import log_likelihood_ball, nats_lost, precisions, table_of, total
from .ends import require_theta, support_ends
from .observations import Observations
from .rounding import exact
from .row_support import outside_rows
from .tolerance import MOST_BITS, SUM_ULPS, UNIT_ROUNDOFF
from .valid_data import require_numbers

__all__ = ["in_support", "log_likelihood", "log_likelihood_ball", "nats_lost", "summed"]

# An error bound below which only one integer is meant.
_NEAREST = 0.25
# Rows in one pass: the arrays of a pass stay in the processor's cache.
_CHUNK = 8192


def log_likelihood(
    family: Family,
    theta: ArrayLike | Mapping[str, float],
    x: ArrayLike | Observations,
    weights: ArrayLike | None = None,
) -> tuple[float, float]:
    """Return the log-likelihood at ``theta``, summed over observations, and a bound for its rounding error.

    Compiled from the declared log-density, not from a derivation. Minus infinity, with bound zero, when an
    observation lies outside the support of this member. Where doubles overflow, balls decide.

    Parameters
    ----------
    theta
        Shape ``(p,)``, in the order and units of ``family.parameters``, or a mapping from names to values.
    x
        Shape ``(n,)``; with covariates ``(n, 1 + covariates)``, the observation first; or a dataset read before.
    weights
        Shape ``(n,)``, non-negative; all one when omitted.

    Returns
    -------
    Value and bound, in nats. The exact log-likelihood lies within ``bound`` of ``value``. The bound is infinite
    when an end of the support is itself rounded and an observation lies within that rounding.

    Raises
    ------
    ParameterError
        For ``theta`` outside the parameter space, or constants without values.
    DataError
        For data that are not finite numbers of the right shape.

    Examples
    --------
    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> value, rounding = log_likelihood(EXPONENTIAL, [1.0], [1.0, 2.0])
    >>> value, rounding < 1e-13
    (-3.0, True)
    """
    observations = require_numbers(family, x, weights)
    point = require_theta(family, theta)
    with np.errstate(all="ignore"):
        inside = in_support(family, point, observations)
        if inside is False:
            return -math.inf, 0.0
        value, rounding = summed(density(family, rounded=True), point, observations)
    if not (math.isfinite(value) and math.isfinite(rounding)):
        return _from_balls(family, point, observations)
    return value, rounding if inside else math.inf


def in_support(family: Family, point: Sequence[float], observations: Observations) -> bool | None:
    """Return whether every observation lies in the support at ``point``; ``None`` if rounding leaves it open.

    >>> from thetahat.proofs.families.bounded.uniform import UNIFORM
    >>> in_support(UNIFORM, (0.0, 1.0), require_numbers(UNIFORM, [0.5, 1.5]))
    False
    """
    ends, (least, greatest) = support_ends(family), observations.sample.ends[0]
    if ends.discrete and not observations.sample.whole:
        return False
    decided: bool | None = True
    for end, gap in ((ends.lo, least), (ends.hi, -greatest)):
        place = end.ball(doubles(point))
        distance, error = gap - place.value if end is ends.lo else gap + place.value, place.error
        if ends.discrete and error < _NEAREST:  # the ends of a set of integers are integers
            distance, error = float(np.rint(distance)), 0.0
        if distance < -error or (distance == 0 == error and not end.closed):
            return False
        if error > 0 and distance <= error:
            decided = None
    return False if outside_rows(family, observations.sample).size else decided


def summed(function: Numeric, point: Sequence[float], observations: Observations) -> tuple[float, float]:
    """Return the log-likelihood in doubles and its running error bound; ``nan`` and infinity where they overflow.

    ``function`` is ``density(family, rounded=True)``. Neither theta nor the support is looked at.

    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> summed(density(EXPONENTIAL, rounded=True), (1.0,), require_numbers(EXPONENTIAL, [1.0, 2.0]))[0]
    -3.0
    """
    theta = [exact(value) for value in doubles(point)]
    values, bounds = [], []
    for start in range(0, observations.n, _CHUNK):
        rows = slice(start, start + _CHUNK)
        term = exact(function(*(exact(column[rows]) for column in observations.columns), *theta))
        w = observations.w[rows]
        weighted = w * term.value
        values.append(float(weighted.sum()))
        bounds.append(float((w * term.error).sum() + SUM_ULPS * UNIT_ROUNDOFF * np.abs(weighted).sum()))
    if not all(map(math.isfinite, values)):
        return math.nan, math.inf
    value = math.fsum(values)
    return value, math.fsum(bounds) + UNIT_ROUNDOFF * abs(value)


def _from_balls(family: Family, point: Sequence[float], observations: Observations) -> tuple[float, float]:
    table = table_of(family, observations)
    for bits in precisions():
        with precision(bits):
            enclosure = total(family, [ball(value) for value in point], table, observations)
            if not enclosure.is_nan():
                value = float(enclosure.mid())
                # Infinite is exact where the density says so, and no bound at all where only doubles overflow.
                beyond = 0.0 if abs(enclosure) == arb("inf") else math.inf
                return value, beyond if math.isinf(value) else float(enclosure.rad()) + 2 * UNIT_ROUNDOFF * abs(value)
    raise UnsolvedError(
        f"{family.name}: the log-density has no value at theta = {point} for some observation, in {MOST_BITS} bits "
        "either; the declaration has to give it one there, for instance by a Piecewise"
    )
