"""Whether families whose bounded support moves and stretches with two parameters are estimated, and their only maximum
proved: raised cosine, parabola, half circle, powers between two ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sympy import Abs, Expr, Interval, Rational, S, Set, Symbol, cos, exp, log, oo, pi

from thetahat import Family, Parameter, certify, derive, fit
from thetahat.proofs.algebra.regions import is_strictly_concave
from thetahat.proofs.bounded_location import bounded_location_scale, by_vanishing_ends
from thetahat.proofs.checker import check_steps
from thetahat.proofs.derivation import Evidence, Outcome, Step
from thetahat.proofs.errors import ExistenceError, UnsolvedError
from thetahat.proofs.location import Z
from thetahat.verify.certify import CertificateVerdict
from thetahat.verify.likelihood import log_likelihood

y, m, t = Symbol("y", real=True), Symbol("m", real=True), Symbol("t", real=True)
s = Symbol("s", positive=True)
PLACE, SCALE = Parameter(m, S.Reals), Parameter(s, Interval.open(0, oo))
AROUND, FROM_START, LEVEL = Interval(m - s, m + s), Interval(m, m + s), log(Rational(3, 4))
u = (y - m) / s


def declared(density: Expr, support: Set = AROUND, *parameters: Parameter) -> Family:
    """A family of one place and one scale, unless other parameters are given."""
    return Family("moving", y, support, parameters or (PLACE, SCALE), density)


FAMILIES = {
    "raised cosine": declared(log(1 + cos(pi * u)) - log(2 * s)),
    "cosine": declared(log(cos(pi * u / 2)) - log(s) + log(pi / 4)),
    "parabola": declared(log(1 - u**2) - log(s) + LEVEL),
    "half circle": declared(log(s**2 - (y - m) ** 2) / 2 - 2 * log(s) + log(2 / pi)),
    "biweight": declared(2 * log(1 - u**2) - log(s) + log(Rational(15, 16))),
    "slanted": declared(log(12) + 2 * log(y - m) + log(m + s - y) - 4 * log(s), FROM_START),
    "parabola, scale first": declared(log(1 - u**2) - log(s) + LEVEL, AROUND, SCALE, PLACE),
    "parabola by its log scale": declared(
        log(1 - ((y - m) / exp(t)) ** 2) - t + LEVEL, Interval(m - exp(t), m + exp(t)), PLACE, Parameter(t, S.Reals)
    ),
}
DATA = st.lists(st.integers(-6, 6), min_size=1, max_size=7)


@pytest.mark.parametrize("name", FAMILIES)
def test_all_of_it_is_proved(name: str) -> None:
    """One maximum, for all data but those that are all equal."""
    found = derive(FAMILIES[name])
    assert found.outcome is Outcome.REDUCED
    assert found.optimality.proved
    assert found.optimality.unique
    assert found.existence_proved
    assert [one.meaning for one in found.exists_when] == ["the observations are not all equal"]
    assert found.count(Evidence.REFUTED) + found.count(Evidence.UNDECIDED) == 0


@pytest.mark.parametrize("name", FAMILIES)
@given(data=DATA, size=st.sampled_from([1.0, 1e-80, 1e3]), away=st.sampled_from([0.0, 100.0]))
def test_the_estimate_is_certified_or_refused(name: str, data: list[int], size: float, away: float) -> None:
    """Of data that are all equal the likelihood grows without bound as the scale goes to zero."""
    item, x = FAMILIES[name], (np.array(data, dtype=np.float64) + away) * size
    if x.min() == x.max():
        with pytest.raises(ExistenceError, match="not all equal"):
            fit(item, x)
        return
    certificate = certify(item, x)
    assert certificate.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert max(certificate.ulps(fit(item, x)).values()) < 8


@given(data=DATA, rival=st.tuples(st.floats(-8, 8), st.floats(0.1, 20)))
def test_no_rival_is_higher(data: list[int], rival: tuple[float, float]) -> None:
    """Also those whose support leaves data out have no higher likelihood: none."""
    x = np.array(data, dtype=np.float64)
    assume(x.min() < x.max())
    for name in ("raised cosine", "half circle"):
        item = FAMILIES[name]
        assume(x.max() < rival[0] + rival[1])
        assume(x.min() > rival[0] - rival[1])
        best, rounding = log_likelihood(item, fit(item, x).theta, x)
        other, more = log_likelihood(item, rival, x)
        assert other <= best + rounding + more, f"{name}: {rival} lies {other - best:.3g} nats above the estimate"


@pytest.mark.parametrize("size", [1e80, 1e-80])
def test_large_and_small_units_carry_over(size: float) -> None:
    """A power of a float that overflows raised an error of Python's own."""
    data: NDArray[np.float64] = np.array([-0.5, 0.25, 1.0, 1.25])
    for item in (FAMILIES["parabola"], FAMILIES["raised cosine"]):
        one, other = fit(item, data).theta, fit(item, data * size).theta
        assert other == pytest.approx(one * size, rel=1e-14)


