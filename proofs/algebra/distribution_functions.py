"""Logarithms of distribution functions whose densities are log-concave: strictly concave as well."""

from __future__ import annotations

from sympy import Expr, Symbol, log, oo

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


def log_slope(shape: Expr, z: Symbol, way: int) -> Expr:
    """Return the logarithm of a density, up or down, where ``shape`` is that of its distribution function.

    >>> from sympy import exp
    >>> z = Symbol("z", real=True)
    >>> log_slope(log(1 - exp(-exp(z))), z, 1)
    z - exp(z)
    """
    slope = (way * derivative(shape.args[0], z)).expand(log=False, power_exp=False, power_base=False)
    return split_logs(log(slope), {})
