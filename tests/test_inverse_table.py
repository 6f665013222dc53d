"""Whether averages of statistics are turned into parameters nearby, and whether climbs end alike from anywhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from thetahat import family
from thetahat.verify import inverse_table
from thetahat.verify.climb_plan import climb_of
from thetahat.verify.compiled.natural_climb import NaturalNewton
from thetahat.verify.inverse_table import means_of_statistics
from thetahat.verify.known_values import derivation_with
from thetahat.verify.natural_newton import natural_newton

FAMILIES = {"beta": (True, True), "beta_by_mean": (True, False), "beta_prime": (True, True)}
"""Which statistics have one sign, whatever the parameters: that of the logit, which is the second, has not."""


def averages(name: str, count: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates of drawn members, and the means of their statistics."""
    derivation = derivation_with(family(name), {})
    form, plan = derivation.exponential_form, climb_of(derivation)
    assert form is not None
    place = dict(zip(plan.parameters, plan.maps, strict=True))
    points = np.random.default_rng(0).uniform(-1, 3, (count, 2))
    eta = [e.xreplace(place) for e in form.eta]
    means = means_of_statistics(eta, form.log_partition.xreplace(place), plan.coordinates, *points.T)
    return points, means.T


def starts(climb: NaturalNewton, name: str) -> np.ndarray:
    """How far from the coordinates of each member its climb begins."""
    points, means = averages(name)
    return np.abs(np.array([climb._start(*one) for one in means.tolist()]) - points).max(axis=1)


def ends(climb: NaturalNewton, name: str) -> np.ndarray:
    """By what share of themselves the parameters are missed where climbs end."""
    points, means = averages(name)
    right = np.array([climb.parameters(*one) for one in points.tolist()])
    found = [climb(np.empty(0), *one) for one in means.tolist()]
    assert all(one is not None for one in found)
    return np.abs(np.array(found) / right - 1).max(axis=1)


@pytest.mark.parametrize("name", FAMILIES)
def test_climbs_begin_near_and_end_at_the_member(name: str) -> None:
    """Averages that are the means of a member lead to it."""
    climb = natural_newton(derivation_with(family(name), {}))
    assert climb.ratios == FAMILIES[name]
    assert np.median(starts(climb, name)) < 1e-3
    assert ends(climb, name).max() < 1e-10


@pytest.mark.parametrize("planted", ["nothing", "a lost term", "another place"])
def test_a_bad_start_makes_no_difference(planted: str) -> None:
    """Planted errors in the table are seen where climbs begin, and none of them where they end."""
    climb = natural_newton(derivation_with(family("beta"), {}))
    inverse = climb.inverse.copy()
    if planted == "nothing":
        inverse[:, 6:] = np.nan
    elif planted == "a lost term":
        inverse[:, 7] = 0.0
    else:
        inverse[:, 6:] += 5.0
    bent = replace(climb, inverse=inverse)
    assert np.median(starts(bent, "beta")) > 1e-2
    assert ends(bent, "beta").max() < 1e-10


def test_statistics_of_any_sign_have_no_ratios(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted error: the logarithm of a negative ratio is asked for, or a ratio to nothing."""
    monkeypatch.setattr(inverse_table, "_are_of_one_sign", lambda _: True)
    climb = natural_newton(derivation_with(family("beta_by_mean"), {}))
    with pytest.raises((ValueError, ZeroDivisionError), match=r"math domain error|division by zero"):
        starts(climb, "beta_by_mean")
