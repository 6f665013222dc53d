"""Bounds what is left of an integral or a sum of ``weight exp(height)`` beyond a point, by how fast that falls.

With ``h' <= -k/y`` and the weight at most ``c`` times a term that grows like a power ``e`` at most, all from ``Y`` on,
the integral beyond ``Y`` is at most ``c term(Y) exp(h(Y)) Y / (k - e - 1)``; the same with exponentials of ``y``.
"""

from __future__ import annotations

from flint import arb
from sympy import Expr, Symbol

from .algebra.derivatives import derivative
from .balls import compiled
from .errors import UndecidedError
from .far_terms import joined, largest_value
from .far_values import HalfLine


def integral_beyond(weight: Expr, height: Expr, y: Symbol, start: arb) -> arb:
    """Return a number that the integral of ``|weight| exp(height)`` from ``start`` to infinity does not exceed.

    Raises
    ------
    UndecidedError
        Where it is not seen to fall fast enough from there on.

    Examples
    --------
    >>> y = Symbol("y", positive=True)
    >>> integral_beyond(y, -y, y, arb(40)) < 2e-16
    True
    """
    top, room, length = _fall(weight, height, y, start)
    return (top * length / room).upper()


def sum_beyond(weight: Expr, height: Expr, y: Symbol, start: arb) -> arb:
    """Return the same of the sum over ``start``, ``start + 1`` and so on: its first term, and an integral for the rest.

    >>> y = Symbol("y", positive=True)
    >>> sum_beyond(y, -y, y, arb(40)) < 4e-16
    True
    """
    top, room, length = _fall(weight, height, y, start)
    return (top * (1 + length / room)).upper()


def _fall(weight: Expr, height: Expr, y: Symbol, start: arb) -> tuple[arb, arb, arb]:
    """A bound at the start, and how fast it falls from there: by which power less one, or at which rate, for a length.

    The length is the start for a power, one for a rate.
    """
    line = HalfLine(y, start)
    size = joined(line.value(line.with_scaled_tails(weight)).parts(), start)
    top = abs(size.coefficient).upper() * size.term.at(start) * compiled((height,), (y,))(start)[0].exp()
    slope = line.with_scaled_tails(derivative(height, y))
    if size.term.rate == 0 or size.term.order() < 0:
        # An exponential that falls is given away.
        room = -largest_value(line.value(y * slope), start) - size.term.power_at_most(start) - 1
        length = start
    else:
        room = -largest_value(line.value(slope), start) - size.term.rate_at_most(start)
        length = arb(1)
    if not room > 0 or not top.is_finite():
        raise UndecidedError("what is integrated is not seen to fall fast enough")
    return top.upper(), room.lower(), length
