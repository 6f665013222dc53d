"""Points next to a maximum where a fit in doubles is refused, or too far off: in another unit, in balls, by halving.

Whatever such a point is, the box around it is proved on the data as they are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np
from flint import arb
from sympy import Symbol, oo

from ...proofs.balls import precision
from ...proofs.derivation import Derivation
from ...proofs.errors import ExistenceError, UnsolvedError
from ...proofs.family import Family
from ...proofs.symmetry import unit_change
from ..ball_rooting import root_in_balls
from ..climbing import summit_in_balls
from ..enclosure import holds
from ..exact_rooting import SHARP_BITS
from ..fitting import fit_with
from ..observations import Observations
from ..tolerance import BALL_ROWS, MOST_BITS
from .beside_ends import FARTHEST_BITS, root_beside_ends
from .contraction import Contracted, contracted, exponent_of, gradient_of

Start = Mapping[Symbol, arb]

_HALVINGS = 1100
"""How often the part that holds a root is halved: from the largest double to far less than one."""
_DOUBLE_EXPONENTS = 1000
"""Binary exponents about which numbers, or one over them, may not be doubles."""


def contracted_elsewhere(
    derivation: Derivation, observations: Observations, near: Mapping[Symbol, float | arb] | None
) -> tuple[Contracted, Mapping[Symbol, float | arb]] | None:
    """Return a box with one stationary point and the point that it was found from; ``None`` where there is none.

    ``near`` is an estimate around which no box was proved, if there is one.
    """
    for start in _starts(derivation, observations, near):
        box = contracted(derivation, observations, start, climbing=False, least=SHARP_BITS)
        if box is not None and holds_data(derivation.family, box, start, observations):
            return box, start
    return None


def holds_data(
    family: Family, box: Contracted, start: Mapping[Symbol, float | arb], observations: Observations
) -> bool:
    """Return whether the support of the member in a box holds the data: its density may go on beyond the support.

    Where a formula places a parameter at an end, whether it does is left open.

    >>> from thetahat import family
    >>> shifted, data = family("rayleigh_shifted"), Observations(np.array([[1.0], [2.0]]), None, 2)
    >>> boxes = [Contracted(shifted.symbols, [], [arb(place), arb(1)], 128) for place in (0.5, 1.5)]
    >>> [holds_data(shifted, box, {}, data) for box in boxes]
    [True, False]
    """
    moving = family.bounds.free_symbols & set(box.parameters)
    if not moving:
        return True
    known = dict(start) | dict(zip(box.parameters, box.inner, strict=True))
    with precision(box.bits):
        held = holds(family, [arb(known[symbol]) for symbol in family.symbols], observations)
    free = moving == family.bounds.free_symbols & set(family.symbols)
    return held is True if free else held is not False


def _starts(
    derivation: Derivation, observations: Observations, near: Mapping[Symbol, float | arb] | None
) -> Iterator[Start]:
    moving = derivation.family.bounds.free_symbols
    if any(symbol in moving for symbol, _ in derivation.formulas):
        return
    # Of several maxima a fit in another unit takes the highest that it finds; of several roots nothing tells which.
    farther = partial(root_beside_ends, bits=FARTHEST_BITS)
    ways = (_of_the_equation, _in_another_unit, root_beside_ends, farther, _beyond_doubles)
    for find in ways if derivation.optimality.proved else (_in_another_unit,):
        found = find(derivation, observations)
        if found is not None and all(value.is_finite() for value in found.values()):
            yield found
    halved = _by_halving(derivation, observations, near) if derivation.optimality.proved else None
    if halved is not None:
        yield halved


def _of_the_equation(derivation: Derivation, observations: Observations) -> Start | None:
    """The values of the only equation's root and of all formulas, where no double holds them."""
    if len(derivation.unknowns) != 1:
        return None
    try:
        found = root_in_balls(derivation, observations)
    except UnsolvedError:
        return None
    return found.equation.balls(found.root)


def _in_another_unit(derivation: Derivation, observations: Observations) -> Start | None:
    """What is proved of the data in a unit, a power of two, in which the largest is about one, brought back."""
    family = derivation.family
    change = unit_change(family) if len(family.columns) == 1 else None
    size = float(np.abs(observations.x).max())
    if change is None or size == 0:
        return None
    places = math.frexp(size)[1]
    scaled = np.ldexp(observations.x, -places)
    try:
        fit = fit_with(derivation, scaled, observations.weights)
    except (ExistenceError, UnsolvedError):
        return None
    estimate = dict(zip(family.symbols, fit.theta.tolist(), strict=True))
    box = contracted(derivation, Observations(scaled, observations.weights, observations.n), estimate)
    if box is None or set(box.parameters) != set(family.symbols):
        return None
    with precision(MOST_BITS):
        return {
            symbol: value.mid() * arb(2) ** (places * change.powers[symbol])
            + places * change.shifts[symbol] * arb(2).log()
            for symbol, value in zip(box.parameters, box.inner, strict=True)
        }


def _beyond_doubles(derivation: Derivation, observations: Observations) -> Start | None:
    """Where a climb in balls ends, if that is too large for a double, or too small."""
    if len(derivation.unknowns) < 2 or observations.distinct().n > BALL_ROWS:
        return None
    try:
        found = summit_in_balls(derivation, observations)
    except UnsolvedError:
        return None
    return found if any(exponent_of(value) >= _DOUBLE_EXPONENTS for value in found.values()) else None


def _by_halving(
    derivation: Derivation, observations: Observations, near: Mapping[Symbol, float | arb] | None
) -> Start | None:
    """Where the slope of a concave likelihood of one parameter changes its sign, halving a part that holds the place.

    Newton's steps are as short as the scale, and the nearest double may be off by many times that.
    """
    family = derivation.family
    whole = len(family.symbols) == 1 and (family.parameters[0].bounds.lo, family.parameters[0].bounds.hi) == (-oo, oo)
    if not whole and (near is None or len(family.symbols) != 1):
        return None
    (symbol,) = family.symbols
    with precision(MOST_BITS):
        slope = gradient_of(derivation, observations)
        if slope is None:
            return None
        at = arb(0) if near is None else arb(near[symbol])
        step = arb(np.abs(observations.x).max()) if near is None else abs(at) * arb(2) ** -60
        low, high = at - step, at + step
        for _ in range(_HALVINGS):
            if slope(low) > 0 > slope(high):
                break
            step = 2 * step
            low, high = (low if slope(low) > 0 else at - step), (high if slope(high) < 0 else at + step)
        else:
            return None
        for _ in range(_HALVINGS):
            middle = ((low + high) / 2).mid()
            here = slope(middle)
            if here > 0:
                low = middle
            elif here < 0:
                high = middle
            else:
                break
        return {symbol: middle}
