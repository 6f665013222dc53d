"""Value, gradient and Hessian of what is climbed, in doubles, and what their rounding may cost."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
from sympy import Expr, Symbol

from .climb_plan import CENTRE, Array, Climb, about_the_centre, derivatives, magnitudes
from .density import compiled_together
from .newton import Answer, Maximum, curvature_units
from .observations import Observations
from .statistics import exact_averages, weighted_averages
from .tolerance import TERM_ULPS, UNIT_ROUNDOFF

_TOGETHER = 512
"""Rows up to which several points are computed at once."""


class DoubleObjective:
    """Value, gradient and Hessian of the mean log-likelihood for one dataset."""

    def __init__(
        self, plan: Climb, observations: Observations, numbers: Mapping[Symbol, float], data: tuple[Symbol, ...]
    ) -> None:
        """Compile what the plan holds; SymPy is asked once for each family."""
        about = about_the_centre(plan, data[0])
        moved = observations.columns[0] - numbers[CENTRE] if about is not None else None
        if about is not None and moved is not None and np.isfinite(moved).all():
            plan, self._columns = about, (moved, *observations.columns[1:])
        else:
            self._columns = observations.columns
        self._plan = plan
        self._observations = observations
        # Powers of Python's own floats raise where they overflow; those of NumPy's are infinite, as in the columns.
        self._numbers = [np.float64(numbers[name]) for name in plan.names]
        self._data = () if plan.averaged else data
        self._arguments = (*self._data, *plan.coordinates, *plan.names)

    def height(self, u: Sequence[float] | Array) -> float:
        """Return the mean log-likelihood."""
        return self._numbers_at((self._plan.value,), u)[0]

    def __call__(self, u: Array) -> Answer:
        """Return value, gradient and Hessian."""
        return self.at([u])[0]

    def at(self, points: Sequence[Array]) -> list[Answer]:
        """Return value, gradient and Hessian at each of several points."""
        first, second = derivatives(self._plan)
        expressions, size = (self._plan.value, *first, *second), len(first)
        if len(points) > 1 and self._observations.n <= _TOGETHER:
            found = self._numbers_together(expressions, points)
        else:
            found = [self._numbers_at(expressions, u) for u in points]
        pairs = list(itertools.combinations_with_replacement(range(size), 2))
        answers = []
        for value, *slopes in found:
            hessian = np.empty((size, size))
            for bend, (i, j) in zip(slopes[size:], pairs, strict=True):
                hessian[i, j] = hessian[j, i] = bend
            answers.append((value, np.array(slopes[:size]), hessian))
        return answers

    def rounding(self, found: Maximum) -> float:
        """Return how many nats an observation the rounding of the gradient may cost, to first order."""
        noise = UNIT_ROUNDOFF * TERM_ULPS * np.array(self._numbers_at(magnitudes(self._plan), found.point))
        hessian = self(found.point)[2] if found.hessian is None else found.hessian
        if not np.isfinite(noise).all() or not np.isfinite(hessian).all():
            return math.inf
        units = curvature_units(hessian)
        noise /= units
        return float(noise @ np.abs(np.linalg.pinv(hessian / np.outer(units, units))) @ noise) / 2

    def _numbers_at(self, expressions: tuple[Expr, ...], u: Sequence[float] | Array) -> list[float]:
        code = compiled_together(expressions, self._arguments)
        place = (*(np.float64(one) for one in u), *self._numbers)
        if self._plan.averaged:
            return [float(value) for value in code(*place)]
        columns = self._columns
        return weighted_averages(
            lambda rows: tuple(code(*(column[rows] for column in columns), *place)), self._observations
        )

    def _numbers_together(self, expressions: tuple[Expr, ...], points: Sequence[Array]) -> list[list[float]]:
        """The same at several points: one call for all of them, which for few rows takes little longer than for one."""
        code, count, n = compiled_together(expressions, self._arguments), len(points), self._observations.n
        place = (*np.array(points).T[:, :, None], *self._numbers)
        if self._plan.averaged:
            values = [np.broadcast_to(one, (count, 1)) for one in code(*place)]
            return [[float(one[i, 0]) for one in values] for i in range(count)]
        table = np.array([np.broadcast_to(one, (count, n)) for one in code(*self._columns, *place)], dtype=np.float64)
        return exact_averages(table.swapaxes(0, 1), self._observations.weights)
