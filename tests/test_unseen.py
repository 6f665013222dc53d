"""Families that are not shipped, each declared because the engine once got it wrong, so that it stays right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from sympy import (
    Abs,
    Eq,
    Expr,
    Integers,
    Interval,
    Piecewise,
    Range,
    Rational,
    Reals,
    S,
    Set,
    Symbol,
    Tuple,
    besseli,
    cos,
    cosh,
    exp,
    log,
    loggamma,
    oo,
    pi,
    sin,
    zeta,
)

from thetahat import Family, Parameter, certify, derive, family, fit, fit_rows
from thetahat.proofs.algebra.atoms import Mean
from thetahat.proofs.algebra.logs import split_logs
from thetahat.proofs.algebra.size import operations
from thetahat.proofs.ball_data import evaluate
from thetahat.proofs.checker import check_steps
from thetahat.proofs.derivation import Derivation, Evidence, Outcome
from thetahat.proofs.end_conditions import _impossible
from thetahat.proofs.errors import ExistenceError, UnsolvedError
from thetahat.verify.certify import CertificateVerdict
from thetahat.verify.known_values import derivation_with
from thetahat.verify.likelihood import log_likelihood

POSITIVE = Interval.open(0, oo)
x, a, b, s = (Symbol(name, positive=True) for name in ("x", "a", "b", "s"))
y, m = Symbol("x", real=True), Symbol("m", real=True)
count, whole = Symbol("x", integer=True, nonnegative=True), Symbol("x", integer=True, positive=True)
integer = Symbol("x", integer=True)
start, length = Symbol("start", integer=True), Symbol("length", integer=True, positive=True)


def declared(observation: Symbol, support: Set, density: Expr, *parameters: Parameter) -> Derivation:
    """Return the derivation of a family that nobody ships."""
    return derive(Family("unseen", observation, support, parameters, density))


def positive(symbol: Symbol) -> Parameter:
    """Return a parameter on the positive half-line."""
    return Parameter(symbol, POSITIVE)


LOCATION = Parameter(m, Reals)
LOG_LOGISTIC = log(b) + b * log(a) + (b - 1) * log(x) - 2 * log(a**b + x**b)


def words(derivation: Derivation) -> list[str]:
    """Return the existence conditions as they read."""
    return [condition.meaning for condition in derivation.exists_when]


def test_a_root_never_contains_a_single_observation() -> None:
    """An equation in an average of ``1/(a + b x)`` was solved as if the bar were not there."""
    found = declared(x, POSITIVE, log(a + b * x) - a * x - b * x**2 / 2, positive(a), positive(b))
    assert found.outcome is Outcome.REDUCED
    assert not any(value.free_symbols & {x} for value in found.estimator.values())


@pytest.mark.parametrize(
    ("derivation", "condition", "refused"),
    [
        (
            lambda: declared(count, Range(0, oo), count * m - exp(m) - loggamma(count + 1), LOCATION),
            "mean(x) > 0",
            [0.0],
        ),
        (lambda: declared(count, Range(0, 2), count * m - log(1 + exp(m)), LOCATION), "mean(x) < 1", [1.0, 1.0]),
        (
            lambda: declared(y, Reals, -log(2 * pi) / 2 - m / 2 - y**2 * exp(-m) / 2, LOCATION),
            "mean(x**2) > 0",
            [0.0],
        ),
    ],
    ids=["Poisson", "Bernoulli", "normal"],
)
def test_an_estimate_on_a_logarithmic_scale_has_to_be_finite(
    derivation: Callable[[], Derivation], condition: str, refused: list[float]
) -> None:
    """The whole line has no end to run into, but a logarithm does."""
    found = derivation()
    assert condition in words(found)
    with pytest.raises(ExistenceError, match="no maximiser"):
        fit(found.family, refused)


def test_equal_counts_are_an_interval_of_length_one() -> None:
    """A closed end of the parameter space may be reached: nothing is asked of the data."""
    found = declared(
        Symbol("x", integer=True),
        Range(start, start + length),
        -log(length),
        Parameter(start, Integers),
        Parameter(length, Range(1, oo)),
    )
    assert words(found) == []
    assert dict(fit(found.family, [4.0, 4.0]).theta_hat) == {"start": 4.0, "length": 1.0}


def test_data_that_no_member_covers_are_refused() -> None:
    """On ``[theta, 2 theta]`` half the maximum is the estimate only if the minimum is not below it."""
    found = declared(x, Interval(a, 2 * a), -log(a), positive(a))
    assert fit(found.family, [1.0, 2.0]).theta.tolist() == [1.0]
    with pytest.raises(ExistenceError, match="support of one member"):
        fit(found.family, [1.0, 2.5])


def test_an_interval_by_its_centre_and_by_its_length() -> None:
    """The two constraints on the half-width balance at the middle; the length is what is left above the start."""
    centred = declared(y, Interval(m - a, m + a), -log(2 * a), LOCATION, positive(a))
    assert fit(centred.family, [1.0, 2.0, 4.0]).theta.tolist() == [2.5, 1.5]
    by_length = declared(y, Interval(m, m + a), -log(a), LOCATION, positive(a))
    assert fit(by_length.family, [1.0, 2.0, 4.0]).theta.tolist() == [1.0, 3.0]


def test_an_interval_by_the_inverse_of_its_half_width() -> None:
    """A maximum below zero was inverted all the same, and its data said to have no maximiser."""
    found = declared(y, Interval(-1 / a, 1 / a), log(a / 2), positive(a))
    assert found.outcome is Outcome.SUPPORT_BOUNDARY
    fits = [fit(found.family, x).theta_hat["a"] for x in ([-4.0, -1.0], [-1.0, 4.0], [1.0, 2.0])]
    assert fits == [0.25, 0.25, 0.5]


@pytest.mark.parametrize("multiple", [-4, -1, 4])
def test_a_multiple_of_a_parameter_is_a_quantile(multiple: int) -> None:
    """The median of four times a location was left to a search, and nothing said of data that are all equal."""
    found = declared(y, Reals, -log(2 * s) - Abs(y - multiple * m) / s, LOCATION, positive(s))
    assert found.outcome is Outcome.CLOSED_FORM
    assert words(found) == ["the observations are not all equal"]
    assert fit(found.family, [0.0, 1.0, 4.0]).theta.tolist() == [1 / multiple, 4 / 3]


def test_a_modulus_around_a_product_of_parameters_is_no_median() -> None:
    """The average of the sign is zero at a median only up to ties, and stands in the score of the scale here."""
    found = declared(y, Reals, -log(2 * s) - Abs(y - s * m) / s, LOCATION, positive(s))
    assert found.outcome is not Outcome.CLOSED_FORM


def test_an_observation_under_a_modulus_may_have_a_factor() -> None:
    """``|m - x/4|`` is a quarter of ``|4 m - x|``."""
    found = declared(y, Reals, -log(8 * s) - Abs(m - y / 4) / s, LOCATION, positive(s))
    assert fit(found.family, [0.0, 4.0, 16.0]).theta.tolist() == [1.0, 4 / 3]


def test_a_logarithm_of_the_density_itself_is_taken_apart() -> None:
    """SymPy knows no sign of ``1 - x`` on the unit interval; its logarithm in an exponent is real all the same."""
    density = log(exp((a - 1) * log(x)) * exp((b - 1) * log(1 - x)) / exp(loggamma(a) + loggamma(b) - loggamma(a + b)))
    found = declared(x, Interval.open(0, 1), density, positive(a), positive(b))
    assert found.exponential_form is not None


def test_a_local_maximum_below_the_likelihood_far_out_is_refused() -> None:
    """A Lomax likelihood may rise towards exponential tails beyond a maximum of its own, which is not the highest.

    That it falls in the end is what guarantees a maximiser.
    """
    x_ = [737764.25, 737764.25, 582279.25, 582279.25, 582279.25, 184006.5, 184006.5, 184006.5, 10.9375, 10.9375]
    with pytest.raises(ExistenceError, match="may have no maximiser"):
        fit(family("lomax"), x_)
    assert fit(family("lomax"), [0.125, 0.25, 0.5, 1.0, 40.0]).theta[0] > 0


def test_a_kinked_likelihood_in_two_unknowns_is_refused() -> None:
    """Slopes do not lead to a corner; the second derivative was asked for in doubles and ended in a stray error."""
    found = declared(y, Reals, log(s) - log(2) - s * Abs(y - s * m), LOCATION, positive(s))
    with pytest.raises(UnsolvedError, match="a corner at every observation"):
        fit(found.family, [0.0, 1.0, 3.0])


@pytest.mark.thorough
def test_a_density_over_a_denominator_that_divides_it() -> None:
    """The averages of ``1/(1 + x)`` and ``x/(1 + x)`` add up to one; their sum less one was asked to be positive."""
    gamma_ = (-loggamma(a) * x - loggamma(a)) / (x + 1) + (a - 1) * log(x) - x / b - a * log(b)
    found = declared(x, POSITIVE, gamma_, positive(a), positive(b))
    assert words(found) == ["the observations are not all equal"]
    counted = (count * log(a) + a * count * log(a)) / (1 + a) - a - loggamma(count + 1)
    assert declared(count, Range(0, oo), counted, positive(a)).outcome is Outcome.CLOSED_FORM


def test_averages_that_add_up_to_nothing_are_no_condition() -> None:
    """What can be positive for no data is not asked of them."""
    zero = Mean(1 / (1 + x), x) + Mean(x / (1 + x), x) - 1
    assert _impossible(zero, {})
    assert not _impossible(zero + Mean(x, x), {})


def test_a_bent_curve_of_locations_and_scales_is_not_called_concave() -> None:
    """``(1/s, log(s)/s)`` is no straight line, so joint concavity says nothing about the likelihood along it."""
    found = declared(y, Reals, -log(2 * pi) / 2 - log(s) - (y - log(s)) ** 2 / (2 * s**2), positive(s))
    assert not found.optimality.proved


def test_a_kernel_without_bound_is_not_said_to_have_a_maximiser() -> None:
    """A density that is infinite at its location has no maximum likelihood, however light its tails."""
    density = -Abs(y - m) / s - log(Abs(y - m) / s) / 2 - log(s) - log(4 * pi) / 2
    found = declared(y, Reals, density, LOCATION, positive(s))
    assert not found.existence_proved


@pytest.mark.thorough
def test_inflated_zeros_are_no_refuted_family() -> None:
    """There have to be more zeros than those of the other distribution, and counts above one."""
    w, rate = Symbol("w", positive=True), Symbol("rate", positive=True)
    zero = log(w + (1 - w) * exp(-rate))
    density = Piecewise((zero, count < 1), (log(1 - w) + count * log(rate) - rate - loggamma(count + 1), True))
    found = declared(count, Range(0, oo), density, Parameter(w, Interval.open(0, 1)), positive(rate))
    assert found.outcome is Outcome.CLOSED_FORM
    assert max(len(condition.meaning) for condition in found.exists_when) <= 200
    with pytest.raises(ExistenceError, match=r"mean\(x\) \+ share\(x = 0\) > 1"):
        fit(found.family, [0.0, 0.0, 1.0])
    with pytest.raises(ExistenceError, match=r"share\(x = 0\)\*exp\(mean\(x\)\) > 1"):
        fit(found.family, [1.0, 1.0, 1.0, 2.0])
    estimate = fit(found.family, [0.0, 0.0, 0.0, 2.0, 1.0, 3.0]).theta
    # mean of the positive counts = rate / (1 - exp(-rate)), and the share of zeros is matched.
    np.testing.assert_allclose(estimate[1] / -np.expm1(-estimate[1]), 2.0, rtol=1e-14)


@pytest.mark.parametrize(
    ("derivation", "rule"),
    [
        (lambda: declared(y, Reals, -log(2 * s) - log(cosh(pi * (y - m) / (2 * s))), LOCATION, positive(s)), "concave"),
        (lambda: declared(x, POSITIVE, log(2 / s) - x / s - 2 * log(1 + exp(-x / s)), positive(s)), "concave"),
        (lambda: declared(x, POSITIVE, log(a * b) + (a - 1) * log(x) - b * x**a, positive(a), positive(b)), "concave"),
        (lambda: declared(x, POSITIVE, LOG_LOGISTIC, positive(a), positive(b)), "concave"),
    ],
    ids=["hyperbolic secant", "half-logistic", "Weibull by rate", "log-logistic by powers of its scale"],
)
def test_log_concave_kernels_are_found_in_any_parametrisation(derivation: Callable[[], Derivation], rule: str) -> None:
    """By their mode and its curvature, on the half-line too."""
    found = derivation()
    assert rule in [step.rule for step in found.steps]
    assert found.optimality.proved
    assert found.existence_proved


def test_the_zeta_distribution_is_fitted() -> None:
    """SymPy has no derivative of the zeta function; ours has, and the equation left is solved."""
    found = declared(whole, Range(1, oo), -a * log(whole) - log(zeta(a)), Parameter(a, Interval.open(1, oo)))
    assert words(found) == ["mean(log(x)) > 0"]
    estimate = fit(found.family, [1.0, 1.0, 2.0, 1.0, 5.0]).theta[0]
    # -zeta'/zeta at the estimate is the mean logarithm: by a sum over 2000 terms and the integral of the rest.
    k = np.arange(1.0, 2001.0)
    end = 2000.5
    total = (k**-estimate).sum() + end ** (1 - estimate) / (estimate - 1)
    slope = (np.log(k) * k**-estimate).sum() + end ** (1 - estimate) * (
        np.log(end) / (estimate - 1) + 1 / (estimate - 1) ** 2
    )
    np.testing.assert_allclose(slope / total, np.log([1, 1, 2, 1, 5]).mean(), rtol=1e-5)


def test_balls_tell_averages_of_equal_hash_apart() -> None:
    """``1/f`` and ``1/f**2`` have one hash in Python, and balls took the average of the one for that of the other."""
    inverse, square = Mean(1 / (1 + x), x), Mean(1 / (1 + x) ** 2, x)
    assert hash(inverse) == hash(square)
    assert evaluate(inverse - square, {}, [{x: 1.0}]).contains(0.25)


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["_a0", "_b0", "_atom_0", "t_1", "n"])
def test_a_parameter_may_be_called_as_the_engine_calls_its_own(name: str) -> None:
    """The symbols that stand in for averages are no declared ones, whatever their names."""
    found = declared(y, Reals, -log(s) - exp(-(y - m) / s) - (y - m) / s, LOCATION, positive(s))
    scale = Symbol(name, positive=True)
    density = -log(scale) - exp(-(y - m) / scale) - (y - m) / scale
    other = declared(y, Reals, density, LOCATION, positive(scale))
    x_ = [0.0, 1.0, 3.0]
    assert fit(other.family, x_).theta.tolist() == fit(found.family, x_).theta.tolist()


@pytest.mark.parametrize("name", ["t", "x", "t_1", "_", "d"])
def test_members_of_a_divergence_are_no_statistics(name: str) -> None:
    """Two values of a parameter called t were named as the average t_1, and the identity of both was refuted."""
    scale, square = Symbol(name, positive=True), Symbol("z", positive=True)
    density = log(square) - 2 * log(scale) - square**2 / (2 * scale**2)
    found = declared(square, POSITIVE, density, positive(scale))
    assert found.outcome is Outcome.CLOSED_FORM
    assert found.optimality.proved


def test_what_one_kind_of_data_needs_is_not_asked_of_others() -> None:
    """A Frechet shape exists unless all data are 1; that their logarithms are positive on average was once asked."""
    found = declared(x, POSITIVE, log(a) - (a + 1) * log(x) - x ** (-a), positive(a))
    assert words(found) == ["not all observations are 1"]
    assert found.existence_needed
    for data in ([0.25, 0.5], [1.0, 0.5], [1.0, 2.0], [2.0, 8.0], [0.25, 8.0]):
        shape, logs = fit(found.family, data).theta[0], np.log(data)
        # 1/a = mean(log x) - mean(x^-a log x), Johnson, Kotz and Balakrishnan 1995, chapter 22.
        np.testing.assert_allclose(1 / shape, logs.mean() - (np.exp(-shape * logs) * logs).mean(), rtol=1e-12)
    with pytest.raises(ExistenceError, match="not all observations are 1"):
        fit(found.family, [1.0, 1.0])


def test_data_that_meet_a_condition_on_a_bounded_support_are_drawn() -> None:
    """No dataset drawn by the checker lay low enough on [1, 5], so that it called the derivation wrong."""
    density = log(a) - (a + 1) * log(x) - log(1 - 5 ** (-a))
    found = declared(x, Interval(1, 5), density, positive(a))
    assert found.outcome is Outcome.REDUCED
    assert words(found) == ["2*mean(log(x)) < log(5)", "mean(log(x)) > 0"]
    assert found.count(Evidence.REFUTED) == 0


@pytest.mark.thorough
def test_a_root_that_puts_another_parameter_on_an_end_is_none() -> None:
    """Of a product of two factors, the one that is zero at p = 0 was solved, and p = 0 called its estimate."""
    p, q = Symbol("p", positive=True), Symbol("q", positive=True)
    some = log(1 - p) + count * log(q) + (3 - count) * log(1 - q) - loggamma(count + 1) - loggamma(4 - count) + log(6)
    density = Piecewise((log(p + (1 - p) * (1 - q) ** 3), count < 1), (some, True))
    unit = Interval.open(0, 1)
    item = Family("unseen", count, Range(0, 4), (Parameter(p, unit), Parameter(q, unit)), density)
    assert derive(item).count(Evidence.REFUTED) == 0
    sample = [0] * 12 + [1] * 3 + [2] * 4 + [3] * 2
    share, success = fit(item, sample).theta
    # Zeros as often as seen, and the mean of the others is that of a binomial without zeros.
    assert 3 * success / (1 - (1 - success) ** 3) == pytest.approx(17 / 9, rel=1e-12)
    assert share + (1 - share) * (1 - success) ** 3 == pytest.approx(12 / 21, rel=1e-12)


@pytest.mark.thorough
def test_a_local_maximum_below_the_limit_of_a_shape_is_refused() -> None:
    """Half-normal data: the skew normal likelihood is highest for an infinite slant, though it has a maximum below."""
    item = family("skew_normal")
    limit = [0.0, 0.61, 0.67, 1.05, 1.13, 1.14, 1.29, 1.45, 2.14, 2.74]
    with pytest.raises(ExistenceError, match="not above what the likelihood tends to where alpha grows without bound"):
        fit(item, limit)
    rng = np.random.default_rng(5)
    inside = fit(item, 0.95 * np.abs(rng.normal(size=200)) + 0.31 * rng.normal(size=200))
    assert 1 < inside.theta_hat["alpha"] < 10


def test_a_local_maximum_below_the_limit_of_a_power_is_refused() -> None:
    """With an infinite power the family is a power function up to the largest observation, here more likely."""
    with pytest.raises(ExistenceError, match="not above what the likelihood tends to where p grows without bound"):
        fit(family("generalised_gamma"), [0.2, 0.8, 1.1, 2.0, 2.3, 5.9])


@pytest.mark.thorough
def test_cells_of_a_table_that_the_observation_decides_are_concave_each() -> None:
    """Linkage of two genes: Dempster, Laird & Rubin 1977, Journal of the Royal Statistical Society B 39, section 1."""
    q = Symbol("q", positive=True)
    cells = Piecewise((log((2 + q) / 4), count < 1), (log((1 - q) / 4), count < 3), (log(q / 4), True))
    found = declared(count, Range(0, 4), cells, Parameter(q, Interval.open(0, 1)))
    assert found.outcome is Outcome.CLOSED_FORM
    assert found.optimality.proved
    (share,) = fit(found.family, [0, 1, 2, 3], [125, 18, 20, 34]).theta
    assert share == pytest.approx(0.626821498, rel=1e-9)


@pytest.mark.thorough
def test_orders_of_three_things_are_concave_on_logarithmic_scales() -> None:
    """Luce 1959, Individual Choice Behavior: second derivatives of joined cases belong to each case that they join."""
    a, b = Symbol("a", positive=True), Symbol("b", positive=True)
    first = [log(one) - log(a + b + 1) for one in (a, a, b, b, S.One, S.One)]
    second = [log(b) - log(b + 1), -log(b + 1), log(a) - log(a + 1), -log(a + 1), log(a) - log(a + b)]
    orders = [one + two for one, two in zip(first, [*second, log(b) - log(a + b)], strict=True)]
    cells = Piecewise(*((one, Eq(count, place)) for place, one in enumerate(orders[:-1])), (orders[-1], True))
    positive = Interval.open(0, oo)
    found = declared(count, Range(0, 6), cells, Parameter(a, positive), Parameter(b, positive))
    assert found.optimality.proved
    assert fit(found.family, [0, 1, 2, 3, 4, 5]).theta == pytest.approx([1.0, 1.0], rel=1e-12)


@pytest.mark.thorough
def test_a_space_that_ends_at_another_parameter_is_that_of_its_estimate() -> None:
    """Two genes against a third: the checker held an estimate against the end of the space at other values."""
    p, q = Symbol("p", positive=True), Symbol("q", positive=True)
    cells = Piecewise((log(p**2 + 2 * p * q), count < 1), (2 * log(q), count < 2), (log(1 - (p + q) ** 2), True))
    parameters = Parameter(p, Interval.open(0, 1)), Parameter(q, Interval.open(0, 1 - p))
    found = declared(count, Range(0, 3), cells, *parameters)
    assert found.outcome is Outcome.CLOSED_FORM
    estimate = fit(found.family, [0, 1, 2], [39, 25, 36]).theta
    np.testing.assert_allclose(estimate, [0.3, 0.5], rtol=1e-14)


def test_a_corner_in_a_parameter_is_no_curvature() -> None:
    """Each case is linear in the parameter, but where they meet the log-density bends upwards."""
    bent = Piecewise((m * y, m < 0), (2 * m * y, True)) - y**2
    assert not declared(y, Reals, bent, LOCATION).optimality.proved


@pytest.mark.parametrize("name", ["_g", "g", "_m"])
def test_a_parameter_may_be_called_as_what_stands_in_for_a_function(name: str) -> None:
    """A quadratic equation in a function of the unknown was written with a symbol that anybody may declare."""
    mean = Symbol(name, positive=True)
    density = log(b) / 2 - log(2 * pi) / 2 - 3 * log(x) / 2 - b * (x - mean) ** 2 / (2 * mean**2 * x)
    found = declared(x, POSITIVE, density, positive(mean), positive(b))
    assert found.outcome is Outcome.CLOSED_FORM
    assert found.optimality.proved


def test_an_estimate_nearer_to_zero_than_any_double_is_refused() -> None:
    """Gompertz on observations that nearly agree: eta is about exp(-1900), and its nearest double has no likelihood."""
    with pytest.raises(UnsolvedError, match="nearer to zero than any double"):
        fit(family("gompertz"), [2.5, 2.501, 2.503, 2.5])
    answer = fit_rows(family("gompertz"), [[2.5, 2.501, 2.503, 2.5], [2.5, 3.5, 4.0, 1.0]])
    assert np.isnan(answer.theta[0]).all()
    assert np.isfinite(answer.theta[1]).all()


@pytest.mark.thorough
@pytest.mark.parametrize("covariate", ["z", "t"])
def test_locations_may_be_any_linear_combination_of_functions_of_covariates(covariate: str) -> None:
    """Through the origin, in squares and waves, about a known curve; also where the covariate is called as ours is."""
    z = Symbol(covariate, real=True)
    slope, bend = Symbol("slope", real=True), Symbol("bend", real=True)
    for mean, parameters in (
        (slope * z, (slope,)),
        (slope * z + bend * z**2, (slope, bend)),
        (slope * sin(z) + bend * cos(z) + z, (slope, bend)),
    ):
        density = -((y - mean) ** 2) / (2 * b**2) - log(b) - log(2 * pi) / 2
        spaces = (*(Parameter(one, Reals) for one in parameters), positive(b))
        found = derive(Family("unseen", y, Reals, spaces, density, covariates=(z,)))
        assert found.optimality.proved, mean
        assert found.existence_proved, mean


def test_a_corner_with_covariates_is_a_location() -> None:
    """Least absolute deviations through the origin."""
    slope = Symbol("slope", real=True)
    item = Family("unseen", y, Reals, (Parameter(slope, Reals),), -Abs(y - slope * a) - log(2), covariates=(a,))
    assert derive(item).optimality.proved


@pytest.mark.thorough
@pytest.mark.parametrize("ours", ["z", "u", "s"])
def test_parameters_may_be_called_as_the_symbols_on_our_pages(ours: str) -> None:
    """A location called z, and a shape and a scale called u and s: symbols of the engine's own had been the same."""
    place, size = Symbol(ours, real=True), Symbol(ours, positive=True)
    logistic = -(y - place) / b - log(b) - 2 * log(1 + exp(-(y - place) / b))
    theirs = derive(Family("unseen", y, Reals, (Parameter(place, Reals), positive(b)), logistic))
    assert theirs.optimality.proved
    assert theirs.existence_proved
    begin = Symbol("begin", real=True)
    shifted = size * log(y - begin) - (y - begin) - loggamma(size + 1)
    spaces = (Parameter(begin, Reals), positive(size))
    renamed = {size: Symbol("other", positive=True)}
    ends = Interval.open(begin, oo)
    mine, other = (
        derive(Family("unseen", y, ends, (spaces[0], positive(one)), shifted.subs(size, one)))
        for one in (size, renamed[size])
    )
    assert (mine.outcome, len(mine.equations)) == (other.outcome, len(other.equations))
    assert [one.xreplace(renamed) for one in mine.equations] == list(other.equations)


