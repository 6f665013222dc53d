"""Decides how a parameter space is walked through: every parameter as a monotone function of an unbounded coordinate.

Ends may depend on earlier parameters and on the data: a parameter that bounds the support cannot pass the smallest
or the largest observation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from scipy.special import expit
from sympy import Dummy, Expr, Max, Min

from ..proofs.family import Family
from ..proofs.slack import each
from .compiled.special import Numeric
from .density import compiled
from .ends import Array, double_end
from .tolerance import EDGE, REAL_EDGE

Extremes = tuple[float, float]
Pin = float | Literal["lo", "hi"] | None

# An end computed from other parameters is rounded; this many units inwards no observation falls out of the support.
_INWARD_ULPS = 8


@dataclass(frozen=True, eq=False)
class Limit:
    """One thing that a parameter cannot pass: a function of the parameters and of the data's extremes."""

    function: Numeric
    closed: bool
    rounded: bool

    def at(self, point: Sequence[Any], extremes: Extremes, inward: int) -> Any:
        """The limit; a rounded one is moved inwards (up for ``inward`` 1) by a few units in the last place."""
        value = self.function(*point, *extremes)
        if not self.rounded:
            return value
        size = np.abs(value) + np.maximum(abs(extremes[0]), abs(extremes[1]))
        return value + inward * _INWARD_ULPS * np.finfo(float).eps * size


@dataclass(frozen=True, eq=False)
class Room:
    """What bounds one parameter from below and from above; nothing where it is unbounded."""

    lowers: tuple[Limit, ...]
    uppers: tuple[Limit, ...]
    integer: bool

    def lo(self, point: Sequence[Any], extremes: Extremes) -> Any:
        """The lower end at the earlier parameters in ``point``, and whether it may be taken."""
        return _tightest(self.lowers, point, extremes, +1)

    def hi(self, point: Sequence[Any], extremes: Extremes) -> Any:
        """The upper end at the earlier parameters in ``point``, and whether it may be taken."""
        return _tightest(self.uppers, point, extremes, -1)


def _tightest(limits: Sequence[Limit], point: Sequence[Any], extremes: Extremes, inward: int) -> Any:
    if not limits:
        return -inward * np.inf, False
    best: Any = limits[0].at(point, extremes, inward)
    closed: Any = limits[0].closed
    for limit in limits[1:]:
        value = limit.at(point, extremes, inward)
        tighter, tied = (value - best) * inward > 0, value == best
        closed = np.where(tighter, limit.closed, np.where(tied, np.logical_and(closed, limit.closed), closed))
        best = np.where(tighter, value, best)
    return best, closed


@lru_cache(maxsize=1024)
def rooms(family: Family) -> tuple[Room, ...]:
    """Return what bounds each parameter: the ends of its space, and of the support through the data's extremes.

    >>> from thetahat.proofs.families.bounded.uniform import UNIFORM
    >>> a, b = rooms(UNIFORM)
    >>> [float(end) for end in (a.hi([0, 0], (2.0, 5.0))[0], b.lo([1.0, 0], (2.0, 5.0))[0])]
    [2.0, 5.0]
    """
    least, most = Dummy("least", real=True), Dummy("most", real=True)
    symbols = (*family.symbols, least, most)

    def limit(expression: Expr, closed: bool, side: int, rounded: bool) -> Limit:
        if not expression.free_symbols:
            value, closed = double_end(expression, closed, side)
            held = np.float64(value)  # a plain float raises where a density divides by the end, and that end is zero
            return Limit(lambda *_: held, closed, False)
        return Limit(compiled(expression, symbols), closed, rounded)

    lowers, uppers = {}, {}
    for item in family.parameters:
        ends = item.bounds
        lowers[item.symbol] = [limit(ends.lo, ends.lo_closed, -1, False)] if ends.lo.is_finite is not False else []
        uppers[item.symbol] = [limit(ends.hi, ends.hi_closed, +1, False)] if ends.hi.is_finite is not False else []
    support = family.bounds
    # What a maximum is taken of has to lie below the data by itself, and what a minimum is taken of above them.
    parts = [(one, support.lo_closed, least, -1) for one in each(support.lo, Max)]
    parts += [(one, support.hi_closed, most, +1) for one in each(support.hi, Min)]
    for end, closed, extreme, side in parts:
        bounding = [symbol for symbol in family.symbols if symbol in end.free_symbols]
        slope = end.diff(bounding[-1]) if bounding else None
        # Only an end that is linear in its last parameter is turned round; any other is left to the objective,
        # which is infinite outside the support.
        if slope is None or bounding[-1] in slope.free_symbols or not (slope.is_positive or slope.is_negative):
            continue
        symbol = bounding[-1]
        bound = (extreme - (end - slope * symbol).expand()) / slope
        target = lowers if (side > 0) == bool(slope.is_positive) else uppers
        target[symbol].append(limit(bound, closed, -1 if target is lowers else 1, end != symbol))
    return tuple(
        Room(tuple(lowers[item.symbol]), tuple(uppers[item.symbol]), item.bounds.discrete) for item in family.parameters
    )


