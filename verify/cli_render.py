"""How results look on a command line: plain columns, coloured ones in a terminal, and dictionaries for JSON."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import typer

from ..proofs.errors import DeclarationError
from ..proofs.registry import catalogue, structured_catalogue

if TYPE_CHECKING:
    from ..proofs.family import Family
    from ..proofs.structured.family import StructuredFamily
    from .columns import Table
    from .datasets import Dataset
    from .fitting import Fit
    from .report import Report, Tally

_SHOWN = ("Estimator", "Equation", "Outcome", "Exists", "Maximum")
KEY = 18
_MANY = 4
_LEGEND = "n: agree, n?: undecided, n!: disagree, none: nothing was decided, which is a failure, -: does not apply"
_NO_ERRORS = "none: the estimate is not known to be a smooth maximum inside the parameter space"


class Format(StrEnum):
    """How a derivation is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    LATEX = "latex"
    HTML = "html"
    JSON = "json"


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of cells as text in columns, two spaces apart.

    >>> print(aligned([("name", "n"), ("a", "10")]))
    name  n
    a     10
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def show_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows, the first of which is the header: plain columns, or a fitted table when in a terminal."""
    if not sys.stdout.isatty():
        typer.echo(aligned(rows))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    table = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    for cell in rows[0]:
        table.add_column(Text(cell), overflow="fold")
    for row in rows[1:]:
        table.add_row(*(Text(cell, style="bold red" if cell.endswith("!") or cell == "none" else "") for cell in row))
    Console().print(table)


def derivation_page(declared: Family, name: str, style: Format) -> str:
    """Return the derivation of a family that was asked for as ``name``, written in a style.

    >>> from thetahat import family
    >>> derivation_page(family("rayleigh"), "rayleigh", Format.TEXT).splitlines()[0]
    'Rayleigh'
    """
    from ..proofs.engine import derive
    from ..proofs.write.as_json import derivation_json
    from ..proofs.write.html import derivation_html
    from ..proofs.write.latex import derivation_latex
    from ..proofs.write.markdown import derivation_markdown
    from ..proofs.write.text import derivation_text

    derivation = derive(declared)
    # What the file of a shipped declaration says beside the family; a file of the user's is named as it was given.
    entry = next((one for one in catalogue() if one.name == name), None)
    summary = entry.summary if entry else ""
    path = f"proofs/families/{entry.kind}/{entry.name}.py" if entry else name if ".py" in name else ""
    written = {
        Format.TEXT: lambda: derivation_text(derivation),
        Format.MARKDOWN: lambda: derivation_markdown(derivation, summary, path),
        Format.LATEX: lambda: derivation_latex(derivation),
        Format.HTML: lambda: derivation_html(derivation, summary, path),
        Format.JSON: lambda: json.dumps(derivation_json(derivation), indent=2, ensure_ascii=False),
    }
    return written[style]().rstrip("\n")


def structured_page(declared: StructuredFamily, style: Format) -> str:
    """Return the derivation of a structured family, written in a style.

    Raises
    ------
    DeclarationError
        For HTML, which is not written for these.

    Examples
    --------
    >>> from ..proofs.registry import structured
    >>> structured_page(structured("multinomial"), Format.TEXT).splitlines()[0]
    'Multinomial'
    """
    from ..proofs.structured.engine import derive_structured
    from ..proofs.write import structured_page as write
    from ..proofs.write.structured_json import structured_json

    if style is Format.HTML:
        raise DeclarationError(f"{declared.name}: a structured family is not written as html; choose another format")
    derivation = derive_structured(declared)
    entry = next((one for one in structured_catalogue() if one.name == declared.name), None)
    written = {
        Format.TEXT: lambda: write.structured_text(derivation),
        Format.MARKDOWN: lambda: write.structured_markdown(derivation) if entry is None else write.entry_page(entry),
        Format.LATEX: lambda: write.structured_latex(derivation),
        Format.JSON: lambda: json.dumps(structured_json(derivation), indent=2, ensure_ascii=False),
    }
    return written[style]().rstrip("\n")


def dataset_text(dataset: Dataset) -> str:
    """Return what a shipped data set is, and where it was published.

    >>> from .datasets import datasets
    >>> print(dataset_text(datasets()[1]).splitlines()[0])
    ball_bearings: Endurance of deep-groove ball bearings
    """
    columns = [f"{name} (weights)" if name == dataset.weights else name for name in dataset.columns]
    lines = [
        f"{dataset.name}: {dataset.title}",
        f"  columns  {', '.join(columns)}",
        f"  unit     {dataset.unit}",
        f"  source   {dataset.source}",
        *([f"  note     {dataset.note}"] if dataset.note else []),
    ]
    return "\n".join(lines)


def show_fit(result: Fit, table: Table, total: float) -> None:
    """Print an estimate, its precision, and how the estimator was derived; ``total`` is the sum of the weights."""
    weight = "" if total == result.n else f", total weight {total:.17g}"
    typer.echo(f"{result.family.name} fitted to {table.name}: n = {result.n}{weight}\n")
    errors = result.standard_errors
    show_table(
        [
            ("parameter", "estimate", "standard error"),
            *((name, f"{value:.10g}", _error(errors.get(name))) for name, value in result.theta_hat.items()),
        ]
    )
    typer.echo("")
    for name, (low, high) in result.sets.items():
        typer.echo(f"{'Maximisers':<{KEY}}every {name} from {low:.10g} to {high:.10g}; above is the middle")
    if not errors:
        typer.echo(f"{'Standard errors':<{KEY}}{_NO_ERRORS}")
    typer.echo(f"{'Log-likelihood':<{KEY}}{result.log_likelihood:.10g} nats, summed over the observations")
    for name, text in _derived(result):
        typer.echo(f"{name:<{KEY}}{text}")


def _error(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _derived(result: Fit) -> list[tuple[str, str]]:
    """How the estimator came about, as the derivation's own page says it."""
    from ..proofs.write.content import content
    from ..proofs.write.text import line_text

    found = [(name, lines) for name, lines in content(result.derivation).rows if name.startswith(_SHOWN)]
    return [(name if at == 0 else "", line_text(line)) for name, lines in found for at, line in enumerate(lines)]


