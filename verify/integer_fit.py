"""Fits a family with an integer parameter: the best integer, and the other parameters by their formulas at it."""

from __future__ import annotations

from sympy import Expr, Symbol

from ..proofs.derivation import Derivation
from ..proofs.errors import ExistenceError
from ..strategies.conditions import decide_sample
from ..strategies.readings import Reader
from ..strategies.rounded import NotDecidedError
from .enclosure import table_of
from .exact import Exactly, written_out
from .integer_search import maximisers
from .observations import Observations


def at_the_best_integer(
    derivation: Derivation, observations: Observations
) -> tuple[dict[Symbol, float], dict[str, tuple[float, float]]]:
    """Return the integer, the least where several are as good, the other parameters by their formulas, and its range.

    Raises
    ------
    ExistenceError
        Where no integer is best, or a formula gives an open end of its space.
    UnsolvedError
        Where the comparison is not decided, or would take too long.

    Examples
    --------
    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> data = Observations(np.array([[2.0], [3.0], [3.0]]), None, 3)
    >>> list(at_the_best_integer(derive(family("binomial_both")), data)[0].values())[0]
    3.0
    """
    found, search = maximisers(derivation, observations), derivation.integer
    assert search is not None
    family = derivation.family
    if not found.integers:
        _, condition = decide_sample(derivation.exists_when, observations.sample, family.columns)
        failed = f" (the condition '{condition.meaning}' fails)" if condition is not None else ""
        raise ExistenceError(
            f"{family.name}: these data have no maximiser in the parameter space{failed}: {found.how}. "
            f"Collect other data, or fix {search.parameter}."
        )
    least, most = found.integers[0], found.integers[-1]
    values: dict[Symbol, float] = {search.parameter: float(least)}
    exactly = Exactly(table_of(family, observations))
    for symbol, formula in derivation.formulas:
        whole = written_out(derivation, formula)
        values[symbol] = exactly.value(whole, values)
        _require_inside(derivation, symbol, whole.subs(search.parameter, least), observations)
    return values, {search.parameter.name: (float(least), float(most))} if most > least else {}


def _require_inside(derivation: Derivation, symbol: Symbol, formula: Expr, data: Observations) -> None:
    """Refuse an estimate that is exactly an open end of its space: the likelihood only tends to its largest value."""
    family = derivation.family
    reader = Reader(data.sample, {name: place for place, name in enumerate(family.columns)})
    ends = family.domain[symbol]
    for end, closed in ((ends.lo, ends.lo_closed), (ends.hi, ends.hi_closed)):
        if closed or not end.is_number or not end.is_finite:
            continue
        try:
            on_end = reader.rational(formula - end) == 0
        except NotDecidedError:
            continue
        if on_end:
            raise ExistenceError(
                f"{family.name}: these data have no maximiser in the parameter space: the likelihood tends to its "
                f"largest value as {symbol} tends to {end}, which is not in its space. Collect other data."
            )
