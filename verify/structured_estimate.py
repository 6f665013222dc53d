"""Evaluates a derived structured estimator on data, or refuses with the condition that the data break."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from sympy import Expr

from ..proofs.errors import ExistenceError, NotUniqueError, UnsolvedError
from ..proofs.structured.derivation import StructuredDerivation
from ..proofs.structured.family import StructuredFamily
from ..proofs.structured.terms import Average, Matrix, size_in
from ..strategies.structured import StructuredData
from .bounded_fit import fit_bounded, minimax_of
from .predictor_fit import fit_predictor, kernel_of
from .structured_exact import Exact, ExactData, ExactPlace, exact_value, is_rational, nearest
from .structured_existence import require_existence
from .structured_formulas import at_every_index, stable
from .structured_support import name_of
from .structured_values import Place, matrix_at, number_at

Array = NDArray[np.float64]
_AFFORDABLE = 200_000
"""Products of two entries of one observation, up to which rational numbers take half a second."""
_ROUNDS = 5000
_SETTLED = 1e-13
_RANK = 1e-10
_SAME = 1e-3
"""How far entries of two ends of one trace may be apart: far more than where turns settle, far less than starts are."""
_LARGEST, _GRID = 1e12, 60
"""The largest sum that is looked for, and at how many places."""


@np.errstate(all="ignore")
def estimate(derivation: StructuredDerivation, drawn: StructuredData) -> dict[str, Array]:
    """Return the estimate, by parameter names. What overflows on the way does not settle, and is refused.

    Of rational formulas it is the exact value, rounded once; of so many data that this would take long, formulas in
    which nothing cancels are evaluated in doubles.

    Raises
    ------
    ExistenceError
        When the data break a condition.
    NotUniqueError
        When there are others that are equally likely.
    UnsolvedError
        When the derivation has no estimator, or an iteration does not settle.
    """
    kernel = kernel_of(derivation)
    if kernel is not None:
        return fit_predictor(derivation, kernel, drawn)
    minimax = minimax_of(derivation)
    if minimax is not None:
        return fit_bounded(derivation, minimax, drawn)
    data = ExactData(drawn)
    if is_exact(derivation, drawn):
        return {name: nearest(value) for name, value in exact_estimate(derivation, data).items()}
    require_existence(derivation, data)
    return _in_doubles(derivation, drawn)


def has_exact_formulas(derivation: StructuredDerivation) -> bool:
    """Return whether every parameter has a formula that is rational in the data.

    >>> from thetahat.proofs.registry import structured
    >>> from thetahat.proofs.structured.engine import derive_structured
    >>> [has_exact_formulas(derive_structured(structured(name))) for name in ("multivariate_normal", "dirichlet")]
    [True, False]
    """
    solved = {term for term, _ in derivation.formulas} == set(derivation.family.terms)
    return solved and not derivation.unknowns and all(is_rational(formula) for _, formula in derivation.formulas)


def is_exact(derivation: StructuredDerivation, drawn: StructuredData) -> bool:
    """Return whether estimates are computed in rational numbers: the formulas are so, and the data are not too many."""
    return has_exact_formulas(derivation) and _affordable(drawn)


def _affordable(drawn: StructuredData) -> bool:
    entries = sum(math.prod(value.shape[1:]) for value in drawn.data.values())
    return sum(map(len, drawn.data.values())) * entries**2 <= _AFFORDABLE


def exact_estimate(derivation: StructuredDerivation, data: ExactData) -> dict[str, Exact]:
    """Return the estimate by formulas that are rational, as exact numbers.

    Raises
    ------
    ExistenceError
        When the data break a condition.

    Examples
    --------
    >>> from thetahat.proofs.registry import structured
    >>> from thetahat.proofs.structured.engine import derive_structured
    >>> normal = derive_structured(structured("multivariate_normal"))
    >>> x = np.array([[[0.0]], [[0.0]], [[1.0]]])
    >>> drawn = StructuredData({normal.family.sizes[0]: 1}, {}, {normal.family.observation[0]: x})
    >>> exact_estimate(normal, ExactData(drawn))["Sigma"]
    array([[2/9]], dtype=object)
    """
    require_existence(derivation, data)
    place = ExactPlace(data)
    for term, formula in derivation.formulas:
        place = place.having(name_of(term), _exact_at(derivation.family, formula, term, place))
    return dict(place.theta)


def _exact_at(family: StructuredFamily, formula: Expr, term: Expr, place: ExactPlace) -> Exact:
    if isinstance(term, Matrix):
        return exact_value(formula, place)
    sizes = place.data.drawn.sizes
    return at_every_index(family, term, sizes, lambda here: exact_value(formula.xreplace(here), place).item())


def _in_doubles(derivation: StructuredDerivation, drawn: StructuredData) -> dict[str, Array]:
    names = {name_of(term) for term in derivation.family.terms}
    place = Place(drawn, {})
    if derivation.unknowns and derivation.unknowns[0] not in derivation.family.terms:
        place = _with_total(derivation, place)
    for term, _ in derivation.formulas:
        value = _value_at(derivation.family, stable(derivation, term), term, place)
        place = Place(drawn, {**place.theta, name_of(term): value})
    if derivation.unknowns and derivation.unknowns[0] in derivation.family.terms:
        place = _alternated(derivation, place)
    if not names <= place.theta.keys():
        raise UnsolvedError(f"{derivation.family.name}: no formula for {sorted(names - place.theta.keys())}")
    return {name: value for name, value in place.theta.items() if name in names}


def _value_at(family: StructuredFamily, formula: Expr, term: Expr, place: Place) -> Array:
    """The value of a parameter's formula, at every index that the parameter has."""
    if isinstance(term, Matrix):
        found = matrix_at(formula, place)
        return np.asarray((found + found.T) / 2 if term.kind == "spd" else found)
    values = at_every_index(family, term, place.drawn.sizes, lambda here: number_at(formula.xreplace(here), place))
    return values.astype(np.float64)


