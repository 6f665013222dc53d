"""Whether bounds for rounding hold what doubles do, and are no wider than a few hundred times that."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from sympy import Abs, Function, Max, Piecewise, Symbol, cosh, digamma, exp, lambdify, log, loggamma, sqrt

from thetahat import certify, derive
from thetahat.proofs.algebra.atoms import Covariance, Mean, Quantile
from thetahat.proofs.balls import ball, compiled, precision
from thetahat.proofs.derivation import Outcome
from thetahat.proofs.family import Family
from thetahat.proofs.registry import families
from thetahat.strategies import datasets
from thetahat.verify.driving import run_property
from thetahat.verify.rounding_cost import cost_of_doubles
from thetahat.verify.running_error import NoBoundError, running_error
from thetahat.verify.slopes import slopes_of
from thetahat.verify.tolerance import ELEMENTARY_ULPS, UNIT_ROUNDOFF

Array = NDArray[np.float64]
x, y = Symbol("x", positive=True), Symbol("y", positive=True)
EXPRESSIONS = [
    log(x) + log(2 - x),
    x**2 - y**2,
    (x - y) ** 3 / (x + y),
    sqrt(x**2 + 6 * x + 1) - x - 1,
    exp(-x * y) - 1,
    x**y - y**x,
    digamma(x + y) - digamma(x),
    loggamma(x) - loggamma(x + y) / 3,
    log(cosh(x - y)),
    Max(x, y) - x,
    Piecewise((x - y, x > y), (log(x), True)),
]


@pytest.mark.parametrize("e", EXPRESSIONS, ids=str)
def test_doubles_stay_within_the_bound(e: Function) -> None:
    """On points near and far from where terms cancel; the bound is at least reached to a share of 1e-3 somewhere."""
    rng = np.random.default_rng(0)
    in_doubles, exact = lambdify((x, y), e, "scipy"), compiled((e,), (x, y))
    bound, shares = compiled((running_error(e, {}),), (x, y)), []
    for _ in range(200):
        near = 1 - 10.0 ** -rng.uniform(0, 12)
        point = [float(near), float(near + 10.0 ** -rng.uniform(0, 12))]
        with precision(300):
            balls = [ball(value) for value in point]
            error = float(abs(exact(*balls)[0] - ball(float(in_doubles(*point)))).mid())
            allowed = ELEMENTARY_ULPS * UNIT_ROUNDOFF * float(bound(*balls)[0].mid())
        assert error <= allowed, point
        shares.append(error / allowed if allowed else 0.0)
    assert max(shares) > 1e-3 or e.has(Max)


def test_what_enters_is_passed_on_by_the_slope() -> None:
    """And errors of exact symbols are none."""
    assert running_error(x**2, {x: Abs(y)}) == 2 * x * y + x**2
    assert running_error(x, {}) == 0
    assert running_error(2 * Quantile(0, x), {x: x}) == Abs(2 * Quantile(0, x))


def test_centred_averages_are_taken_as_textbooks_write_them() -> None:
    """The mean of squares minus the square of the mean."""
    plain = running_error(Covariance(x, x, x).definition(), {x: x})
    assert running_error(Covariance(x, x, x), {x: x}) == plain
    assert plain.has(Mean(x**2, x))


@pytest.mark.parametrize("declared", families(), ids=lambda one: one.name)
def test_every_closed_family_with_a_smooth_score_has_a_cost(declared: Family) -> None:
    """Of ordinary data next to none, but a number above zero."""
    derivation = derive(declared)
    if declared.covariates or declared.constants or derivation.outcome is not Outcome.CLOSED_FORM:
        return
    if slopes_of(declared, frozenset(symbol for symbol, _, _ in derivation.within)) is None:
        return
    drawn: list[Array] = []
    run_property(datasets(declared, min_size=4, max_size=4, largest=9), drawn.append, 1, 0)
    x = drawn[0]
    theta = [ball.ball.mid() for ball in certify(declared, x).theta.values()]
    assert 0 < cost_of_doubles(derivation, theta, x) < 1e-20


def test_an_operation_without_a_slope_is_refused() -> None:
    """No rule, no bound."""
    with pytest.raises(NoBoundError, match="no slope"):
        running_error(Function("f")(x), {x: x})
    assert math.isfinite(ELEMENTARY_ULPS)
