"""Finds the zeros of many equations in one unknown each, all at once and without derivatives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .tolerance import CLEAR_COORDINATE

Array = NDArray[np.float64]
Residuals = Callable[[Array, NDArray[np.intp]], Array]
"""From coordinates and the places of the equations they belong to, to the values of these equations there."""

_DISTANCES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, CLEAR_COORDINATE)
"""Coordinates tried, on either side."""
_STEPS = 60
_NARROW = 4 * np.finfo(float).eps


def roots(residuals: Residuals, m: int) -> Array:
    """Return a coordinate at which each of ``m`` equations changes its sign, ``nan`` where none is found that is clear.

    From the middle outward, first to the side on which the equation is the smaller, in growing steps, then by
    Chandrupatla's method, which takes inverse quadratic steps where these are safe and halves otherwise.

    Source: Chandrupatla 1997, *Advances in Engineering Software* 28, 145-149; Scherer 2010, *Computational Physics*,
    section 6.1.7.3.

    >>> squares = np.array([4.0, 9.0, -4.0])
    >>> roots(lambda u, places: (u - 1) ** 2 * np.sign(u - 1) - squares[places], 3).round(9)
    array([ 3.,  4., -1.])
    """
    every = np.arange(m)
    start, beside = residuals(np.zeros(m), every), residuals(np.full(m, _DISTANCES[0]), every)
    rising = (np.abs(beside) < np.abs(start)) | (start * beside < 0)
    side = np.where(rising, 1.0, -1.0)
    found = np.full(m, np.nan)
    usable = np.flatnonzero(np.isfinite(start) & (start != 0))
    low, f_low = np.zeros(m), start.copy()
    for distance in _DISTANCES:
        u = side[usable] * distance
        f = residuals(u, usable) if distance > _DISTANCES[0] else _first(residuals, u, usable, beside)
        changed = np.isfinite(f) & (f * np.sign(f_low[usable]) < 0)
        here = usable[changed]
        if len(here):
            found[here] = _between(residuals, here, low[here], u[changed], f_low[here], f[changed])
        # A zero may be underflow; a root there shows as a change of sign behind it.
        moved = ~changed & np.isfinite(f) & (f != 0)
        low[usable[moved]], f_low[usable[moved]] = u[moved], f[moved]
        usable = usable[~changed & np.isfinite(f)]
        if not len(usable):
            break
    return found


def _first(residuals: Residuals, u: Array, places: NDArray[np.intp], beside: Array) -> Array:
    """The equations at the first points out; to the right of the middle they are known already."""
    f = beside[places]
    left = np.flatnonzero(u < 0)
    if len(left):
        f[left] = residuals(u[left], places[left])
    return f


def _between(residuals: Residuals, places: NDArray[np.intp], a: Array, b: Array, fa: Array, fb: Array) -> Array:
    """The zero of each equation between ``a`` and ``b``, where it has different signs."""
    answer = np.full(len(a), np.nan)
    left = np.arange(len(a))
    # b is the newest point, a the one across the zero, c the one before.
    b, a, fb, fa = a, b, fa, fb
    c, fc = a, fa
    t = np.full(len(a), 0.5)
    for _ in range(_STEPS):
        new = a + t * (b - a)
        f = residuals(new, places[left])
        same = np.sign(f) == np.sign(fa)
        c, fc = np.where(same, a, b), np.where(same, fa, fb)
        b, fb = np.where(same, b, a), np.where(same, fb, fa)
        a, fa = new, f
        nearest = np.where(np.abs(fa) < np.abs(fb), a, b)
        width = np.abs(b - a)
        least = _NARROW * np.maximum(np.abs(nearest), 1.0)
        done = (width <= least) | (fa == 0) | ~np.isfinite(fa)
        answer[left[done]] = np.where(np.isfinite(fa[done]), nearest[done], np.nan)
        if done.all():
            break
        on = ~done
        left, a, b, c, fa, fb, fc, width, least = (v[on] for v in (left, a, b, c, fa, fb, fc, width, least))
        xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
        alpha = (c - a) / (b - a)
        safe = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
        inverse = fa / (fb - fa) * fc / (fb - fc) + alpha * fa / (fc - fa) * fb / (fc - fb)
        edge = 0.5 * least / width
        t = np.where(safe, np.clip(inverse, edge, 1 - edge), 0.5)
    return answer


def on_line(lo: float, hi: float, u: Array) -> Array:
    """Return the points of an interval at coordinates ``u``: what ``solving.Line`` does for one.

    >>> on_line(0.0, np.inf, np.array([0.0])), on_line(0.0, 1.0, np.array([0.0]))
    (array([1.]), array([0.5]))
    """
    if np.isinf(lo) and np.isinf(hi):
        return np.sinh(u)
    if np.isinf(hi):
        return np.asarray(lo + np.exp(u))
    if np.isinf(lo):
        return np.asarray(hi - np.exp(-u))
    return np.asarray(lo + (hi - lo) / (1.0 + np.exp(-u)))
