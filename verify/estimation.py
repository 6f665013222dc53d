"""Estimates: from a derivation and data to every parameter's value, in doubles where they carry it, else in balls."""

from __future__ import annotations

import numpy as np
from sympy import Symbol

from ..proofs.derivation import Derivation
from .climbing import climb
from .closed import by_formulas, with_statistics
from .compiled_fit import nearby
from .integer_fit import at_the_best_integer
from .observations import Observations
from .rooting import solve_one
from .searching import best_observation, best_with_others
from .statistics import evaluate
from .tolerance import JOINED_ROWS


@np.errstate(all="ignore")
def estimate(
    derivation: Derivation, observations: Observations
) -> tuple[dict[Symbol, float], dict[str, tuple[float, float]]]:
    """Return every parameter's value, and the interval of each that the likelihood leaves free.

    Statistics first, then the unknowns of the equations, then the formulas in order.

    >>> from thetahat import derive, family
    >>> from .valid_data import require_data
    >>> normal = family("normal")
    >>> [float(value) for value in estimate(derive(normal), require_data(normal, [1.0, 3.0]))[0].values()]
    [2.0, 1.0]
    """
    if derivation.integer is not None:
        return at_the_best_integer(derivation, observations)
    known: dict[Symbol, float] = {}
    if derivation.point is not None:
        known[derivation.point.parameter] = best_with_others(derivation, derivation.point, observations)
    elif derivation.searched is not None:
        known[derivation.searched] = best_observation(derivation.family, observations)
    if derivation.formulas and not (derivation.unknowns or derivation.free or derivation.searched):
        return by_formulas(derivation, observations, known), {}
    known = with_statistics(derivation, observations, known)
    near = None
    if observations.weights is None and len(observations.columns) == 1 and observations.n <= JOINED_ROWS:
        near = nearby(derivation, observations.columns[0])
    formulas = list(derivation.formulas)
    if len(derivation.unknowns) == 1:
        known |= solve_one(derivation, observations, known, near)
        formulas = [(s, e) for s, e in formulas if s not in known]
    elif derivation.unknowns:
        while formulas and not formulas[0][1].free_symbols & set(derivation.family.symbols):
            symbol, formula = formulas.pop(0)
            known[symbol] = evaluate(formula, observations, known)
        known |= climb(derivation, observations, known, near)
        formulas = [(s, e) for s, e in formulas if s not in known]
    for symbol, formula in formulas:
        known[symbol] = evaluate(formula, observations, known)
    sets = {}
    for symbol, low, high in derivation.free:
        ends = evaluate(low, observations, known), evaluate(high, observations, known)
        sets[symbol.name] = ends
        known[symbol] = ends[0] + (ends[1] - ends[0]) / 2
    return known, sets
