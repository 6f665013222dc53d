"""How high the likelihood is at many values of the unknown that is left, all at once: which are worth a closer look."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol

from ..proofs.algebra.atoms import Mean, taken_apart
from ..proofs.algebra.tilt import LogMeanExp, TiltedMean
from ..proofs.ball_data import StandIns
from ..proofs.derivation import Derivation
from ..proofs.symmetry import unit_exponents
from .density import compiled, density
from .ends import outside_space
from .observations import Observations
from .solving import Scalar
from .statistics import evaluate, plan_of, row_plan

Array = NDArray[np.float64]

SLACK = 1.0
"""Nats by which a value looked at together with others has to be too low for it not to be looked at by itself."""
_CLEAR, _CLEAR_SLACK = 1e-8, 1e-2
"""What doubles may be off at one value, in nats, for the slack to be so small."""
_TOGETHER = 65_536
"""Values of the log-density that are computed at once: the arrays of a pass stay in the processor's cache."""


@np.errstate(all="ignore")
def heights_together(
    derivation: Derivation, observations: Observations, known: Mapping[Symbol, float], places: Sequence[float]
) -> dict[float, float]:
    """Return the log-likelihood at values of the only unknown, with what the formulas give for each, in doubles.

    Nothing is known of its rounding. A value is left out where it has no height of which doubles tell, and all are
    where a formula, or the support, takes more than averages over the rows.

    >>> from thetahat import derive, family
    >>> lomax, data = derive(family("lomax")), Observations(np.array([[1.0], [2.0], [9.0]]), None, 3)
    >>> heights = heights_together(lomax, data, {}, [0.5, 1.0, 2.0])
    >>> [round(height, 3) for height in heights.values()]
    [-8.473, -8.027, -7.679]
    """
    family, unknown = derivation.family, derivation.unknowns[0]
    if not places or family.bounds.free_symbols & set(family.symbols):
        return {}
    observations, values, shift = _in_own_unit(derivation, observations, {**known, unknown: np.array(places)})
    values[unknown] = values[unknown].reshape(-1, 1)
    for symbol, formula in derivation.formulas:
        found = _along(formula, observations, values)
        if found is None:
            return {}
        values[symbol] = found
    theta = [np.broadcast_to(values[symbol], (len(places), 1)) for symbol in family.symbols]
    members = np.concatenate(theta, axis=1).tolist()
    inside = [at for at, member in enumerate(members) if outside_space(family, member) is None]
    sums = _sums(density(family), observations, [column[inside] for column in theta], len(inside))
    heights = (sums + shift).tolist()
    return {places[at]: height for at, height in zip(inside, heights, strict=True) if math.isfinite(height)}


def _in_own_unit(
    derivation: Derivation, observations: Observations, values: Mapping[Symbol, Any]
) -> tuple[Observations, dict[Symbol, Any], float]:
    """Data, statistics and parameters where the largest observation is about one, and what that adds to the heights.

    High powers of it have a double then. Without a unit that parameters change with, all stays as it is.
    """
    family = derivation.family
    exponents = unit_exponents(family) if len(family.columns) == 1 else None
    power = math.frexp(max(map(abs, observations.sample.ends[0])))[1]
    if exponents is None or power == 0:
        return observations, dict(values), 0.0
    scaled = Observations(np.ldexp(observations.x, -power), observations.weights, observations.n)
    moved = {s: np.ldexp(v, -power * exponents[s]) if s in exponents else v for s, v in values.items()}
    for statistic in derivation.statistics:
        if statistic.symbol in moved:
            moved[statistic.symbol] = evaluate(statistic.definition, scaled, moved)
    return scaled, moved, -observations.total * power * math.log(2.0)


def worth_asking(
    heights: Mapping[float, float], places: Sequence[float], height: float, off: float | None = None
) -> list[float]:
    """Return the places of which these heights do not say that they are lower than ``height``, with some slack.

    ``off`` is what doubles are off where ``height`` is, in nats, if that is known: where they lose the height of the
    root itself, they may lose that of any other, and all places are returned.

    >>> worth_asking({1.0: -7.0, 2.0: -5.5}, [1.0, 2.0, 3.0], -5.0)
    [2.0, 3.0]
    >>> worth_asking({1.0: -7.0, 2.0: -5.5}, [1.0, 2.0, 3.0], -5.0, 1e-13)
    [3.0]
    """
    if off is not None and not off < SLACK / 2:
        return list(places)
    slack = _CLEAR_SLACK if off is not None and off < _CLEAR else SLACK
    return [place for place in places if not heights.get(place, math.inf) < height - slack]


def off_by(rough: Mapping[float, float], height: Scalar) -> float:
    """Return by how much heights in doubles are off where they are the highest, and at the first and last place.

    >>> off_by({1.0: -7.0, 2.0: -5.5, 3.0: -8.0}, lambda place: -7.25)
    1.75
    """
    known = {*sorted(rough)[:: max(1, len(rough) - 1)], max(rough, key=lambda place: rough[place])} if rough else ()
    return max((abs(height(place) - rough[place]) for place in known), default=math.inf)


