"""Conditions for a maximum that are proved to be needed: data that break one have a profile that goes one way."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import Rational, S, Symbol, exp, log, oo

from thetahat import certify, derive, family, fit
from thetahat.proofs.algebra.atoms import Quantile
from thetahat.proofs.algebra.exponentials import is_positive_in_exponentials
from thetahat.proofs.bounds import Bounds
from thetahat.proofs.derivation import Evidence, Verdict
from thetahat.proofs.errors import ExistenceError
from thetahat.proofs.profile_ways import Profile, way_without
from thetahat.verify.certify import CertificateVerdict

BURR = family("burr")


def profile() -> Profile:
    """That of a Burr distribution."""
    return Profile.of(next(step for step in derive(BURR).steps if step.rule == "ridge-logs"))


def test_both_conditions_of_a_burr_distribution_are_needed() -> None:
    """It was only known that they are enough."""
    derivation = derive(BURR)
    assert derivation.existence_proved
    assert derivation.existence_needed
    found = {step.rule: finding.evidence for step, finding in zip(derivation.steps, derivation.findings, strict=True)}
    assert found["one-way"] is Evidence.SIGN
    assert found["one-way"].verdict is Verdict.AGREE


@pytest.mark.parametrize(
    "data", [[1.0, 2.0], [1.0], [1.0, 1e300], [0.25, 0.25], [0.5], [3.0, 3.0], [1e8, 1e8 + 1], [5e-324, 5e-324]]
)
def test_data_that_break_one_have_no_maximum(data: list[float]) -> None:
    """All beyond one, or all equal: the profile rises for ever."""
    proof = certify(BURR, data)
    assert proof.verdict is CertificateVerdict.NO_MAXIMUM
    assert proof.check(data)
    with pytest.raises(ExistenceError, match="these data have no maximiser"):
        fit(BURR, data)


def test_other_numbers_and_functions_are_not_taken_for_needed() -> None:
    """Planted: with observations a little below one the profile turns; so it does with another function."""
    x, low = BURR.observation, Quantile(0, BURR.observation)
    assert way_without(1 - low, profile(), BURR) == 1
    assert way_without(Rational(9, 10) - low, profile(), BURR) == 0
    assert way_without(Quantile(1, x) - 1, profile(), BURR) == 0
    bent = Profile(profile().each - profile().unknown, profile().logs, profile().unknown)
    assert way_without(1 - low, bent, BURR) == 0
    assert way_without(Quantile(1, x) - low, bent, BURR) == 0


@pytest.mark.parametrize("seed", range(4))
def test_the_profile_rises_in_doubles(seed: int) -> None:
    """The density itself, at ever larger shapes with the other one at its best."""
    x = 1 + np.random.default_rng(seed).exponential(size=6)
    shapes = np.geomspace(1e-3, 50, 60)
    means = np.array([np.log1p(x**c).mean() for c in shapes])
    heights = np.log(shapes / means) + (shapes - 1) * np.log(x).mean() - means - 1
    assert (np.diff(heights) > 0).all()


def test_terms_of_both_signs_beside_a_logarithm_are_bounded_one_by_one() -> None:
    """The least value where a term rises with the logarithm, the largest where it falls; planted: a term too much."""
    u, x = Symbol("u", positive=True), Symbol("x", positive=True)
    domain = {s: Bounds(S.Zero, oo, False, False, False) for s in (u, x)}
    z = u * x
    gap = log(1 + exp(-z)) * (1 - z / (1 + exp(-z))) + z * exp(-z) / (1 + exp(-z))
    assert is_positive_in_exponentials(gap, u, x, domain)
    assert not is_positive_in_exponentials(gap - exp(-z), u, x, domain)
