"""Decides how far a density is from binned data: the divergence of the counts from the bins' probabilities.

Binned data have a finite divergence from a density, unlike the observations themselves. Its minimiser maximises the
binned likelihood, and tends to the maximum-likelihood estimate as the bins shrink.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations, count, pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit
from sympy import Abs, Max, Min, default_sort_key, sign
from sympy.core.relational import Relational

from ..proofs.errors import DataError, UnsolvedError
from ..proofs.family import Family
from .compiled.special import Numeric
from .coordinates import rooms
from .density import compiled, density, doubles
from .descent import BY_LINES
from .ends import Array, require_theta, support_ends
from .ground import Cost, Goal
from .observations import Observations
from .optimise import Optimum
from .search_problem import Problem, cross_entropy, solved
from .starts import condensed
from .tolerance import QUADRATURE
from .valid_data import require_data, require_fixed

Rule = tuple[Array, Array, Array]

# Gauss-Legendre nodes on each panel, and how often all panels are halved before the other rule is tried.
_NODES = 12
_HALVINGS = 6


def binned_divergence(
    family: Family, theta: ArrayLike | dict[str, float], edges: ArrayLike, counts: ArrayLike
) -> float:
    """Return KL(binned data || bin probabilities at ``theta``), in nats.

    Parameters
    ----------
    theta
        As for ``log_likelihood``.
    edges
        Shape ``(b + 1,)``, strictly increasing; the outer two may be infinite. The bins need not cover the support:
        what lies outside them is a bin without observations.
    counts
        Shape ``(b,)``, non-negative and not all zero: observations, or their weights, in each bin.

    Returns
    -------
    Infinite when a bin with observations has probability zero.

    Raises
    ------
    DataError
        For edges or counts of the wrong shape or value, or a family that is discrete or has covariates.
    ParameterError
        For ``theta`` outside the parameter space.
    UnsolvedError
        When the quadrature of a bin does not settle.

    Examples
    --------
    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> half = math.log(2)
    >>> abs(binned_divergence(EXPONENTIAL, [1.0], [0, half, math.inf], [1, 1])) < 1e-12
    True
    """
    ends, shares = _require_bins(family, edges, counts)
    point = require_theta(family, theta)
    probabilities = bin_probabilities(family, point, ends[:-1], ends[1:])
    if probabilities is None:
        raise UnsolvedError(
            f"{family.name}: the probability of a bin does not settle to a relative {QUADRATURE} at theta = {point}; "
            "narrower bins help"
        )
    kept = shares > 0
    if (probabilities[kept] <= 0).any():
        return math.inf
    return math.fsum(shares[kept] * (np.log(shares[kept]) - np.log(probabilities[kept])))


def minimise_binned_divergence(
    family: Family, x: ArrayLike, width: float, weights: ArrayLike | None = None, *, seed: int = 0
) -> Optimum:
    """Return the lowest divergence of the data, binned at multiples of ``width``, that a search finds.

    Arguments, status and errors as for ``maximise_likelihood``; ``value`` is the divergence in nats. A bin holds
    its lower edge. The minimiser tends to the maximum-likelihood estimate as ``width`` shrinks.

    Examples
    --------
    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> optimum = minimise_binned_divergence(EXPONENTIAL, [0.5, 1.5, 2.5], width=1.0)
    >>> optimum.status, round(optimum.theta[0], 6)  # geometric: p = 1 - exp(-rate) = 3 / 6
    ('converged', 0.693147)
    """
    _require_continuous(family)
    if not (isinstance(width, (int, float)) and 0 < width < math.inf):
        raise DataError(f"{family.name}: width = {width!r} is not a positive number")
    observations = require_data(family, x, weights)
    lo, hi, shares = _bins(family, observations, float(width))
    entropy = -math.fsum(shares * np.log(shares))
    evaluations = count()
    goal = Goal(_binned_cost(family, lo, hi, shares, evaluations), lambda theta: QUADRATURE, np.unique([*lo, *hi]))
    few = condensed(observations)
    # A member may end anywhere inside the outer bins, so only their inner edges hold it.
    extremes = (float(hi[0]), float(lo[-1]))
    rough = cross_entropy(family, few, evaluations)
    problem = Problem(goal, rough, rooms(family), extremes, few.x, family)
    with np.errstate(all="ignore"):
        found = solved(problem, BY_LINES, seed)
    path = tuple((theta, cost - entropy) for theta, cost in found.path)
    return Optimum(found.theta, found.cost - entropy, found.status, next(evaluations), path)


def _require_continuous(family: Family) -> None:
    require_fixed(family)
    if family.discrete or family.beside:
        why = "is discrete: every value is a bin of its own" if family.discrete else "has covariates"
        raise DataError(f"{family.name}: the family {why}; use minimise_divergence, which needs no bins")


def _require_bins(family: Family, edges: ArrayLike, counts: ArrayLike) -> tuple[Array, Array]:
    _require_continuous(family)
    ends, tallies = np.asarray(edges, dtype=np.float64), np.asarray(counts, dtype=np.float64)
    if ends.ndim != 1 or len(ends) < 2 or not (np.diff(ends) > 0).all():
        raise DataError(
            f"{family.name}: edges = {edges!r} is not a strictly increasing sequence of at least two numbers"
        )
    if tallies.shape != (len(ends) - 1,):
        raise DataError(f"{family.name}: {len(ends)} edges need {len(ends) - 1} counts, not shape {tallies.shape}")
    if not (np.isfinite(tallies).all() and (tallies >= 0).all() and tallies.sum() > 0):
        raise DataError(f"{family.name}: counts = {counts!r} are not finite numbers >= 0 with a positive sum")
    return ends, tallies / tallies.sum()


def _bins(family: Family, observations: Observations, width: float) -> tuple[Array, Array, Array]:
    """The occupied bins: lower edges, upper edges, shares of the weight."""
    column = observations.x[:, 0]
    number = np.floor(column / width)
    if not np.abs(number).max() < 2**52:
        raise DataError(f"{family.name}: bins of width {width!r} are narrower than doubles tell apart at these data")
    occupied, position = np.unique(number, return_inverse=True)
    shares = np.bincount(position, weights=observations.w) / observations.total
    return occupied * width, (occupied + 1) * width, shares


def _binned_cost(family: Family, lo: Array, hi: Array, shares: Array, evaluations: count[int]) -> Cost:
    """The cross-entropy of the shares from the bins' probabilities, in the form that a search expects."""

    def one(theta: Sequence[Any]) -> float:
        next(evaluations)
        probabilities = bin_probabilities(family, theta, lo, hi)
        if probabilities is None or not (probabilities > 0).all():
            return math.inf
        return -float(shares @ np.log(probabilities))

    def cost(theta: list[Any]) -> Any:
        if all(np.ndim(value) == 0 for value in theta):
            return one(theta)
        table = np.broadcast_arrays(*theta)
        return np.array([one([column[i, 0] for column in table]) for i in range(len(table[0]))])

    return cost


