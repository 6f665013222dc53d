"""Where a likelihood is looked at beside a root that nothing proves to be its maximum: far out, and near data."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sympy import Rational, Symbol, oo, zoo

from ..proofs.algebra.kinks import jumps_at_data
from ..proofs.derivation import Derivation
from ..proofs.family import Family
from ..proofs.symmetry import unit_exponents
from .line import Line
from .observations import Observations
from .single_peaks import multiples_of_peaks, shifts_of_peaks, single_peaks
from .solving import FARTHEST
from .suggestions import is_a_number, is_a_place, moves_with_data, place_unit, spread, unit_power
from .tolerance import EXAMINED_ROWS

Array = NDArray[np.float64]

_FAR = (4.0, 6.0, 8.0, 16.0, 32.0)
"""Coordinates at which the likelihood is looked at beside a root that is not proved to be the maximum: e**4 and on."""
_PROBES = 33
"""How many of long data are looked at."""
_NEAR, SCANNED = np.arange(-6.0, 6.25, 0.25).tolist(), 4096
"""Coordinates at which a parameter that is no place is looked at, and up to how many rows: e to a quarter apart."""
_DIVIDED, _LEAST_PARTS = 64, 2
"""Into how many parts the line between the extreme places is divided, at least, of each two neighbours."""
_BEYOND = 64.0
"""By what factor beyond the least and the largest a size is looked at as well, for one of them to be a peak."""
_PEAKS = 6
"""How many maxima are looked for of each observation."""
_MARGIN, _MOST_WIDE = 2.0, 100
"""By how much a wide grid goes beyond the sizes of data, at most in so many steps, which else are a factor e."""
CLOSE = 1e-9
"""How far beside an observation, as a share of the spread, the likelihood is looked at."""


def probes(derivation: Derivation, table: Observations, line: Line) -> list[float]:
    """Return where else to look at a likelihood whose maximum is not proved: far out, for a place also at data.

    >>> from thetahat import derive, family
    >>> cauchy = derive(family("cauchy").fix(gamma=1))
    >>> data = Observations(np.array([[1.0], [2.0]]), None, 2)
    >>> found = probes(cauchy, data, Line(-np.inf, np.inf))
    >>> round(found[4], 1), found[5], found[37], found[69], round(found[70], 1)
    (-27.3, 1.0, 1.5, 2.0, 27.3)

    One that is no place is looked at on a grid, in which a narrow peak of the likelihood shows.
    """
    if derivation.optimality.proved:
        return []
    column, unknown = table.columns[0], derivation.unknowns[0]
    few = table.n <= EXAMINED_ROWS
    places = np.unique(column) if few else np.quantile(column, np.linspace(0, 1, _PROBES))
    if is_a_place(derivation.family, unknown):
        beside = [places, _divided(places)]
        if few and derivation.formulas:
            # Next to an observation that has a scale to itself the likelihood grows without bound.
            step = CLOSE * (spread(column) or 1.0)
            beside += [places - step, places + step]
        if _vanishes_at(derivation.family, unknown):
            # Nothing is observed at the place itself: there is a maximum between any two neighbours.
            beside.append(_between(places))
        shifts = _shifts(derivation.family, unknown)
        near = (
            np.add.outer(shifts, float(place_unit(derivation.family, unknown)) * np.concatenate(beside))
            .ravel()
            .tolist()
        )
    elif table.n > SCANNED:
        near = []
    elif (column > 0).all() and is_a_number(derivation.family, unknown):
        # A power of the data has the unit of one over their logarithms.
        near = on_a_grid(1.0 / (spread(np.log(column)) or 1.0), line)
    else:
        near = on_a_grid(spread(column), line, column, unit_power(derivation.family, unknown) or 1)
    if _stands_alone(derivation.family, unknown):
        near = [*near, *_divided(np.array(single_peaks(derivation.family, unknown, [places], {}, _PEAKS)))]
    near += _of_sizes(derivation.family, unknown, places)
    if table.n <= SCANNED and jumps_at_data(derivation.equations[0], unknown, derivation.family.columns):
        # Where the slope jumps at observations, each of them may be a maximum.
        near = [*near, *np.unique(column).tolist()]
    return sorted({*near, *(line.value(side * u) for u in _FAR for side in (-1, 1))})


@lru_cache(maxsize=512)
def _stands_alone(family: Family, unknown: Symbol) -> bool:
    """Whether a parameter is the only one, and where it matters is not told by the unit of the data."""
    if family.symbols != (unknown,) or len(family.columns) > 1:
        return False
    if is_a_place(family, unknown):
        return not moves_with_data(family, unknown)
    ends = family.domain[unknown]
    return ends.lo.is_number and ends.hi.is_number and unit_exponents(family) is None


def _of_sizes(family: Family, unknown: Symbol, places: Array) -> list[float]:
    """Where single observations are highest, of the only parameter that changes with their unit, in several bulks."""
    alone = family.symbols == (unknown,) and len(family.columns) == 1
    power = unit_power(family, unknown) if alone and not is_a_place(family, unknown) else 0
    multiples = multiples_of_peaks(family, unknown) if power else ()
    if len(multiples) <= 1:
        return []
    least, *_, most = sorted(multiples, key=abs)
    sizes = np.abs(places[places != 0.0]) ** float(power)
    return np.multiply.outer([*multiples, least / _BEYOND, most * _BEYOND], sizes).ravel().tolist()


def _shifts(family: Family, place: Symbol) -> tuple[float, ...]:
    """By how much the best places of single observations lie aside from them, where nothing else is estimated."""
    alone = family.symbols == (place,) and len(family.columns) == 1 and moves_with_data(family, place)
    return shifts_of_peaks(family, place) if alone else (0.0,)


@lru_cache(maxsize=512)
def _vanishes_at(family: Family, place: Symbol) -> bool:
    """Whether an observation at the place has no density."""
    at = place / Rational(place_unit(family, place))
    return bool(family.log_density.subs(family.observation, at).has(-oo, zoo))


def _divided(places: Array) -> Array:
    """The places and, of few, others at equal steps between neighbours: two maxima may lie between the same two rows.

    >>> _divided(np.array([0.0, 16.0])).tolist()[:3], len(_divided(np.arange(40.0)))
    ([0.0, 0.25, 0.5], 40)
    """
    parts = _DIVIDED // max(1, len(places) - 1)
    if parts < _LEAST_PARTS:
        return places
    return np.unique(np.concatenate([np.linspace(low, high, parts + 1) for low, high in pairwise(places)] or [places]))


def _between(places: Array) -> Array:
    """The middles between neighbours, and one place beyond either end.

    >>> _between(np.array([0.0, 1.0, 4.0])).tolist()
    [-4.0, 0.5, 2.5, 8.0]
    """
    middles = places[:-1] + np.diff(places) / 2
    reach = float(np.ptp(places)) or 1.0
    return np.array([places[0] - reach, *middles, places[-1] + reach])


def on_a_grid(size: float, line: Line, column: Array | None = None, power: int = 1) -> list[float]:
    """Return values around the middle of a line, and on a half-line around ``size`` as well.

    There, data of very different sizes may have a maximum near each: the values go on, less close, to the least and
    the greatest distance of ``column`` from zero and from its middle. A rate is looked for around one over these sizes:
    ``power`` is that with which the unit of the data enters.

    >>> grid = on_a_grid(100.0, Line(0.0, math.inf))
    >>> 100.0 in [round(value, 9) for value in grid], 1.0 in grid
    (True, True)
    >>> sorted(on_a_grid(100.0, Line(0.0, math.inf), np.array([1e-9, 100.0, 200.0])))[0] < 1e-9
    True
    >>> 1e-90 in [round(value, 99) for value in on_a_grid(1e90, Line(0.0, math.inf), power=-1)]
    True
    """
    half = math.isinf(line.hi) and math.isfinite(line.lo)
    scale = size if half else 1.0

    def at(u: float) -> float:
        return line.value(max(-FARTHEST, min(u, FARTHEST)))

    near = [at(u + middle) for middle in {0.0, power * math.log(scale or 1.0)} for u in _NEAR]
    if column is None or not half:
        return near
    sizes = np.abs([column, column - np.median(column)])
    ends = power * np.log([np.min(sizes, where=sizes > 0, initial=scale), np.max(sizes, initial=scale)])
    least, greatest = ends.min(), ends.max()
    steps = math.ceil(max(0.0, min(greatest - least + 2 * _MARGIN, _MOST_WIDE)))
    return [*near, *map(at, np.linspace(least - _MARGIN, greatest + _MARGIN, steps + 1).tolist())]
