"""Expected values by quadrature or summation, with thirty digits and an estimate of the error; they use no lemma."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

import mpmath as mp
from sympy import Expr, Symbol

from .ball_data import Values
from .digits import Evaluate, log_density_at, number
from .family import Family
from .probes import at

WORKING = 30
"""Decimal digits that are worked with."""
# The logarithm of a density that is negligible; how many steps, each four times the last, go out to there; how many of
# them cut a heavy tail; and how many terms a sum may have.
_NEGLIGIBLE, _STEPS, _CUTS, _MOST_TERMS = -150, 100, 6, 1000


def expected_at(
    family: Family, theta: Values, function: Callable[[Any, Any], Any], start: Expr, kinks: tuple[Expr, ...] = ()
) -> tuple[mp.mpf, mp.mpf]:
    """Return ``E[f(x, log p(x))]`` at one member and how far it may be off: infinitely far for a sum that is too long.

    Parameters
    ----------
    theta
        The parameters and constants, exact.
    start
        A number inside the support, from which integrals go out on both sides.
    kinks
        Where ``f`` or the density is not smooth.

    Examples
    --------
    >>> from sympy import Integer
    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> with mp.workdps(WORKING):
    ...     value, _ = expected_at(EXPONENTIAL, {EXPONENTIAL.symbols[0]: Integer(2)}, lambda x, _: x, Integer(1))
    >>> mp.nstr(value, 12)
    '0.5'
    """
    log_density = _heights(family, frozenset(theta.items()), mp.mp.prec)

    def weighted(x: mp.mpf) -> mp.mpf:
        value = log_density(x)
        return function(x, value) * mp.exp(value) if value > 10 * _NEGLIGIBLE else mp.mpf(0)

    ends = at(family.bounds, theta)
    if family.discrete:
        return _summed(weighted, log_density, ends.lo, ends.hi)
    below, above = (outwards(log_density, number(start), end) for end in (ends.lo, ends.hi))
    inside = [number(kink) for kink in kinks if below[-1] < number(kink) < above[-1]]
    return mp.quad(weighted, sorted({*below, *above, *inside}), error=True)


@lru_cache(maxsize=32)
def _heights(family: Family, theta: frozenset[tuple[Symbol, Expr]], precision: int) -> Evaluate:
    """The log-density of a member, kept point by point: several expected values are integrated over the same points."""
    height = log_density_at(family, dict(theta))
    kept = cache(lambda x, _: height(x))
    # Where an integral is cut, fewer digits are worked with than at the points inside.
    return lambda x: kept(x, mp.mp.prec)


def _summed(weighted: Evaluate, log_density: Evaluate, lo: Expr, hi: Expr) -> tuple[mp.mpf, mp.mpf]:
    """From the lower end, until what is left is negligible, where terms go on falling as fast as the last two."""
    first = number(lo)
    span = hi - lo
    if span.is_finite and span <= _MOST_TERMS:
        return mp.fsum(weighted(first + place) for place in range(int(span) + 1)), mp.eps
    total, before = mp.mpf(0), -mp.inf
    for place in range(_MOST_TERMS):
        total += weighted(first + place)
        here = log_density(first + place)
        if here < _NEGLIGIBLE and here < before - mp.mpf(1) / 10:
            return total, mp.exp(here / 2)
        before = here
    return mp.mpf(0), mp.inf


def outwards(log_density: Evaluate, start: mp.mpf, end: Expr) -> list[mp.mpf]:
    """Return where to cut an integral on one side: in growing steps, to the end or to where the density is negligible.

    A density that is not negligible after all steps has a heavy tail, and is integrated to infinity.
    """
    side = 1 if (end.is_extended_positive and end.is_infinite) or (end.is_finite and number(end) > start) else -1
    points, step = [start], mp.mpf(1)
    for _ in range(_STEPS):
        x = start + side * step
        if end.is_finite and side * (number(end) - x) <= 0:
            return [*points, number(end)]
        points.append(x)
        if log_density(x) < _NEGLIGIBLE:
            return points
        step *= 4
    return [*points[:_CUTS], side * mp.inf]
