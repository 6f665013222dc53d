"""Where a fraction of polynomials, in a symbol or in its exponential, tends to far out: its degrees decide."""

from __future__ import annotations

from sympy import Expr, Poly, S, Symbol, exp, oo

from .signs import is_positive


def end_by_degrees(expression: Expr, symbol: Symbol, side: Expr) -> Expr | None:
    """Return the limit as ``symbol`` goes to ``side`` times infinity; ``None`` for other functions, and other signs.

    >>> from sympy.abc import eta, y
    >>> end_by_degrees(y - exp(eta) / (1 + exp(eta)), eta, S.One), end_by_degrees(-eta, eta, S.NegativeOne)
    (y - 1, oo)
    """
    rate = Symbol("_rate", positive=True)
    if expression.has(exp):
        # Where the symbol goes to minus infinity, the reciprocal of its exponential goes to infinity.
        expression = expression.replace(exp, lambda at: rate ** (side * at / symbol))
    else:
        expression = expression.xreplace({symbol: side * rate})
    if expression.has(symbol):
        return None
    top, bottom = expression.together().as_numer_denom()
    if not (top.is_polynomial(rate) and bottom.is_polynomial(rate)):
        return None
    above, below = Poly(top, rate), Poly(bottom, rate)
    leading = above.LC() / below.LC()
    if above.degree() < below.degree() or leading == 0:
        return S.Zero
    if above.degree() == below.degree():
        return leading.expand()
    return oo if is_positive(leading, {}) else -oo if is_positive(-leading, {}) else None