ENDS = [
    log(b) / 2 - 3 * log(y - m) / 2 - b / (2 * (y - m)) - log(2 * pi) / 2,
    log(2) + 2 * log(b) - 3 * log(y - m) - b**2 / (y - m) ** 2,
    -log(y - m) - log(b) - log(2 * pi) / 2 - log(y - m) ** 2 / (2 * b**2),
]


@pytest.mark.parametrize("density", ENDS, ids=str)
def test_what_stands_beside_a_power_of_the_distance_may_outweigh_it(density: Expr) -> None:
    """Levy, Frechet and log-normal distributions with a location: the density vanishes at its end.

    It was said to grow without bound there, and the checker agreed: ``1/u`` was called bounded up to ``u = 0``, since
    the symbol is positive.
    """
    found = derive(Family("unseen", y, Interval.open(m, oo), (LOCATION, positive(b)), density))
    # Where the scale of the log-normal one moves with the location, it does grow, on another path.
    assert (found.outcome is Outcome.UNBOUNDED) == ("path-growth" in [step.rule for step in found.steps])
    assert "edge-growth" not in [step.rule for step in found.steps]
    growth = next(step for step in derive(family("weibull_with_location")).steps if step.rule == "edge-growth")
    u = growth.named("distance")
    beside = split_logs(density.subs(y, m + u), {}).expand(log=False, power_exp=False)
    power = beside.coeff(log(u))
    named = {
        "rest": (beside - power * log(u)).expand(log=False, power_exp=False),
        "level": S.Zero,
        "distance": u,
        "away": u,
        "factor": u,
        "outweighing": S.Zero,
        "witness": Tuple(Tuple(b, S.One)),
        "grows": S.One,
    }
    planted = replace(growth, value=power, subject=m, using=tuple(named.items()))
    finding = check_steps(found.family, (found.steps[0], planted))[-1]
    assert finding.evidence is Evidence.UNDECIDED


