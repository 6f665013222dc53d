"""Fits regressions whose derivation is a concave function of a linear predictor: Newton's method, or a linear program.

Whether a maximiser exists is asked first, exactly: of slopes far out, and of directions that separate the data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Integer, Symbol, lambdify, oo

from ..proofs.derivation import Step
from ..proofs.errors import UnsolvedError
from ..proofs.structured.conditions import Overlap
from ..proofs.structured.derivation import Requirement, StructuredDerivation
from ..proofs.structured.plates import Component, DatumComponent
from ..proofs.structured.spelled import symbol_at, written_out
from ..proofs.structured.sums import free_indices
from ..strategies.separation import exact_matrix, separation
from ..strategies.structured import StructuredData
from .linear_program import least_bounds
from .structured_refusals import refusal

Array = NDArray[np.float64]
_ETA = Symbol("eta", real=True)
_ROUNDS = 200
_HALVINGS = 60
_FARTHEST_LEVEL = 700.0
"""Beyond it exponentials of a predictor overflow."""
_FLAT = 1e-20
_ROUNDED = 1e-10


def kernel_of(derivation: StructuredDerivation) -> Step | None:
    """Return the step that gives the log-density as a function of a predictor, or ``None``.

    >>> from thetahat.proofs.registry import structured
    >>> from thetahat.proofs.structured.engine import derive_structured
    >>> kernel_of(derive_structured(structured("poisson_regression"))).value
    eta*y - exp(eta) - loggamma(y + 1)
    """
    return next((step for step in derivation.steps if step.rule == "kernel"), None)


@lru_cache(maxsize=256)
def _compiled(symbols: tuple[Symbol, ...], value: Expr, by: tuple[Symbol, ...]) -> Callable[..., Array]:
    """Differentiate and compile once for all datasets with so many predictors, which costs more than a small fit."""
    return lambdify(symbols, value.diff(*by) if by else value, "scipy")


@dataclass(frozen=True, eq=False)
class _Spelled:
    """A kernel on one dataset: its sums written out, in a symbol for each predictor and each column of the data."""

    etas: tuple[Symbol, ...]
    value: Expr
    columns: Mapping[Symbol, Array]

    def number(self, value: Expr, *by: Symbol) -> Callable[[Array], Array]:
        """Return an expression, or its derivative, as a function of all predictors, ``(n, K)``, to shape ``(n,)``."""
        function = _compiled((*self.etas, *self.columns), value, by)
        rest = list(self.columns.values())

        def at(eta: Array) -> Array:
            with np.errstate(over="ignore", invalid="ignore"):
                return np.broadcast_to(np.asarray(function(*eta.T, *rest), dtype=np.float64), len(eta))

        return at


def _spelled(derivation: StructuredDerivation, kernel: Step, drawn: StructuredData) -> _Spelled:
    family = derivation.family
    (term,) = family.terms
    others = [index for index in term.indices if index != kernel.named("predictor").args[1]]
    places = list(product(*(range(1, drawn.sizes[family.last(index)] + 1) for index in others)))
    etas = [symbol_at(Component("eta", "real", *map(Integer, at))) for at in places] if others else [_ETA]
    value = written_out(kernel.value, drawn.sizes)
    columns = {symbol_at(one): _column(one, drawn) for one in value.atoms(DatumComponent)}
    given = {one: np.asarray(float(number)) for one, number in drawn.known.items()}
    bare = value.xreplace({one: symbol_at(one) for one in value.atoms(Component)})
    return _Spelled(tuple(etas), bare, {**columns, **given})


def _column(one: DatumComponent, drawn: StructuredData) -> Array:
    found = next(value for term, value in drawn.data.items() if term.name == one.name)
    at: tuple[Any, ...] = (..., *(int(index) - 1 for index in one.indices))
    return np.asarray(found[at], dtype=np.float64)


def fit_predictor(derivation: StructuredDerivation, kernel: Step, drawn: StructuredData) -> dict[str, Array]:
    """Return the coefficients, by their parameter's name.

    Raises
    ------
    ExistenceError
        When the data break a condition.
    UnsolvedError
        When a condition is not decided, or Newton's method does not settle.
    """
    (term,) = derivation.family.terms
    covariates = drawn.data[kernel.named("predictor").args[0] / term]
    spelled = _spelled(derivation, kernel, drawn)
    for one in derivation.exists_when:
        _require(derivation, one, spelled, covariates, drawn)
    distance = next((step for step in derivation.steps if step.rule == "distance"), None)
    if distance is None:
        found = _newton(derivation, spelled, covariates, drawn)
    else:
        found = _least_distances(derivation, distance.named("distance").args[0], spelled, covariates, drawn)
    return {term.name: found if len(term.indices) > 1 else found[0]}


def _require(
    derivation: StructuredDerivation, one: Requirement, spelled: _Spelled, covariates: Array, drawn: StructuredData
) -> None:
    if one.kind == "columns":
        if exact_matrix(covariates).rank() < covariates.shape[1]:
            raise refusal(derivation, one)
        return
    slopes = _joint_slopes if one.kind == "joint-overlap" else _slopes
    followed = _in_one_unit(_followed(slopes(one.subject, spelled, covariates, drawn), covariates))
    found = _separated(followed.tobytes(), followed.shape[1])
    if found is None:
        raise UnsolvedError(
            f"{derivation.family.name}: whether a direction separates the data is not decided in rational numbers; "
            "round the covariates to fewer digits"
        )
    if found:
        raise refusal(derivation, one)


def _followed(slopes: Array, covariates: Array) -> Array:
    """Rows whose products with a direction must not be negative for it to be followed for ever.

    Of ``slopes``, shape ``(m, n, K)``, the signs count: each is a term of the slope of one observation, in ``K``
    predictors. A direction has an entry for every coefficient.
    """
    rows = np.einsum("mik,ij->mikj", slopes, covariates).reshape(-1, slopes.shape[2] * covariates.shape[1])
    return np.unique(rows[rows.any(axis=1)], axis=0) if rows.any() else rows


def _in_one_unit(rows: Array) -> Array:
    """The rows, in a unit by a power of two in which the largest entry is about one, if all of them have doubles there.

    >>> _in_one_unit(np.array([[4.0, -8.0]])).tolist(), _in_one_unit(np.array([[1e300, 5e-324]])).tolist()
    ([[0.25, -0.5]], [[1e+300, 5e-324]])
    """
    power = int(np.frexp(np.abs(rows).max(initial=0.0))[1])
    moved = np.ldexp(rows, -power)
    return moved if np.array_equal(np.ldexp(moved, power), rows) else rows


@lru_cache(maxsize=16)
def _separated(rows: bytes, width: int) -> bool | None:
    """Whether a direction separates rows, given by their contents.

    In another order or unit, repeated or weighted, data follow the same rows: it is decided once.
    """
    return separation(np.frombuffer(rows).reshape(-1, width)).separated


def _slopes(ends: Overlap, spelled: _Spelled, covariates: Array, drawn: StructuredData) -> Array:
    """Upwards where the slope towards minus infinity is not 0, downwards where the other one is not."""
    level = np.zeros((len(covariates), 1))
    rising, falling = (
        np.full(len(level), np.inf) if abs(one) is oo else spelled.number(one.xreplace(_named(one)))(level)
        for one in ends.args
    )
    return np.stack([rising != 0, -1.0 * (falling != 0)])[:, :, np.newaxis]


def _named(value: Expr) -> dict[Expr, Symbol]:
    return {one: symbol_at(one) for one in value.atoms(Component)}


def _joint_slopes(terms: Overlap, spelled: _Spelled, covariates: Array, drawn: StructuredData) -> Array:
    """Each term at every index, as its coefficients on the directions of the predictors."""
    found, level = [], np.zeros((len(covariates), len(spelled.etas)))
    for term in terms.args:
        free = sorted((one for one in free_indices(term) if one not in drawn.sizes), key=str)
        (index,) = free or (None,)
        places = [{}] if index is None else [{index: Integer(at + 1)} for at in range(len(spelled.etas))]
        for place in places:
            value = written_out(term.xreplace(place), drawn.sizes)
            value = value.xreplace(_named(value))
            towards = [Symbol(f"d_{at + 1}", real=True) for at in range(len(spelled.etas))]
            found.append(np.stack([spelled.number(value, one)(level) for one in towards], axis=1))
    return np.stack(found)


def _newton(derivation: StructuredDerivation, spelled: _Spelled, covariates: Array, drawn: StructuredData) -> Array:
    """The coefficients of the root of the scores, shape ``(K, p)``."""
    etas, kernel = spelled.etas, spelled.value
    each = spelled.number(kernel)
    often = drawn.w

    def height(at: Array) -> float:
        return drawn.total(each(covariates @ at.T))

    slopes = [spelled.number(kernel, one) for one in etas]
    bends = [[spelled.number(-kernel, one, other) for one in etas] for other in etas]
    zeros = np.zeros((len(etas), covariates.shape[1]))
    for start in (zeros, *_levelled(slopes, covariates, often)):
        found = _settled(height, slopes, bends, start, covariates, often)
        if found is not None:
            return found
    raise UnsolvedError(f"{derivation.family.name}: Newton's method did not settle within {_ROUNDS} rounds")


def _levelled(slopes: Sequence[Callable[..., Array]], covariates: Array, often: Array) -> list[Array]:
    """Coefficients whose predictors are near the one number at which the scores add up to zero, far out as it may be.

    From zero, Newton's steps towards the logarithm of observations of 1e100 are one long each.
    """
    if len(slopes) > 1:
        return []

    def total(level: float) -> float:
        return float(np.sum(slopes[0](np.full((len(covariates), 1), level)) * often))

    low, high = -_FARTHEST_LEVEL, _FARTHEST_LEVEL
    if not (total(low) > 0 > total(high)):
        return []
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if total(middle) > 0 else (low, middle)
    return [np.linalg.lstsq(covariates, np.full(len(covariates), low), rcond=None)[0][np.newaxis]]


def _settled(
    height: Callable[[Array], float],
    slopes: Sequence[Callable[..., Array]],
    bends: Sequence[Sequence[Callable[..., Array]]],
    beta: Array,
    covariates: Array,
    often: Array,
) -> Array | None:
    """Where Newton's steps from ``beta`` end; ``None`` where they do not within a number of rounds."""
    before = np.inf
    for _ in range(_ROUNDS):
        eta = covariates @ beta.T
        score = (np.stack([one(eta) for one in slopes]) * often) @ covariates
        weights = np.array([[one(eta) for one in row] for row in bends]) * often
        curvature = np.einsum("kli,ia,ib->kalb", weights, covariates, covariates).reshape(beta.size, beta.size)
        try:
            step = np.asarray(np.linalg.solve(curvature, score.ravel()), dtype=np.float64)
        except np.linalg.LinAlgError:
            break  # the curvature rounds to a singular matrix
        if not np.isfinite(step).all():
            break
        # Twice what the quadratic that touches the likelihood here would still gain, per unit of its size.
        left = float(score.ravel() @ step) / max(1.0, abs(height(beta)))
        if left <= _FLAT and left >= before / 2:
            return np.asarray(beta)
        # So close to the top heights are equal but for rounding, and steps are right as they are.
        near, step = left <= _ROUNDED, step.reshape(beta.shape)
        beta = beta + step if near else _climbed(height, beta, step)
        before = left
    return None


def _climbed(height: Callable[[Array], float], beta: Array, step: Array) -> Array:
    """Halve the step until the likelihood does not fall; a concave function rises for small ones."""
    here = height(beta)
    for halving in range(_HALVINGS):
        there = beta + step / 2**halving
        if height(there) >= here:
            return np.asarray(there)
    return np.asarray(beta + step / 2**_HALVINGS)


def _least_distances(
    derivation: StructuredDerivation, inside: Expr, spelled: _Spelled, covariates: Array, drawn: StructuredData
) -> Array:
    """Coefficients of the least sum of distances, shape ``(1, p)``."""
    distance = spelled.number(inside.xreplace(_named(inside)))
    target = -distance(np.zeros((len(covariates), 1))) * float(inside.diff(_ETA))
    # A bound holds for the distance times its weight.
    bounds = np.diag(1.0 / drawn.w)
    return least_bounds(derivation, target, covariates, bounds)[0][np.newaxis]
