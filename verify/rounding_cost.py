"""Decides what double precision costs an estimator that solves the likelihood equations as they are written down."""

from __future__ import annotations

from functools import lru_cache

from flint import arb, arb_mat
from numpy.typing import ArrayLike
from sympy import Abs, Add, Expr

from ..proofs.ball_sums import row_sums
from ..proofs.balls import precision
from ..proofs.derivation import Derivation
from ..proofs.family import Family
from .enclosure import precisions, table_of
from .fitting import Fit
from .observations import require_data
from .slopes import Slopes, slopes_of
from .tolerance import TERM_ULPS, UNIT_ROUNDOFF


def cost_of_doubles(
    derivation: Derivation,
    fit: Fit,
    x: ArrayLike,
    weights: ArrayLike | None = None,
    history: ArrayLike | None = None,
) -> float:
    """Return the nats that an error of the score in doubles may cost; zero where the density has no smooth score.

    The score is multiplied out into a sum of terms. A double carries each term with a relative error of a few units in
    the last place, and the sum of all as many more as there are observations; the root then moves by the inverse of
    the observed information times that error e, which costs e' I^-1 e / 2. On data with many digits in common that is
    far more than rounding the estimate costs, since terms cancel: so do textbook formulas, such as a mean of squares
    minus the square of a mean. The same in single precision costs 3e17 times as much, and is not allowed.

    Where data were added and taken away again, ``history`` are all that ever were there: their terms have left errors.

    Source: Higham 2002, *Accuracy and Stability of Numerical Algorithms*, sections 1.9 and 4.2.

    >>> import numpy as np
    >>> from thetahat import derive, family, fit
    >>> f, x = family("normal"), np.array([1e6, 1e6 + 1])
    >>> 1e-12 < cost_of_doubles(derive(f), fit(f, x), x) < 1e-3
    True
    """
    family = derivation.family
    slopes = slopes_of(family, frozenset(symbol for symbol, _, _ in derivation.within))
    if slopes is None:
        return 0.0
    observations = require_data(family, x, weights)
    table = table_of(family, observations)
    sizes = _sizes(family, slopes)
    seen = observations if history is None else require_data(family, history)
    ever = table if history is None else table_of(family, seen)
    relative = (TERM_ULPS + seen.n) * UNIT_ROUNDOFF
    first, second = (row_sums(one, family.columns, family.symbols) for one in (sizes, slopes.second))
    count = len(sizes)
    for bits in precisions():
        with precision(bits):
            point = [arb(float(value)) for value in fit.theta]
            terms, curvature = first(ever.rows, ever.weights, *point), second(table.rows, table.weights, *point)
            if not all(one.is_finite() for one in (*terms, *curvature)):
                continue
            error = arb_mat(count, 1, [relative * one for one in terms])
            try:
                inverse = arb_mat(count, count, [-one for one in curvature]).inv()
            except ZeroDivisionError:  # the information is singular, or not known to be regular at this precision
                continue
            moduli = arb_mat(count, count, [abs(one) for one in inverse.entries()])
            cost = (error.transpose() * moduli * error)[0, 0] / 2
            if cost.is_finite():
                return float(cost.upper())
    return 0.0


@lru_cache(maxsize=512)
def _sizes(family: Family, slopes: Slopes) -> tuple[Expr, ...]:
    """For each entry of the score the sum of the moduli of its terms."""
    return tuple(Add(*(Abs(term) for term in Add.make_args(entry.expand()))) for entry in slopes.first)
