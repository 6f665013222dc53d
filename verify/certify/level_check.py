"""Checks that whole lines of members are equally likely, and what is certified of those that each line crosses."""

from __future__ import annotations

from ...proofs.balls import ball
from ...proofs.errors import ThetahatError
from ..observations import Observations
from ..predictor_rows import is_level_along, predictor_rows
from .certificate import Certificate
from .certificate import CertificateVerdict as Verdict
from .prove import certify


def is_highest_line(certificate: Certificate, observations: Observations) -> bool:
    """Return whether the witness changes no predictor, and a certificate of the members across it is confirmed.

    >>> from thetahat import family
    >>> from thetahat.verify.valid_data import require_data
    >>> regression, rows = family("linear_regression"), [[1.0, 2.0], [3.0, 2.0]]
    >>> is_highest_line(certify(regression, rows), require_data(regression, rows))
    True
    """
    family = certificate.family
    rows = predictor_rows(family)
    if rows is None or not is_level_along(family, rows):
        return False
    if not rows.is_unchanged(certificate.witness, observations.sample, family.columns):
        return False
    item, value = rows.crossing(certificate.witness)
    try:
        across = certify(family.fix(**{item.name: value}), observations.x, observations.weights)
        if across.verdict is Verdict.UNDECIDED or not across.check(observations.x, observations.weights):
            return False
    except ThetahatError:
        return False
    if certificate.verdict in (Verdict.NO_MAXIMUM, Verdict.UNBOUNDED):
        return across.verdict is certificate.verdict
    if certificate.verdict is not Verdict.GLOBAL_SET or set(certificate.theta) != set(family.parameter_names):
        return False
    held = all(certificate.theta[name].ball.overlaps(one.ball) for name, one in across.theta.items())
    return across.verdict.is_global and held and bool(certificate.theta[item.name].ball.overlaps(ball(value)))