def fit_record(result: Fit, table: Table, total: float) -> dict[str, Any]:
    """Return an estimate and how it was derived in plain types, ready for JSON; numbers are not rounded."""
    from ..proofs.write.display import unfolded
    from ..proofs.write.text import expression_text

    derivation = result.derivation

    def shown(expression: Any) -> str:
        return expression_text(unfolded(expression, derivation.statistics))

    return {
        "family": result.family.name,
        "data": table.name,
        "n": result.n,
        "total_weight": total,
        "theta_hat": dict(result.theta_hat),
        "sets": {name: list(ends) for name, ends in result.sets.items()},
        "standard_errors": dict(result.standard_errors),
        # JSON has no infinity.
        "log_likelihood": result.log_likelihood if math.isfinite(result.log_likelihood) else None,
        "outcome": result.outcome.value,
        "estimator": {str(symbol): shown(value) for symbol, value in derivation.estimator.items()},
        "equations": [f"{shown(one)} = 0" for one in derivation.equations],
        "exists_when": [{"condition": one.meaning, "why": one.why} for one in derivation.exists_when],
        "global_maximum_proved": derivation.optimality.proved,
    }


def show_report(report: Report) -> None:
    """Print families against checks, the three counts, and a counterexample for every check that failed."""
    if not report.tallies:
        typer.echo("nothing was decided")
        return
    cells = {(tally.family, tally.check): _cell(tally) for tally in report.tallies}
    families = list(dict.fromkeys(tally.family for tally in report.tallies))
    checks = list(dict.fromkeys(tally.check for tally in report.tallies))
    if len(families) <= _MANY:
        rows = [(check, *(cells.get((one, check), "-") for one in families)) for check in checks]
        show_table([("check", *families), *rows])
    else:
        numbers = [str(number) for number in range(1, len(checks) + 1)]
        rows = [(one, *(cells.get((one, check), "-") for check in checks)) for one in families]
        show_table([("family", *numbers), *rows])
        typer.echo("")
        for number, check in zip(numbers, checks, strict=True):
            typer.echo(f"{number:>3}  {check}")
    typer.echo(f"\n{_LEGEND}\n")
    typer.echo(f"{report.agree} agree, {report.disagree} disagree, {report.undecided} undecided")
    for counterexample in report.counterexamples:
        typer.echo(f"FAILED: {counterexample}")


def _cell(tally: Tally) -> str:
    """The three counts in few characters; what fails ends in ``!`` or is ``none``."""
    if tally.vacuous:
        return "none"
    counts = ((tally.agree, ""), (tally.undecided, "?"), (tally.disagree, "!"))
    return " ".join(f"{count}{mark}" for count, mark in counts if count)


def report_record(report: Report, complete: bool, examples: int, seed: int) -> dict[str, Any]:
    """Return a report in plain types, ready for JSON; ``complete`` tells whether every family asked for is in it."""
    return {
        "ok": report.ok,
        "complete": complete,
        "examples": examples,
        "seed": seed,
        "agree": report.agree,
        "disagree": report.disagree,
        "undecided": report.undecided,
        "checks": [
            {
                "family": tally.family,
                "check": tally.check,
                "agree": tally.agree,
                "disagree": tally.disagree,
                "undecided": tally.undecided,
                "vacuous": tally.vacuous,
                "ok": tally.ok,
                "counterexample": tally.counterexample,
            }
            for tally in report.tallies
        ],
    }
