"""First terms of special functions next to a pole and far out, and the power that bounds the rest.

Source: NIST Digital Library of Mathematical Functions, sections 5.7(ii), 5.11(i), 5.11(ii), 5.15, 10.25.2, 10.40.1,
25.2(i) and 25.2(ii).
"""

from __future__ import annotations

from sympy import Basic, Dummy, Expr, Function, Integer, Rational, S, besseli, factorial, log, loggamma, pi, polygamma

from .kernels import ZetaDerivative
from .size import cancelled


class BesselRatio(Function):
    """``I_m(z) / I_n(z)`` for ``m >= n``: it stays below one, where both functions grow without bound."""

    nargs = 3


def in_bessel_functions(expression: Expr) -> Expr:
    """Return ``expression`` with the ratios of Bessel functions written out, as balls and data take them.

    >>> in_bessel_functions(2 * BesselRatio(1, 0, Integer(5)))
    2*besseli(1, 5)/besseli(0, 5)
    """
    return expression.replace(BesselRatio, lambda above, below, z: besseli(above, z) / besseli(below, z))


POLES: dict[type[Basic], Integer] = {
    loggamma: S.Zero,
    polygamma: S.Zero,
    BesselRatio: S.Zero,
    ZetaDerivative: S.One,
}
"""The functions that are known here, smooth above the pole of each, or above zero where they have none."""
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
    if not all(isinstance(order, Integer) and order >= 0 for order in node.args[:-1]):
        return None
    order = int(node.args[0])
    if isinstance(node, BesselRatio):
        least = int(node.args[1])
        near = factorial(least) / factorial(order) * (z / 2) ** (order - least)
        return (1 - Rational(order**2 - least**2, 2) / z, -2) if far else (near, order - least + 2)
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


def in_bessel_ratios(expression: Expr) -> Expr:
    """Return ``expression`` with ratios of Bessel functions in place of these, or as it is where they do not cancel.

    >>> from sympy import Symbol
    >>> k = Symbol("k", positive=True)
    >>> in_bessel_ratios(besseli(1, k) / besseli(0, k))
    BesselRatio(1, 0, k)
    """
    whole = expression
    for z in {node.args[1] for node in expression.atoms(besseli)}:
        orders = {node.args[0] for node in expression.atoms(besseli) if node.args[1] == z}
        if not all(isinstance(order, Integer) and order >= 0 for order in orders):
            return expression
        least, common = min(orders), Dummy("common", positive=True)
        ratios = {besseli(n, z): common * BesselRatio(n, least, z) for n in orders - {least}}
        whole = cancelled(whole.xreplace(ratios | {besseli(least, z): common}))
        if common in whole.free_symbols:
            return expression
    return whole
