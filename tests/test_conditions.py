"""Whether conditions on data are decided as exact arithmetic would, and ``None`` is said only where it must be."""

import math
from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st
from sympy import Abs, Eq, Max, Min, Piecewise, Rational, Symbol, cos, exp, log, sin, sqrt

from thetahat.proofs.algebra.atoms import Indicator, LargestTie, Mean, Quantile
from thetahat.proofs.balls import compiled
from thetahat.proofs.conditions import Condition
from thetahat.proofs.errors import DataError, ParameterError
from thetahat.strategies import decide, decide_all, readings
from thetahat.strategies import weights as weights_of
from thetahat.strategies.rounded import Rounded, exact, exact_constant, rational_value, rounded_constant
from thetahat.strategies.samples import sample_of

x = Symbol("x", real=True)
p = Symbol("p", positive=True)
k = Symbol("k", integer=True, nonnegative=True)
y, z = Symbol("y", real=True), Symbol("z", real=True)

SPREAD = Quantile(1, x) - Quantile(0, x)
VARIANCE = Mean(x**2, x) - Mean(x, x) ** 2
OVERDISPERSED = Mean(k**2, k) - Mean(k, k) ** 2 - Mean(k, k)
JENSEN = log(Mean(p, p)) - Mean(log(p), p)
COLLINEAR = (Mean(y**2, y, z) - Mean(y, y, z) ** 2) * (Mean(z**2, y, z) - Mean(z, y, z) ** 2) - (
    Mean(y * z, y, z) - Mean(y, y, z) * Mean(z, y, z)
) ** 2
NEXT = math.nextafter(1.0, 2.0)

CASES = [
    (SPREAD, [1.0, NEXT], None, True),
    (SPREAD, [0.1, 0.1, 0.1], None, False),
    (SPREAD, [1.0, 2.0], [1.0, 0.0], False),
    (VARIANCE, [1e8, 1e8 + 2e-8], None, True),
    (VARIANCE, [0.1, 0.1, 0.1], None, False),
    (VARIANCE, [1e200, 1.1e200], None, True),
    (VARIANCE, [1e-200, 1.1e-200], None, True),
    (VARIANCE, [5e-324, 0.0], None, True),
    (VARIANCE, [0.1, 7.0, 0.1], [0.3, 0.0, 1e-12], False),
    (OVERDISPERSED, [0.0, 2.0, 1.0, 1.0], None, False),
    (OVERDISPERSED, [1.0, 3.0], [1.0, 1.0], False),
    (OVERDISPERSED, [0.0, 4.0], None, True),
    (OVERDISPERSED, [0.0, 2.0], None, False),  # exactly zero
    (Mean(x, x), [1e308, 1e308, -1e308], None, True),
    (Mean(x, x), [1.0, 1e100, -1e100], None, True),
    (Mean(x, x), [1e100, 1.0, -1e100, -1.0], None, False),
    (Mean(x, x) - Rational(1, 10), [0.1], None, True),  # the double lies above one tenth
    (Mean(1 / p, p) - 1 / Mean(p, p), [1.0, NEXT], None, True),
    (Mean(Indicator(Eq(k, 1)), k), [0.0, 2.0], None, False),
    (Mean(Indicator(Eq(k, 1)), k), [0.0, 1.0], [1.0, 1e-300], True),
    (Mean(Indicator(x < 1), x) - Rational(1, 2), [0.5, 1.0], None, False),
    (Mean(Piecewise((x - 1, x > 1), (0, True)), x), [0.0, NEXT], None, True),
    (Mean(Abs(x - Quantile(Rational(1, 2), x)), x), [3.0, 3.0], None, False),
    (Rational(1, 2) - LargestTie(x), [1.0, 1.0, 2.0, 3.0], None, False),
    (Rational(1, 2) - LargestTie(x), [1.0, 1.0, 2.0, 3.0], [1.0, 0.5, 1.0, 1.0], True),
    (Quantile(Rational(1, 2), x) - Rational(3, 2), [1.0, 2.0], None, False),
    (Quantile(Rational(1, 2), x) - Rational(3, 2), [1.0, 2.0], [1.0, NEXT], True),
    (Quantile(1 / sqrt(2), x) - 1, [1.0, 1.0, 2.0], None, True),
    (Quantile(1 / sqrt(2), x) - 1, [1.0, 1.0, 1.0, 2.0], None, False),
    (JENSEN, [1.0, NEXT], None, True),
    (JENSEN, [0.1, 0.1], None, False),
    (JENSEN, [3.0, 5.0], [0.0, 0.7], False),
    (Mean(log(p), p) - log(Quantile(0, p)), [0.3, 0.3], None, False),
    (Mean(log(p / Quantile(0, p)), p), [0.3, math.nextafter(0.3, 1)], None, True),
    (Mean(log(p), p) - Mean(p, p) + 1, [1.0, NEXT], None, False),  # a tangent: about -1e-32
    (1 - Mean(sin(x), x) ** 2 - Mean(cos(x), x) ** 2, [0.7, 0.7], None, False),
    (Mean(exp(-x), x) - exp(-Mean(x, x)), [800.0, 801.0], None, True),
]


