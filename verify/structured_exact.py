"""What structured formulas are in exact rational numbers, on data that are doubles: nothing is rounded or cancels.

Arrays hold numbers of python-flint; axes are those of ``structured_values``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, reduce
from operator import mul
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray
from sympy import Expr, Rational, Symbol, preorder_traversal

from ..proofs.errors import UndecidedError
from ..proofs.structured.plates import Component, DatumComponent, Plate
from ..proofs.structured.terms import Average, Datum, Identity, Inverse, Matrix, Trace, Transposed, size_in
from ..strategies.rounded import exact, nearest_double
from ..strategies.structured import StructuredData

Exact = NDArray[np.object_]
_WORDS = (Matrix, Identity, Average, Transposed, Inverse, Trace, Plate, Component, Symbol, Rational)


def is_rational(value: Expr) -> bool:
    """Return whether an expression makes rational numbers of rational numbers.

    >>> from sympy import log
    >>> y = DatumComponent("y", "positive")
    >>> is_rational(Average(y**2) / 2), is_rational(Average(log(y)))
    (True, False)
    """
    return all(
        isinstance(node, _WORDS) or node.is_Add or node.is_Mul or (node.is_Pow and node.exp.is_Integer)
        for node in preorder_traversal(value)
    )


@dataclass(frozen=True, eq=False)
class ExactData:
    """A dataset in exact numbers, and averages over it in which no parameter stands."""

    drawn: StructuredData
    averages: dict[Expr, Exact] = field(default_factory=dict)

    @cached_property
    def columns(self) -> Mapping[str, Exact]:
        """The observations by the names of their terms."""
        return {term.name: exact_array(value) for term, value in self.drawn.data.items()}

    @cached_property
    def known(self) -> Mapping[Expr, Exact]:
        """What is given beforehand."""
        return {term: exact_array(value) for term, value in self.drawn.known.items()}

    @cached_property
    def shares(self) -> Exact:
        """The weight of each observation, as a share of the whole."""
        found = exact_array(self.drawn.w)
        return np.asarray(found / sum(found, fmpq(0)))


@dataclass(frozen=True, eq=False)
class ExactPlace:
    """A dataset together with exact values for parameters, by their names; an average is taken once."""

    data: ExactData
    theta: Mapping[str, Exact] = field(default_factory=dict)
    _averages: dict[Expr, Exact] = field(default_factory=dict)

    def having(self, name: str, value: Exact) -> ExactPlace:
        """Return the place with the value of one more parameter; averages taken so far hold there as well."""
        return ExactPlace(self.data, {**self.theta, name: value}, dict(self._averages))

    def mean(self, inner: Expr) -> Exact:
        """Return the average of an expression over the observations."""
        kept = self._averages if any(name in self.theta for name in names_in(inner)) else self.data.averages
        if inner not in kept:
            kept[inner] = self._mean(inner)
        return kept[inner]

    def _mean(self, inner: Expr) -> Exact:
        if inner.is_Mul and not inner.is_commutative:
            *before, last = inner.args
            left, right = exact_value(inner.func(*before), self), exact_value(last, self)
            if left.ndim == right.ndim == 3:
                return _summed_products(self.data.shares[:, np.newaxis, np.newaxis] * left, right)
        value = exact_value(inner, self)
        several = value.ndim == (1 if inner.is_commutative else 3)
        return np.tensordot(self.data.shares, value, axes=1) if several else value


@lru_cache(maxsize=4096)
def names_in(value: Expr) -> frozenset[str]:
    """Return the names of what stands in an expression.

    >>> sorted(names_in(Average(DatumComponent("y", "positive")) * Symbol("v")))
    ['v', 'y']
    """
    if isinstance(value, (Matrix, Component, Symbol)):
        return frozenset([str(value.name)])
    return frozenset().union(*(names_in(part) for part in value.args if isinstance(part, Expr)))


def exact_array(values: Any) -> Exact:
    """Return doubles as the rational numbers that they are, in an array of the same shape.

    >>> exact_array(np.array([0.5, 3.0]))
    array([1/2, 3], dtype=object)
    """
    return mapped(exact, np.asarray(values, dtype=np.float64))


def mapped(function: Callable[[Any], Any], values: NDArray[Any]) -> Exact:
    """Return what a function makes of each entry, in an array of the same shape.

    >>> mapped(fmpq, np.array([2, 3]))
    array([2, 3], dtype=object)
    """
    found = np.empty(values.shape, dtype=object)
    found.reshape(-1)[:] = [function(one) for one in values.reshape(-1).tolist()]
    return found


def exact_value(value: Expr, place: ExactPlace) -> Exact:
    """Return what a rational expression is: shape ``()`` for a number, ``(rows, columns)`` for a matrix, after an axis
    for the observations where it differs between them.

    Raises
    ------
    ZeroDivisionError
        Where it divides by zero, or inverts a singular matrix.
    UndecidedError
        For a function that is not rational.

    Examples
    --------
    >>> y = DatumComponent("y", "real")
    >>> third = StructuredData({}, {}, {y: np.array([0.0, 0.0, 1.0])})
    >>> exact_value(Average(y), ExactPlace(ExactData(third)))
    array(1/3, dtype=object)
    """
    if isinstance(value, Average):
        return place.mean(value.args[0])
    if isinstance(value, (Matrix, Component, Symbol)):
        return _named(value, place)
    if isinstance(value, Identity):
        return exact_array(np.eye(size_in(value.args[0], place.data.drawn.sizes)))
    if value.is_Rational:
        return np.asarray(fmpq(int(value.p), int(value.q)))
    if isinstance(value, Plate):
        terms = value.spelled(place.data.drawn.sizes[value.args[2]])
        return np.asarray(sum(exact_value(one, place) for one in terms))
    parts = [exact_value(part, place) for part in value.args[: 1 if value.is_Pow else None]]
    if isinstance(value, Trace):
        return np.asarray(np.trace(parts[0], axis1=-2, axis2=-1))
    if isinstance(value, Transposed):
        return np.swapaxes(parts[0], -1, -2)
    if isinstance(value, Inverse):
        return _inverse(parts[0])
    if value.is_Add:
        return np.asarray(reduce(np.add, parts))
    if value.is_Pow:
        return _power(parts[0], int(value.exp), value.is_commutative)
    if not value.is_Mul:
        raise UndecidedError(f"{type(value).__name__} is not rational; it occurs in {value}")
    return product_of([one.is_commutative for one in value.args], parts)


def _named(value: Expr, place: ExactPlace) -> Exact:
    if isinstance(value, Datum):
        return place.data.columns[value.name][0] if place.data.drawn.single else place.data.columns[value.name]
    if isinstance(value, DatumComponent):
        at: tuple[Any, ...] = (..., *(int(index) - 1 for index in value.indices))
        return np.asarray(place.data.columns[value.name][at])
    if isinstance(value, Component):
        return np.asarray(place.theta[value.name][tuple(int(index) - 1 for index in value.indices)])
    if value in place.data.drawn.sizes:
        return np.asarray(fmpq(place.data.drawn.sizes[value]))
    return place.data.known[value] if value in place.data.known else place.theta[str(value.name)]


def _summed_products(left: Exact, right: Exact) -> Exact:
    """The sum over observations of products of two matrices: one product of matrices that are as long as the data."""
    rows = np.moveaxis(left, 1, 0).reshape(left.shape[1], -1)
    return from_flint(to_flint(rows) * to_flint(right.reshape(-1, right.shape[2])))


def _inverse(matrix: Exact) -> Exact:
    if matrix.ndim == 3:
        return np.stack([_inverse(one) for one in matrix])
    return from_flint(to_flint(matrix).inv())


def _power(base: Exact, exponent: int, number: bool) -> Exact:
    if number:
        return np.asarray(base**exponent if exponent >= 0 else (fmpq(1) / base) ** -exponent)
    return from_flint(to_flint(base) ** exponent)


def product_of(numbers: list[bool], parts: list[Exact]) -> Exact:
    """Return the product of parts, of which ``numbers`` tells those that are numbers; matrices keep their order.

    >>> product_of([True, False], [exact_array(2.0), exact_array(np.eye(1))])
    array([[2]], dtype=object)
    """
    factors = [part for part, plain in zip(parts, numbers, strict=True) if plain]
    factor = np.asarray(reduce(mul, factors, np.asarray(fmpq(1))))
    matrices = [part for part, plain in zip(parts, numbers, strict=True) if not plain]
    if not matrices:
        return factor
    return np.asarray(factor[..., np.newaxis, np.newaxis] * reduce(_matrix_product, matrices))


def _matrix_product(left: Exact, right: Exact) -> Exact:
    """The product of two matrices, either with an axis for the observations in front: of long ones as few as may be."""
    if left.ndim == right.ndim == 3:
        return np.asarray(np.matmul(left, right))
    if left.ndim == 3:
        rows = from_flint(to_flint(left.reshape(-1, left.shape[2])) * to_flint(right))
        return rows.reshape(*left.shape[:2], -1)
    if right.ndim == 3:
        return np.swapaxes(_matrix_product(np.swapaxes(right, 1, 2), left.T), 1, 2)
    return from_flint(to_flint(left) * to_flint(right))


def to_flint(matrix: Exact) -> fmpq_mat:
    """Return a matrix of python-flint."""
    return fmpq_mat(matrix.shape[0], matrix.shape[1], matrix.reshape(-1).tolist())


def from_flint(matrix: fmpq_mat) -> Exact:
    """Return the entries of a matrix of python-flint."""
    found = np.empty((matrix.nrows(), matrix.ncols()), dtype=object)
    found.reshape(-1)[:] = matrix.entries()
    return found


def is_definite(matrix: Exact) -> bool:
    """Return whether a symmetric matrix is positive definite: eliminated without exchanges, every pivot is positive.

    Source
    ------
    Golub & Van Loan 2013, Matrix Computations, section 4.2.

    Examples
    --------
    >>> is_definite(exact_array(np.array([[2.0, 1.0], [1.0, 1.0]]))), is_definite(exact_array(np.ones((2, 2))))
    (True, False)
    """
    left = matrix.copy()
    for at in range(len(left)):
        if not left[at, at] > 0:
            return False
        rows = slice(at + 1, None)
        left[rows, rows] -= np.outer(left[rows, at], left[at, rows]) / left[at, at]
    return True


def nearest(values: Exact) -> NDArray[np.float64]:
    """Return the doubles nearest to rational numbers, infinite beyond the largest one.

    >>> nearest(np.asarray([fmpq(1, 3)]))
    array([0.33333333])
    """
    return mapped(nearest_double, values).astype(np.float64)
