"""Puts standard coordinates inside a set, strictly in doubles: ends that are open are never reached."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray
from sympy import Expr, Symbol, oo

from ..proofs.balls import compiled, precision
from ..proofs.bounds import Bounds
from ..proofs.errors import ParameterError

Doubles = NDArray[np.float64]

_MOST_CATEGORIES = 12


class Shape(Enum):
    """Which ends of a set are finite, and what a coordinate counts from."""

    LINE = "none; the coordinate is the value"
    ABOVE = "the lower; the coordinate is the distance from it"
    BELOW = "the upper; the coordinate is the distance from it"
    BETWEEN = "both; the coordinate is the share of the way, on a lattice the number of steps"


@dataclass(frozen=True)
class Ends:
    """The ends of a set, rounded to doubles, and the outermost doubles inside it."""

    lo: float
    hi: float
    first: float
    last: float

    @property
    def width(self) -> float:
        """The distance between the ends.

        >>> Ends(1.0, 3.0, 1.0, 3.0).width
        2.0
        """
        return self.hi - self.lo


def shape_of(bounds: Bounds) -> Shape:
    """Return which ends are finite.

    >>> from sympy import Integer
    >>> shape_of(Bounds(Integer(0), oo, True, False, False))
    <Shape.ABOVE: 'the lower; the coordinate is the distance from it'>
    """
    if bounds.lo is -oo:
        return Shape.LINE if bounds.hi is oo else Shape.BELOW
    return Shape.ABOVE if bounds.hi is oo else Shape.BETWEEN


def ends_of(bounds: Bounds, values: Mapping[Symbol, float], who: str) -> Ends:
    """Return the ends of ``bounds``, which may contain the symbols in ``values``, and the outermost doubles inside.

    The ends are compared in balls, so that an irrational or rounded end never lets a double outside slip in.

    Raises
    ------
    ParameterError
        Where no double lies inside.

    Examples
    --------
    >>> from sympy import Interval, pi
    >>> from thetahat.proofs.bounds import bounds
    >>> ends_of(bounds(Interval.open(0, pi)), {}, "an angle")
    Ends(lo=0.0, hi=3.141592653589793, first=5e-324, last=3.141592653589793)
    """
    lo, first = _end(bounds.lo, bounds.lo_closed, values, math.inf)
    hi, last = _end(bounds.hi, bounds.hi_closed, values, -math.inf)
    if bounds.discrete:
        lo = first = float(math.ceil(first)) if math.isfinite(first) else first
        hi = last = float(math.floor(last)) if math.isfinite(last) else last
    if not first <= last:
        shown = {str(symbol): value for symbol, value in values.items()}
        raise ParameterError(
            f"{who}: no double lies between {bounds.lo} and {bounds.hi} at {shown}; choose values further apart"
        )
    return Ends(lo, hi, first, last)


def _end(end: Expr, closed: bool, values: Mapping[Symbol, float], inwards: float) -> tuple[float, float]:
    """One end as a double, and the double nearest to it on its inner side or, if the set is closed there, on it."""
    if end is oo or end is -oo:
        return -inwards, -inwards
    symbols, function = _compiled(end)
    with precision(192):
        exact = function(*(arb(values[symbol]) for symbol in symbols))[0]
        if not exact.is_finite():
            raise ParameterError(f"the end {end} has no finite value at {dict(values)}; choose other values")
        nearest = float(exact.mid())
        candidate = math.nextafter(nearest, -inwards)
        # The ball is 2^-190 wide, so that at most the end itself is undecided: three steps at most.
        while not _inside(arb(candidate), exact, closed, inwards):
            candidate = math.nextafter(candidate, inwards)
    return nearest + 0.0, candidate + 0.0  # no negative zero


def _inside(candidate: arb, end: arb, closed: bool, inwards: float) -> bool:
    low, high = (end, candidate) if inwards > 0 else (candidate, end)
    return bool(low <= high if closed else low < high)


@lru_cache(maxsize=1024)
def _compiled(end: Expr) -> tuple[tuple[Symbol, ...], Any]:
    symbols = tuple(sorted(end.free_symbols, key=lambda symbol: symbol.sort_key()))
    return symbols, compiled((end,), symbols)


@dataclass(frozen=True)
class Column:
    """What one data variable or parameter can be: the shape of its set, whether it is a lattice, its closed ends.

    ``points`` counts those of a finite lattice; it is zero elsewhere, and where the ends depend on parameters.
    """

    shape: Shape
    lattice: bool
    lo_closed: bool
    hi_closed: bool
    points: int = 0

    @property
    def starts_closed(self) -> bool:
        """Whether the end that coordinates count from belongs to the set.

        >>> Column(Shape.BELOW, False, False, True).starts_closed
        True
        """
        return self.hi_closed if self.shape is Shape.BELOW else self.lo_closed

    @property
    def categories(self) -> int:
        """How many points a small finite lattice has, each worth a look of its own; zero elsewhere.

        >>> Column(Shape.BETWEEN, True, True, True, 1000).categories
        0
        """
        return self.points if self.points <= _MOST_CATEGORIES else 0


def column_of(bounds: Bounds) -> Column:
    """Return the kind of set.

    >>> from sympy import Integer
    >>> column_of(Bounds(Integer(0), Integer(2), True, True, True)).categories
    3
    """
    points = 0
    if bounds.discrete and not bounds.free_symbols and shape_of(bounds) is Shape.BETWEEN:
        points = int(bounds.hi - bounds.lo) + 1
    return Column(shape_of(bounds), bounds.discrete, bounds.lo_closed, bounds.hi_closed, points)


@dataclass(frozen=True)
class Placement:
    """Where and how large: ends, a factor for coordinates, an offset from where they count.

    A negative ``magnitude`` counts shares of an interval from its upper end.
    """

    ends: Ends
    magnitude: float = 1.0
    offset: float = 0.0


def place(column: Column, placement: Placement, coordinates: Doubles) -> Doubles:
    """Return the values at ``coordinates``, all inside the ends; on a lattice, whole numbers.

    >>> from sympy import Integer
    >>> share = column_of(Bounds(Integer(0), Integer(1), False, False, False))
    >>> place(share, Placement(Ends(0.0, 1.0, 5e-324, 1 - 2**-53), magnitude=-1e-3), np.array([0.5]))
    array([0.9995])
    """
    ends, size = placement.ends, placement.magnitude
    if column.shape is Shape.BETWEEN:
        if math.isinf(ends.hi) or math.isinf(ends.lo):
            # A parameter puts that end beyond all doubles: data lie as far out as they may.
            ends = replace(ends, lo=max(ends.lo, ends.first), hi=min(ends.hi, ends.last))
        if column.lattice:
            values = ends.lo + np.mod(coordinates, ends.width + 1)
        elif size < 0:
            values = ends.hi + ends.width * (coordinates * size)
        else:
            values = ends.lo + ends.width * (coordinates * size)
    else:
        start = {Shape.LINE: 0.0, Shape.ABOVE: ends.lo, Shape.BELOW: ends.hi}[column.shape]
        distance = placement.offset + coordinates * size
        values = start - distance if column.shape is Shape.BELOW else start + distance
    # Rounding, or an offset beyond the largest value asked for, can carry a value over an end.
    return np.minimum(np.maximum(values, ends.first), ends.last)
