"""Evaluates a derived structured estimator on data, or refuses with the condition that the data break."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from sympy import Expr, Integer

from ..proofs.derivation import Verdict
from ..proofs.errors import ExistenceError, UnsolvedError
from ..proofs.structured.derivation import Requirement, StructuredDerivation
from ..proofs.structured.family import StructuredFamily
from ..proofs.structured.sums import free_indices
from ..proofs.structured.terms import Inverse, Matrix
from ..strategies.structured import StructuredData
from .bounded_fit import fit_bounded, minimax_of
from .predictor_fit import fit_predictor, kernel_of
from .structured_values import Place, matrix_at, number_at

Array = NDArray[np.float64]
_OF_DATA = ("rank", "spread")
"""Conditions in which no parameter stands: they are asked before anything is solved."""
_ROUNDS = 5000
_SETTLED = 1e-13
_RANK = 1e-10
_TINY = 1e-24
_LARGEST = 1e12


def estimate(derivation: StructuredDerivation, drawn: StructuredData) -> dict[str, Array]:
    """Return the estimate, by parameter names.

    Raises
    ------
    ExistenceError
        When the data break a condition, or an iteration shows that there is no maximiser.
    UnsolvedError
        When the derivation has no estimator, or an iteration does not settle.
    """
    kernel = kernel_of(derivation)
    if kernel is not None:
        return fit_predictor(derivation, kernel, drawn)
    minimax = minimax_of(derivation)
    if minimax is not None:
        return fit_bounded(derivation, minimax, drawn)
    names = {str(getattr(term, "name", term)) for term in derivation.family.terms}
    place = Place(drawn, {})
    for one in derivation.exists_when:
        if one.kind in _OF_DATA:
            _require(derivation, one, place)
    if derivation.unknowns and derivation.unknowns[0] not in derivation.family.terms:
        place = _with_total(derivation, place)
    for term, _ in derivation.formulas:
        formula = stable(derivation, term)
        place = Place(
            drawn, {**place.theta, str(getattr(term, "name", term)): value_at(derivation.family, formula, term, place)}
        )
    if derivation.unknowns and derivation.unknowns[0] in derivation.family.terms:
        place = _alternated(derivation, place)
    for one in derivation.exists_when:
        if one.kind not in _OF_DATA:
            _require(derivation, one, place)
    if not names <= place.theta.keys():
        raise UnsolvedError(f"{derivation.family.name}: no formula for {sorted(names - place.theta.keys())}")
    return {name: place.theta[name] for name in place.theta if name in names}


def value_at(family: StructuredFamily, formula: Expr, term: Expr, place: Place) -> Array:
    """Return the value of a parameter's formula, at every index that the parameter has."""
    if isinstance(term, Matrix):
        try:
            found = matrix_at(formula, place)
        except np.linalg.LinAlgError:
            # The inverse of squares that are singular: the condition on the parameter says so in words.
            found = np.full([int(side.subs(place.drawn.sizes)) for side in term.args[1:3]], np.nan)
        return np.asarray((found + found.T) / 2 if term.kind == "spd" else found)
    indices = getattr(term, "indices", ())
    axes = [place.drawn.sizes[last] for last in family.lengths(term)]
    found = np.zeros(axes)
    with np.errstate(divide="ignore", invalid="ignore"):
        for at in product(*map(range, axes)):
            here = dict(zip(indices, (Integer(k + 1) for k in at), strict=True))
            found[at] = number_at(formula.xreplace(here), place)
    return found


def _require(derivation: StructuredDerivation, one: Requirement, place: Place) -> None:
    """Raise unless a condition holds, with a margin for rounding."""
    holds = True
    if one.kind == "rank":
        matrix = matrix_at(one.subject, place)
        holds = bool(np.linalg.matrix_rank(matrix) == matrix.shape[1])
    elif one.kind == "definite":
        holds = _definite(_before_inversion(derivation, one.subject, place), place)
    elif one.subject in derivation.family.terms:
        holds = bool(place.theta[str(one.subject.name)] > _TINY * _scale(place))
    else:
        holds = _everywhere_positive(derivation.family, one.subject, place)
    if not holds:
        raise ExistenceError(f"{derivation.family.name}: there is no estimate unless {one.words}: {one.why}")


