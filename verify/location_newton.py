"""Climbs to the place and the scale of data under a log-concave kernel: a few passes from where moments put them.

With ``z = (y - location) / scale`` and kernel ``g`` the mean log-likelihood is concave in ``1 / scale`` and
``location / scale``, which a step turns into ``1 + a`` times themselves less ``b``: it becomes
``log(1 + a) + mean(g((1 + a) z - b))`` but for what is constant, and is climbed by Newton's steps in ``(a, b)``.

Source of the concavity: Burridge 1981, *Journal of the Royal Statistical Society B* 43, 41-45.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol

from ..proofs.algebra.solve import solve_one
from ..proofs.family import Family
from ..proofs.location import LocationScale, Z, location_scale
from .density import compiled
from .kernel_sums import Slopes, kernel_slopes
from .lowering import NotLoweredError
from .passes import UNSHARED, averages, code_of, plain_product_total, total
from .scalars import Scalars, scalars
from .tolerance import JOINED_ROWS

Array = NDArray[Any]

_STEPS = 20
_LONGEST = 0.7
"""Share by which one step changes the inverse of the scale, and scales by which it moves the location."""
_ENOUGH, _ENOUGH_OF_MANY = 1e-14, 1e-8
"""Nats an observation that a step may promise to be the last: the next would promise about the square of it. Of few
rows the estimate is what balls begin from, and another pass over them takes no time."""
_WIDE, _NODES = 60.0, 24_001
"""Where the kernel is summed up for its moments: beyond, a log-concave one has next to nothing."""
_LOCATION, _SCALE = Symbol("_location", real=True), Symbol("_scale", positive=True)


def _sum(y: Array) -> list[float]:
    return [total(y)]


def _squares(y: Array, centre: float) -> list[float]:
    apart = y - centre
    return [plain_product_total(apart, apart)]


@dataclass(frozen=True, eq=False)
class LocationNewton:
    """The climb for one family.

    ``line`` turns observations into ``y``; ``mean`` and ``deviation`` are those of the kernel; ``scaled`` and
    ``placed`` say which of scale and location are estimated, ``location`` and ``scale`` are what the others are;
    ``parameters`` gives the parameters from location and scale.
    """

    line: Callable[..., Sequence[Array]] | None
    slopes: Slopes
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
        mean = averages(_sum, y)[0]
        location, scale = self._start(y, mean)
        enough = _ENOUGH if len(y) <= JOINED_ROWS else _ENOUGH_OF_MANY
        for _ in range(_STEPS):
            a, b, promise = self._step(*self.slopes(y, mean, location, 1 / scale))
            longest = max(abs(a), abs(b))
            if longest > _LONGEST:
                a, b = a * _LONGEST / longest, b * _LONGEST / longest
            location, scale = location + scale * b / (1 + a), scale / (1 + a)
            if not promise > enough:
                return self.parameters(location, scale) if promise >= 0 else None
        return None

    def _start(self, y: Array, mean: float) -> tuple[float, float]:
        """Location and scale at which the kernel has the mean and the standard deviation of the data."""
        if not self.placed:
            return self.location, (mean - self.location) / self.mean
        if not self.scaled:
            return mean - self.scale * self.mean, self.scale
        scale = math.sqrt(averages(_squares, y, mean, rows=UNSHARED)[0]) / self.deviation
        return mean - scale * self.mean, scale

    def _step(
        self, first: float, first_z: float, second: float, second_z: float, second_zz: float
    ) -> tuple[float, float, float]:
        """Newton's step in what is estimated, and the nats that it promises; these are ``nan`` at a flat place."""
        ga, haa = (1 + first_z, second_zz - 1) if self.scaled else (0.0, -1.0)
        gb, hbb = (-first, second) if self.placed else (0.0, -1.0)
        hab = -second_z if self.scaled and self.placed else 0.0
        determinant = haa * hbb - hab * hab
        if not (haa < 0 and determinant > 0):
            return 0.0, 0.0, math.nan
        a, b = (hab * gb - hbb * ga) / determinant, (hab * ga - haa * gb) / determinant
        return a, b, (ga * a + gb * b) / 2


def location_newton(family: Family) -> LocationNewton:
    """Return the climb for a family with a log-concave kernel, which is for the caller to know.

    >>> from thetahat import family
    >>> climb = location_newton(family("logistic"))
    >>> [round(value, 6) for value in climb(np.array([1.0, 2.0, 4.0, 7.0]))]
    [3.299411, 1.383173]

    Raises
    ------
    NotLoweredError
        For a family of another structure.
    """
    structure = location_scale(family)
    if structure is None:
        raise NotLoweredError("the family is not one of locations and scales")
    slopes = kernel_slopes(structure.kernel)
    own = set(family.symbols)
    mean, deviation = _moments(structure)
    return LocationNewton(
        None if structure.observation == family.observation else code_of([structure.observation], [family.observation]),
        slopes,
        mean,
        deviation,
        scaled := bool(structure.scale.free_symbols & own),
        placed := bool(structure.location.free_symbols & own),
        0.0 if placed else float(structure.location),
        1.0 if scaled else float(structure.scale),
        scalars(_inverted(structure, family), [_LOCATION, _SCALE]),
    )


def _moments(structure: LocationScale) -> tuple[float, float]:
    """Mean and standard deviation under the kernel, by the trapezoidal rule."""
    z = np.linspace(-_WIDE if structure.lo.is_infinite else float(structure.lo), _WIDE, _NODES)
    with np.errstate(all="ignore"):
        weight = np.nan_to_num(np.exp(compiled(structure.kernel, (Z,))(z)), nan=0.0, posinf=0.0)
    weight /= weight.sum()
    mean = float(weight @ z)
    return mean, math.sqrt(float(weight @ (z - mean) ** 2))


def _inverted(structure: LocationScale, family: Family) -> list[Expr]:
    """The parameters as functions of location and scale."""
    found: dict[Symbol, Expr] = {}
    for value, symbol in 2 * ((structure.scale, _SCALE), (structure.location, _LOCATION)):
        left = value.xreplace(found).free_symbols & set(family.symbols)
        if len(left) == 1:
            parameter = left.pop()
            roots = solve_one(value.xreplace(found) - symbol, parameter, family.domain)
            if len(roots) != 1:
                raise NotLoweredError(f"location and scale do not give {parameter}")
            found[parameter] = roots[0].value
    if set(found) != set(family.symbols):
        raise NotLoweredError("location and scale do not give all parameters")
    return [found[symbol] for symbol in family.symbols]
