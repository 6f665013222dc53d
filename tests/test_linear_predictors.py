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
from thetahat.proofs.checker import check_steps
from thetahat.proofs.curvature import concave_scale, is_semidefinite
from thetahat.proofs.derivation import Verdict
from thetahat.proofs.family import Family
from thetahat.verify import driving, estimators
from thetahat.verify.adapters.regressions import LINEAR, LOGISTIC, POISSON
from thetahat.verify.answers import Question
from thetahat.verify.fitting import derivation_with
from thetahat.verify.judging import judge
from thetahat.verify.parameter_map import parameter_map

Array = NDArray[np.float64]
FEW = 6


@pytest.fixture(autouse=True)
def _no_shrinking(monkeypatch: pytest.MonkeyPatch) -> None:
    """How small counterexamples become is tested elsewhere, and how many more are looked for."""
    monkeypatch.setattr(driving, "_SHRINK_SECONDS", 0.0)
    monkeypatch.setattr(estimators, "_SECONDS", 1.0)


a, b, c = (Symbol(name, real=True) for name in ("alpha", "beta_1", "beta_2"))
x, z, y = Symbol("x_1", real=True), Symbol("x_2", real=True), Symbol("y", real=True)
ETA = a + b * x + c * z


@pytest.mark.parametrize("family", [LOGISTIC, POISSON], ids=lambda family: family.name)
def test_a_function_of_one_predictor_is_concave_in_all_coefficients(family: Family) -> None:
    """Proved by the deriver and by the checker, and not where the sign of one second derivative is turned."""
    found = derive(family)
    assert found.optimality.proved
    assert found.optimality.concave
    at = next(at for at, step in enumerate(found.steps) if step.rule == "curvature")
    steps = found.steps[: at + 1]
    assert check_steps(family, steps)[at].evidence.verdict is Verdict.AGREE
    turned = replace(steps[at], value=steps[at].value.func(-steps[at].value.args[0], *steps[at].value.args[1:]))
    assert check_steps(family, (*steps[:at], turned))[at].evidence.verdict is not Verdict.AGREE


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


def newton(mean: Callable[[Array], Array], bend: Callable[[Array], Array], ridge: float = 0.0) -> Callable[..., Any]:
    """Newton's method for a regression, its columns centred and scaled; with a penalty on the slopes."""

    def fitted(rows: Array) -> Array:
        left, size = rows[:, 1:].mean(axis=0), rows[:, 1:].std(axis=0)
        design = np.column_stack([np.ones(len(rows)), (rows[:, 1:] - left) / np.where(size == 0, 1, size)])
        beta, penalty = np.zeros(3), ridge * np.diag([0.0, 1.0, 1.0])
        for _ in range(200):
            eta = design @ beta
            score = design.T @ (rows[:, 0] - mean(eta)) - penalty @ beta
            step = np.linalg.lstsq((design.T * bend(eta)) @ design + penalty, score, rcond=None)[0]
            beta = beta + step / max(1.0, float(np.abs(step).max()))
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


LOGITS: tuple[Callable[[Array], Array], Callable[[Array], Array]] = (expit, odds_bend)


@pytest.mark.thorough
@pytest.mark.parametrize(("family", "means"), [(LOGISTIC, LOGITS), (POISSON, (np.exp, np.exp))], ids=["odds", "counts"])
def test_searches_for_slopes_are_accepted_and_penalised_ones_refuted(family: Family, means: Any) -> None:
    """A certified root of a concave likelihood is its maximum; a ridge of a hundredth shows."""
    report = check_estimator(family, newton(*means), examples=FEW, max_size=20)
    assert report.ok, str(report)
    assert not check_estimator(family, newton(*means, ridge=0.01), examples=4 * FEW, max_size=20).ok


def test_nobody_is_to_blame_where_no_maximiser_is_known_to_exist() -> None:
    """The slope separates these data, so that whatever is returned, other coefficients are more likely."""
    rows = np.array([[0.0, 1.0, 2.0], [0.0, 2.0, 1.0], [1.0, 5.0, 5.0], [1.0, 7.0, 8.0], [1.0, 5.0, 6.0]])
    derivation = derivation_with(LOGISTIC, {})
    question = Question(derivation, lambda x: [0, 0, 0], parameter_map(LOGISTIC, None), LOGISTIC, {}, "mle", 1e-7)
    found = judge(question, rows)
    assert found.verdict is Verdict.UNDECIDED
    assert found.reason.startswith("nothing is certified")
    whole = np.concatenate([rows, [[1.0, 0.0, 0.0], [0.0, 9.0, 9.0], [1.0, 1.0, 3.0], [0.0, 6.0, 5.0]]])
    assert judge(question, whole).verdict is Verdict.DISAGREE
