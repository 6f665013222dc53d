"""Maximisers on an end of the parameter space: where no root lies inside, the likelihood rises towards one end."""

from __future__ import annotations

from ..proofs.derivation import Derivation
from ..proofs.errors import ParameterError
from ..proofs.family import Parameter
from .enclosure import nats_lost
from .observations import Observations


def highest_end(derivation: Derivation, observations: Observations) -> float | None:
    """Return the end of a space at which the likelihood is largest; ``None`` where it is not proved to be one.

    For data that break a condition for a maximiser inside the space. Without a stationary point there, the likelihood
    of one parameter rises from one end to the other: an end that belongs to the space and is certainly higher than some
    point inside is the one global maximum.

    >>> import numpy as np
    >>> from sympy import Interval, Reals, Symbol, log, pi
    >>> from thetahat import Family, Parameter, derive
    >>> y, m = Symbol("y", real=True), Symbol("m", real=True)
    >>> mean = Parameter(m, Interval(-1, 1))
    >>> bounded = Family("bounded", y, Reals, (mean,), -((y - m) ** 2) / 2 - log(2 * pi) / 2)
    >>> highest_end(derive(bounded), Observations(np.array([[3.0]]), np.array([1.0]), 1))
    1.0
    """
    if not derivation.none_inside or len(derivation.family.parameters) != 1:
        return None
    (parameter,) = derivation.family.parameters
    inside = _inside(parameter)
    for end in _closed_ends(parameter):
        try:
            lost = nats_lost(derivation.family, [inside], [end], observations.x, observations.w)
        except ParameterError:  # the end is no double, so that its neighbour lies outside
            continue
        if lost > 0:
            return end
    return None


def _closed_ends(parameter: Parameter) -> list[float]:
    ends = parameter.bounds
    both = ((ends.lo, ends.lo_closed), (ends.hi, ends.hi_closed))
    return [float(end) for end, closed in both if closed and end.is_number and end.is_finite]


def _inside(parameter: Parameter) -> float:
    """A point well inside the space."""
    low, high = (float(end) if end.is_number else float("nan") for end in (parameter.bounds.lo, parameter.bounds.hi))
    if low == float("-inf"):
        return high - 1 if high < float("inf") else 0.0
    return low + 1 if high == float("inf") else (low + high) / 2
