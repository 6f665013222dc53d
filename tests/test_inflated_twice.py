"""Counts of which zeros and ones are inflated, by their means; one statistic on a bounded support."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sympy import (
    Eq,
    Expr,
    Interval,
    Matrix,
    Naturals0,
    Piecewise,
    Reals,
    Symbol,
    erf,
    exp,
    log,
    loggamma,
    oo,
    pi,
    sqrt,
)

from thetahat import Family, Parameter, certify, derive, fit
from thetahat.proofs.algebra.invertible import is_invertible
from thetahat.proofs.checker import check_steps
from thetahat.proofs.derivation import Outcome, Verdict
from thetahat.proofs.edges import by_bounded_support
from thetahat.proofs.errors import ExistenceError
from thetahat.proofs.exponential import exponential_form
from thetahat.verify.certify import CertificateVerdict

POSITIVE, UNIT = Interval.open(0, oo), Interval.open(0, 1)
x = Symbol("x", integer=True, nonnegative=True)
p, q, r, k = (Symbol(name, positive=True) for name in "pqrk")
u, m = Symbol("u", positive=True), Symbol("m", real=True)
COUNTS = [0.0] * 9 + [1.0] * 6 + [2.0, 2.0, 3.0, 4.0, 4.0, 7.0]


def inflated(density: Expr, parameter: Parameter) -> Family:
    """Return the family of these counts with the shares ``p`` of zeros and ``q`` of ones added."""
    rest = 1 - p - q
    added = Piecewise(
        (log(p + rest * exp(density.subs(x, 0))), Eq(x, 0)),
        (log(q + rest * exp(density.subs(x, 1))), Eq(x, 1)),
        (log(rest) + density, True),
    )
    shares = (Parameter(p, UNIT), Parameter(q, Interval.open(0, 1 - p)))
    return Family("inflated", x, Naturals0, (*shares, parameter), added)


GEOMETRIC = inflated(log(r) + x * log(1 - r), Parameter(r, UNIT))
POISSON = inflated(x * log(k) - k - loggamma(x + 1), Parameter(k, POSITIVE))


def truncated(support: Interval, space: Interval = Reals) -> Family:
    """Return the normal family of known standard deviation two, cut off outside of the support."""
    root = 2 * sqrt(2)
    inside = erf((support.end - m) / root) / 2 - erf((support.start - m) / root) / 2
    density = -((u - m) ** 2) / 8 - log(2) - log(2 * pi) / 2 - log(inside)
    return Family("truncated", u, support, (Parameter(m, space),), density)


@pytest.mark.thorough
def test_counts_inflated_at_zero_and_one_have_formulas() -> None:
    """Beyond one, counts are geometric: the mean gives their parameter, the shares of zeros and ones the others."""
    derivation = derive(GEOMETRIC)
    assert derivation.outcome is Outcome.CLOSED_FORM
    assert not derivation.obligations
    found = fit(GEOMETRIC, COUNTS).theta_hat
    beyond = np.array([count - 2 for count in COUNTS if count > 1])
    rate = 1 / (1 + beyond.mean())
    rest = len(beyond) / len(COUNTS) / (1 - rate) ** 2
    wanted = (9 / 21 - rest * rate, 6 / 21 - rest * rate * (1 - rate), rate)
    assert list(found.values()) == pytest.approx(wanted, rel=1e-13)
    assert certify(GEOMETRIC, COUNTS).verdict is CertificateVerdict.UNIQUE_GLOBAL


@pytest.mark.thorough
def test_poisson_counts_inflated_twice_are_left_with_one_equation() -> None:
    """From the means: two of three parameters have formulas, and the maximum is proved."""
    derivation = derive(POISSON)
    assert (len(derivation.equations), derivation.optimality.proved) == (1, True)
    assert certify(POISSON, COUNTS).verdict is CertificateVerdict.UNIQUE_GLOBAL


@pytest.mark.thorough
def test_another_equation_left_is_refuted() -> None:
    """Planted: the equation that is left is one of the untangled ones with the roots put in, not its double."""
    derivation = derive(POISSON)
    at = next(i for i, step in enumerate(derivation.steps) if step.rule == "reduced")
    assert derivation.findings[at].evidence.verdict is Verdict.AGREE
    wrong = replace(derivation.steps[at], value=2 * derivation.steps[at].value)
    assert check_steps(POISSON, (*derivation.steps[:at], wrong))[at].evidence.verdict is Verdict.DISAGREE


def test_a_determinant_with_many_factors_is_told_from_zero() -> None:
    """Its factors are of one sign each; multiplied out it would be too long to be factored again."""
    factors = [p + q - 1, r - 1, p * r - p + q * r - r, q + (1 - p - q) * r * (1 - r)]
    triangular = Matrix([[1 / factors[0], p, q], [0, 1 / (factors[1] * factors[2]), r], [0, 0, 1 / factors[3]]])
    domain = {one.symbol: one.bounds.interior() for one in GEOMETRIC.parameters}
    assert is_invertible(triangular, domain)
    triangular[2, 2] = p - r
    assert not is_invertible(triangular, domain)


@pytest.mark.parametrize(
    ("support", "needed"),
    [
        (Interval(1, 4), ["mean(u) > 1", "mean(u) < 4"]),
        (Interval.Lopen(1, 4), ["mean(u) < 4"]),
        (Interval.open(1, 4), []),
    ],
)
def test_on_a_bounded_support_the_mean_has_to_lie_inside(support: Interval, needed: list[str]) -> None:
    """Every natural parameter is that of a member: only data on one end have no maximiser."""
    derivation = derive(truncated(support))
    assert [one.meaning for one in derivation.exists_when] == needed
    assert derivation.existence_proved


def test_data_on_one_end_are_refused_and_others_certified() -> None:
    """The location that would put all weight on an end is infinite."""
    family = truncated(Interval(1, 4))
    with pytest.raises(ExistenceError):
        fit(family, [4.0, 4.0])
    assert certify(family, [4.0, 3.5, 2.0]).verdict is CertificateVerdict.UNIQUE_GLOBAL


def test_a_smaller_space_or_a_longer_support_has_other_ends() -> None:
    """Planted: neither reaches every natural parameter with a finite normaliser on a bounded support."""
    for family in (
        truncated(Interval(1, 4), Interval.open(-1, oo)),
        truncated(Interval(1, oo)),
    ):
        assert by_bounded_support(family, exponential_form(family)) is None
