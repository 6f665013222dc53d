"""Checks that no location has a higher likelihood than a certified one, knowing nothing of how that was found.

Source: Hansen & Walster 2004, Global Optimization Using Interval Analysis, section 12.4 (tests of monotonicity and of
bounds).
"""

from __future__ import annotations

from flint import arb
from sympy import Dummy, Expr, factor, oo

from ...proofs.ball_data import Table
from ...proofs.ball_sums import row_sums
from ...proofs.family import Family

_HALVINGS = 200
_MOST_PARTS = 20_000


def nothing_higher(family: Family, place: arb, table: Table, least: float, greatest: float) -> bool:
    """Return whether every location but a stationary one in the ball ``place`` has a lower likelihood, for certain.

    Beyond the data the likelihood falls; around ``place`` it is concave; every other part of the range has no
    stationary point, or its values stay below that at ``place``.

    >>> from thetahat import family
    >>> table = Table(family("cauchy").columns, [(arb(1),), (arb(1.5),), (arb(2),)], None)
    >>> nothing_higher(family("cauchy").fix(gamma=1), arb(1.5), table, 1.0, 2.0)
    True
    """
    if len(family.symbols) != 1 or not _falls_beyond(family):
        return False
    symbol, density = family.symbols[0], family.log_density
    sums = row_sums((density.diff(symbol), density.diff(symbol, 2), density), family.columns, (symbol,))

    def at(ball: arb) -> list[arb]:
        return sums(table.rows, table.weights, ball)

    height, near = at(place.mid())[2], arb(greatest) - arb(least)
    for _ in range(_HALVINGS):
        around = place + arb(0, near.upper())
        if at(around)[1] < 0:
            break
        near = near / 2
    else:
        return False
    parts = [part for part in ((arb(least), around.lower()), (around.upper(), arb(greatest))) if not part[0] >= part[1]]
    for _ in range(_MOST_PARTS):
        if not parts:
            return True
        low, high = parts.pop()
        part = low.union(high)
        middle = part.mid()
        slope, bend, value = at(part)
        steady = at(middle)
        centred = steady[0] + bend * (part - middle)
        if slope > 0 or slope < 0 or centred > 0 or centred < 0 or value < height:
            continue
        if steady[2] + centred * (part - middle) < height:
            continue
        if not low < middle < high:
            return False
        parts += [(low, middle), (middle, high)]
    return False


def _falls_beyond(family: Family) -> bool:
    """Whether the slope at each distance from an observation never has the sign of that distance."""
    item = family.parameters[0]
    if item.bounds.lo is not -oo or item.bounds.hi is not oo or family.beside or family.bounds.free_symbols:
        return False
    beyond = Dummy("d", real=True)
    slope: Expr = family.log_density.diff(item.symbol).subs(family.observation, item.symbol - beyond)
    return factor(-slope * beyond).is_nonnegative is True
