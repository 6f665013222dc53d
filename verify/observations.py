"""A dataset that is known to be one: its rows, weights, exact forms, and equal rows joined."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray

from ..strategies.kept import kept
from ..strategies.samples import Sample
from .ends import Array

_SHORT = 256
"""Observations up to which a look whether any two are equal costs next to nothing."""


@dataclass(frozen=True, eq=False)
class Observations:
    """A valid dataset: ``rows`` of shape ``(n, columns)``, ``weights`` of shape ``(n,)``, every one positive.

    Rows are doubles, or integers that doubles hold. ``None`` stands for weights that are all one.
    """

    rows: NDArray[Any]
    weights: Array | None
    n: int

    @kept
    def x(self) -> Array:
        """The rows as doubles, shape ``(n, columns)``."""
        if self.rows.dtype == np.float64:
            return self.rows
        x = self.columns[0].reshape(-1, 1) if self.rows.shape[1] == 1 else self.rows.astype(np.float64)
        x.flags.writeable = False
        return x

    @kept
    def w(self) -> Array:
        """The weights, shape ``(n,)``."""
        if self.weights is not None:
            return self.weights
        ones = np.ones(self.n)
        ones.flags.writeable = False
        return ones

    @kept
    def total(self) -> float:
        """The sum of the weights."""
        return float(self.n) if self.weights is None else float(self.weights.sum())

    @property
    def columns(self) -> tuple[Array, ...]:
        """The observation's column, then one for each covariate."""
        return self.sample.columns

    @kept
    def means(self) -> tuple[float, ...]:
        """The average of each column, rows taken as equally heavy."""
        return tuple(float(column.sum()) / self.n for column in self.columns)

    @kept
    def sample(self) -> Sample:
        """The same data, as conditions on data are decided on."""
        rows = self.rows
        return Sample((rows[:, 0],) if rows.shape[1] == 1 else tuple(rows.T), self.weights)

    def distinct(self) -> Observations:
        """Return the dataset with equal rows joined and their weights added, rows in increasing order.

        >>> Observations(np.array([[2.0], [1.0], [2.0]]), np.ones(3), 3).distinct().w
        array([1., 2.])
        """
        return self._joined

    @kept
    def balls(self) -> tuple[list[tuple[arb, ...]], list[arb] | None]:
        """The distinct rows, exactly, and the exact sum of the weights of each; ``None`` where all are one.

        >>> Observations(np.array([[2.0], [2.0]]), np.array([0.5, 0.25]), 2).balls
        ([(2.00000000000000,)], [0.750000000000000])
        """
        if self.n <= _SHORT and self.rows.shape[1] == 1 and self.weights is None:
            (values,) = self.sample.lists
            if len(set(values)) == self.n:
                return list(zip(map(arb, values), strict=True)), None
            counts = Counter(values)
            return list(zip(map(arb, counts), strict=True)), list(map(arb, counts.values()))
        columns, weights = self.sample.distinct
        rows = list(zip(*(map(arb, column.tolist()) for column in columns), strict=True))
        return rows, None if all(w == 1 for w in weights) else [_exact_ball(w) for w in weights]

    @kept
    def _joined(self) -> Observations:
        if self.rows.shape[1] == 1 and self.weights is None:
            (column,), counts = self.sample.distinct
            joined = None if len(column) == self.n else np.array(counts, dtype=np.float64)
            return Observations(column.reshape(-1, 1), joined, len(column))
        if self.rows.shape[1] == 1:
            column, position = np.unique(self.x[:, 0], return_inverse=True)
            values: Array = column.reshape(-1, 1)
        else:
            rows, position = np.unique(self.x, axis=0, return_inverse=True)
            values = np.asarray(rows, dtype=np.float64)
        if len(values) == self.n:
            order = np.argsort(position.reshape(-1))
            return Observations(values, self.w[order], self.n)
        weights = np.bincount(np.asarray(position, dtype=np.intp).reshape(-1), weights=self.w).astype(
            np.float64, copy=False
        )
        return Observations(values, weights, len(values))


def _exact_ball(weight: Any) -> arb:
    """The ball of a whole number or of a sum of doubles, whose denominator is a power of two."""
    if not isinstance(weight, fmpq):
        return arb(weight)
    return arb((int(weight.p), 1 - int(weight.q).bit_length()))


def tallied(observations: Observations) -> Observations:
    """Return long data of whole numbers with equal values joined, where that is quicker than one pass over them.

    >>> tallied(Observations(np.repeat([[0.0], [2.0]], 5000, axis=0), None, 10_000)).w
    array([5000., 5000.])
    """
    return observations.distinct() if observations.sample.counted is not None else observations
