"""Chooses the frames of one family's data: which member's support, how large, how far off, how squeezed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import islice, product

import numpy as np
from sympy import Symbol

from ..proofs.errors import DataError, ParameterError
from ..proofs.family import Family
from ..proofs.members import domain_of
from .pieces import Design, Frame
from .placing import Column, Ends, Placement, Shape, column_of, ends_of, place
from .row_ends import row_ends

# Half of the frames squeeze, which is the only way nearly constant data turn up; one in six is coarse, which is the
# only way exact simple values turn up among floats.
_GRAINS = ((0, False), (0, False), (0, True), (4, False), (8, False), (12, False))
_MOST_MEMBERS = 24


def design_of(family: Family, min_size: int, max_size: int, largest: float) -> Design:
    """Return the design for one family.

    ``largest`` bounds absolute values, and its inverse what is not zero.
    """
    around = domain_of(family)
    covariates = tuple(around[symbol] for symbol in family.beside)
    ends = row_ends(family)
    columns = (
        column_of(family.bounds if ends is None else ends.standard),
        *(column_of(bounds) for bounds in covariates),
    )
    plain = tuple(Placement(_limited(ends_of(bounds, {}, family.name), largest)) for bounds in covariates)
    members = _member_ends(family, largest) if ends is None else [ends_of(ends.standard, {}, family.name)]
    near = [_limited(ends, largest) for ends in members if ends.first <= largest and ends.last >= -largest]
    if not near:
        raise DataError(
            f"{family.name}: no observation inside the support {family.support} is at most {largest} in size; "
            "allow a larger one"
        )
    responses = [placement for ends in near for placement in _placements(columns[0], ends, largest)]
    shifted = tuple(replace(placement, offset=1e8) if largest >= 1e10 else placement for placement in plain)
    others = (plain, plain, plain, shifted) if covariates else ((),)
    rows = [(response, *rest) for response in responses for rest in others]
    frames = tuple(Frame(squeeze, coarse, row) for squeeze, coarse in _GRAINS for row in rows)
    return Design(columns, frames, min_size, max_size, largest, ends)


def _member_ends(family: Family, largest: float) -> list[Ends]:
    """The ends of the support: one pair, or those of a few members where they depend on parameters."""
    ends, needed = family.bounds, set(family.bounds.free_symbols)
    if not needed:
        return [ends_of(ends, {}, family.name)]
    for item in reversed(family.parameters):
        needed |= item.bounds.free_symbols if item.symbol in needed else set()
    items = [item for item in family.parameters if item.symbol in needed]
    choices = [_member_coordinates(column_of(item.bounds), largest) for item in items]
    found: dict[Ends, None] = {}
    for drawn in islice(product(*choices), _MOST_MEMBERS):
        theta: dict[Symbol, float] = {}
        for item, coordinate in zip(items, drawn, strict=True):
            where = Placement(ends_of(item.bounds, theta, f"{family.name}: {item.symbol}"))
            theta[item.symbol] = float(place(column_of(item.bounds), where, np.asarray(coordinate)))
        # A member whose support is narrower than the spacing of doubles, as 1 +- 1e-92, has no data to offer.
        with suppress(ParameterError):
            found[ends_of(ends, theta, family.name)] = None
    return list(found)


def _member_coordinates(column: Column, largest: float) -> tuple[float, ...]:
    if column.lattice:
        return (5.0, 1.0, 40.0) if column.shape is not Shape.LINE else (0.0, -3.0, 1000.0)
    if column.shape is Shape.BETWEEN:
        return (0.5, 0.01, 0.99)
    if column.shape is Shape.LINE:
        return (0.0, 1.0, -1e3, 1e8)
    return tuple(size for size in (1.0, 0.5, 1e-3, 1e3, largest / 1e8, 1e8 / largest) if size <= largest)


def _placements(column: Column, ends: Ends, largest: float) -> list[Placement]:
    """Plain placements, half of them, then those of other sizes and far from zero."""
    plain = Placement(ends)
    if column.lattice and column.shape is Shape.BETWEEN:
        return [plain]
    if column.lattice:
        apart = [Placement(ends, 10.0), Placement(ends, 1000.0), Placement(ends, 1.0, 1e8)]
        return [plain] * 3 + [where for where in apart if largest >= 1e9]
    # Coordinates span 1e-6 to 1e6, squeezed towards zero 1e-18, in the bulk 1e9; data stay in [1 / largest, largest].
    top = largest / 1e20
    sizes = [size for size in (1e-8, 1e8, 1 / top, top) if 1 / top <= size <= top]
    if column.shape is Shape.BETWEEN:
        sizes = [sign * size for size in sizes if size < 1 for sign in (1, -1)]
    special = [Placement(ends, size) for size in sizes]
    if column.shape is not Shape.BETWEEN and largest >= 1e10:
        special += [Placement(ends, 1.0, 1e8)] + [Placement(ends, 1.0, -1e8)] * (column.shape is Shape.LINE)
    apart = [where for where in special if _tells_apart(column, where)]
    return [plain] * max(len(apart), 1) + apart


def _tells_apart(column: Column, where: Placement) -> bool:
    """Whether different coordinates still give different doubles."""
    near, far = place(column, where, np.array([0.25, 0.75]))
    return bool(near != far)


def _limited(ends: Ends, largest: float) -> Ends:
    """The ends, drawn in so that data stay at or below ``largest`` in size."""
    return replace(ends, first=max(ends.first, -largest), last=min(ends.last, largest))
