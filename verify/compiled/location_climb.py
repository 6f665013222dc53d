"""Climbs to the place and the scale of data under a log-concave kernel: a pass or two from where moments put them.

With ``z = (y - location) / scale`` and kernel ``g`` the mean log-likelihood is concave in ``1 / scale`` and
``location / scale``, which a step turns into ``1 + a`` times themselves less ``b``: it becomes
``log(1 + a) + mean(g((1 + a) z - b))`` but for what is constant. One pass over the rows gives its expansion in
``(a, b)`` to the third or fourth order, whose peak Newton's steps reach without another look at them.

Source of the concavity: Burridge 1981, *Journal of the Royal Statistical Society B* 43, 41-45.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from .columns import UNSHARED, average
from .expansion import Expansion
from .numbers import Scalars
from .row_totals import plain_product_total, total
from .words import two_product

Array = NDArray[Any]

_STEPS = 20
_LONGEST = 0.7
"""Share by which one step changes the inverse of the scale, and scales by which it moves the location."""
_CLOSE = 0.25
"""The same for a step that the expansion is followed beyond; without it Newton's first one is taken alone."""
_SQUARED = 100.0
"""How many times the square of the last step on an expansion the next may be, in nats."""
_NEAR = 1e-8
"""Nats an observation that the first term which an expansion leaves out may be worth for the next one to be the last:
from as far as that, some 1e-4, one of the fourth order leads to the last digit."""
_ENOUGH = 1e-33
"""The same at the end: what is left is a tenth of half a unit in the last place."""
_STRAIGHT = 1e-18
"""The same, times the length of the last step, for one pass to the second order to be the last: ``d`` off, a step with
slopes that bend as those at the last place did is off by ``d^2`` times that length."""


def _squares(y: Array, centre: float) -> float:
    apart = y - centre
    return plain_product_total(apart, apart)


