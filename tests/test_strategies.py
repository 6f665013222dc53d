"""Whether drawn data, parameters, constants and weights are what they claim to be, and find what they should find."""

import subprocess
import sys
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from sympy import Eq, Interval, Piecewise, Range, Rational, S, Symbol, binomial, log, loggamma, oo

from thetahat.proofs.algebra.atoms import Indicator, LargestTie, Mean, Quantile
from thetahat.proofs.conditions import Condition
from thetahat.proofs.errors import DataError, ParameterError
from thetahat.proofs.family import Family, Parameter
from thetahat.strategies import can_fail, constants, datasets, decide_all, instances, members, parameters, weights
from thetahat.strategies import observations as observations_module

POSITIVE, UNIT = Interval.open(0, oo), Interval.open(0, 1)
x, y, z = (Symbol(name, real=True) for name in "xyz")
v = Symbol("v", positive=True)
d = Symbol("d", nonnegative=True)
c = Symbol("c", integer=True, nonnegative=True)
mu, low, high, slope = (Symbol(name, real=True) for name in ("mu", "low", "high", "slope"))
s, r, a, b, p, q = (Symbol(name, positive=True) for name in ("s", "r", "a", "b", "p", "q"))
n = Symbol("n", integer=True, positive=True)

NORMAL = Family(
    "normal", x, S.Reals, (Parameter(mu, S.Reals), Parameter(s, POSITIVE)), -log(s) - (x - mu) ** 2 / (2 * s**2)
)
EXPONENTIAL = Family("exponential", d, Interval(0, oo), (Parameter(r, POSITIVE),), log(r) - r * d)
BETA = Family(
    "beta",
    v,
    UNIT,
    (Parameter(a, POSITIVE), Parameter(b, POSITIVE)),
    (a - 1) * log(v) + (b - 1) * log(1 - v) - loggamma(a) - loggamma(b) + loggamma(a + b),
)
POISSON = Family("poisson", c, S.Naturals0, (Parameter(r, POSITIVE),), c * log(r) - r - loggamma(c + 1))
BINOMIAL = Family(
    "binomial",
    c,
    Range(0, n + 1),
    (Parameter(p, UNIT),),
    c * log(p) + (n - c) * log(1 - p) + log(binomial(n, c)),
    constants=(Parameter(n, S.Naturals),),
)
SEVEN = BINOMIAL.fix(n=7)
UNIFORM = Family(
    "uniform",
    x,
    Interval(low, high),
    (Parameter(low, S.Reals), Parameter(high, Interval.open(low, oo))),
    -log(high - low),
)
THREE = Family(
    "three",
    c,
    Range(0, 3),
    (Parameter(p, UNIT), Parameter(q, Interval.open(0, 1 - p))),
    Piecewise((log(p), Eq(c, 0)), (log(q), Eq(c, 1)), (log(1 - p - q), True)),
)
SHIFTED = Family(
    "shifted", x, Interval(mu, oo), (Parameter(mu, S.Reals), Parameter(r, POSITIVE)), log(r) - r * (x - mu)
)
REGRESSION = Family(
    "regression",
    y,
    S.Reals,
    (Parameter(mu, S.Reals), Parameter(slope, S.Reals), Parameter(s, POSITIVE)),
    -log(s) - (y - mu - slope * z) ** 2 / (2 * s**2),
    covariates=(z,),
)


def two_values(symbol):
    """The condition that not all observations are equal."""
    return Condition(Quantile(1, symbol) - Quantile(0, symbol), f"the values of {symbol} are not all equal")


def covariance(one, other):
    """The covariance of two columns of the regression."""
    return Mean(one * other, y, z) - Mean(one, y, z) * Mean(other, y, z)


