"""reliability: its fitters of complete data, by maximum likelihood, which is their default."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
from reliability import Distributions, Fitters
from sympy import S

from ...proofs.registry import family
from .inverses import Map, inverse
from .target import SEARCH_NATS, Array, Promise, Target

PROMISE = Promise(
    "Fitters estimate by maximum likelihood unless told otherwise (method='MLE'); failures may be complete data.",
    "https://reliability.readthedocs.io/en/latest/API/Fitters.html",
)

# Ours, their distribution, the names of its parameters, and the map from ours, in declared order, to these.
ROWS: dict[str, tuple[str, str, tuple[str, ...], Map]] = {
    "exponential": ("Exponential", "1P", ("Lambda",), lambda rate: (rate,)),
    "shifted_exponential": ("Exponential", "2P", ("Lambda", "gamma"), lambda mu, theta: (1 / theta, mu)),
    "weibull": ("Weibull", "2P", ("alpha", "beta"), lambda k, scale: (scale, k)),
    "weibull_with_location": ("Weibull", "3P", ("alpha", "beta", "gamma"), lambda mu, k, scale: (scale, k, mu)),
    "gamma": ("Gamma", "2P", ("alpha", "beta"), lambda k, theta: (theta, k)),
    "normal": ("Normal", "2P", ("mu", "sigma"), lambda mu, sigma: (mu, sigma)),
    "lognormal": ("Lognormal", "2P", ("mu", "sigma"), lambda mu, sigma: (mu, sigma)),
    "log_logistic": ("Loglogistic", "2P", ("alpha", "beta"), lambda a, b: (a, b)),
    "gumbel_minimum": ("Gumbel", "2P", ("mu", "sigma"), lambda mu, b: (mu, b)),
    "beta": ("Beta", "2P", ("alpha", "beta"), lambda a, b: (a, b)),
}

REAL = ("Normal", "Gumbel")
"""Their distributions of what may be negative."""


def targets() -> tuple[Target, ...]:
    """Return a target for each distribution with a declared family."""
    return tuple(_target(name, *row) for name, row in ROWS.items())


def _target(name: str, theirs: str, kind: str, names: tuple[str, ...], mapping: Map) -> Target:
    declared = family(name)
    fitter, law = getattr(Fitters, f"Fit_{theirs}_{kind}"), getattr(Distributions, f"{theirs}_Distribution")
    read = functools.cache(lambda: inverse(declared, mapping(*declared.symbols)))

    def fitted(x: Array) -> dict[str, float]:
        found = fitter(failures=x.tolist(), show_probability_plot=False, print_results=False)
        if found.optimizer is None:
            raise RuntimeError("it prints that every optimizer failed, and returns least squares instead")
        return read()([getattr(found, one) for one in names])

    def log_density(x: Array, theta: Mapping[str, float]) -> Any:
        values = (float(S(value)) for value in mapping(*(S(theta[one]) for one in declared.parameter_names)))
        member = law(**dict(zip(names, values, strict=True)))
        return np.log([float(np.ravel(member.PDF(xvals=[one], show_plot=False))[0]) for one in x])

    # Its densities refuse negative values, which the location of one family allows.
    known = None if kind == "3P" else log_density
    # Fitters of lifetimes print that they take out what is zero, and refuse what is negative.
    covers = None if theirs in REAL else lambda x, theta: bool((x > 0).all())
    return Target(
        f"reliability.Fitters.Fit_{theirs}_{kind}",
        name,
        fitted,
        PROMISE,
        "",
        known,
        tolerance=SEARCH_NATS,
        covers=covers,
    )
