"""Likelihoods of three parameters followed along the curve of their highest points to both of its ends."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from flint import arb
from sympy import S, oo

from thetahat import certify, derive, family, fit
from thetahat.proofs.ball_data import Table
from thetahat.proofs.balls import precision
from thetahat.proofs.errors import ThetahatError
from thetahat.verify.certify import CertificateVerdict, Enclosure, crest_bounds, crest_cover, profile_check
from thetahat.verify.certify.crest_bounds import Logarithms, has_no_highest_on_crest, is_highest_on_crest
from thetahat.verify.certify.crest_profile import CrestProfile, crest_profile
from thetahat.verify.certify.germs import Germ
from thetahat.verify.certify.methods import ABSENCE, PROFILE

STACY = family("generalised_gamma")
SHAPES = {
    "two": [1.0, 2.0],
    "two far": [1e-200, 1e200],
    "three": [1.0, 1.0, 3.0],
    "flat": list(np.linspace(0.05, 1.0, 20)),
    "skewed": list(np.exp(np.linspace(0.0, 1.5, 20) ** 3)),
    "offset": [1e8, 1e8 + 1, 1e8 + 4],
    "next": [1.0, 1.0, math.nextafter(1.0, 2.0)],
    "subnormal": [5e-324, 1e-323, 5e-322],
    "spread": [1e-200, 1.0, 1e200],
}
INSIDE = np.array([0.55, 0.9, 1.0, 1.1, 1.2, 1.4, 1.5, 1.7, 1.8, 2.1, 2.2, 2.6])


def profile() -> CrestProfile:
    """That of the generalised gamma family."""
    found = crest_profile(derive(STACY), derive(STACY).findings)
    assert found is not None
    return found


def logarithms(data: list[float]) -> Logarithms:
    """Those of some data."""
    return Logarithms.of(Table(STACY.columns, [(arb(value),) for value in data], None))


def height(data: list[float], p: float) -> float:
    """The mean log-likelihood and logarithm at the member on the curve, in doubles, from the density itself."""
    x = np.array(data)
    with precision(256):
        w = [arb(value) ** arb(p) for value in x.tolist()]
        logs = [arb(value).log() for value in x.tolist()]
        m, mean = sum(w, arb(0)) / len(w), sum(logs, arb(0)) / len(w)
        d = m / (sum((a * b for a, b in zip(w, logs, strict=True)), arb(0)) / len(w) - m * mean)
        a = (p * m / d) ** (1 / arb(p))
        k = d / p
        return float(arb(p).log() - d * a.log() - k.lgamma() + d * mean - m / a ** arb(p))


@pytest.mark.parametrize("data", SHAPES.values(), ids=SHAPES)
def test_data_whose_likelihood_is_highest_in_a_limit_have_no_maximum(data: list[float]) -> None:
    """The lognormal limit, or that of powers up to the largest: both were undecided."""
    proof = certify(STACY, data)
    assert (proof.verdict, proof.method) == (CertificateVerdict.NO_MAXIMUM, ABSENCE)
    assert proof.check(data)
    with pytest.raises(ThetahatError):
        fit(STACY, data)


@pytest.mark.parametrize("unit", [1.0, 2.0**-500, 2.0**500])
def test_a_maximum_inside_is_proved_to_be_the_only_one(unit: float) -> None:
    """It was a local one."""
    data = INSIDE * unit
    proof = certify(STACY, data)
    assert (proof.verdict, proof.method) == (CertificateVerdict.UNIQUE_GLOBAL, PROFILE)
    assert proof.check(data)
    with precision(256):
        beside = Enclosure.of(proof.theta["p"].ball * (1 + arb(2) ** -60))
    assert not replace(proof, theta={**proof.theta, "p": beside}).check(data)


def test_planted_verdicts_are_caught() -> None:
    """No maximum where there is one; a maximum, from elsewhere, where there is none."""
    inside, none = certify(STACY, INSIDE), certify(STACY, SHAPES["flat"])
    assert not replace(inside, verdict=CertificateVerdict.NO_MAXIMUM, method=ABSENCE).check(INSIDE)
    stolen = replace(none, verdict=inside.verdict, method=PROFILE, theta=inside.theta, region=inside.region, bits=128)
    assert not stolen.check(SHAPES["flat"])


@pytest.mark.parametrize("spoil", ["curve", "curve_far"])
def test_a_profile_of_another_density_is_caught(spoil: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: the slope read as the height, with either centre."""
    curve = getattr(profile(), spoil)
    wrong = replace(profile(), **{spoil: replace(curve, places=(*curve.places[1:], curve.places[0]))})
    proof = certify(STACY, SHAPES["flat"])
    assert proof.check(SHAPES["flat"])
    monkeypatch.setattr(profile_check, "crest_profile", lambda *_: wrong)
    assert not proof.check(SHAPES["flat"])


