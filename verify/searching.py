"""Finds the observation at which the likelihood is largest, where a derivation says that it is largest at one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from flint import arb
from numpy.typing import NDArray
from sympy import Expr, Rational, Symbol

from ..proofs.algebra.atoms import taken_apart
from ..proofs.balls import ball, precision
from ..proofs.derivation import Derivation
from ..proofs.errors import ExistenceError, UnsolvedError
from ..proofs.family import Family
from ..proofs.points import PointSearch
from ..strategies.conditions import decide_sample
from .density import compiled, density
from .enclosure import precisions, table_of, total
from .ends import outside_space
from .exact import Exactly, written_out
from .observations import Observations
from .ties import profile_as_high_at
from .tolerance import MOST_TIED, SEARCH_TERMS, UNIT_ROUNDOFF

Array = NDArray[np.float64]

_BLOCK = 2**20
_SLACK = 16.0
"""Roundings of a profile, in units of its terms: doubles propose no fewer than the best observation."""


def best_observation(family: Family, observations: Observations) -> float:
    """Return the distinct observation with the highest log-likelihood as the parameter; of equals the smallest.

    Of those that doubles do not tell apart, which may lie anywhere, balls tell the best.

    Raises
    ------
    UnsolvedError
        Where the distinct observations are too many to try each, or none gives a finite likelihood.

    Examples
    --------
    >>> from thetahat import family
    >>> data = Observations(np.array([[0.2], [0.5], [0.6]]), np.ones(3), 3)
    >>> best_observation(family("triangular"), data)
    0.5
    """
    table = _few_enough(family, observations)
    x, w = table.columns[0], table.w
    function = density(family)
    step = max(1, _BLOCK // table.n)
    heights = [(w * function(x, x[begin : begin + step, None])).sum(axis=1) for begin in range(0, table.n, step)]
    height = np.concatenate(heights)
    height[[outside_space(family, (value,)) is not None for value in x]] = -np.inf
    height = np.nan_to_num(height, nan=-np.inf)
    best = int(np.argmax(height))
    if not np.isfinite(height[best]):
        raise UnsolvedError(f"{family.name}: the likelihood is not finite at any observation in double precision")
    terms = w * (1 + np.abs(function(x, x[best])))
    slack = _SLACK * UNIT_ROUNDOFF * float(np.sum(terms, where=np.isfinite(terms)))
    close, rows = x[height >= height[best] - slack].tolist(), table_of(family, observations)
    return min(_leading(close, lambda value: total(family, [arb(value)], rows, observations)))


def _few_enough(family: Family, observations: Observations) -> Observations:
    """The distinct observations, where they are few enough to sum over all of them for each of them."""
    table = observations.distinct()
    if table.n**2 > SEARCH_TERMS:
        raise UnsolvedError(
            f"{family.name}: the estimate is one of {table.n} different observations, and the likelihood at each is a "
            f"sum over all; at most {int(SEARCH_TERMS**0.5)} are tried. Round the data, or fit a part of them."
        )
    return table


def best_with_others(derivation: Derivation, search: PointSearch, observations: Observations) -> float:
    """Return the observation at which the likelihood with the other parameters at their best is highest; of equals one.

    Raises
    ------
    ExistenceError
        Where the supremum is highest at an observation at which the others have no maximum.
    UnsolvedError
        Where the observations are too many, or which is best is not decided.

    Examples
    --------
    >>> from thetahat import derive, family
    >>> found = derive(family("asymmetric_laplace"))
    >>> best_with_others(found, found.point, Observations(np.array([[-9.0], [0.0], [1.0], [2.0], [9.0]]), None, 5))
    1.0
    """
    family, table = derivation.family, _few_enough(derivation.family, observations)
    best = with_maximum(derivation, search, table, leaders(derivation, search, table, _likely(search, table)))
    if best.missing:
        raise ExistenceError(
            f"{family.name}: these data have no maximiser in the parameter space: the likelihood, at its supremum in "
            f"the other parameters, is highest with {search.parameter} at the observation {best.values[0]!r}, where "
            f"they have no maximum ('{search.needed[0].meaning}'"
            + "".join(f" or '{one.meaning}'" for one in search.needed[1:])
            + " fails). "
            f"Collect other data, or fix {search.parameter}."
        )
    if not best.known:
        raise UnsolvedError(
            f"{family.name}: which observation {search.parameter} is was not decided, in balls of high precision; "
            f"candidates are {best.values[:3]}. Fix {search.parameter}, or change the data in their last digits."
        )
    return float(place_of(derivation, search, best.values[0]))


@dataclass(frozen=True)
class Leaders:
    """Observations of which no supremum is proved to be lower; what is known of the other parameters there.

    ``missing`` says that they have no maximum at any of these; ``known`` that they have one at each. ``level`` says
    that the suprema are proved to be the same.
    """

    values: list[float]
    known: bool
    missing: bool
    level: bool


def with_maximum(
    derivation: Derivation, search: PointSearch, observations: Observations, values: Sequence[float]
) -> Leaders:
    """Return what is known of the leaders ``values``; of equals only those at which the others have a maximum.

    >>> from thetahat import derive, family
    >>> found, x = derive(family("asymmetric_laplace")), [[-1.0], [0.0], [0.0], [1.0]]
    >>> data = Observations(np.array(x), None, 4)
    >>> with_maximum(found, found.point, data, [-1.0, 0.0, 1.0])
    Leaders(values=[0.0], known=True, missing=False, level=True)
    """
    met = [has_others(derivation, search, observations, value) for value in values]
    places = [place_of(derivation, search, value) for value in values]
    level = len(places) <= MOST_TIED and all(
        profile_as_high_at(search, observations, places[0], place) for place in places[1:]
    )
    if all(known is False for known in met):
        return Leaders(list(values), False, True, level)
    if level and None not in met:
        return Leaders([value for value, known in zip(values, met, strict=True) if known], True, False, level)
    return Leaders(list(values), all(known is True for known in met), False, level)


def place_of(derivation: Derivation, search: PointSearch, value: float) -> Expr:
    """Return where an observation of that value stands on the searched parameter's scale, as an exact number."""
    return search.place.subs(derivation.family.observation, Rational(value))