def test_one_of_two_known_parameters_leaves_the_other() -> None:
    """A known scale, and a known place, of which not all observations may be."""
    cosine = FAMILIES["raised cosine"]
    place, scale = derive(cosine.fix(s=1)), derive(cosine.fix(m=0))
    assert place.existence_proved
    assert place.exists_when == ()
    assert [one.meaning for one in scale.exists_when] == ["not all observations are 0"]
    assert certify(scale.family, [0.0, 0.5, -0.25]).verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert fit(cosine, [0.0, 0.5, -0.25], fixed={"m": 0}).theta_hat["s"] == pytest.approx(
        fit(scale.family, [0.0, 0.5, -0.25]).theta_hat["s"]
    )
    with pytest.raises(ExistenceError, match="not all observations are 0"):
        fit(scale.family, [0.0, 0.0])


NOT_OPENED = {
    "a corner": declared(log(1 - Abs(u)) - log(s)),
    "a density that does not vanish": declared(log(2 - u**2) - log(s) - log(Rational(10, 3))),
    "a density that grows at both ends": declared(2 * log(Abs(u)) - log(s) + log(Rational(3, 2))),
    "an arcsine distribution": declared(-log(1 - u**2) / 2 - log(pi) - log(s), Interval.open(m - s, m + s)),
}


@pytest.mark.parametrize("name", NOT_OPENED)
def test_what_is_not_concave_and_zero_at_its_ends_stays_unsolved(name: str) -> None:
    """None of these is estimated by slopes inside the support."""
    assert derive(NOT_OPENED[name]).outcome is Outcome.UNSOLVED


def test_a_scale_that_has_a_least_value_may_have_its_best_there() -> None:
    """The maximum is the only one if there is one; whether there is, is not said."""
    item = declared(log(1 - u**2) - log(s) + LEVEL, AROUND, PLACE, Parameter(s, Interval.open(1, oo)))
    structure = bounded_location_scale(item)
    assert structure is not None
    assert by_vanishing_ends(item, structure) is None
    assert not derive(item).existence_proved


def _named(key: str, value: Expr) -> Callable[[Step], Step]:
    return lambda step: replace(step, using=tuple((k, value if k == key else one) for k, one in step.using))


PLANTED = {
    "no upper end": _named("hi", oo),
    "another upper end": _named("hi", Rational(1, 2)),
    "another lower end": _named("lo", -S.Half),
    "another function": lambda step: replace(step, value=2 * step.value),
}


@pytest.mark.parametrize("name", PLANTED)
def test_planted_errors_in_the_interval_of_the_kernel_are_refuted(name: str) -> None:
    """Concave on a part of the interval alone says nothing of the whole."""
    for item in (FAMILIES["parabola"], FAMILIES["raised cosine"]):
        steps = derive(item).steps
        at = next(place for place, step in enumerate(steps) if step.rule == "concave")
        assert check_steps(item, steps[: at + 1])[-1].evidence is Evidence.SIGN
        assert check_steps(item, (*steps[:at], PLANTED[name](steps[at])))[-1].evidence is Evidence.REFUTED


def test_bends_of_waves_are_seen() -> None:
    """Between its zeros, and not beyond a turn of its slope. Planted: half of a wave, which bends up."""
    assert is_strictly_concave(log(1 + cos(pi * Z)), Z, S.NegativeOne, S.One)
    assert is_strictly_concave(log(cos(Z)), Z, -pi / 2, pi / 2)
    assert not is_strictly_concave(log(2 + cos(pi * Z)), Z, S.NegativeOne, S.One)


BETWEEN = declared(
    log(6) + log(y - m) + log(t - y) - 3 * log(t - m), Interval.open(m, t), PLACE, Parameter(t, Interval.open(m, oo))
)
QUARTIC = declared(log(1 - u**4) - log(s) + log(Rational(5, 8)))


@pytest.mark.parametrize("unit", [1e-140, 1e-100, 1.0, 1e50, 1e140])
@pytest.mark.parametrize(
    "family", [BETWEEN, pytest.param(QUARTIC, marks=pytest.mark.thorough)], ids=["by both ends", "fourth powers"]
)
def test_climbs_begin_at_the_size_of_the_data(family: Family, unit: float) -> None:
    """Ends kept apart by the data began next to them, and fourth powers overflow everywhere: no climb began."""
    x = np.array([1.0, -2.0, 0.5])
    assert fit(family, unit * x).theta == pytest.approx(unit * fit(family, x).theta, rel=1e-12)


def test_data_that_no_member_holds_are_called_so() -> None:
    """It was said that the estimate is too large for a double, or too close to an end."""
    narrow = declared(log(6) + log(y - m) + log(m + 3 - y) - 3 * log(3), Interval.open(m, m + 3), PLACE)
    with pytest.raises(UnsolvedError, match="no member has a support that holds all of these observations"):
        fit(narrow, [-1.0, 30.0])