@dataclass(frozen=True, eq=False)
class Chart:
    """Coordinates around ``start``, which is their origin; pinned parameters have none.

    A real parameter moves in steps of its entry of ``scales``; a bounded one on a logarithmic or logistic scale.
    """

    rooms: tuple[Room, ...]
    extremes: Extremes
    start: tuple[float, ...]
    scales: tuple[float, ...]
    pins: tuple[Pin, ...]

    @property
    def free(self) -> tuple[int, ...]:
        """The parameters that have a coordinate."""
        return tuple(j for j, pin in enumerate(self.pins) if pin is None)

    @property
    def edge(self) -> Array:
        """For every coordinate the distance at which its parameter has run away."""
        bounded = (bool(self.rooms[j].lowers or self.rooms[j].uppers) for j in self.free)
        return np.array([EDGE if has_end else REAL_EDGE for has_end in bounded])

    @property
    def resolution(self) -> Array:
        """For every coordinate the step below which its parameter no longer changes, at the start."""
        here = [np.float64(value) for value in self.start]
        return np.array([self._spacing(j, here) for j in self.free])

    def _spacing(self, j: int, here: Sequence[Any]) -> float:
        room = self.rooms[j]
        (lo, _), (hi, _) = room.lo(here, self.extremes), room.hi(here, self.extremes)
        ends = [abs(float(end)) for end in (lo, hi) if np.isfinite(end)]
        if not ends:
            return float(np.spacing(abs(self.start[j])) / self.scales[j])
        width = float(hi - lo) if len(ends) == 2 else abs(self.start[j] - float(lo if room.lowers else hi))
        # Around an end of zero doubles are as dense as they are small, and steps of the logarithm are relative.
        relative = float(np.finfo(float).eps)
        return max(float(np.spacing(max(ends)) / width), relative) if width > 0 else relative

    def pinned(self, j: int, pin: Pin) -> Chart:
        """Return the chart with parameter ``j`` held at a number or at an end, or set free by ``None``."""
        return replace(self, pins=(*self.pins[:j], pin, *self.pins[j + 1 :]))

    def coordinates(self, theta: Sequence[float]) -> Array:
        """Return the coordinates of a point whose free parameters lie inside their rooms."""
        point = [np.float64(value) for value in theta]
        return np.array([self._coordinate(j, point) for j in self.free])

    def _coordinate(self, j: int, point: Sequence[Any]) -> float:
        room, here = self.rooms[j], [np.float64(value) for value in self.start]
        if not room.lowers and not room.uppers:
            return float((point[j] - self.start[j]) / self.scales[j])
        if room.lowers and room.uppers:
            return _logit(room, self.extremes, point, j) - _logit(room, self.extremes, here, j)
        end = room.lo if room.lowers else room.hi
        gap = abs(point[j] - end(point, self.extremes)[0])
        return float(np.log(gap / self._size(j, here)))

    def _size(self, j: int, here: Sequence[Any]) -> float:
        """The start's distance from the only end; its step when it lies on the end."""
        end = self.rooms[j].lo if self.rooms[j].lowers else self.rooms[j].hi
        return abs(float(self.start[j] - end(here, self.extremes)[0])) or self.scales[j]

    def compile(self) -> Callable[[Array], list[Any]]:
        """Return the map from coordinates, shape ``(f,)`` or ``(m, f)``, to parameters, scalars or shape ``(m, 1)``.

        A value that leaves an open space through rounding comes out as ``nan``.
        """
        steps = [self._step(j) for j in range(len(self.start))]
        first = [np.float64(value) for value in self.start]

        def theta(u: Array) -> list[Any]:
            point: list[Any] = list(first)
            coordinates = iter(u if u.ndim == 1 else u.T[..., None])
            for j, step in enumerate(steps):
                point[j] = step(point, coordinates)
            return point

        return theta

    def _step(self, j: int) -> Callable[[list[Any], Any], Any]:
        room, extremes, pin, anchor, scale = self.rooms[j], self.extremes, self.pins[j], self.start[j], self.scales[j]
        if pin == "lo":
            return lambda point, _: _if_closed(*room.lo(point, extremes))
        if pin == "hi":
            return lambda point, _: _if_closed(*room.hi(point, extremes))
        if pin is not None:
            return lambda _point, _coordinates: np.float64(pin)
        if not room.lowers and not room.uppers:
            return lambda _, coordinates: anchor + scale * next(coordinates)
        here = [np.float64(value) for value in self.start]
        if room.lowers and room.uppers:
            return _two_sided(room, extremes, _logit(room, extremes, here, j))
        end, side = (room.lo, 1) if room.lowers else (room.hi, -1)
        return _one_sided(end, extremes, self._size(j, here), side)


