"""Logarithms of distribution functions whose densities are log-concave: strictly concave as well."""

from __future__ import annotations

from sympy import Expr, Symbol, limit, log, oo

from .derivatives import derivative
from .logs import split_logs
from .regions import is_strictly_concave
from .signs import is_positive, strict_sign


def bends_down(shape: Expr, z: Symbol) -> bool:
    """Return whether a function is proved strictly concave on the whole line, by its bend or as such a logarithm.

    >>> from sympy import erf, exp
    >>> z = Symbol("z", real=True)
    >>> bends_down(-exp(z), z), bends_down(log(1 + erf(z)), z), bends_down(exp(z), z)
    (True, True, False)
    """
    return is_strictly_concave(shape, z) or rising_side(shape, z) != 0


def rising_side(shape: Expr, z: Symbol) -> int:
    """Return 1 for the logarithm of a distribution function of a strictly log-concave density, -1 if it falls, else 0.

    Such a logarithm is strictly concave: of a density ``g`` the slope ``g'/g`` of the logarithm falls, so that the
    distribution function times ``g'/g`` at a place is less than the integral of ``g'`` up to there, which is at most
    ``g``.

    Source: Bagnoli & Bergstrom 2005, Log-concave probability and its applications, Economic Theory 26, theorem 1.

    >>> from sympy import exp
    >>> z = Symbol("z", real=True)
    >>> rising_side(log(1 - exp(-exp(z))), z), rising_side(-exp(z), z)
    (1, 0)
    """
    if not isinstance(shape, log) or shape.free_symbols != {z}:
        return 0
    whole = shape.args[0]
    way = strict_sign(derivative(whole, z), {})
    if not way or whole.subs(z, -way * oo) != 0 or not is_positive(whole.subs(z, way * oo), {}):
        return 0
    return int(way) if is_strictly_concave(log_slope(shape, z, way), z) else 0


def risen_to(shape: Expr, z: Symbol) -> Expr | None:
    """Return the finite ceiling of a function proved strictly concave that goes one way on the line, else ``None``.

    Where it falls, it falls without bound: a concave function that is not level does.

    >>> from sympy import exp
    >>> z = Symbol("z", real=True)
    >>> risen_to(-log(1 + exp(-z)), z), risen_to(-exp(z), z), risen_to(-(z**2), z), risen_to(z - exp(-z), z)
    (0, 0, None, None)
    """
    constant, moving = shape.as_independent(z, as_Add=True)
    side = rising_side(moving, z)
    if not side and is_strictly_concave(moving, z):
        side = strict_sign(derivative(moving, z), {})
    ceiling = constant + limit(moving, z, side * oo) if side else oo
    return ceiling if ceiling.is_finite else None


def log_slope(shape: Expr, z: Symbol, way: int) -> Expr:
    """Return the logarithm of a density, up or down, where ``shape`` is that of its distribution function.

    >>> from sympy import exp
    >>> z = Symbol("z", real=True)
    >>> log_slope(log(1 - exp(-exp(z))), z, 1)
    z - exp(z)
    """
    slope = (way * derivative(shape.args[0], z)).expand(log=False, power_exp=False, power_base=False)
    return split_logs(log(slope), {})
