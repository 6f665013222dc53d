"""Whether sums over whole columns are exact, or within what they say, and give the certificates that rows give."""

import math
from fractions import Fraction

import numpy as np
import pytest
from amounts import amount
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from thetahat import certify, family, fit
from thetahat.proofs.balls import precision
from thetahat.verify import long_logarithms, long_sums
from thetahat.verify.certify import long_table
from thetahat.verify.long_logarithms import log_product_sum, logarithms
from thetahat.verify.long_sums import exact_product_sum, exact_sum, log_sum, reciprocal_sum, two_sum

finite = st.floats(allow_nan=False, allow_infinity=False)
positive = st.floats(min_value=5e-324, allow_nan=False, allow_infinity=False)
columns = st.lists(finite, min_size=1, max_size=40).map(np.array)


def is_exactly(ball, number):
    """Whether a ball is this one number."""
    return ball.rad() == 0 and ball == exactly(number)


def exactly(number):
    """The ball of a dyadic fraction."""
    return arb((number.numerator, 1 - number.denominator.bit_length()))


@given(columns)
def test_sums_are_exact(x):
    """Against fractions, any doubles in any order."""
    assert is_exactly(exact_sum(x), sum(map(Fraction, x.tolist()), Fraction(0)))


@given(columns, st.randoms(use_true_random=False))
def test_sums_of_products_are_exact(x, random):
    """Two columns, or one with itself."""
    y = np.array(random.sample(x.tolist(), len(x)))
    for right in (x, y):
        pairs = zip(x.tolist(), right.tolist(), strict=True)
        assert is_exactly(exact_product_sum(x, right), sum((Fraction(a) * Fraction(b) for a, b in pairs), Fraction(0)))


def in_rows(function, x):
    """The sum of a function of balls, value by value."""
    return sum((function(arb(value)) for value in x.tolist()), arb(0))


@given(st.lists(positive, min_size=1, max_size=600).map(np.array))
def test_sums_of_logarithms_are_enclosed(x):
    """The same number as the sum over rows, in a ball that is narrow enough for certificates."""
    with precision(300):
        direct, found = in_rows(arb.log, x), log_sum(x)
        assert found.overlaps(direct)
        assert found.rad() < 1e-25 * len(x)


@given(st.lists(st.floats(0, 1e300), min_size=1, max_size=300).map(np.array))
def test_shifted_logarithms_keep_small_values(x):
    """Of ``1 + x`` nothing is lost, though doubles round it."""
    with precision(1500):
        assert log_sum(*two_sum(x, 1.0)).overlaps(in_rows(lambda value: (1 + value).log(), x))


@given(st.lists(st.floats(1e-250, 1e250), min_size=1, max_size=300).map(np.array))
def test_reciprocals_are_enclosed(x):
    """The same number, to more than a hundred bits."""
    with precision(1500):
        found = reciprocal_sum(x)
        assert found.overlaps(in_rows(lambda value: 1 / value, x))
        assert found.rel_accuracy_bits() > 100


def test_reciprocals_beyond_doubles_are_left_to_rows():
    """Where they overflow."""
    assert reciprocal_sum(np.array([1.0, 5e-324])) is None


def furthest(x, logs, shift=0):
    """How far the two doubles of each row are from the logarithm, at most."""
    rows = zip(x.tolist(), *(part.tolist() for part in logs), strict=True)
    return max(float(abs((arb(value) + shift).log() - arb(a) - arb(b)).upper()) for value, a, b in rows)


EDGES = np.arange(4096, 8192) / 8192
"""Where the cells of the table of logarithms begin."""


@given(st.lists(positive, min_size=1, max_size=300).map(np.array))
def test_logarithms_are_two_doubles(x):
    """Within the bound, of all sizes, and the second far smaller than the first may be."""
    logs = logarithms(x)
    with precision(300):
        assert furthest(x, logs) < 2.0**-88
    assert np.abs(logs.second).max() <= 2.0**-39


@pytest.mark.parametrize("exponent", [0, -1021, 1024])
def test_logarithms_at_the_ends_of_all_cells(exponent):
    """Where a row is as far from the middle of its cell as can be, before and after each end."""
    x = np.ldexp(np.concatenate([EDGES, np.nextafter(EDGES, 1), np.nextafter(EDGES, 0)]), exponent)
    logs = logarithms(x)
    with precision(300):
        assert furthest(x, logs) < 2.0**-88
    assert np.abs(logs.second).max() <= 2.0**-39


