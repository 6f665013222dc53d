"""Decides in rational numbers whether data meet the conditions for an estimate of matrices and components."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np
from sympy import Expr, Integer

from ..proofs.structured.derivation import Requirement, StructuredDerivation
from ..proofs.structured.sums import free_indices
from ..proofs.structured.terms import Inverse, Matrix, Transposed, size_in
from ..strategies.structured import StructuredData
from .structured_exact import ExactData, ExactPlace, exact_array, exact_value, is_definite
from .structured_formulas import plain
from .structured_refusals import refusal


def require_existence(derivation: StructuredDerivation, data: ExactData) -> None:
    """Raise ``ExistenceError`` for the first condition that the data break.

    Matrices that are still to be solved for are tried at the identity: whether squares of residuals span a space does
    not depend on the definite matrix between them.
    """
    place = ExactPlace(data)
    for term in derivation.unknowns:
        if isinstance(term, Matrix):
            place = place.having(term.name, exact_array(np.eye(size_in(term.args[1], data.drawn.sizes))))
    for one in derivation.exists_when:
        if not _holds(derivation, one, place):
            raise refusal(derivation, one)


def _holds(derivation: StructuredDerivation, one: Requirement, place: ExactPlace) -> bool:
    subject = plain(derivation, one.subject) if one.subject in derivation.family.terms else one.subject
    if one.kind == "rank":
        # Real columns are independent if and only if their products with each other are a regular matrix.
        squares = exact_value(Transposed(subject) * subject, place)
        return is_definite(squares)
    if one.kind == "definite":
        # A matrix is definite if and only if its inverse is, which a singular one does not have.
        inner = subject.args[0] if isinstance(subject, Inverse) else subject
        return is_definite(exact_value(inner, place))
    places = _places(derivation, one.subject, place.data.drawn)
    if one.kind == "nonzero":
        return all(exact_value(subject.xreplace(here), place) != 0 for here in places)
    return all(exact_value(subject.xreplace(here), place) > 0 for here in places)


def _places(derivation: StructuredDerivation, subject: Expr, drawn: StructuredData) -> list[Mapping[Expr, Expr]]:
    """What the free indices of a parameter or another subject of a condition may be."""
    free = sorted(free_indices(subject) - {*drawn.sizes, *drawn.known, subject}, key=str)
    ranges = (range(1, drawn.sizes[derivation.family.last(one)] + 1) for one in free)
    return [dict(zip(free, map(Integer, at), strict=True)) for at in product(*ranges)]
