"""Families on a few values and their like, each declared because the engine once found no end to it, or no answer."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from sympy import (
    Abs,
    Add,
    Eq,
    Integer,
    Interval,
    Piecewise,
    Range,
    Reals,
    S,
    Set,
    Symbol,
    besselk,
    cosh,
    exp,
    log,
    loggamma,
    oo,
    pi,
    sinh,
    sqrt,
    zeta,
)

from thetahat import Family, Parameter, derive, fit
from thetahat.proofs.algebra.primes import vanishes_by_primes
from thetahat.proofs.algebra.rates import fastest
from thetahat.proofs.data_point import DataPoint, peaks_at_data
from thetahat.proofs.derivation import Evidence, Outcome
from thetahat.proofs.errors import ExistenceError, UnsolvedError
from thetahat.proofs.limits import end_value
from thetahat.verify.likelihood import log_likelihood

POSITIVE, UNIT = Interval.open(0, oo), Interval.open(0, 1)
x, a, s, p, kappa = (Symbol(name, positive=True) for name in ("x", "a", "s", "p", "kappa"))
y, m = Symbol("y", real=True), Symbol("m", real=True)
rank, count = Symbol("k", integer=True, positive=True), Symbol("c", integer=True, nonnegative=True)


def zipf(exponent: Symbol, space: Set, most: int) -> Family:
    """Ranks up to a known one, each as frequent as its inverse to a power."""
    norm = Add(*(Integer(j) ** (-exponent) for j in range(1, most + 1)))
    density = -exponent * log(rank) - log(norm)
    return Family("unseen", rank, Range(1, most + 1), (Parameter(exponent, space),), density)


@pytest.mark.thorough
@pytest.mark.parametrize(("exponent", "space", "most"), [(a, POSITIVE, 8), (m, Reals, 5)], ids=["8 ranks", "5 ranks"])
def test_ranks_up_to_a_known_one_have_an_exponent(exponent: Symbol, space: Set, most: int) -> None:
    """The common denominator of ``2**(-a)``, ``3**(-a)``, ... was multiplied out for minutes, and a limit as well.

    Source: Johnson, Kemp and Kotz 2005, Univariate Discrete Distributions, section 11.2.20.
    """
    item = zipf(exponent, space, most)
    found = derive(item)
    assert found.count(Evidence.REFUTED) + found.count(Evidence.UNDECIDED) == 0
    assert found.optimality.proved
    assert found.existence_proved
    data = [1, 1, 1, 2, 2, 3, 1, 5, 1]
    ranks, logs = np.arange(1, most + 1.0), np.log(data).mean()
    best = minimize_scalar(lambda e: e * logs + np.log((ranks**-e).sum()), (0.1, 3.0), tol=1e-12)
    np.testing.assert_allclose(fit(item, data).theta[0], best.x, rtol=1e-6)
    for lost in ([1, 1], [most, most]):
        with pytest.raises(ExistenceError, match="have no maximiser"):
            fit(item, lost)


def test_powers_of_numbers_are_told_apart_by_their_primes() -> None:
    """Planted: one prime is another."""
    right = log(6) / (2**a + 3**a + 1) - 5**a * (log(2) + log(3)) / (10**a + 15**a + 5**a)
    assert vanishes_by_primes(right)
    assert not vanishes_by_primes(right.subs(log(3), log(5)))
    assert not vanishes_by_primes(right.subs(15**a, 14**a))


def test_the_fastest_of_several_exponentials_decides() -> None:
    """Planted: were the slower one taken, the limit would be the logarithm of three."""
    u, t = Symbol("u", positive=True), Symbol("t", real=True)
    equation = (2**m * log(2) + 3**m * log(3)) / (2**m + 3**m) - t
    assert (end_value(equation, m, oo, False) - log(3) + t).expand() == 0
    assert (end_value(equation, m, -oo, True) - log(2) + t).expand() == 0
    # Terms that cancel are not the fastest, whatever their logarithms look like.
    assert fastest((log(4) - 2 * log(2)) * exp(2 / u) + 3 * exp(1 / u), u) == (3, 1)
    assert fastest(exp(1 / u) * log(u), u) == (log(u), 1)
    assert fastest(exp(1 / u**2), u) is None


@pytest.mark.thorough
def test_a_direction_on_the_sphere_has_a_mean_between_zero_and_one() -> None:
    """Hyperbolic functions were not known at the ends. Source: Fisher 1953, Proceedings of the Royal Society A 217."""
    density = log(kappa) - log(2 * sinh(kappa)) + kappa * y
    item = Family("unseen", y, Interval(-1, 1), (Parameter(kappa, POSITIVE),), density)
    found = derive(item)
    assert [condition.meaning for condition in found.exists_when] == ["mean(y) > 0", "mean(y) < 1"]
    assert found.existence_proved
    estimate = fit(item, [0.5, 0.75, 0.9]).theta[0]
    np.testing.assert_allclose(1 / np.tanh(estimate) - 1 / estimate, np.mean([0.5, 0.75, 0.9]), rtol=1e-12)
    with pytest.raises(ExistenceError, match="have no maximiser"):
        fit(item, [-0.5, 0.25])


def test_a_share_between_narrow_limits_is_not_refuted() -> None:
    """Between a third and a half: of the six observations that the checker drew, no share was."""
    first = log(p / 2 + (1 - p) / 3)
    cells = Piecewise((first, count < 1), (log(p / 4 + (1 - p) / 3), True))
    item = Family("unseen", count, Range(0, 3), (Parameter(p, UNIT),), cells)
    found = derive(item)
    assert found.outcome is Outcome.CLOSED_FORM
    np.testing.assert_allclose(fit(item, [0, 1, 2], weights=[5, 3, 4]).theta, [0.5])
    with pytest.raises(ExistenceError, match="have no maximiser"):
        fit(item, [0, 1])


@pytest.mark.thorough
def test_a_group_that_is_tested_together_has_an_answer() -> None:
    """A quotient of polynomials of degree ten was multiplied out for minutes. Source: Dorfman 1943, AMS 14, 436-440."""
    density = count * log(1 - (1 - p) ** 10) + (1 - count) * 10 * log(1 - p)
    item = Family("unseen", count, Range(0, 2), (Parameter(p, UNIT),), density)
    assert derive(item).optimality.proved
    np.testing.assert_allclose(fit(item, [1, 0, 0, 1]).theta, [1 - 0.5**0.1], rtol=1e-12)


@pytest.mark.thorough
def test_the_order_of_a_bessel_function_has_no_derivative_and_no_crash() -> None:
    """SymPy failed where zero was put in for the variable of an unevaluated derivative."""
    density = -log(x) - a * (x + 1 / x) / 2 - log(2 * besselk(0, a))
    item = Family("unseen", x, POSITIVE, (Parameter(a, POSITIVE),), density)
    assert derive(item).optimality.proved
    assert fit(item, [0.5, 3.0]).theta[0] > 0


@pytest.mark.parametrize("data", [[0.0, 1.0, 5.0], [3.0, -2.0, 4.0, 4.5, 1.0], [0.0, 0.0, 2.0, 2.0, 2.0]], ids=str)
def test_a_cusp_lies_at_an_observation(data: list[float]) -> None:
    """Its slope is infinite at the observation, where it was asked to be positive: a climb ended beside the cusp."""
    density = -log(4 * s) - sqrt(Abs(y - m) / s)
    item = Family("unseen", y, Reals, (Parameter(m, Reals), Parameter(s, POSITIVE)), density)
    assert derive(item).outcome is Outcome.DATA_POINT
    estimate = fit(item, data)
    # With the location held, the scale is the square of half the mean root.
    heights = [
        log_likelihood(item, [place, (np.sqrt(np.abs(np.array(data) - place)).mean() / 2) ** 2], data)[0]
        for place in np.linspace(-3, 6, 91)
    ]
    assert estimate.log_likelihood >= max(heights) - 1e-9


def test_a_cusp_that_points_downwards_is_at_no_observation() -> None:
    """Planted: the other sign, and a pole."""
    item = Family("unseen", y, Reals, (Parameter(m, Reals),), -sqrt(Abs(y - m)) - log(4))
    assert peaks_at_data(DataPoint(m, -sqrt(y - m), -sqrt(m - y), y), item)
    assert not peaks_at_data(DataPoint(m, sqrt(y - m), sqrt(m - y), y), item)
    assert not peaks_at_data(DataPoint(m, -log(y - m), -log(m - y), y), item)


@pytest.mark.thorough
def test_a_weight_of_two_known_densities_is_derived_in_time() -> None:
    """Of a Cauchy and a normal density: what was spread out to prove a sign had 80,000 characters."""
    density = log(p / (pi * (1 + y**2)) + (1 - p) * exp(-(y**2) / 2) / sqrt(2 * pi))
    item = Family("unseen", y, Reals, (Parameter(p, UNIT),), density)
    assert derive(item).outcome is Outcome.REDUCED
    data = [-4.0, 0.3, 0.7, 1.0, -0.2]
    grid = np.linspace(0.001, 0.999, 999)
    best = max(log_likelihood(item, [place], data)[0] for place in grid)
    assert fit(item, data).log_likelihood >= best - 1e-9


def test_hyperbolic_functions_have_limits() -> None:
    """They are quotients of exponentials."""
    t = Symbol("t", real=True)
    assert end_value(t - cosh(kappa) / sinh(kappa) + 1 / kappa, kappa, oo, False) == t - 1


@pytest.mark.thorough
def test_the_discrete_weibull_distribution_is_fitted_where_counts_are_zero() -> None:
    """The slope of ``0**b`` in ``b`` was zero times ``log(0)``, and no data with a zero had an estimate."""
    item = Family(
        "unseen",
        count,
        Range(0, oo),
        (Parameter(p, UNIT), Parameter(a, POSITIVE)),
        log(p**count**a - p ** (count + 1) ** a),
    )
    data = [0, 0, 1, 3, 2, 0, 5, 1]
    estimate = fit(item, data)
    beside = [estimate.theta + np.array(step) for step in ((0.01, 0), (-0.01, 0), (0, 0.01), (0, -0.01))]
    assert all(log_likelihood(item, list(place), data)[0] < estimate.log_likelihood for place in beside)
    # Of zeros and ones alone the likelihood rises for ever with the power, twice exponentially close to its limit.
    with pytest.raises(UnsolvedError):
        fit(item, [0, 1, 1])


def answers(item: Family, data: list[float]) -> float:
    """The log-likelihood of the estimate, after that of places a little beside it."""
    estimate = fit(item, data)
    for j in range(len(estimate.theta)):
        for step in (1e-3, -1e-3):
            place = estimate.theta.copy()
            place[j] += step
            assert log_likelihood(item, place.tolist(), data)[0] < estimate.log_likelihood
    return estimate.log_likelihood


q, count_of_four = Symbol("q", positive=True), Range(0, 4)


@pytest.mark.thorough
def test_parameters_whose_spaces_depend_on_another_are_climbed() -> None:
    """The second share of a blood group lies below one minus the first; no climb was begun."""
    none = 1 - p - q
    groups = ((none**2, 0), (p**2 + 2 * p * none, 1), (q**2 + 2 * q * none, 2))
    density = Piecewise(*((log(share), Eq(count, group)) for share, group in groups), (log(2 * p * q), True))
    shares = (Parameter(p, UNIT), Parameter(q, Interval.open(0, 1 - p)))
    item = Family("unseen", count, count_of_four, shares, density)
    data = [0.0] * 9 + [1.0] * 6 + [2.0] * 3 + [3.0] * 2
    height = answers(item, data)
    grid = np.linspace(0.01, 0.98, 98)
    assert height >= max(log_likelihood(item, [a, b], data)[0] for a in grid for b in grid if a + b < 1)


@pytest.mark.thorough
def test_ordered_categories_are_derived() -> None:
    """Denominators in denominators took minutes, and a root written with the logarithm of -1 ended in a stray error."""
    low, high = Symbol("g", real=True), Symbol("h", real=True)
    below, above = 1 / (1 + exp(-low)), 1 / (1 + exp(-high))
    density = Piecewise((log(below), Eq(count, 0)), (log(above - below), Eq(count, 1)), (log(1 - above), True))
    item = Family(
        "unseen", count, Range(0, 3), (Parameter(low, Reals), Parameter(high, Interval.open(low, oo))), density
    )
    found = derive(item)
    assert found.outcome is Outcome.CLOSED_FORM
    assert found.optimality.proved
    estimate = fit(item, [0, 0, 1, 1, 1, 2])
    np.testing.assert_allclose(1 / (1 + np.exp(-estimate.theta)), [1 / 3, 5 / 6], rtol=1e-14)


@pytest.mark.thorough
def test_an_unknown_limit_is_no_number() -> None:
    """SymPy returned a limit as it was asked for it; it met balls, which know none."""
    rise, fall = Symbol("b", positive=True), Symbol("c", positive=True)
    pieces = Piecewise((-rise * (m - y), y < m), (-fall * (y - m), True))
    density = log(rise * fall / (rise + fall)) + pieces
    item = Family(
        "unseen", y, Reals, (Parameter(m, Reals), Parameter(rise, POSITIVE), Parameter(fall, POSITIVE)), density
    )
    assert derive(item).count(Evidence.REFUTED) == 0


@pytest.mark.thorough
def test_a_likelihood_that_rises_by_less_than_doubles_tell_has_no_estimate() -> None:
    """Equal data are likeliest under a half-normal distribution, to which Student's tend: 7e9 degrees were fitted."""
    density = loggamma((a + 1) / 2) - loggamma(a / 2) - log(a) / 2 - log(s) - (a + 1) / 2 * log(1 + x**2 / (a * s**2))
    item = Family("unseen", x, POSITIVE, (Parameter(a, POSITIVE), Parameter(s, POSITIVE)), density + log(4 / pi) / 2)
    for data in ([1.043] * 4, [2.5] * 5, [1.0] * 4):
        with pytest.raises(UnsolvedError):
            fit(item, data)


