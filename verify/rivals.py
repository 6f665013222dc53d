"""Looks for higher likelihood than at a root, where nothing proves that root the global maximum."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sympy import Symbol

from ..proofs.derivation import Derivation
from ..proofs.errors import UnsolvedError
from .edge_heights import require_above_edges
from .ends import outside_space
from .likelihood import log_likelihood
from .near_data import CLOSE
from .observations import Observations
from .solving import Scalar, Solver, Together, ask_together, bracketing, in_order, is_told
from .suggestions import spread

Array = NDArray[np.float64]

_CUTS, _COARSE = 33, 4
"""How many cuts find the roots around a probe, and every which of them is tried first where nothing is known beyond the
probe, which may be the highest since the likelihood rises for ever, or where doubles do not tell all signs."""
_DIFFERENT = 16.0
"""Ratio of two sizes from which on what lies between them is cut at equal ratios."""
_MOST_BETWEEN = 8
"""Of how many pairs of probes a root between them is looked for because the equation changes its sign."""
_BELOW = 2.0
"""Nats by which a probe may lie below the highest root for the root beside it to be the higher one."""
_ASIDE = 1e-2
"""How far beside a root, as a share of it, its likelihood is looked at for a valley; for a jump it is ``CLOSE``."""


def roots_beside_probes(
    function: Scalar,
    height: Scalar,
    others: Sequence[float],
    roots: Sequence[float],
    solve: Solver | None = None,
) -> list[float]:
    """Return the roots around probes that are higher than both neighbours, and hardly lower than the highest root.

    ``solve`` finds the root between two ends; by bracketing ``function`` where it is omitted.

    >>> roots_beside_probes(lambda u: u - u**3, lambda u: u**2 / 2 - u**4 / 4, [-3.0, 0.5, 3.0], [-1.0, 1.0])
    []
    >>> roots_beside_probes(lambda u: u - u**3, lambda u: u**2 / 2 - u**4 / 4, [-3.0, 0.5, 3.0], [])
    [-1.0, 1.0]
    """
    solve = solve or bracketing(function)
    places = sorted({*others, *roots})
    heights = [-math.inf, *in_order(height, places), -math.inf]
    least = max(map(height, roots)) - _BELOW if roots else -math.inf
    found: list[float] = []
    for at, place in enumerate(places):
        peak = heights[at + 1] > max(heights[at], heights[at + 2], least)
        if peak and place not in roots:
            ends = places[max(at - 1, 0)], places[min(at + 1, len(places) - 1)]
            found += _roots_around(place, ends, function, height, solve)
    known = [*roots, *found]
    found += _between_probes(others, known, function, dict(zip(places, heights[1:-1], strict=True)), solve)
    return [root for root in found if not is_valley(root, height)]


def _between_probes(
    others: Sequence[float],
    roots: Sequence[float],
    function: Scalar,
    heights: Mapping[float, float],
    solve: Solver,
) -> list[float]:
    """Roots where the equation has another sign at two neighbours: a peak far narrower than they are apart shows in
    no height. Of many such pairs those about which the likelihood is highest."""
    if not isinstance(function, Together):  # each sign takes a pass over the rows, which are many
        return []
    function.ask(others)
    told = sorted(place for place in others if is_told(function, place))
    changes = [
        (low, high)
        for low, high in pairwise(told)
        if (function(low) > 0) != (function(high) > 0) and not any(low <= root <= high for root in roots)
    ]
    changes.sort(key=lambda ends: -max(heights[end] for end in ends))
    return [root for ends in changes[:_MOST_BETWEEN] for root in _roots_among(function, ends, solve)]


def _roots_around(
    place: float, ends: tuple[float, float], function: Scalar, height: Scalar, solve: Solver
) -> list[float]:
    """The roots between the neighbours of a probe; one of them is as high as the probe unless that is at an end."""
    cuts = sorted({*_cut(*ends), place})
    ask_together(function, cuts)
    if place in ends and len({function(cut) > 0 for cut in cuts[::_COARSE]}) == 1:
        return []
    cheap = [cut for i, cut in enumerate(cuts) if i % _COARSE == 0 or is_told(function, cut)]
    found = _roots_among(function, cheap, solve)
    if len(cheap) == len(cuts) or any(height(root) >= height(place) for root in found):
        return found
    return _roots_among(function, cuts, solve)


def _cut(low: float, high: float) -> list[float]:
    """Places from one end to the other, at equal ratios where these are of different sizes.

    >>> _cut(1.0, 2.0)[:3], [round(place, 9) for place in _cut(1.0, 2.0**32)[:3]]
    ([1.0, 1.03125, 1.0625], [1.0, 2.0, 4.0])
    """
    sizes = sorted((abs(low), abs(high)))
    if low * high > 0 and sizes[1] > _DIFFERENT * sizes[0]:
        inner = math.copysign(1.0, low) * np.exp(np.linspace(math.log(abs(low)), math.log(abs(high)), _CUTS))[1:-1]
        return [low, *inner.tolist(), high]
    return np.linspace(low, high, _CUTS).tolist()


def _roots_among(function: Scalar, cuts: Sequence[float], solve: Solver) -> list[float]:
    """The roots between neighbours of different sign."""
    signs = [function(cut) > 0 for cut in cuts]
    found = []
    for (left, below), (right, above) in pairwise(zip(cuts, signs, strict=True)):
        if below != above:
            with suppress(UnsolvedError):  # where the equation has no value between two cuts, it has no root to offer
                found.append(solve(left, right))
    return found


def require_highest(
    derivation: Derivation,
    observations: Observations,
    values: Mapping[Symbol, float],
    height: Scalar,
    others: Sequence[float],
) -> None:
    """Refuse a root where nothing proves it the maximum and the likelihood is higher at one of the other values.

    Raises
    ------
    ExistenceError
        Where the limit at an edge of the space is above the root.
    UnsolvedError
        Naming the root and the value at which the likelihood is higher.
    """
    higher = higher_place(derivation, observations, values, height, others)
    if higher is not None:
        family, unknown = derivation.family, derivation.unknowns[0]
        require_above_edges(derivation, {p.name: values[p.symbol] for p in family.parameters}, observations)
        raise UnsolvedError(
            f"{family.name}: the likelihood has a maximum at {unknown} = {values[unknown]:.6g}, but it is higher at "
            f"{unknown} = {higher:.12g}, perhaps towards an end of the space. These data have no maximiser "
            f"that was found; fix {unknown}, or a parameter that it runs away with."
        )


def higher_place(
    derivation: Derivation,
    observations: Observations,
    values: Mapping[Symbol, float],
    height: Scalar,
    others: Sequence[float],
) -> float | None:
    """Return a value, next to a root or one of the others, at which the likelihood is higher, if there is one.

    Of a root that is proved the maximum, or that is out of the space, it is not asked.
    """
    if derivation.optimality.proved:
        return None
    family, root = derivation.family, values[derivation.unknowns[0]]
    theta = [values[symbol] for symbol in family.symbols]
    if outside_space(family, theta) is not None:
        return None
    here, rounding = log_likelihood(family, theta, observations.x, observations.w)
    sizes = (abs(root), spread(observations.columns[0]) or 1.0)
    beside = [root + side * CLOSE * size for size in sizes for side in (-1, 1)]
    return next((value for value in (*beside, *others) if height(value) > here + rounding), None)


def is_valley(root: float, height: Scalar) -> bool:
    """Return whether the profile likelihood is higher on both sides of a root: then it is a minimum.

    >>> is_valley(1.0, lambda value: (value - 1) ** 2)
    True
    """
    step = _ASIDE * (abs(root) or 1.0)
    below, here, above = in_order(height, [root - step, root, root + step])
    return below > here < above
