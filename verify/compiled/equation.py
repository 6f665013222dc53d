"""Solves an equation of which the unknown stands inside averages: every look at it is a pass over the rows.

Of counts the passes are over the values that occur.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..line import Line
from .columns import averages
from .looking import searched
from .numbers import Scalars
from .row_totals import total
from .step_equation import StepEquation, are_close

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class RowEquation:
    """An equation in averages of functions of the rows and the unknown.

    ``rows`` gives these functions, ``value`` the equation from the unknown, their averages and numbers that are known,
    and with it the sum of the moduli of its terms. ``counted`` says that rows are whole numbers. ``by_steps`` solves
    the same one by sums over the steps of counts from one whole number to the next.
    """

    rows: Callable[..., Sequence[Array]]
    value: Scalars
    line: Line
    counted: bool
    by_steps: StepEquation | None = None

    def __call__(self, x: Array, *known: float) -> tuple[float] | None:
        """Return the unknown, ``None`` where no change of sign is found, or none that is clear.

        The last three numbers known are the ends of the data and the larger of their moduli.
        """
        if self.by_steps is not None and are_close(x, *known[-3:-1]):
            return self.by_steps(x, *known)
        averaged = self._averaged(x, known)
        return searched(lambda unknown: self.value(unknown, *averaged(unknown), *known), self.line)

    def _averaged(self, x: Array, known: Sequence[float]) -> Callable[[float], list[float]]:
        """From the unknown to the averages of what holds it."""
        if not (self.counted and are_close(x, *known[-3:-1])):
            return lambda unknown: averages(self._sums, x, unknown, *known)
        values, shares = values_and_shares(x)
        return lambda unknown: [float(column.dot(shares)) for column in self.rows(values, unknown, *known)]

    def _sums(self, x: Array, unknown: float, *known: float) -> list[float]:
        return [total(column) for column in self.rows(x, unknown, *known)]


def values_and_shares(x: Array) -> tuple[Array, Array]:
    """Return the counts that occur and the share of each.

    >>> [column.tolist() for column in values_and_shares(np.array([4.0, 1.0, 1.0, 4.0]))]
    [[1.0, 4.0], [0.5, 0.5]]
    """
    counted = np.bincount(x.astype(np.intp))
    values = np.flatnonzero(counted)
    return values.astype(np.float64), counted[values] / len(x)
