"""Assembles the estimator of a derivation: the passes over the rows, conditions, the search for what is left, formulas.

Everything that the derivation alone decides is decided here: which averages are read in which pass, what is computed
from them, which numbers show that the data meet the conditions for a maximiser and that doubles keep their digits.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from sympy import Add, Dummy, Expr, Max, Mul, Pow, Symbol

from ..proofs.algebra.atoms import Mean, atoms_of
from ..proofs.algebra.averages import averaged
from ..proofs.algebra.size import factored
from ..proofs.derivation import Derivation
from .compiled.equation import RowEquation
from .compiled.estimator import Estimator, Solver
from .compiled.rows import is_ordinary
from .compiled.table import Tabulated
from .digits import demands
from .ends import reach, space_ends
from .gates import Gates
from .last_step import last_step
from .location_newton import location_newton
from .lowering import Lowering, NotLoweredError, Stage, magnitude
from .natural_newton import natural_newton
from .parted_sums import in_parts
from .passes import shared, sums_of
from .row_equation import row_equation
from .statistics import WIDE
from .straight import Script
from .tabulated import tabulated
from .tolerance import CLEAR_CONDITION, CLOSE


def assembled(derivation: Derivation) -> Estimator:
    """Return the estimator, which does without looking for the ends of the rows where it can.

    It needs no greatest row where a sum of rows, or of squares, is all that it is made of, and neither end where the
    support is the whole line and the squares of what rows are off their mean tell enough of both. Nor does it need the
    greatest where the logarithm of the mean lies clearly above the mean of logarithms, so that rows differ.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> assembled(derive(family("exponential")))(np.arange(1.0, 200.0))
    {'lambda': 0.01}

    Raises
    ------
    NotLoweredError
        Where a condition or an equation is none of those for which there is a way.
    """
    bounds, x = derivation.family.bounds, derivation.family.observation
    found = None
    if not derivation.unknowns and bounds.lo.is_nonnegative and bounds.hi.is_infinite:
        read = [statistic.definition for statistic in derivation.statistics]
        power = next((power for power in (1, 2) if read == [Mean(x**power, x)]), 0)
        found = _written(derivation, power) if power else None
    elif not derivation.unknowns and bounds.lo.is_infinite and bounds.hi.is_infinite and not bounds.discrete:
        found = _written(derivation, told=True)
    elif derivation.unknowns and bounds.lo.is_nonnegative and bounds.hi.is_infinite and not bounds.discrete:
        found = _written(derivation, parted=True)
    found = found or _written(derivation)
    assert found is not None, "with both ends of the rows anything can be written"
    return found


def _written(derivation: Derivation, power: int = 0, told: bool = False, parted: bool = False) -> Estimator | None:
    """The estimator; with a ``power`` the one that is given the sum of that power of the rows, if it needs no more.

    With ``told`` the one that is told of the ends by squares of distances from the mean, with ``parted`` that rows
    differ by how far the logarithm of their mean is above the mean of their logarithms, if these suffice.
    """
    family = derivation.family
    lowering = Lowering(family.observation, {s.symbol: s.definition for s in derivation.statistics})
    given = lowering.supplied(lowering.data**power) if power else None
    plan = _plan(derivation, lowering)
    search, x = plan.search, lowering.data
    squares = _told(plan, lowering) if told else None
    centre = _parting(plan, lowering) if parted else None
    if (told and squares is None) or (parted and centre is None):
        return None
    read = [[integrand for _, integrand in stage.averages] for stage in (*plan.before, *plan.after)]
    script = Script(x, shared(read, x), (lowering.least, lowering.most, lowering.size))
    if given is not None:
        script.share(given, lowering.most)
    for level, symbol in lowering.quantiles.items():
        script.quantile(symbol, float(level))
    script.stages(plan.before)
    if squares is not None:
        script.tell(*squares)
    if centre is not None:
        script.part(centre)
    script.demand([*([] if parted else plan.clear), *lowering.wide])
    if plan.asked:
        script.demand(plan.asked, unless=None if told else is_ordinary)
    if search is not None:
        script.solve(search.solver, search.needs, search.solved)
    script.stages(plan.after)
    of_rows = search is not None and isinstance(search.solver, RowEquation) and not family.bounds.discrete
    script.returns(family.symbols, plan.theta, space_ends(family), last_step(family) if of_rows else None)
    if given is not None and (
        plan.asked is None or script.uses(lowering.most, lowering.size) or not script.uses(given)
    ):
        return None
    within = reach(family)
    gates = Gates(
        within,
        search is not None,
        plan.asked is not None,
        search is None and power < 2 and not lowering.quantiles and all(e == x for one in read for e in one),
        power,
        power == 1 and within.spans(0.0, 1.0) and not script.uses(lowering.least),
        told,
        parted,
    )
    of_doubles, of_integers = (script.gated(gates.lines(integers)) for integers in (False, True))
    return Estimator(script.theta(), of_doubles, of_integers)


@dataclass(frozen=True, eq=False)
class Plan:
    """What an estimator computes, in order: passes, what has to be positive, a search, further passes, the estimate.

    ``clear`` shows that there is a maximiser, ``asked`` that formulas keep their digits: ``None`` where nothing does.
    """

    before: tuple[Stage, ...]
    clear: list[Expr]
    asked: list[Expr] | None
    search: Search | None
    after: tuple[Stage, ...]
    theta: list[Expr]


def _plan(derivation: Derivation, lowering: Lowering) -> Plan:
    search = _search(derivation, lowering)
    clear = _conditions(derivation, lowering)
    solved = () if search is None else search.solved
    formulas = [(symbol, formula) for symbol, formula in derivation.formulas if symbol not in solved]
    while formulas and not formulas[0][1].free_symbols & set(solved):
        lowering.define(*formulas.pop(0))
    asked = demands(derivation, lowering) if search is None else None
    before = lowering.stages()
    for symbol in solved:
        lowering.given(symbol)
    for formula in formulas:
        lowering.define(*formula)
    theta = [lowering.number(symbol) for symbol in derivation.family.symbols]
    return Plan(before, clear, asked, search, lowering.stages(), theta)


def _told(plan: Plan, lowering: Lowering) -> tuple[Symbol, Symbol] | None:
    """The mean of the rows and the average square of what they are off it, if these suffice; ``None`` if not.

    They do where the ends are asked for in demands alone, all of which hold the sooner the farther the ends are apart
    and the smaller the rows are: no row is farther from the mean than the root of the sum of squares, and the ends are
    farther apart than the root of their average.
    """
    x, averages = lowering.data, [pair for stage in plan.before for pair in stage.averages]
    scalars = [expression for stage in plan.before for _, expression in stage.scalars]
    mean = next((symbol for symbol, integrand in averages if integrand == x), None)
    square = next((symbol for symbol, integrand in averages if mean and integrand == (x - mean) ** 2), None)
    ends = {lowering.least, lowering.most, lowering.size}
    elsewhere = set().union(*(e.free_symbols for e in (*scalars, *plan.theta, *(f for _, f in averages))))
    if mean is None or square is None or plan.asked is None or lowering.quantiles or elsewhere & ends:
        return None
    demands = (*plan.clear, *lowering.wide, *plan.asked)
    return (mean, square) if all(_rises_with_spread(demand, lowering) for demand in demands) else None


def _rises_with_spread(demand: Expr, lowering: Lowering) -> bool:
    """Whether the ends enter a demand by their distance, which can only help it, and by a small share of their size.

    The size that squares allow may be as many times too large as the root of the number of rows.
    """
    spread = Dummy("spread", positive=True)
    for term in Add.make_args(demand.xreplace({lowering.most: lowering.least + spread}).expand()):
        coefficient, rest = term.as_coeff_Mul()
        apart = rest == spread or (isinstance(rest, Max) and spread in rest.args)
        if lowering.least in term.free_symbols or (spread in term.free_symbols and not (apart and coefficient > 0)):
            return False
        if lowering.size in term.free_symbols and not (term.is_nonpositive and abs(coefficient) <= CLOSE):
            return False
    return True


def _parting(plan: Plan, lowering: Lowering) -> Symbol | None:
    """The mean of the rows, if it and that of their logarithms tell all that the greatest row is asked for.

    The logarithm of the mean is above the mean of logarithms by no more than the logarithm of the greatest over the
    least row is above nothing. Where that is ``WIDE`` or more, the ends are apart by more than that share of the least.
    """
    mean, spread = lowering.gaps.get(lowering.data), Dummy("spread", positive=True)
    ends = {lowering.most, lowering.size}
    read = [f for stage in (*plan.before, *plan.after) for _, f in stage.averages]
    averages = sums_of(read, lowering.data, (lowering.least, lowering.most))
    scalars = [e for stage in (*plan.before, *plan.after) for _, e in stage.scalars]
    needs = () if plan.search is None else plan.search.needs
    elsewhere = set().union(*(e.free_symbols for e in (*averages, *scalars, *plan.theta, *needs, *lowering.wide)))
    if not isinstance(mean, Symbol) or lowering.quantiles or elsewhere & ends:
        return None
    apart = lowering.least + spread
    for demand in plan.clear:
        terms = demand.xreplace({lowering.most: apart, lowering.size: apart}).expand().as_coefficients_dict()
        if set(terms) - {spread, lowering.least} or not terms[spread] * WIDE + terms[lowering.least] > 0:
            return None
    return mean


@dataclass(frozen=True, eq=False)
class Search:
    """How unknowns are solved for: which, by what, and from which numbers."""

    solved: tuple[Symbol, ...]
    solver: Solver
    needs: tuple[Expr, ...] = ()


def _search(derivation: Derivation, lowering: Lowering) -> Search | None:
    """The search that an equation, or several, call for; ``None`` without any."""
    family, unknowns, form = derivation.family, derivation.unknowns, derivation.exponential_form
    if not unknowns:
        return None
    if len(unknowns) == 1:
        rest, own = derivation.equations[0].as_independent(unknowns[0], as_Add=True)
        if own.free_symbols == set(unknowns) and not atoms_of(own):
            terms = Add.make_args(in_parts(lowering, rest))
            return Search(unknowns, _root(derivation, own), terms)
    elif form is not None:
        needs = tuple(lowering.number(s.symbol) for s in derivation.statistics[: len(form.statistics)])
        return Search(family.symbols, natural_newton(derivation), needs)
    with suppress(NotLoweredError):
        return Search(family.symbols, location_newton(family))
    if len(unknowns) > 1:
        raise NotLoweredError("no search for several unknowns applies")
    solver, numbers = row_equation(derivation, lowering)
    return Search(unknowns, solver, tuple(numbers))


def _conditions(derivation: Derivation, lowering: Lowering) -> list[Expr]:
    """What has to be positive for each condition to hold by more than doubles may be off."""
    found = []
    for condition in derivation.exists_when:
        expression = condition.expression
        if not atoms_of(expression):
            raise NotLoweredError(f"the condition {expression} is not one on averages")
        each = averaged(expression)
        if each is not None and _is_distance(of_rows := factored(each), lowering.data):
            found.append(lowering.average(of_rows))  # as a formula may need it, where the terms would cancel
        else:
            found.append(lowering.number(expression) - CLEAR_CONDITION * magnitude(expression, lowering))
    return found


def _is_distance(of_rows: Expr, x: Symbol) -> bool:
    """Whether doubles, too, give zero at one number and something positive at any other, if not too near."""
    squares = [factor for factor in Mul.make_args(of_rows) if not factor.is_positive]
    return len(squares) == 1 and isinstance(squares[0], Pow) and squares[0].exp == 2 and (squares[0].base - x).is_number


def _root(derivation: Derivation, own: Expr) -> Tabulated:
    """What solves ``own + rest = 0`` for the unknown in ``own`` alone."""
    unknown = derivation.unknowns[0]
    ends = derivation.family.domain[unknown]
    table = tabulated(own, unknown, (float(ends.lo), float(ends.hi)))
    if table is None:
        raise NotLoweredError("the equation is not monotone in its unknown as doubles see it")
    return table
