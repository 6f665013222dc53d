"""Power series with known orders, and the sign of equations near the ends of a space, against balls close to them."""

from __future__ import annotations

from dataclasses import replace

import mpmath as mp
import numpy as np
import pytest
from sympy import (
    Add,
    Expr,
    Integer,
    Interval,
    Max,
    Rational,
    S,
    Symbol,
    besseli,
    cos,
    digamma,
    exp,
    log,
    loggamma,
    oo,
    pi,
    polygamma,
    sin,
)

from thetahat import Family, Parameter, derive, family, fit
from thetahat.proofs.algebra.atoms import Mean, Quantile
from thetahat.proofs.algebra.kernels import ZetaDerivative
from thetahat.proofs.algebra.power_series import Scale, Series, plus, power, series_in, times
from thetahat.proofs.algebra.signs import strict_sign
from thetahat.proofs.algebra.special_series import first_terms
from thetahat.proofs.approach import signs_near
from thetahat.proofs.ball_data import evaluate
from thetahat.proofs.balls import precision
from thetahat.proofs.bounds import Bounds
from thetahat.proofs.derivation import Evidence
from thetahat.proofs.leading import Approach

S_ = Symbol("s", positive=True)
LOG = Symbol("log_s", real=True)
X = Symbol("x", positive=True)
Y = Symbol("y", real=True)
B = Symbol("b", positive=True)
HALF_LINE = {X: Bounds(S.Zero, oo, False, False, False)}
UNIT = {X: Bounds(S.Zero, S.One, False, False, False)}
REAL = {Y: Bounds(-oo, oo, False, False, False)}


def scale(width: int = 4, domain: dict[Symbol, Bounds] = HALF_LINE) -> Scale:
    return Scale(S_, LOG, width, lambda one: strict_sign(one, domain))


SERIES = [
    (X**S_ * log(X) / (1 + X**S_), HALF_LINE),
    (X**S_ * log(X) / (1 - X**S_), UNIT),
    (log(1 - X**S_), UNIT),
    (X * exp(-S_ * X) / (1 - exp(-S_ * X)), HALF_LINE),
    (log(1 / S_ + X), HALF_LINE),
    (1 / (1 / S_ + X) ** 2, HALF_LINE),
    ((X - 1) / ((1 - S_) * X + 3 * S_), HALF_LINE),
    ((S_ + X) ** Rational(1, 2) - X ** Rational(1, 2), HALF_LINE),
    ((S_ + S_**2) ** 3 / (S_ - S_**2), HALF_LINE),
    (digamma(1 / S_ + X), HALF_LINE),
    (digamma(S_), HALF_LINE),
    (digamma(X + S_), HALF_LINE),
    (polygamma(2, 1 / S_**2), HALF_LINE),
    (loggamma(1 / S_ + X), HALF_LINE),
    (loggamma(S_ * X), HALF_LINE),
]


@pytest.mark.parametrize(("expression", "domain"), SERIES, ids=[str(one[0]) for one in SERIES])
def test_a_series_is_near_its_function_as_its_order_says(expression: Expr, domain: dict[Symbol, Bounds]) -> None:
    """What is left out is less than ``s`` to half a power below the order, close to zero."""
    found = series_in(expression, scale(domain=domain))
    assert found is not None
    at = Rational(2, 7)
    for small in (Rational(1, 10**12), Rational(1, 10**16)):
        with precision(400):
            exact = evaluate(expression, {S_: small, X: at})
            terms = evaluate(Add(*(c.subs(LOG, log(small)) * small**p for p, c in found.terms)), {X: at})
            bound = evaluate(small ** (Integer(min(found.order, 40)) - Rational(1, 2)), {})
            assert abs(exact - terms) < bound


