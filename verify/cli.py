"""The command line: which commands there are, and how they end: 0 done, 1 a check failed, 2 bad input, 130 Ctrl-C."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

# Nothing heavy at this level: a listing must not wait for SymPy, NumPy, SciPy or Hypothesis.
from ..proofs.errors import ThetahatError
from ..proofs.registry import catalogue, family, is_structured, structured, structured_catalogue
from .cli_input import (
    fixed_values,
    named_families,
    new_name,
    require_fittable,
    require_writable,
    selected,
    write,
)
from .cli_progress import checked_until_stopped
from .cli_render import (
    Format,
    dataset_text,
    derivation_page,
    fit_record,
    report_record,
    show_fit,
    show_report,
    show_table,
    structured_page,
)

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130


class PageFormat(StrEnum):
    """How the theorem is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    LATEX = "latex"


app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Maximum-likelihood estimators, derived from a family's declaration, proved, and tested.",
    epilog="Exit codes: 0 done; 1 a check disagreed or decided nothing; 2 bad input; 130 interrupted.",
)

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="A family's name, a Python file that declares one, or file.py:CONSTANT.")
]


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code when the input is bad; everything else ends in ``SystemExit``, as ``sys.exit`` does.

    Parameters
    ----------
    arguments
        The words after the program's name; those of the command line when omitted.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal or file whose encoding lacks a character gets its code, not a traceback.
            stream.reconfigure(errors="backslashreplace")
    command = typer.main.get_command(app)
    try:
        command(args=None if arguments is None else list(arguments), prog_name="thetahat")
    except ThetahatError as error:
        typer.echo(f"Error: {_one_line(str(error))}", err=True)
        return BAD_INPUT
    return 0


def _one_line(text: str) -> str:
    """The text without line breaks and without characters that a terminal would act on."""
    return "".join(one if one.isprintable() else " " for one in " ".join(text.split()))


