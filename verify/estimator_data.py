"""Which datasets somebody's estimator is asked: those that have a maximiser, or none, of ordinary and of every size."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Literal

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from ..proofs.derivation import Derivation, Outcome
from ..proofs.errors import DataError, ExistenceError, ParameterError, UnsolvedError
from ..strategies import can_fail, datasets
from ..strategies import weights as weights_of
from .direction import coordinate_names, level_direction
from .existence import has_maximiser, with_data_on_ends
from .valid_data import require_data

Array = NDArray[np.float64]
Existence = Literal["holds", "fails", "either"]
Data = tuple[Array, Array | None]
"""Observations, and weights where the function takes them."""
ORDINARY, EXTREME = 1e3, 1e100
"""A third of the datasets stay within this size, and a third take every extreme that doubles and the support allow."""
_FEW = 3
"""The last third have no more observations, and stay within the ordinary size, where so few can be asked for at all."""


def require_data_for(derivation: Derivation, existence: Existence) -> None:
    """Refuse questions without an answer.

    >>> from thetahat import derive, family
    >>> require_data_for(derive(family("weibull_with_location")), "holds")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    ...
    thetahat.proofs.errors.ExistenceError: weibull_with_location: no dataset has a maximiser
    """
    name = derivation.family.name
    if derivation.outcome is Outcome.UNSOLVED:
        raise UnsolvedError(f"{name}: no estimator is derived to compare with, because {derivation.reason}")
    if derivation.outcome is Outcome.UNBOUNDED:
        if existence == "holds":
            raise ExistenceError(
                f"{name}: no dataset has a maximiser, because {derivation.reason}; ask for existence='fails'"
            )
        return
    if existence == "fails" and not can_fail(derivation.family, conditions=derivation.exists_when):
        raise ParameterError(f"{name}: no dataset without a maximiser is known; ask for existence='holds'")


def drawn_data(
    derivation: Derivation,
    existence: Existence,
    weighted: bool,
    min_size: int,
    max_size: int,
    sizes: tuple[float, ...] = (ORDINARY, EXTREME),
) -> st.SearchStrategy[Data]:
    """Return datasets of the given sizes and small ones in equal parts, with weights if the function takes them."""
    family, conditions = derivation.family, derivation.exists_when
    if existence == "holds" and derivation.enough:
        conditions = (*conditions, *derivation.enough)
    kind: Any = "any" if existence == "either" or derivation.outcome is Outcome.UNBOUNDED else existence

    def of(most: int, largest: float) -> st.SearchStrategy[Array]:
        return datasets(
            family, existence=kind, conditions=conditions, min_size=min_size, max_size=most, largest=largest
        )

    data = st.one_of([of(max_size, largest) for largest in sizes])
    if min_size < _FEW < max_size:
        # Of one, two or three observations only a few of a hundred would be, and some estimators fail of two alone.
        with suppress(DataError):
            data = st.one_of(data, of(_FEW, min(sizes)))
    if existence == "holds":
        data = with_data_on_ends(derivation, data, min_size, max_size, max(sizes))
    if derivation.point is not None and existence == "holds":
        # Only a search over the observations tells which data have a maximiser. One for a member above edges takes
        # longer than to judge an answer, which stays undecided where none is found.
        data = data.filter(lambda x: has_maximiser(derivation, x))
    if existence == "holds" and coordinate_names(derivation):
        # Of a line of maximisers there is no certificate: whatever a regression returns would stay undecided.
        data = data.filter(lambda x: not level_direction(derivation, require_data(family, x)))
    if not weighted:
        return data.map(lambda x: (x, None))
    return data.flatmap(lambda x: weights_of(len(x)).map(lambda w: (x, _keeping(derivation, existence, x, w))))


def _keeping(derivation: Derivation, existence: Existence, x: Array, w: Array) -> Array:
    """The weights, or ones, where rows of weight zero would take from the data what a maximiser needs."""
    return w if existence != "holds" or has_maximiser(derivation, x, w) else np.ones(len(x))


def key_of(data: Data) -> tuple[bytes, ...]:
    """Return what tells datasets apart.

    >>> key_of((np.zeros(1), None)) == key_of((np.zeros(1), np.ones(1)))
    False
    """
    return tuple(one.tobytes() for one in data if one is not None)


def spread_of(x: Array) -> float:
    """Return the range of the data relative to their size.

    >>> spread_of(np.array([3.0, 4.0]))
    0.25
    """
    column = x if x.ndim == 1 else x[:, 0]
    return float(np.ptp(column)) / max(float(np.abs(column).max()), np.finfo(float).tiny)
