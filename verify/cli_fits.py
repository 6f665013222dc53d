"""The commands that estimate: ``fit`` on data, ``verify`` on generated datasets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from ..proofs.errors import DataError, ExistenceError, UnsolvedError
from ..proofs.registry import any_family
from .cli_common import FAILED, INTERRUPTED, Name, echo_json
from .cli_input import fixed_values, named_families, require_writable, selected, write
from .cli_progress import checked_until_stopped
from .cli_render import fit_record, report_record, show_fit, show_report


def fit_data(
    name: Name,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A CSV file, a shipped data set, or - to read input.")],
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN",
            help="Observations; may be left out if one column is left for them. Where the dimension is a symbol, "
            "repeat it, as y=COLUMN where more than one thing is observed or known in rows.",
        ),
    ] = None,
    covariate: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="A covariate; repeat it for several, in the family's order."),
    ] = None,
    weights: Annotated[str | None, typer.Option(metavar="COLUMN", help="Multiplicities, not negative.")] = None,
    fixed: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A known parameter or constant: k=2, k=0.5, k=3/2; may be repeated."),
    ] = None,
    certified: Annotated[
        bool, typer.Option("--certify", help="Enclose the exact maximiser, and say how far the estimate is off.")
    ] = False,
    digits: Annotated[int, typer.Option(min=1, max=200, metavar="N", help="Correct digits to print of it.")] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with numbers in full, instead of text.")] = False,
) -> None:
    """Print the estimate for data.

    With standard errors where they are valid, and how the estimator was derived. A data set that has counts is
    weighted by them.
    """
    from ..proofs.family import Family

    declared = any_family(name)
    if not isinstance(declared, Family):
        if covariate:
            raise DataError(f"{name}: --covariate is for families of single numbers; give every column by --column")
        from .cli_structured import fit_structured_data

        fit_structured_data(declared, file, column or (), weights, fixed or (), certified, as_json)
        return
    known = fixed_values(fixed or (), declared)

    from .fitting import fit
    from .tables import read_table

    # Where the column of observations is left out, it is the only one left of all.
    wanted = [*column, *(covariate or ()), *([weights] if weights else ())] if column else ()
    table = read_table(file, wanted)
    x, w = selected(table, declared, column or (), covariate or (), weights)
    total = float(table.n if w is None else w.sum())
    certificate = None
    if certified:
        from .certify import certify
        from .cli_certificate import told_by

        certificate = certify(declared, x, w, known)
    try:
        result, refused = fit(declared, x, w, known), None
    except (ExistenceError, UnsolvedError) as error:  # what no double holds may be enclosed all the same
        if certificate is None:
            raise
        result, refused = None, told_by(certificate) or error
    if as_json:
        record = {} if result is None else fit_record(result, table, total)
        echo_json(record | ({} if certificate is None else {"certificate": json.loads(certificate.to_json())}))
    else:
        if result is not None:
            show_fit(result, table, total)
        if certificate is not None:
            from .cli_certificate import show_certificate

            show_certificate(certificate, result, digits)
    if refused is not None:
        raise refused


def verify_families(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Families or files; all shipped families when omitted.")
    ] = None,
    examples: Annotated[int, typer.Option(min=1, metavar="N", help="Datasets drawn for each family.")] = 5,
    seed: Annotated[int, typer.Option(min=0, metavar="S", help="The same seed draws the same datasets.")] = 0,
    jobs: Annotated[int, typer.Option(min=1, metavar="J", help="Processes that work at the same time.")] = 1,
    to_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the report to a file, too.")
    ] = None,
) -> None:
    """Check proof steps and estimates.

    Every step of the derivation is proved again, and every property of the estimates is tried on generated datasets.
    A check fails if it disagrees once, and also if it decides nothing.
    """
    if to_file is not None:
        require_writable(to_file)
    chosen = named_families(names or ())
    report, complete = checked_until_stopped(chosen, examples, seed, jobs)
    show_report(report)
    if to_file is not None:
        record = report_record(report, complete, examples, seed)
        write(to_file, json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    if not complete:
        typer.echo("Interrupted: what was not decided before is missing above.", err=True)
        raise typer.Exit(INTERRUPTED)
    if not report.ok:
        raise typer.Exit(FAILED)
