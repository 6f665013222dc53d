"""Maximisers on a face of the space of several parameters: one on an end that belongs to its space, the others free."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import wraps

from sympy import Expr, Float, Symbol

from ..proofs.bounds import bounds
from ..proofs.derivation import Derivation
from ..proofs.errors import ThetahatError
from ..proofs.family import Family, Parameter
from ..proofs.parts import assumed_space
from ..strategies.conditions import some_fails_beyond_doubt
from .concave_coordinates import concave_coordinates, lie_on_one_side
from .derivation_cache import derivation_of
from .distances import Distances, in_distances
from .enclosure import nats_lost
from .observations import Observations
from .space_ends import closed_ends, double_at_end, held_by_ends
from .tolerance import MOST_EVALUATIONS

Estimates = Mapping[str, float]
_DIGITS = 40
Estimator = Callable[[Derivation, Observations], Estimates]
Way = Callable[[Derivation, Observations, Estimator], Estimates | None]


def highest_face(derivation: Derivation, observations: Observations, estimates: Estimator) -> Estimates | None:
    """Return the estimates on the highest face of the space; ``None`` where none is known to be a maximum.

    For data that leave no stationary point inside the space of a family whose stationary points are global maxima, as
    far as is proved or was found. The maximum on each face, where one parameter is known, has to be proved global by
    the derivation of what is left, as ``estimates`` gives it, and the likelihood has to rise beyond the highest face.

    Where it is concave in some coordinates on both sides of all faces, no point inside is higher then: the straight way
    from there to one just beyond that maximum, both of them above it, would cross a face above it.

    >>> import numpy as np
    >>> from sympy import Interval, Reals, Symbol, log, pi
    >>> from thetahat import Family, Parameter, fit
    >>> y, m, s = Symbol("y", real=True), Symbol("m", real=True), Symbol("s", positive=True)
    >>> wide = (Parameter(m, Reals), Parameter(s, Interval(1, float("inf"))))
    >>> log_density = -((y - m) ** 2) / (2 * s**2) - log(s) - log(2 * pi) / 2
    >>> fit(Family("wide", y, Reals, wide, log_density), [0.0, 1.0]).theta_hat
    {'m': 0.5, 's': 1.0}
    """
    family = derivation.family
    if not derivation.optimality.proved or len(family.parameters) < 2:
        return None
    if any(_has_moving_end(item) for item in family.parameters):
        return None
    fails = some_fails_beyond_doubt(derivation.exists_when, observations.sample, family.columns)
    if not (derivation.none_inside and fails) and not all(map(_ends_at_faces, family.parameters)):
        return None
    faces = [(item, end) for item in family.parameters for end in closed_ends(item)]
    found = [_on_face(family, item, end, observations, estimates) for item, end in faces]
    known = [one for one in found if one is not None]
    if len(known) < len(faces):
        return None
    best = _highest(family, known, observations)
    if best is None:
        return None
    held = held_by_ends(family, list(best.values()), observations)
    # One point may be the highest of several faces, and beyond one of them the likelihood be level.
    return (
        best if any(item.symbol in held for (item, _), one in zip(faces, found, strict=True) if one == best) else None
    )


def _in_distances(way: Way) -> Way:
    """Look for a face of ordered parameters in the distances between them, whose ends stand still."""

    @wraps(way)
    def found(derivation: Derivation, observations: Observations, estimates: Estimator) -> Estimates | None:
        distances = in_distances(derivation.family)
        if distances is None:
            return way(derivation, observations, estimates)
        nearer = found(derivation_of(distances.family), observations, estimates)
        return None if nearer is None else _brought_back(distances, nearer)

    return found


def _brought_back(distances: Distances, found: Estimates) -> Estimates:
    known = {item.symbol: Float(found[item.name], _DIGITS) for item in distances.family.parameters}
    return {name: float(how.xreplace(known)) for name, how in distances.back.items()}


@_in_distances
def face_beyond_which_it_rises(
    derivation: Derivation, observations: Observations, estimates: Estimator
) -> Estimates | None:
    """Return the estimates on a face at which a concave likelihood still rises; ``None`` where none is found.

    The likelihood is concave in coordinates of which those of all members lie on one side of the face, and its slopes
    at the maximum there point out of the space: every other point is lower.

    >>> import numpy as np
    >>> from sympy import Interval, Rational, Symbol, log, loggamma, oo
    >>> from thetahat import Family, Parameter, fit
    >>> x, k, b = (Symbol(name, positive=True) for name in "xkb")
    >>> spaces = Parameter(k, Interval.open(0, oo)), Parameter(b, Interval.Lopen(0, 2))
    >>> log_density = k * log(b) - loggamma(k) + (k - 1) * log(x) - b * x
    >>> fit(Family("slow", x, Interval.open(0, oo), spaces, log_density), [1.0, 1.25]).theta_hat["b"]
    2.0
    """
    family = derivation.family
    ends = [(item, end) for item in family.parameters for end in closed_ends(item)]
    if len(family.parameters) < 2 or not ends:
        return None
    for maps in concave_coordinates(family, derivation.steps, derivation.findings):
        fit_for = [one for one in ends if lie_on_one_side(family, maps, *one)]
        for item, end in fit_for:
            values = _on_face(family, item, end, observations, estimates)
            if values is None:
                continue
            on_ends = _stands_on(ends, values)
            held = held_by_ends(family, list(values.values()), observations)
            if item.symbol in held and on_ends <= held <= {one.symbol for one, _ in fit_for}:
                return values
    return None


@_in_distances
def face_above_a_search(derivation: Derivation, observations: Observations, estimates: Estimator) -> Estimates | None:
    """Return the estimates on the highest face, where no search of the whole space ends above it; ``None`` without one.

    For a likelihood of which nothing is proved, where no maximum was found inside. As much is asked of a face as of a
    maximum inside: all faces are known, the likelihood certainly rises beyond every end that it stands on, and nothing
    higher is found.

    >>> import numpy as np
    >>> from sympy import Interval, Reals, Symbol, log, pi
    >>> from thetahat import Family, Parameter, fit
    >>> y, m, s = Symbol("y", real=True), Symbol("m", real=True), Symbol("s", positive=True)
    >>> box = (Parameter(m, Interval(-1, 1)), Parameter(s, Interval(1, 2)))
    >>> fit(Family("cauchy_box", y, Reals, box, log(s / pi) - log(s**2 + (y - m) ** 2)), [3.0, 3.25]).theta_hat
    {'m': 1.0, 's': 2.0}
    """
    family = derivation.family
    faces = [(item, end) for item in family.parameters for end in closed_ends(item)]
    if derivation.optimality.proved or len(family.parameters) < 2 or not faces:
        return None
    if any(_has_moving_end(item) for item in family.parameters):
        return None
    found = [_on_face(family, item, end, observations, estimates, proved=False) for item, end in faces]
    known = [one for one in found if one is not None]
    best = _highest(family, known, observations) if len(known) == len(faces) else None
    if best is None:
        return None
    theta = list(best.values())
    if held_by_ends(family, theta, observations) != _stands_on(faces, best):
        return None
    from .optimise import maximise_likelihood  # imported late, as it imports SciPy

    other = maximise_likelihood(family, observations.x, observations.weights, most=MOST_EVALUATIONS).theta
    reached = all(map(math.isfinite, other))
    above = reached and nats_lost(family, theta, list(other), observations.x, observations.w) > 0
    return best if reached and not above else None


def _stands_on(faces: Sequence[tuple[Parameter, Expr]], values: Estimates) -> set[Symbol]:
    """The parameters that are on an end of their space."""
    return {item.symbol for item, end in faces if values[item.name] == double_at_end(item, end)}


def _has_moving_end(item: Parameter) -> bool:
    """Whether an end that belongs to the space is another parameter: a face that is not looked at."""
    ends = item.bounds
    return any(closed and end.free_symbols for end, closed in ((ends.lo, ends.lo_closed), (ends.hi, ends.hi_closed)))


def _ends_at_faces(item: Parameter) -> bool:
    """Whether the space ends only where it belongs to it, or where a symbol of this kind cannot go on."""
    ends, whole = item.bounds, bounds(assumed_space(item.symbol))
    below = ends.lo_closed or ends.lo == whole.lo
    return bool(below and (ends.hi_closed or ends.hi == whole.hi))


def _on_face(
    family: Family, item: Parameter, end: Expr, observations: Observations, estimates: Estimator, proved: bool = True
) -> Estimates | None:
    """The maximum with one parameter on an end, the global one if ``proved``; ``None`` where none is, or is found."""
    try:
        left = derivation_of(family.fix(**{item.name: end}))
        others = estimates(left, observations) if left.optimality.proved or not proved else None
    except ThetahatError:  # there may be no such member, as with a share of zero, or no maximum on the face
        return None
    if others is None:
        return None
    values = {**others, item.name: double_at_end(item, end)}
    return {name: values[name] for name in family.parameter_names}


def _highest(family: Family, points: Sequence[Estimates], observations: Observations) -> Estimates | None:
    """The point that none of the others is certainly above."""
    for one in points:
        here, rivals = list(one.values()), [list(other.values()) for other in points if other is not one]
        if not any(nats_lost(family, here, rival, observations.x, observations.w) > 0 for rival in rivals):
            return one
    return None
