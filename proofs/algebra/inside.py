"""Whether a log-density rises or falls with a parameter at every observation inside the support."""

from __future__ import annotations

from sympy import Expr, Piecewise, S, Symbol, sign

from ..bounds import Bounds
from .derivatives import derivative
from .signs import Domain, strict_sign

_NO_NUMBER = (S.ComplexInfinity, S.NaN, S.Infinity, S.NegativeInfinity)


def slope_inside(density: Expr, parameter: Symbol, observation: Symbol, ends: Bounds, domain: Domain) -> int:
    """Return the strict sign of the derivative of a log-density in a parameter inside the support; 0 if not proved.

    The log-density has to be continuous at the ends that are part of the support, and these no lattice: then the
    likelihood is as monotone while all observations lie in it. ``domain`` bounds the parameters.

    >>> from sympy import Interval
    >>> from thetahat.proofs.bounds import bounds
    >>> y, m = Symbol("y", real=True), Symbol("m", real=True)
    >>> slope_inside(-((y - m) ** 2) / 2, m, y, bounds(Interval(m, S.Infinity)), {})
    1
    """
    if ends.discrete or density.has(Piecewise, sign):
        return 0
    closed = [end for end, holds in ((ends.lo, ends.lo_closed), (ends.hi, ends.hi_closed)) if holds]
    if any(density.subs(observation, end).has(*_NO_NUMBER) for end in closed):
        return 0
    return strict_sign(derivative(density, parameter), {**domain, observation: ends.interior()})