def test_orders_of_sums_and_products() -> None:
    """Below the order every power is known; what cancels leaves the order behind."""
    first, second = Series(((0, S.One), (1, X)), 2), Series(((0, -S.One),), 1)
    assert plus(first, second) == Series((), 1)
    assert times(first, Series(((-1, S.One),)), scale()).order == 1
    assert times(Series((), 1), first, scale()) == Series((), 1)
    assert power(Series((), 1), Integer(-1), scale()) is None


@pytest.mark.parametrize(
    "expression", [sin(S_), 1 / (1 - X**S_), log(S_ - X), exp(1 / S_), S_ ** Rational(1, 2), (1 + S_) ** (1 / S_**2)]
)
def test_what_has_no_known_series_is_not_guessed(expression: Expr) -> None:
    """Other functions, leading coefficients of unknown sign, and powers that are not whole."""
    assert series_in(expression, scale()) is None


def score_of_burr(c: Symbol, g: Expr) -> Expr:
    slope = Mean(g**c * log(g) / (1 + g**c), X)
    return Mean(log(g), X) - slope - slope / Mean(log(1 + g**c), X) + 1 / c


# An equation, its unknown's end and side, the domain, and data in which the sign near the end is that of a ball there.
NEAR = [
    (score_of_burr(B, X), oo, False, HALF_LINE, [[0.5, 1.5, 2.0], [0.25, 0.5], [1.5, 2.0, 0.125]]),
    (score_of_burr(B, X), S.Zero, True, HALF_LINE, [[0.5, 1.5, 2.0], [1.5, 3.0]]),
    (score_of_burr(B, 1 / X), oo, False, HALF_LINE, [[0.5, 1.5, 2.0], [0.25, 0.5, 8.0], [1.5, 2.0]]),
    (1 / B - Mean(X * exp(-B * X), X), oo, False, HALF_LINE, [[0.5, 1.5]]),
    (Mean(1 / (B + X), X) - Mean(1 / (2 * B + X), X), oo, False, HALF_LINE, [[0.5, 1.5]]),
    (Mean(Y * exp(B * Y), Y) / Mean(exp(B * Y), Y) - Mean(Y, Y), oo, False, REAL, [[-1.0, 2.0], [-3.0, -1.0]]),
    (Mean(Y * exp(-B * Y), Y) / Mean(exp(-B * Y), Y) - Mean(Y, Y), oo, False, REAL, [[-1.0, 2.0], [3.0, 1.0]]),
    (Mean(1 / (X + B) ** 2, X) - Mean(1 / (X + B), X) ** 2, oo, False, HALF_LINE, [[0.5, 1.5]]),
    (log(B) - digamma(B) + Mean(log(X), X) - log(Mean(X, X)), oo, False, HALF_LINE, [[0.5, 1.5]]),
    (log(B) - digamma(B) - 10, S.Zero, True, HALF_LINE, [[0.5, 1.5]]),
    (digamma(B + 3) - digamma(B) + Mean(log(X), X), oo, False, HALF_LINE, [[0.5, 0.25]]),
    (digamma(B + 3) - digamma(B) + Mean(log(X), X), S.Zero, True, HALF_LINE, [[0.5, 0.25]]),
    (polygamma(1, B) - 1 / B - 1 / (3 * B**2), oo, False, HALF_LINE, [[0.5]]),
    (B * polygamma(1, B) ** 2 - Mean(X, X), S.Zero, True, HALF_LINE, [[0.5]]),
    (loggamma(B) - B * log(B) + B * Mean(X, X), oo, False, HALF_LINE, [[0.5], [1.5]]),
    (loggamma(B) + log(B) / 2, S.Zero, True, HALF_LINE, [[0.5]]),
    (-ZetaDerivative(1, 1 + B) / ZetaDerivative(0, 1 + B) - Mean(X, X), S.Zero, True, HALF_LINE, [[0.5], [1.5]]),
    (besseli(1, B) / besseli(0, B) + Mean(X, X) - 1, oo, False, HALF_LINE, [[0.5]]),
    (1 - besseli(2, B) / besseli(0, B) - 3 / B + Mean(X, X) / B**2, oo, False, HALF_LINE, [[0.5]]),
    (besseli(2, B) / besseli(1, B) - B / 4 + B**2 * Mean(X, X), S.Zero, True, HALF_LINE, [[0.5]]),
    (ZetaDerivative(0, 1 + B) - Mean(X, X), oo, False, HALF_LINE, [[0.5], [1.5]]),
]


