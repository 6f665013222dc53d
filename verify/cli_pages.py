"""The commands that print what is known without data: families, derivations, the theorem, data sets, a template."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

# Nothing heavy at this level: a listing must not wait for SymPy, NumPy, SciPy or Hypothesis.
from ..proofs.registry import any_family, catalogue, family, structured_catalogue
from .cli_common import Name, echo_json
from .cli_input import new_name, write
from .cli_render import Format, dataset_text, derivation_page, show_table, structured_page


class PageFormat(StrEnum):
    """How the theorem is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    LATEX = "latex"


def list_families(
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list instead of a table.")] = False,
) -> None:
    """List the shipped families."""
    entries = (*catalogue(), *structured_catalogue())
    if as_json:
        echo_json([{"name": one.name, "kind": one.kind, "summary": one.summary} for one in entries])
    else:
        show_table([("name", "kind", "summary"), *((one.name, one.kind, one.summary) for one in entries)])


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
    from ..proofs.family import Family

    declared = any_family(name)
    if isinstance(declared, Family):
        typer.echo(derivation_page(declared, name, style))
    else:
        typer.echo(structured_page(declared, style))


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


def list_data() -> None:
    """List the shipped data sets."""
    from .datasets import datasets

    typer.echo("\n\n".join(dataset_text(one) for one in datasets()))


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
