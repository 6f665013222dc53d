"""First terms of special functions next to a pole and far out, and the power that bounds the rest.

Source: NIST Digital Library of Mathematical Functions, sections 5.7(ii), 5.11(i), 5.11(ii), 5.15, 25.2(i) and 25.2(ii).
"""

from __future__ import annotations

from sympy import Basic, Expr, Integer, Rational, S, factorial, log, loggamma, pi, polygamma

from .kernels import ZetaDerivative

POLES: dict[type[Basic], Integer] = {loggamma: S.Zero, polygamma: S.Zero, ZetaDerivative: S.One}
"""The functions that are known here, smooth above the pole of each."""
_BEYOND_ALL = -12


def first_terms(node: Expr, far: bool) -> tuple[Expr, int] | None:
    """Return the first terms of ``node`` in its argument, and the power that bounds what is left out.

    ``far`` says that the argument grows without bound, and the power is one of it; else it tends to the pole from
    above, and the power is one of its distance.

    >>> from sympy.abc import z
    >>> first_terms(polygamma(0, z), far=True), first_terms(loggamma(z), far=False)
    ((log(z) - 1/(2*z), -2), (-log(z), 1))
    """
    z = node.args[-1]
    if isinstance(node, loggamma):
        return ((z - Rational(1, 2)) * log(z) - z + log(2 * pi) / 2, -1) if far else (-log(z), 1)
    if not isinstance(node.args[0], Integer):
        return None
    order = int(node.args[0])
    if isinstance(node, ZetaDerivative):
        # Far out the sum over 2^-s, 3^-s, ... is smaller than any power.
        return (
            (Integer(order == 0), _BEYOND_ALL)
            if far
            else ((-1) ** order * factorial(order) / (z - 1) ** (order + 1), 0)
        )
    sign = (-1) ** (order + 1)
    if not far:
        return sign * factorial(order) / z ** (order + 1), 0
    if order == 0:
        return log(z) - 1 / (2 * z), -2
    return sign * (factorial(order - 1) / z**order + factorial(order) / (2 * z ** (order + 1))), -order - 2
