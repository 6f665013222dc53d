"""Whether likelihoods without bound, and those largest at an observation, are fitted and verified as such."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sympy import Integer, Interval, Piecewise, Reals, Symbol, log, oo

from thetahat import Family, Parameter, certify, check_family, derive, family, fit
from thetahat.proofs.derivation import Outcome, Verdict
from thetahat.proofs.errors import ExistenceError, UnsolvedError
from thetahat.verify import searching
from thetahat.verify.certify.checker import check as check_certificate
from thetahat.verify.growth import grows_without_bound
from thetahat.verify.likelihood import log_likelihood
from thetahat.verify.rivals import is_valley
from thetahat.verify.searching import best_observation


@pytest.mark.thorough
@pytest.mark.parametrize(
    "name", ["arcsine", "weibull_with_location", "triangular", "asymmetric_laplace", "uniform_unit_length"]
)
def test_families_without_a_formula_are_verified(name: str) -> None:
    """Every check that applies agrees on drawn data."""
    report = check_family(family(name), examples=5)
    assert report.ok, str(report)


def test_an_unbounded_likelihood_is_refused_with_its_path() -> None:
    """Whatever the data, also a single observation."""
    for x in ([0.5], [1.0, 2.0, 2.0]):
        with pytest.raises(ExistenceError, match="grows without bound as mu tends to the smallest observation"):
            fit(family("weibull_with_location"), x)


def test_a_planted_power_is_not_kept() -> None:
    """Planted: twice the growth is promised; over a thousand halvings the difference shows."""
    right = derive(family("arcsine"))
    at = next(i for i, step in enumerate(right.steps) if step.rule == "edge-growth")
    wrong = replace(right.steps[at], value=right.steps[at].value * Integer(4))
    planted = replace(right, steps=(*right.steps[:at], wrong, *right.steps[at + 1 :]))
    x = np.array([0.25, 0.5, 2.0])
    assert grows_without_bound(right, x).verdict is Verdict.AGREE
    assert grows_without_bound(planted, x).verdict is Verdict.DISAGREE


def test_the_mode_of_a_triangle_has_the_highest_likelihood_of_a_grid() -> None:
    """By brute force over a grid that holds the observations."""
    x = np.array([0.4375, 0.875, 0.21875, 0.53125])
    item = family("triangular")
    grid = np.unique(np.concatenate([np.linspace(0.01, 0.99, 197), x]))
    best = max(grid, key=lambda c: log_likelihood(item, [c], x)[0])
    assert fit(item, x).theta.tolist() == [best]


def nearly_equal() -> np.ndarray:
    """Shares that agree in twelve digits: at two of them the likelihood is the same to within rounding."""
    last = [6340, 6340, 6340, 6340, 12053, 3906, 0, 642, 11038, 1237, 12169, 2883, 265, 1286, 12151, 2842]
    return 0.3912018170605204 + np.spacing(0.3912018170605204) * np.array(last)


def test_the_best_of_nearly_equal_observations_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounding decided between two of these, that lie dozens of units in the last place apart."""
    x, item = nearly_equal(), family("triangular")
    best = certify(item, x).rounded()
    assert tuple(fit(item, x).theta.tolist()) == best
    monkeypatch.setattr(searching, "_leading", lambda values, height: values)  # planted: nothing is decided
    assert tuple(fit(item, x).theta.tolist()) != best


