"""What is checked of an estimate of a structured family: one dataset, one question each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..proofs.derivation import Outcome, Verdict
from ..proofs.errors import ParameterError
from ..proofs.structured.derivation import StructuredDerivation
from ..proofs.structured.family import StructuredFamily
from ..proofs.structured.units import has_unit, unit_powers
from ..strategies.structured import StructuredData
from .certify.certificate import CertificateVerdict
from .certify.structured_check import is_confirmed
from .certify.structured_prove import can_be_certified, certificate_of
from .report import Case
from .structured_estimate import estimate
from .structured_search import from_free, mean_log_likelihood, moved, optimum, permuted, to_free
from .tolerance import AGREEMENT_NATS, FLAT_NATS

Array = NDArray[np.float64]
Estimator = Callable[[StructuredDerivation, StructuredData], dict[str, Array]]
_RIVALS = 6
_UNIT = 8.0
"""A power of two, so that a change of unit rounds nothing."""
_SAME = 1e-7
"""Relative difference of two estimates on shuffled data: the condition numbers that the datasets reach, times the
roundoff that iterations stop at, with a margin of a hundred."""


@dataclass(frozen=True, eq=False)
class Question:
    """A dataset with what is said to be its estimate."""

    derivation: StructuredDerivation
    drawn: StructuredData
    theta: dict[str, Array]
    estimator: Estimator


Check = Callable[[Question], Case]


def allowed(question: Question, value: float) -> float:
    """Return the rounding of a mean log-likelihood at the estimate."""
    return rounding_of(question.derivation.family, question.drawn, question.theta, value)


def rounding_of(family: StructuredFamily, drawn: StructuredData, theta: Mapping[str, Array], value: float) -> float:
    """Return the rounding of a mean log-likelihood: inverses and solutions lose a condition number."""
    known = list(drawn.known.items())
    named = [(one.term, theta[one.name]) for one in family.parameters]
    definite = [found for term, found in (*known, *named) if getattr(term, "kind", "") == "spd"]
    worst = max((float(np.linalg.cond(found)) for found in definite), default=1.0)
    return FLAT_NATS * (1.0 + abs(value)) * worst


def no_rival(question: Question) -> Case:
    """Members near and far have no higher likelihood than the estimate."""
    family, drawn = question.derivation.family, question.drawn
    here = mean_log_likelihood(family, drawn, question.theta)
    free = to_free(family, drawn, question.theta)
    rng = np.random.default_rng(drawn.n)
    for at in range(_RIVALS):
        rival = from_free(family, drawn, free + rng.normal(size=free.shape) * 10.0 ** -(at % 4))
        there = mean_log_likelihood(family, drawn, rival)
        if there > here + allowed(question, here):
            shown = {name: value.tolist() for name, value in rival.items()}
            return Case(Verdict.DISAGREE, f"theta = {shown} lies {there - here:.3g} nats above, for {drawn}")
    return Case(Verdict.AGREE if np.isfinite(here) else Verdict.UNDECIDED, "")


def optimiser_agrees(question: Question) -> Case:
    """An optimiser that is given the log-density alone finds the same height."""
    family, drawn = question.derivation.family, question.drawn
    here, best = mean_log_likelihood(family, drawn, question.theta), optimum(family, drawn)
    size = 1.0 + abs(here)
    if best > here + AGREEMENT_NATS * size:
        return Case(Verdict.DISAGREE, f"an optimiser finds {best - here:.3g} nats more, for {drawn}")
    if best < here - AGREEMENT_NATS * size:
        return Case(Verdict.UNDECIDED, f"the optimiser stopped {here - best:.3g} nats below")
    return Case(Verdict.AGREE)


def labels_do_not_matter(question: Question) -> Case:
    """Observations in another order, and dimensions with other labels, give the same estimate with those labels."""
    shuffled, moves = permuted(question.derivation.family, question.drawn, np.random.default_rng(question.drawn.n))
    wanted = {name: moved(value, moves[name]) for name, value in question.theta.items()}
    return _same(question, shuffled, wanted, "when labels are shuffled")


def repetition_changes_nothing(question: Question) -> Case:
    """Every observation twice gives the same estimate."""
    twice = question.drawn.repeated(np.full(question.drawn.n, 2))
    return _same(question, twice, question.theta, "when all is repeated")


def weights_count(question: Question) -> Case:
    """Weights that are whole numbers say how often an observation occurs: both estimates are equally high."""
    often = np.random.default_rng(question.drawn.n).integers(1, 4, question.drawn.n)
    repeated = replace(question.drawn, weights=None).repeated(often)
    weighted = replace(question.drawn, weights=often.astype(np.float64))
    low, high = sorted(
        mean_log_likelihood(question.derivation.family, repeated, question.estimator(question.derivation, one))
        for one in (repeated, weighted)
    )
    if high - low > allowed(question, high):
        said = f"with weights {often.tolist()} in place of repetitions {high - low:.3g} nats are lost"
        return Case(Verdict.DISAGREE, f"{said}, for {question.drawn}")
    return Case(Verdict.AGREE if np.isfinite(low) else Verdict.UNDECIDED)


def units_do_not_matter(question: Question) -> Case:
    """In another unit, eight times smaller, the estimate is the same quantity."""
    drawn, powers = question.drawn, unit_powers(question.derivation.family)
    if powers is None:
        return Case(Verdict.UNDECIDED, "the data have no unit")
    known = {term: value * _UNIT ** powers[term] for term, value in drawn.known.items()}
    # Data without a unit, such as counts, stay.
    data = {term: value * _UNIT if has_unit(term) else value for term, value in drawn.data.items()}
    terms = {one.name: one.term for one in question.derivation.family.parameters}
    wanted = {name: value * _UNIT ** powers[terms[name]] for name, value in question.theta.items()}
    return _same(question, replace(drawn, known=known, data=data), wanted, "when the unit is changed")


def _same(question: Question, changed: StructuredData, wanted: Mapping[str, Array], when: str) -> Case:
    """Whether the estimate of the changed data is as wanted."""
    found = question.estimator(question.derivation, changed)
    for name, value in wanted.items():
        if not np.allclose(found[name], value, rtol=_SAME, atol=_SAME * float(np.abs(value).max())):
            both = f"{found[name].tolist()} instead of {value.tolist()}"
            return Case(Verdict.DISAGREE, f"{name} becomes {both} {when}, for {question.drawn}")
    return Case(Verdict.AGREE)


def certified(question: Question) -> Case:
    """The exact maximum is proved, and the estimate loses no more of it than rounding explains."""
    # Of another estimator nothing is taken over: where it ends, no box may hold the root.
    at_hand = question.theta if question.estimator is estimate else None
    certificate = certificate_of(question.derivation, question.drawn, at_hand)
    if certificate.verdict is CertificateVerdict.UNDECIDED:
        return Case(Verdict.UNDECIDED, certificate.why)
    if not is_confirmed(certificate, question.drawn):
        return Case(Verdict.DISAGREE, f"the certificate is not confirmed, for {question.drawn}")
    try:
        lost = certificate.nats_lost(question.theta)
    except ParameterError as outside:
        return Case(Verdict.DISAGREE, f"{outside}, for {question.drawn}")
    height = certificate.log_likelihood
    weight = question.drawn.weight
    if height is None or lost.high > weight * allowed(question, float(height.ball.mid()) / weight):
        return Case(Verdict.DISAGREE, f"{lost.digits(5)} nats are lost, for {question.drawn}")
    return Case(Verdict.AGREE)


SEARCH = "an optimiser finds the same maximum"
CHECKS: dict[str, Check] = {
    "no rival wins": no_rival,
    SEARCH: optimiser_agrees,
    "labels do not matter": labels_do_not_matter,
    "units do not matter": units_do_not_matter,
    "repetition changes nothing": repetition_changes_nothing,
    "weights count repetitions": weights_count,
    "a certificate confirms it": certified,
}
_OF_ONE_ESTIMATE = (labels_do_not_matter, units_do_not_matter, repetition_changes_nothing)
"""These compare estimates, of which a set has more than one."""


def applies(check: Check, derivation: StructuredDerivation) -> bool:
    """Return whether a check says anything of a family: rows that belong together are not repeated, for one.

    >>> from thetahat.proofs.registry import structured
    >>> from thetahat.proofs.structured.engine import derive_structured
    >>> normal = derive_structured(structured("multivariate_normal"))
    >>> all(applies(check, normal) for check in CHECKS.values())
    True
    """
    family = derivation.family
    if check in (repetition_changes_nothing, weights_count) and family.rows is not None:
        return False
    if check is units_do_not_matter and unit_powers(family) is None:
        return False
    if check is certified and not can_be_certified(derivation):
        return False
    return not (check in _OF_ONE_ESTIMATE and derivation.outcome is Outcome.SET_VALUED)
