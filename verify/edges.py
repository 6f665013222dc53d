"""Decides what a descent leaves out: ends of the space that may be taken, and parameters that are integers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .coordinates import Chart, Extremes, Pin, Room
from .descent import Algorithm
from .ends import Array
from .examination import descend
from .ground import Descent, Goal, varied
from .tolerance import FLAT_NATS

# Distances from an end, as shares of the start's distance, at which a pinned parameter is tried inside its space.
_INSIDE = (1e-9, 1e-6, 1e-3, 0.03, 0.3, 1.0)
# The ladder of integers goes on for so many rungs that bring nothing, and ends at this distance.
_PATIENCE = 8
_FARTHEST = 2**40
# Neighbours looked at together when the best integer lies between two rungs.
_BETWEEN = 8


def at_ends(chart: Chart, goal: Goal, algorithm: Algorithm) -> Descent:
    """Return the best descent from the chart's start, with parameters at a closed end where that is better.

    A parameter is pinned to an end if that improves the start, or the optimum of the rest; it is set free again if
    a step inwards improves that optimum. An infinite likelihood at an end ends the search as "diverging".
    """
    best, chart = _pinned(chart, goal, algorithm)
    for _ in range(2 * len(chart.rooms)):
        if best.status == "diverging" and best.cost == -np.inf:
            return best
        for changed, begin in _changes(chart, best, goal):
            other = descend(changed, goal, algorithm, begin)
            slack = FLAT_NATS * (1 + abs(best.cost))
            gained = other.cost < best.cost - slack
            settled = other.cost <= best.cost + slack and best.status != "converged" == other.status
            if gained or settled:
                best, chart = other, changed
                break
        else:
            return best
    return best


def _pinned(chart: Chart, goal: Goal, algorithm: Algorithm) -> tuple[Descent, Chart]:
    """Pin whatever improves the start, then descend."""
    here = _cost(chart, goal)
    for j in chart.free:
        for trial in _ends_of(chart, j):
            there = _cost(trial, goal)
            if there == -np.inf:
                return _unbounded(chart, j, trial, goal), trial
            if there <= here:
                chart, here = trial, there
                break
    return descend(chart, goal, algorithm), chart


def _ends_of(chart: Chart, j: int) -> Iterator[Chart]:
    room = chart.rooms[j]
    if room.integer:
        return
    if any(limit.closed for limit in room.lowers):
        yield chart.pinned(j, "lo")
    if any(limit.closed for limit in room.uppers):
        yield chart.pinned(j, "hi")


def _theta(chart: Chart) -> list[Any]:
    return chart.compile()(np.zeros(len(chart.free)))


def _cost(chart: Chart, goal: Goal, u: Array | None = None) -> float:
    value = float(goal.cost(chart.compile()(np.zeros(len(chart.free)) if u is None else u)))
    return np.inf if value != value else value


def _unbounded(chart: Chart, j: int, trial: Chart, goal: Goal) -> Descent:
    """The way from the start to an end at which the objective is minus infinity."""
    start, end = _theta(chart), _theta(trial)
    path = []
    for share in (1.0, *sorted(_INSIDE[:-1], reverse=True), 0.0):
        point = [*end[:j], end[j] + share * (start[j] - end[j]), *end[j + 1 :]]
        path.append((tuple(float(value) for value in point), float(goal.cost(point))))
    return Descent(path[-1][0], -np.inf, "diverging", tuple(path))


def _changes(chart: Chart, best: Descent, goal: Goal) -> Iterator[tuple[Chart, Array]]:
    """Charts with one pin more or one less, and where to begin, where that does not look worse than the optimum."""
    slack = FLAT_NATS * (1 + abs(best.cost))
    for j, pin in enumerate(chart.pins):
        if isinstance(pin, str):
            offsets = (chart.start[j] - best.theta[j]) * np.array(_INSIDE)
            costs = varied(goal.cost, best.theta, j, best.theta[j] + offsets)
            costs = np.where(np.isnan(costs), np.inf, costs)
            if costs.min() < best.cost - slack:
                theta = [*best.theta]
                theta[j] += float(offsets[int(np.argmin(costs))])
                freed = chart.pinned(j, None)
                yield freed, freed.coordinates(theta)
        elif pin is None:
            for trial in _ends_of(chart, j):
                begin = trial.coordinates(best.theta)
                if _cost(trial, goal, begin) <= best.cost + slack:
                    yield trial, begin


def over_integers(
    rooms: Sequence[Room], extremes: Extremes, centre: float, solve: Callable[[tuple[Pin, ...]], Descent]
) -> Descent:
    """Return the best of the descents that ``solve`` gives with the integer parameters held.

    One integer at a time is moved away from its end (or the data's centre) in steps that double, then between the
    rungs next to the best; several take turns until none moves.
    """
    integers = [j for j, room in enumerate(rooms) if room.integer]
    held: tuple[Pin, ...] = tuple(_first(room, rooms, extremes, centre) if room.integer else None for room in rooms)
    best = solve(held)
    for _ in range(5):
        before = held
        for j in integers:
            best, held = _one_integer(rooms[j], extremes, j, held, best, solve)
        if held == before or len(integers) == 1:
            break
    return best


def _limits(room: Room, rooms: Sequence[Room], extremes: Extremes) -> tuple[float, float]:
    """Smallest and largest integer, taking ends that depend on other parameters as these were zero."""
    zeros = [np.float64(0.0)] * len(rooms)
    (lo, lo_closed), (hi, hi_closed) = room.lo(zeros, extremes), room.hi(zeros, extremes)
    lo, hi = float(lo), float(hi)
    least = np.ceil(lo) if lo_closed or lo != np.rint(lo) else lo + 1
    most = np.floor(hi) if hi_closed or hi != np.rint(hi) else hi - 1
    return float(least), float(most)


def _first(room: Room, rooms: Sequence[Room], extremes: Extremes, centre: float) -> float:
    least, most = _limits(room, rooms, extremes)
    return least if np.isfinite(least) else most if np.isfinite(most) else float(np.rint(centre))


def _one_integer(
    room: Room, extremes: Extremes, j: int, held: tuple[Pin, ...], best: Descent, solve: Callable[..., Descent]
) -> tuple[Descent, tuple[Pin, ...]]:
    """The best descent along one integer, the others as they are."""
    point = [np.float64(value) for value in best.theta]
    (lo, _), (hi, _) = room.lo(point, extremes), room.hi(point, extremes)
    origin = float(best.theta[j])
    found = {origin: best}

    def value(integer: float) -> float:
        if not lo <= integer <= hi:
            return np.inf
        if integer not in found:
            found[integer] = solve((*held[:j], integer, *held[j + 1 :]))
        return found[integer].cost

    for side in (1, -1):
        lowest, idle, reach = best.cost, 0, 1
        while idle < _PATIENCE and reach <= _FARTHEST and lo <= origin + side * reach <= hi:
            for rung in (reach, reach + reach // 2):
                cost = value(origin + side * rung)
                idle, lowest = (0, cost) if cost < lowest else (idle + 1, lowest)
            reach *= 2
    while True:
        places = sorted(found)
        here = places.index(min(found, key=lambda integer: (found[integer].cost, integer)))
        below, middle, above = places[max(here - 1, 0)], places[here], places[min(here + 1, len(places) - 1)]
        new = {float(np.rint(z)) for a, b in ((below, middle), (middle, above)) for z in np.linspace(a, b, _BETWEEN)}
        if new <= set(found):
            break
        for integer in sorted(new):
            value(integer)
    winner = found[middle]
    if abs(middle - origin) >= _FARTHEST:
        path = tuple((found[z].theta, found[z].cost) for z in places if abs(z - origin) > 0)
        winner = replace(winner, status="diverging", path=path)
    return winner, (*held[:j], middle, *held[j + 1 :])
