"""Finds the integers at which a likelihood is largest, and proves on the data that no other is as high."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import perm

from flint import arb
from sympy import Expr, fraction

from ..proofs.balls import precision
from ..proofs.conditions import Condition
from ..proofs.derivation import Derivation
from ..proofs.errors import UnsolvedError
from ..proofs.integers import RECIPROCAL, IntegerSearch
from ..strategies.conditions import decide_sample
from .enclosure import precisions, table_of
from .exact import Exactly, written_out
from .increments import OnIntegers
from .observations import Observations
from .tolerance import FIRST_BITS, SCANNED

_LARGEST = 2**53
"""Beyond it doubles do not hold every integer."""
_TERMS = 16
"""Terms of a Taylor polynomial: each shortens the way to a bound."""
_SUMMED = 100_000
"""Changes between two integers that are summed up at most to tell which is better."""
_PIECES = 16
"""Balls for the reciprocals of all integers beyond a bound: more of them reach further and cost as much more."""


@dataclass(frozen=True)
class Maximisers:
    """The integers at which the likelihood is largest, in order; none where it has no maximum, and then why.

    ``how`` says by what all other integers are excluded.
    """

    integers: tuple[int, ...]
    how: str


def maximisers(derivation: Derivation, observations: Observations) -> Maximisers:
    """Return the integers at which the likelihood, with all other parameters best for each, is largest.

    Raises
    ------
    UnsolvedError
        Where that cannot be told, or would take too many comparisons.

    Examples
    --------
    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> data = Observations(np.array([[2.0], [3.0], [3.0]]), None, 3)
    >>> maximisers(derive(family("binomial_both")), data).integers
    (3,)
    """
    return _Search(derivation, observations).found()


class _Search:
    """The increment on one dataset, and the range of the integer."""

    def __init__(self, derivation: Derivation, observations: Observations) -> None:
        search = derivation.integer
        assert search is not None, "only for a derivation with an integer parameter"
        self.search: IntegerSearch = search
        self.derivation, self.observations = derivation, observations
        self.name = derivation.family.name
        self.increment = self._asked(search.increment, search.parameter)
        exactly = Exactly(table_of(derivation.family, observations))
        self.first = max(self._whole(exactly, low, -1) for low in search.floors)
        self.last = min((self._whole(exactly, high, 1) for high in search.ceilings), default=None)

    def _asked(self, expression: Expr, symbol: Expr) -> OnIntegers:
        whole = written_out(self.derivation, expression)
        return OnIntegers(whole, symbol, self.derivation.family.columns, self.observations)

    def _whole(self, exactly: Exactly, limit: Expr, side: int) -> int:
        """The least integer at or above a limit (``side`` -1), or the largest at or below."""
        # A third of an integer is a ball, of which nothing tells that it holds one: its multiple is exact.
        above, below = fraction(written_out(self.derivation, limit).together())
        above, below = (above, int(below)) if below.is_Integer else (above / below, 1)
        with precision(256):
            place = exactly.ball(above, {})
            whole = place.unique_fmpz() if place.is_integer() else None
            if whole is not None:
                return -(-int(whole) // below) if side < 0 else int(whole) // below
            place = place / below
            found = (place.ceil() if side < 0 else place.floor()).unique_fmpz()
        if found is None:
            raise UnsolvedError(f"{self.name}: the limit {limit} of {self.search.parameter} is too large to be told")
        return int(found)

    def found(self) -> Maximisers:
        """Look up what is needed at every integer, then the range, then where the likelihood turns."""
        p = self.search.parameter
        truth, condition = decide_sample(self.search.needed, self.observations.sample, self.derivation.family.columns)
        if condition is not None and truth is not True:
            if truth is None or not self.search.needed_proved:
                raise UnsolvedError(f"{self.name}: what follows where '{condition.meaning}' is not met is not proved")
            return Maximisers((), f"whatever {p} is, the other parameters need '{condition.meaning}'")
        if self.last is not None and self.first > self.last:
            return Maximisers(
                (), f"no {p} allows all data: it would have to be at least {self.first} and at most {self.last}"
            )
        if self.search.falling is not None:
            return self._turning(self.first, "the change to the next integer turns from rise to fall once")
        if self.last is not None:
            return self._compared(self.last, "falls", f"all integers up to {self.last} are compared")
        bound, way = self._tail()
        return self._compared(bound, way, f"all integers up to {bound} are compared; beyond it the likelihood {way}")

    def sign(self, value: int) -> int:
        """Of the change from ``value`` to the next integer; at the end of the range it falls."""
        if self.last is not None and value >= self.last:
            return -1
        found = self.increment.sign(value)
        if found is None:
            raise UnsolvedError(
                f"{self.name}: whether the likelihood is larger at {self.search.parameter} = {value} or at {value + 1} "
                "could not be told"
            )
        return found

    def _turning(self, start: int, how: str) -> Maximisers:
        """The place of the one turn at or after ``start``."""
        if self.search.tail is not None and (leading := self._leading()) >= 0:
            return self._no_turn(leading, how)
        low, step = start, 1
        while self.sign(low + step - 1) > 0:
            low, step = low + step, 2 * step
            if low + step > _LARGEST and self.last is None:
                raise UnsolvedError(f"{self.name}: the estimate of {self.search.parameter} is beyond 2^53")
        # The change is positive before low, and not at high.
        high = low + step - 1
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self.sign(middle) > 0 else (low, middle)
        top = low
        while (self.last is None or top < self.last) and self.sign(top) == 0:
            top += 1
        return Maximisers(tuple(range(low, top + 1)), how)

    def _no_turn(self, leading: int, how: str) -> Maximisers:
        """The change does not fall below zero at last, and turns from rise to fall at most: it never falls."""
        p, falling = self.search.parameter, self.search.falling
        if leading == 0 and (falling is None or RECIPROCAL not in falling.free_symbols):
            raise UnsolvedError(f"{self.name}: whether the likelihood is flat for large {p} could not be told")
        return Maximisers((), f"the likelihood rises with {p} without end, because {how}")

    def _leading(self) -> int:
        """The sign of the change at last, on these data: the exact sign of the leading derivative."""
        assert self.search.tail is not None
        columns = self.derivation.family.columns
        leading = written_out(self.derivation, self.search.tail.leading)
        for sign in (-1, 1):
            truth, _ = decide_sample((Condition(sign * leading, ""),), self.observations.sample, columns)
            if truth is None:
                raise UnsolvedError(
                    f"{self.name}: whether the likelihood falls for large {self.search.parameter} could not be told"
                )
            if truth:
                return sign
        return 0

    def _tail(self) -> tuple[int, str]:
        """A bound beyond which the change keeps its sign, or turns once; and which."""
        tail, leading = self.search.tail, self._leading()
        assert tail is not None
        scaled = self._asked(tail.scaled, RECIPROCAL)
        length = tail.order + _TERMS + 2
        with precision(2 * FIRST_BITS):
            there = scaled.taylor(arb(0), length)
        bound = max(self.first, 1)
        while bound <= _LARGEST:
            with precision(2 * FIRST_BITS):
                over = scaled.taylor(arb(0).union(1 / arb(bound)), length)
                slope, bend = (_sign_over(there, over, tail.order + more, bound) for more in (0, 1))
            if slope < 0 or (bend < 0 and leading <= 0):
                return bound, "falls"
            if slope > 0 or (bend > 0 and leading >= 0):
                return bound, "rises"
            if bend > 0:
                return bound, "turns from rise to fall once at most"
            bound *= 2
        raise UnsolvedError(
            f"{self.name}: no bound was found beyond which the likelihood falls in {self.search.parameter}"
        )

    def _compared(self, bound: int, way: str, how: str) -> Maximisers:
        """All integers below a bound, block by block, and from it on what is known of the tail."""
        p, runs = self.search.parameter, list(self._runs(self.first, bound - 1))
        if way == "rises":
            if any(sign < 0 for _, sign in runs):
                raise UnsolvedError(f"{self.name}: the likelihood rises again for large {p}; its maximum is not told")
            return Maximisers((), f"the likelihood rises with {p} without end: {how}")
        turns = way != "falls" and self.sign(bound) >= 0
        tops = _tops([*runs, (bound, 1 if turns else -1)], self.first)
        if turns:
            tops.append(self._turning(bound, how).integers)
        return Maximisers(tops[0], how) if len(tops) == 1 else self._highest(tops, how)

    def _runs(self, low: int, high: int) -> Iterator[tuple[int, int]]:
        """Blocks of integers from ``low`` to ``high``, in order: the last of each, and the sign of all its changes."""
        waiting, spent = ([(low, high)] if low <= high else []), 0
        while waiting:
            low, high = waiting.pop()
            spent += self.increment.cost * _TERMS
            if spent > SCANNED:
                raise UnsolvedError(
                    f"{self.name}: too many values of {self.search.parameter} would have to be compared on "
                    f"{self.observations.n} observations; fix {self.search.parameter}, or fit a part of the data"
                )
            sign = self.sign(low) if low == high else self._sign_between(low, high)
            if sign or low == high:
                yield high, sign
                continue
            # Near the least integer the change bends most: blocks grow with the distance from it.
            middle = min((low + high) // 2, low + (low - self.first) // 4)
            waiting += [(middle + 1, high), (low, middle)]

    def _sign_between(self, low: int, high: int) -> int:
        """The sign of the change at all numbers from ``low`` to ``high``; 0 if it is left open."""
        with precision(2 * FIRST_BITS):
            middle, away = arb((low + high, -1)), arb((0, 0), (high - low, -1))
            terms = self.increment.taylor(middle, _TERMS)
            terms.append(self.increment.taylor(arb((low + high, -1), (high - low, -1)), _TERMS + 1)[_TERMS])
            found = arb(0)
            for term in reversed(terms):
                found = found * away + term
            return 1 if found > 0 else -1 if found < 0 else 0

    def _highest(self, tops: list[tuple[int, ...]], how: str) -> Maximisers:
        """Of several places where the likelihood turns, the one that is certainly higher than all others."""
        p = self.search.parameter
        if tops[-1][0] - tops[0][0] > _SUMMED:
            raise UnsolvedError(f"{self.name}: of several {p} far apart, which is best is not told; fix {p}")
        for bits in precisions():
            with precision(bits):
                heights = [arb(0)]
                for one, other in pairwise(tops):
                    changes = (self.increment.at(arb(k)) for k in range(one[0], other[0]))
                    heights.append(sum(changes, heights[-1]))
                best = max(range(len(tops)), key=lambda i: float(heights[i].mid()))
                if all(i == best or heights[best] > height for i, height in enumerate(heights)):
                    return Maximisers(tops[best], how)
        raise UnsolvedError(f"{self.name}: which of several {p} is best could not be told")


def _sign_over(there: list[arb], over: list[arb], order: int, bound: int) -> int:
    """The sign of a derivative all the way from zero to ``1 / bound``, piece by piece; 0 if it is left open.

    ``there`` are Taylor coefficients at zero, ``over`` those over the whole way. The derivative is its own Taylor
    polynomial at zero with the last one over the whole way as the remainder: over an interval, the derivative itself
    loses to cancellation what the polynomial keeps.
    """
    terms = [there[place] * perm(place, order) for place in range(order, order + _TERMS)]
    terms.append(over[order + _TERMS] * perm(order + _TERMS, order))
    signs = set()
    for piece in range(_PIECES):
        low, high = (arb(piece + more) / (_PIECES * arb(bound)) for more in (0, 1))
        place, found = low.union(high), arb(0)
        for term in reversed(terms):
            found = found * place + term
        signs.add(1 if found > 0 else -1 if found < 0 else 0)
        if len(signs) > 1 or 0 in signs:
            return 0
    return signs.pop()


def _tops(runs: list[tuple[int, int]], first: int) -> list[tuple[int, ...]]:
    """The integers, or runs of equally good ones, from which the likelihood falls on both sides."""
    tops: list[tuple[int, ...]] = []
    run = [first]
    for last, sign in runs:
        if sign < 0:
            if run:
                tops.append(tuple(run))
            run = []
        elif sign > 0:
            run = [last + 1]
        elif run:
            run.append(last + 1)
    return tops
