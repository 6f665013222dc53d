"""What an expression comes to on a whole interval beside an end: expansions whose coefficients may be intervals.

A number that depends on ``t`` is a power of ``t`` times a polynomial, plus multiples of log t and t log t, plus what is
only known to lie between two numbers. Powers and logarithms that would be infinite at ``t = 0`` cancel before a bound
is taken.

Source: as for ``cubics``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

from flint import arb, fmpq

from .cubics import LAST, ZERO, Derivatives, Terms, constant, plus, series, through, times, times_power
from .spans import Span

_NONE = arb(0)
_FINEST = 64
"""Binary digits of the exponents that are taken as exact."""


@dataclass(frozen=True)
class Germ:
    """``t**power * (a + b t + c t**2 + d t**3) + (logs + slow t) log(t)`` and one in ``rest``, for ``0 < t <= far``.

    For each ``t`` some numbers in the balls ``terms``, which are a to d, in ``logs`` and in ``slow`` make it true. The
    first ``steady`` of the terms are the same numbers for all ``t``, as a number that is only rounded is.
    """

    far: arb
    power: Fraction | int
    terms: Terms
    logs: arb
    rest: Span | None = None
    steady: int = LAST + 1
    slow: arb = _NONE

    @classmethod
    def number(cls, value: arb, far: arb) -> Germ:
        """Return a number that does not depend on ``t``, or what is the same interval for each.

        >>> Germ.number(arb(2), arb(1)).span()
        Span(low=2.00000000000000, high=2.00000000000000)
        """
        return cls(far, 0, constant(value), arb(0))

    @classmethod
    def polynomial(cls, terms: Terms, far: arb, steady: int) -> Germ:
        """Return what has a Taylor series.

        >>> bool(Germ.polynomial((arb(1), arb(2), arb(0), arb(0)), arb(0.5), 4).span().high < 2.5)
        True
        """
        return cls(far, 0, terms, arb(0), None, steady)._settled()

    @classmethod
    def between(cls, span: Span, far: arb) -> Germ:
        """Return what is only known to lie in a span."""
        ball = span.ball
        # A ball around what ends at zero, or next to it, would reach to the other side.
        if ball is not None and (ball > 0 or ball < 0 or span.low < 0 < span.high):
            return replace(cls.number(ball, far), steady=0)
        return cls(far, 0, ZERO, arb(0), span, 0)

    @classmethod
    def variable(cls, far: arb) -> Germ:
        """Return ``t`` itself."""
        return cls(far, 1, constant(arb(1)), arb(0))

    @property
    def _is_plain(self) -> bool:
        return self.rest is None and self.logs.is_zero() and self.slow.is_zero()

    @property
    def _vanishes(self) -> bool:
        return all(term.is_zero() for term in self.terms)

    def _series(self) -> arb:
        """What encloses the polynomial at all ``t``."""
        return series(self.terms, self.far)

    def span(self) -> Span:
        """Return where all of its values lie.

        >>> t = Germ.variable(arb(0.5))
        >>> bool((t.log() + -t).span().high < -0.69)
        True
        """
        rest = (self.rest or Span.of(arb(0))) + Span.of(self.slow) * _slowly(self.far)
        if self.logs.is_zero():
            return rest + self._plain_span()
        if self._vanishes or self.power >= 0:
            return rest + self._plain_span() + Span.of(self.logs) * Span(arb("-inf"), self.far.log().upper())
        other = -replace(self, rest=None)
        return rest + Span(-other._dominated(), replace(self, rest=None)._dominated())

    def _plain_span(self) -> Span:
        return Span.of(arb(0)) if self._vanishes else Span.of(self._series()) * _powers(self.far, self.power)

    def _dominated(self) -> arb:
        """What a negative power of ``t`` and a logarithm do not exceed together: the power decides near zero."""
        least, power = self._series().upper(), _ball(self.power)
        slope, most = power * least * self.far**power, self.far.log()
        # Towards t = 0 the sum falls: its slope, times t, has this sign or a larger value everywhere.
        if not (least < 0 and most < 0 and slope + self.logs.lower() >= 0):
            return arb("inf")
        return (least * self.far**power + self.logs.lower() * most).upper()

    def below_limit(self) -> arb | None:
        """Return an enclosure of what it tends to, where it is below that at all ``t``, certainly; else ``None``.

        >>> t = Germ.variable(arb(0.5))
        >>> (Germ.number(arb(3), arb(0.5)) + -t).below_limit(), (t + t * t).below_limit()
        (3.00000000000000, None)
        """
        if not self.slow.is_zero():
            return self._below_limit_slowly()
        if not self._is_plain or self.power < 0:
            return None
        if self.power > 0:
            return arb(0) if self._series() < 0 else None
        # What is zero for all t is left out: of a fall like a square nothing is known at t = 0 otherwise.
        others = self.terms[1:] if not self.terms[1].is_zero() else self.terms[2:]
        falls = series((*others, *ZERO)[: LAST + 1], self.far) < 0
        return self.terms[0] if self.steady > 0 and falls else None

    def _below_limit_slowly(self) -> arb | None:
        """The same where a multiple of t log t falls from the limit faster than the polynomial may rise."""
        if self.rest is not None or not self.logs.is_zero() or self.power < 0 or not self.far < 1:
            return None
        terms, steady = self._at(0)
        fall = self.slow.lower() * self.far.log()
        falls = self.slow > 0 and series((*terms[1:], arb(0)), self.far) + fall < 0
        return terms[0] if falls and steady > 0 else None

    def _at(self, power: Fraction | int) -> tuple[Terms, int]:
        """The polynomial that goes with a lower power, and how many of its terms are steady."""
        steps = self.power - power
        if self._vanishes or steps == 0:
            return self.terms, self.steady
        if steps.denominator != 1:
            return constant(self._series() * arb(0).union(self.far ** _ball(steps))), 0
        return times_power(self.terms, int(steps), self.far), min(int(steps) + self.steady, LAST)

    def _settled(self) -> Germ:
        """The same with a leading coefficient that is not certainly zero."""
        if not self.terms[0].is_zero() or self._vanishes:
            return self
        terms: Terms = (*self.terms[1:], arb(0))
        return replace(self, power=self.power + 1, terms=terms, steady=max(self.steady - 1, 0))._settled()

    def __neg__(self) -> Germ:
        return self._times(arb(-1), LAST)

    def __add__(self, other: Germ) -> Germ:
        powers = [one.power for one in (self, other) if not one._vanishes] or [0]
        (ours, first), (theirs, second) = self._at(min(powers)), other._at(min(powers))
        rest = other.rest if self.rest is None else self.rest if other.rest is None else self.rest + other.rest
        terms, logs, slow = plus(ours, theirs), self.logs + other.logs, self.slow + other.slow
        return Germ(self.far, min(powers), terms, logs, rest, min(first, second), slow)._settled()

    def _times(self, factor: arb, steady: int) -> Germ:
        """The same multiplied by a number, which is the same for all ``t`` if it is steady."""
        a, b, c, d = self.terms
        rest = None if self.rest is None else self.rest * Span.of(factor)
        terms, known = (a * factor, b * factor, c * factor, d * factor), self.steady if steady else 0
        return replace(self, terms=terms, logs=self.logs * factor, rest=rest, steady=known, slow=self.slow * factor)

    def over(self, number: arb) -> Germ:
        """Return it divided by a positive number: twice a logarithm over two is the logarithm, to the last digit."""
        a, b, c, d = self.terms
        rest = None if self.rest is None else self.rest * Span.of(1 / number)
        terms = (a / number, b / number, c / number, d / number)
        return replace(self, terms=terms, logs=self.logs / number, rest=rest, slow=self.slow / number)

    def __mul__(self, other: Germ) -> Germ:
        for one, two in ((self, other), (other, self)):
            if one._is_plain and one.power == 0 and all(term.is_zero() for term in one.terms[1:]):
                return two._times(one.terms[0], one.steady)
        if self._is_plain and other._is_plain:
            return self._product(other)
        for one, two in ((self, other), (other, self)):
            fades = one._is_plain and two.rest is None and one.power > 0
            if fades and one.power >= 1:
                return one._times_logarithms(two)
            if fades and two.slow.is_zero() and self.far.log() * _ball(one.power) < -1:
                # t**p log t falls from zero, as long as p log t is below -1.
                least = (self.far ** _ball(one.power) * self.far.log()).lower()
                beside = Span.of(one._series() * two.logs) * Span(least, arb(0))
                return one._product(replace(two, logs=arb(0))) + Germ.between(beside, self.far)
        return Germ.between(self.span() * other.span(), self.far)

    def _times_logarithms(self, other: Germ) -> Germ:
        """What vanishes like t or faster, times what holds logarithms: these are multiples of t log t then."""
        more = arb(1) if self.power == 1 else arb(0).union(self.far ** _ball(self.power - 1))
        slow = self._series() * more * (other.logs + other.slow * arb(0).union(self.far))
        found = self._product(replace(other, logs=arb(0), slow=arb(0)))
        return replace(found, slow=slow)

    def _product(self, other: Germ) -> Germ:
        terms, steady = times(self.terms, other.terms, self.far), min(self.steady, other.steady, LAST)
        return Germ(self.far, self.power + other.power, terms, arb(0), None, steady)._settled()

    def _flat(self) -> Germ:
        """The same as a plain polynomial."""
        terms, steady = self._at(0)
        return replace(self, power=0, terms=terms, steady=steady)

    def _through(self, function: Callable[[arb], Derivatives]) -> Terms:
        """The polynomial of a function of this one, of which value and derivatives are given."""
        return through(self.terms, self.far, function)

    def inverse(self) -> Germ:
        """Return one over it.

        >>> tenth = arb(0.125)
        >>> bool((Germ.variable(tenth) + Germ.number(arb(2), tenth)).inverse().span().low > 0.45)
        True
        """
        if self._is_plain and not self._series().contains(0):
            terms = self._through(lambda y: (1 / y, -1 / y**2, 2 / y**3, -6 / y**4))
            return Germ(self.far, -self.power, terms, arb(0), None, min(self.steady, LAST))
        return Germ.between(self.span().inverse(), self.far)

    def log(self) -> Germ:
        """Return its logarithm.

        >>> t = Germ.variable(arb(0.5))
        >>> ((t + t).log() + -t.log()).span().ball.contains(arb(2).log())
        True
        """
        if self._is_plain and self._series() > 0:
            terms = self._through(lambda y: (y.log(), 1 / y, -1 / y**2, 2 / y**3))
            return Germ(self.far, 0, terms, _ball(self.power), None, min(self.steady, LAST))._settled()
        return Germ.between(self.span().log(), self.far)

    def exp(self) -> Germ:
        """Return e to the power of it."""
        if self._is_plain and self.power < 0 and self._series() < 0:
            return self._flat_exponential()
        exponent = _exactly(self.logs)
        if self.rest is None and self.slow.is_zero() and exponent is not None and (self._vanishes or self.power >= 0):
            flat = self._flat()
            terms = flat._through(lambda y: (y.exp(),) * 4)
            return Germ(self.far, exponent, terms, arb(0), None, min(flat.steady, LAST))
        return Germ.between(self.span().exp(), self.far)

    def _flat_exponential(self) -> Germ:
        """What vanishes with all its derivatives, as a multiple of the last power, which ``exp(-g / t**q) / t**3`` is.

        That rises up to ``t**q = g q / 3``.
        """
        g, q = -self._series().upper(), -_ball(self.power)
        turn = (g * q / LAST) ** (1 / q)
        place = self.far if self.far <= turn else turn
        most = (-g / place**q).exp() / place**LAST
        return Germ(self.far, LAST, constant(arb(0).union(most.upper())), arb(0), None, 0)

    def to_the(self, exponent: Fraction | int) -> Germ:
        """Return a fixed power of it.

        >>> Germ.variable(arb(0.25)).to_the(Fraction(1, 2)).span().high <= 0.5
        True
        """
        if exponent.denominator == 1 and exponent > 0:
            half = self.to_the(exponent - 1) if exponent > 1 else Germ.number(arb(1), self.far)
            return half * self
        if exponent.denominator == 1 and exponent < 0:
            return self.to_the(-exponent).inverse()
        r = _ball(exponent)
        if self._is_plain and self._series() > 0:
            terms = self._through(lambda y: _powers_of(y, r))
            return Germ(self.far, self.power * exponent, terms, arb(0), None, min(self.steady, LAST))
        return Germ.between(self.span().power(exponent), self.far)

    def through(self, function: Callable[[arb], Derivatives]) -> Germ:
        """Return a smooth function of it, of which value and three derivatives are given."""
        if self._is_plain and (self._vanishes or self.power >= 0):
            flat = self._flat()
            terms = flat._through(function)
            if all(term.is_finite() for term in terms):
                return Germ(self.far, 0, terms, arb(0), None, min(flat.steady, LAST))._settled()
        return Germ.between(Span(arb("-inf"), arb("inf")), self.far)


def _powers_of(y: arb, r: arb) -> Derivatives:
    """A power of a number, and its derivatives."""
    slope, bend = r * y ** (r - 1), r * (r - 1) * y ** (r - 2)
    return y**r, slope, bend, r * (r - 1) * (r - 2) * y ** (r - 3)


def _powers(far: arb, power: Fraction | int) -> Span:
    """Where a power of ``t`` lies."""
    if power == 0:
        return Span.of(arb(1))
    high = far ** _ball(power)
    return Span(arb(0), high.upper()) if power > 0 else Span.above(high)


def _slowly(far: arb) -> Span:
    """Where t log t lies."""
    least = -(arb(-1).exp()) if not far < arb(-1).exp() else far * far.log()
    return Span(least.lower(), arb(0) if far <= 1 else (far * far.log()).upper())


def _ball(number: Fraction | int) -> arb:
    return arb(number) if isinstance(number, int) else arb(fmpq(number.numerator, number.denominator))


def _exactly(number: arb) -> Fraction | int | None:
    """A number of few digits, where the ball holds no other."""
    if not number.is_exact():
        return None
    if number.is_zero():
        return 0
    mantissa, exponent = (int(part) for part in number.man_exp())
    return Fraction(mantissa) * Fraction(2) ** exponent if abs(exponent) < _FINEST else None
