"""Compiles what solves an equation of which the unknown stands inside averages."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Add, Dummy, Expr, Symbol, diff

from ..proofs.derivation import Derivation
from .by_steps import LoweredEquation, Steps, in_steps, lowered_equation
from .compiled.equation import RowEquation
from .compiled.step_equation import StepEquation
from .line import Line
from .lowering import Lowering
from .passes import code_of
from .written import scalars


def row_equation(derivation: Derivation, lowering: Lowering) -> tuple[RowEquation, list[Expr]]:
    """Return what solves the only equation of a derivation, and the numbers that it has to be given.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> gompertz = derive(family("gompertz"))
    >>> equation, needs = row_equation(gompertz, Lowering(gompertz.family.observation, {
    ...     s.symbol: s.definition for s in gompertz.statistics}))
    >>> len(needs), round(equation(np.array([0.5, 1.0, 1.2]), 0.9, 0.5, 1.2, 1.2)[0], 3)
    (4, 4.304)

    Raises
    ------
    NotLoweredError
        Where averages stand inside averages, or quantiles in the equation.
    """
    lowered = lowered_equation(derivation)
    needs = [*(lowering.average(e) for _, e in lowered.still), lowering.least, lowering.most, lowering.size]
    known = [*(symbol for symbol, _ in lowered.still), *lowered.ends]
    family, unknown = derivation.family, lowered.unknown
    ends = family.domain[unknown]
    line, steps = Line(float(ends.lo), float(ends.hi)), in_steps(derivation, lowered)
    means = [symbol for symbol, _ in lowered.moving]
    solver = RowEquation(
        code_of([e for _, e in lowered.moving], [lowered.data, unknown, *known]),
        scalars([lowered.equation, _size(lowered.equation)], [unknown, *means, *known]),
        line,
        family.bounds.discrete,
        None if steps is None else _by_steps(lowered, steps, line, known),
    )
    return solver, needs


def _by_steps(lowered: LoweredEquation, steps: Steps, line: Line, known: Sequence[Symbol]) -> StepEquation:
    """The equation by steps, and its slope: by the unknown where it stands itself, and by way of each sum."""
    unknown, equation = lowered.unknown, steps.equation
    slopes = [(Dummy("slope", real=True), diff(step, unknown)) for _, step in steps.moving]
    slope = diff(equation, unknown) + Add(
        *(diff(equation, total) * of_total for (total, _), (of_total, _) in zip(steps.moving, slopes, strict=True))
    )
    sums = [symbol for symbol, _ in (*steps.moving, *slopes)]
    return StepEquation(
        code_of([step for _, step in (*steps.moving, *slopes)], [lowered.data, unknown]),
        scalars([equation, _size(equation), slope, _size(slope)], [unknown, *sums, *known]),
        line,
        steps.first,
    )


def _size(e: Expr) -> Expr:
    """The sum of the moduli of the terms of an expression."""
    return Add(*(abs(term) for term in Add.make_args(e)))