def _with_total(derivation: StructuredDerivation, place: Place) -> Place:
    """Solve the closing equation for the sum that the formulas share."""
    ((total, right),) = derivation.equations

    def excess(log_total: Any) -> Any:
        value = np.exp(log_total)
        return number_at(right, Place(place.drawn, {**place.theta, str(total): value})) / value - 1.0

    grid = np.linspace(np.log(1e-6), np.log(_LARGEST), _GRID)
    averaged = any(total in average.free_symbols for average in right.atoms(Average))
    bracket = _first_change(grid, np.array([excess(one) for one in grid]) if averaged else excess(grid))
    if bracket is None:
        said = f"{derivation.family.name}: the equation for {total} has no root between 1e-6 and {_LARGEST:.0e}"
        if derivation.existence_decided:
            # The data have been asked all conditions: there is a root, further out or lost in rounding.
            raise UnsolvedError(f"{said} in double precision, though it has one; the observations differ too little")
        raise ExistenceError(said)
    root = brentq(excess, *bracket, xtol=1e-14, rtol=1e-14)
    return Place(place.drawn, {**place.theta, str(total): np.asarray(float(np.exp(root)))})


def _first_change(grid: Array, values: Array) -> tuple[float, float] | None:
    """The first neighbours between which values change their sign; ``None`` if they do not, or one before is none.

    >>> _first_change(np.arange(4.0), np.array([2.0, 1.0, -1.0, np.nan])), _first_change(np.ones(2), np.ones(2))
    ((1.0, 2.0), None)
    """
    known = int(np.argmin(np.append(np.isfinite(values), False)))
    signs = np.sign(values[:known])
    turns = np.flatnonzero((signs[:-1] != 0) & (signs[1:] != signs[:-1]))
    return (float(grid[turns[0]]), float(grid[turns[0] + 1])) if len(turns) else None


def _alternated(derivation: StructuredDerivation, place: Place) -> Place:
    """Take turns: each unknown by its equation, the others held, until nothing moves; the same from two starts.

    Of two square matrices every covariance of the columns is as likely as any other, with its own of the rows.
    Source: Drton, Kuriki & Hoff 2021, Annals of Statistics, vol. 49, pp. 2721-2754.
    """
    lengths = {term: size_in(term.args[1], place.drawn.sizes) for term in derivation.unknowns}
    first = _settled(derivation, place, {term: np.eye(length) for term, length in lengths.items()})
    other = _settled(derivation, place, {term: np.diag(1.0 + np.arange(length)) for term, length in lengths.items()})
    for term in derivation.unknowns:
        # A factor may go from one matrix to the other, which both would still agree on.
        here, there = (found.theta[term.name] / np.trace(found.theta[term.name]) for found in (first, other))
        if np.abs(here - there).max() > _SAME:
            raise NotUniqueError(
                f"{derivation.family.name}: two ways up end at different {term}, so that no single estimate is told "
                "by these data; add observations"
            )
    return first


def _settled(derivation: StructuredDerivation, place: Place, start: Mapping[Expr, Array]) -> Place:
    """Where the turns end that begin with these matrices."""
    theta = {**place.theta, **{term.name: matrix for term, matrix in start.items()}}
    for _ in range(_ROUNDS):
        before = {term: theta[term.name] for term in derivation.unknowns}
        for term, _ in derivation.equations:
            found = _value_at(derivation.family, stable(derivation, term), term, Place(place.drawn, theta))
            if not _definite(found):
                raise UnsolvedError(
                    f"{derivation.family.name}: the estimate of {term} becomes singular in double precision; where the "
                    "likelihood has a maximiser, it is out of reach; add observations that differ"
                )
            theta[term.name] = found
        moved = [float(np.abs(theta[t.name] - before[t]).max() / np.abs(before[t]).max()) for t in derivation.unknowns]
        if max(moved) < _SETTLED:
            return Place(place.drawn, theta)
    raise UnsolvedError(
        f"{derivation.family.name}: {_ROUNDS} rounds did not settle; the last moved by {max(moved):.3g}"
    )


def _definite(found: Array) -> bool:
    """Whether a matrix is positive definite beyond rounding, whatever the units of its rows."""
    sizes = np.sqrt(np.diagonal(found))
    if not (np.isfinite(found).all() and (sizes > 0).all()):
        return False
    return bool(np.linalg.eigvalsh(found / np.outer(sizes, sizes))[0] > _RANK)