def leaders(
    derivation: Derivation, search: PointSearch, observations: Observations, values: Sequence[float]
) -> list[float]:
    """Return those of ``values`` at which the profile is not proved to be lower than at another one of them.

    >>> from thetahat import derive, family
    >>> found, x = derive(family("asymmetric_laplace")), [-9.0, 0.0, 1.0, 2.0, 9.0]
    >>> leaders(found, found.point, Observations(np.array([x]).T, None, 5), x)
    [1.0]
    """
    exactly, profile = Exactly(table_of(derivation.family, observations)), written_out(derivation, search.profile)

    def height(value: float) -> arb:
        return exactly.ball(profile, {search.parameter: ball(place_of(derivation, search, value))})

    return _leading(values, height)


def _leading(values: Sequence[float], height: Callable[[float], arb]) -> list[float]:
    """Those of ``values`` at which a height is not proved to be lower than at another one of them."""
    left = list(values)
    for bits in precisions():
        if len(left) == 1:
            break
        with precision(bits):
            heights = list(map(height, left))
            floor = max((height.lower() for height in heights if height.is_finite()), default=None)
            if floor is not None:
                left = [value for value, height in zip(left, heights, strict=True) if not height < floor]
    return left


def has_others(derivation: Derivation, search: PointSearch, observations: Observations, value: float) -> bool | None:
    """Return whether the other parameters have a maximum with the searched one at ``value``; ``None`` if undecided."""
    at = {search.parameter: place_of(derivation, search, value)}
    here = tuple(replace(one, expression=one.expression.xreplace(at)) for one in search.needed)
    return decide_sample(here, observations.sample, derivation.family.columns)[0]


def _likely(search: PointSearch, table: Observations) -> list[float]:
    """The observations at which the profile is highest in doubles, with those at which doubles have no value."""
    definitions = {s.symbol: s.definition for s in search.statistics}
    atoms, rest = taken_apart(search.profile.xreplace(definitions))
    names = tuple(name for _, name in atoms)
    places = compiled(search.place, tuple(search.place.free_symbols))(table.columns[0])
    # A profile is infinite where all its statistics vanish, and sums may overflow: balls decide about these.
    with np.errstate(all="ignore"):
        averages = [_averages(atom, search.parameter, places, table) for atom, _ in atoms]
        heights = np.broadcast_to(compiled(rest, names)(*averages), (table.n,))
    finite = np.isfinite(heights)
    best = float(np.max(heights, initial=-np.inf, where=finite))
    slack = _SLACK * UNIT_ROUNDOFF * (table.n + abs(best)) if np.isfinite(best) else 0.0
    return [float(x) for x in table.columns[0][~finite | (heights >= best - slack)]]


def _averages(atom: Expr, parameter: Symbol, places: Array, table: Observations) -> Array:
    """The average of the integrand with the parameter at each of the places in turn."""
    x, w = table.columns[0], table.w
    function = compiled(atom.integrand, (*atom.data, parameter))
    step = max(1, _BLOCK // table.n)
    blocks = (places[begin : begin + step, None] for begin in range(0, table.n, step))
    return np.concatenate([np.broadcast_to(function(x, at), (len(at), table.n)) @ w for at in blocks]) / table.total
