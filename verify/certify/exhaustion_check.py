"""Checks that no location has a higher likelihood than a certified one, knowing nothing of how that was found.

Source: Hansen & Walster 2004, Global Optimization Using Interval Analysis, section 12.4 (tests of monotonicity and of
bounds).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flint import arb
from sympy import Dummy, Expr, factor, oo

from ...proofs.ball_data import Table
from ...proofs.ball_sums import row_sums
from ...proofs.family import Family
from ..enclosure import table_of
from ..observations import Observations
from .parts import all_settled, ball_in_which
from .reflection import is_mirrored

Curve = Callable[[arb], list[arb]]
_HALVINGS = 200
_MOST_PARTS = 20_000


def nothing_higher(family: Family, places: Sequence[arb], observations: Observations) -> bool:
    """Return whether every location but a stationary one in each of ``places`` has a lower likelihood, for certain.

    Beyond the data the likelihood falls; around each of ``places`` it is concave; every other part of the range has no
    stationary point, or its values stay below that at the first. Of two places each has to mirror the other, with the
    data: then both are as high.

    >>> import numpy as np
    >>> from thetahat import family
    >>> data = Observations(np.array([[1.0], [1.5], [2.0]]), None, 3)
    >>> nothing_higher(family("cauchy").fix(gamma=1), [arb(1.5)], data)
    True
    """
    if len(family.symbols) != 1 or not _falls_beyond(family) or not 1 <= len(places) <= 2:
        return False
    least, greatest = map(arb, observations.sample.ends[0])
    curve = likelihood_curve(family, table_of(family, observations))
    found = (_concave_around(curve, place, greatest - least) for place in places)
    around = [ball for ball in found if ball is not None]
    if len(around) < len(places):
        return False
    if len(places) == 2 and not all(is_mirrored(family, observations, places[k], around[1 - k]) for k in (0, 1)):
        return False
    known = sorted(around, key=lambda ball: ball.mid())
    ends = [least, *(end for ball in known for end in (ball.lower(), ball.upper())), greatest]
    parts = list(zip(ends[::2], ends[1::2], strict=True))
    height = max(curve(place.mid())[2].lower() for place in places)
    return all_settled(
        parts,
        lambda low, high: stays_below(curve, low, high, height),
        lambda low, high: low.union(high).mid(),
        _MOST_PARTS,
    )


def likelihood_curve(family: Family, table: Table) -> Curve:
    """Return what gives slope, curvature and height at a place, or over a part of the range.

    >>> from thetahat import family
    >>> member = family("cauchy").fix(gamma=1)
    >>> slope, _, _ = likelihood_curve(member, Table(member.columns, [(arb(3),)], None))(arb(2))
    >>> bool(slope.overlaps(arb(1)))
    True
    """
    symbol, density = family.symbols[0], family.log_density
    sums = row_sums((density.diff(symbol), density.diff(symbol, 2), density), family.columns, (symbol,))
    return lambda ball: sums(table.rows, table.weights, ball)


def _concave_around(curve: Curve, place: arb, near: arb) -> arb | None:
    """A ball around a place in which the likelihood is concave, so that it holds one stationary point at most."""
    return ball_in_which(lambda around: bool(curve(around)[1] < 0), place, near, _HALVINGS)


def stays_below(curve: Curve, low: arb, high: arb, height: arb) -> bool:
    """Return whether a part has no stationary point, or stays below a height.

    >>> hill = lambda place: [-2 * place, arb(-2), -place * place]
    >>> [stays_below(hill, arb(1), arb(2), arb(-5)), stays_below(hill, arb(-1), arb(1), arb(-5))]
    [True, False]
    """
    part = low.union(high)
    middle = part.mid()
    slope, bend, value = curve(part)
    steady = curve(middle)
    centred = steady[0] + bend * (part - middle)
    if slope > 0 or slope < 0 or centred > 0 or centred < 0 or value < height:
        return True
    return bool(steady[2] + centred * (part - middle) < height)


def _falls_beyond(family: Family) -> bool:
    """Whether the slope at each distance from an observation never has the sign of that distance."""
    item = family.parameters[0]
    if item.bounds.lo is not -oo or item.bounds.hi is not oo or family.beside or family.bounds.free_symbols:
        return False
    beyond = Dummy("d", real=True)
    slope: Expr = family.log_density.diff(item.symbol).subs(family.observation, item.symbol - beyond)
    return factor(-slope * beyond).is_nonnegative is True