CONDITIONS = {
    NORMAL: (two_values(x),),
    EXPONENTIAL: (Condition(Mean(d, d), "an observation is positive"),),
    BETA: (Condition(log(Mean(v, v)) - Mean(log(v), v), "the observations are not all equal"),),
    POISSON: (Condition(Mean(c**2, c) - Mean(c, c) ** 2 - Mean(c, c), "the variance exceeds the mean"),),
    SEVEN: (Condition(Mean(c, c), "not all are 0"), Condition(7 - Mean(c, c), "not all are 7")),
    UNIFORM: (two_values(x),),
    THREE: tuple(Condition(Mean(Indicator(Eq(c, i)), c), f"category {i} occurs") for i in range(3)),
    SHIFTED: (Condition(Rational(1, 2) - LargestTie(x), "no value carries half of the weight"),),
    REGRESSION: (
        two_values(z),
        Condition(covariance(y, y) * covariance(z, z) - covariance(y, z) ** 2, "the data lie on no line"),
    ),
}


def spread_over_mean(column):
    """Variance minus mean, exactly."""
    values = [Fraction(value) for value in column]
    mean = sum(values) / len(values)
    return sum(value**2 for value in values) / len(values) - mean**2 - mean


def on_a_line(rows):
    """Whether points of the plane are collinear, exactly."""
    points = [(Fraction(one), Fraction(other)) for one, other in rows.tolist()]
    shifted = [(one - points[0][0], other - points[0][1]) for one, other in points]
    far = max(shifted, key=lambda point: abs(point[0]) + abs(point[1]))
    return all(one * far[1] == other * far[0] for one, other in shifted)


def largest_count(column):
    """How often the most frequent value occurs."""
    return int(np.unique(column, return_counts=True)[1].max())


