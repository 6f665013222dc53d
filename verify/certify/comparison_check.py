"""Checks that no observation is higher than those that a certificate holds, and that these are exactly as high."""

from __future__ import annotations

from collections.abc import Callable

from flint import arb
from sympy import Expr, Rational

from ...proofs.balls import ball, precision
from ...proofs.derivation import Derivation
from ..enclosure import precisions, table_of, total
from ..exact import Exactly, written_out
from ..observations import Observations
from ..searching import has_others, place_of
from ..ties import as_high_at, profile_as_high_at
from .certificate import Certificate
from .peaks import are_peaks


def is_best_observation(certificate: Certificate, derivation: Derivation, observations: Observations) -> bool:
    """Return whether the likelihood is the same at all certified observations, and lower at every other.

    >>> from thetahat import certify, derive, family
    >>> from thetahat.verify.valid_data import require_data
    >>> proof, data = certify(family("triangular"), [0.25, 0.75]), require_data(family("triangular"), [0.25, 0.75])
    >>> is_best_observation(proof, derive(family("triangular")), data)
    True
    """
    searched = derivation.searched
    if searched is None:
        return False
    names = derivation.family.symbols
    points = [{s: theta[s.name].ball for s in names} for theta in (one.theta for one in certificate.each())]
    values = observations.distinct().columns[0].tolist()
    with precision(certificate.bits):
        best = [[v for v in values if point[searched].contains(ball(_place(derivation, v)))] for point in points]
        first = [found[0] for found in best if len(found) == 1]
        if len(set(first)) < len(points) or not are_peaks(derivation.family, searched, points, observations):
            return False
    if not all(_is_level(derivation, observations, first[0], value) for value in first[1:]):
        return False
    if derivation.point is not None and not all(_has_maximum(derivation, observations, value) for value in first):
        return False
    left = [value for value in values if value not in first]
    height = _height(derivation, observations)
    for bits in (bits for bits in precisions() if bits >= certificate.bits):
        with precision(bits):
            top = height(first[0])
            left = [value for value in left if not height(value) < top]
        if not left:
            return True
    # As high, but never reached: the other parameters have no maximum there.
    return all(
        _has_maximum(derivation, observations, value) is False and _is_level(derivation, observations, first[0], value)
        for value in left
    )


def _place(derivation: Derivation, value: float) -> Expr:
    """Where an observation stands on the scale of the searched parameter, exactly."""
    return Rational(value) if derivation.point is None else place_of(derivation, derivation.point, value)


def _height(derivation: Derivation, observations: Observations) -> Callable[[float], arb]:
    """The log-likelihood at an observation, or its mean with the other parameters at their best."""
    table, search = table_of(derivation.family, observations), derivation.point
    if search is None:
        return lambda value: total(derivation.family, [arb(value)], table, observations)
    exactly, profile, parameter = Exactly(table), written_out(derivation, search.profile), search.parameter
    return lambda value: exactly.ball(profile, {parameter: ball(_place(derivation, value))})


def _is_level(derivation: Derivation, observations: Observations, one: float, other: float) -> bool:
    """Whether two observations are proved to be exactly as good."""
    search = derivation.point
    if search is None:
        return as_high_at(derivation.family, observations, one, other)
    return profile_as_high_at(search, observations, _place(derivation, one), _place(derivation, other))


def _has_maximum(derivation: Derivation, observations: Observations, value: float) -> bool | None:
    """Whether the other parameters have a maximum at an observation; ``None`` where that is not told."""
    return None if derivation.point is None else has_others(derivation, derivation.point, observations, value)
