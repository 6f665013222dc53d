"""Solves the one equation a derivation may leave: in doubles where they carry it, else with every residual in balls.

A float residual loses its digits on data that agree in many of theirs, and its sign then says nothing. Every root is
therefore examined in balls: on few rows by the two signs beside it, on many by what the doubles lose on a part of the
rows. What fails is solved again with residuals rounded from balls, or refused where the rows are too many for that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

import numpy as np
from sympy import Symbol

from ..proofs.algebra.atoms import atoms_of
from ..proofs.algebra.kinks import jumps_at_data
from ..proofs.derivation import Derivation
from ..proofs.errors import UnsolvedError
from .ball_rooting import solved_in_balls
from .enclosure import nats_lost
from .ends import outside_space
from .exact import few_rows
from .exact_rooting import ExactEquation, Numbers
from .highest_root import highest_root
from .likelihood import log_likelihood
from .observations import Observations
from .probed import Probed
from .rivals import SCANNED, higher_place, probes, require_highest
from .root_line import root_line
from .solving import Scalar, Together
from .statistics import evaluate
from .suggestions import far_sizes
from .tolerance import BALL_ROWS, EXAMINED_ROWS, PART_ROWS, ROOT_MARGIN, ROOT_SHARE, SLOPE_NATS


def solve_one(
    derivation: Derivation,
    observations: Observations,
    known: Mapping[Symbol, float],
    near: Mapping[Symbol, float] | None = None,
) -> Numbers:
    """Return the unknown of the only equation, and the parameters that formulas give once it is known.

    ``known`` holds the statistics in doubles, ``near`` what may be the estimate where the only maximum is sought.

    Raises
    ------
    UnsolvedError
        Where the equation has no root, or where doubles do not carry it and the rows are too many for balls.
    """
    unknown, equation = derivation.unknowns[0], derivation.equations[0]
    whole_rows = bool(atoms_of(equation)) and derivation.family.discrete
    table = observations.distinct() if whole_rows else few_rows(observations) or observations
    exactly = ExactEquation(derivation, table) if table.n <= EXAMINED_ROWS else None
    if near is not None and exactly is not None:
        polished = exactly.polished(near[unknown])
        if polished is not None:
            return exactly.ended(polished)

    _require_compared(derivation, table)
    if exactly is not None and not derivation.optimality.proved:
        return solved_in_balls(derivation, table)

    # Ends of brackets are asked for again and again, and each answer is a pass over the rows.
    @cache
    def residual(value: float) -> float:
        return evaluate(equation, table, {**known, unknown: value})

    def completed(root: float) -> Numbers:
        values = {**known, unknown: root}
        for symbol, formula in derivation.formulas:
            values[symbol] = evaluate(formula, observations, values)
        return values

    line = root_line(derivation, table) if exactly is None else exactly.line
    others, told = probes(derivation, table, line), Probed(derivation, table)
    height = Together(told.heights, lambda root: _height(derivation, observations, completed(root)))
    root = highest_root(residual, derivation, height, line, others, far_sizes(table.columns[0]))
    if root is None:
        return solved_in_balls(derivation, table)
    values = completed(root)
    if exactly is not None:
        polished = exactly.polished(root)
        return solved_in_balls(derivation, table) if polished is None else exactly.ended(polished)
    if others and higher_place(derivation, observations, values, height, others) is not None:
        # Where the equation is all rounding, a root of it is none, and the true one may have been passed over.
        if table.distinct().n <= BALL_ROWS:
            return solved_in_balls(derivation, table)
        require_highest(derivation, observations, values, height, others)
    carried = _carried(derivation, table, known, residual, root)
    return values if carried else solved_in_balls(derivation, table)


def _require_compared(derivation: Derivation, table: Observations) -> None:
    """Refuse an equation that jumps at observations, each of which may be a maximum, unless all can be compared."""
    family, unknown = derivation.family, derivation.unknowns[0]
    if derivation.optimality.proved:
        return
    jumps = jumps_at_data(derivation.equations[0], unknown, family.columns)
    if jumps and (table.n > SCANNED or any({one.lhs, one.rhs} != {unknown, family.observation} for one in jumps)):
        raise UnsolvedError(
            f"{family.name}: the slope of the likelihood in {unknown} jumps at every observation, and no rule says at "
            f"which of them it is largest. Fix {unknown}."
        )


def _height(derivation: Derivation, observations: Observations, values: Mapping[Symbol, float]) -> float:
    """The log-likelihood at a root, as far as rounding leaves it sure; a root that rounds out of the space has none."""
    family = derivation.family
    theta = [values[symbol] for symbol in family.symbols]
    if outside_space(family, theta) is not None:
        return -math.inf
    # Where the equation is all rounding the likelihood is too, and may come out high: what is sure of it counts.
    try:
        value, rounding = log_likelihood(family, theta, observations)
    except UnsolvedError:  # far out a density may have no value that balls enclose: nothing is known to be high there
        return -math.inf
    return value - rounding


def _carried(
    derivation: Derivation, table: Observations, known: Mapping[Symbol, float], residual: Scalar, root: float
) -> bool:
    """Whether doubles tell the root, and lose no likelihood with it and the formulas: by what they lose on a part.

    Rounding differs little from row to row, so a part of them tells how large it is. A root is off by about that much
    over the slope of the equation.
    """
    part = part_of(table)
    inside, exactly = dict(known), ExactEquation(derivation, part)
    for statistic in derivation.statistics:
        if statistic.symbol in known:
            inside[statistic.symbol] = evaluate(statistic.definition, part, inside)
    unknown, equation = derivation.unknowns[0], derivation.equations[0]
    beside = exactly.line.around(root, ROOT_SHARE)
    lost = max(
        abs(evaluate(equation, part, {**inside, unknown: value}) - exactly.residual(value)) for value in (*beside, root)
    )
    below, above = (residual(value) for value in beside)
    if not (below * above < 0 and min(abs(below), abs(above)) > ROOT_MARGIN * lost):
        return False
    rounded = {**inside, unknown: root}
    for symbol, formula in derivation.formulas:
        rounded[symbol] = evaluate(formula, part, rounded)
    off = lost * abs((beside[1] - beside[0]) / (above - below))
    family, values = derivation.family, exactly.completed(root + off)
    ours, theirs = ([given[symbol] for symbol in family.symbols] for given in (rounded, values))
    if outside_space(family, ours) is not None or outside_space(family, theirs) is not None:
        return False
    return bool(abs(nats_lost(family, ours, theirs, part.x, part.w)) <= SLOPE_NATS * part.total)


def part_of(table: Observations) -> Observations:
    """Return ``PART_ROWS`` rows at equal steps, the ones with the smallest and the largest observation among them.

    >>> part_of(Observations(np.arange(100.0).reshape(-1, 1), None, 100)).n
    24
    """
    column, ends = table.columns[0], table.sample.ends[0]
    places = np.arange(PART_ROWS - 2) * table.n // (PART_ROWS - 2)
    if table.weights is None and len(table.columns) == 1:
        chosen = np.array([*column[places], *ends]).reshape(-1, 1)
        return Observations(chosen, None, len(chosen))
    extreme = [int(np.argmax(column == end)) for end in ends]  # the first place of each
    chosen = np.unique([*places, *extreme])
    weights = None if table.weights is None else table.weights[chosen]
    return Observations(table.x[chosen], weights, len(chosen))
