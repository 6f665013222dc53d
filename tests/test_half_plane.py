"""Whether lines along which likelihoods are concave are found, and nothing is said of tails that are heavier."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import Expr, Interval, Rational, S, Symbol, log, oo, pi

from thetahat import Family, Parameter, certify, derive, family, fit
from thetahat.proofs.derivation import Verdict
from thetahat.verify.certify import CertificateVerdict
from thetahat.verify.known_values import derivation_with
from thetahat.verify.likelihood import log_likelihood

POSITIVE = Interval.open(0, oo)
X, C = Symbol("x", positive=True), Symbol("c", positive=True)
Y, M = Symbol("y", real=True), Symbol("m", real=True)


def cauchy(place: Expr, scale: Expr, *parameters: Parameter) -> Family:
    """The family of that name in other parameters."""
    return Family("heavy", Y, S.Reals, parameters, log(scale) - log(pi) - log(scale**2 + (Y - place) ** 2))


ANYWHERE, ANY_SCALE = Parameter(M, S.Reals), Parameter(C, POSITIVE)
CONCAVE = {
    "shipped": lambda: family("cauchy"),
    "by inverse scale": lambda: cauchy(M, 1 / C, ANYWHERE, ANY_SCALE),
    "by half the place": lambda: cauchy(2 * M, C**2, ANYWHERE, ANY_SCALE),
    "of logarithms": lambda: family("cauchy").transform("log_cauchy", X, log(X)),
    "of two degrees": lambda: family("student_t").fix(nu=2),
    "of one degree and a little": lambda: family("student_t").fix(nu=1.01),
}
NOT_CONCAVE = {
    "of half a degree": lambda: family("student_t").fix(nu=0.5),
    "of any degrees": lambda: family("student_t"),
    "with a least scale": lambda: cauchy(M, C, ANYWHERE, Parameter(C, Interval.open(1, oo))),
    "with a greatest scale": lambda: cauchy(M, C, ANYWHERE, Parameter(C, Interval.open(0, 3))),
    "a place alone": lambda: cauchy(M, S.One, ANYWHERE),
}


@pytest.mark.parametrize("name", CONCAVE)
def test_concavity_along_lines_is_found(name: str) -> None:
    """In whatever parameters, and of logarithms."""
    derivation = derive(CONCAVE[name]())
    assert "half-plane" in {step.rule for step in derivation.steps}
    assert derivation.optimality.proved
    assert {finding.evidence.verdict for finding in derivation.findings} == {Verdict.AGREE}


@pytest.mark.parametrize("name", NOT_CONCAVE)
def test_no_concavity_is_claimed_of_other_tails_or_of_a_part_of_the_half_plane(name: str) -> None:
    """A line between two members may leave a part of it."""
    derivation = derive(NOT_CONCAVE[name]())
    assert "half-plane" not in {step.rule for step in derivation.steps}
    assert not derivation.optimality.proved


@pytest.mark.thorough
@given(
    x=st.lists(st.integers(-9, 9), min_size=3, max_size=9),
    place=st.floats(-12.0, 12.0),
    scale=st.floats(0.01, 30.0),
    degrees=st.sampled_from([1, Rational(3, 2), 4]),
)
def test_no_member_is_above_a_certified_maximum(x: list[int], place: float, scale: float, degrees: Expr) -> None:
    """In floats, whatever the data; those of which one value has a large share have none."""
    assume(2 * max(x.count(value) for value in x) < len(x))
    member = family("student_t").fix(nu=degrees)
    assert certify(member, x).verdict is CertificateVerdict.UNIQUE_GLOBAL
    best = fit(member, x).theta
    height, rounding = log_likelihood(member, [place, scale], x)
    top, more = log_likelihood(member, best, x)
    assert height <= top + rounding + more


def test_two_values_of_the_same_share_have_no_only_maximum() -> None:
    """Of two observations every member whose place and scale are on a half-circle through both is likeliest."""
    heights = {round(log_likelihood(family("cauchy"), [math.cos(t), math.sin(t)], [-1.0, 1.0])[0], 12) for t in (1, 2)}
    assert len(heights) == 1
    assert not derive(family("cauchy")).optimality.unique
    assert certify(family("cauchy"), [-1.0, 1.0]).verdict is CertificateVerdict.UNDECIDED


def test_degrees_of_freedom_decide_whether_the_maximum_is_proved() -> None:
    """For all degrees at once it is not."""
    general = family("student_t")
    assert derivation_with(general, {"nu": 3}).optimality.unique
    assert not derivation_with(general, {"nu": 0.5}).optimality.proved
