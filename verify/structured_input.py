"""A user's arrays as a dataset of a structured family, or which value is not one, and what to do.

Sizes are read off the shapes. Nothing is broadcast, transposed or rounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sympy import Expr, Symbol

from ..proofs.errors import DataError, ParameterError
from ..proofs.structured.family import StructuredFamily
from ..proofs.structured.terms import Matrix, shape
from ..strategies.structured import StructuredData
from .arrays import positive_weights, real_numbers
from .structured_support import Rows, doubles_of, name_of, require_totals

Array = NDArray[np.float64]


def structured_data(
    family: StructuredFamily,
    x: ArrayLike | Mapping[str, ArrayLike],
    weights: ArrayLike | None = None,
    known: Mapping[str, ArrayLike] | None = None,
) -> StructuredData:
    """Return a dataset, valid for some member of the family.

    Parameters
    ----------
    x
        What is observed, by the names of the declaration; one array will do where one thing is observed. The first
        axis counts observations, the others are those of one observation, of which a column vector has one. Where the
        data are one matrix whose rows belong together, ``x`` is that matrix.
    weights
        Shape ``(n,)``, non-negative multiplicities of independent observations; all one when omitted.
    known
        What the declaration says is known, by name: covariates, a covariance, degrees of freedom. A matrix that is
        symmetric but for rounding counts as the mean of itself and its mirror image.

    Raises
    ------
    DataError
        For names that are not declared or missing, shapes that contradict the declaration or each other, no
        observations, entries that are not finite, and weights that are none.
    SupportError
        Names the first value that no member of the family gives.
    ParameterError
        For known quantities that are missing, or that are not what is declared.

    Examples
    --------
    >>> from thetahat.proofs.registry import structured
    >>> data = structured_data(structured("multivariate_normal"), [[1.0, 2.0], [3.0, 5.0], [4.0, 1.0]])
    >>> data.n, dict(data.sizes)
    (3, {p: 2})
    """
    given = _by_name(family, x)
    sizes: dict[Symbol, int] = {}
    single = family.rows is not None
    raw = {term: _shaped(family, term, given[name_of(term)], sizes, not single) for term in family.observation}
    held = _known(family, known or {}, sizes)
    if missing := [size for size in family.sizes if size not in sizes]:
        raise DataError(f"{family.name}: nothing that is given tells the size {missing[0]}")
    if single:
        raw = {term: value[np.newaxis] for term, value in raw.items()}
    w, position = _weights(family, raw, weights)
    rows = Rows(position, single)
    data = {term: doubles_of(family, term, rows.kept(value), rows) for term, value in raw.items()}
    drawn = StructuredData(sizes, held, data, single, w)
    require_totals(family, drawn, rows)
    return drawn


def _by_name(family: StructuredFamily, x: ArrayLike | Mapping[str, ArrayLike]) -> dict[str, ArrayLike]:
    names = [name_of(term) for term in family.observation]
    if not isinstance(x, Mapping):
        if len(names) > 1:
            shown = ", ".join(f"{name!r}: ..." for name in names)
            raise DataError(f"{family.name}: {' and '.join(names)} are observed; pass both by name, {{{shown}}}")
        return {names[0]: x}
    if wrong := sorted(map(str, x.keys() - set(names))):
        raise DataError(f"{family.name}: there is no {wrong[0]!r} among what is observed: {', '.join(names)}")
    if missing := [name for name in names if name not in x]:
        raise DataError(f"{family.name}: {missing[0]!r} is observed and was not given")
    return dict(x)


def _known(family: StructuredFamily, known: Mapping[str, ArrayLike], sizes: dict[Symbol, int]) -> dict[Expr, Array]:
    terms = {one.name: one.term for one in family.known}
    if wrong := [name for name in known if name not in terms]:
        listed = f"known are {', '.join(terms)}" if terms else "nothing is known beforehand"
        raise ParameterError(f"{family.name}: {wrong[0]!r} cannot be fixed; {listed} in the declaration")
    if missing := [one for one in family.known if one.name not in known]:
        meaning = f", {missing[0].meaning}," if missing[0].meaning else ""
        raise ParameterError(
            f"{family.name}: {missing[0].name}{meaning} is not estimated; pass fixed={{{missing[0].name!r}: ...}}"
        )
    rows, found = Rows(None, True, ParameterError), {}
    for name, term in terms.items():
        value = _shaped(family, term, known[name], sizes, False)
        found[term] = doubles_of(family, term, value[np.newaxis], rows)[0]
    return found


def _shaped(
    family: StructuredFamily, term: Expr, given: ArrayLike, sizes: dict[Symbol, int], several: bool
) -> NDArray[Any]:
    """An array with all of its declared axes, after one for ``several`` observations.

    ``sizes`` learns how long the axes are.
    """
    name = name_of(term)
    numbers = real_numbers(family.name, given, name)
    declared: tuple[Any, ...] = shape(term) if isinstance(term, Matrix) else family.lengths(term)
    column = declared[-1:] == (1,)
    if column and numbers.ndim == several + len(declared) - 1:
        numbers = numbers[..., np.newaxis]
    # What has its last axis of one written out has it nowhere else: an array of another length is of another shape.
    if numbers.ndim != several + len(declared) or (column and numbers.shape[-1] != 1):
        axes = [*(["n"] if several else []), *map(str, declared[:-1] if column else declared)]
        wanted = f"({axes[0]},)" if len(axes) == 1 else f"({', '.join(axes)})"
        raise DataError(f"{family.name}: {name} has shape {np.shape(given)}; the shape has to be {wanted}")
    if several and not len(numbers):
        raise DataError(f"{family.name}: {name} is empty; an estimate needs at least one observation")
    for side, length in zip(declared, numbers.shape[several:], strict=True):
        expected = sizes.setdefault(side, length) if isinstance(side, Symbol) else int(side)
        if length != expected or length == 0:
            why = f"elsewhere {side} is {expected}" if length else "it has to be at least 1"
            raise DataError(f"{family.name}: {name} has shape {np.shape(given)}, in which {side} is {length}; {why}")
    return numbers


def _weights(
    family: StructuredFamily, data: Mapping[Expr, NDArray[Any]], weights: ArrayLike | None
) -> tuple[Array | None, NDArray[np.intp] | None]:
    """The positive weights, and where they are."""
    lengths = {name_of(term): len(value) for term, value in data.items()}
    first, n = next(iter(lengths.items()))
    if other := next((name for name, length in lengths.items() if length != n), None):
        raise DataError(f"{family.name}: there are {n} of {first} and {lengths[other]} of {other}; give as many")
    if weights is not None and family.rows is not None:
        raise DataError(
            f"{family.name}: the data are one matrix whose rows belong together, so weights mean nothing here; for "
            "noise of unequal size use a family that knows its covariance"
        )
    return positive_weights(family.name, weights, n)
