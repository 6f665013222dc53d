"""Climbs to two parameters of an exponential family in a few operations on floats: the rows are read no more.

Where to begin is looked up: on a grid of parameters the mean log-likelihood is a product of a matrix, made once, and
the averages of the sufficient statistics. From the highest point Newton's steps lead to the maximum.

Source: Brown 1986, *Fundamentals of Statistical Exponential Families*, chapter 5, for the likelihood in that form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..tolerance import SLOPE_NATS, TERM_ULPS, UNIT_ROUNDOFF
from .numbers import Scalars

Array = NDArray[Any]

_STEPS = 20
_LONGEST = 1.0
"""Change of a coordinate in one step: the logarithm of a parameter, mostly."""
_ENOUGH = 1e-13
"""Nats an observation that a step may promise to be the last: the next would promise about the square of it."""


@dataclass(frozen=True, eq=False)
class NaturalNewton:
    """The climb for one derivation.

    It is called with the averages of the sufficient statistics. ``heights``, of shape ``(m, k + 1)``, are the natural
    parameters and minus the log-partition at the ``starts``. ``slopes`` gives gradient and second derivatives, in rows
    up to the diagonal's right, and what the terms of the gradient come to without signs: digamma of the same numbers;
    ``parameters`` gives the parameters from coordinates.
    """

    heights: Array
    starts: Array
    slopes: Scalars
    parameters: Scalars

    def __call__(self, x: Array, *t: float) -> list[float] | None:
        """Return the parameters, ``None`` where the climb does not come to an end that doubles tell."""
        u, v = self.starts[self.heights.dot(np.array((*t, 1.0))).argmax()].tolist()
        for _ in range(_STEPS):
            gu, gv, huu, huv, hvv, *sizes = self.slopes(u, v, *t)
            determinant = huu * hvv - huv * huv
            if not (huu < 0 and determinant > 0):
                return None
            du, dv = (huv * gv - hvv * gu) / determinant, (huv * gu - huu * gv) / determinant
            promise, longest = (gu * du + gv * dv) / 2, max(abs(du), abs(dv))
            if longest > _LONGEST:
                du, dv = du * _LONGEST / longest, dv * _LONGEST / longest
            u, v = u + du, v + dv
            if not promise > _ENOUGH:
                a, b = (TERM_ULPS * UNIT_ROUNDOFF * size for size in sizes)
                lost = (a * a * -hvv + b * b * -huu + 2 * a * b * abs(huv)) / determinant / 2
                return self.parameters(u, v) if promise >= 0 and lost <= SLOPE_NATS else None
        return None
