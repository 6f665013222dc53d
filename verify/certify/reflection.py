"""Pairs of maxima that a reflection maps onto each other: of the data, and of the density with its parameter."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from functools import lru_cache

from flint import arb, fmpq
from sympy import Dummy, S, simplify

from ...proofs.family import Family
from ..observations import Observations


@lru_cache(maxsize=512)
def reflects(family: Family) -> bool:
    """Return whether a density of one parameter is the same with observation and parameter reflected at any place.

    >>> from thetahat import family
    >>> reflects(family("cauchy").fix(gamma=1)), reflects(family("gumbel").fix(beta=1)), reflects(family("exponential"))
    (True, False, False)
    """
    if len(family.symbols) != 1 or family.beside or family.constants:
        return False
    centre = Dummy("c", real=True)
    moved = {one: 2 * centre - one for one in (family.symbols[0], family.observation)}
    return bool(simplify(family.log_density.subs(moved, simultaneous=True) - family.log_density) is S.Zero)


def centre_of(observations: Observations) -> fmpq | None:
    """Return the place at which a reflection leaves the data as they are, in exact numbers; ``None`` without one.

    >>> import numpy as np
    >>> data = [[1.0, 2.0, 4.0, 5.0], [1.0, 2.0, 4.0, 5.0 + 2**-50], [1.0, 2.0, 2.0, 4.0, 5.0]]
    >>> [centre_of(Observations(np.array([x]).T, None, len(x))) for x in data]
    [3, None, None]
    """
    weight: Counter[Fraction] = Counter()
    for value, w in zip(observations.columns[0].tolist(), observations.w.tolist(), strict=True):
        weight[Fraction(value)] += Fraction(w)  # type: ignore[assignment]
    twice = min(weight) + max(weight)
    if any(weight[twice - value] != w for value, w in weight.items()):
        return None
    return fmpq(twice.numerator, twice.denominator) / 2


def is_mirrored(family: Family, observations: Observations, one: arb, region: arb) -> bool:
    """Return whether the mirror image of everything in ``one`` certainly lies in ``region``, and is as likely there."""
    centre = centre_of(observations) if reflects(family) else None
    return centre is not None and bool(region.contains(2 * arb(centre) - one))


def mirrored(observations: Observations, place: arb) -> arb | None:
    """Return the mirror image of a place, certainly another, under the reflection that leaves the data as they are."""
    centre = centre_of(observations)
    if centre is None:
        return None
    image = 2 * arb(centre) - place
    return None if image.overlaps(place) else image