def bin_probabilities(family: Family, theta: Sequence[Any], lo: Array, hi: Array) -> Array | None:
    """Return the probability of every bin by quadrature, or ``None`` if it does not settle.

    Steps are halved, in all bins at once, until no probability changes by more than ``QUADRATURE`` of itself.

    >>> from thetahat.proofs.families.real.normal import NORMAL
    >>> bin_probabilities(NORMAL, (0.0, 1.0), np.array([-np.inf]), np.array([np.inf])).round(12)
    array([1.])
    """
    point = doubles(theta)
    ends = support_ends(family)
    least, most = float(ends.lo.at(point)), float(ends.hi.at(point))
    # Where the support ends inside a bin the density jumps, and at a corner its slope does; panels end there as well.
    low, high = np.clip(lo, least, most), np.clip(hi, least, most)
    corners = np.sort([float(corner(*point)) for corner in _corners(family)])
    cuts = np.stack([low, *(np.clip(corner, low, high) for corner in corners), high])
    with np.errstate(all="ignore"):
        for rule, levels in ((_panels, range(_HALVINGS)), (_double_exponential, range(3, 7))):
            before: Array | None = None
            for level in levels:
                parts = (_quadrature(family, point, a, b, rule(level)) for a, b in pairwise(cuts))
                now = np.sum(list(parts), axis=0)
                if before is not None and bool((np.abs(now - before) <= QUADRATURE * now).all()):
                    return now
                before = now
    return None


