"""Prints how many datasets a second ``fit_rows`` fits, and how many ``fit`` does, one after the other.

python benchmarks/measure_rows.py
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from measure import cpu

from thetahat import family, fit, fit_rows

ROUNDS = 7
SHAPE = 100_000, 100
ALONE = 200


def main() -> None:
    """Best of several rounds, processor time, 100 observations a dataset."""
    r = np.random.default_rng(0)
    positive, counts = r.gamma(2.5, 1.5, SHAPE), r.poisson(4, SHAPE)
    cases = dict.fromkeys(("exponential", "normal", "lognormal", "gamma", "inverse_gamma", "weibull"), positive)
    cases |= {
        "pareto": 1 + positive,
        "von_mises": r.vonmises(0.5, 2, SHAPE),
        "poisson": counts,
        "geometric": 1 + counts,
    }
    print("| family | fit_rows, a second | fit, a second | ratio |\n|---|---|---|---|")
    for name, x in cases.items():
        declared = family(name)
        fit_rows(declared, x[:10])
        together = len(x) / min(cpu(lambda f=declared, x=x: fit_rows(f, x)) for _ in range(ROUNDS))
        alone = min(cpu(lambda f=declared, x=x: [fit(f, row) for row in x[:ALONE]]) for _ in range(ROUNDS))
        print(f"| {name} | {together:,.0f} | {ALONE / alone:,.0f} | {together * alone / ALONE:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
