"""Datasets of structured families, of any size: ordinary ones, and ones on which the estimate must not exist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from math import prod

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from sympy import Expr, Symbol

from ..proofs.structured.family import StructuredFamily
from ..proofs.structured.plates import Component, Plate
from ..proofs.structured.terms import Matrix, shape, size_in

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StructuredData:
    """A dataset: sizes, known matrices and numbers, and the observations, the first axis of which counts them.

    Where the data are one matrix, ``single`` is true and the first axis has length one. ``weights`` are positive, one
    for each observation; ``None`` where all are one.
    """

    sizes: Mapping[Symbol, int]
    known: Mapping[Expr, Array]
    data: Mapping[Expr, Array]
    single: bool = False
    weights: Array | None = None

    @property
    def n(self) -> int:
        """The number of observations."""
        return len(next(iter(self.data.values())))

    @property
    def w(self) -> Array:
        """The weight of each observation, one where none are given."""
        return np.ones(self.n) if self.weights is None else self.weights

    @property
    def weight(self) -> float:
        """The sum of the weights."""
        return self.total(np.ones(self.n))

    def shape_of(self, family: StructuredFamily, term: Expr) -> tuple[int, ...]:
        """Return the shape of a term in data of these sizes; of a column vector with both axes."""
        if isinstance(term, Matrix):
            return tuple(size_in(side, self.sizes) for side in shape(term))
        return tuple(self.sizes[last] for last in family.lengths(term))

    def mean(self, values: Array) -> Array:
        """Return the average over the first axis, which counts observations, with their weights; a number that all
        observations share as it is."""
        return np.asarray(np.average(values, axis=0, weights=self.weights) if np.ndim(values) else values)

    def total(self, values: Array) -> float:
        """Return the sum of one number for each observation, with their weights."""
        return float(values.sum() if self.weights is None else values @ self.weights)

    def repeated(self, often: NDArray[np.int64]) -> StructuredData:
        """Return the data with each observation as many times as said."""
        weights = None if self.weights is None else np.repeat(self.weights, often)
        data = {term: np.repeat(value, often, axis=0) for term, value in self.data.items()}
        return replace(self, data=data, weights=weights)

    def __repr__(self) -> str:
        """Show what is needed to see the case again."""
        sizes = ", ".join(f"{size} = {value}" for size, value in self.sizes.items())
        arrays = "; ".join(f"{term} = {value.tolist()}" for term, value in (*self.known.items(), *self.data.items()))
        weights = "" if self.weights is None else f"; weights = {self.weights.tolist()}"
        return f"{sizes}; {arrays}{weights}"


def structured_datasets(family: StructuredFamily, *, degenerate: bool = False) -> st.SearchStrategy[StructuredData]:
    """Return datasets of random sizes on which a maximiser exists; with ``degenerate``, ones on which none does.

    Sizes shrink to one, and the numbers come from a seed that is drawn. A third of the datasets have unequal weights,
    where observations are independent.

    Examples
    --------
    >>> from hypothesis import find
    >>> from thetahat.proofs.registry import structured
    >>> find(structured_datasets(structured("multivariate_normal")), lambda drawn: drawn.n > 4).n
    5
    """
    smallest = 2 if family.in_plates else 1
    sizes = st.tuples(*(st.integers(smallest, 3 + family.in_plates) for _ in family.sizes))
    drawn = st.tuples(sizes, st.integers(0, 4), st.integers(0, 2**20))
    return drawn.map(lambda parts: _dataset(family, parts[0], parts[1], parts[2], degenerate))


def _dataset(
    family: StructuredFamily, sizes: tuple[int, ...], extra: int, seed: int, degenerate: bool
) -> StructuredData:
    rng = np.random.default_rng(seed)
    named = dict(zip(family.sizes, sizes, strict=True))
    if family.rows is not None:
        named[family.rows] = sum(sizes) + 1 + extra
    known = {one.term: _known(one.term, named, rng) for one in family.known}
    several = max(named.values())
    n = 1 if family.rows is not None else _enough(family, named) + extra
    data = {term: _observed(family, term, named, known, n, rng) for term in family.observation}
    data = _overlapping(family, data, several)
    single = family.rows is not None
    weights = rng.integers(1, 5, n).astype(np.float64) if seed % 3 == 2 and not single else None
    drawn = StructuredData(named, known, data, single, weights)
    if not degenerate:
        return drawn
    if _indicators(family) and seed % 2:
        return replace(drawn, data=_separated(family, data))
    covariates = [term for term in known if isinstance(term, Matrix) and term.kind == "general" and single]
    if covariates and (seed % 2 or not _measures_noise(family)):
        return replace(drawn, known={**known, **{one: _without_first_column(known[one]) for one in covariates}})
    return replace(drawn, data={term: _spoiled(family, term, value, known) for term, value in data.items()})


def _measures_noise(family: StructuredFamily) -> bool:
    return any(one.definite or not isinstance(one.term, Matrix) for one in family.parameters)


def _without_first_column(matrix: Array) -> Array:
    return np.asarray(matrix * (np.arange(matrix.shape[1]) > 0))


def _enough(family: StructuredFamily, sizes: Mapping[Symbol, int]) -> int:
    """As many observations as every condition needs, with every place of every component seen."""
    most = max(sizes.values())
    if not family.in_plates:
        return 2 * most + 2
    deepest = max(len(term.indices) for term in family.observation)
    places = [(one, prod(sizes[last] for last in family.lengths(one))) for one in _indicators(family)]
    # Every covariate with everything that indicators can be, and one observation that tips the balance.
    return max(2 * most**deepest, *(most * len(_outcomes(family, *one)) for one in places), 0) + 1


def _known(term: Expr, sizes: Mapping[Symbol, int], rng: np.random.Generator) -> Array:
    if not isinstance(term, Matrix):
        # Degrees of freedom have to exceed every dimension; a number of draws is whole.
        return np.asarray(float(max(sizes.values()) + rng.integers(1, 4)))
    rows, cols = (size_in(side, sizes) for side in shape(term))
    return _definite(rows, rng) if term.kind == "spd" else rng.normal(size=(rows, cols))


def _definite(size: int, rng: np.random.Generator) -> Array:
    root = rng.normal(size=(size, size + 2))
    return np.asarray(root @ root.T / (size + 2) + np.eye(size) / 4)


def _observed(
    family: StructuredFamily,
    term: Expr,
    sizes: Mapping[Symbol, int],
    known: Mapping[Expr, Array],
    n: int,
    rng: np.random.Generator,
) -> Array:
    if isinstance(term, Matrix):
        rows, cols = (size_in(side, sizes) for side in shape(term))
        if term.kind == "spd":
            return np.stack([_definite(rows, rng) for _ in range(n)])
        # Unlike variances and correlated entries, so that a formula for the wrong matrix is seen.
        mixed = rng.normal(size=(n, rows, cols)) @ (np.eye(cols) + rng.normal(size=(cols, cols)) / 3)
        return np.asarray((np.eye(rows) + rng.normal(size=(rows, rows)) / 3) @ mixed + rng.normal(size=(rows, cols)))
    return _components(family, term, sizes, known, n, rng)


def _components(
    family: StructuredFamily,
    term: Component,
    sizes: Mapping[Symbol, int],
    known: Mapping[Expr, Array],
    n: int,
    rng: np.random.Generator,
) -> Array:
    axes = [sizes[last] for last in family.lengths(term)]
    places = prod(axes)
    shaped = (n, *axes)
    total = next((value for whole, value in family.totals if whole.has(term)), None)
    sign = term.sign
    if total is None and _exclusive(family, term):
        # One of the places, or none of them.
        outcomes = _outcomes(family, term, places)
        return np.asarray(outcomes[rng.integers(0, len(outcomes), n)]).reshape(shaped)
    if total is None:
        return _alone(sign, shaped, rng)
    if sign == "positive":
        return np.asarray(rng.dirichlet(rng.uniform(0.5, 4.0, places), n)).reshape(shaped)
    draws = int(known[total]) if total in known else int(total)
    found = np.zeros((n, places))
    for row in range(n):
        # Every place is seen twice before chance decides.
        found[row, row % places] += 1
        np.add.at(found[row], rng.integers(0, places, draws - 1), 1)
    return found.reshape(shaped)


def _alone(sign: str, shaped: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Numbers that no total binds."""
    if sign in ("positive", "nonnegative"):
        return np.asarray(rng.gamma(2.0, 1.5, shaped))
    if sign == "indicator":
        return np.asarray(rng.integers(0, 2, shaped), dtype=np.float64)
    return np.asarray(rng.poisson(3.0, shaped) + 1.0 if sign == "count" else rng.normal(1.0, 2.0, shaped))


