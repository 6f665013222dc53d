"""How a change of unit of the observation carries over to the parameters."""

from __future__ import annotations

from functools import lru_cache
from itertools import product

from flint import arb
from sympy import Expr, Integer, Rational, Symbol, log

from .ball_data import evaluate
from .balls import ball, precision
from .family import Family
from .probes import data_points, parameter_points

_EXPONENTS = (0, 1, -1, 2, -2)
_ROWS = 12
_UNIT = Rational(7, 3)
_SMALL = arb(2) ** -100


@lru_cache(maxsize=512)
def unit_exponents(family: Family) -> dict[Symbol, int] | None:
    """Return by which power of the unit each parameter changes with it; ``None`` if no powers do.

    With ``x' = c x`` the member at ``theta'``, ``theta'_j = c**e_j theta_j``, has the density of ``x'``. Proposed by
    trial, accepted where ``log p(c x | theta') + log c = log p(x | theta)`` holds in balls at random points, and the
    ends of the support and of the parameters' spaces move along; that refutes every wrong choice but is no proof. Where
    the points do not tell one power of a parameter from another, as where none lies in the case that it is for, none is
    chosen.

    >>> from thetahat import family
    >>> list(unit_exponents(family("gamma")).values())
    [0, 1]
    """
    if family.discrete or family.beside or family.constants:
        return None
    points = [
        (theta, row)
        for seed in (5, 6)
        for theta in parameter_points(family, 1, seed)
        for row in data_points(family, theta, _ROWS, seed)
    ]

    def holds(exponents: dict[Symbol, int]) -> bool:
        return all(_holds(family, exponents, {**theta, **row}) for theta, row in points)

    for exponents in product(_EXPONENTS, repeat=len(family.parameters)):
        chosen = dict(zip(family.symbols, exponents, strict=True))
        if holds(chosen):
            others = ({**chosen, s: e} for s in chosen for e in _EXPONENTS if e != chosen[s])
            return None if any(map(holds, others)) else chosen
    return None


def _holds(family: Family, exponents: dict[Symbol, int], values: dict[Symbol, Expr]) -> bool:
    moved = {s: values[s] * _UNIT ** Integer(e) for s, e in exponents.items()}
    moved[family.observation] = values[family.observation] * _UNIT
    boxes = [(family.bounds, 1), *((item.bounds, exponents[item.symbol]) for item in family.parameters)]
    with precision(256):
        # A density may be flat in a parameter that moves an end, as in the start of an interval of given length.
        ends = [(end, e) for box, e in boxes for end in (box.lo, box.hi) if end.is_infinite is not True]
        gaps = [evaluate(end, moved) - ball(_UNIT ** Integer(e)) * evaluate(end, values) for end, e in ends]
        density = family.log_density
        gaps.append(evaluate(density, moved) + ball(log(_UNIT)) - evaluate(density, values))
        return all(gap.is_finite() and gap.contains(0) and gap.rad() < _SMALL for gap in gaps)
