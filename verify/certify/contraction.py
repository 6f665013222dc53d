"""Proves that a small box holds exactly one stationary point, and that it is a maximum: Krawczyk's contraction.

Source: Krawczyk 1969, Computing 4, 187; Neumaier 1990, Interval Methods for Systems of Equations, section 5.1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from flint import arb, ctx
from sympy import Symbol

from ...proofs.ball_data import Table
from ...proofs.balls import precision
from ...proofs.derivation import Derivation
from ..ball_climbing import climbed, solved
from ..climb_plan import mean_log_likelihood
from ..enclosure import precisions
from ..exact import written_out
from ..observations import Observations
from ..terrain import Objective, Terrain
from ..tolerance import MOST_BITS
from .long_table import laid_out
from .slope_program import Slopes, saturating_slopes, slopes_of

Balls = list[arb]

_LOST = 4
"""Digits lost for each of a number far from one: twice as many in a second derivative, squared in a determinant."""
_STEPS = 12  # Newton steps from a double to the working precision; each doubles the correct digits


@dataclass(frozen=True)
class Contracted:
    """The box in which one stationary point was proved, a smaller one that holds it, and the precision."""

    parameters: tuple[Symbol, ...]
    region: Balls
    inner: Balls
    bits: int


def contracted(
    derivation: Derivation,
    observations: Observations,
    estimate: Mapping[Symbol, float | arb],
    climbing: bool = True,
    least: int = 0,
) -> Contracted | None:
    """Return a box near ``estimate`` that holds exactly one stationary point, a strict local maximum.

    ``None`` where no precision proves one. Parameters at an end of the support are taken as ``estimate`` has them.
    Where Newton's steps lead nowhere it climbs, if it may. An estimate in balls, of more digits than a double, would be
    spoilt by steps of fewer: ``least`` bits are the first that are tried.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> data = Observations(np.array([[1.0], [3.0]]), None, 2)
    >>> rate = family("exponential").symbols[0]
    >>> found = contracted(derive(family("exponential")), data, {rate: 0.51})
    >>> bool(found.inner[0].overlaps(arb(0.5)) and found.inner[0].rad() < 1e-30)
    True
    """
    return contracted_on(laid_out(derivation.family, observations), derivation, estimate, climbing, least)


def contracted_on(
    table: Table,
    derivation: Derivation,
    estimate: Mapping[Symbol, float | arb],
    climbing: bool = True,
    least: int = 0,
) -> Contracted | None:
    """Return the same on a table, which need know no more than averages where the likelihood is one of averages.

    >>> from thetahat import derive, family
    >>> rate, x = family("exponential").symbols[0], family("exponential").observation
    >>> found = contracted_on(Table((x,), [(arb(1),), (arb(3),)], None), derive(family("exponential")), {rate: 0.51})
    >>> bool(found.inner[0].overlaps(arb(0.5)))
    True
    """
    for slopes in (slopes_of(derivation), saturating_slopes(derivation)):
        found = None if slopes is None else _contracted(slopes, table, derivation, estimate, climbing, least)
        if found is not None:
            return found
    return None


def gradient_of(derivation: Derivation, observations: Observations) -> Callable[[arb], arb] | None:
    """Return the slope of the mean log-likelihood of the only parameter, at the working precision.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> slope = gradient_of(derive(family("exponential")), Observations(np.array([[1.0], [3.0]]), None, 2))
    >>> bool(slope(arb(1)) == -1)
    True
    """
    slopes = saturating_slopes(derivation) or slopes_of(derivation)
    if slopes is None or len(slopes.parameters) != 1 or slopes.placed:
        return None
    ground = _Ground(slopes, laid_out(derivation.family, observations), {})
    ground.read()

    def slope(place: arb) -> arb:
        found = ground([place])
        return arb("nan") if found is None else found.gradient[0]

    return slope


def _contracted(
    slopes: Slopes,
    table: Table,
    derivation: Derivation,
    estimate: Mapping[Symbol, float | arb],
    climbing: bool,
    least: int,
) -> Contracted | None:
    """The same by one way of computing slopes."""
    ground = _Ground(slopes, table, estimate)
    start = [arb(estimate[p]) for p in ground.parameters]
    for bits in (bits for bits in _precisions(start) if bits >= least):
        with precision(bits):
            ground.read()
            near, onwards = _approached(ground, _stepped(ground, start))
            if onwards is None and climbing:
                # A double may lie many standard errors off, where Newton's step leads anywhere: climb, damped.
                top = climbed(_terrain(derivation, table, estimate), start, bits)
                near, onwards = (None, None) if top is None else _approached(ground, top.point)
            start = onwards or start
            if near is None:
                continue
            boxes = _contraction(ground, near) or _closer(ground, near)
            if boxes is not None:
                return Contracted(ground.parameters, *boxes, bits)
    return None


def _precisions(start: Balls) -> tuple[int, ...]:
    """The working precisions to try: higher ones too where a parameter is so far from one that it takes more digits."""
    needed = _LOST * max(map(exponent_of, start), default=0)
    return (*precisions(), *(times * MOST_BITS for times in (2, 4, 8) if times * MOST_BITS < 2 * needed))


def exponent_of(number: arb) -> int:
    """Return the modulus of the binary exponent of a number; zero of zero.

    >>> [exponent_of(arb(2) ** power) for power in (-100, 0, 100)]
    [99, 1, 101]
    """
    mantissa, exponent = (int(part) for part in number.mid().man_exp())
    return abs(exponent + mantissa.bit_length()) if mantissa else 0


@dataclass(frozen=True, eq=False)
class _Slope:
    """The gradient at a point, or enclosed over a box, and minus the Hessian; both finite."""

    gradient: Balls
    curvature: list[Balls]


@dataclass(frozen=True, eq=False)
class _Near:
    """A point next to a maximum: Newton's step from there, by which inverse, and how far half a nat lies off."""

    point: Balls
    step: Balls
    inverse: list[Balls]
    widths: Balls


