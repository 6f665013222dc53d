"""Decides where a climb begins: coordinates that quantiles and spread of the data suggest, in all combinations."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol, oo

from ..proofs.algebra.derivatives import derivative
from ..proofs.bounds import Bounds
from ..proofs.errors import DeclarationError
from ..proofs.family import Family
from ..proofs.probes import data_points, parameter_points
from ..proofs.symmetry import unit_change
from .density import compiled
from .line import Line
from .single_peaks import single_peaks
from .solving import FARTHEST

Array = NDArray[np.float64]

_MOST_STARTS = 100
_SEED, _PLACES, _PARTS = 5, 9, 1000
"""Points at which slopes are compared, to how many places they agree, and the largest denominator of their ratio."""
_FEW = 2
"""Parameters up to which the extreme observations suggest where to begin as well."""
_FAR_UNIT, _ASIDE = 20.0, (0.0, -1.0, 1.0, -2.0, 2.0, -4.0, 4.0)
"""From which logarithm of their size on data are far from the unit, and how far aside from it is looked."""
_LEVELS = (0.0, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0)
_WITH_UNIT = (0.06, 0.25, 0.5, 1.0, 4.0, 16.0)
_WITHOUT_UNIT = (0.01, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0, 1e4)


def on_a_line(family: Family) -> bool:
    """Return whether an observation may be any real number.

    >>> from thetahat.proofs.families.real.normal import NORMAL
    >>> on_a_line(NORMAL)
    True
    """
    return family.bounds.lo.is_infinite is True and family.bounds.hi.is_infinite is True


def is_a_number(family: Family, parameter: Symbol) -> bool:
    """Return whether a parameter stays as it is when the unit of the data changes, as far as that is known.

    >>> from thetahat.proofs.families.positive.gamma import GAMMA
    >>> [is_a_number(GAMMA, parameter) for parameter in GAMMA.symbols]
    [True, False]
    """
    change = unit_change(family)
    if change is not None:
        return change.powers[parameter] == change.shifts[parameter] == 0
    return not (on_a_line(family) and _is_whole(family.domain[parameter]))


def is_a_place(family: Family, parameter: Symbol) -> bool:
    """Return whether a parameter without ends may be a place on the line of the data.

    >>> from thetahat.proofs.families.real.normal import NORMAL
    >>> is_a_place(NORMAL, NORMAL.symbols[0])
    True
    """
    whole = on_a_line(family) and _is_whole(family.domain[parameter])
    return whole and not is_a_number(family, parameter) and not unit_shift(family, parameter)


def unit_power(family: Family, parameter: Symbol) -> int:
    """Return with which power of the unit of the data a parameter changes; zero also where none is known.

    >>> from thetahat.proofs.families.positive.weibull_by_rate import WEIBULL_BY_RATE
    >>> [unit_power(WEIBULL_BY_RATE, parameter) for parameter in WEIBULL_BY_RATE.symbols]
    [0, -1]
    """
    change = unit_change(family)
    return 0 if change is None else change.powers.get(parameter, 0)


def unit_shift(family: Family, parameter: Symbol) -> int:
    """Return by how many logarithms of the unit of the data a parameter is shifted; zero also where none is known.

    >>> from thetahat.proofs.families.real.normal_by_log_scale import NORMAL_BY_LOG_SCALE
    >>> [unit_shift(NORMAL_BY_LOG_SCALE, parameter) for parameter in NORMAL_BY_LOG_SCALE.symbols]
    [0, 1]
    """
    change = unit_change(family)
    return 0 if change is None else change.shifts.get(parameter, 0)


def place_unit(family: Family, parameter: Symbol) -> Fraction:
    """Return by how much a place moves when the data move by one; one where that is not the same everywhere.

    >>> from sympy import Reals, Symbol
    >>> from thetahat.proofs.family import Parameter
    >>> from thetahat.proofs.families.real.normal import NORMAL
    >>> h, sigma = Symbol("h", real=True), NORMAL.parameters[1]
    >>> half = NORMAL.reparametrise("half", [Parameter(h, Reals), sigma], {"mu": 2 * h})
    >>> place_unit(half, h), place_unit(NORMAL, NORMAL.symbols[0])
    (Fraction(1, 2), Fraction(1, 1))
    """
    return _steady_unit(family, parameter) or Fraction(1)


def moves_with_data(family: Family, parameter: Symbol) -> bool:
    """Return whether a place moves by the same whenever the data do, as far as numbers tell.

    >>> from sympy import Interval, Reals, Symbol, exp, oo
    >>> from thetahat.proofs.family import Parameter
    >>> from thetahat.proofs.families.real.normal import NORMAL
    >>> h, sigma = Symbol("h", real=True), NORMAL.parameters[1]
    >>> risen = NORMAL.reparametrise("risen", [Parameter(h, Reals), sigma], {"mu": exp(h)})
    >>> moves_with_data(NORMAL, NORMAL.symbols[0]), moves_with_data(risen, h)
    (True, False)
    """
    return _steady_unit(family, parameter) is not None


@lru_cache(maxsize=1024)
def _steady_unit(family: Family, parameter: Symbol) -> Fraction | None:
    """The ratio of the slopes in the data and in a parameter, if it is the same at all points tried."""
    if family.constants:
        return Fraction(1)
    symbols = (*family.columns, *family.symbols)
    try:
        slopes = [
            compiled(derivative(family.log_density, symbol), symbols) for symbol in (family.observation, parameter)
        ]
    except DeclarationError:  # of a slope that has no evaluation in doubles, as one that jumps
        return Fraction(1)
    ratios = set[float]()
    with np.errstate(all="ignore"):
        for theta in parameter_points(family, 2, _SEED):
            for row in data_points(family, theta, 2, _SEED):
                point = [np.float64(float({**theta, **row}[symbol])) for symbol in symbols]
                down, up = (float(slope(*point)) for slope in slopes)
                ratios.add(round(-down / up, _PLACES) if up and math.isfinite(down / up) else 0.0)
    unit = ratios.pop() if len(ratios) == 1 else 0.0
    return Fraction(unit).limit_denominator(_PARTS) or None


def _is_whole(ends: Bounds) -> bool:
    return ends.lo is -oo and ends.hi is oo


def suggested(
    family: Family,
    parameters: Sequence[Symbol],
    column: Array,
    centre: float,
    size: float,
    within: Mapping[Symbol, tuple[Expr, Expr]] = MappingProxyType({}),
) -> Iterator[tuple[float, ...]]:
    """Yield coordinates that the data suggest for each parameter, in every combination up to a limit.

    ``within`` holds the ends between which the data keep a parameter, where they do.

    >>> from thetahat.proofs.families.real.normal import NORMAL
    >>> found = suggested(NORMAL, NORMAL.symbols[:1], np.array([1.0, 2.0, 3.0]), 2.0, 1.0)
    >>> [round(u, 1) for (u,) in found]
    [-1.0, -0.6, -0.3, 0.0, 0.3, 0.6, 1.0, -2.0]
    """
    choices: list[list[float]] = []
    for parameter in parameters:
        ends = _kept(family.domain[parameter], within.get(parameter))
        if _is_whole(ends) and not is_a_place(family, parameter):
            choices.append([-30.0, -10.0, -3.0, -1.0, 0.0, 1.0, 3.0, 10.0, 30.0])
        elif _is_whole(ends):
            levels = np.quantile(column, _LEVELS)
            near = sorted({float((level - centre) / size) for level in levels})
            choices.append([*near, -centre / size])
        elif ends.lo is not -oo and ends.hi is not oo:
            choices.append([-4.0, -1.5, 0.0, 1.5, 4.0])
        else:
            # What changes with the unit of the data starts at their spread, anything else at plain numbers.
            power = unit_power(family, parameter)
            middle, factors = power * math.log(size), _WITH_UNIT if power else _WITHOUT_UNIT
            apart = _of_extremes(column, power) if len(parameters) <= _FEW else []
            wide = _of_all_rows(column, size, power) if power else []
            # Below an end the coordinate falls as the distance from it grows.
            side = -1 if ends.lo is -oo else 1
            choices.append([side * u for u in (*(middle + math.log(factor) for factor in factors), *apart, *wide)])
    _add_peaks(family, parameters, column, centre, size, choices)
    combinations = math.prod(map(len, choices))
    for number in range(0, combinations, max(1, combinations // _MOST_STARTS)):
        yield _combination(choices, number)


def _kept(space: Bounds, within: tuple[Expr, Expr] | None) -> Bounds:
    """The space, or what the data leave of it."""
    return space if within is None else Bounds(*within, False, False, False)


def _add_peaks(
    family: Family, parameters: Sequence[Symbol], column: Array, centre: float, size: float, choices: list[list[float]]
) -> None:
    """Begin a place that does not move with the data also where single observations are most likely."""
    wandering = _wandering(family)
    if not wandering or set(parameters) != set(family.symbols):
        return
    middles: dict[Symbol, float] = {}
    for parameter, some in zip(parameters, choices, strict=True):
        middle = _value(family, parameter, some[len(some) // 2], centre, size)
        if middle is None:
            return
        middles[parameter] = middle
    levels = np.quantile(column, _LEVELS)
    for j, parameter in enumerate(parameters):
        if parameter in wandering:
            peaks = single_peaks(family, parameter, [levels], middles)
            choices[j] = [*((peak - centre) / size for peak in peaks), *choices[j]]


@lru_cache(maxsize=512)
def _wandering(family: Family) -> frozenset[Symbol]:
    """The places that do not move with the data, of a family of one column."""
    places = (p for p in family.symbols if len(family.columns) == 1 and is_a_place(family, p))
    return frozenset(p for p in places if not moves_with_data(family, p))


def _value(family: Family, parameter: Symbol, u: float, centre: float, size: float) -> float | None:
    """The value at a coordinate; ``None`` where ends of the space are no numbers."""
    ends = family.domain[parameter]
    if _is_whole(ends):
        if is_a_place(family, parameter):
            return float(place_unit(family, parameter)) * (centre + size * u)
        return u + unit_shift(family, parameter) * math.log(size)
    if not (ends.lo.is_number and ends.hi.is_number):
        return None
    return Line(float(ends.lo), float(ends.hi)).value(u)


def _of_extremes(column: Array, power: int) -> list[float]:
    """Coordinates of the smallest and the largest of positive data: a part of a mixture may be about one of them."""
    least, most = float(column.min()), float(column.max())
    return [power * math.log(least), power * math.log(most)] if power and least > 0 else []


def _of_all_rows(column: Array, size: float, power: int) -> list[float]:
    """The coordinate of the standard deviation where most rows are next to equal, and the others far from them."""
    deviation = float(np.std(column))
    return [power * math.log(deviation)] if _WITH_UNIT[-1] * size < deviation < math.inf else []


def _combination(choices: Sequence[Sequence[float]], number: int) -> tuple[float, ...]:
    """One choice of each, by the digits of a number whose last one changes first: of ten parameters there are
    billions."""
    found = []
    for some in reversed(choices):
        number, digit = divmod(number, len(some))
        found.append(some[digit])
    return tuple(reversed(found))


def spread(column: Array) -> float:
    """Return the distance of the quartiles; where that is zero the standard deviation, or the range.

    >>> spread(np.array([0.0, 1.0, 2.0, 3.0, 4.0]))
    2.0
    """
    low, high = np.quantile(column, [0.25, 0.75])
    return float(high - low) or float(np.std(column)) or float(column.max() - column.min())


def far_sizes(column: Array) -> list[float]:
    """Return coordinates on a half-line about the size of data, and one over it, where these are far from the unit.

    >>> far_sizes(np.array([1.0, 3.0])), [round(math.exp(u)) for u in far_sizes(np.array([0.0, 4e10]))[:2]]
    ([], [20000000000, 7357588823])
    """
    size = spread(column) or float(np.abs(column).max())
    u = math.log(size) if size > 0 else 0.0
    near = (side * u + aside for side in (1, -1) for aside in _ASIDE if abs(u) > _FAR_UNIT)
    return [place for place in near if abs(place) < FARTHEST]
