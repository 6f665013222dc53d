"""Regressions whose noise spreads by a known function of the covariates: weighted least squares and its relatives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from sympy import Abs, Expr, Interval, Reals, Symbol, exp, log, oo, pi, sqrt

from thetahat import Family, Parameter, certify, derive, fit
from thetahat.proofs.checker import check_steps
from thetahat.proofs.derivation import Outcome, Step, Verdict
from thetahat.proofs.induced_loss import induced_loss
from thetahat.proofs.location import location_scale
from thetahat.verify.certify import CertificateVerdict

y, w = Symbol("y", real=True), Symbol("w", positive=True)
slope, start = Symbol("beta", real=True), Symbol("alpha", real=True)
sigma = Symbol("sigma", positive=True)
ROWS = np.array([[1.0, 1.0], [2.5, 2.0], [2.0, 4.0], [7.0, 5.0]])


def noisy(place: Expr, scale: Expr, kernel: Callable[[Expr], Expr], covariate: Symbol = w) -> Family:
    """Return the family of ``place`` plus ``scale`` times noise of that log-density."""
    spaces = {slope: Reals, start: Reals, sigma: Interval.open(0, oo)}
    own = [Parameter(p, space) for p, space in spaces.items() if p in place.free_symbols | scale.free_symbols]
    return Family("noisy", y, Reals, own, kernel((y - place) / scale) - log(scale), covariates=(covariate,))


def normal(z: Expr) -> Expr:
    """Return the log-density of standard normal noise."""
    return -(z**2) / 2 - log(2 * pi) / 2


def logistic(z: Expr) -> Expr:
    """Return the log-density of standard logistic noise."""
    return -z - 2 * log(1 + exp(-z))


def laplace(z: Expr) -> Expr:
    """Return the log-density of standard Laplace noise."""
    return -Abs(z) - log(2)


RATIO = noisy(slope * w, sigma * sqrt(w), normal)


@pytest.mark.parametrize(
    "family",
    [
        RATIO,
        noisy(start, sigma * w, normal),
        noisy(start + slope * w, sigma * exp(w / 2), normal),
        noisy(start + slope * w, sigma / sqrt(1 + w), normal),
        noisy(slope * w, sigma * sqrt(w), logistic),
        noisy(slope * w, sigma * w, laplace),
        noisy(start, w, laplace),
    ],
    ids=["ratio", "mean", "exponential", "precision", "logistic", "Laplace", "weighted median"],
)
@pytest.mark.thorough
def test_a_known_spread_leaves_the_likelihood_concave(family: Family) -> None:
    """In units of what is known the noise is that of one scale: a stationary point is the maximum."""
    found = derive(family)
    assert found.optimality.proved
    assert found.optimality.concave
    assert all(one.evidence.verdict is Verdict.AGREE for one in found.findings)


def test_the_ratio_of_sums_is_the_estimate() -> None:
    """Noise with a variance in proportion to the covariate: the ratio of the totals, for every dataset off one line."""
    assert derive(RATIO).outcome is Outcome.CLOSED_FORM
    assert derive(RATIO).existence_proved
    found = fit(RATIO, ROWS)
    ratio = ROWS[:, 0].sum() / ROWS[:, 1].sum()
    assert found.theta_hat["beta"] == pytest.approx(ratio, rel=1e-14)
    variance = np.mean((ROWS[:, 0] - ratio * ROWS[:, 1]) ** 2 / ROWS[:, 1])
    assert found.theta_hat["sigma"] == pytest.approx(np.sqrt(variance), rel=1e-14)
    assert certify(RATIO, ROWS).verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert certify(RATIO, [[1.0, 2.0], [2.0, 4.0]]).verdict is CertificateVerdict.NO_MAXIMUM


@pytest.mark.parametrize(
    "family",
    [noisy(slope * w, sigma + w, normal), noisy(start, sigma * Abs(start + w), normal)],
    ids=["a sum of both", "the location as well"],
)
def test_a_spread_that_parameters_shape_is_no_known_one(family: Family) -> None:
    """Only a factor of the scale is known."""
    assert location_scale(family) is None


def test_a_spread_that_may_vanish_is_no_unit() -> None:
    """The modulus of a covariate of any sign may be zero."""
    signed = Symbol("w", real=True)
    assert location_scale(noisy(start, sigma * Abs(signed), normal, signed)) is None


def test_a_loss_is_one_of_predictions_of_the_observation() -> None:
    """Not of it in units of something that depends on the covariates."""
    found = induced_loss(RATIO)
    assert found is None or found.role != "location"


@pytest.mark.parametrize(
    "change",
    [
        {"observation": -y / sqrt(w)},
        {"observation": y},
        {"observation": y / w},
        {"location": slope * w},
        {"scale": sigma * sqrt(w)},
    ],
    ids=["falling", "no unit", "another unit", "location in other units", "scale in other units"],
)
def test_a_wrong_unit_is_not_taken_for_proved(change: dict[str, Expr]) -> None:
    """The checker goes back to the declared density by itself."""
    steps = derive(RATIO).steps
    at = next(i for i, step in enumerate(steps) if step.rule == "kernel")

    def judged(step: Step) -> Verdict:
        return check_steps(RATIO, (*steps[:at], step, *steps[at + 1 :]))[at].evidence.verdict

    planted = replace(steps[at], using=tuple((key, change.get(key, value)) for key, value in steps[at].using))
    assert judged(steps[at]) is Verdict.AGREE
    assert judged(planted) is not Verdict.AGREE
