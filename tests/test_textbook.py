"""Families as exercises of textbooks ask for them, each declared because the engine once failed at it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import (
    Abs,
    Eq,
    Expr,
    Heaviside,
    Integral,
    Interval,
    KroneckerDelta,
    Max,
    Min,
    Piecewise,
    Product,
    Range,
    Rational,
    S,
    Set,
    Sum,
    Symbol,
    catalan,
    csch,
    exp,
    factorial,
    ff,
    log,
    loggamma,
    oo,
    rf,
    sech,
    sign,
    tanh,
    true,
)

from thetahat import Family, Parameter, certify, derive, fit
from thetahat.proofs.algebra.atoms import Mean
from thetahat.proofs.algebra.eliminate import eliminate
from thetahat.proofs.algebra.plain_forms import plain_form
from thetahat.proofs.bounds import bounds
from thetahat.proofs.derivation import Derivation, Outcome
from thetahat.proofs.errors import DeclarationError
from thetahat.verify.certify import CertificateVerdict

POSITIVE = Interval.open(0, oo)
x, a, b = (Symbol(name, positive=True) for name in ("x", "a", "b"))
y, m = Symbol("y", real=True), Symbol("m", real=True)
count, rank = Symbol("n", integer=True, nonnegative=True), Symbol("n", integer=True, positive=True)


def declared(observation: Symbol, support: Set, density: Expr, *parameters: Parameter, **more: object) -> Derivation:
    """Return the derivation of a family that nobody ships."""
    return derive(Family("textbook", observation, support, parameters, density, **more))


def test_an_average_over_two_columns_has_its_lowest_count_set_apart():
    """Poisson rates in two groups, with exposure: ``mean(d b**d w)`` vanishes with ``b``, whatever ``d`` and ``w``."""
    w, d = Symbol("w", positive=True), Symbol("d", integer=True, nonnegative=True)
    density = count * log(w * a * b**d) - w * a * b**d - loggamma(count + 1)
    found = declared(count, Range(0, oo), density, Parameter(a, POSITIVE), Parameter(b, POSITIVE), covariates=(w, d))
    assert found.outcome is Outcome.REDUCED
    assert found.optimality.proved


@pytest.mark.thorough
def test_ranks_that_a_shifted_power_weighs_are_derived_without_their_information():
    """Zipf and Mandelbrot's law of word frequencies, shift known: ten powers under one logarithm."""
    shift = Rational(27, 10)
    total = sum(((i + shift) ** -a for i in range(1, 11)), S.Zero)
    found = declared(rank, Range(1, 11), -a * log(rank + shift) - log(total), Parameter(a, POSITIVE))
    assert found.optimality.proved
    assert found.existence_proved
    assert all(step.rule != "information" for step in found.steps)


def test_a_density_of_another_library_is_read_on_its_support():
    """Cases for inside and outside, as SymPy's own distributions have them, are no cases where only one is met."""
    low, high = Symbol("low", real=True), Symbol("high", real=True)
    density = log(Piecewise((1 / (high - low), (low <= y) & (y <= high)), (0, True)))
    ends = Parameter(low, S.Reals), Parameter(high, Interval.open(low, oo))
    found = declared(y, Interval(low, high), density, *ends)
    assert found.family.log_density == log(1 / (high - low))
    assert found.outcome is Outcome.SUPPORT_BOUNDARY


def test_a_density_that_is_zero_somewhere_on_its_support_keeps_its_cases():
    """Half of the support has no mass: nothing is taken for granted there."""
    density = log(Piecewise((2 * a * exp(-a * (x - 1)), x > 1), (0, True)))
    assert Family("gap", x, POSITIVE, (Parameter(a, POSITIVE),), density).log_density == density


@pytest.mark.parametrize(
    "density",
    [
        log(Piecewise((b, Eq(count, 1)), (1 - b, Eq(count, 0)), (0, True))),
        Piecewise((log(b), count > 0), (log(1 - b), count <= 0)),
        log(b * KroneckerDelta(count, 1) + (1 - b) * KroneckerDelta(0, count)),
    ],
)
def test_cases_of_a_coin_are_told_apart_however_they_are_written(density):
    """A coin: the estimate is the share of heads."""
    found = declared(count, Range(0, 2), density, Parameter(b, Interval.open(0, 1)))
    assert found.outcome is Outcome.CLOSED_FORM
    assert fit(found.family, [1, 0, 0, 1, 1]).theta_hat["b"] == 0.6


@pytest.mark.parametrize(
    "distance",
    [
        Abs(y - m),
        Max(y - m, m - y),
        -Min(y - m, m - y),
        (y - m) * sign(y - m),
        (y - m) * (2 * Heaviside(y - m) - 1),
        log(Max(exp(m - y), exp(y - m))),
    ],
)
def test_moduli_are_recognised_however_they_are_written(distance):
    """Laplace's law: location and scale are the median and the mean deviation from it."""
    found = declared(y, S.Reals, -log(2 * a) - distance / a, Parameter(m, S.Reals), Parameter(a, POSITIVE))
    assert found.outcome is Outcome.CLOSED_FORM
    assert found.optimality.proved
    assert found.existence_proved


@pytest.mark.parametrize(
    "density",
    [
        log(sech((y - m) / 2) ** 2 / 4),
        log((1 - tanh((y - m) / 2) ** 2) / 4),
        log(1 + tanh((y - m) / 2)) + log(1 - tanh((y - m) / 2)) - log(4),
    ],
)
def test_the_logistic_density_is_recognised_however_it_is_written(density):
    """Its logarithm is concave in the location."""
    found = declared(y, S.Reals, density, Parameter(m, S.Reals))
    assert found.optimality.proved


