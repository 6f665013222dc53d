"""Whether several observations at which a likelihood is the same are separate maxima, or ends of a level stretch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from flint import arb
from sympy import Symbol

from ...proofs.family import Family
from ..enclosure import table_of, total
from ..observations import Observations


def are_peaks(
    family: Family, searched: Symbol, points: Sequence[Mapping[Symbol, arb]], observations: Observations
) -> bool:
    """Return whether no member between neighbouring ones of equally high ``points`` is proved to be as high.

    For fixed values of the other parameters the likelihood is convex in ``searched`` between neighbouring observations:
    as high between two of them as at both, it would be level all the way, with the same others at both.

    >>> import numpy as np
    >>> from thetahat import family
    >>> data, triangular = Observations(np.array([[0.25], [0.75]]), None, 2), family("triangular")
    >>> c = triangular.symbols[0]
    >>> are_peaks(triangular, c, [{c: arb(0.25)}, {c: arb(0.75)}], data)
    True
    """
    table = table_of(family, observations)
    in_order = sorted(points, key=lambda point: float(point[searched]))
    for low, high in pairwise(in_order):
        if not low[searched] < high[searched]:
            return False
        if any(not low[symbol].overlaps(high[symbol]) for symbol in low if symbol != searched):
            continue
        middle = {**low, searched: (low[searched] + high[searched]) / 2}
        heights = [total(family, [at[s] for s in family.symbols], table, observations) for at in (low, middle)]
        if not heights[1] < heights[0]:
            return False
    return True
