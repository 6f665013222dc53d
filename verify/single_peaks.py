"""Where single observations are most likely as one parameter moves: places to look that need no unit of the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from sympy import Symbol

from ..proofs.errors import DeclarationError
from ..proofs.family import Family
from .density import density

Array = NDArray[np.float64]

_PLAIN = np.arange(-30.0, 30.25, 0.25)
"""Values that a logarithm of a place, or of its inverse, may have."""
_SHARES = 10.0 ** np.arange(-4.0, 1.05, 0.1)
"""Values that a multiple of a place may have, as shares of the largest observation."""
_NO_SHIFT = 1e-6
_CUTS, _ROUNDS, _FEWEST = 33, 9, 3
"""Points of each finer grid, how many there are, each a sixteenth of the last, and the least number of points."""


def single_peaks(
    family: Family, parameter: Symbol, columns: Sequence[Array], others: Mapping[Symbol, float]
) -> list[float]:
    """Return for each row the value of a parameter at which that row alone is most likely.

    The ends of its space are numbers, and ``others`` the values of all other parameters. A row whose density is level,
    or rises up to the ends of what is looked at, has none.

    >>> from thetahat.proofs.families.real.normal import NORMAL
    >>> mu, sigma = NORMAL.symbols
    >>> [round(peak, 2) for peak in single_peaks(NORMAL, mu, [np.array([-2.0, 7.0])], {sigma: 1.0})]
    [-2.0, 7.0]
    """
    size = float(np.abs(columns[0]).max()) or 1.0
    grid = np.unique(np.concatenate([_PLAIN, size * _SHARES, -size * _SHARES]))
    ends = family.domain[parameter]
    grid = grid[(grid > float(ends.lo)) & (grid < float(ends.hi))]
    if len(grid) < _FEWEST:
        return []
    found = []
    for row in zip(*columns, strict=True):
        peak = _peak(family, parameter, row, others, grid)
        if peak is not None:
            found.append(peak)
    return sorted(set(found))


@lru_cache(maxsize=512)
def shifts_of_peaks(family: Family, place: Symbol) -> tuple[float, ...]:
    """Return where the only parameter, a place that moves with the data, is highest for an observation at zero.

    A distribution with several bulks has several such values, each the highest of those around it.

    >>> from sympy import Interval, Reals, exp, log, pi
    >>> from thetahat.proofs.family import Parameter
    >>> x, m = Symbol("x", real=True), Symbol("m", real=True)
    >>> bulks = log(exp(-((x - m) ** 2) / 2) + exp(-((x - m - 8) ** 2) / 2)) - log(2) - log(2 * pi) / 2
    >>> [round(shift, 6) for shift in shifts_of_peaks(Family("bulks", x, Reals, (Parameter(m, Reals),), bulks), m)]
    [-8.0, 0.0]
    """
    row, grid = (np.float64(0.0),), np.unique(np.concatenate([_PLAIN, _SHARES, -_SHARES]))
    heights = _heights(family, place, row, {}, grid)
    if heights is None:
        return (0.0,)
    tops = np.flatnonzero((heights[1:-1] > heights[:-2]) & (heights[1:-1] >= heights[2:])) + 1
    peaks = (_peak(family, place, row, {}, grid[top - 1 : top + 2]) for top in tops)
    found = {0.0 if abs(peak) < _NO_SHIFT else peak for peak in peaks if peak is not None}
    return tuple(sorted(found)) or (0.0,)


def _peak(
    family: Family, parameter: Symbol, row: Sequence[float], others: Mapping[Symbol, float], grid: Array
) -> float | None:
    """The highest point of a grid that is cut ever finer around it; ``None`` at its ends, and without a rise."""
    for turn in range(_ROUNDS):
        heights = _heights(family, parameter, row, others, grid)
        if heights is None:
            return None
        top = int(np.argmax(heights))
        if turn == 0 and heights[top] <= max(heights[0], heights[-1]):
            return None
        low, high = grid[max(top - 1, 0)], grid[min(top + 1, len(grid) - 1)]
        found, grid = float(grid[top]), np.linspace(low, high, _CUTS)
    return found


def _heights(
    family: Family, parameter: Symbol, row: Sequence[float], others: Mapping[Symbol, float], grid: Array
) -> Array | None:
    """The log-density of one row over a grid; minus infinity where it has no value, ``None`` without a density."""
    values = [grid if symbol is parameter else np.float64(others[symbol]) for symbol in family.symbols]
    try:
        with np.errstate(all="ignore"):
            heights = density(family)(*(np.float64(x) for x in row), *values)
    except DeclarationError:  # of what has no evaluation in doubles
        return None
    spread = np.broadcast_to(np.asarray(heights, dtype=np.float64), grid.shape)
    return np.where(np.isfinite(spread), spread, -np.inf)