@pytest.mark.parametrize(("equation", "end", "above", "domain", "data"), NEAR, ids=[str(n) for n in range(len(NEAR))])
def test_the_sign_near_an_end_is_that_of_a_ball_there(
    equation: Expr, end: Expr, above: bool, domain: dict[Symbol, Bounds], data: list[list[float]]
) -> None:
    """For each kind of data, and none is claimed for data of another kind."""
    found = signs_near(equation, B, end, above, domain)
    assert found is not None
    (variable,) = domain
    place = Rational(1, 2**40) if above else Integer(2**11)
    for values in data:
        sample = [{variable: Rational(*value.as_integer_ratio())} for value in values]
        assert sum(_agrees(one, equation, place, sample) for one in found) == 1


def _agrees(one: Approach, equation: Expr, place: Expr, sample: list[dict[Symbol, Rational]]) -> bool:
    """Whether the claim is about such data, and true of them."""
    with precision(8192):
        if not all(evaluate(gap, {}, sample) > 0 for gap in (*one.needed, one.kind)):
            return False
        claimed, seen = evaluate(one.value, {}, sample), evaluate(equation, {B: place}, sample)
    assert claimed != 0
    assert (claimed > 0) == (seen > 0)
    return True


def test_terms_that_were_left_out_are_not_taken_for_zero() -> None:
    """Up to the third order these averages agree; a series cut there says nothing, and a wrong sign was once read."""
    far = Mean(1 / (B + X) ** 5, X) - 1 / B**5
    assert signs_near(far, B, oo, False, HALF_LINE) == (Approach(S.NegativeOne),)
    for close in (log(B) - digamma(B) - 1 / (2 * B), loggamma(B) - (B - 1 / S(2)) * log(B) + B - log(2 * pi) / 2):
        assert signs_near(close - 1 / B**3, B, oo, False, HALF_LINE) is None
    assert signs_near(loggamma(B) + log(B) - B**2, B, S.Zero, True, HALF_LINE) is None
    assert signs_near(1 - besseli(2, B) / besseli(0, B) - 2 / B, B, oo, False, HALF_LINE) is None
    assert signs_near(besseli(1, B) - besseli(0, B), B, oo, False, HALF_LINE) is None
    unknown = Mean(sin(B * X), X)
    assert signs_near(unknown, B, oo, False, HALF_LINE) is None


@pytest.mark.parametrize("node", [loggamma(B), digamma(B), polygamma(1, B), polygamma(3, B)])
@pytest.mark.parametrize("far", [pytest.param(True, marks=pytest.mark.thorough), False])
def test_what_the_first_terms_leave_out_is_no_larger_than_a_power(node: Expr, far: bool) -> None:
    """The quotient by the power tends to a number that is not zero."""
    terms, power = first_terms(node, far)
    with mp.workdps(60):
        rest = [abs(mp.mpf((node - terms).subs(B, 4 ** (k if far else -k)).evalf(60))) for k in (5, 6, 7)]
        bounds = [mp.mpf(4) ** (power * (k if far else -k)) for k in (5, 6, 7)]
        ratios = [one / bound for one, bound in zip(rest, bounds, strict=True)]
    assert 0 < max(ratios) < mp.mpf("1.01") * min(ratios)


