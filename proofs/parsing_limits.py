"""How large what a text writes may become: asked before SymPy computes it, which may take for ever."""

from __future__ import annotations

import math

from sympy import Expr, Mul, Rational, S

from .syntax import short

MOST_BITS = 4096
"""How long an exact number may become, in binary digits."""
LARGEST_DEGREE = 300
"""Of polynomials: SymPy looks for their roots where it wants to know a sign."""
MOST_LEVELS = 6
"""Of functions of a number inside each other: at every level more digits are asked for below."""
MOST_TERMS = 1000
"""Of what is averaged: an average is taken of every term by itself."""


def too_large_power(base: Expr, exponent: Expr) -> str:
    """Return why a power is not computed: of a number, also of one in a product or in another power; else nothing.

    >>> from sympy import Integer, Symbol
    >>> too_large_power(2 * Symbol("x"), Integer(10) ** 9)
    "the power '2*x**1000000000' is too large"
    >>> too_large_power(Symbol("x"), Integer(2))
    ''
    """
    for factor in Mul.make_args(base):
        inner, power = factor.as_base_exp()
        why = "" if power is S.One else too_large_power(inner, power * exponent)
        if why:
            return why
    if not exponent.is_number or base == 0:
        return ""
    is_inexact = base.is_number and not base.is_Rational
    bits = abs(math.log2(max(size(base), 2))) if is_inexact else _bits(base)
    return f"the power {short(f'{base}**{exponent}')} is too large" if size(exponent) * bits > MOST_BITS else ""


def too_large_product(left: Expr, right: Expr) -> str:
    """Return why a product is not computed: in it the exponents of one number add up to one that is too large.

    >>> from sympy import Symbol
    >>> too_large_product(3 ** Symbol("x"), 3 ** (10**9 - Symbol("x")))
    "the power '3**1000000000' is too large"
    """
    exponents: dict[Expr, Expr] = {}
    for factor in (*Mul.make_args(left), *Mul.make_args(right)):
        base, exponent = factor.as_base_exp()
        if base.is_number:
            exponents[base] = exponents.get(base, S.Zero) + exponent
    found = (too_large_power(base, exponent) for base, exponent in exponents.items() if exponent is not S.One)
    return next(filter(None, found), "")


def too_long(value: Expr) -> str:
    """Return why a value is not kept: a number with too many digits, or too high a degree.

    >>> from sympy import Symbol
    >>> too_long(Symbol("x") ** 301)
    'a power in it, or a product of powers, is of a degree beyond 300'
    """
    if value.is_Rational and _bits(value) > MOST_BITS:
        return "a number in it is too long"
    if _degree(value) > LARGEST_DEGREE:
        return f"a power in it, or a product of powers, is of a degree beyond {LARGEST_DEGREE}"
    return ""


def too_deep(value: Expr) -> str:
    """Return why a number is not evaluated: functions of it are nested too deep.

    >>> from sympy import Integer, loggamma
    >>> from functools import reduce
    >>> too_deep(reduce(lambda inner, level: loggamma(inner), range(7), Integer(1) / 10))
    'functions of a number in it are nested more than 6 levels deep'
    """
    few = not value.is_number or _levels(value) <= MOST_LEVELS
    return "" if few else f"functions of a number in it are nested more than {MOST_LEVELS} levels deep"


def too_many_terms(value: Expr) -> str:
    """Return why a mean is not taken: multiplied out, there are too many terms to take one of each.

    >>> from sympy import symbols
    >>> too_many_terms(sum(symbols("x:5")) ** 100)
    'a mean of what has more than 1000 terms when multiplied out is not read'
    """
    few = _terms(value) <= MOST_TERMS
    return "" if few else f"a mean of what has more than {MOST_TERMS} terms when multiplied out is not read"


def size(value: Expr) -> float:
    """Return how far a number is from zero; infinite where a double does not hold it, or where it has no value.

    >>> from sympy import I, oo
    >>> size(3 * I), size(oo)
    (3.0, inf)
    """
    try:
        return float(abs(value.evalf(15)))
    except (TypeError, ValueError, OverflowError):
        return math.inf


def _degree(value: Expr) -> float:
    """No less than the degree of a polynomial, in all symbols and functions together."""
    if value.is_Add or value.is_Mul:
        return (max if value.is_Add else sum)(map(_degree, value.args))
    if value.is_Pow and value.exp.is_number:
        return size(value.exp) * _degree(value.base)
    return 0.0 if value.is_number else 1.0


def _terms(value: Expr) -> int:
    """How many terms there are when everything is multiplied out, before any of them meet."""
    counts = map(_terms, value.args)
    if value.is_Add:
        return sum(counts)
    if value.is_Mul:
        return math.prod(counts)
    if value.is_Pow and value.exp.is_Integer:
        terms = _terms(value.base)
        return math.comb(abs(int(value.exp)) + terms - 1, terms - 1)
    return max(counts, default=1)


def _levels(value: Expr) -> int:
    return int(value.is_Function) + max(map(_levels, value.args), default=0)


def _bits(value: Expr) -> int:
    return max((int(n.p).bit_length() + int(n.q).bit_length() for n in value.atoms(Rational)), default=1)
