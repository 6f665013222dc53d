"""Prints how many of our closed formulas ``sympy.solve`` finds when it is asked in three ways, and how long it takes.

``sum`` asks as users write it: the scores of ``Sum(log p(x[i]), (i, 1, n))``. ``three`` writes three observations out.
``averages`` asks for the zero of our own scores, in which averages of the data are plain symbols. An answer is right
if any of the returned solutions, at three observations, is our estimate; that one is confirmed by an optimiser first.

    python benchmarks/plain_sympy.py [NAME ...]
"""

from __future__ import annotations

import json
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable

import numpy as np
from sympy import Add, Expr, IndexedBase, Sum, Symbol, solve

from thetahat import Family, derive, families, family
from thetahat.proofs.derivation import Outcome, Verdict
from thetahat.proofs.errors import ExistenceError
from thetahat.proofs.probes import data_points, parameter_points
from thetahat.verify.checks import Drawn, optimum_agrees
from thetahat.verify.fitting import fit_with
from thetahat.verify.optimise import maximise_likelihood
from thetahat.verify.statistics import evaluate
from thetahat.verify.valid_data import require_data

SECONDS = 20
"""Processor time that one family has for one way of asking."""

OBSERVATIONS = 3
RELATIVE = 1e-9
"""Relative distance from our estimate at which a root is another one: no two roots here are that close."""

Values = dict[Symbol, complex]
Asked = tuple[list[Expr], Callable[[Expr], complex]]


def instance(name: str) -> Family:
    """The family, with some value for each known constant."""
    item = family(name)
    point = parameter_points(item, 1, 1)[0]
    return item.fix(**{constant.name: point[constant.symbol] for constant in item.constants})


def sample(item: Family) -> tuple[list[dict[Symbol, Expr]], Drawn]:
    """Three different observations for which a maximiser exists, and our estimate, confirmed by an optimiser."""
    derivation = derive(item)
    for seed in range(100):
        points = data_points(item, parameter_points(item, 1, seed)[0], OBSERVATIONS, seed)
        x = np.array([[float(point[column]) for column in item.columns] for point in points])
        x = x[:, 0] if len(item.columns) == 1 else x
        try:
            found = Drawn(derivation, x, (), seed, fit_with(derivation, x))
        except ExistenceError:
            continue
        if len(np.unique(x, axis=0)) > 1 and optimum_agrees(maximise_likelihood)(found).verdict is Verdict.AGREE:
            return points, found
    raise RuntimeError(f"{item.name}: in 100 data sets there is none on which an optimiser confirms our estimate")


def as_sum(item: Family, points: list[dict[Symbol, Expr]]) -> Asked:
    """Scores of a sum over an index, and how to evaluate a solution."""
    index, size = Symbol("i", integer=True), Symbol("n", integer=True, positive=True)
    base = {column: IndexedBase(column.name, **column.assumptions0)[index] for column in item.columns}
    total = Sum(item.log_density.subs(base), (index, 1, size))
    entries = {
        entry.subs(index, i + 1): point[column] for i, point in enumerate(points) for column, entry in base.items()
    }
    scores = [total.diff(symbol) for symbol in item.symbols]
    return scores, lambda found: complex(found.subs(size, len(points)).doit().subs(entries).evalf())


def as_three(item: Family, points: list[dict[Symbol, Expr]]) -> Asked:
    """Scores of three observations written out, and how to evaluate a solution."""
    terms, entries = [], {}
    for i, point in enumerate(points):
        names = {column: Symbol(f"{column.name}{i}", **column.assumptions0) for column in item.columns}
        entries |= {names[column]: point[column] for column in item.columns}
        terms.append(item.log_density.subs(names))
    total = Add(*terms)
    return [total.diff(symbol) for symbol in item.symbols], lambda found: complex(found.subs(entries).evalf())


