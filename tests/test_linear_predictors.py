"""Regressions in several covariates that a user declares: concave by a matrix of rank one, and their fits judged."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit
from sympy import Expr, Matrix, S, Symbol, cosh, exp, log, sin

from thetahat import check_estimator, derive
from thetahat.proofs.bounds import bounds
from thetahat.proofs.curvature import concave_scale, is_semidefinite
from thetahat.proofs.derivation import Verdict
from thetahat.proofs.family import Family
from thetahat.verify import driving, telling_cases
from thetahat.verify.adapters.regressions import LINEAR, LOGISTIC, POISSON
from thetahat.verify.answers import Question
from thetahat.verify.judgement import Judgement
from thetahat.verify.judging import judge
from thetahat.verify.known_values import derivation_with
from thetahat.verify.parameter_map import parameter_map

Array = NDArray[np.float64]
Curve = Callable[[Array], Array]
FEW = 6


@pytest.fixture(autouse=True)
def _no_shrinking(monkeypatch: pytest.MonkeyPatch) -> None:
    """How small counterexamples become is tested elsewhere, and how many more are looked for."""
    monkeypatch.setattr(driving, "_SHRINK_SECONDS", 0.0)
    monkeypatch.setattr(telling_cases, "_SECONDS", 1.0)


a, b, c = (Symbol(name, real=True) for name in ("alpha", "beta_1", "beta_2"))
x, z, y = Symbol("x_1", real=True), Symbol("x_2", real=True), Symbol("y", real=True)
ETA = a + b * x + c * z


@pytest.mark.parametrize("family", [LOGISTIC, POISSON], ids=lambda family: family.name)
def test_a_function_of_one_predictor_is_concave_in_all_coefficients(family: Family) -> None:
    """Proved by the deriver and by the checker, along the predictor and by the matrix of second derivatives."""
    found = derive(family)
    assert found.optimality.proved
    assert found.optimality.concave
    assert [f.evidence.verdict for s, f in zip(found.steps, found.findings, strict=True) if s.rule == "predictor"] == [
        Verdict.AGREE
    ]
    assert concave_scale(family) is not None


@pytest.mark.parametrize(
    "density",
    [
        -log(cosh(y - ETA)) + sin(ETA),
        -((y - ETA) ** 2) - a**2 * b**2,
        -((y - ETA**2) ** 2),
    ],
)
def test_what_bends_up_or_in_other_directions_is_not_called_concave(density: Expr) -> None:
    """A predictor with a wave on top, a product of coefficients beside it, a square of it."""
    assert concave_scale(replace(LINEAR.fix(sigma=1), name="planted", log_density=density)) is None


def test_of_many_rows_only_rank_one_is_proved_semidefinite() -> None:
    """The square of a vector is; its negative, and a matrix that merely has a positive diagonal, are not."""
    line = {x: bounds(S.Reals), z: bounds(S.Reals)}
    vector = Matrix([1, x, z])
    assert is_semidefinite(exp(x) * vector * vector.T, line)
    assert not is_semidefinite(-vector * vector.T, line)
    assert not is_semidefinite(Matrix([[1, 2, 0], [2, 1, 0], [0, 0, 1]]), line)
    assert not is_semidefinite(x * vector * vector.T, line)


def newton(mean: Curve, bend: Curve, partition: Curve, ridge: float = 0.0) -> Callable[..., Any]:
    """Newton's method for a regression, its columns centred and scaled; with a penalty on the slopes."""

    def fitted(rows: Array) -> Array:
        left, size = rows[:, 1:].mean(axis=0), rows[:, 1:].std(axis=0)
        design = np.column_stack([np.ones(len(rows)), (rows[:, 1:] - left) / np.where(size == 0, 1, size)])
        beta, penalty = np.zeros(3), ridge * np.diag([0.0, 1.0, 1.0])

        def height(at: Array) -> float:
            with np.errstate(over="ignore"):
                return float(rows[:, 0] @ design @ at - partition(design @ at).sum() - at @ penalty @ at / 2)

        for _ in range(200):
            eta = design @ beta
            score = design.T @ (rows[:, 0] - mean(eta)) - penalty @ beta
            step = np.linalg.lstsq((design.T * bend(eta)) @ design + penalty, score, rcond=None)[0]
            while height(beta + step) < height(beta) and np.abs(step).max() > 1e-12:
                step = step / 2
            beta = beta + step
            if float(score @ step) < 1e-22:
                break
        slopes = beta[1:] / np.where(size == 0, 1, size)
        return np.append(beta[0] - slopes @ left, slopes)

    return fitted


