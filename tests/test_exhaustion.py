"""Whether the highest of several maxima is found and proved: against polynomial roots, and with lower ones planted."""

from dataclasses import replace

import numpy as np
import pytest
from flint import arb, fmpz_poly

from thetahat import certify, family, fit
from thetahat.proofs.balls import precision
from thetahat.verify.certify import CertificateVerdict, Enclosure
from thetahat.verify.certify.contraction import contracted
from thetahat.verify.certify.exhaustion import rises_towards_data
from thetahat.verify.certify.methods import EXHAUSTION
from thetahat.verify.known_values import derivation_with

CAUCHY, STUDENT = family("cauchy").fix(gamma=1), family("student_t").fix(nu=3, s=1)


def by_polynomial(x, spread):
    """The maxima of sum -log(spread + (x - m)^2) among the certified roots of its score, from the highest down."""
    parts = [fmpz_poly([spread + v * v, -2 * v, 1]) for v in x]
    score = fmpz_poly([0])
    for i, v in enumerate(x):
        term = fmpz_poly([v, -1])
        for j, part in enumerate(parts):
            term = term * part if i != j else term
        score += term
    with precision(200):
        roots = [root.real for root, _ in score.complex_roots() if root.imag == 0 or root.imag.contains(0)]
        heights = [(-sum(((spread + (v - root) ** 2).log() for v in x), arb(0)), root) for root in roots]
    return sorted(heights, key=lambda pair: pair[0].mid(), reverse=True)


@pytest.mark.parametrize(("member", "spread"), [(CAUCHY, 1), (STUDENT, 3)], ids=["cauchy", "student"])
@pytest.mark.parametrize("seed", range(12))
def test_the_highest_root_of_the_score_is_certified(member, spread, seed):
    """Whole numbers, so that the score is a polynomial whose roots are all enclosed."""
    r = np.random.default_rng(seed)
    x = (r.integers(-12, 13, 7) * 3 + r.integers(0, 2, 7)).tolist()
    proof, ranked = certify(member, x), by_polynomial(x, spread)
    if proof.verdict is CertificateVerdict.LOCAL:
        assert ranked[0][0].mid() - ranked[1][0].mid() < 1e-30, "only ties may stay open"
        return
    assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert proof.method == EXHAUSTION
    assert proof.check(x)
    with precision(200):
        assert next(iter(proof.theta.values())).ball.overlaps(ranked[0][1])


TWO_PEAKS = [-10.0, -9.9, -9.8, 10.0, 10.1]


def test_a_lower_peak_is_not_certified():
    """Planted: the certificate of the other peak, with the method and the argument of a global one."""
    proof = certify(CAUCHY, TWO_PEAKS)
    lower = contracted(derivation_with(CAUCHY, {}), proof._observations, {CAUCHY.symbols[0]: 10.0})
    planted = replace(proof, theta={"x_0": Enclosure.of(lower.inner[0])}, region={"x_0": Enclosure.of(lower.region[0])})
    assert proof.theta["x_0"].high < 0 < planted.theta["x_0"].low
    assert proof.check(TWO_PEAKS)
    assert not planted.check(TWO_PEAKS)


def test_a_search_that_begins_at_the_lower_peak_ends_at_the_higher():
    """The estimate at hand may be the wrong maximum."""
    near = certify(CAUCHY, TWO_PEAKS, near=[10.0])
    assert near.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert near.theta["x_0"].high < 0
    assert near.nats_lost([10.05]).low > 1


def test_a_near_tie_of_two_peaks_is_told():
    """One datum a last place farther out: the other peak is higher, if by next to nothing."""
    proof = certify(CAUCHY, [-10.0, -9.9, 9.9, np.nextafter(10.0, 11)])
    assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert proof.theta["x_0"].high < 0


@pytest.mark.parametrize("x", [[2.0, 2.0], [-3.5], [0.0, 1e-300]])
def test_data_in_one_place_have_their_maximum_there(x):
    """The range of the data may be a point, or next to one."""
    proof = certify(CAUCHY, x)
    assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert proof.check(x)


def test_weights_count():
    """Three light peaks against one heavy one."""
    x, w = [-10.0, -9.9, -9.8, 10.0], [1.0, 1.0, 1.0, 8.0]
    proof = certify(CAUCHY, x, weights=w)
    assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert proof.theta["x_0"].low > 9
    assert proof.check(x, w)


@pytest.mark.parametrize("name", ["exponential", "normal", "laplace_known_location", "poisson"])
def test_only_locations_are_searched(name):
    """The argument is about one parameter towards which every observation pulls from both sides."""
    known = {"laplace_known_location": {"mu": 2}}.get(name, {})
    assert not rises_towards_data(family(name).fix(**known))


def test_the_fit_is_the_highest_peak():
    """A fit that stays at a lower one loses nats, and it shows."""
    for seed in range(5):
        x = np.random.default_rng(seed).standard_cauchy(12) * 3
        proof = certify(CAUCHY, x)
        assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
        assert proof.nats_lost(fit(CAUCHY, x)).high < 1e-10
