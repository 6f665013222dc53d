"""Whether sums of terms that tend to constants keep what these lack, and what is fitted and certified by that."""

import math
from dataclasses import replace

import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational, Symbol, cosh, exp, log, sinh, tanh

from thetahat import Family, certify, fit
from thetahat.proofs.ball_sums import row_sums
from thetahat.proofs.balls import compiled, precision
from thetahat.proofs.families.real.logistic_known_scale import LOGISTIC_KNOWN_SCALE
from thetahat.proofs.saturating import as_saturating, saturated, saturating
from thetahat.verify.certify import CertificateVerdict, Enclosure

X, M, S = Symbol("x", real=True), Symbol("m", real=True), Symbol("s", positive=True)
LOGISTIC = 1 / S - 2 * exp((M - X) / S) / (S * (exp((M - X) / S) + 1))
SLOPES = [LOGISTIC, LOGISTIC.diff(M), sinh(X - M) / cosh(X - M), S * tanh(X - M), tanh(X - M).diff(M)]


def known_scale(s: float = 2.0) -> Family:
    """The logistic family of that scale."""
    return LOGISTIC_KNOWN_SCALE.fix(s=s)


@pytest.mark.parametrize("term", SLOPES)
@given(st.floats(-50, 50), st.floats(-50, 50), st.floats(0.1, 9))
def test_what_is_found_is_the_term(term, x, m, s):
    """The factor times the function has the term's value."""
    found = saturating(term, (X,))
    assert found is not None
    values = [arb(value) for value in (x, m, s)]
    with precision(256):
        ours, theirs = compiled((found[0] * found[1], term), (X, M, S))(*values)
        assert ours.overlaps(theirs)
        assert theirs.rad() < 1e-20


@pytest.mark.parametrize(
    "term",
    [
        X * tanh(X - M),
        tanh(X - M) + 1,
        tanh(X - M) ** 3,
        1 - 2 * exp(M - X) / (exp(M - X) + 2),
        1 - 3 * exp(M - X) / (exp(M - X) + 1),
        log(1 + exp(M - X)),
        exp(M - X),
        X - M,
    ],
)
def test_what_does_not_tend_to_opposite_constants_is_left_alone(term):
    """Nor what does so beside something else."""
    assert saturating(term, (X,)) is None
    assert as_saturating(term, (X,)) == term


@pytest.mark.parametrize("weights", [None, [arb(1)] * 4, [arb(3), arb("0.5"), arb("0.5"), arb(3)]])
def test_sums_keep_what_terms_lack_of_one(weights):
    """Two rows far to either side of a place and two near: the sign of the sum is that of a share of ``exp(-2000)``."""
    rows = [(arb(-1000),), (arb(-1),), (arb(1),), (arb(1000),)]
    far, near = rows[::3], rows[1:3]
    heavy, light = (None, None) if weights is None else (weights[::3], weights[1:3])
    bend = saturated(tanh(X - M).diff(M), (X,))
    score, curvature = row_sums((tanh(X - M), bend), (X,), (M,))(far, heavy, arb(2) ** -20)
    for share in (score, curvature):
        assert -(arb(10) ** -860) < share < -(arb(10) ** -880)
    for m in (arb("0.3"), arb(-2)):
        (both,) = row_sums((tanh(X - M),), (X,), (M,))(rows, weights, m)
        (close,) = row_sums((tanh(X - M),), (X,), (M,))(near, light, m)
        (apart,) = row_sums((tanh(X - M),), (X,), (M,))(far, heavy, m)
        direct = sum(
            ((x[0] - m).tanh() * (1 if weights is None else w) for x, w in zip(rows, weights or rows, strict=True)),
            arb(0),
        )
        assert both.overlaps(close + apart)
        assert both.overlaps(direct)


@pytest.mark.parametrize("s", [2.0, 3.0, Rational(1, 7)])
@pytest.mark.parametrize("reach", [1e3, 1e6, 1e9])
@pytest.mark.parametrize("each", [1, 25])
def test_a_place_between_two_far_clusters_is_told_by_what_its_score_lacks(s, reach, each):
    """As many rows on either side draw alike in the middle, with a share like ``exp(-1000000)`` of what a row may."""
    member, x = known_scale(s), [-reach] * each + [2 * reach] * each
    proof, found = certify(member, x), fit(member, x)
    assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert proof.theta["mu"].contains(fmpq(int(reach), 2))
    assert found.theta_hat["mu"] == reach / 2
    assert proof.check(x)
    for planted in (arb(reach / 2 + 1), arb(reach / 2 - 1e-6), arb(0)):
        assert not replace(proof, theta={"mu": Enclosure.of(planted)}).check(x)


def test_uneven_clusters_of_one_side_move_the_place_by_their_logarithm():
    """Of 25 rows on either side, the nearest alone draw: five at one distance, twenty a few scales farther off."""
    member, x = known_scale(2.0), [-9e5] * 25 + [8e5] * 5 + [8e5 + 40] * 20
    proof = certify(member, x)
    assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
    # 25 exp(-(m + 9e5) / 2) = 5 exp(-(8e5 - m) / 2) (1 + 4 exp(-20)), by which m is the middle and a logarithm.
    with_far = math.log1p(4 * math.exp(-20))
    assert abs(proof.rounded()[0] - (-5e4 + math.log(25 / 5) - with_far)) < 1e-9
    assert proof.check(x)
    assert fit(member, x).theta_hat["mu"] == pytest.approx(proof.rounded()[0], rel=1e-15)
