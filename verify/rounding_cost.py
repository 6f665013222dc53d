"""Decides what double precision costs an estimator that computes what a textbook writes down."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from functools import lru_cache

from flint import arb, arb_mat
from numpy.typing import ArrayLike
from sympy import Abs, Add, Expr, S, Symbol

from ..proofs.ball_data import Table, enclosed
from ..proofs.ball_sums import row_sums
from ..proofs.balls import precision
from ..proofs.derivation import Derivation
from ..proofs.family import Family
from .enclosure import precisions, table_of
from .observations import Observations
from .running_error import NoBoundError, modulus, running_error
from .slopes import Slopes, slopes_of
from .tolerance import ELEMENTARY_ULPS, SMALLEST, TERM_ULPS, UNIT_ROUNDOFF
from .valid_data import require_data


def cost_of_doubles(
    derivation: Derivation,
    maximiser: Sequence[float | arb],
    x: ArrayLike,
    weights: ArrayLike | None = None,
    history: ArrayLike | None = None,
) -> float:
    """Return the nats that errors of double precision may cost.

    Where the density has no smooth score, it is twice what rounding moves the likelihood by: whoever finds the highest
    of heights that are off by e loses up to 2 e. It is infinite there if weights lose all their digits when they
    multiply distances.

    Every operation is off by a few units in the last place, and a sum by as many more as there are observations; so
    are the data themselves, which most algorithms rescale. Of an error e of the score the root moves by the inverse of
    the observed information I times e, which costs e' I^-1 e / 2; an error d of a formula for the estimate costs
    d' I d / 2. Where terms cancel, in the score or in the formula, that is far more than rounding the estimate costs:
    a mean of squares minus the square of a mean, or the root of a quadratic equation with a large coefficient.
    The same in single precision costs 3e17 times as much, and is not allowed. Weights so small that they lose digits
    when they multiply data cost what is lost below the smallest double.

    Where data were added and taken away again, ``history`` are all that ever were there: their terms have left errors.

    Source: Higham 2002, *Accuracy and Stability of Numerical Algorithms*, sections 1.8 and 4.2.

    >>> from thetahat import derive, family
    >>> 1e-12 < cost_of_doubles(derive(family("normal")), [1e6 + 0.5, 0.5], [1e6, 1e6 + 1]) < 1e-2
    True
    """
    family = derivation.family
    slopes = slopes_of(family, frozenset(symbol for symbol, _, _ in derivation.within))
    observations = require_data(family, x, weights)
    if slopes is None:
        return math.inf if _below_doubles(observations) else _cost_of_heights(family, maximiser, observations)
    seen = observations if history is None else require_data(family, history)
    tables = table_of(family, observations), table_of(family, seen)
    for bits in precisions():
        with precision(bits):
            cost = _cost(derivation, slopes, [arb(value) for value in maximiser], *tables, seen.n)
            if cost.is_finite():
                return float(cost.upper())
    return 0.0


def _cost_of_heights(family: Family, maximiser: Sequence[float | arb], observations: Observations) -> float:
    """Twice what computing the log-likelihood of exact data costs at the maximiser; zero where no rule tells."""
    try:
        bound = running_error(family.log_density, {})
    except NoBoundError:
        return 0.0
    table = table_of(family, observations)
    for bits in precisions():
        with precision(bits):
            point = [arb(value) for value in maximiser]
            (total,) = row_sums((bound,), family.columns, family.symbols)(table.rows, table.weights, *point)
            if total.is_finite():
                return float((2 * UNIT_ROUNDOFF * ELEMENTARY_ULPS * total).upper())
    return 0.0


def _below_doubles(observations: Observations) -> bool:
    """Whether even the heaviest weight times the range of the data, or their size if all are equal, loses digits."""
    least, greatest = observations.sample.ends[0]
    return float(observations.w.max()) * ((greatest - least) or max(abs(least), 1.0)) < sys.float_info.min


def _cost(derivation: Derivation, slopes: Slopes, point: list[arb], table: Table, ever: Table, n: int) -> arb:
    """The same at the working precision; not finite where the information is not regular."""
    family, count = derivation.family, len(slopes.first)
    inner, moduli, factors = _score_errors(family, slopes)
    bounds = row_sums((*inner, *moduli), family.columns, family.symbols)(ever.rows, ever.weights, *point)
    under = row_sums(tuple(factors), family.columns, family.symbols)(ever.rows, None, *point)
    curvature = row_sums(slopes.second, family.columns, family.symbols)(table.rows, table.weights, *point)
    if not all(one.is_finite() for one in (*bounds, *under, *curvature)):
        return arb("nan")
    errors = [
        UNIT_ROUNDOFF * (ELEMENTARY_ULPS * one + (TERM_ULPS + n) * terms) + SMALLEST * lost
        for one, terms, lost in zip(bounds[:count], bounds[count:], under, strict=True)
    ]
    try:
        inverse = arb_mat(count, count, [-one for one in curvature]).inv()
    except ZeroDivisionError:  # the information is singular, or not known to be regular at this precision
        return arb("nan")
    known = dict(zip(family.symbols, point, strict=True))
    share = UNIT_ROUNDOFF * (ELEMENTARY_ULPS + n)
    moved = [share * enclosed(one, known, ever) for one in _formula_errors(derivation, slopes)]
    return (_form(inverse.entries(), errors) + _form(curvature, moved)) / 2


def _form(matrix: Sequence[arb], errors: Sequence[arb]) -> arb:
    """The quadratic form of errors of any signs in the moduli of a matrix, whose rows come one after the other."""
    column, size = arb_mat(len(errors), 1, list(errors)), len(errors)
    return (column.transpose() * arb_mat(size, size, [abs(one) for one in matrix]) * column)[0, 0]


def _data_errors(family: Family) -> dict[Symbol, Expr]:
    """Counts are exact, and everything else as good as its last place."""
    return {column: S.Zero if column.is_integer else Abs(column) for column in family.columns}


@lru_cache(maxsize=512)
def _score_errors(family: Family, slopes: Slopes) -> tuple[list[Expr], list[Expr], list[Expr]]:
    """For each entry of the score, multiplied out, a bound for the error of one row, the moduli of its terms, and of
    their factors without data, which multiply what is lost where weights times powers of data are below all doubles.
    """
    entering, bounds, moduli, factors = _data_errors(family), list[Expr](), list[Expr](), list[Expr]()
    for entry in slopes.first:
        terms = entry.expand()
        moduli.append(Add(*map(modulus, Add.make_args(terms))))
        factors.append(Add(*(modulus(one.as_independent(*family.columns)[0]) for one in Add.make_args(terms))))
        try:
            bounds.append(running_error(terms, entering))
        except NoBoundError:
            bounds.append(moduli[-1])
    return bounds, moduli, factors


@lru_cache(maxsize=512)
def _formula_errors(derivation: Derivation, slopes: Slopes) -> tuple[Expr, ...]:
    """For each parameter of the score a bound for the error of its formula; zero where it has none."""
    entering, definitions = _data_errors(derivation.family), {s.symbol: s.definition for s in derivation.statistics}
    for symbol, formula in derivation.formulas:
        try:
            # What a centred average is centred on may be a statistic itself.
            entering[symbol] = running_error(formula.xreplace(definitions), entering).xreplace(definitions)
        except NoBoundError:
            entering[symbol] = S.Zero
    return tuple(entering.get(symbol, S.Zero) for symbol in slopes.parameters)
