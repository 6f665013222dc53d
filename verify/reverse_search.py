"""Searches for local minima of KL(member || target), from starts spread over the target."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import optimize

from ..proofs.errors import ExistenceError, UnsolvedError
from ..proofs.family import Family
from .density import density
from .ends import support_ends
from .fitting import fit
from .nodes import Nodes
from .real_line import Array, in_the_space, on_the_line

_BLOCKS = (1, 2, 3, 4)
"""A reverse search starts from the estimates for so many parts of the target, from the lowest values to the highest."""
STARTS = sum(_BLOCKS)
APART, _FLAT, _HELD, UNKNOWN = 1e-4, 1e-4, 1e-5, 1e300
_SEARCH = {"xatol": 1e-9, "fatol": 1e-12, "maxiter": 4000}


def local_minima(nodes: Nodes, family: Family) -> list[tuple[dict[str, float], float]]:
    """Return parameters and divergence at each local minimum that is found, lowest first, by the density on a grid."""
    p, wide = family.parameters, nodes.widened

    def divergence(point: Array) -> float:
        return reversed_divergence(wide, family, in_the_space(p, point))

    minima: list[tuple[dict[str, float], float]] = []
    for start in _starts(nodes, family):
        rough = optimize.minimize(divergence, start, method="Nelder-Mead", options=_SEARCH)
        if rough.fun >= UNKNOWN:
            continue
        theta = dict(zip(family.parameter_names, in_the_space(p, rough.x).tolist(), strict=True))
        if all(_differ(theta, other) for other, _ in minima) and _is_flat(divergence, rough.x):
            minima.append((theta, float(rough.fun)))
    return sorted(minima, key=lambda one: one[1])


def reversed_divergence(wide: Nodes, family: Family, theta: Array) -> float:
    """Return KL(member || target) on a wide grid; a large number where the grid does not hold it, or is too coarse."""
    low, high = (end.at(theta.tolist()) for end in (support_ends(family).lo, support_ends(family).hi))
    with np.errstate(all="ignore"):
        heights = np.where((wide.x >= low) & (wide.x <= high), density(family)(wide.x, *theta), -np.inf)
        q = np.exp(heights) * wide.step
        terms = np.where(q > 0, q * (heights - wide.log_p), 0.0)
    held = abs(float(q.sum()) - 1) < _HELD and wide.is_settled(terms)
    return float(terms.sum()) if held and np.isfinite(terms).all() else UNKNOWN


def _starts(nodes: Nodes, family: Family) -> list[Array]:
    """Estimates for parts of the target of equal probability, from one part, the whole, to a few."""
    found = []
    share = np.cumsum(nodes.w)
    ends = family.bounds
    low = float(ends.lo) if ends.lo.is_number else -math.inf
    high = float(ends.hi) if ends.hi.is_number else math.inf
    inside = (nodes.x > low if not ends.lo_closed else nodes.x >= low) & (
        nodes.x < high if not ends.hi_closed else nodes.x <= high
    )
    for blocks in _BLOCKS:
        for block in range(blocks):
            chosen = inside & (share > block / blocks) & (share <= (block + 1) / blocks + 1e-12)
            if not chosen.any():
                continue
            try:
                theta = fit(family, nodes.x[chosen], nodes.w[chosen]).theta
            except (ExistenceError, UnsolvedError):
                continue
            found.append(on_the_line(family.parameters, theta))
    return found


def _differ(first: Mapping[str, float], second: Mapping[str, float]) -> bool:
    return any(abs(value - second[name]) > APART * (1 + abs(value)) for name, value in first.items())


def _is_flat(function: Any, point: Array) -> bool:
    slope = optimize.approx_fprime(point, function, 1e-6)
    return bool(np.all(np.isfinite(slope)) and np.abs(slope).max() < _FLAT)