SHIFTED = [
    (log(2) - log(2 * pi) / 2 - log(b) - (y - m) ** 2 / (2 * b**2), lambda z: np.sqrt(np.mean(z**2))),
    (log(b) - (b + 1) * log(1 + y - m), lambda z: 1 / np.mean(np.log1p(z))),
]


@pytest.mark.parametrize(("density", "other"), SHIFTED, ids=["half-normal", "Lomax"])
def test_an_end_may_be_placed_by_the_slope_of_each_observation(density: Expr, other: Callable[..., float]) -> None:
    """The averages do not show the sign of the derivative; every observation inside the support does."""
    item = Family("unseen", y, Interval(m, oo), (LOCATION, positive(b)), density)
    assert derive(item).count(Evidence.REFUTED) + derive(item).count(Evidence.UNDECIDED) == 0
    data = np.array([0.3, 1.7, 2.0, 5.5])
    np.testing.assert_allclose(fit(item, data).theta, [0.3, other(data - 0.3)], rtol=1e-12)
    # With the place at the smallest observation, whatever the scale, what is left is concave.
    assert derive(item).optimality.proved
    assert derive(item).optimality.unique
    assert derive(item).existence_proved
    certificate = certify(item, data)
    assert certificate.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert certificate.check(data)


def test_a_place_that_moves_with_the_scale_leaves_no_concave_rest() -> None:
    """Planted: the end of the support is said to stand elsewhere for every scale."""
    item = Family("unseen", y, Interval(m, oo), (LOCATION, positive(b)), SHIFTED[0][0])
    steps = derive(item).steps
    at = next(place for place, step in enumerate(steps) if step.rule == "curvature")
    moved = tuple(replace(one, value=one.value + b) if one.rule == "support-end" else one for one in steps)
    assert check_steps(item, steps)[at].evidence is Evidence.SIGN
    assert check_steps(item, moved)[at].evidence is Evidence.REFUTED


