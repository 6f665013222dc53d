"""Maximises a mean log-likelihood over several parameters where doubles do not carry it: Newton's method in balls.

The same damped steps as in doubles, on midpoints of a precision that doubles until the radii no longer matter. Where a
climb ends, the balls say so: the gradient promises next to nothing, and minus the Hessian is positive definite.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from flint import arb

from ..proofs.balls import precision
from .newton import MOST_LEFT, flat_ways
from .terrain import Balls, Ground, Place, Terrain
from .tolerance import BALL_STEPS, CLIMB_NATS, MOST_BITS, NEAR_STEP

_FIRST_BITS = 256
_LONGEST, _SHORTEST = 5.0, 2.0**-40
_PATIENCE, _LITTLE, _SHRUNK = 16, 1e-3, 1 / 4
"""So many steps that lead less far than this, in logarithms or units of what is searched for, and after which as many
lead no less than such a share of it, lead nowhere. Where curvature vanishes at a maximum, as of a tenth power, each is
shorter by a ninth or more, and so many by a sixth; where the likelihood comes close to a limit they have no end."""
_DAMPING = (0.0, *(10.0**power for power in (*range(-24, -3, 3), *range(-3, 13))))


def highest(terrain: Terrain, starts: Sequence[Sequence[float]], most: int) -> Place | None:
    """Return the highest maximum that climbs from the ``most`` highest of the starts reach; ``None`` if none does.

    >>> from sympy import Symbol
    >>> from thetahat.proofs.ball_data import Table
    >>> from thetahat.verify.terrain import Objective
    >>> u, x = Symbol("u", real=True), Symbol("x", real=True)
    >>> bowl = Objective(-((u - x) ** 2), (u,), (x,), False, {}, {}, ())
    >>> found = highest(Terrain(bowl, Table((x,), [(arb(1),), (arb(3),)], None)), [[7.0]], 1)
    >>> bool(found.point[0] == 2)
    True
    """
    points = [[arb(u) for u in start] for start in starts]
    with precision(_FIRST_BITS):
        ranked = [(height.mid(), point) for point in points if (height := terrain.height(point)).is_finite()]
    ranked.sort(key=lambda pair: pair[0], reverse=True)
    reached = [summit for _, point in ranked[:most] if (summit := _summit(terrain, point)) is not None]
    return max(reached, key=lambda place: place.value.mid()) if reached else None


def _summit(terrain: Terrain, start: Balls) -> Place | None:
    """Where a climb ends that leaves places without slope and curvature, from which a direction leads up.

    ``None`` where it reaches no other: such a place is no maximum.
    """
    found = climbed(terrain, start)
    for _ in range(MOST_LEFT):
        beside = None if found is None else _beside(terrain, found)
        if beside is None:
            return found
        found = climbed(terrain, beside)
    return None


def _beside(terrain: Terrain, place: Place) -> Balls | None:
    """The highest of points in flat directions from a place, if it is certainly higher."""
    hessian = np.array([[-float(entry.mid()) for entry in row] for row in place.curvature])
    if not np.isfinite(hessian).all():
        return None
    with precision(_FIRST_BITS):
        trials = [[u + arb(step) for u, step in zip(place.point, way, strict=True)] for way in flat_ways(hessian)]
        above = [(height, trial) for trial in trials if (height := terrain.height(trial)) > place.value]
    return max(above, key=lambda pair: float(pair[0].mid()))[1] if above else None


def climbed(terrain: Ground, start: Balls, bits: int = _FIRST_BITS) -> Place | None:
    """Return the maximum that damped Newton steps reach; precision doubles where the radii would decide a step.

    >>> from sympy import Symbol
    >>> from thetahat.proofs.ball_data import Table
    >>> from thetahat.verify.terrain import Objective
    >>> u, x = Symbol("u", real=True), Symbol("x", real=True)
    >>> bowl = Objective(-((u - x) ** 2), (u,), (x,), False, {}, {}, ())
    >>> found = climbed(Terrain(bowl, Table((x,), [(arb(1),), (arb(3),)], None)), [arb(7)])
    >>> bool(found.point[0] == 2)
    True
    """
    point, steps = start, iter(range(BALL_STEPS))
    while bits <= 2 * MOST_BITS:
        with precision(bits):
            here, ended = _walked(terrain, terrain(point), steps)
            if here is None or ended:
                return here
        point, bits = here.point, 2 * bits
    return None


def _walked(terrain: Ground, here: Place, steps: Iterator[int]) -> tuple[Place | None, bool]:
    """Where the steps at one precision lead, and whether that is a maximum; all precisions share the steps.

    ``None`` where many of them lead next to nowhere, and no shorter way than as many before, or one leads on and on: a
    million million times as far as Newton's, the likelihood still rises as steeply as where it began.
    """
    begun, before = here, arb("inf")
    for taken, _ in enumerate(steps, 1):
        if taken % _PATIENCE == 0:
            way = _way(begun, here)
            if before < _LITTLE and way >= before * _SHRUNK:
                return None, False
            begun, before = here, way
        found = _step(here, terrain.limited) if here.finite else None
        if found is None:
            return here, False
        step, damped = found
        promise = _product(here.gradient, step)
        # The radius of the promise is what the radii of the gradient come to along the step.
        if not promise.rad() <= max(abs(promise.mid()) / 1024, arb(CLIMB_NATS) / 1024):
            return here, False
        if not damped and promise <= CLIMB_NATS and all(abs(entry) <= NEAR_STEP for entry in step):
            last = terrain(_moved(here.point, step, 1.0))
            if not last.finite:
                return here, True
            if _settles(step, last, terrain.limited):
                if _is_curved_beyond_its_slopes(last):
                    return (last if last.value >= here.value.lower() else here), True
                if solved(last.curvature, last.gradient) is None:
                    # Along a ridge that rises for ever, a curvature made by rounding stops the steps.
                    return here, False
            if all(slope.contains(0) for slope in last.gradient):
                return here, False  # no slope is seen any more, nor curvature: more digits are wanted
            here = last
            continue
        ahead = _uphill(terrain, here, step, promise)
        if ahead is None:
            return here, False
        if _way(here, ahead) * _SHORTEST * 2 > max(abs(entry).mid() for entry in step):
            return None, False
        here = ahead
    return here, False


def _way(start: Place, end: Place) -> arb:
    """The longest way that a coordinate went between two places."""
    return max(abs(there - here).mid() for here, there in zip(start.point, end.point, strict=True))


def _settles(step: Balls, last: Place, limited: tuple[int, ...]) -> bool:
    """Whether each coordinate is curved where a step led to, and has no slope there, or a next step that is shorter.

    Where the likelihood tends to a limit like ``-exp(-exp(u))``, no step promises much, but the next one is as long.
    """
    following = _step(last, limited)
    if following is None:
        return True
    curved = [last.curvature[i][i] > arb(2) ** -MOST_BITS for i in range(len(step))]
    still = [
        slope.contains(0) or abs(b) <= abs(a) / 2 for slope, a, b in zip(last.gradient, step, following[0], strict=True)
    ]
    return all(curved) and all(still)


def _is_curved_beyond_its_slopes(place: Place) -> bool:
    """Whether a place bends down in all directions also without what its slopes may add to the curvature.

    In logarithms of a parameter the second derivative holds the first: beside a ridge that rises by next to nothing the
    slope across it makes a curvature along it, which stops the steps before it vanishes with the slope.
    """
    rows = [list(row) for row in place.curvature]
    for i, slope in enumerate(place.gradient):
        rows[i][i] = rows[i][i] - abs(slope)
    return solved(rows, place.gradient) is not None


def _uphill(terrain: Ground, here: Place, step: Balls, promise: arb) -> Place | None:
    """The first of ever shorter steps that raises the value by a share of what it promises, or a longer one.

    ``None`` where none does, also as far as the working precision shows it.
    """
    factor = 1.0
    while factor > _SHORTEST:
        height = terrain.height(_moved(here.point, step, factor))
        if _shows(height, factor * promise) and height.mid() >= (here.value + 1e-4 * factor * promise).mid():
            factor = _further(terrain, here, step, promise, height) if factor == 1 else factor
            return terrain(_moved(here.point, step, factor))
        factor /= 2
    return None


def _further(terrain: Ground, here: Place, step: Balls, promise: arb, height: arb) -> float:
    """The best of factors that double from one, where the way up does not bend down as Newton's parabola does.

    The parabola keeps half of the promise. On a long ridge, as of a location far from all data, all of it is kept,
    and single steps would be too many.
    """
    factor = 1.0
    while height.mid() >= (here.value + 0.9 * factor * promise).mid() and factor < 1 / _SHORTEST:
        ahead = terrain.height(_moved(here.point, step, 2 * factor))
        if not (_shows(ahead, 2 * factor * promise) and ahead.mid() > height.mid()):
            break
        factor, height = 2 * factor, ahead
    return factor


def _shows(height: arb, promise: arb) -> bool:
    """Whether a height is known well enough to say whether a promise was kept: a ball may be wider than all slopes."""
    return bool(height.rad() <= abs(promise.mid()) / 4)


def _step(here: Place, limited: tuple[int, ...]) -> tuple[Balls, bool] | None:
    """Newton's step, and whether the Hessian had to be damped for it, which it is where it is not negative definite."""
    own = [_own_curvature(here.curvature, i) for i in range(len(here.gradient))]
    for damping in _DAMPING:
        matrix = [[entry.mid() for entry in row] for row in here.curvature]
        for i, row in enumerate(matrix):
            row[i] = row[i] + damping * own[i]
        step = solved(matrix, here.gradient)
        if step is not None:
            length = max((abs(step[i]).mid() for i in limited), default=arb(0))
            if length > _LONGEST:
                step = [entry * (_LONGEST / length) for entry in step]
            return [entry.mid() for entry in step], damping > 0
    return None


