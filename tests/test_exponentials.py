"""Whether signs of polynomials in exponentials, and of averages, are proved only where they are so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Rational, S, Symbol, exp, log, oo

from thetahat.proofs.algebra.atoms import Mean
from thetahat.proofs.algebra.averages import sign_on_averages
from thetahat.proofs.algebra.exponentials import is_nonnegative_in_exponentials, is_positive_in_exponentials
from thetahat.proofs.ball_data import evaluate
from thetahat.proofs.balls import precision
from thetahat.proofs.bounds import Bounds

U, X = Symbol("u", positive=True), Symbol("x", positive=True)
GROWN = log(1 + X**U)


def excess(function: Expr, share: Expr = S.One) -> Expr:
    """What is positive where the function is log-convex in the unknown; of the square of the slope, that share more."""
    return function * function.diff(U, 2) - share * function.diff(U) ** 2


HALF_LINE, UNIT = (Bounds(S.Zero, end, False, False, False) for end in (oo, S.One))
E = exp(U * X)

POSITIVE = [
    ((E - 1) ** 2 - U**2 * X**2 * E, HALF_LINE),
    (E - 1 - U * X - U**2 * X**2 / 2, HALF_LINE),
    (U * X - 1 + 1 / E, HALF_LINE),
    (1 / U**2 - X**2 * E / (E - 1) ** 2, HALF_LINE),
    (log(1 + E), HALF_LINE),
    (-log(1 - X**U), UNIT),
    (1 / U**2 - X**U * log(X) ** 2 / (1 - X**U) ** 2, UNIT),
    (GROWN, HALF_LINE),
    (excess(GROWN / U), HALF_LINE),
    (1 + log(1 + 1 / E) ** 2 + log(1 + 1 / E), HALF_LINE),
]
NOT_NEGATIVE = [(-log(1 - 1 / E) - 1 / E, HALF_LINE), (E - E, HALF_LINE), (-log(1 - X**U) - X**U, UNIT)]
NOT_NEGATIVE += [(-excess(GROWN), HALF_LINE)]
NEITHER = [
    (E - 2, HALF_LINE),
    ((E - 1) ** 2 - 2 * U**2 * X**2 * E, HALF_LINE),
    (U * X - 1, HALF_LINE),
    (X - U, HALF_LINE),
    (log(E - 1), HALF_LINE),
    (exp(U * X**2) - 1, HALF_LINE),
    (excess(GROWN / U, Rational(2)), HALF_LINE),
    (GROWN - 1, HALF_LINE),
    (log(1 + 1 / E) ** 2 - log(1 + 1 / E), HALF_LINE),
    (X**U - Rational(1, 2), UNIT),
    (E - 1, Bounds(S.Zero, oo, True, False, False)),
    (E - 1, Bounds(S.Zero, oo, False, False, True)),
]


def domain(ends: Bounds) -> dict[Symbol, Bounds]:
    return {U: HALF_LINE, X: ends}


@pytest.mark.parametrize(("expression", "ends"), POSITIVE, ids=str)
def test_positive_functions_are_proved_and_their_negatives_are_not(expression: Expr, ends: Bounds) -> None:
    """The same rule says of none that both signs hold."""
    assert is_positive_in_exponentials(expression, U, X, domain(ends))
    assert not is_nonnegative_in_exponentials(-expression, U, X, domain(ends))


@pytest.mark.parametrize(("expression", "ends"), NOT_NEGATIVE, ids=str)
def test_bounds_that_are_met_are_not_strict(expression: Expr, ends: Bounds) -> None:
    """The tangent of a logarithm takes away exactly what is left."""
    assert is_nonnegative_in_exponentials(expression, U, X, domain(ends))
    assert not is_positive_in_exponentials(expression, U, X, domain(ends))


@pytest.mark.parametrize(("expression", "ends"), NEITHER, ids=str)
def test_nothing_is_claimed_of_others(expression: Expr, ends: Bounds) -> None:
    """Both signs occur, or the observation may be zero, or the rule does not know the function."""
    for one in (expression, -expression):
        assert not is_nonnegative_in_exponentials(one, U, X, domain(ends))


@given(
    coefficients=st.lists(st.integers(-4, 4), min_size=6, max_size=6),
    places=st.lists(st.fractions(Rational(1, 50), 6), min_size=8, max_size=8),
)
def test_what_is_claimed_positive_is_so_in_balls(coefficients: list[int], places: list[Rational]) -> None:
    """Quadratic in ``exp(z)`` with linear coefficients: no point refutes a claim."""
    a, b, c, d, e, f = coefficients
    expression = a + b * U * X + (c + d * U * X) * E + (e + f * U * X) * E**2
    if not is_positive_in_exponentials(expression, U, X, domain(HALF_LINE)):
        return
    with precision(256):
        assert all(evaluate(expression, {U: S.One, X: Rational(place)}) > 0 for place in places)


def test_averages_have_the_sign_of_each_observation() -> None:
    """Linear factors only: a product of two averages is no average."""
    mean = Mean(E, X)
    where = domain(HALF_LINE)
    assert sign_on_averages(mean - 1, where) == 1
    assert sign_on_averages(U / (1 - mean) ** 3, where) == -1
    assert sign_on_averages(mean - 2, where) == 0
    assert sign_on_averages(mean**2 - 1, where) == 1
    assert sign_on_averages(Mean(X**2, X) - Mean(X, X) ** 2, where) == 0