@pytest.mark.thorough
def test_a_part_of_a_mixture_may_be_about_the_smallest_observation() -> None:
    """Of two exponential distributions the one of the smallest data had no climb begun near it, and the other won."""
    rates = Parameter(a, POSITIVE), Parameter(s, POSITIVE)
    item = Family("unseen", x, POSITIVE, rates, log(a * exp(-a * x) / 2 + s * exp(-s * x) / 2))
    data = [0.01, 7.2, 0.273, 2.373, 0.462, 2.812, 2.14, 1.077, 11.671]
    weights = np.array([2.5, 3, 1, 2, 1, 3, 1, 2, 2])
    grid = np.geomspace(0.01, 1000, 101)
    best = max(log_likelihood(item, [low, high], data, weights)[0] for low in grid for high in grid)
    assert fit(item, data, weights=weights).log_likelihood >= best


@pytest.mark.thorough
@pytest.mark.parametrize("rule", ["a series", "a power"])
def test_a_zero_may_be_taken_apart_where_the_other_cases_have_none(rule: str) -> None:
    """``log(0) - log(0)`` made a sum that is no number, and with it a mean of zero, which the checker refuted.

    A share ``p`` of zeros, the others of a logarithmic series, or a zeta distribution.
    """
    density, space = count * log(a) - log(count) - log(-log(1 - a)), UNIT
    if rule == "a power":
        density, space = -a * log(count) - log(zeta(a)), Interval.open(1, oo)
    cases = Piecewise((log(p), Eq(count, 0)), (log(1 - p) + density, True))
    found = derive(Family("unseen", count, Range(0, oo), (Parameter(p, UNIT), Parameter(a, space)), cases))
    assert found.count(Evidence.REFUTED) == 0
    assert "normalised" in {step.rule for step in found.steps}
    assert found.optimality.proved


