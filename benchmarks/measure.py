"""Prints the numbers of benchmarks/README.md: derivation, start-up, and fits beside their NumPy pass and SciPy."""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from unittest import mock

import numpy as np
from scipy import stats

from thetahat import derive, families, family, fit
from thetahat.proofs import engine

ROUNDS = 9
SAMPLE = 1e-3
ROWS = 1_000_000


@dataclass(frozen=True)
class Case:
    """Data, the statistics that a fit needs of them, and SciPy's fit; ``slow`` where SciPy takes minutes."""

    x: np.ndarray
    passes: tuple[Callable[[np.ndarray], object], ...]
    scipy: Callable[[np.ndarray], object] | None = None
    fixed: dict[str, object] | None = None
    name: str | None = None
    slow: bool = False


def cpu(function: Callable[[], object], times: int = 1) -> float:
    """Processor seconds of one call, on average over so many."""
    start = time.process_time()
    for _ in range(times):
        function()
    return (time.process_time() - start) / times


def race(ours: Callable[[], object], rivals: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median time of ours, and the median over rounds of ours divided by each rival, timed in the same round.

    Every sample is as many calls as a millisecond holds, after two for a start, and each round has its own order.
    """
    contenders = {"": ours, **rivals}
    times, order, ratios = {}, random.Random(0), {name: [] for name in contenders}
    for name, function in contenders.items():
        function()
        times[name] = max(1, int(SAMPLE / max(cpu(function), 1e-9)))
    mine = []
    for _ in range(ROUNDS):
        names = list(contenders)
        order.shuffle(names)
        took = {name: cpu(contenders[name], times[name]) for name in names}
        mine.append(took[""])
        for name in names:
            ratios[name].append(took[""] / took[name])
    return {"ms": 1e3 * statistics.median(mine)} | {name: statistics.median(ratios[name]) for name in rivals}


PARTS = {
    "the two routes": ("likelihood_route", "divergence_route"),
    "why the maximum is global, divergence, information, entropy": ("optimality_steps",),
    "existence": ("existence_of",),
    "checking": ("check_steps",),
}
"""What a derivation consists of, and the functions of the engine that do it."""


def derivations() -> None:
    """Processor time of every derivation in this process, checking included, and of its parts."""
    spent: Counter[str] = Counter()
    parts: dict[str, list[float]] = {name: [] for name in PARTS}
    found: dict[str, float] = {}
    with ExitStack() as stack:
        for name in (function for functions in PARTS.values() for function in functions):
            stack.enter_context(mock.patch.object(engine, name, timed(name, getattr(engine, name), spent)))
        for one in families():
            spent.clear()
            found[one.name] = cpu(lambda one=one: derive(one))
            for name, functions in PARTS.items():
                parts[name].append(sum(spent[function] for function in functions))
    slowest = max(found, key=lambda name: found[name])
    for name, times in {f"derive, {len(found)} families": list(found.values()), **parts}.items():
        print(f"{name}: {sum(times):.1f} s CPU, median {1e3 * statistics.median(times):.0f} ms")
    print(f"slowest: {slowest}, {found[slowest]:.2f} s")


def timed(name: str, function: Callable[..., object], spent: Counter[str]) -> Callable[..., object]:
    """The function, with its processor time added up; of calls within calls only the outermost counts."""
    inside = 0

    def call(*given: object, **named: object) -> object:
        nonlocal inside
        inside, start = inside + 1, time.process_time()
        try:
            return function(*given, **named)
        finally:
            inside -= 1
            spent[name] += (time.process_time() - start) * (not inside)

    return call


def cold_start() -> None:
    """Wall time of ``thetahat families`` in a new process, the best of five."""
    walls = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "thetahat", "families"], check=True, capture_output=True)
        walls.append(time.perf_counter() - start)
    print(f"cold `thetahat families`: {min(walls):.2f} s")


def cases() -> dict[str, Case]:
    """Data of a million rows for each family, the plain NumPy pass over the same statistics, SciPy's ``fit``."""
    r = np.random.default_rng(0)
    mean, log_mean = np.mean, lambda x: np.mean(np.log(x))
    spread = lambda x: np.mean((x - np.mean(x)) ** 2)  # noqa: E731
    counts, positive = r.poisson(4, ROWS), r.gamma(2.5, 1.5, ROWS)
    line = np.column_stack([r.normal(size=ROWS), r.normal(size=ROWS)])
    return {
        "bernoulli": Case(r.integers(0, 2, ROWS), (mean,)),
        "binomial": Case(r.binomial(9, 0.3, ROWS), (mean,), fixed={"n": 9}),
        "geometric": Case(r.geometric(0.2, ROWS), (mean,)),
        "poisson": Case(counts, (mean,)),
        "poisson, as doubles": Case(counts.astype(float), (mean,), name="poisson"),
        "discrete_uniform": Case(counts + 1, (np.max,)),
        "categorical": Case(r.integers(0, 3, ROWS), (lambda x: np.mean(x == 0), lambda x: np.mean(x == 1))),
        "normal": Case(r.normal(3, 2, ROWS), (mean, spread), stats.norm.fit),
        "normal_mean": Case(r.normal(3, 2, ROWS), (mean,), fixed={"sigma": 2}),
        "normal_scale": Case(r.normal(3, 2, ROWS), (lambda x: np.mean((x - 3) ** 2),), fixed={"mu": 3}),
        "lognormal": Case(positive, (lambda x: spread(np.log(x)), log_mean), at_zero(stats.lognorm)),
        "exponential": Case(positive, (mean,), at_zero(stats.expon)),
        "shifted_exponential": Case(positive, (np.min, mean), stats.expon.fit),
        "gamma": Case(positive, (mean, log_mean), at_zero(stats.gamma)),
        "inverse_gamma": Case(positive, (lambda x: np.mean(1 / x), log_mean), at_zero(stats.invgamma), slow=True),
        "beta": Case(
            r.beta(2, 3.5, ROWS),
            (log_mean, lambda x: np.mean(np.log1p(-x))),
            lambda x: stats.beta.fit(x, floc=0, fscale=1),
        ),
        "rayleigh": Case(positive, (lambda x: np.mean(x * x),), at_zero(stats.rayleigh)),
        "pareto": Case(1 + positive, (np.min, log_mean), at_zero(stats.pareto)),
        "uniform": Case(r.uniform(1, 3, ROWS), (np.min, np.max), stats.uniform.fit),
        "laplace": Case(r.laplace(1, 2, ROWS), (lambda x: np.mean(np.abs(x - np.median(x))),), stats.laplace.fit),
        "inverse_gaussian": Case(positive, (mean, lambda x: np.mean(1 / x)), at_zero(stats.invgauss)),
        "von_mises": Case(
            r.vonmises(0.5, 2, ROWS),
            (lambda x: np.mean(np.sin(x)), lambda x: np.mean(np.cos(x))),
            lambda x: stats.vonmises.fit(x, fscale=1),
        ),
        "linear_regression": Case(
            line,
            (
                lambda x: np.mean(x[:, 0]),
                lambda x: np.mean(x[:, 1]),
                lambda x: np.mean(x[:, 0] * x[:, 1]),
                lambda x: np.mean(x[:, 1] ** 2),
                lambda x: np.mean(x[:, 0] ** 2),
            ),
        ),
    }


def at_zero(distribution: object) -> Callable[[np.ndarray], object]:
    """SciPy's ``fit`` with the location held at zero."""
    return lambda x: distribution.fit(x, floc=0)


def fits(names: list[str]) -> None:
    """Fits of a million rows beside the plain NumPy pass over the same statistics, and beside SciPy."""
    print("| family | fit, ms | fit / NumPy pass | fit / scipy.stats fit |\n|---|---|---|---|")
    for label, case in cases().items():
        if names and label not in names and names != ["fits"]:
            continue
        rivals = {"pass": lambda case=case: [statistic(case.x) for statistic in case.passes]}
        if case.scipy is not None and not case.slow:
            rivals["scipy"] = lambda case=case: case.scipy(case.x)
        member = family(case.name or label)
        found = race(lambda case=case, member=member: fit(member, case.x, fixed=case.fixed), rivals)
        beside = f"{found['scipy']:.2f}" if "scipy" in found else "-"
        print(f"| {label} | {found['ms']:.1f} | {found['pass']:.1f} | {beside} |", flush=True)


if __name__ == "__main__":
    if not sys.argv[1:]:
        cold_start()
        derivations()
    fits(sys.argv[1:])