def test_a_slope_that_turns_inside_the_support_places_no_end() -> None:
    """A gamma distribution of shape two with a location, its support closed for once: the density vanishes there."""
    half = derive(Family("unseen", y, Interval(m, oo), (LOCATION, positive(b)), SHIFTED[0][0]))
    rising = 2 * log(b) + log(y - m) - b * (y - m)
    item = Family("unseen", y, Interval(m, oo), (LOCATION, positive(b)), rising)
    assert derive(item).outcome is not Outcome.CLOSED_FORM
    step = next(one for one in half.steps if one.rule == "support-end")
    first = derive(item).steps[0]
    slope = first.value.diff(m)
    named = tuple((key, slope if key == "increment" else value) for key, value in step.using)
    assert check_steps(item, (first, replace(step, using=named)))[-1].evidence is Evidence.UNDECIDED


@pytest.mark.parametrize("way", [1, -1])
def test_a_scale_may_be_written_by_its_logarithm(way: int) -> None:
    """A Laplace distribution, whose corner at the location no curvature there tells the scale of."""
    r = Symbol("r", real=True)
    density = way * r - log(2) - exp(way * r) * Abs(y - m)
    found = derive(Family("unseen", y, Reals, (LOCATION, Parameter(r, Reals)), density))
    assert found.optimality.proved
    assert [condition.meaning for condition in found.exists_when] == ["the observations are not all equal"]


