"""Prints a certificate below a fit: the digits that are proved, how far the estimate is off, and why it is global."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from .cli_render import KEY, show_table

if TYPE_CHECKING:
    from .certify import Certificate
    from .fitting import Fit


def show_certificate(certificate: Certificate, result: Fit | None, digits: int) -> None:
    """Print what is proved of the maximiser, to ``digits`` correct digits at most; ``None`` for a refused estimate."""
    typer.echo(f"\n{'Certificate':<{KEY}}{certificate.words}")
    if certificate.theta:
        rows = [(name, held.values(digits)) for name, held in certificate.theta.items()]
        if result is None:
            show_table([("parameter", "exact maximiser"), *rows])
            typer.echo("")
        else:
            off, lost = certificate.ulps(result), certificate.nats_lost(result)
            told = [(*row, f"{off[row[0]]:.3g} ulp") for row in rows]
            show_table([("parameter", "exact maximiser", "estimate off by"), *told])
            typer.echo("")
            typer.echo(f"{'Likelihood lost':<{KEY}}at most {max(lost.high, 0.0):.3g} nats by the estimate")
    for theta in certificate.others:
        shown = ", ".join(f"{name} = {held.values(digits)}" for name, held in theta.items())
        typer.echo(f"{'As high':<{KEY}}{shown}")
    for name, text in (("By", certificate.method), ("Since", certificate.argument), ("But", certificate.why)):
        if text:
            typer.echo(f"{name:<{KEY}}{text}")
