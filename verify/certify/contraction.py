"""Proves that a small box holds exactly one stationary point, and that it is a maximum: Krawczyk's contraction.

Source: Krawczyk 1969, Computing 4, 187; Neumaier 1990, Interval Methods for Systems of Equations, section 5.1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flint import arb, ctx
from sympy import Symbol

from ...proofs.balls import precision
from ...proofs.derivation import Derivation
from ..ball_climbing import Objective, Place, Terrain, climbed, solved
from ..climbing import mean_log_likelihood
from ..enclosure import precisions
from ..exact import written_out
from ..observations import Observations

Balls = list[arb]

_STEPS = 12  # Newton steps from a double to the working precision; each doubles the correct digits


@dataclass(frozen=True)
class Contracted:
    """The box in which one stationary point was proved, a smaller one that holds it, and the precision."""

    parameters: tuple[Symbol, ...]
    region: Balls
    inner: Balls
    bits: int


def contracted(
    derivation: Derivation, observations: Observations, estimate: Mapping[Symbol, float]
) -> Contracted | None:
    """Return a box near ``estimate`` that holds exactly one stationary point, a strict local maximum.

    ``None`` where no precision proves one. Parameters at an end of the support are taken as ``estimate`` has them.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> data = Observations(np.array([[1.0], [3.0]]), None, 2)
    >>> rate = family("exponential").symbols[0]
    >>> found = contracted(derive(family("exponential")), data, {rate: 0.51})
    >>> bool(found.inner[0].overlaps(arb(0.5)) and found.inner[0].rad() < 1e-30)
    True
    """
    terrain, parameters = _terrain(derivation, observations, estimate)
    start = [arb(estimate[p]) for p in parameters]
    for bits in precisions():
        with precision(bits):
            near = _approached(terrain, start)
            if near is None:
                # A double may lie many standard errors off, where Newton's step leads anywhere: climb, damped.
                near = climbed(terrain, start, bits)
                near = None if near is None else _approached(terrain, near.point)
            if near is None:
                continue
            start = near.point
            boxes = _contraction(terrain, near)
            if boxes is not None:
                return Contracted(parameters, *boxes, bits)
    return None


def _terrain(
    derivation: Derivation, observations: Observations, estimate: Mapping[Symbol, float]
) -> tuple[Terrain, tuple[Symbol, ...]]:
    """The mean log-likelihood as a function of the parameters themselves."""
    parameters, value, averaged = mean_log_likelihood(derivation)
    used = value.free_symbols
    statistics = {s.symbol: written_out(derivation, s.definition) for s in derivation.statistics if s.symbol in used}
    placed = {p: estimate[p] for p in derivation.family.symbols if p in used and p not in parameters}
    objective = Objective(value, parameters, derivation.family.columns, averaged, statistics, placed, ())
    return Terrain(objective, observations), parameters


def _approached(terrain: Terrain, start: Balls) -> Place | None:
    """Where Newton steps end at this precision: a step is then below half of its digits."""
    point = start
    for _ in range(_STEPS):
        here = terrain(point)
        step = solved(_middles(here.curvature), here.gradient) if here.finite else None
        if step is None or not all(s.is_finite() for s in step):
            return None
        widths = _widths(here)
        point = [(u + s).mid() for u, s in zip(point, step, strict=True)]
        if widths is None:
            return None
        if all(abs(s) < w * arb(2) ** -(ctx.prec * 5 // 8) for s, w in zip(step, widths, strict=True)):
            return terrain(point)
    return None


def _contraction(terrain: Terrain, near: Place) -> tuple[Balls, Balls] | None:
    """A box around a point and the image that lies strictly inside it."""
    widths = _widths(near)
    inverse = _inverse(_middles(near.curvature)) if near.finite else None
    if widths is None or inverse is None:
        return None
    size = len(near.point)
    radii = [(w * arb(2) ** -(ctx.prec // 2)).upper() for w in widths]
    region = [arb(u, r) for u, r in zip(near.point, radii, strict=True)]
    across = terrain(region)
    if not across.finite or solved(across.curvature, across.gradient) is None:
        return None  # not certainly curved downwards all over the box
    inner = []
    for i in range(size):
        image = near.point[i] + sum((inverse[i][j] * near.gradient[j] for j in range(size)), arb(0))
        for k in range(size):
            slack = arb(int(i == k)) - sum((inverse[i][j] * across.curvature[j][k] for j in range(size)), arb(0))
            image += slack * arb(0, radii[k])
        inner.append(image)
    if not all(box.contains_interior(image) for box, image in zip(region, inner, strict=True)):
        return None
    return region, inner


def _widths(here: Place) -> Balls | None:
    """How far each parameter may move for half a nat an observation, all others following."""
    inverse = _inverse(_middles(here.curvature)) if here.finite else None
    return None if inverse is None else [inverse[i][i].sqrt().mid() for i in range(len(inverse))]


def _inverse(matrix: Sequence[Sequence[arb]]) -> list[Balls] | None:
    """Middles of the inverse of a positive definite matrix."""
    size = len(matrix)
    columns = [solved([list(row) for row in matrix], [arb(int(i == j)) for i in range(size)]) for j in range(size)]
    found = [column for column in columns if column is not None]
    return [[found[j][i].mid() for j in range(size)] for i in range(size)] if len(found) == size else None


def _middles(matrix: Sequence[Sequence[arb]]) -> list[Balls]:
    return [[entry.mid() for entry in row] for row in matrix]