class _Ground:
    """The slopes of the mean log-likelihood of one dataset; parameters at ends of the support stay where they are."""

    def __init__(self, slopes: Slopes, table: Table, estimate: Mapping[Symbol, float | arb]) -> None:
        self._slopes, self._table = slopes, table
        self._placed = {symbol: arb(estimate[symbol]) for symbol in self._slopes.placed}
        self._fixed: Balls = []
        self.parameters = self._slopes.parameters

    def read(self) -> None:
        """Read the averages that nothing changes but the data, at the working precision."""
        self._fixed = self._slopes.program.fixed(self._table)

    def __call__(self, point: Balls) -> _Slope | None:
        """Return the slopes at the working precision, ``None`` where they are not finite."""
        given = self._placed | dict(zip(self.parameters, point, strict=True))
        found = self._slopes.program(self._table, given, self._fixed)
        gradient = [found[name] for name in self._slopes.gradient]
        upper = [[found[name] for name in row] for row in self._slopes.curvature]
        if not all(ball.is_finite() for row in (gradient, *upper) for ball in row):
            return None
        size = range(len(point))
        return _Slope(gradient, [[upper[min(i, j)][abs(i - j)] for j in size] for i in size])


def _terrain(derivation: Derivation, table: Table, estimate: Mapping[Symbol, float | arb]) -> Terrain:
    """The mean log-likelihood as a function of the parameters themselves, for a climb."""
    parameters, value, averaged = mean_log_likelihood(derivation)
    used = value.free_symbols
    statistics = {s.symbol: written_out(derivation, s.definition) for s in derivation.statistics if s.symbol in used}
    placed = {p: float(estimate[p]) for p in derivation.family.symbols if p in used and p not in parameters}
    objective = Objective(value, parameters, derivation.family.columns, averaged, statistics, placed, ())
    return Terrain(objective, table)


