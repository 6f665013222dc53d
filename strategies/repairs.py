"""Adds observations until existence conditions hold, or makes data degenerate until one of them fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from sympy import Rational

from ..proofs.conditions import Condition
from ..proofs.family import Family
from .pieces import Design, Frame
from .placing import Column, Doubles, Shape

_CANONICAL = 8
_COUNTS = (1, 2, 4)
_MOST_LANDMARKS = 24
_SIZES = tuple(2.0**power for step in range(1, 9) for power in (-step, step))
"""Where conditions hold at one scale only, as beside a known rate, data of these sizes are tried, the nearest first."""

Break = Callable[[Doubles, Column], Doubles]
"""Turns coordinates, shape ``(n, columns)``, into degenerate ones of the same shape."""


def canonical(design: Design, first: Doubles | None = None) -> Doubles:
    """Return eight rows of plain, mostly distinct coordinates of the size of ``first``; every small category occurs.

    Covariates grow with different powers, so that rows are linearly independent.
    """
    rows = [_canonical_column(design.columns[0], None if first is None else float(first[0]))]
    count = len(rows[0])
    steps = np.arange(1.0, count + 1.0)
    rows += [steps ** (i + 1) for i in range(len(design.columns) - 1)]
    return np.column_stack(rows)


def _canonical_column(column: Column, first: float | None) -> Doubles:
    if column.categories:
        return np.resize(np.arange(float(column.categories)), max(column.categories, _CANONICAL))
    if column.lattice:
        return np.array([0.0, 1.0, 2.0, 5.0, 3.0, 11.0, 4.0, 19.0])
    if column.shape is Shape.BETWEEN:
        return np.array([0.25, 0.5, 0.75, 0.125, 0.875, 0.375, 0.625, 0.9375])
    size = abs(first) if first else 1.0
    ratios = np.array([1.0, 2.0, 0.5, 4.0, 3.0, 0.25, 8.0, 1.5])
    if column.shape is Shape.LINE:
        return (first or 0.0) + size * np.array([1.0, -1.0, 2.0, -3.0, 0.5, 5.0, -8.0, 0.25])
    return size * ratios


def repaired(design: Design, coordinates: Doubles, frame: Frame) -> Iterator[Doubles]:
    """Yield datasets with more and more observations added, first as close together as the data, then further apart,
    and at last of other sizes."""
    plain = replace(frame, squeeze=0)
    added = canonical(design, coordinates[0])
    near = () if frame.squeeze == 0 or design.columns[0].lattice else ((frame, 1), (frame, 2))
    for chosen, count in (*near, *((plain, count) for count in _COUNTS), (plain, len(added))):
        yield design.data(design.sized(coordinates, added[:count]), chosen)
    far, fan = _far(design, coordinates), _fan(design, coordinates)
    # An offset or a scale can leave no room for spread, so that the plainest frame comes last.
    for chosen in (plain, design.frames[0]):
        for extra in (far, np.concatenate([added, far]), fan):
            yield design.data(design.sized(coordinates, extra), chosen)
        yield design.data(design.sized(added), chosen)
    together = np.concatenate([coordinates, added])
    for size in _SIZES if any(_has_a_size(column) for column in design.columns) else ():
        yield design.data(design.sized(together * np.where([_has_a_size(c) for c in design.columns], size, 1.0)), plain)


def unequal(design: Design, rows: Doubles) -> Iterator[Doubles]:
    """Yield datasets of which one column is of another size than the others, or all lie close together or far off."""
    sized = design.sized(rows)
    for j, column in enumerate(design.columns):
        for size in _SIZES if _has_a_size(column) else ():
            scaled = sized.copy()
            scaled[:, j] *= size
            yield design.data(scaled, design.frames[0])
    for frame in design.frames:
        yield design.data(sized, frame)


def _has_a_size(column: Column) -> bool:
    """Whether coordinates of a column may be multiplied by any positive number."""
    return not column.lattice and not column.categories and column.shape is not Shape.BETWEEN


def _far(design: Design, coordinates: Doubles) -> Doubles:
    """One row that outweighs all others together, in every column that has room for it."""
    row = coordinates[:1].copy()
    for i, column in enumerate(design.columns):
        if column.shape is not Shape.BETWEEN:
            row[0, i] = 10.0 * (len(coordinates) + 1) * (float(np.abs(coordinates[:, i]).max()) + 1.0)
    return row


def _fan(design: Design, coordinates: Doubles) -> Doubles:
    """One row more than the data, all different, so that no value keeps half of the weight."""
    count = min(len(coordinates) + 1, design.max_size)
    steps = np.arange(1.0, count + 1.0)
    fan = np.tile(coordinates[0], (count, 1))
    for i, column in enumerate(design.columns):
        if column.lattice:
            fan[:, i] = np.mod(steps, column.points) if column.points else steps
        else:
            size = 1.0 if column.shape is Shape.BETWEEN else abs(float(coordinates[0, i])) or 1.0
            fan[:, i] = size * steps / (count + 1.0) * (1.0 if column.shape is Shape.BETWEEN else 2.0)
    return fan


def breaks(design: Design) -> dict[str, Break]:
    """Return the ways to make data degenerate that make sense for these columns, by name."""
    first = design.columns[0]
    ways: dict[str, Break] = {
        "all equal": lambda rows, _: np.tile(rows[0], (len(rows), 1)),
        "two neighbouring values": _two_values,
        "half of the weight on one value": _heavy,
    }
    if first.shape is not Shape.LINE:
        if first.starts_closed:
            ways["all at the first end"] = _all_at(0.0)
        if first.shape is Shape.BETWEEN and first.hi_closed:
            top = float(first.points - 1) if first.lattice else 1.0
            ways["all at the last end"] = _all_at(top)
    if first.lattice and first.shape is not Shape.LINE:
        ways["at both ends"] = _at_both_ends
    for category in range(first.categories if first.categories > 1 else 0):
        ways[f"no observation in category {category}"] = _without(float(category))
    if len(design.columns) > 1:
        ways["constant covariates"] = _same_covariates
        ways["response equal to a covariate"] = lambda rows, _: _with_response(rows, rows[:, 1])
    return ways


def _at_both_ends(rows: Doubles, column: Column) -> Doubles:
    """Counts on the first point, and on the last or a far one: spread as wide as their mean allows."""
    spread = rows.copy()
    spread[::2, 0] = 0.0
    # A finite lattice is counted round, so that the step before the first point leads to the last.
    spread[1::2, 0] = -1.0 if column.shape is Shape.BETWEEN else 1000.0
    return spread


def landmarks(family: Family, condition: Condition, design: Design) -> list[tuple[float, Break]]:
    """Return, for the numbers in a declaration and a condition, what makes all observations equal to each of them.

    A known location stands in the density, and data that all lie on it can be degenerate as no others are.
    """
    column, ends = design.columns[0], design.frames[0].placements[0].ends
    numbers = family.log_density.atoms(Rational) | condition.expression.atoms(Rational)
    values = sorted({sign * float(number) for number in numbers for sign in (1, -1)}, key=lambda v: (abs(v), -v))
    found = []
    for value in values[:_MOST_LANDMARKS]:
        share = ends.width if column.shape is Shape.BETWEEN and not column.lattice else 1.0
        at = {Shape.LINE: value, Shape.BELOW: ends.hi - value}.get(column.shape, (value - ends.lo) / share)
        if ends.first <= value <= ends.last:
            found.append((value, _all_at(at)))
    return found


def _all_at(value: float) -> Break:
    return lambda rows, _: _with_response(rows, value)


def _with_response(rows: Doubles, values: Doubles | float) -> Doubles:
    changed = rows.copy()
    changed[:, 0] = values
    return changed


def _two_values(rows: Doubles, column: Column) -> Doubles:
    first = float(rows[0, 0])
    if column.lattice:
        other = first - 1.0 if column.points and first >= column.points - 1 else first + 1.0
    elif column.shape is Shape.BETWEEN:
        other = 0.5 * (first + 0.5)
    else:
        other = first + (abs(first) or 1.0) * 2.0**-40
    return _with_response(rows, np.where(np.arange(len(rows)) % 2 == 0, first, other))


def _heavy(rows: Doubles, column: Column) -> Doubles:
    del column
    changed = rows.copy()
    changed[: (len(rows) + 1) // 2] = rows[0]
    return changed


def _same_covariates(rows: Doubles, column: Column) -> Doubles:
    del column
    return np.column_stack([rows[:, :1], np.tile(rows[0, 1:], (len(rows), 1))])


def _without(category: float) -> Break:
    def moved(rows: Doubles, column: Column) -> Doubles:
        neighbour = (category + 1.0) % column.categories
        return _with_response(rows, np.where(rows[:, 0] == category, neighbour, rows[:, 0]))

    return moved
