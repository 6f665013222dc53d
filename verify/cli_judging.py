"""The commands that judge what others say: formulas, targets outside the family, estimators."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..proofs.registry import any_family, family
from .cli_common import FAILED, INTERRUPTED, Name, echo_json
from .cli_input import require_writable
from .cli_render import show_table


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
    mean: Annotated[
        str | None,
        typer.Option(metavar="EXPRESSION", help="Of one observation; of several numbers with commas between."),
    ] = None,
    examples: Annotated[int, typer.Option(min=1, metavar="N", help="Datasets drawn to refute an estimator.")] = 200,
    seed: Annotated[int, typer.Option(min=0, metavar="S", help="The same seed draws the same datasets.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Prove or refute what a formula says.

    Expressions are written as in Python; they are read, never run. What is refuted comes with a case in which it is
    wrong. Anything but a proof ends with exit code 1.
    """
    from .claims import ClaimVerdict, check_claim
    from .cli_claim import claim_record, estimators, matrix, means

    declared = any_family(name)
    verdict = check_claim(
        declared,
        entropy=entropy,
        cross_entropy=cross_entropy,
        kl=kl,
        mle=None if mle is None else estimators(mle),
        log_partition=log_partition,
        fisher_information=None if fisher_information is None else matrix(fisher_information),
        mean=None if mean is None else means(mean),
        examples=examples,
        seed=seed,
    )
    if as_json:
        echo_json(claim_record(verdict))
    else:
        typer.echo(str(verdict))
    if verdict.verdict is not ClaimVerdict.PROVED:
        raise typer.Exit(FAILED)


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
        echo_json(record(rows, complete, limits))
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
