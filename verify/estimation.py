"""Estimates: from a derivation and data to every parameter's value, in doubles where they carry it, else in balls."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from sympy import LambertW, Symbol

from ..proofs.algebra.atoms import Mean
from ..proofs.derivation import Derivation, Statistic
from .climbing import climb
from .exact import Exactly, few_rows, in_data
from .integer_fit import at_the_best_integer
from .observations import Observations
from .rooting import solve_one
from .searching import best_observation, best_with_others
from .statistics import evaluate

_NARROW, _NARROW_CURVED = 2.0**-20, 2.0**-5
"""Ranges of data, relative to the largest, below which formulas are evaluated in balls though the rows are many."""


@np.errstate(all="ignore")
def estimate(
    derivation: Derivation, observations: Observations
) -> tuple[dict[Symbol, float], dict[str, tuple[float, float]]]:
    """Return every parameter's value, and the interval of each that the likelihood leaves free.

    Statistics first, then the unknowns of the equations, then the formulas in order.

    >>> from thetahat import derive, family
    >>> from .observations import require_data
    >>> normal = family("normal")
    >>> [float(value) for value in estimate(derive(normal), require_data(normal, [1.0, 3.0]))[0].values()]
    [2.0, 1.0]
    """
    if derivation.integer is not None:
        return at_the_best_integer(derivation, observations)
    closed = derivation.formulas and not (derivation.unknowns or derivation.free or derivation.searched)
    few = few_rows(observations, of_any=_cancels(derivation)) if closed else None
    if few is None and closed and _is_narrow(derivation, observations):
        few = observations.distinct()
    known: dict[Symbol, float] = {}
    if derivation.point is not None:
        known[derivation.point.parameter] = best_with_others(derivation, derivation.point, observations)
    elif derivation.searched is not None:
        known[derivation.searched] = best_observation(derivation.family, observations)
    if few is not None:
        return known | _closed_in_balls(derivation, few, known), {}
    for statistic in needed(derivation):
        known[statistic.symbol] = evaluate(statistic.definition, observations, known)
    formulas = list(derivation.formulas)
    if len(derivation.unknowns) == 1:
        known |= solve_one(derivation, observations, known)
        formulas = [(s, e) for s, e in formulas if s not in known]
    elif derivation.unknowns:
        while formulas and not formulas[0][1].free_symbols & set(derivation.family.symbols):
            symbol, formula = formulas.pop(0)
            known[symbol] = evaluate(formula, observations, known)
        known |= climb(derivation, observations, known)
        formulas = [(s, e) for s, e in formulas if s not in known]
    for symbol, formula in formulas:
        known[symbol] = evaluate(formula, observations, known)
    sets = {}
    for symbol, low, high in derivation.free:
        ends = evaluate(low, observations, known), evaluate(high, observations, known)
        sets[symbol.name] = ends
        known[symbol] = ends[0] + (ends[1] - ends[0]) / 2
    return known, sets


def _closed_in_balls(
    derivation: Derivation, observations: Observations, known: Mapping[Symbol, float]
) -> dict[Symbol, float]:
    """Every parameter by its formula, rounded once from balls; ``known`` are exact.

    In doubles a formula loses what its statistics have lost: the spread of logarithms that agree in twelve digits
    keeps four of its own.
    """
    exactly = Exactly(derivation.family.columns, observations)
    return {symbol: exactly.value(formula, known) for symbol, formula in in_data(derivation)}


@lru_cache(maxsize=512)
def _cancels(derivation: Derivation) -> bool:
    """Whether a formula loses digits in doubles: Lambert's W beside its branch point is known to half of them."""
    return any(formula.has(LambertW) for _, formula in derivation.formulas)


def _is_narrow(derivation: Derivation, observations: Observations) -> bool:
    """Whether the data lie so close together, for their distance from zero, that doubles lose digits of their spread.

    A centre that is rounded costs the square of its rounding, a logarithm of each value that rounding itself.
    """
    low, high = observations.sample.ends[0]
    return high - low < (_NARROW_CURVED if _is_curved(derivation) else _NARROW) * max(abs(low), abs(high))


@lru_cache(maxsize=512)
def _is_curved(derivation: Derivation) -> bool:
    """Whether averages are of other functions than powers of the columns."""
    columns = derivation.family.columns
    averages = set().union(*(formula.atoms(Mean) for _, formula in in_data(derivation)))
    return any(not average.integrand.is_polynomial(*columns) for average in averages)


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
