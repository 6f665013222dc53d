"""Encloses the maximiser where no more is known of the data than sums and ends."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
from flint import arb
from sympy import Expr, Symbol

from ...proofs.algebra.atoms import Quantile
from ...proofs.ball_data import Table
from ...proofs.balls import precision
from ...proofs.derivation import Derivation
from ...proofs.errors import ExistenceError, UnsolvedError
from ..ball_climbing import highest
from ..climb_plan import CENTRE, SIZE, climb_of, in_doubles, objective_of
from ..enclosure import precisions
from ..exact import Exactly, in_plain_functions, written_out
from ..line import Line
from ..solving import bracketed_root, sign_changes
from ..terrain import Terrain
from .certificate import CertificateVerdict as Verdict
from .contraction import contracted_on
from .program import formulas_of
from .prove import on_ends
from .proved import Proved

_DIGITS = 100
"""Binary digits after which an enclosure is narrow enough."""
_COORDINATES = (-6.0, -3.0, 0.0, 3.0, 6.0)
"""Coordinates from which climbs begin: of a positive parameter they are its logarithm."""


class Summed(Table):
    """A table of which weighted sums and the ends of the observations are known, and no rows.

    >>> from thetahat.proofs.algebra.atoms import Mean
    >>> x = Symbol("x")
    >>> Summed((x,), {Mean(x, x): arb(6)}, (0.0, 4.0), arb(3)).read_off([Mean(x, x), Quantile(1, x)])
    {0: 2.00000000000000, 1: 4.00000000000000}
    """

    def __init__(
        self, columns: tuple[Symbol, ...], sums: Mapping[Expr, arb], ends: tuple[float, float], total: arb
    ) -> None:
        """Keep what is given: for each average the sum that it is a share of, the ends, the sum of the weights."""
        self.columns, self._sums, self._ends, self._total = columns, sums, ends, total

    def total(self) -> arb:
        """Return the sum of the weights."""
        return self._total

    def read_off(self, atoms: Sequence[Expr]) -> dict[int, arb]:
        """Return all of ``atoms``, by their places."""
        return {place: self._value(atom) for place, atom in enumerate(atoms)}

    def _value(self, atom: Expr) -> arb:
        if isinstance(atom, Quantile):
            return arb(self._ends[int(atom.level)])
        return self._sums[atom] / self._total


def maximiser(derivation: Derivation, table: Summed) -> Proved:
    """Return the only maximiser, enclosed.

    >>> from thetahat import derive, family
    >>> from thetahat.proofs.algebra.atoms import Mean
    >>> poisson = derive(family("poisson"))
    >>> x = poisson.family.observation
    >>> found = maximiser(poisson, Summed((x,), {Mean(x, x): arb(6)}, (0.0, 4.0), arb(3)))
    >>> [float(ball) for ball in found.theta.values()]
    [2.0]

    Raises
    ------
    ExistenceError
        Where a condition for a maximiser fails, or is too close to call.
    UnsolvedError
        Where that there is one maximum alone is not proved, or the sums are known to too few digits.
    """
    _require_existence(derivation, table)
    found = on_ends(derivation, _found(derivation, table))
    if found.verdict not in (Verdict.UNIQUE_GLOBAL, Verdict.AT_BOUNDARY):
        raise UnsolvedError(f"{derivation.family.name}: the sums do not tell the maximiser: {found.why}")
    return found


def _require_existence(derivation: Derivation, table: Summed) -> None:
    """Raise ``ExistenceError`` unless every condition for a maximiser certainly holds."""
    exactly = Exactly(table)
    for condition in derivation.exists_when:
        value = exactly.value(in_plain_functions(condition.expression), {})
        if not (value > 0 or (value == 0 and condition.weak)):
            raise ExistenceError(
                f"{derivation.family.name}: that a maximiser exists is not certain from these sums: the condition "
                f"'{condition.meaning}' fails, or is too close to call. Add data that meet it, or fix a parameter."
            )


def _found(derivation: Derivation, table: Summed) -> Proved:
    """The maximiser, enclosed, or why it is not."""
    optimality = derivation.optimality
    if not (optimality.proved and (optimality.unique or optimality.concave)):
        return Proved(Verdict.UNDECIDED, why="that there is one maximum alone is not proved for every dataset")
    if not derivation.unknowns:
        found = _by_formulas(derivation, table)
        if found is None or optimality.unique:
            return found or Proved(Verdict.UNDECIDED, why="a formula has no finite value")
        start = {symbol: float(ball.mid()) for symbol, ball in found.theta.items()}
    else:
        begun = _start(derivation, table)
        if begun is None:
            return Proved(Verdict.UNDECIDED, why="no climb to it succeeded; fit the data as a whole")
        start = begun
    box = contracted_on(table, derivation, start, climbing=derivation.exponential_form is not None)
    if box is None:
        return Proved(Verdict.UNDECIDED, why="no box with exactly one stationary point was proved")
    values = {symbol: arb(value) for symbol, value in start.items()} | dict(zip(box.parameters, box.inner, strict=True))
    return Proved(Verdict.UNIQUE_GLOBAL, values, bits=box.bits)


def _by_formulas(derivation: Derivation, table: Summed) -> Proved | None:
    """The values of formulas, at the first precision that suffices, or the last."""
    formulas, last = formulas_of(derivation), None
    ends = {symbol: table.read_off([atom])[0] for atom, symbol in formulas.orders.items()}
    for bits in precisions():
        with precision(bits):
            found = formulas.program(table, ends)
            theta = {s: found[s] for s in formulas.parameters}
            if not all(ball.is_finite() for ball in theta.values()):
                continue
            inside = all(found[margin] > 0 for margin in formulas.margins)
            last = Proved(Verdict.UNIQUE_GLOBAL, theta, bits=bits, inside=inside)
            if min(ball.rel_accuracy_bits() for ball in theta.values()) >= _DIGITS:
                break
    return last


def _start(derivation: Derivation, table: Summed) -> dict[Symbol, float] | None:
    """Doubles near the solution of the equations, for all parameters; ``None`` where none are found."""
    if len(derivation.unknowns) > 1:
        return _climbed(derivation, table)
    exactly, unknown = Exactly(table), derivation.unknowns[0]
    equation, space = written_out(derivation, derivation.equations[0]), derivation.family.domain[unknown]

    def residual(value: float) -> float:
        return exactly.bounded(equation, {unknown: value})

    bracket = next(sign_changes(residual, Line(float(space.lo), float(space.hi))), None)
    if bracket is None:
        return None
    known: dict[Symbol, float] = {unknown: bracketed_root(residual, *bracket)}
    for symbol, formula in derivation.formulas:
        known[symbol] = exactly.value(written_out(derivation, formula), known)
    return known


def _climbed(derivation: Derivation, table: Summed) -> dict[Symbol, float] | None:
    """The end of a climb from the highest of a few points, over a likelihood in averages alone."""
    plan, unit = climb_of(derivation), {CENTRE: 0.0, SIZE: 1.0}
    if not plan.averaged:
        return None
    starts = list(product(_COORDINATES, repeat=len(plan.coordinates)))
    summit = highest(Terrain(objective_of(derivation, unit), table), starts, 1)
    if summit is None:
        return None
    # The maps to parameters contain no statistic where the objective is one of statistics.
    numbers = dict.fromkeys(plan.names, math.nan) | unit
    return in_doubles(plan, np.array([float(u) for u in summit.point]), numbers)