def _indicators(family: StructuredFamily) -> list[Component]:
    return [one for one in family.observation if isinstance(one, Component) and one.sign == "indicator"]


def _outcomes(family: StructuredFamily, one: Component, places: int) -> Array:
    """What indicators can be together: each 0 or 1; or one of them at most 1, where the support says so."""
    if _exclusive(family, one):
        return np.eye(places + 1)[:, 1:]
    return np.array(list(product((0.0, 1.0), repeat=places)))


def _exclusive(family: StructuredFamily, one: Expr) -> bool:
    return any(isinstance(left, Plate) and left.args[0] == one and right == 1 for left, right in family.support)


def _overlapping(family: StructuredFamily, data: Mapping[Expr, Array], several: int) -> dict[Expr, Array]:
    """The data with the first observations repeated, once for all that indicators can be: no direction separates
    those."""
    found = {term: value.copy() for term, value in data.items()}
    for one in _indicators(family):
        outcomes = _outcomes(family, one, prod(data[one].shape[1:]))
        for term, value in found.items():
            for at, outcome in enumerate(outcomes):
                here = slice(at * several, (at + 1) * several)
                value[here] = outcome.reshape(value.shape[1:]) if term == one else data[term][:several]
    return found


def _separated(family: StructuredFamily, data: Mapping[Expr, Array]) -> dict[Expr, Array]:
    """The data with indicators that tell on which side of 0 the first real number is."""
    side = next(value for term, value in data.items() if term.sign == "real").reshape(len(_first(data)), -1)
    found = dict(data)
    for one in _indicators(family):
        flat = np.zeros((len(side), prod(data[one].shape[1:])))
        flat[:, 0] = side[:, 0] > 0
        found[one] = flat.reshape(data[one].shape)
    return found


def _first(data: Mapping[Expr, Array]) -> Array:
    return next(iter(data.values()))


def _spoiled(family: StructuredFamily, term: Expr, value: Array, known: Mapping[Expr, Array]) -> Array:
    """Observations that are all equal, or equal to what is known of them; a place that is never seen."""
    if family.rows is not None:
        return np.zeros_like(value)
    if isinstance(term, Component) and term.sign == "count" and term.indices:
        moved = value.copy()
        moved[:, 1] += moved[:, 0]
        moved[:, 0] = 0
        return moved
    same = [known[one] for one in known if isinstance(one, Matrix) and known[one].shape == value.shape[1:]]
    return np.repeat((same or [value[0]])[0][np.newaxis], len(value), axis=0)