@pytest.mark.parametrize("data", [SHAPES["flat"], SHAPES["skewed"], SHAPES["two"], INSIDE.tolist()])
def test_bounds_beside_the_ends_hold_at_members(data: list[float]) -> None:
    """At many places between a cut and its end, also those to which limits are said to be above."""
    with precision(128):
        logs = logarithms(data)
        for end, sign in ((S.Zero, -1), (oo, 1)):
            for digits in (2, 4, 8, 12):
                cut = (arb(2) ** (sign * digits) / logs.spread).mid()
                germ = crest_bounds._germ(profile(), end, cut, logs)
                limit = germ.below_limit()
                for factor in (1.0, 1.01, 3.0, 50.0):
                    value = height(data, float(cut) * factor**sign)
                    assert not germ.span().high < value
                    assert limit is None or not limit < value


def test_bounds_of_one_dataset_are_none_of_another() -> None:
    """Neither argument holds where the other does; nor next to the maximum."""
    with precision(128):
        inside, flat = logarithms(INSIDE.tolist()), logarithms(SHAPES["flat"])
        place = certify(STACY, INSIDE).theta["p"].ball
        assert is_highest_on_crest(profile(), place, inside)
        assert not is_highest_on_crest(profile(), place * arb(1.5), inside, 2000)
        assert not has_no_highest_on_crest(profile(), inside, 2000)
        assert has_no_highest_on_crest(profile(), flat)
        assert not is_highest_on_crest(profile(), place, flat, 2000)


@pytest.mark.parametrize("data", [SHAPES["flat"], SHAPES["skewed"], SHAPES["two"], INSIDE.tolist()])
def test_no_member_between_two_points_of_the_curve_is_above_its_bounds(data: list[float]) -> None:
    """Nor are the bounds far above the highest of a few members between the points."""
    rng = np.random.default_rng(5)
    with precision(128):
        logs = logarithms(data)
        for start in np.exp(rng.uniform(-3.0, 0.5, size=12)):
            first = (arb(start) / logs.spread).mid()
            ends = [crest_cover.point_of(profile(), first * arb(factor), logs.centred) for factor in (1, 1.02)]
            between = [height(data, float(first) * factor) for factor in (1.0, 1.003, 1.01, 1.017, 1.02)]
            highest = max(between)
            for end, known in zip(ends, (between[0], between[-1]), strict=True):
                assert float(end.height) == pytest.approx(known, abs=1e-9)
            assert not crest_cover.is_below_between(*ends, arb(highest - 1e-9))
            assert not crest_cover._is_below_by_bend(profile(), *ends, arb(highest - 1e-9), logs.centred)
            assert crest_cover.is_below_between(*ends, arb(highest + 1e-3))
            assert crest_cover._is_below_by_bend(profile(), *ends, arb(highest + 0.1), logs.centred)


def test_tangents_and_bends_are_those_of_the_curve() -> None:
    """Planted: a tangent below the concave function makes a bound that is none; second differences tell the bends."""
    with precision(256):
        logs = logarithms(INSIDE.tolist())
        first, step = (1 / logs.spread).mid(), arb(2) ** -40
        low, middle, high = (crest_cover.point_of(profile(), first * (1 + k * step), logs.centred) for k in (-1, 0, 1))
        slopes = [(b.height - a.height) / (b.inner - a.inner) for a, b in ((low, middle), (middle, high))]
        second = 2 * (slopes[1] - slopes[0]) / (high.inner - low.inner)
        bend = profile().line.bend(first, logs.centred)[1] + crest_cover._bend_of_concave(middle.inner, middle.inner)
        assert float(bend) == pytest.approx(float(second), rel=1e-9)
        ends = [crest_cover.point_of(profile(), first * factor, logs.centred) for factor in (1, 2)]
        top = ends[0].height.max(ends[1].height) + arb(2) ** -20
        flat = [
            replace(end, slope=(ends[1].concave - ends[0].concave) / (ends[1].inner - ends[0].inner)) for end in ends
        ]
        assert not crest_cover.is_below_between(*ends, top)
        assert crest_cover.is_below_between(*flat, top)


def test_multiples_of_t_log_t_fall_from_a_limit() -> None:
    """They outweigh a rise like t close enough to zero; planted: too far from it, or with the other sign."""
    for far, known in ((arb(2) ** -4, True), (arb(2) ** -1, False)):
        t = Germ.variable(far)
        falling = Germ.number(arb(3), far) + t * t.log() + t
        assert (falling.below_limit() is not None) is known
        assert (Germ.number(arb(3), far) + -(t * t.log())).below_limit() is None
        for place in (far, far / 7, far / 1000):
            value = 3 + place * place.log() + place
            assert not falling.span().high < value
            assert not falling.span().low > value


def test_exponentials_that_vanish_with_all_derivatives_are_bounded() -> None:
    """As ``exp(-1/t)``, below some multiple of the third power of t."""
    for far in (arb(0.125), arb(2)):
        t = Germ.variable(far)
        flat = (-t.inverse()).exp()
        assert flat.power == 3
        for place in (far, far / 2, far / 9):
            assert not flat.span().high < (-1 / place).exp()
            assert flat.terms[0] * place**3 >= 0 or flat.terms[0].contains((-1 / place).exp() / place**3)
