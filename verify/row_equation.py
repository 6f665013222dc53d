"""Compiles what solves an equation of which the unknown stands inside averages."""

from __future__ import annotations

from sympy import Add, Expr, Symbol

from ..proofs.derivation import Derivation
from .compiled.equation import RowEquation
from .line import Line
from .lowering import Lowering, NotLoweredError
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
    family, unknown = derivation.family, derivation.unknowns[0]
    inner = Lowering(lowering.data, {s.symbol: s.definition for s in derivation.statistics})
    inner.given(unknown)
    equation = inner.number(derivation.equations[0])
    stages = inner.stages()
    if len(stages) != 1 or stages[0].scalars or inner.quantiles or inner.wide:
        raise NotLoweredError("averages in the equation need other averages")
    moving = [(symbol, e) for symbol, e in stages[0].averages if unknown in e.free_symbols]
    still = [(symbol, e) for symbol, e in stages[0].averages if unknown not in e.free_symbols]
    if not moving:
        raise NotLoweredError("the unknown stands in no average")
    known: list[Symbol] = [*(symbol for symbol, _ in still), inner.least, inner.most, inner.size]
    needs = [*(lowering.average(e) for _, e in still), lowering.least, lowering.most, lowering.size]
    size = Add(*(abs(term) for term in Add.make_args(equation)))
    ends = family.domain[unknown]
    solver = RowEquation(
        code_of([e for _, e in moving], [lowering.data, unknown, *known]),
        scalars([equation, size], [unknown, *(symbol for symbol, _ in moving), *known]),
        Line(float(ends.lo), float(ends.hi)),
        family.bounds.discrete,
    )
    return solver, needs
