"""Decides whether the place where a search ends is a minimum, a corner, or a way out to an edge of the space."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from .coordinates import Chart
from .descent import Algorithm, Landscape, hessian, simplex, slope_at
from .ends import Array
from .tolerance import DECREMENT_NATS, FLAT_CURVATURE, FLAT_NATS, RESOLUTION_ULPS, STOP_NATS

Cost = Callable[[list[Any]], Any]
Status = Literal["converged", "stopped", "diverging"]
Path = tuple[tuple[tuple[float, ...], float], ...]

# A simplex is begun again from where it stopped at most so often.
_RESTARTS = 4
# How far beside a corner the objective is probed, in steps of the parameter.
_PROBES = (1e-6, 1e-4, 1e-2)
# Shares of the way to the edge at which a run-away is looked at again.
_RETREAT = (0.5, 0.7, 0.85, 1.0)


@dataclass(frozen=True, eq=False)
class Goal:
    """What is minimised: an objective per observation, of parameters that are scalars or of shape ``(m, 1)``.

    ``noise`` bounds the objective's rounding error at one theta. ``corners`` are values at which it may have
    corners in a real parameter: those of the data.
    """

    cost: Cost
    noise: Callable[[Sequence[float]], float]
    corners: Array


@dataclass(frozen=True, eq=False)
class Descent:
    """Where a descent ended: parameters, objective there, how it ended, and the way where it ran to an edge."""

    theta: tuple[float, ...]
    cost: float
    status: Status
    path: Path = ()


@dataclass(frozen=True, eq=False)
class _Ground:
    """What an examination walks on: the goal, its landscape in a chart, and the algorithm in use."""

    goal: Goal
    chart: Chart
    land: Landscape
    theta: Callable[[Array], list[Any]]
    algorithm: Algorithm

    def point(self, u: Array) -> tuple[float, ...]:
        return tuple(float(np.asarray(value).item()) for value in self.theta(u))

    def descent(self, u: Array, status: Status, path: Path = ()) -> Descent:
        return Descent(self.point(u), self.land(u), status, path)

    def noise(self, u: Array) -> float:
        """What two equal objectives may differ by here; rounding grows with the parameters."""
        return FLAT_NATS * (1 + abs(self.land(u))) + self.goal.noise(self.point(u))

    def along(self, u: Array, j: int, value: float) -> Array:
        """The best point with coordinate ``j`` at ``value``, from the others at ``u``."""
        rest, placed = self.land.slice(j, value)
        others = np.delete(u, j)
        return placed(self.algorithm.thorough(rest, others) if len(others) else others)


def landscape(chart: Chart, goal: Goal) -> Landscape:
    """Return the goal as a landscape in the chart's coordinates.

    >>> goal = Goal(lambda theta: (theta[0] - 3) ** 2, lambda theta: 0.0, np.zeros(0))
    >>> from .coordinates import Room
    >>> landscape(Chart((Room((), (), False),), (0.0, 1.0), (1.0,), (0.5,), (None,)), goal)(np.array([2.0]))
    1.0
    """
    theta = chart.compile()
    return Landscape(lambda u: goal.cost(theta(u)), chart.resolution, chart.edge)


def descend(chart: Chart, goal: Goal, algorithm: Algorithm, begin: Array | None = None) -> Descent:
    """Return the minimum that ``algorithm`` and Newton steps find from ``begin``, and what it is worth.

    ``begin`` are coordinates, the chart's start when omitted; how far a parameter ran is measured from that start.

    "converged" means: gradient and curvature promise less than ``DECREMENT_NATS`` further down, or, at a corner,
    the simplex finds nothing more. "diverging": the objective does not rise, beyond its rounding, while a parameter
    runs to the edge; ``path`` has the points passed. "stopped": neither.

    >>> from .coordinates import Room
    >>> from .descent import BY_LINES
    >>> goal = Goal(lambda theta: (theta[0] - 3) ** 2, lambda theta: 0.0, np.zeros(0))
    >>> chart = Chart((Room((), (), False),), (0.0, 1.0), (1.0,), (0.5,), (None,))
    >>> descend(chart, goal, BY_LINES).status
    'converged'
    """
    ground = _Ground(goal, chart, landscape(chart, goal), chart.compile(), algorithm)
    u = np.zeros(len(chart.free)) if begin is None else begin
    if not len(u):
        return ground.descent(u, "converged")
    u, smooth, curvature = _newton(ground.land, algorithm.thorough(ground.land, u))
    if not smooth:
        pinned = _corner(ground, u)
        if pinned is not None:
            return pinned
        u, smooth = _restarted(ground.land, u)
    suspicious = curvature < FLAT_CURVATURE or not smooth or bool((3 * np.abs(u) > ground.land.edge).any())
    found = _pushed(ground, u, smooth) if suspicious else ground.descent(u, "converged")
    return found if found.status == "diverging" else _unresolved(ground, found)


def _newton(land: Landscape, u: Array) -> tuple[Array, bool, float]:
    """A few Newton steps, each kept only if it does not go up; whether hardly any loss is left; least curvature."""
    for _ in range(3):
        slope = slope_at(land, u)
        if not np.isfinite(slope.loss):
            break
        if land(u + slope.step) <= land(u):
            u = u + slope.step
        if slope.loss <= DECREMENT_NATS:
            return u, True, slope.curvature
    return u, False, slope.curvature


def _restarted(land: Landscape, u: Array) -> tuple[Array, bool]:
    """Simplex after simplex until one gains nothing: a corner has no Newton step that could tell."""
    for attempt in range(_RESTARTS):
        again = simplex(land, u, 10.0 ** -(attempt + 1), STOP_NATS / 100)
        gain = land(u) - land(again)
        u = again
        if gain <= STOP_NATS:
            return u, True
    return u, False


def _corner(ground: _Ground, u: Array) -> Descent | None:
    """The minimum with one real parameter held at a value of the data, if it is one on both sides of it."""
    goal, chart, reached, best = ground.goal, ground.chart, ground.point(u), ground.land(u)
    for j in chart.free:
        if chart.rooms[j].lowers or chart.rooms[j].uppers:
            continue
        nearest = goal.corners[np.argsort(np.abs(goal.corners - reached[j]))[:3]]
        costs = varied(goal.cost, reached, j, nearest)
        if not costs.min() <= best + DECREMENT_NATS:
            continue
        held = chart.pinned(j, float(nearest[int(np.argmin(costs))]))
        found = descend(held, goal, ground.algorithm, u[np.array(chart.free) != j])
        steps = chart.scales[j] * np.array([side * probe for side in (-1, 1) for probe in _PROBES])
        beside = varied(goal.cost, found.theta, j, found.theta[j] + steps)
        if found.status != "stopped" and found.cost <= best and beside.min() >= found.cost:
            return found
    return None


def varied(cost: Cost, theta: Sequence[Any], j: int, values: Array) -> Array:
    """Return the objective with parameter ``j`` at each of the values.

    >>> varied(lambda theta: theta[0] + theta[1], [1.0, 2.0], 1, np.array([0.0, 5.0]))
    array([1., 6.])
    """
    point = [np.full((len(values), 1), float(value)) for value in theta]
    point[j] = values[:, None]
    return np.broadcast_to(np.asarray(cost(point)).reshape(-1), values.shape)


def _pushed(ground: _Ground, u: Array, smooth: bool) -> Descent:
    """Follow the flattest directions both ways: to where the objective rises again, or to the edge."""
    land = ground.land
    for j in np.flatnonzero(np.abs(u) >= land.edge):
        back = [(point, land(point)) for point in (ground.along(u, int(j), share * u[j]) for share in _RETREAT[:-1])]
        path = tuple((ground.point(at), cost) for at, cost in (*back, (u, land(u))))
        if all(later <= earlier + ground.noise(u) for (_, earlier), (_, later) in pairwise(path)):
            return ground.descent(u, "diverging", path)
    for j, sign in _directions(land, u):
        at, lowest, step = u, land(u), 1.0
        track: list[Array] = []
        while abs(at[j]) < land.edge[j]:
            further = ground.along(at, j, at[j] + sign * step)
            reached = land(further)
            if not (np.isfinite(reached) and reached <= lowest + ground.noise(u) + ground.noise(further)):
                break
            step, at, lowest = 2 * step, further, min(lowest, reached)
            track.append(at)
        if abs(at[j]) >= land.edge[j]:
            path = tuple((ground.point(place), land(place)) for place in (u, *track))
            return ground.descent(at, "diverging", path)
        if land(at) < land(u) - ground.noise(u) - ground.noise(at) - DECREMENT_NATS:
            u, smooth, _ = _newton(land, ground.algorithm.thorough(land, at))
    return ground.descent(u, "converged" if smooth else "stopped")


def _directions(land: Landscape, u: Array) -> list[tuple[int, int]]:
    """Coordinates with the sign to move them, the one that carries most of the flattest direction first."""
    matrix = hessian(land, u)
    known = np.isfinite(matrix).all()
    weight = np.abs(np.linalg.eigh(matrix)[1][:, 0]) if known else np.abs(u)
    order = np.argsort(-weight, kind="stable")
    return [(int(j), sign) for j in order if weight[j] >= 0.1 * weight.max() for sign in (1, -1)]


def _unresolved(ground: _Ground, found: Descent) -> Descent:
    """The same, but diverging where a parameter is as near to an open end as doubles tell, and better for it."""
    chart, theta = ground.chart, found.theta
    point = [np.float64(value) for value in theta]
    for j in chart.free:
        for limits in (chart.rooms[j].lo, chart.rooms[j].hi):
            end, closed = limits(point, chart.extremes)
            gap = theta[j] - float(end)
            if closed or not np.isfinite(end) or not 0 < abs(gap) <= RESOLUTION_ULPS * np.spacing(abs(end)):
                continue
            # At an end of zero there are always more doubles to go to; elsewhere they run out.
            if abs(gap) >= abs(end):
                continue
            retreat = float(end) + gap * 10.0 ** np.arange(4, -1, -1)
            costs = varied(ground.goal.cost, theta, j, retreat)
            if (np.diff(costs) < 0).all():
                pairs = zip(retreat.tolist(), costs.tolist(), strict=True)
                path = tuple(((*theta[:j], value, *theta[j + 1 :]), cost) for value, cost in pairs)
                return replace(found, status="diverging", path=path)
    return found
