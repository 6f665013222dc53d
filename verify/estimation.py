"""Estimates: from a derivation and data to every parameter's value, in doubles where they carry it, else in balls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from sympy import Symbol

from ..proofs.algebra.atoms import atoms_of
from ..proofs.derivation import Derivation
from ..proofs.errors import UnsolvedError
from .climbing import climb
from .closed import by_formulas, with_statistics
from .compiled_fit import nearby
from .integer_fit import at_the_best_integer
from .last_step import after_last_step
from .observations import Observations
from .rooting import solve_one
from .searching import best_observation, best_with_others
from .statistics import evaluate
from .tolerance import JOINED_ROWS

Array = NDArray[np.float64]
Estimate = tuple[dict[Symbol, float], dict[str, tuple[float, float]]]
"""Every parameter's value, and the interval of each that the likelihood leaves free."""

_REMEMBERED = 8
"""How many estimates of different tables are at hand where they are remembered."""

_WHOLE = 2.0**53
"""Doubles from which on all are whole numbers, and not all whole numbers are doubles."""


def estimate(derivation: Derivation, observations: Observations) -> Estimate:
    """Return every parameter's value, and the interval of each that the likelihood leaves free.

    Where they have to be searched for, they are those of the table of different rows, whose weights are whole numbers
    without a common factor if they can be: neither the order of the data nor how they are repeated makes a difference.

    >>> from thetahat import derive, family
    >>> from .valid_data import require_data
    >>> normal = family("normal")
    >>> [float(value) for value in estimate(derive(normal), require_data(normal, [1.0, 3.0]))[0].values()]
    [2.0, 1.0]
    """
    takes_long = derivation.unknowns or derivation.is_searched or derivation.integer is not None
    if not takes_long or observations.n > JOINED_ROWS:
        return _estimate(derivation, observations)
    joined = observations.distinct()
    found = _SEARCH.get()(derivation, joined.n, joined.x.tobytes(), _least_weights(joined))
    if isinstance(found, UnsolvedError):
        raise found.with_traceback(None)
    values, sets = found
    return dict(values), dict(sets)


@contextmanager
def remembering() -> Iterator[None]:
    """Search inside for no estimate again of a table that was met a moment ago, in whatever order or as weights.

    Nor where none was found, which takes longest.

    >>> from thetahat import family, fit
    >>> with remembering():
    ...     [round(fit(family("gumbel"), x).theta_hat["mu"], 3) for x in ([0.0, 1.0, 3.0], [3.0, 0.0, 1.0])]
    [0.741, 0.741]
    """
    before = _SEARCH.set(lru_cache(maxsize=_REMEMBERED)(_of_table))
    try:
        yield
    finally:
        _SEARCH.reset(before)


def _of_table(derivation: Derivation, n: int, rows: bytes, weights: bytes | None) -> Estimate | UnsolvedError:
    """The estimate of a table of rows, given by its contents, or why none was found."""
    x = np.frombuffer(rows).reshape(n, -1)
    try:
        return _estimate(derivation, Observations(x, None if weights is None else np.frombuffer(weights), n))
    except UnsolvedError as error:
        return error


Search = Callable[[Derivation, int, bytes, bytes | None], Estimate | UnsolvedError]
_SEARCH: ContextVar[Search] = ContextVar("search", default=_of_table)


@np.errstate(all="ignore")
def _estimate(derivation: Derivation, observations: Observations) -> Estimate:
    """Statistics first, then the unknowns of the equations, then the formulas in order."""
    if derivation.integer is not None:
        return at_the_best_integer(derivation, observations)
    known: dict[Symbol, float] = {}
    if derivation.point is not None:
        known[derivation.point.parameter] = best_with_others(derivation, derivation.point, observations)
    elif derivation.searched is not None:
        known[derivation.searched] = best_observation(derivation.family, observations)
    if derivation.formulas and not (derivation.unknowns or derivation.free or derivation.searched):
        return by_formulas(derivation, observations, known), {}
    known = with_statistics(derivation, observations, known)
    near = None
    column = _repeated(observations)
    if column is not None:
        near = nearby(derivation, column)
    formulas = list(derivation.formulas)
    if len(derivation.unknowns) == 1:
        known |= solve_one(derivation, observations, known, near)
        formulas = [(s, e) for s, e in formulas if s not in known]
    elif derivation.unknowns:
        while formulas and not formulas[0][1].free_symbols & set(derivation.family.symbols):
            symbol, formula = formulas.pop(0)
            known[symbol] = evaluate(formula, observations, known)
        known |= climb(derivation, observations, known, near)
        formulas = [(s, e) for s, e in formulas if s not in known]
    for symbol, formula in formulas:
        known[symbol] = evaluate(formula, observations, known)
    of_rows = any(atoms_of(equation) for equation in derivation.equations)  # others are better known from statistics
    if of_rows and not (derivation.free or derivation.point or derivation.searched):
        known = after_last_step(derivation, observations, known)
    sets = {}
    for symbol, low, high in derivation.free:
        ends = evaluate(low, observations, known), evaluate(high, observations, known)
        sets[symbol.name] = ends
        known[symbol] = ends[0] + (ends[1] - ends[0]) / 2
    return known, sets


def _least_weights(joined: Observations) -> bytes | None:
    """The contents of weights, divided by what all have in common where they are whole; ``None`` where all are one.

    >>> _least_weights(Observations(np.array([[1.0], [2.0]]), np.array([3.0, 3.0]), 2)) is None
    True
    """
    w = joined.weights
    if w is None:
        return None
    whole = not (w % 1).any() and w.max() < _WHOLE
    least = w / np.gcd.reduce(w.astype(np.int64)) if whole else w
    return None if (least == 1).all() else least.tobytes()


def _repeated(observations: Observations) -> Array | None:
    """The only column, each row as often as its weight says; ``None`` if that is no whole number, or there are many."""
    w = observations.weights
    if len(observations.columns) != 1 or observations.total > JOINED_ROWS or (w is not None and (w % 1).any()):
        return None
    column = observations.columns[0]
    return column if w is None else np.repeat(column, w.astype(np.int64))