@lru_cache(maxsize=256)
def _corners(family: Family) -> tuple[Numeric, ...]:
    """Where the log-density may have corners in the observation: zeros of what its cases and moduli compare."""
    x, expression = family.observation, family.log_density
    compared = [node.args[0] for node in expression.atoms(Abs, sign)]
    compared += [node.lhs - node.rhs for node in expression.atoms(Relational)]
    compared += [a - b for node in expression.atoms(Max, Min) for a, b in combinations(node.args, 2)]
    slopes = [(term, term.diff(x)) for term in compared]
    zeros = {-(term - slope * x).expand() / slope for term, slope in slopes if slope != 0 and not slope.has(x)}
    return tuple(compiled(zero, family.symbols) for zero in sorted(zeros, key=default_sort_key))


def _quadrature(family: Family, point: list[np.float64], low: Array, high: Array, rule: Rule) -> Array:
    share, rest, weights = rule
    x, slope = _mapped(low[:, None], high[:, None], share, rest)
    values = np.exp(density(family)(x, *point))
    # Towards an infinite end the slope overflows where the density has vanished; an empty bin has no slope.
    return np.broadcast_to(np.where((values > 0) & (slope > 0), values * slope, 0.0), x.shape) @ weights


def _mapped(low: Array, high: Array, s: Array, c: Array) -> tuple[Array, Array]:
    """Points of the bins for shares ``s``, ``c = 1 - s``, of their width, and the slope of the map.

    An infinite end is reached through s / (1 - s).
    """
    finite_low, finite_high = np.isfinite(low), np.isfinite(high)
    unit = np.where(finite_low | finite_high, np.maximum(np.abs(np.where(finite_low, low, high)), 1.0), 1.0)
    width = high - low
    bounded = (np.where(s < c, low + width * s, high - width * c), width * np.ones_like(s))
    above = (low + unit * s / c, unit / c**2)
    below = (high - unit * c / s, unit / s**2)
    both = (unit * (s - c) / (s * c), unit * (s * s + c * c) / (s * c) ** 2)
    choice = [finite_low & finite_high, finite_low, finite_high]
    x, slope = (np.select(choice, [bounded[k], above[k], below[k]], both[k]) for k in (0, 1))
    return x, slope


@lru_cache(maxsize=16)
def _panels(halvings: int) -> Rule:
    """Gauss-Legendre on equal panels of (0, 1), as shares, their complements and weights.

    A polynomial of degree five makes the nodes crowd towards both ends, where the density may be less smooth.
    """
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    panels = 2**halvings
    t = ((np.arange(panels)[:, None] + (nodes + 1) / 2) / panels).reshape(-1)
    s, c = (z**3 * (10 - 15 * z + 6 * z * z) for z in (t, 1 - t))
    return s, c, np.tile(weights / 2 / panels, panels) * 30 * (t * (1 - t)) ** 2


@lru_cache(maxsize=16)
def _double_exponential(level: int) -> Rule:
    """Takahasi and Mori's rule at steps of 2^-level: for densities that are infinite at an end."""
    step = 2.0**-level
    # At 6.1 the shares reach the smallest normal double.
    t = np.arange(-6.1, 6.1 + step / 2, step)
    z = np.pi * np.sinh(t)
    s, c = expit(z), expit(-z)
    return s, c, step * np.pi * np.cosh(t) * s * c
