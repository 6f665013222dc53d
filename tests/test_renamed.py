"""Certificates in simpler parameters: as much is proved as of the family itself, and nothing is borrowed wrongly."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flint import arb
from sympy import Expr, Interval, Reals, Symbol, exp, log, oo

from thetahat import Family, Parameter, certify, family
from thetahat.proofs.natural_scales import natural_scales
from thetahat.verify.certify import CertificateVerdict, Enclosure
from thetahat.verify.certify.methods import RENAMED

q, h, r = Symbol("q", real=True), Symbol("h", positive=True), Symbol("r", positive=True)
UNIT, HALF_LINE = Interval.open(0, 1), Interval.open(0, oo)
ALONE, NONE = [1.38, 4.07, 0.22, 2.15, 2.39, 2.388, 14.15, 3.01, 0.99], [1.6288, 1.28868, 2.88998, 10.52]


def written(name: str, old: str, new: Parameter, value: Expr) -> Family:
    """Return a family of the catalogue with one parameter written in another."""
    base = family(name)
    kept = [new if item.name == old else item for item in base.parameters]
    return base.reparametrise("written", kept, {old: value})


def test_a_maximum_at_an_observation_is_one_in_other_parameters() -> None:
    """A triangle by one minus its mode, of which no search over observations knows; planted: other certificates."""
    triangle, x = written("triangular", "c", Parameter(h, UNIT), 1 - h), [0.2, 0.5, 0.6]
    proof = certify(triangle, x)
    assert (proof.verdict, proof.method) == (CertificateVerdict.UNIQUE_GLOBAL, RENAMED)
    assert proof.argument.startswith("with phi = 1 - h: ")
    assert proof.theta["h"].contains(0.5)
    assert proof.check(x)
    for other in (0.4, 0.8):
        assert not replace(proof, theta={"h": Enclosure.of(arb(other))}).check(x)
    assert not replace(proof, verdict=CertificateVerdict.NO_MAXIMUM, theta={}).check(x)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("old", "new", "value"), [("a", Parameter(r, HALF_LINE), r**2), ("p", Parameter(q, Reals), exp(q))]
)
def test_curves_of_highest_points_are_followed_in_other_parameters(old: str, new: Parameter, value: Expr) -> None:
    """Of a generalised gamma by a square or a logarithm only a local maximum was proved, or nothing."""
    stacy = written("generalised_gamma", old, new, value)
    for x, verdict in ((ALONE, CertificateVerdict.UNIQUE_GLOBAL), (NONE, CertificateVerdict.NO_MAXIMUM)):
        proof = certify(stacy, x)
        assert (proof.verdict, proof.method) == (verdict, RENAMED)
        assert proof.check(x)


def test_the_other_parameters_of_other_parameters_are_not_asked() -> None:
    """A scale as a rate is a scale again: the check of a certificate that rests on itself would not end."""
    cauchy = written("cauchy", "gamma", Parameter(r, HALF_LINE), 1 / r)
    assert list(natural_scales(cauchy))
    x = [-10.0, -9.9, -9.8, 10.0, 10.1]
    proof = certify(cauchy, x)
    assert proof.check(x)
    assert not replace(proof, method=RENAMED, theta={**proof.theta, "r": Enclosure.of(arb(3))}).check(x)


@pytest.mark.parametrize(
    ("name", "old", "value"),
    [("power_function", "b", r**2), ("shifted_exponential", "mu", exp(r) - 1), ("uniform_by_centre", "m", log(r))],
)
def test_ends_of_a_support_that_no_number_meets_are_confirmed(name: str, old: str, value: Expr) -> None:
    """The other parameter was compared with its best at the middle of the end alone; planted: a little beside it."""
    member, x = written(name, old, Parameter(r, HALF_LINE), value), [2.526, 0.877, 4.103, 1.122]
    proof = certify(member, x)
    assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert proof.check(x)
    for one, held in proof.theta.items():
        beside = Enclosure.of(held.ball * (1 + arb(2) ** -40))
        assert not replace(proof, theta={**proof.theta, one: beside}).check(x)


@pytest.mark.parametrize(
    "x",
    [[1.593, 0.719, -0.744, 0.163], [2.5, 2.74, 3.89, 2.07, 3.13, 2.8, 2.23, 2.55, 3.06, 1.27, 2.15, 4.82]],
    ids=["none", "one"],
)
def test_the_unit_of_a_slant_is_what_its_parameter_makes_of_it(x: list[float]) -> None:
    """Of a scale that is a square the check took the root for the unit, and confirmed nothing."""
    squared = written("skew_normal", "omega", Parameter(r, HALF_LINE), r**2)
    proof, base = certify(squared, x), certify(family("skew_normal"), x)
    assert (proof.verdict, proof.method) == (base.verdict, base.method)
    assert proof.check(x)
