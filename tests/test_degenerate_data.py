"""Whether data that leave a formula or an estimate without a place are said to have what they have."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sympy import (
    Expr,
    Interval,
    Max,
    Piecewise,
    Range,
    Rational,
    Reals,
    Symbol,
    erf,
    exp,
    log,
    loggamma,
    oo,
    pi,
    sin,
    sqrt,
    tanh,
)

from thetahat import Family, Parameter, certify, derive, fit
from thetahat.proofs.algebra.signs import is_positive
from thetahat.proofs.bounds import bounds
from thetahat.proofs.derivation import Evidence, Outcome
from thetahat.proofs.end_conditions import _contradicted
from thetahat.proofs.errors import DeclarationError, ExistenceError, UnsolvedError
from thetahat.proofs.likelihood import unfold
from thetahat.proofs.registry import family as catalogued
from thetahat.strategies.conditions import fails_beyond_doubt
from thetahat.strategies.samples import sample_of
from thetahat.verify.certify import CertificateVerdict
from thetahat.verify.enclosure import sharp_log_likelihood
from thetahat.verify.likelihood import log_likelihood, log_likelihood_ball
from thetahat.verify.newton import newton_maximum
from thetahat.verify.steadiness import require_steady

POSITIVE, UNIT = Interval.open(0, oo), Interval.open(0, 1)
x, a, b, s = (Symbol(name, positive=True) for name in ("x", "a", "b", "s"))
y, z, m, slope, level = (Symbol(name, real=True) for name in ("y", "z", "m", "slope", "level"))
count, p = Symbol("c", integer=True, nonnegative=True), Symbol("p", positive=True)
NORMAL = -((y - level - slope * z) ** 2) / 2 - log(2 * pi) / 2


def positive(symbol: Symbol) -> Parameter:
    return Parameter(symbol, POSITIVE)


def regression(density: Expr, *parameters: Parameter) -> Family:
    """Return a family with one covariate."""
    return Family("unseen", y, Reals, parameters, density, covariates=(z,))


@pytest.mark.parametrize("data", [[[1.0, 2.0], [3.0, 2.0], [2.0, 2.0]], [[1.0, 0.0], [4.0, 0.0]]])
def test_a_covariate_that_is_constant_leaves_many_maximisers_not_none(data: list[list[float]]) -> None:
    """It was said, and certified, that there is none: the condition that the line misses some data is 0 < 0 then."""
    item = catalogued("linear_regression")
    with pytest.raises(ExistenceError, match="do not determine the coefficients"):
        fit(item, data)
    assert certify(item, data).verdict is CertificateVerdict.GLOBAL_SET
    column, place = np.array(data)[:, 0], data[0][1]
    # Two members of equal height, and any other member of the same mean at that place is as high.
    members = [[column.mean() - turn * place, turn, column.std()] for turn in (0.0, 5.0)]
    heights = [log_likelihood(item, member, data)[0] for member in members]
    np.testing.assert_allclose(heights[0], heights[1], rtol=1e-12)


def test_a_line_through_all_data_has_no_maximiser_where_it_is_one_line() -> None:
    """The scale is zero there, which is no value of it."""
    item, data = catalogued("linear_regression"), [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]
    with pytest.raises(ExistenceError, match="have no maximiser"):
        fit(item, data)
    certificate = certify(item, data)
    assert certificate.verdict is CertificateVerdict.NO_MAXIMUM
    assert certificate.check(data)


def test_a_planted_condition_without_what_is_given_calls_them_none() -> None:
    """What is given is what tells the two apart."""
    condition = next(one for one in derive(catalogued("linear_regression")).exists_when if "cov" in one.meaning)
    columns = catalogued("linear_regression").columns
    flat, line = sample_of([[1.0, 2.0], [3.0, 2.0]]), sample_of([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]])
    assert [fails_beyond_doubt(condition, sample, columns) for sample in (flat, line)] == [False, True]
    planted = replace(condition, given=())
    assert fails_beyond_doubt(planted, flat, columns)


def test_a_variance_that_is_divided_by_has_to_be_positive() -> None:
    """It is an average without free symbols, and was taken for a number: nothing was asked of the covariate."""
    found = derive(regression(NORMAL, Parameter(level, Reals), Parameter(slope, Reals)))
    assert [condition.meaning for condition in found.exists_when] == ["the values of z are not all equal"]
    with pytest.raises(ExistenceError, match="changing level by -2, slope by 1 changes no predictor"):
        fit(found.family, [[1.0, 2.0], [3.0, 2.0]])


def test_observations_that_say_nothing_of_a_parameter_leave_all_of_its_values() -> None:
    """Half of the probability is zero's, whatever the parameter: of zeros alone every value is a maximiser."""
    density = Piecewise((-log(2), count < 1), (-log(2) + log(p) + (count - 1) * log(1 - p), True))
    item = Family("unseen", count, Range(0, oo), (Parameter(p, UNIT),), density)
    with pytest.raises(ExistenceError, match="may have no maximiser"):
        fit(item, [0.0, 0.0])
    with pytest.raises(ExistenceError, match="data have no maximiser"):
        fit(item, [0.0, 1.0])
    assert fit(item, [0.0, 2.0]).theta.tolist() == [0.5]


