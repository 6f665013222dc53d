"""Intervals whose ends are exact numbers: what a certificate says of a parameter."""

from __future__ import annotations

import math
import sys
from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from functools import cached_property

from flint import arb, fmpq

from ...proofs.balls import precision
from ...proofs.errors import ParameterError
from ...strategies.kept import kept

_SHOWN = 9
"""Decimal digits of the ends of an enclosure too wide for any; a radius has thirty binary digits."""

BITS = 4096
"""Enough for every operation on the ends of an enclosure to be exact."""
_WIDE = 1e-6
"""Relative width from which an enclosure holds several values, and not one that is known to so few digits."""


class Enclosure:
    """An interval whose middle and radius are exact: whole numbers times powers of two.

    Those are told when asked for: many certificates are looked at by nobody.

    >>> half = Enclosure.of(arb(0.5))
    >>> half.low, half.high, half.contains(0.5)
    (0.5, 0.5, True)
    >>> half
    Enclosure(middle=(1, -1), radius=(0, 0))
    """

    def __init__(self, middle: tuple[int, int], radius: tuple[int, int]) -> None:
        """Keep the numbers: each a whole one, and the exponent of the power of two that it is multiplied with."""
        self.middle, self.radius = middle, radius

    @classmethod
    def of(cls, ball: arb) -> Enclosure:
        """Return the enclosure that a finite ball is."""
        if not ball.is_finite():
            raise ValueError(f"the ball {ball} is not finite, so it encloses nothing")
        found = cls.__new__(cls)
        found.ball = ball
        return found

    @kept
    def ball(self) -> arb:
        """The ball, whatever the working precision; FLINT may round up a radius of given numbers."""
        return arb(self.middle, self.radius)

    @kept
    def middle(self) -> tuple[int, int]:
        """The middle."""
        return _exactly(self.ball.mid())

    @kept
    def radius(self) -> tuple[int, int]:
        """The radius."""
        return _exactly(self.ball.rad())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Enclosure):
            return NotImplemented
        return (self.middle, self.radius) == (other.middle, other.radius)

    def __hash__(self) -> int:
        return hash((self.middle, self.radius))

    def __reduce__(self) -> tuple[type[Enclosure], tuple[tuple[int, int], tuple[int, int]]]:
        """Leave the ball behind, which cannot be pickled."""
        return Enclosure, (self.middle, self.radius)

    def __repr__(self) -> str:
        return f"Enclosure(middle={self.middle}, radius={self.radius})"

    @cached_property
    def low(self) -> float:
        """The largest double that is certainly not above."""
        return toward(self.ends[0], -math.inf)

    @cached_property
    def high(self) -> float:
        """The smallest double that is certainly not below."""
        return toward(self.ends[1], math.inf)

    @cached_property
    def ends(self) -> tuple[fmpq, fmpq]:
        """Both ends, exactly; one that no fraction holds is told by one on the same side of all doubles."""
        with precision(BITS):
            return _told(self.ball.lower()), _told(self.ball.upper())

    @property
    def is_beyond_doubles(self) -> bool:
        """Whether the number inside is farther from zero than any double, or nearer than any that is not zero."""
        low, high = self.ends
        near, far = sorted((abs(low), abs(high)))
        return bool(low * high > 0 and (near > _fraction(sys.float_info.max) or far < _fraction(math.ulp(0.0))))

    def contains(self, value: float | fmpq) -> bool:
        """Return whether an exact number lies inside, ends included."""
        number = value if isinstance(value, fmpq) else _fraction(value)
        low, high = self.ends
        return bool(low <= number <= high)

    def digits(self, count: int = 15) -> str:
        """Return as many correct decimal digits as the enclosure holds, ``count`` at most, with what is left open."""
        if not isinstance(count, int) or count < 1:
            raise ParameterError(f"digits({count!r}): that is no number of digits; write a whole one from 1")
        with precision(BITS):
            return str(self.ball.str(count))

    def values(self, count: int) -> str:
        """Return the same digits; of several values that are all as good the least and greatest, rounded outwards.

        >>> Enclosure((23, -1), (1, -1)).values(15), Enclosure((23, -1), (0, 0)).values(15)
        ('from 11 to 12', '11.5000000000000')
        >>> Enclosure.of(arb(3, 1)).values(15)
        'from 1.99999999 to 4.00000001'
        """
        if self.is_beyond_doubles or self.high - self.low <= _WIDE * max(abs(self.low), abs(self.high)):
            return self.digits(count)
        low, high = Context(_SHOWN, ROUND_FLOOR), Context(_SHOWN, ROUND_CEILING)
        return f"from {low.create_decimal(self.low)} to {high.create_decimal(self.high)}"

    def rounded(self) -> float:
        """Return the double nearest to the number inside.

        Raises
        ------
        ValueError
            Where the enclosure is too wide to tell it.
        """
        low, high = (_nearest(end) for end in self.ends)
        if low != high:
            raise ValueError(f"the enclosure {self.digits()} is too wide to tell the nearest double")
        return low


def _exactly(number: arb) -> tuple[int, int]:
    mantissa, exponent = number.man_exp()
    return int(mantissa), int(exponent)


def _fraction(number: float) -> fmpq:
    return fmpq(*float(number).as_integer_ratio())


def _told(end: arb) -> fmpq:
    """An exact number; one of more binary places before or after the point than ``BITS`` is moved to those.

    >>> _told(arb(0.75)), _told(-(arb(2) ** (10**12))) == -(fmpq(2) ** BITS)
    (3/4, True)
    """
    mantissa, exponent = (int(part) for part in end.man_exp())
    places = mantissa.bit_length() + exponent
    if mantissa == 0 or abs(places) <= BITS:
        return mantissa * fmpq(2) ** exponent
    return fmpq(1 if mantissa > 0 else -1) * fmpq(2) ** (BITS if places > 0 else -BITS)


def _nearest(number: fmpq) -> float:
    try:
        return int(number.p) / int(number.q)
    except OverflowError:  # beyond the largest double
        return math.inf if number > 0 else -math.inf


def toward(number: fmpq, side: float) -> float:
    """Return the double next to a number on one side of it, the side of an infinity; the number itself if it is one.

    >>> toward(fmpq(1, 2), math.inf), toward(fmpq(1, 3), math.inf) > toward(fmpq(1, 3), -math.inf)
    (0.5, True)
    """
    value = _nearest(number)
    if math.isinf(value):
        return value if value * side > 0 else math.copysign(sys.float_info.max, value)
    exact = _fraction(value)
    beyond = exact > number if side < 0 else exact < number
    return math.nextafter(value, side) if beyond else value


def exact_texts(enclosure: Enclosure) -> dict[str, list[str]]:
    """Return the whole numbers of an enclosure as text: JSON readers keep 53 bits of a number.

    >>> exact_texts(Enclosure.of(arb(0.5)))["middle"]
    ['1', '-1']
    """
    return {"middle": list(map(str, enclosure.middle)), "radius": list(map(str, enclosure.radius))}
