"""Decides whether the place where a search ends is a minimum, a corner, or a way out to an edge of the space."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from .coordinates import Chart
from .descent import Algorithm, Landscape, hessian, simplex, slope_at
from .ends import Array
from .ground import Descent, Goal, Ground, landscape, varied
from .tolerance import DECREMENT_NATS, FLAT_CURVATURE, RESOLUTION_ULPS, STOP_NATS

# A simplex is begun again from where it stopped at most so often.
_RESTARTS = 4
# How far beside a corner the objective is probed, in steps of the parameter.
_PROBES = (1e-6, 1e-4, 1e-2)
# Stages in which the way to an overrun is looked at.
_STAGES = 8


def descend(chart: Chart, goal: Goal, algorithm: Algorithm, begin: Array | None = None) -> Descent:
    """Return the minimum that ``algorithm`` and Newton steps find from ``begin``, and what it is worth.

    ``begin`` are coordinates, the chart's start when omitted; how far a parameter ran is measured from that start.

    "converged" means: gradient and curvature promise less than ``DECREMENT_NATS`` further down, or, at a corner,
    the simplex finds nothing more. "diverging": the objective does not rise, beyond its rounding, while a parameter
    runs to the edge, or as far out as doubles can tell; ``path`` has the points passed. "stopped": neither.

    >>> from .coordinates import Room
    >>> from .descent import BY_LINES
    >>> goal = Goal(lambda theta: (theta[0] - 3) ** 2, lambda theta: 0.0, np.zeros(0))
    >>> chart = Chart((Room((), (), False),), (0.0, 1.0), (1.0,), (0.5,), (None,))
    >>> descend(chart, goal, BY_LINES).status
    'converged'
    """
    ground = Ground(goal, chart, landscape(chart, goal), chart.compile(), algorithm)
    u = np.zeros(len(chart.free)) if begin is None else begin
    if not len(u):
        return ground.descent(u, "converged")
    reached = algorithm.thorough(ground.land, u)
    unseen = ground.blurred(reached) and not ground.blurred(u)
    ran = _overrun(ground, u, reached) if unseen else _at_edge(ground, reached)
    if ran is not None:
        return ran
    if unseen:
        reached = algorithm.thorough(ground.sharp().land, u)
    ground = ground.tuned(reached)
    walk = ground.sharp() if unseen else ground
    u, smooth, curvature = _newton(ground.land, reached)
    if not smooth:
        pinned = _corner(ground, u)
        if pinned is not None:
            return pinned
        u, smooth = _restarted(walk.land, reached if ground.blurred(u) else u)
    far = bool((3 * np.abs(u) > ground.land.edge).any())
    suspicious = far or not smooth or curvature < FLAT_CURVATURE or not np.isfinite(curvature)
    found = _pushed(walk, u, smooth) if suspicious else ground.descent(u, "converged")
    return found if found.status == "diverging" else _unresolved(ground, found)


def _overrun(ground: Ground, u: Array, reached: Array) -> Descent | None:
    """The way from the start to where rounding hides the objective, if it falls all along it."""
    j = int(np.argmax(np.abs(reached - u) / ground.land.edge))
    places = [u]
    for share in np.linspace(0, 1, _STAGES + 1)[1:]:
        towards = u + share * (reached - u)
        place = ground.along(towards, j, towards[j])
        if ground.blurred(place):
            break
        places.append(place)
    costs = [ground.land(place) for place in places]
    falling = all(later < earlier - DECREMENT_NATS for earlier, later in pairwise(costs))
    return ground.furthest(places) if falling and len(places) > 2 else None


def _at_edge(ground: Ground, u: Array) -> Descent | None:
    """The way to a place beyond the edge, if the objective does not rise along it."""
    if not (np.abs(u) >= ground.land.edge).any():
        return None
    places = ground.way(u)
    level = all(ground.land(later) <= ground.land(earlier) + ground.noise(later) for earlier, later in pairwise(places))
    return ground.furthest(places) if level else None


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


def _corner(ground: Ground, u: Array) -> Descent | None:
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


def _pushed(ground: Ground, u: Array, smooth: bool) -> Descent:
    """Follow the flattest directions both ways: to where the objective rises again, or to the edge."""
    land = ground.land
    clear = not ground.blurred(u)
    for j, direction in _directions(land, u):
        places, lowest, step = [u], land(u), 1.0
        while abs(places[-1][j]) < land.edge[j]:
            predicted = places[-1] + step * direction
            # Where rounding grows along the way, it ends as far out as doubles tell.
            if ground.blurred(predicted) and (clear or 3 * abs(predicted[j]) >= land.edge[j]):
                return ground.furthest(places if len(places) > 1 else ground.way(u))
            # The flattest direction is only as good as second differences; moving one coordinate is the other try.
            further = min((ground.along(u_0, j, predicted[j]) for u_0 in (predicted, places[-1])), key=land)
            reached = land(further)
            if not (np.isfinite(reached) and reached <= lowest + ground.noise(u) + ground.noise(further)):
                break
            step, lowest = 2 * step, min(lowest, reached)
            places.append(further)
        at = places[-1]
        if abs(at[j]) >= land.edge[j]:
            return ground.furthest(places)
        if land(at) < land(u) - ground.noise(u) - ground.noise(at) - DECREMENT_NATS:
            u, smooth, _ = _newton(land, ground.algorithm.thorough(land, at))
    return ground.descent(u, "converged" if smooth else "stopped")


def _directions(land: Landscape, u: Array) -> list[tuple[int, Array]]:
    """Coordinates to move one step up or down, with where the flattest direction then takes the others.

    The coordinate that carries most of that direction comes first.
    """
    matrix = hessian(land, u)
    flattest = np.linalg.eigh(matrix)[1][:, 0] if np.isfinite(matrix).all() else np.zeros(len(u))
    weight = np.abs(flattest)
    order = np.argsort(-weight, kind="stable")
    found: list[tuple[int, Array]] = []
    for j in order:
        along = np.eye(len(u))[j] if weight[j] == 0 else flattest / flattest[j]
        if weight[j] >= 0.1 * weight.max():
            found += [(int(j), along), (int(j), -along)]
    return found


def _unresolved(ground: Ground, found: Descent) -> Descent:
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
            retreat: Array = np.asarray(float(end) + gap * 10.0 ** np.arange(4, -1, -1), dtype=np.float64)
            costs = varied(ground.goal.cost, theta, j, retreat)
            if (np.diff(costs) < 0).all():
                pairs = zip(retreat.tolist(), costs.tolist(), strict=True)
                path = tuple(((*theta[:j], value, *theta[j + 1 :]), cost) for value, cost in pairs)
                return replace(found, status="diverging", path=path)
    return found
