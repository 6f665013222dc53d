"""Proofs by comparison: the highest of the observations or of the integers, and sets of maximisers."""

from __future__ import annotations

from flint import arb
from sympy import Symbol

from ...proofs.ball_data import evaluate
from ...proofs.balls import precision
from ...proofs.derivation import Derivation
from ...proofs.errors import ExistenceError, UnsolvedError
from ...proofs.points import PointSearch
from ...strategies.conditions import decide_sample
from ..enclosure import precisions, table_of, total
from ..estimation import estimate
from ..exact import Exactly, written_out
from ..integer_search import maximisers
from ..observations import Observations
from ..searching import has_others, leaders, place_of
from .certificate import CertificateVerdict as Verdict
from .formulas import bounds_of_set, enclosed
from .proved import Proved

_DIGITS = 100
"""Binary digits after which a value beside an integer is narrow enough, as for formulas without one."""


def set_of_maximisers(derivation: Derivation, observations: Observations) -> Proved:
    """Return the box of all maximisers, where formulas leave a set of them."""
    found, ends = enclosed(derivation, observations), bounds_of_set(derivation, observations)
    if found is None or ends is None:
        return Proved(Verdict.UNDECIDED, why="a formula has no finite value in ball arithmetic")
    with precision(found.bits):
        values = found.theta | {symbol: low.union(high) for symbol, (low, high) in ends.items()}
    return Proved(Verdict.GLOBAL_SET, values, {}, "formulas", derivation.optimality.argument, "", found.bits)


def by_search(derivation: Derivation, observations: Observations) -> Proved:
    """Return the observation at which the likelihood is certainly higher than at every other.

    Between neighbours it is convex, so that a maximum there would make both of them maxima.
    """
    family, table = derivation.family, table_of(derivation.family, observations)
    for bits in precisions():
        with precision(bits):
            heights = [(total(family, [row[0]], table, observations), row[0]) for row in table.rows]
            finite = [pair for pair in heights if pair[0].is_nan() or pair[0] != arb("-inf")]
            best = max(finite, key=lambda pair: pair[0].mid(), default=None)
            if best is None or not all(height.is_finite() for height, _ in finite):
                continue
            rest = [pair for pair in finite if pair is not best]
            if all(best[0] > height for height, _ in rest) and derivation.optimality.proved:
                theta = {family.symbols[0]: best[1]}
                argument = derivation.optimality.argument
                return Proved(Verdict.UNIQUE_GLOBAL, theta, {}, "comparison of all observations", argument, "", bits)
    return Proved(Verdict.UNDECIDED, why="the highest of the observations could not be told from the next")


def by_search_with_others(derivation: Derivation, search: PointSearch, observations: Observations) -> Proved:
    """Return the observation at which the supremum is certainly highest, with the formulas of the others there.

    A maximum between two neighbours would make both of them maxima, with the same values of the other parameters.
    """
    how, values = "comparison of all observations", observations.distinct().columns[0].tolist()
    best = leaders(derivation, search, observations, values)
    met = [has_others(derivation, search, observations, value) for value in best]
    if all(known is False for known in met):
        return Proved(Verdict.NO_MAXIMUM, method=how, argument=derivation.existence_rule, why=search.needed[0].meaning)
    if len(best) > 1 or met[0] is None:
        return Proved(Verdict.UNDECIDED, why="the highest of the observations could not be told from the next")
    exactly = Exactly(table_of(derivation.family, observations))
    for bits in precisions():
        with precision(bits):
            theta = {search.parameter: evaluate(place_of(derivation, search, best[0]), {})}
            for symbol, formula in derivation.formulas:
                theta[symbol] = exactly.ball(written_out(derivation, formula), theta)
            if all(ball.rad() <= arb(2) ** -_DIGITS * abs(ball.mid()) for ball in theta.values()):
                return Proved(Verdict.UNIQUE_GLOBAL, theta, {}, how, derivation.optimality.argument, "", bits)
    return Proved(Verdict.UNDECIDED, why="a formula has no narrow value in ball arithmetic")


def by_integers(derivation: Derivation, observations: Observations) -> Proved:
    """Return the integers at which the likelihood is certainly largest, and the others by their formulas there."""
    search, optimality, how = derivation.integer, derivation.optimality, "comparison of integers"
    assert search is not None
    _, failed = decide_sample(derivation.exists_when, observations.sample, derivation.family.columns)
    try:
        found = maximisers(derivation, observations)
        if found.integers:
            # Refuses where the other parameters lie on an open end of their space.
            estimate(derivation, observations)
    except ExistenceError as missing:
        return Proved(Verdict.NO_MAXIMUM, method=how, argument=str(missing), why=failed.meaning if failed else "")
    except UnsolvedError as unsolved:
        return Proved(Verdict.UNDECIDED, why=str(unsolved))
    if not found.integers:
        return Proved(Verdict.NO_MAXIMUM, method=how, argument=found.how, why=failed.meaning if failed else "")
    least, most = found.integers[0], found.integers[-1]
    if most > least and derivation.formulas:
        return Proved(Verdict.UNDECIDED, why=f"{search.parameter} = {least} and {most} are as good, with other values")
    values = _values_at(derivation, observations, least, most)
    if values is None or not optimality.proved:
        why = optimality.argument if not optimality.proved else "a formula has no narrow value in ball arithmetic"
        return Proved(Verdict.UNDECIDED, why=why)
    argument = f"{optimality.argument} ({found.how})"
    if most > least:
        why = f"every integer from {least} to {most} is as good"
        return Proved(Verdict.GLOBAL_SET, values[0], {}, how, argument, why, values[1])
    return Proved(Verdict.UNIQUE_GLOBAL, values[0], {}, how, argument, "", values[1])


def _values_at(
    derivation: Derivation, observations: Observations, least: int, most: int
) -> tuple[dict[Symbol, arb], int] | None:
    """Enclosures of all parameters with the integer between two, narrow but for the integer; the precision too."""
    search = derivation.integer
    assert search is not None
    exactly = Exactly(table_of(derivation.family, observations))
    for bits in precisions():
        with precision(bits):
            # Middle and radius are halves of whole numbers, so that the enclosure ends exactly at the two.
            theta = {search.parameter: arb((least + most, -1), (most - least, -1))}
            for symbol, formula in derivation.formulas:
                theta[symbol] = exactly.ball(written_out(derivation, formula), theta)
            others = [ball for symbol, ball in theta.items() if symbol != search.parameter]
            if all(ball.rad() <= arb(2) ** -_DIGITS * abs(ball.mid()) for ball in others):
                return theta, bits
    return None
