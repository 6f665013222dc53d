"""Whether rows fitted together get the estimates that each gets alone, and none where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from amounts import amount
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Max, Symbol, exp

from thetahat import Family, families, family, fit, fit_rows
from thetahat.proofs.algebra.atoms import Mean, Quantile
from thetahat.proofs.derivation import Derivation
from thetahat.proofs.errors import DataError, ExistenceError, SupportError, UnsolvedError
from thetahat.strategies import datasets
from thetahat.verify import row_solving, rows
from thetahat.verify.enclosure import nats_lost
from thetahat.verify.ends import reach
from thetahat.verify.fitting import fit_with
from thetahat.verify.known_values import derivation_with
from thetahat.verify.line import Line
from thetahat.verify.row_roots import on_line, roots
from thetahat.verify.row_values import Rows, magnitude
from thetahat.verify.rows import _fits_together, _together
from thetahat.verify.tolerance import CLEAR_COORDINATE, SLOPE_NATS, THETA_ULPS

SCALAR = [
    f.fix(**{c.name: 2 for c in f.constants}) for f in families() if isinstance(f, Family) and len(f.columns) == 1
]


def together(declared: Family) -> Derivation:
    """The derivation of a family whose rows are fitted together; any other is the business of other tests."""
    derivation = derivation_with(declared, {})
    if not _fits_together(derivation):
        pytest.skip("fitted row by row")
    return derivation


def ordinary(derivation: Derivation, shape: tuple[int, int], seed: int) -> np.ndarray:
    """Data without anything hard about them, somewhere in the support."""
    r, allowed = np.random.default_rng(seed), reach(derivation.family)
    if allowed.discrete:
        width = int(min(allowed.hi - allowed.lo, 12))
        return (allowed.lo if np.isfinite(allowed.lo) else -3) + r.binomial(width, 0.3, shape)
    if np.isfinite(allowed.hi):
        lo = max(allowed.lo, allowed.hi - 4)
        return lo + (allowed.hi - lo) * r.beta(2.0, 3.0, shape)
    return (allowed.lo if np.isfinite(allowed.lo) else r.normal(0, 2, shape)) + r.gamma(2.0, 1.5, shape)


def alone(derivation: Derivation, x: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray | str:
    """What ``fit`` says of one dataset: an estimate, or why there is none."""
    try:
        return fit_with(derivation, x, weights).theta
    except (ExistenceError, UnsolvedError) as error:
        return str(error)


def is_as_good(derivation: Derivation, theta: np.ndarray, best: np.ndarray, x: np.ndarray) -> bool:
    """Whether two estimates are the same but for roundings, or their likelihoods, by balls, for what that may cost."""
    if (np.abs(theta - best) <= THETA_ULPS * np.spacing(np.abs(best))).all():
        return True
    return bool(abs(nats_lost(derivation.family, theta, best, x)) <= SLOPE_NATS * len(x))


def test_most_families_are_fitted_together() -> None:
    """Formulas and single equations with a proved maximum go the quick way, searches and several equations do not."""
    quick = ["exponential", "normal", "gamma", "weibull", "pareto", "von_mises", "poisson", "uniform"]
    slow = ["laplace", "beta", "binomial_both", "uniform_by_centre", "triangular", "lomax", "zero_truncated_poisson"]
    assert [_fits_together(derivation_with(family(name), {})) for name in quick + slow] == [True] * 8 + [False] * 7


@pytest.mark.parametrize("declared", SCALAR, ids=lambda declared: declared.name)
@pytest.mark.parametrize("n", [30, 200])
def test_ordinary_rows_need_no_second_look(declared: Family, n: int) -> None:
    """Ordinary rows are decided together, and within 1e-9 of the estimate that each gets alone."""
    derivation = together(declared)
    x = ordinary(derivation, (4, n), seed=n)
    theta = _together(derivation, Rows(x, None))
    each = [alone(derivation, row) for row in x]
    decided = 0
    for row, ours, theirs in zip(x, theta, each, strict=True):
        if isinstance(theirs, str):
            assert np.isnan(ours).all(), f"{derivation.family.name}: {ours}, where fit says {theirs}"
        elif not np.isnan(ours).any():
            np.testing.assert_allclose(ours, theirs, rtol=1e-9)
            assert is_as_good(derivation, ours, theirs, row)
            decided += 1
    assert decided == sum(not isinstance(theirs, str) for theirs in each)


def test_an_equation_that_fades_out_towards_an_end_is_left_to_fit() -> None:
    """Far below all data Birnbaum and Saunders's equation is all rounding; a scale of 1.7e-8 was returned for these."""
    item, x = family("birnbaum_saunders"), np.array([1e80, 1e81])
    np.testing.assert_array_equal(fit_rows(item, [x]).theta[0], fit(item, x).theta)


