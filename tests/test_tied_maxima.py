"""Whether several maxima that are exactly as high are found, all of them, and near ties are told apart."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from thetahat import CertificateVerdict, certify, check_family, derive, family, fit
from thetahat.proofs.derivation import Verdict
from thetahat.verify.certify import Enclosure
from thetahat.verify.certify.checker import confirms
from thetahat.verify.drawn import against_certificate
from thetahat.verify.log_powers import coprime, is_one
from thetahat.verify.suite_data import Asked, fitted
from thetahat.verify.valid_data import require_data

SPIKE = {"beta": 0.5}
"""A generalised normal density with a cusp, so that the likelihood is largest at an observation."""
TIED = [
    ("triangular", {}, [0.125] * 4 + [0.625] * 9 + [0.375] * 5, ("c", [0.375, 0.625])),
    ("triangular", {}, [0.25, 0.75], ("c", [0.25, 0.75])),
    ("generalised_normal", SPIKE, [-1.0, -1.0, 1.0, 1.0], ("mu", [-1.0, 1.0])),
    ("generalised_normal", SPIKE, [0.0, 0.0, 1.0, 2.0, 2.0], ("mu", [0.0, 2.0])),
    ("generalised_normal", SPIKE | {"alpha": 1}, [0.0, 0.0, 1.0, 2.0, 2.0], ("mu", [0.0, 2.0])),
    ("asymmetric_laplace", {}, [-5.0, -1.0, -1.0, 1.0, 1.0, 5.0], ("mu", [-1.0, 1.0])),
    ("cauchy", {"gamma": 1}, [-3.0, -3.0, 3.0, 3.0], ("x_0", [-math.sqrt(8), math.sqrt(8)])),
    ("student_t", {"nu": 0.5, "s": 1}, [1.0, 1.5, 9.0, 9.5], None),
]
IDS = [f"{name}-{number}" for number, (name, *_) in enumerate(TIED)]


def member(name, known):
    return family(name).fix(**known) if known else family(name)


@pytest.mark.parametrize(("name", "known", "x", "places"), TIED, ids=IDS)
def test_all_maxima_that_are_exactly_as_high_are_certified(name, known, x, places):
    """A set of two, each with all parameters; the checker confirms it, and each estimate is as good as the other."""
    one = member(name, known)
    proof = certify(one, x)
    assert proof.verdict is CertificateVerdict.GLOBAL_SET
    assert len(proof.others) == 1
    assert proof.check(x)
    assert confirms(proof, require_data(one, x))
    if places is not None:
        parameter, expected = places
        found = sorted(theta[parameter].rounded() for theta in (proof.theta, *proof.others))
        assert found == pytest.approx(expected, rel=1e-15, abs=0)
    for theta in (proof.theta, *proof.others):
        estimate = {parameter: held.rounded() for parameter, held in theta.items()}
        assert max(proof.ulps(estimate).values()) <= 1
        assert proof.nats_lost(estimate).high < 1e-12
    assert "several global maxima" in str(proof)
    assert len(json.loads(proof.to_json())["others"]) == 1


@pytest.mark.parametrize("case", range(len(TIED)), ids=IDS)
@pytest.mark.parametrize("side", [-math.inf, math.inf])
def test_one_datum_a_last_place_off_is_no_tie(case, side):
    """Planted: a near tie. One maximum is certified, or nothing; never a set of two."""
    name, known, x, _ = TIED[case]
    if (case, side) == (0, -math.inf):
        side = 0.5  # lower, it would weigh the same on both: a tie once more
    near = [*x[:-1], math.nextafter(x[-1], side)]
    proof = certify(member(name, known), near)
    assert proof.verdict in (CertificateVerdict.UNIQUE_GLOBAL, CertificateVerdict.UNDECIDED)
    assert proof.others == ()
    if proof.theta:
        assert proof.check(near)


@pytest.mark.parametrize(("name", "known", "x", "places"), TIED, ids=IDS)
def test_a_set_that_leaves_one_out_or_holds_another_is_refuted(name, known, x, places):
    """Planted: one of two is missing, so that the other is called the only one; the same twice; one that is lower."""
    proof = certify(member(name, known), x)
    first, second = proof.each()
    for alone in (first, second, replace(first, verdict=CertificateVerdict.GLOBAL_SET)):
        assert not alone.check(x)
    assert not replace(proof, others=(proof.theta,)).check(x)
    moved = {parameter: Enclosure.of(held.ball + arb("0.001")) for parameter, held in proof.theta.items()}
    assert not replace(proof, others=(*proof.others, moved)).check(x)
    assert not replace(proof, others=(moved,)).check(x)


def test_a_tie_claimed_on_data_without_one_is_refuted():
    """Planted: the two best observations of data in which one is better."""
    x = [0.625] * 9 + [0.125] * 4 + [0.375] * 6
    proof = certify(family("triangular"), x)
    (held,) = proof.theta.values()
    other = {"c": Enclosure.of(arb(0.375 if held.rounded() == 0.625 else 0.625))}
    assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert proof.check(x)
    assert not replace(proof, theta=other).check(x)
    assert not replace(proof, verdict=CertificateVerdict.GLOBAL_SET, others=(other,)).check(x)


def test_a_supremum_that_is_not_reached_does_not_tie_with_a_maximum():
    """At -1 and 1 the supremum is as high as at 0, but there the scale has no maximum: 0 is the only maximiser."""
    x = [-1.0, 0.0, 0.0, 1.0]
    laplace = family("asymmetric_laplace")
    proof = certify(laplace, x)
    assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert proof.rounded() == (0.0, 2.0, 1.0)
    assert proof.check(x)
    assert fit(laplace, x).theta_hat == {"mu": 0.0, "lambda": 2.0, "kappa": 1.0}


@pytest.mark.parametrize(("name", "known", "x", "places"), TIED, ids=IDS)
def test_either_estimate_agrees_with_the_certificate(name, known, x, places):
    """A right estimate is not called wrong for being the other one of two."""
    one = derive(member(name, known))
    drawn = fitted(Asked(one, (), 0, np.array(x), one.family, {}))
    for theta in (drawn.certificate.theta, *drawn.certificate.others):
        estimate = np.array([held.rounded() for held in theta.values()])
        assert against_certificate(drawn, estimate, "an estimate").verdict is Verdict.AGREE
    assert drawn.own.verdict is Verdict.AGREE


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60), st.integers(-4, 4)), max_size=6))
def test_products_of_powers_are_decided_exactly(powers):
    """The product itself is the oracle; multiplied by its inverse it is one, and not by that of a number beside it."""
    given_powers = [(fmpq(p, q), fmpq(k)) for p, q, k in powers]
    product = fmpq(1)
    for base, power in given_powers:
        product *= base ** int(power)
    assert is_one(given_powers) == (product == 1)
    assert is_one([*given_powers, (product, fmpq(-1))])
    assert not is_one([*given_powers, (product + fmpq(1, 2**70), fmpq(-1))])
    assert not is_one([*given_powers, (-product, fmpq(-1))])


@given(st.lists(st.integers(2, 2000), max_size=8))
def test_coprime_numbers_have_no_common_factor_and_make_up_all(numbers):
    """Each number is a product of powers of the base."""
    base = coprime(numbers)
    assert all(math.gcd(a, b) == 1 for i, a in enumerate(base) for b in base[:i])
    for number in numbers:
        for factor in base:
            while number % factor == 0:
                number //= factor
        assert number == 1


def test_the_checks_of_families_with_ties_agree():
    """Whatever is drawn: nothing disagrees."""
    assert check_family(family("triangular"), examples=10).ok
