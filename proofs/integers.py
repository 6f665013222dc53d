"""What is known of an integer parameter: how the likelihood changes from one integer to the next, and at last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sympy import Expr, Symbol

from .algebra.stand_in import StandIn
from .conditions import Condition

if TYPE_CHECKING:
    from .derivation import Statistic

RECIPROCAL = StandIn("s", positive=True)
"""The reciprocal of the integer, where it is large."""


@dataclass(frozen=True)
class Tail:
    """What becomes of the increment where the integer is large: ``scaled = s**power * increment`` at ``1/s``.

    ``scaled`` has no pole at zero; its derivative of ``order`` is the first that is not zero there for all data, and
    ``leading`` is that derivative at zero. The likelihood falls at last where it is negative.
    """

    scaled: Expr
    power: int
    order: int
    leading: Expr

    def derivative(self, further: int = 0) -> Expr:
        """The derivative of ``scaled`` of that order, or of ``further`` orders more."""
        return self.scaled.diff(RECIPROCAL, self.order + further)


@dataclass(frozen=True)
class IntegerSearch:
    """One integer parameter, with all others at the values that are best for it.

    Attributes
    ----------
    increment
        The mean log-likelihood at the next integer minus that at this one.
    floors, ceilings
        The integer is at least every floor and at most every ceiling, in statistics and constants.
    tail
        What decides for large integers; ``None`` where ceilings stop them.
    falling
        Never negative, because of which the increment changes its sign once, from above to below: minus its
        derivative for one observation, or that of ``scaled / s**order``. ``None`` where that is not proved.
    needed
        Without these, the other parameters have no maximiser at any integer; known to be so where ``needed_proved``.
    """

    parameter: Symbol
    increment: Expr
    floors: tuple[Expr, ...]
    ceilings: tuple[Expr, ...]
    tail: Tail | None
    falling: Expr | None
    statistics: tuple[Statistic, ...]
    needed: tuple[Condition, ...] = ()
    needed_proved: bool = True

    def at(self, put: Callable[[Expr], Expr], renamed: Mapping[Symbol, Symbol]) -> IntegerSearch:
        """The same with constants put in by ``put``, and the parameter under its new symbol."""
        return replace(
            self,
            parameter=renamed.get(self.parameter, self.parameter),
            increment=put(self.increment),
            floors=tuple(map(put, self.floors)),
            ceilings=tuple(map(put, self.ceilings)),
            tail=None
            if self.tail is None
            else replace(self.tail, scaled=put(self.tail.scaled), leading=put(self.tail.leading)),
            falling=None if self.falling is None else put(self.falling),
            statistics=tuple(replace(s, definition=put(s.definition)) for s in self.statistics),
            needed=tuple(c.at(put) for c in self.needed),
        )
