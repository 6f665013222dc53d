"""Whether every observation's likelihood goes the same way with one parameter, at all members: then none is highest."""

from __future__ import annotations

from sympy import Expr, Rational

from ...proofs.algebra.derivatives import derivative
from ...proofs.algebra.signs import is_nonnegative, strict_sign
from ...proofs.curvature import has_corners
from ...proofs.derivation import Derivation
from ...proofs.family import Family, Parameter
from ...proofs.smooth_lines import has_open_space
from ..observations import Observations
from .certificate import CertificateVerdict as Verdict
from .methods import ONE_WAY
from .proved import Proved

_MOST_ROWS = 4
"""Different observations up to which signs are sought: each takes algebra of its own."""


def by_one_way(derivation: Derivation, observations: Observations) -> Proved | None:
    """Return the proof that no member is stationary, so that none is the highest; ``None`` where none is found.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> inflated = derive(family("zero_inflated_poisson"))
    >>> by_one_way(inflated, Observations(np.array([[0.0], [0.0]]), None, 2)).argument
    'every observation has a likelihood that rises with w, at all members'
    >>> by_one_way(inflated, Observations(np.array([[0.0], [3.0]]), None, 2)) is None
    True
    """
    for item in derivation.family.parameters:
        way = way_of(derivation.family, item, observations)
        if way != 0:
            argument = f"every observation has a likelihood that {'rises' if way > 0 else 'falls'} with {item.name}"
            why = f"the likelihood is highest as {item.name} tends to an end of its space, if at all"
            return Proved(Verdict.NO_MAXIMUM, method=ONE_WAY, argument=f"{argument}, at all members", why=why)
    return None


def way_of(family: Family, item: Parameter, observations: Observations) -> int:
    """Return 1 where the likelihood is proved to rise with a parameter at all members, -1 where to fall, else 0.

    Some observation's has to rise strictly, and no other's to fall. Only where the space is open, and the likelihood
    smooth in it: elsewhere an end of the space, or a corner, may be highest.
    """
    rows = observations.distinct().x.tolist()
    moving = family.bounds.free_symbols & set(family.symbols)
    if len(rows) > _MOST_ROWS or moving or not has_open_space(family) or has_corners(family):
        return 0
    slopes = [_slope(family, item, row) for row in rows]
    for way in (1, -1):
        strict = [strict_sign(way * slope, family.domain) > 0 for slope in slopes]
        level = all(sure or is_nonnegative(way * one, family.domain) for sure, one in zip(strict, slopes, strict=True))
        if any(strict) and level:
            return way
    return 0


def _slope(family: Family, item: Parameter, row: list[float]) -> Expr:
    """The slope of the log-density at one observation, which is exact."""
    known = {symbol: Rational(value) for symbol, value in zip(family.columns, row, strict=True)}
    return derivative(family.log_density.subs(known), item.symbol)
