"""Data whose likelihood goes one way with a parameter at all members: no member is the highest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sympy import Abs, Interval, Reals, Symbol, log, oo

from thetahat import certify, family
from thetahat.proofs.family import Family, Parameter
from thetahat.verify.certify import CertificateVerdict
from thetahat.verify.certify.methods import ONE_WAY
from thetahat.verify.certify.one_way import way_of
from thetahat.verify.valid_data import require_data

INFLATED = family("zero_inflated_poisson")


@pytest.mark.parametrize("rows", [1, 2, 50])
def test_zeros_alone_leave_no_maximum(rows: int) -> None:
    """Each is the more likely, the more often there is one for another reason; a share of one is no member."""
    proof = certify(INFLATED, np.zeros(rows))
    assert (proof.verdict, proof.method) == (CertificateVerdict.NO_MAXIMUM, ONE_WAY)
    assert proof.check(np.zeros(rows))


def test_planted_slopes_of_both_signs_are_caught() -> None:
    """A certificate that says so of data with a maximum, and one of zeros that says more than was proved."""
    data = [0.0, 0.0, 1.0, 4.0]
    proof, other = certify(INFLATED, np.zeros(2)), certify(INFLATED, data)
    assert not replace(other, verdict=CertificateVerdict.NO_MAXIMUM, method=ONE_WAY).check(data)
    assert not replace(proof, verdict=CertificateVerdict.UNIQUE_GLOBAL).check(np.zeros(2))


def test_an_end_that_belongs_to_the_space_or_a_corner_may_be_highest() -> None:
    """There the signs say nothing of a maximum."""
    x, k, m = Symbol("x", positive=True), Symbol("k", positive=True), Symbol("m", real=True)
    closed = Family("closed", x, Interval.open(0, oo), (Parameter(k, Interval(0, 1) - {0}),), log(k) - k * x)
    assert way_of(closed, closed.parameters[0], require_data(closed, [0.5])) == 0
    without = replace(closed, name="open", parameters=(Parameter(k, Interval.open(0, 1)),))
    assert way_of(without, without.parameters[0], require_data(without, [0.5])) == 1
    y = Symbol("y", real=True)
    corner = Family("corner", y, Reals, (Parameter(m, Reals),), -Abs(y - m) - log(2))
    assert way_of(corner, corner.parameters[0], require_data(corner, [0.5])) == 0
