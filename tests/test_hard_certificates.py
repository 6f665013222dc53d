"""Certificates of data on which fits in doubles are refused or far off: other units, plateaus, kinks that are none."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from flint import arb, fmpq
from sympy import Abs, DiracDelta, Interval, Rational, Symbol, log, oo

from thetahat import Family, Parameter, certify, derive, family
from thetahat.proofs.algebra.atoms import Mean
from thetahat.proofs.algebra.kinks import without_still_kinks
from thetahat.proofs.balls import precision
from thetahat.verify.certify import CertificateVerdict, Enclosure
from thetahat.verify.certify.slope_program import slopes_of

Z = np.array([-1.25, -0.5, -0.125, 0.25, 0.75, 2.0])


@pytest.mark.parametrize("name", ["gumbel", "gumbel_minimum", "moyal", "logistic", "hyperbolic_secant", "cauchy"])
@pytest.mark.parametrize("places", [-1040, -1000, 990])
def test_places_and_scales_are_certified_in_any_unit(name: str, places: int) -> None:
    """Powers of two next to both ends of what doubles hold: the enclosures are those in the usual unit, moved."""
    data = np.ldexp(Z, places)
    proof, usual = certify(family(name), data), certify(family(name), np.ldexp(data, -places))
    assert proof.verdict is usual.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert proof.check(data)
    for parameter, held in proof.theta.items():
        assert held.ball.overlaps(usual.theta[parameter].ball * arb(2) ** places)


@pytest.mark.parametrize("name", ["half_logistic", "half_cauchy", "exponentiated_exponential", "birnbaum_saunders"])
@pytest.mark.parametrize("places", [-1020, 990])
def test_positive_data_are_certified_in_any_unit(name: str, places: int) -> None:
    """Scales alone, and shapes that keep theirs."""
    data = np.ldexp(Z**2 + 0.25, places)
    proof = certify(family(name), data)
    assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert proof.check(data)


@pytest.mark.parametrize("size", [1e10, 1e20, 1e40, 1e81, 1e150, 1e200])
def test_a_place_on_a_plateau_is_certified(size: float) -> None:
    """As many rows lie far to either side: what holds the place between the middle two is next to nothing."""
    member, data = family("logistic_known_scale").fix(s=3), Z * size
    proof = certify(member, data)
    assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert proof.check(data)
    assert proof.rounded()[0] == pytest.approx((data[2] + data[3]) / 2, rel=1e-14)


@pytest.mark.parametrize("beta", [Rational(3, 2), Rational(5, 2), 3, 5])
def test_odd_powers_of_distances_have_smooth_enough_slopes(beta: object) -> None:
    """SymPy writes deltas where the slope bends without a jump; every certificate was undecided."""
    member = family("generalised_normal").fix(beta=beta)
    for data in (Z, 1e9 + Z, 1e-200 * Z, np.array([1.0, math.nextafter(1.0, 2.0), 1.0])):
        proof = certify(member, data)
        assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
        assert proof.check(data)


def test_a_slope_that_jumps_keeps_its_delta() -> None:
    """Planted: distances themselves, and one that is multiplied with something that is zero elsewhere."""
    m, x = Symbol("m", real=True), Symbol("x", real=True)
    for jumps in (Mean(Abs(m - x), x), Mean((x - 1) * Abs(m - x), x), m * Mean(Abs(m - x), x)):
        assert without_still_kinks(jumps.diff(m, 2).expand(), (x,)).has(DiracDelta)
    still = (m**2 * Mean(Abs(m - x), x) - 2 * m * Mean(x * Abs(m - x), x) + Mean(x**2 * Abs(m - x), x)).diff(m, 2)
    assert still.has(DiracDelta)
    assert not without_still_kinks(still, (x,)).has(DiracDelta)
    assert slopes_of(derive(family("laplace"))) is None


@pytest.mark.parametrize("data", [[1e-200, 1.0, 1e200], [1e-100, 1e-50, 3.0, 1e80], [5e-324, 1.0, 2.0]])
def test_what_cancels_to_many_digits_is_confirmed(data: list[float]) -> None:
    """The checker gave up at eight times the digits of the certificate."""
    assert certify(family("inverse_gaussian"), data).check(data)


@pytest.mark.parametrize(
    "data", [[1.0, 1.0, math.nextafter(1.0, 2.0)], [-999.5, -999.5, math.nextafter(-999.5, 0.0)], [0.0, 1e-310]]
)
def test_a_root_next_to_an_end_is_certified(data: list[float]) -> None:
    """The start of a shifted Rayleigh family lies nearer to the least observation than any double."""
    proof = certify(family("rayleigh_shifted"), data)
    assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert proof.theta["mu"].ends[1] < fmpq(*min(data).as_integer_ratio())
    assert proof.check(data)
    with precision(2048):
        nearer = Enclosure.of(arb(min(data)) - arb(2) ** -1100)
    assert not replace(proof, theta={**proof.theta, "mu": nearer}).check(data)


@pytest.mark.parametrize("seed", range(12))
def test_a_stationary_point_outside_the_support_is_none(seed: int) -> None:
    """Planted by data far from zero: the density goes on beyond the observations, where there is no likelihood."""
    data = 1e15 + np.random.default_rng(seed).normal(size=8)
    proof = certify(family("rayleigh_shifted"), data)
    assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert proof.theta["mu"].high <= data.min()
    assert proof.check(data)


NEAR_ZERO = [5e-324 * np.array([3.0, 64.0, 56.0, 1.0]), 1e-300 * (Z**2 + 0.25), 1e-300 * (1 + 1e-8 * Z)]


@pytest.mark.parametrize("name", ["beta", "beta_by_mean", "beta_prime", "von_mises"])
@pytest.mark.parametrize("data", NEAR_ZERO, ids=["subnormal", "scaled", "cluster"])
def test_a_maximum_beyond_all_doubles_is_certified(name: str, data: np.ndarray) -> None:
    """Numbers up to ``1e644`` differ in thousands of digits; no double says where to begin."""
    proof = certify(family(name), data)
    assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert proof.log_likelihood is not None
    assert proof.check(data)
    with precision(2 * proof.bits):
        beside = {key: Enclosure.of(held.ball * (1 + arb(2) ** -60)) for key, held in proof.theta.items()}
    assert not replace(proof, theta=beside).check(data)
    assert not replace(proof, theta={**proof.theta, **dict(list(beside.items())[-1:])}).check(data)


def test_an_end_that_is_moved_by_two_parameters_is_confirmed_where_one_of_them_is_no_ball() -> None:
    """From log(r) to log(r) + s: the length is exact, ``r`` is ``exp(1/2)``, and no point of both holds all data."""
    y, r, s = Symbol("y", real=True), Symbol("r", positive=True), Symbol("s", positive=True)
    above = Interval.open(0, oo)
    span = Interval(log(r), log(r) + s)
    proof = certify(Family("span", y, span, (Parameter(r, above), Parameter(s, above)), -log(s)), [0.5, 2.0])
    assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert proof.check([0.5, 2.0])
    low = replace(proof, theta={**proof.theta, "s": Enclosure.of(arb(1.5) - arb(2) ** -60)})
    assert not low.check([0.5, 2.0])
