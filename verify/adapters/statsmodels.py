"""statsmodels: least squares, generalised linear and count models, mostly with a constant alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import statsmodels.api as sm
from statsmodels.discrete.count_model import ZeroInflatedPoisson
from statsmodels.discrete.discrete_model import GeneralizedPoisson
from statsmodels.discrete.truncated_model import TruncatedLFPoisson
from statsmodels.othermod.betareg import BetaModel

from ...proofs.family import Family
from .regressions import COEFFICIENTS, GAMMA, LINEAR, LOGISTIC, POISSON, coefficients, predictor
from .target import SEARCH_NATS, Array, Promise, Target, Theta

_PAGE = "https://www.statsmodels.org/stable/"
LEAST_SQUARES = Promise(
    "Its log-likelihood is that of a Gaussian model, concentrated at scale ssr/nobs, which the coefficients maximise.",
    f"{_PAGE}generated/statsmodels.regression.linear_model.OLS.loglike.html",
)
GLM = Promise(
    "Estimates are by maximum likelihood, computed by iteratively reweighted least squares.", f"{_PAGE}glm.html"
)
COUNTS = Promise(
    "Discrete models are estimated by maximum likelihood; a fit that did not converge says so.",
    f"{_PAGE}discretemod.html",
)
BETA = Promise("Beta regression, a likelihood model that is fitted by maximum likelihood.", f"{_PAGE}other_models.html")


def _ones(x: Array) -> Array:
    return np.ones((len(x), 1))


def _converged(result: Any) -> Any:
    """The result, if it does not say itself that the search failed, which is a refusal."""
    if not result.mle_retvals["converged"]:
        raise RuntimeError("the fit warns that it did not converge, and sets mle_retvals['converged'] to False")
    return result


def _expit(value: float) -> float:
    return float(1 / (1 + np.exp(-value)))


def _logit(p: float) -> float:
    return float(np.log(p / (1 - p)))


def _least_squares(x: Array) -> dict[str, float]:
    found = sm.OLS(x[:, 0], sm.add_constant(x[:, 1], has_constant="add")).fit()
    alpha, beta = found.params
    return {"alpha": alpha, "beta": beta, "sigma": float(np.sqrt(found.ssr / found.nobs))}


def _least_squares_density(x: Array, theta: Theta) -> Any:
    slopes, scale = [theta["alpha"], theta["beta"]], theta["sigma"] ** 2
    return [sm.OLS(row[:1], np.array([[1.0, row[1]]])).loglike(slopes, scale=scale) for row in x]


def _glm(
    family: Any, name: str, theirs: str, read: Callable[[float], dict[str, float]], mean: str, **known: Any
) -> Target:
    """A generalised linear model with a constant alone; ``known`` are the family's values, and the scale of theirs."""
    scale = known.pop("scale", 1.0)

    def fitted(x: Array) -> dict[str, float]:
        dispersion = scale(known) if callable(scale) else scale
        return read(float(sm.GLM(x, _ones(x), family=family).fit(scale=dispersion).params[0]))

    def log_density(x: Array, theta: Theta) -> Any:
        return family.loglike_obs(x, np.full(len(x), theta[mean]), scale=scale(theta) if callable(scale) else scale)

    return Target(f"statsmodels.GLM.{theirs}", name, fitted, GLM, "", log_density, known, SEARCH_NATS)


def _counts(
    model: Callable[[Array], Any],
    name: str,
    theirs: str,
    read: Callable[..., dict[str, float]],
    there: Callable[[Theta], list[float]],
    promise: Promise = COUNTS,
    is_fitted_first: bool = False,
) -> Target:
    """A model with a constant alone: ``read`` takes its parameters in order, and ``there`` gives them.

    The likelihood of one of them reads the last parameter as a logarithm until it has been fitted.
    """

    def fitted(x: Array) -> dict[str, float]:
        return read(*map(float, _converged(model(x).fit(disp=0)).params))

    def log_density(x: Array, theta: Theta) -> Any:
        found = model(x)
        if is_fitted_first:
            found.fit(disp=0)
        return found.loglikeobs(np.array(there(theta)))

    return Target(f"statsmodels.{theirs}", name, fitted, promise, "", log_density, tolerance=SEARCH_NATS, local=True)


