"""pomegranate: ``fit`` of its distributions, of one column, in the single precision that is its default.

Written from its documentation, since it brings PyTorch; a map that is wrong is refuted when it runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from pomegranate import distributions
from sympy import S

from ...proofs.registry import family
from .inverses import Map, inverse
from .target import SEARCH_NATS, Array, Promise, Target

PROMISE = Promise(
    "Distributions are fitted by maximum likelihood from summed statistics; here in single precision.",
    "https://pomegranate.readthedocs.io/en/latest/tutorials/B_Model_Tutorial_1_Distributions.html",
)

# Ours, theirs, the names of its parameters, and the map from ours, in declared order, to these.
ROWS: dict[str, tuple[str, tuple[str, ...], Map]] = {
    "bernoulli": ("Bernoulli", ("probs",), lambda p: (p,)),
    "exponential_by_mean": ("Exponential", ("scales",), lambda theta: (theta,)),
    "gamma_by_rate": ("Gamma", ("shapes", "rates"), lambda a, b: (a, b)),
    "normal_by_variance": ("Normal", ("means", "covs"), lambda mu, v: (mu, v)),
    "poisson": ("Poisson", ("lambdas",), lambda rate: (rate,)),
    "uniform": ("Uniform", ("mins", "maxs"), lambda a, b: (a, b)),
}


def targets() -> tuple[Target, ...]:
    """Return a target for each distribution with a declared family."""
    return tuple(_target(name, *row) for name, row in ROWS.items())


def _target(name: str, theirs: str, names: tuple[str, ...], mapping: Map) -> Target:
    declared, law = family(name), getattr(distributions, theirs)
    known = {"covariance_type": "diag"} if "covs" in names else {}

    def column(x: Array) -> Any:
        return torch.tensor(x.reshape(-1, 1), dtype=torch.float32)

    def fitted(x: Array) -> dict[str, float]:
        found = law(**known).fit(column(x))
        return inverse(declared, mapping(*declared.symbols))([float(getattr(found, one)[0]) for one in names])

    def log_density(x: Array, theta: Mapping[str, float]) -> Any:
        values = (float(S(value)) for value in mapping(*(S(theta[one]) for one in declared.parameter_names)))
        member = law(**{one: [value] for one, value in zip(names, values, strict=True)}, **known)
        return np.asarray(member.log_probability(column(x)))

    return Target(
        f"pomegranate.distributions.{theirs}.fit",
        name,
        fitted,
        PROMISE,
        "",
        log_density,
        tolerance=SEARCH_NATS,
        covers=lambda x, theta: is_single(x),
    )


def is_single(x: Array) -> bool:
    """Return whether data are numbers of single precision, which the library then sees as they are.

    >>> is_single(np.array([0.25, 3.0])), is_single(np.array([0.1])), is_single(np.array([1e-80]))
    (True, False, False)
    """
    with np.errstate(over="ignore"):
        return np.array_equal(x.astype(np.float32), x)
