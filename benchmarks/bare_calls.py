"""Prints what a fit takes beyond the NumPy calls that it cannot do without: those of its statistics, and of its domain.

    python benchmarks/bare_calls.py 100 10000 [family ...]

Nothing but the calls themselves is counted for the latter, one after the other, each at its quickest for so many rows:
what they return is not looked at, and no number is made of it. Families whose equations are climbed are left out.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import sys
from collections.abc import Callable

import numpy as np
from measure import race
from race_fits import RUNNERS

from thetahat import fit

Calls = Callable[[np.ndarray], object]
_total = np.add.reduce
BLOCK, FACTORS = 256, 32
"""Terms that are summed one after the other at most, and factors of the products that logarithms are taken of."""


def squares(x: np.ndarray) -> object:
    """The sum of squares in short pieces, as exact as NumPy's sums."""
    whole = len(x) // BLOCK * BLOCK
    return np.vecdot(x[:whole].reshape(-1, BLOCK), x[:whole].reshape(-1, BLOCK)) if whole else x.dot(x)


def logarithms(x: np.ndarray) -> object:
    """The sum of logarithms, of products where these are the quicker."""
    if len(x) < 2048:
        return _total(np.log(x))
    width = len(x) // FACTORS
    return _total(np.log(np.multiply.reduce(x[: width * FACTORS].reshape(FACTORS, width), axis=0)))


def upper_half(x: np.ndarray) -> object:
    """A median: the lower of two places, and the least of the rows above."""
    return np.partition(x, len(x) // 2 - 1)[len(x) // 2 :].argmin()


ENDS: tuple[Calls, ...] = (lambda x: x.argmin(), lambda x: x.argmax())
CALLS: dict[str, tuple[Calls, ...]] = {
    "norm": (_total, lambda x: squares(x - 3.0)),
    "expon": (ENDS[0], _total),
    "gamma": (ENDS[0], _total, logarithms),
    "lognorm": (*ENDS, lambda x: (_total(y := np.log(x)), squares(y - 0.5))),
    "pareto": (*ENDS, lambda x: logarithms(x / 2.0)),
    "invgauss": (*ENDS, _total, lambda x: _total((x - 2.0) ** 2 / x)),
    "laplace": (*ENDS, upper_half, lambda x: _total(np.abs(x - 1.0))),
    "rayleigh": (ENDS[0], squares),
    "maxwell": (ENDS[0], squares),
    "halfnorm": (ENDS[0], squares),
    "poisson": (lambda x: x.view(np.uint64).argmax(), _total),
    "geom": (*ENDS, _total),
    "invgamma": (*ENDS, logarithms, lambda x: _total(1.0 / x)),
    "nakagami": (*ENDS, logarithms, squares),
}


def run(n: int, names: list[str]) -> None:
    """Print the table for ``n`` observations."""
    print(
        f"\n| n = {n} | fit, us | bare calls, us | NumPy pass, us | fit / bare calls | fit / pass |\n"
        + "|---" * 6
        + "|"
    )
    for name in names or CALLS:
        runner = RUNNERS[name]
        x = runner.sample(np.random.default_rng(12345), n)
        rivals: dict[str, Callable[[], object]] = {
            "bare": lambda x=x, name=name: [call(x) for call in CALLS[name]],
            "pass": lambda x=x, runner=runner: [statistic(x) for statistic in runner.passes],
        }
        found = race(lambda runner=runner, x=x: fit(runner.declared, x), rivals)
        fitted = 1e3 * found["ms"]
        times = " | ".join(f"{fitted / found[rival]:.1f}" for rival in rivals)
        ratios = " | ".join(f"{found[rival]:.2f}" for rival in rivals)
        print(f"| {name} | {fitted:.1f} | {times} | {ratios} |", flush=True)


if __name__ == "__main__":
    sizes = [int(word) for word in sys.argv[1:] if word.isdigit()]
    for size in sizes or [100, 10_000]:
        run(size, [word for word in sys.argv[1:] if not word.isdigit()])
