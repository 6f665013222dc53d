"""PreliZ: ``mle`` with one distribution."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
import preliz as pz
from sympy import S

from ...proofs.registry import family
from .inverses import Map, inverse
from .target import SEARCH_NATS, Array, Promise, Target

PROMISE = Promise(
    "mle finds the maximum-likelihood member of each distribution that it is given.",
    "https://preliz.readthedocs.io/en/latest/api_reference.html (preliz.unidimensional.mle)",
)

# Ours, theirs with the names of its parameters, and the map from ours, in declared order, to these.
ROWS: dict[str, tuple[str, tuple[str, ...], Map]] = {
    "asymmetric_laplace": ("AsymmetricLaplace", ("kappa", "mu", "b"), lambda mu, rate, kappa: (kappa, mu, 1 / rate)),
    "bernoulli": ("Bernoulli", ("p",), lambda p: (p,)),
    "beta": ("Beta", ("alpha", "beta"), lambda a, b: (a, b)),
    "binomial_both": ("Binomial", ("n", "p"), lambda n, p: (n, p)),
    "cauchy": ("Cauchy", ("alpha", "beta"), lambda x_0, s: (x_0, s)),
    "chi_square": ("ChiSquared", ("nu",), lambda k: (k,)),
    "discrete_uniform_interval": ("DiscreteUniform", ("lower", "upper"), lambda a, b: (a, b)),
    "exponential": ("Exponential", ("lam",), lambda rate: (rate,)),
    "gamma_by_rate": ("Gamma", ("alpha", "beta"), lambda a, b: (a, b)),
    "geometric": ("Geometric", ("p",), lambda p: (p,)),
    "gumbel": ("Gumbel", ("mu", "beta"), lambda mu, b: (mu, b)),
    "half_cauchy": ("HalfCauchy", ("beta",), lambda s: (s,)),
    "half_normal": ("HalfNormal", ("sigma",), lambda sigma: (sigma,)),
    "inverse_gamma": ("InverseGamma", ("alpha", "beta"), lambda a, b: (a, b)),
    "inverse_gaussian": ("Wald", ("mu", "lam"), lambda mu, shape: (mu, shape)),
    "kumaraswamy": ("Kumaraswamy", ("a", "b"), lambda a, b: (a, b)),
    "laplace": ("Laplace", ("mu", "b"), lambda mu, b: (mu, b)),
    "log_logistic": ("LogLogistic", ("alpha", "beta"), lambda a, b: (a, b)),
    "logistic": ("Logistic", ("mu", "s"), lambda mu, s: (mu, s)),
    "logit_normal": ("LogitNormal", ("mu", "sigma"), lambda mu, sigma: (mu, sigma)),
    "lognormal": ("LogNormal", ("mu", "sigma"), lambda mu, sigma: (mu, sigma)),
    "moyal": ("Moyal", ("mu", "sigma"), lambda mu, sigma: (mu, sigma)),
    "negative_binomial_by_mean": ("NegativeBinomial", ("mu", "alpha"), lambda mu, r: (mu, r)),
    "normal": ("Normal", ("mu", "sigma"), lambda mu, sigma: (mu, sigma)),
    "pareto": ("Pareto", ("alpha", "m"), lambda x_m, alpha: (alpha, x_m)),
    "poisson": ("Poisson", ("mu",), lambda rate: (rate,)),
    "scaled_inverse_chi_square": ("ScaledInverseChiSquared", ("nu", "tau2"), lambda nu, s: (nu, s**2)),
    "skew_normal": ("SkewNormal", ("mu", "sigma", "alpha"), lambda xi, omega, alpha: (xi, omega, alpha)),
    "uniform": ("Uniform", ("lower", "upper"), lambda a, b: (a, b)),
    "von_mises": ("VonMises", ("mu", "kappa"), lambda mu, kappa: (mu, kappa)),
    "weibull": ("Weibull", ("alpha", "beta"), lambda k, scale: (k, scale)),
    "zero_inflated_poisson": ("ZeroInflatedPoisson", ("psi", "mu"), lambda w, rate: (1 - w, rate)),
}


def targets() -> tuple[Target, ...]:
    """Return a target for each distribution with a declared family."""
    return tuple(_target(name, *row) for name, row in ROWS.items() if hasattr(pz, row[0]))


def _target(name: str, theirs: str, names: tuple[str, ...], mapping: Map) -> Target:
    declared, law = family(name), getattr(pz, theirs)
    read = functools.cache(lambda: inverse(declared, mapping(*declared.symbols)))

    def fitted(x: Array) -> dict[str, float]:
        found = law()
        pz.mle([found], x, plot=0)
        return read()([getattr(found, one) for one in names])

    def log_density(x: Array, theta: Mapping[str, float]) -> Any:
        values = (float(S(value)) for value in mapping(*(S(theta[one]) for one in declared.parameter_names)))
        return np.asarray(law(**dict(zip(names, values, strict=True))).logpdf(x))

    # Where it has no formula of its own it searches from moments by L-BFGS-B with SciPy's own stopping rule.
    searches = "optimize_ml" in law._fit_mle.__code__.co_names
    return Target(
        f"preliz.mle.{theirs}", name, fitted, PROMISE, "", log_density, tolerance=SEARCH_NATS if searches else 0.0
    )
