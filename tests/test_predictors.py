"""Whether regressions with any number of covariates are derived and fitted rightly, and planted errors noticed."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from flint import fmpq_mat
from hypothesis import given
from hypothesis import strategies as st
from sympy import Abs, S, Symbol, Tuple, exp, log, oo

from thetahat.proofs.derivation import Evidence, Outcome, Verdict
from thetahat.proofs.errors import ExistenceError, UnsolvedError
from thetahat.proofs.registry import structured
from thetahat.proofs.structured.check_predictors import slope_far_out
from thetahat.proofs.structured.checker import check_structured
from thetahat.proofs.structured.conditions import AllOf, Columns, Haar, NoExactFit, Overlap
from thetahat.proofs.structured.derivation import StructuredDerivation
from thetahat.proofs.structured.engine import derive_structured
from thetahat.proofs.structured.plates import DatumComponent, Plate
from thetahat.proofs.structured.terms import Average
from thetahat.proofs.structured.units import unit_powers
from thetahat.strategies.separation import exact_matrix, separation
from thetahat.strategies.structured import StructuredData
from thetahat.verify.structured_estimate import estimate
from thetahat.verify.structured_suite import check_structured_family

ETA = Symbol("eta", real=True)


def derived(name: str) -> StructuredDerivation:
    """Return the derivation of the shipped family of that name."""
    return derive_structured(structured(name))


def data(name: str, y: list[float], x: list[list[float]], **known: float) -> StructuredData:
    """Return a dataset of a regression."""
    family = structured(name)
    response, covariates = family.observation
    given = {one.term: np.asarray(known[one.name]) for one in family.known}
    return StructuredData({family.sizes[0]: len(x[0])}, given, {response: np.array(y), covariates: np.array(x)})


SMOOTH = (
    "softmax_regression",
    "logistic_regression",
    "poisson_regression",
    "gamma_regression",
    "exponential_regression",
)


@pytest.mark.parametrize("name", SMOOTH)
def test_the_scores_are_left_and_a_root_is_the_maximum(name: str) -> None:
    """Concave in the predictor, existence decided, nothing open."""
    found = derived(name)
    assert found.outcome is Outcome.REDUCED
    assert found.optimality.proved
    assert found.optimality.unique
    assert found.existence_decided
    assert not found.obligations


def test_laplace_noise_is_least_absolute_deviations() -> None:
    """A set, on all data."""
    found = derived("laplace_regression")
    assert found.outcome is Outcome.SET_VALUED
    assert found.optimality.proved
    assert not found.optimality.unique
    assert found.existence_decided
    assert found.exists_when == ()


def test_scores_are_those_of_the_literature() -> None:
    """X'(y - mu) = 0 for logits and logarithmic means of counts, X'((y - mu)/mu) = 0 for the gamma family."""
    for name, slope in (
        ("logistic_regression", lambda y, eta: y - 1 / (1 + np.exp(-eta))),
        ("poisson_regression", lambda y, eta: y - np.exp(eta)),
        ("gamma_regression", lambda y, eta: (y - np.exp(eta)) / np.exp(eta)),
        ("exponential_regression", lambda y, eta: (y - np.exp(eta)) / np.exp(eta)),
    ):
        x = [[1.0, 0.5], [1.0, -1.0], [1.0, 2.0], [1.0, 0.25], [1.0, -0.5]]
        drawn = data(
            name,
            [1.0, 0.0, 0.0, 1.0, 1.0] if "gamma" not in name and "exp" not in name else [1.0, 2.5, 0.5, 3.0, 1.0],
            x,
            a=2.5,
        )
        beta = estimate(derived(name), drawn)["beta"]
        y = drawn.data[structured(name).observation[0]]
        residual = np.array(x).T @ slope(y, np.array(x) @ beta)
        np.testing.assert_allclose(residual, 0, atol=1e-9)


PLANTED: dict[str, tuple[str, str, Callable[[Any], Any]]] = {
    "a kernel with another constant": ("poisson_regression", "kernel", lambda v: v + 1),
    "a curvature of twice the size": ("poisson_regression", "concave", lambda v: 2 * v),
    "a curvature with the wrong sign": ("logistic_regression", "concave", lambda v: -v),
    "a curvature without the observation": ("gamma_regression", "concave", lambda v: v.subs(ETA, 0)),
    "twice the distance": ("laplace_regression", "distance", lambda v: 2 * v),
    "slopes in the wrong order": ("logistic_regression", "recession", lambda v: Tuple(v[1], v[0])),
    "a slope that is never level": ("poisson_regression", "recession", lambda v: Tuple(v[0] + 1, v[1])),
    "several curvatures of twice the size": ("softmax_regression", "joint-concave", lambda v: 2 * v),
    "curvature without what classes share": ("softmax_regression", "joint-concave", lambda v: v.args[0]),
    "largest exponent added": ("softmax_regression", "joint-recession", lambda v: Tuple(v[0], 2 * v[0] - v[1])),
    "class of reference forgotten": ("softmax_regression", "joint-recession", lambda v: Tuple(v[1], v[1])),
    "separation forgotten": ("logistic_regression", "exists", lambda v: AllOf(v.args[0])),
    "separation of several classes forgotten": ("softmax_regression", "exists", lambda v: AllOf(v.args[0])),
    "dependent covariates forgotten": ("poisson_regression", "exists", lambda v: AllOf(v.args[1])),
    "separation by the wrong slopes": (
        "poisson_regression",
        "exists",
        lambda v: AllOf(v.args[0], Overlap(*reversed(v.args[1].args))),
    ),
    "a condition on nothing": ("laplace_regression", "exists", lambda v: AllOf(Overlap(S.Zero, S.Zero))),
    "a condition that is not needed": (
        "gamma_regression",
        "exists",
        lambda v: AllOf(*v.args, Overlap(S.Zero, S.NegativeOne)),
    ),
    "half of the largest distance": ("uniform_regression", "least-bound", lambda v: v / 2),
    "the mean distance for the largest": ("uniform_regression", "least-bound", lambda v: Average(v.args[0])),
    "the smallest height": ("uniform_regression", "minimax", lambda v: -v),
    "a scale that is too large": ("uniform_regression", "minimax", lambda v: v - log(2)),
    "exact fits forgotten": ("uniform_regression", "exists-bounded", lambda v: AllOf()),
    "an exact fit of something else": (
        "uniform_regression",
        "exists-bounded",
        lambda v: AllOf(NoExactFit(2 * v.args[0].args[0])),
    ),
    "one column fewer for Haar's condition": ("uniform_regression", "only", lambda v: Haar(v.args[0], v.args[1] - 1)),
    "another quantity for the covariates": (
        "uniform_regression",
        "only",
        lambda v: Haar(DatumComponent("z", "real", *v.args[0].indices), v.args[1]),
    ),
    "independent columns for Haar's condition": ("uniform_regression", "only", lambda v: Columns(v.args[0])),
    "a slope that rises with the scale": ("uniform_regression", "gradient", lambda v: -v),
    "a finite slope": ("exponential_regression", "recession", lambda v: Tuple(S.One, v[1])),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_error_is_refuted(planted: str) -> None:
    """By the checker, which knows no deriver."""
    name, rule, spoil = PLANTED[planted]
    found = derived(name)
    at = next(at for at, step in enumerate(found.steps) if step.rule == rule)
    steps = list(found.steps)
    steps[at] = replace(steps[at], value=spoil(steps[at].value))
    assert check_structured(found.family, tuple(steps))[at].evidence is Evidence.REFUTED


def respoken(found: StructuredDerivation, rule: str, **named: Any) -> Evidence:
    """Return what is found of a step of which what it rests on is changed."""
    at = next(at for at, step in enumerate(found.steps) if step.rule == rule)
    steps = list(found.steps)
    steps[at] = replace(steps[at], using=tuple((key, named.get(key, value)) for key, value in steps[at].using))
    return check_structured(found.family, tuple(steps))[at].evidence


@pytest.mark.thorough
def test_reasons_of_the_softmax_are_needed() -> None:
    """Weights that are no mean are refuted; what is not seen to be positive, or to be at least 0, is not proved."""
    found = derived("softmax_regression")
    steps = {step.rule: step for step in found.steps}
    level, each = steps["joint-recession"].named("weights")
    assert respoken(found, "joint-recession", weights=Tuple(each, level)) is Evidence.REFUTED
    assert respoken(found, "joint-recession", weights=Tuple(level, 2 * each)) is Evidence.REFUTED
    squares, rest = steps["joint-concave"].named("pieces")
    assert respoken(found, "joint-concave", pieces=Tuple(squares)) is Evidence.REFUTED
    assert respoken(found, "joint-concave", pieces=Tuple(squares, rest)) is Evidence.SIGN
    negative = Tuple(squares[0], -squares[1], *squares[2:])
    assert respoken(found, "joint-concave", pieces=Tuple(squares, squares, negative, rest)) is Evidence.UNDECIDED
    unbound = replace(found.family, support=())
    pairs = zip(found.steps, check_structured(unbound, found.steps), strict=True)
    assert [step.rule for step, one in pairs if one.evidence.verdict is not Verdict.AGREE] == [
        "joint-recession",
        "exists",
    ]


def test_without_a_class_of_reference_no_single_estimate_is_claimed() -> None:
    """All predictors can rise together: concave still, but not strictly, and existence is left open."""
    declared = structured("softmax_regression")
    (whole,) = (one for one in declared.log_density.atoms(Plate) if isinstance(one.args[0], exp))
    free = replace(declared, log_density=declared.log_density.xreplace({log(1 + whole): log(whole)}))
    found = derive_structured(free)
    assert found.optimality.proved
    assert not found.optimality.unique
    assert not found.existence_decided
    assert not found.exists_when
    strict = respoken(found, "joint-concave", strict=S.true)
    assert strict is Evidence.UNDECIDED


def classes(y: list[list[float]], x: list[list[float]]) -> StructuredData:
    """Return a dataset of a softmax regression."""
    declared = structured("softmax_regression")
    sizes = dict(zip(declared.sizes, (len(y[0]), len(x[0])), strict=True))
    return StructuredData(sizes, {}, dict(zip(declared.observation, (np.array(y), np.array(x)), strict=True)))


ALLIGATORS = {
    # Length in metres and main food of 59 alligators of Lake George: Agresti 2007, An Introduction to Categorical Data
    # Analysis, second edition, table 6.1.
    "I": "1.24 1.30 1.30 1.42 1.45 1.47 1.50 1.52 1.55 1.60 1.63 1.65 1.70 1.78 1.78 1.80 1.88 1.93 1.98 2.72",
    "F": "1.32 1.32 1.40 1.42 1.47 1.65 1.65 1.68 1.80 1.85 2.03 2.03 2.16 2.26 2.31 2.31 2.36 2.36 2.39 2.41 2.44 "
    "2.46 2.67 2.79 2.84 3.33 3.56 3.58 3.66 3.71 3.89",
    "O": "1.45 1.65 1.73 1.78 2.56 3.25 3.28 3.68",
}


def test_the_softmax_fit_is_that_of_the_literature() -> None:
    """Agresti 2007, section 6.1.2: log-odds of invertebrates and of fish against other food, in the length."""
    rows = [
        ([float(food == "I"), float(food == "F")], [1.0, float(size)])
        for food, sizes in ALLIGATORS.items()
        for size in sizes.split()
    ]
    assert len(rows) == 59
    beta = estimate(derived("softmax_regression"), classes([y for y, _ in rows], [x for _, x in rows]))["beta"]
    np.testing.assert_allclose(beta, [[5.697, -2.465], [1.618, -0.110]], atol=6e-4)


def test_classes_that_a_direction_separates_have_no_estimate() -> None:
    """One class may lie apart from the two others; with one observation on the other side there is an estimate."""
    found = derived("softmax_regression")
    x = [[1.0, at] for at in (-2.0, -1.0, -1.5, 1.0, 2.0, 1.5)]
    apart = [[0.0, 0.0], [0.0, 1.0], [0.0, 0.0], [1.0, 0.0], [1.0, 0.0], [1.0, 0.0]]
    with pytest.raises(ExistenceError, match="separates the data"):
        estimate(found, classes(apart, x))
    never = [[0.0, 0.0], [1.0, 0.0], [0.0, 0.0], [1.0, 0.0], [0.0, 0.0], [1.0, 0.0]]
    with pytest.raises(ExistenceError, match="separates the data"):
        estimate(found, classes(never, x))
    mixed = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 0.0]]
    assert np.isfinite(estimate(found, classes(mixed, x))["beta"]).all()


def test_a_softmax_of_one_class_is_the_logistic_regression() -> None:
    """The same coefficients, and refusals of the same data."""
    one, two = derived("softmax_regression"), derived("logistic_regression")
    rng = np.random.default_rng(7)
    refused = 0
    for _ in range(25):
        x, y = rng.normal(size=(6, 2)).round(2), rng.integers(0, 2, 6).astype(float)
        try:
            wanted = estimate(two, data("logistic_regression", y.tolist(), x.tolist()))["beta"]
        except ExistenceError:
            refused += 1
            with pytest.raises(ExistenceError):
                estimate(one, classes([[at] for at in y], x.tolist()))
        else:
            found = estimate(one, classes([[at] for at in y], x.tolist()))["beta"]
            np.testing.assert_allclose(found, [wanted], rtol=1e-7)
    assert 0 < refused < 25


def test_a_strictness_that_does_not_hold_is_not_proved() -> None:
    """A second derivative that may be 0 is not called positive; all other steps of the looser family are proved."""
    y = DatumComponent("y", "nonnegative")
    declared = structured("exponential_regression")
    loose = replace(
        declared,
        observation=(y, *declared.observation[1:]),
        log_density=declared.log_density.xreplace({declared.observation[0]: y}),
    )
    assert derive_structured(declared).optimality.unique
    steps = derive_structured(loose).steps
    claimed = [
        replace(step, using=tuple((key, S.true if key == "strict" else value) for key, value in step.using))
        if step.rule == "concave"
        else step
        for step in steps
    ]
    pairs = list(zip(claimed, check_structured(loose, tuple(claimed)), strict=True))
    wrong = [step.rule for step, finding in pairs if finding.evidence.verdict is not Verdict.AGREE]
    assert wrong == ["concave"]


def test_covariates_of_unequal_size_are_not_called_dependent() -> None:
    """The rank is that of the exact matrix: a column of size 1e17 beside one of ones is no multiple of it."""
    found, y = derived("logistic_regression"), [0.0, 1.0, 0.0, 1.0, 1.0]
    near, far = (
        estimate(found, data("logistic_regression", y, [[1.0, size * at] for at in (-2.0, -1.0, 1.0, 2.0, -0.5)]))
        for size in (1.0, 1e6)
    )
    assert far["beta"] == pytest.approx(near["beta"] / [1.0, 1e6], rel=1e-8)
    assert exact_matrix(np.array([[1.0, -2e17], [1.0, 1e17]])).rank() == 2
    assert exact_matrix(np.array([[1.0, 1e17], [1.0, 1e17]])).rank() == 1


def test_slopes_far_out_by_degrees() -> None:
    """Where no rule decides, none is made up."""
    y = Symbol("y", positive=True)
    assert slope_far_out(y * ETA - exp(ETA), ETA, S.One) is -oo
    assert slope_far_out(y * ETA - exp(ETA), ETA, S.NegativeOne) == y
    assert slope_far_out(-Abs(y - ETA), ETA, S.One) == -1
    assert slope_far_out(-exp(ETA**2), ETA, S.One) is None


def test_separated_data_have_no_estimate() -> None:
    """Neither with a gap nor where the classes touch; with overlap there is one."""
    found = derived("logistic_regression")
    x = [[1.0, at] for at in (-2.0, -1.0, 1.0, 2.0)]
    for y in ([0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]):
        with pytest.raises(ExistenceError, match="no direction d separates the data"):
            estimate(found, data("logistic_regression", y, x))
    touching = [[1.0, at] for at in (-1.0, 0.0, 0.0, 1.0)]
    with pytest.raises(ExistenceError, match="separates"):
        estimate(found, data("logistic_regression", [0.0, 0.0, 1.0, 1.0], touching))
    assert estimate(found, data("logistic_regression", [0.0, 1.0, 0.0, 1.0], x))["beta"][1] > 0


def test_counts_of_nothing_on_one_side_have_no_estimate() -> None:
    """A direction that is 0 wherever something was counted, and negative elsewhere."""
    found = derived("poisson_regression")
    x = [[1.0, 0.0], [1.0, 0.0], [1.0, 1.0]]
    with pytest.raises(ExistenceError, match="separates"):
        estimate(found, data("poisson_regression", [2.0, 3.0, 0.0], x))
    beta = estimate(found, data("poisson_regression", [2.0, 3.0, 1.0], x))["beta"]
    np.testing.assert_allclose(np.exp([beta[0], beta.sum()]), [2.5, 1.0], rtol=1e-9)


def test_certificates_hold_exactly() -> None:
    """Directions and weights are verified in rational numbers, here once more."""
    rng = np.random.default_rng(5)
    seen = set()
    for count in range(3, 40):
        rows = rng.normal(size=(count % 9 + 2, 2)).round(3)
        found = separation(rows)
        exact = [[Fraction(float(value)) for value in row] for row in rows]
        if found.separated:
            products = [sum(a * d for a, d in zip(row, found.certificate, strict=True)) for row in exact]
            assert min(products) >= 0
            assert max(products) > 0
        else:
            assert found.separated is False
            assert min(found.certificate) > 0
            for column in zip(*exact, strict=True):
                assert sum(a * w for a, w in zip(column, found.certificate, strict=True)) == 0
        seen.add(found.separated)
    assert seen == {True, False}


def test_covariates_that_repeat_each_other_have_no_single_estimate() -> None:
    """The condition names them."""
    x = [[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]]
    with pytest.raises(ExistenceError, match="linearly independent"):
        estimate(derived("gamma_regression"), data("gamma_regression", [1.0, 2.0, 3.0], x, a=2.0))


def test_an_intercept_alone_is_the_median() -> None:
    """Least absolute deviations from one number."""
    found = estimate(derived("laplace_regression"), data("laplace_regression", [5.0, 1.0, 2.0], [[1.0]] * 3, b=1.0))
    assert found["beta"][0] == pytest.approx(2.0)


def test_uniform_noise_is_the_least_largest_error() -> None:
    """A set, wherever no coefficients fit exactly; and the largest distance is the scale."""
    found = derived("uniform_regression")
    assert found.outcome is Outcome.SET_VALUED
    assert found.optimality.proved
    assert not found.optimality.unique
    assert found.existence_decided
    assert [one.kind for one in found.exists_when] == ["no-exact-fit"]
    assert not found.obligations


def best_corners(x: list[list[int]], y: list[int]) -> set[tuple[Fraction, ...]]:
    """The corners of the solutions of the program, in exact numbers: coefficients for which one distance more than
    there are coefficients is the largest."""
    found: dict[Fraction, set[tuple[Fraction, ...]]] = {}
    p = len(x[0])
    for rows in combinations(range(len(y)), p + 1):
        for signs in product((1, -1), repeat=p + 1):
            left = fmpq_mat(p + 1, p + 1, [n for at, sign in zip(rows, signs, strict=True) for n in (*x[at], sign)])
            if left.det() == 0:
                continue
            ends = left.solve(fmpq_mat(p + 1, 1, [y[at] for at in rows]))
            *beta, largest = (Fraction(int(ends[at, 0].p), int(ends[at, 0].q)) for at in range(p + 1))
            fits = [sum((n * b for n, b in zip(row, beta, strict=True)), Fraction(0)) for row in x]
            if all(abs(one - fit) <= largest for one, fit in zip(y, fits, strict=True)):
                found.setdefault(largest, set()).add(tuple(beta))
    return found[min(found)]


@given(st.lists(st.integers(-9, 9), min_size=3, max_size=5, unique=True), st.data())
def test_covariates_of_which_any_are_independent_leave_one_solution(places: list[int], drawn: st.DataObject) -> None:
    """A line through points at distinct places: one of its corners, so one solution."""
    y = drawn.draw(st.lists(st.integers(-5, 5), min_size=len(places), max_size=len(places)))
    assert len(best_corners([[1, at] for at in places], y)) == 1


def test_without_haar_s_condition_there_may_be_many_solutions() -> None:
    """One observation whose covariate is 0 is the furthest, whatever the coefficient."""
    assert len(best_corners([[1], [1], [0]], [0, 0, 10])) == 2
    found = estimate(derived("uniform_regression"), data("uniform_regression", [0.0, 0.0, 10.0], [[1.0], [1.0], [0.0]]))
    assert found["c"] == pytest.approx(10.0)
    assert abs(found["beta"][0]) <= 10.0


def test_an_intercept_alone_is_the_midrange() -> None:
    """Half the range is the scale: the estimate for a uniform distribution of unknown centre and width."""
    found = estimate(derived("uniform_regression"), data("uniform_regression", [5.0, 1.0, 2.5], [[1.0]] * 3))
    assert found["beta"][0] == pytest.approx(3.0)
    assert found["c"] == pytest.approx(2.0)


def test_an_exact_fit_has_no_estimate() -> None:
    """The likelihood has no bound there; a response that is off by one unit in the last place is none."""
    found, x = derived("uniform_regression"), [[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]
    with pytest.raises(ExistenceError, match="fits every observation exactly"):
        estimate(found, data("uniform_regression", [1.0, 3.0, 5.0], x))
    with pytest.raises(ExistenceError, match="fits every observation exactly"):
        estimate(found, data("uniform_regression", [4.0, 7.0], x[:2]))
    fitted = estimate(found, data("uniform_regression", [1.0, 3.0, 6.0], x))
    assert fitted["c"] == pytest.approx(0.25)
    np.testing.assert_allclose(fitted["beta"], [0.75, 2.5], atol=1e-12)
    small = estimate(found, data("uniform_regression", [1.0, 3.0, 5.0 + 2.0**-40], x))
    assert small["c"] == pytest.approx(2.0**-42, rel=1e-3)
    above = float(np.nextafter(5.0, 6.0))
    nearest = estimate(found, data("uniform_regression", [1.0, 3.0, above], x))
    assert nearest["c"] == (above - 5.0) / 4
    thirds = [[1.0, 0.0], [1.0, 1.0], [1.0, 3.0]]
    with pytest.raises(UnsolvedError, match="too close to an exact fit"):
        estimate(found, data("uniform_regression", [1.0, 3.0, float(np.nextafter(7.0, 8.0))], thirds))


def test_the_largest_error_is_least_among_all_that_touch_it() -> None:
    """By enumeration in exact numbers: some p + 1 observations alone have the same least largest error (Haar)."""
    rng = np.random.default_rng(11)
    for _ in range(8):
        x, y = rng.integers(-5, 6, (6, 2)).astype(float), rng.integers(-9, 10, 6).astype(float)
        found = estimate(derived("uniform_regression"), data("uniform_regression", y.tolist(), x.tolist()))
        worst = max(least_error(x[list(rows)], y[list(rows)]) for rows in combinations(range(6), 3))
        assert found["c"] == pytest.approx(float(worst), rel=1e-9)


def least_error(x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> Fraction:
    """Return the least largest error of three observations: |w'y| / sum|w| for the ``w`` with ``X'w = 0``."""
    rows = [[Fraction(int(one)) for one in row] for row in x]
    pairs = ((1, 2), (2, 0), (0, 1))
    w = [rows[a][0] * rows[b][1] - rows[a][1] * rows[b][0] for a, b in pairs]
    size = sum(map(abs, w), Fraction(0))
    return abs(sum(a * int(b) for a, b in zip(w, y, strict=True))) / size if size else Fraction(0)


def test_least_squares_are_caught_where_noise_is_uniform() -> None:
    """And the right coefficients with a scale that leaves an observation outside."""

    def squares(derivation: StructuredDerivation, drawn: StructuredData) -> dict[str, Any]:
        y, x = drawn.data.values()
        beta = np.linalg.lstsq(x, y, rcond=None)[0]
        return {"beta": beta, "c": np.abs(y - x @ beta).max()}

    def tight(derivation: StructuredDerivation, drawn: StructuredData) -> dict[str, Any]:
        right = estimate(derivation, drawn)
        return {**right, "c": 0.999 * right["c"]}

    declared = structured("uniform_regression")
    report = check_structured_family(declared, examples=4, estimator=squares)
    assert any(one.disagree for one in report.tallies if one.check == "an optimiser finds the same maximum")
    report = check_structured_family(declared, examples=4, estimator=tight)
    assert not any(one.agree for one in report.tallies if one.check == "no rival wins")


def test_no_bounded_noise_is_claimed_where_the_density_varies_or_rises() -> None:
    """The checker's reasons: a scale in which the density rises is not best where it is least."""
    declared = structured("uniform_regression")
    ((_, scale),) = declared.support
    found = derived("uniform_regression")
    at = next(at for at, step in enumerate(found.steps) if step.rule == "least-bound")
    for density, evidence in (
        (log(scale), Evidence.REFUTED),
        (-scale, Evidence.UNDECIDED),
        (declared.log_density - declared.observation[0] ** 2, Evidence.REFUTED),
    ):
        other = replace(declared, log_density=density)
        assert not derive_structured(other).optimality.proved
        with_slope = replace(found.steps[1], value=density.diff(scale))
        findings = check_structured(other, (replace(found.steps[0], value=density), with_slope, *found.steps[2:]))
        assert findings[at].evidence is evidence


def test_the_unit_of_what_bounds_the_support_is_seen() -> None:
    """The density alone says nothing of coefficients, and would leave the scale's power open."""
    declared = structured("uniform_regression")
    powers = unit_powers(declared)
    assert powers == dict(zip(declared.terms, (0, 1), strict=True))
    assert unit_powers(structured("softmax_regression")) == {structured("softmax_regression").terms[0]: -1}
