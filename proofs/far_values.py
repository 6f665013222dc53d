"""Encloses an expression in ``y`` on a half-line ``y >= Y``: its limit, and how fast it grows or falls."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

from flint import arb
from sympy import (
    Add,
    Expr,
    Function,
    Integer,
    Mul,
    Pow,
    Rational,
    S,
    Symbol,
    cos,
    cosh,
    coth,
    digamma,
    erf,
    erfc,
    exp,
    log,
    loggamma,
    pi,
    polygamma,
    sech,
    sin,
    sinh,
    tanh,
)

from .balls import ball
from .errors import UndecidedError
from .far_terms import ONE, Far, Multiple, Term, gathered, joined, leading, relative, share_of, values_of

_HYPERBOLIC = (cosh, sinh, tanh, coth, sech)


class _Scaled(Function):
    """``exp(z**2) erfc(z)``, which falls like ``1/(sqrt(pi) z)``."""

    nargs = 1


class HalfLine:
    """The numbers ``y >= start``, with the enclosures of expressions there.

    >>> from sympy import Symbol
    >>> y = Symbol("y", positive=True)
    >>> far = HalfLine(y, arb(8)).value(log(1 + y**2))
    >>> [(one.coefficient.contains(1), one.term.logs, one.term.power) for one in far.multiples]
    [(False, 1, 0), (True, 0, -2)]
    """

    def __init__(self, y: Symbol, start: arb) -> None:
        """The start exceeds one, so that ``log(y)`` is positive."""
        self.y, self.start = y, start

    def value(self, expression: Expr) -> Far:
        """Return the enclosure.

        Raises
        ------
        UndecidedError
            For a function that is not known here, a sign that is not seen, or terms of which none is the largest yet.
        """
        if not expression.has(self.y):
            return Far(expression)
        if expression == self.y:
            return Far(S.Zero, (Multiple(arb(1), Term(power=S.One)),))
        if isinstance(expression, Add):
            return self._sum([self.value(arg) for arg in expression.args])
        if isinstance(expression, Mul):
            return reduce(self._product, map(self.value, expression.args))
        if isinstance(expression, exp):
            return self._exponential(expression.args[0])
        if isinstance(expression, Pow):
            base, exponent = expression.args
            if exponent.has(self.y):
                return self._exponential(exponent * log(base))
            return self._power(self.value(base), exponent)
        if isinstance(expression, _HYPERBOLIC):
            return self.value(expression.rewrite(exp))
        if type(expression) not in _KNOWN:
            raise UndecidedError(f"no bound of {type(expression).__name__} far out is known")
        return _KNOWN[type(expression)](self, expression)

    def _sum(self, parts: list[Far]) -> Far:
        multiples = (one for part in parts for one in part.multiples)
        return gathered(Add(*(part.constant for part in parts)), multiples, self.start)

    def _product(self, a: Far, b: Far) -> Far:
        pairs = [(one, other) for one in a.multiples for other in b.parts()]
        pairs += [(one, Multiple(ball(a.constant), ONE)) for one in b.multiples if a.constant != 0]
        found = [Multiple(one.coefficient * other.coefficient, one.term.times(other.term)) for one, other in pairs]
        return gathered(a.constant * b.constant, found, self.start)

    def _power(self, base: Far, exponent: Expr) -> Far:
        """Around a number by the mean value theorem; else the power of the largest term, times that of what is left."""
        if not exponent.is_Rational:
            raise UndecidedError(f"the exponent {exponent} is no rational number")
        if exponent.is_Integer and 0 < exponent <= 3:
            return reduce(self._product, [base] * int(exponent))
        if base.settles and base.constant != 0:
            slope = ball(exponent) * _ball_power(self._between(base, exponent.is_Integer), exponent - 1)
            return self._moved(base.constant**exponent, slope, base)
        first, rest = relative(base, self.start)
        if not exponent.is_Integer and not first.coefficient > 0:
            raise UndecidedError("a root of what may be negative")
        power = Multiple(_ball_power(first.coefficient, exponent), first.term.to(exponent))
        return self._product(Far(S.Zero, (power,)), self._power(_one_and(rest), exponent))

    def _moved(self, constant: Expr, slope: arb, by: Far) -> Far:
        """A function that settles: its limit, and what it moves by with its argument at slopes in a ball."""
        return Far(constant, tuple(Multiple(slope * one.coefficient, one.term) for one in by.multiples))

    def _between(self, value: Far, any_sign: bool = False) -> arb:
        """All numbers between the limit and the values."""
        found = values_of(value, self.start).union(ball(value.constant))
        if found > 0 or (any_sign and found < 0):
            return found
        raise UndecidedError("the sign of an argument is not seen")

    def logarithm(self, inner: Far) -> Far:
        """The logarithm of what is enclosed: that of the largest term, plus that of what is left."""
        if inner.settles and inner.constant != 0:
            return self._moved(log(inner.constant), 1 / self._between(inner), inner)
        first, rest = relative(inner, self.start)
        term = first.term
        if not first.coefficient > 0 or term.logs != 0:
            raise UndecidedError("the logarithm of what may be negative, or of a logarithm")
        parts = [Multiple(first.coefficient.log(), ONE)]
        parts += [Multiple(ball(term.rate), Term(power=S.One))] if term.rate != 0 else []
        parts += [Multiple(ball(term.power), Term(logs=S.One))] if term.power != 0 else []
        return self._sum([Far(S.Zero, tuple(parts)), self.logarithm(_one_and(rest))])

    def _exponential(self, argument: Expr) -> Far:
        argument = argument.expand()
        inner = self.value(argument)
        if inner.settles:
            between = values_of(inner, self.start).union(ball(inner.constant))
            return self._moved(exp(inner.constant), between.exp(), inner)
        first = leading(inner.parts())
        for term, node in ((Term(power=S.One), self.y), (Term(logs=S.One), log(self.y))):
            if first.term == term:
                return self._split_off(argument, node)
        if first.term == ONE:
            return Far(S.Zero, (Multiple(values_of(inner, self.start).exp(), ONE),))
        top = joined(inner.parts(), self.start)
        if not top.coefficient < 0:
            raise UndecidedError("an exponential of an exponential, or of a power, that grows")
        least = share_of(top.term.to(S.NegativeOne), self.start).upper()
        return Far(S.Zero, (Multiple(arb(0).union((top.coefficient.upper() / least).exp()), ONE),))

    def _split_off(self, argument: Expr, node: Expr) -> Far:
        """``exp(c y + r)`` and ``exp(c log(y) + r)``, with ``r`` smaller."""
        coefficient = argument.coeff(node)
        if coefficient == 0 or coefficient.has(self.y):
            raise UndecidedError(f"{argument} is not linear in {node}")
        term = Term(rate=coefficient) if node == self.y else Term(power=coefficient)
        rest = self._exponential((argument - coefficient * node).expand())
        return self._product(rest, Far(S.Zero, (Multiple(arb(1), term),)))

    def with_scaled_tails(self, expression: Expr) -> Expr:
        """Return the same with ``erfc(z) = exp(-z**2) s(z)`` where ``z`` grows, so that exponentials cancel."""
        changes: dict[Expr, Expr] = {}
        for node in expression.atoms(erfc):
            z = node.args[0]
            far = joined(self.value(z).parts(), self.start)
            if far.coefficient > 0 and far.term.order() > 0:
                changes |= {log(node): -(z**2) + log(_Scaled(z)), node: exp(-(z**2)) * _Scaled(z)}
        if not changes:
            return expression
        moved = expression.xreplace(changes)
        return moved.replace(lambda node: isinstance(node, exp), lambda node: exp(node.args[0].expand()))

    def wave(self, node: Expr) -> Far:
        """A sine or cosine: near its limit where the argument settles, else between -1 and 1."""
        inner = self.value(node.args[0])
        if inner.settles:
            return self._moved(node.func(inner.constant), arb(0, 1), inner)
        return Far(S.Zero, (Multiple(arb(0, 1), ONE),))

    def growing(self, inner: Far) -> Multiple:
        """The argument of a function of which bounds for large positive numbers are known."""
        found = joined(inner.parts(), self.start)
        if not found.coefficient > 0 or found.term.order() <= 0:
            raise UndecidedError("an argument is not seen to grow")
        return found

    def sum_of(self, *parts: Far) -> Far:
        """The sum of enclosures."""
        return self._sum(list(parts))

    def product_of(self, a: Far, b: Far) -> Far:
        """The product of enclosures."""
        return self._product(a, b)


def _ball_power(base: arb, exponent: Rational) -> arb:
    if exponent.is_Integer:
        n = int(exponent)
        return base**n if n >= 0 else 1 / base ** (-n)
    return (ball(exponent) * base.log()).exp()


def _log(line: HalfLine, node: Expr) -> Far:
    if node.args[0] == line.y:
        return Far(S.Zero, (Multiple(arb(1), Term(logs=S.One)),))
    return line.logarithm(line.value(node.args[0]))


def _one_and(rest: Far) -> Far:
    return Far(S.One, rest.multiples)


def _over(found: Multiple, factor: arb, power: int = 1) -> Far:
    return Far(S.Zero, (Multiple(factor / found.coefficient**power, found.term.to(Integer(-power))),))


def _digamma(line: HalfLine, node: Expr) -> Far:
    """``-1/(12 z**2) < psi(z) - log(z) + 1/(2 z) < 0`` for ``z > 0``. Source: DLMF 5.11.2 and 5.11(ii)."""
    inner = line.value(node.args[-1])
    found = line.growing(inner)
    error = _over(found, -arb(0).union(arb(1) / 12), 2)
    return line.sum_of(line.logarithm(inner), _over(found, arb(-0.5)), error)


def _polygamma(line: HalfLine, node: Expr) -> Far:
    """Also ``0 < psi'(z) - 1/z - 1/(2 z**2) < 1/(6 z**3)`` for ``z > 0``. Source: DLMF 5.15.8, with 5.9.15."""
    if node.args[0] == 0:
        return _digamma(line, node)
    if node.args[0] != 1:
        raise UndecidedError("no bound of higher polygamma functions is known")
    found = line.growing(line.value(node.args[1]))
    error = _over(found, arb(0).union(arb(1) / 6), 3)
    return line.sum_of(_over(found, arb(1)), _over(found, arb(0.5), 2), error)