# Oracles: membership and existence said a second time, without atoms or balls.
INSIDE = {
    NORMAL: np.isfinite,
    EXPONENTIAL: lambda data: data >= 0,
    BETA: lambda data: (data > 0) & (data < 1),
    POISSON: lambda data: (data >= 0) & (data == np.floor(data)),
    SEVEN: lambda data: (data >= 0) & (data <= 7) & (data == np.floor(data)),
    UNIFORM: np.isfinite,
    THREE: lambda data: np.isin(data, [0.0, 1.0, 2.0]),
    SHIFTED: np.isfinite,
    REGRESSION: np.isfinite,
}
EXISTS = {
    NORMAL: lambda data: data.min() < data.max(),
    EXPONENTIAL: lambda data: bool((data > 0).any()),
    BETA: lambda data: data.min() < data.max(),
    POISSON: lambda data: spread_over_mean(data) > 0,
    SEVEN: lambda data: 0 < data.sum() < 7 * len(data),
    UNIFORM: lambda data: data.min() < data.max(),
    THREE: lambda data: set(data) == {0.0, 1.0, 2.0},
    SHIFTED: lambda data: 2 * largest_count(data) < len(data),
    REGRESSION: lambda data: data[:, 1].min() < data[:, 1].max() and not on_a_line(data),
}
FAMILIES = tuple(CONDITIONS)
names = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
few = settings(max_examples=15, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
search = settings(max_examples=2000, deadline=None, database=None, derandomize=True)


unshrunk = settings(search, phases=[Phase.generate])


def found(strategy, wanted, settings=search):
    """The shrunk example, or ``None`` where 2,000 did not contain any."""
    try:
        return find(strategy, wanted, settings=settings)
    except NoSuchExample:
        return None


def occurs(strategy, wanted):
    """Whether 2,000 examples contain one that is wanted."""
    return found(strategy, wanted, unshrunk) is not None


@names
@pytest.mark.parametrize(("smallest", "largest"), [(1, 50), (20, 20), (1, 4)])
def test_data_lie_in_the_support_and_meet_what_was_asked(family, smallest, largest):
    """Type, shape, size, support; existence by an oracle that knows neither atoms nor balls."""
    sizes = {"min_size": smallest, "max_size": largest, "conditions": CONDITIONS[family]}
    drawn = [datasets(family, existence=existence, **sizes) for existence in ("any", "holds", "fails")]

    @few
    @given(st.tuples(*drawn))
    def check(examples):
        for existence, data in zip(("any", "holds", "fails"), examples, strict=True):
            assert data.dtype == np.float64
            assert data.shape[1:] == ((1 + len(family.covariates),) if family.covariates else ())
            assert smallest <= len(data) <= largest
            assert INSIDE[family](data).all(), existence
            assert not np.signbit(data[data == 0]).any()
            assert existence == "any" or bool(EXISTS[family](data)) is (existence == "holds")

    check()


@names
def test_data_left_to_chance_contain_both_kinds(family):
    """Planted errors: a strategy that repairs nothing, and one that breaks nothing, are caught by the oracle above."""
    unrepaired = datasets(family, existence="any")
    assert occurs(unrepaired, lambda data: not EXISTS[family](data))
    assert occurs(unrepaired, lambda data: bool(EXISTS[family](data)))


@names
def test_nearly_no_dataset_is_replaced(family, monkeypatch):
    """Repairs keep the drawn data: the stock example is handed out in less than one of 50 cases."""
    stock = []

    def exhausted(design, coordinates, frame):
        yield from repaired(design, coordinates, frame)
        stock.append(coordinates)

    repaired = observations_module.repaired
    monkeypatch.setattr(observations_module, "repaired", exhausted)
    strategy = datasets(family, conditions=CONDITIONS[family], max_size=49)

    @settings(max_examples=100, deadline=None, database=None, derandomize=True)
    @given(strategy)
    def check(data):
        assert len(data) >= 1

    check()
    assert len(stock) <= 2


def small_spread(data):
    """Planted error: an estimator that cancels."""
    return len(data) > 1 and 0 < np.ptp(data) < 1e-6 * abs(data.mean())


PLANTED = {
    "a tie": (lambda data: len(set(data)) < len(data), 5),
    "all equal": (lambda data: len(data) > 1 and np.ptp(data) == 0, 5),
    "nearly constant": (small_spread, 5),
    "an outlier": (lambda data: len(data) > 2 and data.max() > 1000 * np.median(data) > 0, 5),
    "many, and large on average": (lambda data: len(data) >= 30 and data.mean() > 2, 50),
    "exactly one": (lambda data: bool((data == 1.0).any()), 5),
}


@pytest.mark.parametrize(
    "bug", [pytest.param(bug, marks=[pytest.mark.thorough] * bug.startswith("many")) for bug in PLANTED]
)
def test_planted_bugs_are_found_and_shrink(bug):
    """Found within 2,000 examples; the shrunk dataset is small wherever a small one exists."""
    wanted, size = PLANTED[bug]
    data = found(datasets(EXPONENTIAL, conditions=(), max_size=50), wanted)
    assert data is not None
    assert len(data) <= size


@pytest.mark.parametrize(
    "wanted",
    [
        lambda data: len(set(data)) > 1 and data.min() > 1e7 * np.ptp(data),
        lambda data: data.max() > 1e70,
        lambda data: 0 < data.max() < 1e-70,
        lambda data: len(set(data)) > 30,
        lambda data: data.tolist() == [0.0],
    ],
)
def test_data_of_every_kind_occur(wanted):
    """A large offset, both extreme scales, a bulk without ties, a single observation on the end of the support."""
    assert occurs(datasets(EXPONENTIAL, existence="any"), wanted)


def test_examples_shrink_to_the_simplest():
    """One observation where one is enough, two plain ones where two are needed."""
    assert found(datasets(NORMAL, existence="any"), lambda data: True).tolist() == [0.0]
    assert found(datasets(NORMAL, conditions=CONDITIONS[NORMAL]), lambda data: True).tolist() == [0.0, 1.0]


def test_conditions_come_from_the_derivation_when_none_are_given(monkeypatch):
    """``exists_when`` of the derivation decides."""
    engine = SimpleNamespace(derive=lambda family: SimpleNamespace(exists_when=CONDITIONS[family]))
    monkeypatch.setitem(sys.modules, "thetahat.proofs.engine", engine)
    assert can_fail(THREE)
    holding, failing = datasets(THREE), datasets(THREE, existence="fails")

    @few
    @given(holding, failing)
    def check(whole, broken):
        assert EXISTS[THREE](whole)
        assert not EXISTS[THREE](broken)

    check()


def test_each_condition_can_be_the_one_that_fails():
    """Data without one category, whichever it is, turn up when failures are asked for."""
    failing = datasets(THREE, existence="fails", conditions=CONDITIONS[THREE])
    for missing in range(3):
        others = {0.0, 1.0, 2.0} - {float(missing)}
        assert occurs(failing, lambda data, others=others: set(data) == others)


def test_a_known_location_can_carry_all_the_data():
    """The only data that break this condition lie on a number that the density mentions."""
    known = NORMAL.fix(mu=3)
    condition = (Condition(Mean((x - 3) ** 2, x), "not all observations are 3"),)
    assert can_fail(known, conditions=condition)
    failing = datasets(known, existence="fails", conditions=condition)

    @few
    @given(failing)
    def check(data):
        assert set(data) == {3.0}

    check()
    assert occurs(failing, lambda data: len(data) > 1)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: datasets(NORMAL, min_size=0, conditions=()), DataError, "1 <= min_size <= max_size"),
        (lambda: datasets(NORMAL, min_size=5, max_size=4, conditions=()), DataError, "1 <= min_size <= max_size"),
        (lambda: datasets(NORMAL, largest=np.inf, conditions=()), DataError, "finite largest"),
        (lambda: datasets(NORMAL, existence="perhaps", conditions=()), DataError, "'perhaps' is none of 'holds'"),
        (lambda: datasets(NORMAL, max_size=1, conditions=CONDITIONS[NORMAL]), DataError, "not all equal"),
        (lambda: datasets(NORMAL, existence="fails", conditions=()), DataError, "can_fail"),
        (lambda: datasets(BINOMIAL, conditions=()), ParameterError, r"family.fix\(n=...\)"),
        (lambda: parameters(BINOMIAL), ParameterError, r"family.fix\(n=...\)"),
        (lambda: parameters(NORMAL, smallest=2.0, largest=1.0), ParameterError, "smallest <= largest"),
        (lambda: parameters(NORMAL, smallest=0.0), ParameterError, "0 < smallest"),
        (lambda: datasets(far_away(), largest=10.0, conditions=()), DataError, "at most 10.0 in size"),
        (lambda: weights(0), DataError, "at least 1"),
        (lambda: weights(2.0), DataError, "whole number"),
    ],
)
def test_what_cannot_be_is_refused(call, error, message):
    """At once, not when the first example is drawn; who, which value, why, what to do."""
    with pytest.raises(error, match=message):
        call()


