"""Prints how far estimates are from the exact maximiser at worst: a table by family, from certificates of drawn data.

Run with ``python benchmarks/worst_ulps.py [examples] [family ...]``, or with ``rows`` in place of the number for
datasets of 100, 400 and 10,000 ordinary rows, and of 100 and 400 that are hard. Hypothesis draws datasets, half of them
of any size that doubles and the support allow, and is told each time how far off the estimate is, so that it looks for
worse. The unit of a place on a line is that of the larger of the place and the spread of the data. A half-width has to
make up for what rounding the centre took from an interval that holds the data: it is compared with the best one for the
centre that was returned, if that is nearer.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from sympy import Rational

from thetahat import Certificate, Family, certify, families
from thetahat.proofs.errors import ExistenceError, SupportError, UnsolvedError
from thetahat.strategies import datasets
from thetahat.verify.covering import end_rounding
from thetahat.verify.driving import aim, run_property
from thetahat.verify.fitting import Fit, fit_with
from thetahat.verify.known_values import derivation_with
from thetahat.verify.tolerance import FORMULA_ULPS

KNOWN = {"n": 9, "N": 30, "K": 12}
ORDINARY = 1e3
SECONDS = 4.0
"""Processor time for one family, one number of rows and one sort of them."""


@dataclass
class Found:
    """What came out for one family."""

    certified: int = 0
    undecided: int = 0
    refused: int = 0
    worst: float = -1.0
    parameter: str = ""

    def measure(self, member: Family, x: np.ndarray, estimate: Fit, label: str = "") -> float | None:
        """Count one dataset, and return how far its estimate is off; ``None`` where no maximiser is certified."""
        proof = certify(member, x, near=estimate)
        if not proof.theta:
            self.undecided += 1
            return None
        self.certified += 1
        off = units_off(member, estimate, proof, x)
        name = max(off, key=lambda key: off[key])
        if off[name] > self.worst:
            self.worst, self.parameter = off[name], name + label
        return off[name]


def examined(member: Family, examples: int) -> Found:
    """Fits and certificates of so many datasets that have a maximiser."""
    derivation, found = derivation_with(member, {}), Found()

    def examine(x: np.ndarray) -> None:
        try:
            estimate = fit_with(derivation, x)
        except (ExistenceError, UnsolvedError):
            found.refused += 1
            return
        off = found.measure(member, x, estimate)
        if off is not None:
            aim(off)

    conditions = derivation.exists_when
    either = st.one_of(
        datasets(member, conditions=conditions, largest=ORDINARY), datasets(member, conditions=conditions)
    )
    run_property(either, examine, examples, 0)
    return found


def ordinary_rows(n: int, seed: int) -> Iterator[tuple[str, np.ndarray]]:
    """Rows of several distributions, for the families whose support holds them, and what they are called."""
    r = np.random.default_rng(seed)
    yield "gamma", r.gamma(2.3, 2.0, n)
    yield "Weibull", 3.0 * r.weibull(0.8, n)
    yield "lognormal", r.lognormal(0.3, 0.4, n)
    yield "normal", r.normal(1.3, 2.0, n)
    yield "logistic", r.logistic(-0.7, 0.6, n)
    yield "Gumbel", r.gumbel(0.5, 1.7, n)
    yield "Pareto", 1.0 + r.pareto(2.5, n)
    yield "beta", r.beta(2.0, 3.0, n)
    yield "small beta", r.beta(0.7, 0.6, n)
    yield "von Mises", r.vonmises(0.6, 1.7, n)
    yield "Poisson", r.poisson(4.0, n).astype(float)
    yield "wide counts", r.negative_binomial(2, 0.003, n).astype(float)
    yield "geometric", r.geometric(0.02, n).astype(float)


def hard_rows(n: int, seed: int) -> Iterator[tuple[str, np.ndarray]]:
    """Rows that agree in most of their digits, lie at unusual scales or come in order, and what they are called."""
    r = np.random.default_rng(seed)
    yield "close at 1e8", 1e8 * (1.0 + 1e-9 * r.gamma(2.0, 1.0, n))
    yield "close at 1/4", 0.25 + 1e-7 * r.gamma(2.0, 1.0, n)
    yield "scale 1e-150", 1e-150 * r.gamma(2.0, 1.0, n)
    yield "scale 1e150", 1e150 * r.gamma(2.0, 1.0, n)
    yield "in order", np.sort(r.gamma(2.3, 2.0, n))
    yield "one far out", np.append(r.gamma(2.3, 2.0, n - 1), 1e6)


def of_rows(member: Family, n: int, kinds: Callable[[int, int], Iterator[tuple[str, np.ndarray]]]) -> Found:
    """Fits and certificates of so many rows of each kind that lies in the support, as time allows."""
    derivation, found, begun = derivation_with(member, {}), Found(), time.process_time()
    for label, x in (pair for seed in range(3) for pair in kinds(n, seed)):
        if time.process_time() - begun > SECONDS:
            break
        try:
            estimate = fit_with(derivation, x)
        except (ExistenceError, SupportError, UnsolvedError):
            continue
        found.measure(member, x, estimate, f", {label}")
    return found


def units_off(member: Family, estimate: Fit, proof: Certificate, x: np.ndarray) -> dict[str, float]:
    """Units in the last place by name, from the maximiser or from what is best beside other parameters as returned."""
    off = proof.ulps(estimate)
    for place, name in enumerate(member.parameter_names):
        if off[name] > FORMULA_ULPS and end_rounding(member, estimate.theta, place) > 0:
            others = {n: Rational(*v.as_integer_ratio()) for n, v in estimate.theta_hat.items() if n != name}
            beside = certify(member, x, fixed=others)
            if beside.theta:
                off[name] = min(off[name], beside.ulps({name: estimate.theta_hat[name]})[name])
    return off


def members(names: Sequence[str]) -> Iterator[Family]:
    """All families with an estimator, or those of some names, with constants that are usual."""
    for item in families():
        if isinstance(item, Family) and (not names or item.name in names):
            member = item.fix(**{c.name: KNOWN.get(c.name, 2) for c in item.constants})
            if derivation_with(member, {}).outcome.name not in ("UNSOLVED", "UNBOUNDED"):
                yield member


def print_drawn(examples: int, names: Sequence[str]) -> None:
    """The table of drawn datasets."""
    print("| family | certified | undecided | refused | worst ULP | of |\n|---|---|---|---|---|---|")
    for member in members(names):
        found = examined(member, examples)
        worst = f"{found.worst:.2g}" if found.certified else "-"
        counts = f"{found.certified} | {found.undecided} | {found.refused}"
        print(f"| {member.name} | {counts} | {worst} | {found.parameter} |", flush=True)


def print_rows(names: Sequence[str]) -> None:
    """The table of datasets by their number of rows, for families of one column."""
    asked = [
        (kinds, n) for kinds, sizes in ((ordinary_rows, (100, 400, 10_000)), (hard_rows, (100, 400))) for n in sizes
    ]
    heads = [f"{n:,}" if kinds is ordinary_rows else f"{n:,}, hard" for kinds, n in asked]
    print(f"| family | {' | '.join(heads)} | of |\n|---|{len(asked) * '---|'}---|")
    for member in members(names):
        if len(member.columns) > 1:
            continue
        all_found = [of_rows(member, n, kinds) for kinds, n in asked]
        if any(found.certified for found in all_found):
            cells = [f"{found.worst:.2g}" if found.certified else "-" for found in all_found]
            worst = max(all_found, key=lambda found: found.worst)
            print(f"| {member.name} | {' | '.join(cells)} | {worst.parameter} |", flush=True)


def main() -> None:
    """One of the tables."""
    first, names = (sys.argv[1] if sys.argv[1:] else "100"), sys.argv[2:]
    if first == "rows":
        print_rows(names)
    else:
        print_drawn(int(first), names)


if __name__ == "__main__":
    main()
