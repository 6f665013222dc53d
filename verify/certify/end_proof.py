"""Proves that the likelihood of one parameter is highest on an end of its space: it turns once and rises up to it."""

from __future__ import annotations

from functools import lru_cache

from sympy import Expr

from ...proofs.algebra.derivatives import derivative
from ...proofs.algebra.kinks import has_kinks
from ...proofs.ball_sums import Sums, row_sums
from ...proofs.balls import ball, precision
from ...proofs.derivation import Derivation
from ...proofs.family import Family
from ..enclosure import precisions, table_of, total
from ..exact import in_plain_functions
from ..observations import Observations
from .certificate import CertificateVerdict as Verdict
from .proved import Proved

RISES = "the likelihood turns at most once, and rises strictly up to this end of the space, which belongs to it"


def by_end(derivation: Derivation, observations: Observations) -> Proved | None:
    """Return the proof that an end of the space of the one parameter is the maximiser; ``None`` where it is none.

    A log-likelihood that is concave in the parameter, or in a monotone function of it, as in a full exponential family,
    turns at most once. If its slope at an end points outwards, it falls from there all the way to the other end.
    """
    family = derivation.family
    if not _turns_once(derivation) or family.bounds.free_symbols & set(family.symbols):
        return None
    (item,), table = family.parameters, table_of(family, observations)
    ends = ((item.bounds.lo, item.bounds.lo_closed, 1), (item.bounds.hi, item.bounds.hi_closed, -1))
    for bits in precisions():
        with precision(bits):
            for end, closed, inwards in ends:
                if not closed or not end.is_finite:
                    continue
                place = ball(end)
                slope = _slope(family)(table.rows, table.weights, place)[0] * inwards
                if slope < 0 and total(family, [place], table, observations).is_finite():
                    theta = {item.symbol: place}
                    return Proved(Verdict.AT_BOUNDARY, theta, {}, "slope at an end of the space", RISES, "", bits)
    return None


def _turns_once(derivation: Derivation) -> bool:
    """Whether one parameter's log-likelihood is proved to be concave, in itself or in what it is a function of."""
    family, optimality = derivation.family, derivation.optimality
    if len(family.parameters) != 1 or derivation.integer is not None or not optimality.proved:
        return False
    form = derivation.exponential_form
    full = form is not None and len(form.statistics) == 1 and optimality.unique
    return (optimality.concave or full) and not has_kinks(_slope_of(family))


def _slope_of(family: Family) -> Expr:
    return derivative(family.log_density, family.symbols[0])


@lru_cache(maxsize=512)
def _slope(family: Family) -> Sums:
    return row_sums((in_plain_functions(_slope_of(family)),), family.columns, family.symbols)