@pytest.mark.parametrize(
    "name", ["gamma", "chi", "nakagami", "inverse_gamma", "beta_known_second", "yule_simon", "zeta", "von_mises"]
)
def test_signs_at_the_ends_are_proved_of_special_functions(name: str) -> None:
    """By series, which the checker computes anew; balls close to the ends alone prove nothing."""
    found = derive(family(name))
    (finding,) = [f for s, f in zip(found.steps, found.findings, strict=True) if s.rule == "end-signs"]
    assert finding.evidence is Evidence.SIGN
    assert found.existence_proved


def test_the_smallest_observation_as_an_end() -> None:
    """Its own term outweighs the others, whatever share of the data lies there."""
    low = Symbol("x_min", real=True)
    domain = {Y: Bounds(B, oo, False, False, False)}
    found = signs_near(Mean(Y, Y) - Mean(1 / (Y - B), Y), B, low, False, domain)
    assert found == (Approach(S.NegativeOne),)


@pytest.mark.parametrize("values", [[0.5, 0.5], [2.0, 2.0, 2.0], [0.25, 2.0]])
def test_a_share_below_zero_is_an_extreme_below_it(values: list[float]) -> None:
    """``mean(max(0, log x)) > mean(log x)`` says that the smallest observation is below one."""
    gap = Mean(Max(0, log(X)), X) - Mean(log(X), X)
    sample = [{X: Rational(*value.as_integer_ratio())} for value in values]
    with precision(128):
        known = evaluate(gap, {}, sample), evaluate(1 - Quantile(0, X), {}, sample)
    assert bool(known[0] > 0) == bool(known[1] > 0) == bool(np.min(values) < 1)


COUNT = Symbol("k", integer=True, nonnegative=True)
COUNTS = {COUNT: Bounds(S.Zero, oo, True, False, True)}


@pytest.mark.parametrize("values", [[0, 0, 1], [1, 2], [0, 3, 7], [5]])
def test_counts_of_zero_are_taken_apart(values: list[int]) -> None:
    """An average in which only these terms are large, by their share of the data; the others are bounded."""
    mean = Mean(COUNT, COUNT)
    equation = Mean(-1 / (B * COUNT + (1 - B) * mean), COUNT) + 1 / (mean * (1 - B))
    (near,) = signs_near(equation, B, S.One, False, COUNTS) or ()
    sample = [{COUNT: Integer(value)} for value in values]
    assert _agrees(near, equation, 1 - Rational(1, 2**40), sample)
    continuum = {COUNT: replace(COUNTS[COUNT], discrete=False)}
    assert signs_near(equation, B, S.One, False, continuum) == (near,)
    assert signs_near(equation, B, S.One, False, {COUNT: replace(COUNTS[COUNT], lo=-oo, lo_closed=False)}) is None


def test_at_an_end_inside_ratios_of_bessel_functions_are_written_out() -> None:
    """Balls know the functions, not the ratio: a concentration of at most five ended in an error."""
    (near,) = signs_near(besseli(1, B) / besseli(0, B) - Mean(X, X), B, Integer(5), False, HALF_LINE) or ()
    with precision(128):
        for value, sign in ((Rational(1, 2), 1), (Rational(9, 10), -1)):
            assert sign * evaluate(near.value, {}, [{X: value}]) > 0
    circle = Interval.Ropen(-pi, pi)
    concentration = Parameter(B, Interval.Lopen(0, 5))
    bounded = Family("bounded", Y, circle, (concentration,), B * cos(Y) - log(2 * pi * besseli(0, B)))
    assert fit(bounded, [0.1, -0.2]).theta_hat == {"b": 5.0}
    assert 0 < fit(bounded, [0.1, 1.5, -1.0]).theta_hat["b"] < 5


def test_averages_that_may_vanish_are_wanted_above_zero() -> None:
    """The mean of counts is zero where they all are: nothing is said of such data."""
    (near,) = signs_near(Mean(1 / (B * COUNT + Mean(COUNT, COUNT)), COUNT), B, S.Zero, True, COUNTS) or ()
    assert near.needed == (Mean(COUNT, COUNT),)
