"""Fits every row of a matrix: all at once where the derivation allows it, and by ``fit`` what is left over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sympy import Expr, LambertW, Symbol

from ..proofs.algebra.atoms import Quantile, atoms_of
from ..proofs.derivation import Derivation, Outcome
from ..proofs.errors import DataError, ExistenceError, SupportError, UnsolvedError
from ..proofs.family import Family
from ..proofs.likelihood import unfold
from .closed import needed
from .ends import inside, space_ends
from .fitting import fit_with
from .known_values import kept_with
from .row_solving import solved
from .row_values import Rows, evaluate_rows, have_rules, magnitude
from .tolerance import CLEAR_CONDITION, CLEAR_SPREAD
from .valid_data import require_data, require_fixed

Array = NDArray[np.float64]

_BLOCK = 2_097_152
"""Observations in one block of rows, 16 MB: calls of NumPy then cost little, and memory stays bounded."""


@dataclass(frozen=True, eq=False)
class RowFits:
    """The estimates for many datasets of one family.

    Attributes
    ----------
    theta
        Shape ``(m, p)``, in declared order; ``nan`` in every column of a row without an estimate.
    reasons
        For each row why it has no estimate, as ``fit`` says it; empty where it has one.
    """

    family: Family
    theta: Array
    reasons: tuple[str, ...]
    derivation: Derivation

    @property
    def theta_hat(self) -> dict[str, Array]:
        """Each parameter's estimates, shape ``(m,)``, by name."""
        return dict(zip(self.family.parameter_names, self.theta.T, strict=True))

    @property
    def found(self) -> NDArray[np.bool_]:
        """Which rows have an estimate, shape ``(m,)``."""
        return np.array([not reason for reason in self.reasons], dtype=bool)


