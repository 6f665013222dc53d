"""Whether the highest point along a curve is proved and checked: bounds that hold far out, and lower peaks planted."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Interval, Rational, Reals, S, Symbol, cosh, exp, log, loggamma, oo, pi

from thetahat import Family, Parameter, certify, derive, family
from thetahat.proofs.algebra.atoms import Mean
from thetahat.proofs.ball_data import Table, enclosed
from thetahat.proofs.balls import precision
from thetahat.proofs.derivation import Evidence, Finding
from thetahat.verify.certify import CertificateVerdict, Enclosure
from thetahat.verify.certify.contraction import contracted
from thetahat.verify.certify.far_bounds import bound_beside
from thetahat.verify.certify.germs import Germ
from thetahat.verify.certify.methods import PROFILE
from thetahat.verify.certify.profile import is_highest, profile_of
from thetahat.verify.certify.spans import Span
from thetahat.verify.enclosure import table_of
from thetahat.verify.known_values import derivation_with

u, x = Symbol("u", positive=True), Symbol("x", positive=True)
TAILS: list[Expr] = [
    log(u) - u * Mean(x, x),
    -log(Mean(log(u + x), x) - log(u)) - Mean(log(u + x), x),
    u * Mean(log(x), x) - Rational(2, 3) * Mean(log(1 + x**u), x) + log(u),
    -2 * u / 9 - log(u) / 2 - Mean(x, x) / (9 * u) + Mean(log(u + x), x),
    -u * Mean(x, x) - Rational(2, 3) * Mean(log(1 - exp(-u * x)), x) + log(u),
    Mean(1 / (u + x) ** 2, x) * u - exp(-u),
    (u + Mean(x, x)) ** Rational(1, 3) * exp(-u) / u,
    -(u ** Rational(1, 2)) * log(u) + u * log(u) / (1 + u**2) ** 2,
    Mean((x - u**2 + 1 / u) ** 2, x) / (1 + u) ** 5,
]


@pytest.mark.parametrize("expression", TAILS, ids=str)
@given(
    digits=st.integers(-12, 12),
    end=st.sampled_from([S.Zero, oo]),
    shares=st.lists(st.integers(0, 200), min_size=3, max_size=3),
    rows=st.lists(st.integers(1, 40), min_size=1, max_size=4),
    weighted=st.booleans(),
)
def test_no_value_up_to_an_end_is_above_the_bound(
    expression: Expr, digits: int, end: Expr, shares: list[int], rows: list[int], weighted: bool
) -> None:
    """Values at places between the cut and the end, which may be many powers of two farther out."""
    weights = [arb(2 * i + 1) for i in range(len(rows))] if weighted else None
    with precision(128):
        table = Table((x,), [(arb(row) / 8,) for row in rows], weights)
        cut = arb(2) ** digits
        bound = bound_beside(expression, u, end, cut, table)
        for share in shares:
            place = cut * arb(2) ** (arb(share) / 16 * (1 if end is oo else -1))
            assert not enclosed(expression, {u: place}, table) > bound


@pytest.mark.parametrize(
    ("expression", "end", "digits"),
    [(TAILS[0], oo, 6), (TAILS[0], S.Zero, -6), (TAILS[1], oo, 10), (TAILS[1], S.Zero, -10), (TAILS[3], S.Zero, -10)],
)
def test_bounds_are_near_what_they_bound(expression: Expr, end: Expr, digits: int) -> None:
    """The bound of what falls towards an end is little above its value at the cut, or its limit."""
    with precision(128):
        table = Table((x,), [(arb(1),), (arb(3),)], None)
        bound = bound_beside(expression, u, end, arb(2) ** digits, table)
        assert abs(bound - enclosed(expression, {u: arb(2) ** digits}, table)) < 0.05


def test_a_bound_without_the_remainder_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: expansions that leave out the second derivative."""
    table, bent = Table((x,), [(arb(1),)], None), exp(u)
    assert bound_beside(bent, u, S.Zero, arb(1), table) > math.e - 1e-9
    through = Germ._through
    monkeypatch.setattr(Germ, "_through", lambda self, f: (*through(self, f)[:2], arb(0), arb(0)))
    assert bound_beside(bent, u, S.Zero, arb(1), table) < math.e - 0.5


def test_nothing_is_said_of_what_cannot_be_followed() -> None:
    """Infinite, and no number: a hyperbolic cosine far out, and a logarithm of what may be negative."""
    table = Table((x,), [(arb(1),)], None)
    for wild in (-log(cosh(u)), log(1 - u), log(u) * exp(u)):
        assert bound_beside(wild, u, oo, arb(8), table) == arb("inf")


@given(st.lists(st.integers(-9, 9), min_size=4, max_size=4))
def test_spans_hold_what_their_numbers_come_to(ends: list[int]) -> None:
    """Sums, products, quotients and powers of numbers inside."""
    (a, b), (c, d) = sorted(ends[:2]), sorted(ends[2:])
    one, two = Span(arb(a), arb(b)), Span(arb(c), arb("inf"))
    for p in (a, b):
        for q in (c, d, 1000):
            for value, span in ((p + q, one + two), (p * q, one * two), (-p, -one), (p**3, one.power(Fraction(3)))):
                assert span.low <= value <= span.high
            if q:
                assert two.inverse().low <= Fraction(1, q).__float__() <= two.inverse().high


def lomax(seed: int, n: int = 12) -> list[float]:
    """Heavy tails, so that there is a maximum inside."""
    return (np.random.default_rng(seed).pareto(1.25, n) + 1 / 64).tolist()


