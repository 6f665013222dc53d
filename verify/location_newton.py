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

import numpy as np
from numpy.typing import NDArray
from sympy import Add, Dummy, Expr, Symbol, horner, log

from ..proofs.algebra.solve import solve_one
from ..proofs.family import Family
from ..proofs.location import LocationScale, Z, location_scale
from .density import compiled
from .kernel_sums import Expansion, Power, kernel_expansion
from .lowering import NotLoweredError
from .passes import UNSHARED, averages, code_of
from .row_totals import plain_product_total, total
from .scalars import Scalars, scalars
from .tolerance import JOINED_ROWS

Array = NDArray[Any]

_STEPS = 20
_LONGEST = 0.7
"""Share by which one step changes the inverse of the scale, and scales by which it moves the location."""
_CLOSE = 0.25
"""The same for a step that the expansion is followed beyond; without it Newton's first one is taken alone."""
_SQUARED = 100.0
"""How many times the square of the last step on an expansion the next may be, in nats."""
_ENOUGH, _ENOUGH_OF_MANY = 1e-24, 1e-11
"""Nats that the first term which an expansion leaves out may be worth at the end: an observation, and of many rows all
together. Of few the estimate is what balls begin from, within ``ROOT_SLACK`` of the maximum, and another pass over them
takes no time."""
_WIDE, _NODES = 60.0, 24_001
"""Where the kernel is summed up for its moments: beyond, a log-concave one has next to nothing."""
_LOCATION, _SCALE = Symbol("_location", real=True), Symbol("_scale", positive=True)
_STEP = Symbol("_a", real=True), Symbol("_b", real=True)


def _sum(y: Array) -> list[float]:
    return [total(y)]


def _squares(y: Array, centre: float) -> list[float]:
    apart = y - centre
    return [plain_product_total(apart, apart)]


@dataclass(frozen=True, eq=False)
class LocationNewton:
    """The climb for one family.

    ``line`` turns observations into ``y``; ``expansion`` reads what ``slopes`` makes gradient and second derivatives
    of, with the part of the gradient that the last order brings; ``mean`` and ``deviation`` are those of the kernel;
    ``scaled`` and ``placed`` say which of scale and location are estimated, ``location`` and ``scale`` are what the
    others are; ``parameters`` gives the parameters from location and scale.
    """

    line: Callable[..., Sequence[Array]] | None
    expansion: Expansion
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
        mean = averages(_sum, y)[0]
        location, scale = self._start(y, mean)
        enough = _ENOUGH if len(y) <= JOINED_ROWS else _ENOUGH_OF_MANY / len(y)
        for _ in range(_STEPS):
            a, b, left = self._peak(self.expansion(y, mean, location, 1 / scale), enough)
            location, scale = location + scale * b / (1 + a), scale / (1 + a)
            if not left > enough:
                return self.parameters(location, scale) if left >= 0 else None
        return None

    def _start(self, y: Array, mean: float) -> tuple[float, float]:
        """Location and scale at which the kernel has the mean and the standard deviation of the data."""
        if not self.placed:
            return self.location, (mean - self.location) / self.mean
        if not self.scaled:
            return mean - self.scale * self.mean, self.scale
        scale = math.sqrt(averages(_squares, y, mean, rows=UNSHARED)[0]) / self.deviation
        return mean - scale * self.mean, scale

    def _peak(self, averaged: Sequence[float], enough: float) -> tuple[float, float, float]:
        """Where an expansion is highest, and the nats that the first term which it leaves out is worth there.

        Where that is not close by it is one step towards it, and the nats are infinite; at a flat place they are
        ``nan``.
        """
        first, second, left = self._step(0.0, 0.0, averaged)
        longest = max(abs(first), abs(second))
        if not longest <= _CLOSE:
            share = min(1.0, _LONGEST / longest)
            return share * first, share * second, math.inf * longest
        a, b = first, second
        for _ in range(_STEPS):
            lost = left * max(abs(a), abs(b)) ** 2
            if _SQUARED * longest**4 <= max(enough, lost):
                return a, b, lost
            da, db, left = self._step(a, b, averaged)
            a, b, longest = a + da, b + db, max(abs(da), abs(db))
            if not max(abs(a), abs(b)) <= _LONGEST:
                break
        return first, second, math.inf

    def _step(self, a: float, b: float, averaged: Sequence[float]) -> tuple[float, float, float]:
        """Newton's step on an expansion, and the nats that its last order is worth; ``nan`` at a flat place."""
        ga, gb, haa, hab, hbb, la, lb = self.slopes(a, b, *averaged)
        determinant = haa * hbb - hab * hab
        if not (haa < 0 and determinant > 0):
            return math.nan, math.nan, math.nan
        last = 2 * hab * la * lb - hbb * la * la - haa * lb * lb
        return (hab * gb - hbb * ga) / determinant, (hab * ga - haa * gb) / determinant, last / determinant / 2


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
    scaled, placed = (bool(e.free_symbols & set(family.symbols)) for e in (structure.scale, structure.location))
    expansion = kernel_expansion(structure.kernel, scaled, placed)
    mean, deviation = _moments(structure)
    return LocationNewton(
        None if structure.observation == family.observation else code_of([structure.observation], [family.observation]),
        expansion,
        _slopes(expansion.terms, scaled, placed),
        mean,
        deviation,
        scaled,
        placed,
        0.0 if placed else float(structure.location),
        1.0 if scaled else float(structure.scale),
        scalars(_inverted(structure, family), [_LOCATION, _SCALE]),
    )


def _slopes(terms: Sequence[Power], scaled: bool, placed: bool) -> Scalars:
    """Gradient, second derivatives and the last order's part of the gradient, from ``a``, ``b`` and the coefficients.

    What is not estimated does not move.
    """
    a, b = _STEP
    factors = {term: Dummy(f"c_{term[0]}_{term[1]}", real=True) for term in terms}
    parts = {(k, j): factor * a**j * b ** (k - j) for (k, j), factor in factors.items()}
    highest = max(k for k, _ in terms)
    value, last = Add(*parts.values()), Add(*(part for (k, _), part in parts.items() if k == highest))
    rest = (log(1 + a) if scaled else -(a**2) / 2) + (0 if placed else -(b**2) / 2)
    orders = ((a,), (b,), (a, a), (a, b), (b, b))
    found = [horner(value.diff(*order), wrt=(b, a)) + rest.diff(*order) for order in orders]
    return scalars([*found, *(horner(last.diff(one), wrt=(b, a)) for one in (a, b))], [a, b, *factors.values()])


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
