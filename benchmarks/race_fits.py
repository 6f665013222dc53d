"""Races ``fit`` beside SciPy and beside the plain NumPy pass over the same statistics, on 22 families that both know.

    python benchmarks/race_fits.py 100 10000 [family ...]

prints one table for each number of observations: how long a fit takes, that time over the pass and SciPy's over it,
and the nats by which SciPy's estimate is the more likely, which is negative where ours is. ``fit(name, x)`` gives
our estimate under SciPy's name of a family and customary names of parameters, for scripts that race others too.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import math
import statistics
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from measure import race
from scipy import stats

from thetahat import Family, family
from thetahat import fit as ours

Pass = Callable[[np.ndarray], object]

SLOW_FROM = 100_000
"""Observations from which SciPy's numeric searches take minutes, so that they are left out."""


@dataclass(frozen=True)
class Runner:
    """One family under SciPy's name.

    ``names`` pairs customary names of parameters with ours, ``arguments`` turns our estimate into those of SciPy's
    density, ``held`` is what its fit is told, ``bounds`` what its search for counts needs instead.
    """

    family: str
    names: Mapping[str, str]
    arguments: Callable[..., tuple[float, ...]]
    sample: Callable[[np.random.Generator, int], np.ndarray]
    passes: tuple[Pass, ...]
    held: Mapping[str, float] = field(default_factory=dict)
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    searches: bool = False

    @cached_property
    def declared(self) -> Family:
        """Our family."""
        return family(self.family)


def mean(x: np.ndarray) -> float:
    return float(np.mean(x))


def mean_log(x: np.ndarray) -> float:
    return float(np.mean(np.log(x)))


def mean_square(x: np.ndarray) -> float:
    return float(np.mean(x * x))


def mean_inverse(x: np.ndarray) -> float:
    return float(np.mean(1 / x))


def variance(x: np.ndarray) -> float:
    return float(np.var(x))


ZERO = {"floc": 0}
RUNNERS: dict[str, Runner] = {
    "norm": Runner("normal", {"mu": "mu", "sigma": "sigma"}, lambda mu, sigma: (mu, sigma),
                   lambda r, n: r.normal(3, 2, n), (mean, variance)),
    "expon": Runner("exponential_by_mean", {"scale": "theta"}, lambda scale: (0, scale),
                    lambda r, n: r.exponential(2, n), (mean,), ZERO),
    "gamma": Runner("gamma", {"k": "k", "scale": "theta"}, lambda k, scale: (k, 0, scale),
                    lambda r, n: r.gamma(2.5, 1.5, n), (mean, mean_log), ZERO),
    "beta": Runner("beta", {"a": "alpha", "b": "beta"}, lambda a, b: (a, b),
                   lambda r, n: r.beta(2, 3.5, n), (mean_log, lambda x: np.mean(np.log1p(-x))),
                   {"floc": 0, "fscale": 1}),
    "weibull_min": Runner("weibull", {"c": "k", "scale": "lambda"}, lambda c, scale: (c, 0, scale),
                          lambda r, n: 3 * r.weibull(1.7, n), (mean_log,), ZERO, searches=True),
    "lognorm": Runner("lognormal", {"mu": "mu", "sigma": "sigma"}, lambda mu, sigma: (sigma, 0, math.exp(mu)),
                      lambda r, n: r.lognormal(0.5, 0.8, n), (lambda x: np.var(np.log(x)), mean_log), ZERO),
    "pareto": Runner("pareto", {"alpha": "alpha", "xm": "x_m"}, lambda alpha, xm: (alpha, 0, xm),
                     lambda r, n: 2 * (1 + r.pareto(2.5, n)), (np.min, mean_log), ZERO),
    "invgauss": Runner("inverse_gaussian", {"mu": "mu", "lam": "lambda"}, lambda mu, lam: (mu / lam, 0, lam),
                       lambda r, n: r.wald(2, 5, n), (mean, mean_inverse), ZERO),
    "laplace": Runner("laplace", {"loc": "mu", "scale": "b"}, lambda loc, scale: (loc, scale),
                      lambda r, n: r.laplace(1, 2, n), (lambda x: np.mean(np.abs(x - np.median(x))),)),
    "gumbel_r": Runner("gumbel", {"loc": "mu", "scale": "beta"}, lambda loc, scale: (loc, scale),
                       lambda r, n: r.gumbel(1, 2, n), (mean,)),
    "logistic": Runner("logistic", {"loc": "mu", "scale": "s"}, lambda loc, scale: (loc, scale),
                       lambda r, n: r.logistic(1, 2, n), (mean,)),
    "rayleigh": Runner("rayleigh", {"scale": "sigma"}, lambda scale: (0, scale),
                       lambda r, n: r.rayleigh(2, n), (mean_square,), ZERO),
    "vonmises": Runner("von_mises", {"mu": "mu", "kappa": "kappa"}, lambda mu, kappa: (kappa, mu, 1),
                       lambda r, n: r.vonmises(0.5, 2, n),
                       (lambda x: np.mean(np.sin(x)), lambda x: np.mean(np.cos(x))), {"fscale": 1}),
    "poisson": Runner("poisson", {"lam": "lambda"}, lambda lam: (lam,),
                      lambda r, n: r.poisson(4.2, n), (mean,), bounds={"mu": (0, 100)}, searches=True),
    "geom": Runner("geometric", {"p": "p"}, lambda p: (p,),
                   lambda r, n: r.geometric(0.3, n), (mean,), bounds={"p": (0, 1)}, searches=True),
    "nbinom": Runner("negative_binomial", {"r": "r", "p": "p"}, lambda r, p: (r, p),
                     lambda r, n: r.negative_binomial(3.3, 0.4, n), (np.bincount,),
                     bounds={"n": (0.01, 100), "p": (0, 1)}, searches=True),
    "maxwell": Runner("maxwell", {"scale": "a"}, lambda scale: (0, scale),
                      lambda r, n: 2 * np.sqrt(r.chisquare(3, n)), (mean_square,), ZERO, searches=True),
    "halfnorm": Runner("half_normal", {"scale": "sigma"}, lambda scale: (0, scale),
                       lambda r, n: np.abs(r.normal(0, 2, n)), (mean_square,), ZERO),
    "invgamma": Runner("inverse_gamma", {"a": "alpha", "scale": "beta"}, lambda a, scale: (a, 0, scale),
                       lambda r, n: 1 / r.gamma(3, 0.5, n), (mean_log, mean_inverse), ZERO, searches=True),
    "nakagami": Runner("nakagami", {"nu": "m", "scale": "Omega"}, lambda nu, scale: (nu, 0, scale),
                       lambda r, n: np.sqrt(r.gamma(1.5, 2, n)), (mean_log, mean_square), ZERO, searches=True),
    "invweibull": Runner("frechet", {"c": "alpha", "scale": "s"}, lambda c, scale: (c, 0, scale),
                         lambda r, n: 3 / r.weibull(1.7, n), (mean_log,), ZERO, searches=True),
    "fisk": Runner("log_logistic", {"c": "beta", "scale": "alpha"}, lambda c, scale: (c, 0, scale),
                   lambda r, n: np.exp(r.logistic(1, 0.5, n)), (mean_log,), ZERO, searches=True),
}  # fmt: skip


