"""Keeps factoring to expressions where its cost is bounded: in many variables it may take minutes, or not end."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from math import comb, prod

from sympy import Add, Expr, Mul, Pow, cancel, exp, factor, together

_MOST_SYMBOLS = 5
_MOST_OPERATIONS = 120
_MOST_DEGREE = 60
_SHORT = 40
_MOST_JOINED = 1000
_MOST_TERMS = 5000


def is_small(expression: Expr) -> bool:
    """Return whether polynomial algorithms answer within milliseconds.

    >>> from sympy.abc import a
    >>> is_small(a**2 - 1)
    True
    """
    if len(expression.free_symbols) > _MOST_SYMBOLS or operations(expression) > _MOST_OPERATIONS:
        return False
    return has_low_degree(expression)


def is_moderate(expression: Expr) -> bool:
    """Return whether one division of polynomials answers within milliseconds: they may be larger than for factoring.

    >>> from sympy.abc import a
    >>> is_moderate((a**2 - 1) / (a - 1))
    True
    """
    return operations(expression) <= 4 * _MOST_OPERATIONS and has_low_degree(expression)


def is_joinable(expression: Expr) -> bool:
    """Return whether a common denominator is found, and its numerator spread out, in reasonable time.

    >>> from sympy.abc import a
    >>> is_joinable(1 / a + 1 / (a + 1))
    True
    """
    return operations(expression) <= _MOST_JOINED


@lru_cache(maxsize=4096)
def is_spreadable(expression: Expr) -> bool:
    """Return whether an expression, multiplied out, has few enough terms for that to end in reasonable time.

    >>> from sympy.abc import a
    >>> is_spreadable((a + 1) ** 2), is_spreadable((a**2 + a + 1) ** 20 * (a + 2) ** 30)
    (True, False)
    """
    return _terms(expression) <= _MOST_TERMS


def _terms(expression: Expr) -> int:
    """No fewer than the terms that there are once products and powers are multiplied out; equal ones count each."""
    if isinstance(expression, Add):
        return sum(_terms(term) for term in expression.args)
    if isinstance(expression, Mul):
        return prod(_terms(factor) for factor in expression.args)
    if isinstance(expression, Pow) and expression.exp.is_Integer and expression.exp.is_positive:
        count, power = _terms(expression.base), int(expression.exp)
        return comb(count + power - 1, power)
    return 1


def has_low_degree(expression: Expr) -> bool:
    """Return whether every power in ``expression`` is a low power of what polynomial algorithms take as a variable.

    A parameter fixed at a decimal makes ``exp(a / 0.123)`` of an exponential: a polynomial of degree 1000.

    >>> from sympy.abc import a
    >>> has_low_degree(exp(2 * a / 3)), has_low_degree(exp(1000 * a / 123))
    (True, False)
    """
    return all(_degree(node.as_base_exp()[1]) <= _MOST_DEGREE for node in expression.atoms(Pow, exp))


def _degree(exponent: Expr) -> int:
    """The degree of a power as a polynomial: ``exp(1000 a / 123)`` is the thousandth power of ``exp(a / 123)``."""
    numbers = [term.as_coeff_Mul()[0] for term in Add.make_args(exponent.expand())]
    return max((abs(int(n.p)) * int(n.q) for n in numbers if n.is_Rational), default=1)


@lru_cache(maxsize=4096)
def factored(expression: Expr) -> Expr:
    """Return ``expression`` factored, or as it is where it is too large for that.

    >>> from sympy.abc import a
    >>> factored(a**2 - 1)
    (a - 1)*(a + 1)
    """
    return factor(expression) if is_small(expression) else expression


@lru_cache(maxsize=4096)
def cancelled(expression: Expr) -> Expr:
    """Return ``expression`` as one cancelled fraction, or as it is where powers are too high for that.

    >>> from sympy.abc import a
    >>> cancelled((a**2 - 1) / (a - 1))
    a + 1
    """
    return cancel(expression) if has_low_degree(expression) else expression


def as_one_quotient(expression: Expr) -> Expr:
    """Return a long rational function, or the root of one, as one cancelled fraction; others as they are.

    Roots of linear equations put into one another have a common denominator that few operations write.

    >>> from sympy.abc import a, b
    >>> as_one_quotient(1 / a + 1 / b)
    1/b + 1/a
    """
    base, exponent = expression.as_base_exp()
    if exponent.is_Rational and base.is_Add and not exponent.is_Integer:
        return as_one_quotient(base) ** exponent
    if is_small(expression) or not _SHORT < operations(expression) <= _MOST_JOINED:
        return expression
    return cancelled(expression) if expression.is_rational_function(*expression.free_symbols) else expression


def has_nested_quotients(expression: Expr) -> bool:
    """Return whether a denominator contains another: multiplied out, these take SymPy minutes.

    >>> from sympy.abc import a
    >>> has_nested_quotients(1 / (1 + a)), has_nested_quotients(1 / (1 - 1 / (1 + a)))
    (False, True)
    """
    below = [node.base for node in expression.atoms(Pow) if node.base.is_Add and node.exp.is_negative]
    return any(inner.base.is_Add and inner.exp.is_negative for base in below for inner in base.atoms(Pow))


def flattened(expression: Expr) -> Expr:
    """Return ``expression`` as one cancelled fraction where denominators contain others, else as it is.

    >>> from sympy.abc import a
    >>> flattened(1 / (1 - 1 / (1 + a))), flattened(1 / (1 + a) + a)
    ((a + 1)/a, a + 1/(a + 1))
    """
    return cancelled(expression) if has_nested_quotients(expression) else expression


@lru_cache(maxsize=4096)
def joined(expression: Expr) -> Expr:
    """Return ``expression`` as one fraction, which deriver and checker ask for of the same expressions.

    >>> from sympy.abc import a
    >>> joined(1 / a + 1)
    (a + 1)/a
    """
    return together(expression)


@lru_cache(maxsize=8192)
def operations(expression: Expr) -> int:
    """Return the number of operations in ``expression``.

    >>> from sympy.abc import a
    >>> operations(a**2 + 1)
    2
    """
    return int(expression.count_ops())


def shortest(forms: Iterable[Expr]) -> Expr:
    """Return the form with the fewest operations; of several, the first in SymPy's order.

    >>> from sympy.abc import a
    >>> shortest([(a**2 - 1) / (a - 1), a + 1])
    a + 1
    """
    distinct = list(dict.fromkeys(forms))
    fewest = min(operations(form) for form in distinct)
    short = [form for form in distinct if operations(form) == fewest]
    return short[0] if len(short) == 1 else min(short, key=lambda form: form.sort_key())
