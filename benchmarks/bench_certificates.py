"""What a certificate costs, beside a fit in doubles and beside mpmath solving for the same number to 50 digits.

Run with ``pytest benchmarks/bench_certificates.py -o addopts=--import-mode=importlib --benchmark-only``. Twenty
observations and an estimate at hand, as where a property is tested; processor time, garbage collector off. mpmath
starts from the same estimate, and gives 50 digits without a proof.
"""

import time

import mpmath
import numpy as np
import pytest

from thetahat import certify, derive, family, fit

ROWS, CALLS, ROUNDS = 20, 50, 9
R = np.random.default_rng(5)
POSITIVE, REAL, UNIT = R.gamma(2.5, 1.5, ROWS), R.normal(3, 2, ROWS), R.beta(2, 3.5, ROWS)
DATA = {
    "exponential": POSITIVE,
    "normal": REAL,
    "poisson": R.poisson(4, ROWS),
    "uniform": UNIT,
    "laplace": REAL[:19],
    "lognormal": POSITIVE,
    "inverse_gaussian": POSITIVE,
    "pareto": 1 + POSITIVE,
    "gamma": POSITIVE,
    "weibull": POSITIVE,
    "gumbel": REAL,
    "von_mises": np.angle(np.exp(1j * REAL / 2)),
    "zeta": R.zipf(2.5, ROWS),
    "beta": UNIT,
    "logistic": REAL,
    "cauchy": REAL,
}
LONG = ["exponential", "normal", "gamma", "beta", "inverse_gaussian", "pareto"]


def numbers(x):
    """The observations as mpmath's numbers."""
    return [mpmath.mpf(float(value)) for value in x]


def mean(terms):
    """The average of mpmath's numbers."""
    found = list(terms)
    return mpmath.fsum(found) / len(found)


def exponential(x, start):
    """The rate."""
    return 1 / mean(numbers(x))


def normal(x, start):
    """Location and scale."""
    x = numbers(x)
    m = mean(x)
    return m, mpmath.sqrt(mean((v - m) ** 2 for v in x))


def gamma(x, start):
    """Shape by its equation, scale from it."""
    x = numbers(x)
    m = mean(x)
    s = mpmath.log(m) - mean(map(mpmath.log, x))
    k = mpmath.findroot(lambda k: mpmath.log(k) - mpmath.digamma(k) - s, start["k"])
    return k, m / k


def weibull(x, start):
    """Shape by its equation, scale from it."""
    logs = [mpmath.log(v) for v in numbers(x)]
    average = mean(logs)

    def equation(k):
        powers = [mpmath.exp(k * v) for v in logs]
        return mpmath.fsum(p * v for p, v in zip(powers, logs, strict=True)) / mpmath.fsum(powers) - 1 / k - average

    k = mpmath.findroot(equation, start["k"])
    return k, mean(mpmath.exp(k * v) for v in logs) ** (1 / k)


def beta(x, start):
    """Both shapes by two equations."""
    x = numbers(x)
    s, t = mean(map(mpmath.log, x)), mean(mpmath.log(1 - v) for v in x)

    def equations(a, b):
        both = mpmath.digamma(a + b)
        return mpmath.digamma(a) - both - s, mpmath.digamma(b) - both - t

    return mpmath.findroot(equations, (start["alpha"], start["beta"]))


RIVALS = {f.__name__: f for f in (exponential, normal, gamma, weibull, beta)}


def group_of(name):
    """How many equations are left."""
    count = len(derive(family(name)).unknowns)
    return ("closed form", "one equation")[count] if count < 2 else "several equations"


def measured(benchmark, name, function):
    """Time calls together, and note the family's kind."""
    benchmark.group = f"{group_of(name)}: {name}"
    benchmark.pedantic(lambda: [function() for _ in range(CALLS)], rounds=ROUNDS, warmup_rounds=1)
    benchmark.extra_info["per second"] = round(CALLS / benchmark.stats.stats.median)


@pytest.mark.benchmark(timer=time.process_time, disable_gc=True)
@pytest.mark.parametrize("name", DATA)
def test_certificate(benchmark, name):
    """Enclosure, verdict and argument; a maximiser without a formula is looked for next to the estimate."""
    member, x = family(name), DATA[name]
    near = fit(member, x)
    measured(benchmark, name, lambda: certify(member, x, near=near))


@pytest.mark.benchmark(timer=time.process_time, disable_gc=True)
@pytest.mark.parametrize("name", DATA)
def test_fit(benchmark, name):
    """The estimate in doubles, polished."""
    member, x = family(name), DATA[name]
    measured(benchmark, name, lambda: fit(member, x))


@pytest.mark.benchmark(timer=time.process_time, disable_gc=True)
@pytest.mark.parametrize("name", RIVALS)
def test_mpmath(benchmark, name):
    """Fifty digits of the same number, checked against the certificate once."""
    member, x = family(name), DATA[name]
    start = fit(member, x).theta_hat
    with mpmath.workdps(50):
        found = np.atleast_1d(np.array(list(np.ravel(RIVALS[name](x, start))), dtype=float))
        assert max(certify(member, x).ulps(found.tolist()).values()) <= 1
        measured(benchmark, name, lambda: RIVALS[name](x, start))


@pytest.mark.benchmark(timer=time.process_time, group="a million observations")
@pytest.mark.parametrize("name", LONG)
def test_a_million_observations(benchmark, name):
    """Sums of doubles are exact, logarithms within their bound."""
    member, x = family(name), np.resize(DATA[name], 10**6) * R.uniform(0.9, 1, 10**6)
    if name == "pareto":
        x = np.maximum(x, 1.0)
    near = fit(member, x)
    benchmark.pedantic(lambda: certify(member, x, near=near), rounds=5, warmup_rounds=1)
