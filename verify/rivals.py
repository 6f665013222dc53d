"""Looks for higher likelihood than at a root, where nothing proves that root the global maximum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import pairwise

import numpy as np
from sympy import Symbol

from ..proofs.derivation import Derivation
from ..proofs.errors import UnsolvedError
from .ends import outside_space
from .likelihood import log_likelihood
from .observations import Observations
from .solving import Line, Scalar, bracketed_root
from .suggestions import is_a_place
from .tolerance import EXAMINED_ROWS

_FAR = (4.0, 6.0, 8.0, 16.0, 32.0)
"""Coordinates at which the likelihood is looked at beside a root that is not proved to be the maximum: e**4 and on."""
_PROBES, _CUTS = 33, 33
"""How many of long data are looked at, and how many cuts find the roots around the highest of them."""
_ASIDE = 1e-2
"""How far beside a root, as a share of it, its likelihood is looked at."""


def probes(derivation: Derivation, table: Observations, line: Line) -> list[float]:
    """Return where else to look at a likelihood whose maximum is not proved: far out, for a place also at data.

    >>> from thetahat import derive, family
    >>> cauchy = derive(family("cauchy").fix(gamma=1))
    >>> data = Observations(np.array([[1.0], [2.0]]), None, 2)
    >>> [round(value, 1) for value in probes(cauchy, data, Line(-np.inf, np.inf))][4:8]
    [-27.3, 1.0, 2.0, 27.3]
    """
    if derivation.optimality.proved:
        return []
    column, unknown = table.columns[0], derivation.unknowns[0]
    places = np.quantile(column, np.linspace(0, 1, _PROBES)) if table.n > EXAMINED_ROWS else np.unique(column)
    near = places.tolist() if is_a_place(derivation.family, unknown) else []
    return sorted({*near, *(line.value(side * u) for u in _FAR for side in (-1, 1))})


def roots_beside_a_probe(
    function: Scalar, height: Scalar, others: Sequence[float], roots: Sequence[float]
) -> list[float]:
    """Return the roots around the highest of the probes, where it is higher than every root that is known.

    >>> roots_beside_a_probe(lambda u: u - u**3, lambda u: u**2 / 2 - u**4 / 4, [-3.0, 0.5, 3.0], [-1.0, 1.0])
    []
    >>> roots_beside_a_probe(lambda u: u - u**3, lambda u: u**2 / 2 - u**4 / 4, [-3.0, 0.5, 3.0], [])
    [-1.0, 1.0]
    """
    best = max(others, key=height, default=None)
    if best is None or (roots and height(best) <= max(map(height, roots))):
        return []
    places = sorted({*others, *roots})
    at = places.index(best)
    grid = np.linspace(places[max(at - 1, 0)], places[min(at + 1, len(places) - 1)], _CUTS).tolist()
    signs = [function(place) > 0 for place in grid]
    found = []
    for (low, below), (high, above) in pairwise(zip(grid, signs, strict=True)):
        if below != above:
            with suppress(UnsolvedError):  # where the equation has no value between two cuts, it has no root to offer
                found.append(bracketed_root(function, low, high))
    return [root for root in found if not is_valley(root, height)]


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
    UnsolvedError
        Naming the root and the value at which the likelihood is higher.
    """
    if derivation.optimality.proved:
        return
    family, unknown = derivation.family, derivation.unknowns[0]
    theta = [values[symbol] for symbol in family.symbols]
    if outside_space(family, theta) is not None:
        return
    here, rounding = log_likelihood(family, theta, observations.x, observations.w)
    higher = next((value for value in others if height(value) > here + rounding), None)
    if higher is not None:
        raise UnsolvedError(
            f"{family.name}: the likelihood has a maximum at {unknown} = {values[unknown]:.6g}, but it is higher at "
            f"{unknown} = {higher:.6g}, perhaps towards an end of the space. These data have no maximiser "
            f"that was found; fix {unknown}, or a parameter that it runs away with."
        )


def is_valley(root: float, height: Scalar) -> bool:
    """Return whether the profile likelihood is higher on both sides of a root: then it is a minimum.

    >>> is_valley(1.0, lambda value: (value - 1) ** 2)
    True
    """
    here, step = height(root), _ASIDE * (abs(root) or 1.0)
    return height(root - step) > here and height(root + step) > here
