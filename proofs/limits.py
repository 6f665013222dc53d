"""The sign of an equation at the two ends of its unknown's domain, special functions replaced by their expansions."""

from __future__ import annotations

from collections.abc import Callable

from sympy import (
    Add,
    Eq,
    Expr,
    Integer,
    Rational,
    S,
    Symbol,
    bernoulli,
    besseli,
    exp,
    factorial,
    limit,
    log,
    loggamma,
    oo,
    pi,
    polygamma,
    sign,
    sqrt,
    zoo,
)
from sympy.core.function import PoleError

from .algebra.atoms import Centred, Indicator, Mean, Order, rewrite_outside

_TERMS = 3


def end_value(equation: Expr, unknown: Symbol, end: Expr, from_above: bool) -> Expr | None:
    """Return the limit of ``equation`` at ``end``, or where it vanishes the coefficient of its leading power.

    The value is a multiple of the limit by a positive number; its sign is the sign of the equation near ``end``.
    ``None`` where an average over the data contains the unknown in a way that no rule expands.

    Sources: digamma, loggamma and Bessel expansions, NIST DLMF 5.11.1, 5.11.2, 10.25.2 and 10.40.1.

    >>> k, d = Symbol("k", positive=True), Symbol("d", nonnegative=True)
    >>> end_value(log(k) - polygamma(0, k) - d, k, oo, False)
    -d
    """
    small = Symbol("_u", positive=True)
    if end is oo:
        place, at_infinity = 1 / small, True
    elif end == 0 and from_above:
        place, at_infinity = small, False
    else:
        return None
    expanded = _expand_functions(equation, unknown, at_infinity)
    if expanded is None or any(unknown in atom.free_symbols for atom in expanded.atoms(Mean, Centred, Order)):
        return None
    split_off = expanded.has(Indicator) and not equation.has(Indicator)
    return _leading(expanded.subs(unknown, place), small, 1 if split_off else 4)


def _leading(expression: Expr, small: Symbol, powers: int) -> Expr | None:
    for power in range(powers):
        try:
            value = limit((expression / small**power).expand(), small, 0, "+")
        except (NotImplementedError, ValueError, TypeError, PoleError):
            return None
        if value in (zoo, S.NaN) or value.has(zoo, S.NaN, limit):
            return None
        if value != 0:
            return _finite_sign(value)
    return None


def _finite_sign(value: Expr) -> Expr:
    """Write ``oo * sign(c)`` as ``c``, and plain infinities as plus or minus one."""
    if value is oo:
        return S.One
    if value is -oo:
        return -S.One
    if value.has(oo):
        signs = value.atoms(sign)
        coefficient = value.subs(oo, 1)
        return coefficient.replace(sign, lambda inner: inner) if signs else coefficient
    return value


def _expand_functions(equation: Expr, unknown: Symbol, at_infinity: bool) -> Expr | None:
    failed = []

    def change(node: Expr) -> Expr:
        if isinstance(node, Mean) and unknown in node.free_symbols:
            inner = _expand_functions(node.integrand, unknown, at_infinity)
            if at_infinity:
                spread = _spread_integrand(inner, unknown, node) if inner is not None else None
            else:
                spread = _split_lowest(node, unknown)
            if spread is None:
                failed.append(node)
                return node
            return spread
        expansion = _EXPANSIONS.get(type(node))
        if expansion is None or unknown not in node.free_symbols:
            return node
        found = expansion(node, unknown, at_infinity)
        if found is None:
            failed.append(node)
            return node
        return found

    out = rewrite_outside(equation, change)
    return None if failed else out


def _spread_integrand(integrand: Expr, unknown: Symbol, node: Mean) -> Expr | None:
    """Expand an integrand in powers of ``1 / unknown``; finite sums may be expanded term by term."""
    small = Symbol("_u", positive=True)
    try:
        series = integrand.subs(unknown, 1 / small).expand(log=True, force=False)
        logs = log(small)
        series = series.replace(
            lambda e: isinstance(e, log) and small in e.free_symbols,
            lambda e: -logs + log((e.args[0] * small).expand()),
        )
        series = series.series(small, 0, _TERMS).removeO()
    except (NotImplementedError, ValueError, TypeError, PoleError):
        return None
    return Mean(series.expand(), *node.data).subs(small, 1 / unknown)


def _split_lowest(node: Mean, unknown: Symbol) -> Expr | None:
    """Set the lowest count apart; on the counts above it the integrand has a limit at zero. Exact up to ``o(1)``."""
    x = node.data[0]
    if not (x.is_integer and x.is_nonnegative):
        return None
    lowest = Indicator(Eq(x, 0))
    at_lowest = _expand_functions(node.integrand.subs(x, 0), unknown, False)
    above = node.integrand.subs(unknown, 0)
    if at_lowest is None or above.subs(x, 1).has(zoo, S.NaN, oo):
        return None
    return Mean(lowest, x) * at_lowest + Mean(above * (1 - lowest), x)


def _polygamma(node: Expr, unknown: Symbol, at_infinity: bool) -> Expr | None:
    order, z = node.args
    if not at_infinity:
        if z != unknown or not order.is_Integer:
            return None
        if order == 0:
            return -1 / z - S.EulerGamma + pi**2 / 6 * z
        return (-1) ** (order + 1) * factorial(order) / z ** (order + 1)
    base = log(z) - 1 / (2 * z) - Add(*(bernoulli(2 * j) / (2 * j * z ** (2 * j)) for j in (1, 2)))
    stand_in = Symbol("_z", positive=True)
    return base.subs(z, stand_in).diff(stand_in, order).subs(stand_in, z) if order.is_Integer else None


def _loggamma(node: Expr, unknown: Symbol, at_infinity: bool) -> Expr | None:
    z = node.args[0]
    if not at_infinity:
        return -log(z) - S.EulerGamma * z if z == unknown else None
    return (z - Rational(1, 2)) * log(z) - z + log(2 * pi) / 2 + 1 / (12 * z)


def _besseli(node: Expr, unknown: Symbol, at_infinity: bool) -> Expr | None:
    order, z = node.args
    if not isinstance(order, Integer) or z != unknown:
        return None
    if not at_infinity:
        return (z / 2) ** order / factorial(order) * (1 + z**2 / (4 * (order + 1)))
    m = 4 * order**2
    return exp(z) / sqrt(2 * pi * z) * (1 - (m - 1) / (8 * z) + (m - 1) * (m - 9) / (128 * z**2))


_EXPANSIONS: dict[type, Callable[[Expr, Symbol, bool], Expr | None]] = {
    polygamma: _polygamma,
    loggamma: _loggamma,
    besseli: _besseli,
}
