"""Solves the one equation a derivation may leave: in doubles where they carry it, else in balls.

A float residual loses its digits on data that agree in many of theirs, and its sign then says nothing. Every root is
therefore examined in balls: on few rows by the two signs beside it, on many by what the doubles lose on a part of the
rows. What fails is solved again with residuals rounded from balls, or refused where the rows are too many for that. Of
few rows, the highest of several roots is looked for with bounds for all rounding from the beginning.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

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
from .near_data import SCANNED, probes
from .observations import Observations
from .probed import SLACK, Probed, worth_asking
from .rivals import higher_place, require_highest
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

    if derivation.optimality.proved:
        return _only_root(InDoubles(derivation, observations, table, known), exactly)
    _require_compared(derivation, table)
    if exactly is not None:
        return solved_in_balls(derivation, table)
    return _highest_of_many_rows(InDoubles(derivation, observations, table, known))


@dataclass(frozen=True, eq=False)
class InDoubles:
    """The equation and the formulas of a derivation for one dataset, in doubles; ``table`` holds its different rows."""

    derivation: Derivation
    observations: Observations
    table: Observations
    known: Mapping[Symbol, float]

    @cached_property
    def residual(self) -> Scalar:
        """The equation; ends of brackets are asked for again and again, and each answer is a pass over the rows."""
        unknown, equation = self.derivation.unknowns[0], self.derivation.equations[0]
        return cache(lambda value: evaluate(equation, self.table, {**self.known, unknown: value}))

    def completed(self, root: float) -> Numbers:
        """Return the unknown and what the formulas give for it."""
        values = {**self.known, self.derivation.unknowns[0]: root}
        for symbol, formula in self.derivation.formulas:
            values[symbol] = evaluate(formula, self.observations, values)
        return values

    def height(self, root: float) -> float:
        """Return the log-likelihood, as far as rounding leaves it sure; none where a root rounds out of the space."""
        family, values = self.derivation.family, self.completed(root)
        theta = [values[symbol] for symbol in family.symbols]
        if outside_space(family, theta) is not None:
            return -math.inf
        # Where the equation is all rounding the likelihood is too, and may come out high: what is sure of it counts.
        try:
            value, rounding = log_likelihood(family, theta, self.observations)
        except UnsolvedError:  # far out a density may have no value that balls enclose: nothing is known to be high
            return -math.inf
        return value - rounding


def _only_root(doubles: InDoubles, exactly: ExactEquation | None) -> Numbers:
    """What the only root gives, where doubles tell it; else what it gives in balls."""
    derivation, table = doubles.derivation, doubles.table
    line = root_line(derivation, table) if exactly is None else exactly.line
    root = highest_root(doubles.residual, derivation, doubles.height, line, [], far_sizes(table.columns[0]))
    if root is None:
        return solved_in_balls(derivation, table)
    if exactly is None:
        return doubles.completed(root) if _carried(doubles, root) else solved_in_balls(derivation, table)
    polished = exactly.polished(root)
    return solved_in_balls(derivation, table) if polished is None else exactly.ended(polished)


def _highest_of_many_rows(doubles: InDoubles) -> Numbers:
    """What the highest root gives that is found in doubles; where they do not tell it, what one in balls gives."""
    derivation, table = doubles.derivation, doubles.table
    line = root_line(derivation, table)
    others, probed = probes(derivation, table, line), Probed(derivation, table, bounded=False)
    height = Together(probed.heights, doubles.height)
    root = highest_root(doubles.residual, derivation, height, line, others, far_sizes(table.columns[0]))
    if root is None:
        return solved_in_balls(derivation, table)
    values = doubles.completed(root)
    left = worth_asking(height.told, others, height.exactly(root), SLACK)
    if higher_place(derivation, doubles.observations, values, height.exactly, left) is not None:
        # Where the equation is all rounding, a root of it is none, and the true one may have been passed over.
        if table.distinct().n <= BALL_ROWS:
            return solved_in_balls(derivation, table)
        require_highest(derivation, doubles.observations, values, height.exactly, left)
    return values if _carried(doubles, root) else solved_in_balls(derivation, table)


def _require_compared(derivation: Derivation, table: Observations) -> None:
    """Refuse an equation that jumps at observations, each of which may be a maximum, unless all can be compared."""
    family, unknown = derivation.family, derivation.unknowns[0]
    jumps = jumps_at_data(derivation.equations[0], unknown, family.columns)
    if jumps and (table.n > SCANNED or any({one.lhs, one.rhs} != {unknown, family.observation} for one in jumps)):
        raise UnsolvedError(
            f"{family.name}: the slope of the likelihood in {unknown} jumps at every observation, and no rule says at "
            f"which of them it is largest. Fix {unknown}."
        )


def _carried(doubles: InDoubles, root: float) -> bool:
    """Whether doubles tell the root, and lose no likelihood with it and the formulas: by what they lose on a part.

    Rounding differs little from row to row, so a part of them tells how large it is. A root is off by about that much
    over the slope of the equation.
    """
    derivation, part = doubles.derivation, part_of(doubles.table)
    inside, exactly = dict(doubles.known), ExactEquation(derivation, part)
    for statistic in derivation.statistics:
        if statistic.symbol in doubles.known:
            inside[statistic.symbol] = evaluate(statistic.definition, part, inside)
    unknown, equation = derivation.unknowns[0], derivation.equations[0]
    beside = exactly.line.around(root, ROOT_SHARE)
    lost = max(
        abs(evaluate(equation, part, {**inside, unknown: value}) - exactly.residual(value)) for value in (*beside, root)
    )
    below, above = (doubles.residual(value) for value in beside)
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
