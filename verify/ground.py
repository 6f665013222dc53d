"""The ground on which a search is examined: the objective in a chart, how rounding blurs it, and ways out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from .coordinates import Chart
from .descent import Algorithm, Landscape
from .ends import Array
from .tolerance import BLUR_NATS, FLAT_NATS

Cost = Callable[[list[Any]], Any]
Status = Literal["converged", "stopped", "diverging"]
Path = tuple[tuple[tuple[float, ...], float], ...]

# Shares of the way to the edge at which a run-away is looked at again.
_RETREAT = (0.5, 0.7, 0.85)


@dataclass(frozen=True, eq=False)
class Goal:
    """What is minimised: an objective per observation, of parameters that are scalars or of shape ``(m, 1)``.

    ``noise`` bounds the objective's rounding error at one theta. ``corners`` are values at which it may have
    corners in a real parameter: those of the data.
    """

    cost: Cost
    noise: Callable[[tuple[float, ...]], float]
    corners: Array


@dataclass(frozen=True, eq=False)
class Descent:
    """Where a descent ended: parameters, objective there, how it ended, and the way where it ran to an edge."""

    theta: tuple[float, ...]
    cost: float
    status: Status
    path: Path = ()


@dataclass(frozen=True, eq=False)
class Ground:
    """What an examination walks on: the goal, its landscape in a chart, and the algorithm in use."""

    goal: Goal
    chart: Chart
    land: Landscape
    theta: Callable[[Array], list[Any]]
    algorithm: Algorithm

    def point(self, u: Array) -> tuple[float, ...]:
        """The parameters at some coordinates."""
        return tuple(float(np.asarray(value).item()) for value in self.theta(u))

    def descent(self, u: Array, status: Status, path: Path = ()) -> Descent:
        """What is told of a descent that ended here."""
        return Descent(self.point(u), self.land(u), status, path)

    def noise(self, u: Array) -> float:
        """What two equal objectives may differ by here; rounding grows with the parameters."""
        return FLAT_NATS * (1 + abs(self.land(u))) + self.goal.noise(self.point(u))

    def blurred(self, u: Array) -> bool:
        """Whether rounding is so large here that the objective says nothing."""
        return not self.goal.noise(self.point(u)) <= BLUR_NATS

    def sharp(self) -> Ground:
        """The same with an infinite objective where it says nothing: slow, and rarely needed."""
        clear = self.land

        def value(u: Array) -> Any:
            if u.ndim == 1:
                return np.inf if self.blurred(u) else clear(u)
            return np.array([value(row) for row in u])

        return replace(self, land=replace(clear, value=value))

    def tuned(self, u: Array) -> Ground:
        """The same with differences that suit the rounding and the curvature at ``u``."""
        return replace(self, land=self.land.tuned(u, self.goal.noise(self.point(u))))

    def way(self, u: Array) -> list[Array]:
        """Places on the way from the start to ``u``: shares of what moved furthest, the rest at their best."""
        j = int(np.argmax(np.abs(u) / self.land.edge))
        return [*(self.along(u, j, share * u[j]) for share in _RETREAT), u]

    def furthest(self, places: Sequence[Array]) -> Descent:
        """The way out along ``places``, reported at the place that is best whatever rounding did."""
        path = tuple((self.point(u), self.land(u)) for u in places)
        best = min(path, key=lambda step: step[1] + self.goal.noise(step[0]))
        return Descent(*best, "diverging", path)

    def along(self, u: Array, j: int, value: float) -> Array:
        """The best point with coordinate ``j`` at ``value``, from the others at ``u``."""
        rest, placed = self.land.slice(j, value)
        others = np.delete(u, j)
        return placed(self.algorithm.quick(rest, others) if len(others) else others)


def landscape(chart: Chart, goal: Goal) -> Landscape:
    """Return the goal as a landscape in the chart's coordinates.

    >>> goal = Goal(lambda theta: (theta[0] - 3) ** 2, lambda theta: 0.0, np.zeros(0))
    >>> from .coordinates import Room
    >>> landscape(Chart((Room((), (), False),), (0.0, 1.0), (1.0,), (0.5,), (None,)), goal)(np.array([2.0]))
    1.0
    """
    theta = chart.compile()
    return Landscape(lambda u: goal.cost(theta(u)), chart.resolution, chart.edge)


def varied(cost: Cost, theta: Sequence[Any], j: int, values: Array) -> Array:
    """Return the objective with parameter ``j`` at each of the values.

    >>> varied(lambda theta: theta[0] + theta[1], [1.0, 2.0], 1, np.array([0.0, 5.0]))
    array([1., 6.])
    """
    point = [np.full((len(values), 1), float(value)) for value in theta]
    point[j] = values[:, None]
    return np.broadcast_to(np.asarray(cost(point)).reshape(-1), values.shape)
