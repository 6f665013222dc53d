"""Maxima on a closed end of a space: proved by the slope there, checked, and not claimed where nothing is proved."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from sympy import Interval, Range, Rational, Reals, Symbol, log, oo, pi

from thetahat import Family, Parameter, certify, fit
from thetahat.proofs.balls import ball
from thetahat.verify.certify import CertificateVerdict
from thetahat.verify.certify.enclosures import Enclosure

x, y = Symbol("x", positive=True), Symbol("y", real=True)
n = Symbol("n", integer=True, nonnegative=True)
theta, slope, share = Symbol("t", positive=True), Symbol("s", real=True), Symbol("p", nonnegative=True)

# A full exponential family, a concave reduced one, and a concave one with a formula: each with data beyond its ends.
MEAN = Family("mean", x, Interval.open(0, oo), (Parameter(theta, Interval(1, 2)),), -log(theta) - x / theta)
ANGLE = Family("angle", y, Interval(-1, 1), (Parameter(slope, Interval(-1, 1)),), log((1 + slope * y) / 2))
SURVEY = Family(
    "survey",
    n,
    Range(0, 2),
    (Parameter(share, Interval(0, 1)),),
    n * log(Rational(1, 4) + share / 2) + (1 - n) * log(Rational(3, 4) - share / 2),
)
# Two waves may be highest at several places: what the slope at an end says is nothing there.
WAVES = Family(
    "waves", y, Reals, (Parameter(slope, Interval(-1, 1)),), -((y - slope**3 + slope) ** 2) / 2 - log(2 * pi) / 2
)


@pytest.mark.parametrize(
    ("family", "data", "end"),
    [(MEAN, [3.0, 4.0, 2.5], 2), (MEAN, [0.5, 0.75], 1), (ANGLE, [-0.5, -0.2, -0.9], -1), (SURVEY, [1, 1, 1], 1)],
)
def test_a_maximum_on_an_end_is_certified(family, data, end):
    """The slope points outwards there, and the likelihood turns at most once."""
    proof = certify(family, data)
    name = family.parameter_names[0]
    assert proof.verdict is CertificateVerdict.AT_BOUNDARY
    assert proof.theta[name].contains(float(end))
    assert fit(family, data).theta_hat[name] == end
    assert proof.check(data)
    low, high = (family.parameters[0].bounds.lo, family.parameters[0].bounds.hi)
    wrong = replace(proof, theta={name: Enclosure.of(ball(low if end == high else high))})
    assert not wrong.check(data)


def test_a_maximum_inside_is_none_on_an_end():
    """The same families with data whose estimates lie inside."""
    for family, data in ((MEAN, [1.0, 2.0]), (ANGLE, [-0.5, 0.9]), (SURVEY, [1, 0])):
        assert certify(family, data).verdict is CertificateVerdict.UNIQUE_GLOBAL


def test_an_end_is_not_certified_where_the_likelihood_may_turn_twice():
    """A slope at an end proves nothing of a likelihood that nobody proved to turn once."""
    assert certify(WAVES, [4.0, 5.0]).verdict is not CertificateVerdict.AT_BOUNDARY


def test_an_end_that_is_no_double_is_estimated_by_its_neighbour_inside():
    """A third is none: the nearest double lies outside the space."""
    third = Family(
        "third",
        n,
        Range(0, 2),
        (Parameter(theta, Interval(Rational(1, 3), 1)),),
        n * log(theta) + (1 - n) * log(1 - theta),
    )
    found = fit(third, [0, 0, 0]).theta_hat["t"]
    assert Rational(found) > Rational(1, 3) > Rational(math.nextafter(found, 0))
    assert certify(third, [0, 0, 0]).verdict is CertificateVerdict.AT_BOUNDARY
