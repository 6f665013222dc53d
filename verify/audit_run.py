"""One audit at work: draws ever stranger datasets, judges each answer by a certificate, shrinks what fails, counts."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from hypothesis.errors import Flaky, Unsatisfiable
from numpy.typing import NDArray

from ..proofs.derivation import Derivation, Verdict
from ..proofs.errors import ParameterError, SupportError, ThetahatError
from ..strategies import datasets
from .adapters.target import Target
from .answers import Promise, Question
from .audit_rows import AuditVerdict, Finding, Row, command_for
from .audit_shrink import smaller
from .diagnosis import likely
from .driving import DisagreementError, run_property
from .existence import has_maximiser
from .judgement import ABSENT, ROUNDED, Judgement
from .judging import judge
from .parameter_map import parameter_map
from .telling_cases import telling_cases
from .tolerance import AUDIT_NATS, ORDINARY

Array = NDArray[np.float64]
Tell = Callable[[Mapping[str, Any]], None]

_PARTS = ((ORDINARY, 0.5), (1e6, 0.25), (1e100, 0.25))
"""How large data are drawn, and which share of them; the first are only those that ``is_ordinary``."""
_FIRST_BATCH, _LARGEST_BATCH = 5, 50
_APART = 1000
_SHOWN = 8
_SHRINK_SECONDS = 10.0
_TELLING_SECONDS = 3.0


@dataclass
class _Counts:
    """What was seen so far of one estimator."""

    decided: int = 0
    undecided: int = 0
    refused: int = 0
    nats: float | None = None
    ulps: float | None = None
    failed: list[Judgement] = field(default_factory=list)
    refusals: list[Judgement] = field(default_factory=list)


class Run:
    """One audit at work: its counts grow, and its row can be asked for at any time."""

    def __init__(
        self,
        target: Target,
        derivation: Derivation,
        parameters: Mapping[str, str] | None,
        options: tuple[str, ...],
        tell: Tell,
        row: Row,
    ) -> None:
        self.target, self.derivation, self.options, self.tell, self.start = target, derivation, options, tell, row
        self.counts = [_Counts() for _ in _PARTS]
        reading = parameter_map(derivation.family, parameters)
        promised: Promise = "local" if target.local else "mle"
        self.question = Question(
            derivation, self._called, reading, target.declared, dict(target.fixed), promised, self._tolerance
        )
        self._raised = False
        self._telling: list[Judgement] = []

    @property
    def _tolerance(self) -> float:
        return max(self.target.tolerance, AUDIT_NATS)

    def _called(self, x: Array) -> Any:
        """One call of the audited function, from the same state of NumPy's global random numbers."""
        assert self.target.function is not None
        np.random.seed(0)
        self._raised = True
        self.tell({"calling": x.tolist()})
        try:
            returned = self.target.function(x)
        except SystemExit as error:
            raise RuntimeError(f"SystemExit: {error}") from error
        finally:
            self.tell({"called": True})
        self._raised = False
        return returned

    def of(self, x: Array, only_held: bool = False) -> Row:
        """The row of one dataset; nothing is called, if ``only_held``, where the data have no maximiser."""
        if only_held and not has_maximiser(self.derivation, x):
            return replace(self.row(), reason="the data have no maximiser")
        counts = self.counts[0 if is_ordinary(x) else -1]
        found = self._judged(x, counts)
        if found.verdict is Verdict.DISAGREE:
            (counts.refusals if self._raised else counts.failed).append(found)
        return replace(self.row(), reason=found.text() if found.verdict is not Verdict.DISAGREE else "")

    def drawn(self, examples: int, seed: int, seconds: float) -> Row:
        """The row of drawn datasets: ordinary ones first, then ever stranger ones, until some refute it."""
        until = time.monotonic()
        for part, (_, share) in enumerate(_PARTS):
            counts, some, first = self.counts[part], math.ceil(examples * share), seed + _APART * part
            until = max(until, time.monotonic()) + seconds * share
            self._batches(part, some, first, until)
            if counts.refusals and not counts.failed:
                self._smaller_refusal(part, some, first)
            self._shrink(counts.failed, refused=False)
            self._shrink(counts.refusals, refused=True)
            if counts.failed:
                # What was made smaller differs too little to tell one mistake from another.
                self._telling = telling_cases(self.question, counts.failed, "holds", seed, _TELLING_SECONDS)
                break
        return self.row()

    def _batches(self, part: int, examples: int, seed: int, until: float) -> None:
        """Draw batches as large as the time that is left allows, until something is refuted."""
        counts, size, drawn, began = self.counts[part], _FIRST_BATCH, 0, time.monotonic()
        while drawn < examples and not counts.failed:
            size = min(size, examples - drawn)
            self._search(part, counts, size, seed + drawn, refusals=False)
            self.tell({"row": self.row()})
            drawn += size
            now = time.monotonic()
            if now >= until:
                return
            affordable = int((until - now) / (now - began) * drawn)
            size = max(1, min(2 * size, affordable, _LARGEST_BATCH))

    def _search(self, part: int, counts: _Counts, examples: int, seed: int, refusals: bool) -> None:
        """One series of datasets, which ends with the first that is refuted, or refused where those are sought."""
        member = self.derivation.family
        strategy = datasets(member, conditions=self.derivation.exists_when, largest=_PARTS[part][0])
        if part == 0:
            strategy = strategy.filter(is_ordinary)
        if self.derivation.point is not None:
            # Only a search over the observations tells which data have a maximiser.
            strategy = strategy.filter(lambda x: has_maximiser(self.derivation, x))

        def examine(x: Array) -> None:
            found = self._judged(x, counts)
            if found.verdict is Verdict.DISAGREE:
                seen = counts.refusals if self._raised else counts.failed
                seen.append(found)
                if self._raised is refusals:
                    raise DisagreementError(found.reason)

        try:
            run_property(strategy, examine, examples, seed)
        except (Flaky, Unsatisfiable):
            # The audited function answers differently from call to call, and what was seen is kept; or no data are
            # ordinary, and none were decided.
            return

    def _smaller_refusal(self, part: int, examples: int, seed: int) -> None:
        """Search again for a dataset that is refused, and make it smaller; what is counted stays what it was."""
        again = _Counts()
        self._search(part, again, examples, seed, refusals=True)
        self.counts[part].refusals.extend(again.refusals)

    def _shrink(self, seen: list[Judgement], refused: bool) -> None:
        """Make the last of failing cases smaller, as long as it fails in the same way."""
        if not seen:
            return
        ordinary = is_ordinary(seen[-1].x)

        def fails(x: Array) -> bool:
            if ordinary and not is_ordinary(x):
                return False
            try:
                found = self._judged(x, _Counts())
            except ThetahatError:
                return False  # rounding may leave the support
            if found.verdict is not Verdict.DISAGREE or self._raised is not refused:
                return False
            seen.append(found)
            return True

        smaller(seen[-1].x, fails, _SHRINK_SECONDS)

    def _judged(self, x: Array, counts: _Counts) -> Judgement:
        """Ask one dataset, and count; nothing is counted any more once something was refuted."""
        self._raised = False
        found = judge(self.question, x)
        if found.verdict is Verdict.DISAGREE and not self._is_promised(found):
            found = replace(found, verdict=Verdict.UNDECIDED, reason=f"{found.reason}: nothing is promised there")
        if counts.failed:
            return found
        if self._raised:
            counts.refused += 1
        elif found.verdict is Verdict.UNDECIDED:
            counts.undecided += 1
        else:
            counts.decided += 1
        if found.verdict is Verdict.AGREE:
            _measure(counts, found)
        return found

    def _is_promised(self, found: Judgement) -> bool:
        """Whether the data have a maximiser, and one that the promise covers."""
        if found.certificate is not None and found.certificate.verdict in ABSENT:
            return False
        if self.target.covers is None or found.certificate is None or not found.certificate.theta:
            return True
        middles = {name: (held.low + held.high) / 2 for name, held in found.certificate.theta.items()}
        return self.target.covers(found.x, middles)

    def row(self) -> Row:
        """What is known so far."""
        seen = [self._finding(kind, found) for kind, found in self._kinds()]
        decided = sum(one.decided for one in self.counts)
        last = AuditVerdict.ACCEPTED if decided else AuditVerdict.UNDECIDED
        return replace(
            self.start,
            verdict=next((AuditVerdict(one.kind) for one in seen), last),
            nats=self.counts[0].nats,
            ulps=self.counts[0].ulps,
            tolerance=self._tolerance,
            decided=decided,
            undecided=sum(one.undecided for one in self.counts),
            refused=sum(one.refused for one in self.counts),
            findings=tuple(seen),
        )

    def _kinds(self) -> Iterator[tuple[AuditVerdict, list[Judgement]]]:
        """The failing cases by what they show, the gravest first; the last of each kind is the smallest."""
        failed = next((one.failed for one in self.counts if one.failed), [])
        refused = next((one.refusals for one in self.counts if one.refusals), [])
        if failed:
            ordinary = is_ordinary(failed[-1].x)
            yield (AuditVerdict.REFUTED if ordinary else AuditVerdict.REFUTED_AT_EXTREMES), failed
        if refused:
            ordinary = is_ordinary(refused[-1].x)
            yield (AuditVerdict.REFUSES if ordinary else AuditVerdict.REFUSES_EXTREMES), refused

    def _finding(self, kind: AuditVerdict, seen: Sequence[Judgement]) -> Finding:
        last = seen[-1]
        cases = self._telling or seen[-_SHOWN:]
        words = last.text(likely(self.question, cases, last) if kind.value.startswith("refuted") else "")
        x = last.x.tolist()
        return Finding(kind.value, tuple(x), words, command_for(self.target.name, self.target.family, x, self.options))