@pytest.mark.parametrize(("expression", "data", "weights", "truth"), CASES)
def test_the_truth_is_told(expression, data, weights, truth):
    """Ties, cancellation, overflow, underflow and weights of zero leave the answer exact."""
    assert decide(Condition(expression, ""), data, weights) is truth


def by_floats(expression, data, weights):
    """A planted error: the same expression in doubles."""
    (name,) = {symbol for atom in expression.atoms(Mean, Quantile, LargestTie) for symbol in atom.bound_symbols}
    values = np.array(data)
    heavy = np.ones(len(values)) if weights is None else np.array(weights)
    numbers = {
        atom: float(np.average([float(atom.integrand.subs(name, value)) for value in values], weights=heavy))
        for atom in expression.atoms(Mean)
    }
    return bool(expression.xreplace(numbers) > 0)


def test_doubles_would_not_tell_the_truth():
    """The cases above tell exact arithmetic from doubles."""
    rational = [case for case in CASES if case[0] in (VARIANCE, JENSEN, Mean(x, x))]
    with np.errstate(all="ignore"):
        wrong = [case for case in rational if by_floats(*case[:3]) is not case[3]]
    assert len(wrong) >= 5


def test_a_zero_that_algebra_does_not_see_stays_undecided():
    """``log 4 = 2 log 2``: no ball can tell, and no answer is guessed."""
    assert decide(Condition(log(Quantile(1, p)) - 2 * log(Quantile(0, p)), ""), [2.0, 4.0]) is None


def test_several_columns_are_told_apart():
    """Two columns, named by the condition or by the caller; collinear data are seen to be so."""
    line = np.array([[0.1, 1.0], [0.2, 2.0], [0.3, 3.0]])  # 0.1 + 0.1 + 0.1 is not 0.3 in doubles
    exact_line = np.array([[1.0, 0.1], [2.0, 0.2], [4.0, 0.4]])
    assert decide(Condition(COLLINEAR, ""), line) is True
    assert decide(Condition(COLLINEAR, ""), exact_line) is False
    assert decide(Condition(COLLINEAR, ""), exact_line, [1.0, 0.0, 2.0]) is False
    about_z = Condition(Quantile(0, z) - Quantile(0, y), "")
    assert decide(about_z, line, columns=(y, z)) is True
    assert decide(about_z, line, columns=(z, y)) is False


@pytest.mark.parametrize("expression", [SPREAD, VARIANCE, Mean(x, x) - 2, Mean(exp(-Abs(x)), x) - Mean(x, x)])
@pytest.mark.parametrize("count", [1, 400, 30_000])
def test_long_columns_are_decided_like_short_ones(expression, count):
    """Repeating a dataset changes no average, and takes the routes for long columns."""
    condition = Condition(expression, "")
    for data in ([0.5, 1.0, 2.0], [1e8, 1e8 + 1e-7], [3.0, 3.0]):
        long = np.concatenate([np.tile(data, count), np.linspace(data[0], data[-1], 999 if count > 1 else 0)])
        distinct = sorted(set(long))
        expected = decide(condition, distinct, [int((long == value).sum()) for value in distinct])
        assert expected is not None
        assert decide(condition, long) is expected


def test_a_million_observations_are_decided_without_a_ball_for_each(monkeypatch):
    """Logarithms are enclosed block by block, rational averages in doubles with a bound."""
    evaluations = []

    def counted(expressions, symbols):
        function = compiled(expressions, symbols)
        return lambda *balls: evaluations.append(None) or function(*balls)

    monkeypatch.setattr(readings, "compiled", counted)
    data = np.random.default_rng(1).gamma(2.0, size=1_000_000)
    for expression in (JENSEN, Quantile(1, p) - Quantile(0, p), Mean(p**2, p) - Mean(p, p) ** 2):
        assert decide(Condition(expression, ""), data) is True
    assert len(evaluations) < 10_000


sixty_fourths = st.floats(-1e6, 1e6).map(lambda value: round(value * 64) / 64)
numbers = sixty_fourths | st.floats(-2, 2) | st.integers(-3, 3).map(float)


@given(data=st.data(), values=st.lists(numbers, min_size=1, max_size=8))
def test_averages_agree_with_fractions(data, values):
    """Oracle: Python's fractions, which share no code with balls."""
    heavy = data.draw(weights_of(len(values)), label="weights")
    w, v = [Fraction(item) for item in heavy], [Fraction(item) for item in values]
    mean = sum(a * b for a, b in zip(w, v, strict=True)) / sum(w)
    square = sum(a * b * b for a, b in zip(w, v, strict=True)) / sum(w)
    present = [b for a, b in zip(w, v, strict=True) if a]
    tie = max(sum(a for a, b in zip(w, v, strict=True) if b == c) for c in present) / sum(w)
    oracle = {
        VARIANCE: square - mean**2,
        Mean(x, x): mean,
        SPREAD: max(present) - min(present),
        Rational(1, 2) - LargestTie(x): Fraction(1, 2) - tie,
        Mean(x**3, x) - Mean(x, x): sum(a * b**3 for a, b in zip(w, v, strict=True)) / sum(w) - mean,
    }
    for expression, value in oracle.items():
        assert decide(Condition(expression, ""), values, heavy) is (value > 0), expression


