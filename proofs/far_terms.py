"""Functions on a half-line ``y >= Y``, each enclosed as an exact number plus multiples of terms that grow or fall.

A term is ``exp(rate y) y**power log(y)**logs``. The number is exact, so that ``1 - (1 - 1/y)`` is known to fall like
``1/y``. Where one term is wanted, it is the largest: the share of every other falls from the start on, and is enclosed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cmp_to_key

from flint import arb
from sympy import Expr, Rational, S

from .balls import ball
from .errors import UndecidedError

# How many terms are kept apart.
_MOST = 8


@dataclass(frozen=True)
class Term:
    """``exp(rate y) y**power log(y)**logs``, with an exact number for each."""

    rate: Expr = S.Zero
    power: Rational = S.Zero
    logs: Rational = S.Zero

    def times(self, other: Term) -> Term:
        """The product of two terms.

        >>> Term(power=S(2)).times(Term(power=S(-2))) == ONE
        True
        """
        return Term(self.rate + other.rate, self.power + other.power, self.logs + other.logs)

    def to(self, exponent: Rational) -> Term:
        """The term raised to a power."""
        return Term(exponent * self.rate, exponent * self.power, exponent * self.logs)

    def at(self, start: arb) -> arb:
        """The value at one ``y``.

        >>> Term(power=S(3)).at(arb(2)).contains(8)
        True
        """
        log_y = start.log()
        return (ball(self.rate) * start + ball(self.power) * log_y + ball(self.logs) * log_y.log()).exp()

    def order(self) -> int:
        """Return 1 for a term that grows beyond all bounds, -1 for one that falls to zero, 0 for one."""
        for exponent in (self.rate, self.power, self.logs):
            if exponent != 0:
                return _sign(exponent)
        return 0

    def falls_from(self, start: arb) -> bool:
        """Return whether it never rises for ``y >= start``; false where that is not seen.

        >>> Term(power=S(-1), logs=S(1)).falls_from(arb(2)), Term(power=S(-1), logs=S(1)).falls_from(arb(3))
        (False, True)
        """
        return bool((self.power_at_most(start) if self.rate == 0 else self.rate_at_most(start)) <= 0)

    def power_at_most(self, start: arb) -> arb:
        """Return a number that ``power + logs/log(y)`` does not exceed: as which power it grows, but for its rate."""
        return (ball(self.power) + ball(max(self.logs, S.Zero)) / start.log()).upper()

    def rate_at_most(self, start: arb) -> arb:
        """Return a number that its logarithmic slope ``rate + power/y + logs/(y log(y))`` does not exceed."""
        logs = ball(max(self.logs, S.Zero)) / start.log()
        return (ball(self.rate) + (ball(max(self.power, S.Zero)) + logs) / start).upper()


ONE = Term()


@dataclass(frozen=True)
class Multiple:
    """A function between two multiples of a term: those by the ends of a ball."""

    coefficient: arb
    term: Term


@dataclass(frozen=True)
class Far:
    """The sum of an exact number and multiples of different terms."""

    constant: Expr
    multiples: tuple[Multiple, ...] = ()

    @property
    def settles(self) -> bool:
        """Whether it tends to its constant."""
        return all(one.term.order() < 0 for one in self.multiples)

    def parts(self) -> list[Multiple]:
        """All of it as multiples of different terms."""
        bounded = [one.coefficient for one in self.multiples if one.term == ONE]
        others = [one for one in self.multiples if one.term != ONE]
        whole = sum(bounded, ball(self.constant))
        return others if whole.is_zero() else [Multiple(whole, ONE), *others]


def _sign(number: Expr) -> int:
    value = ball(number)
    if value > 0 or value < 0:
        return 1 if value > 0 else -1
    raise UndecidedError(f"the sign of {number} is not seen")


def gathered(constant: Expr, multiples: Iterable[Multiple], start: arb) -> Far:
    """Return a number plus multiples, of which those of the same term are added, and the least of many joined.

    >>> gathered(S.One, [Multiple(arb(2), ONE), Multiple(arb(-2), ONE)], arb(2)).multiples
    ()
    """
    alike: dict[Term, arb] = {}
    for part in multiples:
        alike[part.term] = alike.get(part.term, arb(0)) + part.coefficient
    # A ball around zero is neither equal to zero nor different from it, and has to stay.
    found = [Multiple(coefficient, term) for term, coefficient in alike.items() if not coefficient.is_zero()]
    if len(found) > _MOST:
        found.sort(key=cmp_to_key(lambda a, b: _over(b.term, a.term).order()))
        found = [*found[: _MOST - 1], joined(found[_MOST - 1 :], start)]
    return Far(constant, tuple(found))


def joined(parts: list[Multiple], start: arb) -> Multiple:
    """Return a sum as a multiple of its largest term, with the shares of the others in the coefficient.

    >>> found = joined([Multiple(arb(2), Term(power=S(1))), Multiple(arb(1), ONE)], arb(4))
    >>> found.term.power, found.coefficient.contains(2), found.coefficient.contains(2.25), found.coefficient > 2.3
    (1, True, True, False)
    """
    if not parts:
        return Multiple(arb(0), ONE)
    largest = leading(parts).term
    shares = (one.coefficient * share_of(_over(one.term, largest), start) for one in parts)
    return Multiple(sum(shares, arb(0)), largest)


def leading(parts: list[Multiple]) -> Multiple:
    """Return the multiple of the largest term."""
    best, *others = parts
    for one in others:
        if _over(one.term, best.term).order() > 0:
            best = one
    return best


def _over(a: Term, b: Term) -> Term:
    return a.times(b.to(S.NegativeOne))


def relative(value: Far, start: arb) -> tuple[Multiple, Far]:
    """Return the leading multiple, and what has to be added to one for the value to be their product.

    >>> first, rest = relative(Far(S(1), (Multiple(arb(2), Term(power=S(1))),)), arb(4))
    >>> first.term.power, [one.term.power for one in rest.multiples]
    (1, [-1])
    """
    parts = value.parts()
    first = leading(parts)
    if not first.coefficient > 0 and not first.coefficient < 0:
        raise UndecidedError("the sign of the largest term is not seen")
    others = [one for one in parts if one is not first]
    rest = [Multiple(one.coefficient / first.coefficient, _over(one.term, first.term)) for one in others]
    return first, gathered(S.Zero, rest, start)


def share_of(term: Term, start: arb) -> arb:
    """Return a ball around all values of a term that is one or falls.

    >>> share_of(Term(power=S(-1)), arb(4)).contains(0.2)
    True
    """
    if term == ONE:
        return arb(1)
    if not term.falls_from(start):
        raise UndecidedError("a term does not fall from the start of the half-line on")
    return arb(0).union(term.at(start))


def values_of(value: Far, start: arb) -> arb:
    """Return a ball around all values of a function that does not grow.

    >>> values_of(Far(S(2), (Multiple(arb(1), Term(power=S(-1))),)), arb(2)).contains(2.5)
    True
    """
    return sum((one.coefficient * share_of(one.term, start) for one in value.multiples), ball(value.constant))


def largest_value(value: Far, start: arb) -> arb:
    """Return a number that the function does not exceed for ``y >= start``.

    >>> largest_value(Far(S.Zero, (Multiple(arb(-1), Term(power=S(2))),)), arb(3)).str(5)
    '[-9.0000 +/- 3e-8]'
    """
    whole = joined(value.parts(), start)
    top, term = whole.coefficient.upper(), whole.term
    if term == ONE:
        return top
    if top <= 0:
        rising = term.to(S.NegativeOne).falls_from(start)
        return (top * term.at(start)).upper() if rising else arb(0)
    if not term.falls_from(start):
        raise UndecidedError("the function may grow")
    return (top * term.at(start)).upper()