@pytest.mark.parametrize("declared", SCALAR, ids=lambda declared: declared.name)
@given(data=st.data())
@settings(max_examples=amount(15, 200))
def test_hard_rows_get_what_fit_gives(declared: Family, data: st.DataObject) -> None:
    """Ties, offsets, extreme scales, failing conditions: as likely an estimate as that of ``fit``, or its reason."""
    derivation = together(declared)
    x = data.draw(datasets(derivation.family, existence="any", max_size=20), label="x")
    batch = fit_rows(derivation.family, np.stack([x, x]))
    theirs = alone(derivation, x)
    for theta, reason in zip(batch.theta, batch.reasons, strict=True):
        if isinstance(theirs, str):
            assert reason == theirs
            assert np.isnan(theta).all()
        else:
            assert not reason
            assert is_as_good(derivation, theta, theirs, x), f"{theta} against {theirs}"


@pytest.mark.parametrize("name", ["laplace", "beta", "triangular"])
def test_other_families_are_fitted_row_by_row(name: str) -> None:
    """Exactly as ``fit`` does."""
    x = np.random.default_rng(0).beta(2, 3, (3, 9))
    batch = fit_rows(family(name), x)
    assert [list(theta) for theta in batch.theta] == [list(fit(family(name), row).theta) for row in x]


@pytest.mark.parametrize("name", ["gamma", "normal", "weibull", "pareto", "poisson"])
def test_weights_count_as_multiplicities(name: str) -> None:
    """A row with weights has the estimate of the row with its observations repeated; weight zero hides anything."""
    x = np.array([[1.0, 2.0, 4.0, 7.0], [3.0, 9.0, 5.0, 1.0]])
    w = np.array([2.0, 1.0, 3.0, 1.0])
    repeated = np.repeat(x, w.astype(int), axis=1)
    np.testing.assert_allclose(fit_rows(family(name), x, w).theta, fit_rows(family(name), repeated).theta, rtol=1e-12)
    x[0, 3], hidden = np.nan, np.array([[1.0, 1, 1, 0], [1, 1, 1, 1]])
    batch = fit_rows(family(name), x, hidden)
    np.testing.assert_allclose(batch.theta[0], fit(family(name), x[0, :3]).theta, rtol=1e-12)


def test_rows_without_a_maximiser_are_named() -> None:
    """They are ``nan`` with the reason that ``fit`` gives; ``strict`` raises it."""
    x = [[1.0, 2.0, 3.0], [2.0, 2.0, 2.0]]
    batch = fit_rows(family("normal"), x)
    assert batch.found.tolist() == [True, False]
    assert batch.theta_hat["mu"][0] == 2.0
    with pytest.raises(ExistenceError, match=r"row 1: normal: these data have no maximiser"):
        fit_rows(family("normal"), x, strict=True)
    with pytest.raises(ExistenceError, match="no dataset has a maximiser"):
        fit_rows(family("arcsine"), [[0.2, 0.3]])


@pytest.mark.parametrize(
    ("x", "weights", "error", "words"),
    [
        ([[1.0, 2.0], [3.0, -1.0]], None, SupportError, r"row 1: gamma: x\[1\] = -1"),
        ([[1.0, np.nan]], None, DataError, r"row 0: gamma: x\[1\] = nan is not finite"),
        ([1.0, 2.0], None, DataError, r"the matrix has shape \(2,\)"),
        ([[1.0, 2.0], [3.0]], None, DataError, "not of one length"),
        ([["a", "b"]], None, DataError, "row 0: gamma: x has entries of type"),
        ([[1.0, 2.0]], [1.0, 2.0, 3.0], DataError, r"weights have shape \(3,\)"),
        ([[1.0, 2.0]], [1.0, -2.0], DataError, r"row 0: gamma: weights\[1\] = -2"),
        (np.ma.masked_equal([[1.0, 2.0]], 2.0), None, DataError, "masked"),
    ],
)
def test_data_that_make_no_sense_are_refused(x: object, weights: object, error: type[Exception], words: str) -> None:
    """The message names the row, the place and the value."""
    with pytest.raises(error, match=words):
        fit_rows(family("gamma"), x, weights)


