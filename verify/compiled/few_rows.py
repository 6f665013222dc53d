"""Estimates of few rows by formulas that are rational in averages and ordered rows, or square roots of such numbers.

They are computed in whole fractions and rounded once. Balls say the same to the last digit, but need SymPy and
python-flint, whose import takes a thousand times as long.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..tolerance import EXAMINED_ROWS
from .reach import Reach
from .rows import ends_of

Array = NDArray[Any]
Node = tuple[Any, ...]
"""A number to compute: the name of a step, and what it is made of."""

_EXACT = 2.0**53
_DIGITS = 70
"""Binary digits of a root before it is rounded: more than those of a double and of what lies half-way between two."""
_LEAST = float(np.finfo(np.float64).tiny)
"""Below it doubles have fewer digits, and what is refused is said elsewhere."""


@dataclass(frozen=True)
class Formula:
    """How a parameter is computed: ``node`` gives its value or, of a ``root``, its square; the doubles of its space."""

    name: str
    node: Node
    root: bool
    least: float
    most: float


@dataclass(frozen=True, eq=False)
class FewRows:
    """The formulas of a derivation for up to 64 rows.

    ``conditions`` have to be positive for a maximiser to exist, ``ordered`` names pairs of parameters of which the
    first lies below the second.

    >>> rate = Formula("lambda", ("power", ("mean", ("row",)), -1), False, 5e-324, 1e308)
    >>> FewRows(Reach(0.0, math.inf, True, False, False), (), (rate,), ())(np.array([1.0, 2.0, 6.0]))
    {'lambda': 0.3333333333333333}
    """

    reach: Reach
    conditions: tuple[Node, ...]
    formulas: tuple[Formula, ...]
    ordered: tuple[tuple[str, str], ...]

    def __call__(self, x: Array) -> dict[str, float] | None:
        """Return the estimate by name, in declared order, or ``None`` where it is for the careful path to say."""
        if len(x) > EXAMINED_ROWS or not self._takes(x):
            return None
        rows = _Rows(sorted(map(Fraction, x.tolist())))
        try:
            if not all(rows.value(condition) > 0 for condition in self.conditions):
                return None
            theta = {formula.name: _estimate(formula, rows) for formula in self.formulas}
        except ZeroDivisionError:
            return None
        found = {name: value for name, value in theta.items() if value is not None}
        if len(found) < len(theta) or not all(found[low] < found[high] for low, high in self.ordered):
            return None
        return found

    def _takes(self, x: Array) -> bool:
        least, most = ends_of(x)
        whole = x.dtype.kind != "f"
        if whole and not max(-least, most) < _EXACT:
            return False
        return self.reach.spans(least, most) and (not self.reach.discrete or whole or bool((x == np.rint(x)).all()))


class _Rows:
    """Numbers made of rows in increasing order; averages are taken once."""

    def __init__(self, rows: Sequence[Fraction]) -> None:
        self._rows = rows
        self._found: dict[Node, Fraction] = {}

    def value(self, node: Node, row: Fraction | None = None) -> Fraction:
        """The number that a node stands for, inside an average at one ``row``."""
        step, *parts = node
        if step == "row":
            assert row is not None, "a row by itself stands in an average"
            return row
        if step == "number":
            return Fraction(*parts)
        if step in ("mean", "place"):
            if node not in self._found:
                self._found[node] = self._mean(parts[0]) if step == "mean" else self._place(Fraction(*parts))
            return self._found[node]
        values = [self.value(part, row) for part in (parts[:1] if step == "power" else parts)]
        if step == "sum":
            return sum(values, Fraction(0))
        if step == "product":
            return math.prod(values, start=Fraction(1))
        return abs(values[0]) if step == "modulus" else Fraction(values[0] ** parts[1])

    def _mean(self, of_row: Node) -> Fraction:
        return sum((self.value(of_row, row) for row in self._rows), Fraction(0)) / len(self._rows)

    def _place(self, level: Fraction) -> Fraction:
        """The middle between the first row with that share of rows up to it, and the first with more."""
        last, target = len(self._rows) - 1, level * len(self._rows)
        return (self._rows[max(math.ceil(target) - 1, 0)] + self._rows[min(math.floor(target), last)]) / 2


def _estimate(formula: Formula, rows: _Rows) -> float | None:
    value = rows.value(formula.node)
    # Balls hold the middle of two rows exactly, and round it to the even one where two doubles are as near.
    rounded = nearest_root(value) if formula.root else nearest(value, even=formula.node[0] == "place")
    return rounded if rounded is not None and formula.least <= rounded <= formula.most else None


def nearest(value: Fraction, even: bool = False) -> float | None:
    """Return the double nearest to a number; ``None`` where it is next to nothing, or overflows, or two are as near.

    With ``even`` the even one of two is returned.

    >>> nearest(Fraction(1, 3)), nearest(Fraction(2**53 + 1)), nearest(Fraction(2**53 + 1), even=True)
    (0.3333333333333333, None, 9007199254740992.0)
    """
    try:
        found = value.numerator / value.denominator
    except OverflowError:
        return None
    exact = Fraction(found)
    off = 2 * abs(value - exact)
    ties = off and any(off == abs(Fraction(math.nextafter(found, side)) - exact) for side in (-math.inf, math.inf))
    return None if (ties and not even) or 0 < abs(value) < _LEAST else found


def nearest_root(square: Fraction) -> float | None:
    """Return the double nearest to the root of a number that is not negative; ``None`` in the same cases.

    >>> nearest_root(Fraction(9, 4)), nearest_root(Fraction(2)) == math.sqrt(2.0)
    (1.5, True)
    """
    p, q = square.numerator, square.denominator
    if p < 0:
        return None
    places = max(_DIGITS - (p.bit_length() - q.bit_length()) // 2, 0)
    below = math.isqrt((p << 2 * places) // q)
    # What is left beyond the last digit of the root decides at most that it lies between this and the next.
    beyond = below * below * q != p << 2 * places
    return nearest(Fraction(2 * below + beyond, 2 << places))
