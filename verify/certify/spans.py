"""Intervals that may be without end on either side: arithmetic for bounds that hold far out.

Source: extended intervals, Hansen & Walster 2004, Global Optimization Using Interval Analysis, chapter 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from flint import arb, fmpq

_END = arb("inf")


@dataclass(frozen=True)
class Span:
    """All real numbers from ``low`` to ``high``, exact ends of which either may be infinite and then is never reached.

    >>> whole = Span.of(arb(1)) + Span.above(arb(2))
    >>> bool(whole.low == 3), bool(whole.high > 10**100)
    (True, True)
    """

    low: arb
    high: arb

    @classmethod
    def of(cls, ball: arb) -> Span:
        """Return the span of a ball; the whole line for one that is not finite."""
        return cls(ball.lower(), ball.upper()) if ball.is_finite() else cls(-_END, _END)

    @classmethod
    def above(cls, low: arb) -> Span:
        """Return everything above a number."""
        return cls(_down(low), _END)

    @property
    def ball(self) -> arb | None:
        """The smallest ball around it; ``None`` without ends."""
        whole = self.low.union(self.high)
        return whole if whole.is_finite() else None

    def __neg__(self) -> Span:
        return Span(-self.high, -self.low)

    def __add__(self, other: Span) -> Span:
        return Span(_down(_plus(self.low, other.low)), _up(_plus(self.high, other.high)))

    def __mul__(self, other: Span) -> Span:
        ends = [_times(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        return Span(_least(ends), -_least([-end for end in ends]))

    def inverse(self) -> Span:
        """Return one over it; the whole line where zero is not certainly outside.

        >>> Span.above(arb(2)).inverse()
        Span(low=0, high=0.500000000000000)
        """
        if self.low > 0 or self.high < 0:
            return Span(_down(_over(self.high)), _up(_over(self.low)))
        return Span(-_END, _END)

    def log(self) -> Span:
        """Return its logarithm; nothing is said of one that is not certainly positive."""
        if not self.low >= 0 or not self.high > 0:
            return Span(-_END, _END)
        low = -_END if self.low == 0 else _down(self.low.log())
        return Span(low, _END if self.high == _END else _up(self.high.log()))

    def exp(self) -> Span:
        """Return e to the power of it.

        >>> Span(-_END, arb(0)).exp()
        Span(low=0, high=1.00000000000000)
        """
        low = arb(0) if self.low == -_END else _down(self.low.exp())
        return Span(low, _END if self.high == _END else _up(self.high.exp()))

    def power(self, exponent: Fraction | int) -> Span:
        """Return a fixed power of it; that of one which may be negative for whole exponents from one on alone.

        >>> Span(arb(-2), arb(1)).power(Fraction(2))
        Span(low=-2.00000000000000, high=4.00000000000000)
        """
        if exponent.denominator == 1 and exponent >= 1 and not self.low >= 0:
            found = self
            for _ in range(int(exponent) - 1):
                found = found * self
            return found
        if exponent < 0:
            return self.power(-exponent).inverse()
        if not self.low >= 0:
            return Span(-_END, _END)
        power = arb(fmpq(exponent.numerator, exponent.denominator))
        high = _END if self.high == _END else _up(self.high**power)
        return Span(_down(self.low**power) if self.low > 0 else arb(0), high)


def _plus(a: arb, b: arb) -> arb:
    """The sum of two lower ends, or two upper ends."""
    return next((end for end in (a, b) if not end.is_finite()), a + b)


def _times(a: arb, b: arb) -> arb:
    """The product of two ends; zero times one that is never reached is zero."""
    if a == 0 or b == 0:
        return arb(0)
    if a.is_finite() and b.is_finite():
        return a * b
    return _END if (a > 0) == (b > 0) else -_END


def _over(end: arb) -> arb:
    return arb(0) if not end.is_finite() else 1 / end


def _down(end: arb) -> arb:
    """An end, rounded down; minus infinity where it is not known."""
    if end.is_finite():
        return end.lower()
    return end if end == _END else -_END


def _up(end: arb) -> arb:
    return -_down(-end)


def _least(ends: list[arb]) -> arb:
    """The least of some ends, rounded down."""
    lows = [_down(end) for end in ends]
    found = lows[0]
    for low in lows[1:]:
        found = low if low < found else found
    return found
