"""Moves the ends of a support outward by what rounding the parameters has taken from them, and by no more."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache

from flint import arb
from sympy import Expr, oo

from ..proofs.balls import compiled, precision
from ..proofs.family import Family
from .enclosure import log_likelihood_ball
from .ends import outside_space
from .observations import Observations
from .row_support import moved_bounds
from .tolerance import END_ULPS, UNIT_ROUNDOFF

Point = tuple[float, ...]

_BITS = 1200
"""Sums and quotients of a few doubles, of whatever sizes but the most extreme, are exact or nearly so at this."""
_MOVES = 3


def covering(family: Family, theta: Sequence[float], observations: Observations) -> Point:
    """Return ``theta``, or the most likely point a few units in the last place away whose support holds the data.

    The centre and the half-width of an interval are rounded each by itself, and the interval may then miss an
    extreme observation, which costs all likelihood. Ends that are short by more than rounding are left as they are:
    that is an error, and the checks have to see it.

    Parameters
    ----------
    theta
        Shape ``(p,)``, in declared order.

    Examples
    --------
    >>> from thetahat import family
    >>> from .valid_data import require_data
    >>> uniform = family("uniform")
    >>> covering(uniform, [0.0, 1.0], require_data(uniform, [0.0, 0.5, 1.0]))
    (0.0, 1.0)
    """
    start = tuple(float(value) for value in theta)
    if not _rounded_ends(family):
        return start
    reached, waiting = [], [start]
    for _ in range(_MOVES):
        nearby: list[Point] = []
        for point in waiting:
            moves = _moves(family, point, observations)
            if moves is None:
                reached.append(point)
            else:
                nearby += moves
        waiting = nearby
    if reached == [start] or not reached:
        return start
    return max(reached, key=lambda point: log_likelihood_ball(family, point, observations).mid())


def end_rounding(family: Family, theta: Sequence[float], place: int) -> float:
    """Return by how much parameter ``place`` has to move to make up for the rounding of all that move its ends.

    Zero where every end that it moves is a parameter by itself.

    >>> from thetahat import family
    >>> end_rounding(family("uniform"), [0.0, 1.0], 0)
    0.0
    """
    with precision(_BITS):
        own = [
            _slack(theta, slopes) / abs(slopes[place])
            for side, end in enumerate(_rounded_ends(family))
            if end is not None and (slopes := _slopes(family, theta, side))[place] != 0
        ]
        return max((float(size.mid()) for size in own), default=0.0)


@lru_cache(maxsize=512)
def _rounded_ends(family: Family) -> tuple[Expr | None, ...]:
    """Both ends of the support, ``None`` for one that is a number or a parameter by itself; empty without others."""
    if family.bounds.discrete:
        return ()
    ends = [end if end.free_symbols and end not in family.symbols else None for end in _ends(family)]
    return tuple(ends) if any(end is not None for end in ends) else ()


def _ends(family: Family) -> tuple[Expr, Expr]:
    ends = moved_bounds(family)
    return ends.lo, ends.hi


def _slopes(family: Family, theta: Sequence[float], side: int) -> list[arb]:
    """The derivatives of an end of the support, one for each parameter."""
    function = compiled(tuple(_ends(family)[side].diff(s) for s in family.symbols), family.symbols)
    return list(function(*map(arb, theta)))


def _slack(theta: Sequence[float], slopes: Sequence[arb]) -> arb:
    return END_ULPS * UNIT_ROUNDOFF * sum((abs(arb(t) * s) for t, s in zip(theta, slopes, strict=True)), arb(0))


def _moves(family: Family, point: Point, observations: Observations) -> list[Point] | None:
    """Points at which the first end that is short of the data no longer is; ``None`` where none is short."""
    for side in (0, 1):
        if _missing(family, point, observations, side) > 0:
            with precision(_BITS):
                slopes = _slopes(family, point, side)
                if not _missing(family, point, observations, side) <= _slack(point, slopes):
                    return []
            return [
                moved
                for place, slope in enumerate(slopes)
                if slope.is_finite() and slope != 0 and not family.symbols[place].is_integer
                for moved in _lengthened(family, point, observations, side, place, slope)
            ]
    return None


def _missing(family: Family, point: Point, observations: Observations, side: int) -> arb:
    """By how much an end of the support is short of the data; negative where it is beyond them."""
    end, (least, greatest) = _ends(family)[side], observations.sample.ends[0]
    if end in (oo, -oo):
        return arb(-1)
    with precision(_BITS):
        place = compiled((end,), family.symbols)(*map(arb, point))[0]
        return place - arb(least) if side == 0 else arb(greatest) - place


def _lengthened(
    family: Family, point: Point, observations: Observations, side: int, place: int, slope: arb
) -> Iterator[Point]:
    """The point with one parameter moved until the end is short no more, if a few doubles suffice."""
    with precision(_BITS):
        short = _missing(family, point, observations, side)
        step = (short if side else -short) / slope
        way = math.inf if step > 0 else -math.inf
        value = float((arb(point[place]) + step).mid())
    for _ in range(int(END_ULPS)):
        moved = (*point[:place], value, *point[place + 1 :])
        if outside_space(family, moved) is not None:
            return
        if _missing(family, moved, observations, side) <= 0:
            yield moved
            return
        value = math.nextafter(value, way)
