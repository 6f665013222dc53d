"""Parameters not less than others: estimates where they are equal, certified and checked, and wrong ones refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Interval, Naturals0, Range, Rational, Reals, Set, Symbol, log, loggamma, oo, pi

from thetahat import Family, Observed, Parameter, certify, check_estimator, check_family, derive, fit
from thetahat.proofs.derivation import Outcome
from thetahat.proofs.errors import ExistenceError
from thetahat.proofs.family import Covariate
from thetahat.verify.certify import CertificateVerdict, Enclosure
from thetahat.verify.distances import in_distances

Y, A, B, C = (Symbol(name, real=True) for name in "yabc")
G, H = (Symbol(name, integer=True, nonnegative=True) for name in "gh")
SD = Symbol("s", positive=True)


def normal(mean: Expr, deviation: Expr | int, *spaces: tuple[Symbol, Set]) -> Family:
    """Normal observations in groups."""
    density = -(((Y - mean) / deviation) ** 2) / 2 - log(deviation) - log(2 * pi) / 2
    covariates = tuple(Covariate(one, Range(0, 2)) for one in (G, H) if density.has(one))
    return Family("ordered", Y, Reals, tuple(Parameter(*one) for one in spaces), density, covariates=covariates)


TWO = A * (1 - G) + B * G
ABOVE = normal(TWO, 1, (A, Reals), (B, Interval(A, oo)))
BELOW = normal(TWO, 1, (A, Reals), (B, Interval(-oo, A)))
SPREAD = normal(TWO, SD, (A, Reals), (B, Interval(A, oo)), (SD, Interval.open(0, oo)))
CHAIN = normal(A + (B - A) * G + (C - A) * H, 1, (A, Reals), (B, Interval(A, oo)), (C, Interval(B, oo)))


def pooled(means: list[float], sizes: list[int]) -> list[float]:
    """The non-decreasing values next to some means: adjacent violators are pooled.

    Source: Barlow, Bartholomew, Bremner & Brunk 1972, Statistical Inference under Order Restrictions, section 1.2.
    """
    blocks = [[mean, size, 1] for mean, size in zip(means, sizes, strict=True)]
    at = 0
    while at < len(blocks) - 1:
        (m, n, k), (p, q, r) = blocks[at], blocks[at + 1]
        if m > p:
            blocks[at : at + 2] = [[(n * m + q * p) / (n + q), n + q, k + r]]
            at = max(at - 1, 0)
        else:
            at += 1
    return [float(mean) for mean, _, count in blocks for _ in range(int(count))]


def rows(groups: list[list[float]]) -> np.ndarray:
    """A row for each observation, with a column for each group but the first."""
    last = len(groups) - 1
    return np.array([[y, *(float(at == j + 1) for j in range(last))] for at, group in enumerate(groups) for y in group])


GROUPS = st.lists(st.lists(st.integers(-12, 12), min_size=1, max_size=3), min_size=3, max_size=3)


@pytest.mark.parametrize(
    "family", [pytest.param(ABOVE, id="two"), pytest.param(CHAIN, id="three", marks=pytest.mark.thorough)]
)
@given(drawn=GROUPS)
def test_estimates_are_those_of_pooled_groups(family: Family, drawn: list[list[int]]) -> None:
    """Fit and certificate against the algorithm that pools adjacent violators."""
    groups = [[value / 4 for value in group] for group in drawn][: len(family.symbols)]
    data = rows(groups)
    expected = pooled([float(np.mean(group)) for group in groups], [len(group) for group in groups])
    assert fit(family, data).theta.tolist() == pytest.approx(expected, abs=1e-12)
    proof = certify(family, data)
    assert proof.verdict.is_global
    assert proof.check(data)
    for name, value in zip(family.parameter_names, expected, strict=True):
        assert abs(float(proof.theta[name].ball.mid()) - value) < 1e-12


@pytest.mark.parametrize("family", [ABOVE, SPREAD])
def test_equal_values_are_told_and_proved(family: Family) -> None:
    """With a common deviation, known or not, and weights."""
    data, weights = rows([[3.0, 5.0], [0.0, 1.5]]), [1.0, 3.0, 2.0, 2.0]
    found, proof = fit(family, data, weights), certify(family, data, weights)
    assert found.outcome is Outcome.SPACE_BOUNDARY
    assert found.theta_hat["a"] == found.theta_hat["b"] == pytest.approx(21 / 8)
    assert proof.verdict is CertificateVerdict.AT_BOUNDARY
    assert proof.check(data, weights)


def test_a_limit_from_above_is_one_from_below() -> None:
    """The same data, the other way round."""
    data = rows([[0.0, 1.0], [3.0, 5.0]])
    assert fit(BELOW, data).theta.tolist() == [2.25, 2.25]
    assert certify(BELOW, data).verdict is CertificateVerdict.AT_BOUNDARY
    assert certify(BELOW, data).check(data)


@pytest.mark.parametrize("places", [(2.0, 2.0), (2.25, 2.75), (4.0, 0.75), (2.375, 2.5)])
def test_wrong_values_are_not_confirmed(places: tuple[float, float]) -> None:
    """Planted: equal but elsewhere, unequal, and the means themselves, which are no member."""
    data = rows([[3.0, 5.0], [0.0, 1.5]])
    proof = certify(ABOVE, data)
    planted = {name: Enclosure.of(arb(value)) for name, value in zip("ab", places, strict=True)}
    assert proof.check(data)
    assert not replace(proof, theta=planted).check(data)


def test_equal_values_are_not_confirmed_where_they_may_differ() -> None:
    """Planted: data in the right order, pooled."""
    data, wrong = rows([[0.0, 1.5], [3.0, 5.0]]), rows([[3.0, 5.0], [0.0, 1.5]])
    inside, proof = certify(ABOVE, data), certify(ABOVE, wrong)
    planted = replace(inside, theta=proof.theta, verdict=proof.verdict, method=proof.method)
    assert inside.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert not planted.check(data)


def test_groups_whose_spaces_hold_each_other_are_derived() -> None:
    """A mean that is no sum of products with one parameter each: such a declaration was refused in deriving it."""
    mean = A * (1 - G) * (1 - H) + B * G + C * H
    wild = normal(mean, 1, (A, Reals), (B, Interval(A, oo)), (C, Interval(B, oo)))
    assert fit(wild, rows([[0.0, 1.0], [2.0], [4.0, 6.0]])).theta.tolist() == [0.5, 2.0, 5.0]


V = Symbol("v", real=True)
PAIR = Family(
    "ordered_pair",
    Y,
    Reals,
    (Parameter(A, Reals), Parameter(B, Interval(A, oo))),
    -((Y - A) ** 2) / 2 - (V - B) ** 2 / 2 - log(2 * pi),
    also=(Observed(V, Reals),),
)


@pytest.mark.parametrize("data", [[[2.0, 1.0], [3.0, -1.0]], [[0.5, -0.25]], [[1.0, 2.0], [0.0, 0.5]]])
def test_two_numbers_observed_together_are_pooled_as_groups_are(data: list[list[float]]) -> None:
    """The log-partition of a joint density is convex as well: such data were refused."""
    expected = pooled(np.mean(data, axis=0).tolist(), [len(data)] * 2)
    proof = certify(PAIR, data)
    assert fit(PAIR, data).theta.tolist() == pytest.approx(expected, abs=1e-15)
    assert proof.verdict.is_global
    assert proof.check(data)
    planted = {name: Enclosure.of(arb(value + 0.125)) for name, value in zip("ab", expected, strict=True)}
    assert not replace(proof, theta=planted).check(data)


def test_equal_places_of_which_nothing_is_proved_are_found() -> None:
    """Cauchy places in order: closer together than two units, two observations have one best place, in the middle."""
    density = -2 * log(pi) - log(1 + (Y - A) ** 2) - log(1 + (V - B) ** 2)
    spaces = (Parameter(A, Reals), Parameter(B, Interval(A, oo)))
    places = Family("ordered_places", Y, Reals, spaces, density, also=(Observed(V, Reals),))
    found = fit(places, [[1.0, 0.0]])
    assert found.outcome is Outcome.SPACE_BOUNDARY
    assert found.theta.tolist() == [0.5, 0.5]
    assert fit(places, [[0.0, 1.0]]).theta.tolist() == [0.0, 1.0]


@pytest.mark.thorough
def test_fits_that_err_only_where_values_are_equal_are_found_out() -> None:
    """Such data break a condition for a maximiser inside, and were not asked: means in any order were called right."""

    def pools(x: np.ndarray) -> tuple[float, ...]:
        low, high = x.mean(axis=0)
        return (low, high) if low <= high else ((low + high) / 2,) * 2

    wrong = {
        "unordered": lambda x: tuple(x.mean(axis=0)),
        "sorted": lambda x: tuple(sorted(x.mean(axis=0))),
        "raised": lambda x: (x.mean(axis=0)[0], x.mean(axis=0).max()),
    }
    report = check_estimator(PAIR, pools, examples=20)
    assert report.ok
    for name, planted in wrong.items():
        assert check_estimator(PAIR, planted, examples=20).disagree, name
    assert check_family(PAIR, examples=10).ok


def test_no_condition_holds_a_parameter_that_is_an_end() -> None:
    """The end of a space moves with the estimate: a condition on data that named it could not be read."""
    count, mean, size = G, Symbol("m", positive=True), Symbol("r", positive=True)
    density = loggamma(count + size) - loggamma(size) - loggamma(count + 1) + size * log(size / (size + mean))
    spaces = Parameter(mean, Interval.open(0, oo)), Parameter(size, Interval(mean, oo))
    family = Family("tame", count, Naturals0, spaces, density + count * log(mean / (size + mean)))
    assert not any(one.free_symbols & set(family.symbols) for one in derive(family).exists_when)
    assert fit(family, [0, 0, 1, 2, 3, 4]).theta_hat["r"] > 10 / 6


def test_open_ends_are_no_members() -> None:
    """The likelihood rises towards equal values that do not belong to the space."""
    strict = normal(TWO, 1, (A, Reals), (B, Interval.open(A, oo)))
    assert in_distances(strict) is None
    with pytest.raises(ExistenceError):
        fit(strict, rows([[3.0, 5.0], [0.0, 1.5]]))


@pytest.mark.parametrize("share", [Rational(1, 2), Rational(1, 8)])
def test_data_are_drawn_where_columns_have_to_be_of_other_sizes(share: Rational) -> None:
    """Means of which one is at most a share of the other: the check ended, as plain data have columns of one size."""
    x, v, a, b = (Symbol(name, positive=True) for name in "xvab")
    spaces = Parameter(a, Interval.open(0, oo)), Parameter(b, Interval.Lopen(0, a * share))
    density = -log(a) - x / a - log(b) - v / b
    family = Family("shares", x, Interval.open(0, oo), spaces, density, also=(Observed(v, Interval.open(0, oo)),))
    assert check_family(family, examples=5).ok
