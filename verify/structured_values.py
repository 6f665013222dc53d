"""What structured expressions are in double precision, on data: matrices by NumPy, sums over components by adding up.

A matrix is an array of two axes, with a third in front where it differs between observations; a number is a float, or
has one axis where it differs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, gamma, gammaln, multigammaln, polygamma
from sympy import Expr, Symbol

from ..proofs.errors import UndecidedError
from ..proofs.structured.plates import Component, DatumComponent, InverseDigamma, Plate
from ..proofs.structured.terms import (
    Average,
    Datum,
    Identity,
    Inverse,
    LogDet,
    LogMultigamma,
    Matrix,
    Trace,
    Transposed,
    size_in,
)
from ..strategies.structured import StructuredData

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Place:
    """A dataset together with values for the parameters, by their names."""

    drawn: StructuredData
    theta: Mapping[str, Array]

    @cached_property
    def columns(self) -> Mapping[str, Array]:
        """The data by the names of their terms."""
        return {term.name: value for term, value in self.drawn.data.items() if isinstance(term, DatumComponent)}


def matrix_at(matrix: Expr, place: Place) -> Array:
    """Return a matrix expression's value."""
    if isinstance(matrix, Datum):
        return place.drawn.data[matrix][0] if place.drawn.single else place.drawn.data[matrix]
    if isinstance(matrix, Matrix):
        return place.drawn.known[matrix] if matrix in place.drawn.known else place.theta[matrix.name]
    if isinstance(matrix, Identity):
        return np.eye(size_in(matrix.args[0], place.drawn.sizes))
    if isinstance(matrix, Average):
        inner = matrix_at(matrix.args[0], place)
        return place.drawn.mean(inner) if inner.ndim == 3 else inner
    if isinstance(matrix, Transposed):
        return np.swapaxes(matrix_at(matrix.args[0], place), -1, -2)
    if isinstance(matrix, Inverse):
        return np.asarray(np.linalg.inv(matrix_at(matrix.args[0], place)))
    if matrix.is_Add:
        return np.asarray(sum(matrix_at(part, place) for part in matrix.args))
    if matrix.is_Pow:
        return np.linalg.matrix_power(matrix_at(matrix.base, place), int(matrix.exp))
    factors = [number_at(part, place) for part in matrix.args if part.is_commutative]
    parts = [matrix_at(part, place) for part in matrix.args if not part.is_commutative]
    factor = np.asarray(np.prod(factors)) if factors else np.asarray(1.0)
    return np.asarray(factor[..., np.newaxis, np.newaxis] * reduce(np.matmul, parts))


def number_at(number: Expr, place: Place) -> Any:
    """Return a number's value, or one for each observation."""
    return _reader(number)(place)


@lru_cache(maxsize=16_384)
def _reader(number: Expr) -> Callable[[Place], Any]:
    """How a number is read off a place: the expression is walked once, and a search asks at thousands of places."""
    if isinstance(number, (Trace, LogDet)):
        return _reader_of_matrix(number)
    if isinstance(number, Average):
        return _averaging(_reader(number.args[0]))
    if isinstance(number, Plate):
        last = number.args[2]
        return lambda place: sum(read(place) for read in _summands(number, place.drawn.sizes[last]))
    if isinstance(number, Component):
        return _component(number)
    if isinstance(number, Symbol):
        return lambda place: _symbol(number, place)
    if number.is_number:
        value = float(number)
        return lambda place: value
    return _combining(number, tuple(map(_reader, number.args)))


def _reader_of_matrix(number: Expr) -> Callable[[Place], Any]:
    (inner,) = number.args
    if isinstance(number, Trace):
        return lambda place: np.trace(matrix_at(inner, place), axis1=-2, axis2=-1)
    return lambda place: np.linalg.slogdet(matrix_at(inner, place))[1]


def _averaging(read: Callable[[Place], Any]) -> Callable[[Place], Any]:
    def mean(place: Place) -> Any:
        return place.drawn.mean(read(place))

    return mean


@lru_cache(maxsize=4096)
def _summands(plate: Plate, top: int) -> tuple[Callable[[Place], Any], ...]:
    return tuple(map(_reader, plate.spelled(top)))


def _combining(number: Expr, parts: tuple[Callable[[Place], Any], ...]) -> Callable[[Place], Any]:
    if number.is_Add:
        return lambda place: sum(read(place) for read in parts)
    if number.is_Mul:
        return lambda place: reduce(np.multiply, [read(place) for read in parts])
    if number.is_Pow:
        base, exponent = parts
        return lambda place: np.power(np.asarray(base(place), dtype=np.float64), exponent(place))
    return lambda place: _called(number, [read(place) for read in parts])


def _component(one: Component) -> Callable[[Place], Any]:
    name = one.name
    at: tuple[Any, ...] = tuple(int(index) - 1 for index in one.indices)
    if isinstance(one, DatumComponent):
        return lambda place: place.columns[name][(..., *at)]
    return lambda place: place.theta[name][at]


def _symbol(symbol: Symbol, place: Place) -> Any:
    if symbol in place.drawn.sizes:
        return float(place.drawn.sizes[symbol])
    if symbol in place.drawn.known:
        return float(place.drawn.known[symbol])
    value = place.theta[str(symbol.name)]
    return value if np.ndim(value) else float(value)


def _called(number: Expr, values: list[Any]) -> Any:
    name = type(number).__name__
    if isinstance(number, LogMultigamma):
        size = int(values[0])
        # Up to half of size - 1 there is no such function, and no density.
        return multigammaln(values[1], size) if values[1] > (size - 1) / 2 else np.nan
    if isinstance(number, InverseDigamma):
        return inverse_digamma(values[0])
    if name == "polygamma":
        return digamma(values[1]) if values[0] == 0 else polygamma(values[0], values[1])
    plain = {"log": np.log, "exp": np.exp, "Abs": np.abs, "loggamma": gammaln, "gamma": gamma}
    if name not in plain:
        raise UndecidedError(f"no evaluation in double precision is known for {name}; it occurs in {number}")
    return plain[name](values[0])


def inverse_digamma(value: Any) -> Any:
    """Return the positive number whose digamma is ``value``: Newton's method from the two asymptotes.

    >>> round(float(inverse_digamma(digamma(3.5))), 12)
    3.5
    """
    value = np.asarray(value, dtype=np.float64)
    # Minka 2000, Estimating a Dirichlet distribution, appendix C: five steps give full precision from here.
    found = np.where(value >= -2.22, np.exp(np.minimum(value, 700.0)) + 0.5, -1.0 / (value - digamma(1.0)))
    for _ in range(6):
        found = found - (digamma(found) - value) / polygamma(1, found)
    return found
