"""Checks what a certificate says of the likelihood along its highest points, by steps that are proved once more."""

from __future__ import annotations

from ...proofs.balls import precision
from ...proofs.checker import check_steps
from ...proofs.derivation import Derivation
from ..enclosure import table_of
from ..observations import Observations
from .absence import has_no_highest
from .certificate import Certificate
from .plane import is_only_highest
from .profile import Profile, is_highest, profile_of
from .radial import place_and_scale
from .reflection import mirrored


def is_alone(certificate: Certificate, derivation: Derivation, observations: Observations) -> bool:
    """Return whether no other place is as high along the highest points.

    >>> from thetahat import certify, derive, family
    >>> from thetahat.verify.valid_data import require_data
    >>> lomax, x = family("lomax"), [0.25, 0.5, 1.0, 8.0]
    >>> is_alone(certify(lomax, x), derive(lomax), require_data(lomax, x))
    True
    """
    profile = _profile(derivation)
    if profile is None:
        return False
    with precision(certificate.bits):
        place = certificate.theta[profile.unknown.name].ball
        return is_highest(profile, place, table_of(derivation.family, observations))


def is_nowhere_highest(certificate: Certificate, derivation: Derivation, observations: Observations) -> bool:
    """Return whether every place along the highest points is below a limit, or no maximum for its slope.

    >>> from thetahat import certify, derive, family
    >>> from thetahat.verify.valid_data import require_data
    >>> lomax, x = family("lomax"), [1.0, 2.0, 3.0]
    >>> is_nowhere_highest(certify(lomax, x), derive(lomax), require_data(lomax, x))
    True
    """
    profile = _profile(derivation)
    if profile is None:
        return False
    with precision(certificate.bits):
        return has_no_highest(profile, table_of(derivation.family, observations))


def is_alone_in_plane(certificate: Certificate, observations: Observations) -> bool:
    """Return whether no other place has a scale with which it is as high.

    That the density has the form which this rests on is proved from the declaration alone.

    >>> from thetahat import certify, family
    >>> from thetahat.verify.valid_data import require_data
    >>> member, x = family("student_t").fix(nu=0.5), [0.0, 1.0, 1.5, 9.0]
    >>> is_alone_in_plane(certify(member, x), require_data(member, x))
    True
    """
    family = certificate.family
    if len(family.parameters) != 2 or len(certificate.others) > 1:
        return False
    names = [item.name for item in place_and_scale(family)]
    with precision(certificate.bits):
        places, scales = ([one.theta[name].ball for one in certificate.each()] for name in names)
        if len(places) == 2:
            # Its mirror image is a maximum as high with the same scale; of those next to the other there is but one.
            image = mirrored(observations, places[0])
            if image is None or not (image.overlaps(places[1]) and scales[0].overlaps(scales[1])):
                return False
            places[1] = places[1].union(image)
        return is_only_highest(family, places, scales[0], table_of(family, observations))


def _profile(derivation: Derivation) -> Profile | None:
    return profile_of(derivation, check_steps(derivation.family, derivation.steps))
