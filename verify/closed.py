"""Evaluates estimates by formulas: in doubles where these carry them, else in balls.

Few rows are always evaluated in balls. Many are not, unless that is needed: averages of terms of one sign, and products
and powers of them, lose nothing to speak of. What others lose is seen on a part of the rows, against balls, where the
data are not of ordinary size and spread.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

from sympy import Add, Expr, LambertW, Mul, Pow, Symbol, log

from ..proofs.algebra.atoms import Excess, Mean, Quantile
from ..proofs.derivation import Derivation, Statistic
from .enclosure import table_of
from .exact import Exactly, few_rows, in_data
from .observations import Observations
from .rooting import part_of
from .statistics import evaluate
from .tolerance import CLOSE, FAR, FORMULA_ULPS, JOINED_ROWS, ORDINARY, PART_ROWS

Numbers = dict[Symbol, float]


def in_balls(derivation: Derivation, observations: Observations, known: Mapping[Symbol, float]) -> Numbers:
    """Return every parameter by its formula in the data, rounded once from balls; ``known`` are exact.

    In doubles a formula loses what its statistics have lost: the spread of logarithms that agree in twelve digits
    keeps four of its own.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> list(in_balls(derive(family("exponential")), Observations(np.array([[1.0], [3.0]]), None, 2), {}).values())
    [0.5]
    """
    exactly = Exactly(table_of(derivation.family, observations))
    return exactly.estimates(derivation.family.name, in_data(derivation), known)


def by_formulas(derivation: Derivation, observations: Observations, known: Mapping[Symbol, float]) -> Numbers:
    """Return every parameter of a derivation that ends in formulas; ``known`` are observations, and exact.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> data = Observations(np.arange(1.0, 200.0).reshape(-1, 1), None, 199)
    >>> by_formulas(derive(family("exponential")), data, {})[family("exponential").symbols[0]]
    0.01
    """
    few = few_rows(observations, of_any=_cancels(derivation))
    if few is not None:
        return {**known, **in_balls(derivation, few, known)}
    values = in_doubles(derivation, observations, known)
    return mended(derivation, observations, values) if derivation.point is None else values


def mended(derivation: Derivation, observations: Observations, values: Numbers) -> Numbers:
    """Return ``values``, which come from formulas in doubles, or values from balls where doubles do not suffice.

    These take a second or two for a million different rows, which data of ordinary size and spread never need.
    """
    if _is_ordinary(observations) or (_keeps_digits(derivation) and _is_within(observations, FAR)):
        return values
    # Errors of single rows differ, and average out over many; of fewer rows the other half is for the sums.
    few = observations.n <= JOINED_ROWS
    most = FORMULA_ULPS / 2 * (1.0 if few else math.sqrt(observations.n / PART_ROWS))
    if not _is_close(observations) and _lost(derivation, part_of(observations)) <= most:
        return values
    return {**values, **in_balls(derivation, observations.distinct(), {})}


def in_doubles(derivation: Derivation, observations: Observations, known: Mapping[Symbol, float]) -> Numbers:
    """Return the parameters by their formulas in doubles, with the statistics before them."""
    values = with_statistics(derivation, observations, known)
    for symbol, formula in derivation.formulas:
        values[symbol] = evaluate(formula, observations, values)
    return values


def with_statistics(derivation: Derivation, observations: Observations, known: Mapping[Symbol, float]) -> Numbers:
    """Return ``known`` with the statistics that formulas and equations need.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> data = Observations(np.array([[1.0], [3.0]]), None, 2)
    >>> list(with_statistics(derive(family("exponential")), data, {}).values())
    [2.0]
    """
    values = dict(known)
    for statistic in needed(derivation):
        values[statistic.symbol] = evaluate(statistic.definition, observations, values)
    return values


def _lost(derivation: Derivation, part: Observations) -> float:
    """Units in the last place that doubles lose on some rows; infinite where they have no value."""
    rounded, exact = in_doubles(derivation, part, {}), in_balls(derivation, part, {})
    least, greatest = part.sample.ends[0]
    off = [_ulps(rounded[symbol], exact[symbol], _unit(symbol, greatest - least)) for symbol, _ in derivation.formulas]
    return max(off, default=0.0)


def _unit(symbol: Symbol, spread: float) -> float:
    """What a parameter that may have any sign is measured against beside its own size: the spread of the data."""
    return spread if symbol.is_nonnegative is None and math.isfinite(spread) else 0.0


def _ulps(rounded: float, exact: float, size: float) -> float:
    off = abs(rounded - exact) / math.ulp(max(abs(exact), size))
    return math.inf if math.isnan(off) else off


def _is_ordinary(observations: Observations) -> bool:
    """Whether observations are neither large nor small nor close together."""
    least, greatest = observations.sample.ends[0]
    apart = greatest - least >= max(abs(least), abs(greatest)) / ORDINARY
    return apart and _is_within(observations, ORDINARY)


def _is_close(observations: Observations) -> bool:
    """Whether a centre that is rounded may miss the data by so much of their spread that its square shows.

    On a part of the rows the centre may happen to be a double.
    """
    least, greatest = observations.sample.ends[0]
    return greatest - least < CLOSE * max(abs(least), abs(greatest))


def _is_within(observations: Observations, limit: float) -> bool:
    """Whether the largest observation in size lies between the inverse of a limit and the limit."""
    return 1 / limit <= max(map(abs, observations.sample.ends[0])) <= limit


@lru_cache(maxsize=512)
def _keeps_digits(derivation: Derivation) -> bool:
    """Whether no formula can lose more than a few units in the last place, whatever the data."""
    definitions: Mapping[Symbol, Expr] = {s.symbol: s.definition for s in derivation.statistics}

    def keeps(e: Expr) -> bool:
        if isinstance(e, Symbol):
            return keeps(definitions[e]) if e in definitions else True
        if e.is_number or isinstance(e, Quantile):
            return True
        if isinstance(e, Excess):
            return e.args[0] in (*e.data, *map(log, e.data))  # differences from the smallest, which are taken first
        if isinstance(e, Mean):
            return e.integrand in e.data or (bool(e.integrand.is_nonnegative) and keeps(e.integrand))
        if isinstance(e, Add):
            return all(term.is_nonnegative for term in e.args) and all(map(keeps, e.args))
        if isinstance(e, Pow):
            return bool(e.exp.is_Rational) and keeps(e.base)
        return isinstance(e, Mul) and all(map(keeps, e.args))

    return all(keeps(formula) for _, formula in derivation.formulas)


@lru_cache(maxsize=512)
def _cancels(derivation: Derivation) -> bool:
    """Whether a formula loses digits in doubles: Lambert's W beside its branch point is known to half of them."""
    return any(formula.has(LambertW) for _, formula in derivation.formulas)


@lru_cache(maxsize=512)
def needed(derivation: Derivation) -> tuple[Statistic, ...]:
    """Return the statistics that formulas and equations use, and those that these use in turn.

    >>> from thetahat import derive, family
    >>> [statistic.symbol.name for statistic in needed(derive(family("exponential")))]
    ['t_1']
    """
    expressions = [*(e for _, e in derivation.formulas), *derivation.equations]
    expressions += [e for _, low, high in (*derivation.free, *derivation.within) for e in (low, high)]
    used = set().union(*(e.free_symbols for e in expressions))
    if len(derivation.unknowns) > 1 and derivation.exponential_form is not None:
        count = len(derivation.exponential_form.statistics)
        used |= {s.symbol for s in derivation.statistics[:count]}
    kept = []
    for statistic in reversed(derivation.statistics):
        if statistic.symbol in used:
            used |= statistic.definition.free_symbols
            kept.append(statistic)
    return tuple(reversed(kept))
