"""Compiles the climb to two parameters of an exponential family, with a grid of places to begin from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Dummy, Expr, S, Symbol, symbols

from ..proofs.derivation import Derivation
from .climb_plan import climb_of, derivatives, magnitudes
from .compiled.natural_climb import NaturalNewton
from .compiled.numbers import Scalars
from .density import compiled_together
from .inverse_table import DEGREE, exponents, inverse_table
from .lowering import NotLoweredError
from .written import scalars

Array = NDArray[Any]

_GRID = np.linspace(-7.0, 10.0, 35)
"""Coordinates that starts lie on, half a unit apart."""


def natural_newton(derivation: Derivation) -> NaturalNewton:
    """Return the climb of an exponential family.

    >>> from thetahat import derive, family
    >>> beta = derive(family("beta"))
    >>> [round(value, 6) for value in natural_newton(beta)(np.empty(0), -1.0, -1.5)]
    [0.696551, 0.551461]

    Raises
    ------
    NotLoweredError
        For any but two parameters, both free of the unit of the data.
    """
    form, plan = derivation.exponential_form, climb_of(derivation)
    if form is None:
        raise NotLoweredError("this is no exponential family")
    statistics = [s.symbol for s in derivation.statistics[: len(form.statistics)]]
    allowed = {*plan.coordinates, *statistics}
    if plan.parameters != derivation.family.symbols or len(plan.parameters) != 2 or len(statistics) != 2:
        raise NotLoweredError("this is no exponential family of two free parameters")
    if any(e.free_symbols - allowed for e in (plan.value, *plan.maps)):
        raise NotLoweredError("the coordinates need more of the data than the averages of sufficient statistics")
    arguments = (*plan.coordinates, *statistics)
    first, second = derivatives(plan)
    place = dict(zip(plan.parameters, plan.maps, strict=True))
    *eta, log_partition = (e.xreplace(place) for e in (*form.eta, form.log_partition))
    heights, starts = _table([*eta, -log_partition], plan.coordinates)
    inverse, ratios = inverse_table(eta, log_partition, plan.coordinates, starts)
    return NaturalNewton(
        heights,
        starts,
        inverse,
        ratios,
        _polynomial(),
        scalars([*first, *second], arguments),
        scalars([*first, *magnitudes(plan)], arguments),
        scalars(plan.maps, plan.coordinates),
    )


def _table(expressions: Sequence[Expr], coordinates: Sequence[Symbol]) -> tuple[Array, Array]:
    """The expressions, a row for each, and the coordinates at the points of the grid at which all are finite."""
    u, v = (axis.ravel() for axis in np.meshgrid(_GRID, _GRID))
    code = compiled_together(tuple(expressions), tuple(coordinates))
    with np.errstate(all="ignore"):
        values = np.stack([np.broadcast_to(value, u.shape) for value in code(u, v)])
    good = np.isfinite(values).all(axis=0)
    if not good.any():
        raise NotLoweredError("no point of the grid has a likelihood")
    return np.ascontiguousarray(values[:, good]), np.column_stack([u, v])[good]


def _polynomial() -> Scalars:
    """Two polynomials in the same two numbers, from these and the coefficients of one and of the other."""
    a, b = symbols("a, b", real=True)
    both = [[Dummy(f"c{place}", real=True) for place, _ in enumerate(exponents())] for _ in range(2)]
    return scalars(
        [_nested(dict(zip(exponents(), each, strict=True)), a, b) for each in both], [a, b, *both[0], *both[1]]
    )


def _nested(coefficients: dict[tuple[int, int], Symbol], a: Symbol, b: Symbol) -> Expr:
    """By Horner's rule, in powers of ``a`` whose factors are polynomials in ``b``."""
    whole: Expr = S.Zero
    for i in range(DEGREE, -1, -1):
        factor: Expr = S.Zero
        for j in range(DEGREE - i, -1, -1):
            factor = factor * b + coefficients[i, j]
        whole = whole * a + factor
    return whole
