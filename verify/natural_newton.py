"""Climbs to two parameters of an exponential family in a few operations on floats: the rows are read no more.

Where to begin is looked up: on a grid of parameters the mean log-likelihood is a product of a matrix, made once, and
the averages of the sufficient statistics. From the highest point Newton's steps lead to the maximum.

Source: Brown 1986, *Fundamentals of Statistical Exponential Families*, chapter 5, for the likelihood in that form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol

from ..proofs.derivation import Derivation
from .climb_plan import climb_of, derivatives, magnitudes
from .density import compiled_together
from .lowering import NotLoweredError
from .scalars import Scalars, scalars
from .tolerance import SLOPE_NATS, TERM_ULPS, UNIT_ROUNDOFF

Array = NDArray[Any]

_STEPS = 20
_LONGEST = 1.0
"""Change of a coordinate in one step: the logarithm of a parameter, mostly."""
_ENOUGH = 1e-13
"""Nats an observation that a step may promise to be the last: the next would promise about the square of it."""
_GRID = np.linspace(-7.0, 10.0, 35)
"""Coordinates that starts lie on, half a unit apart."""


@dataclass(frozen=True, eq=False)
class NaturalNewton:
    """The climb for one derivation.

    It is called with the averages of the sufficient statistics. ``heights``, of shape ``(m, k + 1)``, are the natural
    parameters and minus the log-partition at the ``starts``. ``slopes`` gives gradient and second
    derivatives, in rows up to the diagonal's right, ``moduli`` what the terms of the gradient come to without signs,
    ``parameters`` the parameters from coordinates.
    """

    heights: Array
    starts: Array
    slopes: Scalars
    moduli: Scalars
    parameters: Scalars

    def __call__(self, x: Array, *t: float) -> list[float] | None:
        """Return the parameters, ``None`` where the climb does not come to an end that doubles tell."""
        u, v = self.starts[self.heights.dot(np.array((*t, 1.0))).argmax()].tolist()
        for _ in range(_STEPS):
            gu, gv, huu, huv, hvv = self.slopes(u, v, *t)
            determinant = huu * hvv - huv * huv
            if not (huu < 0 and determinant > 0):
                return None
            du, dv = (huv * gv - hvv * gu) / determinant, (huv * gu - huu * gv) / determinant
            promise, longest = (gu * du + gv * dv) / 2, max(abs(du), abs(dv))
            if longest > _LONGEST:
                du, dv = du * _LONGEST / longest, dv * _LONGEST / longest
            u, v = u + du, v + dv
            if not promise > _ENOUGH:
                a, b = (TERM_ULPS * UNIT_ROUNDOFF * size for size in self.moduli(u, v, *t))
                lost = (a * a * -hvv + b * b * -huu + 2 * a * b * abs(huv)) / determinant / 2
                return self.parameters(u, v) if promise >= 0 and lost <= SLOPE_NATS else None
        return None


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
        scalars([*first, *second], arguments),
        scalars(magnitudes(plan), arguments),
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
