"""How high the likelihood is at many values of the unknown that is left, all at once: which are worth a closer look."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol

from ..proofs.algebra.atoms import Mean, taken_apart
from ..proofs.ball_data import StandIns
from ..proofs.derivation import Derivation
from .density import compiled, density
from .ends import outside_space
from .observations import Observations
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
    values: dict[Symbol, Any] = {**known, unknown: np.array(places, dtype=np.float64).reshape(-1, 1)}
    for symbol, formula in derivation.formulas:
        found = _along(formula, observations, values)
        if found is None:
            return {}
        values[symbol] = found
    theta = [np.broadcast_to(values[symbol], (len(places), 1)) for symbol in family.symbols]
    members = np.concatenate(theta, axis=1).tolist()
    inside = [at for at, member in enumerate(members) if outside_space(family, member) is None]
    heights = _sums(density(family), observations, [column[inside] for column in theta], len(inside)).tolist()
    return {places[at]: height for at, height in zip(inside, heights, strict=True) if math.isfinite(height)}


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
        parts, integrand = taken_apart(atom.integrand) if isinstance(atom, Mean) else ((), None)
        inner = None if integrand is None else _with_atoms(parts, observations, known)
        if integrand is None or inner is None:
            return None
        others, function = row_plan(integrand, atom.data)
        sums = _sums(function, observations, [inner[symbol] for symbol in others], len(columns[0]))
        known[name] = (sums / observations.total).reshape(-1, 1)
    return known


def _sums(function: Any, observations: Observations, arguments: Sequence[Any], count: int) -> Array:
    """The weighted sums of a function over all rows, for each of so many values of its other arguments."""
    found: Array = np.zeros(count)
    step = max(1, _TOGETHER // max(1, count))
    for start in range(0, observations.n, step):
        rows = slice(start, min(start + step, observations.n))
        terms = function(*(column[rows] for column in observations.columns), *arguments)
        found = found + np.broadcast_to(terms, (count, rows.stop - start)) @ observations.w[rows]
    return found