@pytest.mark.parametrize("seed", [0, 1, 3, 4])
def test_lomax_maxima_are_global(seed: int) -> None:
    """Two parameters of which one is put in; no grid along the curve is higher."""
    data = lomax(seed)
    proof = certify(family("lomax"), data)
    assert (proof.verdict, proof.method) == (CertificateVerdict.UNIQUE_GLOBAL, PROFILE)
    assert proof.check(data)
    grid = np.exp(np.linspace(-25, 25, 4001))
    mean = np.log1p(np.array(data)[:, None] / grid).mean(axis=0)
    assert (-np.log(mean) - np.log(grid) - 1 - mean).max() * len(data) <= proof.log_likelihood.high + 1e-9


@pytest.mark.parametrize(
    ("name", "known", "data"),
    [
        ("kumaraswamy", {"b": Rational(1, 3)}, [0.25, 0.5, 0.9]),
        ("birnbaum_saunders", {"alpha": Rational(3, 2)}, [0.5, 1.0, 4.0]),
        ("exponentiated_exponential", {"alpha": Rational(1, 3)}, [0.125, 0.5, 3.0]),
        ("generalised_poisson", {"theta": Rational(3, 2)}, [0, 1, 3, 7]),
        ("zero_inflated_poisson", {"w": Rational(1, 3)}, [0, 0, 1, 3, 4]),
    ],
)
def test_one_parameter_is_followed_to_both_ends(name: str, known: dict[str, Expr], data: list[float]) -> None:
    """Maxima that were only known to be local, with weights as well."""
    member = family(name).fix(**known)
    for weights in (None, [1.0 + i / 4 for i in range(len(data))]):
        proof = certify(member, data, weights)
        assert (proof.verdict, proof.method) == (CertificateVerdict.UNIQUE_GLOBAL, PROFILE)
        assert proof.check(data, weights)


s, y = Symbol("s", real=True), Symbol("y", real=True)


def curved(mean: Expr) -> Family:
    """Normal observations around a curve."""
    return Family("curved", y, Reals, (Parameter(s, Reals),), -((y - mean) ** 2) / 2 - log(2 * pi) / 2)


TWO_DIPS = curved((s**2 - 1) ** 2 + s / 4)


def test_a_lower_peak_is_neither_certified_nor_confirmed() -> None:
    """Planted: the certificate of the other peak, with the method and the argument of a global one."""
    data = [-2.0, -3.0]
    proof = certify(TWO_DIPS, data, near=[-1.0])
    assert (proof.verdict, proof.method) == (CertificateVerdict.UNIQUE_GLOBAL, PROFILE)
    assert proof.check(data)
    assert certify(TWO_DIPS, data, near=[1.0]).verdict is CertificateVerdict.LOCAL
    lower = contracted(derivation_with(TWO_DIPS, {}), proof._observations, {TWO_DIPS.symbols[0]: 0.96})
    assert lower is not None
    assert not replace(proof, theta={"s": Enclosure.of(lower.inner[0])}).check(data)


def test_ties_stay_open() -> None:
    """Two places on the curve that are the same member, and a limit far out that is as high as any maximum."""
    assert certify(curved((s**2 - 1) ** 2), [-2.0, -3.0]).verdict is CertificateVerdict.LOCAL
    assert certify(curved(s / (1 + s**2)), [0.0, 0.0]).verdict is CertificateVerdict.LOCAL


@pytest.mark.thorough
def test_a_peak_below_the_limit_far_out_is_not_the_highest() -> None:
    """Planted: far out the mean tends to zero, where the data are; the peak between two dips is lower."""
    item = curved(1 + (s**4 - 1) / (1 + s**4) ** 2 - s**4 / (1 + s**4) + s**2 / (1 + s**8))
    found = derive(item)
    profile = profile_of(found, found.findings)
    assert profile is not None
    with precision(64):
        table = table_of(item, certify(item, [1.0, -1.0])._observations)
        assert not is_highest(profile, arb(0), table)


def test_a_profile_rests_on_steps_that_are_proved() -> None:
    """Planted: a step on the lines that is open, and one on the edges that is refuted."""
    found = derive(family("lomax"))
    assert profile_of(found, found.findings) is not None
    for rule, evidence in (("line-turn", Evidence.UNDECIDED), ("profile-edges", Evidence.REFUTED)):
        findings = tuple(
            Finding(evidence) if step.rule == rule else finding
            for step, finding in zip(found.steps, found.findings, strict=True)
        )
        assert profile_of(found, findings) is None


@pytest.mark.parametrize(
    ("name", "smooth"),
    [("poisson", True), ("geometric", True), ("uniform", False), ("normal", False), ("binomial", False)],
)
def test_other_families_have_profiles_only_where_they_are_smooth(name: str, smooth: bool) -> None:
    """One smooth parameter has; several parameters, moving supports and unknown constants have not."""
    found = derive(family(name))
    assert (profile_of(found, found.findings) is not None) is smooth


def test_a_distance_is_followed_where_it_has_one_sign() -> None:
    """``|x|**a`` on both sides of zero; of a distance that may vanish nothing is said, and of a kink no derivative."""
    x, a = Symbol("x", real=True), Symbol("a", positive=True)
    table = Table((x,), [(arb(-2),), (arb(3),)], None)
    with precision(128):
        falling = -Mean(abs(x) ** a, x)
        assert bound_beside(falling, a, oo, arb(64), table) < -(2**30)
        assert bound_beside(-abs(a - 1), a, S.Zero, arb(0.5), table) < -0.49
        assert bound_beside(-abs(a - 1), a, S.Zero, arb(2), table) == arb("inf")
    shape = Family("power", x, Reals, (Parameter(a, Interval.open(0, oo)),), log(a / 2) - loggamma(1 / a) - abs(x) ** a)
    proof = certify(shape, [-0.5, 0.25, 2.0])
    assert proof.verdict is CertificateVerdict.LOCAL
    assert proof.check([-0.5, 0.25, 2.0])