def far_away():
    """A family on an interval beyond 100."""
    return Family("far", v, Interval(100, 101), (Parameter(r, POSITIVE),), -r * v + r)


def test_nothing_can_fail_without_conditions():
    """``can_fail`` tells beforehand, and tells the truth."""
    assert not can_fail(NORMAL, conditions=())
    assert all(can_fail(family, conditions=CONDITIONS[family]) for family in FAMILIES)


INTEGER = Symbol("m", integer=True, positive=True)
SPACES = Family(
    "spaces",
    x,
    S.Reals,
    (
        Parameter(low, Interval.Lopen(-oo, 0)),
        Parameter(high, Interval.open(low, low + 1)),
        Parameter(INTEGER, Range(1, 4)),
        Parameter(p, Interval.open(0, 2 * S.Pi)),
    ),
    -((x - low - high - INTEGER - p) ** 2),
)


@given(parameters(SPACES), parameters(THREE), parameters(UNIFORM), parameters(NORMAL, smallest=0.5, largest=2.0))
def test_parameters_lie_strictly_inside(spaces, three, uniform, normal):
    """Ends that depend on earlier parameters, open and closed ones, whole numbers, an irrational end."""
    lower, upper, whole, angle = spaces.tolist()
    assert lower <= 0
    assert Fraction(lower) < Fraction(upper) < Fraction(lower) + 1
    assert whole in (1.0, 2.0, 3.0)
    assert 0 < angle <= 6.283185307179586  # the double below two pi
    assert all(share > 0 for share in three)
    assert Fraction(three[0]) + Fraction(three[1]) < 1
    assert uniform[0] < uniform[1]
    assert -2 <= normal[0] <= 2
    assert 0.5 <= normal[1] <= 2
    assert spaces.dtype == three.dtype == np.float64
    assert (spaces.shape, three.shape) == ((4,), (2,))


