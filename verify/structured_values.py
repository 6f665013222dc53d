"""What structured expressions are in double precision, on data: matrices by NumPy, sums over components by adding up.

A matrix is an array of two axes, with a third in front where it differs between observations; a number is a float, or
has one axis where it differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, gamma, gammaln, multigammaln, polygamma
from sympy import Expr, Integer, Symbol

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
)
from ..strategies.structured import StructuredData

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Place:
    """A dataset together with values for the parameters, by their names."""

    drawn: StructuredData
    theta: Mapping[str, Array]


def matrix_at(matrix: Expr, place: Place) -> Array:
    """Return a matrix expression's value."""
    if isinstance(matrix, Datum):
        return place.drawn.data[matrix][0] if place.drawn.single else place.drawn.data[matrix]
    if isinstance(matrix, Matrix):
        return place.drawn.known[matrix] if matrix in place.drawn.known else place.theta[matrix.name]
    if isinstance(matrix, Identity):
        return np.eye(int(matrix.args[0].subs(place.drawn.sizes)))
    if isinstance(matrix, Average):
        inner = matrix_at(matrix.args[0], place)
        return np.asarray(inner.mean(axis=0) if inner.ndim == 3 else inner)
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
    if isinstance(number, Trace):
        return np.trace(matrix_at(number.args[0], place), axis1=-2, axis2=-1)
    if isinstance(number, LogDet):
        return np.linalg.slogdet(matrix_at(number.args[0], place))[1]
    if isinstance(number, Average):
        inner = np.asarray(number_at(number.args[0], place))
        return inner.mean(axis=0) if inner.ndim else float(inner)
    if isinstance(number, Plate):
        inside, index, last = number.args
        top = place.drawn.sizes[last]
        return sum(number_at(inside.xreplace({index: Integer(k)}), place) for k in range(1, top + 1))
    if isinstance(number, Component):
        return _component(number, place)
    if isinstance(number, Symbol):
        return _symbol(number, place)
    if number.is_number:
        return float(number)
    values = [number_at(part, place) for part in number.args]
    if number.is_Add:
        return sum(values)
    if number.is_Mul:
        return reduce(np.multiply, values)
    if number.is_Pow:
        return np.power(np.asarray(values[0], dtype=np.float64), values[1])
    return _called(number, values)


def _component(one: Component, place: Place) -> Any:
    at: tuple[Any, ...] = tuple(int(index) - 1 for index in one.indices)
    if isinstance(one, DatumComponent):
        found = next(value for term, value in place.drawn.data.items() if term.name == one.name)
        return found[(..., *at)]
    return place.theta[one.name][at]


def _symbol(symbol: Symbol, place: Place) -> float:
    if symbol in place.drawn.sizes:
        return float(place.drawn.sizes[symbol])
    if symbol in place.drawn.known:
        return float(place.drawn.known[symbol])
    return float(place.theta[str(symbol.name)])


def _called(number: Expr, values: list[Any]) -> Any:
    name = type(number).__name__
    if isinstance(number, LogMultigamma):
        return multigammaln(values[1], int(values[0]))
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
