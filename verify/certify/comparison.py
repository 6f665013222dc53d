"""Proofs by comparison: the highest of the observations or of the integers, and sets of maximisers."""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb
from sympy import Symbol

from ...proofs.ball_data import evaluate
from ...proofs.balls import precision
from ...proofs.derivation import Derivation
from ...proofs.errors import ExistenceError, UnsolvedError
from ...proofs.family import Family
from ...proofs.points import PointSearch
from ...strategies.conditions import decide_sample
from ..enclosure import precisions, table_of, total
from ..estimation import estimate
from ..exact import Exactly, written_out
from ..integer_search import maximisers
from ..observations import Observations
from ..searching import leaders, place_of, with_maximum
from ..ties import as_high_at
from ..tolerance import MOST_TIED
from .certificate import CertificateVerdict as Verdict
from .formulas import bounds_of_set, enclosed
from .methods import COMPARISON
from .peaks import are_peaks
from .proved import Balls, Proved

_UNTOLD = "the highest of the observations could not be told from the next"
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
    """Return the observations at which the likelihood is certainly higher than at every other, and the same at each.

    Between neighbours it is convex, so that a maximum there would make both of them maxima, and it would be level.
    """
    family, table = derivation.family, table_of(derivation.family, observations)
    symbol = family.symbols[0]
    for bits in precisions():
        with precision(bits):
            heights = [(total(family, [row[0]], table, observations), row[0]) for row in table.rows]
            finite = [pair for pair in heights if pair[0].is_nan() or pair[0] != arb("-inf")]
            best = max(finite, key=lambda pair: pair[0].mid(), default=None)
            if best is None or not all(height.is_finite() for height, _ in finite):
                continue
            left = [{symbol: place} for height, place in finite if not height < best[0]]
            left.sort(key=lambda point: float(point[symbol]))
            if derivation.optimality.proved and _are_level(family, left, observations):
                return _compared(derivation, left, observations, bits)
    return Proved(Verdict.UNDECIDED, why=_UNTOLD)


def _are_level(family: Family, points: Sequence[Balls], observations: Observations) -> bool:
    """Whether the likelihood of one parameter is proved to be the same at all of some observations."""
    first, *others = (float(place) for point in points for place in point.values())
    return len(points) <= MOST_TIED and all(as_high_at(family, observations, first, place) for place in others)


def _compared(derivation: Derivation, points: Sequence[Balls], observations: Observations, bits: int) -> Proved:
    """The one maximiser among the observations, or all of them, at the working precision."""
    first, *others = points
    argument = derivation.optimality.argument
    if not others:
        return Proved(Verdict.UNIQUE_GLOBAL, first, {}, COMPARISON, argument, "", bits)
    if derivation.searched is None or not are_peaks(derivation.family, derivation.searched, points, observations):
        return Proved(Verdict.UNDECIDED, why=_UNTOLD)
    why = f"{len(points)} observations are exactly as good"
    return Proved(Verdict.GLOBAL_SET, first, {}, COMPARISON, argument, why, bits, others=tuple(others))


def by_search_with_others(derivation: Derivation, search: PointSearch, observations: Observations) -> Proved:
    """Return the observations at which the supremum is certainly highest, with the formulas of the others there.

    A maximum between two neighbours would make both of them maxima, with the same values of the other parameters.
    """
    values = observations.distinct().columns[0].tolist()
    best = with_maximum(derivation, search, observations, leaders(derivation, search, observations, values))
    if best.missing:
        return Proved(
            Verdict.NO_MAXIMUM, method=COMPARISON, argument=derivation.existence_rule, why=search.needed[0].meaning
        )
    if not best.known or not best.level:
        return Proved(Verdict.UNDECIDED, why=_UNTOLD)
    exactly = Exactly(table_of(derivation.family, observations))
    for bits in precisions():
        with precision(bits):
            found = []
            for value in best.values:
                theta = {search.parameter: evaluate(place_of(derivation, search, value), {})}
                for symbol, formula in derivation.formulas:
                    theta[symbol] = exactly.ball(written_out(derivation, formula), theta)
                found.append(theta)
            if all(ball.rad() <= arb(2) ** -_DIGITS * abs(ball.mid()) for theta in found for ball in theta.values()):
                return _compared(derivation, found, observations, bits)
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
