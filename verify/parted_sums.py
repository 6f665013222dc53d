"""Writes averages as sums of a number without rounding and what is left, for equations in which they cancel."""

from __future__ import annotations

from sympy import Expr, cos, log, sin, sqrt

from ..proofs.algebra.atoms import Mean
from .lowering import Lowering
from .written import middle_row, resultant_gap


def in_parts(lowering: Lowering, expression: Expr) -> Expr:
    """Return an expression as ``lowering.number`` does, of which no term is an average that is rounded at its own size.

    That of logarithms is the logarithm of a row and what others are off it, the length of a mean direction is one less
    what it lacks of that.

    >>> from sympy import Symbol
    >>> x = Symbol("x", positive=True)
    >>> len(in_parts(Lowering(x), Mean(log(x), x)).args)
    2
    """
    x = lowering.data
    known = {s: e for s, e in lowering.definitions.items() if s in expression.free_symbols}
    logs, sine, cosine = (Mean(f, x) for f in (log(x), sin(x), cos(x)))
    shown, length = expression.xreplace(known), sqrt(sine**2 + cosine**2)
    if shown.has(length):
        gap = lowering.named(resultant_gap(x, lowering.number(sine), lowering.number(cosine)))
        return lowering.number(shown.xreplace({length: 1 - gap}).expand())
    if not shown.has(logs) or lowering.has_average(log(x)):
        return lowering.number(expression)
    near = lowering.named(log(middle_row(x)))
    parted = near + lowering.average(log(x) - near)
    lowering.known_average(log(x), parted)
    return lowering.number(shown.xreplace({logs: parted}).expand())
