"""Finds the zero of the one equation that a derivation left, by bracketing."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..proofs.errors import UnsolvedError
from .line import SMALLEST_STEP, Line
from .tolerance import ROOT_ULPS

Array = NDArray[np.float64]
Scalar = Callable[[float], float]
Told = Mapping[float, tuple[float, float]]
"""Values at places, and how far off each may be."""
Solver = Callable[[float, float], float]
"""From two ends to the root between them."""

FARTHEST = 690.0
"""Largest coordinate tried: exp of it is near the ends of the doubles."""

# With a tolerance of one subnormal number a bracket around zero would have to be narrower than any two doubles.
_SMALLEST = 4 * SMALLEST_STEP
_RELATIVE = ROOT_ULPS * float(np.finfo(float).eps)

_HALVINGS = 40
"""How often the way to where a function has no value is halved: a millionth of a millionth of it is left."""

_FACTOR = 4.0
"""Ratio of the ends of a bracket above which it is halved on the logarithmic scale."""


class Together:
    """A function that tells values at many places at once, with bounds; at others it is asked one by one.

    >>> halves = Together(lambda places: {x: (x / 2, 0.0) for x in places if x < 3}, lambda place: place / 2)
    >>> ask_together(halves, [1.0, 2.0, 4.0])
    >>> [is_told(halves, place) for place in (1.0, 4.0)], halves(4.0)
    ([True, False], 2.0)
    """

    def __init__(self, many: Callable[[Sequence[float]], Told], one: Scalar) -> None:
        """Begin with nothing known."""
        self.told: dict[float, tuple[float, float]] = {}
        self._sharp: set[float] = set()
        self._many, self.exactly = many, lru_cache(maxsize=None)(one)

    def __call__(self, place: float) -> float:
        """Return the value at one place."""
        return self.told[place][0] if place in self.told else self.exactly(place)

    def ask(self, places: Sequence[float]) -> None:
        """Learn what the function tells of many places."""
        new = [place for place in dict.fromkeys(places) if place not in self.told and place not in self._sharp]
        self.told.update(self._many(new) if new else {})

    def sharpen(self, places: Sequence[float]) -> None:
        """Ask for the values at neighbours one by one where their bounds do not say which is larger."""
        known = [self.told.get(place) or (self.exactly(place), 0.0) for place in places]
        pairs = enumerate(pairwise(known))
        close = {at for at, ((one, off), (other, and_off)) in pairs if abs(one - other) <= off + and_off}
        for at in close | {at + 1 for at in close}:
            self._sharp.add(places[at])
            self.told.pop(places[at], None)


def ask_together(function: Scalar, places: Sequence[float]) -> None:
    """Let a function that tells many values at once know which come; another is asked when they come."""
    if isinstance(function, Together):
        function.ask(places)


def in_order(function: Scalar, places: Sequence[float]) -> list[float]:
    """Return the values at neighbouring places, each of which is known well enough to say which is larger.

    >>> rough = Together(lambda places: dict.fromkeys(places, (0.0, 0.1)), lambda place: place / 2)
    >>> in_order(rough, [-0.1, 0.1]), in_order(abs, [1.0])
    ([-0.05, 0.05], [1.0])
    """
    if isinstance(function, Together):
        function.ask(places)
        function.sharpen(places)
    return [function(place) for place in places]


def is_told(function: Scalar, place: float) -> bool:
    """Return whether the value at a place, about which a function was asked, costs nothing more."""
    return not isinstance(function, Together) or place in function.told


def sign_changes(function: Scalar, line: Line, last: Sequence[float] = ()) -> Iterator[tuple[float, float]]:
    """Yield brackets of the unknown between whose ends ``function`` changes sign, the nearest to the middle first.

    Coordinates are tried at distances that grow by a half up to the farthest, and those of ``last`` after them. Where
    none of these show a change, places are tried next to where the function ceases to have a value, as where another
    parameter leaves its space.

    >>> low, high = next(sign_changes(lambda k: 3.0 - k, Line(0.0, math.inf)))
    >>> low <= 3.0 <= high
    True
    """
    steps = [0.0]
    distance = 0.5
    while distance < FARTHEST:
        steps += [distance, -distance]
        distance *= 1.5
    steps += [FARTHEST, -FARTHEST, *last]
    ask_together(function, [line.value(u) for u in steps])
    known: dict[float, float] = {}
    changed = False
    for u in steps:
        for low, high in _changes_beside(function, line, u, known):
            changed = True
            yield low, high
    if not changed:
        tried = sorted(set(steps))
        for one, other in pairwise(tried):
            if (one in known) != (other in known):
                inside, outside = (one, other) if one in known else (other, one)
                # Where it underflows there is no end of its values, nor anything to look for.
                if abs(known[inside]) < sys.float_info.min or function(line.value(outside)) == 0:
                    continue
                for u in _towards_the_last(function, line, inside, outside):
                    yield from _changes_beside(function, line, u, known)


def _changes_beside(function: Scalar, line: Line, u: float, known: dict[float, float]) -> Iterator[tuple[float, float]]:
    """Brackets from a new coordinate to its neighbours among those of which the values are ``known``."""
    value = function(line.value(u)) if u not in known else 0.0
    # An exact zero far out is underflow more often than a root; a root beside it still shows as a change of sign.
    if value == 0 or not math.isfinite(value):
        return
    known[u] = value
    here = sorted(known)
    place = here.index(u)
    for neighbour in (place - 1, place + 1):
        if 0 <= neighbour < len(here) and (known[here[neighbour]] > 0) != (value > 0):
            low, high = sorted((u, here[neighbour]))
            yield line.value(low), line.value(high)


def _towards_the_last(function: Scalar, line: Line, inside: float, outside: float) -> Iterator[float]:
    """Coordinates with a value ever closer to the last that has one, on the way to one that has none."""
    for _ in range(_HALVINGS):
        middle = inside + (outside - inside) / 2
        if middle in (inside, outside):
            return
        if math.isfinite(function(line.value(middle))):
            inside = middle
            yield middle
        else:
            outside = middle


def bracketed_root(function: Scalar, low: float, high: float, relative: float = _RELATIVE) -> float:
    """Return the point between ``low`` and ``high`` where ``function`` changes sign, to the last digits by default.

    Raises
    ------
    UnsolvedError
        Where the function has the same sign at both ends, as where what proposed them is rounded, where it has no value
        somewhere between, as where it overflows twice, or where the bracket does not close.

    Examples
    --------
    >>> bracketed_root(lambda x: x * x - 2.0, 0.0, 2.0)
    1.414213562373095
    """
    # Imported late: half the time of a first fit by a formula, which has no use for it.
    from scipy.optimize import brentq

    below, above = function(low), function(high)
    if below == 0:
        return low
    if above == 0:
        return high
    if min(below, above) > 0 or max(below, above) < 0:
        raise UnsolvedError(
            f"the equation has the same sign at both ends of a bracket, {low!r} and {high!r}: doubles told another"
        )
    low, high = _narrowed(function, low, high)

    def defined(value: float) -> float:
        found = function(value)
        if math.isnan(found):
            raise UnsolvedError(f"the equation has no value at {value!r}, between the ends of a bracket")
        return found

    root, ended = brentq(
        defined, low, high, xtol=_SMALLEST, rtol=relative, maxiter=10_000, full_output=True, disp=False
    )
    if not ended.converged:
        raise UnsolvedError(f"no root was found between {low!r} and {high!r}: the bracket did not close")
    return float(root)


def bracketing(function: Scalar) -> Solver:
    """Return what finds a root of a function between two ends, as ``bracketed_root`` does.

    >>> bracketing(lambda x: x - 1.0)(0.0, 4.0)
    1.0
    """
    return lambda low, high: bracketed_root(function, low, high)


def _narrowed(function: Scalar, low: float, high: float) -> tuple[float, float]:
    """A bracket whose ends differ by no more than a factor, halved on the logarithmic scale; as it is around zero.

    Halving such a bracket on the plain scale, as the bracketing method does, takes a step for every factor of two.
    """
    if low < 0 < high or low == 0 or high == 0:
        return low, high
    above = function(high) > 0
    while max(abs(low), abs(high)) > _FACTOR * min(abs(low), abs(high)):
        middle = math.copysign(math.sqrt(abs(low)) * math.sqrt(abs(high)), low)
        value = function(middle)
        if value == 0 or math.isnan(value):
            break
        low, high = (low, middle) if (value > 0) == above else (middle, high)
    return low, high
