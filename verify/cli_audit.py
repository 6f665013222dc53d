"""``thetahat audit``: which estimators are asked, the progress bar, and the rows as a table, Markdown or JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..proofs.errors import DataError, ParameterError
from ..proofs.registry import family as family_named
from ..proofs.write.markdown import escaped
from .adapters.target import LIBRARIES, named_targets
from .audit_process import Question, audited
from .audit_rows import AuditVerdict, Finding, Row, row_record
from .cli_claim import estimators
from .cli_input import fixed_values

HEAD = ("target", "family", "verdict", "ulp", "decided", "undecided", "refused")


def questions_for(
    target: str,
    family: str,
    parameters: str | None,
    fixed: Sequence[str],
    data: str | None,
    limits: Mapping[str, Any],
) -> tuple[list[Question], list[Row]]:
    """Return what is asked about a target, and the rows of what cannot be asked at all.

    Raises
    ------
    UnknownFamilyError
        For a target, a library or a family that is not known.
    ParameterError
        For a function of the user's without a family, for values of constants that are missing or make no sense, and
        for options that an adapter settles itself.
    DataError
        For ``--data`` that are no numbers.

    Examples
    --------
    >>> questions, rest = questions_for("numpy.std", "", None, [], "1,2", {"examples": 5})
    >>> [(one.target, one.data) for one in questions]
    [('numpy.std', [1.0, 2.0]), ('numpy.std.unbiased', [1.0, 2.0])]
    """
    values = None if data is None else numbers(data)
    if ":" in target:
        if not family:
            raise ParameterError(f"{target}: name the family whose estimates it returns with --family NAME")
        known = {name: str(value) for name, value in fixed_values(fixed, family_named(family)).items()}
        options = [word for text in fixed for word in ("--fixed", text)]
        options += [] if parameters is None else ["--parameters", parameters]
        reading = None if parameters is None else estimators(parameters)
        own = Question(
            target, family, own=True, parameters=reading, fixed=known, data=values, options=tuple(options), **limits
        )
        return [own], []
    if parameters is not None or fixed:
        raise ParameterError(
            f"{target}: its adapter says how it is called and read; leave out --parameters and --fixed"
        )
    found = named_targets(target, family)
    asked = [Question(one.name, one.family, one.setting, data=values, **limits) for one in found if not one.unsupported]
    rest = [
        Row(one.name, one.setting, one.family, AuditVerdict.UNSUPPORTED, reason=one.unsupported)
        for one in found
        if one.unsupported
    ]
    return asked, rest


def numbers(text: str) -> list[Any]:
    """Return the dataset in ``1.5,2`` or, with covariates, in ``y,x;y,x``.

    >>> numbers("1.5,2"), numbers("1,2;3,4")
    ([1.5, 2.0], [[1.0, 2.0], [3.0, 4.0]])
    """
    rows = [part.split(",") for part in text.split(";")]
    try:
        values = [[float(word) for word in row] for row in rows]
    except ValueError:
        raise DataError(
            f"--data {text[:60]!r}: these are no numbers; write 1.5,2 or, with covariates, y,x;y,x"
        ) from None
    if len({len(row) for row in values}) != 1:
        raise DataError(f"--data {text[:60]!r}: every row needs as many numbers; write y,x;y,x")
    return values[0] if len(values) == 1 and ";" not in text else values


def audited_until_stopped(questions: Sequence[Question], memory: int) -> tuple[list[Row], bool]:
    """Return the rows, and whether they are complete: Ctrl-C ends the audit early.

    The bar goes to standard error, and only when that is a terminal.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    rows: list[Row] = []
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("auditing", total=len(questions))
        try:
            for row in audited(questions, memory):
                rows.append(row)
                progress.update(task, advance=1, description=f"audited {row.target}")
        except KeyboardInterrupt:
            return rows, False
    return rows, True


def table(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """Return the rows as cells below a header; of what is unsupported for one reason only the number.

    >>> table([Row("f", "floc=0", "gamma", AuditVerdict.ACCEPTED, nats=1e-12, ulps=2.0, decided=5)])[1]
    ('f(floc=0)', 'gamma', 'accepted within 1.0e-12 nats', '2', '5', '0', '0')
    """
    return [HEAD, *(_cells(row) for row in rows if row.verdict is not AuditVerdict.UNSUPPORTED)]


def _cells(row: Row) -> tuple[str, ...]:
    name = f"{row.target}({row.setting})" if row.setting else row.target
    ulps = "-" if row.ulps is None else f"{row.ulps:.2g}"
    return name, row.family, row.summary, ulps, str(row.decided), str(row.undecided), str(row.refused)


def reasons(rows: Sequence[Row]) -> list[str]:
    """Return a sentence for each reason why something is unsupported or was not finished, with all that it holds for.

    >>> reasons([Row("f", "", "", AuditVerdict.UNSUPPORTED, reason="no family")])
    ['unsupported (no family): f']
    """
    names: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.reason:
            names.setdefault((row.verdict.value, row.reason), []).append(row.target)
    said = (f"{verdict} ({reason}): {', '.join(found)}" for (verdict, reason), found in names.items())
    return ["\n".join(map(_visible, text.splitlines())) for text in said]


def finding_text(row: Row, finding: Finding) -> str:
    """Return one finding as lines: what was seen, what is promised, and the command that repeats it."""
    lines = [
        f"{_cells(row)[0]} for {row.family}: {finding.kind}",
        *(f"  {line}" for line in finding.words.splitlines()),
    ]
    if row.promise:
        lines.append(f"    promised   {row.promise} {row.link}".rstrip())
    return "\n".join(_visible(line) for line in [*lines, f"    again      {finding.command}"])


def markdown(rows: Sequence[Row], level: str = "##") -> str:
    """Return the rows as Markdown: a table, and below it every finding. Names and words are escaped.

    >>> print(markdown([Row("a|b", "", "gamma", AuditVerdict.ACCEPTED)]).splitlines()[2][:16])
    | a\\|b | gamma |
    """
    cells = [tuple(escaped(cell) for cell in row) for row in table(rows)]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    lines.insert(1, "|" + "---|" * len(HEAD))
    parts = ["\n".join(lines), *(escaped(one) for one in reasons(rows))]
    for row in rows:
        for finding in row.findings:
            parts.append(_finding_markdown(row, finding, level))
    return "\n\n".join(parts) + "\n"


def _finding_markdown(row: Row, finding: Finding, level: str) -> str:
    title = f"{level} {escaped(_cells(row)[0])}, {escaped(row.family)}: {escaped(finding.kind)}"
    # An indented block shows every character as it is, whatever a library's message holds.
    shown = "\n".join(f"    {_visible(line)}" for line in finding.words.splitlines())
    promise = f"Promised: {escaped(row.promise)} {escaped(row.link)}".rstrip() if row.promise else ""
    return "\n\n".join(part for part in (title, shown, promise, f"    {_visible(finding.command)}") if part)


def _visible(text: str) -> str:
    """The text without characters that a terminal would act on, whatever a library put into its messages."""
    return "".join(one if one.isprintable() else " " for one in text)


def record(rows: Sequence[Row], complete: bool, limits: Mapping[str, Any]) -> dict[str, Any]:
    """Return everything as plain data for JSON."""
    versions = {row.target.partition(".")[0]: row.version for row in rows if row.version}
    return {"complete": complete, **limits, "versions": versions, "rows": [row_record(row) for row in rows]}


def known_libraries() -> str:
    """Return the libraries for which there are adapters.

    >>> known_libraries().partition(",")[0]
    'numpy'
    """
    return ", ".join(LIBRARIES)
