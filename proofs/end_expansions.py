"""Special functions near zero and far out: the first terms of their expansions.

Source: NIST Digital Library of Mathematical Functions, sections 5.7, 5.11, 10.30, 10.40 and 25.2.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import (
    Add,
    Expr,
    Integer,
    Rational,
    S,
    Symbol,
    bernoulli,
    besseli,
    exp,
    factorial,
    log,
    loggamma,
    pi,
    polygamma,
    sqrt,
)

from .algebra.kernels import ZetaDerivative


def _polygamma(node: Expr, at_infinity: bool) -> Expr | None:
    order, z = node.args
    if not order.is_Integer:
        return None
    if not at_infinity:
        if order == 0:
            return -1 / z - S.EulerGamma + pi**2 / 6 * z
        return (-1) ** (order + 1) * factorial(order) / z ** (order + 1)
    base = log(z) - 1 / (2 * z) - Add(*(bernoulli(2 * j) / (2 * j * z ** (2 * j)) for j in (1, 2)))
    stand_in = Symbol("_z", positive=True)
    return base.subs(z, stand_in).diff(stand_in, order).subs(stand_in, z)


def _loggamma(node: Expr, at_infinity: bool) -> Expr | None:
    z = node.args[0]
    if not at_infinity:
        return -log(z) - S.EulerGamma * z
    return (z - Rational(1, 2)) * log(z) - z + log(2 * pi) / 2 + 1 / (12 * z)


def _besseli(node: Expr, at_infinity: bool) -> Expr | None:
    order, z = node.args
    if not isinstance(order, Integer):
        return None
    if not at_infinity:
        return (z / 2) ** order / factorial(order) * (1 + z**2 / (4 * (order + 1)))
    m = 4 * order**2
    return exp(z) / sqrt(2 * pi * z) * (1 - (m - 1) / (8 * z) + (m - 1) * (m - 9) / (128 * z**2))


def _zeta(node: Expr, at_infinity: bool) -> Expr | None:
    order, s = node.args
    if not order.is_Integer:
        return None
    if not at_infinity:
        # 1/(s - 1) + gamma, differentiated: the Laurent series at the pole.
        return (-1) ** order * factorial(order) / (s - 1) ** (order + 1) + (S.EulerGamma if order == 0 else 0)
    return (1 if order == 0 else 0) + (-log(2)) ** order * 2 ** (-s)


EXPANSIONS: dict[type, Callable[[Expr, bool], Expr | None]] = {
    polygamma: _polygamma,
    loggamma: _loggamma,
    besseli: _besseli,
    ZetaDerivative: _zeta,
}
"""For each function its first terms, given a node and whether its argument tends to infinity, or to its pole."""