def _exposure() -> Target:
    poisson = sm.families.Poisson()

    def fitted(x: Array) -> dict[str, float]:
        found = sm.GLM(x[:, 0], _ones(x), family=poisson, exposure=x[:, 1]).fit()
        return {"lambda": float(np.exp(found.params[0]))}

    def log_density(x: Array, theta: Theta) -> Any:
        return poisson.loglike_obs(x[:, 0], theta["lambda"] * x[:, 1])

    return Target(
        "statsmodels.GLM.Poisson", "poisson_exposure", fitted, GLM, "exposure", log_density, tolerance=SEARCH_NATS
    )


def targets() -> tuple[Target, ...]:
    """Return the models that fit a declared family."""
    unfit = "its coefficients have a dimension that is a symbol, for which there is no certificate yet"
    return (
        Target("statsmodels.OLS", "linear_regression", _least_squares, LEAST_SQUARES, "", _least_squares_density),
        *_constant_alone(),
        _exposure(),
        *_discrete(),
        *_regressions(),
        Target("statsmodels.MNLogit", "", None, COUNTS, unsupported=unfit),
    )


def _constant_alone() -> tuple[Target, ...]:
    """Generalised linear models."""
    families, log = sm.families, sm.families.links.Log()
    return (
        _glm(families.Gaussian(), "normal_mean", "Gaussian", lambda b: {"mu": b}, "mu", scale=_variance, sigma=1),
        _glm(families.Poisson(), "poisson", "Poisson", lambda b: {"lambda": float(np.exp(b))}, "lambda"),
        _glm(families.Binomial(), "bernoulli", "Binomial", lambda b: {"p": _expit(b)}, "p"),
        _glm(
            families.Gamma(log),
            "gamma_by_mean",
            "Gamma",
            lambda b: {"mu": float(np.exp(b))},
            "mu",
            nu=3,
            scale=_over("nu"),
        ),
        _glm(
            families.InverseGaussian(log),
            "inverse_gaussian",
            "InverseGaussian",
            lambda b: {"mu": float(np.exp(b))},
            "mu",
            scale=_over("lambda"),
            **{"lambda": 3},
        ),
    )


def _discrete() -> tuple[Target, ...]:
    """Discrete models, and one of shares, with a constant alone."""
    return (
        _counts(
            lambda x: sm.Poisson(x, _ones(x)),
            "poisson",
            "Poisson",
            lambda b: {"lambda": float(np.exp(b))},
            lambda theta: [np.log(theta["lambda"])],
        ),
        _counts(
            lambda x: sm.Logit(x, _ones(x)),
            "bernoulli",
            "Logit",
            lambda b: {"p": _expit(b)},
            lambda theta: [_logit(theta["p"])],
        ),
        _counts(
            lambda x: sm.NegativeBinomial(x, _ones(x)),
            "negative_binomial_by_mean",
            "NegativeBinomial",
            lambda b, alpha: {"mu": float(np.exp(b)), "r": 1 / alpha},
            lambda theta: [np.log(theta["mu"]), 1 / theta["r"]],
            is_fitted_first=True,
        ),
        _counts(
            lambda x: GeneralizedPoisson(x, _ones(x), p=1),
            "generalised_poisson",
            "GeneralizedPoisson",
            lambda b, alpha: {"theta": float(np.exp(b)) / (1 + alpha), "lambda": alpha / (1 + alpha)},
            lambda theta: [np.log(theta["theta"] / (1 - theta["lambda"])), theta["lambda"] / (1 - theta["lambda"])],
        ),
        _counts(
            lambda x: ZeroInflatedPoisson(x, _ones(x)),
            "zero_inflated_poisson",
            "ZeroInflatedPoisson",
            lambda b, c: {"w": _expit(b), "lambda": float(np.exp(c))},
            lambda theta: [_logit(theta["w"]), np.log(theta["lambda"])],
        ),
        _counts(
            lambda x: TruncatedLFPoisson(x, _ones(x)),
            "zero_truncated_poisson",
            "TruncatedLFPoisson",
            lambda b: {"lambda": float(np.exp(b))},
            lambda theta: [np.log(theta["lambda"])],
        ),
        _counts(
            lambda x: BetaModel(x, _ones(x)),
            "beta_by_mean",
            "BetaModel",
            lambda b, c: {"mu": _expit(b), "phi": float(np.exp(c))},
            lambda theta: [_logit(theta["mu"]), np.log(theta["phi"])],
            BETA,
        ),
    )


