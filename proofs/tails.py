"""How fast the kernel of a location-scale family falls on its open sides."""

from __future__ import annotations

from math import lcm

from sympy import Dummy, Expr, Max, Min, Rational, S, Symbol, cosh, exp, limit, log, oo
from sympy.core.function import PoleError

from .algebra.derivatives import derivative
from .algebra.orders import leading_term
from .algebra.regions import regions
from .algebra.signs import is_nonnegative
from .bounds import Bounds
from .location import Z


def tail_exponent(kernel: Expr, lo: Expr = -oo) -> Expr | None:
    """Return ``a`` such that the density falls like ``|z|**(-a)`` on every open side, infinity if faster; or ``None``.

    >>> tail_exponent(-log(1 + Z**2))
    2
    """
    pieces = regions(kernel, Z, lo)
    if pieces is None:
        return None
    z = Symbol("z", positive=True)
    found = set()
    for piece, side in ((pieces[-1], z), (pieces[0], -z)):
        if side == z or lo is -oo:
            falls = -piece.value.subs(Z, side)
            try:
                found.add(_by_slope(falls, z) or limit(falls / log(z), z, oo))
            except (NotImplementedError, ValueError, PoleError):
                return None
    return found.pop() if len(found) == 1 else None


def _by_slope(falls: Expr, z: Symbol) -> Expr | None:
    """The limit of ``falls / log(z)`` for large ``z``: that of ``z`` times the slope, by the rule of de l'Hospital.

    Only where it is rational in ``z`` and one exponential of it, which grows faster than every power.
    """
    scaled = z * derivative(falls.rewrite(cosh, exp), z)
    rates = [node.args[0] / z for node in sorted(scaled.atoms(exp), key=str) if z in node.free_symbols]
    unit = rates[0] if rates and rates[0].is_positive else -rates[0] if rates else S.One
    shares = [rate / unit for rate in rates]
    if not unit.is_positive or not all(share.is_Rational for share in shares):
        return None
    step = unit * Rational(1, lcm(*(int(share.q) for share in shares)))
    w = Dummy("w", positive=True)
    powers_of_w = {exp(rate * z): w ** (rate / step) for rate in rates}
    found = leading_term(scaled.xreplace(powers_of_w), (w, z))
    if found is None:
        return None
    coefficient, powers = found
    if powers == (0, 0):
        return coefficient
    return oo if powers > (0, 0) and coefficient.is_positive else None


def falls_on_both_sides(kernel: Expr) -> bool:
    """Return whether a kernel is proved not to rise with the distance from zero, on either side.

    >>> falls_on_both_sides(-(Z**2)), falls_on_both_sides(-((Z - 1) ** 2))
    (True, False)
    """
    pieces = regions(kernel, Z)
    if pieces is None:
        return False
    for side, within in ((1, (S.Zero, oo)), (-1, (-oo, S.Zero))):
        for piece in pieces:
            lo, hi = Max(piece.lo, within[0]), Min(piece.hi, within[1])
            falls = -side * derivative(piece.value, Z)
            if lo < hi and not is_nonnegative(falls, {Z: Bounds(lo, hi, False, False, False)}):
                return False
    return True