def test_no_rows_and_covariates() -> None:
    """No rows have no estimates; rows cannot hold covariates."""
    assert fit_rows(family("gamma"), np.empty((0, 3))).theta.shape == (0, 2)
    with pytest.raises(DataError, match="holds one dataset, not several columns"):
        fit_rows(family("linear_regression"), [[1.0, 2.0]])


def test_roots_are_found_on_both_sides_and_only_where_there_are_any() -> None:
    """Zeros of all sizes, at points that are tried too; none far out, and none of a square."""
    zeros = np.array([-CLEAR_COORDINATE + 1e-9, -3.0, -1e-9, 1e-9, 0.5, 2.0, 17.0])
    found = roots(lambda u, places: (u - zeros[places]) ** 3 + 1e-3 * (u - zeros[places]), len(zeros))
    np.testing.assert_allclose(found, zeros, rtol=1e-13, atol=1e-14)
    assert np.isnan(roots(lambda u, places: u**2 + 1 + 0 * places, 2)).all()
    assert np.isnan(roots(lambda u, places: u - CLEAR_COORDINATE - 1 + 0 * places, 1)).all()


@given(u=st.floats(-600, 600))
@pytest.mark.parametrize("ends", [(-np.inf, np.inf), (0.0, np.inf), (-np.inf, 2.0), (0.0, 1.0)])
def test_coordinates_are_those_of_one_fit(ends: tuple[float, float], u: float) -> None:
    """Arrays of coordinates mean what one coordinate does."""
    assert on_line(*ends, np.array([u]))[0] == pytest.approx(Line(*ends).value(u), rel=1e-14)


def test_magnitudes_bound_what_rounding_may_lose() -> None:
    """Terms count without their signs, down to those inside averages; what has no bound has none."""
    x, rows = Symbol("x", real=True), Rows(np.array([[-1.0, 1.0, 3.0]]), None)
    assert magnitude(Mean(x, x), rows) == pytest.approx(5 / 3)
    assert magnitude(2 - 3 * Mean(x, x) ** 2, rows) == pytest.approx(2 + 3 * (5 / 3) ** 2)
    assert magnitude(Max(Quantile(1, x), -Quantile(0, x)), rows) == pytest.approx(4)
    assert magnitude(exp(Mean(x, x)), rows) is None


@pytest.mark.parametrize("level", [0.0, 1e-9, 1e-3])
def test_conditions_that_rounding_could_decide_are_left_to_fit(level: float) -> None:
    """A condition close to zero, or an observation all but equal to the others, is no business of doubles."""
    derivation = derivation_with(family("normal"), {})
    theta = _together(derivation, Rows(np.array([[1.0, 1.0 + level, 1.0]]), None))
    assert np.isnan(theta).all() == (level < 1e-3)


@pytest.mark.parametrize("name", ["gamma", "von_mises", "nakagami"])
def test_what_is_looked_up_is_only_where_to_begin(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted errors: a table that knows nothing costs a search, one that is off costs a fit; neither an estimate."""
    declared = family(name)
    x = np.random.default_rng(3).gamma(2.5, 0.3, (40, 100)) % 3.0
    right, honest = fit_rows(declared, x).theta, row_solving._looked_up
    assert np.isfinite(right).all()
    for planted in (lambda found: found * np.nan, lambda found: found * 1.001):
        monkeypatch.setattr(row_solving, "_looked_up", lambda *of, planted=planted: planted(honest(*of)))
        np.testing.assert_allclose(fit_rows(declared, x).theta, right, rtol=1e-9)
    monkeypatch.setattr(rows, "fit_with", lambda *_: pytest.fail("a second look"))
    with pytest.raises(pytest.fail.Exception):
        fit_rows(declared, x)