@dataclass(frozen=True, eq=False)
class LocationNewton:
    """The climb for one family.

    ``line`` turns observations into ``y``; ``expansion`` reads what ``slopes`` makes gradient and second derivatives
    of, with the part of the gradient that the last order brings; ``begin`` makes the same of its first and second order
    where the step is zero, ``bend`` is what the third order adds to the gradient; ``mean`` and ``deviation`` are those
    of the kernel;
    ``scaled`` and ``placed`` say which of scale and location are estimated, ``location`` and ``scale`` are what the
    others are; ``parameters`` gives the parameters from location, scale and the inverse of the scale, and from what
    each of these is off.
    """

    line: Callable[..., Sequence[Array]] | None
    expansion: Expansion
    begin: Scalars
    bend: Scalars
    slopes: Scalars
    mean: float
    deviation: float
    scaled: bool
    placed: bool
    location: float
    scale: float
    parameters: Scalars

    def __call__(self, x: Array) -> list[float] | None:
        """Return the parameters, ``None`` where the climb does not come to an end."""
        y = x if self.line is None else self.line(x)[0]
        mean = average(total, y)
        location, scale = self._start(y, mean)
        inverse, left, length = 1 / scale, math.inf, math.inf
        expanded: Sequence[float] = ()
        for _ in range(_STEPS):
            if left * length <= _STRAIGHT:
                step = self._straight(self.expansion.close(y, mean, location, inverse), expanded, length)
                if step is not None:
                    return self._parameters(location, inverse, *step)
            is_near = left <= _NEAR
            expanded = (self.expansion.sharp if is_near else self.expansion)(y, mean, location, inverse)
            a, b, left = self._peak(expanded)
            if is_near and not left > _ENOUGH:
                return self._parameters(location, inverse, a, b) if left >= 0 else None
            location, inverse, length = location + b / (inverse * (1 + a)), inverse * (1 + a), max(abs(a), abs(b))
        return None

    def _parameters(self, location: float, inverse: float, a: float, b: float) -> list[float]:
        """The parameters at a short step from a place and the inverse of a scale, rounded at the end."""
        scale = 1 / inverse
        product, lacking = two_product(inverse, scale)
        share = 1 / (1 + a)
        aside, wider, narrower = b * scale * share, ((1.0 - product) - lacking - a * share) * scale, a * inverse
        place, spread, rate = location + aside, scale + wider, inverse + narrower
        rests = (location - place) + aside, (scale - spread) + wider, (inverse - rate) + narrower
        return self.parameters(place, spread, rate, *rests)

    def _start(self, y: Array, mean: float) -> tuple[float, float]:
        """Location and scale at which the kernel has the mean and the standard deviation of the data."""
        if not self.placed:
            return self.location, (mean - self.location) / self.mean
        if not self.scaled:
            return mean - self.scale * self.mean, self.scale
        scale = math.sqrt(average(_squares, y, mean, rows=UNSHARED)) / self.deviation
        return mean - scale * self.mean, scale

    def _peak(self, averaged: Sequence[float]) -> tuple[float, float, float]:
        """Where an expansion is highest, and the nats that the first term which it leaves out is worth there.

        Where that is not close by it is one step towards it, and the nats are infinite; at a flat place they are
        ``nan``.
        """
        first, second, a, b = self._begun(averaged)
        longest = max(abs(first), abs(second))
        if not longest <= _CLOSE:
            share = min(1.0, _LONGEST / longest)
            return share * first, share * second, math.inf * longest
        left, longest = 0.0, longest**1.5  # what is missing beyond the third order has the square of that
        for _ in range(_STEPS):
            lost = left * max(abs(a), abs(b)) ** 2
            if _SQUARED * longest**4 <= max(_ENOUGH, lost):
                return a, b, lost
            da, db, left = self._step(a, b, averaged)
            a, b, longest = a + da, b + db, max(abs(da), abs(db))
            if not max(abs(a), abs(b)) <= _LONGEST:
                break
        return first, second, math.inf

    def _begun(self, averaged: Sequence[float]) -> tuple[float, float, float, float]:
        """Newton's step on an expansion from zero, and Chebyshev's, with its third order; ``nan`` at a flat place.

        Source: Traub 1964, *Iterative Methods for the Solution of Equations*, section 5.1.
        """
        ga, gb, haa, hab, hbb = self.begin(*averaged)
        determinant = haa * hbb - hab * hab
        if not (haa < 0 and determinant > 0):
            return math.nan, math.nan, math.nan, math.nan
        a, b = (hab * gb - hbb * ga) / determinant, (hab * ga - haa * gb) / determinant
        pa, pb = self.bend(a, b, *averaged)
        return a, b, a + (hab * pb - hbb * pa) / determinant, b + (hab * pa - haa * pb) / determinant

    def _straight(self, close: Sequence[float], before: Sequence[float], length: float) -> tuple[float, float] | None:
        """The step to the maximum from slopes and second derivatives, ``None`` where it is too long for that.

        The third order is the one that was found before a step of that length.
        """
        first, second, a, b = self._begun([*close, *before[len(close) :]])
        longest = max(abs(first), abs(second))
        return (a, b) if _SQUARED * (longest * longest * max(longest, length)) ** 2 <= _ENOUGH else None

    def _step(self, a: float, b: float, averaged: Sequence[float]) -> tuple[float, float, float]:
        """Newton's step on an expansion, and the nats that its last order is worth; ``nan`` at a flat place."""
        ga, gb, haa, hab, hbb, la, lb = self.slopes(a, b, *averaged)
        determinant = haa * hbb - hab * hab
        if not (haa < 0 and determinant > 0):
            return math.nan, math.nan, math.nan
        last = 2 * hab * la * lb - hbb * la * la - haa * lb * lb
        return (hab * gb - hbb * ga) / determinant, (hab * ga - haa * gb) / determinant, last / determinant / 2
