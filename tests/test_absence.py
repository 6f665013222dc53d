"""Whether data without a maximum are proved to have none along the curve of highest points, and no others are."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Reals, S, Symbol, exp, log, oo, pi, sqrt

from thetahat import Family, Parameter, certify, derive, family
from thetahat.proofs.algebra.atoms import Mean
from thetahat.proofs.ball_data import Table, enclosed
from thetahat.proofs.balls import compiled, precision
from thetahat.proofs.derivation import Evidence, Finding
from thetahat.strategies import datasets
from thetahat.verify.certify import CertificateVerdict, profile
from thetahat.verify.certify.absence import has_no_highest
from thetahat.verify.certify.far_bounds import limit_above
from thetahat.verify.certify.germs import Germ
from thetahat.verify.certify.joined import joined
from thetahat.verify.certify.methods import ABSENCE
from thetahat.verify.certify.profile import profile_of
from thetahat.verify.certify.spans import Span
from thetahat.verify.enclosure import table_of
from thetahat.verify.valid_data import require_data

LOMAX = family("lomax")
u, x = Symbol("u", positive=True), Symbol("x", positive=True)


def above_limit(data) -> float:
    """How far the curve of highest points rises above its limit, on a grid: negative where it does nowhere."""
    grid = np.exp(np.linspace(-30, 30, 3001)) * data.mean()
    mean = np.log1p(data[:, None] / grid).mean(axis=0)
    # Towards the limit -log(mean(x)) - 1, differences are taken of numbers near one.
    return float((-np.log(mean * grid / data.mean()) - mean).max())


@given(st.one_of(datasets(LOMAX, conditions=(), largest=1e3), datasets(LOMAX, conditions=(), scattered=True)))
def test_every_lomax_dataset_has_the_verdict_that_a_grid_shows(data) -> None:
    """A maximum where the curve is above its limit somewhere, as where the mean square exceeds twice the squared mean.

    Close to that none may be proved; the literature's condition is no necessary one, as 1 and 1/32 show.
    """
    proof, rise = certify(LOMAX, data), above_limit(data)
    if proof.verdict is CertificateVerdict.UNIQUE_GLOBAL:
        assert rise > -1e-12
    elif proof.verdict is CertificateVerdict.NO_MAXIMUM:
        assert rise < 1e-12
        assert proof.method == ABSENCE
    else:
        assert abs(rise) < 1e-4
    assert proof.verdict is CertificateVerdict.UNDECIDED or proof.check(data)


def test_a_maximum_is_not_denied() -> None:
    """Planted: the certificate of data without a maximum, made out for data with one, and the other way round."""
    none, one = [1.0, 2.0, 3.0], [0.25, 0.5, 1.0, 8.0]
    without, with_one = certify(LOMAX, none), certify(LOMAX, one)
    assert (without.verdict, without.method) == (CertificateVerdict.NO_MAXIMUM, ABSENCE)
    assert without.check(none)
    assert not replace(with_one, verdict=CertificateVerdict.NO_MAXIMUM, method=ABSENCE, theta={}).check(one)
    assert not replace(without, verdict=CertificateVerdict.UNIQUE_GLOBAL, theta=with_one.theta).check(none)


@pytest.mark.parametrize("places", [1, 4, 8])
def test_just_above_and_below_the_condition(places) -> None:
    """Four values of which one decides: n sum x^2 = 2 (sum x)^2 for 1, 1, 1, z where z^2 - 6 z - 3 = 0."""
    below, above = ([1.0, 1.0, 1.0, 3 + 12**0.5 + side * 2.0**-places] for side in (-1, 1))
    assert certify(LOMAX, below).verdict is CertificateVerdict.NO_MAXIMUM
    assert certify(LOMAX, above).verdict is CertificateVerdict.UNIQUE_GLOBAL


@pytest.mark.parametrize(("heavy", "expected"), [(True, "UNIQUE_GLOBAL"), (False, "NO_MAXIMUM")])
def test_hundreds_of_different_values_have_a_verdict(heavy: bool, expected: str) -> None:
    """Far beyond the hundred of which each part used to be looked at."""
    rng = np.random.default_rng(5)
    data = rng.pareto(1.25, 400) if heavy else rng.uniform(0, 1, 400)
    assert certify(LOMAX, data).verdict.name == expected


def test_a_proof_of_absence_rests_on_steps_that_are_proved() -> None:
    """Planted: a step that says what the curve of highest points is, undecided."""
    found, data = derive(LOMAX), require_data(LOMAX, [1.0, 2.0, 3.0])
    curve = profile_of(found, found.findings)
    with precision(64):
        assert has_no_highest(curve, table_of(LOMAX, data))
    weak = tuple(
        Finding(Evidence.UNDECIDED) if step.rule == "profile-edges" else finding
        for step, finding in zip(found.steps, found.findings, strict=True)
    )
    assert profile_of(found, weak) is None


s, y = Symbol("s", real=True), Symbol("y", real=True)


def curved(mean: Expr) -> Family:
    """Normal observations around a curve."""
    return Family("curved", y, Reals, (Parameter(s, Reals),), -((y - mean) ** 2) / 2 - log(2 * pi) / 2)


@pytest.mark.parametrize(
    ("mean", "data", "absent"),
    [
        (s / sqrt(1 + s**2), [2.0, 3.0], True),  # the mean stays below one
        (s / sqrt(1 + s**2), [0.25, 0.5], False),
        (s**2 / (1 + s**2), [2.0, 3.0], True),  # towards both ends
        (s / (1 + s**2), [0.0, 0.0], False),  # as high at zero as in both limits
        (1 + s / (1 + s**2), [1.0, 1.0], False),
        (s**2, [-1.0, -1.0], False),
    ],
    ids=str,
)
def test_one_parameter_whose_limit_is_highest(mean: Expr, data: list[float], absent: bool) -> None:
    """A mean that reaches the data in no member, or in some."""
    item = curved(mean)
    found = derive(item)
    curve = profile_of(found, found.findings)
    assert curve is not None
    with precision(64):
        assert has_no_highest(curve, table_of(item, require_data(item, data))) is absent


def test_like_logarithms_are_joined_and_no_others() -> None:
    """The number stays the same; a logarithm of what has no sign, or holds an average, stays where it is."""
    whole, mean = Symbol("w", real=True), Mean(log(u + x), x)
    apart = 3 * mean - 3 * log(u) + 2 / (mean - log(u**2))
    together = joined(apart)
    assert together == 3 * Mean(log(1 + x / u), x) + 2 / Mean(log(1 / u + x / u**2), x)
    with precision(200):
        table = Table((x,), [(arb(1),), (arb(5),)], [arb(2), arb(1)])
        values = [enclosed(one, {u: arb(3)}, table) for one in (apart, together)]
        assert values[0].overlaps(values[1])
        assert values[0].rad() < 1e-50
    for kept in (mean - log(whole), mean + log(u), mean - log(Mean(x, x)), 2 * mean - log(u)):
        assert joined(kept) == kept


def test_a_profile_is_the_same_with_logarithms_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    """Height and derivatives, in balls; and a wrong sign would show."""
    found, data = derive(LOMAX), require_data(LOMAX, [0.25, 1.0, 2.0, 40.0])
    curve = profile_of(found, found.findings)
    monkeypatch.setattr(profile, "joined", lambda one: one)
    monkeypatch.setattr(profile, "factored_means", lambda one: one)
    apart = profile._compiled(found, curve.unknown, found.family.symbols[0], _root(found))
    with precision(300):
        for place in (arb(1) / 8, arb(3), arb(1000)):
            ours, plain = (one.at(place, table_of(LOMAX, data)) for one in (curve, apart))
            assert all(a.overlaps(b) and b.rad() < 1e-60 for a, b in zip(ours, plain, strict=True))
    assert curve.height != apart.height


def _root(found):
    return next(step.named("first") for step in found.steps if step.rule == "profile-edges")


LIMITS = [
    (log(u) - Mean(log(u + x), x), oo, S.Zero, True),
    (Mean(log(u + x), x) - log(u), oo, S.Zero, False),
    (3 - exp(-1 / u) + 1 / u**2, oo, S(2), False),
    (3 - exp(1 / u), oo, S(2), True),
    (1 - u * Mean(x, x), S.Zero, S.One, True),
    (1 + u**2 - u, S.Zero, S.One, True),
    (1 - u**2, S.Zero, S.One, True),
    (1 - u**3, S.Zero, S.One, None),  # falls like a cube: nothing is said
    (1 - sqrt(u), S.Zero, S.One, None),
]


@pytest.mark.parametrize(("expression", "end", "limit", "below"), LIMITS, ids=str)
def test_values_are_below_a_limit_where_that_is_said(expression: Expr, end: Expr, limit: Expr, below) -> None:
    """The limit is enclosed, and values farther out are below it, to 600 digits."""
    rows = [(arb(1) / 8,), (arb(3),)]
    with precision(600):
        table = Table((x,), rows, [arb(1), arb(1)])
        cut = arb(2) ** (12 if end is oo else -12)
        found = limit_above(expression, u, end, cut, table)
        assert (found is not None) is bool(below)
        if found is None:
            return
        assert found.contains(arb(int(limit)))
        for far in (12, 40, 200):
            at = arb(2) ** (far if end is oo else -far)
            value = sum(
                (compiled((expression.replace(Mean, lambda f, *_: f),), (u, x))(at, *row)[0] for row in rows), arb(0)
            )
            assert value / 2 < arb(int(limit))


def test_an_interval_is_no_limit() -> None:
    """Planted: a number that may change with t, and one that is folded into the first term, are not steady."""
    eighth = arb(0.125)
    t = Germ.variable(eighth)
    number = Germ.number(arb(3), eighth)
    loose = Germ.between(Span(arb(1), arb(2)), eighth)
    assert (number + -t).below_limit() is not None
    assert (number + loose + -t).below_limit() is None
    assert (number * loose + -t).below_limit() is None
    assert (number + t.to_the(Fraction(1, 2)) + -t).below_limit() is None
    assert (loose.inverse() + -t).below_limit() is None
    # Times t it comes in later, and then the first term is the limit.
    assert (number + -(t * loose)).below_limit() is not None
    # Divided by t again, it is the first.
    assert ((t * loose + t * t) * t.inverse() + -t).below_limit() is None
