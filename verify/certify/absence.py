"""Whether a likelihood of one unknown, along its highest points, is below its supremum at every member: no maximum.

Source: Hansen & Walster 2004, Global Optimization Using Interval Analysis, section 12.4 (tests of monotonicity and of
bounds).
"""

from __future__ import annotations

from flint import arb
from sympy import Expr

from ...proofs.ball_data import Table
from ...proofs.balls import ball
from .far_bounds import bound_beside, limit_above
from .profile import MOST_CHECKED, Profile, beside, stay_below, weighted

_NEAREST, _FARTHEST = 4, 512
"""Binary digits by which the first and the farthest cut that are tried lie off the middle of the data's range."""


def has_no_highest(profile: Profile, table: Table, most: int = MOST_CHECKED) -> bool:
    """Return whether no place is the highest of a profile, for certain.

    Towards at least one end it is below its limit there. Every other place has a value below that limit, or a slope.
    ``most`` is the number of parts that are looked at.

    >>> from thetahat import derive, family
    >>> lomax = derive(family("lomax"))
    >>> from thetahat.verify.certify.profile import profile_of
    >>> curve, x = profile_of(lomax, lomax.findings), lomax.family.columns
    >>> even, spread = ([(arb(value),) for value in values] for values in ([1, 2, 3], [0.25, 1, 2, 40]))
    >>> has_no_highest(curve, Table(x, even, None)), has_no_highest(curve, Table(x, spread, None))
    (True, False)
    """
    table = weighted(table)
    middle = _middle(profile, table)
    if middle is None:
        return False
    limits = {end: _below_limit(profile, end, middle, table) for end in profile.ends}
    top = max((limit.lower() for _, limit in filter(None, limits.values())), default=None)
    if top is None:
        return False
    cuts = []
    for end in profile.ends:
        known = limits[end]
        cut = known[0] if known is not None else _below(profile, end, middle, top, table)
        if cut is None:
            return False
        cuts.append(cut)
    return stay_below(profile, [(cuts[0], cuts[1])], top, table, most)


def _middle(profile: Profile, table: Table) -> arb | None:
    """A place inside: between two ends, or as far from one as the data are large."""
    low, high = profile.ends
    if low.is_finite and high.is_finite:
        return ((ball(low) + ball(high)) / 2).mid()
    size = max((abs(row[0]) for row in table.rows), default=arb(0)).mid()
    if not size > 0:
        return None
    if low.is_finite:
        return (ball(low) + size).mid()
    return (ball(high) - size).mid() if high.is_finite else arb(0)


def _below_limit(profile: Profile, end: Expr, middle: arb, table: Table) -> tuple[arb, arb] | None:
    """A place from which on the profile is below its limit at an end, and that limit."""
    for digits in _distances():
        cut = beside(profile.ends, end, middle, digits)
        limit = limit_above(profile.height, profile.unknown, end, cut, table)
        if limit is not None and limit.is_finite():
            return cut, limit
    return None


def _below(profile: Profile, end: Expr, middle: arb, top: arb, table: Table) -> arb | None:
    """A place from which on the profile stays below a number, up to an end."""
    for digits in _distances():
        cut = beside(profile.ends, end, middle, digits)
        if bound_beside(profile.height, profile.unknown, end, cut, table) < top:
            return cut
    return None


def _distances() -> list[int]:
    found = [_NEAREST]
    while found[-1] < _FARTHEST:
        found.append(2 * found[-1])
    return found
