"""Families whose likelihood was misjudged at an end of a space or of a support, each declared to stay right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sympy import (
    Add,
    Eq,
    Expr,
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
    ff,
    log,
    pi,
    rf,
    sin,
)

from thetahat import Family, Parameter, certify, check_estimator, check_family, derive, fit
from thetahat.proofs.algebra.atoms import Indicator, Mean
from thetahat.proofs.checker import check_steps
from thetahat.proofs.derivation import Evidence, Outcome
from thetahat.proofs.errors import ExistenceError, UnsolvedError

POSITIVE, UNIT = Interval.open(0, S.Infinity), Interval.open(0, 1)
a, c, q, x = (Symbol(name, positive=True) for name in ("a", "c", "q", "x"))
m, y = Symbol("m", real=True), Symbol("y", real=True)
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
