"""Finds terms of rows that tend to constants on both sides, and writes them so that what they lack of these is kept.

A logistic density's score is a hyperbolic tangent of a row's distance. Far from all rows it is one or minus one but for
a share like ``exp(-100000)``, which is all that is left of the sum where as many rows lie on either side.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flint import arb
from sympy import Add, Dummy, Expr, Pow, Symbol, cancel, cosh, exp, powsimp, sinh, tanh

from .algebra.atoms import Mean
from .algebra.averages import averaged


@lru_cache(maxsize=2048)
def saturating(term: Expr, columns: tuple[Symbol, ...]) -> tuple[Expr, Expr] | None:
    """Return a factor without columns, and a ``tanh`` or the slope of one, whose product a term is.

    >>> from sympy import S
    >>> from sympy.abc import m, x
    >>> score = S.Half - exp(m - x) / (exp(m - x) + 1)
    >>> saturating(score, (x,)), saturating(score.diff(m), (x,))
    ((-1/2, tanh(m/2 - x/2)), (-1/4, cosh(m/2 - x/2)**(-2)))
    >>> saturating(x * tanh(m - x), (x,)) is None
    True
    """
    written = term.replace(sinh, lambda u: tanh(u) * cosh(u))
    share = Dummy("share")
    for node in sorted(written.atoms(exp, tanh), key=str):
        if not node.free_symbols & set(columns) or not (isinstance(node, tanh) or _divides(node, written)):
            continue
        if isinstance(node, tanh):
            argument, rational = node.args[0], written.xreplace({node: share})
        else:
            # Of an exponential, one less than it over one more is the tangent of half its exponent.
            argument = node.args[0] / 2
            rational = written.xreplace(_powers(node, written, (1 + share) / (1 - share)))
        for shape, found in ((share, tanh(argument)), (1 - share**2, cosh(argument) ** -2)):
            factor = cancel(rational / shape)
            if not factor.free_symbols & {share, *columns}:
                return factor, found
    return None


def _powers(node: Expr, term: Expr, value: Expr) -> dict[Expr, Expr]:
    """What the exponentials in a term are that are powers of one with that value."""
    times = {other: cancel(other.args[0] / node.args[0]) for other in term.atoms(exp)}
    return {other: value**often for other, often in times.items() if often.is_Integer}


def _divides(node: Expr, term: Expr) -> bool:
    """Whether one and an exponential are divided by."""
    return any(power.exp.is_negative and power.base == Add(1, node) for power in term.atoms(Pow))


def saturated(term: Expr, columns: tuple[Symbol, ...]) -> Expr:
    """Return a term of a row as that product, if it is one; else as it is.

    >>> from sympy.abc import m, x
    >>> saturated(1 - 2 / (exp(x - m) + 1), (x,)), saturated(x - m, (x,))
    (-tanh(m/2 - x/2), -m + x)
    """
    found = saturating(term, columns)
    return term if found is None else found[0] * found[1]


@lru_cache(maxsize=2048)
def as_saturating(expression: Expr, columns: tuple[Symbol, ...]) -> Expr:
    """Return an expression in averages as one average of saturating terms, if it is one; else as it is.

    >>> from sympy import S
    >>> from sympy.abc import m, x
    >>> as_saturating(1 - 2 * exp(m) * Mean(exp(-x) / (exp(m - x) + 1), x), (x,))
    -Mean(tanh(m/2 - x/2), x)
    """
    term = averaged(expression)
    found = None if term is None else saturating(powsimp(term), columns)
    return expression if found is None else Mean(found[0] * found[1], *columns)


def parts_of_tanh(z: Any) -> tuple[Any, Any]:
    """Return a whole number and a rest, which add up to the hyperbolic tangent; the rest keeps all of its digits.

    >>> whole, rest = parts_of_tanh(arb(10) ** 5)
    >>> whole == 1, bool(rest < 0), bool(abs(rest * (2 * arb(10) ** 5).exp() + 2) < 1e-9)
    (True, True, True)
    """
    if not isinstance(z, arb) or not abs(z) > 1:
        return arb(0), z.tanh()
    lacking = 2 / ((2 * abs(z)).exp() + 1)
    return (arb(1), -lacking) if z > 0 else (arb(-1), lacking)
