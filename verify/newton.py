"""Climbs to a maximum over several coordinates by Newton's method, from one start or from several side by side."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from .tolerance import CLIMB_NATS, FLAT_NATS, NEAR_STEP, NEWTON_STEPS, NEWTON_TRIALS, SETTLED_STEP, SLOPE_NATS

Array = NDArray[np.float64]
Answer = tuple[float, Array, Array]
"""Value, gradient and Hessian at a point."""
Objective = Callable[[Array], Answer]
T = TypeVar("T")
Asking = Generator[Array, Answer, T]
"""A computation that asks for what an objective is at one point after the other, and then returns something."""

_FLAT = 1e-5
"""Curvature, relative to that of the coordinates by themselves, that does not tell a maximum from a turning point."""

_STRIDES = (1.0, 0.3, 0.1, 0.03)
"""Steps of the longest coordinate in which a flat place is left."""

_SHORT, _SHORTEST = 2.0**-6, 2.0**-40
"""Shares of a step: from which on slopes are asked close to a maximum, and below which none is tried."""

_PATIENCE = 20
"""How many points are tried before it is asked whether that may lead anywhere; then at twice as many, and so on."""

MOST_LEFT = 3
"""How many flat places are left in one climb."""


@dataclass(frozen=True)
class Maximum:
    """Where Newton's method ended: point, value there, and whether its last step was within rounding.

    ``hessian`` are the second derivatives there, where they were computed.
    """

    point: Array
    value: float
    converged: bool
    hessian: Array | None = None


def newton_maximum(
    objective: Objective, start: Sequence[float] | Array, hopeless: Callable[[Maximum], bool] = lambda found: False
) -> Maximum:
    """Return where ``newton_climb`` from ``start`` ends.

    ``objective`` returns value, gradient and Hessian in coordinates in which every space is the whole line.

    >>> def bowl(u):
    ...     return -float(u @ u), -2 * u, -2 * np.eye(1)
    >>> newton_maximum(bowl, [3.0]).converged
    True
    """
    (found,) = side_by_side([newton_climb(start, hopeless)], lambda points: [objective(point) for point in points])
    return found


def side_by_side(askings: Sequence[Asking[T]], objective: Callable[[list[Array]], Sequence[Answer]]) -> list[T]:
    """Return what computations come to that all ask for points of the same objective, a point of each at a time.

    >>> def bowl(points):
    ...     return [(-float(u @ u), -2 * u, -2 * np.eye(1)) for u in points]
    >>> [found.converged for found in side_by_side([newton_climb([3.0]), newton_climb([-1.0])], bowl)]
    [True, True]
    """
    found: dict[int, T] = {}
    points: dict[int, Array] = {}

    def go_on(at: int, answer: Answer | None) -> None:
        try:
            points[at] = next(askings[at]) if answer is None else askings[at].send(answer)
        except StopIteration as ended:
            found[at] = ended.value

    for at in range(len(askings)):
        go_on(at, None)
    while points:
        asked = dict(points)
        points.clear()
        for at, answer in zip(asked, objective(list(asked.values())), strict=True):
            go_on(at, answer)
    return [found[at] for at in range(len(askings))]


def newton_climb(
    start: Sequence[float] | Array, hopeless: Callable[[Maximum], bool] = lambda found: False
) -> Asking[Maximum]:
    """Climb from ``start`` by damped Newton steps in coordinates in which every space is the whole line.

    Where the Hessian is not negative definite it is shifted; a step that does not increase the value is halved. A place
    where the gradient vanishes and the curvature with it, in some direction, is left along that direction as long as
    that leads up. A climb that takes long is given up where ``hopeless`` says so.
    """
    found = yield from _climbed(np.asarray(start, dtype=np.float64), hopeless)
    for _ in range(MOST_LEFT):
        beside = (yield from _beside(found)) if found.converged else None
        if beside is None:
            break
        found = yield from _climbed(beside, hopeless)
    level = found.converged and (yield from _is_level(found))
    return replace(found, converged=False) if level else found


def _is_level(found: Maximum) -> Asking[bool]:
    """Whether a coordinate shows no curvature at all, and changing it by one on some side loses nothing.

    Where the likelihood comes closer to its limit than doubles tell, as a parameter runs away, that is no maximum. What
    it shares with other coordinates is no curvature of its own.
    """
    if found.hessian is None:
        return False
    for unit in np.eye(len(found.point))[np.diag(found.hessian) == 0]:
        for side in (1.0, -1.0):
            value, _, _ = yield found.point + side * unit
            if value >= found.value:
                return True
    return False


def _beside(found: Maximum) -> Asking[Array | None]:
    """A higher point in a flat direction from a stationary point, if there is one: then that was no maximum."""
    hessian = found.hessian
    if hessian is None or not np.isfinite(hessian).all():
        return None
    trials = [found.point + way for way in flat_ways(hessian)]
    heights: list[float] = []
    for trial in trials:
        value, _, _ = yield trial
        heights.append(value if math.isfinite(value) else -math.inf)
    if not trials or max(heights) <= found.value + FLAT_NATS * (1 + abs(found.value)):
        return None
    return trials[int(np.argmax(heights))]


def flat_ways(hessian: Array) -> list[Array]:
    """Return steps of several lengths, to both sides, along directions without curvature; none where all are curved.

    >>> [way.tolist() for way in flat_ways(np.array([[-1.0, 0.0], [0.0, 0.0]]))][:2]
    [[0.0, 1.0], [-0.0, -1.0]]
    """
    lines = [line for units in (curvature_units(hessian), np.ones(len(hessian))) for line in _flat(hessian, units)]
    return [length * line for line in lines for size in _STRIDES for length in (size, -size)]


def _flat(hessian: Array, units: Array) -> list[Array]:
    """The direction without curvature in the given units, its longest coordinate one; none where all are curved."""
    values, vectors = np.linalg.eigh(hessian / np.outer(units, units))
    if values[-1] < -_FLAT * float(np.abs(values).max()):
        return []
    line = vectors[:, -1] / units
    return [line / np.abs(line).max()]


def _climbed(u: Array, hopeless: Callable[[Maximum], bool]) -> Asking[Maximum]:
    value, gradient, hessian = yield u
    trials, patience = 0, _PATIENCE
    for _ in range(NEWTON_STEPS):
        if trials > patience:
            if hopeless(Maximum(u, value, False, hessian)):
                break
            patience = 2 * trials
        here, step = Maximum(u, value, False, hessian), _ascent(gradient, hessian)
        expected = float(gradient @ step)
        if not math.isfinite(expected):
            return here
        # The step promises half of this in nats; the last one is still taken, since the slope sees more than the value.
        near = _longest(step) <= NEAR_STEP
        if expected <= CLIMB_NATS and near:
            last = u + step
            at = yield last
            if math.isfinite(at[0]) and not _settles(_longest(step), _longest(_ascent(at[1], at[2]))):
                u, (value, gradient, hessian) = last, at
                continue
            better = math.isfinite(at[0]) and _longest(at[1]) <= _longest(gradient)
            return Maximum(last, at[0], True, at[2]) if better else replace(here, converged=True)
        factor, whole = 1.0, None
        while True:
            trial = u + factor * step
            at = yield trial
            whole = whole or at
            trials += 1
            if math.isfinite(at[0]) and at[0] >= value + 1e-4 * factor * expected - 1e-15 * (1 + abs(value)):
                break
            factor /= 2
            if near and factor == _SHORT:
                # Where values no longer tell which point is higher, slopes may.
                if _longest(whole[1]) <= _longest(gradient) / 2:
                    trial, at = u + step, whole
                    break
                if expected <= SLOPE_NATS:
                    return replace(here, converged=True)
            if trials > NEWTON_TRIALS or factor < _SHORTEST:
                return here
        u, (value, gradient, hessian) = trial, at
    return Maximum(u, value, False)


def _ascent(gradient: Array, hessian: Array) -> Array:
    """Newton's step, or with eigenvalues made negative where they are not."""
    if not (np.isfinite(gradient).all() and np.isfinite(hessian).all()):
        return np.full_like(gradient, math.nan)
    units = curvature_units(hessian)
    values, vectors = np.linalg.eigh(-hessian / np.outer(units, units))
    # Where all curvature vanishes, as at a turning point, this leaves a step along the gradient of the greatest length.
    floor = max(float(np.abs(values).max()) * 1e-10, 1e-150)
    curved = np.maximum(np.abs(values), floor)
    step: Array = vectors @ ((vectors.T @ (gradient / units)) / curved) / units
    length = _longest(step)
    return step if length <= 5.0 else step * (5.0 / length)


def _longest(step: Array) -> float:
    return float(np.abs(step).max())


def _settles(step: float, following: float) -> bool:
    """Whether Newton steps, of which the longest coordinates are given, come to an end.

    Close to a maximum each step is of the order of the square of the one before. Where the likelihood tends to a limit
    like ``-exp(-exp(u))``, the steps are short and promise nothing either, but the next one is as long.
    """
    return step <= SETTLED_STEP or following <= step / 2


def curvature_units(hessian: Array) -> Array:
    """Return for each coordinate the root of its own curvature, so that its unit does not matter; one without any.

    In the given units a coordinate that is flat because it is long would be taken for one without information.

    >>> curvature_units(np.array([[-4.0, 0.0], [0.0, 0.0]]))
    array([2., 1.])
    """
    own = np.abs(np.diag(hessian))
    return np.asarray(np.sqrt(np.where(own > 0, own, 1.0)), dtype=np.float64)
