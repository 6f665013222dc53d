"""Decides where a search begins: generic numbers read off the data, tried out in all combinations.

Nothing here knows a family or a formula for an estimate: medians, spreads, quantiles, their logarithms, squares and
reciprocals are offered to every parameter whose space they fit, and the objective picks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .coordinates import Chart, Extremes, Pin, Room
from .ends import Array
from .ground import Cost
from .observations import Observations
from .tolerance import BLUR_NATS, RESOLUTION_ULPS

# Combinations tried at once, and rows of data they are tried on: together about a millisecond.
_COMBINATIONS = 600
_ROWS = 24
# Starts from which a search is run; those after the first must lie apart from it.
_KEPT = 3
_FRACTIONS = (0.02, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.98)


@dataclass(frozen=True)
class Pool:
    """Numbers to try for one parameter, and the step that suits each."""

    values: Array
    steps: Array


def condensed(observations: Observations, rows: int = _ROWS) -> Observations:
    """Return at most so many rows at equal steps of weight, in order of the observation.

    >>> condensed(Observations(np.arange(100.0).reshape(-1, 1), np.ones(100), 100)).n
    24
    """
    if observations.n <= rows:
        return observations
    order = np.argsort(observations.x[:, 0], kind="stable")
    share = np.cumsum(observations.w[order])
    levels = (np.arange(rows) + 0.5) / rows * share[-1]
    chosen = observations.x[order[np.searchsorted(share, levels)]]
    return Observations(chosen, np.full(rows, 1.0 / rows), rows)


def charts(
    rooms: tuple[Room, ...],
    extremes: Extremes,
    pins: Sequence[Pin],
    rows: Array,
    rank: Cost,
    noise: Callable[[tuple[float, ...]], float],
    seed: int,
) -> list[Chart]:
    """Return coordinate charts around the most promising starts, best first.

    Parameters
    ----------
    rows
        The data, condensed; shape ``(m, columns)``.
    rank
        The objective to minimise, of a list of parameter arrays of shape ``(m, 1)``.
    noise
        Bound of its rounding error at one theta; starts at which it is large are passed over.
    seed
        Which combinations are tried when there are too many.

    Returns
    -------
    None when the objective is infinite everywhere; else up to three, the later ones apart from the first.
    """
    pools = [_pool(room, rows, pin) for room, pin in zip(rooms, pins, strict=True)]
    picks = _combinations([len(pool.values) for pool in pools], seed)
    point: list[Array] = []
    for j, (room, pool, pin) in enumerate(zip(rooms, pools, pins, strict=True)):
        chosen = pool.values[picks[:, j]][:, None]
        padded = [*point, *([np.zeros(1)] * (len(rooms) - j))]
        point.append(_placed(room, padded, extremes, chosen, pin))
    costs = np.asarray(rank(point)).reshape(-1)
    steps = np.stack([pool.steps[picks[:, j]] for j, pool in enumerate(pools)], axis=1)
    thetas = np.concatenate([np.broadcast_to(column, (len(picks), 1)) for column in point], axis=1)
    kept: list[Chart] = []
    blurred: Chart | None = None
    allowed = np.isfinite(costs)
    while allowed.any() and len(kept) < _KEPT:
        index = int(np.argmin(np.where(allowed, costs, np.inf)))
        theta, step = tuple(thetas[index].tolist()), tuple(steps[index].tolist())
        chart = Chart(rooms, extremes, theta, step, tuple(pins))
        allowed &= apart(thetas, chart)
        if noise(theta) <= BLUR_NATS:
            kept.append(chart)
        elif blurred is None:
            blurred = chart
    return kept if kept or blurred is None else [blurred]


def apart(theta: ArrayLike, chart: Chart) -> NDArray[np.bool_]:
    """Whether some parameter differs from the chart's start by more than a step, and by more than a factor of three.

    ``theta`` has shape ``(..., p)``.

    >>> apart([[5.0], [2.5]], Chart((), (0.0, 1.0), (1.0,), (1.0,), (None,)))
    array([ True, False])
    """
    start, theta = np.array(chart.start), np.asarray(theta, dtype=float)
    close = np.maximum(np.array(chart.scales), 2 * np.minimum(np.abs(theta), np.abs(start)))
    return np.asarray((np.abs(theta - start) > close).any(axis=-1))


def _combinations(sizes: Sequence[int], seed: int) -> np.ndarray:
    """Rows of indices: all of them, or a seeded choice where there are too many."""
    if np.prod(sizes, dtype=float) <= _COMBINATIONS:
        return np.stack([axis.reshape(-1) for axis in np.indices(sizes)], axis=1)
    generator = np.random.default_rng(seed)
    return np.stack([generator.integers(0, size, _COMBINATIONS) for size in sizes], axis=1)


def _placed(room: Room, point: list[Array], extremes: Extremes, chosen: Array, pin: Pin) -> Array:
    """Pool values as parameter values: offsets from a single end, shares of an interval, numbers themselves."""
    if pin is not None and not isinstance(pin, str):
        return np.full_like(chosen, pin)
    (lo, _), (hi, _) = room.lo(point, extremes), room.hi(point, extremes)
    if room.lowers and room.uppers:
        value = lo + (hi - lo) * chosen
    elif room.lowers:
        value = lo + chosen
    else:
        value = hi - chosen if room.uppers else chosen
    # Within the resolution of an end no start is inside: the end itself is tried on its own.
    near = RESOLUTION_ULPS * np.finfo(float).eps
    low, high = (np.where(np.isfinite(end), np.abs(end), 0.0) * near for end in (lo, hi))
    return np.where((value - lo > low) & (hi - value > high), value, np.nan)


def _pool(room: Room, rows: Array, pin: Pin) -> Pool:
    if pin is not None:
        return Pool(np.zeros(1), np.ones(1))
    if room.lowers and room.uppers:
        shares = [*_FRACTIONS, *(share for share in _sizes(rows) if 0 < share < 1)]
        return _distinct(shares, [1.0] * len(shares))
    if room.lowers or room.uppers:
        sizes = _sizes(rows)
        return _distinct(sizes, sizes)
    return _locations(rows)


def _distinct(values: Sequence[float], steps: Sequence[float]) -> Pool:
    found = {v: s for v, s in zip(values, steps, strict=True) if np.isfinite(v) and np.isfinite(s) and s > 0}
    return Pool(np.array(list(found)), np.array(list(found.values())))


def _spread(column: Array) -> float:
    quarter, three = np.quantile(column, (0.25, 0.75))
    return float(three - quarter) or float(column.std()) or float(np.abs(column).max()) or 1.0


def _locations(rows: Array) -> Pool:
    """Where a parameter that may be any real number can begin: places of the data, of their logarithms, slopes."""
    column = rows[:, 0]
    scaled = [(column, _spread(column))]
    if column.min() > 0:
        logs = np.log(column)
        scaled.append((logs, _spread(logs)))
    if column.min() > 0 and column.max() < 1:
        logits = np.log(column) - np.log1p(-column)
        scaled.append((logits, _spread(logits)))
    pairs = [(0.0, 1.0), (1.0, 1.0), (-1.0, 1.0)]
    for values, step in scaled:
        levels = np.quantile(values, (0.5, 0.25, 0.75, 0.1, 0.9, 0.0, 1.0))
        pairs += [(float(level), step) for level in (*levels, values.mean())]
    for j in range(1, rows.shape[1]):
        covariate = rows[:, j] - rows[:, j].mean()
        if covariate.any():
            slope = float(covariate @ column / (covariate @ covariate))
            step = _spread(column) / _spread(rows[:, j])
            pairs += [
                (slope, step),
                (-slope, step),
                (float(column.mean() - slope * rows[:, j].mean()), _spread(column)),
            ]
    return _distinct(*zip(*pairs, strict=True))


def _sizes(rows: Array) -> list[float]:
    """Positive numbers that a scale, a shape, a rate or a distance from an end can begin with."""
    column = rows[:, 0]
    mean, sd, middle = float(column.mean()), float(column.std()), float(np.median(column))
    base = [1.0, sd, abs(mean), abs(middle), _spread(column), float(np.abs(column - middle).mean())]
    gaps = [b - a for a, b in pairwise(np.quantile(column, (0.0, 0.5, 1.0)).tolist())]
    ratio = [abs(mean) / sd] if sd > 0 else []
    if column.min() > 0:
        ratio.append(1 / (float(np.log(column).std()) or 1.0))
    direct = [size for size in (*base, *gaps, *ratio) if size > 0]
    derived = [sd * sd / abs(mean), 1 / (1 + abs(mean)), abs(mean) / (1 + abs(mean))] if mean else []
    with np.errstate(all="ignore"):
        powers = [size**power for size in np.array([*base[:3], *ratio]) for power in (-2, -1, 2)]
    return [float(size) for size in (*direct, *derived, *powers) if 0 < size < np.inf]