def fit(name: str, x: np.ndarray) -> dict[str, float] | None:
    """Our estimate under SciPy's name of a family; ``None`` for one that we have not."""
    runner = RUNNERS.get(name)
    if runner is None:
        return None
    theta = ours(runner.declared, x).theta_hat
    found = {customary: theta[own] for customary, own in runner.names.items()}
    if name == "nakagami":
        found["scale"] = math.sqrt(found["scale"])  # ours is the mean square
    return found


def scipy_fit(name: str, x: np.ndarray) -> tuple[float, ...]:
    """SciPy's estimate: the arguments of its density."""
    runner = RUNNERS[name]
    distribution = getattr(stats, name)
    if runner.bounds:
        return tuple(stats.fit(distribution, x, runner.bounds).params)
    return tuple(distribution.fit(x, **runner.held))


def log_likelihood(name: str, arguments: tuple[float, ...], x: np.ndarray) -> float:
    """By SciPy's density or mass function, for both estimates alike."""
    distribution = getattr(stats, name)
    density = distribution.logpmf if RUNNERS[name].bounds else distribution.logpdf
    return math.fsum(density(x, *arguments))


def raced(name: str, n: int) -> float | None:
    """Print the row of a family, and return how many times as long SciPy takes, ``None`` where it is not asked."""
    runner = RUNNERS[name]
    x = runner.sample(np.random.default_rng(12345), n)
    rivals: dict[str, Callable[[], object]] = {"pass": lambda: [statistic(x) for statistic in runner.passes]}
    if asked := not (runner.searches and n >= SLOW_FROM):
        rivals["scipy"] = lambda: scipy_fit(name, x)
    found = race(lambda: ours(runner.declared, x), rivals)
    beside = ahead = "-"
    if asked:
        own = log_likelihood(name, runner.arguments(**fit(name, x)), x)
        beside, ahead = f"{1 / found['scipy']:.3g}", f"{log_likelihood(name, scipy_fit(name, x), x) - own:.1e}"
    print(f"| {name} | {1e3 * found['ms']:.0f} | {found['pass']:.1f} | {beside} | {ahead} |", flush=True)
    return 1 / found["scipy"] if asked else None


def run(n: int, names: list[str]) -> None:
    """Print the table for ``n`` observations."""
    print(f"\n| n = {n} | fit, us | fit / NumPy pass | SciPy / fit | nats SciPy is ahead |\n|---|---|---|---|---|")
    slower = []
    for name in names or RUNNERS:
        with warnings.catch_warnings():  # SciPy's searches warn of what they try
            warnings.simplefilter("ignore")
            slower.append(raced(name, n))
    asked = [ratio for ratio in slower if ratio is not None]
    print(f"\nSciPy over ours, geometric mean of {len(asked)} families: {statistics.geometric_mean(asked):.1f}")


if __name__ == "__main__":
    sizes = [int(word) for word in sys.argv[1:] if word.isdigit()]
    for size in sizes or [100, 10_000]:
        run(size, [word for word in sys.argv[1:] if not word.isdigit()])
