"""Maximisers on an end of the parameter space: where no root lies inside, the likelihood rises towards one end."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress

from flint import arb
from sympy import Expr, Rational, Symbol

from ..proofs.ball_sums import row_sums
from ..proofs.balls import ball, precision
from ..proofs.derivation import Derivation
from ..proofs.errors import UnsolvedError
from ..proofs.family import Family, Parameter
from ..strategies.conditions import some_fails_beyond_doubt
from .enclosure import nats_lost, table_of
from .estimation import estimate
from .near_data import probes
from .observations import Observations
from .root_line import root_line
from .slopes import slopes_of
from .tolerance import FIRST_BITS


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
    family = derivation.family
    if not derivation.none_inside or len(family.parameters) != 1:
        return None
    if not some_fails_beyond_doubt(derivation.exists_when, observations.sample, family.columns):
        return None
    (parameter,) = family.parameters
    inside = _inside(parameter)
    for end in (_double_inside(end, inside) for end in closed_ends(parameter)):
        if nats_lost(derivation.family, [inside], [end], observations.x, observations.w) > 0:
            return end
    return None


def end_beyond_which_it_rises(derivation: Derivation, observations: Observations) -> float | None:
    """Return the end of the space of the only parameter at which a concave likelihood still rises; ``None`` without.

    It belongs to the space, and the likelihood has a slope there that certainly points out of the space, or vanishes
    where the only maximum may be: every point inside is lower.

    >>> import numpy as np
    >>> from sympy import Interval, Symbol, log
    >>> from thetahat import Family, Parameter, derive
    >>> y, m = Symbol("y", real=True), Symbol("m", real=True)
    >>> tilted = Family("tilted", y, Interval(-1, 1), (Parameter(m, Interval(-1, 1)),), log((1 + m * y) / 2))
    >>> end_beyond_which_it_rises(derive(tilted), Observations(np.array([[0.5], [0.75]]), None, 2))
    1.0
    """
    family = derivation.family
    if not derivation.optimality.concave or len(family.parameters) != 1:
        return None
    (parameter,) = family.parameters
    for end in closed_ends(parameter):
        slope = _slope_outwards(family, parameter, end, {}, observations)
        if slope is not None and (slope >= 0 if derivation.optimality.unique else slope > 0):
            return double_at_end(parameter, end)
    return None


def end_above_probes(derivation: Derivation, observations: Observations) -> float | None:
    """Return the end of the space of the only parameter that is higher than all probes; ``None`` where there is none.

    For a likelihood of which nothing is proved, where no maximum was found inside: as much is asked of an end that
    belongs to the space as of a root.

    >>> import numpy as np
    >>> from sympy import Interval, Reals, Symbol, log, pi
    >>> from thetahat import Family, Parameter, derive
    >>> y, m = Symbol("y", real=True), Symbol("m", real=True)
    >>> square = Family("square", y, Reals, (Parameter(m, Interval(-1, 1)),), -((y - m**2) ** 2) / 2 - log(2 * pi) / 2)
    >>> end_above_probes(derive(square), Observations(np.array([[1.5]]), None, 1))
    1.0
    """
    family = derivation.family
    if len(family.parameters) != 1 or len(derivation.unknowns) != 1 or derivation.optimality.proved:
        return None
    (parameter,) = family.parameters
    ends = [double_at_end(parameter, end) for end in closed_ends(parameter)]
    if not ends:
        return None
    places = probes(derivation, observations, root_line(derivation, observations))
    with suppress(UnsolvedError):  # a narrow peak may stand between all of these
        places.append(estimate(derivation, observations)[0][parameter.symbol])

    def is_higher(end: float) -> bool:
        lost = (nats_lost(family, [place], [end], observations.x, observations.w) for place in places if place != end)
        return all(one > 0 for one in lost)

    others = [nats_lost(family, [one], [ends[0]], observations.x, observations.w) for one in ends]
    best = ends[0] if all(one >= 0 for one in others) else ends[-1]
    return best if is_higher(best) else None


def held_by_ends(family: Family, theta: Sequence[float], observations: Observations) -> frozenset[Symbol]:
    """Return the parameters that stand on an end of their space beyond which the likelihood rises.

    >>> import numpy as np
    >>> from sympy import Interval, Range, Symbol, log
    >>> from thetahat import Family, Parameter
    >>> k, p = Symbol("k", integer=True, nonnegative=True), Symbol("p", positive=True)
    >>> half = Parameter(p, Interval.Lopen(0, Rational(1, 2)))
    >>> fold = Family("fold", k, Range(0, 2), (half,), k * log(p) + (1 - k) * log(1 - p))
    >>> [held_by_ends(fold, [0.5], Observations(np.array([[k]]), None, 1)) for k in (1.0, 0.0)]
    [frozenset({p}), frozenset()]
    """
    values = dict(zip(family.symbols, theta, strict=True))
    return frozenset(
        item.symbol
        for item in family.parameters
        for end in closed_ends(item)
        if double_at_end(item, end) == values[item.symbol]
        and (slope := _slope_outwards(family, item, end, values, observations)) is not None
        and slope > 0
    )


def _slope_outwards(
    family: Family, item: Parameter, end: Expr, others: Mapping[Symbol, float], observations: Observations
) -> arb | None:
    """The slope of the likelihood at an end of a space, towards what lies beyond it; ``None`` where it has none."""
    slopes = slopes_of(family)
    if slopes is None or item.symbol not in slopes.parameters:
        return None
    outwards, table = 1 if end == item.bounds.hi else -1, table_of(family, observations)
    which = slopes.first[slopes.parameters.index(item.symbol)]
    with precision(FIRST_BITS):
        point = [ball(end) if symbol is item.symbol else arb(others[symbol]) for symbol in family.symbols]
        slope = row_sums((which,), family.columns, family.symbols)(table.rows, table.weights, *point)[0]
        return outwards * slope if slope.is_finite() else None


def closed_ends(parameter: Parameter) -> list[Expr]:
    """Return the ends that belong to the space of a parameter and are numbers."""
    ends = parameter.bounds
    both = ((ends.lo, ends.lo_closed), (ends.hi, ends.hi_closed))
    return [end for end, closed in both if closed and end.is_number and end.is_finite]


def double_at_end(parameter: Parameter, end: Expr) -> float:
    """Return the double in the space that is nearest to one of its ends."""
    return _double_inside(end, _inside(parameter))


def _double_inside(end: Expr, inside: float) -> float:
    """The double nearest to an end, or its neighbour where that one lies outside the space: 1/3 is no double."""
    value = float(end)
    outside = (Rational(value) - end) * (Rational(inside) - end) < 0
    return math.nextafter(value, inside) if outside else value


def _inside(parameter: Parameter) -> float:
    """A point well inside the space."""
    low, high = (float(end) if end.is_number else float("nan") for end in (parameter.bounds.lo, parameter.bounds.hi))
    if low == float("-inf"):
        return high - 1 if high < float("inf") else 0.0
    return low + 1 if high == float("inf") else (low + high) / 2
