"""Certifies a maximiser: existence first, then an enclosure, then the argument that it is the global one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import version

from flint import arb
from numpy.typing import ArrayLike
from sympy import Symbol

from ...proofs.ball_data import evaluate
from ...proofs.balls import compiled, precision
from ...proofs.derivation import Derivation, Outcome
from ...proofs.errors import ExistenceError, UnsolvedError
from ...proofs.family import Family
from ...proofs.points import PointSearch
from ...strategies.conditions import decide_sample, fails_beyond_doubt
from ..enclosure import precisions, table_of, total
from ..estimation import estimate
from ..exact import Exactly, written_out
from ..fitting import Fit, derivation_with, fit_with
from ..integer_search import maximisers
from ..observations import Observations, require_data
from ..searching import has_others, leaders, place_of
from .certificate import EXHAUSTION, Certificate, numbers_of
from .certificate import CertificateVerdict as Verdict
from .contraction import Contracted, contracted
from .enclosures import Enclosure
from .exhaustion import candidates, rises_towards_data
from .formulas import bounds_of_set, enclosed, is_set, uses_order
from .lemmas import HALF_PLANE, LEMMAS, on_half_plane

Balls = Mapping[Symbol, arb]
Near = Fit | Mapping[str, float] | Sequence[float] | None

EXHAUSTED = (
    "the likelihood of each observation rises towards it, so that the maximum lies between the ends of the data; boxes "
    "cover that range, and in all but one the likelihood has no stationary point or stays below"
)

_DIGITS = 100
"""Binary digits after which a value beside an integer is narrow enough, as for formulas without one."""


@dataclass(frozen=True)
class _Found:
    """What was proved, before it is made into a certificate; ``inside``: that no parameter is on an end of a space."""

    verdict: Verdict
    theta: Balls = field(default_factory=dict)
    region: Balls = field(default_factory=dict)
    method: str = ""
    argument: str = ""
    why: str = ""
    bits: int = 0
    inside: bool = False


def certify(
    family: Family,
    x: ArrayLike,
    weights: ArrayLike | None = None,
    fixed: Mapping[str, object] | None = None,
    near: Fit | Mapping[str, float] | Sequence[float] | None = None,
) -> Certificate:
    """Return an enclosure of the exact maximiser of the likelihood, with the argument why it is the global one.

    Doubles are taken as the exact numbers that they are. What cannot be proved is said: a maximum that is only known
    to be a local one is called ``LOCAL``, and a likelihood of which nothing is proved ``UNDECIDED``.

    Parameters
    ----------
    x, weights, fixed
        As for ``fit``.
    near
        An estimate, anybody's, next to which a maximiser without a formula is looked for first; what is proved of it
        does not depend on where the search began. Without it the data are fitted.

    Raises
    ------
    DataError, SupportError, ParameterError
        For data, weights or fixed values that make no sense, or values of ``near`` that are missing.

    Examples
    --------
    >>> from thetahat import certify, family
    >>> proof = certify(family("exponential"), [1.0, 1.0, 5.0])
    >>> proof.verdict
    <CertificateVerdict.UNIQUE_GLOBAL: 'unique global maximum'>
    >>> proof.theta["lambda"].digits(20)
    '[0.42857142857142857143 +/- 1.43e-21]'
    >>> proof.rounded()
    (0.42857142857142855,)
    """
    derivation = derivation_with(family, fixed or {})
    observations = require_data(derivation.family, x, weights)
    found = _on_ends(derivation, _found(derivation, observations, near))
    if found.verdict is Verdict.UNDECIDED and near is not None:
        found = _on_ends(derivation, _found(derivation, observations))
    member = derivation.family
    named = dict(zip(member.parameter_names, member.symbols, strict=True))
    return Certificate(
        family=member,
        verdict=found.verdict,
        theta={name: Enclosure.of(found.theta[s]) for name, s in named.items() if s in found.theta},
        region={name: Enclosure.of(found.region[s]) for name, s in named.items() if s in found.region},
        method=found.method,
        argument=found.argument,
        why=found.why,
        n=observations.n,
        bits=found.bits,
        digest=digest(observations),
        versions=_versions(),
        _observations=observations,
    )


@cache
def _versions() -> Mapping[str, str]:
    return {name: version(name) for name in ("thetahat", "python-flint", "sympy")}


def digest(observations: Observations) -> str:
    """Return a fingerprint of the data and weights.

    >>> import numpy as np
    >>> digest(Observations(np.array([[1.0]]), None, 1))[:8]
    '6c3c396e'
    """
    found = hashlib.sha256(observations.x.tobytes())
    if observations.weights is not None:
        found.update(observations.weights.tobytes())
    return found.hexdigest()


def _found(derivation: Derivation, observations: Observations, near: Near = None) -> _Found:
    if derivation.outcome is Outcome.UNSOLVED:
        return _Found(Verdict.UNDECIDED, why=f"no estimator is derived: {derivation.reason}")
    if derivation.outcome is Outcome.UNBOUNDED:
        return _Found(Verdict.UNBOUNDED, method="growth along a path", argument=derivation.reason)
    if derivation.integer is not None:
        return _by_integers(derivation, observations)
    truth, condition = decide_sample(derivation.exists_when, observations.sample, derivation.family.columns)
    if condition is not None and truth is not True:
        if truth is None:
            return _Found(Verdict.UNDECIDED, why=f"whether '{condition.meaning}' holds could not be decided")
        known = fails_beyond_doubt(condition, observations.sample, derivation.family.columns)
        if not (derivation.existence_proved and derivation.existence_needed and known):
            return _Found(Verdict.UNDECIDED, why=f"'{condition.meaning}' fails, and what follows is not proved")
        return _Found(
            Verdict.NO_MAXIMUM,
            method="exact test of existence",
            argument=condition.why,
            why=condition.meaning,
        )
    if derivation.free:
        return _set(derivation, observations)
    if derivation.point is not None:
        return _by_search_with_others(derivation, derivation.point, observations)
    if derivation.searched is not None:
        return _by_search(derivation, observations)
    if derivation.unknowns:
        return _by_contraction(derivation, observations, near)
    return _by_formula(derivation, observations)


def _set(derivation: Derivation, observations: Observations) -> _Found:
    found, ends = enclosed(derivation, observations), bounds_of_set(derivation, observations)
    if found is None or ends is None:
        return _Found(Verdict.UNDECIDED, why="a formula has no finite value in ball arithmetic")
    with precision(found.bits):
        values = found.theta | {symbol: low.union(high) for symbol, (low, high) in ends.items()}
    return _Found(Verdict.GLOBAL_SET, values, {}, "formulas", derivation.optimality.argument, "", found.bits)


def _by_search(derivation: Derivation, observations: Observations) -> _Found:
    """The observation at which the likelihood is certainly higher than at every other.

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
                return _Found(Verdict.UNIQUE_GLOBAL, theta, {}, "comparison of all observations", argument, "", bits)
    return _Found(Verdict.UNDECIDED, why="the highest of the observations could not be told from the next")


