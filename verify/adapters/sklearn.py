"""scikit-learn: linear models, naive Bayes and mixtures without penalties, smoothing or regularisation."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn import covariance, linear_model, mixture, naive_bayes
from sklearn.exceptions import ConvergenceWarning

from ...proofs.family import Family
from .regressions import GAMMA, LINEAR, LOGISTIC, POISSON, coefficients
from .target import SEARCH_NATS, Array, Promise, Target, Theta

_PAGE = "https://scikit-learn.org/stable/modules/"
LEAST_SQUARES = Promise(
    "Minimises the residual sum of squares, which with Gaussian noise maximises the likelihood.",
    f"{_PAGE}linear_model.html#ordinary-least-squares",
)
LIKELIEST = Promise(
    "Without a penalty (C=inf) it minimises the negative log-likelihood, within tol.",
    f"{_PAGE}linear_model.html#logistic-regression",
)
DEVIANCE = Promise(
    "With alpha=0 it minimises the deviance of its distribution, within tol.",
    f"{_PAGE}linear_model.html#generalized-linear-models",
)
BAYES = Promise(
    "Its parameters are estimated by maximum likelihood; smoothing is switched off here.", f"{_PAGE}naive_bayes.html"
)
MIXTURE = Promise(
    "The expectation-maximisation algorithm; with one component its first step is the maximiser.",
    f"{_PAGE}mixture.html#gaussian-mixture",
)
COVARIANCE = Promise(
    "The empirical covariance, the maximum-likelihood one.", f"{_PAGE}covariance.html#empirical-covariance"
)


def _zeros(x: Array) -> Array:
    return np.zeros((len(x), 1))


def _column(x: Array) -> Array:
    return x.reshape(-1, 1)


def _line(x: Array) -> dict[str, float]:
    found = linear_model.LinearRegression().fit(_column(x[:, 1]), x[:, 0])
    return {"alpha": float(found.intercept_), "beta": float(found.coef_[0])}


def _slopes(model: Any) -> Callable[[Array], dict[str, float]]:
    """Intercept and coefficients of a model of two covariates; that a search did not converge is a refusal."""

    def fitted(rows: Array) -> dict[str, float]:
        with warnings.catch_warnings():
            warnings.simplefilter("error", ConvergenceWarning)
            found = model.fit(rows[:, 1:], rows[:, 0])
        return coefficients(np.append(found.intercept_, found.coef_))

    return fitted


def _constant(model: Any, read: Callable[[float], dict[str, float]]) -> Callable[[Array], dict[str, float]]:
    """What a model says of the constant, where the covariate is always zero."""

    def fitted(x: Array) -> dict[str, float]:
        return read(float(np.ravel(model.fit(_zeros(x), x).intercept_)[0]))

    return fitted


def _gaussian_bayes(x: Array) -> dict[str, float]:
    found = naive_bayes.GaussianNB(var_smoothing=0.0).fit(_column(x), np.zeros(len(x)))
    return {"mu": float(found.theta_[0, 0]), "v": float(found.var_[0, 0])}


def _gaussian_bayes_density(x: Array, theta: Theta) -> Any:
    found = naive_bayes.GaussianNB(var_smoothing=0.0).fit([[0.0], [1.0]], [0, 0])
    found.theta_, found.var_ = np.array([[theta["mu"]]]), np.array([[theta["v"]]])
    return found.predict_joint_log_proba(_column(x))[:, 0]


def _bernoulli_bayes(x: Array) -> dict[str, float]:
    found = naive_bayes.BernoulliNB(alpha=0.0, force_alpha=True).fit(_column(x), np.zeros(len(x)))
    return {"p": float(np.exp(found.feature_log_prob_[0, 0]))}


def _bernoulli_bayes_density(x: Array, theta: Theta) -> Any:
    found = naive_bayes.BernoulliNB().fit([[0.0], [1.0]], [0, 0])
    found.feature_log_prob_ = np.log([[theta["p"]]])
    return found.predict_joint_log_proba(_column(x))[:, 0]


def _multinomial_bayes(x: Array) -> dict[str, float]:
    counts = np.eye(3)[x.astype(int)]
    found = naive_bayes.MultinomialNB(alpha=0.0, force_alpha=True).fit(counts, np.zeros(len(x)))
    p = np.exp(found.feature_log_prob_[0])
    return {"p_0": float(p[0]), "p_1": float(p[1])}


def _mixture(x: Array) -> dict[str, float]:
    found = mixture.GaussianMixture(1, reg_covar=0.0, random_state=0).fit(_column(x))
    return {"mu": float(found.means_[0, 0]), "v": float(found.covariances_[0, 0, 0])}


def _mixture_density(x: Array, theta: Theta) -> Any:
    found = mixture.GaussianMixture(1, reg_covar=0.0, random_state=0).fit([[0.0], [1.0]])
    found.means_, found.covariances_ = np.array([[theta["mu"]]]), np.array([[[theta["v"]]]])
    found.precisions_cholesky_ = 1 / np.sqrt(found.covariances_)
    return found.score_samples(_column(x))


def _covariance(x: Array) -> dict[str, float]:
    found = covariance.EmpiricalCovariance().fit(_column(x))
    return {"mu": float(found.location_[0]), "v": float(found.covariance_[0, 0])}


def targets() -> tuple[Target, ...]:
    """Return the estimators that fit a declared family; linear models with a constant alone."""
    logistic = linear_model.LogisticRegression(C=np.inf)
    poisson, gamma = linear_model.PoissonRegressor(alpha=0.0), linear_model.GammaRegressor(alpha=0.0)
    return (
        Target("sklearn.linear_model.LinearRegression", "linear_regression", _line, LEAST_SQUARES, fixed={"sigma": 1}),
        Target(
            "sklearn.linear_model.LogisticRegression",
            "bernoulli",
            _constant(logistic, lambda b: {"p": float(1 / (1 + np.exp(-b)))}),
            LIKELIEST,
            "C=inf",
            tolerance=SEARCH_NATS,
        ),
        Target(
            "sklearn.linear_model.PoissonRegressor",
            "poisson",
            _constant(poisson, lambda b: {"lambda": float(np.exp(b))}),
            DEVIANCE,
            "alpha=0",
            tolerance=SEARCH_NATS,
        ),
        Target(
            "sklearn.linear_model.GammaRegressor",
            "gamma_by_mean",
            _constant(gamma, lambda b: {"mu": float(np.exp(b))}),
            DEVIANCE,
            "alpha=0",
            fixed={"nu": 3},
            tolerance=SEARCH_NATS,
        ),
        Target(
            "sklearn.naive_bayes.GaussianNB",
            "normal_by_variance",
            _gaussian_bayes,
            BAYES,
            "var_smoothing=0",
            _gaussian_bayes_density,
        ),
        Target(
            "sklearn.naive_bayes.BernoulliNB", "bernoulli", _bernoulli_bayes, BAYES, "alpha=0", _bernoulli_bayes_density
        ),
        Target("sklearn.naive_bayes.MultinomialNB", "categorical", _multinomial_bayes, BAYES, "alpha=0"),
        Target(
            "sklearn.mixture.GaussianMixture", "normal_by_variance", _mixture, MIXTURE, "reg_covar=0", _mixture_density
        ),
        Target("sklearn.covariance.EmpiricalCovariance", "normal_by_variance", _covariance, COVARIANCE),
        *_regressions(),
    )


def _regressions() -> tuple[Target, ...]:
    """Linear models with an intercept and two covariates."""
    line = linear_model.LinearRegression()
    searches: tuple[tuple[Any, Family, Promise, str, dict[str, float]], ...] = (
        (linear_model.LogisticRegression(C=np.inf), LOGISTIC, LIKELIEST, "C=inf", {}),
        (linear_model.PoissonRegressor(alpha=0.0), POISSON, DEVIANCE, "alpha=0", {}),
        (linear_model.GammaRegressor(alpha=0.0), GAMMA, DEVIANCE, "alpha=0", {"nu": 3}),
    )
    return (
        Target(
            "sklearn.linear_model.LinearRegression",
            LINEAR.name,
            _slopes(line),
            LEAST_SQUARES,
            fixed={"sigma": 1},
            own=LINEAR,
        ),
        *(
            Target(
                f"sklearn.linear_model.{type(model).__name__}",
                own.name,
                _slopes(model),
                promise,
                setting,
                fixed=fixed,
                tolerance=SEARCH_NATS,
                own=own,
            )
            for model, own, promise, setting, fixed in searches
        ),
    )
