"""What is searched for a minimum: an objective that counts its evaluations, its coordinates, and the best descent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from ..proofs.errors import ExistenceError
from ..proofs.family import Family
from .coordinates import Extremes, Pin, Room, rooms
from .density import density
from .descent import Algorithm
from .edges import at_ends, over_integers
from .ends import Array, support_ends
from .ground import Cost, Descent, Goal, landscape
from .likelihood import summed
from .observations import Observations
from .starts import apart, charts, condensed
from .tolerance import DECREMENT_NATS

# Of a larger dataset so many rows, at equal steps of weight, are searched first.
COARSE = 1000
# With more observations than this, several thetas are evaluated one after the other: their table would not fit a cache.
_LARGEST = 20_000

UNLIMITED = 10**9
"""Evaluations of a search without a limit."""


@dataclass(frozen=True, eq=False)
class Problem:
    """A goal with the coordinates to search it in: what bounds the parameters, and where to begin.

    ``coarse`` is the same for a part of a large dataset: its optimum is where the whole begins.
    """

    goal: Goal
    rough: Cost
    rooms: tuple[Room, ...]
    extremes: Extremes
    rows: Array
    family: Family
    coarse: Problem | None = None


class BudgetSpentError(ArithmeticError):
    """The search used up its evaluations."""


class Budget(Iterator[int]):
    """Numbers the evaluations of an objective, and ends the search when they are spent."""

    def __init__(self, most: int) -> None:
        """Allow ``most`` evaluations; ``used`` is how many there have been."""
        self.used, self._most = 0, most

    def __next__(self) -> int:
        """Return the number of the next evaluation."""
        if self.used == self._most:
            raise BudgetSpentError
        self.used += 1
        return self.used


def problem_of(family: Family, observations: Observations, evaluations: Iterator[int]) -> Problem:
    """Return the search for the highest likelihood of a dataset as a problem."""
    column = observations.x[:, 0]
    few, part = condensed(observations), condensed(observations, COARSE)
    extremes = (float(column.min()), float(column.max()))

    rounded = density(family, rounded=True)

    # Rounding differs little from row to row: a part of them tells how large it is.
    @lru_cache(maxsize=64)
    def noise(theta: tuple[float, ...]) -> float:
        return summed(rounded, theta, part)[1] / part.total

    def of(rows: Observations, coarse: Problem | None) -> Problem:
        goal = Goal(cross_entropy(family, rows, evaluations), noise, np.unique(few.x[:, 0]))
        rough = cross_entropy(family, few, evaluations)
        return Problem(goal, rough, rooms(family), extremes, few.x, family, coarse)

    return of(observations, of(part, None) if observations.n > 4 * COARSE else None)


def cross_entropy(family: Family, observations: Observations, evaluations: Iterator[int]) -> Cost:
    """Return minus the mean log-likelihood as a function of parameters, scalars or of shape ``(m, 1)``.

    Infinite where an observation lies outside the support. Every call takes one number from ``evaluations``.

    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> from thetahat.verify.valid_data import require_data
    >>> data = require_data(EXPONENTIAL, [1.0, 3.0])
    >>> float(cross_entropy(EXPONENTIAL, data, Budget(1))([np.float64(1.0)]))
    2.0
    """
    function, columns = density(family), observations.columns
    shares = observations.w / observations.total
    ends = support_ends(family)
    bounded = bool(family.bounds.free_symbols)
    least, most = columns[0].min(), columns[0].max()
    large = observations.n > _LARGEST

    def cost(theta: list[Any]) -> Any:
        if large and (many := max(np.size(value) for value in theta)) > 1:
            rows = np.broadcast_arrays(*theta)
            return np.array([cost([value[i, 0] for value in rows]) for i in range(many)])
        next(evaluations)
        values = function(*columns, *theta)
        mean = _averaged(values, shares)
        if bounded:
            lo, hi = ends.lo.at(theta), ends.hi.at(theta)
            inside = ((lo <= least) if ends.lo.closed else (lo < least)) & (
                (most <= hi) if ends.hi.closed else (most < hi)
            )
            mean = np.where(inside[..., 0] if np.ndim(inside) else inside, mean, -np.inf)
        return -mean

    return cost


def _averaged(values: Any, shares: Array) -> Any:
    """The weighted mean over data; a density free of them is its own mean, as the shares add up to one."""
    if not np.ndim(values):
        return values
    if values.shape[-1] != len(shares):
        return values[..., 0]
    # Not matmul: its threads cost more than they bring at this size.
    return values @ shares if values.ndim == 1 else np.einsum("mn,n", values, shares)


def solved(problem: Problem, algorithm: Algorithm, seed: int) -> Descent:
    """Return the best descent over starts, ends that may be taken, and integers.

    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> from thetahat.verify.descent import BY_LINES
    >>> from thetahat.verify.valid_data import require_data
    >>> problem = problem_of(EXPONENTIAL, require_data(EXPONENTIAL, [1.0, 3.0]), Budget(1000))
    >>> round(solved(problem, BY_LINES, 0).theta[0], 6)
    0.5
    """
    pins: tuple[Pin, ...] = (None,) * len(problem.rooms)
    integers = [j for j, room in enumerate(problem.rooms) if room.integer]
    if not integers:
        return _continuous(problem, pins, algorithm, seed)
    return over_integers(
        problem.rooms,
        problem.extremes,
        float(np.median(problem.rows[:, 0])),
        lambda held: _continuous(problem, held, algorithm, seed),
    )


def _continuous(problem: Problem, pins: tuple[Pin, ...], algorithm: Algorithm, seed: int) -> Descent:
    found = charts(problem.rooms, problem.extremes, pins, problem.rows, problem.rough, problem.goal.noise, seed)
    if not found:
        raise ExistenceError(
            f"{problem.family.name}: the likelihood is zero at every start tried, so there is nothing to improve; "
            "check that some member gives these data a positive density"
        )
    if problem.coarse is not None:
        part = _continuous(problem.coarse, pins, algorithm, seed)
        nearby = replace(found[0], start=part.theta)
        if part.status == "converged" and np.isfinite(problem.goal.cost([np.float64(value) for value in part.theta])):
            return at_ends(nearby, problem.goal, replace(algorithm, thorough=algorithm.quick))
    best = at_ends(found[0], problem.goal, algorithm)
    for chart in found[1:]:
        if best.status == "diverging" or not apart(best.theta, chart):
            continue
        land = landscape(chart, problem.goal)
        if land(algorithm.quick(land, np.zeros(len(chart.free)))) >= best.cost - DECREMENT_NATS:
            continue
        other = at_ends(chart, problem.goal, algorithm)
        if other.cost < best.cost - DECREMENT_NATS:
            best = other
    return best