def test_the_first_failure_is_named():
    """A condition that fails comes before one that cannot be decided."""
    unclear = Condition(log(Quantile(1, p)) - 2 * log(Quantile(0, p)), "unclear")
    small, many = Condition(1 - Mean(p, p), "small"), Condition(LargestTie(p), "some")
    assert decide_all((many,), [2.0, 4.0]) == (True, None)
    assert decide_all((many, unclear), [2.0, 4.0]) == (None, unclear)
    assert decide_all((unclear, small), [2.0, 4.0]) == (False, small)
    assert decide_all((), [2.0]) == (True, None)


@pytest.mark.parametrize(
    ("data", "weights", "message"),
    [
        ([], None, "at least one observation"),
        ([1.0, np.nan], None, r"x\[1\] = nan"),
        ([[1.0, np.inf]], None, r"x\[0, 1\] = inf"),
        ([1.0], [1.0, 2.0], "one weight for each"),
        ([1.0, 2.0], [1.0, -2.0], r"weights\[1\] = -2.0"),
        ([1.0, 2.0], [0.0, 0.0], "all 2 weights are zero"),
        ([[1.0, 2.0]], None, "2 columns"),
    ],
)
def test_data_that_cannot_be_judged_are_refused(data, weights, message):
    """Who, which value, why."""
    with pytest.raises(DataError, match=message):
        decide(Condition(SPREAD, ""), data, weights)


def test_a_constant_without_a_value_is_refused():
    """Nothing is decided for all values at once."""
    size = Symbol("size", positive=True)
    with pytest.raises(ParameterError, match="size"):
        decide(Condition(size - Mean(x, x), ""), [1.0])
    with pytest.raises(ParameterError, match="size"):
        decide(Condition(Quantile(size, x), ""), [1.0, 2.0])


@pytest.mark.parametrize("size", [3, 70, 300, 3000])
def test_one_observation_above_a_point_is_seen_among_many_below(size):
    """Long columns are counted in cells: a ball across the point is neither above nor below it."""
    data = -np.arange(1.0, size + 1) / size
    above = Condition(Mean(Max(0, x), x), "something lies above zero")
    assert decide(above, data) is False
    data[size // 2] = 1e-3
    assert decide(above, data) is True
    assert decide(above, data, np.arange(1.0, size + 1)) is True


EXPRESSIONS = [
    x + y,
    x * y,
    x**3 - y,
    x**2 * y**2 / 3,
    1 / (x - y),
    x / (y**2 + Rational(1, 7)),
    Abs(x - y) ** 2,
    (x - y) ** -2,
    Max(0, x - y) * Min(x, y / 3, 1),
]
doubles = st.floats(-1e3, 1e3) | st.sampled_from([1.0, 1e-300, 1e200, 0.1, 5e-324])


def escapes(kind, expression, left, right):
    """Whether the exact value lies outside the bound that doubles of this kind claim."""
    try:
        true = rational_value(expression, {x: exact(left), y: exact(right)}, exact_constant)
        known = {x: kind(np.array([left])), y: kind(np.array([right]))}
        value, error = rational_value(expression, known, rounded_constant).total()
    except ArithmeticError:
        return False
    return abs(exact(value) - true) > (exact(error) if math.isfinite(error) else fmpq(10**400))


@given(left=doubles, right=doubles, expression=st.sampled_from(EXPRESSIONS))
def test_bounds_of_rounding_contain_the_exact_value(left, right, expression):
    """Every operation of doubles claims enough."""
    assert not escapes(Rounded, expression, left, right)


class Careless(Rounded):
    """A planted error: products forget what their factors bring along."""

    __slots__ = ()

    def __mul__(self, other):
        value = self.value * other.value
        return Careless(value, 2.0**-53 * np.abs(value))


def test_a_careless_bound_is_caught():
    """The check above would see a lost term."""
    tenths = [0.1 * i for i in range(1, 20)]
    assert any(escapes(Careless, x**2 * y**2, a, b) for a in tenths for b in tenths)
    assert not any(escapes(Rounded, x**2 * y**2, a, b) for a in tenths for b in tenths)


def test_rows_of_equal_observations_are_joined():
    """Distinct rows keep their exact weight, whole or not."""
    rows = [[1.0, 2.0], [0.0, 5.0], [1.0, 2.0]]
    columns, heavy = sample_of(rows).distinct
    assert [list(column) for column in columns] == [[0.0, 1.0], [5.0, 2.0]]
    assert heavy == [1, 2]
    assert sample_of(rows, [0.5, 1.0, 0.1]).distinct[1] == [1, exact(0.5) + exact(0.1)]