def _own_curvature(rows: list[Balls], i: int) -> arb:
    """How much curvature counts as much in one coordinate, whatever its unit: its own, or what it shares."""
    shared = [rows[i][j] ** 2 / abs(rows[j][j]) for j in range(len(rows)) if j != i]
    sizes = [size.mid() for size in (abs(rows[i][i]), *shared) if size.is_finite()]
    return max(max(sizes, default=arb(0)), arb(2) ** -MOST_BITS)


def solved(matrix: list[Balls], right: Balls) -> Balls | None:
    """Return the solution of a symmetric system by elimination; ``None`` unless it is certainly positive definite.

    >>> solved([[arb(2)]], [arb(1)])
    [0.500000000000000]
    """
    rows = [[*row, entry] for row, entry in zip(matrix, right, strict=True)]
    for i, pivot in enumerate(rows):
        if not pivot[i] > 0:
            return None
        for j in range(i + 1, len(rows)):
            share = rows[j][i] / pivot[i]
            rows[j] = [a - share * b for a, b in zip(rows[j], pivot, strict=True)]
    solution: Balls = []
    for i in reversed(range(len(rows))):
        known = sum((a * b for a, b in zip(rows[i][i + 1 : -1], solution, strict=True)), arb(0))
        solution.insert(0, (rows[i][-1] - known) / rows[i][i])
    return solution


def _product(left: Balls, right: Balls) -> arb:
    return sum((a * b for a, b in zip(left, right, strict=True)), arb(0))


def _moved(point: Balls, step: Balls, factor: float) -> Balls:
    return [(u + factor * s).mid() for u, s in zip(point, step, strict=True)]
