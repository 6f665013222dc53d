"""The global maximum on an end of a space of one parameter that holds both of its ends, by exhaustion of the space.

Source: branch and bound with the mean-value form, Hansen & Walster 2004, Global Optimization Using Interval Analysis,
chapters 9 and 12.
"""

from __future__ import annotations

from flint import arb

from ...proofs.balls import ball, precision
from ...proofs.curvature import has_corners
from ...proofs.derivation import Derivation
from ...proofs.family import Family
from ..enclosure import table_of
from ..observations import Observations
from .certificate import CertificateVerdict as Verdict
from .exhaustion_check import likelihood_curve, stays_below
from .methods import COMPACT
from .parts import all_settled
from .proved import Proved

ON_END = (
    "parts cover the space, which holds both of its ends, and in each the likelihood has no stationary point or stays "
    "below what it is here; at the other end it is lower"
)
_BITS, _MOST_ROWS, _MOST_PARTS, MOST_CHECKED = 128, 500, 1000, 20_000


def by_compact_space(derivation: Derivation, observations: Observations) -> Proved | None:
    """Return the end of the space on which the likelihood is highest, certainly; ``None`` where none is proved to be.

    >>> import numpy as np
    >>> from sympy import Interval, Reals, Symbol, log, pi
    >>> from thetahat import Family, Parameter, derive
    >>> y, m = Symbol("y", real=True), Symbol("m", real=True)
    >>> bounded = Family("bounded", y, Reals, (Parameter(m, Interval(-1, 1)),), -log(pi) - log(1 + (y - m) ** 2))
    >>> by_compact_space(derive(bounded), Observations(np.array([[5.0], [9.0]]), None, 2)).theta
    {m: 1.00000000000000}
    """
    family = derivation.family
    if not has_both_ends(family) or observations.distinct().n > _MOST_ROWS:
        return None
    item = family.parameters[0]
    with precision(_BITS):
        for end in (item.bounds.lo, item.bounds.hi):
            if is_highest_at(family, ball(end), observations, _MOST_PARTS):
                return Proved(Verdict.AT_BOUNDARY, {item.symbol: ball(end)}, {}, COMPACT, ON_END, "", _BITS)
    return None


def has_both_ends(family: Family) -> bool:
    """Return whether the only parameter has a space with two known ends that belong to it, and moves nothing else.

    >>> from thetahat import family
    >>> has_both_ends(family("bernoulli"))
    False
    """
    if len(family.parameters) != 1 or family.constants or family.bounds.free_symbols or has_corners(family):
        return False
    ends = family.parameters[0].bounds
    return ends.lo_closed and ends.hi_closed and not ends.discrete and ends.lo.is_number and ends.hi.is_number


def is_highest_at(family: Family, end: arb, observations: Observations, most: int = MOST_CHECKED) -> bool:
    """Return whether every member but the one at an end of such a space is lower, for certain.

    >>> import numpy as np
    >>> from sympy import Interval, Reals, Symbol, log, pi
    >>> from thetahat import Family, Parameter
    >>> y, m = Symbol("y", real=True), Symbol("m", real=True)
    >>> bounded = Family("bounded", y, Reals, (Parameter(m, Interval(-1, 1)),), -log(pi) - log(1 + (y - m) ** 2))
    >>> [is_highest_at(bounded, arb(end), Observations(np.array([[5.0]]), None, 1)) for end in (-1, 1)]
    [False, True]
    """
    bounds, curve = family.parameters[0].bounds, likelihood_curve(family, table_of(family, observations))
    low, high = ball(bounds.lo), ball(bounds.hi)
    here, heights = curve(end)[2].lower(), [curve(other)[2] for other in (low, high) if not other.overlaps(end)]
    if len(heights) != 1 or not heights[0] < here:
        return False
    return all_settled(
        [(low.lower(), high.upper())],
        lambda one, other: stays_below(curve, one, other, here),
        lambda one, other: one.union(other).mid(),
        most,
    )
