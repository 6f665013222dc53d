"""Whether the lemmas that certificates rest on hold, and are used of no other likelihoods."""

from dataclasses import replace

import numpy as np
import pytest
from flint import arb
from sympy import Rational, S, Symbol, cosh, diff, exp, log, simplify, tanh

from thetahat import Family, certify, families, family
from thetahat.proofs.balls import compiled
from thetahat.verify.certify import CertificateVerdict
from thetahat.verify.certify.lemmas import HALF_PLANE, LEMMAS, HalfPlane, is_on_half_plane, on_half_plane
from thetahat.verify.certify.methods import PLANE

T, C = Symbol("t", real=True), Symbol("c", real=True)
UPRIGHT = -log(exp(T) + C**2 * exp(-T))
ROUND = -log((1 - C) ** 2 * exp(T) + (1 + C) ** 2 * exp(-T))
WIDE, FAR = 4, 50


def half_plane(place, scale):
    """The function of the lemma at a point, with k = 1, for an observation at c."""
    return log(scale / (scale**2 + (C - place) ** 2))


@pytest.mark.parametrize(
    ("place", "scale", "claimed"),
    [(S.Zero, exp(T), UPRIGHT), (tanh(T), 1 / cosh(T), ROUND)],
    ids=["upright", "round"],
)
def test_along_geodesics_it_is_minus_a_logarithm_of_exponentials(place, scale, claimed):
    """Both sides have the same derivative in t; in units of R, and with the centre at zero."""
    difference = diff(half_plane(place, scale) - claimed, T).rewrite(exp)
    assert simplify(difference) is S.Zero


@pytest.mark.parametrize(
    ("function", "bend", "factor"),
    [
        (UPRIGHT, -4 * C**2 / (exp(T) + C**2 * exp(-T)) ** 2, C**2),
        (ROUND, -4 * (1 - C**2) ** 2 / ((1 - C) ** 2 * exp(T) + (1 + C) ** 2 * exp(-T)) ** 2, (1 - C**2) ** 2),
        (-log(cosh(T)), -1 / cosh(T) ** 2, S.One),
    ],
    ids=["upright", "round", "scale"],
)
def test_second_derivatives_are_minus_a_square(function, bend, factor):
    """By algebra; what the square is multiplied by is positive in balls, on the range that the lemma names."""
    assert simplify((diff(function, T, 2) - bend).rewrite(exp)) is S.Zero
    rest = compiled((-bend / factor,), (T, C))
    boxes, decided = [(-WIDE, WIDE, -FAR, FAR)], 0
    while boxes:
        low, high, left, right = boxes.pop()
        if rest(arb(low).union(arb(high)), arb(left).union(arb(right)))[0] > 0:
            decided += 1
            continue
        assert high - low > 2**-12, "no sign is found"
        # At 0.487 of each side: the places where one of the squares vanishes are whole numbers.
        t, c = low + 0.487 * (high - low), left + 0.487 * (right - left)
        boxes += [(low, t, left, c), (low, t, c, right), (t, high, left, c), (t, high, c, right)]
    assert decided


def test_every_lemma_says_where_it_comes_from():
    """Statement, source, proof, and what is proved again here."""
    for lemma in LEMMAS.values():
        assert all((lemma.statement, lemma.source, lemma.proof, lemma.checked))
        assert any(character.isdigit() for character in lemma.source)


def test_only_families_of_that_form_are_found():
    """In the catalogue the Cauchy family alone; Student's, with one or more degrees of freedom."""
    found = {f.name for f in families() if isinstance(f, Family) and on_half_plane(f) is not None}
    assert found == {"cauchy"}
    student = family("student_t")
    assert on_half_plane(student.fix(nu=1)) == HalfPlane(S.One, S.One, S.Zero)
    assert on_half_plane(student.fix(nu=Rational(7, 2))) is not None
    assert on_half_plane(student.fix(nu=Rational(1, 2))) is None


@pytest.mark.parametrize("wrong", [HalfPlane(S(2), S.One, S.Zero), HalfPlane(S.One, S(2), S.Zero), None])
def test_wrong_numbers_are_refuted(wrong):
    """Planted: another k, another a, and a family that is not of the form."""
    if wrong is None:
        assert not is_on_half_plane(family("normal"), HalfPlane(S.One, S.One, S.Zero))
        assert not is_on_half_plane(family("logistic"), HalfPlane(S.One, S.One, S.Zero))
    else:
        assert not is_on_half_plane(family("cauchy"), wrong)


@pytest.mark.parametrize("member", [family("cauchy"), family("student_t").fix(nu=3)], ids=lambda f: f.name)
def test_location_and_scale_are_certified_together(member):
    """Unique and global, and the checker proves the form of the density once more."""
    for seed in range(4):
        x = np.random.default_rng(seed).standard_cauchy(9)
        proof = certify(member, x)
        assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
        assert proof.check(x)


def test_the_lemma_is_not_borrowed():
    """Planted: a maximum of half a degree of freedom with the argument for one and more."""
    x, member = [-10.0, -9.9, -9.8, 10.0, 10.1], family("student_t").fix(nu=Rational(1, 2))
    proof = certify(member, x)
    assert (proof.verdict, proof.method) == (CertificateVerdict.UNIQUE_GLOBAL, PLANE)
    assert proof.check(x)
    assert not replace(proof, method="contraction", argument=LEMMAS[HALF_PLANE].statement).check(x)
