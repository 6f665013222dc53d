"""Supports whose ends other columns of the same row set, as ``0 < x < t``: where in it the first column is placed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from hypothesis import reject
from sympy import Expr, S, lambdify, oo

from ..proofs.bounds import Bounds
from ..proofs.family import Family
from .placing import Doubles

# How many doubles the placed value keeps away from an end that is computed, so that rounding never leads outside.
_AWAY = 4


@dataclass(frozen=True)
class RowEnds:
    """Both ends as functions of the other columns, of shape ``(n,)`` each; ``bounds`` says which are infinite."""

    bounds: Bounds
    lo: Callable[..., Any]
    hi: Callable[..., Any]

    @property
    def standard(self) -> Bounds:
        """Where the first column is drawn: a share of the way from one end to the other, or a distance from one."""
        ends = self.bounds
        if ends.lo is -oo:
            return Bounds(-oo, S.Zero, False, ends.hi_closed, False)
        return Bounds(S.Zero, oo if ends.hi is oo else S.One, ends.lo_closed, ends.hi_closed, False)

    def placed(self, rows: Doubles) -> Doubles:
        """Return rows with the first column between its ends; a row that leaves it no place repeats another one."""
        if len(empty := np.flatnonzero(~self._has_room(rows))):
            held = np.setdiff1d(np.arange(len(rows)), empty)
            if not len(held):
                reject()
            rows = rows.copy()
            rows[empty] = rows[held[0]]
        low, high = self._inner(rows)
        start = rows[:, 0]
        if self.bounds.lo is -oo:
            found = high + start
        elif self.bounds.hi is oo:
            found = low + start
        else:
            found = low + np.clip(start, 0.0, 1.0) * (high - low)
        found = np.floor(found) if self.bounds.discrete else found
        return np.column_stack([np.minimum(np.maximum(found, low), high), rows[:, 1:]])

    def _has_room(self, rows: Doubles) -> Any:
        low, high = self._inner(rows)
        return low <= high

    def _inner(self, rows: Doubles) -> tuple[Doubles, Doubles]:
        """The outermost values inside, for every row."""
        ends, others = self.bounds, rows[:, 1:].T
        low, high = (np.broadcast_to(np.asarray(end(*others), float), len(rows)) for end in (self.lo, self.hi))
        if ends.discrete:
            return np.rint(low), np.rint(high)
        return _inwards(low, np.inf, ends.lo, ends.lo_closed), _inwards(high, -np.inf, ends.hi, ends.hi_closed)


def _inwards(end: Doubles, way: float, declared: Expr, closed: bool) -> Doubles:
    """The end itself where it is closed and no rounding is in it, else a few doubles further in."""
    if closed and (declared.is_Symbol or declared.is_Integer):
        return end
    for _ in range(_AWAY):
        end = np.nextafter(end, way)
    return end


@lru_cache(maxsize=512)
def row_ends(family: Family) -> RowEnds | None:
    """Return the ends of a family's support as functions of the other columns; ``None`` where these set none.

    >>> from thetahat import family
    >>> row_ends(family("linear_regression")) is None
    True
    """
    ends = family.bounds
    if not ends.free_symbols & set(family.beside):
        return None
    return RowEnds(ends, *(lambdify(family.beside, end, "numpy") for end in (ends.lo, ends.hi)))