def _by_search_with_others(derivation: Derivation, search: PointSearch, observations: Observations) -> _Found:
    """The observation at which the supremum is certainly higher than at every other, with the others' formulas there.

    A maximum between two neighbours would make both of them maxima, with the same values of the other parameters.
    """
    how, values = "comparison of all observations", observations.distinct().columns[0].tolist()
    best = leaders(derivation, search, observations, values)
    met = [has_others(derivation, search, observations, value) for value in best]
    if all(known is False for known in met):
        return _Found(Verdict.NO_MAXIMUM, method=how, argument=derivation.existence_rule, why=search.needed[0].meaning)
    if len(best) > 1 or met[0] is None:
        return _Found(Verdict.UNDECIDED, why="the highest of the observations could not be told from the next")
    exactly = Exactly(derivation.family.columns, observations)
    for bits in precisions():
        with precision(bits):
            theta = {search.parameter: evaluate(place_of(derivation, search, best[0]), {})}
            for symbol, formula in derivation.formulas:
                theta[symbol] = exactly.ball(written_out(derivation, formula), theta)
            if all(ball.rad() <= arb(2) ** -_DIGITS * abs(ball.mid()) for ball in theta.values()):
                return _Found(Verdict.UNIQUE_GLOBAL, theta, {}, how, derivation.optimality.argument, "", bits)
    return _Found(Verdict.UNDECIDED, why="a formula has no narrow value in ball arithmetic")


