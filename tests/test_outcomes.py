"""Whether likelihoods without bound, and those largest at an observation, are fitted and verified as such."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sympy import Integer

from thetahat import check_family, derive, family, fit
from thetahat.proofs.derivation import Verdict
from thetahat.proofs.errors import ExistenceError, UnsolvedError
from thetahat.verify.growth import grows_without_bound
from thetahat.verify.likelihood import log_likelihood
from thetahat.verify.rooting import _is_valley
from thetahat.verify.searching import best_observation


@pytest.mark.parametrize("name", ["arcsine", "weibull_with_location", "triangular", "uniform_unit_length"])
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


def test_too_many_observations_to_search_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sums over all observations at each of them would take too long; the message says what to do."""
    from thetahat.verify import searching
    from thetahat.verify.observations import require_data

    monkeypatch.setattr(searching, "SEARCH_TERMS", 8)
    data = require_data(family("triangular"), [0.25, 0.5, 0.75])
    with pytest.raises(UnsolvedError, match="Round the data, or fit a part of them"):
        best_observation(family("triangular"), data)


def test_a_minimum_of_the_profile_likelihood_is_no_candidate() -> None:
    """Planted: the likelihood is higher on both sides of the root."""
    assert _is_valley(2.0, lambda root: (root - 2.0) ** 2)
    assert not _is_valley(2.0, lambda root: -((root - 2.0) ** 2))
