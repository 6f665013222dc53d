"""The parameters that a density depends on through one linear predictor alone, with what multiplies each in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import combinations

import numpy as np
from sympy import Add, Expr, Integer, Rational, S, Symbol, cancel, oo, simplify

from ..proofs.algebra.derivatives import derivative
from ..proofs.curvature import has_corners
from ..proofs.family import Family, Parameter
from ..strategies.overlap import unchanging
from ..strategies.rounded import exact_column, exact_constant, rational_value
from ..strategies.samples import Sample


@dataclass(frozen=True)
class PredictorRows:
    """Parameters, or their logarithms, and functions of covariates: the density depends on the sum of products."""

    parameters: tuple[Parameter, ...]
    rows: tuple[Expr, ...]

    def names(self) -> tuple[str, ...]:
        """Return what the predictor is linear in, by name.

        >>> from thetahat import family
        >>> predictor_rows(family("linear_regression")).names()
        ('alpha', 'beta')
        """
        return tuple(item.name if _is_free(item) else f"log({item.name})" for item in self.parameters)

    def crossing(self, way: Mapping[str, Fraction]) -> tuple[Parameter, Integer]:
        """Return a parameter that changes on the way, with a value that it has once: where its coordinate is zero.

        >>> from thetahat import family
        >>> way = {"alpha": Fraction(1), "beta": Fraction(0)}
        >>> item, value = predictor_rows(family("linear_regression")).crossing(way)
        >>> item.name, value
        ('alpha', 0)
        """
        item = next(item for item, name in reversed(list(zip(self.parameters, self.names(), strict=True))) if way[name])
        return item, S.Zero if _is_free(item) else S.One

    def unchanged(self, sample: Sample, columns: Sequence[Symbol]) -> dict[str, Fraction]:
        """Return a direction that changes no predictor of the data; empty where there is none.

        >>> from thetahat import family
        >>> from thetahat.strategies.samples import sample_of
        >>> regression = family("linear_regression")
        >>> predictor_rows(regression).unchanged(sample_of([[1, 2], [3, 2]]), regression.columns)
        {'alpha': Fraction(-2, 1), 'beta': Fraction(1, 1)}
        """
        found = unchanging(self.rows, sample, {symbol: place for place, symbol in enumerate(columns)})
        return {} if found is None else dict(zip(self.names(), found, strict=True))

    def is_unchanged(self, way: Mapping[str, Fraction], sample: Sample, columns: Sequence[Symbol]) -> bool:
        """Return whether a direction changes no predictor of the data, in rational numbers.

        >>> from thetahat import family
        >>> from thetahat.strategies.samples import sample_of
        >>> regression, way = family("linear_regression"), {"alpha": Fraction(-2), "beta": Fraction(1)}
        >>> rows = ([[1, 2], [3, 2]], [[1, 2], [3, 4]])
        >>> [predictor_rows(regression).is_unchanged(way, sample_of(data), regression.columns) for data in rows]
        [True, False]
        """
        if set(way) != set(self.names()) or not any(way.values()):
            return False
        change = Add(*(Rational(way[name]) * row for name, row in zip(self.names(), self.rows, strict=True)))
        known = {symbol: exact_column(column) for symbol, column in zip(columns, sample.columns, strict=True)}
        return bool(np.all(rational_value(change, known, exact_constant) == 0))


@lru_cache(maxsize=512)
def predictor_rows(family: Family) -> PredictorRows | None:
    """Return the most parameters that stand together in one linear predictor; ``None`` where no two are found.

    The slopes of the log-density in them are multiples of one another by polynomials in the covariates: so it is level
    along each direction in which the predictor is. Positive parameters enter by their logarithms.

    >>> from thetahat import family
    >>> predictor_rows(family("linear_regression")).rows
    (1, x)
    >>> predictor_rows(family("normal")) is None
    True
    """
    items = [item for item in family.parameters if _is_free(item) or _is_scale(item)]
    if not family.beside or not _is_smooth(family, items):
        return None
    found = (_beside(family, first, items) for first in items if _slope(family, first) != 0)
    best = max(found, key=lambda one: len(one.rows), default=None)
    return best if best is not None and len(best.rows) > 1 else None


def _beside(family: Family, first: Parameter, items: list[Parameter]) -> PredictorRows:
    """The parameters whose slopes are multiples of that of one, by polynomials in covariates."""
    unit, together = _slope(family, first), list[tuple[Parameter, Expr]]()
    for item in items:
        row = S.One if item is first else cancel(simplify(_slope(family, item) / unit))
        if row.free_symbols <= set(family.beside) and row.is_polynomial(*family.beside):
            together.append((item, row))
    return PredictorRows(tuple(item for item, _ in together), tuple(row for _, row in together))


def is_level_along(family: Family, found: PredictorRows) -> bool:
    """Return whether the slopes in the parameters are proved to be those multiples of one another.

    >>> from dataclasses import replace
    >>> from thetahat import family
    >>> regression = family("linear_regression")
    >>> found = predictor_rows(regression)
    >>> is_level_along(regression, found), is_level_along(regression, replace(found, rows=found.rows[::-1]))
    (True, False)
    """
    known = all(_is_free(item) or _is_scale(item) for item in found.parameters)
    if not known or not _is_smooth(family, found.parameters) or not any(row.is_nonzero for row in found.rows):
        return False
    pairs = [(_slope(family, item), row) for item, row in zip(found.parameters, found.rows, strict=True)]
    return all(simplify(a * other - b * row) is S.Zero for (a, row), (b, other) in combinations(pairs, 2))


def _is_smooth(family: Family, items: Sequence[Parameter]) -> bool:
    """Whether the density is smooth in parameters that move no end, neither of the support nor of another's space."""
    moving = family.bounds.free_symbols.union(*(item.bounds.free_symbols for item in family.parameters))
    return not moving & {item.symbol for item in items} and not has_corners(family)


def _slope(family: Family, item: Parameter) -> Expr:
    """The slope of the log-density in a parameter, or in its logarithm."""
    factor = S.One if _is_free(item) else item.symbol
    return factor * derivative(family.log_density, item.symbol)


def _is_free(item: Parameter) -> bool:
    return not item.bounds.discrete and (item.bounds.lo, item.bounds.hi) == (-oo, oo)


def _is_scale(item: Parameter) -> bool:
    ends = item.bounds
    return not ends.discrete and ends.lo == 0 and not ends.lo_closed and ends.hi is oo
