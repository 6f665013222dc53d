"""The leading term of a rational function of symbols that grow at very different rates."""

from __future__ import annotations

from sympy import Expr, Poly, PolynomialError, S, Symbol, fraction, oo

from .size import is_moderate, joined


def leading_term(expression: Expr, scales: tuple[Symbol, ...]) -> tuple[Expr, tuple[int, ...]] | None:
    """Return the coefficient and the powers of the term that ``expression`` behaves like; ``None`` if there is none.

    Every one of ``scales`` tends to infinity, faster than any power of those after it, so that the largest of several
    terms is the lexicographically first: the quotient of the expression and its leading term tends to one.

    >>> from sympy.abc import a, w, z
    >>> leading_term(a * z**2 + 1 + z / (w + 1), (w, z))
    (a, (0, 2))
    """
    if expression.has(oo, -oo, S.ComplexInfinity, S.NaN):
        return None
    top, bottom = fraction(joined(expression))
    if not all(part.is_polynomial(*scales) and is_moderate(part) for part in (top, bottom)):
        return None
    try:
        above, below = (Poly(part.expand(), *scales) for part in (top, bottom))
    except PolynomialError:
        return None
    if above.is_zero or below.is_zero:
        return None
    powers = tuple(a - b for a, b in zip(above.monoms()[0], below.monoms()[0], strict=True))
    return above.LC() / below.LC(), powers
