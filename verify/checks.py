"""The named properties of an estimator, each a question to one drawn dataset with a three-valued answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np
from flint import arb
from numpy.typing import NDArray
from sympy import Reals, Symbol, exp, oo

from ..proofs.ball_data import evaluate
from ..proofs.balls import precision
from ..proofs.derivation import Derivation, Verdict
from ..proofs.errors import DeclarationError, ExistenceError, ThetahatError, UnsolvedError
from ..proofs.family import Family, Parameter
from ..proofs.symmetry import unit_exponents
from .certify import CertificateVerdict
from .certify.checker import confirms
from .covering import end_rounding
from .drawn import Check, Drawn, against_certificate, agree, feasible, judged
from .enclosure import log_likelihood_ball
from .ends import outside_space
from .estimation import estimate
from .fitting import derivation_with, fit_with, require_existence
from .likelihood import nats_lost
from .observations import require_data
from .optimise import Optimum, beginnings, maximise_likelihood, minimise_divergence
from .report import Case
from .sharpening import sharpened
from .slopes import promised, slopes_of
from .tolerance import MOST_EVALUATIONS, NARROW, SLOPE_NATS, THETA_ULPS, UNIT_ROUNDOFF

Array = NDArray[np.float64]


def optimum_agrees(search: Callable[..., Optimum]) -> Check:
    """Return the check that an independent optimiser ends no higher, and no lower, than the estimate.

    Where doubles give the optimiser out, it goes on in balls from where it was or began, and never from the estimate.
    """

    def check(drawn: Drawn) -> Case:
        try:
            found = search(drawn.family, drawn.x, seed=drawn.seed, most=MOST_EVALUATIONS)
        except ExistenceError as refusal:
            return Case(Verdict.UNDECIDED, f"the optimiser found nowhere to begin: {refusal}")
        case = _compared(drawn, found.theta, found.status)
        if case.verdict is not Verdict.UNDECIDED:
            return case
        data = require_data(drawn.family, drawn.x)
        for start in (found.theta, *beginnings(drawn.family, drawn.x, seed=drawn.seed)):
            further = sharpened(drawn.family, data, start)
            if further is not None:
                case = _compared(drawn, further, "in balls ended")
                if case.verdict is not Verdict.UNDECIDED:
                    break
        return case

    return check


def _compared(drawn: Drawn, found: tuple[float, ...], how: str) -> Case:
    """Where an optimiser ended, against the estimate, both ways."""
    theta = tuple(drawn.fit.theta)
    if outside_space(drawn.family, found) is not None:
        return Case(Verdict.UNDECIDED, f"the optimiser {how} at {found}")
    above = judged(drawn.family, theta, found, drawn.x, "numerical optimum", drawn.allowed)
    if above.verdict is not Verdict.AGREE:
        return above
    below = judged(drawn.family, found, theta, drawn.x, "estimate", drawn.allowed)
    if below.verdict is Verdict.DISAGREE:
        # Lower than the estimate is the optimiser's own failure: no evidence for or against the estimate.
        return Case(Verdict.UNDECIDED, f"the optimiser {how} below the estimate")
    return below


def agrees_with_certificate(drawn: Drawn) -> Case:
    """The estimate against the exact maximiser, which the declared density confirms once more."""
    certificate = drawn.certificate
    if certificate.verdict in (CertificateVerdict.NO_MAXIMUM, CertificateVerdict.UNBOUNDED):
        answer = f"answered {drawn.fit.theta.tolist()}"
        return Case(Verdict.DISAGREE, f"{answer}: {certificate.verdict.value}, x = {drawn.x.tolist()}")
    if certificate.verdict is CertificateVerdict.UNDECIDED:
        return Case(Verdict.UNDECIDED, certificate.why)
    if not confirms(certificate, require_data(drawn.family, drawn.x)):
        return Case(Verdict.UNDECIDED, "the declared density does not confirm the certificate")
    return drawn.own or Case(Verdict.UNDECIDED, "the loss could not be enclosed, or not against a global maximum")


def entropy_is_constant(drawn: Drawn) -> Case:
    """KL minus cross-entropy is minus the entropy of the data at every drawn member, in balls.

    KL is summed over the table of distinct values, ``q log(q / p)``; cross-entropy comes from the log-likelihood.
    """
    family, x = drawn.family, drawn.x
    decided = 0
    for rival in (drawn.fit.theta, *drawn.rivals):
        gap = _entropy_gap(family, rival, x)
        if gap is None:
            continue
        if not gap.contains(0):
            return Case(Verdict.DISAGREE, f"KL - cross-entropy is off by {gap} at theta = {rival} for x = {x.tolist()}")
        decided += 1
    return agree() if decided else Case(Verdict.UNDECIDED, "no member gives these data a positive density")


def _entropy_gap(family: Family, theta: Array, x: Array) -> arb | None:
    """KL minus cross-entropy plus the entropy of the data, in a ball narrow enough to tell; ``None`` without one."""
    data = require_data(family, x).distinct()
    values = dict(zip(family.symbols, map(float, theta), strict=True))
    for bits in (200, 400, 800, 1600):
        with precision(bits):
            share = [arb(float(w)) / arb(data.total) for w in data.w]
            minus_entropy = sum((q * q.log() for q in share), arb(0))
            cross = -log_likelihood_ball(family, tuple(theta), x, bits=bits) / len(x)
            divergence = arb(0)
            for q, row in zip(share, data.x, strict=True):
                point = values | dict(zip(family.columns, map(float, row), strict=True))
                height = evaluate(family.log_density, point)
                ratio = (q / height.exp()).log()
                # A density too small even for a ball's exponent still has its logarithm.
                divergence += q * (ratio if ratio.is_finite() else q.log() - height)
            gap = divergence - cross - minus_entropy
            if gap.is_finite() and gap.rad() < NARROW:
                return gap
            if not cross.is_finite() and not cross.is_nan():
                return None
    return None


def no_rival_wins(drawn: Drawn) -> Case:
    """No drawn member, and none close to the estimate, has a higher likelihood."""
    theta = drawn.fit.theta
    near = [
        np.where(np.arange(len(theta)) == j, theta * (1 + step), theta)
        for j in range(len(theta))
        for step in (1e-3, -1e-3)
    ]
    whole = [p.symbol.is_integer for p in drawn.family.parameters]
    near = [np.where(whole, np.round(theta + np.sign(rival - theta)), rival) for rival in near]
    for rival in (*drawn.rivals, *near):
        if feasible(drawn.family, rival):
            case = judged(drawn.family, tuple(theta), tuple(rival), drawn.x, "rival", drawn.allowed)
            if case.verdict is not Verdict.AGREE:
                return case
    return agree()


def _inside(derivation: Derivation) -> frozenset[Symbol]:
    """Parameters that move an end of the support which no estimate reaches."""
    return frozenset(symbol for symbol, _, _ in derivation.within)


def _stopped(derivation: Derivation) -> set[Symbol]:
    """Parameters whose estimate lies where the support ends at the data."""
    family = derivation.family
    searched = {derivation.integer.parameter} if derivation.integer is not None else set()
    return (family.bounds.free_symbols & set(family.symbols)) - _inside(derivation) - searched


def score_is_zero(drawn: Drawn) -> Case:
    """The score at the estimate promises next to nothing; a parameter of the support lies where the data stop it."""
    family, theta = drawn.family, drawn.fit.theta
    for j, symbol in enumerate(family.symbols):
        if symbol in _stopped(drawn.derivation):
            moved = [theta.copy(), theta.copy()]
            for copy, way in zip(moved, (-1, 1), strict=True):
                # Where the end is a sum, the rounding of the other parameters may leave this one some doubles free.
                step = 1.0 if symbol.is_integer else end_rounding(family, theta.tolist(), j)
                copy[j] = copy[j] + way * step if step else np.nextafter(copy[j], way * np.inf)
            lost = [log_likelihood_ball(family, tuple(copy), drawn.x) for copy in moved if feasible(family, copy)]
            # A move that leaves the parameter space, or the support of these data, shows that the data hold it there.
            if drawn.derivation.free or len(lost) < len(moved) or any(not value.is_finite() for value in lost):
                continue
            return Case(
                Verdict.DISAGREE, f"{symbol} = {theta[j]} is not where the data stop it, x = {drawn.x.tolist()}"
            )
    slopes = slopes_of(family, _inside(drawn.derivation))
    if slopes is None:
        return agree() if _stopped(drawn.derivation) else Case(Verdict.UNDECIDED, "the density has a kink")
    limit = SLOPE_NATS + drawn.allowed / len(drawn.x)
    decrement = promised(family, slopes, theta.tolist(), drawn.x, limit)
    if decrement < limit:
        return agree()
    if decrement > limit:
        return Case(
            Verdict.DISAGREE,
            f"the score at {theta} promises {float(decrement.mid()):.3g} more nats an observation, "
            f"x = {drawn.x.tolist()}",
        )
    return Case(Verdict.UNDECIDED, "the score, or the observed information's inverse, could not be enclosed")


def refit(drawn: Drawn, x: Array, weights: Array | None = None) -> Array | None:
    """Return the estimate for other data of the same family, or ``None`` where it is refused."""
    try:
        return fit_with(drawn.derivation, x, weights).theta
    except (ExistenceError, UnsolvedError):
        return None


def _cost_of(drawn: Drawn, place: int, relative: float) -> float:
    """Nats lost when one parameter moves by a relative step, either way."""
    cost = 0.0
    for sign_ in (1, -1):
        moved = drawn.fit.theta.copy()
        moved[place] *= 1 + sign_ * relative
        if feasible(drawn.family, moved):
            lost = -nats_lost(drawn.family, tuple(drawn.fit.theta), tuple(moved), drawn.x)
            cost += max(0.0, float(lost.mid())) if lost.is_finite() else 0.0
    return cost


def _same(drawn: Drawn, theta: Array | None, what: str, more: float = 0.0) -> Case:
    """Two estimates of one likelihood: neither loses more than is allowed, and ``more``, of the exact maximum.

    Without a certificate neither may be better than the other by more than that.
    """
    if theta is None:
        return Case(Verdict.UNDECIDED, f"{what}: refused")
    if outside_space(drawn.family, theta.tolist()) is not None:
        # Brought back from another unit or scale, a double may vanish, overflow or round onto an open end.
        return Case(Verdict.UNDECIDED, f"{what}: {theta} leaves the parameter space in doubles")
    certified, own = against_certificate(drawn, theta, what, more), drawn.own
    if certified is not None and own is not None:
        return own if certified.verdict is Verdict.AGREE else certified
    first = judged(drawn.family, tuple(drawn.fit.theta), tuple(theta), drawn.x, what, drawn.allowed + more)
    if first.verdict is not Verdict.AGREE:
        return first
    return judged(drawn.family, tuple(theta), tuple(drawn.fit.theta), drawn.x, what, drawn.allowed + more)


def order_does_not_matter(drawn: Drawn) -> Case:
    """The estimate for permuted data."""
    order = np.random.default_rng(drawn.seed).permutation(len(drawn.x))
    return _same(drawn, refit(drawn, drawn.x[order]), "permuted data")


def repetition_does_not_matter(drawn: Drawn) -> Case:
    """The estimate for the data taken three times."""
    return _same(drawn, refit(drawn, np.concatenate([drawn.x] * 3)), "data taken three times")


def weights_are_repetitions(drawn: Drawn) -> Case:
    """Integer weights against repeated rows, compared with each other; both or neither have a maximiser."""
    w = np.random.default_rng(drawn.seed).integers(1, 4, len(drawn.x)).astype(float)
    long = np.repeat(drawn.x, w.astype(int), axis=0)
    exist = [_has_maximiser(drawn, drawn.x, w), _has_maximiser(drawn, long)]
    if exist[0] is not exist[1]:
        return Case(Verdict.DISAGREE, f"only one has a maximiser: weights {w.tolist()} for x = {drawn.x.tolist()}")
    if not exist[0]:
        return agree()
    weighted, repeated = refit(drawn, drawn.x, w), refit(drawn, long)
    if weighted is None or repeated is None:
        return Case(Verdict.UNDECIDED, "refused")
    case = judged(
        drawn.family, tuple(weighted), tuple(repeated), long, "repeated rows against weights", 3 * drawn.allowed
    )
    return (
        case
        if case.verdict is not Verdict.AGREE
        else judged(
            drawn.family, tuple(repeated), tuple(weighted), long, "weights against repeated rows", 3 * drawn.allowed
        )
    )


def _has_maximiser(drawn: Drawn, x: Array, weights: Array | None = None) -> bool:
    """Whether the existence conditions hold, or the search over the observations ends at a member."""
    try:
        if drawn.derivation.point is not None:
            fit_with(drawn.derivation, x, weights)
        else:
            require_existence(drawn.derivation, require_data(drawn.family, x, weights))
    except ExistenceError:
        return False
    except UnsolvedError:
        return True
    return True


def zero_weight_removes(drawn: Drawn) -> Case:
    """Rows of weight zero against the data without them."""
    n = len(drawn.x)
    doubled = np.concatenate([drawn.x, drawn.x[::-1]])
    return _same(drawn, refit(drawn, doubled, np.concatenate([np.ones(n), np.zeros(n)])), "rows of weight zero")


def unit_carries_over(drawn: Drawn) -> Case:
    """The estimate in another unit, a power of two, brought back."""
    exponents = unit_exponents(drawn.family)
    if exponents is None:
        return Case(Verdict.UNDECIDED, "the family has no change of unit")
    unit = 8.0
    theta = refit(drawn, drawn.x * unit)
    back = (
        None
        if theta is None
        else np.array([value / unit ** exponents[s] for value, s in zip(theta, drawn.family.symbols, strict=True)])
    )
    return _same(drawn, back, "another unit")


@lru_cache(maxsize=512)
def in_logarithms(family: Family) -> tuple[Family, int] | None:
    """Return the family with one parameter on another scale, and its place: ``None`` where no parameter allows it."""
    for place, item in enumerate(family.parameters):
        ends = item.bounds
        if item.symbol.is_integer or ends.free_symbols or item.symbol in family.bounds.free_symbols:
            continue
        if any(item.symbol in other.bounds.free_symbols for other in family.parameters):
            continue
        phi = Symbol("phi", real=True)
        if ends.lo == 0 and ends.hi is oo:
            value = exp(phi)
        elif ends.lo is -oo and ends.hi is oo:
            value = 2 * phi
        else:
            continue
        kept = [p if p is not item else Parameter(phi, Reals) for p in family.parameters]
        try:
            return family.reparametrise("other_scale", kept, {item.name: value}), place
        except DeclarationError:
            return None
    return None


def parametrisation_carries_over(drawn: Drawn) -> Case:
    """The estimate of the same family with one parameter on another scale, brought back."""
    # Derived once for all values of the constants where the declaration allows it: that is the work in this check.
    general = None if drawn.declared is None else in_logarithms(drawn.declared)
    other = general or in_logarithms(drawn.family)
    if other is None:
        return Case(Verdict.UNDECIDED, "no parameter is put on another scale")
    family, place = other
    derivation = derivation_with(family, drawn.constants if general else {})
    try:
        theta = fit_with(derivation, drawn.x).theta
    except (ExistenceError, UnsolvedError) as refusal:
        return Case(Verdict.UNDECIDED, f"refused: {refusal}")
    positive = drawn.family.parameters[place].bounds.lo == 0
    if not positive:
        with np.errstate(over="ignore"):
            theta[place] *= 2
        return _same(drawn, theta, "another parametrisation")
    # A logarithm stored as a double fixes the parameter to a relative error that grows with the logarithm.
    steps = THETA_ULPS * (1 + abs(theta[place])) * UNIT_ROUNDOFF
    with np.errstate(over="ignore", under="ignore"):
        theta[place] = np.exp(theta[place])
    return _same(drawn, theta, "another parametrisation", _cost_of(drawn, place, 2 * steps))


def refused_without_maximiser(derivation: Derivation, x: Array) -> Case:
    """Data that break an existence condition are refused with the reason, not answered."""
    try:
        data = require_data(derivation.family, x)
        require_existence(derivation, data)
        with np.errstate(all="ignore"):
            values, _ = estimate(derivation, data)
    except ExistenceError:
        return agree()
    except ThetahatError as other:
        return Case(Verdict.UNDECIDED, str(other))
    return Case(Verdict.DISAGREE, f"answered {values} although no maximiser exists, x = {x.tolist()}")


CHECKS: Mapping[str, Check] = {
    "agrees with the certificate": agrees_with_certificate,
    "agrees with maximised likelihood": optimum_agrees(maximise_likelihood),
    "agrees with minimised divergence": optimum_agrees(minimise_divergence),
    "entropy term is constant": entropy_is_constant,
    "no rival wins": no_rival_wins,
    "score zero or at the support's end": score_is_zero,
    "order does not matter": order_does_not_matter,
    "repetition does not matter": repetition_does_not_matter,
    "weights are repetitions": weights_are_repetitions,
    "zero weight removes": zero_weight_removes,
    "change of unit carries over": unit_carries_over,
    "parametrisation carries over": parametrisation_carries_over,
}

SEARCHES = frozenset({"agrees with maximised likelihood", "agrees with minimised divergence"})
"""Checks that cost more than all others together: they are asked of a part of the datasets."""


def applies(name: str, derivation: Derivation) -> bool:
    """Return whether a check says anything about this family at all.

    >>> from thetahat import derive, family
    >>> applies("change of unit carries over", derive(family("poisson")))
    False
    """
    family = derivation.family
    if name == "change of unit carries over":
        return unit_exponents(family) is not None
    if name == "parametrisation carries over":
        return in_logarithms(family) is not None
    if name == "score zero or at the support's end":
        ends = bool(_stopped(derivation))
        smooth = slopes_of(family, _inside(derivation)) is not None
        return derivation.searched is None and ((ends and not derivation.free) or smooth)
    return True