def _by_integers(derivation: Derivation, observations: Observations) -> _Found:
    """The integers at which the likelihood is certainly largest, and the other parameters by their formulas there."""
    search, optimality, how = derivation.integer, derivation.optimality, "comparison of integers"
    assert search is not None
    _, failed = decide_sample(derivation.exists_when, observations.sample, derivation.family.columns)
    try:
        found = maximisers(derivation, observations)
        if found.integers:
            # Refuses where the other parameters lie on an open end of their space.
            estimate(derivation, observations)
    except ExistenceError as missing:
        return _Found(Verdict.NO_MAXIMUM, method=how, argument=str(missing), why=failed.meaning if failed else "")
    except UnsolvedError as unsolved:
        return _Found(Verdict.UNDECIDED, why=str(unsolved))
    if not found.integers:
        return _Found(Verdict.NO_MAXIMUM, method=how, argument=found.how, why=failed.meaning if failed else "")
    least, most = found.integers[0], found.integers[-1]
    if most > least and derivation.formulas:
        return _Found(Verdict.UNDECIDED, why=f"{search.parameter} = {least} and {most} are as good, with other values")
    values = _values_at(derivation, observations, least, most)
    if values is None or not optimality.proved:
        why = optimality.argument if not optimality.proved else "a formula has no narrow value in ball arithmetic"
        return _Found(Verdict.UNDECIDED, why=why)
    argument = f"{optimality.argument} ({found.how})"
    if most > least:
        why = f"every integer from {least} to {most} is as good"
        return _Found(Verdict.GLOBAL_SET, values[0], {}, how, argument, why, values[1])
    return _Found(Verdict.UNIQUE_GLOBAL, values[0], {}, how, argument, "", values[1])


def _values_at(
    derivation: Derivation, observations: Observations, least: int, most: int
) -> tuple[dict[Symbol, arb], int] | None:
    """Enclosures of all parameters with the integer between two, narrow but for the integer; the precision too."""
    search = derivation.integer
    assert search is not None
    exactly = Exactly(derivation.family.columns, observations)
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


def _by_formula(derivation: Derivation, observations: Observations) -> _Found:
    found = enclosed(derivation, observations)
    if found is None:
        return _Found(Verdict.UNDECIDED, why="a formula has no finite value in ball arithmetic")
    values, bits, optimality = found.theta, found.bits, derivation.optimality
    if optimality.proved and optimality.unique:
        return _Found(Verdict.UNIQUE_GLOBAL, values, {}, "formulas", optimality.argument, "", bits, found.inside)
    stationary = _Found(Verdict.LOCAL, values, method="formulas", bits=bits, inside=found.inside)
    if not optimality.proved:
        return _ranked(derivation, stationary)
    if uses_order(derivation):
        # Along a segment of maximisers log(1/scale), which is strictly concave, would have to be a line: they share
        # the scale, and differ in a location between the ends of the order statistic.
        single = optimality.concave and not is_set(derivation, observations.sample)
        argument = f"{optimality.argument}{'; the order statistic is a single number' * single}"
        verdict = Verdict.UNIQUE_GLOBAL if single else Verdict.GLOBAL_SET
        return _Found(verdict, values, {}, "formulas", argument, "", bits)
    box = contracted(derivation, observations, {symbol: float(ball.mid()) for symbol, ball in values.items()})
    if box is not None and optimality.concave:
        region = dict(zip(box.parameters, box.region, strict=True))
        argument = f"{optimality.argument}; strictly so at the maximiser"
        return _Found(Verdict.UNIQUE_GLOBAL, values, region, "formulas", argument, "", max(bits, box.bits))
    return _ranked(derivation, stationary)


