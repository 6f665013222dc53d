"""Writes what an estimator asks of the rows before it computes anything: lines of the text that it is made of.

What has to be asked hangs on the derivation, and on whether the rows are doubles or integers. All of that is known when
an estimator is compiled, so that a fit finds only the questions themselves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from .compiled.reach import Reach
from .compiled.rows import BRIEF, EXACT
from .tolerance import CLEAR_SPREAD, EXAMINED_ROWS, FAR, JOINED_ROWS

_GIVE_UP = "return None"
_LEAST = f"least = float(x.item(x.argmin())) if n <= {BRIEF} else float(least_of_many(x))"
_FEW = f"if n <= {JOINED_ROWS} and are_few(x): return few(x, least, most)"
_FEW_COUNTS = _FEW.replace("are_few(x)", f"(most - least < {EXAMINED_ROWS} or are_few(x))")
"""Whole numbers so close together are few."""
_MOST = f"most = float(x.item(x.argmax())) if n <= {BRIEF} else float(most_of_many(x))"


@dataclass(frozen=True)
class Gates:
    """What is known of an estimator when it is compiled.

    ``solves`` says whether it solves equations, ``examined`` whether it gives up where formulas lose digits,
    ``sums_alone`` whether the rows enter through their sum and their ends alone. With a ``power`` none is negative, and
    the estimator asks of them their least and the sum of that power, which it is given in place of the greatest, and
    which no row exceeds: none is looked for; nor is the least of integers ``from_zero`` on, of which it matters only
    that none is below. With ``told`` it learns all that it asks of the ends of doubles by what it computes anyway, with
    ``parted`` all that it asks of them beside their least.
    """

    reach: Reach
    solves: bool
    examined: bool
    sums_alone: bool
    power: int = 0
    from_zero: bool = False
    told: bool = False
    parted: bool = False

    def lines(self, integers: bool) -> list[str]:
        """Return what leads from rows ``x``, doubles or integers, to ``n``, ``least`` and ``most``, or gives up.

        >>> Gates(Reach(0.0, 1.0, False, False, False), False, True, False).lines(integers=False)[:2]
        ['n = len(x)', 'if n <= 64: return None']
        """
        return ["n = len(x)", *self._asked(integers)]

    def _asked(self, integers: bool) -> Iterator[str]:
        counts = integers or self.reach.discrete
        # Sums of whole numbers are exact, however few.
        exact = counts and self.sums_alone and self.examined
        if not exact:
            yield f"if n <= {EXAMINED_ROWS}: {_GIVE_UP}"
        if self.told and not integers:
            return
        if self.parted and not integers:
            yield from (_LEAST, *self._above_its_end(), "most = least", _FEW)
            return
        yield from self._powers(integers) if self.power else self._ends(integers)
        yield "size = most" if self.reach.lo >= 0 else "size = most if most > -least else -least"
        yield f"if not n / {FAR!r} <= size <= {FAR!r}: {_GIVE_UP}"  # nor is one infinite, or no number
        if counts:
            yield f"if not {'size' if self.power else 'n * size'} < {EXACT!r}: {_GIVE_UP}"
        if counts and not integers:
            yield f"if not is_whole(x): {_GIVE_UP}"
        if not self.examined:
            yield from self._spread(counts)

    def _ends(self, integers: bool) -> Iterator[str]:
        yield _LEAST
        yield from self._above_its_end()
        yield _MOST
        if math.isfinite(self.reach.hi):
            yield f"if not most {'<=' if self.reach.hi_closed else '<'} {self.reach.hi!r}: {_GIVE_UP}"
        yield from self._as_doubles(integers)

    def _above_its_end(self) -> Iterator[str]:
        if math.isfinite(self.reach.lo):
            yield f"if not least {'>=' if self.reach.lo_closed else '>'} {self.reach.lo!r}: {_GIVE_UP}"

    def _as_doubles(self, integers: bool) -> Iterator[str]:
        if integers and not self.sums_alone:
            yield "x = x.astype(double)"

    def _powers(self, integers: bool) -> Iterator[str]:
        """The least row and the sum of a power of all; NumPy adds integers modulo a power of two."""
        least, held = [_LEAST, *self._above_its_end()], f"if not most * n < {EXACT!r}: {_GIVE_UP}"
        if integers and self.from_zero:
            # Of 64 bits, and taken as unsigned, one below zero is too large.
            unsigned = ["least, whole = 0.0, x.view(unsigned)", _MOST.replace("x.", "whole.").replace("(x)", "(whole)")]
            yield from ("if x.dtype in long:", *_within([*unsigned, held]), "else:", *_within([*least, _MOST, held]))
        elif integers and self.sums_alone:
            yield from (*least, _MOST, held)
        else:
            yield from least
            yield from self._as_doubles(integers)
        yield "most = total(x)" if self.power == 1 else "most = square_total(x)"

    def _spread(self, counts: bool) -> Iterator[str]:
        """Whether doubles are known to suffice, or the rows too many for the careful path to take anything better."""
        apart = f"most - least > {CLEAR_SPREAD!r} * size" if self.solves else "is_ordinary(least, most)"
        yield f"if not {apart}: {_GIVE_UP}"
        yield _FEW_COUNTS if counts else _FEW


def _within(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
