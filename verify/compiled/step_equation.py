"""Solves an equation in sums over the steps of counts from one whole number to the next: a step at a time is simple.

The rows are read once, into a table of how many lie above each whole number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..line import Line
from .looking import searched, stepped
from .numbers import Scalars

Array = NDArray[Any]

_SPARSE = 16
"""How many times as many values as rows there may be between counts for each value to get a place."""


@dataclass(frozen=True, eq=False)
class StepEquation:
    """An equation in sums over whole numbers from ``first`` on, each weighted by the share of rows above it.

    ``steps`` gives what is summed, and its slopes by the unknown, from the whole numbers and the unknown; ``value``,
    from the unknown, these sums and numbers that are known, the equation and the sum of the moduli of its terms, and
    the same two of its slope.
    """

    steps: Callable[..., Sequence[Array]]
    value: Scalars
    line: Line
    first: int

    def __call__(self, x: Array, *known: float) -> tuple[float] | None:
        """Return the unknown, ``None`` where no change of sign is found, or none that is clear."""
        j, shares = steps_and_shares(x, self.first)

        def looked_at(unknown: float) -> list[float]:
            return self.value(unknown, *[float(column.dot(shares)) for column in self.steps(j, unknown)], *known)

        return stepped(looked_at, self.line) or searched(lambda unknown: looked_at(unknown)[:2], self.line)


def are_close(x: Array, least: float, most: float) -> bool:
    """Return whether each whole number up to the largest row can have a place, and none is below zero.

    >>> are_close(np.array([1.0, 7.0]), 1.0, 7.0), are_close(np.array([1.0, 7e6]), 1.0, 7e6)
    (True, False)
    """
    return least >= 0 and most <= _SPARSE * len(x)


def steps_and_shares(x: Array, first: int) -> tuple[Array, Array]:
    """Return the whole numbers from the first to below the largest count, and the share of counts above each.

    >>> [column.tolist() for column in steps_and_shares(np.array([3.0, 1.0, 1.0, 3.0]), 0)]
    [[0.0, 1.0, 2.0], [1.0, 0.5, 0.5]]
    """
    above = np.bincount(x.astype(np.intp))[:first:-1].cumsum()[::-1]
    return np.arange(float(first), first + len(above)), above / len(x)
