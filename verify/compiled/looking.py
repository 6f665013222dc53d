"""Looks for the root of an equation in doubles by looking at it here and there, or at its slope as well.

What is found is believed where the equation changes its sign there by more than rounding does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from ..line import Line, crossing
from ..solving import sign_changes
from ..tolerance import ROOT_MARGIN, ROOT_SHARE, TERM_ULPS, UNIT_ROUNDOFF

_NEAR = 4.0
"""Coordinate up to which a root is looked for where the equation becomes smaller; beyond it may only fade out."""
_SETTLED = 1e-6
"""Change of the coordinate from one root to the next at which the last, off by far less, is examined."""
_FAR, _FARTHEST = 1e-6, 1e-2
"""Shares of a root between which a look tells how much the equation bends next to it."""
_LOOKS = 60
_THROUGH = 4
"""Looks that an inverse interpolation goes through."""
_STEPS, _LONGEST = 12, 2.0
"""Steps by slopes before the search without them takes over, and how far one may go."""
_NOISE = ROOT_MARGIN * TERM_ULPS * UNIT_ROUNDOFF
"""What rounding may be off, of the sum of the moduli of terms."""


def searched(looked_at: Callable[[float], Sequence[float]], line: Line) -> tuple[float] | None:
    """Return the root of an equation, ``None`` where no change of sign is found, or none that is clear.

    ``looked_at`` gives the equation at a point of the line, and the sum of the moduli of its terms.

    >>> (root,) = searched(lambda k: [3.0 - k * k, 3.0 + k * k], Line(0.0, math.inf))
    >>> abs(root / 3.0**0.5 - 1) < 1e-13
    True
    """
    looks: dict[float, float] = {}

    def residual(u: float) -> float:
        if u not in looks:
            looks[u] = looked_at(line.value(u))[0]
        return looks[u]

    for bracket in _brackets(residual, line):
        root = line.value(_interpolated_root(residual, *bracket, looks))
        low, high = root * (1 - ROOT_SHARE), root * (1 + ROOT_SHARE)
        (below, size), (above, _) = looked_at(low), looked_at(high)
        if below * above < 0 and min(abs(below), abs(above)) > _NOISE * size:
            seen = [(line.value(place), value) for place, value in looks.items()]
            return (_crossed(root, [*seen, (low, below), (high, above)]),)
    return None


def stepped(looked_at: Callable[[float], Sequence[float]], line: Line) -> tuple[float] | None:
    """Return the root of an equation by Halley's method from the middle of the line on; ``None`` without success.

    ``looked_at`` gives the equation at a point and the sum of the moduli of its terms, and the same of its slope. The
    root is looked for of the equation times the slope of the point by its coordinate: if the one is a derivative of the
    likelihood by the unknown, the other is that by the coordinate. The second slope is what the first changes by from
    one look to the next (Traub 1964, *Iterative Methods for the Solution of Equations*, section 5.2).

    It is believed where the equation is, by its slope, beyond rounding as far away as ``searched`` looks.

    >>> (root,) = stepped(lambda k: [3.0 - k * k, 3.0 + k * k, -2.0 * k, 2.0 * k], Line(0.0, math.inf))
    >>> abs(root / 3.0**0.5 - 1) < 1e-13
    True
    """
    u = 0.0
    before: tuple[float, float] | None = None
    for _ in range(_STEPS):
        point = line.value(u)
        equation, size, slope, steepness = looked_at(point)
        first, second = line.slopes(point)
        value, rise = equation * first, slope * first * first + equation * second
        if not slope:
            return None
        # Where the product rises while the equation falls, the root lies beyond a place where the product turns.
        turned = rise * slope <= 0
        step = -equation / (slope * first) if turned else -value / rise
        if before is not None and not turned and abs(step) < 1.0:
            bend = (rise - before[1]) / (u - before[0])
            step *= min(max(1.0 - 0.5 * step * bend / rise, 0.5), 2.0)
        if abs(step) <= (_SETTLED if before is not None else _SETTLED**2):
            root = point + step * (first + 0.5 * step * second)  # what is left out has the cube of the step
            clear = abs(slope) > _NOISE * steepness and abs(slope * root) * ROOT_SHARE > _NOISE * size
            return (root,) if clear else None
        before = (u, rise)
        u += min(max(step, -_LONGEST), _LONGEST)
    return None


def _crossed(root: float, looks: Sequence[tuple[float, float]]) -> float:
    """The root between the last two of all looks, next to it, with a bend that one farther off tells.

    Over so short a way an equation bends by some ten units in the last place, and rounding hides that from near looks.

    >>> looks = [(point, 3.0 / point - 1.0) for point in (3.001, 3.0 - 3e-7, 3.0 + 4e-7)]
    >>> abs(_crossed(3.0 + 1e-7, looks) - 3.0) < 4 * math.ulp(3.0)
    True
    """
    *others, low, high = looks
    far = [look for look in others if _FAR < abs(look[0] - root) / abs(root) < _FARTHEST]
    if far:
        found = root + _at_zero([(point - root, value) for point, value in (far[-1], low, high)])
        if low[0] < found < high[0]:
            return found
    return crossing(low[0], high[0], low[1], high[1])


def _brackets(residual: Callable[[float], float], line: Line) -> Iterator[tuple[float, float]]:
    """Coordinates between which to look for the root: the way down first, which may lead to where it fades out."""
    first = _downhill(residual)
    if first is not None:
        yield first
    place = line.coordinate
    for low, high in islice(sign_changes(lambda value: residual(place(value)), line), 1):
        yield place(low), place(high)


def _downhill(residual: Callable[[float], float]) -> tuple[float, float] | None:
    """A bracket in the direction in which the equation becomes smaller, from the middle on in growing steps.

    >>> _downhill(lambda u: 2.0 - u)
    (1.5, 3.5)
    """
    u, step = 0.0, 0.5
    value, beside = residual(u), residual(step)
    if value * beside > 0 and not abs(beside) < abs(value):
        step, beside = -step, residual(-step)
    while value * beside > 0 and abs(beside) < abs(value) and abs(u + step) < _NEAR:
        u, value, step = u + step, beside, 2 * step
        beside = residual(u + step)
    return (min(u, u + step), max(u, u + step)) if value * beside < 0 else None


def _interpolated_root(residual: Callable[[float], float], low: float, high: float, looks: dict[float, float]) -> float:
    """A point far closer than ``ROOT_SHARE`` to where the residual changes sign between two others, most likely.

    By inverse interpolation through the last of all ``looks``, to which it adds its own (Dahlquist & Bjoerck 1974,
    *Numerical Methods*, section 7.3.2); where it leaves the bracket, or its steps do not become shorter, the bracket
    is halved.

    >>> looks = {1.0: 2.0, 4.0: -13.0}
    >>> abs(_interpolated_root(lambda k: 3.0 - k * k, 1.0, 4.0, looks) / 3.0**0.5 - 1) < 1e-9
    True
    """
    last, longer, step, rising = high, high - low, high - low, residual(high) > 0
    for _ in range(_LOOKS):
        point = _at_zero(list(looks.items())[-_THROUGH:])
        if not (low < point < high and abs(point - last) <= longer / 2):
            point = low + (high - low) / 2
        longer, step, last = step, abs(point - last), point
        if step <= _SETTLED:
            break
        value = looks[point] = residual(point)
        if not value:
            break
        low, high = (low, point) if (value > 0) == rising else (point, high)
    return point


def _at_zero(looks: Sequence[tuple[float, float]]) -> float:
    """The point at the value zero of the polynomial through pairs of points and values; ``nan`` without one.

    >>> _at_zero([(2.0, 1.0), (4.0, -1.0)])
    3.0
    """
    points, values = map(list, zip(*looks, strict=True))
    for gap in range(1, len(points)):
        for i in range(len(points) - gap):
            apart = values[i + gap] - values[i]
            if not apart:
                return math.nan
            points[i] = (values[i + gap] * points[i] - values[i] * points[i + 1]) / apart
    return points[0]
