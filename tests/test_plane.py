"""Whether the highest of several maxima over a place and a scale is proved and checked, and lower peaks are refused."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st
from sympy import Interval, Reals, Symbol, log, oo, pi, sqrt

from thetahat import Family, Parameter, certify, derive, family
from thetahat.proofs.balls import precision
from thetahat.strategies import datasets
from thetahat.verify.certify import CertificateVerdict, Enclosure, radial
from thetahat.verify.certify.contraction import contracted
from thetahat.verify.certify.methods import PLANE
from thetahat.verify.certify.plane import is_only_highest
from thetahat.verify.certify.radial import Plane, radial_kernel
from thetahat.verify.enclosure import table_of, total
from thetahat.verify.known_values import derivation_with
from thetahat.verify.valid_data import require_data

HALF = family("student_t").fix(nu=0.5)
m, y, s = Symbol("m", real=True), Symbol("y", real=True), Symbol("s", positive=True)
q = ((y - m) / s) ** 2


def around(kernel) -> Family:
    """A family of a place and a scale; its constant is of no account here."""
    spaces = Parameter(m, Reals), Parameter(s, Interval.open(0, oo))
    return Family("around", y, Reals, spaces, kernel - log(s))


@pytest.mark.parametrize(
    ("kernel", "fits"),
    [
        (-log(1 + q), True),
        (-2 * log(1 + q**2), True),
        (-(q**2) - q, True),
        (-log(1 + q) - 3 * q, True),
        (-sqrt(1 + q), True),
        (log(1 + q) - 2 * q, True),
        (log(1 + q) - q / 2, False),  # rises at first: lower at the place itself than beside it
        (-log(2 - 1 / (1 + q)), False),  # level far out: not concave in log s
        (-log(1 + (y - m - s) ** 2 / s**2), False),  # not even
        (-log(1 + (y - m) ** 2 / s), False),  # no scale
        (-log(1 + m**2 + q), False),  # no place
    ],
    ids=str,
)
def test_only_densities_of_that_form_have_a_kernel(kernel, fits) -> None:
    """Falling in the distance, and concave in the logarithm of the scale, both by algebra."""
    found = radial_kernel(around(kernel - log(pi)))
    assert (found is not None) is fits


@given(
    rows=st.lists(st.integers(-8, 8), min_size=1, max_size=5, unique=True),
    place=st.integers(-9, 9),
    size=st.integers(1, 9),
    weighted=st.booleans(),
)
def test_heights_and_slopes_are_those_of_the_likelihood(rows, place, size, weighted) -> None:
    """Against the declared density, by differences."""
    w = [1.0 + i for i in range(len(rows))] if weighted else None
    data = require_data(HALF, np.array(rows, dtype=float), w)
    step = arb(2) ** -60
    with precision(300):
        table = table_of(HALF, data)
        plane = Plane.of(radial_kernel(HALF), table)

        def height(at, scale):
            return total(HALF, [at, scale], table, data)

        at, scale = arb(place) / 4, arb(size) / 4
        k, across, along = plane.at(at, scale)
        beside, above = height(at + step * scale, scale), height(at, scale * step.exp())
        assert abs((beside - height(at, scale)) / step - across) < 1e-12
        assert abs((above - height(at, scale)) / step - along) < 1e-12
        rise = plane.at(at + 1, scale)[0] - k
        assert abs(rise - (height(at + 1, scale) - height(at, scale))) < 1e-60


@given(datasets(HALF, conditions=derive(HALF).exists_when, largest=1e3))
def test_every_dataset_of_a_heavy_tail_has_one_verdict(data) -> None:
    """With half a degree of freedom no lemma helps; symmetric data may have two maxima that are exactly as high."""
    proof = certify(HALF, data)
    assert proof.verdict in (CertificateVerdict.UNIQUE_GLOBAL, CertificateVerdict.GLOBAL_SET)
    if proof.verdict is CertificateVerdict.GLOBAL_SET:
        assert np.array_equal(np.sort(data), np.sort(data.min() + data.max() - data))
    assert proof.method == PLANE
    assert proof.check(data)
    top = proof.log_likelihood.high
    places = np.concatenate([data, np.linspace(data.min(), data.max(), 101)])
    scales = np.exp(np.linspace(-25, 3, 120)) * np.ptp(data)
    r = (data[:, None, None] - places[:, None]) / scales
    constant = math.lgamma(0.75) - math.lgamma(0.25) - math.log(0.5 * math.pi) / 2
    grid = (constant - np.log(scales) - 0.75 * np.log1p(2 * r**2)).sum(axis=0)
    assert grid.max() <= top + 1e-9 * (1 + abs(top))


TWO = [-10.0, -9.9, -9.8, 10.0, 10.1]
"""Two clusters, of which the larger has the higher peak."""


def test_a_lower_peak_is_neither_certified_nor_confirmed() -> None:
    """Planted: the certificate of the other peak, with the method and the argument of a global one."""
    proof = certify(HALF, TWO)
    assert (proof.verdict, proof.method) == (CertificateVerdict.UNIQUE_GLOBAL, PLANE)
    assert proof.theta["mu"].high < 0
    assert proof.check(TWO)
    data, symbols = require_data(HALF, TWO), HALF.symbols
    lower = contracted(derivation_with(HALF, {}), data, dict(zip(symbols, (10.05, 0.1), strict=True)), climbing=False)
    assert lower is not None
    assert lower.inner[0] > 9
    theta = dict(zip(("mu", "s"), map(Enclosure.of, lower.inner), strict=True))
    assert not replace(proof, theta=theta).check(TWO)
    with precision(64):
        table = table_of(HALF, data)
        assert not is_only_highest(HALF, lower.inner[:1], lower.inner[1], table)
        place, scale = (held.ball for held in proof.theta.values())
        assert is_only_highest(HALF, [place], scale, table)


def test_two_peaks_that_mirror_each_other_are_both_certified() -> None:
    """Planted: one of the two as the only one, the same twice, and a second one elsewhere or with another scale."""
    x = [-10.0, -9.9, 9.9, 10.0]
    proof = certify(HALF, x)
    assert (proof.verdict, proof.method) == (CertificateVerdict.GLOBAL_SET, PLANE)
    (other,) = proof.others
    assert other["mu"].rounded() == -proof.theta["mu"].rounded()
    assert proof.check(x)
    for one in proof.each():
        assert not one.check(x)
    assert not replace(proof, others=(proof.theta,)).check(x)
    for name in ("mu", "s"):
        moved = {**other, name: Enclosure.of(other[name].ball * (1 + arb(2) ** -40))}
        assert not replace(proof, others=(moved,)).check(x)


@pytest.mark.parametrize("x", [TWO, [-10.0, -9.9, 9.9, 10.0]], ids=["one", "two"])
def test_the_scale_may_be_declared_first(x) -> None:
    """The same verdict, and the same numbers by their names."""
    turned = replace(HALF, name="turned", parameters=HALF.parameters[::-1])
    proofs = [certify(one, x) for one in (HALF, turned)]
    assert proofs[0].verdict is proofs[1].verdict
    for proof in proofs:
        assert proof.method == PLANE
        assert proof.check(x)
    for name, held in proofs[0].theta.items():
        assert held.ball.overlaps(proofs[1].theta[name].ball)


def test_a_near_tie_is_told() -> None:
    """Planted: one datum a last place farther out."""
    x = [-10.0, -9.9, 9.9, math.nextafter(10.0, 11)]
    proof = certify(HALF, x)
    assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert proof.check(x)


@pytest.mark.parametrize("offset", [0.0, 1e8, 1e15])
def test_data_that_differ_in_their_last_places_are_covered(offset) -> None:
    """Differences are exact, whatever the working precision."""
    x = offset + np.array([0.0, 1.0, 1.0, 2.0, 3.0, 5.0, 9.0]) * math.ulp(offset or 1.0)
    proof = certify(HALF, x)
    assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert proof.check(x)


@pytest.mark.parametrize(
    "x",
    [
        [99999999.99999997, *[99999999.99999999] * 3, 100000000.0, 100000000.00872],
        [step * 5e-324 for step in (1, 4, 18, 20, 37, 44, 45, 60, 71, 80)],
        [step * 1e300 for step in (-1, 0, 0.5, 0.75, 2, 40)],
    ],
    ids=["cluster", "subnormal", "large"],
)
def test_clusters_and_extreme_sizes_are_covered(x) -> None:
    """Where the best scale is far from that of the maximum, and where doubles hold few digits of it."""
    steep = around(-2 * log(1 + q**2))
    proof = certify(steep, x)
    assert (proof.verdict, proof.method) == (CertificateVerdict.UNIQUE_GLOBAL, PLANE)
    assert proof.check(x)


def test_a_kernel_that_is_none_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: a sign prover that agrees to everything lets a kernel through that is not concave in log s."""
    level = around(-log(2 - 1 / (1 + q)))
    assert radial_kernel(level) is None
    radial_kernel.cache_clear()
    monkeypatch.setattr(radial, "is_nonnegative", lambda *_: True)
    assert radial_kernel(level) is not None
    radial_kernel.cache_clear()
