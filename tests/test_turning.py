"""Whether likelihoods that turn once along their highest points are found, and whether what follows of data is so."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import Expr, Interval, Rational, S, Symbol, exp, log, oo, pi, sqrt

from thetahat import Family, Parameter, certify, derive, family, fit
from thetahat.proofs.algebra.atoms import Mean
from thetahat.proofs.algebra.spreads import falls_where_zero, find_spreads, named, sign_of
from thetahat.proofs.derivation import Derivation, Verdict
from thetahat.proofs.errors import ExistenceError
from thetahat.verify.certify import CertificateVerdict
from thetahat.verify.likelihood import log_likelihood

POSITIVE = Interval.open(0, oo)
X, B, C = (Symbol(name, positive=True) for name in "xbc")
Y, M, G = (Symbol(name, real=True) for name in "ymg")
TURNING = ("birnbaum_saunders", "rayleigh_shifted")


def birnbaum_saunders(shape: Expr, scale: Expr, *parameters: Parameter) -> Family:
    """The family of that name in other parameters."""
    density = log(X + scale) - log(shape) - log(scale) / 2 - (X - scale) ** 2 / (2 * shape**2 * scale * X)
    return Family("fatigue", X, POSITIVE, parameters, density - 3 * log(X) / 2 - log(2) - log(2 * pi) / 2)


def maxwell_shifted() -> Family:
    """The length of a vector in space, from an unknown place on."""
    density = 2 * log(Y - M) - 3 * log(B) - (Y - M) ** 2 / (2 * B**2) + log(sqrt(2 / pi))
    return Family("speeds", Y, Interval.open(M, oo), (Parameter(M, S.Reals), Parameter(B, POSITIVE)), density)


OTHERS = {
    "by precision": lambda: birnbaum_saunders(1 / sqrt(B), C, Parameter(B, POSITIVE), Parameter(C, POSITIVE)),
    "by log scale": lambda: birnbaum_saunders(B, exp(G), Parameter(B, POSITIVE), Parameter(G, S.Reals)),
    "another power at the end": maxwell_shifted,
}


def rules(derivation: Derivation) -> set[str]:
    return {step.rule for step in derivation.steps}


@pytest.mark.thorough
@pytest.mark.parametrize("name", [*TURNING, *OTHERS])
def test_one_turn_is_found_in_other_parameters_and_families(name: str) -> None:
    """Every step is proved, and every root is the one maximum."""
    derivation = derive(OTHERS[name]() if name in OTHERS else family(name))
    assert {"line-turn", "ridge-turn"} <= rules(derivation)
    assert derivation.optimality.unique
    assert {finding.evidence.verdict for finding in derivation.findings} == {Verdict.AGREE}


def test_no_turn_is_claimed_where_the_highest_point_may_lie_outside() -> None:
    """Of bounded shape, the root on a line need not be a member."""
    short = birnbaum_saunders(B, C, Parameter(B, Interval.open(0, Rational(1, 2))), Parameter(C, POSITIVE))
    assert not derive(short).optimality.proved


def test_no_turn_is_claimed_of_a_profile_that_may_turn_twice() -> None:
    """The likelihood of Lomax data may fall, rise to a maximum and fall again as the scale grows smaller."""
    lomax = derive(family("lomax"))
    assert "ridge-turn" not in rules(lomax)
    assert not lomax.optimality.proved


@pytest.mark.parametrize("name", TURNING)
@given(
    x=st.lists(st.floats(0.01, 100.0), min_size=2, max_size=8), place=st.floats(-5.0, 5.0), size=st.floats(0.05, 20.0)
)
def test_no_member_is_above_the_certified_maximum(name: str, x: list[float], place: float, size: float) -> None:
    """In floats, whatever the data: neither far from the estimate nor near it."""
    assume(max(x) > 1.001 * min(x))
    member = family(name)
    assert certify(member, x).verdict is CertificateVerdict.UNIQUE_GLOBAL
    best = np.array([fit(member, x).theta_hat[one] for one in member.parameter_names])
    there = [size, math.exp(place)] if name == "birnbaum_saunders" else [min(x) - math.exp(place), size]
    for rival in (np.array(there), best + (np.array(there) - best) / 64):
        height, rounding = log_likelihood(member, rival, x)
        top, more = log_likelihood(member, best, x)
        assert height <= top + rounding + more


@pytest.mark.parametrize("name", TURNING)
@given(value=st.floats(0.01, 100.0), count=st.integers(1, 5))
def test_equal_observations_have_no_maximum(name: str, value: float, count: int) -> None:
    """The likelihood has no stationary point then."""
    assert derive(family(name)).existence_needed
    with pytest.raises(ExistenceError):
        fit(family(name), [value] * count)
    assert certify(family(name), [value] * count).verdict is CertificateVerdict.NO_MAXIMUM


def test_the_inequality_is_not_used_the_wrong_way_round() -> None:
    """Planted: a mean square below the squared mean; a function that takes one value twice leaves no strict sign."""
    variance = Mean(Y**2, Y) - Mean(Y, Y) ** 2
    for sign in (1, -1):
        found = named([sign * variance], find_spreads([variance], Y, {}), Y, {})
        assert found is not None
        assert sign_of(found.values[0], found.excesses, {}) == sign
    fourth = Mean(Y**4, Y) - Mean(Y**2, Y) ** 2
    found = named([fourth], find_spreads([fourth], Y, {}), Y, {})
    assert found is not None
    assert sign_of(found.values[0], found.excesses, {}) == 0


def test_a_slope_that_rises_where_it_is_zero_is_not_said_to_fall() -> None:
    """Planted: the other sign, and an average that the equation does not hold."""
    falling = Mean(X, X) / B - 1
    assert falls_where_zero(falling, B, X, (), X, {})
    assert not falls_where_zero(-falling, B, X, (), X, {})
    assert not falls_where_zero(falling, B, X**2, (), X, {})
