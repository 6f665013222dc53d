"""Prints what the first estimate of a new process costs: by a kept estimator, by a fit, and by one that keeps nothing.

Processor time from the start of ``import numpy`` to the estimate of a hundred observations, and of it that import.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

FAMILIES = {
    "exponential": "r.gamma(1.0, 2.0, 100)",
    "normal": "r.normal(1.0, 2.0, 100)",
    "gamma": "r.gamma(2.0, 2.0, 100)",
    "von_mises": "r.vonmises(0.5, 2.0, 100)",
    "beta": "r.beta(2.0, 3.0, 100)",
    "poisson": "r.poisson(4.0, 100)",
    "weibull": "r.weibull(1.7, 100)",
    "gumbel": "r.gumbel(1.0, 2.0, 100)",
}
WAYS = {
    "kept estimator": "from thetahat import estimator; estimator({name!r})(x)",
    "fit, kept": "from thetahat import family, fit; fit(family({name!r}), x).theta_hat",
    "fit, nothing kept": "from thetahat import family, fit; fit(family({name!r}), x).theta_hat",
}
PROCESSES = 5


def milliseconds(name: str, way: str, folder: str) -> tuple[float, float]:
    """The best of several processes, and what NumPy took in it; the data are drawn while the clock stands."""
    code = (
        "import time; start = time.process_time(); import numpy; imported = time.process_time() - start\n"
        f"r = numpy.random.default_rng(0); x = {FAMILIES[name]}\n"
        f"start = time.process_time(); {WAYS[way].format(name=name)}\n"
        "print(imported + time.process_time() - start, imported)"
    )
    cache = {"THETAHAT_CACHE": "off"} if "nothing" in way else {"XDG_CACHE_HOME": folder, "THETAHAT_CACHE": ""}
    environment = dict(os.environ) | {"OPENBLAS_NUM_THREADS": "1"} | cache
    found = []
    for _ in range(PROCESSES):
        run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment)
        total, imported = map(float, run.stdout.split())
        found.append((1e3 * total, 1e3 * imported))
    return min(found)


def main() -> None:
    """Print the table."""
    print(f"| family | import numpy | {' | '.join(WAYS)} |")
    print(f"|{'---|' * (2 + len(WAYS))}")
    with tempfile.TemporaryDirectory() as folder:
        for name in FAMILIES:
            found = [milliseconds(name, way, folder) for way in WAYS]
            least = min(imported for _, imported in found)
            print(f"| {name} | {least:.0f} | {' | '.join(f'{total:.0f}' for total, _ in found)} |", flush=True)


if __name__ == "__main__":
    main()
