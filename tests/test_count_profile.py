"""Whether the theorem on profiles of counts holds of counts, is found where it applies, and is claimed nowhere else."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Interval, Naturals, Naturals0, Reals, Symbol, exp, log, loggamma, oo

from thetahat import Family, Parameter, certify, derive, family, fit
from thetahat.proofs.balls import precision
from thetahat.proofs.count_profile import turns_once
from thetahat.proofs.derivation import Derivation, Verdict
from thetahat.proofs.errors import ExistenceError
from thetahat.verify.certify import CertificateVerdict

X = Symbol("x", integer=True, nonnegative=True)
MU, ALPHA, A = Symbol("mu", positive=True), Symbol("alpha", positive=True), Symbol("a", real=True)
POSITIVE = Interval.open(0, oo)
COUNTS = st.dictionaries(st.integers(0, 15), st.integers(1, 9), min_size=1, max_size=6)


def dispersed(size: Expr, *parameters: Parameter) -> Family:
    """Negative binomial counts by their mean and a number of successes."""
    density = loggamma(X + size) - loggamma(size) - loggamma(X + 1) + X * log(MU) + size * log(size)
    return Family("counts", X, Naturals0, parameters, density - (X + size) * log(MU + size))


SIZES = {
    "dispersion": dispersed(1 / ALPHA, Parameter(MU, POSITIVE), Parameter(ALPHA, POSITIVE)),
    "logarithm": dispersed(exp(A), Parameter(MU, POSITIVE), Parameter(A, Reals)),
    "twice": dispersed(2 * ALPHA, Parameter(ALPHA, POSITIVE), Parameter(MU, POSITIVE)),
}


def moments(counts: dict[int, int]) -> tuple[Fraction, Fraction]:
    """Mean and variance."""
    n = sum(counts.values())
    mean = Fraction(sum(x * w for x, w in counts.items()), n)
    return mean, Fraction(sum(x * x * w for x, w in counts.items()), n) - mean**2


def slope(counts: dict[int, int], u: Fraction) -> arb:
    """The function that the theorem is about."""
    n, (mean, _) = sum(counts.values()), moments(counts)
    at = arb(u.numerator) / u.denominator
    average = sum(((at + x).digamma() * w for x, w in counts.items()), arb(0)) / n
    return average - at.digamma() - (1 + arb(mean.numerator) / mean.denominator / at).log()


def signs(counts: dict[int, int]) -> list[int]:
    """The signs of the function at powers of two, in balls, each proved."""
    found = []
    with precision(2000):
        for power in range(-60, 61, 3):
            value = slope(counts, Fraction(2) ** power)
            assert value > 0 or value < 0
            found.append(1 if value > 0 else -1)
    return found


@given(counts=COUNTS)
def test_the_slope_turns_once_where_the_variance_is_larger_and_nowhere_else(counts: dict[int, int]) -> None:
    """From plus to minus; seen from 2**-60 to 2**60."""
    mean, variance = moments(counts)
    if not mean:
        return
    seen = signs(counts)
    assert seen == sorted(seen, reverse=True)
    assert seen[0] == 1
    if variance <= mean:
        assert seen[-1] == 1
    elif variance > mean * (1 + Fraction(1, 10**6)):
        assert seen[-1] == -1


@given(counts=COUNTS)
def test_the_integral_in_the_proof_changes_its_sign_once_at_most(counts: dict[int, int]) -> None:
    """``M`` is followed exactly, from one whole number, the mean or a zero of ``N`` to the next, where it can turn."""
    mean, variance = moments(counts)
    n, most = sum(counts.values()), max(counts)
    above = [Fraction(sum(w for x, w in counts.items() if x > j), n) for j in range(most + 2)]
    m, given_to, heights = Fraction(0), Fraction(0), []
    for j in range(most + 1):
        given_to += above[j]
        places = {Fraction(j), Fraction(j + 1), min(max(mean, Fraction(j)), Fraction(j + 1))}
        places |= {given_to} if j < given_to < min(mean, j + 1) else set()
        stops = sorted(places)
        for low, high in pairwise(stops):
            ends = [given_to - min(place, mean) for place in (low, high)]
            m += (high - low) * sum(ends) / 2
            heights.append(m)
    assert m == (mean - variance) / 2
    turned = [height > 0 for height in heights if height]
    assert turned == sorted(turned, reverse=True)


@pytest.mark.parametrize("name", SIZES)
def test_counts_have_one_maximum_in_any_parameters(name: str) -> None:
    """Or none, where the variance is no larger than the mean: proved, both ways."""
    derivation = derive(SIZES[name])
    assert derivation.optimality.unique
    assert derivation.existence_proved
    assert derivation.existence_needed
    assert {finding.evidence.verdict for finding in derivation.findings} == {Verdict.AGREE}
    assert certify(derivation.family, [0, 4, 5, 2]).verdict is CertificateVerdict.UNIQUE_GLOBAL
    for data in ([0, 1, 2], [3, 3, 3], [0, 1], [0, 0]):
        assert certify(derivation.family, data).verdict is CertificateVerdict.NO_MAXIMUM
        with pytest.raises(ExistenceError, match="Needed because"):
            fit(derivation.family, data)


def test_a_space_that_ends_before_all_sizes_has_conditions_of_its_own() -> None:
    """A size below three need not reach the turn: the variance alone does not say that there is a maximiser."""
    derivation = derive(dispersed(ALPHA, Parameter(MU, POSITIVE), Parameter(ALPHA, Interval.open(0, 3))))
    assert derivation.optimality.unique
    assert rule(derivation, "ridge-counts")
    assert derivation.existence_rule != "the derivative along the ridge turns"


def test_the_theorem_is_claimed_of_counts_alone() -> None:
    """Counts from one on, sizes that are not positive, or that go both ways, are not what it is about."""
    counts = family("negative_binomial")
    r, p = counts.symbols
    assert turns_once(r, r, counts, counts.domain)
    assert not turns_once(r * p, r, counts, counts.domain)
    assert not turns_once(r + 1 / r, r, counts, counts.domain)
    x = Symbol("x", integer=True, positive=True)
    density = loggamma(x - 1 + r) - loggamma(r) - loggamma(x) + r * log(p) + (x - 1) * log(1 - p)
    moved = Family("moved", x, Naturals, counts.parameters, density)
    assert not turns_once(r, r, moved, moved.domain)
    assert not rule(derive(moved), "ridge-counts")


def rule(derivation: Derivation, name: str) -> bool:
    return any(step.rule == name for step in derivation.steps)
