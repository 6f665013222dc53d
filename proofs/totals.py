"""How much probability a declared density has in all, in high-precision numbers: this can refute, and never proves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import mpmath as mp
from sympy import Expr, Symbol, oo

from .bounds import Bounds
from .digits import DIGITS, Evaluate, evaluated, log_density_at, number
from .family import Family
from .probes import at

# The line of u is looked at up to here: no nearer to an end of the support than the digits can tell.
_REACH = 80
# The transformed density is followed until it has fallen to exp(-30) = 1e-13 of its peak.
_NATS = 30
# Rounds of looking closer at the peak, each four times finer.
_CLIMBS = 40
# Panels are halved until their error estimates add up to less, or there are too many of them.
_SMALL = 1e-9
_PANELS = 300
# By how much of the way to the next place looked at the edges between panels are moved.
_SHIFTS = (0.0, 0.37, 0.71, 0.17, 0.53)
# Terms that are added one by one; a slower series is left to the Euler-Maclaurin formula.
_TERMS = 1000


@dataclass(frozen=True)
class Total:
    """The integral or sum of a density over the part of its support that was looked at.

    ``error`` estimates how far off that is, and ``tail`` what lies beyond; infinite when it was not seen to decay.
    """

    value: Any
    error: Any
    tail: Any


_UNKNOWN = Total(mp.nan, mp.inf, mp.inf)


def total(family: Family, values: Mapping[Symbol, Expr], fine: int = 1) -> Total:
    """Return the total of the density at ``values``, which hold parameters, constants and covariates.

    Its value is ``nan`` when the density could not be evaluated. ``fine`` multiplies the number of places at
    which the density is looked at first.

    Raises
    ------
    DeclarationError
        When the log-density is not real somewhere on the support.

    Examples
    --------
    >>> from sympy import Integer
    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> mp.nstr(total(EXPONENTIAL, {EXPONENTIAL.symbols[0]: Integer(2)}).value, 9)
    '1.0'
    """
    with mp.workdps(DIGITS):
        log_density = log_density_at(family, values)
        ends = at(family.bounds, values)
        return _summed(log_density, ends, fine) if ends.discrete else _integrated(log_density, ends, fine)


def spread(ends: Bounds, count: int) -> list[Any]:
    """Return ``count`` numbers spread over several powers of ten, or over the first integers, between the ends.

    >>> from sympy import Interval, S
    >>> from thetahat.proofs.bounds import bounds
    >>> [mp.nstr(x, 2) for x in spread(bounds(Interval.open(0, oo)), 3)]
    ['0.0025', '1.0', '4.0e+2']
    >>> [int(x) for x in spread(bounds(S.Naturals), 3)]
    [1, 2, 3]
    """
    if ends.discrete and ends.lo == -oo:
        return [mp.mpf(k if ends.hi == oo else int(ends.hi) - k) for k in range(count)]
    if ends.discrete:
        return [mp.mpf(int(ends.lo) + k) for k in range(count) if int(ends.lo) + k <= ends.hi]
    place = _map_to_line(ends)
    return [place(mp.mpf(12 * k) / (count - 1) - 6)[0] for k in range(count)]


def _integrated(log_density: Evaluate, ends: Bounds, fine: int) -> Total:
    """Integrate over the whole line of ``u``, on which densities with power-law tails and edges fall exponentially."""
    place = _map_to_line(ends)

    def log_height(u: Any) -> Any:
        x, log_slope = place(u)
        return log_density(x) + log_slope

    looked = _climbed(log_height, {u: log_height(u) for u in _grid(fine)})
    grid = sorted(looked)
    heights = [looked[u] for u in grid]
    peak = max((value for value in heights if mp.isfinite(value)), default=None)
    if peak is None:
        return _UNKNOWN
    if any(pair[0] == peak and pair[1] > 2 for pair in (heights[:2], heights[:-3:-1])):
        # Still rising at the outermost place, and the panel next to it alone holds more than one.
        return Total(mp.inf, mp.mpf(0), mp.inf)
    high = [i for i, value in enumerate(heights) if value > peak - _NATS]
    first, last = max(high[0] - 1, 0), min(high[-1] + 1, len(grid) - 1)
    if any(mp.isnan(value) for value in heights[first : last + 1]):
        return _UNKNOWN
    tails = _tail(grid, heights, first, 1) + _tail(grid, heights, last, -1)
    summit = grid[heights.index(peak)]

    def height(distance: float) -> float:
        # Counted from the summit, so that a narrow peak far out does not drown in the rounding of its place.
        return float(mp.exp(log_height(summit + distance) - peak))

    levels = [[i for i, value in enumerate(heights) if value > peak - drop] for drop in (2, 8)]
    inner = sorted({i for high in levels for i in (high[0] - 1, high[-1] + 1) if first < i < last})
    layouts = (
        [grid[first], *(grid[i] + share * (grid[i + 1] - grid[i]) for i in inner), grid[last]] for share in _SHIFTS
    )
    value, error = _agreed(height, ([float(u - summit) for u in places] for places in layouts))
    return Total(value * mp.exp(peak), error * mp.exp(peak), tails)


def _agreed(height: Callable[[float], float], layouts: Iterable[list[float]]) -> tuple[float, float]:
    """Integrate with one layout of panels after the other until two results agree; return their mean, and an error.

    A kink or jump just beside the edge of a panel lies between all the points that a quadrature rule looks at. No
    error estimate shows it: 3e-7 was lost at an estimate of 3e-12. With other edges it is seen.
    """
    from scipy.integrate import quad  # takes a quarter of a second to import, and most derivations integrate nothing

    found: list[tuple[float, float]] = []
    for places in layouts:
        # full_output keeps QUADPACK from warning; its error estimate is judged by the caller.
        value, error, *_ = quad(
            height, places[0], places[-1], points=places[1:-1], epsabs=0, epsrel=_SMALL, limit=_PANELS, full_output=1
        )
        for earlier, its_error in found:
            if abs(earlier - value) <= error + its_error + _SMALL * abs(value):
                return (earlier + value) / 2, error + its_error + abs(earlier - value)
        found.append((value, error))
    return found[-1][0], mp.inf


def _grid(fine: int) -> list[Any]:
    """Places at which the transformed density is looked at: half steps near the middle, double steps outside."""
    near = [mp.mpf(k) / (2 * fine) for k in range(-20 * fine, 20 * fine + 1)]
    far = [10 + mp.mpf(2 * k) / fine for k in range(1, (_REACH - 10) * fine // 2 + 1)]
    return [-u for u in reversed(far)] + near + far


def _climbed(log_height: Evaluate, looked: dict[Any, Any]) -> dict[Any, Any]:
    """Look between the best place and its neighbours, ever closer, while that still finds something higher."""
    for _ in range(_CLIMBS):
        grid = sorted(looked)
        best = max(grid, key=lambda u: looked[u] if mp.isfinite(looked[u]) else -mp.inf)
        i = grid.index(best)
        near = grid[max(i - 1, 0) : i + 2]
        closer = [a + (b - a) * share / 4 for a, b in pairwise(near) for share in (1, 2, 3)]
        looked = looked | {u: log_height(u) for u in closer}
        if not any(mp.isfinite(looked[u]) and looked[u] > looked[best] + 1 for u in closer):
            return looked
    return looked


def _map_to_line(ends: Bounds) -> Callable[[Any], tuple[Any, Any]]:
    """Return ``x`` and ``log |dx/du|`` as a function of ``u``."""
    if ends.lo == -oo and ends.hi == oo:
        return lambda u: (mp.sinh(u), mp.log(mp.cosh(u)))
    if ends.hi == oo:
        lo = number(ends.lo)
        return lambda u: (lo + mp.exp(u), u)
    if ends.lo == -oo:
        hi = number(ends.hi)
        return lambda u: (hi - mp.exp(u), u)
    lo, hi = number(ends.lo), number(ends.hi)

    def between(u: Any) -> tuple[Any, Any]:
        # The distance to the nearer end is computed directly: as a difference it would vanish.
        small = mp.exp(-abs(u))
        distance = (hi - lo) * small / (1 + small)
        return (hi - distance if u > 0 else lo + distance), mp.log(distance) - mp.log1p(small)

    return between


def _tail(grid: list[Any], heights: list[Any], outer: int, inwards: int) -> Any:
    """What lies beyond the outermost place, if the density goes on falling exponentially at its rate there."""
    rise = heights[outer + inwards] - heights[outer]
    if heights[outer] == -mp.inf:
        return mp.mpf(0)
    return mp.exp(heights[outer]) * abs(grid[outer + inwards] - grid[outer]) / rise if rise > 0 else mp.inf


def _summed(log_density: Evaluate, ends: Bounds, fine: int) -> Total:
    """Sum over the integers between the ends, from zero outwards when there is no end."""
    if ends.lo != -oo:
        return _one_sided(log_density, int(ends.lo), 1, None if ends.hi == oo else int(ends.hi), fine)
    if ends.hi != oo:
        return _one_sided(log_density, int(ends.hi), -1, None, fine)
    up, down = (_one_sided(log_density, start, step, None, fine) for start, step in ((0, 1), (-1, -1)))
    return Total(up.value + down.value, up.error + down.error, up.tail + down.tail)


def _one_sided(log_density: Evaluate, start: int, step: int, stop: int | None, fine: int) -> Total:
    """Sum from ``start`` on, until what is left is small if the terms go on falling at the present rate.

    With ``fine`` above 1 all the terms are added, in case a second hump follows.
    """
    terms: list[Any] = []
    for k in range(_TERMS if stop is None else abs(stop - start) + 1):
        terms.append(mp.exp(log_density(mp.mpf(start + step * k))))
        if fine == 1 and k > 50 and terms[-1] < terms[-2] * mp.mpf("0.95"):
            left = terms[-1] / (1 - terms[-1] / terms[-2])
            if left < _SMALL:
                return Total(mp.fsum(terms), mp.mpf(0), left)
    if stop is not None:
        return Total(mp.fsum(terms), mp.mpf(0), mp.mpf(0))
    beyond = start + step * len(terms)

    def rest() -> Any:
        return mp.sumem(lambda k: mp.exp(log_density(beyond + step * k)), [0, mp.inf], tol=_SMALL, error=True)

    with mp.workdps(15):
        found = evaluated(rest)
    if found is mp.nan or not mp.isfinite(found[0]):
        return Total(mp.fsum(terms), mp.mpf(0), mp.inf)
    return Total(mp.fsum(terms) + found[0], found[1], mp.mpf(0))