def fit_rows(
    family: Family,
    matrix: ArrayLike,
    weights: ArrayLike | None = None,
    fixed: Mapping[str, object] | None = None,
    *,
    strict: bool = False,
) -> RowFits:
    """Return the maximum-likelihood estimate of ``family`` for every row of a matrix.

    A row without a maximiser is no error: its estimates are ``nan``, and ``reasons`` says why. Rows are fitted
    together where the derivation ends in formulas, or in one equation with a proved maximum; a row about which double
    precision could leave doubt is given to ``fit``, as is every row of any other family. Estimates lie within a few
    units in the last place of those of ``fit``, or cost less than ``SLOPE_NATS`` nats an observation beside them.

    Parameters
    ----------
    matrix
        Shape ``(m, n)``, one dataset a row.
    weights
        Shape ``(n,)``, the same for every row, or ``(m, n)``; all one when omitted.
    fixed
        Values of parameters or constants that are known, by name.
    strict
        Raise for the first row without an estimate instead.

    Raises
    ------
    DataError, SupportError
        For data or weights that make no sense; names the row.
    ExistenceError, UnsolvedError
        Where no dataset of the family has an estimate; with ``strict``, where some row has none.

    Examples
    --------
    >>> from thetahat import family, fit_rows
    >>> fit_rows(family("exponential"), [[1.0, 1.0, 4.0], [0.5, 0.5, 0.5]]).theta
    array([[0.5],
           [2. ]])
    >>> batch = fit_rows(family("gamma"), [[1.0, 2.0, 4.0], [3.0, 3.0, 3.0]])
    >>> batch.found, batch.reasons[1][:45]
    (array([ True, False]), 'gamma: these data have no maximiser in the pa')
    """
    derivation = kept_with(family, fixed or {})
    rows, given = _require_rows(derivation.family, matrix, weights)
    if derivation.outcome in (Outcome.UNSOLVED, Outcome.UNBOUNDED) and len(given):
        fit_with(derivation, given[0])  # says why no dataset has an estimate
    theta = np.full((len(rows.x), len(derivation.family.parameters)), np.nan)
    if _fits_together(derivation):
        size = max(1, _BLOCK // rows.x.shape[1])
        for start in range(0, len(rows.x), size):
            block = slice(start, start + size)
            theta[block] = _together(derivation, rows.chosen(block))
    reasons = [""] * len(theta)
    for row in np.flatnonzero(np.isnan(theta[:, 0])).tolist():
        try:
            theta[row] = fit_with(derivation, given[row], None if rows.w is None else rows.w[row]).theta
        except (ExistenceError, UnsolvedError) as error:
            if strict:
                raise type(error)(f"row {row}: {error}") from error
            reasons[row] = str(error)
    return RowFits(derivation.family, theta, tuple(reasons), derivation)


def _require_rows(family: Family, matrix: ArrayLike, weights: ArrayLike | None) -> tuple[Rows, NDArray[Any]]:
    """The datasets as doubles, and as given; or an error that names the row."""
    require_fixed(family)
    if len(family.columns) > 1:
        raise DataError(
            f"{family.name}: a row of a matrix holds one dataset, not several columns; call fit for each dataset"
        )
    try:
        given = matrix if isinstance(matrix, np.ndarray) else np.asarray(matrix)
    except ValueError as error:
        raise DataError(f"{family.name}: the rows of the matrix are not of one length ({error})") from error
    if given.ndim != 2 or not given.shape[1]:
        raise DataError(f"{family.name}: the matrix has shape {given.shape}; it has to be (m, n) with n >= 1")
    w = None
    if weights is not None:
        w = np.asarray(weights)
        if w.shape not in ((given.shape[1],), given.shape):
            raise DataError(
                f"{family.name}: weights have shape {w.shape}; rows of {given.shape[1]} observations need "
                f"({given.shape[1]},) or {given.shape}"
            )
        w = np.broadcast_to(w, given.shape)
    if given.size and (w is not None or not _is_valid(family, given)):
        for row, values in enumerate(given):
            try:
                require_data(family, values, None if w is None else w[row])
            except (DataError, SupportError) as error:
                raise type(error)(f"row {row}: {error}") from error
    return Rows(given.astype(np.float64, copy=False), None if w is None else w.astype(np.float64)), given


def _is_valid(family: Family, given: NDArray[Any]) -> bool:
    try:
        require_data(family, given.reshape(-1))
    except (DataError, SupportError):
        return False
    return True


@lru_cache(maxsize=512)
def _fits_together(derivation: Derivation) -> bool:
    """Whether a derivation ends in formulas and at most one equation, of which everything has a rule for many rows."""
    if derivation.is_searched or len(derivation.unknowns) > 1:
        return False
    if not (derivation.formulas or derivation.unknowns) or not derivation.optimality.proved:
        return False
    if any(step.rule in ("ridge", "ridge-turn") for step in derivation.steps):
        return False  # the equation may vanish towards an end of the space, where doubles see roots that are none
    expressions = _used(derivation)
    # Lambert's W beside its branch point is known to half its digits in doubles; its argument is no data atom.
    if any(e.has(LambertW) or not have_rules(e) for e in expressions):
        return False
    family = derivation.family
    formulas = dict(derivation.formulas)
    moved = [end for end in (family.bounds.lo, family.bounds.hi) if end.free_symbols & set(family.symbols)]
    ends = [unfold(formulas.get(end, end), derivation.statistics) for end in moved]
    if any(not isinstance(end, Quantile) for end in ends):
        return False  # an end that is rounded may miss the data: fit moves it
    return not any(p.symbol.is_integer for p in family.parameters) or not derivation.unknowns


def _used(derivation: Derivation) -> list[Expr]:
    statistics = [s.definition for s in needed(derivation)]
    return [*statistics, *(e for _, e in derivation.formulas), *derivation.equations]


@np.errstate(all="ignore")
def _together(derivation: Derivation, rows: Rows) -> Array:
    """The estimates for the rows of one block, shape ``(m, p)``; ``nan`` where ``fit`` has to decide."""
    clear = np.flatnonzero(_clearly_exist(derivation, rows))
    some = rows if len(clear) == len(rows.x) else rows.chosen(clear)
    known: dict[Symbol, Array] = {}
    for statistic in needed(derivation):
        known[statistic.symbol] = evaluate_rows(statistic.definition, some, known)
    if derivation.unknowns:
        known[derivation.unknowns[0]] = solved(derivation, some, known)
    for symbol, formula in derivation.formulas:
        known[symbol] = evaluate_rows(formula, some, known)
    family = derivation.family
    found = np.column_stack([known[symbol] for symbol in family.symbols])
    found[~_inside(family, found)] = np.nan
    theta = np.full((len(rows.x), found.shape[1]), np.nan)
    theta[clear] = found
    return theta


def _clearly_exist(derivation: Derivation, rows: Rows) -> NDArray[np.bool_]:
    """Rows whose spread keeps digits in doubles, and that meet every condition by more than rounding."""
    least, most = rows.ends
    clear: NDArray[np.bool_] = most - least > CLEAR_SPREAD * np.maximum(np.abs(least), np.abs(most))
    if rows.w is not None:
        clear &= (rows.w > 0).all(axis=1)  # what has no weight may hold anything
    for condition in derivation.exists_when:
        expression = condition.expression
        if not (atoms := atoms_of(expression)) or not have_rules(expression):
            return np.zeros(len(rows.x), dtype=bool)
        value, size = evaluate_rows(expression, rows, {}), None
        if any(not isinstance(atom, Quantile) for atom in atoms):
            size = magnitude(expression, rows)
            if size is None:
                return np.zeros(len(rows.x), dtype=bool)
        # A difference of two doubles has the right sign, and so has anything else by more than its rounding.
        clear &= value > (CLEAR_CONDITION * (np.abs(least) + np.abs(most)) if size is None else CLEAR_CONDITION * size)
    return clear


def _inside(family: Family, theta: Array) -> NDArray[np.bool_]:
    """Which rows of estimates are finite and lie in the parameter space."""
    columns = list(theta.T)
    good = [inside(values, ends, columns) for values, ends in zip(columns, space_ends(family), strict=True)]
    return np.asarray(np.logical_and.reduce(good))