def is_ordinary(x: Array) -> bool:
    """Return whether data are of sizes around one, and not nearly all equal; zeros and equal data are ordinary.

    >>> is_ordinary(np.array([0.0, 1.0, 1.5])), is_ordinary(np.array([1.0, 1.0001])), is_ordinary(np.array([1e-9]))
    (True, False, False)
    """
    for column in np.atleast_2d(x.T):
        sizes = np.abs(column[column != 0])
        if not len(sizes):
            continue
        spread = float(column.max() - column.min())
        if not 1 / ORDINARY <= sizes.min() <= sizes.max() <= ORDINARY or 0 < spread < sizes.max() / ORDINARY:
            return False
    return True


def _measure(counts: _Counts, found: Judgement) -> None:
    """Note by how many nats an accepted answer falls short, and by how many units in the last place it is off.

    Where no doubles do better, since data that are nearly all equal lie between them, that says nothing of the answer.
    """
    if found.certificate is None or found.theta is None or not found.certificate.theta or found.reason == ROUNDED:
        return
    ulps = max(found.certificate.ulps(found.theta).values())
    counts.ulps = max(ulps, counts.ulps or 0.0)
    try:
        lost = found.certificate.nats_lost(found.theta).high / len(found.x)
    except (SupportError, ParameterError, ValueError):
        return  # outside by what rounding costs, or not enclosed: allowed, and without a number
    counts.nats = max(lost, counts.nats or 0.0)
