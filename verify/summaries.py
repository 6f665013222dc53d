"""Well-known summaries of one column of data, each with the name by which a reader knows it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_QUARTERS = ((0.25, "lower quartile"), (0.75, "upper quartile"))


def summaries(x: Array, w: Array) -> dict[str, float]:
    """Return the summaries of a column ``x`` with weights ``w``, both of shape ``(n,)``, by name.

    Where weights differ there are also those that forget them, all or in one place; ``nan`` where one does not exist.

    >>> found = summaries(np.array([1.0, 2.0, 6.0]), np.ones(3))
    >>> found["mean"], found["median"], found["reciprocal of the harmonic mean"]
    (3.0, 2.0, 0.5555555555555556)
    """
    kept = w > 0
    with np.errstate(all="ignore"):
        found = _with_reciprocals(_plain(x[kept], w[kept]))
        if len(set(w.tolist())) > 1:
            middle = float(np.median(x))
            found["unweighted median"] = middle
            found["mean distance from the unweighted median"] = _average(np.abs(x - middle), w)
            spread = np.sqrt(((x - found["mean"]) ** 2).mean())
            found["root of the unweighted mean square distance from the weighted mean"] = float(spread)
            others = w.sum() - (w * w).sum() / w.sum()
            unbiased = np.sqrt((w * (x - found["mean"]) ** 2).sum() / others)
            found["standard deviation that is unbiased for weights of reliability"] = float(unbiased)
    return found


def _average(values: Array, w: Array) -> float:
    return float((w * values).sum() / w.sum())


def _plain(x: Array, w: Array) -> dict[str, float]:
    order: NDArray[np.intp] = np.argsort(x)
    values, below = x[order], np.cumsum(w[order])
    half = float(below[-1]) / 2
    low = float(values[np.searchsorted(below, half)])
    high = float(values[min(int(np.searchsorted(below, half, side="right")), len(x) - 1)])
    average, centre = _average(x, w), (low + high) / 2
    variance = _average((x - average) ** 2, w)
    distance = float(np.median(np.abs(x - centre)))
    positive = bool(values[0] > 0)
    logs = _average(np.log(x), w) if positive else math.nan
    found = {
        "mean": average,
        "median": centre,
        "standard deviation": math.sqrt(variance),
        "variance": variance,
        "mean distance from the median": _average(np.abs(x - centre), w),
        "mean distance from the mean": _average(np.abs(x - average), w),
        "root of the mean square distance from the median": math.sqrt(_average((x - centre) ** 2, w)),
        "median distance from the median": distance,
        "median distance from the median, divided by that of a normal": 1.482602218505602 * distance,
        "median distance from the median times 1.4826": 1.4826 * distance,
        "middle of the range": float(values[0] / 2 + values[-1] / 2),
        "range": float(values[-1] - values[0]),
        "minimum": float(values[0]),
        "maximum": float(values[-1]),
        "geometric mean": float(np.exp(logs)),
        "harmonic mean": 1 / _average(1 / x, w) if positive else math.nan,
        "root of the mean square": math.sqrt(_average(x * x, w)),
        "mean of the logarithms": logs,
    }
    return found | {name: float(np.quantile(x, level)) for level, name in _QUARTERS}


def _with_reciprocals(found: dict[str, float]) -> dict[str, float]:
    """The same, and one over each, for what is a scale to some and a rate to others."""
    return found | {f"reciprocal of the {name}": 1 / value if value else math.nan for name, value in found.items()}