def test_a_mean_and_a_squared_coefficient_of_variation() -> None:
    """The KL route solved the equation of the second moment for the mean, by a root that needs a positive average."""
    found = declared(y, Reals, -log(2 * pi * a) / 2 - log(s) - (y - s) ** 2 / (2 * a * s**2), positive(a), positive(s))
    assert found.outcome is Outcome.CLOSED_FORM
    assert found.optimality.proved
    assert words(found) == ["the observations are not all equal", "mean(x) > 0"]
    assert fit(found.family, [1.0, 3.0]).theta.tolist() == [0.25, 2.0]


@pytest.mark.thorough
def test_what_a_condition_takes_for_given_may_not_hold_the_unknown() -> None:
    """Its failure was looked up at data alone, where it has no value, and the certificate stopped with an error."""
    q = Symbol("q", positive=True)
    probability = log((1 - a) * (1 - q) / (1 - a * q)) + Piecewise(
        (integer * log(a), integer >= 0), (-integer * log(q), True)
    )
    below_one = Interval.open(0, 1)
    found = declared(integer, Integers, probability, Parameter(a, below_one), Parameter(q, below_one))
    unknown = set(found.unknowns)
    assert unknown
    assert not any(condition.free_symbols & unknown for condition in found.exists_when)
    assert certify(found.family, [-3.0, -3.0, -2.0]).verdict is CertificateVerdict.UNDECIDED
    assert certify(found.family, [-3.0, 1.0, 2.0]).verdict is CertificateVerdict.UNIQUE_GLOBAL


