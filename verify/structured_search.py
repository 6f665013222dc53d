"""Searches the parameters of a structured family by numbers alone: free coordinates, rivals, an optimiser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sympy import Abs, Expr, Symbol

from ..proofs.structured.family import StructuredFamily, Unknown
from ..proofs.structured.terms import Matrix, shape
from ..strategies.structured import StructuredData
from .structured_values import Place, number_at

Array = NDArray[np.float64]
Order = NDArray[np.int64]
_ROUNDS = 4
_RESTARTS = 20
_SIZES, _LITTLE = (1.0, 0.1, 0.01, 0.001), 1e-12
"""Sizes of simplices in a search past kinks, and an improvement that is none: after one of each size it ends."""


def mean_log_likelihood(family: StructuredFamily, drawn: StructuredData, theta: Mapping[str, Array]) -> float:
    """Return the mean of the log-density over the observations; the log-density itself where the data are one matrix.

    Minus infinity where an observation lies outside the support. From the declaration: neither the derivation's
    averages nor its formulas are used.
    """
    place = Place(drawn, theta)
    with np.errstate(all="ignore"):
        value = number_at(family.log_density, place)
        inside = all(np.all(room >= 0) for room in _rooms(family, place))
    return float(drawn.mean(value)) if inside else -np.inf


def _rooms(family: StructuredFamily, place: Place) -> list[Array]:
    """What is left to the right side of each inequality of the support, for every observation."""
    return [np.asarray(number_at(right, place)) - np.asarray(number_at(left, place)) for left, right in family.support]


def widths(family: StructuredFamily, drawn: StructuredData) -> list[tuple[Unknown, int, tuple[int, ...]]]:
    """Return each parameter with the number of its free coordinates and its shape."""
    found = []
    for one in family.parameters:
        shaped = drawn.shape_of(family, one.term)
        width = shaped[0] * (shaped[0] + 1) // 2 if one.definite else int(np.prod(shaped))
        found.append((one, width, shaped))
    return found


def from_free(family: StructuredFamily, drawn: StructuredData, free: Array) -> dict[str, Array]:
    """Return the parameters at free coordinates: logarithms of positive numbers and of Cholesky diagonals, and shares
    as normalised exponentials."""
    theta, start = {}, 0
    for one, width, shaped in widths(family, drawn):
        part = free[start : start + width]
        start += width
        if one.definite:
            root: Array = np.zeros(shaped)
            root[np.tril_indices(shaped[0])] = part
            diagonal = np.diag_indices(shaped[0])
            root[diagonal] = np.exp(np.clip(root[diagonal], -30, 30))
            theta[one.name] = root @ root.T
        elif isinstance(one.term, Matrix) or not one.term.is_positive:
            theta[one.name] = part.reshape(shaped)
        else:
            theta[one.name] = _positive(one, part.reshape(shaped))
    return theta


def _positive(one: Unknown, part: Array) -> Array:
    raised = np.exp(np.clip(part, -300, 300))
    if one.simplex is None:
        return raised
    axis = one.term.indices.index(one.simplex)
    return np.asarray(raised / raised.sum(axis=axis, keepdims=True))


def to_free(family: StructuredFamily, drawn: StructuredData, theta: Mapping[str, Array]) -> Array:
    """Return the free coordinates of parameters."""
    parts = []
    for one, _, shaped in widths(family, drawn):
        value = np.asarray(theta[one.name], dtype=np.float64)
        if one.definite:
            factor: Array = np.asarray(np.linalg.cholesky(value))
            diagonal = np.diag_indices(shaped[0])
            factor[diagonal] = np.log(factor[diagonal])
            value = factor[np.tril_indices(shaped[0])]
        elif not isinstance(one.term, Matrix) and one.term.is_positive:
            value = np.log(value)
        parts.append(value.ravel())
    return np.concatenate(parts)


def optimum(family: StructuredFamily, drawn: StructuredData) -> float:
    """Return the highest mean log-likelihood that an optimiser finds from the origin of the free coordinates.

    It is given the log-density and the support alone, and starts where no data have a say.
    """
    if any(one.has(*family.terms) for pair in family.support for one in pair):
        return _optimum_within(family, drawn)

    def loss(free: Array) -> float:
        value = mean_log_likelihood(family, drawn, from_free(family, drawn, free))
        return -value if np.isfinite(value) else 1e300

    at = np.zeros(sum(width for _, width, _ in widths(family, drawn)))
    best = loss(at)
    for _ in range(_ROUNDS):
        found = minimize(loss, at, method="L-BFGS-B", options={"maxiter": 500, "ftol": 1e-15, "gtol": 1e-9})
        improved = best - float(found.fun)
        at, best = found.x, min(best, float(found.fun))
        if improved < 1e-12:
            break
    if family.log_density.has(Abs):
        best = min(best, _past_kinks(loss, at))
    return -best


def _past_kinks(loss: Callable[[Array], float], start: Array) -> float:
    """The least loss that simplices find from a start, each turned another way and of one of a few sizes.

    At a kink there is no gradient to follow, and a loss of absolute values may fall along a single line: a simplex that
    begins as the last one ended stays where that stopped.
    """
    options = {"maxiter": 20_000, "maxfev": 20_000, "xatol": 1e-11, "fatol": 1e-14}
    at, best, still = start, loss(start), 0
    for turn in range(_RESTARTS):
        turned = np.linalg.qr(np.random.default_rng(turn).normal(size=(len(at), len(at))))[0]
        corners = np.vstack([at, at + _SIZES[turn % len(_SIZES)] * turned])
        found = minimize(loss, at, method="Nelder-Mead", options={**options, "initial_simplex": corners})
        still = still + 1 if best - found.fun < _LITTLE else 0
        if found.fun < best:
            at, best = found.x, float(found.fun)
        if still == len(_SIZES):
            break
    return best


def _optimum_within(family: StructuredFamily, drawn: StructuredData) -> float:
    """The optimum where the parameters decide which observations are possible: sequential quadratic programs."""

    def loss(free: Array) -> float:
        place = Place(drawn, from_free(family, drawn, free))
        return -float(drawn.mean(number_at(family.log_density, place)))

    def room(free: Array) -> Array:
        return np.concatenate([one.ravel() for one in _rooms(family, Place(drawn, from_free(family, drawn, free)))])

    at = np.zeros(sum(width for _, width, _ in widths(family, drawn)))
    options = {"maxiter": 500, "ftol": 1e-15}
    best = -np.inf
    for _ in range(_RESTARTS):
        at = minimize(loss, at, method="SLSQP", constraints={"type": "ineq", "fun": room}, options=options).x
        found = mean_log_likelihood(family, drawn, from_free(family, drawn, _widened(family, drawn, at)))
        if found - best < 1e-12:
            break
        best = found
    return float(best)


def _widened(family: StructuredFamily, drawn: StructuredData, free: Array) -> Array:
    """The point, with scales that end the support enlarged until every observation is possible."""
    ends = {str(right) for _, right in family.support}
    scales = np.concatenate([np.full(width, float(one.name in ends)) for one, width, _ in widths(family, drawn)])
    for power in range(-46, 0):
        wider = free + scales * 2.0**power
        if np.isfinite(mean_log_likelihood(family, drawn, from_free(family, drawn, wider))):
            return np.asarray(wider)
    return free


def permuted(
    family: StructuredFamily, drawn: StructuredData, rng: np.random.Generator
) -> tuple[StructuredData, dict[str, tuple[Order, ...]]]:
    """Return the same data with observations and the labels of every dimension shuffled, and how parameters move.

    A parameter's axes are indexed by the returned permutations.
    """
    orders: dict[Symbol, Order] = {size: rng.permutation(value) for size, value in drawn.sizes.items()}
    known = {term: _shuffled(family, term, value, orders) for term, value in drawn.known.items()}
    row = rng.permutation(drawn.n)
    data = {
        term: np.stack([_shuffled(family, term, one, orders) for one in value[row]])
        for term, value in drawn.data.items()
    }
    moves = {one.name: _axes(family, one.term, orders) for one in family.parameters}
    weights = None if drawn.weights is None else drawn.weights[row]
    return replace(drawn, known=known, data=data, weights=weights), moves


def _axes(family: StructuredFamily, term: Expr, orders: Mapping[Symbol, Order]) -> tuple[Order, ...]:
    if isinstance(term, Matrix):
        return tuple(orders.get(side, np.zeros(1, dtype=np.int64)) for side in shape(term))
    return tuple(orders[last] for last in family.lengths(term))


def _shuffled(family: StructuredFamily, term: Expr, value: Array, orders: Mapping[Symbol, Order]) -> Array:
    axes = _axes(family, term, orders)
    return np.asarray(value)[np.ix_(*axes)] if axes and np.ndim(value) == len(axes) else np.asarray(value)


def moved(value: Array, axes: tuple[Order, ...]) -> Array:
    """Return a parameter with its labels shuffled.

    >>> moved(np.array([1.0, 2.0]), (np.array([1, 0]),))
    array([2., 1.])
    """
    return np.asarray(value)[np.ix_(*axes)] if axes else np.asarray(value)
