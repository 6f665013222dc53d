"""Checks that a certified maximum is that of the same members in other parameters, certified on the same data."""

from __future__ import annotations

from ...proofs.balls import precision
from ...proofs.errors import ThetahatError
from ..observations import Observations
from .certificate import Certificate
from .methods import RENAMED
from .prove import certify
from .renamed import CARRIED, put_back, renamings


def is_so_in_other_parameters(certificate: Certificate, observations: Observations) -> bool:
    """Return whether the same is certified in other parameters, by a certificate that is checked.

    >>> from sympy import Interval, Symbol
    >>> from thetahat import Parameter, family
    >>> from thetahat.verify.valid_data import require_data
    >>> h = Symbol("h", positive=True)
    >>> renamed = family("triangular").reparametrise("renamed", [Parameter(h, Interval.open(0, 1))], {"c": 1 - h})
    >>> x = [0.2, 0.5, 0.6]
    >>> is_so_in_other_parameters(certify(renamed, x), require_data(renamed, x))
    True
    """
    if certificate.verdict not in CARRIED or certificate.others:
        return False
    for way in renamings(certificate.family):
        try:
            other = certify(way.of(certificate.family), observations.x, observations.weights)
        except ThetahatError:
            continue
        if other.method == RENAMED or other.verdict is not certificate.verdict:
            continue
        if not other.check(observations.x, observations.weights):
            continue
        with precision(max(certificate.bits, other.bits)):
            theta = {item.symbol: other.theta[item.name].ball for item in way.parameters} if other.theta else {}
            found = put_back(way, certificate.family, theta)
            return all(certificate.theta[symbol.name].ball.overlaps(ball) for symbol, ball in found.items())
    return False
