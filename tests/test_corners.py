"""Regressions by least distances that a user declares: against all corners there are, and refused where not proved."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sympy import Abs, Expr, Interval, Max, Rational, Reals, Symbol, log, oo

from thetahat import Family, Parameter, derive, fit
from thetahat.proofs.errors import UnsolvedError
from thetahat.verify import corners
from thetahat.verify.corners import distances_of, least_distances
from thetahat.verify.likelihood import log_likelihood
from thetahat.verify.observations import Observations

Array = NDArray[np.float64]
y, z, a, b = (Symbol(name, real=True) for name in ("y", "z", "alpha", "beta"))
s = Symbol("s", positive=True)
LINE = (Parameter(a, Reals), Parameter(b, Reals))
SCALE = Parameter(s, Interval.open(0, oo))
ABOVE = Rational(1, 4)
"""The share of the data above a line of the upper quartiles."""


def declared(name: str, log_density: Expr, *others: Parameter) -> Family:
    """Return a family of one covariate."""
    return Family(name, y, Reals, (*LINE, *others), log_density, covariates=(z,))


LEAST = declared("least", -log(2 * s) - Abs(y - a - b * z) / s, SCALE)
KNOWN = declared("known", -Abs(y - a - b * z) - log(2))
QUARTILE = declared(
    "quartile",
    log(ABOVE * (1 - ABOVE) / s) - ((1 - ABOVE) * Max(y - a - b * z, 0) + ABOVE * Max(a + b * z - y, 0)) / s,
    SCALE,
)
FAMILIES = {"least": LEAST, "known": KNOWN, "quartile": QUARTILE}
CURVED = declared("curved", -Abs(y - a - b**2 * z) - log(2))
ROWS = [[0.0, 0.0], [3.0, 1.0], [1.0, 2.0], [9.0, 1.0], [4.0, 5.0]]


def _costs(family: Family, distances: Array) -> Array:
    if family is QUARTILE:
        return (1 - float(ABOVE)) * np.maximum(distances, 0) + float(ABOVE) * np.maximum(-distances, 0)
    return np.abs(distances)


def _highest(family: Family, rows: Array, w: Array) -> float:
    """The highest likelihood of all lines through two rows: one of them is a maximiser."""
    best = -np.inf
    for one, other in combinations(rows.tolist(), 2):
        if one[1] == other[1]:
            continue
        slope = (other[0] - one[0]) / (other[1] - one[1])
        start = one[0] - slope * one[1]
        cost = float(w @ _costs(family, rows[:, 0] - start - slope * rows[:, 1]))
        theta = [start, slope] if family is KNOWN else [start, slope, cost / w.sum()]
        best = max(best, log_likelihood(family, theta, rows, w)[0] if theta[-1] > 0 or family is KNOWN else np.inf)
    return best


@pytest.mark.parametrize("name", FAMILIES)
@given(
    rows=st.lists(st.tuples(st.integers(-8, 8), st.integers(-3, 3)), min_size=3, max_size=7),
    heavy=st.integers(1, 3),
)
def test_no_line_through_two_rows_is_higher(name: str, rows: list[tuple[int, int]], heavy: int) -> None:
    """Of data that determine a line and lie on none; the first row counts several times, and ties are welcome."""
    family, data = FAMILIES[name], np.array(rows, dtype=np.float64) / 4
    w = np.ones(len(rows))
    w[0] = heavy
    best = _highest(family, data, w)
    if best == -np.inf or (best == np.inf and family is not KNOWN):
        with pytest.raises(UnsolvedError):
            fit(family, data, weights=w)
    else:
        assert fit(family, data, weights=w).log_likelihood == pytest.approx(best, abs=1e-9)


@pytest.mark.parametrize("unit", [1e-100, 1.0, 1e100])
def test_the_unit_of_the_response_carries_over(unit: float) -> None:
    """So does that of the covariate, the other way round."""
    rows = np.array(ROWS)
    found, moved = fit(LEAST, rows).theta, fit(LEAST, rows * [unit, 1.0]).theta
    assert moved / unit == pytest.approx(found, rel=1e-12)
    turned = fit(LEAST, rows * [1.0, unit]).theta
    assert turned * [1.0, unit, 1.0] == pytest.approx(found, rel=1e-12)


def test_other_likelihoods_have_no_such_distances() -> None:
    """A coefficient that is squared, and parameters that the distance is measured in."""
    moved = declared("moved", log(s) - log(2) - s * Abs(y - a - b * s), SCALE)
    assert distances_of(derive(CURVED)) is None
    assert distances_of(derive(moved)) is None


def test_what_is_not_proved_the_least_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: another line than the program's, and weights that prove nothing."""
    derivation = derive(LEAST)
    distances, data = distances_of(derivation), Observations(np.array(ROWS), None, len(ROWS))
    assert distances is not None
    found = least_distances(derivation, distances, data)
    module = "thetahat.verify.corners"
    solved = np.array([found[a], found[b]]), np.zeros(len(ROWS))
    monkeypatch.setattr(f"{module}._solved", lambda program, name: solved)
    with pytest.raises(UnsolvedError, match="proved to be at least 0 only"):
        least_distances(derivation, distances, data)
    monkeypatch.undo()
    monkeypatch.setattr(f"{module}._met_exactly", lambda program, proposed: [])
    solve, aside = corners._solved, np.array([found[a] + 0.1, found[b]])
    monkeypatch.setattr(f"{module}._solved", lambda program, name: (aside, solve(program, name)[1]))
    with pytest.raises(UnsolvedError, match="too close to an exact fit"):
        least_distances(derivation, distances, data)


def test_a_covariate_that_says_nothing_leaves_a_line_of_maximisers() -> None:
    """All rows have the same covariate: named, and what to do."""
    with pytest.raises(UnsolvedError, match="do not determine the coefficients alpha, beta"):
        fit(LEAST, [[1.0, 2.0], [3.0, 2.0], [4.0, 2.0]])
