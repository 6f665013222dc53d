"""What datasets are built from: value and multiplicity pairs, a seeded bulk, and frames that scale and squeeze them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .placing import Column, Doubles, Placement, Shape, place
from .row_ends import RowEnds

_MOST_PAIRS = 6
_COARSE = 8
_WHOLE = (*range(17), 20, 30, 100, 1000, 30000)
_SCATTERED = 12
"""How many rows without ties scattered data have at least, where so many are allowed."""
_BULK_POWERS = (1.0, 0.2, 2.0)  # powers of what the bulk draws: from nearly equal to heavy-tailed
_TAIL = 32.0
_LARGEST_COORDINATE = 1e6
_LARGEST_SEED = 2**32 - 1

Pieces = tuple[list[tuple[float, ...]], "Frame", int]


@dataclass(frozen=True)
class Frame:
    """How coordinates become data: pulled towards the first by ``10**-squeeze``, then placed, column by column.

    Where ``coarse``, the drawn ones (not the bulk) are whole and small.
    """

    squeeze: int
    coarse: bool
    placements: tuple[Placement, ...]


@dataclass(frozen=True)
class Design:
    """What the data of one family look like: kinds of columns, the frames to choose from, the sizes asked for.

    With ``row_ends`` the first column is drawn as a share or a distance, and placed between the ends of its row.
    """

    columns: tuple[Column, ...]
    frames: tuple[Frame, ...]
    min_size: int
    max_size: int
    largest: float
    row_ends: RowEnds | None = None

    @property
    def far(self) -> float:
        """The greatest coordinate that is drawn."""
        return min(self.largest, _LARGEST_COORDINATE)

    @property
    def near(self) -> float:
        """The least that is drawn beside zero."""
        return min(1 / self.far, 0.25)

    @cached_property
    def least(self) -> Doubles:
        """What stands for anything closer to zero than that, column by column."""
        reaching = [column.lattice or column.shape is Shape.LINE or column.starts_closed for column in self.columns]
        return np.where(reaching, 0.0, self.near)

    def data(self, coordinates: Doubles, frame: Frame) -> Doubles:
        """Return the dataset at coordinates of shape ``(n, columns)``."""
        if frame.squeeze and len(coordinates) > 1:
            coordinates = self._squeezed(coordinates, frame.squeeze)
        if len(self.columns) == 1:
            return place(self.columns[0], frame.placements[0], coordinates[:, 0])
        placed = zip(self.columns, frame.placements, coordinates.T, strict=True)
        rows = np.column_stack([place(column, placement, values) for column, placement, values in placed])
        return rows if self.row_ends is None else self.row_ends.placed(rows)

    def sized(self, coordinates: Doubles, extra: Doubles | None = None) -> Doubles:
        """Return the coordinates, repeated up to the least size or cut to the greatest, with ``extra`` at the end."""
        room = self.max_size - (0 if extra is None else len(extra))
        kept = coordinates[: max(room, 0)]
        joined = kept if extra is None else np.concatenate([kept, extra[: self.max_size]])
        if len(joined) < self.min_size:
            joined = np.resize(joined, (self.min_size, joined.shape[1]))
        return joined

    def _squeezed(self, coordinates: Doubles, squeeze: int) -> Doubles:
        first = coordinates[0]
        pulled = first + (coordinates - first) * 10.0**-squeeze
        for i, column in enumerate(self.columns):
            if column.lattice:  # the nearest that two points of a lattice can be is one step
                step = -1.0 if column.points and first[i] >= column.points - 1 else 1.0
                pulled[:, i] = first[i] + step * (coordinates[:, i] != first[i])
        return pulled


def _coarse(column: Column, coordinates: Doubles) -> Doubles:
    """Whole numbers up to eight, or eighths of an interval; zero and one only where an end is closed."""
    if column.lattice:
        return coordinates
    if column.shape is Shape.BETWEEN:
        eighths = np.rint(coordinates * _COARSE)
        return np.minimum(np.maximum(eighths, 1 - column.lo_closed), _COARSE - 1 + column.hi_closed) / _COARSE
    small = np.sign(coordinates) * np.mod(np.rint(np.abs(coordinates)), _COARSE + 1)
    return small if column.shape is Shape.LINE or column.starts_closed else np.maximum(small, 1.0)


def pieces_of(design: Design, scattered: bool = False) -> SearchStrategy[Pieces]:
    """Return the strategy of what one dataset is built from; with a large bulk and one pair where ``scattered``.

    Its cost does not depend on the size: large datasets come from multiplicities and from the seeded bulk.
    """
    most = 1 if scattered else max(1, design.max_size // 4)
    # What is beyond the ends of a design stands there, and a bulk goes as far as some thirty times the first value.
    room = replace(design, largest=max(design.far / _TAIL, 1.0)) if scattered else design
    pair = st.tuples(*(_coordinates(column, room) for column in design.columns), st.integers(1, most))
    pairs = st.lists(pair, min_size=1, max_size=1 if scattered else _MOST_PAIRS)
    seeds = _scattering_seeds(design.max_size) if scattered else st.integers(0, _LARGEST_SEED)
    return st.tuples(pairs, st.sampled_from(design.frames), seeds)


def _scattering_seeds(max_size: int) -> SearchStrategy[int]:
    """The seeds that add a bulk of at least so many rows as scattered data have."""
    counts = st.integers(min(_SCATTERED, max_size), max_size)
    rounds = st.integers(0, _LARGEST_SEED // (2 * max_size) - 1)
    return st.builds(lambda count, turn: 2 * (count - 1 + max_size * turn) + 1, counts, rounds)


def _coordinates(column: Column, design: Design) -> SearchStrategy[float]:
    near, far = design.near, design.far
    if column.lattice:
        if column.points:
            return st.integers(0, column.points - 1)
        whole = [value for value in _WHOLE if value <= far]
        signed = [sign * value for value in whole for sign in (1, -1)]
        return st.sampled_from(signed[1:] if column.shape is Shape.LINE else whole)
    if column.shape is Shape.LINE:
        return st.floats(-far, far)
    if column.shape is Shape.BETWEEN:
        return st.floats(0.0 if column.lo_closed else near, 1.0 if column.hi_closed else 1 - near)
    return st.floats(0.0 if column.starts_closed else near, far)


def coordinates_of(design: Design, pieces: Pieces) -> Doubles:
    """Return the coordinates that pieces stand for, shape ``(n, columns)``, of a size that was asked for.

    An odd seed adds a bulk, whose size it gives as well: one number to draw, and zero for the simplest dataset.
    """
    pairs, frame, seed = pieces
    table = np.array(pairs, dtype=np.float64)
    values = table[:, :-1]
    if frame.coarse:
        values = np.column_stack([_coarse(column, values[:, i]) for i, column in enumerate(design.columns)])
    coordinates = np.repeat(values, table[:, -1].astype(np.intp), axis=0)
    if seed % 2:
        count = 1 + seed // 2 % design.max_size
        shares = np.random.default_rng(seed).random((count, len(design.columns)))
        power = _BULK_POWERS[seed % len(_BULK_POWERS)]
        for i, column in enumerate(design.columns):
            first = float(values[0, i])
            shares[:, i] = _generic(column, shares[:, i], power, first if abs(first) >= design.near else 0.0)
        coordinates = np.concatenate([coordinates, shares])
    # Zero, or large enough to be scaled and squared; never zero where that end is open.
    return design.sized(np.where(np.abs(coordinates) < design.near, design.least, coordinates))


def _generic(column: Column, shares: Doubles, power: float, first: float) -> Doubles:
    """Coordinates without ties, of the size of ``first``; whole on a lattice."""
    if column.points:
        return np.floor(shares * column.points)
    if column.shape is Shape.BETWEEN and not column.lattice:
        return shares**power
    size = abs(first) or 1.0
    if column.shape is Shape.LINE:
        values = first + size * np.log((shares + 2.0**-54) / (1.0 - shares)) * power
    else:
        values = size * (-np.log1p(-shares)) ** power
    return np.floor(values) if column.lattice else values
