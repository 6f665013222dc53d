"""Numbers to compare a certificate with, and one number inside an enclosure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from flint import arb
from sympy import Symbol

from ...proofs.errors import ParameterError
from ...proofs.family import Family
from ..ends import in_order
from ..fitting import Fit


def numbers_of(family: Family, estimate: Fit | Mapping[str, float] | Sequence[float]) -> list[float]:
    """Return an estimate's values in declared order, or raise ``ParameterError``.

    >>> from thetahat import family
    >>> numbers_of(family("exponential"), {"lambda": 2.0})
    [2.0]
    """
    given = in_order(family, estimate.theta if isinstance(estimate, Fit) else estimate)
    try:
        values = [float(value) for value in np.asarray(given, dtype=np.float64).reshape(-1)]
    except (TypeError, ValueError):  # words, or rows of several lengths
        values = []
    if len(values) != len(family.parameters) or not all(map(math.isfinite, values)):
        raise ParameterError(
            f"{family.name}: the estimate {given!r} is not one finite number for each of "
            f"{', '.join(family.parameter_names)}"
        )
    return values


def middle_of(symbol: Symbol, ball: arb) -> arb:
    """Return one number inside an enclosure: its middle, or for an integer the least integer.

    >>> whole = Symbol("n", integer=True)
    >>> float(middle_of(whole, arb(3).union(arb(4))))
    3.0
    """
    return ball.mid() if not symbol.is_integer else ball.lower().ceil().mid()
