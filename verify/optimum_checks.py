"""Properties of a maximum: what the certificate, an optimiser, rivals and the score say of the estimate."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from flint import arb
from sympy import Symbol

from ..proofs.balls import compiled, precision
from ..proofs.derivation import Derivation, Verdict
from ..proofs.errors import ExistenceError
from ..proofs.family import Family
from .certify import CertificateVerdict
from .certify.checker import confirms
from .covering import end_rounding
from .drawn import Array, Check, Drawn, agree, feasible
from .enclosure import log_likelihood_ball
from .ends import outside_space
from .observations import Observations
from .optimise import Optimum, beginnings
from .report import Case
from .sharpening import sharpened
from .slopes import Slopes, promised, slopes_of, uphill
from .space_ends import held_by_ends
from .tolerance import MOST_EVALUATIONS, NARROW, SLOPE_NATS

Shares = tuple[list[arb], arb]
"""Shares of rows, and minus their entropy."""
_SHARES = tuple(0.5**power for power in (*range(0, 24, 2), *range(24, 160, 8)))
"""Shares of a step that are tried: near a minimum, or far from a maximum, only a small one leads up."""


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
        for start in (found.theta, *beginnings(drawn.family, drawn.x, seed=drawn.seed)):
            # Both optimisers begin at the same points.
            if start not in drawn.summits:
                drawn.summits[start] = sharpened(drawn.family, drawn.data, start)
            further = drawn.summits[start]
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
    above = drawn.judged(theta, found, "numerical optimum")
    if above.verdict is not Verdict.AGREE:
        return above
    below = drawn.judged(found, theta, "estimate")
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
    if not confirms(certificate, drawn.data):
        return Case(Verdict.UNDECIDED, "the declared density does not confirm the certificate")
    return drawn.own or Case(Verdict.UNDECIDED, "the loss could not be enclosed, or not against a global maximum")


def entropy_is_constant(drawn: Drawn) -> Case:
    """KL minus cross-entropy is minus the entropy of the data at every drawn member, in balls.

    KL is summed over the table of distinct values, ``q log(q / p)``; cross-entropy comes from the log-likelihood.
    """
    family, x = drawn.family, drawn.x
    decided, distinct, shares = 0, drawn.data.distinct(), dict[int, Shares]()
    for rival in (drawn.fit.theta, *drawn.rivals):
        gap = _entropy_gap(family, rival, drawn.data, distinct, shares)
        if gap is None:
            continue
        if not gap.contains(0):
            return Case(Verdict.DISAGREE, f"KL - cross-entropy is off by {gap} at theta = {rival} for x = {x.tolist()}")
        decided += 1
    return agree() if decided else Case(Verdict.UNDECIDED, "no member gives these data a positive density")


def _shares_of(distinct: Observations) -> Shares:
    """The share of each row, and minus the entropy of these, at the working precision."""
    share = [arb(float(w)) / arb(distinct.total) for w in distinct.w]
    return share, sum((q * q.log() for q in share), arb(0))


def _entropy_gap(
    family: Family, theta: Array, observations: Observations, distinct: Observations, shares: dict[int, Shares]
) -> arb | None:
    """KL minus cross-entropy plus the entropy of the data, in a ball narrow enough to tell; ``None`` without one.

    ``shares`` keeps those of the distinct rows by precision, for another theta.
    """
    log_density = compiled((family.log_density,), (*family.columns, *family.symbols))
    point, rows = [arb(value) for value in map(float, theta)], [[*map(arb, row)] for row in distinct.x.tolist()]
    for bits in (200, 400, 800, 1600):
        with precision(bits):
            share, minus_entropy = shares[bits] if bits in shares else _shares_of(distinct)
            shares[bits] = share, minus_entropy
            cross = -log_likelihood_ball(family, tuple(theta), observations, bits=bits) / observations.n
            divergence = arb(0)
            for q, row in zip(share, rows, strict=True):
                (height,) = log_density(*row, *point)
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
    heights: dict[int, arb] = {}
    for rival in (*drawn.rivals, *near):
        if feasible(drawn.family, rival):
            case = drawn.judged(theta, rival, "rival", heights=heights)
            if case.verdict is not Verdict.AGREE:
                return case
    return agree()


def inside_support(derivation: Derivation) -> frozenset[Symbol]:
    """Parameters that move an end of the support which no estimate reaches."""
    return frozenset(symbol for symbol, _, _ in derivation.within)


def stopped_by_data(derivation: Derivation) -> set[Symbol]:
    """Parameters whose estimate lies where the support ends at the data."""
    family = derivation.family
    searched = {derivation.integer.parameter} if derivation.integer is not None else set()
    return (family.bounds.free_symbols & set(family.symbols)) - inside_support(derivation) - searched


def score_is_zero(drawn: Drawn) -> Case:
    """The score at the estimate promises next to nothing; a parameter of the support lies where the data stop it.

    On an end of a parameter's space its score may point out of the space instead.
    """
    family, theta = drawn.family, drawn.fit.theta
    for j, symbol in enumerate(family.symbols):
        if symbol in stopped_by_data(drawn.derivation):
            moved = [theta.copy(), theta.copy()]
            for copy, way in zip(moved, (-1, 1), strict=True):
                # Where the end is a sum, the rounding of the other parameters may leave this one some doubles free.
                step = 1.0 if symbol.is_integer else end_rounding(family, theta.tolist(), j)
                copy[j] = copy[j] + way * step if step else np.nextafter(copy[j], way * np.inf)
            lost = [log_likelihood_ball(family, tuple(copy), drawn.data) for copy in moved if feasible(family, copy)]
            # A move that leaves the parameter space, or the support of these data, shows that the data hold it there.
            if drawn.derivation.free or len(lost) < len(moved) or any(not value.is_finite() for value in lost):
                continue
            return Case(
                Verdict.DISAGREE, f"{symbol} = {theta[j]} is not where the data stop it, x = {drawn.x.tolist()}"
            )
    slopes = slopes_of(family, inside_support(drawn.derivation))
    if slopes is None:
        return agree() if stopped_by_data(drawn.derivation) else Case(Verdict.UNDECIDED, "the density has a kink")
    held = held_by_ends(family, theta.tolist(), drawn.data)
    slopes = slopes.without(held)
    if not slopes.parameters:
        return agree()
    # What rounding costs is asked for only where the tolerance alone does not suffice.
    limit = SLOPE_NATS + drawn.tolerance / len(drawn.x)
    decrement = promised(family, slopes, theta.tolist(), drawn.data, limit)
    if not decrement < limit:
        limit = SLOPE_NATS + drawn.allowed / len(drawn.x)
        decrement = promised(family, slopes, theta.tolist(), drawn.data, limit)
    if decrement < limit:
        return agree()
    if decrement > limit:
        promise = f"the score at {theta} promises {float(decrement.mid()):.3g} more nats an observation"
        if _leads_up(drawn, slopes):
            return Case(Verdict.DISAGREE, f"{promise}, x = {drawn.x.tolist()}")
        return Case(Verdict.UNDECIDED, f"{promise}, and no higher point was found on its way")
    return Case(Verdict.UNDECIDED, "the score, or the observed information's inverse, could not be enclosed")


def _leads_up(drawn: Drawn, slopes: Slopes) -> bool:
    """Whether a share of Newton's step, or all of it, ends higher by more than is allowed."""
    family, theta = drawn.family, drawn.fit.theta
    step = uphill(family, slopes, theta.tolist(), drawn.data)
    if step is None:
        return False
    for factor in _SHARES:
        rival = theta + factor * np.array(step)
        if feasible(family, rival):
            case = drawn.judged(theta, rival, "Newton's step")
            if case.verdict is Verdict.DISAGREE:
                return True
    return False
