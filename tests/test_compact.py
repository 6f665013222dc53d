"""Maxima on an end of a space that holds both of its ends, of likelihoods with several maxima."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sympy import Interval, Rational, Reals, Symbol, log, pi

from thetahat import certify
from thetahat.proofs.family import Family, Parameter
from thetahat.verify.certify import CertificateVerdict
from thetahat.verify.certify.compact import has_both_ends
from thetahat.verify.certify.methods import COMPACT

Y, M = Symbol("y", real=True), Symbol("m", real=True)


def bounded(space: Interval) -> Family:
    """Cauchy observations about a bounded place."""
    return Family("bounded", Y, Reals, (Parameter(M, space),), -log(pi) - log(1 + (Y - M) ** 2))


@pytest.mark.parametrize(
    ("data", "end"),
    [([5.0, 6.0, 7.0], 1), ([0.125, 3.0, 5.0, 8.0], 1), ([-3.0, -2.0, 4.0], -1), ([1e8], 1), ([-9.0, 20.0], -1)],
)
def test_the_end_of_a_bounded_place_is_certified(data: list[float], end: int) -> None:
    """Whether it lies inside could not be decided."""
    member = bounded(Interval(-1, 1))
    proof = certify(member, data)
    assert (proof.verdict, proof.method) == (CertificateVerdict.AT_BOUNDARY, COMPACT)
    assert proof.rounded() == (float(end),)
    assert proof.check(data)
    grid = np.linspace(-1, 1, 4001)
    heights = -np.log1p((np.array(data)[:, None] - grid) ** 2).sum(axis=0)
    assert grid[np.argmax(heights)] == end


def test_ends_that_are_no_dyadic_numbers_are_certified() -> None:
    """A third is enclosed."""
    member = bounded(Interval(-Rational(1, 3), Rational(1, 3)))
    proof = certify(member, [5.0, 6.0])
    assert proof.verdict is CertificateVerdict.AT_BOUNDARY
    assert proof.rounded() == (1 / 3,)
    assert proof.check([5.0, 6.0])


def test_planted_ends_are_caught() -> None:
    """The other end, data with their maximum inside, another verdict, an end that does not belong to the space."""
    member, data = bounded(Interval(-1, 1)), [5.0, 6.0, 7.0]
    proof, other = certify(member, data), certify(member, [-5.0, -6.0])
    assert not replace(proof, theta=other.theta).check(data)
    assert not replace(proof, verdict=CertificateVerdict.UNIQUE_GLOBAL).check(data)
    inside = certify(member, [0.25, 0.5])
    assert inside.verdict is CertificateVerdict.UNIQUE_GLOBAL
    spoilt = replace(inside, verdict=CertificateVerdict.AT_BOUNDARY, method=COMPACT, theta=proof.theta, bits=128)
    assert not spoilt.check([0.25, 0.5])
    assert has_both_ends(member)
    assert not any(has_both_ends(bounded(space)) for space in (Interval.open(-1, 1), Interval.Lopen(-1, 1)))
    assert certify(bounded(Interval.Lopen(-1, 1)), [-5.0, -6.0]).method != COMPACT


def test_two_ends_as_high_are_left_undecided() -> None:
    """By symmetry: neither is the only one."""
    assert certify(bounded(Interval(-1, 1)), [-9.0, 9.0]).verdict is CertificateVerdict.UNDECIDED
