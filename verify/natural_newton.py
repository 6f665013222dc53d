"""Compiles the climb to two parameters of an exponential family, with a grid of places to begin from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol

from ..proofs.derivation import Derivation
from .climb_plan import climb_of, derivatives, magnitudes
from .compiled.natural_climb import NaturalNewton
from .density import compiled_together
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
    symbols = [s.symbol for s in derivation.statistics[: len(form.statistics)]]
    allowed = {*plan.coordinates, *symbols}
    if plan.parameters != derivation.family.symbols or len(plan.parameters) != 2:
        raise NotLoweredError("this is no exponential family of two free parameters")
    if any(e.free_symbols - allowed for e in (plan.value, *plan.maps)):
        raise NotLoweredError("the coordinates need more of the data than the averages of sufficient statistics")
    arguments = (*plan.coordinates, *symbols)
    first, second = derivatives(plan)
    place = dict(zip(plan.parameters, plan.maps, strict=True))
    heights, starts = _table([*form.eta, -form.log_partition], place, plan.coordinates)
    return NaturalNewton(
        heights,
        starts,
        scalars([*first, *second, *magnitudes(plan)], arguments),
        scalars(plan.maps, plan.coordinates),
    )


def _table(
    expressions: Sequence[Expr], place: dict[Symbol, Expr], coordinates: Sequence[Symbol]
) -> tuple[Array, Array]:
    """The expressions and the coordinates at the points of the grid at which all are finite."""
    u, v = (axis.ravel() for axis in np.meshgrid(_GRID, _GRID))
    code = compiled_together(tuple(e.xreplace(place) for e in expressions), tuple(coordinates))
    with np.errstate(all="ignore"):
        values = np.column_stack([np.broadcast_to(value, u.shape) for value in code(u, v)])
    good = np.isfinite(values).all(axis=1)
    if not good.any():
        raise NotLoweredError("no point of the grid has a likelihood")
    return values[good], np.column_stack([u, v])[good]
