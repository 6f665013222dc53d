"""Slanted likelihoods followed over all places: the only maximum is proved, or that a growing slant has none."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from flint import arb
from sympy import erfc, exp, log

from thetahat import certify, derive, family
from thetahat.proofs.ball_data import Table
from thetahat.proofs.balls import precision
from thetahat.proofs.slant import V
from thetahat.verify.certify import CertificateVerdict, Enclosure, curves, profile_check, slant_cover
from thetahat.verify.certify.methods import ABSENCE, PROFILE
from thetahat.verify.certify.parts import highest_of_parabola
from thetahat.verify.certify.slant_bounds import Slanted, best_slant
from thetahat.verify.certify.slant_cover import has_no_highest_of_slanted, is_highest_of_slanted
from thetahat.verify.certify.slant_profile import SlantProfile, is_log_concave, slant_profile

SKEWED = family("skew_normal")
NONE = {
    "two": [1.0, 2.0],
    "three": [0.0, 1.0, 3.0],
    "tied": [1.0, 1.0, 1.0, 5.0],
    "offset": [1e15, 1e15 + 1, 1e15 + 4],
    "next": [1.0, 1.0, math.nextafter(1.0, 2.0)],
    "subnormal": [5e-324, 1e-323, 5e-322],
    "large": [-1e300, 0.0, 1e299],
}
INSIDE = np.array([-5.0, -1.0, -1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 7.0])


def profile() -> SlantProfile:
    """That of the skew normal family."""
    found = slant_profile(derive(SKEWED), derive(SKEWED).findings)
    assert found is not None
    return found


def slanted(data: list[float]) -> Slanted:
    """Its likelihood for some data."""
    return Slanted.of(profile(), Table(SKEWED.columns, [(arb(value),) for value in data], None))


@pytest.mark.parametrize("data", NONE.values(), ids=NONE)
def test_data_whose_likelihood_is_highest_for_a_growing_slant_have_no_maximum(data: list[float]) -> None:
    """At the half-normal limit at one end of the data; all were undecided."""
    proof = certify(SKEWED, data)
    assert (proof.verdict, proof.method) == (CertificateVerdict.NO_MAXIMUM, ABSENCE)
    assert proof.check(data)


@pytest.mark.parametrize("unit", [1.0, -1.0, 2.0**-400])
def test_a_maximum_inside_is_proved_to_be_the_only_one(unit: float) -> None:
    """It was a local one; planted beside it."""
    data = INSIDE * unit
    proof = certify(SKEWED, data)
    assert (proof.verdict, proof.method) == (CertificateVerdict.UNIQUE_GLOBAL, PROFILE)
    assert proof.check(data)
    with precision(256):
        beside = Enclosure.of(proof.theta["alpha"].ball * (1 + arb(2) ** -60))
    assert not replace(proof, theta={**proof.theta, "alpha": beside}).check(data)


def test_planted_verdicts_are_caught() -> None:
    """No maximum where there is one; a maximum, from elsewhere, where there is none."""
    inside, none = certify(SKEWED, INSIDE), certify(SKEWED, NONE["three"])
    assert not replace(inside, verdict=CertificateVerdict.NO_MAXIMUM, method=ABSENCE).check(INSIDE)
    stolen = replace(none, verdict=inside.verdict, method=PROFILE, theta=inside.theta, region=inside.region, bits=128)
    assert not stolen.check(NONE["three"])


def test_arguments_of_one_dataset_are_none_of_another() -> None:
    """Nor are they beside the maximum, nor with another slant, which is lower than the limits."""
    theta = {name: held.ball for name, held in certify(SKEWED, INSIDE).theta.items()}
    with precision(128):
        inside, none = slanted(INSIDE.tolist()), slanted(NONE["three"])
        place, slant = theta["xi"], theta["alpha"] / theta["omega"]
        assert is_highest_of_slanted(inside, place, slant)
        assert not is_highest_of_slanted(inside, place + arb(0.125), slant, 500)
        assert not is_highest_of_slanted(inside, place, -slant, 500)
        assert not has_no_highest_of_slanted(inside, 500)
        assert has_no_highest_of_slanted(none)
        assert not is_highest_of_slanted(none, place, slant, 500)


@pytest.mark.parametrize("seed", range(6))
def test_the_parts_of_the_likelihood_are_those_of_the_density(seed: int) -> None:
    """Level and slant add up to the declared mean log-likelihood at the best scale, but for the unit's logarithm."""
    rng = np.random.default_rng(seed)
    data = rng.normal(3.0, 2.0, size=7)
    place, slant = float(rng.normal(3.0, 1.0)), float(rng.normal())
    scale = math.sqrt(np.mean((data - place) ** 2))
    with precision(128):
        one = slanted(data.tolist())
        at, turned = (arb(place) - one.origin) / one.unit, arb(slant) * one.unit
        found = one.level(at)[0] + one.added(turned, at) - one.unit.log()
    beside = (data - place) / scale
    normal = -0.5 * beside**2 - math.log(scale) - 0.5 * math.log(2 * math.pi)
    wide = [math.log(math.erfc(-slant * (value - place) / math.sqrt(2))) for value in data]
    assert float(found) == pytest.approx(normal.mean() + np.mean(wide), abs=1e-12)


