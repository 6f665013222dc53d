"""Writes cases on the data as sums of indicators, and functions before the indicator of a point as values there."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import (
    Add,
    And,
    Dummy,
    Eq,
    Expr,
    KroneckerDelta,
    Max,
    Min,
    Mul,
    Ne,
    Not,
    Or,
    Piecewise,
    Range,
    S,
    Symbol,
    ceiling,
    floor,
    log,
    true,
)
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from ..bounds import Bounds
from .atoms import Indicator

_MOST_POINTS = 4


def at_points(expression: Expr) -> Expr:
    """Return the sum with ``f(x) [x = c]`` written ``f(c) [x = c]`` wherever ``f(c)`` is a finite number.

    >>> from sympy import log, loggamma
    >>> x = Symbol("x", integer=True, nonnegative=True)
    >>> at_points(loggamma(x + 2) * Indicator(Eq(x, 1)) + x * Indicator(Eq(x, 0)) + log(x) * Indicator(Eq(x, 0)))
    log(x)*[Eq(x, 0)] + log(2)*[Eq(x, 1)]
    """
    if not expression.has(Indicator):
        return expression
    return Add(*map(_at_point, Add.make_args(expression)))


def _at_point(term: Expr) -> Expr:
    for part in Mul.make_args(term):
        condition = part.condition if isinstance(part, Indicator) else None
        if isinstance(condition, Eq) and condition.lhs.is_Symbol and condition.rhs.is_Rational:
            factor = (term / part).subs(condition.lhs, condition.rhs)
            if condition.lhs in (term / part).free_symbols and factor.is_finite:
                return factor * part
    return term


def indicators(expression: Expr, data: tuple[Symbol, ...], domain: Mapping[Symbol, Bounds]) -> Expr:
    """Return ``expression`` with cases on the data written as sums of indicators.

    A condition on a lattice that holds at few points, or fails at few, is written by these points.

    >>> from sympy import Naturals0, log
    >>> from thetahat.proofs.bounds import bounds
    >>> x, p = Symbol("x", integer=True), Symbol("p", positive=True)
    >>> indicators(Piecewise((log(p), x < 1), (p, True)), (x,), {x: bounds(Naturals0)})
    p*(1 - [Eq(x, 0)]) + log(p)*[Eq(x, 0)]
    """

    def cases(piecewise: Piecewise) -> Expr:
        conditions = [condition for _, condition in piecewise.args]
        if any(c is not true and not c.free_symbols <= set(data) for c in conditions):
            return piecewise
        total, rest = S.Zero, S.One
        before: list[Boolean] = []
        for value, condition in piecewise.args:
            if condition is true:
                return total + _finite_beside(value, before) * rest
            exclusive = all(isinstance(c, Eq) for c in (condition, *before))
            here = _by_points(condition if exclusive else And(condition, *(Not(c) for c in before)), domain)
            total, rest = total + value * here, rest - here
            before.append(condition)
        return total

    if not expression.has(Piecewise, KroneckerDelta):
        return expression
    out = expression.replace(lambda e: isinstance(e, Piecewise), cases)
    return out.replace(lambda e: isinstance(e, KroneckerDelta), lambda e: Indicator(Eq(*e.args)))


def _finite_beside(value: Expr, before: list[Boolean]) -> Expr:
    """The value of the last case, with logarithms that have none at points of other cases written as zero there.

    Taken apart by the linearity of averages, zero times ``log(0)`` would be no number: ``log(x + [x = 0])`` is one.
    """
    for case in before:
        if isinstance(case, Eq) and case.lhs.is_Symbol and case.rhs.is_Rational:
            for node in value.atoms(log):
                if node.args[0].subs(case.lhs, case.rhs) == 0:
                    value = value.xreplace({node: log(node.args[0] + Indicator(case))})
    return value


def pointwise(expression: Expr, x: Symbol, ends: Bounds) -> Expr:
    """Return ``expression`` with each condition that few points of a run of integers meet, or fail, by these points.

    >>> from sympy import Naturals0
    >>> from thetahat.proofs.bounds import bounds
    >>> x = Symbol("x", integer=True)
    >>> pointwise(Piecewise((1, x > 0), (x, True)), x, bounds(Naturals0))
    Piecewise((1, Ne(x, 0)), (x, True))
    """

    def by_points(condition: Relational) -> Boolean:
        solved = isinstance(condition, (Eq, Ne)) and x in condition.args
        if solved or condition.free_symbols != {x}:
            return condition
        few = _few_points(condition, x, ends)
        if few is None:
            return condition
        points, here = few
        return Or(*(Eq(x, point) for point in points)) if here else And(*(Ne(x, point) for point in points))

    return expression.replace(lambda e: isinstance(e, Relational), by_points)


def _by_points(condition: Boolean, domain: Mapping[Symbol, Bounds]) -> Expr:
    """The indicator of a condition, as a sum over the few points of a lattice where it holds or fails."""
    x = next(iter(condition.free_symbols)) if len(condition.free_symbols) == 1 else None
    few = _few_points(condition, x, domain[x]) if x in domain else None
    if few is None:
        return Indicator(condition)
    points, here = few
    total = Add(*(Indicator(Eq(x, point)) for point in points))
    return total if here else 1 - total


def _few_points(condition: Boolean, x: Symbol, ends: Bounds) -> tuple[tuple[Expr, ...], bool] | None:
    """The few points of a run of integers at which the condition holds, and true; or where it fails, and false."""
    polynomial = all((part.lhs - part.rhs).is_polynomial(x) for part in condition.atoms(Relational))
    if not ends.discrete or not polynomial:
        return None
    holds, fails = (_solutions(meant, x, ends) for meant in (condition, Not(condition)))
    if holds is not None and (fails is None or len(holds) <= len(fails)):
        return holds, True
    return None if fails is None else (fails, False)


def _solutions(condition: Boolean, x: Symbol, ends: Bounds) -> tuple[Expr, ...] | None:
    """Where polynomial conditions hold on a run of integers; ``None`` if that is at many points."""
    real = Dummy(real=True)
    where = condition.xreplace({x: real}).as_set()
    if where is S.EmptySet:
        return ()
    lo, hi = Max(ends.lo, ceiling(where.inf)), Min(ends.hi, floor(where.sup))
    if not (lo.is_Integer and hi.is_Integer) or hi - lo >= _MOST_POINTS:
        return None
    return tuple(point for point in Range(lo, hi + 1) if where.contains(point) == true)
