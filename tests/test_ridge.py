"""Whether a curve of highest points is found where there is one, claimed nowhere else, and what follows is so."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sympy import Expr, Interval, Naturals0, Rational, Reals, Symbol, exp, log, loggamma, oo

from thetahat import Family, Parameter, certify, derive, family, fit
from thetahat.proofs.algebra.atoms import Mean
from thetahat.proofs.ball_data import evaluate
from thetahat.proofs.balls import precision
from thetahat.proofs.conditions import Condition
from thetahat.proofs.derivation import Derivation, Verdict
from thetahat.proofs.errors import ExistenceError
from thetahat.proofs.implied import without_implied
from thetahat.proofs.likelihood import unfold
from thetahat.verify.certify import CertificateVerdict
from thetahat.verify.likelihood import log_likelihood

Array = NDArray[np.float64]
POSITIVE = Interval.open(0, oo)
X = Symbol("x", integer=True, nonnegative=True)
THETA, S, A = Symbol("theta", positive=True), Symbol("s", positive=True), Symbol("a", real=True)
RATE, LEAST = Symbol("lambda", positive=True), Symbol("lambda", nonnegative=True)
COUNTS = family("generalised_poisson")


def generalised_poisson(theta: Expr, rate: Expr, *parameters: Parameter) -> Family:
    """The family of that name in other parameters."""
    density = log(theta) + (X - 1) * log(theta + rate * X) - theta - rate * X - loggamma(X + 1)
    return Family("counts", X, Naturals0, parameters, density)


def burr(power: Expr, shape: Expr) -> Family:
    """The family of that name in other parameters."""
    x = Symbol("x", positive=True)
    density = log(power) + log(shape) + (power - 1) * log(x) - (shape + 1) * log(1 + x**power)
    return Family("burred", x, POSITIVE, (Parameter(S, POSITIVE), Parameter(THETA, POSITIVE)), density)


UNIT = Interval.open(0, 1)
RIDGED = {
    "scaled": generalised_poisson(S, RATE, Parameter(S, POSITIVE), Parameter(RATE, UNIT)),
    "scaled at another rate": generalised_poisson(S**2, RATE, Parameter(S, POSITIVE), Parameter(RATE, UNIT)),
    "shifted": generalised_poisson(exp(A), RATE, Parameter(A, Reals), Parameter(RATE, UNIT)),
    "in half units": generalised_poisson(THETA, S / 2, Parameter(THETA, POSITIVE), Parameter(S, Interval.open(0, 2))),
}
LOG_CONVEX = {
    "burr": lambda: family("burr"),
    "by a mean": lambda: burr(S, 1 / THETA),
    "by half the power": lambda: burr(2 * S, THETA),
}
BARE = {
    # A line may leave the space before it has reached its highest point.
    "cut off": generalised_poisson(
        THETA, RATE, Parameter(THETA, POSITIVE), Parameter(RATE, Interval.open(0, Rational(1, 2)))
    ),
    # The maximum may lie on the end that belongs to the space, where no score vanishes.
    "with its end": generalised_poisson(
        THETA, LEAST, Parameter(THETA, POSITIVE), Parameter(LEAST, Interval.Ropen(0, 1))
    ),
}


def rules(derivation: Derivation) -> set[str]:
    return {step.rule for step in derivation.steps}


@pytest.mark.thorough
@pytest.mark.parametrize("name", RIDGED)
def test_a_ridge_is_found_in_other_parameters(name: str) -> None:
    """Powers, logarithms and multiples of parameters leave the lines what they are."""
    derivation = derive(RIDGED[name])
    assert derivation.optimality.proved
    assert derivation.optimality.unique
    assert {"ridge", "ridge-profile"} <= rules(derivation)
    assert {finding.evidence.verdict for finding in derivation.findings} == {Verdict.AGREE}


@pytest.mark.parametrize("name", LOG_CONVEX)
def test_a_profile_is_concave_by_a_logarithm_that_is_log_convex(name: str) -> None:
    """Of ``log(1 + x^c)/c``, at observations below, at and above one; every root is the one maximum."""
    derivation = derive(LOG_CONVEX[name]())
    assert derivation.optimality.proved
    assert derivation.optimality.unique
    assert "ridge-logs" in rules(derivation)


@pytest.mark.parametrize("name", BARE)
def test_no_ridge_is_claimed_where_lines_or_maxima_end(name: str) -> None:
    """There the argument does not hold, and nothing is said."""
    derivation = derive(BARE[name])
    assert not derivation.optimality.proved
    assert "ridge" not in rules(derivation)


@pytest.mark.parametrize("name", ["lomax", "birnbaum_saunders"])
def test_no_ridge_is_claimed_of_families_that_have_none_proved(name: str) -> None:
    """Their profiles are not proved to be concave by single observations, in these parameters."""
    assert "ridge" not in rules(derive(family(name)))


@given(x=st.lists(st.integers(0, 12), min_size=1, max_size=8))
def test_overdispersed_counts_have_one_maximum_and_others_none(x: list[int]) -> None:
    """Variance above the mean: a certified maximum. Else the likelihood is highest where ``lambda`` tends to zero."""
    data = [float(v) for v in x]
    n, total = len(x), sum(x)
    over = n * sum(v * v for v in x) - total**2 > n * total
    if over:
        assert certify(COUNTS, data).verdict is CertificateVerdict.UNIQUE_GLOBAL
        return
    with pytest.raises(ExistenceError):
        fit(COUNTS, data)
    if total:
        rates = [2.0**-k for k in (1, 3, 6, 9)]
        heights = [log_likelihood(COUNTS, [total / n * (1 - rate), rate], data) for rate in rates]
        for (lower, _), (higher, rounding) in pairwise(heights):
            assert lower <= higher + 2 * rounding


@given(
    x=st.lists(st.integers(0, 12), min_size=2, max_size=8),
    theta=st.floats(0.05, 20.0),
    rate=st.floats(0.02, 0.98),
)
def test_no_member_is_above_the_ridge_on_its_line(x: list[int], theta: float, rate: float) -> None:
    """The member at ``stop`` is at least as high, in floats and whatever the data."""
    data, mean = [float(v) for v in x], float(np.mean(x))
    if not mean:
        return
    ridge = next(step for step in derive(COUNTS).steps if step.rule == "ridge")
    (t,) = ridge.named("positive").args
    first, second = COUNTS.symbols
    scale = float(ridge.named("stop").subs({first: theta, second: rate, t: mean}))
    here, rounding = log_likelihood(COUNTS, [theta, rate], data)
    there, more = log_likelihood(COUNTS, [theta * scale, rate * scale], data)
    assert here <= there + 2 * (rounding + more)


def test_conditions_that_follow_from_others_are_left_out() -> None:
    """Only those that fail nowhere but at the smallest count; where none says more, the first of them stays."""
    poisson = family("poisson")
    x = poisson.observation
    bare = Condition(Mean(x, x), "mean(x) > 0")
    also = Condition(Mean(x**2, x), "mean(x**2) > 0")
    small = Condition(2 - Mean(x, x), "mean(x) < 2")
    large = Condition(Mean(x, x) - 1, "mean(x) > 1")
    assert without_implied((bare, also, small), poisson) == (bare, small)
    assert without_implied((bare, also, large), poisson) == (large,)
    assert without_implied((bare, large), family("gamma")) == (bare, large)


@pytest.mark.parametrize("name", ["gompertz", "kumaraswamy", "exponentiated_exponential"])
@given(x=st.lists(st.floats(0.05, 0.95), min_size=1, max_size=6), middle=st.floats(0.1, 5.0))
def test_profiles_with_logarithms_of_averages_are_concave(name: str, x: list[float], middle: float) -> None:
    """What is said of the profile, of second differences of the likelihood itself: none is positive."""
    item = family(name)
    derivation = derive(item)
    assert derivation.optimality.unique
    assert derivation.existence_needed
    (low, a), (mid, b), (high, c) = (_profile(derivation, middle * factor, x) for factor in (0.75, 1.0, 1.25))
    assert low + high - 2 * mid <= 2 * (a + 2 * b + c)


def _profile(derivation: Derivation, place: float, x: list[float]) -> tuple[float, float]:
    """The likelihood at its best for one value of the unknown, by the formula for the other, and its rounding."""
    item, (unknown,) = derivation.family, derivation.unknowns
    ((solved, formula),) = derivation.formulas
    sample = [{item.observation: Rational(value)} for value in x]
    with precision(256):
        best = evaluate(unfold(formula, derivation.statistics), {unknown: Rational(place)}, sample)
    theta = {solved: float(best.mid()), unknown: place}
    return log_likelihood(item, [theta[symbol] for symbol in item.symbols], x)
