"""Checks what a certificate says of the likelihood along its highest points, by steps that are proved once more."""

from __future__ import annotations

from flint import arb
from sympy import log

from ...proofs.algebra.atoms import Mean
from ...proofs.balls import precision
from ...proofs.checker import check_steps
from ...proofs.derivation import Derivation, Finding
from ..enclosure import table_of, total
from ..exact import Exactly
from ..observations import Observations
from .certificate import Certificate
from .crest_bounds import Logarithms
from .crest_profile import crest_profile
from .curves import is_none_highest, is_only_one_highest
from .plane import is_only_highest
from .radial import place_and_scale
from .reflection import mirrored
from .slant_bounds import Slanted
from .slant_profile import SlantProfile, slant_profile

_BITS, _SHARP_BITS = 128, 1024
_SHARES = (arb(0.25), arb(1), arb(3))
"""Where on a curve its profile is held against the declared density, in units of one over the spread of logarithms."""


def is_alone(certificate: Certificate, derivation: Derivation, observations: Observations) -> bool:
    """Return whether no other place is as high along the highest points.

    >>> from thetahat import certify, derive, family
    >>> from thetahat.verify.valid_data import require_data
    >>> lomax, x = family("lomax"), [0.25, 0.5, 1.0, 8.0]
    >>> is_alone(certify(lomax, x), derive(lomax), require_data(lomax, x))
    True
    """
    findings = check_steps(derivation.family, derivation.steps)
    with precision(max(certificate.bits, _BITS)):
        theta = {symbol: certificate.theta[symbol.name].ball for symbol in derivation.family.symbols}
        table = table_of(derivation.family, observations)
        return _is_of_density(derivation, findings, observations) and is_only_one_highest(
            derivation, findings, theta, table
        )


def is_nowhere_highest(certificate: Certificate, derivation: Derivation, observations: Observations) -> bool:
    """Return whether every place along the highest points is below a limit, or no maximum for its slope.

    >>> from thetahat import certify, derive, family
    >>> from thetahat.verify.valid_data import require_data
    >>> lomax, x = family("lomax"), [1.0, 2.0, 3.0]
    >>> is_nowhere_highest(certify(lomax, x), derive(lomax), require_data(lomax, x))
    True
    """
    findings = check_steps(derivation.family, derivation.steps)
    with precision(max(certificate.bits, _BITS)):
        table = table_of(derivation.family, observations)
        return _is_of_density(derivation, findings, observations) and is_none_highest(derivation, findings, table)


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


def _is_of_density(derivation: Derivation, findings: tuple[Finding, ...], observations: Observations) -> bool:
    """Whether balls do not tell a profile in logarithms from the declared density at members of the curve."""
    slant, crest = slant_profile(derivation, findings), crest_profile(derivation, findings)
    if slant is not None:
        with precision(_SHARP_BITS):
            return _is_slanted(slant, derivation, observations)
    if crest is None:
        return True
    family, table = derivation.family, table_of(derivation.family, observations)
    exactly, data = Exactly(table), Logarithms.of(table)
    mean = exactly.ball(Mean(log(family.observation), *family.columns), {})
    for share in _SHARES:
        theta = {crest.curve.unknown: (share / data.spread).mid()}
        for symbol, root in crest.roots:
            theta[symbol] = exactly.ball(root, theta)
        point = [theta[symbol] for symbol in family.symbols]
        declared = total(family, point, table, observations, inside=True) / table.total() + mean
        curves = ((crest.curve, data.centred), (crest.curve_far, data.beyond))
        if not all(declared.overlaps(curve.at(theta[crest.curve.unknown], one)[0]) for curve, one in curves):
            return False
    return True


def _is_slanted(slant: SlantProfile, derivation: Derivation, observations: Observations) -> bool:
    """Whether balls do not tell a likelihood without slant, and what is added to it, from the declared density."""
    table = table_of(derivation.family, observations)
    slanted, exactly = Slanted.of(slant, table), Exactly(table)
    for share in _SHARES:
        place, turned = slanted.ends[0] + share * (slanted.ends[1] - slanted.ends[0]), 2 - share
        theta = {slant.place: slanted.origin + slanted.unit * place}
        theta[slant.scale] = exactly.ball(slant.best, theta)
        theta[slant.slant] = turned / slanted.unit * slant.unit_at(theta[slant.scale])
        point = [theta[symbol] for symbol in derivation.family.symbols]
        declared = total(derivation.family, point, table, observations, inside=True) / table.total()
        here = slanted.level(place)[0] + slanted.added(turned, place) - slanted.unit.log()
        if not declared.overlaps(here):
            return False
    return True
