"""Decides whether a dataset has a maximiser, as far as its family's derivation and a fit tell."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from ..proofs.conditions import Condition
from ..proofs.derivation import Derivation
from ..proofs.errors import DataError, ExistenceError, UnsolvedError
from ..strategies import can_fail, datasets
from ..strategies.conditions import decide_sample
from .edge_heights import is_found_above_edges
from .fitting import fit_with
from .valid_data import require_data

Array = NDArray[np.float64]


def has_maximiser(derivation: Derivation, x: Array, weights: Array | None = None, searching: bool = True) -> bool:
    """Return whether data have a maximiser, or at least are not known to have none.

    Where a member above the edges of the parameter space is needed, those count that an estimate or, if ``searching``,
    a numerical search is.

    >>> from thetahat import derive, family
    >>> has_maximiser(derive(family("normal")), np.array([1.0, 1.0]))
    False
    >>> has_maximiser(derive(family("asymmetric_laplace")), np.array([1.0, 2.0, 2.0, 5.0]))
    False
    """
    conditions = derivation.exists_when
    if derivation.existence_proved and not derivation.existence_searched and _meet(conditions, derivation, x, weights):
        # Then nothing need be fitted, unless the conditions could not be decided, or which data have a maximiser is
        # found by a search over the observations.
        return True
    if derivation.enough and _meet((*conditions, *derivation.enough), derivation, x, weights):
        return True
    try:
        fit_with(derivation, x, weights)
    except ExistenceError:
        return False
    except UnsolvedError:
        if not derivation.edges:
            return True
        return searching and is_found_above_edges(derivation, require_data(derivation.family, x, weights))
    return True


def _meet(conditions: tuple[Condition, ...], derivation: Derivation, x: Array, weights: Array | None) -> bool:
    """Whether the data certainly meet conditions."""
    family = derivation.family
    truth, _ = decide_sample(conditions, require_data(family, x, weights).sample, family.columns)
    return truth is True


def with_data_on_ends(
    derivation: Derivation, data: st.SearchStrategy[Array], min_size: int = 1, max_size: int = 50, largest: float = 1e3
) -> st.SearchStrategy[Array]:
    """Return ``data``, and where ends belong to the space of a parameter, data whose maximiser is on one, too.

    Such data break a condition for a maximiser inside. Those that have none on an end either are not used.

    >>> from hypothesis import find
    >>> from sympy import Interval, Range, Rational, Symbol, log
    >>> from thetahat import Family, Parameter, derive
    >>> k, p = Symbol("k", integer=True, nonnegative=True), Symbol("p", positive=True)
    >>> half = Parameter(p, Interval.Lopen(0, Rational(1, 2)))
    >>> fold = derive(Family("fold", k, Range(0, 2), (half,), k * log(p) + (1 - k) * log(1 - p)))
    >>> inside = datasets(fold.family, conditions=fold.exists_when, max_size=3)
    >>> find(with_data_on_ends(fold, inside, max_size=3), lambda x: x.mean() > 0.5)
    array([1.])
    """
    family, conditions = derivation.family, derivation.exists_when
    if len(family.parameters) > 1 or not derivation.none_inside:
        return _with_fitted_data(derivation, data, min_size, max_size, largest)
    if not can_fail(family, max_size=max_size, conditions=conditions):
        return data
    try:
        beyond = datasets(
            family, existence="fails", conditions=conditions, min_size=min_size, max_size=max_size, largest=largest
        )
    except DataError:  # those that are known are larger
        return data
    held = st.tuples(data, beyond).map(lambda pair: pair[1] if has_maximiser(derivation, pair[1]) else pair[0])
    return st.one_of(data, held)


def _with_fitted_data(
    derivation: Derivation, data: st.SearchStrategy[Array], min_size: int, max_size: int, largest: float
) -> st.SearchStrategy[Array]:
    """The same where only a fit tells whether an end is higher: any data that are fitted, whatever they break."""
    family, ends = derivation.family, [item.bounds for item in derivation.family.parameters]
    if derivation.existence_needed or not any(one.lo_closed or one.hi_closed for one in ends):
        return data
    anything = datasets(family, existence="any", min_size=min_size, max_size=max_size, largest=largest)
    held = st.tuples(data, anything).map(lambda pair: pair[1] if _is_fitted(derivation, pair[1]) else pair[0])
    return st.one_of(data, held)


def _is_fitted(derivation: Derivation, x: Array) -> bool:
    """Whether data have an estimate, on an end of a space or inside."""
    try:
        fit_with(derivation, x)
    except (ExistenceError, UnsolvedError):
        return False
    return True
