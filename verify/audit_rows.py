"""What an audit found: one row for each estimator, the datasets that show it, and the command that repeats each."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any


class AuditVerdict(Enum):
    """What is said of an estimator."""

    ACCEPTED = "accepted"
    REFUTED = "refuted"
    REFUTED_AT_EXTREMES = "refuted on extreme data"
    REFUSES = "refuses"
    REFUSES_EXTREMES = "refuses extreme data"
    UNSUPPORTED = "unsupported"
    CRASHED = "crashed"
    TIMED_OUT = "timed out"
    UNDECIDED = "undecided"


FAILURES = frozenset(AuditVerdict) - {AuditVerdict.ACCEPTED, AuditVerdict.UNSUPPORTED}
"""With these an audit fails; where everything is unsupported, it has decided nothing and fails, too."""


@dataclass(frozen=True)
class Finding:
    """One dataset and what happened on it.

    Attributes
    ----------
    kind
        The value of the verdict that it would lead to alone.
    x
        The dataset, as small as was found; a list of rows where there are covariates.
    words
        What was returned, what the estimate is, and how many nats are lost; or what was raised.
    command
        Repeats it.
    """

    kind: str
    x: tuple[Any, ...]
    words: str
    command: str


@dataclass(frozen=True)
class Row:
    """One estimator.

    ``nats`` and ``ulps`` are the most that an accepted answer on ordinary data lost, per observation, and was off;
    ``None`` where nothing was measured. ``refused`` counts datasets with a maximiser on which an exception was
    raised; they are not among the decided ones.
    """

    target: str
    setting: str
    family: str
    verdict: AuditVerdict
    nats: float | None = None
    ulps: float | None = None
    tolerance: float = 0.0
    decided: int = 0
    undecided: int = 0
    refused: int = 0
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    promise: str = ""
    link: str = ""
    version: str = ""
    is_map_verified: bool = False

    @property
    def summary(self) -> str:
        """The verdict, with the nats within which it holds.

        >>> Row("f", "", "normal", AuditVerdict.ACCEPTED, nats=2e-12).summary
        'accepted within 2.0e-12 nats'
        """
        if self.verdict is AuditVerdict.ACCEPTED and self.nats is not None:
            return f"accepted within {self.nats:.1e} nats"
        return self.verdict.value


def passes(rows: Sequence[Row]) -> bool:
    """Return whether something was accepted and nothing failed.

    >>> passes([Row("f", "", "normal", AuditVerdict.ACCEPTED)]), passes([])
    (True, False)
    """
    accepted = any(row.verdict is AuditVerdict.ACCEPTED for row in rows)
    return accepted and not any(row.verdict in FAILURES for row in rows)


def row_record(row: Row) -> dict[str, Any]:
    """Return a row as plain data for JSON.

    >>> row_record(Row("f", "", "normal", AuditVerdict.ACCEPTED))["verdict"]
    'accepted'
    """
    return asdict(row) | {"verdict": row.verdict.value}


def row_from(record: Mapping[str, Any]) -> Row:
    """Return the row that ``row_record`` wrote, also after a way through JSON.

    >>> import json
    >>> row = Row("f", "", "normal", AuditVerdict.CRASHED, findings=(Finding("crashed", (1.0,), "", ""),))
    >>> row_from(json.loads(json.dumps(row_record(row)))) == row
    True
    """
    findings = tuple(Finding(**(found | {"x": tuple(found["x"])})) for found in record["findings"])
    return Row(**(dict(record) | {"verdict": AuditVerdict(record["verdict"]), "findings": findings}))


def command_for(target: str, family: str, x: Sequence[Any], options: Sequence[str] = ()) -> str:
    """Return the command that asks one estimator of one dataset, quoted for a shell.

    >>> command_for("scipy.stats.norm.fit", "normal", [1.0, 2.5])
    'thetahat audit scipy.stats.norm.fit --family normal --data 1.0,2.5'
    >>> command_for("statsmodels.OLS", "linear_regression", [[1.0, 2.5], [2.0, -3.0]])
    "thetahat audit statsmodels.OLS --family linear_regression --data '1.0,2.5;2.0,-3.0'"
    """
    return shlex.join(["thetahat", "audit", target, "--family", family, *options, "--data", data_text(x)])


def data_text(x: Sequence[Any]) -> str:
    """Return a dataset as ``--data`` takes it: numbers with commas between; rows with semicolons between.

    >>> data_text([[1.0, 2.0], [3.0, 4.0]])
    '1.0,2.0;3.0,4.0'
    """
    if x and isinstance(x[0], (list, tuple)):
        return ";".join(",".join(map(repr, row)) for row in x)
    return ",".join(map(repr, x))