def _logit(room: Room, extremes: Extremes, point: Sequence[Any], j: int) -> float:
    """Where a parameter lies between its ends, on the logistic scale; not farther out than doubles resolve."""
    (lo, _), (hi, _) = room.lo(point, extremes), room.hi(point, extremes)
    share = min(max(float((point[j] - lo) / (hi - lo)), 1e-300), 1 - 1e-16)
    return float(np.log(share) - np.log1p(-share))


def _if_closed(end: Any, closed: Any) -> Any:
    return np.where(closed, end, np.nan) if np.ndim(closed) else end if closed else np.float64(np.nan)


def _one_sided(end: Callable[..., Any], extremes: Extremes, size: float, side: int) -> Callable[..., Any]:
    def step(point: list[Any], coordinates: Any) -> Any:
        limit, _ = end(point, extremes)
        value = limit + side * size * np.exp(next(coordinates))
        return _outside_is_nan(value, value != limit)

    return step


def _outside_is_nan(value: Any, inside: Any) -> Any:
    if np.ndim(value):
        return np.where(inside, value, np.nan)
    return value if inside else np.float64(np.nan)


def _two_sided(room: Room, extremes: Extremes, origin: float) -> Callable[..., Any]:
    def step(point: list[Any], coordinates: Any) -> Any:
        (lo, _), (hi, _) = room.lo(point, extremes), room.hi(point, extremes)
        u = origin + next(coordinates)
        width = hi - lo
        # From the nearer end, so that a value next to the upper end keeps its distance from it.
        share = expit(-np.abs(u))
        value = (
            np.where(u > 0, hi - width * share, lo + width * share)
            if np.ndim(u)
            else (hi - width * share if u > 0 else lo + width * share)
        )
        return _outside_is_nan(value, (lo < value) & (value < hi))

    return step