def _coarsely() -> AbstractContextManager[None]:
    """Work with fewer digits, enough for a step from a double and for slopes over a box, at half of the cost."""
    return precision(ctx.prec * 5 // 8)


def _stepped(ground: _Ground, start: Balls) -> Balls:
    """Where one Newton step leads, in fewer digits; ``start`` where it leads nowhere or far."""
    with _coarsely():
        here = ground(start)
        inverse = None if here is None else _inverse(here.curvature)
        if here is None or inverse is None:
            return start
        step, widths = _times(inverse, here.gradient), _widths(inverse)
        near = all(abs(s) < w for s, w in zip(step, widths, strict=True))
        return [(u + s).mid() for u, s in zip(start, step, strict=True)] if near else start


def _approached(ground: _Ground, start: Balls) -> tuple[_Near | None, Balls | None]:
    """The point from which a Newton step at this precision is below half of its digits, and the point reached.

    Where the precision hides the rest of the way, or more steps are needed, there is only a point to go on from; where
    steps lead away, there is none.
    """
    point = start
    for _ in range(_STEPS):
        here = ground(point)
        inverse = None if here is None else _inverse(here.curvature)
        if here is None or inverse is None:
            return None, None
        step = _times(inverse, here.gradient)
        if not all(s.is_finite() for s in step):
            return None, None
        widths = _widths(inverse)
        limits = [w * arb(2) ** -(ctx.prec * 9 // 16) for w in widths]
        if all(abs(s) < limit for s, limit in zip(step, limits, strict=True)):
            return _Near(point, step, inverse, widths), point
        point = [(u + s).mid() for u, s in zip(point, step, strict=True)]
        if any(s.rad() > limit for s, limit in zip(step, limits, strict=True)):
            break
    return None, point if all(abs(s) < w for s, w in zip(step, widths, strict=True)) else None


def _closer(ground: _Ground, near: _Near) -> tuple[Balls, Balls] | None:
    """The same in a box little wider than Newton's step, where a share of half a nat is wider than curvature lasts.

    So it is where as many rows lie far to either side: what keeps the place is a share of next to nothing.
    """
    found = None
    for _ in range(_STEPS):
        found = _contraction(ground, near, [4 * abs(s).upper() for s in near.step]) or found
        if all(s.contains(0) for s in near.step):
            break
        point = [(u + s).mid() for u, s in zip(near.point, near.step, strict=True)]
        here = ground(point)
        inverse = None if here is None else _inverse(here.curvature)
        if here is None or inverse is None:
            break
        near = _Near(point, _times(inverse, here.gradient), inverse, _widths(inverse))
    return found


def _contraction(ground: _Ground, near: _Near, radii: Balls | None = None) -> tuple[Balls, Balls] | None:
    """A box around a point and the image that lies strictly inside it."""
    size = range(len(near.point))
    radii = radii or [(w * arb(2) ** -(ctx.prec // 2)).upper() for w in near.widths]
    region = [arb(u, r) for u, r in zip(near.point, radii, strict=True)]
    with _coarsely():
        across = ground(region)
        if across is None or solved(across.curvature, across.gradient) is None:
            return None  # not certainly curved downwards all over the box
    inner = []
    for i in size:
        image = near.point[i] + near.step[i]
        for k in size:
            turned = [near.inverse[i][j] * across.curvature[j][k] for j in size]
            image += (arb(int(i == k)) - sum(turned[1:], turned[0])) * arb(0, radii[k])
        inner.append(image)
    if not all(box.contains_interior(image) for box, image in zip(region, inner, strict=True)):
        return None
    return region, inner


def _times(matrix: list[Balls], vector: Balls) -> Balls:
    return [sum((a * b for a, b in zip(row, vector, strict=True)), arb(0)) for row in matrix]


def _widths(inverse: list[Balls]) -> Balls:
    """How far each parameter may move for half a nat an observation, all others following."""
    return [inverse[i][i].sqrt().mid() for i in range(len(inverse))]


def _inverse(matrix: list[Balls]) -> list[Balls] | None:
    """Middles of the inverse of the middle of a matrix; ``None`` unless that is positive definite.

    >>> _inverse([[arb(2), arb(1)], [arb(1), arb(1)]])
    [[1.00000000000000, -1.00000000000000], [-1.00000000000000, 2.00000000000000]]
    """
    size = range(len(matrix))
    rows = [[entry.mid() for entry in row] + [arb(int(i == j)) for j in size] for i, row in enumerate(matrix)]
    for i in size:
        pivot = rows[i][i]
        if not pivot > 0:
            return None
        rows[i] = [entry / pivot for entry in rows[i]]
        for j in size:
            if j != i:
                share = rows[j][i]
                rows[j] = [a - share * b for a, b in zip(rows[j], rows[i], strict=True)]
    return [[entry.mid() for entry in row[len(matrix) :]] for row in rows]
