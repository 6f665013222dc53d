"""Whether a likelihood is lower all along the curve of its highest points than at one, or in a limit: whichever curve.

Of two parameters steps prove the curve to be that of ``profile``, of three that of ``crest_profile``, or the places
with the best scale and slant of ``slant_profile``.
"""

from __future__ import annotations

from collections.abc import Mapping

from flint import arb
from sympy import Symbol

from ...proofs.ball_data import Table
from ...proofs.derivation import Derivation, Finding
from .absence import has_no_highest
from .crest_bounds import Logarithms, has_no_highest_on_crest, is_highest_on_crest
from .crest_profile import crest_profile
from .profile import MOST_CHECKED, is_highest, profile_of
from .slant_bounds import Slanted
from .slant_cover import has_no_highest_of_slanted, is_highest_of_slanted
from .slant_profile import slant_profile

Findings = tuple[Finding, ...]


def has_curve(derivation: Derivation, findings: Findings) -> bool:
    """Return whether a curve of the highest points is known.

    >>> from thetahat import derive, family
    >>> [has_curve(derive(family(name)), derive(family(name)).findings) for name in ("lomax", "skew_normal")]
    [True, True]
    """
    return any(known(derivation, findings) is not None for known in (profile_of, crest_profile, slant_profile))


def is_none_highest(derivation: Derivation, findings: Findings, table: Table, most: int = MOST_CHECKED) -> bool:
    """Return whether every member on the curve is certainly below a limit, or has a slope along it.

    >>> from thetahat import derive, family
    >>> stacy = derive(family("generalised_gamma"))
    >>> table = Table(stacy.family.columns, [(arb(1),), (arb(2),)], None)
    >>> is_none_highest(stacy, stacy.findings, table)
    True
    """
    profile = profile_of(derivation, findings)
    if profile is not None:
        return has_no_highest(profile, table, most)
    crest = crest_profile(derivation, findings)
    if crest is not None:
        return has_no_highest_on_crest(crest, Logarithms.of(table), most)
    slant = slant_profile(derivation, findings)
    return slant is not None and has_no_highest_of_slanted(Slanted.of(slant, table), most)


def is_only_one_highest(
    derivation: Derivation, findings: Findings, theta: Mapping[Symbol, arb], table: Table, most: int = MOST_CHECKED
) -> bool:
    """Return whether every member on the curve but the stationary one in ``theta`` is lower, for certain.

    >>> from thetahat import derive, family
    >>> lomax = derive(family("lomax"))
    >>> table = Table(lomax.family.columns, [(arb(1),), (arb(2),)], None)
    >>> is_only_one_highest(lomax, lomax.findings, dict.fromkeys(lomax.family.symbols, arb(1)), table)
    False
    """
    profile = profile_of(derivation, findings)
    if profile is not None:
        return is_highest(profile, theta[profile.unknown], table, most)
    crest = crest_profile(derivation, findings)
    if crest is not None:
        return is_highest_on_crest(crest, theta[crest.curve.unknown], Logarithms.of(table), most)
    slant = slant_profile(derivation, findings)
    if slant is None:
        return False
    turned = theta[slant.slant] / slant.unit_at(theta[slant.scale])
    return is_highest_of_slanted(Slanted.of(slant, table), theta[slant.place], turned, most)
