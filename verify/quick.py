"""Estimates in a few passes and a few operations on floats, for ordinary data; of any other it says nothing.

It has no answer, and no error either, where a condition fails or is close, where the rows are few enough to be
evaluated in balls, or where the data are of unusual size or spread: the careful path has the last word on all of these.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .ends import Reach
from .passes import Pass, Reader
from .scalars import Scalars
from .statistics import midpoint
from .tabulated import Tabulated
from .tolerance import CLEAR_SPREAD, EXAMINED_ROWS, FAR, JOINED_ROWS, ORDINARY

Array = NDArray[Any]
Solver = Callable[[Array, Sequence[float]], list[float] | None]
"""From the data, and the numbers known of them, to the unknowns of equations."""

_EXACT = 2.0**53
"""Below it in size every integer is a double."""


@dataclass(frozen=True, eq=False)
class Step:
    """What follows from the numbers so far: more numbers, then averages of the rows."""

    scalars: Scalars | None
    averages: Pass | None


@dataclass(frozen=True, eq=False)
class Root:
    """An equation ``table(unknown) = target``: ``target`` gives that number, and the sum of its terms' moduli."""

    table: Tabulated
    target: Scalars

    def __call__(self, x: Array, known: Sequence[float]) -> list[float] | None:
        """Return the unknown."""
        found = self.table.root(*self.target(*known))
        return None if found is None else [found]


@dataclass(frozen=True, eq=False)
class Estimator:
    """A derivation compiled for ordinary data.

    ``before`` leads to what ``clear`` and ``solve`` need, ``after`` from the unknowns to what ``estimate`` needs.
    All numbers in ``clear`` have to be positive. Formulas lose no digits where all in ``digits`` are, too, if there is
    that; ``sums_alone`` says that the rows enter through their sum and their ends alone.
    """

    names: tuple[str, ...]
    reach: Reach
    levels: tuple[float, ...]
    functions: Callable[..., Sequence[Array]] | None
    before: tuple[Step, ...]
    clear: Scalars
    solve: Solver | None
    after: tuple[Step, ...]
    estimate: Scalars
    inside: Callable[[Sequence[float]], bool]
    digits: Scalars | None
    sums_alone: bool

    def __call__(self, x: Array) -> dict[str, float] | None:
        """Return the estimate by name, in declared order, or ``None`` where it is for the careful path to say.

        ``x`` has shape ``(n,)`` and holds doubles, or integers.
        """
        least, most = float(np.minimum.reduce(x)), float(np.maximum.reduce(x))
        if not (self.reach.spans((least, most)) and self._suits(x, least, most)):
            return None
        if not self.sums_alone:
            x = x.astype(np.float64, copy=False)
        theta = self._theta(x, least, most)
        return None if theta is None else dict(zip(self.names, theta, strict=True))

    def near(self, x: Array) -> list[float] | None:
        """Return the estimate without asking whether doubles suffice for it; ``None`` where they clearly do not."""
        least, most = float(np.minimum.reduce(x)), float(np.maximum.reduce(x))
        return self._theta(x, least, most) if most - least > CLEAR_SPREAD * max(-least, most) else None

    def _suits(self, x: Array, least: float, most: float) -> bool:
        """Whether doubles are known to suffice, or the rows too many for the careful path to take anything better."""
        size, n = max(-least, most), len(x)
        if not 1 / FAR <= size <= FAR:
            return False
        whole = x.dtype != np.float64
        if self.reach.discrete or whole:
            if not n * size < _EXACT or not (whole or bool((x == np.rint(x)).all())):
                return False
            if self.sums_alone and self.digits is not None:
                return True  # sums of whole numbers are exact
        if n <= EXAMINED_ROWS:
            return False
        if self.solve is None and self.digits is not None:
            return True
        enough = _is_ordinary(least, most) if self.solve is None else most - least > CLEAR_SPREAD * size
        return enough and not (n <= JOINED_ROWS and _are_few(x))

    def _theta(self, x: Array, least: float, most: float) -> list[float] | None:
        """The estimate, if the data clearly have one and it lies in the parameter space."""
        try:
            theta = self._computed(x, least, most)
        except (ArithmeticError, ValueError):
            return None
        return theta if theta is not None and self.inside(theta) else None

    def _computed(self, x: Array, least: float, most: float) -> list[float] | None:
        reader = Reader(x, self.functions)
        known = [least, most, max(-least, most)]
        for level in self.levels:
            known.append(midpoint(x, level * len(x)))
        _run(self.before, reader, known)
        checks = self.clear(*known)
        if self.digits is not None and not _is_ordinary(least, most):
            checks += self.digits(*known)
        if not all(value > 0 for value in checks):
            return None
        if self.solve is not None:
            found = self.solve(x, known)
            if found is None:
                return None
            known += found
        _run(self.after, reader, known)
        return self.estimate(*known)


def _run(steps: Sequence[Step], reader: Reader, known: list[float]) -> None:
    for step in steps:
        if step.scalars is not None:
            known += step.scalars(*known)
        if step.averages is not None:
            known += reader.averages(step.averages, known)


def _is_ordinary(least: float, most: float) -> bool:
    """Whether data are neither large nor small nor close together, so that formulas are not examined."""
    size = max(-least, most)
    return 1 / ORDINARY <= size <= ORDINARY and most - least >= size / ORDINARY


def _are_few(x: Array) -> bool:
    """Whether so few of more rows are different ones that they are evaluated in balls; mostly the first ones tell."""
    most = EXAMINED_ROWS
    return len(set(x[: most + 1].tolist())) <= most and len(set(x.tolist())) <= most
