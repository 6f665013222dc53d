"""Whether every statistic is what its definition says, where doubles lose digits easily, against exact balls."""

import math

import mpmath
import numpy as np
import pytest
from numpy.typing import NDArray
from sympy import Abs, Expr, Integer, Rational, Symbol, cos, log

from thetahat.proofs.algebra.atoms import (
    Covariance,
    Excess,
    JensenGap,
    LargestTie,
    Mean,
    Quantile,
    Residual,
    plain,
)
from thetahat.proofs.algebra.tilt import LogMeanExp, TiltedMean
from thetahat.proofs.ball_data import evaluate as exactly
from thetahat.proofs.balls import precision
from thetahat.proofs.errors import UnsolvedError
from thetahat.verify import statistics
from thetahat.verify.compiled.special import log_minus_digamma
from thetahat.verify.observations import Observations
from thetahat.verify.statistics import evaluate, log1pmx, weighted_average
from thetahat.verify.tolerance import UNIT_ROUNDOFF

x = Symbol("x", positive=True)
z = Symbol("z", real=True)
y = Symbol("y", real=True)
k = Symbol("k", positive=True)
low = Symbol("x_min", positive=True)
ONE = Integer(1)
Array = NDArray[np.float64]


def table(*columns: Array, weights: Array | None = None) -> Observations:
    """A dataset from its columns."""
    n = len(columns[0])
    return Observations(np.column_stack(columns), np.ones(n) if weights is None else weights, n)


def true_value(atom: Expr, data: Observations, variables: tuple[Symbol, ...], known: dict[Symbol, float]) -> mpmath.mpf:
    """The number that the atom's definition in plain averages has for these very doubles."""
    rows = [dict(zip(variables, map(float, row), strict=True)) for row in data.x]
    with precision(500):
        value = exactly(plain(atom), known, rows, [float(w) for w in data.w])
        assert value.is_finite()
        with mpmath.workprec(400):
            return mpmath.mpf(value.mid().str(80, radius=False))


def relative_error(
    computed: float, atom: Expr, data: Observations, variables: tuple[Symbol, ...], known: dict[Symbol, float]
) -> float:
    """How far a double lies from the exact number, relative to it."""
    exact = true_value(atom, data, variables, known)
    with mpmath.workprec(400):
        return float(abs((mpmath.mpf(computed) - exact) / exact))


def positive_data() -> dict[str, Observations]:
    """Ordinary, offset, nearly constant, weighted and long data."""
    rng = np.random.default_rng(11)
    ordinary = rng.gamma(2.0, 1.0, 40)
    return {
        "ordinary": table(ordinary),
        "offset by 1e8": table(1e8 + ordinary),
        "nearly constant": table(3.0 * (1 + 1e-9 * rng.integers(-9, 10, 40))),
        "weighted": table(ordinary, weights=rng.integers(1, 9, 40) / 4),
        "long": table(rng.gamma(2.0, 1.0, 700)),
        "long and weighted": table(rng.gamma(2.0, 1.0, 700), weights=rng.integers(1, 9, 700) / 4),
        "long and offset": table(1e8 + rng.gamma(2.0, 1.0, 700)),
        "wide": table(np.exp(rng.normal(0.0, 30.0, 40))),
    }


DATA = positive_data()

# Relative errors in units of 2^-53. A term of one sign carries at most eight roundings (two differences, a product, a
# quotient, one elementary function of four units); a sum in chunks adds 32. Same-sign sums keep relative errors.
SAME_SIGN = 64 * UNIT_ROUNDOFF
# A Jensen gap may be a plain difference while it exceeds a thousandth of its terms, which multiplies their errors.
PLAIN_DIFFERENCE = 1000 * SAME_SIGN