def _variance(theta: Theta) -> float:
    return theta["sigma"] ** 2


def _over(name: str) -> Callable[[Theta], float]:
    """The dispersion that is one over a parameter."""
    return lambda theta: 1 / theta[name]


def _regressions() -> tuple[Target, ...]:
    """Models with a constant and two covariates."""
    families, log = sm.families, sm.families.links.Log()
    return (
        Target("statsmodels.OLS", LINEAR.name, _plane, LEAST_SQUARES, "", _plane_density, own=LINEAR),
        _glm_on(families.Binomial(), LOGISTIC, "Binomial"),
        _glm_on(families.Poisson(), POISSON, "Poisson"),
        _glm_on(families.Gamma(log), GAMMA, "Gamma", nu=3, scale=_over("nu")),
        _counts_on(sm.Logit, LOGISTIC, "Logit"),
        _counts_on(sm.Poisson, POISSON, "Poisson"),
    )


def _design(rows: Array) -> Array:
    return np.column_stack([np.ones(len(rows)), rows[:, 1:]])


def _plane(rows: Array) -> dict[str, float]:
    found = sm.OLS(rows[:, 0], _design(rows)).fit()
    return {**coefficients(found.params), "sigma": float(np.sqrt(found.ssr / found.nobs))}


def _plane_density(rows: Array, theta: Theta) -> Any:
    slopes, scale = [theta[name] for name in COEFFICIENTS], theta["sigma"] ** 2
    return [sm.OLS(row[:1], _design(row[np.newaxis])).loglike(slopes, scale=scale) for row in rows]


def _glm_on(
    family: Any, own: Family, theirs: str, scale: Callable[[Theta], float] = lambda theta: 1.0, **known: float
) -> Target:
    """A generalised linear model on two covariates, and a scale that the family's constants give."""

    def fitted(rows: Array) -> dict[str, float]:
        found = sm.GLM(rows[:, 0], _design(rows), family=family).fit(scale=scale(known))
        if not found.converged:
            raise RuntimeError("the fit warns that it did not converge, and sets converged to False")
        return coefficients(found.params)

    def log_density(rows: Array, theta: Theta) -> Any:
        return family.loglike_obs(rows[:, 0], family.link.inverse(predictor(rows, theta)), scale=scale(theta))

    return Target(f"statsmodels.GLM.{theirs}", own.name, fitted, GLM, "", log_density, known, SEARCH_NATS, own=own)


def _counts_on(model: Callable[[Array, Array], Any], own: Family, theirs: str) -> Target:
    """A discrete model on two covariates."""

    def fitted(rows: Array) -> dict[str, float]:
        return coefficients(_converged(model(rows[:, 0], _design(rows)).fit(disp=0)).params)

    def log_density(rows: Array, theta: Theta) -> Any:
        return model(rows[:, 0], _design(rows)).loglikeobs(np.array([theta[name] for name in COEFFICIENTS]))

    return Target(f"statsmodels.{theirs}", own.name, fitted, COUNTS, "", log_density, tolerance=SEARCH_NATS, own=own)