def _by_contraction(derivation: Derivation, observations: Observations, near: Near) -> _Found:
    family = derivation.family
    # Parameters at an end of the support are taken as they are, so only from a fit of our own.
    start = None if family.bounds.free_symbols else near
    climbing = start is None
    if start is None:
        try:
            start = fit_with(derivation, observations.x, observations.weights)
        except UnsolvedError as unsolved:
            return _Found(Verdict.UNDECIDED, why=str(unsolved))
    estimate = dict(zip(family.symbols, numbers_of(family, start), strict=True))
    box = contracted(derivation, observations, estimate, climbing)
    if box is None:
        return _Found(Verdict.UNDECIDED, why="no box with exactly one stationary point was proved near the estimate")
    placed = {s: arb(value) for s, value in estimate.items() if s not in box.parameters}
    values = placed | dict(zip(box.parameters, box.inner, strict=True))
    region = dict(zip(box.parameters, box.region, strict=True))
    found = _Found(Verdict.LOCAL, values, region, "contraction of a box around the estimate", bits=box.bits)
    if not derivation.optimality.proved and on_half_plane(family) is not None:
        return replace(found, verdict=Verdict.UNIQUE_GLOBAL, argument=LEMMAS[HALF_PLANE].statement)
    if not derivation.optimality.proved and rises_towards_data(family):
        return _exhausted(derivation, observations, box) or _ranked(derivation, found, strict=True)
    return _ranked(derivation, found, strict=True)


def _exhausted(derivation: Derivation, observations: Observations, first: Contracted) -> _Found | None:
    """The one highest of all maxima between the ends of the data; ``None`` where it cannot be told."""
    family, boxes = derivation.family, candidates(derivation.family, observations)
    place = family.symbols[0]
    summits: list[Contracted] = []
    for box in boxes or ():
        known = first if box.holds(first.inner[0]) else None
        summit = known or contracted(derivation, observations, {place: float(box.ball.mid())})
        if summit is None or not box.holds(summit.inner[0]):
            return None
        summits.append(summit)
    best = _highest(family, summits, observations)
    if best is None:
        return None
    theta, region = {place: best.inner[0]}, {place: best.region[0]}
    return _Found(Verdict.UNIQUE_GLOBAL, theta, region, EXHAUSTION, EXHAUSTED, "", best.bits)


def _highest(family: Family, summits: Sequence[Contracted], observations: Observations) -> Contracted | None:
    """The summit that is certainly higher than all others."""
    table = table_of(family, observations)
    for bits in precisions():
        with precision(bits):
            heights = [total(family, summit.inner, table, observations) for summit in summits]
            for summit, height in zip(summits, heights, strict=True):
                if all(height > other for other in heights if other is not height):
                    return summit
    return None


def _ranked(derivation: Derivation, found: _Found, strict: bool = False) -> _Found:
    """A stationary point with the verdict that the derivation's argument allows; ``strict`` for a strict maximum."""
    optimality = derivation.optimality
    if not optimality.proved:
        return replace(found, why=optimality.argument)
    if optimality.unique or (strict and optimality.concave):
        return replace(found, verdict=Verdict.UNIQUE_GLOBAL, argument=optimality.argument)
    why = "that no other point is as high is not proved"
    return replace(found, verdict=Verdict.GLOBAL_SET, argument=optimality.argument, why=why)


def _on_ends(derivation: Derivation, found: _Found) -> _Found:
    """The same, where the maximiser lies inside the space; another verdict where it lies on an end, or outside."""
    if not found.theta or found.inside:
        return found
    family = derivation.family
    with precision(max(found.bits, 128)):
        point = [found.theta[s] for s in family.symbols]
        for item, value in zip(family.parameters, point, strict=True):
            lo, hi = compiled((item.bounds.lo, item.bounds.hi), family.symbols)(*point)
            for inside, end, closed in (
                (value - lo, lo, item.bounds.lo_closed),
                (hi - value, hi, item.bounds.hi_closed),
            ):
                if inside > 0 or not end.is_finite():
                    continue
                if inside == 0 and closed and found.verdict is Verdict.UNIQUE_GLOBAL:
                    return _Found(Verdict.AT_BOUNDARY, found.theta, {}, found.method, found.argument, "", found.bits)
                if not (inside >= 0 and closed):
                    why = f"whether {item.name} lies inside its space {item.space} could not be decided"
                    return _Found(Verdict.UNDECIDED, why=why)
    return found
