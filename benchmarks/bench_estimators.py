"""Prints what one decided example of ``check_estimator`` costs, drawing included, in processor time.

python benchmarks/bench_estimators.py
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from thetahat import check_estimator
from thetahat.verify import asking

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from impostors import RIGHT, Entry

ASKED = (
    "exponential: exact sum",
    "poisson: running mean",
    "normal: two passes",
    "lognormal: logarithms first",
    "gamma: Brent",
    "weibull: bisection in logarithms",
)
EXAMPLES, ROUNDS = 500, 5


def main() -> None:
    """The best of several rounds, since other work on the machine only ever adds to a time."""
    print("| estimator | drawing | judgement | its own work | example: median | mean |\n|---|---|---|---|---|---|")
    for entry in RIGHT:
        if entry.name in ASKED:
            check_estimator(entry.family, entry.function, examples=50, seed=1)
            rounds = zip(*(_round(entry, seed) for seed in range(ROUNDS)), strict=True)
            print(f"| {entry.name} |" + "|".join(f" {1e3 * min(values):.2f} " for values in rounds) + "|")


def _round(entry: Entry, seed: int) -> tuple[float, ...]:
    """What drawing costs on average, a judgement and a call of the estimator in the median, and all together.

    Several datasets are drawn at once, so that drawing is shared out equally.
    """
    judge, judged, called = asking.judge, list[float](), list[float]()

    def timed(inner: Callable[..., object], times: list[float]) -> Callable[..., object]:
        def outer(*given: object) -> object:
            start = time.process_time()
            found = inner(*given)
            times.append(time.process_time() - start)
            return found

        return outer

    asking.judge = timed(judge, judged)
    start = time.process_time()
    try:
        check_estimator(entry.family, timed(entry.function, called), examples=EXAMPLES, seed=seed)
    finally:
        asking.judge = judge
    drawing = (time.process_time() - start - sum(judged)) / len(judged)
    numbers = np.median(np.array(judged) - called), np.median(called), np.median(judged), np.mean(judged)
    alone, own, median, mean = map(float, numbers)
    return drawing, alone, own, drawing + median, drawing + mean


if __name__ == "__main__":
    main()
