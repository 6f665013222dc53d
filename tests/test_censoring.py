"""Whether a maximiser of places and scales with censored rows exists: some event lies before the end of the data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import Eq, Expr, Piecewise, Range, erfc, exp, log, sqrt
from test_covariates import CENSORED, TWO_SAMPLES, a, b, d, given_groups, k, normal, s, x, y, z

from thetahat import certify, derive, fit
from thetahat.proofs.censoring import by_censoring
from thetahat.proofs.derivation import Outcome
from thetahat.proofs.errors import ExistenceError
from thetahat.strategies.conditions import decide_all
from thetahat.verify.certify import CertificateVerdict
from thetahat.verify.likelihood import log_likelihood

NAMES = ("weibull", "normal", "logistic")
BELOW = given_groups(d * normal(a, s) + (1 - d) * log(erfc(-(y - a) / (sqrt(2) * s)) / 2), y)
ROWS = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 1)), min_size=1, max_size=6).map(
    lambda rows: np.array(rows, dtype=np.float64)
)


def _meets(family: object, rows: np.ndarray) -> bool | None:
    derivation = derive(family)
    return decide_all(derivation.exists_when, rows, columns=derivation.family.columns)[0]


@pytest.mark.parametrize("name", NAMES)
def test_when_a_maximiser_exists_is_proved(name: str) -> None:
    """By directions of recession; nothing is left open."""
    derivation = derive(CENSORED[name])
    assert derivation.existence_proved
    assert derivation.existence_needed
    assert derivation.obligations == ()
    assert [one.meaning for one in derivation.exists_when] == [
        "some uncensored observation lies below the largest observation"
    ]


@pytest.mark.parametrize("name", NAMES)
@given(rows=ROWS)
def test_the_condition_is_that_of_the_rows(name: str, rows: np.ndarray) -> None:
    """Read off the rows one by one: an event that is not the last of all."""
    last = rows[:, 0].max()
    assert _meets(CENSORED[name], rows) is any(seen and place < last for place, seen in rows.tolist())


@given(rows=ROWS)
def test_rows_of_which_an_upper_bound_is_known_turn_it_round(rows: np.ndarray) -> None:
    """Censored from below: an event that is not the first."""
    first = rows[:, 0].min()
    assert _meets(BELOW, rows) is any(seen and place > first for place, seen in rows.tolist())


@pytest.mark.parametrize("name", NAMES)
@given(rows=ROWS)
def test_where_it_fails_the_likelihood_rises_for_ever(name: str, rows: np.ndarray) -> None:
    """Towards the last observation as the scale goes to zero, or, without an event, far beyond all."""
    family = CENSORED[name]
    assume(not _meets(family, rows))
    last, events = rows[:, 0].max(), rows[:, 1].any()
    heights = []
    for step in (2.0, 8.0, 32.0):
        place, scale = (last, 1 / step) if events else (last + step, 1.0)
        theta = {"k": 1 / scale, "s": place} if name == "weibull" else {"a": place, "s": scale}
        heights.append(log_likelihood(family, [theta[one] for one in family.parameter_names], rows)[0])
    assert heights[0] < heights[1] < heights[2] or (not events and heights[0] <= heights[1] <= heights[2] == 0)
    with pytest.raises(ExistenceError, match="some uncensored observation lies below the largest observation"):
        fit(family, rows)


@pytest.mark.parametrize("name", NAMES)
@given(rows=ROWS, data=st.data())
def test_where_it_holds_no_rival_is_above_the_estimate(name: str, rows: np.ndarray, data: st.DataObject) -> None:
    """The estimate is certified as the only maximum, and drawn members lie below it."""
    family = CENSORED[name]
    assume(_meets(family, rows))
    found = fit(family, rows)
    assert certify(family, rows).verdict is CertificateVerdict.UNIQUE_GLOBAL
    best, rounding = log_likelihood(family, found.theta, rows)
    spread = st.floats(0.05, 20.0)
    rival = [data.draw(spread if name == "weibull" or at else st.floats(-9.0, 9.0)) for at in range(2)]
    other, more = log_likelihood(family, rival, rows)
    assert other <= best + rounding + more, f"{name}: {rival} lies {other - best:.3g} nats above {found.theta_hat}"


@pytest.mark.thorough
def test_rows_censored_on_both_sides_are_left_open() -> None:
    """The end that matters is then that of some rows alone."""
    both: Expr = Piecewise(
        (log(erfc(-(y - a) / (sqrt(2) * s)) / 2), Eq(d, 0)),
        (normal(a, s), Eq(d, 1)),
        (log(erfc((y - a) / (sqrt(2) * s)) / 2), True),
    )
    family = given_groups(both, y, space=Range(0, 3))
    assert by_censoring(family) is None
    assert not derive(family).existence_proved


def test_groups_with_places_of_their_own_are_another_matter() -> None:
    """Two samples without censored rows; and a place that moves with a covariate."""
    assert by_censoring(TWO_SAMPLES) is None
    gap = y - a - b * z
    moved = given_groups(d * normal(a + b * z, s) + (1 - d) * log(erfc(gap / (sqrt(2) * s)) / 2), y, z)
    assert by_censoring(moved) is None


def test_a_place_that_is_the_scale_is_no_free_place() -> None:
    """Along the curve of members other directions do not exist: nothing is said of existence."""
    tied = given_groups(d * (log(k) + (k - 1) * log(x)) - x**k, x)
    assert by_censoring(tied) is None
    assert derive(tied).outcome in (Outcome.REDUCED, Outcome.UNSOLVED)


def test_gumbel_waits_are_told_as_well() -> None:
    """A family that is in no list: the smallest of many, on the whole line."""
    u = (y - a) / s
    family = given_groups(d * (u - log(s)) - exp(u), y)
    assert derive(family).existence_proved
    assert certify(family, [[-1.0, 1], [0.5, 0], [2.0, 1], [3.0, 0]]).verdict is CertificateVerdict.UNIQUE_GLOBAL


@pytest.mark.parametrize("unit", [1e-50, 1.0, 1e50, 1e100])
def test_a_root_is_looked_for_at_the_size_of_the_data(unit: float) -> None:
    """Far out the places that are tried lie further apart than the equation has a value."""
    size = given_groups(d * normal(s, s) + (1 - d) * log(erfc((y - s) / (sqrt(2) * s)) / 2), y)
    rows = np.array([[1.0, 1], [2.0, 0], [3.0, 1]])
    known = fit(size, rows).theta_hat["s"]
    assert fit(size, rows * [unit, 1]).theta_hat["s"] == pytest.approx(unit * known, rel=1e-12)