@pytest.mark.parametrize(
    "wanted",
    [
        lambda theta: theta[1] == 0.5,
        lambda theta: theta[1] == 1.0,
        lambda theta: theta[1] < 2e-3,
        lambda theta: theta[1] > 500,
        lambda theta: theta[0] == 0.0 and theta[1] not in (1.0, 2.0, 0.5),
        lambda theta: theta[0] < -100,
    ],
)
def test_parameters_are_simple_and_extreme(wanted):
    """Both ends of the scale turn up, and so do plain values."""
    assert occurs(parameters(NORMAL), wanted)


@given(members(BINOMIAL), instances(NORMAL), members(NORMAL))
def test_members_have_values_for_every_constant(member, itself, plain):
    """Constants are fixed, exactly; a family without constants stays itself."""
    family, theta = member
    assert family.constants == ()
    assert family.bounds.hi.is_Integer
    assert family.bounds.hi >= 1
    assert 0 < theta[0] < 1
    assert itself is plain[0] is NORMAL


@given(constants(BINOMIAL))
def test_constants_are_exact(known):
    """By name, and whole where the space is."""
    assert list(known) == ["n"]
    assert known["n"].is_Integer
    assert BINOMIAL.fix(**known).parameter_names == ("p",)


@given(st.data(), st.integers(1, 40))
def test_weights_are_weights(data, size):
    """Shape, sign, and something that weighs."""
    heavy = data.draw(weights(size))
    assert heavy.dtype == np.float64
    assert heavy.shape == (size,)
    assert np.isfinite(heavy).all()
    assert (heavy >= 0).all()
    assert heavy.any()


@pytest.mark.parametrize(
    "wanted",
    [
        lambda w: (w == 0).any(),
        lambda w: (w == 1).all(),
        lambda w: (w != np.floor(w)).any(),
        lambda w: (w > 0).all() and w.max() > 1e20 * w.min(),
        lambda w: (w == np.floor(w)).all() and len(set(w)) > 2,
    ],
)
def test_weights_are_of_every_kind(wanted):
    """Zeros, ones, fractions, whole numbers, extreme ratios."""
    assert occurs(weights(6), wanted)


def test_sizes_of_observations_stay_within_what_was_asked():
    """``largest`` bounds both scales."""

    @few
    @given(datasets(NORMAL, existence="any", largest=100.0), datasets(EXPONENTIAL, existence="any"))
    def check(small, wide):
        assert np.abs(small).max() <= 100
        assert wide.max() <= 1e100
        assert ((wide == 0) | (wide >= 1e-100)).all()

    check()


def test_strategies_are_built_once():
    """Drawing from ``datasets(family)`` inside a test does not build it anew each time."""
    assert datasets(NORMAL, conditions=()) is datasets(NORMAL, conditions=())
    assert decide_all(CONDITIONS[NORMAL], [1.0, 2.0])[0] is True


def test_deciding_a_condition_does_not_import_hypothesis():
    """The strategies are loaded when one is asked for."""
    code = "import sys; from thetahat.strategies import decide; print('hypothesis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


@pytest.mark.parametrize("family", [NORMAL, EXPONENTIAL, BETA, UNIFORM], ids=lambda family: family.name)
@pytest.mark.parametrize("most", [5, 40])
def test_scattered_data_have_a_dozen_rows_or_all_that_are_allowed_and_seldom_ties(family: Family, most: int) -> None:
    """Ties come from squeezing and from closed ends alone; of other data at most half as many have none."""

    def without_ties(scattered: bool) -> int:
        seen: list[bool] = []

        @settings(max_examples=200, deadline=None, database=None, derandomize=True, phases=[Phase.generate])
        @given(datasets(family, max_size=most, conditions=(), largest=1e3, scattered=scattered))
        def drawn(x: np.ndarray) -> None:
            assert (min(12, most) if scattered else 1) <= len(x) <= most
            seen.append(len(set(x)) == len(x) > 1)

        drawn()
        return sum(seen)

    assert without_ties(scattered=True) > 2 * without_ties(scattered=False)
