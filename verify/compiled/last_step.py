"""Takes Newton's last step from an estimate in doubles, with slopes that are summed up row by row.

An equation for one unknown, and formulas for what follows from it, are made of averages, each of them rounded before
they cancel. Here the slopes of the log-density itself are added up: of each row rounding is another, and next to
nothing of it is left in their sum.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from ..tolerance import UNIT_ROUNDOFF
from .columns import CROWDED, averages

Array = NDArray[Any]
Numbers = Sequence[float]

_CLOSE = 2.0**-30
"""Nats an observation that the first step may promise: the estimate was believed before."""
_ENOUGH = 2.0**-56
"""The same of a step after which no other is needed: what it leaves is about its square."""
_STEPS = 3
_ROUNDINGS = UNIT_ROUNDOFF / 2
"""What the terms of one row are off in the mean, relative to their size: one rounding has a root mean square of 0.58 of
the largest."""


@dataclass(frozen=True, eq=False)
class LastStep:
    """The step for one family.

    ``sums`` adds up slopes, and second derivatives, in rows up to the diagonal's right, by coordinates that are the
    logarithms of parameters where ``by_factors`` says so, and parameters else.
    """

    sums: Callable[..., Numbers]
    by_factors: tuple[bool, ...]

    def __call__(self, x: Array, *theta: float) -> Numbers:
        """Return the parameters after the step, or as they are where none leads up from there, or a long one would."""
        try:
            return self._stepped(x, theta)
        except ArithmeticError:  # powers of a parameter overflow
            return theta

    def blurred(self, x: Array, sizes: Callable[..., Numbers], *theta: float) -> Numbers:
        """Return how far rounding is likely to move each parameter; infinities where that cannot be told.

        ``sizes`` adds up what terms of slopes come to without signs, to which rounding is relative, and what those come
        to that are the same in all rows. Of others each row rounds differently, and the root of their number is left.
        """
        count = len(self.by_factors)
        averaged = averages(self.sums, x, *theta, rows=CROWDED)
        found = averages(sizes, x, *theta, rows=CROWDED)
        lost = [
            _ROUNDINGS * (of_row / len(x) ** 0.5 + 2 * alike)
            for of_row, alike in zip(found[:count], found[count:], strict=True)
        ]
        apart = [self._step([*(float(i == j) for j in range(count)), *averaged[count:]])[1] for i in range(count)]
        if any(one is None for one in apart):
            return [math.inf] * count
        steps = [sum(abs(one[i]) * part for one, part in zip(apart, lost, strict=True) if one) for i in range(count)]
        return [
            step * abs(value) if by else step for step, value, by in zip(steps, theta, self.by_factors, strict=True)
        ]

    def _stepped(self, x: Array, theta: Numbers) -> Numbers:
        found = theta
        for _ in range(_STEPS):
            slopes, step = self._step(averages(self.sums, x, *found, rows=CROWDED))
            promise = math.inf if step is None else sum(a * b for a, b in zip(slopes, step, strict=True)) / 2
            if step is None or not 0 <= promise <= _CLOSE:
                return theta
            found = tuple(map(_moved, found, step, self.by_factors))
            if promise <= _ENOUGH:
                return found
        return theta

    def _step(self, averaged: Numbers) -> tuple[Numbers, Numbers | None]:
        count = len(self.by_factors)
        slopes, curvatures = list(averaged[:count]), iter(averaged[count:])
        rows = [[-next(curvatures) for _ in range(count - place)] for place in range(count)]
        return slopes, solved(rows, slopes)


def _moved(value: float, step: float, by_factor: bool) -> float:
    return value + value * math.expm1(step) if by_factor else value + step


def solved(rows: list[list[float]], right: list[float]) -> list[float] | None:
    """Return the solution of equations that are symmetric and positive definite; ``None`` where they are not.

    ``rows`` hold the coefficients from the diagonal on. By elimination (Golub & Van Loan 2013, *Matrix Computations*,
    section 4.2.9).

    >>> solved([[2.0, 1.0], [1.0]], [3.0, 2.0]), solved([[1.0, 2.0], [1.0]], [1.0, 1.0]) is None
    ([1.0, 1.0], True)
    """
    count = len(right)
    rows, right = [list(row) for row in rows], list(right)
    for i in range(count):
        if not 0 < rows[i][0] < math.inf:
            return None
        for j in range(i + 1, count):
            share = rows[i][j - i] / rows[i][0]
            rows[j] = [a - share * b for a, b in zip(rows[j], rows[i][j - i :], strict=True)]
            right[j] -= share * right[i]
    for i in reversed(range(count)):
        right[i] = (right[i] - sum(a * b for a, b in zip(rows[i][1:], right[i + 1 :], strict=True))) / rows[i][0]
    return right
