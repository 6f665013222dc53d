"""Prints the numbers of benchmarks/README.md: derivation, start-up, and fits beside their NumPy pass and SciPy."""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
from scipy import stats

from thetahat import derive, families, family, fit

ROUNDS = 7
ROWS = 1_000_000


def cpu(function: Callable[[], object]) -> float:
    """Processor seconds of one call."""
    start = time.process_time()
    function()
    return time.process_time() - start


def race(ours: Callable[[], object], rivals: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median time of ours, and the median over rounds of ours divided by each rival, timed in the same round."""
    for function in (ours, *rivals.values()):
        function()
    mine, ratios = [], {name: [] for name in rivals}
    for _ in range(ROUNDS):
        mine.append(cpu(ours))
        for name, rival in rivals.items():
            ratios[name].append(mine[-1] / max(cpu(rival), 1e-9))
    return {"ms": 1e3 * statistics.median(mine)} | {name: statistics.median(found) for name, found in ratios.items()}


def derivations() -> None:
    """Processor time of every derivation in this process, checking included."""
    found = {f.name: cpu(lambda f=f: derive(f)) for f in families()}
    print(
        f"derive: {len(found)} families, {sum(found.values()):.1f} s CPU, "
        f"median {1e3 * statistics.median(found.values()):.0f} ms"
    )
    slowest = max(found, key=lambda name: found[name])
    print(f"slowest: {slowest}, {found[slowest]:.2f} s")


def cold_start() -> None:
    """Wall time of ``thetahat families`` in a new process, the best of five."""
    walls = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "thetahat", "families"], check=True, capture_output=True)
        walls.append(time.perf_counter() - start)
    print(f"cold `thetahat families`: {min(walls):.2f} s")


def fits() -> None:
    """Fits of a million rows beside the plain NumPy pass over the same statistics, and beside SciPy."""
    r = np.random.default_rng(0)
    half_log = lambda x: (np.mean(x), np.mean(np.log(x)))  # noqa: E731
    square = lambda x: (np.mean(x), np.mean((x - np.mean(x)) ** 2))  # noqa: E731
    cases = {
        "normal": (r.normal(3, 2, ROWS), square, lambda x: stats.norm.fit(x)),
        "lognormal": (r.lognormal(1, 0.5, ROWS), lambda x: square(np.log(x)), lambda x: stats.lognorm.fit(x, floc=0)),
        "exponential": (r.exponential(2, ROWS), np.mean, lambda x: stats.expon.fit(x, floc=0)),
        "gamma": (r.gamma(2.5, 1.5, ROWS), half_log, lambda x: stats.gamma.fit(x, floc=0)),
        "rayleigh": (r.rayleigh(2, ROWS), lambda x: np.mean(x * x), lambda x: stats.rayleigh.fit(x, floc=0)),
        "inverse_gaussian": (
            r.wald(2, 5, ROWS),
            lambda x: (np.mean(x), np.mean(1 / x)),
            lambda x: stats.invgauss.fit(x, floc=0),
        ),
        "poisson": (r.poisson(4, ROWS).astype(float), np.mean, None),
        "uniform": (r.uniform(1, 3, ROWS), lambda x: (x.min(), x.max()), lambda x: stats.uniform.fit(x)),
        "von_mises": (
            r.vonmises(0.5, 2, ROWS),
            lambda x: (np.mean(np.sin(x)), np.mean(np.cos(x))),
            lambda x: stats.vonmises.fit(x, fscale=1),
        ),
        "beta": (
            r.beta(2, 3.5, ROWS),
            lambda x: (np.mean(np.log(x)), np.mean(np.log1p(-x))),
            lambda x: stats.beta.fit(x, floc=0, fscale=1),
        ),
    }
    print("| family | fit, ms | fit / NumPy pass | fit / scipy.stats fit |\n|---|---|---|---|")
    for name, (x, single_pass, scipy_fit) in cases.items():
        rivals = {"pass": lambda x=x, f=single_pass: f(x)}
        if scipy_fit is not None:
            rivals["scipy"] = lambda x=x, f=scipy_fit: f(x)
        found = race(lambda x=x, name=name: fit(family(name), x), rivals)
        beside = f"{found['scipy']:.2f}" if "scipy" in found else "-"
        print(f"| {name} | {found['ms']:.1f} | {found['pass']:.1f} | {beside} |")


if __name__ == "__main__":
    cold_start()
    derivations()
    fits()
