"""NumPy: averages, variances, medians and extremes, as claims about the families whose estimates they are."""

from __future__ import annotations

import numpy as np

from .target import Array, Promise, Target

_PAGE = "https://numpy.org/doc/stable/reference/generated/"
_LIKELY = Promise(
    "With ddof=0 the variance is the maximum-likelihood estimate for normal variables.",
    f"{_PAGE}numpy.var.html (Notes)",
)
_UNBIASED = Promise(
    "With ddof=1 an unbiased variance, which the notes set against the maximum-likelihood one: to be refuted.",
    f"{_PAGE}numpy.std.html (Notes)",
)
_PLAIN = Promise("Says nothing of likelihood; that it is the estimate is textbook knowledge.", _PAGE)


def _log_normal_density(x: Array, mu: float, variance: float) -> Array:
    return -np.log(2 * np.pi * variance) / 2 - (x - mu) ** 2 / (2 * variance)


def targets() -> tuple[Target, ...]:
    """Return the claims.

    >>> [one.family for one in targets()][:2]
    ['normal_mean', 'exponential_by_mean']
    """
    return (
        Target("numpy.mean", "normal_mean", lambda x: {"mu": np.mean(x)}, _PLAIN, fixed={"sigma": 1}),
        Target("numpy.mean", "exponential_by_mean", lambda x: {"theta": np.mean(x)}, _PLAIN),
        Target("numpy.mean", "poisson", lambda x: {"lambda": np.mean(x)}, _PLAIN),
        Target("numpy.mean", "bernoulli", lambda x: {"p": np.mean(x)}, _PLAIN),
        Target(
            "numpy.var",
            "normal_by_variance",
            lambda x: {"mu": np.mean(x), "v": np.var(x)},
            _LIKELY,
            log_density=lambda x, theta: _log_normal_density(x, theta["mu"], theta["v"]),
        ),
        Target(
            "numpy.std",
            "normal",
            lambda x: {"mu": np.mean(x), "sigma": np.std(x)},
            _LIKELY,
            log_density=lambda x, theta: _log_normal_density(x, theta["mu"], theta["sigma"] ** 2),
        ),
        Target(
            "numpy.std.unbiased",
            "normal",
            lambda x: {"mu": np.mean(x), "sigma": np.std(x, ddof=1)},
            _UNBIASED,
            "ddof=1",
        ),
        Target("numpy.median", "laplace", _laplace, _PLAIN),
        Target(
            "numpy.min", "shifted_exponential", lambda x: {"mu": np.min(x), "theta": np.mean(x) - np.min(x)}, _PLAIN
        ),
        Target("numpy.max", "uniform_from_zero", lambda x: {"b": np.max(x)}, _PLAIN),
        Target("numpy.bincount", "categorical", _shares, _PLAIN),
    )


def _laplace(x: Array) -> dict[str, float]:
    median = float(np.median(x))
    return {"mu": median, "b": float(np.mean(np.abs(x - median)))}


def _shares(x: Array) -> dict[str, float]:
    share = np.bincount(x.astype(int), minlength=3) / len(x)
    return {"p_0": float(share[0]), "p_1": float(share[1])}
