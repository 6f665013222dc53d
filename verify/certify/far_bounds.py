"""Bounds an expression in averages from above on a whole interval beside an end of its unknown's space."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from flint import arb
from sympy import Abs, Add, Expr, Mul, Pow, Rational, Symbol, exp, log, oo

from ...proofs.algebra.atoms import Mean, atoms_of
from ...proofs.algebra.kinks import KINKED
from ...proofs.ball_data import Table, enclosed
from ...proofs.balls import ball, compiled
from .cubics import Derivatives
from .germs import Germ

Known = Mapping[Symbol, Germ]
Evaluator = Callable[[Known, Table, arb], Germ]


def bound_beside(expression: Expr, unknown: Symbol, end: Expr, cut: arb, table: Table) -> arb:
    """Return a number that the expression does not exceed between an end of the unknown's space and ``cut``.

    Infinite where none is found.

    >>> from flint import arb
    >>> from sympy import S, log, oo
    >>> from sympy.abc import a, x
    >>> from thetahat.proofs.algebra.atoms import Mean
    >>> from thetahat.proofs.ball_data import Table
    >>> table = Table((x,), [(arb(1),), (arb(3),)], None)
    >>> falling = log(a) - a * Mean(x, x)
    >>> bool(bound_beside(falling, a, S.Zero, arb(0.125), table) < -2)
    True
    >>> level = Mean(log(a + x), x) - log(a)
    >>> bool(bound_beside(level, a, oo, arb(1000), table) < 0.003)
    True
    """
    found = expanded(expression, unknown, end, cut, table).span().high
    return found if not found.is_nan() else arb("inf")


def limit_above(expression: Expr, unknown: Symbol, end: Expr, cut: arb, table: Table) -> arb | None:
    """Return an enclosure of the limit at an end, where the expression is below it from ``cut`` on; ``None`` else.

    >>> from flint import arb
    >>> from sympy import S, log, oo
    >>> from sympy.abc import a, x
    >>> from thetahat.proofs.algebra.atoms import Mean
    >>> from thetahat.proofs.ball_data import Table
    >>> table = Table((x,), [(arb(1),), (arb(3),)], None)
    >>> rising, falling = log(a) - Mean(log(a + x), x), Mean(log(a + x), x) - log(a)
    >>> limit_above(rising - 2, a, oo, arb(1000), table), limit_above(falling - 2, a, oo, arb(1000), table)
    (-2.00000000000000, None)
    """
    return expanded(expression, unknown, end, cut, table).below_limit()


def expanded(
    expression: Expr,
    unknown: Symbol,
    end: Expr,
    cut: arb,
    table: Table,
    numbers: Mapping[Symbol, arb] = MappingProxyType({}),
    given: Known = MappingProxyType({}),
) -> Germ:
    """Return what the expression comes to between an end and ``cut``, with numbers and other such for its symbols.

    >>> from sympy.abc import a
    >>> bool(expanded(1 / a, a, oo, arb(8), Table((), [], None)).span().high <= 0.125)
    True
    """
    far, place = _coordinate(end, cut)
    known = {symbol: Germ.number(value, far) for symbol, value in numbers.items()}
    return _evaluator(expression)({**known, **given, unknown: place}, table, far)


def _coordinate(end: Expr, cut: arb) -> tuple[arb, Germ]:
    """How far ``t`` goes, and the unknown in it."""
    if not end.is_finite:
        far = (1 / abs(cut)).upper()
        one = Germ.variable(far).inverse()
        return far, one if end is oo else -one
    start = ball(end)
    far = abs(cut - start).upper()
    t = Germ.variable(far)
    return far, Germ.number(start, far) + (t if cut > start else -t)


@lru_cache(maxsize=2048)
def _evaluator(expression: Expr) -> Evaluator:
    """The function that follows an expression, node by node."""
    if not expression.free_symbols and not atoms_of(expression):
        return lambda known, table, far: Germ.number(ball(expression), far)
    if isinstance(expression, Symbol):
        return lambda known, table, far: known[expression]
    if isinstance(expression, Mean):
        return _averaged(expression)
    parts = [_evaluator(part) for part in expression.args]
    if isinstance(expression, Add):
        return lambda known, table, far: _sum(one(known, table, far) for one in parts)
    if isinstance(expression, Mul):
        return lambda known, table, far: _product(one(known, table, far) for one in parts)
    if isinstance(expression, Pow) and isinstance(expression.exp, Rational):
        numerator, denominator = int(expression.exp.p), int(expression.exp.q)
        exponent = numerator if denominator == 1 else Fraction(numerator, denominator)
        return lambda known, table, far: parts[0](known, table, far).to_the(exponent)
    if isinstance(expression, Pow):
        return lambda known, table, far: (parts[0](known, table, far).log() * parts[1](known, table, far)).exp()
    if isinstance(expression, exp):
        return lambda known, table, far: parts[0](known, table, far).exp()
    if isinstance(expression, log):
        return lambda known, table, far: parts[0](known, table, far).log()
    if isinstance(expression, Abs):
        return lambda known, table, far: _distance(parts[0](known, table, far), far)
    return _smooth(expression, parts)


def _distance(value: Germ, far: arb) -> Germ:
    """The absolute value of what has one sign; of anything else nothing is known.

    >>> _distance(Germ.number(arb(-2), arb(1)), arb(1)).span().high
    2.00000000000000
    """
    span = value.span()
    return value if span.low >= 0 else -value if span.high <= 0 else Germ.number(arb("nan"), far)


def _smooth(expression: Expr, parts: list[Evaluator]) -> Evaluator:
    """A function of one number by its derivatives; of anything else nothing is known."""
    if len(parts) != 1 or not expression.is_Function or isinstance(expression, KINKED):
        return lambda known, table, far: Germ.number(arb("nan"), far)
    at = Symbol("at", real=True)
    value: Any = expression.func(at)
    function = compiled((value, value.diff(at), value.diff(at, 2), value.diff(at, 3)), (at,))

    def smooth(place: arb) -> Derivatives:
        value, slope, bend, turn = function(place)
        return value, slope, bend, turn

    return lambda known, table, far: parts[0](known, table, far).through(smooth)


def _averaged(mean: Mean) -> Evaluator:
    """A weighted sum over the rows, divided by the sum of the weights."""
    if not mean.free_symbols:
        return lambda known, table, far: Germ.number(enclosed(mean, {}, table), far)
    integrand = _evaluator(mean.integrand)

    def average(known: Known, table: Table, far: arb) -> Germ:
        values: list[Germ] = []
        for at, row in enumerate(table.rows):
            placed = {symbol: Germ.number(value, far) for symbol, value in zip(table.columns, row, strict=True)}
            value = integrand({**known, **placed}, table, far)
            values.append(value if table.weights is None else Germ.number(table.weights[at], far) * value)
        return _sum(values).over(table.total())

    return average


def _sum(terms: Any) -> Germ:
    first, *others = terms
    for other in others:
        first = first + other
    return first


def _product(factors: Any) -> Germ:
    first, *others = factors
    for other in others:
        first = first * other
    return first
