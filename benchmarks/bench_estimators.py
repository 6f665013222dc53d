"""Prints what one decided example of ``check_estimator`` costs, drawing included, in processor time.

python benchmarks/bench_estimators.py
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from thetahat import check_estimator
from thetahat.verify import asking

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from impostors import RIGHT

ASKED = (
    "exponential: exact sum",
    "poisson: running mean",
    "normal: two passes",
    "lognormal: logarithms first",
    "gamma: Brent",
    "weibull: bisection in logarithms",
)
EXAMPLES = 500


def main() -> None:
    """Time from one judgement to the next, and the judgement alone, in which the estimator is called."""
    judge = asking.judge
    ends, alone = list[float](), list[float]()

    def timed(*given: object, **options: object) -> object:
        start = time.process_time()
        found = judge(*given, **options)
        ends.append(time.process_time())
        alone.append(ends[-1] - start)
        return found

    asking.judge = timed
    print("| estimator | example: median, ms | mean | judgement: median | mean |\n|---|---|---|---|---|")
    for entry in RIGHT:
        if entry.name in ASKED:
            check_estimator(entry.family, entry.function, examples=50, seed=1)
            ends.clear()
            alone.clear()
            check_estimator(entry.family, entry.function, examples=EXAMPLES)
            numbers = [f(values) for values in (np.diff(ends), alone) for f in (np.median, np.mean)]
            print(f"| {entry.name} |" + "|".join(f" {1e3 * value:.2f} " for value in numbers) + "|")


if __name__ == "__main__":
    main()