def _loggamma(line: HalfLine, node: Expr) -> Far:
    """``0 < loggamma(z) - (z - 1/2) log(z) + z - log(2 pi)/2 < 1/(12 z)``. Source: DLMF 5.11.1 and 5.11(ii)."""
    argument = node.args[0]
    inner = line.value(argument)
    remainder = _over(line.growing(inner), arb(0).union(arb(1) / 12))
    main = line.product_of(line.value(argument - Rational(1, 2)), line.logarithm(inner))
    return line.sum_of(main, line.value(-argument), Far(log(2 * pi) / 2), remainder)


def _erf(line: HalfLine, node: Expr) -> Far:
    """Between its value at the start and the limit, for an argument that grows or falls beyond all bounds."""
    found = joined(line.value(node.args[0]).parts(), line.start)
    if found.term.order() <= 0 or not (found.coefficient > 0 or found.coefficient < 0):
        raise UndecidedError("the argument of an error function is not seen to grow")
    sign = 1 if found.coefficient > 0 else -1
    nearest = abs(found.coefficient).lower() / share_of(found.term.to(S.NegativeOne), line.start).upper()
    value = sign * nearest.erf().union(1)
    return Far(S.Zero, (Multiple(value if isinstance(node, erf) else 1 - value, ONE),))


def _scaled(line: HalfLine, node: Expr) -> Far:
    """``1 - 1/(2 z**2) < sqrt(pi) z exp(z**2) erfc(z) < 1`` for ``z > 0``. Source: DLMF 7.12.1 and 7.12(i)."""
    found = line.growing(line.value(node.args[0]))
    error = _over(found, -arb(0).union(arb(1) / 2), 2)
    return line.product_of(_over(found, 1 / arb.pi().sqrt()), line.sum_of(Far(S.One), error))


_KNOWN: dict[Any, Callable[[HalfLine, Expr], Far]] = {
    log: _log,
    digamma: _digamma,
    polygamma: _polygamma,
    loggamma: _loggamma,
    erf: _erf,
    erfc: _erf,
    _Scaled: _scaled,
    sin: HalfLine.wave,
    cos: HalfLine.wave,
}