@given(st.lists(st.floats(0, 1e300), min_size=1, max_size=300).map(np.array))
def test_logarithms_of_double_words(x):
    """Of ``1 + x`` nothing is lost, though doubles round it."""
    logs = logarithms(*two_sum(x, 1.0))
    with precision(1500):
        assert furthest(x, logs, 1) < 2.0**-88


@given(st.lists(positive, min_size=1, max_size=200).map(np.array))
def test_sums_of_products_of_logarithms_are_enclosed(x):
    """Squares, and products of two columns, in balls that are narrow beside the sum of the moduli."""
    y = x[::-1].copy()
    logs, others = logarithms(x), logarithms(y)
    with precision(300):
        for right, column in ((logs, x), (others, y)):
            found = log_product_sum(logs, right)
            pairs = [(arb(a).log(), arb(b).log()) for a, b in zip(x.tolist(), column.tolist(), strict=True)]
            assert found.overlaps(sum((a * b for a, b in pairs), arb(0)))
            assert found.rad() < 2.0**-85 * sum((abs(a) + abs(b) + 1 for a, b in pairs), arb(0))


def test_the_bound_of_logarithms_is_needed(monkeypatch):
    """Planted: without it the ball misses the sum of squares; and a table that is off by one place is noticed."""
    x = np.random.default_rng(3).gamma(2.0, 1.5, 30_000)
    with precision(300):
        direct = in_rows(lambda value: value.log() ** 2, x)
        logs = logarithms(x)
        assert log_product_sum(logs, logs).contains(direct.mid())
        monkeypatch.setattr(long_logarithms, "_ERROR", 0.0)
        assert not log_product_sum(logs, logs).overlaps(direct)
        factors, first, second = long_logarithms._table()
        monkeypatch.setattr(long_logarithms, "_table", lambda: (factors, np.nextafter(first, 1), second))
        assert furthest(x[:100], logarithms(x[:100])) > 2.0**-60


def test_the_error_bound_is_needed(monkeypatch):
    """Planted: without it the ball misses the sum of a long column's logarithms."""
    x = np.random.default_rng(3).gamma(2.0, 1.5, 30_000)
    with precision(300):
        direct = in_rows(arb.log, x)
        assert log_sum(x).contains(direct.mid())
        monkeypatch.setattr(long_sums, "_PRODUCT_ERROR", 0.0)
        assert not log_sum(x).overlaps(direct)


LONG = np.random.default_rng(1).gamma(2.5, 1.5, 5000)
QUICK_IN_ROWS = ("exponential", "normal", "uniform", "pareto")
NAMES = ["exponential", "normal", "gamma", "inverse_gaussian", "inverse_gamma", "lognormal", "rayleigh", "lindley"]
FAR = dict.fromkeys(NAMES, LONG) | {
    "pareto": 1 + LONG,
    "shifted_exponential": 1e8 + LONG,
    "normal_by_variance": 1e8 + LONG,
    "beta": LONG / 100,
    "logit_normal": LONG / 100,
    "uniform": LONG,
    "weibull": LONG,
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", FAR)
def test_long_data_have_the_certificates_of_rows(name, monkeypatch):
    """More than 4096 rows by columns and row by row: equal verdicts, enclosures that overlap, a checker that agrees.

    Where rows take long there are as few as columns are taken for here.
    """
    member, x = family(name), FAR[name]
    if name not in QUICK_IN_ROWS:
        x = x[: amount(500, 5000)]
        monkeypatch.setattr(long_table, "LONG", min(long_table.LONG, len(x) - 1))
    assert len(x) > long_table.LONG
    near = fit(member, x)
    by_columns = certify(member, x, near=near)
    assert by_columns.check(x)
    monkeypatch.setattr(long_table, "LONG", math.inf)
    by_rows = certify(member, x, near=near)
    assert by_rows.verdict is by_columns.verdict
    for parameter, held in by_rows.theta.items():
        assert held.ball.overlaps(by_columns.theta[parameter].ball)
        assert held.rounded() == by_columns.theta[parameter].rounded()


def test_a_million_observations_are_told_exactly():
    """The mean of a million doubles, of which most cancel."""
    x = np.random.default_rng(2).normal(size=10**6) * 1e10
    x[0] = 1e-290
    proof = certify(family("normal"), x)
    exact = sum((fmpq(*value.as_integer_ratio()) for value in x.tolist()), fmpq(0)) / len(x)
    assert proof.theta["mu"].contains(exact)
    assert proof.theta["mu"].rounded() == int(exact.p) / int(exact.q)
