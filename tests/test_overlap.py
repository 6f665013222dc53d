"""Whether regressions are refused exactly where a direction separates the data, and the direction is checked."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, FiniteSet, Interval, S, Symbol, atan, erf, exp, log, loggamma, oo, pi, sqrt

from thetahat import certify, derive, fit
from thetahat.proofs.errors import DeclarationError, ExistenceError, UnsolvedError
from thetahat.proofs.family import Family, Parameter
from thetahat.proofs.linear_predictor import linear_predictor
from thetahat.proofs.transport import transport
from thetahat.strategies.conditions import decide_all
from thetahat.verify.adapters.regressions import GAMMA, LOGISTIC, POISSON
from thetahat.verify.certify.certificate import CertificateVerdict

a, b, rate = Symbol("a", real=True), Symbol("b", real=True), Symbol("rate", positive=True)
x, t = Symbol("x", real=True), Symbol("t", positive=True)
y, size, real = Symbol("y", integer=True, nonnegative=True), Symbol("y", positive=True), Symbol("y", real=True)
ETA = a + b * x
BINARY, COUNTS = FiniteSet(0, 1), S.Naturals0


def regression(name: str, density: Expr, support: Any, observed: Symbol = y, extra: tuple[Symbol, ...] = ()) -> Family:
    """An intercept and a slope."""
    parameters = (Parameter(a, S.Reals), Parameter(b, S.Reals))
    return Family(name, observed, support, parameters, density, covariates=(x, *extra))


def normal_share(z: Expr) -> Expr:
    """The normal distribution function."""
    return (1 + erf(z / sqrt(2))) / 2


ODDS = regression("odds", y * ETA - log(1 + exp(ETA)), BINARY)
PROBIT = regression("probit", y * log(normal_share(ETA)) + (1 - y) * log(normal_share(-ETA)), BINARY)
CLOGLOG = regression("cloglog", y * log(1 - exp(-exp(ETA))) - (1 - y) * exp(ETA), BINARY)
CAUCHIT = regression("cauchit", y * log(S.Half + atan(ETA) / pi) + (1 - y) * log(S.Half - atan(ETA) / pi), BINARY)
FIVE = regression(
    "five", y * ETA - 5 * log(1 + exp(ETA)) + loggamma(6) - loggamma(y + 1) - loggamma(6 - y), S.Naturals0
)
RATE = regression("rate", y * ETA - exp(ETA) - loggamma(y + 1), COUNTS)
EXPOSED = regression("exposed", y * (ETA + log(t)) - t * exp(ETA) - loggamma(y + 1), COUNTS, extra=(t,))
WAITING = regression("waiting", -ETA - size * exp(-ETA), Interval.open(0, oo), size)
FIVE = replace(FIVE, support=S.Naturals0.intersect(Interval(0, 5)))

FACTOR = Family(
    "factor",
    y,
    COUNTS,
    (Parameter(rate, Interval.open(0, oo)), Parameter(b, S.Reals)),
    y * (log(rate) + b * x) - rate * exp(b * x) - loggamma(y + 1),
    covariates=(x,),
)

SEPARABLE = (ODDS, PROBIT, CLOGLOG, FIVE, RATE, EXPOSED, FACTOR)


def named(family: Family) -> str:
    """Under which a test is listed."""
    return family.name


@pytest.mark.parametrize("family", SEPARABLE, ids=named)
def test_existence_and_the_maximum_are_derived_and_proved(family: Family) -> None:
    """One condition, needed and enough; no step stays open."""
    found = derive(family)
    assert found.optimality.proved
    assert found.existence_proved
    assert found.existence_needed
    assert [one.meaning for one in found.exists_when] == ["no direction of the coefficients separates the data"]
    assert not found.obligations


def test_slopes_that_are_never_level_ask_nothing_of_the_data() -> None:
    """Gamma regressions have a maximum on all data."""
    assert derive(WAITING).existence_proved
    assert derive(WAITING).exists_when == ()
    assert derive(GAMMA).exists_when == ()


@pytest.mark.parametrize(
    "family",
    [
        CAUCHIT,
        regression("square", -(ETA**2) + y * ETA**2, COUNTS),
        regression("growing", y * ETA + exp(ETA), COUNTS),
        regression("uphill", y * ETA - exp(-ETA), COUNTS),
        regression("apart", y * a - exp(ETA), COUNTS),
    ],
    ids=named,
)
def test_what_is_not_concave_or_is_uphill_for_ever_is_not_taken_for_it(family: Family) -> None:
    """Heavy tails, weights of either sign, a term that bends up, one side uphill, a coefficient that stands alone."""
    assert linear_predictor(family) is None


def splits(low: list[float], high: list[float]) -> bool:
    """Whether a number separates two lists, with some value off it."""
    return max(low) <= min(high) and min(low) < max(high)


def separated(family: Family, rows: list[tuple[int, int]]) -> bool:
    """Whether data with one covariate are separated: by looking at them, without directions."""
    top = {"five": 5, "rate": np.inf, "exposed": np.inf, "factor": np.inf}.get(family.name, 1)
    least, most = ([place for count, place in rows if count == end] for end in (0, top))
    inner = [place for count, place in rows if 0 < count < top]
    if not most and not inner:
        return True
    if not least and not inner:
        return True
    if not inner:
        return splits(least, most) or splits(most, least)
    if len(set(inner)) > 1:
        return False
    # Every line that can be followed passes through the one place at which neither side is level.
    (middle,) = set(inner)
    return any(
        all(way * (place - middle) >= 0 for place in most)
        and all(way * (place - middle) <= 0 for place in least)
        and {*least, *most} - {middle}
        for way in (1, -1)
    )


@pytest.mark.thorough
@pytest.mark.parametrize("family", SEPARABLE, ids=named)
@given(data=st.data())
def test_data_are_refused_exactly_where_they_are_separated(family: Family, data: st.DataObject) -> None:
    """Ties, few places, counts on their ends: the direction is found, and its certificate confirmed."""
    top = {"five": 5, "rate": 3, "exposed": 3, "factor": 3}.get(family.name, 1)
    drawn = data.draw(
        st.lists(st.tuples(st.integers(0, top), st.integers(-2, 2)), min_size=1, max_size=6), label="rows"
    )
    rows = np.array([[*one, 1.0 + at][: 1 + len(family.covariates)] for at, one in enumerate(drawn)], dtype=np.float64)
    truth, _ = decide_all(derive(family).exists_when, rows, columns=family.columns)
    assert truth is not separated(family, drawn)
    found = certify(family, rows)
    if not truth:
        assert found.verdict is CertificateVerdict.NO_MAXIMUM
        assert found.check(rows)
        with pytest.raises(ExistenceError, match="changing"):
            fit(family, rows)
    elif len({place for _, place in drawn}) == 1:
        assert found.verdict is CertificateVerdict.GLOBAL_SET
        assert found.check(rows)
        with pytest.raises(UnsolvedError, match="do not determine"):
            fit(family, rows)
    else:
        assert found.verdict is CertificateVerdict.UNIQUE_GLOBAL
        assert found.check(rows)


TWO = np.array(
    [[0.0, -1.0, 1.0], [0.0, -1.0, -1.0], [1.0, 1.0, 1.0], [1.0, 1.0, -1.0], [1.0, 0.5, 0.5], [0.0, 0.0, 0.0]]
)


@pytest.mark.parametrize(
    ("name", "share"),
    [("beta_1", Fraction(-1)), ("beta_1", Fraction(0)), ("beta_2", Fraction(3)), ("alpha", Fraction(1))],
)
def test_another_direction_is_not_confirmed(name: str, share: Fraction) -> None:
    """Planted errors: a turned sign, a lost coefficient, one too large, an intercept that lifts zeros."""
    found = certify(LOGISTIC, TWO)
    assert found.verdict is CertificateVerdict.NO_MAXIMUM
    assert found.check(TWO)
    assert not replace(found, witness={**found.witness, name: share}).check(TWO)


def test_a_certificate_without_its_direction_is_not_confirmed() -> None:
    """Nor is one that lacks a coefficient; and none is where the data overlap."""
    found = certify(LOGISTIC, TWO)
    assert not replace(found, witness={}).check(TWO)
    assert not replace(found, witness={"alpha": Fraction(0), "beta_1": Fraction(1)}).check(TWO)
    overlapping = np.concatenate([TWO, [[1.0, -2.0, 0.0], [0.0, 2.0, 0.5]]])
    other = certify(LOGISTIC, overlapping)
    assert other.verdict is CertificateVerdict.UNIQUE_GLOBAL
    claimed = replace(other, verdict=CertificateVerdict.NO_MAXIMUM, witness=found.witness)
    assert not claimed.check(overlapping)


def test_a_factor_counts_as_its_logarithm() -> None:
    """Doubling a rate and moving an intercept by the logarithm of two are the same; the direction says so."""
    rows = np.array([[0.0, 1.0], [0.0, 2.0], [3.0, 5.0]])
    found, other = certify(FACTOR, rows), certify(RATE, rows)
    assert found.witness["log(rate)"] == other.witness["a"] != 0
    assert found.witness["b"] == other.witness["b"]
    assert found.check(rows)
    assert not replace(found, witness={"rate": Fraction(-5), "b": Fraction(1)}).check(rows)
    overlapping = np.array([[1.0, 1.0], [0.0, 2.0], [3.0, 5.0]])
    ours, theirs = fit(FACTOR, overlapping).theta_hat, fit(RATE, overlapping).theta_hat
    assert np.log(ours["rate"]) == pytest.approx(theirs["a"], rel=1e-12)


def test_many_rows_and_extreme_units_are_decided() -> None:
    """Powers of two make the rows alike, few of them are enough, and the one that overlaps is found among many."""
    rng = np.random.default_rng(7)
    places = rng.normal(size=(20_000, 2))
    apart = np.column_stack([places[:, 0] > 0.0, places])
    with pytest.raises(ExistenceError, match="separates the data' fails: changing"):
        fit(LOGISTIC, apart)
    apart[17, 0] = 1.0 - apart[17, 0]
    conditions, columns = derive(LOGISTIC).exists_when, LOGISTIC.columns
    assert decide_all(conditions, apart, columns=columns)[0] is True
    units = apart[:40] * [1.0, 1e120, 1e-120]
    assert decide_all(conditions, units, columns=columns)[0] is decide_all(conditions, apart[:40], columns=columns)[0]


def test_weights_of_zero_take_observations_out() -> None:
    """The one observation that overlaps has none."""
    rows = np.array(
        [[0.0, 1.0, 0.0], [1.0, 2.0, 1.0], [0.0, 1.0, 2.0], [1.0, 2.0, 5.0], [0.0, 3.0, 1.0], [1.0, 0.0, 1.0]]
    )
    assert certify(POISSON, rows, weights=[1, 1, 1, 1, 1, 1]).verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert certify(LOGISTIC, rows, weights=[1, 1, 1, 1, 0, 0]).verdict is CertificateVerdict.NO_MAXIMUM
    assert certify(LOGISTIC, rows, weights=[1, 1, 1, 1, 1, 1]).verdict is CertificateVerdict.UNIQUE_GLOBAL


def test_a_change_of_variable_is_derived_anew() -> None:
    """What the rows of a regression are asked is not carried over to another observation."""
    w = Symbol("w", integer=True, nonnegative=True)
    with pytest.raises(DeclarationError, match="rows of a regression"):
        transport(derive(RATE), "counted", w, w)


def test_rows_that_are_not_rational_leave_existence_open() -> None:
    """A logarithm of a covariate is no rational number: the maximum is proved where it is found, and no more said."""
    eta = a + b * log(t)
    family = Family(
        "logs",
        y,
        BINARY,
        (Parameter(a, S.Reals), Parameter(b, S.Reals)),
        y * eta - log(1 + exp(eta)),
        covariates=(t,),
    )
    assert derive(family).optimality.proved
    assert not derive(family).existence_proved
    rows = np.array([[0.0, 1.0], [1.0, 2.0], [0.0, 3.0], [1.0, 4.0]])
    assert certify(family, rows).verdict is CertificateVerdict.UNIQUE_GLOBAL
