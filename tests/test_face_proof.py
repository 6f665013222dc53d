"""Maxima on closed ends of a space: proved by the slopes there, checked, and not claimed where nothing is proved."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Interval, Range, Rational, Reals, Set, Symbol, log, loggamma, oo, pi

from thetahat import Covariate, Family, Parameter, certify, derive, family, fit
from thetahat.proofs.balls import ball
from thetahat.proofs.derivation import Evidence, Finding, Outcome
from thetahat.verify.certify import Certificate, CertificateVerdict
from thetahat.verify.certify.enclosures import Enclosure
from thetahat.verify.certify.methods import FACE
from thetahat.verify.concave_coordinates import concave_coordinates, lie_on_one_side

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
    for item, data in ((MEAN, [1.0, 2.0]), (ANGLE, [-0.5, 0.9]), (SURVEY, [1, 0])):
        assert certify(item, data).verdict is CertificateVerdict.UNIQUE_GLOBAL


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


POSITIVE = Interval.open(0, oo)
M, LEFT = Symbol("m", real=True), Symbol("m", nonnegative=True)
SD, A, B, C = (Symbol(name, positive=True) for name in "sabc")
BELL = -((y - M) ** 2) / (2 * SD**2) - log(SD) - log(2 * pi) / 2
GAMMA = A * log(B) - loggamma(A) + (A - 1) * log(x) - B * x
WEIBULL = log(A) + (A - 1) * log(x) - A * log(B) - (x / B) ** A


def of(density: Expr, *spaces: tuple[Symbol, Set]) -> Family:
    """A family with these spaces."""
    observation, support = (x, POSITIVE) if density.has(x) else (y, Reals)
    return Family("faced", observation, support, tuple(Parameter(*one) for one in spaces), density)


FACED = {
    "wide": of(BELL, (M, Reals), (SD, Interval(1, oo))),
    "between": of(BELL, (M, Reals), (SD, Interval(1, 2))),
    "boxed": of(BELL, (M, Interval(-1, 1)), (SD, Interval(1, 3))),
    "mean": of(BELL.subs(M, LEFT), (LEFT, Interval(0, oo)), (SD, POSITIVE)),
    "gamma": of(GAMMA, (A, Interval(1, oo)), (B, POSITIVE)),
    "gamma rate": of(GAMMA, (A, POSITIVE), (B, Interval(Rational(1, 3), 2))),
    "weibull scale": of(WEIBULL, (A, POSITIVE), (B, Interval.Lopen(0, 2))),
    "weibull": of(WEIBULL, (A, Interval(1, oo)), (B, POSITIVE)),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.thorough) if name.startswith("weibull") else name for name in FACED]
)
@given(data=st.data())
def test_what_is_fitted_is_certified_and_confirmed_inside_and_on_faces(name: str, data: st.DataObject) -> None:
    """With the verdict that belongs to the place, and as the highest: a fit loses nothing, whatever it is."""
    item = FACED[name]
    values = st.integers(1, 60) if item.observation is x else st.integers(-40, 40)
    sample = [value / 8 for value in data.draw(st.lists(values, min_size=2, max_size=5, unique=True))]
    found, proof = fit(item, sample), certify(item, sample)
    ends = ((float(p.bounds.lo), float(p.bounds.hi)) for p in item.parameters)
    exactly = any(value in both for both, value in zip(ends, found.theta.tolist(), strict=True))
    on_end = exactly or found.outcome is Outcome.SPACE_BOUNDARY
    assert proof.verdict is (CertificateVerdict.AT_BOUNDARY if on_end else CertificateVerdict.UNIQUE_GLOBAL)
    assert proof.check(sample)
    assert -1e-12 < proof.nats_lost(found).high < 1e-12


def at(proof: Certificate, places: Mapping[str, float]) -> Certificate:
    """The certificate with other places in it, as exact numbers."""
    return replace(proof, theta={name: Enclosure.of(arb(value)) for name, value in places.items()})


@pytest.mark.parametrize(
    ("name", "x", "places"),
    [
        ("between", [0.0, 20.0], {"m": 10.0, "s": 1.0}),  # the other face
        ("between", [0.0, 20.0], {"m": 10.0, "s": 1.5}),  # no face
        ("wide", [0.0, 1.0], {"m": 0.25, "s": 1.0}),  # on the face, but not highest there
        ("boxed", [5.0, 5.5], {"m": 1.0, "s": 1.0}),  # a corner beyond which it falls one way
        ("boxed", [0.5, 0.75], {"m": 1.0, "s": 1.0}),  # a corner where it falls beyond both
        ("boxed", [9.0, 9.5], {"m": 9.25, "s": 3.0}),  # not a member
    ],
)
def test_a_wrong_place_is_not_confirmed(name: str, x: list[float], places: dict[str, float]) -> None:
    """Planted in the certificate of the same data."""
    proof = certify(FACED[name], x)
    assert (proof.verdict, proof.method) == (CertificateVerdict.AT_BOUNDARY, FACE)
    assert proof.check(x)
    assert not at(proof, places).check(x)


def test_the_highest_on_a_face_is_not_confirmed_where_a_higher_one_lies_inside() -> None:
    """Planted: spread data, whose deviation is above the least that is allowed."""
    inside = certify(FACED["wide"], [0.0, 8.0])
    assert inside.verdict is CertificateVerdict.UNIQUE_GLOBAL
    planted = replace(at(inside, {"m": 4.0, "s": 1.0}), verdict=CertificateVerdict.AT_BOUNDARY, method=FACE)
    assert not planted.check([0.0, 8.0])


TILT = Family("tilt", x, Interval.open(0, 1), (Parameter(slope, Interval(-1, 1)),), log(1 + slope * (2 * x - 1)))


@pytest.mark.parametrize(
    "no_density",
    [
        replace(TILT, name="too_large", log_density=TILT.log_density + Rational(1, 100)),
        replace(TILT, name="too_wide", parameters=(Parameter(slope, Interval(-3, 3)),)),
        replace(TILT, name="too_steep", log_density=log(1 + 3 * slope * (2 * x - 1))),
    ],
    ids=lambda family: family.name,
)
def test_nothing_is_highest_on_a_face_of_what_is_no_density(no_density: Family) -> None:
    """With another total than one, or negative for some members: nothing is claimed, and a planted claim is refuted."""
    data = [0.25, 0.375, 0.125]
    proof = certify(TILT, data)
    assert (proof.verdict, proof.method) == (CertificateVerdict.AT_BOUNDARY, FACE)
    nothing = certify(no_density, data)
    assert nothing.verdict is CertificateVerdict.UNDECIDED
    assert "no estimator is derived" in nothing.why
    planted = replace(proof, family=no_density)
    assert proof.check(data)
    assert not planted.check(data)


def test_nothing_is_claimed_of_a_likelihood_that_is_concave_nowhere_known() -> None:
    """Planted: Cauchy data may have two peaks, and a place and a scale of a face that is as good as any other."""
    item = family("cauchy")
    place, scale = item.symbols
    faced = Family(
        "faced", item.observation, Reals, (Parameter(place, Reals), Parameter(scale, Interval(5, oo))), item.log_density
    )
    data = [0.0, 1.0, 1.5]
    found = derive(faced)
    assert not list(concave_coordinates(faced, found.steps, found.findings))
    assert certify(faced, data).verdict is not CertificateVerdict.AT_BOUNDARY
    one = certify(faced.fix(gamma=5), data).theta["x_0"]
    wide = certify(FACED["wide"], [0.0, 1.0])
    planted = replace(
        certify(faced, data),
        theta={"x_0": one, "gamma": Enclosure.of(arb(5))},
        verdict=CertificateVerdict.AT_BOUNDARY,
        method=FACE,
        argument=wide.argument,
        bits=128,
    )
    assert not planted.check(data)


def test_members_have_to_lie_on_one_side_of_the_face() -> None:
    """The coefficient of variation, at most one: natural parameters of such normal members are no convex set."""
    ratio = of(BELL.subs({SD: C * A, M: A}), (A, POSITIVE), (C, Interval.Lopen(0, 1)))
    found = derive(ratio)
    (maps,) = concave_coordinates(ratio, found.steps, found.findings)
    item = ratio.parameters[1]
    assert not lie_on_one_side(ratio, maps, item, item.bounds.hi)
    data = [0.125, 8.0, 0.25, 0.125]
    proof = certify(ratio, data)
    assert proof.verdict is CertificateVerdict.UNDECIDED
    face = certify(ratio.fix(c=1), data)
    assert face.verdict.is_global
    planted = replace(
        proof,
        theta={"a": face.theta["a"], "c": Enclosure.of(arb(1))},
        verdict=CertificateVerdict.AT_BOUNDARY,
        method=FACE,
        bits=face.bits,
    )
    assert not planted.check(data)


def test_coordinates_rest_on_steps_that_are_proved() -> None:
    """Planted: a normalisation that is open, and a step that is refuted."""
    found = derive(family("normal"))
    for rule, evidence in (("normalised", Evidence.UNDECIDED), ("exponential-form", Evidence.REFUTED)):
        findings = [
            Finding(evidence) if step.rule == rule else finding
            for step, finding in zip(found.steps, found.findings, strict=True)
        ]
        assert list(concave_coordinates(found.family, found.steps, found.findings))
        assert not list(concave_coordinates(found.family, found.steps, findings))


def test_a_kink_has_no_slope_that_could_prove_anything() -> None:
    """Laplace data whose deviation from their median is small: the family is concave, but has corners."""
    item = family("laplace")
    place, scale = item.symbols
    kinked = Family(
        "kinked",
        item.observation,
        Reals,
        (Parameter(place, Reals), Parameter(scale, Interval(1, oo))),
        item.log_density,
    )
    assert certify(kinked, [0.0, 0.25, 0.5]).verdict is CertificateVerdict.UNDECIDED


def test_a_level_likelihood_is_not_said_to_be_highest_on_an_end_alone() -> None:
    """A slope of which the data tell nothing, as its covariate is zero: every value is as good as one on an end."""
    y, z, slope = (Symbol(name, real=True) for name in ("y", "z", "m"))
    density = -((y - slope * z) ** 2) / 2 - log(2 * pi) / 2
    space = (Parameter(slope, Interval(-1, 1)),)
    bounded = Family("bounded_slope", y, Reals, space, density, covariates=(Covariate(z, Reals),))
    level, steep = [[1.0, 0.0], [2.0, 0.0]], [[3.0, 1.0], [2.0, 0.5]]
    proof = certify(bounded, level)
    assert proof.verdict is CertificateVerdict.GLOBAL_SET
    assert proof.check(level)
    assert proof.nats_lost([0.25]).high < 1e-30
    assert not replace(proof, verdict=CertificateVerdict.AT_BOUNDARY).check(level)  # planted
    risen = certify(bounded, steep)
    assert risen.verdict is CertificateVerdict.AT_BOUNDARY
    assert risen.check(steep)
