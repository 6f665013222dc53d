"""Whether quick ways through long data (ends, cells, counts, blocks of sums) answer as exact arithmetic does."""

import math
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st
from sympy import Abs, Eq, Rational, Symbol, cos, log

from thetahat import family, fit
from thetahat.proofs.algebra.atoms import Indicator, Mean, Quantile
from thetahat.proofs.balls import compiled, precision
from thetahat.proofs.conditions import Condition
from thetahat.strategies import decide, readings
from thetahat.strategies.rounded import bounded_sum
from thetahat.strategies.samples import are_whole, sample_of
from thetahat.strategies.shortcuts import positive_by_ends, positive_by_part

x = Symbol("x", real=True)
y = Symbol("y", real=True)
AVERAGES = [x, 1 - x, x - 1, x**2, (x - 1) ** 2, x * (1 - x), -(x**2) - 1, x**3 - x, x - Rational(1, 3)]
small = st.lists(st.sampled_from([-2.0, -0.5, 0.0, 0.25, 1.0, 3.0]), min_size=1, max_size=6)


def averaged(integrand):
    """The average, written as the sum of the averages of its terms."""
    return sum(Mean(term, x) if term.has(x) else term for term in integrand.expand().as_ordered_terms())


def exact_average(integrand, data, weights):
    """The average in fractions."""
    pairs = [(Fraction(value), Fraction(weight)) for value, weight in zip(data, weights, strict=True)]
    values = [Fraction(str(integrand.subs(x, Rational(value)))) * weight for value, weight in pairs]
    return sum(values) / sum(weight for _, weight in pairs)


@given(data=small, integrand=st.sampled_from(AVERAGES), draw=st.data())
def test_what_the_ends_decide_is_true(data, integrand, draw):
    """A shortcut may keep silent, never contradict the exact sign."""
    weights = draw.draw(st.lists(st.sampled_from([0.5, 1.0, 3.0]), min_size=len(data), max_size=len(data)))
    told = positive_by_ends(averaged(integrand), sample_of(data, weights), {x: 0})
    assert told is None or told == (exact_average(integrand, data, weights) > 0)


DECIDED = [
    (averaged(x), [0.0, 0.0, 2.0], True),
    (1 - Mean(x, x), [0.0, 1.0], True),
    (-Mean(x, x), [0.0, 1.0], False),
    (averaged((x - 1) ** 2), [1.0, 2.0], True),
    (averaged(-(x**2) - 1), [0.0, 1.0], False),
]
SILENT = [
    (Mean(x, x), [-1.0, 1.0]),
    (Mean(x, x) ** 2, [0.0, 1.0]),
    (averaged((x - 1) ** 2), [1.0, 1.0]),
    (averaged((x - 1) ** 2 * (x - 2) ** 2), [1.0, 1.5, 2.0]),
    (Mean(log(x), x), [1.0, 2.0]),
    (Mean(Indicator(Eq(x, 1)), x), [0.0, 1.0, 2.0]),
    (Mean(x, x, y) + Mean(y, x, y), [[1.0, 2.0], [3.0, 4.0]]),
    (Quantile(1, x), [1.0]),
    (Mean(x / Mean(x, x), x), [1.0, 2.0]),
]


@pytest.mark.parametrize(("expression", "data", "truth"), DECIDED)
def test_the_ends_decide(expression, data, truth):
    """Lines between their ends, and averages of one sign."""
    assert positive_by_ends(expression, sample_of(data), {x: 0}) is truth


@pytest.mark.parametrize(("expression", "data"), SILENT)
def test_the_ends_keep_silent(expression, data):
    """Where more than one average, another function or the inside of the data matters."""
    assert positive_by_ends(expression, sample_of(data), {x: 0, y: 1}) is None


@given(
    seed=st.integers(0, 10**6),
    n=st.sampled_from([1, 511, 512, 513, 640, 3000]),
    scale=st.sampled_from([1.0, 1e-300, 1e150, 1e8]),
)
def test_the_bound_of_a_sum_contains_the_exact_sum(seed, n, scale):
    """Of columns, and of products of two, with cancellation and underflow."""
    r = np.random.default_rng(seed)
    column, other = scale * (r.normal(size=n) + 1e3), r.normal(size=n) / scale
    for values, factors, roundings in ((column, (column,), 0), (column * other, (column, other), 1)):
        value, bound = bounded_sum(values, roundings)
        true = sum(math.prod(map(Fraction, row)) for row in zip(*(f.tolist() for f in factors), strict=True))
        assert abs(Fraction(value) - true) <= Fraction(bound)


def test_a_sum_whose_bound_forgot_the_blocks_would_be_caught():
    """Planted: the bound of one rounding alone is too small for a sum in doubles."""
    column = np.random.default_rng(1).normal(size=10_000)
    value, bound = bounded_sum(column)
    true = sum(map(Fraction, column.tolist()))
    assert abs(Fraction(value) - true) > Fraction(2.0**-53 * abs(value) / 64)
    assert bound > 2.0**-53 * abs(value)


@given(seed=st.integers(0, 10**6), weighted=st.booleans(), shape=st.sampled_from(["plain", "tiny", "huge", "far"]))
def test_cells_cover_the_average(seed, weighted, shape):
    """The mean over cells is a ball around the mean over rows."""
    r = np.random.default_rng(seed)
    data = r.normal(size=200)
    data = {"plain": data, "tiny": data * 1e-310, "huge": data * 1e307, "far": 1e15 + np.rint(data)}[shape]
    weights = r.uniform(0.1, 2, size=200) if weighted else None
    sample = sample_of(data, weights)
    for function in (cos(x), Abs(x)):
        code = compiled((function,), (x,))
        hulls, shares = readings._counted(sample, 0, 64)
        mean = sum((s * code(h)[0] for h, s in zip(hulls, shares, strict=True)), arb(0)) / sum(shares, arb(0))
        rows = zip(data.tolist(), [1.0] * 200 if weights is None else weights.tolist(), strict=True)
        with precision(1200):
            true = sum((arb(w) * code(arb(v))[0] for v, w in rows), arb(0)) / arb(fmpq(1) * sample.total)
        assert mean.overlaps(true)


