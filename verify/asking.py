"""Asks an estimator of drawn datasets until one is refuted, and keeps the counts and the cases worth a word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.errors import Flaky

from ..proofs.derivation import Verdict
from .answers import Question
from .driving import DisagreementError, run_afresh
from .estimator_data import Data, key_of
from .judgement import CANCELLED, Judgement
from .judging import judge


@dataclass(frozen=True)
class Asked:
    """What came of the datasets that were drawn.

    Attributes
    ----------
    counts
        How many have each verdict, up to the first that disagrees.
    failed
        The cases that disagree, from the first to the smallest that was found.
    excused
        Those that rounding errors may explain.
    others
        How many are undecided for other reasons, by reason.
    unsteady
        Whether a dataset that disagreed did not do so when it was asked of again.
    """

    counts: Mapping[Verdict, int]
    failed: tuple[Judgement, ...]
    excused: tuple[Judgement, ...]
    others: Mapping[str, int]
    unsteady: bool = False

    def notes(self, name: str, tolerance: float) -> tuple[str, ...]:
        """Return how many cases were decided, and why others are not: the most frequent reason, the smallest case."""
        decided = self.counts[Verdict.AGREE] + self.counts[Verdict.DISAGREE]
        first = (
            f"{name}: {decided} of {decided + self.counts[Verdict.UNDECIDED]} cases decided; "
            f"tolerance {tolerance:g} nats per observation, and what rounding to doubles costs"
        )
        notes = [first]
        if self.unsteady:
            notes.append(f"{name}: the same data do not always give the same answer; what is shown was seen once")
        if self.others:
            why, count = max(self.others.items(), key=lambda item: item[1])
            total = sum(self.others.values())
            share = "" if count == total else ", most of them" if 2 * count > total else ", some of them"
            notes.append(f"{name}: {total} cases undecided{share} since {why}")
        if self.excused:
            smallest = min(self.excused, key=lambda case: len(case.x))
            notes.append(
                f"{name}: {len(self.excused)} cases undecided, since {CANCELLED}; strict=True judges them; such as\n"
                f"{smallest.text()}"
            )
        return tuple(notes)


def asked(question: Question, drawn: st.SearchStrategy[Data], examples: int, seed: int) -> Asked:
    """Return what came of so many different datasets; one that disagrees is made smaller, and ends the counts."""
    counts: Counter[Verdict] = Counter()
    failed: list[Judgement] = []
    excused: list[Judgement] = []
    others: Counter[str] = Counter()

    def examine(data: Data) -> None:
        found = judge(question, *data)
        counts[found.verdict] += not failed
        if found.excused and not failed:
            excused.append(found)
        elif found.verdict is Verdict.UNDECIDED:
            others[found.reason] += not failed
        if found.verdict is Verdict.DISAGREE:
            failed.append(found)
            raise DisagreementError(found.reason)

    # Where the function answers differently from call to call, what was seen stays a refutation. Hypothesis notices if
    # it has the time to finish, so that the last case is asked about once more.
    try:
        run_afresh(drawn, key_of, examine, examples, seed)
        unsteady = bool(failed) and judge(question, failed[-1].x, failed[-1].weights).verdict is not Verdict.DISAGREE
    except Flaky:
        unsteady = True
    return Asked(counts, tuple(failed), tuple(excused), +others, unsteady)
