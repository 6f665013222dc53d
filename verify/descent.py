"""Decides how a search goes down: two algorithms that share no step, on one kind of landscape.

One walks with a simplex and then BFGS, the other with L-BFGS and then line by line (Powell). What they arrive at is
examined elsewhere.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import minimize

from .ends import Array
from .tolerance import CORNER, DECREMENT_NATS, FLAT_CURVATURE, RESOLVED_STEPS, UNIT_ROUNDOFF

# Second differences so many times the wanted size ask for shorter steps, which are tried at most so often.
_TOO_BENT = 30.0
_TUNINGS = 6


@dataclass(frozen=True, eq=False)
class Landscape:
    """An objective over unbounded coordinates, and how finely and how far each coordinate can be walked.

    ``value`` takes one point, shape ``(f,)``, or many, shape ``(m, f)``. ``resolution`` is the step below which a
    parameter does not change any more, in doubles; ``edge`` the distance at which it has run away; ``noise`` the
    rounding error of the value; ``lengths`` the distance over which each coordinate bends by one, one if unknown.
    """

    value: Callable[[Array], Any]
    resolution: Array
    edge: Array
    noise: float = UNIT_ROUNDOFF
    lengths: Array | float = 1.0

    def __call__(self, u: Array) -> Any:
        """The objective, infinite where it is none."""
        value = self.value(u)
        if u.ndim > 1:
            return np.where(np.isnan(value), np.inf, value)
        return np.inf if value != value else float(value)

    def steps(self, order: int) -> Array:
        """For every coordinate the step of a difference: of the first order, or of the second."""
        ideal = max(self.noise, UNIT_ROUNDOFF) ** (1 / (order + 2)) * self.lengths
        return np.asarray(np.maximum(ideal, RESOLVED_STEPS * self.resolution))

    def tuned(self, u: Array, noise: float) -> Landscape:
        """Return the landscape with steps that suit its noise and its curvature at ``u``.

        A step is right when the second difference over it is the root of the noise: larger, and the landscape is no
        parabola over it; smaller, and it is noise.
        """
        fitting = replace(self, noise=noise, lengths=np.ones(len(u)))
        wanted = max(noise, UNIT_ROUNDOFF) ** 0.5
        for _ in range(_TUNINGS):
            steps = np.diag(fitting.steps(2))
            bends = np.abs(fitting(u + steps) + fitting(u - steps) - 2 * fitting(u)) / wanted
            # What is infinite, or nan between infinities, is too far away as well.
            bends = np.where(np.isfinite(bends), bends, 1e4)
            if (bends <= _TOO_BENT).all():
                break
            fitting = replace(fitting, lengths=fitting.lengths / np.where(bends > _TOO_BENT, np.sqrt(bends), 1.0))
        return fitting

    def slice(self, j: int, held: float) -> tuple[Landscape, Callable[[Array], Array]]:
        """Return the landscape with coordinate ``j`` held, and what puts it back into a point."""
        others = np.arange(len(self.edge)) != j

        def placed(rest: Array) -> Array:
            point = np.full((*rest.shape[:-1], len(others)), held)
            point[..., others] = rest
            return point

        held_value = lambda rest: self.value(placed(rest))  # noqa: E731
        lengths = np.broadcast_to(self.lengths, others.shape)[others]
        return Landscape(held_value, self.resolution[others], self.edge[others], self.noise, lengths), placed


@dataclass(frozen=True)
class Algorithm:
    """Two ways down from a point: a thorough one, and a quick one that only tells whether the place is worth it."""

    thorough: Callable[[Landscape, Array], Array]
    quick: Callable[[Landscape, Array], Array]


def bowl(centre: float) -> Landscape:
    """Return a landscape of one coordinate, ``(u - centre)^2``: what the examples below walk on.

    >>> bowl(3.0)(np.array([1.0]))
    4.0
    """
    return Landscape(lambda u: ((u - centre) ** 2).sum(axis=-1), np.zeros(1), np.full(1, 30.0))


def gradient(landscape: Landscape, u: Array) -> Array:
    """Return the gradient by central differences, all points evaluated together.

    >>> gradient(bowl(0.0), np.array([1.0])).round(6)
    array([2.])
    """
    steps = landscape.steps(1)
    costs = landscape(np.concatenate([u + np.diag(steps), u - np.diag(steps)]))
    return (costs[: len(u)] - costs[len(u) :]) / (2 * steps)


def hessian(landscape: Landscape, u: Array) -> Array:
    """Return the matrix of second differences, all points evaluated together.

    >>> hessian(bowl(0.0), np.array([1.0])).round(4)
    array([[2.]])
    """
    size, steps = len(u), landscape.steps(2)
    basis = np.diag(steps)
    first, second = np.triu_indices(size)
    plus, minus = basis[first] + basis[second], basis[first] - basis[second]
    costs = landscape(u + np.concatenate([plus, -plus, minus, -minus])).reshape(4, -1)
    matrix = np.zeros((size, size))
    matrix[first, second] = (costs[0] + costs[1] - costs[2] - costs[3]) / (4 * steps[first] * steps[second])
    return matrix + np.triu(matrix, 1).T


@dataclass(frozen=True, eq=False)
class Slope:
    """What differences say about a point: the loss that a Newton step promises to make good, and the step.

    ``loss`` is infinite where the landscape is not smooth there. ``curvature`` is the smallest one.
    """

    loss: float
    step: Array
    curvature: float


def slope_at(landscape: Landscape, u: Array) -> Slope:
    """Return what differences say about ``u``.

    >>> round(slope_at(bowl(3.0), np.zeros(1)).loss, 3)
    9.0
    """
    still = np.zeros(len(u))
    if not len(u):
        return Slope(0.0, still, np.inf)
    downhill, matrix = gradient(landscape, u), hessian(landscape, u)
    if not (np.isfinite(downhill).all() and np.isfinite(matrix).all()):
        return Slope(np.inf, still, np.inf)
    # In units of each coordinate's own curvature: else a steep coordinate hides how flat another one is.
    units = np.sqrt(np.maximum(np.diag(matrix), FLAT_CURVATURE))
    values, vectors = np.linalg.eigh(matrix / np.outer(units, units))
    doubt = max(landscape.noise, UNIT_ROUNDOFF) ** 0.5
    flattest = float(np.linalg.eigvalsh(matrix)[0])
    if values[0] < -max(FLAT_CURVATURE, doubt) or (matrix.max() > CORNER and _is_corner(landscape, u)):
        return Slope(np.inf, still, flattest)
    along, floored = vectors.T @ (downhill / units), np.maximum(values, FLAT_CURVATURE)
    step = -(vectors @ (along / floored)) / units
    # Second differences are good to the root of the noise: a smaller share of curvature is none that is known.
    return Slope(float(0.5 * (along**2 / floored).sum()), step, flattest if values[0] > doubt else 0.0)


def _is_corner(landscape: Landscape, u: Array) -> bool:
    """Across a corner a second difference halves when its step doubles; elsewhere it stays."""
    steps = np.diag(landscape.steps(2))
    here = landscape(u)
    once, twice = ((landscape(u + k * steps) + landscape(u - k * steps) - 2 * here) / k**2 for k in (1, 2))
    return bool(((twice < 0.7 * once) & (once >= 0.5 * once.max())).any())


def simplex_then_bfgs(landscape: Landscape, u: Array) -> Array:
    """Return where Nelder-Mead, then BFGS, arrive from ``u``.

    >>> simplex_then_bfgs(bowl(3.0), np.zeros(1)).round(6)
    array([3.])
    """
    return bfgs(landscape, simplex(landscape, u, 0.5, 1e-6))


def simplex(landscape: Landscape, u: Array, size: float, stop: float) -> Array:
    """Return where Nelder-Mead stops, begun from a simplex of the given size.

    >>> simplex(bowl(3.0), np.zeros(1), 0.5, 1e-12).round(4)
    array([3.])
    """
    corners = np.concatenate([u[None], u + size * np.eye(len(u))])
    options = {"initial_simplex": corners, "fatol": stop, "xatol": max(stop, 1e-9) ** 0.5, "maxfev": 200 * len(u)}
    return _quiet(landscape, u, method="Nelder-Mead", options=options)


def bfgs(landscape: Landscape, u: Array) -> Array:
    """Return where BFGS arrives from ``u``.

    >>> bfgs(bowl(3.0), np.zeros(1)).round(6)
    array([3.])
    """
    options = {"gtol": 1e-8, "maxiter": 100 + 20 * len(u)}
    return _quiet(landscape, u, method="BFGS", jac=lambda v: gradient(landscape, v), options=options)


def limited(landscape: Landscape, u: Array) -> Array:
    """Return where L-BFGS arrives from ``u``.

    >>> limited(bowl(3.0), np.zeros(1)).round(6)
    array([3.])
    """
    # L-BFGS-B refuses slopes that are not finite; a zero ends it there, and the examination says so.
    slopes = lambda v: np.nan_to_num(gradient(landscape, v), nan=0.0, posinf=0.0, neginf=0.0)  # noqa: E731
    options = {"ftol": 1e-14, "gtol": 1e-8, "maxiter": 200}
    return _quiet(landscape, u, method="L-BFGS-B", jac=slopes, options=options)


def limited_then_lines(landscape: Landscape, u: Array) -> Array:
    """Return where L-BFGS, then Powell's search along lines where slopes do not settle it, arrive from ``u``.

    >>> limited_then_lines(bowl(3.0), np.zeros(1)).round(6)
    array([3.])
    """
    reached = limited(landscape, u)
    if slope_at(landscape, reached).loss <= DECREMENT_NATS:
        return reached
    return _quiet(landscape, reached, method="Powell", options={"xtol": 1e-7, "ftol": 1e-14, "maxfev": 300 * len(u)})


def _quiet(landscape: Landscape, u: Array, **how: Any) -> Array:
    """The better of ``u`` and where SciPy arrives: a failed line search may end above its start."""
    with warnings.catch_warnings():
        # SciPy warns where a search stalls; whether it did is measured afterwards, on the point it returns.
        warnings.simplefilter("ignore")
        found = np.atleast_1d(minimize(landscape, u, **how).x)
    return found if landscape(found) < landscape(u) else u


BY_SIMPLEX = Algorithm(simplex_then_bfgs, bfgs)
BY_LINES = Algorithm(limited_then_lines, limited)
