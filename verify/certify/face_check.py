"""Checks that a certified point on ends of a space is the highest of all members, from the declared density alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flint import arb

from ...proofs.balls import ball, compiled, precision
from ...proofs.checker import check_steps
from ...proofs.derivation import Derivation
from ...proofs.engine import derive
from ...proofs.errors import ThetahatError
from ...proofs.family import Family
from ..concave_coordinates import concave_coordinates, is_strictly_concave, lie_on_one_side
from ..distances import Distances, in_distances
from ..observations import Observations
from .certificate import Certificate
from .certificate import CertificateVerdict as Verdict
from .enclosures import Enclosure
from .face_proof import End, ends_of, slopes_beyond

Balls = list[arb]
Summit = Callable[[Family, Balls, Observations], Balls | None]
"""What encloses the one smooth maximum that is proved next to given enclosures; ``None`` if none is."""


def is_highest_on_face(
    certificate: Certificate, derivation: Derivation, observations: Observations, summit: Summit
) -> bool:
    """Return whether the likelihood is concave, level along the face in the enclosure, and nowhere falls beyond it.

    The steps that say in which coordinates it is concave are proved once more, and that those of all members lie on
    the inner side of the face.
    """
    family = derivation.family
    distances = in_distances(family)
    if distances is not None:
        other = _in_distances(certificate, distances)
        return is_highest_on_face(other, derive(other.family), observations, summit)
    held = [one for one in ends_of(family) if certificate.theta[one[0].name].ball.overlaps(ball(one[1]))]
    names = {item.name for item, _ in held}
    if not held or len(names) < len(held):
        return False
    findings = check_steps(family, derivation.steps)
    if not any(
        all(lie_on_one_side(family, maps, item, end) for item, end in held)
        for maps in concave_coordinates(family, derivation.steps, findings)
    ):
        return False
    others = [one.name for one in family.parameters if one.name not in names]
    for times in (2, 4, 8):
        with precision(times * certificate.bits):
            found = _others(certificate, others, held, observations, summit)
            if found is not None:
                values = dict(zip(others, found, strict=True)) | {item.name: ball(end) for item, end in held}
                point = [values[name] for name in family.parameter_names]
                rising = certificate.verdict is Verdict.AT_BOUNDARY and not is_strictly_concave(
                    derivation.steps, findings
                )
                return _holds(family, held, point, observations, rising)
    return False


def _in_distances(certificate: Certificate, distances: Distances) -> Certificate:
    """The certificate with distances from parameters that are ends of other spaces."""
    family, new = certificate.family, distances.family
    with precision(4 * certificate.bits):
        point = [certificate.theta[name].ball for name in family.parameter_names]
        forth = tuple(distances.forth[name] for name in new.parameter_names)
        values = compiled(forth, family.symbols)(*point)
    theta = {name: Enclosure.of(value) for name, value in zip(new.parameter_names, values, strict=True)}
    return replace(certificate, family=new, theta=theta)


def _others(
    certificate: Certificate, others: list[str], held: list[End], observations: Observations, summit: Summit
) -> Balls | None:
    """What encloses the one maximum on the face, in the enclosures; ``None`` where none is proved."""
    if not others:
        return []
    try:
        face = certificate.family.fix(**{item.name: end for item, end in held})
    except ThetahatError:
        return None
    if list(face.parameter_names) != others:
        return None
    theta = [certificate.theta[name].ball for name in others]
    found = summit(face, theta, observations)
    if found is None or not all(one.overlaps(image) for one, image in zip(theta, found, strict=True)):
        return None
    return found


def _holds(family: Family, held: list[End], point: Balls, observations: Observations, rising: bool) -> bool:
    """Whether a point is that of a member inside all other ends, and the likelihood does not fall beyond these.

    It has to be ``rising`` beyond them where nothing else says that the maximum stands alone.
    """
    names = {item.name for item, _ in held}
    for item, value in zip(family.parameters, point, strict=True):
        lo, hi = compiled((item.bounds.lo, item.bounds.hi), family.symbols)(*point)
        if item.name not in names and not lo < value < hi:
            return False
    slopes = slopes_beyond(family, held, point, observations)
    return slopes is not None and (not rising or all(slope > 0 for slope in slopes))
