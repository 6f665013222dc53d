"""The command line: how it begins, and how it ends: 0 done, 1 a check failed, 2 bad input, 130 Ctrl-C."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from ..proofs.errors import ThetahatError
from .cli_common import BAD_INPUT
from .cli_fits import fit_data, verify_families
from .cli_judging import audit_estimators, judge_claim, project_target
from .cli_pages import list_data, list_families, new_declaration, show_derivation, show_theorem

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Maximum-likelihood estimators, derived from a family's declaration, proved, and tested.",
    epilog="Exit codes: 0 done; 1 a check disagreed or decided nothing; 2 bad input; 130 interrupted.",
)

COMMANDS = (
    ("families", list_families, "thetahat families"),
    ("derive", show_derivation, "thetahat derive gamma --format markdown > gamma.md"),
    ("fit", fit_data, "thetahat fit gamma ball_bearings --fixed k=4"),
    ("verify", verify_families, "thetahat verify gamma weibull --examples 100 --jobs 2"),
    ("claim", judge_claim, 'thetahat claim gamma --mle "k = Mean(x)**2 / (Mean(x**2) - Mean(x)**2)"'),
    (
        "divergence",
        project_target,
        'thetahat divergence normal --target "normal(mu=-3, sigma=1) + normal(mu=3, sigma=1)"',
    ),
    ("audit", audit_estimators, "thetahat audit scipy.stats.gamma.fit"),
    ("new", new_declaration, "thetahat new waiting_time"),
    ("theorem", show_theorem, "thetahat theorem --format markdown > theorem.md"),
    ("data", list_data, "thetahat data"),
)
"""Each with what it runs and an example, in the order of the help text."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code when the input is bad; everything else ends in ``SystemExit``, as ``sys.exit`` does.

    Parameters
    ----------
    arguments
        The words after the program's name; those of the command line when omitted.
    """
    # Before NumPy is imported: matrices here are small, and threads for them cost a third of the time of ``verify``.
    for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
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


for _name, _function, _example in COMMANDS:
    app.command(_name, epilog=f"Example: {_example}")(_function)
