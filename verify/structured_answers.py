"""Calls somebody's estimator of vectors and matrices on one dataset, and reads what it returned as a member."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr

from ..proofs.errors import ParameterError
from ..proofs.structured.family import StructuredFamily
from ..strategies.structured import StructuredData
from .answers import called
from .certify.structured_certificate import numbers_of
from .structured_fit import bare
from .structured_support import name_of

Array = NDArray[np.float64]
_SYMMETRIC = 2.0**-40
"""How far a returned covariance may be from its mirror image, relatively: products are not rounded alike."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What came of one call: the member of the family, ``None`` where it is none, and what a reader is shown."""

    theta: Mapping[str, Array] | None = None
    shown: str = ""
    warned: bool = False


def answer_of(family: StructuredFamily, function: Callable[..., Any], drawn: StructuredData, weighted: bool) -> Answer:
    """Return what the function makes of copies of the arrays; whatever it raises is part of the answer."""
    arrays = [_as_given(drawn, term, value) for term, value in _given(drawn)]
    if weighted:
        arrays.append(drawn.w)
    call = called(function, arrays)
    if call.raised:
        return Answer(shown=f"nothing; it raised {call.raised}")
    warned = bool(call.warnings)
    try:
        theta = _read(family, drawn, call.returned)
    except (ParameterError, TypeError, ValueError) as error:
        return Answer(shown=f"{call.returned!r}: {error}", warned=warned)
    shown = ", ".join(f"{one.name} = {bare(one.term, theta[one.name]).tolist()}" for one in family.parameters)
    return Answer(theta, shown, warned)


def _given(drawn: StructuredData) -> list[tuple[Expr, Array]]:
    return [*drawn.data.items(), *drawn.known.items()]


def shown_data(drawn: StructuredData) -> str:
    """Return the dataset as the function was given it."""
    shown = [f"{name_of(term)} = {_as_given(drawn, term, value).tolist()}" for term, value in _given(drawn)]
    return ", ".join([*shown, *([] if drawn.weights is None else [f"weights = {drawn.weights.tolist()}"])])


def _as_given(drawn: StructuredData, term: Expr, value: Array) -> Array:
    """An array as ``fit`` takes it: without the axis of a column vector, and of the one matrix that data are."""
    return bare(term, value[0] if drawn.single and term in drawn.data else value)


def _read(family: StructuredFamily, drawn: StructuredData, returned: Any) -> dict[str, Array]:
    """The arrays that were returned, with all axes; covariances with both halves the same."""
    found = {}
    for one, value in zip(family.parameters, _parts(family, returned), strict=True):
        array = np.asarray(value, dtype=np.float64)
        shaped = drawn.shape_of(family, one.term)
        found[one.name] = array.reshape(shaped) if array.size == int(np.prod(shaped)) else array
        if one.definite and array.shape == shaped:
            mirror = np.abs(array - array.T).max()
            if mirror <= _SYMMETRIC * np.abs(array).max():
                found[one.name] = (array + array.T) / 2
    numbers_of(family, drawn, found)
    return found


def _parts(family: StructuredFamily, returned: Any) -> Sequence[Any]:
    """What was returned for each parameter, in declared order."""
    names = family.parameter_names
    if isinstance(returned, Mapping):
        if missing := [name for name in names if name not in returned]:
            raise ParameterError(f"there is no {missing[0]!r}")
        return [returned[name] for name in names]
    if all(hasattr(returned, name) for name in names):
        return [getattr(returned, name) for name in names]
    if len(names) == 1 and not (isinstance(returned, (tuple, list)) and len(returned) == 1):
        return [returned]
    if not isinstance(returned, (tuple, list)) or len(returned) != len(names):
        raise ParameterError(f"return a mapping, or a tuple of {', '.join(names)}")
    return returned
