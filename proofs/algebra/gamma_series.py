"""First terms of the logarithm of the gamma function and of its derivatives, and the power that bounds the rest.

Source: NIST Digital Library of Mathematical Functions, sections 5.7(ii), 5.11(i), 5.11(ii) and 5.15.
"""

from __future__ import annotations

from sympy import Expr, Integer, Rational, factorial, log, loggamma, pi, polygamma


def first_terms(node: Expr, far: bool) -> tuple[Expr, int] | None:
    """Return the first terms of ``node`` in its argument, and the power that bounds what is left out.

    ``far`` says that the argument grows without bound; else it tends to zero from above.

    >>> from sympy.abc import z
    >>> first_terms(polygamma(0, z), far=True), first_terms(loggamma(z), far=False)
    ((log(z) - 1/(2*z), -2), (-log(z), 1))
    """
    z = node.args[-1]
    if isinstance(node, loggamma):
        return ((z - Rational(1, 2)) * log(z) - z + log(2 * pi) / 2, -1) if far else (-log(z), 1)
    if not isinstance(node, polygamma) or not isinstance(node.args[0], Integer):
        return None
    order = int(node.args[0])
    sign = (-1) ** (order + 1)
    if not far:
        return sign * factorial(order) / z ** (order + 1), 0
    if order == 0:
        return log(z) - 1 / (2 * z), -2
    return sign * (factorial(order - 1) / z**order + factorial(order) / (2 * z ** (order + 1))), -order - 2
