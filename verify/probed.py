"""What the likelihood and its slope are at many values of the unknown that is left, all at once, in doubles.

Every number carries a bound for its rounding, so that it is known which doubles tell. The others are asked for one by
one, where they matter.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol

from ..proofs.algebra.atoms import Mean, Quantile
from ..proofs.derivation import Derivation
from ..proofs.symmetry import unit_exponents
from .density import compiled, density
from .ends import outside_space
from .exact import in_data, written_out
from .observations import Observations
from .rounding import Rounded, exact, nearest
from .solving import Told
from .statistics import evaluate, plan_of
from .tolerance import SUM_ULPS, UNIT_ROUNDOFF

Array = NDArray[np.float64]

_OFF = 1e-3
"""Nats by which a height may be off that is told; by its bound it is known whether it may be compared."""
SLACK = 1.0
"""Nats by which a height without a bound has to be too low for it not to be looked at by itself."""
_MARGIN = 2.0
"""By how much a slope has to be larger than the bound of its rounding for its sign to be known."""
_TOGETHER = 65_536
"""Values of the log-density that are computed at once: the arrays of a pass stay in the processor's cache."""


class Probed:
    """A derivation that leaves one equation, on one dataset: heights and slopes at many values of its unknown.

    >>> from thetahat import derive, family
    >>> data = Observations(np.array([[1.0], [2.0], [9.0]]), None, 3)
    >>> lomax = Probed(derive(family("lomax")), data)
    >>> [round(height, 3) for height, _ in lomax.heights([0.5, 1.0, 2.0]).values()]
    [-8.473, -8.027, -7.679]
    >>> [slope > 0 for slope, _ in lomax.slopes([1.0, 1e4, 1e9]).values()]
    [True, True]
    """

    def __init__(self, derivation: Derivation, observations: Observations, bounded: bool = True) -> None:
        """Take the data in a unit in which the largest observation is about one, where that rounds none.

        High powers of them have a double then. Without a unit that parameters change with, they stay as they are.
        Unless ``bounded``, all is computed without bounds, which takes a quarter of the time, and told as if exact.
        """
        family = derivation.family
        self._bounded = bounded
        self._fixed: dict[Expr, Rounded | None] = {}
        self._derivation, self._unknown, self._power, self._data = derivation, derivation.unknowns[0], 0, observations
        exponents = unit_exponents(family) if len(family.columns) == 1 else None
        self._exponents: Mapping[Symbol, int] = {} if exponents is None else exponents
        power = math.frexp(max(map(abs, observations.sample.ends[0])))[1]
        scaled = np.ldexp(observations.x, -power)
        if exponents is not None and np.array_equal(np.ldexp(scaled, power), observations.x):
            self._power, self._data = power, Observations(scaled, observations.weights, observations.n)

    @np.errstate(all="ignore")
    def heights(self, places: Sequence[float]) -> Told:
        """Return the log-likelihood at values of the unknown, with what the formulas give for each.

        A value is left out where doubles do not tell the height well enough; and all are where a formula, or the
        support, takes more than averages over the rows.
        """
        family = self._derivation.family
        if not places or family.bounds.free_symbols & set(family.symbols):
            return {}
        known = {self._unknown: self._moved(places)}
        for symbol, formula in in_data(self._derivation):
            found = self._at(formula, known)
            if found is None:
                return {}
            known[symbol] = found
        theta = [known[symbol] for symbol in family.symbols]
        members = np.stack([np.broadcast_to(item.value, len(places)) for item in theta], axis=1)
        sums = self._sums(density(family, rounded=self._bounded), theta, len(places))
        shift = nearest(-self._data.total * self._power * math.log(2.0))
        height = sums + shift if self._bounded else Rounded(sums.value + shift.value, 0.0)
        inside = [outside_space(family, member) is None for member in members.tolist()]
        # Where the data are, the member may have no doubles.
        moved = np.ldexp(members, [self._power * self._exponents.get(symbol, 0) for symbol in family.symbols])
        held = (np.isfinite(moved) & ((moved != 0) | (members == 0))).all(axis=1)
        return _told(places, height, inside & held & (height.error < _OFF))

    @np.errstate(all="ignore")
    def slopes(self, places: Sequence[float]) -> Told:
        """Return the equation at values of the unknown, up to a positive factor, where its sign is sure."""
        equation = written_out(self._derivation, self._derivation.equations[0])
        found = self._at(equation, {self._unknown: self._moved(places)}) if places else None
        if found is None:
            return {}
        return _told(places, found, np.abs(found.value) > _MARGIN * found.error)

    def _moved(self, places: Sequence[float]) -> Rounded:
        """Values of the unknown in the unit of the data; not a number where that is no double."""
        power = -self._power * self._exponents.get(self._unknown, 0)
        values = np.array(places)
        moved = np.ldexp(values, power)
        return Rounded(np.where(np.ldexp(moved, -power) == values, moved, np.nan), 0.0)

    def _at(self, expression: Expr, known: Mapping[Symbol, Rounded]) -> Rounded | None:
        """An expression where symbols stand for rows of values; ``None`` if it takes other atoms than averages."""
        values = self._with_atoms(expression, known)
        if values is None:
            return None
        _, rest, symbols = plan_of(expression)
        return self._called(compiled(rest, symbols, rounded=self._bounded), [values[symbol] for symbol in symbols])

    def _called(self, function: Callable[..., Any], arguments: Sequence[Rounded]) -> Rounded:
        return exact(function(*(arguments if self._bounded else (item.value for item in arguments))))

    def _with_atoms(self, expression: Expr, known: Mapping[Symbol, Rounded]) -> dict[Symbol, Rounded] | None:
        values = dict(known)
        for atom, name in plan_of(expression)[0]:
            found = self._fixed[atom] if atom in self._fixed else self._atom(atom, known)
            if found is None:
                return None
            values[name] = found
        return values

    def _atom(self, atom: Expr, known: Mapping[Symbol, Rounded]) -> Rounded | None:
        if isinstance(atom, Mean):
            found = self._mean(atom, known)
        else:  # an order statistic is an observation, or the middle between two
            known_level = isinstance(atom, Quantile) and not atom.free_symbols
            found = nearest(evaluate(atom, self._data, {})) if known_level else None
        if not atom.free_symbols:  # no parameter changes it
            self._fixed[atom] = found
        return found

    def _mean(self, atom: Mean, known: Mapping[Symbol, Rounded]) -> Rounded | None:
        values = self._with_atoms(atom.integrand, known)
        if values is None:
            return None
        _, rest, symbols = plan_of(atom.integrand)
        others = tuple(symbol for symbol in symbols if symbol not in atom.data)
        arguments = [values[symbol] for symbol in others]
        count = max((np.size(item.value) for item in arguments), default=1)
        function = compiled(rest, (*atom.data, *others), rounded=self._bounded)
        return self._sums(function, arguments, count) / nearest(self._data.total)

    def _sums(self, function: Callable[..., Any], arguments: Sequence[Rounded], count: int) -> Rounded:
        """The weighted sums of a function over all rows, for each of so many values of its other arguments."""
        data, columns = self._data, [_column(item) for item in arguments]
        value, error = np.zeros(count), np.zeros(count)
        for rows in _chunks(data.n, count):
            term = self._called(function, [*(exact(column[rows]) for column in data.columns), *columns])
            shape, w = (count, rows.stop - rows.start), data.w[rows]
            terms = np.broadcast_to(term.value, shape)
            value = value + terms @ w
            if self._bounded:
                lost = SUM_ULPS * (np.abs(terms) @ w) + np.abs(value)
                error = error + np.broadcast_to(term.error, shape) @ w + UNIT_ROUNDOFF * lost
        return Rounded(value, error)


def _column(item: Rounded) -> Rounded:
    return Rounded(*(np.reshape(part, (-1, 1)) if np.ndim(part) else part for part in (item.value, item.error)))


def _told(places: Sequence[float], found: Rounded, sure: Any) -> Told:
    values, bounds = (np.broadcast_to(part, len(places)) for part in (found.value, found.error))
    chosen = np.flatnonzero(np.broadcast_to(sure, len(places)) & np.isfinite(values))
    return {places[at]: (float(values[at]), float(bounds[at])) for at in chosen.tolist()}


def _chunks(n: int, count: int) -> Iterator[slice]:
    step = max(1, _TOGETHER // max(1, count))
    return (slice(start, min(start + step, n)) for start in range(0, n, step))


def worth_asking(heights: Told, places: Sequence[float], height: float, slack: float = 0.0) -> list[float]:
    """Return the places of which these heights do not say that they are lower than ``height``.

    They are off by no more than their bounds, and where these were not computed, as is hoped, by ``slack``.

    >>> worth_asking({1.0: (-7.0, 0.1), 2.0: (-5.0, 0.1)}, [1.0, 2.0, 3.0], -5.0)
    [2.0, 3.0]
    """
    return [place for place in places if place not in heights or not sum(heights[place]) + slack < height]