@pytest.mark.thorough
def test_zeros_beside_a_logarithmic_series_leave_its_estimate_as_it_is() -> None:
    """Both factors of the likelihood have parameters of their own."""
    series = -log(-log(1 - a)) - log(count) + count * log(a)
    cases = Piecewise((log(p), Eq(count, 0)), (log(1 - p) + series, True))
    zeros = Family("unseen", count, Range(0, oo), (Parameter(p, UNIT), Parameter(a, UNIT)), cases)
    alone = Family("unseen", rank, Range(1, oo), (Parameter(a, UNIT),), series.xreplace({count: rank}))
    (rate,) = fit(alone, [1, 1, 2, 3, 1, 7]).theta
    np.testing.assert_allclose(fit(zeros, [0, 0, 1, 1, 2, 3, 1, 7]).theta, [1 / 4, rate], rtol=1e-12)


def test_ranks_beside_zeros_have_the_exponent_of_the_ranks() -> None:
    """Taken apart by linearity, the average of ``log(c)`` over zeros was no number: every fit was refused."""
    w, zeros = Symbol("w", positive=True), [0, 0, 1, 1, 2, 1, 5]
    density = Piecewise((log(w), Eq(count, 0)), (log(1 - w) - a * log(count) - log(zeta(a)), True))
    space = (Parameter(w, UNIT), Parameter(a, Interval.open(1, oo)))
    hurdle = Family("unseen", count, S.Naturals0, space, density)
    ranks = Family("ranks", rank, S.Naturals, space[1:], -a * log(rank) - log(zeta(a)))
    found, alone = fit(hurdle, zeros), fit(ranks, [one for one in zeros if one])
    assert derive(hurdle).obligations == ()
    assert found.theta_hat["w"] == 2 / 7
    assert found.theta_hat["a"] == pytest.approx(alone.theta_hat["a"], rel=1e-14)
    with pytest.raises(ExistenceError, match="share"):
        fit(hurdle, [1, 1, 2])
    with pytest.raises(ExistenceError, match="mean"):
        fit(hurdle, [0, 1, 1])
