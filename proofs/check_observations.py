"""Re-proves what is said of a parameter that is looked for among the observations."""

from __future__ import annotations

from math import lcm

from sympy import Dummy, Expr, Pow

from .algebra.logs import split_logs
from .ball_data import is_zero_at
from .check_context import Context, pairs, subject_of
from .check_roots import chained
from .data_point import DataPoint, peaks_at_data
from .derivation import Evidence, Finding, Step, Verdict, by_sign, weakest
from .points import is_continuous_at_zero
from .zero import prove_zero


def at_data_point(step: Step, context: Context) -> Finding:
    """Both pieces are the log-density on their side of the observation, and make the likelihood peak at data."""
    family, p, place = context.family, subject_of(step), step.named("place")
    below, above = step.value.args
    for theta, sample in context.points():
        for row in sample:
            piece = below if bool(theta[p] < place.subs(row)) else above
            if is_zero_at(family.log_density - piece, {**theta, **row}) is not True:
                return Finding(Evidence.REFUTED, "a piece is not the log-density on its side")
    return by_sign(
        peaks_at_data(DataPoint(p, below, above, place), family), "convex between observations, monotone beyond"
    )


def profile(step: Step, context: Context) -> Finding:
    """The likelihood with the formulas put in: linear in its statistics, and continuous where they vanish.

    The formulas give the supremum where they lie in the space, which other steps prove. A supremum of functions linear
    in the statistics is convex and closed, so that along a line it is continuous up to the edge (Rockafellar 1970).
    """
    ell, symbols = context.given(step).value, step.named("averages").args
    if any(ell.diff(one, other) != 0 for one in symbols for other in symbols):
        return Finding(Evidence.REFUTED, "the mean log-likelihood is not linear in its statistics")
    solved = {s.subject: s.value for s in context.steps if s.rule == "root" and step.held == s.held}
    roots = pairs(step, "roots")
    if set(roots) != set(solved) or any(
        context.zero(chained(solved[p], roots) - value).evidence.verdict is not Verdict.AGREE
        for p, value in roots.items()
    ):
        return Finding(Evidence.REFUTED, "a formula is not the root that was derived")
    if not is_continuous_at_zero(step.value, symbols):
        return Finding(Evidence.UNDECIDED, "that the formula is continuous where a statistic vanishes is not proved")
    same = _profile_is(step.value, chained(ell, roots), context)
    return weakest([same, Finding(Evidence.LEMMA, "closed convex functions are continuous along lines")])


def _profile_is(value: Expr, expected: Expr, context: Context) -> Finding:
    """Whether two sums of logarithms agree for positive statistics, each written as a power that has no roots."""
    gap = value - expected
    order = lcm(1, *(int(node.exp.q) for node in gap.atoms(Pow) if node.exp.is_Rational))
    powers = {symbol: Dummy(symbol.name, positive=True) ** order for symbol, _ in context.table}
    plain_gap = gap.subs(powers, simultaneous=True)
    found = prove_zero(split_logs(plain_gap, {}), {}, list)
    return found if found.evidence is Evidence.ALGEBRA else context.zero(gap)
