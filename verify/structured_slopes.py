"""Exact slopes of structured log-densities: pairs of a value and its slope, carried from the leaves of the declaration.

It shares no rule with ``proofs.structured.gradients``. Logarithms and gamma functions occur as values only where they
do not change, so slopes are rational wherever those of logarithms and determinants are.

Source: Griewank & Walther 2008, Evaluating Derivatives, chapter 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import numpy as np
from flint import fmpq
from sympy import Expr, log

from ..proofs.errors import UndecidedError
from ..proofs.structured.plates import Component, Plate
from ..proofs.structured.terms import Inverse, LogDet, Matrix, Trace, Transposed
from .structured_exact import Exact, ExactPlace, exact_value, names_in, product_of

Towards = Mapping[str, Exact]


def mean_slope(log_density: Expr, place: ExactPlace, towards: Towards) -> fmpq:
    """Return the slope of the average log-density where parameters move ``towards`` a direction, given by their names.

    Examples
    --------
    >>> from sympy import Symbol
    >>> from thetahat.proofs.structured.plates import DatumComponent
    >>> from .structured_exact import ExactData, exact_array
    >>> from thetahat.strategies.structured import StructuredData
    >>> y, v = DatumComponent("y", "positive"), Symbol("v", positive=True)
    >>> data = StructuredData({}, {}, {y: np.array([1.0, 5.0])})
    >>> here = ExactPlace(ExactData(data), {"v": exact_array(2.0)})
    >>> mean_slope(-log(v) - y / v, here, {"v": exact_array(1.0)})
    1/4
    """
    found = _slope(log_density, place, towards)
    return found.item() if found.ndim == 0 else np.dot(place.data.shares, found)


def _slope(value: Expr, place: ExactPlace, towards: Towards) -> Exact:
    """The slope of an expression, of the shape that its value has."""
    if not _moves(value, towards):
        return np.asarray(fmpq(0)) if value.is_commutative else exact_value(value, place) * fmpq(0)
    if isinstance(value, Matrix):
        return towards[value.name]
    if isinstance(value, Component):
        return np.asarray(towards[value.name][tuple(int(index) - 1 for index in value.indices)])
    if value.is_Symbol:
        return towards[value.name]
    if isinstance(value, Plate):
        terms = value.spelled(place.data.drawn.sizes[value.args[2]])
        return np.asarray(reduce(np.add, [_slope(one, place, towards) for one in terms]))
    if value.is_Add:
        return np.asarray(reduce(np.add, [_slope(part, place, towards) for part in value.args]))
    if value.is_Mul:
        return _product_rule(value, place, towards)
    if value.is_Pow and value.exp.is_Integer and value.is_commutative:
        lower = exact_value(value.base ** (value.exp - 1), place)
        return np.asarray(fmpq(int(value.exp)) * lower * _slope(value.base, place, towards))
    return _of_word(value, place, towards)


def _moves(value: Expr, towards: Towards) -> bool:
    return any(name in towards for name in names_in(value))


def _product_rule(value: Expr, place: ExactPlace, towards: Towards) -> Exact:
    """One factor after the other is replaced by its slope; factors may be matrices, and keep their order."""
    terms, numbers = [], [one.is_commutative for one in value.args]
    for moving in value.args:
        if _moves(moving, towards):
            parts = [_slope(one, place, towards) if one is moving else exact_value(one, place) for one in value.args]
            terms.append(product_of(numbers, parts))
    return np.asarray(reduce(np.add, terms))


def _of_word(value: Expr, place: ExactPlace, towards: Towards) -> Exact:
    (inner,) = value.args
    if isinstance(value, log) and inner.is_Mul:
        # Factors that stay, which may be irrational, leave a logarithm's slope as it is.
        inner = inner.func(*(part for part in inner.args if _moves(part, towards)))
    slope = _slope(inner, place, towards)
    if isinstance(value, Trace):
        return np.asarray(np.trace(slope, axis1=-2, axis2=-1))
    if isinstance(value, Transposed):
        return np.swapaxes(slope, -1, -2)
    if isinstance(value, Inverse):
        inverse = exact_value(value, place)
        return np.asarray(-(inverse @ slope @ inverse))
    if isinstance(value, LogDet):
        return np.asarray(np.trace(exact_value(Inverse(inner), place) @ slope, axis1=-2, axis2=-1))
    if isinstance(value, log):
        return np.asarray(slope / exact_value(inner, place))
    raise UndecidedError(f"no rational slope is known for {type(value).__name__}; it occurs in {value}")
