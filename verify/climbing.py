"""Maximises the mean log-likelihood over several parameters by Newton's method with exact derivatives."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from flint import arb
from numpy.typing import NDArray
from sympy import Abs, Add, DiracDelta, Dummy, Expr, Symbol, exp, oo

from ..proofs.algebra.kernels import join_exponentials
from ..proofs.balls import compiled as ball_compiled
from ..proofs.balls import precision
from ..proofs.derivation import Derivation
from ..proofs.errors import UnsolvedError
from ..proofs.family import Family
from .ball_climbing import Objective, Place, Terrain, climbed, highest
from .density import compiled, compiled_together
from .exact import few_rows, written_out
from .far_out import Start, climbs_far_out, outermost
from .observations import Observations
from .solving import Maximum, curvature_units, newton_maximum
from .statistics import weighted_averages
from .suggestions import is_a_number, is_a_place, spread, suggested
from .tolerance import (
    AGREEMENT_NATS,
    BALL_ROWS,
    CLIMB_NATS,
    EXAMINED_ROWS,
    MOST_BITS,
    SLOPE_NATS,
    TERM_ULPS,
    UNIT_ROUNDOFF,
)

Array = NDArray[np.float64]

_RUNS_AWAY = (
    "The likelihood may be highest in the limit where a parameter runs away, and these data have no maximiser then; "
    "fix a parameter."
)

_CLIMBS = 3
_CLIMBS_UNPROVED = 8
_START_ROWS = 4096  # at least half as many are looked at for where to begin


@dataclass(frozen=True)
class Climb:
    """Compiled derivatives of the log-likelihood in free coordinates.

    ``averaged`` says that they are functions of the statistics, not of each observation. ``centre`` and ``size`` are
    the symbols for the origin and unit of coordinates of parameters on the whole line.
    """

    parameters: tuple[Symbol, ...]
    coordinates: tuple[Symbol, ...]
    maps: tuple[Expr, ...]
    value: Expr
    averaged: bool
    names: tuple[Symbol, ...]


_CENTRE, _SIZE = Symbol("_centre", real=True), Symbol("_size", positive=True)


@lru_cache(maxsize=512)
def climb_of(derivation: Derivation) -> Climb:
    """Return the objective of ``derivation`` over all parameters that are not placed at an end of the support."""
    family = derivation.family
    parameters, whole, averaged = mean_log_likelihood(derivation)
    placed = set(family.symbols) - set(parameters)
    coordinates = tuple(Dummy(f"u{i}", real=True) for i in range(len(parameters)))
    within = {p: (lo, hi) for p, lo, hi in derivation.within}
    maps = tuple(_map(family, p, u, within.get(p)) for p, u in zip(parameters, coordinates, strict=True))
    value = whole.subs(dict(zip(parameters, maps, strict=True)))
    known = {s.symbol for s in derivation.statistics} | placed
    names = tuple(sorted((value.free_symbols & known) | {_CENTRE, _SIZE}, key=str))
    return Climb(parameters, coordinates, maps, value, averaged, names)


def mean_log_likelihood(derivation: Derivation) -> tuple[tuple[Symbol, ...], Expr, bool]:
    """Return the parameters that are not placed at an end of the support, the mean log-likelihood, and its kind.

    The kind is whether it is a function of the statistics, and else of each observation, to be averaged.

    >>> from thetahat import derive, family
    >>> mean_log_likelihood(derive(family("exponential")))
    ((lambda,), -lambda*t_1 + log(lambda), True)
    """
    family, form = derivation.family, derivation.exponential_form
    placed = {symbol for symbol, _ in derivation.formulas if symbol in family.bounds.free_symbols}
    parameters = tuple(p for p in family.symbols if p not in placed)
    if form is None:
        return parameters, join_exponentials(family.log_density), False
    products = (eta * s.symbol for eta, s in zip(form.eta, derivation.statistics, strict=False))
    return parameters, sum(products, -form.log_partition), True


@lru_cache(maxsize=512)
def _has_corners(derivation: Derivation) -> bool:
    """Whether a second derivative of the objective is infinite at an observation, as that of a modulus."""
    return any(second.has(DiracDelta) for second in derivatives(climb_of(derivation))[1])


def _map(family: Family, parameter: Symbol, u: Symbol, within: tuple[Expr, Expr] | None) -> Expr:
    ends = family.domain[parameter]
    if within is not None:
        ends = replace(ends, lo=within[0], hi=within[1])
    elif ends.free_symbols:
        raise UnsolvedError(
            f"{family.name}: the space of {parameter} depends on other parameters, and no formula solves for it"
        )
    if ends.lo is not -oo and ends.hi is not oo:
        return ends.lo + (ends.hi - ends.lo) / (1 + exp(-u))
    if ends.lo is not -oo:
        return ends.lo + exp(u)
    if ends.hi is not oo:
        return ends.hi - exp(-u)
    # Elsewhere a parameter without ends is most likely a logarithm, or a shape.
    return _CENTRE + _SIZE * u if is_a_place(family, parameter) else u


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
    if _has_corners(derivation):
        raise UnsolvedError(
            f"{family.name}: the likelihood has a corner at every observation, where climbing by slopes does not work, "
            f"and no rule solves for {', '.join(p.name for p in plan.parameters)}. Fix a parameter, or declare the "
            "family by a location and a scale."
        )
    few = None if near is None else few_rows(observations)
    if near is not None and few is not None:
        numbers, point = _placed(derivation, few, known, near)
        summit = climbed(_terrain(derivation, few, numbers), [arb(u) for u in point])
        if summit is not None:
            return _rounded(plan, summit, numbers)
    # Where to begin is read off a few thousand rows; the climb itself uses all.
    column = observations.columns[0][:: max(1, observations.n // _START_ROWS)]
    centre = float(np.median(column))
    size = spread(column) or 1.0
    numbers = dict(known) | {_CENTRE: centre, _SIZE: size}
    objective = _Objective(plan, observations, numbers, family.columns)
    ranked = sorted(
        (
            (height, start)
            for start in suggested(family, plan.parameters, column, centre, size)
            if math.isfinite(height := objective.height(start))
        ),
        key=lambda pair: -pair[0],
    )
    climbs = _climbs(derivation, objective, ranked)
    best = max((found for found in climbs if found.converged), key=lambda maximum: maximum.value, default=None)
    lost = math.inf if best is None else objective.rounding(best)
    # Few rows are worth their last digits; of many only what shows in nats is mended.
    if best is not None and lost <= (CLIMB_NATS if observations.n <= EXAMINED_ROWS else SLOPE_NATS):
        _require_highest(derivation, best.value, climbs)
        few = few_rows(observations)
        summit = None if few is None else climbed(_terrain(derivation, few, numbers), [arb(u) for u in best.point])
        return _in_doubles(plan, best.point, numbers) if summit is None else _rounded(plan, summit, numbers)
    joined = observations.distinct()
    if joined.n <= BALL_ROWS:
        starts = [*(found.point.tolist() for found in climbs), *(start for _, start in ranked)]
        summit = _in_balls(derivation, joined, numbers, starts)
        _require_highest(derivation, float(summit.value.mid()), climbs)
        return _rounded(plan, summit, numbers)
    if best is not None and lost <= AGREEMENT_NATS:
        _require_highest(derivation, best.value, climbs)
        return _in_doubles(plan, best.point, numbers)
    raise UnsolvedError(
        f"{family.name}: double precision does not suffice for these data: rounding of the likelihood equations alone "
        f"may cost {lost:.2g} nats an observation, and {joined.n} different rows are too many to solve them in higher "
        f"precision, which takes at most {BALL_ROWS}. Shift or rescale the data, or fit a part of them."
    )


def _placed(
    derivation: Derivation, observations: Observations, known: Mapping[Symbol, float], near: Mapping[Symbol, float]
) -> tuple[dict[Symbol, float], list[float]]:
    """Numbers for the names in coordinates whose origin is a place in ``near``, and the coordinates of ``near``."""
    family, parameters = derivation.family, climb_of(derivation).parameters
    least, most = observations.sample.ends[0]
    centre = next((near[p] for p in parameters if is_a_place(family, p)), 0.0)
    size = (most - least) or 1.0
    point = []
    for parameter in parameters:
        value, (lo, hi) = (
            near[parameter],
            (float(end) for end in (family.domain[parameter].lo, family.domain[parameter].hi)),
        )
        if math.isfinite(lo):
            point.append(math.log(value - lo) - (math.log(hi - value) if math.isfinite(hi) else 0.0))
        elif math.isfinite(hi):
            point.append(-math.log(hi - value))
        else:
            point.append((value - centre) / size if is_a_place(family, parameter) else value)
    return dict(known) | {_CENTRE: centre, _SIZE: size}, point


def _climbs(derivation: Derivation, objective: _Objective, ranked: Sequence[Start]) -> list[Maximum]:
    """Where climbs end: the first maximum, if one is proved to be the only one; else many, and points far out."""
    climbs: list[Maximum] = []
    if derivation.optimality.proved:
        for _, start in ranked[:_CLIMBS]:
            climbs.append(newton_maximum(objective, start))
            if climbs[-1].converged:
                break
        return climbs
    climbs += (newton_maximum(objective, start) for _, start in ranked[:_CLIMBS_UNPROVED])
    family, parameters = derivation.family, climb_of(derivation).parameters
    numbers = [j for j, parameter in enumerate(parameters) if is_a_number(family, parameter)]
    far: list[Maximum] = []
    for j in numbers if ranked else ():
        ends = family.domain[parameters[j]]
        for begin in outermost(ranked, j):
            far += climbs_far_out(objective, begin, j, ends.lo is not -oo or ends.hi is not oo)
    climbs += far
    # From the highest of all, if that is no maximum, the climb goes on in all coordinates.
    top = max((found for found in climbs if math.isfinite(found.value)), key=lambda found: found.value, default=None)
    if top is not None and not top.converged:
        climbs.append(newton_maximum(objective, top.point))
        if not climbs[-1].converged and any(top is found for found in far):
            raise UnsolvedError(
                f"{family.name}: of {len(climbs)} climbs the highest is one with a parameter held far out, and from "
                f"there it reaches no maximum. {_RUNS_AWAY}"
            )
    return climbs


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


def _in_doubles(plan: Climb, point: Array, numbers: Mapping[Symbol, float]) -> dict[Symbol, float]:
    """The parameters at a point of the coordinates."""
    symbols = (*plan.coordinates, *plan.names)
    place = (*(float(u) for u in point), *(np.float64(numbers[name]) for name in plan.names))
    return {p: float(compiled(m, symbols)(*place)) for p, m in zip(plan.parameters, plan.maps, strict=True)}


def _terrain(derivation: Derivation, joined: Observations, numbers: Mapping[Symbol, float]) -> Terrain:
    """The mean log-likelihood of the rows in balls."""
    plan, family = climb_of(derivation), derivation.family
    definitions = {s.symbol: written_out(derivation, s.definition) for s in derivation.statistics}
    objective = Objective(
        plan.value,
        plan.coordinates,
        family.columns,
        plan.averaged,
        {name: definitions[name] for name in plan.names if name in definitions},
        {name: numbers[name] for name in plan.names if name not in definitions},
        tuple(i for i, m in enumerate(plan.maps) if m.has(exp)),
    )
    return Terrain(objective, joined)


def _in_balls(
    derivation: Derivation, joined: Observations, numbers: Mapping[Symbol, float], starts: Sequence[Sequence[float]]
) -> Place:
    """The highest maximum that climbs in balls reach."""
    most = 1 if derivation.optimality.proved else _CLIMBS
    found = highest(_terrain(derivation, joined, numbers), starts, most)
    if found is None:
        raise UnsolvedError(
            f"{derivation.family.name}: Newton's method reached no maximum in ball arithmetic either, from the {most} "
            f"best of {len(starts)} starting points; the data may be too close to a case without a maximiser"
        )
    return found


def _rounded(plan: Climb, summit: Place, numbers: Mapping[Symbol, float]) -> dict[Symbol, float]:
    """The parameters at a maximum found in balls, each rounded once."""
    with precision(2 * MOST_BITS):
        # Of the statistics only order statistics occur in the maps, and these are observations, exact in doubles.
        given = (arb(float(numbers[name])) for name in plan.names)
        balls = ball_compiled(plan.maps, (*plan.coordinates, *plan.names))(*summit.point, *given)
        return {p: float(value.mid()) for p, value in zip(plan.parameters, balls, strict=True)}


class _Objective:
    """Value, gradient and Hessian of the mean log-likelihood for one dataset."""

    def __init__(
        self, plan: Climb, observations: Observations, numbers: Mapping[Symbol, float], data: tuple[Symbol, ...]
    ) -> None:
        """Compile what the plan holds; SymPy is asked once for each family."""
        self._plan = plan
        self._observations = observations
        self._numbers = [numbers[name] for name in plan.names]
        self._data = () if plan.averaged else data
        self._arguments = (*self._data, *plan.coordinates, *plan.names)

    def height(self, u: Sequence[float] | Array) -> float:
        """Return the mean log-likelihood."""
        return self._numbers_at((self._plan.value,), u)[0]

    def __call__(self, u: Array) -> tuple[float, Array, Array]:
        """Return value, gradient and Hessian."""
        size = len(self._plan.coordinates)
        first, second = derivatives(self._plan)
        value, *slopes = self._numbers_at((self._plan.value, *first, *second), u)
        hessian = np.empty((size, size))
        for bend, (i, j) in zip(slopes[size:], itertools.combinations_with_replacement(range(size), 2), strict=True):
            hessian[i, j] = hessian[j, i] = bend
        return value, np.array(slopes[:size]), hessian

    def rounding(self, found: Maximum) -> float:
        """Return how many nats an observation the rounding of the gradient may cost, to first order."""
        noise = UNIT_ROUNDOFF * TERM_ULPS * np.array(self._numbers_at(magnitudes(self._plan), found.point))
        hessian = self(found.point)[2] if found.hessian is None else found.hessian
        if not np.isfinite(noise).all() or not np.isfinite(hessian).all():
            return math.inf
        units = curvature_units(hessian)
        noise /= units
        return float(noise @ np.abs(np.linalg.pinv(hessian / np.outer(units, units))) @ noise) / 2

    def _numbers_at(self, expressions: tuple[Expr, ...], u: Sequence[float] | Array) -> list[float]:
        code = compiled_together(expressions, self._arguments)
        if self._plan.averaged:
            return [float(value) for value in code(*u, *self._numbers)]
        columns = self._observations.columns
        return weighted_averages(
            lambda rows: tuple(code(*(column[rows] for column in columns), *u, *self._numbers)), self._observations
        )


@lru_cache(maxsize=512)
def derivatives(plan: Climb) -> tuple[tuple[Expr, ...], tuple[Expr, ...]]:
    """Return the gradient of the objective in its coordinates, and the second derivatives, upper rows first.

    >>> from thetahat import derive, family
    >>> [len(part) for part in derivatives(climb_of(derive(family("beta"))))]
    [2, 3]
    """
    first = tuple(plan.value.diff(u) for u in plan.coordinates)
    size = len(first)
    second = tuple(
        first[i].diff(plan.coordinates[j]) for i, j in itertools.combinations_with_replacement(range(size), 2)
    )
    return first, second


@lru_cache(maxsize=512)
def magnitudes(plan: Climb) -> tuple[Expr, ...]:
    """Return for each slope the sum of the moduli of its terms: what rounding errors are relative to.

    >>> from thetahat import derive, family
    >>> len(magnitudes(climb_of(derive(family("beta")))))
    2
    """
    first, _ = derivatives(plan)
    return tuple(Add(*(Abs(term) for term in Add.make_args(e.expand(func=False)))) for e in first)