def stable(derivation: StructuredDerivation, term: Expr) -> Expr:
    """Return a parameter's formula, as squares of residuals where a step proves it to be that: nothing cancels there.

    >>> from thetahat.proofs.registry import structured
    >>> from thetahat.proofs.structured.engine import derive_structured
    >>> normal = derive_structured(structured("multivariate_normal"))
    >>> stable(normal, normal.family.terms[1])
    mean((-mean(x) + x)*(-mean(x) + x)')
    """
    checked = zip(derivation.steps, derivation.findings, strict=True)
    for step, finding in checked:
        if step.rule in ("gram", "squares") and step.subject == term and finding.evidence.verdict is Verdict.AGREE:
            return step.value
    return dict((*derivation.formulas, *derivation.equations))[term]


def _before_inversion(derivation: StructuredDerivation, term: Expr, place: Place) -> Array:
    """The estimate, or what it is the inverse of: there rounding is small against the data."""
    formula = stable(derivation, term)
    return matrix_at(formula.args[0], place) if isinstance(formula, Inverse) else place.theta[term.name]


def _definite(found: Array, place: Place) -> bool:
    """Whether a matrix is positive definite beyond rounding: squares of residuals err by squared roundoffs."""
    if not np.isfinite(found).all():
        return False
    lowest, highest = np.linalg.eigvalsh(found)[[0, -1]]
    return bool(lowest > _RANK * highest and highest > _TINY * _scale(place))


def _scale(place: Place) -> float:
    """The mean square of the data, against which rounding is measured."""
    return float(sum(np.square(value).mean() for value in place.drawn.data.values())) or 1.0


def _everywhere_positive(family: StructuredFamily, subject: Expr, place: Place) -> bool:
    indices = sorted((one for one in free_indices(subject) if one not in place.drawn.sizes), key=str)
    indices = [one for one in indices if one not in place.drawn.known]
    for at in product(*(range(place.drawn.sizes[family.last(one)]) for one in indices)):
        value = number_at(subject.xreplace({k: Integer(j + 1) for k, j in zip(indices, at, strict=True)}), place)
        if not value > _TINY * _scale(place):
            return False
    return True


def _with_total(derivation: StructuredDerivation, place: Place) -> Place:
    """Solve the closing equation for the sum that the formulas share."""
    ((total, right),) = derivation.equations

    def excess(log_total: float) -> float:
        value = float(np.exp(log_total))
        here = Place(place.drawn, {**place.theta, str(total): np.asarray(value)})
        return float(number_at(right, here)) / value - 1.0

    low, high = float(np.log(1e-6)), float(np.log(_LARGEST))
    grid = np.linspace(low, high, 60)
    values = [excess(point) for point in grid]
    changes = [
        at for at in range(len(grid) - 1) if values[at] > 0 >= values[at + 1] or values[at] < 0 <= values[at + 1]
    ]
    if not changes or not np.isfinite(values).all():
        said = f"{derivation.family.name}: the equation for {total} has no root between 1e-6 and {_LARGEST:.0e}"
        if derivation.existence_decided:
            # The data have been asked all conditions: there is a root, further out or lost in rounding.
            raise UnsolvedError(f"{said} in double precision, though it has one; the observations differ too little")
        raise ExistenceError(said)
    root = brentq(excess, grid[changes[0]], grid[changes[0] + 1], xtol=1e-14, rtol=1e-14)
    return Place(place.drawn, {**place.theta, str(total): np.asarray(float(np.exp(root)))})


def _alternated(derivation: StructuredDerivation, place: Place) -> Place:
    """Take turns: each unknown by its equation, the others held, until nothing moves."""
    theta = dict(place.theta)
    for term in derivation.unknowns:
        rows = int(term.args[1].subs(place.drawn.sizes))
        theta[term.name] = np.eye(rows)
    for _ in range(_ROUNDS):
        before = {term: theta[term.name] for term in derivation.unknowns}
        for term, _ in derivation.equations:
            found = value_at(derivation.family, stable(derivation, term), term, Place(place.drawn, theta))
            if not _definite(found, place):
                raise ExistenceError(
                    f"{derivation.family.name}: the estimate of {term} becomes singular, so the likelihood has no "
                    "maximiser that the iteration could reach; add observations that differ"
                )
            theta[term.name] = found
        moved = [float(np.abs(theta[t.name] - before[t]).max() / np.abs(before[t]).max()) for t in derivation.unknowns]
        if max(moved) < _SETTLED:
            return Place(place.drawn, theta)
    raise UnsolvedError(
        f"{derivation.family.name}: {_ROUNDS} rounds did not settle; the last moved by {max(moved):.3g}"
    )
