"""Families whose likelihood was misjudged at an end of a space or of a support, each declared to stay right."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from flint import arb
from numpy.typing import NDArray
from sympy import (
    Add,
    Eq,
    Expr,
    FiniteSet,
    Integer,
    Interval,
    KroneckerDelta,
    Max,
    Min,
    Piecewise,
    Range,
    Reals,
    S,
    Symbol,
    Tuple,
    beta,
    binomial,
    cos,
    cosh,
    erfc,
    exp,
    ff,
    log,
    loggamma,
    pi,
    rf,
    sin,
    sqrt,
)

from thetahat import Covariate, Family, Observed, Parameter, certify, check_estimator, check_family, derive, fit
from thetahat.proofs.algebra.atoms import Indicator, Mean
from thetahat.proofs.checker import check_steps
from thetahat.proofs.derivation import Evidence, Outcome
from thetahat.proofs.errors import ExistenceError, UnsolvedError
from thetahat.verify.certify import CertificateVerdict
from thetahat.verify.certify.enclosures import Enclosure
from thetahat.verify.optimum_checks import score_is_zero
from thetahat.verify.slopes import promised, slopes_of
from thetahat.verify.space_ends import held_by_ends
from thetahat.verify.valid_data import require_data

POSITIVE, UNIT = Interval.open(0, S.Infinity), Interval.open(0, 1)
a, c, q, x = (Symbol(name, positive=True) for name in ("a", "c", "q", "x"))
m, y = Symbol("m", real=True), Symbol("y", real=True)
s = Symbol("s", nonnegative=True)
count = Symbol("k", integer=True, nonnegative=True)
rank = Symbol("k", integer=True, positive=True)


def of_count(density: Expr, most: int, *parameters: Parameter) -> Family:
    """Counts up to a known one."""
    return Family("unseen", count, Range(0, most + 1), parameters, density)


POLYA = of_count(log(binomial(6, count) * beta(count + a, 6 - count + a) / beta(a, a)), 6, Parameter(a, POSITIVE))
URN = of_count(log(binomial(4, count) * rf(2, count) * rf(a, 4 - count) / rf(2 + a, 4)), 4, Parameter(a, POSITIVE))


@pytest.mark.parametrize(
    ("family", "needed", "at_an_end"),
    [(POLYA, "share(k = 0) + share(k = 6) < 1", [0, 6, 6]), (URN, "share(k = 4) < 1", [4, 4])],
    ids=["both ends", "upper end"],
)
def test_an_average_may_be_infinite_at_either_end_of_counts(family: Family, needed: str, at_an_end: list[int]) -> None:
    """Only the smallest count was looked at where a digamma tends to its pole: existence was claimed at the largest.

    Source: Johnson, Kemp and Kotz 2005, Univariate Discrete Distributions, section 6.2.2.
    """
    found = derive(family)
    assert needed in [condition.meaning for condition in found.exists_when]
    with pytest.raises(ExistenceError, match="share"):
        fit(family, at_an_end)
    assert fit(family, [1, 2, 3, 0, 4]).theta_hat["a"] > 0


def test_the_checker_looks_at_counts_at_both_ends_alone() -> None:
    """Random counts seldom are all at the ends of their support, where a forgotten share changes the sign."""
    found = derive(POLYA)
    place = next(i for i, step in enumerate(found.steps) if step.rule == "end-signs")
    step = found.steps[place]
    forgotten = replace(step, value=Tuple(1 - Mean(Indicator(Eq(count, 0)), count), step.value.args[1]))
    steps = (*found.steps[:place], forgotten, *found.steps[place + 1 :])
    assert check_steps(POLYA, found.steps)[place].evidence is Evidence.BALL
    assert check_steps(POLYA, steps)[place].evidence is Evidence.REFUTED


def test_a_pole_inside_a_space_leaves_existence_open() -> None:
    """With a standard deviation of any sign, zeros alone have an unbounded likelihood; a maximiser was promised."""
    density = -log(m**2) / 2 - log(2 * pi) / 2 - y**2 / (2 * m**2)
    found = derive(Family("unseen", y, Reals, (Parameter(m, Reals),), density))
    assert not found.existence_proved
    assert not found.exists_when


@pytest.mark.thorough
def test_a_ridge_that_rises_for_ever_has_no_estimate() -> None:
    """Balls stopped on it at 1e22, where the curvature along it was smaller than their radius: that was an estimate.

    Source: the Zipf-Mandelbrot law tends to a truncated geometric one; Johnson, Kemp and Kotz 2005, section 11.2.20.
    """
    shift = Symbol("q", nonnegative=True)
    norm = Add(*((place + shift) ** (-a) for place in range(1, 7)))
    places = (Parameter(a, POSITIVE), Parameter(shift, Interval(0, S.Infinity)))
    family = Family("unseen", rank, Range(1, 7), places, -a * log(rank + shift) - log(norm))
    with pytest.raises(UnsolvedError, match="may have no maximiser"):
        fit(family, np.repeat([1, 2, 3, 4, 5, 6], [4, 7, 7, 6, 2, 4]))


def test_the_smaller_of_two_lines_is_a_triangle() -> None:
    """Cases whose condition multiplies the observation by a parameter are solved for it; a local maximum was given."""
    density = log(2 * Min(x / c, (1 - x) / (1 - c)))
    family = Family("unseen", x, UNIT, (Parameter(c, UNIT),), density)
    assert derive(family).outcome is Outcome.DATA_POINT
    data = np.random.default_rng(5).uniform(0.01, 0.99, 90).round(3)
    heights = [np.log(2 * np.minimum(data / place, (1 - data) / (1 - place))).sum() for place in data]
    assert fit(family, data).theta_hat["c"] == data[int(np.argmax(heights))]


BESIDE_A_TRIANGLE = Family("unseen", x, UNIT, (Parameter(c, UNIT),), log(S.Half + Min(x / c, (1 - x) / (1 - c))))


@pytest.mark.parametrize("size", [4, 120])
def test_a_slope_that_jumps_at_observations_has_a_maximum_at_one(size: int) -> None:
    """Half of a uniform beside a triangle: one of many local maxima was returned."""
    data = np.random.default_rng(size).uniform(0.01, 0.99, size).round(3)

    def height(place: float) -> float:
        return float(np.log(0.5 + np.minimum(data / place, (1 - data) / (1 - place))).sum())

    assert height(fit(BESIDE_A_TRIANGLE, data).theta_hat["c"]) >= max(map(height, data)) - 1e-12


def test_more_observations_than_can_be_compared_are_refused() -> None:
    """Each of five thousand may be the maximum, and a grid would miss it."""
    with pytest.raises(UnsolvedError, match="jumps at every observation"):
        fit(BESIDE_A_TRIANGLE, np.linspace(0.1, 0.9, 5000))


@pytest.mark.thorough
def test_powers_of_sines_are_an_exponential_family() -> None:
    """The page said that there is no exponential form: signs of sines within a half-turn were not known."""
    angle = Symbol("t", positive=True)
    density = log(binomial(5, count) * sin(angle) ** (2 * count) * cos(angle) ** (2 * (5 - count)))
    found = derive(of_count(density, 5, Parameter(angle, Interval.open(0, pi / 2))))
    assert found.exponential_form is not None
    assert found.exponential_form.statistics == (count,)
    assert found.optimality.proved


def test_sums_of_indicators_of_single_counts_are_cases() -> None:
    """Numbers of orders of four things by their distance, written with Kronecker's delta, had no value in balls.

    Source: Mallows 1957, Biometrika 44, pp. 114-130.
    """
    orders = sum(number * KroneckerDelta(count, at) for at, number in enumerate((1, 3, 5, 6, 5, 3, 1)))
    norm = (1 + q) * (1 + q + q**2) * (1 + q + q**2 + q**3)
    family = of_count(log(orders) + count * log(q) - log(norm), 6, Parameter(q, POSITIVE))
    assert [condition.meaning for condition in derive(family).exists_when] == ["mean(k) > 0", "mean(k) < 6"]
    assert fit(family, [3, 3]).theta_hat["q"] == pytest.approx(1, abs=1e-15)


@pytest.mark.thorough
def test_zero_over_zero_is_not_blamed_on_the_size_of_counts() -> None:
    """Two unknown coins tossed once each: counts were to be rescaled, and their likelihood was called unbounded."""
    other = Symbol("r", positive=True)
    heads = q * other * KroneckerDelta(count, 2) + (1 - q) * (1 - other) * KroneckerDelta(count, 0)
    mixed = (q + other - 2 * q * other) * KroneckerDelta(count, 1)
    family = of_count(log(heads + mixed), 2, Parameter(q, UNIT), Parameter(other, UNIT))
    for data in ([0, 0, 0], [2] * 6 + [0]):
        with pytest.raises(UnsolvedError, match="zero over zero"):
            fit(family, data)


def allele(space: Interval) -> Family:
    """How many of two genes are the rarer one."""
    share = Symbol("p", nonnegative=True)
    density = log(binomial(2, count)) + count * log(share) + (2 - count) * log(1 - share)
    return of_count(density, 2, Parameter(share, space))


def test_estimators_are_asked_of_data_beyond_an_end_of_the_space() -> None:
    """Data of which the maximiser is on an end were never drawn, and a share folded at a half passed for clipped."""
    family = allele(Interval(0, S.Half))

    def clipped(x: np.ndarray) -> list[float]:
        return [min(float(np.mean(x)) / 2, 0.5)]

    def folded(x: np.ndarray) -> list[float]:
        share = float(np.mean(x)) / 2
        return [min(share, 1 - share)]

    assert check_estimator(family, clipped, examples=30).ok
    assert check_estimator(family, folded, examples=30).disagree


def test_a_score_may_point_out_of_the_space_at_an_end_of_it() -> None:
    """At a recombination of zero, on an end of its space, the score of data without any was held to be zero."""
    rate = Symbol("r", nonnegative=True)
    density = Piecewise((log(1 - rate), Eq(count, 0)), (log(rate), True))
    found = check_family(of_count(density, 1, Parameter(rate, Interval(0, S.Half))), examples=5)
    assert found.agree
    assert not found.disagree


def test_ratios_of_gamma_functions_are_told_apart() -> None:
    """How many of ``cells`` cells four balls meet: a quotient of two gamma functions had no logarithm of its parts.

    Source: Feller 1968, An Introduction to Probability Theory, vol. 1, section II.5.
    """
    cells = Symbol("M", integer=True, positive=True)
    ways = Piecewise((1, Eq(rank, 1)), (7, Eq(rank, 2)), (6, Eq(rank, 3)), (1, True))
    density = log(ways) + log(ff(cells, rank)) - 4 * log(cells)
    family = Family("unseen", rank, Range(1, Min(4, cells) + 1), (Parameter(cells, S.Naturals),), density)
    assert [fit(family, data).theta_hat["M"] for data in ([3], [3, 4], [2, 2, 3])] == [5.0, 11.0, 3.0]


def test_several_integers_are_shown_as_these() -> None:
    """Both sizes of a sample of which four are marked were shown as 1e+1, give or take two."""
    drawn = Symbol("n", integer=True, positive=True)
    density = log(binomial(7, count) * binomial(13, drawn - count) / binomial(20, drawn))
    support = Range(Max(0, drawn - 13), Min(7, drawn) + 1)
    found = certify(Family("unseen", count, support, (Parameter(drawn, Range(1, 21)),), density), [4])
    assert "n = from 11 to 12" in str(found)


def test_a_limit_may_be_a_third_of_an_observation() -> None:
    """The largest observation over three was said to be too large to be told, where it is an integer."""
    least = Symbol("a", integer=True, positive=True)
    support, space = Range(least, 3 * least + 1), Parameter(least, S.Naturals)
    family = Family("unseen", rank, support, (space,), -log(2 * least + 1))
    assert [fit(family, data).theta_hat["a"] for data in ([6], [7], [6, 5, 3])] == [2.0, 3.0, 2.0]


THIRD_OF_AN_OBSERVATION = Family("tripled", x, Interval(a, 3 * a), (Parameter(a, POSITIVE),), -log(2 * a))


@pytest.mark.parametrize("data", [[1.0, 2.0], [3.0], [1.5, 1.25, 2.75]])
def test_a_third_of_an_observation_is_confirmed(data: list[float]) -> None:
    """Half of the numbers around a third leave the observation outside, and the checker asked one of them alone."""
    certificate = certify(THIRD_OF_AN_OBSERVATION, data)
    assert certificate.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert certificate.check(data)
    for share in (1 + 1e-9, 1 - 1e-9):
        moved = Enclosure.of(certificate.theta["a"].ball * arb(share))
        assert not replace(certificate, theta={"a": moved}).check(data)


# Genotypes under inbreeding, between random mating and none: the end of the space is where no heterozygote is left.
INBRED = Family(
    "inbred",
    count,
    Range(0, 3),
    (Parameter(a, UNIT), Parameter(s, Interval(0, 1))),
    Piecewise(
        (log(a**2 + s * a * (1 - a)), Eq(count, 0)),
        (log(2 * a * (1 - a) * (1 - s)), Eq(count, 1)),
        (log((1 - a) ** 2 + s * a * (1 - a)), True),
    ),
)


@pytest.mark.thorough
def test_one_of_two_parameters_on_an_end_that_holds_it_is_no_error() -> None:
    """The score was asked to be zero in both, at data for which it points out of the space in one."""
    data = require_data(INBRED, [0, 2])
    assert held_by_ends(INBRED, [0.5, 1.0], data) == {s}
    assert held_by_ends(INBRED, [0.5, 0.0], data) == frozenset()
    slopes = slopes_of(INBRED)
    assert slopes is not None
    left = slopes.without({s})
    assert promised(INBRED, left, [0.5, 1.0], [0, 2], 1e-10) < 1e-10
    assert promised(INBRED, left, [0.4, 1.0], [0, 2], 1e-10) > 1e-3
    report = check_family(INBRED, examples=10, checks={"score": score_is_zero})
    assert report.agree, report
    assert not report.disagree, report


# Gompertz and Makeham with a known rate of ageing; on lifetimes close to zero only the sum of both shows.
MAKEHAM = Family(
    "makeham",
    x,
    POSITIVE,
    (Parameter(a, POSITIVE), Parameter(c, POSITIVE)),
    log(a + c * exp(x)) - a * x - c * (exp(x) - 1),
)


def test_a_ridge_that_rises_by_next_to_nothing_has_no_maximiser() -> None:
    """The slope across a ridge made a curvature along it, and the climb ended where it stood, at equal shares.

    The likelihood rises with the share of ``c`` as long as the mean of the squares is below twice the squared mean.
    """
    assert fit(MAKEHAM, [0.5, 1.0, 1.5, 2.0, 3.0, 0.01, 0.02]).outcome is Outcome.REDUCED
    for data in ([1e-80, 9.999999999999355e-81], [1e-100, 2e-100, 2.5e-100]):
        with pytest.raises(UnsolvedError, match="no maximum"):
            fit(MAKEHAM, data)


# Fechner's normal density with a scale on each side of its mode.
TWO_PIECES = Family(
    "two_pieces",
    y,
    Reals,
    (Parameter(m, Reals), Parameter(a, POSITIVE), Parameter(c, POSITIVE)),
    log(2 / pi) / 2
    - log(a + c)
    + Piecewise((-((y - m) ** 2) / (2 * a**2), y < m), (-((y - m) ** 2) / (2 * c**2), True)),
)


def test_one_of_two_scales_may_vanish_beside_the_other() -> None:
    """A local maximum was returned where half of the density, on the outermost observation, is higher.

    Source: Wallis 2014, Statistical Science 29, The two-piece normal, section 3.
    """

    def half(data: NDArray[np.float64]) -> float:
        """The highest log-likelihood with one scale gone, and the mode on the observation that is left."""
        spread = min(float(np.mean((data - end) ** 2)) for end in (data.min(), data.max()))
        return -len(data) / 2 * (math.log(math.pi / 2 * spread) + 1)

    data = np.random.default_rng(0).normal(0, 1, 12)
    assert fit(TWO_PIECES, data).log_likelihood > half(data)
    with pytest.raises(UnsolvedError, match="runs away"):
        fit(TWO_PIECES, np.random.default_rng(10).normal(0, 1, 12))


def test_data_are_drawn_where_conditions_hold_at_one_scale_only() -> None:
    """Between two known rates, data of the sizes that are tried first broke one condition or the other."""
    mixed = Family("mixed", x, POSITIVE, (Parameter(s, Interval(0, 1)),), log(s * exp(-x) + 3 * (1 - s) * exp(-3 * x)))
    assert len(derive(mixed).exists_when) == 2
    report = check_family(mixed, examples=10)
    assert report.ok, report


def test_what_no_data_tell_apart_has_no_estimate() -> None:
    """Of a line of equally high points one was returned, with its place decided by rounding.

    With one value of the covariate only the sum ``a + c*z`` matters, and with nearly one, next to nothing else.
    """
    z = Symbol("z", positive=True)
    identity = Family(
        "identity_link",
        count,
        S.Naturals0,
        (Parameter(a, POSITIVE), Parameter(c, POSITIVE)),
        count * log(a + c * z) - a - c * z - loggamma(count + 1),
        covariates=(z,),
    )
    assert fit(identity, [[2, 0.5], [1, 1.0], [5, 2.0], [4, 3.0]]).theta_hat["c"] > 1
    near = [[30.0, 900.2383390195529], [31.0, 900.2383390193135], *[[31.0, 900.2383390196527]] * 8]
    for data in ([[1, 2.0], [3, 2.0]], [[1, 2.0]], near):
        with pytest.raises(UnsolvedError, match="no maximum"):
            fit(identity, data)


@pytest.mark.thorough
def test_a_mean_of_logarithms_is_confirmed_on_data_of_any_size() -> None:
    """It was moved by a share of the spread of the data, which leaves all doubles and the balls behind."""
    seen = Symbol("seen", integer=True, nonnegative=True)
    survival = Family(
        "survival",
        x,
        POSITIVE,
        (Parameter(m, Reals), Parameter(a, POSITIVE)),
        Piecewise(
            (-log(2 * pi) / 2 - log(a * x) - ((log(x) - m) / a) ** 2 / 2, Eq(seen, 1)),
            (log(erfc((log(x) - m) / (a * sqrt(2))) / 2), True),
        ),
        covariates=(Covariate(seen, FiniteSet(0, 1)),),
    )
    for size in (1e-100, 1.0, 1e100):
        data = [[size, 1], [2 * size, 0], [size / 2, 1]]
        certificate = certify(survival, data)
        assert certificate.verdict is CertificateVerdict.UNIQUE_GLOBAL
        assert certificate.check(data)
        moved = {**certificate.theta, "m": Enclosure.of(certificate.theta["m"].ball * arb(1 + 1e-9) + arb("1e-9"))}
        assert not replace(certificate, theta=moved).check(data)


def test_data_that_leave_a_likelihood_level_are_said_to() -> None:
    """A point at which the equation was zero, as it is everywhere, was taken for its root.

    Source: Nelsen 2006, An Introduction to Copulas, section 3.2.5 (Farlie, Gumbel and Morgenstern).
    """
    u, v, dependence = Symbol("u", positive=True), Symbol("v", positive=True), Symbol("dependence", real=True)
    copula = Family(
        "copula",
        u,
        UNIT,
        (Parameter(dependence, Interval(-1, 1)),),
        log(1 + dependence * (1 - 2 * u) * (1 - 2 * v)),
        also=(Observed(v, UNIT),),
    )
    assert fit(copula, [[0.25, 0.25], [0.75, 0.625], [0.125, 0.75]]).theta_hat["dependence"] < 1
    for data in ([[1e-100, 0.5], [0.5, 1 - 2**-53]], [[0.5, 0.25], [0.75, 0.5]]):
        with pytest.raises(UnsolvedError, match="the same likelihood whatever dependence is"):
            fit(copula, data)


def test_an_equation_without_a_value_is_said_to_be_of_which_family() -> None:
    """Of a hazard that rises with the square of time; with equal lifetimes the other share vanishes."""
    bathtub = Family(
        "bathtub",
        x,
        POSITIVE,
        (Parameter(a, POSITIVE), Parameter(c, POSITIVE)),
        log(a + 3 * c * x**2) - a * x - c * x**3,
    )
    with pytest.raises(UnsolvedError, match="bathtub: solving for a, the equation has no value at"):
        fit(bathtub, [2.0, 2.0, 2.0])


u = Symbol("x", nonnegative=True)
STUDENT = log(4 / (pi * sqrt(3))) - 2 * log(1 + a**2 * u**2 / 3) + log(a)
FEW_AT_ZERO = "4*share(x = 0) < 3"
AT_ZERO = {
    "half logistic": (log(2) - log(a) - u / a - 2 * log(1 + exp(-u / a)), "not all observations are 0"),
    "half Student": (STUDENT.subs(a, 1 / a), FEW_AT_ZERO),
    "half Student by its rate": (STUDENT, FEW_AT_ZERO),
    "half Cauchy": (log(2 / pi) + log(a) - log(a**2 + u**2), "2*share(x = 0) < 1"),
}


@pytest.mark.parametrize("name", AT_ZERO)
def test_data_that_may_be_zero_need_some_that_are_not(name: str) -> None:
    """With many at zero the likelihood grows as the scale goes to zero: by a rate a maximiser was promised for all."""
    density, needed = AT_ZERO[name]
    found = derive(Family("at_zero", u, Interval(0, S.Infinity), (Parameter(a, POSITIVE),), density))
    assert [condition.meaning for condition in found.exists_when] == [needed]
    assert found.existence_proved
    for none in ([0.0, 0.0], [0.0, 0.0, 0.0, 0.0]) if needed != FEW_AT_ZERO else ([0.0], [0.0, 0.0, 0.0, 5.0]):
        with pytest.raises(ExistenceError, match="have no maximiser"):
            fit(found.family, none)
    assert fit(found.family, [0.0, 1.0, 2.0]).theta[0] > 0


def test_the_checker_looks_at_observations_on_the_end_of_a_continuum() -> None:
    """Drawn ones never lie there, so that a share that was forgotten was not seen."""
    found = derive(Family("by_rate", u, Interval(0, S.Infinity), (Parameter(a, POSITIVE),), STUDENT))
    place = next(i for i, step in enumerate(found.steps) if step.rule == "end-signs")
    step = found.steps[place]
    forgotten = replace(step, value=Tuple(step.value.args[0], Integer(-3)))
    steps = (*found.steps[:place], forgotten, *found.steps[place + 1 :])
    assert check_steps(found.family, found.steps)[place].evidence is Evidence.SIGN
    assert check_steps(found.family, steps)[place].evidence is Evidence.REFUTED


@pytest.mark.parametrize("data", [[0.0], [0.0, 0.0]])
def test_scales_of_data_that_are_all_at_the_place_have_no_maximiser(data: list[float]) -> None:
    """It was said that there may be one, where less than a share of 1 of the data had to lie there."""
    secant = Family("secant", y, Reals, (Parameter(a, POSITIVE),), -log(2 * a) - log(cosh(pi * y / (2 * a))))
    with pytest.raises(ExistenceError, match=r"these data have no maximiser.*'not all observations are 0' fails"):
        fit(secant, data)


OF_LOGARITHMS = {
    "Weibull": (log(c) + c * log(a) + (c - 1) * log(u) - (a * u) ** c, ["the observations are not all equal"]),
    "log-logistic": (
        log(c) + c * log(a) + (c - 1) * log(u) - 2 * log(1 + (a * u) ** c),
        ["the observations are not all equal"],
    ),
    "gamma": (
        c * log(a) - loggamma(c) + (c - 1) * log(u) - a * u,
        ["mean(log(x)) + log(1/mean(x)) < 0", "mean(x) > 0"],
    ),
}


@pytest.mark.parametrize("name", OF_LOGARITHMS)
def test_nothing_is_promised_of_data_without_logarithms(name: str) -> None:
    """Zero lies in the support, and any shape below one has an infinite density there: a maximiser was promised."""
    density, words = OF_LOGARITHMS[name]
    member = Family("at_zero", u, Interval(0, S.Infinity), (Parameter(a, POSITIVE), Parameter(c, POSITIVE)), density)
    found = derive(member)
    assert {condition.meaning for condition in found.exists_when} == {*words, "min(x) > 0"}
    assert found.existence_proved
    assert not found.existence_needed
    with pytest.raises(ExistenceError, match=r"may have no maximiser.*min\(x\) > 0"):
        fit(member, [0.0, 1.0, 2.0])
    assert fit(member, [0.5, 1.0, 2.0]).theta[1] > 1
