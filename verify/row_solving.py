"""Solves the only equation of a derivation for every dataset at once."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol

from ..proofs.algebra.atoms import atoms_of
from ..proofs.derivation import Derivation
from ..proofs.errors import DeclarationError
from .compiled.table import Tabulated
from .density import compiled
from .row_roots import on_line, roots
from .row_values import Rows, evaluate_rows
from .tabulated import tabulated
from .tolerance import ROOT_SHARE

Array = NDArray[np.float64]


def solved(derivation: Derivation, rows: Rows, known: Mapping[Symbol, Array]) -> Array:
    """Return the root of the only equation for each row, ``nan`` without a change of sign beside it.

    The maximum is proved, so that a zero is its place wherever it is found. The last step is Newton's, in the unknown
    itself, whose coordinate has digits fewer.
    """
    unknown, equation = derivation.unknowns[0], derivation.equations[0]
    ends = derivation.family.domain[unknown]
    lo, hi = (float(compiled(end, ())()) for end in (ends.lo, ends.hi))
    reads_rows = bool(atoms_of(equation))

    def at(values: Array, places: NDArray[np.intp]) -> Array:
        every = len(places) == len(rows.x)
        some = rows if every or not reads_rows else rows.chosen(places)
        numbers = known if every else {symbol: column[places] for symbol, column in known.items()}
        if not reads_rows:
            some = Rows(np.empty((len(places), 1)), None)
        return evaluate_rows(equation, some, {**numbers, unknown: values})

    every = np.arange(len(rows.x))
    found = _looked_up(derivation, rows, known)
    left = np.flatnonzero(np.isnan(found))
    if left.size:
        found[left] = on_line(lo, hi, roots(lambda u, places: at(on_line(lo, hi, u), left[places]), len(left)))
    below, above = (at(found * (1 + side * ROOT_SHARE), every) for side in (-1, 1))
    slope = (above - below) / (2 * ROOT_SHARE * found)
    return np.where(below * above < 0, found - at(found, every) / slope, np.nan)


def _looked_up(derivation: Derivation, rows: Rows, known: Mapping[Symbol, Array]) -> Array:
    """Close to the root for each row where the unknown stands by itself in the equation, ``nan`` elsewhere."""
    rest, own = derivation.equations[0].as_independent(derivation.unknowns[0], as_Add=True)
    table = None if atoms_of(own) or len(own.free_symbols) > 1 else _table(derivation, own)
    if table is None:
        return np.full(len(rows.x), np.nan)
    values = np.broadcast_to(evaluate_rows(rest, rows, known), (len(rows.x),))
    return table.nearby(-values)


@lru_cache(maxsize=512)
def _table(derivation: Derivation, own: Expr) -> Tabulated | None:
    unknown = derivation.unknowns[0]
    ends = derivation.family.domain[unknown]
    with suppress(DeclarationError):  # a function that Python's floats are not known to have
        return tabulated(own, unknown, (float(ends.lo), float(ends.hi)))
    return None
