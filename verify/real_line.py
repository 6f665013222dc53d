"""A parameter space as real numbers: by exponentials from one end, by the logistic function between two."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..proofs.family import Parameter

Array = NDArray[np.float64]


def in_the_space(items: tuple[Parameter, ...], point: Array) -> Array:
    """Return real numbers mapped into the spaces.

    >>> from thetahat import family
    >>> in_the_space(family("normal").parameters, np.array([0.5, 0.0])).tolist()
    [0.5, 1.0]
    """
    values: list[float] = []
    known: dict[Any, Any] = {}
    for item, u in zip(items, point, strict=True):
        low, high = (float(end.xreplace(known)) for end in (item.bounds.lo, item.bounds.hi))
        if math.isfinite(low) and math.isfinite(high):
            value = low + (high - low) / (1 + math.exp(-min(max(u, -700), 700)))
        elif math.isfinite(low):
            value = low + math.exp(min(u, 700))
        else:
            value = high - math.exp(min(u, 700)) if math.isfinite(high) else float(u)
        values.append(value)
        known[item.symbol] = value
    return np.array(values)


def on_the_line(items: tuple[Parameter, ...], theta: Array) -> Array:
    """Return the real numbers that ``in_the_space`` maps to ``theta``.

    >>> from thetahat import family
    >>> on_the_line(family("normal").parameters, np.array([0.5, 1.0])).tolist()
    [0.5, 0.0]
    """
    found: list[float] = []
    known: dict[Any, Any] = {}
    for item, value in zip(items, theta.tolist(), strict=True):
        low, high = (float(end.xreplace(known)) for end in (item.bounds.lo, item.bounds.hi))
        if math.isfinite(low) and math.isfinite(high):
            found.append(math.log((value - low) / (high - value)))
        elif math.isfinite(low) or math.isfinite(high):
            found.append(math.log(value - low if math.isfinite(low) else high - value))
        else:
            found.append(value)
        known[item.symbol] = value
    return np.array(found)
