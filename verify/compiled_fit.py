"""Compiles a derivation into an estimator for ordinary data, once, and asks it first.

Everything that the derivation alone decides is decided here: which averages are read in which pass, what is computed
from them, which numbers show that the data meet the conditions for a maximiser and that doubles keep their digits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sympy import Add, Expr, LambertW, Symbol

from ..proofs.algebra.atoms import Mean, Quantile, atoms_of
from ..proofs.derivation import Derivation, Outcome
from ..proofs.errors import DeclarationError, UnsolvedError
from ..proofs.likelihood import unfold
from .compiled.estimator import Array, Estimator, Solver, is_ordinary, is_too_short, ordinary_column
from .compiled.table import Tabulated
from .digits import demands
from .ends import outside_space, reach, space_ends
from .exact_rooting import ExactEquation
from .location_newton import location_newton
from .lowering import Lowering, NotLoweredError, magnitude
from .natural_newton import natural_newton
from .observations import Observations
from .passes import shared
from .row_equation import row_equation
from .straight import Script
from .tabulated import tabulated
from .tolerance import CLEAR_CONDITION, EXAMINED_ROWS


def compiled_estimate(
    derivation: Derivation, given: Any, find: Callable[[], Estimator | None] | None = None
) -> tuple[Array, dict[str, float]] | None:
    """Return the data as an array and the estimate by name; ``None`` where one of them needs the careful path.

    ``find`` returns the estimator of the derivation, which is compiled without it.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> compiled_estimate(derive(family("exponential")), np.arange(1.0, 200.0))[1]
    {'lambda': 0.01}
    >>> compiled_estimate(derive(family("exponential")), [1.0, 2.0]) is None
    True
    """
    x = ordinary_column(given)
    # No estimator need be compiled for rows that none takes.
    if x is None or (len(x) <= EXAMINED_ROWS and is_too_short(x, derivation.family.bounds.discrete)):
        return None
    estimator = estimator_of(derivation) if find is None else find()
    theta = None if estimator is None else estimator(x)
    return None if theta is None else (x, theta)


def nearby(derivation: Derivation, x: Array) -> dict[Symbol, float] | None:
    """Return what the compiled estimator makes of data however few: for the careful path, to begin from.

    ``None`` where it makes nothing of them, or where nothing proves that what it finds is the only maximum.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> [round(value, 3) for value in nearby(derive(family("gumbel")), np.array([0.0, 1.0, 3.0])).values()]
    [0.741, 0.978]
    """
    if not (derivation.unknowns and derivation.optimality.proved and len(x)):
        return None
    estimator = estimator_of(derivation)
    theta = None if estimator is None else estimator.near(x)
    return None if theta is None else dict(zip(derivation.family.symbols, theta.values(), strict=True))


@lru_cache(maxsize=512)
def estimator_of(derivation: Derivation) -> Estimator | None:
    """Return the compiled estimator, ``None`` where the derivation alone says that there can be none.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> estimator_of(derive(family("exponential")))(np.arange(1.0, 200.0))
    {'lambda': 0.01}
    >>> estimator_of(derive(family("cauchy"))) is None
    True
    """
    if not _is_eligible(derivation):
        return None
    try:
        return _assembled(derivation)
    except (NotLoweredError, DeclarationError):
        return None


def _is_eligible(derivation: Derivation) -> bool:
    """Whether a derivation ends in formulas and equations, with no search and no end that is rounded."""
    family = derivation.family
    if derivation.outcome in (Outcome.UNSOLVED, Outcome.UNBOUNDED) or len(family.columns) > 1 or family.constants:
        return False
    if derivation.is_searched:
        return False
    if derivation.unknowns and not derivation.optimality.proved:
        return False
    if any(formula.has(LambertW) for _, formula in derivation.formulas):
        return False  # beside its branch point it is known to half its digits
    formulas = dict(derivation.formulas)
    moved = [end for end in (family.bounds.lo, family.bounds.hi) if end.free_symbols & set(family.symbols)]
    ends = [unfold(formulas.get(end, end), derivation.statistics) for end in moved]
    if any(not isinstance(end, Quantile) for end in ends):
        return False  # it may miss the data
    return not any(p.symbol.is_integer for p in family.parameters) or not derivation.unknowns


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
            terms = Add.make_args(lowering.number(rest))
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


def _assembled(derivation: Derivation) -> Estimator:
    """The estimator, which does without the greatest row where the sum of rows, or of squares, is all that it needs."""
    bounds, x = derivation.family.bounds, derivation.family.observation
    found = None
    if not derivation.unknowns and bounds.lo.is_nonnegative and bounds.hi.is_infinite:
        read = [statistic.definition for statistic in derivation.statistics]
        power = next((power for power in (1, 2) if read == [Mean(x**power, x)]), 0)
        found = _written(derivation, power) if power else None
    found = found or _written(derivation)
    assert found is not None, "without the sum of a power anything can be written"
    return found


def _written(derivation: Derivation, power: int = 0) -> Estimator | None:
    """The estimator; with a ``power`` the one that is given the sum of that power of the rows, if it needs no more."""
    family = derivation.family
    lowering = Lowering(family.observation, {s.symbol: s.definition for s in derivation.statistics})
    given = lowering.supplied(lowering.data**power) if power else None
    clear = _conditions(derivation, lowering)
    search = _search(derivation, lowering)
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
    theta = [lowering.number(symbol) for symbol in family.symbols]
    after = lowering.stages()

    integrands = [[integrand for _, integrand in stage.averages] for stage in (*before, *after)]
    script = Script(lowering.data, shared(integrands, lowering.data), (lowering.least, lowering.most, lowering.size))
    if given is not None:
        script.share(given, lowering.most)
    for level, symbol in lowering.quantiles.items():
        script.quantile(symbol, float(level))
    script.stages(before)
    script.demand([*clear, *lowering.wide])
    if asked:
        script.demand(asked, unless=is_ordinary)
    if search is not None:
        script.solve(search.solver, search.needs, solved)
    script.stages(after)
    every = [integrand for one in integrands for integrand in one]
    estimate = script.returns(family.symbols, theta, space_ends(family))
    if given is not None and (asked is None or script.uses(lowering.most, lowering.size) or not script.uses(given)):
        return None
    return Estimator(
        reach(family),
        estimate,
        search is not None,
        asked is not None,
        search is None and power < 2 and not lowering.quantiles and all(f == lowering.data for f in every),
        power,
        rounding_of(derivation),
    )


def rounding_of(derivation: Derivation) -> Callable[[Array, Mapping[str, float]], dict[str, float] | None] | None:
    """Return what rounds the root of the only equation from balls, and what formulas make of it; ``None`` without one.

    Where it is not known which data have a maximiser more has to be asked of a root.

    >>> from thetahat import derive, family
    >>> rounding_of(derive(family("exponential"))) is None
    True
    """
    family = derivation.family
    if len(derivation.unknowns) != 1 or not derivation.existence_proved:
        return None
    name = family.parameter_names[family.symbols.index(derivation.unknowns[0])]

    def rounded(x: Array, theta: Mapping[str, float]) -> dict[str, float] | None:
        table = Observations(x.reshape(-1, 1), None, len(x)).distinct()
        try:
            found = ExactEquation(derivation, table).rounded(theta[name])
        except UnsolvedError:
            return None
        values = [] if found is None else [found[symbol] for symbol in family.symbols]
        if not values or outside_space(family, values) is not None:
            return None
        return dict(zip(family.parameter_names, values, strict=True))

    return rounded


def _conditions(derivation: Derivation, lowering: Lowering) -> list[Expr]:
    """What has to be positive for each condition to hold by more than doubles may be off."""
    found = []
    for condition in derivation.exists_when:
        expression = condition.expression
        if not atoms_of(expression):
            raise NotLoweredError(f"the condition {expression} is not one on averages")
        found.append(lowering.number(expression) - CLEAR_CONDITION * magnitude(expression, lowering))
    return found


def _root(derivation: Derivation, own: Expr) -> Tabulated:
    """What solves ``own + rest = 0`` for the unknown in ``own`` alone."""
    unknown = derivation.unknowns[0]
    ends = derivation.family.domain[unknown]
    table = tabulated(own, unknown, (float(ends.lo), float(ends.hi)))
    if table is None:
        raise NotLoweredError("the equation is not monotone in its unknown as doubles see it")
    return table