@pytest.mark.parametrize("left", [Sum(x**count / factorial(count), (count, 0, oo)), Integral(exp(-x * b), (b, 0, 1))])
def test_a_sum_that_sympy_leaves_is_refused_by_name(left):
    """Nobody evaluates it: the message says what it is, and what to write instead."""
    with pytest.raises(DeclarationError, match="which SymPy leaves unevaluated; write it"):
        Family("left", x, POSITIVE, (Parameter(a, POSITIVE),), log(a) - a * x + log(left))


UNUSUAL = (
    Heaviside(y - m), Heaviside(m - y, 0), Max(y, -y), Min(y - m, m - y), Max(exp(y), exp(-y)),
    (y - m) * sign(m - y) ** 3, (m - y) * (1 + sign(y - m) / 3), tanh(y) + 1, 2 - 2 * tanh(m - y),
    3 - 3 * tanh(y * m) ** 2, sech(y - m), csch(y - m + 7), catalan(a), ff(a + 5, a), rf(a, a),
    Sum(a**-count, (count, 1, 4)), Product(a + count, (count, 1, 3)), exp(Piecewise((y, y > m), (m, True))),
    log(2 + Piecewise((a, y < 0), (2 * a, Eq(y, 0)), (3 * a, y > 0))) ** 2,
    log(1 + Piecewise((a, y < m), (y**2, True)) + Piecewise((a, y > 1), (1, True))),
)  # fmt: skip


@pytest.mark.parametrize("unusual", UNUSUAL, ids=str)
@given(values=st.tuples(*[st.integers(-24, 24)] * 2, st.integers(1, 24)))
@settings(max_examples=40)
def test_a_function_written_in_others_has_the_same_values(unusual, values):
    """The declared log-density and the one that the engine reads are one function, at kinks and jumps as well."""
    at = dict(zip((y, m, a), (Rational(value, 8) for value in values), strict=True))
    read = plain_form(unusual, y, bounds(S.Reals))
    assert read != unusual
    assert abs((read.subs(at) - unusual.subs(at).doit()).evalf(30)) < Rational(1, 10**20)


def test_an_equation_that_jumps_solves_no_other_parameter():
    """Asymmetric Laplace by ``max(0, x - m)``: the score in ``m`` is zero nowhere, and says nothing of ``b`` there."""
    fall = b * Max(0, y - m) + (1 - b) * Max(0, m - y)
    unit = Parameter(m, S.Reals), Parameter(b, Interval.open(0, 1))
    asymmetric = Family("asymmetric", y, S.Reals, unit, log(b * (1 - b)) - fall)
    data = [3.798, 1.179, 0.771, 1.343, 1.002]
    best = fit(asymmetric, data)
    assert best.theta_hat["m"] == 1.179
    assert best.log_likelihood > -8.5555
    below, above = (Mean(1 + sign(way * (m - y)), y) for way in (1, -1))
    equations = {m: b * above - (1 - b) * below, b: exp(b) + log(1 - b) + Mean(Max(0, y - m), y)}
    found = eliminate(equations, asymmetric.domain, lambda unknown, roots: roots[0])
    assert all(solved.equation == equations[solved.unknown] for solved in found.solved)


def test_a_mode_is_found_among_the_observations_whatever_the_cases_look_like():
    """Triangular on the unit interval, as SymPy writes it: a case for the mode itself, and one for the outside."""
    density = Piecewise((2 * x / b, x < b), (2, Eq(b, x)), ((2 - 2 * x) / (1 - b), (x <= 1) & (b < x)), (0, True))
    found = declared(x, Interval.open(0, 1), log(density), Parameter(b, Interval.open(0, 1)))
    assert found.outcome is Outcome.DATA_POINT
    assert found.optimality.proved


def test_the_smaller_of_two_numbers_under_a_logarithm_makes_cases():
    """The same density without cases: neither derivation nor certificate stops with an error of SymPy."""
    roof = Family(
        "roof", x, Interval.open(0, 1), (Parameter(b, Interval.open(0, 1)),), log(2 * Min(x / b, (1 - x) / (1 - b)))
    )
    assert certify(roof, [0.31, 0.5, 0.2]).verdict is not CertificateVerdict.NO_MAXIMUM


def test_rates_that_cases_on_a_covariate_choose_are_derived():
    """A rate for each of two groups: cases under the logarithm are no linear predictor, and stop nothing."""
    group = Symbol("v", real=True)
    rate = Piecewise((a, group < 0), (b, True))
    density = count * log(rate) - rate - log(factorial(count))
    found = declared(count, Range(0, oo), density, Parameter(a, POSITIVE), Parameter(b, POSITIVE), covariates=(group,))
    assert fit(found.family, [[1, -1.0], [3, -2.0], [5, 2.0]]).theta.tolist() == pytest.approx([2.0, 5.0])


def test_cases_of_lines_that_meet_are_a_modulus():
    """Laplace's law by cases, and a law of two slopes; what meets nowhere stays as it is."""
    scaled = plain_form(Piecewise((y - m, y >= m), (3 * (m - y), True)), y, bounds(S.Reals))
    assert (scaled - (m - y - -2 * Abs(m - y))).expand() == 0
    apart = Piecewise((y - m + 1, y >= m), (m - y, True))
    assert plain_form(apart, y, bounds(S.Reals)) == apart


def test_no_observation_is_two_numbers():
    """Inflated at zero and at one: no case asks for both."""
    three = KroneckerDelta(count, 0) / 4 + KroneckerDelta(count, 1) / 4 + (1 - b) * b**count / 2
    read = plain_form(log(three), count, bounds(Range(0, oo)))
    assert {condition for _, condition in read.args} == {Eq(count, 1), Eq(count, 0), true}
