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
    family: Family, parameter: Symbol, columns: Sequence[Array], others: Mapping[Symbol, float], most: int = 1
) -> list[float]:
    """Return for each row the values of a parameter, up to ``most``, about which that row alone is most likely.

    The ends of its space are numbers, and ``others`` the values of all other parameters. A row whose density is level,
    or rises up to the ends of what is looked at, has none.

    >>> from thetahat.proofs.families.real.normal import NORMAL
    >>> mu, sigma = NORMAL.symbols
    >>> [round(peak, 2) for peak in single_peaks(NORMAL, mu, [np.array([-2.0, 7.0])], {sigma: 1.0})]
    [-2.0, 7.0]
    """
    size = float(np.abs(columns[0]).max()) or 1.0
    grid = np.unique(np.concatenate([_PLAIN, size * _SHARES, -size * _SHARES]))
    rows = zip(*columns, strict=True)
    return sorted({peak for row in rows for peak in _peaks(family, parameter, row, others, grid, most)})


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
    grid = np.unique(np.concatenate([_PLAIN, _SHARES, -_SHARES]))
    peaks = _peaks(family, place, (0.0,), {}, grid, len(grid))
    return tuple(sorted({0.0 if abs(peak) < _NO_SHIFT else peak for peak in peaks})) or (0.0,)


@lru_cache(maxsize=512)
def multiples_of_peaks(family: Family, size: Symbol) -> tuple[float, ...]:
    """Return where the only parameter, which changes with the unit of the data, is highest for observations 1 and -1.

    >>> from sympy import Interval, exp, log, oo
    >>> from thetahat.proofs.family import Parameter
    >>> x, a, half = Symbol("x", positive=True), Symbol("a", positive=True), Interval.open(0, oo)
    >>> rates = log(a * exp(-a * x) / 2 + 50 * a * exp(-100 * a * x))
    >>> [round(number, 3) for number in multiples_of_peaks(Family("rates", x, half, (Parameter(a, half),), rates), a)]
    [0.01, 1.0]
    """
    ends, sides = family.bounds, (1.0, -1.0)
    rows = [(side,) for side in sides if not (side < 0 and ends.lo.is_nonnegative)]
    rows = [row for row in rows if not (row[0] > 0 and ends.hi.is_nonpositive)]
    grid = np.unique(np.concatenate([side * np.exp(_PLAIN) for side in sides]))
    return tuple(sorted({peak for row in rows for peak in _peaks(family, size, row, {}, grid, len(grid))}))


def _peaks(
    family: Family, parameter: Symbol, row: Sequence[float], others: Mapping[Symbol, float], grid: Array, most: int
) -> list[float]:
    """The highest points of a grid that is cut ever finer around each; not what rises up to its ends.

    Where just one is asked for there is none if the ends are as high.
    """
    ends = family.domain[parameter]
    grid = grid[(grid > float(ends.lo)) & (grid < float(ends.hi))]
    heights = _heights(family, parameter, row, others, grid) if len(grid) >= _FEWEST else None
    if heights is None or (most == 1 and heights.max() <= max(heights[0], heights[-1])):
        return []
    tops = np.flatnonzero((heights[1:-1] > heights[:-2]) & (heights[1:-1] >= heights[2:])) + 1
    ranked = sorted(tops.tolist(), key=lambda top: -heights[top])[:most]
    return [_refined(family, parameter, row, others, grid[top - 1 : top + 2]) for top in ranked]


def _refined(
    family: Family, parameter: Symbol, row: Sequence[float], others: Mapping[Symbol, float], beside: Array
) -> float:
    """The highest point between the two ends of three."""
    low, found, high = beside.tolist()
    for _ in range(_ROUNDS):
        grid = np.linspace(low, high, _CUTS)
        heights = _heights(family, parameter, row, others, grid)
        if heights is None:
            return float(found)
        top = int(np.argmax(heights))
        low, found, high = float(grid[max(top - 1, 0)]), float(grid[top]), float(grid[min(top + 1, len(grid) - 1)])
    return float(found)


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
