"""A support in parts on which a function is smooth: each runs from a point inside outwards to an end or a kink."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sympy import Abs, Expr, Heaviside, Integer, Max, Min, Piecewise, S, Symbol, log, oo, sign
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean, BooleanFunction

from .algebra.atoms import Indicator
from .bounds import Bounds
from .errors import UndecidedError


@dataclass(frozen=True)
class Side:
    """Where ``x`` stands as ``y`` runs from ``start`` to infinity, and the logarithm of how much faster it moves."""

    place: Expr
    start: Expr
    log_speed: Expr
    inside: Expr


def kinks_in(expressions: Sequence[Expr], x: Symbol) -> tuple[Expr, ...]:
    """Return where the cases of the expressions in ``x`` change, all other symbols being numbers.

    Raises
    ------
    UndecidedError
        Where that is no root of a linear function.

    Examples
    --------
    >>> from sympy.abc import x
    >>> kinks_in([abs(x - 1), Max(x, 2 * x - 4)], x)
    (1, 4)
    """
    found = {_root(difference, x) for one in expressions for difference in _switches(one, x)}
    return tuple(sorted((place for place in found if place is not None), key=lambda one: one.sort_key()))


def _switches(expression: Expr, x: Symbol) -> Iterator[Expr]:
    for node in expression.atoms(Abs, sign, Heaviside, Max, Min, Relational):
        if isinstance(node, (Max, Min)):
            yield from (a - b for place, a in enumerate(node.args) for b in node.args[:place])
        elif isinstance(node, Relational):
            yield node.lhs - node.rhs
        else:
            yield node.args[0]


def _root(difference: Expr, x: Symbol) -> Expr | None:
    difference = difference.expand()
    slope = difference.diff(x)
    if slope.has(x):
        raise UndecidedError(f"{difference} changes its sign at points that are not looked for")
    return None if slope == 0 else -difference.subs(x, 0) / slope


def smooth_on(expression: Expr, x: Symbol, inside: Expr) -> Expr:
    """Return what an expression is around a point that is no kink, as far as the next kinks on both sides.

    >>> from sympy.abc import x
    >>> smooth_on(abs(x - 1), x, Integer(0))
    1 - x
    """

    def side_of(node: Expr) -> int:
        value = node.xreplace({x: inside})
        if value.is_positive or value.is_negative:
            return 1 if value.is_positive else -1
        if value.is_zero:
            return 0
        raise UndecidedError(f"the sign of {value} is not seen")

    def chosen(node: Expr) -> Expr:
        if isinstance(node, Abs):
            return node.args[0] * side_of(node.args[0])
        if isinstance(node, sign):
            return Integer(side_of(node.args[0]))
        if isinstance(node, Heaviside):
            return Integer((side_of(node.args[0]) + 1) // 2)
        return _extreme(node, side_of)

    def decided(condition: Boolean) -> Boolean:
        if isinstance(condition, BooleanFunction):
            return condition.func(*map(decided, condition.args))
        if not isinstance(condition, Relational):
            return condition
        return condition.func(Integer(side_of(condition.lhs - condition.rhs)), S.Zero)

    if expression.has(Piecewise):
        expression = expression.replace(
            lambda node: isinstance(node, Piecewise),
            lambda node: Piecewise(*((value, decided(condition)) for value, condition in node.args)),
        )
    if expression.has(Indicator):
        expression = expression.replace(
            lambda node: isinstance(node, Indicator), lambda node: Indicator(decided(node.condition))
        )
    return expression.replace(lambda node: isinstance(node, (Abs, sign, Heaviside, Max, Min)), chosen)


def _extreme(node: Expr, side_of: Callable[[Expr], int]) -> Expr:
    best, *rest = node.args
    for one in rest:
        if (side_of(one - best) > 0) == isinstance(node, Max):
            best = one
    return best


def sides_of(ends: Bounds, kinks: Sequence[Expr], y: Symbol) -> tuple[Side, ...]:
    """Return the parts of a support whose ends are numbers or infinite.

    Towards an infinite end ``x`` moves as ``y`` does, towards a finite one like ``1/y``.

    >>> from sympy.abc import y
    >>> [side.place for side in sides_of(Bounds(S.Zero, oo, False, False, False), (), y)]
    [1/y, y]
    """
    inner = [kink for kink in kinks if _before(ends.lo, kink) and _before(kink, ends.hi)]
    return tuple(side for a, b in pairwise(_sorted([ends.lo, *inner, ends.hi])) for side in _both(a, b, y))


def _both(a: Expr, b: Expr, y: Symbol) -> Iterator[Side]:
    middle = (a + b) / 2 if a != -oo and b != oo else S.Zero if a == -oo and b == oo else a + 1 if b == oo else b - 1
    for end, outwards in ((a, -1), (b, 1)):
        if end in (oo, -oo):
            yield Side(middle + outwards * (y - 1), S.One, S.Zero, middle)
        else:
            gap = outwards * (end - middle)
            yield Side(end - outwards / y, 1 / gap, -2 * log(y), middle)


def _before(a: Expr, b: Expr) -> bool:
    relation = a < b
    if relation not in (True, False):
        raise UndecidedError(f"the order of {a} and {b} is not seen")
    return bool(relation)


def _sorted(places: list[Expr]) -> list[Expr]:
    """Few places, in order."""
    found: list[Expr] = []
    for place in places:
        at = sum(_before(other, place) for other in found)
        found.insert(at, place)
    return found
