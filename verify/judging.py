"""Judges one answer of somebody's estimator: by certified nats lost, and where no maximiser exists by its refusal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from flint import arb
from numpy.typing import NDArray

from ..proofs.derivation import Outcome, Verdict
from ..proofs.errors import ExistenceError, UnsolvedError
from .answers import Answer, Question, answer_of
from .certify import Certificate, CertificateVerdict, certify
from .covering import covering
from .doubles import Doubles
from .edge_heights import is_above_edges
from .ends import outside_space
from .fitting import Fit, fit_with
from .judgement import ABSENT, CANCELLED, DIGITS, INFINITELY, LOCALLY, OUTSIDE, ROUNDED, UNPROVED, Judgement
from .likelihood import log_likelihood_ball, nats_lost
from .slopes import bends_down, promised, slopes_of
from .tolerance import THETA_ULPS
from .valid_data import require_data

Array = NDArray[np.float64]
_WIDE = 80
"""The length from which numbers have exponents that nobody reads."""


def judge(question: Question, x: Array, weights: Array | None = None, history: Array | None = None) -> Judgement:
    """Return what one call of the function on these data is worth.

    ``history`` are all data that a function with a memory has ever seen: what it has forgotten left rounding errors.
    Undecided where no certificate is found, or where its enclosures leave the answer open.
    """
    answer = answer_of(question, x, weights)
    # Anybody's estimate will do to look for a maximiser next to it; what is proved does not depend on it.
    near = answer.theta if answer.is_member(question.family) else None
    certificate = certify(question.declared, x, weights, dict(question.fixed) or None, near=near)
    case = _Case(question, x, weights, answer, certificate, history)
    if certificate.verdict in ABSENT:
        return case.without_maximiser()
    if not case.exists and case.fit is None:
        why = certificate.why or certificate.verdict.value
        return Judgement(Verdict.UNDECIDED, f"nothing is certified: {why}", x, weights, certificate=certificate)
    return case.with_maximiser()


def _fit(question: Question, x: Array, weights: Array | None) -> Fit | None:
    if question.derivation.outcome is Outcome.UNBOUNDED:
        return None
    try:
        return fit_with(question.derivation, x, weights)
    except (ExistenceError, UnsolvedError):
        return None


@dataclass(frozen=True, eq=False)
class _Case:
    """One dataset with what is certified of it."""

    question: Question
    x: Array
    weights: Array | None
    answer: Answer
    certificate: Certificate
    history: Array | None = None

    @cached_property
    def fit(self) -> Fit | None:
        """Our own estimate in doubles, if there is one; asked for where there is a loss to explain."""
        return _fit(self.question, self.x, self.weights)

    @property
    def _global(self) -> bool:
        """Whether the highest maximum is enclosed."""
        return bool(self.certificate.theta) and self.certificate.verdict is not CertificateVerdict.LOCAL

    @cached_property
    def exists(self) -> bool:
        """Whether a maximiser certainly exists."""
        derivation, certificate = self.question.derivation, self.certificate
        if self._global or (derivation.existence_proved and (certificate.theta or self.fit is not None)):
            return True
        if not certificate.theta:
            return False
        # A local maximum may be lower than what the likelihood tends to far out.
        theta = [held.ball for held in certificate.theta.values()]
        return is_above_edges(derivation, theta, require_data(derivation.family, self.x, self.weights))

    def without_maximiser(self) -> Judgement:
        """No maximiser exists: a function that raises, warns, or returns nothing finite and feasible says so."""
        answer = self.answer
        if answer.raised or answer.warned:
            return self._found(Verdict.AGREE, "refused")
        if not answer.is_member(self.question.family):
            return self._found(Verdict.AGREE, "returned no member")
        return self._found(Verdict.DISAGREE, "although no maximiser exists", answer.shown, answer.theta)

    def with_maximiser(self) -> Judgement:
        """A maximiser exists: the answer may lose what is allowed, and nothing else will do."""
        theta, shown = self.answer.theta, self.answer.shown
        if self.answer.raised:
            return self._absent(f"raised {self.answer.raised}")
        if theta is None:
            return self._absent(f"which is no theta ({self.answer.unreadable})", shown, digits=False)
        if not all(map(math.isfinite, theta)):
            return self._absent("not finite", shown, theta)
        if self._is_close(theta):
            return self._found(Verdict.AGREE, "the maximiser", shown, theta)
        theta = self._covering(theta)
        place = outside_space(self.question.family, theta)
        if place is not None:
            item = self.question.family.parameters[place]
            why = f"{item.name} = {theta[place]!r} lies outside its space {item.space}"
            return self._absent(why, shown, theta)
        return self._by_loss(theta, shown)

    def _absent(
        self, reason: str, shown: str = "", theta: tuple[float, ...] | None = None, digits: bool = True
    ) -> Judgement:
        """No member was returned: wrong if a maximiser certainly exists, and doubles do not lose all digits of it."""
        if not self.exists or self.certificate.witness:
            # Where a whole line of members is as high, it is as right to refuse.
            return self._found(Verdict.UNDECIDED, reason, shown, theta)
        if digits and not self.question.strict and self._doubles.all_lost:
            return self._found(Verdict.UNDECIDED, f"{reason}; {CANCELLED}", shown, theta)
        return self._found(Verdict.DISAGREE, reason, shown, theta)

    def _is_close(self, theta: tuple[float, ...]) -> bool:
        """Whether every value lies within a few doubles of the one exact maximiser."""
        certificate = self.certificate
        if not certificate.theta or certificate.verdict is CertificateVerdict.GLOBAL_SET:
            return False
        if certificate.verdict is CertificateVerdict.LOCAL and self.question.promise == "mle":
            return False
        return max(certificate.ulps(theta).values()) <= THETA_ULPS

    def _covering(self, theta: tuple[float, ...]) -> tuple[float, ...]:
        """The answer, its ends of the support moved by what rounding took from them."""
        family = self.question.family
        if outside_space(family, theta) is not None or not family.bounds.free_symbols:
            return theta
        if self.fit is not None and self.certificate.theta:
            off, ours = self.certificate.ulps(theta).values(), self.fit.theta_hat.values()
            places = self.question.reading.last_places(self.answer.returned)
            theta = tuple(
                our if far <= THETA_ULPS or abs(one - our) <= THETA_ULPS * place else one
                for one, our, far, place in zip(theta, ours, off, places, strict=True)
            )
        return covering(family, theta, require_data(family, self.x, self.weights))

    def _by_loss(self, theta: tuple[float, ...], shown: str) -> Judgement:
        limit = self.question.tolerance * self._total
        if self._global and self.certificate.loses_less(theta, limit):
            return self._found(Verdict.AGREE, "", shown, theta, allowed=limit)
        low, high, text = self._loss(theta)
        if high < limit:
            return self._found(Verdict.AGREE, "", shown, theta, text, limit)
        if not low > limit:
            return self._found(Verdict.UNDECIDED, self._open(high), shown, theta, text, limit)
        limit += self._doubles.rounding
        if math.isinf(limit):
            return self._found(Verdict.UNDECIDED, CANCELLED, shown, theta, text, limit)
        if high < limit:
            return self._found(Verdict.AGREE, ROUNDED, shown, theta, text, limit)
        if not low > limit:
            return self._found(Verdict.UNDECIDED, self._open(high), shown, theta, text, limit)
        if math.isinf(low) and text == INFINITELY:
            return self._found(Verdict.DISAGREE, OUTSIDE, shown, theta, text, limit)
        if not self.exists:
            # Whoever is beaten does not maximise, but is not to blame for it where nobody could.
            return self._found(Verdict.UNDECIDED, "no maximiser is known to exist", shown, theta, text, limit)
        if not self.question.strict and (self._doubles.all_lost or not low > limit + self._doubles.cancelling):
            return self._found(Verdict.UNDECIDED, CANCELLED, shown, theta, text, limit)
        if self.question.promise == "local":
            return self._as_local(theta, shown, text, limit)
        return self._found(Verdict.DISAGREE, "not a maximiser", shown, theta, text, limit)

    def _open(self, high: float) -> str:
        """Why nobody knows whether an answer that is not beaten loses more than is allowed."""
        if math.isfinite(high):
            return "the loss is as large as the limit"
        only_local = self.certificate.verdict is CertificateVerdict.LOCAL
        return UNPROVED + f"; {LOCALLY}" * only_local

    @property
    def _total(self) -> float:
        return float(len(self.x)) if self.weights is None else float(self.weights.sum())

    def _loss(self, theta: tuple[float, ...]) -> tuple[float, float, str]:
        """Both ends of the enclosure of the nats lost, and the enclosure as text.

        The upper end is infinite where the maximum is not known to be the highest. The lower end is certain then, too:
        whoever is beaten by one point does not maximise.
        """
        family, certificate = self.question.family, self.certificate
        if self._global:
            try:
                lost = certificate.nats_lost(theta)
            except ValueError:
                # Of an infinite loss there is no enclosure.
                return self._infinite(theta)
            text = lost.digits(DIGITS)
            return lost.low, lost.high, text if len(text) < _WIDE else f"more than {lost.low:.6g}"
        if self.fit is None:
            return -math.inf, math.inf, ""
        gap = nats_lost(family, theta, tuple(self.fit.theta), self.x, self.weights)
        if not gap.is_finite():
            return self._infinite(theta)
        at_local = self.question.promise == "local" and certificate.verdict is CertificateVerdict.LOCAL
        high = float(gap.upper()) if at_local else math.inf
        return float(gap.lower()), high, f"at least {gap.lower().str(DIGITS, radius=False)}"

    def _infinite(self, theta: tuple[float, ...]) -> tuple[float, float, str]:
        """Infinitely many nats where the data certainly lie outside the support, else nothing is known."""
        outside = log_likelihood_ball(self.question.family, theta, self.x, self.weights) == arb("-inf")
        return math.inf if outside else -math.inf, math.inf, INFINITELY if outside else ""

    @cached_property
    def _doubles(self) -> Doubles:
        """What the errors of double precision may explain."""
        return Doubles(self.question, self.x, self.weights, self.certificate, self.fit, self.history)

    def _as_local(self, theta: tuple[float, ...], shown: str, text: str, limit: float) -> Judgement:
        """Another stationary point will do, if a Newton step from there promises next to nothing."""
        slopes = slopes_of(self.question.family, frozenset(s for s, _, _ in self.question.derivation.within))
        if slopes is None:
            return self._found(Verdict.UNDECIDED, "the likelihood has kinks", shown, theta, text, limit)
        enough = self.question.tolerance
        left = promised(self.question.family, slopes, theta, self.x, enough, self.weights)
        bent = bends_down(self.question.family, slopes, theta, self.x, self.weights) if left < enough else None
        if left < enough and bent is not None:
            reason = "a local maximum" if bent else "a stationary point, and no maximum"
            return self._found(Verdict.AGREE if bent else Verdict.DISAGREE, reason, shown, theta, text, limit)
        if not left > enough:
            return self._found(
                Verdict.UNDECIDED, "the score or the curvature could not be enclosed", shown, theta, text, limit
            )
        return self._found(Verdict.DISAGREE, "not a stationary point", shown, theta, text, limit)

    def _found(
        self,
        verdict: Verdict,
        reason: str,
        shown: str = "",
        theta: tuple[float, ...] | None = None,
        lost: str = "",
        allowed: float = 0.0,
    ) -> Judgement:
        fit = self.fit if verdict is Verdict.DISAGREE else None
        return Judgement(verdict, reason, self.x, self.weights, shown, theta, fit, self.certificate, lost, allowed)