@pytest.mark.thorough
def test_least_squares_in_two_covariates_are_right_and_a_lost_intercept_wrong() -> None:
    """By ``numpy.linalg.lstsq``; the plane through the origin is another one."""
    known = LINEAR.fix(sigma=1)

    def fitted(rows: Array, ones: float = 1.0) -> Array:
        return np.linalg.lstsq(np.column_stack([np.full(len(rows), ones), rows[:, 1:]]), rows[:, 0], rcond=None)[0]

    report = check_estimator(known, fitted, examples=FEW, max_size=9)
    assert report.ok, str(report)
    assert not check_estimator(known, lambda rows: fitted(rows, 0.0), examples=FEW, max_size=9).ok


def odds_bend(eta: Array) -> Array:
    """The variance of an indicator with these logarithmic odds."""
    return np.asarray(expit(eta) * expit(-eta))


def log_odds(eta: Array) -> Array:
    """The logarithm of one plus the odds."""
    return np.logaddexp(0.0, eta)


ODDS, COUNTS = (expit, odds_bend, log_odds), (np.exp, np.exp, np.exp)


@pytest.mark.thorough
@pytest.mark.parametrize(("family", "curves"), [(LOGISTIC, ODDS), (POISSON, COUNTS)], ids=["odds", "counts"])
def test_searches_for_slopes_are_accepted_and_penalised_ones_refuted(family: Family, curves: Any) -> None:
    """A certified root of a concave likelihood is its maximum; a ridge of a hundredth shows."""
    report = check_estimator(family, newton(*curves), examples=FEW, max_size=20)
    assert report.ok, str(report)
    assert not check_estimator(family, newton(*curves, ridge=0.01), examples=4 * FEW, max_size=20).ok


def test_data_that_determine_no_coefficients_are_not_drawn() -> None:
    """One or two observations, or covariates that go together, leave a line of maximisers, and nothing to judge."""
    report = check_estimator(POISSON, newton(*COUNTS), examples=2 * FEW, max_size=12)
    assert report.undecided <= 3, str(report)


def asked(rows: Array, answer: Callable[[Array], list[float]] = lambda x: [0, 0, 0]) -> Judgement:
    """What is said of an estimator that returns zeros, or of another."""
    derivation = derivation_with(LOGISTIC, {})
    question = Question(derivation, answer, parameter_map(LOGISTIC, None), LOGISTIC, {}, "mle", 1e-7)
    return judge(question, rows)


def test_coefficients_of_separated_data_are_refuted() -> None:
    """Whatever is returned, other coefficients are more likely; where no direction separates, the maximum is known."""
    rows = np.array([[0.0, 1.0, 2.0], [0.0, 2.0, 1.0], [1.0, 5.0, 5.0], [1.0, 7.0, 8.0], [1.0, 5.0, 6.0]])
    found = asked(rows)
    assert found.verdict is Verdict.DISAGREE
    assert found.reason == "although no maximiser exists"
    whole = np.concatenate([rows, [[1.0, 0.0, 0.0], [0.0, 9.0, 9.0], [1.0, 1.0, 3.0], [0.0, 6.0, 5.0]]])
    assert asked(whole).reason != found.reason
    assert asked(whole).verdict is Verdict.DISAGREE


def test_nobody_is_to_blame_where_a_line_of_coefficients_is_as_likely() -> None:
    """The second covariate is twice the first: zeros are one of the maximisers, others are as good, as is a refusal."""
    rows = np.array([[0.0, 1.0, 2.0], [1.0, 1.0, 2.0], [1.0, 2.0, 4.0], [0.0, 2.0, 4.0]])

    def refuse(x: Array) -> list[float]:
        raise ValueError("one covariate is a multiple of another")

    assert asked(rows).verdict is Verdict.AGREE
    assert asked(rows, lambda x: [0, -2, 1]).verdict is Verdict.AGREE
    assert asked(rows, refuse).verdict is Verdict.UNDECIDED
    assert asked(rows, lambda x: [0, 1, 0]).verdict is Verdict.DISAGREE
