"""Proves one smooth maximum next to given enclosures, from the declared density's own score and Hessian alone.

Source: interval Newton, Moore 1966, Interval Analysis, section 7; Neumaier 1990, section 5.1.
"""

from __future__ import annotations

from functools import lru_cache

from flint import arb, arb_mat, ctx
from sympy import Expr, Symbol

from ...proofs.ball_data import Table
from ...proofs.ball_sums import Sums, row_sums
from ...proofs.family import Family
from ...proofs.saturating import saturated
from ..enclosure import table_of
from ..exact import in_plain_functions
from ..observations import Observations

Balls = list[arb]

_STEPS = 8  # Newton steps from the enclosure's middle


def summit(family: Family, theta: Balls, observations: Observations) -> Balls | None:
    """What encloses the one maximum next to the middle in all parameters."""
    return one_maximum(family, theta, list(range(len(theta))), table_of(family, observations))


def one_maximum(family: Family, theta: Balls, free: list[int], table: Table) -> Balls | None:
    """What encloses the one maximum that interval Newton proves near the middle; ``None`` if it proves none.

    It does so for all values that the parameters that are not ``free`` may have.
    """
    point, symbols = [t.mid() for t in theta], tuple(family.symbols[j] for j in free)
    try:
        for _ in range(_STEPS):
            slopes, curvature = _sums(family, symbols, point, table)
            step = curvature.mid().solve(slopes.mid())
            for i, j in enumerate(free):
                point[j] = (point[j] + step[i, 0]).mid()
        point = [point[j] if j in free else held for j, held in enumerate(theta)]
        slopes, curvature = _sums(family, symbols, point, table)
        inverse, near = curvature.mid().inv(), curvature.mid().solve(slopes)
    except ZeroDivisionError:
        return None
    shares = [(abs(inverse[i, i]).sqrt() * arb(2) ** -(ctx.prec // 3)).upper() for i in range(len(free))]
    # Where next to nothing keeps the maximum in its place, a share of its error is wider than its curvature lasts.
    for radii in (shares, [4 * abs(near[i, 0]).upper() for i in range(len(free))]):
        found = _inside_a_box(family, point, free, radii, slopes, table)
        if found is not None:
            return found
    return None


def _inside_a_box(
    family: Family, point: Balls, free: list[int], radii: Balls, slopes: arb_mat, table: Table
) -> Balls | None:
    """What encloses the one maximum in the box of these radii around a point with these slopes."""
    box, symbols = list(point), tuple(family.symbols[j] for j in free)
    for j, radius in zip(free, radii, strict=True):
        box[j] = arb(point[j], radius)
    _, across = _sums(family, symbols, box, table)
    try:
        step = across.solve(slopes)
    except ZeroDivisionError:
        return None
    images = [point[j] + step[i, 0] for i, j in enumerate(free)]
    inside = all(bool(box[j].contains_interior(image)) for j, image in zip(free, images, strict=True))
    return images if inside and _is_positive_definite(across) else None


def _is_positive_definite(matrix: arb_mat) -> bool:
    size = matrix.nrows()
    corners = (arb_mat([[matrix[i, j] for j in range(k)] for i in range(k)]).det() for k in range(1, size + 1))
    return all(bool(corner > 0) for corner in corners)


def _sums(family: Family, symbols: tuple[Symbol, ...], point: Balls, table: Table) -> tuple[arb_mat, arb_mat]:
    """The score as a column, and minus the Hessian, both divided by the total weight."""
    size, weight = len(symbols), table.total()
    means = [s / weight for s in _derivatives(family, symbols)(table.rows, table.weights, *point)]
    slopes = arb_mat([[mean] for mean in means[:size]])
    return slopes, arb_mat([[-means[size + i * size + j] for j in range(size)] for i in range(size)])


@lru_cache(maxsize=512)
def _derivatives(family: Family, symbols: tuple[Symbol, ...]) -> Sums:
    first = [family.log_density.diff(s) for s in symbols]
    entries: list[Expr] = [*first, *(e.diff(s) for e in first for s in symbols)]
    terms = (saturated(in_plain_functions(entry), family.columns) for entry in entries)
    return row_sums(tuple(terms), family.columns, family.symbols)
