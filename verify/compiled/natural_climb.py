"""Climbs to two parameters of an exponential family in a few operations on floats: the rows are read no more.

Where to begin is looked up: on a grid of parameters the mean log-likelihood is a product of a matrix, made once, and
the averages of the sufficient statistics. Around the highest point a polynomial in the averages gives the parameters to
some digits, and Newton's steps lead from there to the maximum. Close to it the second derivatives hardly change, and
the last steps take those of the one before them.

Source: Brown 1986, *Fundamentals of Statistical Exponential Families*, chapter 5, for the likelihood in that form.
"""

from __future__ import annotations

import math
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
_NEAR = 1e-9
"""Nats an observation that a step may promise to be the last with second derivatives of its own: it is some 5e-5 long,
what it leaves is about the square of that, and the next step, with second derivatives that are off by some 5e-5, leaves
the third power."""
_ENOUGH = 1e-13
"""Nats an observation that such a step may promise."""
_CHORDS = 3
_LEFT = 1e-34
"""The same, times what the step before them promised, for one to be the last: it leaves a tenth of half a unit in the
last place of the coordinates, while rounding of the slopes leaves some units."""


@dataclass(frozen=True, eq=False)
class NaturalNewton:
    """The climb for one derivation.

    It is called with the averages of both sufficient statistics. ``heights``, of shape ``(3, m)``, are the natural
    parameters and minus the log-partition at the points of the grid, which ``starts`` are, of shape ``(m, 2)``.
    ``inverse`` holds a row for each of them, as ``inverse_table`` gives it, ``ratios`` says which statistics are
    compared by ratios, and ``polynomial`` turns guesses and the last numbers of a row into coordinates. ``slopes``
    gives gradient and second derivatives, in rows up to the diagonal's right; ``gradient`` the gradient and what its
    terms come to without signs; ``parameters`` gives the parameters from coordinates.
    """

    heights: Array
    starts: Array
    inverse: Array
    ratios: tuple[bool, ...]
    polynomial: Scalars
    slopes: Scalars
    gradient: Scalars
    parameters: Scalars

    def __call__(self, x: Array, s: float, t: float) -> list[float] | None:
        """Return the parameters, ``None`` where the climb does not come to an end that doubles tell."""
        u, v = self._start(s, t)
        for _ in range(_STEPS):
            gu, gv, huu, huv, hvv = self.slopes(u, v, s, t)
            determinant = huu * hvv - huv * huv
            if not (huu < 0 and determinant > 0):
                return None
            du, dv = (huv * gv - hvv * gu) / determinant, (huv * gu - huu * gv) / determinant
            longest = max(abs(du), abs(dv))
            if longest > _LONGEST:
                du, dv = du * _LONGEST / longest, dv * _LONGEST / longest
            u, v, before = u + du, v + dv, (gu * du + gv * dv) / 2
            if before > _NEAR:
                continue
            for _ in range(_CHORDS):
                gu, gv, *sizes = self.gradient(u, v, s, t)
                du, dv = (huv * gv - hvv * gu) / determinant, (huv * gu - huu * gv) / determinant
                promise = (gu * du + gv * dv) / 2
                if promise > _ENOUGH:
                    break
                u, v = u + du, v + dv
                if not promise * before > _LEFT:
                    a, b = (TERM_ULPS * UNIT_ROUNDOFF * size for size in sizes)
                    lost = (a * a * -hvv + b * b * -huu + 2 * a * b * abs(huv)) / determinant / 2
                    return self.parameters(u, v) if promise >= 0 and lost <= SLOPE_NATS else None
        return None

    def _start(self, s: float, t: float) -> tuple[float, float]:
        """Coordinates near those of the maximum, mostly to some digits."""
        place = np.array((s, t, 1.0)).dot(self.heights).argmax()
        s0, t0, a_s, a_t, b_s, b_t, *coefficients = self.inverse[place].tolist()
        p = math.log(s / s0) if self.ratios[0] else s - s0
        q = math.log(t / t0) if self.ratios[1] else t - t0
        u, v = self.polynomial(a_s * p + a_t * q, b_s * p + b_t * q, *coefficients)
        # The polynomials begin with the coordinates of the point, or with what is no number.
        u0, v0 = coefficients[0], coefficients[len(coefficients) // 2]
        if abs(u - u0) <= _LONGEST and abs(v - v0) <= _LONGEST:
            return u, v
        u0, v0 = self.starts[place].tolist()
        return u0, v0
