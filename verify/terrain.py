"""What is climbed in balls: a mean log-likelihood with its slopes and curvature, enclosed at any point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from flint import arb, ctx
from sympy import Expr, Symbol

from ..proofs.algebra.derivatives import derivative
from ..proofs.algebra.kinks import without_still_kinks
from ..proofs.ball_data import Table
from ..proofs.ball_sums import Sums, row_sums
from .exact import Exactly, in_plain_functions

Balls = list[arb]


@dataclass(frozen=True, eq=False)
class Place:
    """The objective at one point: its value, its gradient, and the rows of minus its Hessian, all enclosed."""

    point: Balls
    value: arb
    gradient: Balls
    curvature: list[Balls]

    @property
    def finite(self) -> bool:
        """Whether everything is."""
        entries = (self.value, *self.gradient, *(entry for row in self.curvature for entry in row))
        return all(entry.is_finite() for entry in entries)


@dataclass(frozen=True)
class Objective:
    """What is maximised: a plain expression in coordinates, in statistics or data, and in numbers taken as exact.

    Where ``averaged`` it is a function of ``statistics``, plain expressions in data atoms; else it is averaged over
    the rows of ``columns``. ``limited`` are the places of coordinates in which a step is never longer than five: those
    that are logarithms.
    """

    value: Expr
    coordinates: tuple[Symbol, ...]
    columns: tuple[Symbol, ...]
    averaged: bool
    statistics: Mapping[Symbol, Expr]
    numbers: Mapping[Symbol, float]
    limited: tuple[int, ...]


class Ground(Protocol):
    """What is climbed: a place for every point, and the coordinates in which steps are limited."""

    limited: tuple[int, ...]

    def height(self, point: Sequence[arb]) -> arb:
        """Return the value at ``point`` alone."""

    def __call__(self, point: Sequence[arb]) -> Place:
        """Return what is known at ``point``."""


class Terrain:
    """An objective for one dataset, at whatever precision is worked with.

    Of the table no more than averages is asked where the objective is one of statistics.

    >>> u, x = Symbol("u", real=True), Symbol("x", real=True)
    >>> bowl = Objective(-((u - x) ** 2), (u,), (x,), False, {}, {}, ())
    >>> place = Terrain(bowl, Table((x,), [(arb(1),), (arb(3),)], None))([arb(3)])
    >>> place.gradient[0] == -2, place.curvature[0][0] == 2
    (True, True)
    """

    def __init__(self, objective: Objective, table: Table) -> None:
        """Compile the derivatives."""
        names = (*objective.coordinates, *objective.statistics, *objective.numbers)
        self._size, self._objective, self.limited = len(objective.coordinates), objective, objective.limited
        self._exactly = Exactly(table)
        columns = () if objective.averaged else objective.columns
        self._table = Table((), [()], None) if objective.averaged else table
        expressions = _derivatives(objective.value, objective.coordinates, objective.columns)
        self._function, self._value = row_sums(expressions, columns, names), row_sums(expressions[:1], columns, names)
        self._known: dict[int, Balls] = {}

    def height(self, point: Sequence[arb]) -> arb:
        """Return the value at ``point`` alone."""
        return self._means(self._value, point)[0]

    def __call__(self, point: Sequence[arb]) -> Place:
        """Return what balls enclose at ``point``."""
        size = self._size
        means = self._means(self._function, point)
        rows = [[-entry for entry in means[1 + size + i * size :][:size]] for i in range(size)]
        return Place(list(point), means[0], means[1 : 1 + size], rows)

    def _means(self, sums: Sums, point: Sequence[arb]) -> Balls:
        """Weighted averages over the rows of all that is summed up."""
        total = self._table.total()
        return [s / total for s in sums(self._table.rows, self._table.weights, *point, *self._values())]

    def _values(self) -> Balls:
        """Statistics and numbers at the working precision, each computed once."""
        if ctx.prec not in self._known:
            statistics = [self._exactly.ball(definition, {}) for definition in self._objective.statistics.values()]
            self._known[ctx.prec] = [*statistics, *map(arb, self._objective.numbers.values())]
        return self._known[ctx.prec]


@lru_cache(maxsize=512)
def _derivatives(value: Expr, coordinates: tuple[Symbol, ...], data: tuple[Symbol, ...]) -> tuple[Expr, ...]:
    """The value in plain functions, its first derivatives, and its second ones row by row."""
    value = in_plain_functions(value)
    first = tuple(derivative(value, u) for u in coordinates)
    return (value, *first, *(without_still_kinks(derivative(e, u), data) for e in first for u in coordinates))
