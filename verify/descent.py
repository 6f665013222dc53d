"""Decides how far down a search goes, and whether where it ends is a minimum: two algorithms and one examination.

The two algorithms share no step: one walks with a simplex and then BFGS, the other with L-BFGS on differences of its
own and then line by line (Powell). Both hand over to the same examination, which only measures: gradient, curvature,
the loss they leave, and whether the objective goes on falling towards an edge.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize

from .coordinates import Chart
from .ends import Array
from .tolerance import DECREMENT_NATS, EDGE, FLAT_CURVATURE, FLAT_NATS, GRADIENT_STEP, HESSIAN_STEP, STOP_NATS

Cost = Callable[[list[Any]], Any]
Objective = Callable[[Array], Any]

# A simplex is begun again from where it stopped at most so often.
_RESTARTS = 4
# Tolerated deviation of a kink test's probes, in steps of the coordinate.
_PROBES = (1e-6, 1e-4, 1e-2)


@dataclass(frozen=True)
class Algorithm:
    """Two ways down from a point: a thorough one, and a quick one that only tells whether the place is worth it."""

    thorough: Callable[[Objective, Array], Array]
    quick: Callable[[Objective, Array], Array]


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
    """Where a descent ended: parameters, objective there, and "converged", "stopped" or "diverging"."""

    theta: tuple[float, ...]
    cost: float
    status: str
    path: tuple[tuple[tuple[float, ...], float], ...] = ()


def gradient(objective: Objective, u: Array) -> Array:
    """Return the gradient by central differences, all points evaluated together.

    >>> gradient(lambda points: (points**2).sum(axis=-1), np.array([1.0])).round(6)
    array([2.])
    """
    steps = GRADIENT_STEP * np.eye(len(u))
    costs = objective(np.concatenate([u + steps, u - steps]))
    return (costs[: len(u)] - costs[len(u) :]) / (2 * GRADIENT_STEP)


def hessian(objective: Objective, u: Array) -> Array:
    """Return the matrix of second differences, all points evaluated together.

    >>> hessian(lambda points: (points**2).sum(axis=-1), np.array([1.0])).round(4)
    array([[2.]])
    """
    size = len(u)
    basis = HESSIAN_STEP * np.eye(size)
    first, second = np.triu_indices(size)
    plus, minus = basis[first] + basis[second], basis[first] - basis[second]
    costs = objective(u + np.concatenate([plus, -plus, minus, -minus])).reshape(4, -1)
    matrix = np.zeros((size, size))
    matrix[first, second] = (costs[0] + costs[1] - costs[2] - costs[3]) / (4 * HESSIAN_STEP**2)
    return matrix + np.triu(matrix, 1).T


def simplex_then_bfgs(objective: Objective, u: Array) -> Array:
    """Return where Nelder-Mead, then BFGS, arrive from ``u``.

    >>> simplex_then_bfgs(lambda points: ((points - 3) ** 2).sum(axis=-1), np.zeros(1)).round(6)
    array([3.])
    """
    rough = simplex(objective, u, 0.5, 1e-6)
    return bfgs(objective, rough)


def simplex(objective: Objective, u: Array, size: float, stop: float) -> Array:
    """Return where Nelder-Mead stops, begun from a simplex of the given size.

    >>> simplex(lambda points: ((points - 3) ** 2).sum(axis=-1), np.zeros(1), 0.5, 1e-12).round(4)
    array([3.])
    """
    corners = np.concatenate([u[None], u + size * np.eye(len(u))])
    options = {"initial_simplex": corners, "fatol": stop, "xatol": max(stop, 1e-9) ** 0.5, "maxfev": 200 * len(u)}
    return _quiet(objective, u, method="Nelder-Mead", options=options)


def bfgs(objective: Objective, u: Array) -> Array:
    """Return where BFGS arrives from ``u``.

    >>> bfgs(lambda points: ((points - 3) ** 2).sum(axis=-1), np.zeros(1)).round(6)
    array([3.])
    """
    options = {"gtol": 1e-8, "maxiter": 100 + 20 * len(u)}
    return _quiet(objective, u, method="BFGS", jac=lambda v: gradient(objective, v), options=options)


def limited(objective: Objective, u: Array) -> Array:
    """Return where L-BFGS arrives from ``u``.

    >>> limited(lambda points: ((points - 3) ** 2).sum(axis=-1), np.zeros(1)).round(6)
    array([3.])
    """
    slopes = lambda v: np.nan_to_num(gradient(objective, v), nan=0.0, posinf=0.0, neginf=0.0)  # noqa: E731
    options = {"ftol": 1e-14, "gtol": 1e-8, "maxiter": 200}
    return _quiet(objective, u, method="L-BFGS-B", jac=slopes, options=options)


def limited_then_lines(objective: Objective, u: Array) -> Array:
    """Return where L-BFGS, then Powell's search along lines where slopes do not settle it, arrive from ``u``.

    >>> limited_then_lines(lambda points: ((points - 3) ** 2).sum(axis=-1), np.zeros(1)).round(6)
    array([3.])
    """
    reached = limited(objective, u)
    if _decrement(objective, reached)[0] <= DECREMENT_NATS:
        return reached
    return _quiet(objective, reached, method="Powell", options={"xtol": 1e-7, "ftol": 1e-14, "maxfev": 300 * len(u)})


def _quiet(objective: Objective, u: Array, **how: Any) -> Array:
    """The better of ``u`` and where SciPy arrives: a failed line search may end above its start."""
    with warnings.catch_warnings():
        # SciPy warns where a search stalls; whether it did is measured afterwards, on the point it returns.
        warnings.simplefilter("ignore")
        found = np.atleast_1d(minimize(objective, u, **how).x)
    return found if objective(found) < objective(u) else u


def _decrement(objective: Objective, u: Array) -> tuple[float, Array, float]:
    """What a Newton step promises, that step, and the smallest curvature; infinite where nothing is smooth."""
    if not len(u):
        return 0.0, u, np.inf
    slope, matrix = gradient(objective, u), hessian(objective, u)
    if not (np.isfinite(slope).all() and np.isfinite(matrix).all()):
        return np.inf, np.zeros(len(u)), np.inf
    values, vectors = np.linalg.eigh(matrix)
    if values[0] < -FLAT_CURVATURE:
        return np.inf, np.zeros(len(u)), float(values[0])
    along = vectors.T @ slope
    # Differences across a corner look like enormous curvature; no Newton step is to be believed there.
    if values[-1] > 1e-2 / HESSIAN_STEP:
        return np.inf, np.zeros(len(u)), float(values[0])
    floored = np.maximum(values, FLAT_CURVATURE)
    return float(0.5 * (along**2 / floored).sum()), -vectors @ (along / floored), float(values[0])


BY_SIMPLEX = Algorithm(simplex_then_bfgs, bfgs)
BY_LINES = Algorithm(limited_then_lines, limited)


def descend(chart: Chart, goal: Goal, algorithm: Algorithm) -> Descent:
    """Return the minimum that ``algorithm`` and Newton steps find from the chart's start, and what it is worth.

    "converged" means: gradient and curvature promise less than ``DECREMENT_NATS`` further down, or, at a corner,
    the simplex finds nothing more and neither do steps to both sides. "diverging": the objective does not rise,
    beyond its rounding, while a parameter runs to the edge; ``path`` has the points passed. "stopped": neither.
    """
    theta, objective = chart.compile(), objective_of(chart, goal)
    u = np.zeros(len(chart.free))
    if not len(u):
        return _descent(theta, u, objective, "converged")
    u, smooth, curvature = _newton(objective, algorithm.thorough(objective, u))
    if not smooth:
        pinned = _corner(chart, theta(u), goal, algorithm)
        if pinned is not None:
            return pinned
        u, smooth = _restarted(objective, u)
    if curvature < FLAT_CURVATURE or not smooth or np.abs(u).max() > EDGE / 3:
        return _pushed(theta, objective, u, smooth, goal, algorithm)
    return _descent(theta, u, objective, "converged")


def objective_of(chart: Chart, goal: Goal) -> Objective:
    """Return the objective as a function of coordinates, infinite where it is none; doubles for a single point."""
    theta = chart.compile()

    def objective(u: Array) -> Any:
        value = goal.cost(theta(u))
        return np.where(np.isnan(value), np.inf, value) if u.ndim > 1 else np.inf if value != value else float(value)

    return objective


def _descent(theta: Any, u: Array, objective: Objective, status: str) -> Descent:
    return Descent(tuple(float(value) for value in theta(u)), float(objective(u)), status)


def _newton(objective: Objective, u: Array) -> tuple[Array, bool, float]:
    """A few Newton steps, each kept only if it does not go up; whether hardly any loss is left; least curvature."""
    for _ in range(3):
        loss, step, curvature = _decrement(objective, u)
        if not np.isfinite(loss):
            return u, False, curvature
        if objective(u + step) <= objective(u):
            u = u + step
        if loss <= DECREMENT_NATS:
            return u, True, curvature
    return u, False, curvature


def _restarted(objective: Objective, u: Array) -> tuple[Array, bool]:
    """Simplex after simplex until one gains nothing: a corner has no Newton step that could tell."""
    for attempt in range(_RESTARTS):
        again = simplex(objective, u, 10.0 ** -(attempt + 1), STOP_NATS / 100)
        gain = objective(u) - objective(again)
        u = again
        if gain <= STOP_NATS:
            return u, True
    return u, False


def _corner(chart: Chart, reached: list[Any], goal: Goal, algorithm: Algorithm) -> Descent | None:
    """The minimum with one real parameter held at a value of the data, if it is one on both sides of it."""
    best = goal.cost(reached)
    for j in chart.free:
        if chart.rooms[j].lowers or chart.rooms[j].uppers:
            continue
        nearest = goal.corners[np.argsort(np.abs(goal.corners - reached[j]))[:3]]
        costs = varied(goal.cost, reached, j, nearest)
        if not costs.min() <= best + DECREMENT_NATS:
            continue
        held = chart.around(reached).pinned(j, float(nearest[int(np.argmin(costs))]))
        found = descend(held, goal, algorithm)
        steps = chart.scales[j] * np.array([side * probe for side in (-1, 1) for probe in _PROBES])
        beside = varied(goal.cost, found.theta, j, found.theta[j] + steps)
        if found.status == "converged" and found.cost <= best and beside.min() >= found.cost:
            return found
    return None


def varied(cost: Cost, theta: Sequence[Any], j: int, values: Array) -> Array:
    """Return the objective with parameter ``j`` at each of the values.

    >>> varied(lambda theta: theta[0] + theta[1], [1.0, 2.0], 1, np.array([0.0, 5.0]))
    array([1., 6.])
    """
    point = [np.full((len(values), 1), value) for value in theta]
    point[j] = values[:, None]
    return np.broadcast_to(np.asarray(cost(point)).reshape(-1), values.shape)


def _pushed(theta: Any, objective: Objective, u: Array, smooth: bool, goal: Goal, algorithm: Algorithm) -> Descent:
    """Follow the flattest directions both ways: to where the objective rises again, or to the edge."""
    for j, sign in _directions(objective, u):
        path, at, moved, step = [], u, 0.0, 1.0
        here = lowest = objective(u)
        noise = FLAT_NATS * (1 + abs(here)) + goal.noise(theta(u))
        while moved < EDGE:
            further = _at_coordinate(objective, at, j, at[j] + sign * step, algorithm)
            reached = objective(further)
            # What rounding may pretend grows with the parameters, so it is measured anew at every point.
            flat = noise + goal.noise(theta(further))
            if not (np.isfinite(reached) and reached <= lowest + flat):
                break
            moved, step, at, lowest = moved + step, 2 * step, further, min(lowest, reached)
            path.append((tuple(float(value) for value in theta(at)), reached))
        if moved >= EDGE:
            return Descent(*path[-1], "diverging", tuple(path))
        if path and path[-1][1] < here - noise - goal.noise(path[-1][0]) - DECREMENT_NATS:
            u, smooth, _ = _newton(objective, algorithm.thorough(objective, at))
    return _descent(theta, u, objective, "converged" if smooth else "stopped")


def _directions(objective: Objective, u: Array) -> list[tuple[int, int]]:
    """Coordinates with the sign to move them, the one that carries most of the flattest direction first."""
    matrix = hessian(objective, u)
    known = np.isfinite(matrix).all()
    weight = np.abs(np.linalg.eigh(matrix)[1][:, 0]) if known else np.abs(u)
    order = np.argsort(-weight, kind="stable")
    return [(int(j), sign) for j in order if weight[j] > 0.1 * weight.max() for sign in (1, -1)]


def _at_coordinate(objective: Objective, u: Array, j: int, value: float, algorithm: Algorithm) -> Array:
    """The best point with coordinate ``j`` at ``value``, from the others at ``u``."""
    others = np.arange(len(u)) != j

    def placed(rest: Array) -> Array:
        point = np.full((*rest.shape[:-1], len(u)), value)
        point[..., others] = rest
        return point

    rest = u[others]
    return placed(algorithm.thorough(lambda v: objective(placed(v)), rest) if len(rest) else rest)
