"""Encloses the one root of the scores of a structured likelihood in a box: interval Newton, with components as symbols.

Source: Krawczyk 1969; Neumaier 1990, Interval Methods for Systems of Equations, section 5.1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np
from flint import arb, arb_mat
from numpy.typing import NDArray
from sympy import Expr, Symbol

from ...proofs.balls import ball, compiled, precision
from ...proofs.structured.family import StructuredFamily
from ...proofs.structured.spelled import places_of, symbol_at, written_out
from ...proofs.structured.terms import Matrix
from ...strategies.structured import StructuredData
from ..structured_support import name_of
from .enclosures import Enclosure

Array = NDArray[np.float64]
Slopes = Callable[[Sequence[arb]], tuple[arb_mat, arb_mat]]
Program = Callable[..., list[arb]]
_BITS = 160
_STEPS = 4
_WIDTHS = (2, 16, 2**10, 2**20)
"""How many times as wide as the last Newton step the box is tried."""
_FLOOR = 2.0**-120
"""Share of a coordinate that a box is wide at least, so that no box is a point."""


def enclosed_root(
    family: StructuredFamily, drawn: StructuredData, near: Mapping[str, Array]
) -> dict[str, NDArray[np.object_]] | None:
    """Return enclosures of the only root of the scores in some box around ``near``; ``None`` where none is proved.

    Parameters are components and numbers, not matrices.

    Examples
    --------
    >>> from thetahat.proofs.registry import structured
    >>> declared = structured("poisson_regression")
    >>> ((y, x), (p,)) = declared.observation, declared.sizes
    >>> drawn = StructuredData({p: 1}, {}, {y: np.array([2.0]), x: np.array([[1.0]])})
    >>> enclosed_root(declared, drawn, {"beta": np.array([0.7])})["beta"][0].digits(10)
    '[0.6931471806 +/- 4.01e-11]'
    """
    if not in_components(family):
        return None
    slopes = _slopes(family, drawn)
    point = [arb(float(one)) for term in family.terms for one in np.asarray(near[name_of(term)]).reshape(-1)]
    with precision(_BITS):
        for _ in range(_STEPS):
            step = _newton_step(slopes, point)
            if step is None:
                return None
            moved = [step[at, 0] for at in range(len(point))]
            point = [(one - by).mid() for one, by in zip(point, moved, strict=True)]
        for width in _WIDTHS:
            box = [
                one + (abs(by) * width + abs(one) * _FLOOR).upper() * arb(0, 1)
                for one, by in zip(point, moved, strict=True)
            ]
            found = contracted(slopes, box)
            if found is not None:
                return _shaped(family, drawn, found)
    return None


def in_components(family: StructuredFamily) -> bool:
    """Return whether neither what is observed nor a parameter is a matrix.

    >>> from thetahat.proofs.registry import structured
    >>> in_components(structured("dirichlet")), in_components(structured("wishart"))
    (True, False)
    """
    return not any(isinstance(term, Matrix) for term in (*family.terms, *family.observation))


def has_root(family: StructuredFamily, drawn: StructuredData, theta: Mapping[str, NDArray[np.object_]]) -> bool:
    """Return whether the declared density's scores have exactly one root in a box around enclosures, and in these.

    With twice the digits, so that rounding is small against the enclosures.
    """
    slopes = _slopes(family, drawn)
    inside = [one.ball for term in family.terms for one in theta[name_of(term)].reshape(-1).tolist()]
    with precision(2 * _BITS):
        box = [one + (one.rad() * 2 + abs(one.mid()) * _FLOOR) * arb(0, 1) for one in inside]
        found = contracted(slopes, box)
        return found is not None and all(held.contains(one) for held, one in zip(inside, found, strict=True))


def contracted(slopes: Slopes, box: list[arb]) -> list[arb] | None:
    """Return a part of the box that holds its only root, or ``None`` where that is not proved."""
    middle = [one.mid() for one in box]
    score, bend = slopes(middle)
    inverse = _inverse(bend)
    if inverse is None:
        return None
    _, curvature = slopes(box)
    off = arb_mat(len(box), 1, [one - at for one, at in zip(box, middle, strict=True)])
    unit = arb_mat(len(box), len(box), [int(i == j) for i in range(len(box)) for j in range(len(box))])
    image = arb_mat(len(box), 1, middle) - inverse * score + (unit - inverse * curvature) * off
    found = [image[at, 0] for at in range(len(box))]
    return found if all(one.contains_interior(part) for one, part in zip(box, found, strict=True)) else None


def _newton_step(slopes: Slopes, point: list[arb]) -> arb_mat | None:
    score, curvature = slopes(point)
    inverse = _inverse(curvature)
    return None if inverse is None else inverse * score


def _inverse(matrix: arb_mat) -> arb_mat | None:
    """An approximate inverse, of exact numbers; in doubles it would be none where covariates hardly differ."""
    size = matrix.nrows()
    try:
        found = arb_mat(size, size, [one.mid() for one in matrix.entries()]).inv()
    except ZeroDivisionError:
        return None
    return arb_mat(size, size, [one.mid() for one in found.entries()])


def _slopes(family: StructuredFamily, drawn: StructuredData) -> Slopes:
    """Scores and second derivatives of the log-likelihood at balls, from the declared density."""
    once, each, unknowns = _programs(family, tuple(drawn.sizes.items()), tuple(drawn.known))
    known = [ball(float(one)) for one in drawn.known.values()]
    columns = np.column_stack([value.reshape(drawn.n, -1) for value in drawn.data.values()])
    rows = [[*map(arb, row), *known] for row in columns.tolist()]
    weights = [arb(one) for one in drawn.w.tolist()]

    def slopes(theta: Sequence[arb]) -> tuple[arb_mat, arb_mat]:
        totals = [sum(weights, arb(0)) * one for one in once(*theta)]
        for often, row in zip(weights, rows, strict=True):
            totals = [total + often * one for total, one in zip(totals, each(*theta, *row), strict=True)]
        return arb_mat(unknowns, 1, totals[:unknowns]), _symmetric(totals[unknowns:], unknowns)

    return slopes


@lru_cache(maxsize=64)
def _programs(
    family: StructuredFamily, sizes: tuple[tuple[Symbol, int], ...], known: tuple[Expr, ...]
) -> tuple[Program, Program, int]:
    """Compile the derivatives of one row's log-density: factors that all rows share, the others, how many unknowns."""
    lengths = dict(sizes)
    places = [at for term in family.terms for at in places_of(family, term, lengths)]
    unknown = [symbol_at(at) for at in places]
    observed = [at for term in family.observation for at in places_of(family, term, lengths)]
    value = written_out(family.log_density, lengths).xreplace(
        {**{at: symbol_at(at) for at in (*places, *observed)}, **lengths}
    )
    given = [*map(symbol_at, observed), *known]
    first = [value.diff(one) for one in unknown]
    second = [one.diff(other) for at, one in enumerate(first) for other in unknown[at:]]
    shared, own = zip(*(one.as_independent(*given, as_Add=True) for one in (*first, *second)), strict=True)
    return compiled(shared, tuple(unknown)), compiled(own, (*unknown, *given)), len(unknown)


def _symmetric(upper: list[arb], size: int) -> arb_mat:
    found = arb_mat(size, size)
    entries = iter(upper)
    for row in range(size):
        for column in range(row, size):
            found[row, column] = found[column, row] = next(entries)
    return found


def _shaped(family: StructuredFamily, drawn: StructuredData, found: list[arb]) -> dict[str, NDArray[np.object_]]:
    theta, left = {}, iter(found)
    for term in family.terms:
        values = np.empty(drawn.shape_of(family, term), dtype=object)
        values.reshape(-1)[:] = [Enclosure.of(next(left)) for _ in range(values.size)]
        theta[name_of(term)] = values
    return theta
