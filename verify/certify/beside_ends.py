"""Roots that are nearer to an end of their space, or farther out, than any double: halved by their distance's size."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from flint import arb
from sympy import Symbol

from ...proofs.balls import precision
from ...proofs.derivation import Derivation
from ..exact_rooting import ExactEquation
from ..line import Line
from ..observations import Observations
from ..tolerance import BALL_ROWS, MOST_BITS

Way = Callable[[arb], arb]

_FARTHEST, _STRIDE = 2400, 60
"""Binary digits of the least and greatest distance that is tried, and of the strides between those tried first."""
FARTHEST_BITS = 4 * MOST_BITS
"""Binary digits in which the cosine of the smallest double still differs from one."""
_HALVINGS = 200


def root_beside_ends(
    derivation: Derivation, observations: Observations, bits: int = MOST_BITS
) -> Mapping[Symbol, arb] | None:
    """Return a place next to the root of the only equation, and what the formulas give there; ``None`` without one.

    ``bits`` is the working precision.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> data = Observations(np.array([[1.0], [1.0], [1.0 + 2**-52]]), None, 3)
    >>> place = next(iter(root_beside_ends(derive(family("rayleigh_shifted")), data).values()))
    >>> bool(0 < 1 - place < 2**-50)
    True
    """
    joined = observations.distinct()
    if len(derivation.unknowns) != 1 or joined.n > BALL_ROWS:
        return None
    equation = ExactEquation(derivation, joined)
    with precision(bits):
        for way in _ways(equation.line):
            found = _halved(lambda size, way=way: equation.sign_at(way(size)))  # type: ignore[misc]
            if found is not None:
                return equation.values_at(way(found).mid())
    return None


def _ways(line: Line) -> Iterator[Way]:
    """From the size of a distance to a place that far from an end."""
    if math.isfinite(line.lo):
        yield lambda size: arb(line.lo) + arb(2) ** size
    if math.isfinite(line.hi):
        yield lambda size: arb(line.hi) - arb(2) ** size


def _halved(sign: Callable[[arb], int]) -> arb | None:
    """Where a sign changes, among those that are known."""
    known = [(size, sign(arb(size))) for size in range(-_FARTHEST, _FARTHEST + 1, _STRIDE)]
    told = [(size, one) for size, one in known if one != 0]
    pair = next((pair for pair in pairwise(told) if pair[0][1] != pair[1][1]), None)
    if pair is None:
        return None
    low, high, before = arb(pair[0][0]), arb(pair[1][0]), pair[0][1]
    for _ in range(_HALVINGS):
        middle = ((low + high) / 2).mid()
        here = sign(middle)
        if here == 0:
            return middle
        low, high = (middle, high) if here == before else (low, middle)
    return low