def _version(wanted: bool) -> None:
    if wanted:
        from thetahat import __version__

        typer.echo(f"thetahat {__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Maximum-likelihood estimators, derived from a family's declaration, proved, and tested."""


@app.command("families", epilog="Example: thetahat families")
def list_families(
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list instead of a table.")] = False,
) -> None:
    """List the shipped families."""
    entries = (*catalogue(), *structured_catalogue())
    if as_json:
        _echo_json([{"name": one.name, "kind": one.kind, "summary": one.summary} for one in entries])
    else:
        show_table([("name", "kind", "summary"), *((one.name, one.kind, one.summary) for one in entries)])


@app.command("derive", epilog="Example: thetahat derive gamma --format markdown > gamma.md")
def show_derivation(
    name: Name,
    style: Annotated[Format, typer.Option("--format", help="How the derivation is written.")] = Format.TEXT,
    reverse: Annotated[
        bool, typer.Option("--reverse", help="Print what minimising KL(model || data) gives, beside it, instead.")
    ] = False,
) -> None:
    """Print a derivation, step by step.

    The estimator, every step with the evidence for it, what is proved, and what is not.
    """
    if reverse:
        from ..proofs.directions import derive

        typer.echo(str(derive(family(name), direction="reverse")))
        return
    page = (
        structured_page(structured(name), style) if is_structured(name) else derivation_page(family(name), name, style)
    )
    typer.echo(page)


@app.command("fit", epilog="Example: thetahat fit gamma ball_bearings --fixed k=4")
def fit_data(
    name: Name,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A CSV file, a shipped data set, or - to read input.")],
    column: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Observations; may be left out if one column is left for them.")
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
    require_fittable(name)
    declared = family(name)
    known = fixed_values(fixed or (), declared)

    from .fitting import fit
    from .tables import read_table

    table = read_table(file)
    x, w = selected(table, declared, column, covariate or (), weights)
    result = fit(declared, x, w, known)
    total = float(table.n if w is None else w.sum())
    certificate = None
    if certified:
        from .certify import certify

        certificate = certify(declared, x, w, known)
    if as_json:
        proof = {} if certificate is None else {"certificate": json.loads(certificate.to_json())}
        _echo_json(fit_record(result, table, total) | proof)
    else:
        show_fit(result, table, total)
        if certificate is not None:
            from .cli_certificate import show_certificate

            show_certificate(certificate, result, digits)


@app.command("verify", epilog="Example: thetahat verify gamma weibull --examples 100 --jobs 2")
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


@app.command("claim", epilog='Example: thetahat claim gamma --mle "k = Mean(x)**2 / (Mean(x**2) - Mean(x)**2)"')
def judge_claim(
    name: Name,
    entropy: Annotated[str | None, typer.Option(metavar="EXPRESSION", help="In nats.")] = None,
    cross_entropy: Annotated[
        str | None, typer.Option(metavar="EXPRESSION", help="Of two members: k_0 is of the first, k_1 of the second.")
    ] = None,
    kl: Annotated[
        str | None, typer.Option(metavar="EXPRESSION", help="The divergence from the first member to the second.")
    ] = None,
    mle: Annotated[
        str | None,
        typer.Option(metavar="NAME=EXPRESSION,...", help="Estimators, in Mean(f(x)), Quantile(level) and n."),
    ] = None,
    log_partition: Annotated[str | None, typer.Option(metavar="EXPRESSION", help="Up to a constant.")] = None,
    fisher_information: Annotated[
        str | None, typer.Option(metavar="MATRIX", help='Of one observation: "a, b; c, d" in declared order.')
    ] = None,
    mean: Annotated[str | None, typer.Option(metavar="EXPRESSION", help="Of one observation.")] = None,
    examples: Annotated[int, typer.Option(min=1, metavar="N", help="Datasets drawn to refute an estimator.")] = 200,
    seed: Annotated[int, typer.Option(min=0, metavar="S", help="The same seed draws the same datasets.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Prove or refute what a formula says.

    Expressions are written as in Python; they are read, never run. What is refuted comes with a case in which it is
    wrong. Anything but a proof ends with exit code 1.
    """
    from .claims import ClaimVerdict, check_claim
    from .cli_claim import claim_record, estimators, matrix

    declared = family(name)
    verdict = check_claim(
        declared,
        entropy=entropy,
        cross_entropy=cross_entropy,
        kl=kl,
        mle=None if mle is None else estimators(mle),
        log_partition=log_partition,
        fisher_information=None if fisher_information is None else matrix(fisher_information),
        mean=mean,
        examples=examples,
        seed=seed,
    )
    if as_json:
        _echo_json(claim_record(verdict))
    else:
        typer.echo(str(verdict))
    if verdict.verdict is not ClaimVerdict.PROVED:
        raise typer.Exit(FAILED)


@app.command(
    "divergence", epilog='Example: thetahat divergence normal --target "normal(mu=-3, sigma=1) + normal(mu=3, sigma=1)"'
)
def project_target(
    name: Name,
    target: Annotated[
        str,
        typer.Option(
            metavar="TARGET",
            help='A member "gamma(k=2, theta=1)", a weighted sum of members, or a table "{0: 1, 1: 3}".',
        ),
    ],
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw both projections and both divergences (needs matplotlib).")
    ] = None,
) -> None:
    """Project a target in both directions.

    The member with the least KL(target || member), which maximum likelihood tends to, and the one with the least
    KL(member || target), which settles on one part of a target that has several.
    """
    from .cli_target import target_of
    from .projections import i_projection, m_projection

    if plot is not None:
        require_writable(plot)
    declared, read = family(name), target_of(target)
    forward, reverse = m_projection(read, declared), i_projection(read, declared)
    typer.echo(f"{forward}\n{reverse}")
    if plot is not None:
        from .picture import draw

        draw(read, forward, reverse, plot)
        typer.echo(f"Wrote {plot}")


@app.command("audit", epilog="Example: thetahat audit scipy.stats.gamma.fit")
def audit_estimators(
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET",
            help="numpy, scipy, sklearn, statsmodels, preliz, reliability or pomegranate; one of their estimators, as "
            "scipy.stats.gamma.fit; or module:function.",
        ),
    ],
    family_name: Annotated[
        str, typer.Option("--family", metavar="NAME", help="The family whose estimates are returned.")
    ] = "",
    parameters: Annotated[
        str | None,
        typer.Option(metavar="NAME=EXPRESSION,...", help="The family's parameters in the names of what is returned."),
    ] = None,
    fixed: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="What the function takes as known; may be repeated.")
    ] = None,
    data: Annotated[
        str | None, typer.Option(metavar="NUMBERS", help="Ask of this dataset: 1.5,2; with covariates y,x;y,x.")
    ] = None,
    examples: Annotated[int, typer.Option(min=2, metavar="N", help="Datasets drawn for each estimator.")] = 100,
    seed: Annotated[int, typer.Option(min=0, metavar="S", help="The same seed draws the same datasets.")] = 0,
    seconds: Annotated[float, typer.Option(min=1, metavar="S", help="Time for the calls of one estimator.")] = 60.0,
    memory: Annotated[float, typer.Option(min=0.5, metavar="GIB", help="Memory that audited code may take.")] = 8.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown instead of a table.")] = False,
) -> None:
    """Audit other people's estimators.

    Every estimate is judged by a certificate of the exact maximum. The code that is audited runs in a process of its
    own. What is refuted comes with a dataset as small as was found, and the command that repeats it.
    """
    from .audit_rows import passes
    from .cli_audit import audited_until_stopped, finding_text, markdown, questions_for, reasons, record, table

    limits = {"examples": examples, "seed": seed, "seconds": seconds}
    questions, rows = questions_for(target, family_name, parameters, fixed or (), data, limits)
    found, complete = audited_until_stopped(questions, int(memory * 2**30))
    rows = [*found, *rows]
    if as_json:
        _echo_json(record(rows, complete, limits))
    elif as_markdown:
        typer.echo(markdown(rows), nl=False)
    else:
        show_table(table(rows))
        for text in (*reasons(rows), *(finding_text(row, one) for row in rows for one in row.findings)):
            typer.echo(f"\n{text}")
    if not complete:
        typer.echo("Interrupted: what was not decided before is missing above.", err=True)
        raise typer.Exit(INTERRUPTED)
    if not passes(rows):
        raise typer.Exit(FAILED)


@app.command("new", epilog="Example: thetahat new waiting_time")
def new_declaration(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the family: lower case, digits, underscores.")],
) -> None:
    """Write a declaration to fill in.

    NAME.py is complete and runs as it is; its comments say what to change.
    """
    from .template import declaration

    path = Path(f"{new_name(name)}.py")
    write(path, declaration(name), new=True)
    typer.echo(f"Wrote {path}. Change it, then run:\n  thetahat derive {path}\n  thetahat verify {path}")


@app.command("theorem", epilog="Example: thetahat theorem --format markdown > theorem.md")
def show_theorem(
    style: Annotated[PageFormat, typer.Option("--format", help="How the proof is written.")] = PageFormat.TEXT,
    of_divergence: Annotated[bool, typer.Option("--laws", help="The laws of the divergence instead.")] = False,
) -> None:
    """Print the theorem behind it all, or the laws of the divergence.

    Maximum likelihood minimises the KL divergence from the data: the proof for an arbitrary family, step by step.
    """
    from ..proofs.laws import laws
    from ..proofs.theorem import theorem

    proof = laws() if of_divergence else theorem()
    if style is PageFormat.MARKDOWN:
        text = proof._repr_markdown_()
    elif style is PageFormat.LATEX:
        text = proof._repr_latex_()
    else:
        text = str(proof)
    typer.echo(text.rstrip("\n"))


@app.command("data", epilog="Example: thetahat data")
def list_data() -> None:
    """List the shipped data sets."""
    from .datasets import datasets

    typer.echo("\n\n".join(dataset_text(one) for one in datasets()))


def _echo_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