def test_a_climb_does_not_end_on_its_way_to_an_end_of_the_space() -> None:
    """The rate of a hazard was 3e-17, where the likelihood rises up to zero: each step in its logarithm is one."""
    item = Family(
        "unseen",
        x,
        POSITIVE,
        (positive(s), positive(a), positive(b)),
        log(s + a * exp(b * x)) - s * x - a / b * (exp(b * x) - 1),
    )
    data = [0.10489798814501072, 0.711987546156189, 3.7758103954999305, 0.0907495287390691, 1.553504847819758]
    data += [0.016874132829418312, 1.7108114704311181, 0.6146631515965003, 1.0526288359348837]
    weights = [0.15470435510888547, 0.9977388527482453, 0.19815787435906926, 0.610334603748662, 0.8890749866017297]
    weights += [0.4554983791177939, 0.18516470911308114, 0.6410527652398641, 0.30523473549141683]
    with pytest.raises(UnsolvedError):
        fit(item, data, weights=weights)


def test_a_step_that_promises_nothing_may_still_be_long() -> None:
    """A likelihood that tends to a limit as a coordinate falls has no maximum, however flat it is."""

    def falling(u: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        rest = np.exp(u[0])
        return -float(rest), np.array([-rest]), np.array([[-rest]])

    assert not newton_maximum(falling, [-60.0]).converged


@pytest.mark.thorough
def test_a_curve_through_all_data_leaves_no_scale() -> None:
    """Its scale was 1e-24, the distance of the root from the exact one; with a third observation there is one."""
    curve = a * exp(-b * x)
    density = -((y - curve) ** 2) / (2 * s**2) - log(s) - log(2 * pi) / 2
    item = Family("unseen", y, Reals, (positive(a), positive(b), positive(s)), density, covariates=(x,))
    two = [[1.7206169190747516, 0.11980666258905535], [1.8417322544213472, 0.10226932668122819]]
    with pytest.raises(UnsolvedError, match=r"through all observations|it is higher at"):
        fit(item, two)
    assert fit(item, [*two, [0.5, 1.0]]).theta[2] > 1e-4


def test_a_planted_scale_that_rounding_made_is_refused() -> None:
    """Where a maximiser is not proved to exist; a share of a thousandth is what a sound estimate may change by."""
    derivation = derive(catalogued("lomax"))
    first, second = derivation.family.symbols
    require_steady(derivation, {first: 1.0, second: 2.0}, {first: 1.0, second: 2.002})
    with pytest.raises(UnsolvedError, match="less than its last digit"):
        require_steady(derivation, {first: 1.0, second: 2e-24}, {first: 1.0, second: 2e-20})


@pytest.mark.thorough
def test_the_higher_of_two_maxima_of_a_scale_is_found() -> None:
    """Half standard normal and half of an unknown scale: a narrow peak at the smallest observation is the higher."""
    density = log(exp(-(y**2) / 2) / 2 + exp(-(y**2) / (2 * s**2)) / (2 * s)) - log(2 * pi) / 2
    item = Family("unseen", y, Reals, (positive(s),), density)
    data = [1.2098002343060794, -0.07133874632222192, 1.7231901098189695]
    found = fit(item, data)
    grid = np.geomspace(1e-3, 30, 4001)
    assert found.log_likelihood >= max(log_likelihood(item, [place], data)[0] for place in grid)


@pytest.mark.thorough
def test_a_limit_that_sympy_gets_wrong_is_not_believed() -> None:
    """Of error functions that both tend to minus one: the mean of data below one was asked to be above it."""
    share = (erf((1 - m) / sqrt(2)) - erf(-m / sqrt(2))) / 2
    item = Family("unseen", x, UNIT, (Parameter(m, Reals),), -((x - m) ** 2) / 2 - log(2 * pi) / 2 - log(share))
    found = derive(item)
    assert found.count(Evidence.REFUTED) == 0
    assert found.outcome is Outcome.REDUCED
    assert found.optimality.proved
    equation = unfold(found.equations[0], found.statistics)
    assert _contradicted(equation, m, -oo, True, -1 + 0 * m, item)
    assert not _contradicted(equation, m, -oo, True, 1 + 0 * m, item)
    # The mean of the member is that of the data.
    grid = np.linspace(0, 1, 20001)
    weights = np.exp(-((grid - fit(item, [0.2, 0.4]).theta[0]) ** 2) / 2)
    np.testing.assert_allclose((grid * weights).sum() / weights.sum(), 0.3, rtol=1e-4)


def test_a_support_that_ends_elsewhere_for_every_covariate_is_unsolved() -> None:
    """An estimate with a covariate in it was derived, and refuted by the checker."""
    item = Family("unseen", x, Interval.Lopen(0, b * a), (positive(b),), -log(b * a), covariates=(a,))
    found = derive(item)
    assert found.outcome is Outcome.UNSOLVED
    assert "every value of a" in found.reason
    # The data were asked on which side of a symbol they lie.
    with pytest.raises(UnsolvedError, match="unseen: no estimator is derived, because the support ends elsewhere"):
        fit(item, [[0.5, 1.0], [2.0, 3.0]])
    assert certify(item, [[0.5, 1.0], [2.0, 3.0]]).verdict is CertificateVerdict.UNDECIDED


def test_a_normaliser_with_covariates_is_checked_on_data() -> None:
    """A beta regression: balls were asked for a covariate that no member has, and ended in a stray error."""
    first, second = s / (1 + exp(-slope * z)), s / (1 + exp(slope * z))
    norm = loggamma(s) - loggamma(first) - loggamma(second)
    density = norm + (first - 1) * log(x) + (second - 1) * log(1 - x)
    item = Family("unseen", x, UNIT, (positive(s), Parameter(slope, Reals)), density, covariates=(z,))
    assert derive(item).count(Evidence.REFUTED) == 0
    # For covariates of one everything is a beta distribution.
    data = np.array([0.2, 0.5, 0.55, 0.9])
    found = fit(item, np.column_stack([data, np.ones(4)])).theta
    alpha, beta = fit(catalogued("beta"), data).theta
    np.testing.assert_allclose(found, [alpha + beta, np.log(alpha / beta)], rtol=1e-9)


def test_a_log_likelihood_keeps_its_digits() -> None:
    """Of data that agree in eight of theirs it was 23 nats off: terms of 1e17 cancel."""
    found = fit(catalogued("gamma"), [1e8, 1e8 + 1, 1e8 + 3])
    exact = log_likelihood_ball(found.family, found.theta, [1e8, 1e8 + 1, 1e8 + 3], bits=300)
    assert abs(found.log_likelihood - float(exact.mid())) < 1e-12
    assert abs(log_likelihood(found.family, found.theta, [1e8, 1e8 + 1, 1e8 + 3])[0] - found.log_likelihood) > 1


def test_shares_of_the_data_in_cells_are_named() -> None:
    """A share below a number was called one at it, and one between two numbers ended in a stray error."""
    q = Symbol("q", positive=True)
    density = Piecewise(
        (log(4 * p), x < Rational(1, 4)), (log(2 * q), x < Rational(3, 4)), (log(4 * (1 - p - q)), True)
    )
    item = Family("unseen", x, UNIT, (Parameter(p, UNIT), Parameter(q, Interval.open(0, 1 - p))), density)
    assert "share(x < 1/4) > 0" in [condition.meaning for condition in derive(item).exists_when]
    np.testing.assert_allclose(fit(item, [0.1, 0.3, 0.5, 0.8]).theta, [0.25, 0.5])


def test_the_larger_of_two_distances_is_differentiated_by_its_sign() -> None:
    """The step that SymPy makes of it could not be evaluated on data."""
    item = Family("unseen", y, Reals, (Parameter(m, Reals), positive(s)), -Max(y - m, m - y) / s - log(2 * s))
    np.testing.assert_allclose(fit(item, [0.0, 1.0, 4.0]).theta, [1.0, 4 / 3])


def test_a_likelihood_that_jumps_is_not_said_to_have_a_maximiser() -> None:
    """Its slope changes sign where it jumps, and the side on which it is higher is never reached."""
    density = Piecewise((-((y - m - 1) ** 2) / 2, m > 0), (-((y - m + 1) ** 2) / 2, True)) - log(2 * pi) / 2
    item = Family("unseen", y, Reals, (Parameter(m, Reals),), density)
    assert not derive(item).existence_proved
    with pytest.raises(UnsolvedError, match="it is higher at"):
        fit(item, [0.1257302210933933])


def test_a_root_that_keeps_the_other_parameters_in_their_spaces_is_looked_for() -> None:
    """A hazard that is linear: the equation that is left has a pole, and roots beyond it."""
    item = Family("unseen", x, POSITIVE, (positive(a), positive(b)), log(a + b * x) - a * x - b * x**2 / 2)
    data = [0.10489798814501072, 0.711987546156189, 3.7758103954999305, 0.0907495287390691, 1.553504847819758]
    data += [0.016874132829418312, 1.7108114704311181, 0.6146631515965003, 1.0526288359348837]
    weights = [0.15470435510888547, 0.9977388527482453, 0.19815787435906926, 0.610334603748662, 0.8890749866017297]
    weights += [0.4554983791177939, 0.18516470911308114, 0.6410527652398641, 0.30523473549141683]
    np.testing.assert_allclose(fit(item, data, weights=weights).theta, [1.04074, 0.09834], atol=1e-5)


def test_roots_that_few_counts_have_are_not_refuted() -> None:
    """A randomised response: the share of ones has to lie between a quarter and three."""
    share = Symbol("p", nonnegative=True)
    density = count * log(share / 2 + Rational(1, 4)) + (1 - count) * log(Rational(3, 4) - share / 2)
    item = Family("unseen", count, Range(0, 2), (Parameter(share, Interval(0, 1)),), density)
    assert derive(item).outcome is Outcome.CLOSED_FORM
    assert fit(item, [1.0, 0.0]).theta.tolist() == [0.5]
    assert fit(item, [1.0, 1.0]).theta.tolist() == [1.0]


def test_signs_near_infinity_are_looked_at_beyond_the_data() -> None:
    """At 2**80 an observation of 100 still outweighs the parameter, and a right claim was refuted."""
    item = Family("unseen", x, POSITIVE, (positive(a),), log(a) - x - 2 * log(1 - (1 - a) * exp(-x)))
    found = derive(item)
    assert found.count(Evidence.REFUTED) == 0
    assert found.existence_proved


def test_a_mean_on_a_bounded_curve_asks_for_data_within() -> None:
    """The inverse of the hyperbolic tangent was taken of any mean."""
    item = Family("unseen", y, Reals, (Parameter(m, Reals),), -((y - tanh(m)) ** 2) / 2 - log(2 * pi) / 2)
    np.testing.assert_allclose(fit(item, [0.25, 0.75]).theta, np.arctanh(0.5))
    with pytest.raises(ExistenceError, match="have no maximiser"):
        fit(item, [1.5])
    waves = Family("unseen", y, Reals, (Parameter(m, Reals),), -((y - sin(m)) ** 2) / 2 - log(2 * pi) / 2)
    assert np.sin(fit(waves, [0.25, 0.75]).theta[0]) == pytest.approx(0.5)


def test_a_complex_log_density_is_refused() -> None:
    """The logarithm of a negative number ended in a stray error."""
    with pytest.raises(DeclarationError, match="no real number"):
        Family("unseen", x, POSITIVE, (positive(a),), log(-a) + a * x)


def test_a_density_without_a_value_far_out_is_fitted_all_the_same() -> None:
    """A probit regression through the origin: ten scales out the logarithm of its tail is that of zero."""
    tail = (1 + erf(slope * z / sqrt(2))) / 2
    density = count * log(tail) + (1 - count) * log(1 - tail)
    item = Family("unseen", count, Range(0, 2), (Parameter(slope, Reals),), density, covariates=(z,))
    data = [[1.0, 1.0], [0.0, 0.5], [1.0, 2.0], [0.0, -1.0]]
    found = fit(item, data).theta[0]
    heights = [log_likelihood(item, [found + step], data)[0] for step in (-0.1, 0.0, 0.1)]
    assert heights[1] > max(heights[0], heights[2])


@pytest.mark.thorough
def test_an_upper_end_of_a_power_law_is_the_largest_observation() -> None:
    """A power of a number above one is above one where its exponent is positive: the likelihood falls with the end."""
    end = Symbol("b", positive=True)
    density = log(a) - (a + 1) * log(x) - log(1 - end ** (-a))
    item = Family("unseen", x, Interval(1, end), (positive(a), Parameter(end, Interval.open(1, oo))), density)
    data = np.array([1.5, 1.2, 4.0, 2.0, 1.1])
    shape, last = fit(item, data).theta
    assert last == 4.0
    # Aban, Meerschaert and Panorska 2006, theorem 2: the mean logarithm is that of the member.
    logs = np.log(data).mean()
    np.testing.assert_allclose(1 / shape - 4.0**-shape * np.log(4.0) / (1 - 4.0**-shape), logs, rtol=1e-9)
    assert is_positive(end**a - 1, {end: bounds(Interval.open(1, oo))})
    assert not is_positive(1 - end**a, {end: bounds(Interval.open(1, oo))})


@pytest.mark.thorough
def test_a_space_that_ends_at_another_parameter_has_roots() -> None:
    """A normal distribution by its mean less and plus one standard deviation."""
    other = Symbol("u", real=True)
    ends = [Parameter(m, Reals), Parameter(other, Interval.open(m, oo))]
    item = catalogued("normal").reparametrise("between", ends, {"mu": (m + other) / 2, "sigma": (other - m) / 2})
    np.testing.assert_allclose(fit(item, [1.0, 3.0]).theta, [1.0, 3.0], atol=1e-12)


def test_a_new_variable_may_be_called_as_the_old_one() -> None:
    """It was taken for the old one in the map."""
    old = catalogued("exponential")
    squares = old.transform("squares", old.observation, old.observation**2)
    np.testing.assert_allclose(fit(squares, [1.0, 2.0]).theta, [1 / 2.5])


def test_a_likelihood_whose_terms_cancel_is_no_rival() -> None:
    """Far out the middle of a wide ball was five nats above the likelihood, and a sound maximum was refused for it.

    Towards a location far below the likelihood tends to that of a Gumbel distribution of scale one.
    """
    density = log(a) - (y - m) - (a + 1) * (log(2 + 2 * exp(-(y - m))) - log(2))
    item = Family("unseen", y, Reals, (positive(a), Parameter(m, Reals)), density)
    data = np.array(
        [2.212275346596502, 0.5539537580572386, -1.4745819881242221, 0.7788582398196571, 0.5309443446349728]
    )
    np.testing.assert_allclose(fit(item, data).theta, [2.17968, -0.44499], rtol=1e-5)
    far = [1 / np.exp(-100 - data).mean(), -100.0]
    limit = -5 * np.log(np.exp(-data).mean()) - data.sum() - 5
    assert abs(float(log_likelihood_ball(item, far, data).mid()) - limit) > 1
    assert abs(float(sharp_log_likelihood(item, far, data).mid()) - limit) < 1e-9
