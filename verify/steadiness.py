"""Refuses an estimate that only the rounding of a root keeps off an end of its space, where none is known to exist."""

from __future__ import annotations

import math
from collections.abc import Mapping

from sympy import Symbol

from ..proofs.derivation import Derivation
from ..proofs.errors import UnsolvedError
from .ends import space_ends

_FACTOR, _STEP, _SHARE = 2.0, 0.5, 1e-6
"""By what factor a distance from an end may change, and by how much a number on the whole line, itself or a share."""


def require_steady(derivation: Derivation, values: Mapping[Symbol, float], beside: Mapping[Symbol, float]) -> None:
    """Refuse estimates that differ beyond measure from those at a root that is off by less than doubles are apart.

    A curve that goes through all data leaves no noise: the scale is zero at the exact root, and the likelihood is
    unbounded. What a formula then gives for the scale is nothing but the distance of a root from the exact one.

    >>> from thetahat import derive, family
    >>> weibull = derive(family("weibull"))
    >>> k, scale = weibull.family.symbols
    >>> require_steady(weibull, {k: 2.0, scale: 1e-24}, {k: 2.0, scale: 1e-18})

    Nothing is refused there, since a maximiser is proved to exist.

    Raises
    ------
    UnsolvedError
        Naming the parameter.
    """
    if derivation.optimality.proved and derivation.existence_proved:
        return
    family = derivation.family
    here, there = ([found[symbol] for symbol in family.symbols] for found in (values, beside))
    for item, ends, value, other in zip(family.parameters, space_ends(family), here, there, strict=True):
        finite = [end.at(here) for end in (ends.lo, ends.hi) if math.isfinite(end.at(here))]
        distances = [(abs(value - end), abs(other - end)) for end in finite]
        apart = any(max(pair) > _FACTOR * min(pair) for pair in distances)
        if apart or (not finite and abs(value - other) > _STEP + _SHARE * abs(value)):
            # Probabilities are at most one: no likelihood of them is unbounded.
            why = (
                "what gives it is nearly zero over zero there, and tells nothing"
                if family.countable
                else "a curve may go through all observations, and the likelihood is unbounded then"
            )
            raise UnsolvedError(
                f"{family.name}: at the root of the equation that is left {item.name} = {value:.3g}, and at one that "
                f"differs from it by less than its last digit {other:.3g}: {why}. Collect more data, or fix "
                f"{item.name}."
            )