@pytest.mark.parametrize("wave", [cos, sin])
def test_one_plus_a_share_of_a_wave_is_concave_in_the_share(wave: type[Expr]) -> None:
    """That a sine or cosine lies between minus one and one is known to the rules on signs."""
    share, angle = Symbol("rho", real=True), Symbol("x", real=True)
    found = declared(
        angle,
        Interval.open(-pi, pi),
        log(1 + share * wave(angle)) - log(2 * pi),
        Parameter(share, Interval.open(-1, 1)),
    )
    assert found.optimality.proved
    assert found.optimality.concave


TURN, HALF = Interval.Lopen(-pi, pi), Interval.Lopen(-pi / 2, pi / 2)
LATER = Symbol("v", nonnegative=True)
ROUND = log(2 * pi * besseli(0, 1))
DIRECTIONS = {
    "cosine": (2 * cos(y - m) - log(2 * pi * besseli(0, 2)), m, TURN, True),
    "minus a cosine": (-cos(y - m) - ROUND, m, TURN, True),
    "sine": (sin(y - m) - ROUND, m, TURN, True),
    "from zero on": (cos(y - LATER) - ROUND, LATER, Interval.Ropen(0, 2 * pi), False),
    "half a turn": (cos(y - m) - ROUND, m, HALF, False),
    "twice around": (cos(2 * y - 2 * m) - ROUND, m, HALF, False),
    # The integral of this one has no closed form; it does not depend on the direction.
    "two waves": (cos(y - m) + cos(2 * y - 2 * m) / 4, m, TURN, False),
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", DIRECTIONS)
def test_a_direction_of_known_concentration_is_fitted(name: str) -> None:
    """One wave over one turn is proved to be highest at its angle; no end of a turn asks for data that there are not.

    The signs of the slope at both ends of a turn, which are one place, were asked to differ.
    """
    density, direction, space, proved = DIRECTIONS[name]
    item = Family("unseen", y, TURN, (Parameter(direction, space),), density)
    found = derive(item)
    assert found.optimality.proved == proved
    assert found.outcome in (Outcome.CLOSED_FORM, Outcome.REDUCED)
    grid = np.linspace(-3.14, 6.28, 1571)
    inside = [place for place in grid if float(space.start) < place < float(space.end)]
    for data in ([0.5, 1.0, -2.0], [0.3], [-0.4, 0.1, 0.2, 1.0]):
        best = max(log_likelihood(item, [place], np.array(data))[0] for place in inside)
        assert fit(item, data).log_likelihood >= best - 1e-9
        if proved:
            certificate = certify(item, data)
            assert certificate.verdict is CertificateVerdict.GLOBAL_SET
            assert certificate.check(data)


@pytest.mark.thorough
@pytest.mark.parametrize("power", [Rational(3, 2), Rational(5, 2), 4, 10])
@pytest.mark.parametrize("unit", [1, 2])
def test_powers_of_a_distance_are_concave_without_a_second_derivative_at_it(power: Expr, unit: int) -> None:
    """Between one and two the derivative does not exist at the mode, from three on it is zero and gives no scale."""
    a = family("generalised_normal").parameters[1]
    density = -(abs(y - unit * m) ** power) / a.symbol**power - log(a.symbol) - log(2) - loggamma(1 + 1 / S(power))
    assert declared(y, Reals, density, Parameter(m, Reals), a).optimality.unique


@pytest.mark.thorough
def test_what_is_open_for_all_values_of_a_constant_is_proved_for_some() -> None:
    """Below power one the likelihood is highest at an observation, from one on it is concave; in general neither."""
    general = family("generalised_normal")
    assert not derive(general).optimality.proved
    data = [360299.0] * 5 + [-659765.0] * 7
    for power, place in ((Rational(1, 2), -659765.0), (10, None)):
        assert derivation_with(general, {"beta": power}).optimality.proved
        found = fit(general, data, fixed={"beta": power})
        assert place is None or found.theta_hat["mu"] == place
        assert certify(general, data, fixed={"beta": power}).verdict is CertificateVerdict.UNIQUE_GLOBAL
        with pytest.raises(ExistenceError):
            fit(general, [2.0, 2.0], fixed={"beta": power})


@pytest.mark.parametrize("below", [True, False], ids=["by its size", "as it is"])
def test_an_interval_around_zero_ends_at_the_data(below: bool) -> None:
    """Whether the sum of both ends is positive was not seen, as only their spaces were looked at."""
    low = Symbol("low", positive=True) if below else Symbol("low", negative=True)
    high, value = Symbol("high", positive=True), Symbol("value", real=True)
    start = -low if below else low
    spaces = (Parameter(low, POSITIVE if below else Interval.open(-oo, 0)), Parameter(high, POSITIVE))
    member = Family("unseen", value, Interval(start, high), spaces, -log(high - start))
    assert derive(member).obligations == ()
    assert fit(member, [-1.0, 0.5, 2.0]).theta_hat == {"low": 1.0 if below else -1.0, "high": 2.0}
    for data in ([1.0, 2.0], [-1.0, -2.0]):
        with pytest.raises(ExistenceError, match=r"(min|max)\(value\)"):
            fit(member, data)


@pytest.mark.thorough
def test_the_formulas_of_a_parabola_are_quotients_of_determinants() -> None:
    """Roots put into one another were fractions in fractions of 600 operations, and took ten seconds."""
    alpha, beta, gamma, value, at = (Symbol(name, real=True) for name in ("alpha", "beta", "gamma", "value", "at"))
    sigma = Symbol("sigma", positive=True)
    density = -((value - alpha - beta * at - gamma * at**2) ** 2) / (2 * sigma**2) - log(sigma) - log(2 * pi) / 2
    spaces = (*(Parameter(one, S.Reals) for one in (alpha, beta, gamma)), Parameter(sigma, POSITIVE))
    member = Family("unseen", value, S.Reals, spaces, density, covariates=(at,))
    closed = dict(derive(member).closed)
    assert max(operations(closed[one]) for one in (alpha, beta, gamma)) <= 60
    rows = np.array([[0.5, -1.0], [1.0, 0.0], [3.5, 1.0], [5.0, 2.0], [16.0, 3.0]])
    expected = np.polyfit(rows[:, 1], rows[:, 0], 2)[::-1]
    assert list(fit(member, rows).theta[:3]) == pytest.approx(list(expected), rel=1e-9)
    with pytest.raises(ExistenceError):
        fit(member, rows[[0, 1]])


def test_two_routes_are_not_told_apart_by_data_without_an_estimate() -> None:
    """A normal mean and a share of it as spread, by the logarithm of the mean: of negative data it is no number."""
    phi = Symbol("phi", real=True)
    density = -log(b) - phi - (y - exp(phi)) ** 2 / (2 * b**2 * exp(2 * phi)) - log(2 * pi) / 2
    found = declared(y, Reals, density, Parameter(phi, Reals), positive(b))
    assert found.count(Evidence.REFUTED) == 0
    assert fit(found.family, [1.0, 2.0, 6.0]).theta == pytest.approx([np.log(3.0), np.std([1.0, 2.0, 6.0]) / 3])
    with pytest.raises(ExistenceError, match=r"mean\(x\) > 0"):
        fit(found.family, [-1.0, -2.0])


def test_a_pole_may_lie_where_an_average_of_the_data_is() -> None:
    """A failure rate that grows with age, by the inverse of its slope: an error of a root in balls came out."""
    found = declared(x, POSITIVE, log(a + x / b) - a * x - x**2 / (2 * b), positive(a), positive(b))
    assert found.optimality.proved
    data = np.array([0.3, 1.2, 2.0, 1.9])
    rate = declared(x, POSITIVE, log(a + b * x) - a * x - b * x**2 / 2, positive(a), positive(b)).family
    np.testing.assert_allclose(fit(found.family, data).theta, fit(rate, data).theta ** np.array([1, -1]), rtol=1e-12)


def test_a_rate_written_as_a_power_is_put_into_its_section() -> None:
    """The steps at a known place are those of the declared parameters: a derivation in others had no score to show."""
    place = Abs(y - m)
    density = log(a) + log(s**2) - log(a**2 + 1) - s**2 * (a * (place + y - m) + (place - y + m) / a) / 2
    found = declared(y, Reals, density, LOCATION, positive(a), positive(s))
    assert found.outcome is Outcome.DATA_POINT
    base, data = family("asymmetric_laplace"), np.array([-1.5, 0.2, 0.4, 0.45, 0.5, 1.1, 2.0])
    ours, theirs = fit(found.family, data), fit(base, data).theta_hat
    assert ours.theta_hat["s"] ** 2 == pytest.approx(theirs["lambda"], rel=1e-13)
