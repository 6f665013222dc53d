"""Maximises the mean log-likelihood over several parameters by Newton's method with exact derivatives."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from flint import arb
from sympy import S, Symbol, oo

from ..proofs.ball_data import Table
from ..proofs.balls import compiled, precision
from ..proofs.derivation import Derivation
from ..proofs.errors import UnsolvedError
from .ball_climbing import climbed, highest
from .climb_objective import DoubleObjective
from .climb_plan import CENTRE, SIZE, climb_of, has_corners, in_doubles, objective_of, rounded_once
from .closed import with_statistics
from .corners import distances_of, least_distances
from .edge_heights import require_above_edges
from .exact import few_rows
from .far_out import Start, climbs_far_out, outermost
from .newton import Asking, Maximum, newton_climb, newton_maximum, side_by_side
from .observations import Observations
from .suggestions import is_a_number, is_a_place, place_unit, spread, suggested, unit_power, unit_shift
from .terrain import Place, Terrain
from .tolerance import AGREEMENT_NATS, BALL_ROWS, CLIMB_NATS, EXAMINED_ROWS, MOST_BITS, SLOPE_NATS

_RUNS_AWAY = (
    "The likelihood may be highest in the limit where a parameter runs away, and these data have no maximiser then; "
    "fix a parameter."
)


_CLIMBS = 3
_CLIMBS_UNPROVED = 8
_START_ROWS = 4096  # at least half as many are looked at for where to begin


def climb(
    derivation: Derivation,
    observations: Observations,
    known: Mapping[Symbol, float],
    near: Mapping[Symbol, float] | None = None,
) -> dict[Symbol, float]:
    """Return the parameters of the highest maximum reached from starts that the data suggest.

    ``near`` is what may be the estimate where the only maximum is sought.

    Raises
    ------
    UnsolvedError
        Where no climb ended within rounding of a maximum.
    """
    plan = climb_of(derivation)
    family = derivation.family
    if has_corners(plan):
        distances = distances_of(derivation)
        if distances is not None:
            return least_distances(derivation, distances, observations)
        raise UnsolvedError(
            f"{family.name}: the likelihood has a corner at every observation, where climbing by slopes does not work, "
            f"and no rule solves for {', '.join(p.name for p in plan.parameters)}. Fix a parameter, or declare the "
            "family by a location and a scale."
        )
    beside = None if near is None else _beside(derivation, observations, known, near)
    if beside is not None:
        return beside
    objective, numbers, ranked, begun = _begun(derivation, observations, known)
    # Few rows are worth their last digits; of many only what shows in nats is mended.
    enough = CLIMB_NATS if observations.n <= EXAMINED_ROWS else SLOPE_NATS
    blurred = enough if observations.n <= BALL_ROWS else math.inf
    climbs, runs_away = _climbs(derivation, objective, ranked, numbers[SIZE], blurred)
    best = max((found for found in climbs if found.converged), key=lambda maximum: maximum.value, default=None)
    if runs_away:
        _require_above_edges(derivation, best, numbers, observations)
        raise UnsolvedError(
            f"{family.name}: of {len(climbs)} climbs the highest is one with a parameter held far out, and from there "
            f"it reaches no maximum. {_RUNS_AWAY}"
        )
    lost = math.inf if best is None else objective.rounding(best)
    if best is not None and lost <= enough:
        _require_highest(derivation, best.value, climbs)
        few = few_rows(observations)
        summit = None if few is None else climbed(_terrain(derivation, few, numbers), [arb(u) for u in best.point])
        if summit is not None:
            return rounded_once(plan, summit, numbers)
        if few is None or (derivation.optimality.proved and derivation.existence_proved):
            return in_doubles(plan, best.point, numbers)
        # What balls do not confirm may be a likelihood that rises by less than doubles tell, as a parameter runs away,
        # or a ridge on which all points are as high.
    joined = observations.distinct()
    if joined.n <= BALL_ROWS:
        reached = [found.point.tolist() for found in climbs]
        summit = _in_balls(derivation, joined, numbers, reached, begun)
        _require_highest(derivation, float(summit.value.mid()), climbs)
        return rounded_once(plan, summit, numbers)
    if best is not None and lost <= AGREEMENT_NATS:
        _require_highest(derivation, best.value, climbs)
        return in_doubles(plan, best.point, numbers)
    raise UnsolvedError(
        f"{family.name}: double precision does not suffice for these data: rounding of the likelihood equations alone "
        f"may cost {lost:.2g} nats an observation, and {joined.n} different rows are too many to solve them in higher "
        f"precision, which takes at most {BALL_ROWS}. Shift or rescale the data, or fit a part of them."
    )


def summit_in_balls(derivation: Derivation, observations: Observations) -> dict[Symbol, arb]:
    """Return the maximum of a likelihood of a few rows, with exponents that have no bound.

    Raises
    ------
    UnsolvedError
        Where no climb reaches a maximum.

    Examples
    --------
    >>> from thetahat import derive, family
    >>> tiny = Observations(np.array([[5e-324], [2e-323], [1e-322]]), None, 3)
    >>> {str(p): value.str(3, radius=False) for p, value in summit_in_balls(derive(family("beta")), tiny).items()}
    {'alpha': '0.888', 'beta': '2.16e+322'}
    """
    joined = observations.distinct()
    with np.errstate(all="ignore"):
        _, numbers, _, begun = _begun(derivation, joined, with_statistics(derivation, joined, {}))
    summit, plan = _in_balls(derivation, joined, numbers, (), begun), climb_of(derivation)
    with precision(2 * MOST_BITS):
        given = (arb(float(numbers[name])) for name in plan.names)
        values = compiled(plan.maps, (*plan.coordinates, *plan.names))(*summit.point, *given)
    return dict(zip(plan.parameters, (value.mid() for value in values), strict=True))


def _beside(
    derivation: Derivation, observations: Observations, known: Mapping[Symbol, float], near: Mapping[Symbol, float]
) -> dict[Symbol, float] | None:
    """The maximum that a climb in balls over few rows reaches from ``near``, if any."""
    few = few_rows(observations)
    if few is None:
        return None
    numbers, point = _placed(derivation, few, known, near)
    summit = climbed(_terrain(derivation, few, numbers), [arb(u) for u in point])
    return None if summit is None else rounded_once(climb_of(derivation), summit, numbers)


def _begun(
    derivation: Derivation, observations: Observations, known: Mapping[Symbol, float]
) -> tuple[DoubleObjective, dict[Symbol, float], list[Start], list[tuple[float, ...]]]:
    """The objective in coordinates that the data suggest, numbers for its names, and where to begin, highest first.

    And the same for balls, without heights: all that is suggested where doubles overflow everywhere.
    """
    plan, family = climb_of(derivation), derivation.family
    # Where to begin is read off a few thousand rows; the climb itself uses all.
    column = observations.columns[0][:: max(1, observations.n // _START_ROWS)]
    centre = float(np.median(column))
    size = spread(column) or 1.0
    numbers = dict(known) | {CENTRE: centre, SIZE: size}
    objective = DoubleObjective(plan, observations, numbers, family.columns)
    within = {p: (lo, hi) for p, lo, hi in derivation.within}
    starts = list(suggested(family, plan.parameters, column, centre, size, within))
    heights = ((objective.height(start), start) for start in starts)
    ranked = sorted((pair for pair in heights if math.isfinite(pair[0])), key=lambda pair: -pair[0])
    return objective, numbers, ranked, [start for _, start in ranked] or starts


def _placed(
    derivation: Derivation, observations: Observations, known: Mapping[Symbol, float], near: Mapping[Symbol, float]
) -> tuple[dict[Symbol, float], list[float]]:
    """Numbers for the names in coordinates whose origin is a place in ``near``, and the coordinates of ``near``."""
    family, parameters = derivation.family, climb_of(derivation).parameters
    least, most = observations.sample.ends[0]
    centre = next((near[p] / place_unit(family, p) for p in parameters if is_a_place(family, p)), 0.0)
    size = (most - least) or 1.0
    point = []
    for parameter in parameters:
        value, ends = near[parameter], family.domain[parameter]
        lo, hi = (float(end.subs(near)) for end in (ends.lo, ends.hi))
        if math.isfinite(lo):
            point.append(math.log(value - lo) - (math.log(hi - value) if math.isfinite(hi) else 0.0))
        elif math.isfinite(hi):
            point.append(-math.log(hi - value))
        elif is_a_place(family, parameter):
            point.append((value / place_unit(family, parameter) - centre) / size)
        else:
            point.append(value - unit_shift(family, parameter) * math.log(size))
    return dict(known) | {CENTRE: centre, SIZE: size}, point


def _climbs(
    derivation: Derivation, objective: DoubleObjective, ranked: Sequence[Start], size: float, blurred: float
) -> tuple[list[Maximum], bool]:
    """Where climbs end: the first maximum, if one is proved to be the only one; else many, and points far out.

    And whether the highest is one far out from where no maximum is reached. Where rounding costs more than ``blurred``
    at the end of the first, balls have to go on anyway.
    """
    climbs: list[Maximum] = []
    if derivation.optimality.proved:

        def hopeless(found: Maximum) -> bool:
            return not objective.rounding(found) <= blurred

        for _, start in ranked[:_CLIMBS]:
            climbs.append(newton_maximum(objective, start, hopeless))
            if climbs[-1].converged or hopeless(climbs[-1]):
                break
        return climbs, False
    climbs += side_by_side([newton_climb(start) for _, start in ranked[:_CLIMBS_UNPROVED]], objective.at)
    ways = side_by_side(list(_far_out(derivation, ranked, size)), objective.at) if ranked else []
    far = [found for way in ways for found in way]
    climbs += far
    # From the highest of all, if that is no maximum, the climb goes on in all coordinates.
    top = max((found for found in climbs if math.isfinite(found.value)), key=lambda found: found.value, default=None)
    if top is not None and not top.converged:
        climbs.append(newton_maximum(objective, top.point))
        return climbs, not climbs[-1].converged and any(top is found for found in far)
    return climbs, False


def _far_out(derivation: Derivation, ranked: Sequence[Start], size: float) -> Iterator[Asking[list[Maximum]]]:
    """Climbs with a parameter held far out: a number, or one of several scales, which may leave the others.

    Whatever has the same unit as all that is unknown beside it has no far end of its own.
    """
    family, parameters = derivation.family, climb_of(derivation).parameters
    middles = {j: 0.0 for j, parameter in enumerate(parameters) if is_a_number(family, parameter)}
    powers = {j: unit_power(family, parameter) for j, parameter in enumerate(parameters)}
    scales = {j: power for j, power in powers.items() if power and family.domain[parameters[j]].lo is S.Zero}
    if len(scales) > 1:
        middles |= {j: power * math.log(size) for j, power in scales.items()}
    for j, middle in middles.items():
        ends = family.domain[parameters[j]]
        for begin in outermost(ranked, j):
            yield climbs_far_out(begin, j, ends.lo is not -oo or ends.hi is not oo, middle)


def _require_above_edges(
    derivation: Derivation, best: Maximum | None, numbers: Mapping[Symbol, float], observations: Observations
) -> None:
    """Refuse the best maximum where the limit at an edge, which is known, is above it."""
    if best is not None and derivation.edges:
        there = in_doubles(climb_of(derivation), best.point, numbers)
        require_above_edges(derivation, {p.name: there[p.symbol] for p in derivation.family.parameters}, observations)


def _require_highest(derivation: Derivation, height: float, climbs: Sequence[Maximum]) -> None:
    """Refuse a maximum where a climb that reached none stands higher, on its way to another, or to none at all."""
    if derivation.optimality.proved:
        return
    above = max((found.value for found in climbs if math.isfinite(found.value)), default=height) - height
    if above > AGREEMENT_NATS:
        raise UnsolvedError(
            f"{derivation.family.name}: the highest maximum found is no global one: a climb that ended at no maximum "
            f"stands {above:.3g} nats an observation above it. {_RUNS_AWAY}"
        )


def _terrain(derivation: Derivation, joined: Observations, numbers: Mapping[Symbol, float]) -> Terrain:
    """The mean log-likelihood of the rows in balls."""
    objective = objective_of(derivation, numbers)
    return Terrain(objective, Table(objective.columns, *joined.balls))


def _in_balls(
    derivation: Derivation,
    joined: Observations,
    numbers: Mapping[Symbol, float],
    reached: Sequence[Sequence[float]],
    begun: Sequence[Sequence[float]],
) -> Place:
    """The highest maximum that climbs in balls reach from where others ended, and began; the only one from the ends."""
    terrain, proved = _terrain(derivation, joined, numbers), derivation.optimality.proved
    starts, most = [*reached, *begun], 1 if proved else _CLIMBS
    found = highest(terrain, reached, most) if proved else None
    found = found or highest(terrain, starts, most)
    if found is None:
        absent = "" if derivation.existence_proved else "have no maximiser, or may "
        raise UnsolvedError(
            f"{derivation.family.name}: Newton's method reached no maximum in ball arithmetic either, from the "
            f"{f'{most} ' * (most > 1)}best of {len(starts)} starting points; these data may {absent}be too close to "
            "data without a maximiser"
        )
    return found
