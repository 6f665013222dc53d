"""Compiles what solves an equation of which the unknown stands inside averages."""

from __future__ import annotations

from sympy import Add, Expr

from ..proofs.derivation import Derivation
from .by_steps import LoweredEquation, Named, in_steps, lowered_equation
from .compiled.equation import RowEquation
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
    solver = _solver(derivation, lowered, lowered.equation, lowered.moving)
    steps = in_steps(derivation, lowered)
    if steps is None:
        return solver, needs
    by_steps = _solver(derivation, lowered, steps.equation, steps.moving, steps.first)
    return RowEquation(solver.rows, solver.value, solver.line, solver.counted, by_steps), needs


def _solver(
    derivation: Derivation, lowered: LoweredEquation, equation: Expr, moving: Named, first: int | None = None
) -> RowEquation:
    family, unknown = derivation.family, lowered.unknown
    known = [*(symbol for symbol, _ in lowered.still), *lowered.ends]
    size = Add(*(abs(term) for term in Add.make_args(equation)))
    ends = family.domain[unknown]
    return RowEquation(
        code_of([e for _, e in moving], [lowered.data, unknown, *known]),
        scalars([equation, size], [unknown, *(symbol for symbol, _ in moving), *known]),
        Line(float(ends.lo), float(ends.hi)),
        family.bounds.discrete,
        first=first,
    )