def test_long_whole_numbers_are_counted():
    """Counts are those of sorting; numbers that are not whole, or far apart, are left to sorting."""
    r = np.random.default_rng(0)
    data = r.poisson(3, 5000) - 2.0
    (values,), counts = sample_of(data).distinct
    expected = np.unique(data, return_counts=True)
    assert sample_of(data).counted is not None
    assert values.tolist() == expected[0].tolist()
    assert counts == expected[1].tolist()
    assert sample_of(data + 0.5).counted is None
    assert sample_of(np.append(data, 1e9)).counted is None
    assert sample_of(data, np.full(5000, 2.0)).counted is None


def test_one_number_that_is_not_whole_is_found():
    """Anywhere in long data."""
    data = np.arange(300_000.0)
    assert are_whole(data)
    for place in (0, 131_071, 131_072, 299_999):
        changed = data.copy()
        changed[place] += 0.5
        assert not are_whole(changed)


def test_conditions_on_long_data_are_exact_at_their_edge():
    """Ten thousand zeros with one tiny number: not zero on average; without it: zero."""
    positive = Condition(Mean(x, x), "")
    zeros = np.zeros(10_000)
    assert decide(positive, zeros) is False
    assert decide(positive, np.append(zeros, 5e-324)) is True
    overdispersed = Condition(Mean(x**2, x) - Mean(x, x) ** 2 - Mean(x, x), "")
    assert decide(overdispersed, np.tile([0.0, 2.0], 5000)) is False  # exactly zero
    assert decide(overdispersed, np.append(np.tile([0.0, 2.0], 5000), 3.0)) is True


@pytest.mark.parametrize("name", ["negative_binomial", "categorical", "zeta", "yule_simon"])
def test_a_fit_to_long_counts_is_the_fit_to_their_table(name):
    """Joining equal counts changes no estimate beyond rounding."""
    low = {"zeta": 1, "yule_simon": 1}.get(name, 0)
    high = 3 if name == "categorical" else 40
    data = np.minimum(np.random.default_rng(3).negative_binomial(2, 0.2, 20_000), high - 1 - low) + low
    values, counts = np.unique(data, return_counts=True)
    long, table = fit(family(name), data), fit(family(name), values, weights=counts)
    assert long.n == 20_000
    assert long.theta == pytest.approx(table.theta, rel=1e-12)
    assert long.log_likelihood == pytest.approx(table.log_likelihood, rel=1e-12)


GRAM = (Mean(x**2, x, y) - Mean(x, x, y) ** 2) * (Mean(y**2, x, y) - Mean(y, x, y) ** 2) - (
    Mean(x * y, x, y) - Mean(x, x, y) * Mean(y, x, y)
) ** 2
NEARLY_GRAM = GRAM - Mean(x**2, x, y)
BOTH = {x: 0, y: 1}


def test_a_few_rows_show_that_columns_are_independent():
    """Three points that are on no line are enough, whatever follows."""
    rows = np.array([[0.0, 0.0], [1.0, 1.0], [1.0, 2.0]] + 600 * [[5.0, 5.0]])
    assert positive_by_part(GRAM, sample_of(rows), BOTH) is True
    assert decide(Condition(GRAM, "no line"), rows, columns=(x, y)) is True


def test_a_few_rows_say_nothing_of_a_line_or_of_another_expression():
    """Points of a line may be followed by one that is not on it; and only a Gram determinant is decided by a part."""
    line = np.column_stack([np.arange(600.0), 2 * np.arange(600.0) + 1])
    off = line.copy()
    off[-1, 1] += 1
    apart = np.array([[0.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    assert positive_by_part(GRAM, sample_of(line), BOTH) is None
    assert positive_by_part(GRAM, sample_of(off), BOTH) is None
    assert positive_by_part(NEARLY_GRAM, sample_of(apart), BOTH) is None
    assert decide(Condition(GRAM, "no line"), line, columns=(x, y)) is False
    assert decide(Condition(GRAM, "no line"), off, columns=(x, y)) is True


@pytest.mark.parametrize("values", [[0.0, 1.0, 2.0], [-3.0, 4.0], [2.0]])
def test_a_few_whole_numbers_are_counted(values):
    """Counts are those of sorting, and every value is found."""
    column = np.resize(values, 5000)
    (found,), counts = sample_of(column).counted
    assert (found.tolist(), counts) == tuple(part.tolist() for part in np.unique(column, return_counts=True))
    assert sample_of(column).whole


@pytest.mark.parametrize("odd", [0.5, 1.5, 1 + 2.0**-52])
def test_one_value_between_whole_numbers_is_noticed(odd):
    """A fraction among them is not counted away, at an end or inside."""
    column = np.resize([0.0, 1.0, 2.0], 5000)
    column[77] = odd
    assert sample_of(column).counted is None
    assert not sample_of(column).whole


def test_integers_and_doubles_are_the_same_data():
    """Integers are not converted before they have to be; the estimate does not know."""
    counts = np.random.default_rng(0).integers(1, 12, 6000)
    for name in ("discrete_uniform", "poisson", "geometric"):
        whole, doubles = fit(family(name), counts), fit(family(name), counts.astype(float))
        assert whole.theta_hat == doubles.theta_hat
        assert whole.log_likelihood == doubles.log_likelihood
