"""Prints a certificate below a fit: the digits that are proved, how far the estimate is off, and why it is global."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from ..proofs.errors import ExistenceError
from .certify import Certificate, CertificateVerdict
from .cli_render import KEY, show_table

if TYPE_CHECKING:
    from .fitting import Fit


def told_by(certificate: Certificate) -> ExistenceError | None:
    """Return the refusal of data that are proved to have no maximiser; what a fit found, or did not, is no news then.

    >>> from thetahat import certify, family
    >>> print(told_by(certify(family("lomax"), [1.0, 2.0, 3.0])))
    lomax: these data have no maximiser in the parameter space, as proved above; collect other data, or fix a parameter
    >>> told_by(certify(family("lomax"), [0.25, 1.0, 40.0])) is None
    True
    """
    if certificate.verdict is not CertificateVerdict.NO_MAXIMUM:
        return None
    return ExistenceError(
        f"{certificate.family.name}: these data have no maximiser in the parameter space, as proved above; collect "
        "other data, or fix a parameter"
    )


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
