"""How a change of unit of the observation carries over to the parameters."""

from __future__ import annotations

from functools import lru_cache
from itertools import product

from sympy import Integer, Rational, Symbol, log

from .balls import is_zero_at
from .family import Family
from .probes import data_points, parameter_points

_EXPONENTS = (0, 1, -1, 2, -2)
_UNIT = Rational(7, 3)


@lru_cache(maxsize=512)
def unit_exponents(family: Family) -> dict[Symbol, int] | None:
    """Return the powers of the unit by which each parameter changes when the observation does; ``None`` if there are none.

    With ``x' = c x`` the member at ``theta'``, ``theta'_j = c**e_j theta_j``, has the density of ``x'``. Proposed by
    trial, accepted where ``log p(c x | theta') + log c = log p(x | theta)`` holds in balls at random points, which
    refutes every wrong choice but is no proof.

    >>> from thetahat import family
    >>> list(unit_exponents(family("gamma")).values())
    [0, 1]
    """
    if family.discrete or family.covariates or family.constants:
        return None
    if not (family.bounds.lo.is_infinite or family.bounds.lo == 0 or family.bounds.lo in family.symbols):
        return None
    points = [
        (theta, row)
        for seed in (5, 6)
        for theta in parameter_points(family, 1, seed)
        for row in data_points(family, theta, 2, seed)
    ]
    for exponents in product(_EXPONENTS, repeat=len(family.parameters)):
        chosen = dict(zip(family.symbols, exponents, strict=True))
        if all(_holds(family, chosen, {**theta, **row}) for theta, row in points):
            return chosen
    return None


def _holds(family: Family, exponents: dict[Symbol, int], values: dict[Symbol, object]) -> bool:
    moved = {s: s * _UNIT ** Integer(e) for s, e in exponents.items()} | {family.observation: family.observation * _UNIT}
    for item in family.parameters:
        ends = item.bounds
        if exponents[item.symbol] and (ends.hi.is_finite or (ends.lo.is_finite and ends.lo != 0)) and not ends.free_symbols:
            return False
    gap = family.log_density.subs(moved, simultaneous=True) + log(_UNIT) - family.log_density
    return is_zero_at(gap, values) is True
