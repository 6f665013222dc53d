"""Evaluates rational expressions of data without loss: exactly, or in doubles that carry a proved error bound."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from operator import add, mul
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray
from sympy import Abs, Add, And, Basic, Expr, Max, Min, Mul, Not, Or, Piecewise, Pow, Rational, Symbol, false, true
from sympy.core.relational import Relational

from ..proofs.algebra.atoms import Indicator

Doubles = NDArray[np.float64]

_UNIT = 2.0**-53  # rounding to nearest moves a normal number by at most this share of the result
_SLACK = 1.0 + 2.0**-48  # covers the roundings made while an error bound itself is computed, a dozen at most
_TINY = 2.0**-1060  # covers what underflow loses, 2^-1075 an operation
_LARGEST_POWER = 64
_BLOCK = 128  # terms that are added in doubles before their sums are added exactly
_FEW = 512  # terms that are added exactly one by one


_COMPARE: dict[str, Callable[..., Any]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


class NotDecidedError(ArithmeticError):
    """The expression is not rational, or the bound is too wide to tell on which side of a condition a value lies."""


class Rounded:
    """Doubles and, for each, a bound of its distance from the exact number.

    IEEE 754 rounds sums, products and quotients correctly, so each operation adds at most half a unit in the last
    place to what its operands bring along. No other function is offered: none is known to be correctly rounded.

    >>> third = Rounded(np.array([1.0])) / Rounded(np.array([3.0]))
    >>> bool(abs(third.value[0] - 1 / 3) <= third.error[0] < 1e-16)
    True
    """

    __slots__ = ("error", "value")

    # Without this NumPy would spread an array operand over the object instead of asking it.
    __array_ufunc__ = None

    def __init__(self, value: Doubles, error: Doubles | float = 0.0) -> None:
        self.value = value
        self.error = error

    def __add__(self, other: Rounded) -> Rounded:
        value = self.value + other.value
        return Rounded(value, (self.error + other.error + _UNIT * np.abs(value)) * _SLACK)

    def __mul__(self, other: Rounded) -> Rounded:
        value = self.value * other.value
        carried = np.abs(self.value) * other.error + np.abs(other.value) * self.error + self.error * other.error
        error = (carried + _UNIT * np.abs(value)) * _SLACK + _TINY
        return Rounded(value, np.where(self._zero | other._zero, 0.0, error))

    def __truediv__(self, other: Rounded) -> Rounded:
        value = self.value / other.value
        room = np.abs(other.value) / _SLACK - other.error
        carried = self.error + (np.abs(value) + _TINY) * other.error + _TINY
        spread = carried / np.where(room > 0, room / _SLACK, np.nan)
        return Rounded(value, (spread + _UNIT * np.abs(value)) * _SLACK + _TINY)

    def __abs__(self) -> Rounded:
        return Rounded(np.abs(self.value), self.error)

    def __pow__(self, exponent: int) -> Rounded:
        if abs(exponent) > _LARGEST_POWER:
            raise NotDecidedError(f"the power {exponent} would take too many multiplications")
        power = reduce(mul, [self] * abs(exponent))
        return power if exponent > 0 else Rounded(np.ones(())) / power

    @property
    def _zero(self) -> NDArray[np.bool_]:
        return (self.value == 0) & (self.error == 0)

    def sign(self) -> NDArray[np.int8]:
        """The signs, where all are certain."""
        if not bool(np.all((np.abs(self.value) > self.error) | (self.error == 0))):
            raise NotDecidedError("a value is closer to a condition's edge than its error bound")
        return np.sign(self.value).astype(np.int8)

    def total(self) -> tuple[float, float]:
        """The sum, and a bound of its error."""
        carried = self.error * np.size(self.value) if np.ndim(self.error) == 0 else float(np.sum(self.error))
        value, bound = bounded_sum(np.ravel(self.value))
        bound = (bound + float(carried) * (1.0 + np.size(self.value) * 2.0**-52)) * _SLACK
        if not math.isfinite(bound):
            raise NotDecidedError("doubles overflow")
        return value, bound


def bounded_sum(values: Doubles, roundings: int = 0) -> tuple[float, float]:
    """Return the sum of doubles, each the outcome of so many roundings, and a bound of its error.

    In any order ``n`` doubles add up with an error below ``n`` units of the sum of their moduli; here only blocks of
    128 are added in doubles, and their sums exactly, so that the bound does not grow with the data. Source: Higham
    2002, Accuracy and Stability of Numerical Algorithms, section 4.2.

    >>> bounded_sum(np.full(1000, 0.1))[1] < 1e-11
    True
    """
    n = len(values)
    whole = n - n % _BLOCK if n > _FEW else 0
    parts = values[:whole].reshape(-1, _BLOCK).sum(axis=1).tolist() + values[whole:].tolist()
    blocks = _BLOCK if whole else 0
    moduli = float(np.abs(values).sum()) * (1.0 + n * 2.0**-52) if blocks or roundings else 0.0
    try:
        value = math.fsum(parts)  # rounds the exact sum of the parts once, and not at all below 2^-1021
    except (OverflowError, ValueError) as overflow:
        raise NotDecidedError("the sum overflows") from overflow
    bound = ((blocks + roundings) * _UNIT * moduli + n * roundings * _TINY + _UNIT * abs(value)) * _SLACK
    if not math.isfinite(bound):
        raise NotDecidedError("doubles overflow")
    return value, bound


def exact(value: float) -> fmpq:
    """Return the rational number that a double is.

    >>> exact(0.75)
    3/4
    """
    return fmpq(*float(value).as_integer_ratio())


def nearest_double(number: fmpq) -> float:
    """Return the double nearest to a rational number, infinite beyond the largest one.

    >>> nearest_double(fmpq(1, 3)), nearest_double(-fmpq(10) ** 400)
    (0.3333333333333333, -inf)
    """
    try:
        return float(Fraction(int(number.p), int(number.q)))
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def exact_column(column: Doubles) -> NDArray[np.object_]:
    """Return the rational numbers that doubles are, as an array that NumPy adds and multiplies exactly.

    >>> exact_column(np.array([0.5, 0.25])).sum()
    3/4
    """
    numbers = np.empty(column.shape, dtype=object)
    numbers[...] = [exact(value) for value in column.tolist()]
    return numbers


def exact_constant(number: Rational) -> fmpq:
    """Return a SymPy rational as a FLINT one.

    >>> exact_constant(Rational(2, 6))
    1/3
    """
    return fmpq(int(number.p), int(number.q))


def rounded_constant(number: Rational) -> Rounded:
    """Return a SymPy rational as a double with its error.

    >>> rounded_constant(Rational(1, 4)).error
    0.0
    """
    try:
        value = int(number.p) / int(number.q)
    except OverflowError as overflow:
        raise NotDecidedError(f"{number} is too large for a double") from overflow
    same = fmpq(*value.as_integer_ratio()) == exact_constant(number)
    return Rounded(np.asarray(value), 0.0 if same else _UNIT * abs(value) * _SLACK + _TINY)


def rational_value(expression: Expr, known: Mapping[Symbol, Any], constant: Callable[[Rational], Any]) -> Any:
    """Return the value of a rational expression: sums, products, whole powers, moduli, extremes, indicators, pieces.

    Parameters
    ----------
    known
        The value of each symbol: all exact rationals (or arrays of them), or all ``Rounded``.
    constant
        What turns a number of the expression into the same kind.

    Raises
    ------
    NotDecidedError
        Where the expression is not rational, divides by zero, or a condition in it cannot be decided.

    Examples
    --------
    >>> from sympy.abc import x
    >>> rational_value((x + 1) ** 2 / 3, {x: fmpq(1, 2)}, exact_constant)
    3/4
    """
    try:
        with np.errstate(all="ignore"):  # overflow and division by zero show in the bound, which is then not finite
            return _value(expression, known, constant)
    except ZeroDivisionError as zero:
        raise NotDecidedError("division by zero", expression) from zero


def _value(expression: Expr, known: Mapping[Symbol, Any], constant: Callable[[Rational], Any]) -> Any:
    if expression in known:
        return known[expression]
    if expression.is_Rational:
        return constant(expression)
    if isinstance(expression, (Add, Mul)):
        parts = [_value(arg, known, constant) for arg in expression.args]
        return reduce(add if isinstance(expression, Add) else mul, parts)
    if isinstance(expression, Pow) and expression.exp.is_Integer:
        return _value(expression.base, known, constant) ** int(expression.exp)
    if isinstance(expression, Abs):
        return abs(_value(expression.args[0], known, constant))
    if isinstance(expression, (Max, Min)):
        parts = [_value(arg, known, constant) for arg in expression.args]
        return reduce(_larger if isinstance(expression, Max) else _smaller, parts)
    if isinstance(expression, Indicator):
        mask = _mask(expression.condition, known, constant)
        return _where(mask, constant(Rational(1)), constant(Rational(0)))
    if isinstance(expression, Piecewise) and expression.args[-1][1] is true:
        value = _value(expression.args[-1][0], known, constant)
        for piece, condition in reversed(expression.args[:-1]):
            value = _where(_mask(condition, known, constant), _value(piece, known, constant), value)
        return value
    # The expression travels unprinted: this is raised and caught for every logarithm, and printing is slow.
    raise NotDecidedError("not rational", expression)


def _larger(one: Any, other: Any) -> Any:
    """``(a + b + |a - b|) / 2`` would round; the larger of two doubles is off by no more than either bound."""
    if isinstance(one, Rounded):
        return Rounded(np.maximum(one.value, other.value), np.maximum(one.error, other.error))
    return np.maximum(one, other)


def _smaller(one: Any, other: Any) -> Any:
    if isinstance(one, Rounded):
        return Rounded(np.minimum(one.value, other.value), np.maximum(one.error, other.error))
    return np.minimum(one, other)


def _where(mask: Any, then: Any, otherwise: Any) -> Any:
    if isinstance(then, Rounded):
        return Rounded(np.where(mask, then.value, otherwise.value), np.where(mask, then.error, otherwise.error))
    if np.ndim(mask) == 0:
        return then if mask else otherwise
    picked = np.empty(np.shape(mask), dtype=object)
    picked[...] = otherwise
    picked[mask] = then[mask] if np.ndim(then) else then
    return picked


def _mask(condition: Basic, known: Mapping[Symbol, Any], constant: Callable[[Rational], Any]) -> Any:
    if condition is true or condition is false:
        return np.bool_(condition is true)
    if isinstance(condition, (And, Or, Not)):
        parts = [_mask(arg, known, constant) for arg in condition.args]
        if isinstance(condition, Not):
            return np.logical_not(parts[0])
        return reduce(np.logical_and if isinstance(condition, And) else np.logical_or, parts)
    if not isinstance(condition, Relational):
        raise NotDecidedError("not a relation of rational expressions", condition)
    left, right = (_value(side, known, constant) for side in condition.args)
    return _COMPARE[condition.rel_op](_sign(left + constant(Rational(-1)) * right), 0)


def _sign(value: Any) -> NDArray[np.int8]:
    if isinstance(value, Rounded):
        return value.sign()
    signs = [(number > 0) - (number < 0) for number in np.ravel(value).tolist()]
    return np.array(signs, dtype=np.int8).reshape(np.shape(value))
