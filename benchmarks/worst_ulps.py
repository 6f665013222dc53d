"""Prints how far estimates are from the exact maximiser at worst: a table by family, from certificates of drawn data.

Run with ``python benchmarks/worst_ulps.py [examples] [family ...]``. Hypothesis draws datasets, half of them of any
size that doubles and the support allow, and is told each time how far off the estimate is, so that it looks for worse.
The unit of a place on a line is that of the larger of the place and the spread of the data. A half-width has to make up
for what rounding the centre took from an interval that holds the data: it is compared with the best one for the centre
that was returned, if that is nearer.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

import numpy as np
from hypothesis import strategies as st
from sympy import Rational

from thetahat import Certificate, Family, certify, families
from thetahat.proofs.errors import ExistenceError, UnsolvedError
from thetahat.strategies import datasets
from thetahat.verify.covering import end_rounding
from thetahat.verify.driving import aim, run_property
from thetahat.verify.fitting import Fit, fit_with
from thetahat.verify.known_values import derivation_with
from thetahat.verify.tolerance import FORMULA_ULPS

KNOWN = {"n": 9, "N": 30, "K": 12}
ORDINARY = 1e3


@dataclass
class Found:
    """What came out for one family."""

    certified: int = 0
    undecided: int = 0
    refused: int = 0
    worst: float = -1.0
    parameter: str = ""
    data: list[float] = field(default_factory=list)


def examined(member: Family, examples: int) -> Found:
    """Fits and certificates of so many datasets that have a maximiser."""
    derivation, found = derivation_with(member, {}), Found()

    def examine(x: np.ndarray) -> None:
        try:
            estimate = fit_with(derivation, x)
        except (ExistenceError, UnsolvedError):
            found.refused += 1
            return
        proof = certify(member, x, near=estimate)
        if not proof.theta:
            found.undecided += 1
            return
        found.certified += 1
        off = units_off(member, estimate, proof, x)
        name = max(off, key=lambda key: off[key])
        aim(off[name])
        if off[name] > found.worst:
            found.worst, found.parameter, found.data = off[name], name, np.ravel(x).tolist()

    conditions = derivation.exists_when
    either = st.one_of(
        datasets(member, conditions=conditions, largest=ORDINARY), datasets(member, conditions=conditions)
    )
    run_property(either, examine, examples, 0)
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


def main() -> None:
    """The table."""
    examples = int(sys.argv[1]) if sys.argv[1:] else 100
    names = sys.argv[2:]
    print("| family | certified | undecided | refused | worst ULP | of |\n|---|---|---|---|---|---|")
    for item in families():
        if not isinstance(item, Family) or (names and item.name not in names):
            continue
        member = item.fix(**{c.name: KNOWN.get(c.name, 2) for c in item.constants})
        if derivation_with(member, {}).outcome.name in ("UNSOLVED", "UNBOUNDED"):
            continue
        found = examined(member, examples)
        worst = f"{found.worst:.2g}" if found.certified else "-"
        counts = f"{found.certified} | {found.undecided} | {found.refused}"
        print(f"| {member.name} | {counts} | {worst} | {found.parameter} |", flush=True)


if __name__ == "__main__":
    main()