def test_slopes_and_bends_hold_over_parts() -> None:
    """Differences of values in balls lie between what is said of slopes, and of second derivatives."""
    with precision(128):
        one = slanted(INSIDE.tolist())
        place, slant, step = arb(0.375), arb(1.25), arb(2) ** -30
        part, slants = place + arb(0, 2.0**-8), slant + arb(0, 2.0**-8)
        steep, moved = one.slopes(slants, part)
        along, across, both = one.bends(slants, part)
        for p, s in ((place, slant), (place + arb(2) ** -9, slant - arb(2) ** -9)):
            added, here = one.added(s, p), one.slopes(s, p)
            assert steep.overlaps((one.added(s + step, p) - added) / step)
            assert moved.overlaps((one.added(s, p + step) - added) / step)
            assert along.overlaps((one.slopes(s + step, p)[0] - here[0]) / step)
            assert across.overlaps((one.slopes(s, p + step)[1] - here[1]) / step)
            assert both.overlaps((one.slopes(s, p + step)[0] - here[0]) / step)


def test_where_two_planes_meet_nothing_is_higher_between_them() -> None:
    """With whatever slant, also where they touch beside the best; planted: lower planes."""
    rng, met = np.random.default_rng(3), 0
    with precision(128):
        one = slanted(INSIDE.tolist())
        low, high = one.ends
        for _ in range(40):
            first = rng.uniform(float(low), float(high) - 0.06)
            places = [arb(at) for at in (first, first + rng.uniform(0.01, 0.05))]
            slants = [slant for at in places if (slant := best_slant(one, at, arb(0))) is not None]
            nodes = [
                slant_cover._touching(one, at, best * (1 + rng.normal() / 20))
                for at, best in zip(places, slants, strict=True)
            ]
            left, right = (node for node in nodes if node is not None)
            if not left.at < right.at < left.at + 0.1:
                continue
            met += 1
            place = (left.at + arb(rng.uniform()) * (right.at - left.at)).mid()
            there = [one.level(place)[0] + one.added(arb(slant), place) for slant in rng.normal(scale=4.0, size=20)]
            best = max(there, key=float)
            assert not slant_cover._is_below(one, left, right, best)
            assert slant_cover._is_below(one, left, right, left.top.max(right.top) + 5)
            lower = replace(left, top=best - 1000, height=right.height), replace(right, top=best - 1000)
            assert slant_cover._is_below(one, *lower, best)
    assert met >= 10


@pytest.mark.parametrize("bend", [0.0, -3.0, 0.5, 2.0, 9.0])
def test_no_point_of_a_parabola_is_above_its_highest(bend: float) -> None:
    """And one is as high; a bound from the ends alone would miss the top of one that bends down."""
    first, last, width = 1.0, 1.5, 0.75
    along = np.linspace(0.0, 1.0, 4001)
    heights = first + (last - first) * along + max(bend, 0.0) / 2 * width**2 * along * (1 - along)
    highest = float(highest_of_parabola(arb(first), arb(last), arb(bend * width**2)))
    assert heights.max() <= highest + 1e-15
    assert highest == pytest.approx(heights.max(), abs=1e-7)


def test_only_what_is_log_concave_is_taken_for_it() -> None:
    """Planted: a distribution function with a density that vanishes inside, and one with two peaks."""
    assert is_log_concave(log(2 - erfc(V)))
    assert is_log_concave(-log(1 + exp(-V)))
    assert not is_log_concave(log(2 - erfc(V**3)))
    assert not is_log_concave(log(4 - erfc(4 * V - 8) - erfc(4 * V + 8)))


def test_without_its_steps_nothing_is_known() -> None:
    """Planted: a derivation whose steps on the slant were not proved."""
    derivation = derive(SKEWED)
    assert curves.has_curve(derivation, derivation.findings)
    spoilt = tuple(
        derivation.findings[0] if step.rule == "normalised" else found
        for step, found in zip(derivation.steps, derivation.findings, strict=True)
    )
    assert slant_profile(derivation, spoilt) is not None
    without = replace(derivation, steps=tuple(step for step in derivation.steps if step.rule != "slant-edges"))
    kept = tuple(
        found for step, found in zip(derivation.steps, derivation.findings, strict=True) if step.rule != "slant-edges"
    )
    assert slant_profile(without, kept) is None


def test_another_likelihood_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: the function of the slant with its slope in the place of its height, and another scale for the best."""
    data = NONE["three"]
    proof, good = certify(SKEWED, data), profile()
    assert proof.check(data)
    for wrong in (
        replace(good, shape=good.slope),
        replace(good, best=2 * good.best),
        replace(good, level=replace(good.level, places=good.level.places[::-1])),
    ):
        monkeypatch.setattr(profile_check, "slant_profile", lambda *_, wrong=wrong: wrong)
        assert not proof.check(data)
