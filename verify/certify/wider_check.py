"""Checks that a certified maximum is that of the family in wider spaces, which is certified on the same data."""

from __future__ import annotations

from ...proofs.balls import precision
from ...proofs.errors import ThetahatError
from ..observations import Observations
from .certificate import Certificate
from .certificate import CertificateVerdict as Verdict
from .prove import certify
from .wider import in_wider_spaces, is_in_spaces


def is_highest_in_wider_spaces(certificate: Certificate, observations: Observations) -> bool:
    """Return whether the same point is the only global maximum of the wider family, by a certificate that is checked.

    >>> from sympy import Interval, Reals, Symbol, log, pi
    >>> from thetahat import Family, Parameter
    >>> from thetahat.verify.valid_data import require_data
    >>> y, m = Symbol("y", real=True), Symbol("m", real=True)
    >>> bounded = Family("bounded", y, Reals, (Parameter(m, Interval(-9, 9)),), -log(pi) - log(1 + (y - m) ** 2))
    >>> proof = certify(bounded, [0.0, 1.0, 5.0])
    >>> is_highest_in_wider_spaces(proof, require_data(bounded, [0.0, 1.0, 5.0]))
    True
    """
    wider = in_wider_spaces(certificate.family)
    if wider is None:
        return False
    try:
        whole = certify(wider, observations.x, observations.weights)
    except ThetahatError:
        return False
    if whole.verdict is not Verdict.UNIQUE_GLOBAL or not whole.check(observations.x, observations.weights):
        return False
    with precision(max(certificate.bits, whole.bits)):
        inside = is_in_spaces(certificate.family, {s: whole.theta[s.name].ball for s in certificate.family.symbols})
        return inside and all(held.ball.overlaps(whole.theta[name].ball) for name, held in certificate.theta.items())
