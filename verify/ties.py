"""Proves that a likelihood is exactly as high at two of the observations: in exact numbers, never in balls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import permutations

from sympy import Add, Expr, Mul, Rational, S, Symbol, log, oo

from ..proofs.algebra.atoms import Mean, plain
from ..proofs.family import Family
from ..proofs.points import PointSearch
from ..strategies.rounded import exact_constant
from .log_powers import is_one
from .observations import Observations
from .tolerance import TIE_ROWS

Weighted = Iterable[tuple[Expr, Rational]]
_SWAPPED = 4
"""Statistics of which all orders are tried."""


def as_high_at(family: Family, observations: Observations, one: float, other: float) -> bool:
    """Return whether the log-likelihood with its one parameter at one number is proved to be that at another.

    >>> import numpy as np
    >>> from thetahat import family
    >>> data = Observations(np.array([[0.25], [0.75]]), None, 2)
    >>> as_high_at(family("triangular"), data, 0.25, 0.75), as_high_at(family("triangular"), data, 0.25, 0.5)
    (True, False)
    """
    (symbol,) = family.symbols
    rows = _rows(family.columns[0], observations)
    if rows is None:
        return False

    def terms(value: float, side: int) -> Weighted:
        density = family.log_density.xreplace({symbol: Rational(value)})
        return ((density.xreplace(row), side * weight) for row, weight in rows)

    return is_zero_sum([*terms(one, 1), *terms(other, -1)])


def profile_as_high_at(search: PointSearch, observations: Observations, one: Expr, other: Expr) -> bool:
    """Return whether the supremum in the other parameters is proved to be the same with the searched one at two places.

    The statistics there are the same but for an order that the supremum does not depend on, or put into it they
    differ by a sum of logarithms that is zero.

    >>> from thetahat import derive, family
    >>> import numpy as np
    >>> data = Observations(np.array([[-3.0], [-1.0], [1.0], [3.0]]), None, 4)
    >>> found = derive(family("asymmetric_laplace"))
    >>> profile_as_high_at(found.point, data, S(-1), S(1)), profile_as_high_at(found.point, data, S(-1), S(3))
    (True, False)
    """
    symbols = tuple(s.symbol for s in search.statistics)
    definitions = [plain(s.definition) for s in search.statistics]
    values = [[_average(atom, search.parameter, place, observations) for atom in definitions] for place in (one, other)]
    first, second = ([value for value in found if value is not None] for found in values)
    if not len(first) == len(second) == len(symbols):
        return False
    if len(symbols) <= _SWAPPED and any(
        first == [second[place] for place in order] and _is_kept(search.profile, symbols, order)
        for order in permutations(range(len(symbols)))
    ):
        return True
    heights = [search.profile.xreplace(dict(zip(symbols, found, strict=True))) for found in (first, second)]
    return is_zero_sum([(heights[0], S.One), (heights[1], S.NegativeOne)])


def is_zero_sum(terms: Weighted) -> bool:
    """Return whether a sum of exact numbers, each so many times, is proved to be zero.

    Multiples of logarithms of rationals are zero together where a product of powers is one; everything else has to
    cancel term by term.

    >>> is_zero_sum([(log(S(4) / 9), S.One), (log(S(2) / 3), S(-2))]), is_zero_sum([(log(S(4)), S.One), (S(1), S(-1))])
    (True, False)
    """
    powers: dict[Rational, Rational] = defaultdict(lambda: S.Zero)
    others: dict[Expr, Rational] = defaultdict(lambda: S.Zero)
    for expression, weight in terms:
        if expression.has(oo, -oo, S.NaN, S.ComplexInfinity) or not expression.is_number:
            return False
        for term in Add.make_args(expression.expand()):
            share, rest = term.as_coeff_Mul(rational=True)
            if isinstance(rest, log) and rest.args[0].is_Rational and rest.args[0].is_positive:
                powers[rest.args[0]] += share * weight
            else:
                others[rest] += share * weight
    if any(total != 0 for total in others.values()):
        return False
    return is_one((exact_constant(base), exact_constant(power)) for base, power in powers.items())


def _rows(column: Symbol, observations: Observations) -> list[tuple[Mapping[Symbol, Rational], Rational]] | None:
    """The distinct observations with their exact weights; ``None`` where they are too many."""
    joined = observations.distinct()
    if joined.n > TIE_ROWS:
        return None
    values, weights = joined.columns[0].tolist(), _exact_weights(observations)
    return [({column: Rational(value)}, weights[value]) for value in values]


def _exact_weights(observations: Observations) -> dict[float, Rational]:
    found: dict[float, Rational] = defaultdict(lambda: S.Zero)
    for value, weight in zip(observations.columns[0].tolist(), observations.w.tolist(), strict=True):
        found[value] += Rational(weight)
    return found


def _average(atom: Expr, parameter: Symbol, place: Expr, observations: Observations) -> Expr | None:
    """The exact value of an average with the parameter at a place; ``None`` where it has none."""
    if not isinstance(atom, Mean) or len(atom.data) != 1:
        return None
    rows = _rows(atom.data[0], observations)
    if rows is None:
        return None
    integrand, total = atom.integrand.xreplace({parameter: place}), Add(*(weight for _, weight in rows))
    return Add(*(Mul(integrand.xreplace(row), weight) for row, weight in rows)) / total


def _is_kept(profile: Expr, symbols: Sequence[Symbol], order: Sequence[int]) -> bool:
    """Whether a profile stays the same with its statistics in another order."""
    moved = {symbol: symbols[place] for symbol, place in zip(symbols, order, strict=True)}
    return bool(profile.xreplace(moved) == profile)
