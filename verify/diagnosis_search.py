"""Hypotheses about searches: they end at another stationary point, short of the maximum, or elsewhere each time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..proofs.errors import ThetahatError
from .answers import Question, answer_of
from .diagnosis_cases import common, theirs, total_of
from .judgement import Judgement
from .slopes import promised, slopes_of

_SMALL_NATS = 3e-2
"""Nats per observation below which an answer that is no stationary point looks like a search that ended early."""


CLOSE = "close to the maximum, and not there: a search that stops early, or an approximation"


def unrepeatable(question: Question, cases: Sequence[Judgement]) -> str:
    """Asked of the same data once more, the function returns something else."""
    words = "not the same twice: it draws random numbers, or remembers earlier data"
    return common([words] * _differs(question, case) for case in cases)


def _differs(question: Question, case: Judgement) -> bool:
    again = answer_of(question, case.x, case.weights).theta
    return again is not None and not np.array_equal(again, theirs(case), equal_nan=True)


def another_maximum(question: Question, cases: Sequence[Judgement]) -> str:
    """The score is zero at the answer, and the likelihood higher elsewhere; or nearly zero, and nearly as high."""
    return common(_end_of_search(question, case) for case in cases)


def _end_of_search(question: Question, case: Judgement) -> Iterator[str]:
    left = _decrement(question, case)
    lost = _mean_loss(case)
    if left is None or lost is None:
        return
    if left < question.tolerance:
        yield "a local maximum or another stationary point: the score is zero, and the likelihood higher elsewhere"
    elif lost < _SMALL_NATS:
        yield CLOSE


def is_close(case: Judgement) -> bool:
    """Return whether the answer to one case loses so little that a reader takes it for close to the maximum."""
    lost = _mean_loss(case)
    return lost is not None and lost < _SMALL_NATS


def _mean_loss(case: Judgement) -> float | None:
    if case.certificate is None or not case.certificate.theta:
        return None
    try:
        return case.certificate.nats_lost(theirs(case)).high / total_of(case)
    except ValueError:  # the loss is infinite, or the answer no member
        return None


def _decrement(question: Question, case: Judgement) -> float | None:
    family = question.family
    slopes = slopes_of(family, frozenset(symbol for symbol, _, _ in question.derivation.within))
    if slopes is None or len(slopes.first) < len(family.parameters):
        return None
    try:
        left = promised(family, slopes, theirs(case), case.x, question.tolerance, case.weights)
    except ThetahatError:
        return None
    return float(left.mid()) if left.is_finite() else None