ATOMS: dict[str, tuple[Expr, float]] = {
    "mean": (Mean(x, x), SAME_SIGN),
    "mean of squares": (Mean(x**2, x), SAME_SIGN),
    "mean of inverses": (Mean(1 / x, x), SAME_SIGN),
    "variance": (Covariance(x, x, x), SAME_SIGN),
    "jensen gap of the logarithm": (JensenGap(x, log(x), x), PLAIN_DIFFERENCE),
    "jensen gap of the inverse": (JensenGap(x, 1 / x, x), SAME_SIGN),
    "excess of the logarithm": (Excess(log(x), low, x), SAME_SIGN),
    "excess of the value": (Excess(x, low, x), SAME_SIGN),
}


@pytest.fixture
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of 100 rows, so that 700 rows are joined from several."""
    monkeypatch.setattr(statistics, "_CHUNK", 100)


@pytest.mark.usefixtures("_small_chunks")
@pytest.mark.parametrize("kind", DATA)
@pytest.mark.parametrize("name", ATOMS)
def test_a_statistic_of_one_sign_keeps_its_digits(name: str, kind: str) -> None:
    """Relative to its exact value, in which the textbook difference has lost eight to sixteen digits."""
    atom, allowed = ATOMS[name]
    data = DATA[kind]
    known = {low: float(data.x.min())}
    computed = evaluate(atom, data, known)
    assert computed > 0
    assert relative_error(computed, atom, data, (x,), known) <= allowed


@pytest.mark.usefixtures("_small_chunks")
def test_the_textbook_difference_would_be_caught() -> None:
    """Planted: mean of squares minus squared mean, and the logarithm of the mean minus the mean logarithm."""
    data = DATA["offset by 1e8"]
    column = data.x[:, 0]
    naive_variance = float((column**2).mean() - column.mean() ** 2)
    naive_gap = math.log(column.mean()) - float(np.log(column).mean())
    assert relative_error(naive_variance, Covariance(x, x, x), data, (x,), {}) > SAME_SIGN
    assert relative_error(naive_gap, JensenGap(x, log(x), x), data, (x,), {}) > PLAIN_DIFFERENCE


@pytest.mark.parametrize("kind", ["ordinary", "weighted", "long and weighted"])
def test_a_residual_is_the_average_of_its_squares(kind: str) -> None:
    """``mean((x - m)^2)`` at a known ``m`` and ``mean((x - m)^2 / x)``."""
    data, m = DATA[kind], Symbol("m", real=True)
    for atom in (Residual((x - m) ** 2, ONE, x), Residual((x - m) ** 2 / x, ONE, x)):
        assert relative_error(evaluate(atom, data, {m: 1.25}), atom, data, (x,), {m: 1.25}) <= SAME_SIGN


def test_a_residual_close_to_its_centre_keeps_its_digits() -> None:
    """At the double nearest to the mean, data with eight digits in common."""
    data, m = DATA["offset by 1e8"], Symbol("m", real=True)
    known = {m: float(data.x.mean())}
    atom = Residual((x - m) ** 2, ONE, x)
    assert relative_error(evaluate(atom, data, known), atom, data, (x,), known) <= SAME_SIGN


def test_a_covariance_is_right_relative_to_the_two_spreads() -> None:
    """A covariance may be zero, so its error is measured against the product of the standard deviations."""
    rng = np.random.default_rng(5)
    first, second = 1e8 + rng.normal(size=60), -3e7 + rng.normal(size=60)
    data = table(first, second, weights=rng.integers(1, 5, 60).astype(float))
    atom = Covariance(z, y, z, y)
    exact = true_value(atom, data, (z, y), {})
    scale = float(first.std() * second.std())
    assert abs(evaluate(atom, data, {}) - float(exact)) <= SAME_SIGN * scale


@pytest.mark.parametrize(
    ("atom", "known"),
    [
        (TiltedMean(log(x), k * log(x), x), {k: 2.5}),
        (TiltedMean(x, -x / k, x), {k: 0.75}),
        (LogMeanExp(k * log(x), ONE, x), {k: 2.5}),
        (LogMeanExp(-x / k, ONE, x), {k: 0.75}),
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["ordinary", "weighted", "long", "long and weighted"])
def test_tilted_averages_equal_their_definitions(atom: Expr, known: dict[Symbol, float], kind: str) -> None:
    """Exponents of size e carry an absolute error of a few e 2^-53, relative for the weights."""
    data = DATA[kind]
    exponents = np.abs(2.5 * np.log(data.x)).max() + data.x.max() / 0.75
    exact = true_value(atom, data, (x,), known)
    size = max(1.0, float(np.abs(np.log(data.x)).max()), float(data.x.max()))
    assert abs(evaluate(atom, data, known) - float(exact)) <= (SAME_SIGN + 8 * exponents * UNIT_ROUNDOFF) * size


def test_tilted_averages_do_not_overflow() -> None:
    """Weights of ``exp(1e6)`` and more cancel: with one dominating value the tilted mean is that value."""
    data = table(np.array([1.0, 2.0, 1000.0]))
    known = {k: 1000.0}
    assert evaluate(TiltedMean(x, k * x, x), data, known) == 1000.0
    assert evaluate(LogMeanExp(k * x, ONE, x), data, known) == pytest.approx(1e6 - math.log(3), rel=4 * UNIT_ROUNDOFF)


@pytest.mark.parametrize(
    ("level", "values", "weights", "expected"),
    [
        (0, [3.0, 1.0, 2.0], [1, 1, 1], 1.0),
        (1, [3.0, 1.0, 2.0], [1, 1, 1], 3.0),
        (Rational(1, 2), [3.0, 1.0, 2.0], [1, 1, 1], 2.0),
        (Rational(1, 2), [4.0, 1.0, 2.0, 8.0], [1, 1, 1, 1], 3.0),
        (Rational(1, 2), [4.0, 1.0, 2.0, 8.0], [1, 3, 1, 1], 1.5),
        (Rational(1, 2), [4.0, 1.0, 2.0, 8.0], [9, 1, 1, 1], 4.0),
        (Rational(1, 4), [4.0, 1.0, 2.0, 8.0], [1, 1, 1, 1], 1.5),
        (Rational(1, 4), [4.0, 1.0, 2.0], [1, 1, 1], 1.0),
        (Rational(3, 4), [4.0, 1.0, 2.0, 8.0], [2.0, 0.5, 1.5, 4.0], 8.0),
    ],
)
def test_a_quantile_is_the_middle_of_its_interval(
    level: Expr, values: list[float], weights: list[float], expected: float
) -> None:
    """By hand, and by the exact evaluation: the weighted quantile, ties of the level split evenly."""
    data = table(np.array(values), weights=np.array(weights, dtype=float))
    atom = Quantile(level, x)
    assert evaluate(atom, data, {}) == expected
    assert float(true_value(atom, data, (x,), {})) == expected


def test_the_middle_of_two_huge_values_does_not_overflow() -> None:
    """A median beside the largest double."""
    data = table(np.array([1.5e308, 1.7e308]), weights=np.array([2.0, 2.0]))
    assert evaluate(Quantile(Rational(1, 2), x), data, {}) == 1.6e308


def test_an_average_may_contain_another_statistic() -> None:
    """``mean(|x - median|)``, the inner statistic first."""
    data = table(np.array([1.0, 2.0, 6.0]))
    assert evaluate(Mean(Abs(z - Quantile(Rational(1, 2), z)), z), data, {}) == 5 / 3


def test_an_expression_mixes_statistics_numbers_and_parameters() -> None:
    """``k mean(x) - min``."""
    data = table(np.array([1.0, 2.0, 6.0]))
    assert evaluate(k * Mean(x, x) - Quantile(0, x), data, {k: 2.0}) == 5.0


def test_what_has_no_rule_is_refused_by_name() -> None:
    """The share of the largest tie is needed by conditions only, never by an estimator."""
    with pytest.raises(UnsolvedError, match="LargestTie"):
        evaluate(LargestTie(x), DATA["ordinary"], {})


@pytest.mark.parametrize("name", ATOMS)
def test_whole_weights_are_repetitions(name: str) -> None:
    """Both sums are rounded once or chunk by chunk, so that they agree to the bound of either."""
    rng = np.random.default_rng(3)
    values, w = rng.gamma(3.0, 1.0, 300), rng.integers(1, 6, 300).astype(float)
    atom, allowed = ATOMS[name]
    known = {low: float(values.min())}
    weighted = evaluate(atom, table(values, weights=w), known)
    repeated = evaluate(atom, table(np.repeat(values, w.astype(int))), known)
    assert weighted == pytest.approx(repeated, rel=2 * allowed)


def test_an_average_that_overflows_is_not_finite() -> None:
    """The caller refuses it; no wrong number comes back."""
    data = table(np.array([1e308, 1e308, 1e308]))
    with np.errstate(over="ignore"):
        assert not math.isfinite(weighted_average(lambda rows: data.x[rows, 0], Observations(data.x, 1e10 * data.w, 3)))


@pytest.mark.parametrize("n", [512, 513])
def test_both_ways_of_summing_agree(n: int) -> None:
    """On either side of the length from which sums are taken in chunks."""
    rng = np.random.default_rng(n)
    values = rng.normal(size=n)
    average = weighted_average(lambda rows: np.cos(values[rows]), table(values))
    with mpmath.workprec(200):
        exact = float(mpmath.fsum(mpmath.mpf(float(math.cos(v))) for v in values) / n)
    assert abs(average - exact) <= 36 * UNIT_ROUNDOFF
    assert evaluate(Mean(cos(z), z), table(values), {}) == average


@pytest.mark.parametrize(
    "d", [-0.999999, -0.75, -0.5, -0.4999, -1e-3, -1e-9, 1e-300, 1e-16, 1e-8, 1e-3, 0.1, 0.4999, 0.5, 3.0, 1e6]
)
def test_log1pmx_has_no_cancellation(d: float) -> None:
    """``d - log(1 + d)`` to a few units in the last place, from the smallest to large arguments."""
    with mpmath.workprec(2200):
        exact = mpmath.mpf(d) - mpmath.log(1 + mpmath.mpf(d))
        error = abs(mpmath.mpf(float(log1pmx(np.array([d]))[0])) - exact)
        # The smallest results underflow gradually: half the smallest double.
        assert error <= 16 * UNIT_ROUNDOFF * abs(exact) + mpmath.mpf(2) ** -1075


def test_log1pmx_is_zero_at_zero_and_infinite_at_minus_one() -> None:
    """The ends of its domain."""
    assert log1pmx(np.array([0.0, -1.0])).tolist() == [0.0, math.inf]


@pytest.mark.parametrize("a", [1e-12, 1e-3, 0.3, 1.0, 3.7, 9.99, 9.9999999, 10.0, 10.5, 30.0, 1e3, 1e8, 1e15, 1e300])
def test_log_minus_digamma_keeps_its_digits(a: float) -> None:
    """Below ten the difference loses at most a factor of fifty, above ten the series loses nothing."""
    with mpmath.workdps(400):
        exact = mpmath.log(mpmath.mpf(a)) - mpmath.digamma(mpmath.mpf(a))
        with np.errstate(over="ignore"):  # the square of 1e300, whose inverse is rightly zero
            computed = float(log_minus_digamma(a))
        error = float(abs(mpmath.mpf(computed) - exact) / exact)
    allowed = 8 if a >= 10 else 8 * (1 + abs(math.log(a)) / float(exact))
    assert error <= allowed * UNIT_ROUNDOFF


@pytest.mark.parametrize(("n", "expected"), [(5, 3.5), (10, 7.5), (6, 4.0), (4, 3.0)])
def test_a_level_that_is_no_double_is_reached_exactly(n: int, expected: float) -> None:
    """Level 4/5 of five or ten observations lies between two of them, although 4/5 has no finite binary digits."""
    observation = Symbol("x", real=True)
    rows = [{observation: value} for value in range(n)]
    assert exactly(Quantile(Rational(4, 5), observation), {}, rows) == expected
