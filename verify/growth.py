"""Whether a likelihood that is called unbounded grows without bound on a dataset: two exact points on its path."""

from __future__ import annotations

import math

import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray
from sympy import Expr, Rational

from ..proofs.algebra.along import LARGE, U
from ..proofs.ball_data import evaluate
from ..proofs.balls import precision
from ..proofs.derivation import Derivation, Step, Verdict
from ..proofs.family import Family
from .enclosure import log_likelihood_ball
from .report import Case

Array = NDArray[np.float64]

_NEAR, _NEARER = 200, 1200
"""Binary digits of the distance between the extreme observation and the parameter that tends to it."""
_BITS = 4096
_FARTHEST = 100_000


def grows_without_bound(derivation: Derivation, x: Array) -> Case:
    """Return whether the log-likelihood rises along the derived path by what the derived power promises.

    Halving the distance ``u`` adds ``-power * log 2`` for every observation at the end; what the other observations
    lose or gain on the way is bounded, so that over a thousand halvings half of the promise has to be kept.

    >>> from thetahat import derive, family
    >>> grows_without_bound(derive(family("arcsine")), np.array([0.1, 0.5])).verdict
    <Verdict.AGREE: 'agree'>
    """
    step = next(one for one in derivation.steps if one.rule in ("edge-growth", "path-growth"))
    family = step.about(derivation.family)
    if step.rule == "path-growth":
        return _on_a_path(family, step, x)
    level = int(step.named("level"))
    extreme = float(x.min() if level == 0 else x.max())
    heights = [log_likelihood_ball(family, _member(family, step, x, k), x, bits=_BITS) for k in (_NEAR, _NEARER)]
    witness = {row[0]: row[1] for row in step.named("witness").args if row[1].is_number}
    with precision(_BITS):
        power = evaluate(step.value, witness)
        promised = -power * (_NEARER - _NEAR) * arb(2).log() * int((x == extreme).sum())
        rise = heights[1] - heights[0]
        if rise > promised / 2:
            return Case(Verdict.AGREE)
        if rise < promised / 2:
            return Case(Verdict.DISAGREE, f"the log-likelihood rises by {rise} instead of {promised}, x = {x.tolist()}")
    return Case(Verdict.UNDECIDED, "the rise could not be enclosed")


def _on_a_path(family: Family, step: Step, x: Array) -> Case:
    """The same where several parameters move: ``rate * L`` at one observation, less multiples of ``log(L)`` at all.

    The more others there are, the nearer one has to go for half of the rise to be left.
    """
    level = int(step.named("level"))
    reached = float(x.max() if level == 1 else x.min())
    at, nearer = int((x == reached).sum()), _NEARER
    while _promised(step, len(x), at, nearer) < _promised(step, at, at, nearer) / 2:
        nearer *= 2
        if nearer > _FARTHEST:
            return Case(Verdict.UNDECIDED, "so many observations hide the rise until very close to the end of the path")
    heights = [
        log_likelihood_ball(family, _on_path(family, step, reached, k), x, bits=nearer + _BITS) for k in (_NEAR, nearer)
    ]
    promised, rise = _promised(step, len(x), at, nearer), heights[1] - heights[0]
    if rise > promised / 2:
        return Case(Verdict.AGREE)
    if rise < promised / 2:
        return Case(Verdict.DISAGREE, f"the log-likelihood rises by {rise} instead of {promised}, x = {x.tolist()}")
    return Case(Verdict.UNDECIDED, "the rise could not be enclosed")


def _promised(step: Step, n: int, at: int, nearer: int) -> arb:
    """By how much the log-likelihood rises on its way, ``at`` of ``n`` observations being where the path leads to."""
    with precision(_BITS):
        rate, here, *there = (evaluate(one, {}) for one in (step.named("rate"), *step.named("slow").args))
        rise, slow = (nearer - _NEAR) * arb(2).log(), (arb(nearer) / _NEAR).log()
        return at * (rate * rise + here * slow) + (n - at) * min(there, key=lambda one: one.mid()) * slow


def _on_path(family: Family, step: Step, reached: float, digits: int) -> list[fmpq]:
    """The point of the path at that distance, ``L`` to the nearest double."""
    distance, large = fmpq(1, 2**digits), fmpq(*(digits * math.log(2)).as_integer_ratio())
    path = {row[0]: row[1] for row in step.named("path").args}
    beside = {0: -distance, 1: distance, -1: fmpq(0)}[int(step.named("level"))]
    place = fmpq(*reached.as_integer_ratio()) + beside
    return [place if s == step.subject else _rational(path[s], distance, large) for s in family.symbols]


def _rational(value: Expr, distance: fmpq, large: fmpq) -> fmpq:
    exact = value.subs({U: Rational(int(distance.p), int(distance.q)), LARGE: Rational(int(large.p), int(large.q))})
    return fmpq(int(exact.p), int(exact.q))


def _member(family: Family, step: Step, x: Array, digits: int) -> list[fmpq]:
    """The point of the path at that distance: the witness, other ends of the support well beyond the data."""
    level = int(step.named("level"))
    witness = {row[0]: row[1] for row in step.named("witness").args}
    low, high = (fmpq(*float(v).as_integer_ratio()) for v in (x.min(), x.max()))
    room = high - low + 1
    distance = fmpq(1, 2**digits) * fmpq(2) ** int(math.frexp(float(np.abs(x).max()) or 1.0)[1])
    point = []
    for symbol in family.symbols:
        if symbol == step.subject:
            point.append(low - distance if level == 0 else high + distance)
        elif symbol in family.bounds.free_symbols:
            point.append(high + room if symbol == family.bounds.hi else low - room)
        else:
            point.append(fmpq(int(witness[symbol].p), int(witness[symbol].q)))
    return point
