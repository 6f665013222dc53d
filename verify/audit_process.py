"""Keeps audited code in another process, so that a crash, a hang or a leak of memory ends that process alone."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..proofs.errors import DataError
from .audit_rows import AuditVerdict, Finding, Row, command_for, row_from
from .audit_shrink import smaller

Array = NDArray[np.float64]

_GRACE = 120.0
"""Seconds beyond an estimator's own: for deriving its family, judging the last datasets, and shrinking a failure."""
_PATIENCE, _SHRINK_SECONDS = 2.0, 60.0
"""Seconds after which a call on a smaller dataset counts as one that does not return, until it is asked with all of its
time; and how long a dataset is made smaller, each try of which may cost that and a new process."""


@dataclass(frozen=True)
class Question:
    """What is asked of one estimator: ``own`` is a function of the user's, and no adapter's."""

    target: str
    family: str
    setting: str = ""
    own: bool = False
    parameters: Mapping[str, str] | None = None
    fixed: Mapping[str, str] | None = None
    examples: int = 100
    seed: int = 0
    seconds: float = 60.0
    data: Sequence[Any] | None = None
    only_held: bool = False
    options: tuple[str, ...] = ()


class Worker:
    """The other process, started when first asked, and anew after it was ended."""

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe = -1
        self._rest = b""

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    def ask(self, question: Question) -> Row:
        """Return the row of one estimator, also where its code crashes or hangs.

        Raises
        ------
        DataError
            What the other process finds wrong with a function of the user's, such as its name.
        """
        self._send(question)
        row = Row(question.target, question.setting, question.family, AuditVerdict.UNDECIDED)
        calling: Any = None
        limit = time.monotonic() + question.seconds + _GRACE
        while True:
            now = time.monotonic()
            wait = min(question.seconds, limit - now) if calling is not None else limit - now
            try:
                message = self._heard(wait)
            except TimeoutError:
                self._end()
                words = f"the call had not returned after {wait:.0f} s" if calling is not None else ""
                return _stopped(row, question, AuditVerdict.TIMED_OUT, calling, words)
            except EOFError:
                return _stopped(row, question, AuditVerdict.CRASHED, calling, self._ending())
            if "error" in message and question.own:
                raise DataError(message["error"])
            if "error" in message:
                return replace(row, verdict=AuditVerdict.UNDECIDED, reason=message["error"])
            if "done" in message:
                return row_from(message["done"])
            row = row_from(message["row"]) if "row" in message else row
            calling = message.get("calling")

    def _send(self, question: Question) -> None:
        if self._process is None or self._process.poll() is not None:
            self._start()
        assert self._process is not None
        assert self._process.stdin is not None
        record = {**vars(question), "options": list(question.options), "fixed": dict(question.fixed or {})}
        self._process.stdin.write(json.dumps(record).encode() + b"\n")
        self._process.stdin.flush()

    def _start(self) -> None:
        self._pipe, theirs = os.pipe()
        command = [sys.executable, "-m", f"{__package__}.audit_worker", str(theirs), str(self._memory)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=(theirs,), start_new_session=True)
        os.close(theirs)
        self._rest = b""

    def _heard(self, seconds: float) -> dict[str, Any]:
        """The next message; ``TimeoutError`` after so many seconds, ``EOFError`` when there will be none."""
        until = time.monotonic() + seconds
        while b"\n" not in self._rest:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self._pipe], [], [], left)[0]:
                raise TimeoutError
            part = os.read(self._pipe, 1 << 16)
            if not part:
                raise EOFError
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message

    def _ending(self) -> str:
        """How the process ended."""
        assert self._process is not None
        code = self._process.wait()  # the group is left to _end, which knows that its leader is gone
        self._end()
        return f"the process was ended by signal {-code}" if code < 0 else f"the process exited with status {code}"

    def _end(self) -> None:
        if self._process is None:
            return
        # The whole session, with whatever the audited code may have started.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        os.close(self._pipe)
        self._process = None


def _stopped(row: Row, question: Question, verdict: AuditVerdict, x: Any, words: str) -> Row:
    """The row of an estimator whose process ended: what was found before stays."""
    if x is None:
        return replace(row, verdict=verdict, reason=words or "it took too long between two calls")
    command = command_for(question.target, question.family, x, question.options)
    return replace(
        row, verdict=verdict, findings=(Finding(verdict.value, tuple(x), f"x = {x}\n  {words}", command), *row.findings)
    )


def audited(questions: Sequence[Question], memory: int) -> Iterator[Row]:
    """Yield a row for each question, in order, from one other process that is restarted when it ends.

    A dataset on which a call ended the process is made smaller, unless it was given.
    """
    with Worker(memory) as worker:
        for question in questions:
            row = worker.ask(question)
            yield row if question.data is not None else _with_smaller_ending(worker, question, row)


def _with_smaller_ending(worker: Worker, question: Question, row: Row) -> Row:
    """The row with a smaller dataset on which a call crashes, or does not return in all its time, as on the first."""
    if not row.findings or row.findings[0].kind not in (AuditVerdict.CRASHED.value, AuditVerdict.TIMED_OUT.value):
        return row
    kind, found = row.findings[0].kind, np.array(row.findings[0].x)

    def asked(x: Array, seconds: float) -> Row:
        return worker.ask(replace(question, data=x.tolist(), only_held=True, seconds=seconds))

    def ends(x: Array) -> bool:
        try:
            again = asked(x, min(_PATIENCE, question.seconds))
        except DataError:
            return False  # rounding may leave the support
        return any(one.kind == kind for one in again.findings)

    less = smaller(found, ends, _SHRINK_SECONDS)
    if np.array_equal(less, found):
        return row
    again = [one for one in asked(less, question.seconds).findings if one.kind == kind]
    return replace(row, findings=(*again, *row.findings[1:])) if again else row
