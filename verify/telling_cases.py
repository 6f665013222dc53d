"""More datasets on which an estimator fails, of the kind that tells one mistake from another."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from ..proofs.derivation import Derivation, Outcome, Verdict
from ..strategies import can_fail
from .answers import Question
from .driving import run_afresh
from .estimator_data import ORDINARY, Data, Existence, drawn_data, key_of, spread_of
from .judgement import Judgement
from .judging import judge

_FOUND, _KEPT, _SEVERAL, _ENOUGH, _TRIED = 16, 8, 6, 3, 160
"""So many more failing cases are looked for, and so many of them kept for a diagnosis to fit; of so many observations
at least; how many are enough, and how many datasets are tried to find them."""
_SECONDS = 10.0
"""How long they are looked for: a regression may take half a second to judge."""
_SPREAD = 1 / 32
"""The range of data, relative to their size, from which estimates keep the digits by which mistakes are told apart."""


def telling_cases(
    question: Question, failed: Sequence[Judgement], existence: Existence, seed: int, seconds: float = _SECONDS
) -> list[Judgement]:
    """Return failing cases for a diagnosis: new ones, and where these are too few, some of those that are known.

    The smallest case is the last of ``failed``. Data without a maximiser are few of a kind, and any will do.
    """
    last = failed[-1]
    more = existence == "fails" or (last.has_no_maximiser and _can_fail(question.derivation))
    found = _others(question, last, seed) if more else _richer(question, last, seed, seconds)
    return found if len(found) >= _ENOUGH else [*found, *failed[:_ENOUGH], failed[-1]]


def _can_fail(derivation: Derivation) -> bool:
    """Whether data without a maximiser are drawn."""
    unbounded = derivation.outcome is Outcome.UNBOUNDED
    return unbounded or can_fail(derivation.family, conditions=derivation.exists_when)


def _others(question: Question, smallest: Judgement, seed: int) -> list[Judgement]:
    """More cases in which an answer was given although no maximiser exists."""
    found: list[Judgement] = []

    def keep(data: Data) -> None:
        case = judge(question, *data)
        if case.verdict is Verdict.DISAGREE:
            found.append(case)

    drawn = drawn_data(question.derivation, "fails", smallest.weights is not None, 1, 2 * _SEVERAL, (ORDINARY,))
    run_afresh(drawn, key_of, keep, _FOUND, seed)
    return found


def _richer(question: Question, smallest: Judgement, seed: int, seconds: float) -> list[Judgement]:
    """More failing cases, of several different observations each, if there are: of one, many explanations are true."""
    found: list[Judgement] = []
    poor: list[Data] = []
    until = time.monotonic() + seconds
    derivation, many = question.derivation, max(_SEVERAL, len(smallest.x))
    if derivation.outcome is Outcome.UNBOUNDED:
        return []

    def keep(data: Data) -> None:
        if len(found) < _FOUND and time.monotonic() < until:
            case = judge(question, *data)
            if case.verdict is Verdict.DISAGREE:
                found.append(case)

    def keep_rich(data: Data) -> None:
        if len(np.unique(data[0], axis=0)) < _ENOUGH or spread_of(data[0]) < _SPREAD:
            poor.append(data)
        else:
            keep(data)

    drawn = drawn_data(derivation, "holds", smallest.weights is not None, many, 4 * many, (ORDINARY,))
    run_afresh(drawn, key_of, keep_rich, _TRIED, seed)
    if len(found) < _ENOUGH:
        for data in poor:
            keep(data)
    return sorted(found, key=lambda case: spread_of(case.x), reverse=True)[:_KEPT]
