"""Estimators of vectors and matrices that somebody wrote: the right ones pass, each planted mistake is refuted."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from thetahat import CertificateVerdict, certify, check_estimator, structured
from thetahat.proofs.errors import NotUniqueError, ParameterError


def _covariance(x: Any, ddof: int = 0, weights: Any = None) -> Any:
    return np.cov(x.T, aweights=weights, ddof=ddof).reshape(x.shape[1], -1)


def _least_squares(y: Any, X: Any) -> dict[str, Any]:
    beta = np.linalg.lstsq(X, y, rcond=None)[0]
    return {"beta": beta, "v": np.mean((y - X @ beta) ** 2)}


def _logistic(y: Any, x: Any, penalty: float = 0.0) -> Any:
    def loss(beta: Any) -> Any:
        return np.sum(np.logaddexp(0, x @ beta) - y * (x @ beta)) + penalty * beta @ beta / 2

    def slope(beta: Any) -> Any:
        return x.T @ (1 / (1 + np.exp(-x @ beta)) - y) + penalty * beta

    return minimize(loss, np.zeros(x.shape[1]), jac=slope, tol=1e-10).x


def _even(covariance: Any) -> Any:
    """As many variances that are all the same."""
    return np.trace(covariance) / len(covariance) * np.eye(len(covariance))


RIGHT: dict[str, tuple[str, Callable[..., Any]]] = {
    "a tuple": ("multivariate_normal", lambda x: (x.mean(axis=0), _covariance(x))),
    "a mapping": ("multiple_regression", _least_squares),
    "attributes": (
        "isotropic_normal",
        lambda x: SimpleNamespace(mu=x.mean(axis=0), v=((x - x.mean(axis=0)) ** 2).mean()),
    ),
    "one array": ("categorical_k", lambda y: y.mean(axis=0)),
    "a list of one": ("multivariate_normal_mean", lambda x, Sigma: [x.mean(axis=0)]),
    "what is known is passed": ("wishart", lambda S, nu: S.mean(axis=0) / nu),
    "two indices": ("markov_chain", lambda z: z.mean(axis=0) / z.mean(axis=0).sum(axis=1, keepdims=True)),
    "an optimiser": ("logistic_regression", _logistic),
    "by orthogonal factors": (
        "multivariate_regression",
        lambda Y, X: (B := np.linalg.lstsq(X, Y, rcond=None)[0], (Y - X @ B).T @ (Y - X @ B) / len(Y)),
    ),
}


@pytest.mark.parametrize("case", RIGHT)
def test_right_estimators_pass(case: str) -> None:
    name, function = RIGHT[case]
    report = check_estimator(name, function, examples=40)
    assert report.ok, str(report)
    assert report.undecided <= 2
    assert "tolerance 1e-07 nats per observation" in report.notes[0]


WRONG: dict[str, tuple[str, Callable[..., Any], str]] = {
    "n - 1": (
        "multivariate_normal",
        lambda x: (x.mean(axis=0), _covariance(x, 1)),
        "the denominator n - 1 in",
    ),
    "median": ("multivariate_normal", lambda x: (np.median(x, axis=0), _covariance(x)), "nats"),
    "degrees of freedom": (
        "multiple_regression",
        lambda y, X: {
            "beta": _least_squares(y, X)["beta"],
            "v": _least_squares(y, X)["v"] * len(y) / max(1, len(y) - X.shape[1]),
        },
        "the denominator n - ",
    ),
    "ridge": ("multiple_regression", lambda y, X: _ridge(y, X), "nats"),
    "penalised": ("logistic_regression", lambda y, x: _logistic(y, x, 1.0), "times it, as by a ridge penalty"),
    "regularised": (
        "multivariate_normal",
        lambda x: (x.mean(axis=0), _covariance(x) + 0.01 * np.eye(x.shape[1])),
        "Sigma is the estimate plus 0.01 on the diagonal",
    ),
    "shrunk": (
        "multivariate_normal",
        lambda x: (x.mean(axis=0), _covariance(x) * 3 / 4 + _even(_covariance(x)) / 4),
        "Sigma is 0.75 times the estimate plus",
    ),
    "even": ("multivariate_normal", lambda x: (x.mean(axis=0), _even(_covariance(x))), "Sigma has nothing but"),
    "smoothed": (
        "categorical_k",
        lambda y: (y.sum(axis=0) + 1) / (len(y) + y.shape[1]),
        "p is the estimate with 1 added to each count: smoothed",
    ),
    "not divided": ("wishart", lambda S, nu: S.mean(axis=0), "nats"),
    "columns for rows": (
        "markov_chain",
        lambda z: z.mean(axis=0) / z.mean(axis=0).sum(axis=0),
        "lies outside",
    ),
    "no search": ("logistic_regression", lambda y, x: np.zeros(x.shape[1]), "nats"),
    "moments": ("dirichlet", lambda x: 3.0 * x.mean(axis=0), "nats"),
    "nothing": ("multivariate_normal", lambda x: None, "return a mapping, or a tuple of mu, Sigma"),
    "one of two": ("multivariate_normal", lambda x: {"mu": x.mean(axis=0)}, "there is no 'Sigma'"),
    "another shape": ("multivariate_normal", lambda x: (x.mean(), _covariance(x)), "is not finite of the shape"),
    "it raises": ("wishart", lambda S, nu: S / 0.0 if nu < 0 else 1 / 0, "it raised ZeroDivisionError"),
}


def _ridge(y: Any, X: Any) -> dict[str, Any]:
    beta = np.linalg.solve(X.T @ X + 0.01 * np.eye(X.shape[1]), X.T @ y)
    return {"beta": beta, "v": np.mean((y - X @ beta) ** 2)}


@pytest.mark.parametrize("case", WRONG)
def test_planted_mistakes_are_refuted(case: str) -> None:
    name, function, says = WRONG[case]
    report = check_estimator(structured(name), function, examples=40)
    assert report.disagree == 1
    assert says in report.counterexamples[0]


def test_weights_reach_the_function() -> None:
    """Fractions are not drawn; one that ignores them is refuted."""
    normal = structured("multivariate_normal")

    def heavy(x: Any, w: Any) -> Any:
        return np.average(x, axis=0, weights=w), _covariance(x, weights=w)

    assert check_estimator(normal, heavy, weights=True, examples=40).ok
    light = check_estimator(normal, lambda x, w: (x.mean(axis=0), _covariance(x)), weights=True, examples=40)
    assert light.disagree == 1
    assert "weights = [" in light.counterexamples[0]


def test_data_without_an_estimate() -> None:
    """One has to refuse; where many members are equally likely, one of them is no mistake, and no proof either."""

    def careful(x: Any) -> Any:
        if (x == x[0]).all():
            raise ValueError("singular")
        return x.mean(axis=0), _covariance(x)

    def warning(x: Any) -> Any:
        warnings.warn("singular", RuntimeWarning, stacklevel=2)
        return x.mean(axis=0), np.eye(x.shape[1])

    normal = structured("multivariate_normal")
    assert check_estimator(normal, careful, existence="fails", examples=20).ok
    assert check_estimator(normal, warning, existence="fails", examples=20).ok
    bold = check_estimator(normal, lambda x: (x.mean(axis=0), np.eye(x.shape[1])), existence="fails", examples=20)
    assert "there is no estimate unless" in bold.counterexamples[0]
    many = check_estimator(structured("generalised_least_squares"), _one_of_many, existence="fails", examples=20)
    assert not many.disagree
    assert many.undecided


def _one_of_many(y: Any, X: Any, Omega: Any) -> Any:
    root = np.linalg.cholesky(np.linalg.inv(Omega)).T
    return np.linalg.lstsq(root @ X, root @ y, rcond=None)[0]


def test_many_maximisers_are_not_called_none() -> None:
    """Of columns that depend on each other nothing is certified, and the error has a type of its own."""
    from thetahat import fit

    columns = np.ones((4, 2))
    certificate = certify(structured("multiple_regression"), [1.0, 2.0, 3.0, 5.0], fixed={"X": columns})
    assert certificate.verdict is CertificateVerdict.UNDECIDED
    with pytest.raises(NotUniqueError, match="no single one is the estimate"):
        fit(structured("multiple_regression"), [1.0, 2.0, 3.0, 5.0], fixed={"X": columns})


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"parameters": {"mu": "m"}}, "tolerance and seed alone"),
        ({"existence": "either"}, "tolerance and seed alone"),
        ({"existence": "maybe"}, "is not known"),
        ({"max_size": 3}, "tolerance and seed alone"),
        ({"tolerance": 0.0}, "no number of nats above zero"),
    ],
)
def test_questions_that_mean_nothing_are_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ParameterError, match=says):
        check_estimator(structured("multivariate_normal"), lambda x: x, **changes)
    with pytest.raises(ParameterError, match="there are no weights"):
        check_estimator(structured("multiple_regression"), _least_squares, weights=True)
