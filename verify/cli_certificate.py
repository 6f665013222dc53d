"""Prints a certificate below a fit: the digits that are proved, how far the estimate is off, and why it is global."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from .cli_render import KEY, show_table

if TYPE_CHECKING:
    from .certify import Certificate
    from .fitting import Fit


def show_certificate(certificate: Certificate, result: Fit, digits: int) -> None:
    """Print what is proved of the maximiser, to ``digits`` correct digits at most."""
    typer.echo(f"\n{'Certificate':<{KEY}}{certificate.verdict.value}")
    if certificate.theta:
        off = certificate.ulps(result)
        show_table(
            [
                ("parameter", "exact maximiser", "estimate off by"),
                *((name, held.digits(digits), f"{off[name]:.3g} ulp") for name, held in certificate.theta.items()),
            ]
        )
        typer.echo("")
        lost = certificate.nats_lost(result)
        typer.echo(f"{'Likelihood lost':<{KEY}}at most {max(lost.high, 0.0):.3g} nats by the estimate")
    for name, text in (("By", certificate.method), ("Since", certificate.argument), ("But", certificate.why)):
        if text:
            typer.echo(f"{name:<{KEY}}{text}")