def sparing(rough: Mapping[float, float], places: Sequence[float], height: Scalar) -> Scalar:
    """Return heights that tell which places are higher than their neighbours, asking for few that take long.

    Rough ones, in doubles, stand for the others: where they set neighbours far apart, and are right as far as is seen.

    >>> rough = {1.0: -7.0, 2.0: -5.5, 3.0: -8.0, 4.0: -9.0, 5.0: -9.0}
    >>> told = sparing(rough, list(rough), lambda place: round(rough[place] + 1e-9, 9))
    >>> [told(place) for place in rough]
    [-7.0, -5.5, -8.0, -8.999999999, -8.999999999]
    """
    if not off_by(rough, height) < _CLEAR:
        return height
    ordered = sorted(places)
    known = [rough.get(place, math.nan) for place in ordered]
    apart = [True, *(abs(one - other) > _CLEAR_SLACK for one, other in pairwise(known)), True]
    told = {place: known[i] for i, place in enumerate(ordered) if apart[i] and apart[i + 1]}
    return lambda place: told[place] if place in told else height(place)


def _along(expression: Expr, observations: Observations, values: Mapping[Symbol, Any]) -> Any:
    """The value of an expression where symbols may stand for columns of values; ``None`` if that takes other atoms."""
    atoms, rest, symbols = plan_of(expression)
    known = _with_atoms(atoms, observations, values)
    return None if known is None else compiled(rest, symbols)(*(np.asarray(known[symbol]) for symbol in symbols))


def _with_atoms(atoms: StandIns, observations: Observations, values: Mapping[Symbol, Any]) -> dict[Symbol, Any] | None:
    """The values, with those of data atoms; ``None`` where one is no average and changes with a column of values."""
    known = dict(values)
    for atom, name in atoms:
        columns = [known[symbol] for symbol in atom.free_symbols if np.ndim(known[symbol])]
        if not columns:
            known[name] = evaluate(atom, observations, known)
            continue
        rule = _RULES.get(type(atom))
        found = None if rule is None else rule(atom, observations, known)
        if found is None:
            return None
        known[name] = found.reshape(-1, 1)
    return known


def _mean(atom: Mean, observations: Observations, values: Mapping[Symbol, Any]) -> Array | None:
    made = _row_function(atom.integrand, atom.data, observations, values)
    return None if made is None else _sums(*made) / observations.total


def _log_mean_exp(atom: LogMeanExp, observations: Observations, values: Mapping[Symbol, Any]) -> Array | None:
    made = _row_function(atom.args[0], atom.data, observations, values)
    if made is None:
        return None
    top = _tops(*made)
    return top + np.log(_sums(_lifted(made[0], top), *made[1:]) / observations.total)


def _tilted(atom: TiltedMean, observations: Observations, values: Mapping[Symbol, Any]) -> Array | None:
    g, f = (_row_function(part, atom.data, observations, values) for part in atom.args[:2])
    if g is None or f is None:
        return None
    weight, many = _lifted(f[0], _tops(*f)), len(g[2])

    def product(*arguments: Any) -> Any:
        columns, others = arguments[: len(atom.data)], arguments[len(atom.data) :]
        return g[0](*columns, *others[:many]) * weight(*columns, *others[many:])

    return _sums(product, observations, [*g[2], *f[2]], g[3]) / _sums(weight, *f[1:])


_RULES: Mapping[type, Callable[..., Array | None]] = {
    Mean: _mean,
    LogMeanExp: _log_mean_exp,
    TiltedMean: _tilted,
}

RowFunction = tuple[Callable[..., Any], Observations, list[Any], int]
"""A function of columns and other arguments, the data, those arguments, and for how many values each."""


def _row_function(
    expression: Expr, data: tuple[Symbol, ...], observations: Observations, values: Mapping[Symbol, Any]
) -> RowFunction | None:
    """An expression of one row, compiled; ``None`` where averages in it change with the columns of values."""
    parts, rest = taken_apart(expression)
    inner = _with_atoms(parts, observations, values)
    if inner is None:
        return None
    others, function = row_plan(rest, data)
    arguments = [inner[symbol] for symbol in others]
    return function, observations, arguments, max(len(value) for value in values.values() if np.ndim(value))


def _lifted(function: Callable[..., Any], top: Array) -> Callable[..., Any]:
    """The exponential of a function less its largest value."""
    return lambda *arguments: np.exp(function(*arguments) - top.reshape(-1, 1))


def _tops(function: Callable[..., Any], observations: Observations, arguments: Sequence[Any], count: int) -> Array:
    """The largest value of a function of any row, for each of so many values of its other arguments."""
    found: Array = np.full(count, -math.inf)
    for rows in _chunks(observations, count):
        terms = function(*(column[rows] for column in observations.columns), *arguments)
        found = np.maximum(found, np.max(np.broadcast_to(terms, (count, rows.stop - rows.start)), axis=1))
    return found


def _chunks(observations: Observations, count: int) -> Iterator[slice]:
    step = max(1, _TOGETHER // max(1, count))
    return (slice(start, min(start + step, observations.n)) for start in range(0, observations.n, step))


def _sums(function: Any, observations: Observations, arguments: Sequence[Any], count: int) -> Array:
    """The weighted sums of a function over all rows, for each of so many values of its other arguments."""
    found: Array = np.zeros(count)
    for rows in _chunks(observations, count):
        terms = function(*(column[rows] for column in observations.columns), *arguments)
        found = found + np.broadcast_to(terms, (count, rows.stop - rows.start)) @ observations.w[rows]
    return found
