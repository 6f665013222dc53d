"""Prints what fits and certificates of symbolic dimension cost, beside NumPy's mean and covariance in doubles."""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from thetahat import certify, fit, structured

ROUNDS = 5


def milliseconds(function: Callable[[], object]) -> float:
    """Median processor time of one call."""
    function()
    found = []
    for _ in range(ROUNDS):
        start = time.process_time()
        function()
        found.append(time.process_time() - start)
    return 1e3 * statistics.median(found)


def row(name: str, x: Any, shape: str, rival: Callable[[], object] | None = None) -> None:
    """Print what one dataset costs."""
    family = structured(name)
    ours, proof = milliseconds(lambda: fit(family, x)), milliseconds(lambda: certify(family, x))
    plain = "-" if rival is None else f"{milliseconds(rival):.3g}"
    print(f"| {name} | {shape} | {ours:.3g} | {proof:.3g} | {plain} |")


def main() -> None:
    """The table of benchmarks/README.md."""
    rng = np.random.default_rng(0)
    print("| family | observations | fit, ms | certificate, ms | NumPy, ms |\n|---|---|---|---|---|")
    for n, p in ((100, 3), (1000, 5), (5000, 5), (20_000, 5)):
        x = rng.normal(size=(n, p))
        row("multivariate_normal", x, f"{n} x {p}", lambda x=x: (x.mean(axis=0), np.cov(x.T, bias=True)))
    for n, p in ((100, 3), (1000, 5)):
        x = rng.normal(size=(n, p))
        row("logistic_regression", {"y": (rng.uniform(size=n) < 0.5) * 1.0, "x": x}, f"{n} x {p}")
        row("dirichlet", rng.dirichlet(np.arange(1.0, p + 1), n), f"{n} x {p}")


if __name__ == "__main__":
    main()
