"""Solves an equation of which the unknown stands inside averages: every look at it is a pass over the rows.

Of counts the passes are over the values that occur. What is found is believed where the equation changes its sign
there by more than rounding does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Add, Expr, Symbol

from ..proofs.derivation import Derivation
from ..proofs.errors import UnsolvedError
from .lowering import Lowering, NotLoweredError
from .passes import averages, code_of, total
from .scalars import Scalars, scalars
from .solving import Line, bracketed_root, sign_changes
from .tolerance import JOINED_ROWS, ROOT_MARGIN, ROOT_SHARE, TERM_ULPS, UNIT_ROUNDOFF

Array = NDArray[Any]

_NEAR = 4.0
"""Coordinate up to which a root is looked for where the equation becomes smaller; beyond it may only fade out."""
_ENOUGH = 1e-11
"""Relative width of a bracket at which many rows are looked at no more: the last step shrinks it by far more."""
_SPARSE = 16
"""How many times as many values as rows there may be between counts for each value to get a place."""


@dataclass(frozen=True, eq=False)
class RowEquation:
    """An equation in averages of functions of the rows and the unknown.

    ``rows`` gives these functions, ``value`` the equation from the unknown, their averages and numbers that are known,
    and with it the sum of the moduli of its terms. ``counted`` says that rows are whole numbers.
    """

    rows: Callable[..., Sequence[Array]]
    value: Scalars
    line: Line
    counted: bool

    def __call__(self, x: Array, *known: float) -> tuple[float] | None:
        """Return the unknown, ``None`` where no change of sign is found, or none that is clear.

        The last three numbers known are the ends of the data and the larger of their moduli.
        """
        averaged = self._averaged(x, known)

        @cache
        def looked_at(unknown: float) -> list[float]:
            return self.value(unknown, *averaged(unknown), *known)

        def residual(unknown: float) -> float:
            return looked_at(unknown)[0]

        width = {} if len(x) <= JOINED_ROWS else {"relative": _ENOUGH}
        for bracket in _brackets(residual, self.line):
            with suppress(UnsolvedError):
                root = bracketed_root(residual, *bracket, **width)
                noise = ROOT_MARGIN * TERM_ULPS * UNIT_ROUNDOFF * looked_at(root)[1]
                below, above = (residual(root * (1 + share)) for share in (-ROOT_SHARE, ROOT_SHARE))
                if below * above < 0 and min(abs(below), abs(above)) > noise:
                    return (root,)
        return None

    def _averaged(self, x: Array, known: Sequence[float]) -> Callable[[float], list[float]]:
        """From the unknown to the averages of what holds it."""
        counts = _counts(x, *known[-3:-1]) if self.counted else None
        if counts is None:
            return lambda unknown: averages(self._sums, x, unknown, *known)
        values, shares = counts
        return lambda unknown: [float(column @ shares) for column in self.rows(values, unknown, *known)]

    def _sums(self, x: Array, unknown: float, *known: float) -> list[float]:
        return [total(column) for column in self.rows(x, unknown, *known)]


def _brackets(residual: Callable[[float], float], line: Line) -> Iterator[tuple[float, float]]:
    """Where to look for the root: the way down first, which may lead to where the equation fades out.

    >>> next(_brackets(lambda k: 3.0 - k, Line(0.0, np.inf)))
    (1.6487212707001282, 4.4816890703380645)
    """
    first = _downhill(residual, line)
    if first is not None:
        yield first
    yield from islice(sign_changes(residual, line), 1)


def _downhill(residual: Callable[[float], float], line: Line) -> tuple[float, float] | None:
    """A bracket in the direction in which the equation becomes smaller, from the middle on in growing steps."""
    u, step = 0.0, 0.5
    value, beside = residual(line.value(u)), residual(line.value(step))
    if value * beside > 0 and not abs(beside) < abs(value):
        step, beside = -step, residual(line.value(-step))
    while value * beside > 0 and abs(beside) < abs(value) and abs(u + step) < _NEAR:
        u, value, step = u + step, beside, 2 * step
        beside = residual(line.value(u + step))
    if not value * beside < 0:
        return None
    low, high = sorted((line.value(u), line.value(u + step)))
    return low, high


def _counts(x: Array, least: float, most: float) -> tuple[Array, Array] | None:
    """The values that occur and the share of each, ``None`` for counts that are far apart, or below zero."""
    if least < 0 or most > _SPARSE * len(x):
        return None
    counted = np.bincount(x.astype(np.intp))
    values = np.flatnonzero(counted)
    return values.astype(np.float64), counted[values] / len(x)


def row_equation(derivation: Derivation, lowering: Lowering) -> tuple[RowEquation, list[Expr]]:
    """Return what solves the only equation of a derivation, and the numbers that it has to be given.

    >>> from thetahat import derive, family
    >>> gompertz = derive(family("gompertz"))
    >>> equation, needs = row_equation(gompertz, Lowering(gompertz.family.observation, {
    ...     s.symbol: s.definition for s in gompertz.statistics}))
    >>> len(needs), round(equation(np.array([0.5, 1.0, 1.2]), 0.9, 0.5, 1.2, 1.2)[0], 3)
    (4, 4.304)

    Raises
    ------
    NotLoweredError
        Where averages stand inside averages, or quantiles in the equation.
    """
    family, unknown = derivation.family, derivation.unknowns[0]
    inner = Lowering(lowering.data, {s.symbol: s.definition for s in derivation.statistics})
    inner.given(unknown)
    equation = inner.number(derivation.equations[0])
    stages = inner.stages()
    if len(stages) != 1 or stages[0].scalars or inner.quantiles or inner.wide:
        raise NotLoweredError("averages in the equation need other averages")
    moving = [(symbol, e) for symbol, e in stages[0].averages if unknown in e.free_symbols]
    still = [(symbol, e) for symbol, e in stages[0].averages if unknown not in e.free_symbols]
    if not moving:
        raise NotLoweredError("the unknown stands in no average")
    known: list[Symbol] = [*(symbol for symbol, _ in still), inner.least, inner.most, inner.size]
    needs = [*(lowering.average(e) for _, e in still), lowering.least, lowering.most, lowering.size]
    size = Add(*(abs(term) for term in Add.make_args(equation)))
    ends = family.domain[unknown]
    solver = RowEquation(
        code_of([e for _, e in moving], [lowering.data, unknown, *known]),
        scalars([equation, size], [unknown, *(symbol for symbol, _ in moving), *known]),
        Line(float(ends.lo), float(ends.hi)),
        family.bounds.discrete,
    )
    return solver, needs