def as_averages(item: Family, points: list[dict[Symbol, Expr]]) -> Asked:
    """Our own scores, in symbols for averages, and how to evaluate a solution."""
    derivation = derive(item)
    data = require_data(item, np.array([[float(point[column]) for column in item.columns] for point in points]))
    known: dict[Symbol, float] = {}
    for statistic in derivation.statistics:
        known[statistic.symbol] = evaluate(statistic.definition, data, known)
    score = derivation.mean_log_likelihood
    return [score.diff(symbol) for symbol in item.symbols], lambda found: complex(evaluate(found, data, known))


WAYS: dict[str, Callable[[Family, list[dict[Symbol, Expr]]], Asked]] = {
    "sum": as_sum,
    "three": as_three,
    "averages": as_averages,
}


def is_right(found: dict[Symbol, Expr], item: Family, theta: list[float], value: Callable[[Expr], complex]) -> bool:
    """Whether a solution has every parameter, free of the others, with our estimate as its value."""
    if any(symbol not in found or found[symbol].free_symbols & set(item.symbols) for symbol in item.symbols):
        return False
    there = [value(found[symbol]) for symbol in item.symbols]
    return all(abs(a - b) <= RELATIVE * max(1.0, abs(b)) for a, b in zip(there, theta, strict=True))


def ask(way: str, name: str) -> None:
    """Print the verdict on one family asked in one way, and its seconds; the process ends when its time is over."""
    item = instance(name)
    points, drawn = sample(item)
    scores, value = WAYS[way](item, points)
    start = time.process_time()
    resource.setrlimit(resource.RLIMIT_CPU, (int(start) + SECONDS + 1, int(start) + SECONDS + 2))
    found = solve(scores, list(item.symbols), dict=True)
    seconds = time.process_time() - start
    right = [is_right(each, item, drawn.fit.theta.tolist(), value) for each in found]
    verdict = "right" if any(right) else "other" if found else "empty"
    print(json.dumps([verdict, seconds]))


def answer(way: str, name: str) -> tuple[str, float]:
    """The verdict and processor seconds of one family asked in one way, from a process of its own."""
    command = [sys.executable, __file__, "--ask", way, name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return "time", float(SECONDS)
    if done.returncode:
        return done.stderr.strip().splitlines()[-1].partition(":")[0].rpartition(".")[2], float("nan")
    verdict, seconds = json.loads(done.stdout)
    return verdict, seconds


def closed(names: list[str]) -> dict[str, float]:
    """The families for which we have a formula for every parameter, and the processor seconds of their derivations."""
    found = {}
    for name in names:
        item = instance(name)
        start = time.process_time()
        outcome = derive(item).outcome
        if outcome in (Outcome.CLOSED_FORM, Outcome.SUPPORT_BOUNDARY):
            found[name] = time.process_time() - start
    return found


def main(names: list[str]) -> None:
    """Print one row for each family that we have a formula for, and the totals."""
    ours = closed(names)
    verdicts: dict[str, Counter[str]] = {way: Counter() for way in WAYS}
    spent = dict.fromkeys(WAYS, 0.0)
    print("| family | " + " | ".join(WAYS) + " | ours, s |\n|---|" + "---|" * (len(WAYS) + 1), flush=True)
    for name, own in ours.items():
        cells = []
        for way in WAYS:
            verdict, seconds = answer(way, name)
            verdicts[way][verdict] += 1
            spent[way] += 0.0 if np.isnan(seconds) else seconds
            cells.append(verdict if np.isnan(seconds) else f"{verdict}, {seconds:.2f} s")
        print(f"| {name} | " + " | ".join(cells) + f" | {own:.2f} |", flush=True)
    for way, counts in verdicts.items():
        print(f"{way}: {dict(counts.most_common())}, {spent[way]:.0f} s")
    print(f"ours: {len(ours)} formulas, {sum(ours.values()):.1f} s, both routes and all checks included")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--ask"]:
        ask(*sys.argv[2:])
    else:
        main(sys.argv[1:] or [item.name for item in families()])