def test_a_tilt_of_both_sides_is_written_by_the_sides() -> None:
    """Stan's skew double exponential is asymmetric Laplace; in the slant and one side it had an equation left, with
    jumps, of which a lower root was taken."""
    y, m, s, t = Symbol("y", real=True), Symbol("m", real=True), Symbol("s", positive=True), Symbol("t", positive=True)
    spaces = (m, Reals), (s, Interval.open(0, oo)), (t, Interval.open(0, 1))
    kernel = Piecewise(((1 - t) * (m - y), y < m), (t * (y - m), True))
    log_density = log(2) + log(t) + log(1 - t) - log(s) - 2 * kernel / s
    stan = Family("skew_double_exponential", y, Reals, tuple(Parameter(*one) for one in spaces), log_density)
    assert derive(stan).outcome is Outcome.DATA_POINT
    x = np.random.default_rng(1).normal(0.7, 2, 50)
    found, same = fit(stan, x), fit(family("asymmetric_laplace"), x)
    assert found.theta_hat["m"] == same.theta_hat["mu"]
    assert found.log_likelihood == pytest.approx(same.log_likelihood, rel=1e-14)
    assert certify(stan, x).check(x)


@pytest.mark.thorough
@given(st.lists(st.integers(-6, 6), min_size=2, max_size=7))
@example([0, 1, 2])
@example([-9, 0, 1, 2, 9])
@example([1, 1])
def test_a_peak_is_fitted_exactly_where_it_beats_both_exponentials(values: list[int]) -> None:
    """Kotz, Kozubowski & Podgorski 2001, section 3.5: the peak minimises the root of the mean above plus that below.

    At either end of the data one of the two vanishes, and the supremum is that of a shifted exponential: it is not
    attained.
    """
    x = np.array(values, dtype=float)
    roots = {float(c): math.sqrt(np.maximum(x - c, 0).mean()) + math.sqrt(np.maximum(c - x, 0).mean()) for c in x}
    ends = min(roots[float(x.min())], roots[float(x.max())])
    inside = min((roots[c] for c in roots if x.min() < c < x.max()), default=math.inf)
    item = family("asymmetric_laplace")
    if abs(inside - ends) < 1e-9:
        return
    if ends < inside:
        with pytest.raises(ExistenceError, match="no maximiser"):
            fit(item, x)
    else:
        found = fit(item, x)
        assert roots[found.theta[0]] <= inside + 1e-12
        assert found.log_likelihood == pytest.approx(-len(x) * (1 + 2 * math.log(inside)), abs=1e-9)


def test_a_peak_on_another_scale_is_fitted_at_the_same_observation() -> None:
    """Half the location: the observation is looked for where it stands on that scale."""
    item, half = family("asymmetric_laplace"), Symbol("h", real=True)
    moved = item.reparametrise("halved", [Parameter(half, Reals), *item.parameters[1:]], {"mu": 2 * half})
    x = np.array([-9.0, 0.0, 1.0, 2.0, 9.0])
    assert derive(moved).outcome is Outcome.DATA_POINT
    assert fit(moved, x).theta[0] == fit(item, x).theta[0] / 2


def test_the_certificate_of_a_peak_holds_and_so_does_that_of_none() -> None:
    """Compared in balls at every observation; the certificate's checker finds the same."""
    item = family("asymmetric_laplace")
    cases = ([-9.0, 0.0, 1.0, 2.0, 9.0], "UNIQUE_GLOBAL"), ([0.0, 1.0, 2.0], "NO_MAXIMUM"), ([1.0], "NO_MAXIMUM")
    for x, verdict in cases:
        proof = certify(item, x)
        assert proof.verdict.name == verdict
        assert check_certificate(proof, x)


def test_too_many_observations_to_search_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sums over all observations at each of them would take too long; the message says what to do."""
    from thetahat.verify import searching
    from thetahat.verify.valid_data import require_data

    monkeypatch.setattr(searching, "SEARCH_TERMS", 8)
    data = require_data(family("triangular"), [0.25, 0.5, 0.75])
    with pytest.raises(UnsolvedError, match="Round the data, or fit a part of them"):
        best_observation(family("triangular"), data)


def test_a_minimum_of_the_profile_likelihood_is_no_candidate() -> None:
    """Planted: the likelihood is higher on both sides of the root."""
    assert is_valley(2.0, lambda root: (root - 2.0) ** 2)
    assert not is_valley(2.0, lambda root: -((root - 2.0) ** 2))
