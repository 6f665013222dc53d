"""Re-proves expectations and entropies in another way than they were found: by the mean map first of all."""

from __future__ import annotations

import mpmath as mp
from sympy import Add, Expr, Matrix, Mul, S

from .algebra.logs import normal_form
from .check_context import Context
from .derivation import Evidence, Finding, Step
from .digits import number
from .expectation_tilts import tilted
from .family import Family
from .group_totals import has_censored
from .measures import Expected, measure_of
from .quadrature import WORKING, expected_at

# Two closed forms that agree to so many digits at a random rational member are the same function; quadrature works with
# twice as many, and says itself how far it may be off.
_AGREED = 15


def expectation(step: Step, context: Context) -> Finding:
    """The mean of a statistic by an integral lemma is the one that the derivatives of the log-partition give.

    Source: Brown 1986, *Fundamentals of Statistical Exponential Families*, theorem 2.2 and corollary 2.3.
    """
    means = context.given(step)
    statistics = context.given(means).named("statistics").args if means.rule == "mean-map" else ()
    if step.subject not in statistics:
        return Finding(Evidence.REFUTED, "the premise gives no mean of this statistic")
    tau = means.value.args[statistics.index(step.subject)]
    if tau != step.named("tau"):
        return Finding(Evidence.REFUTED, "the mean map gives another mean of this statistic")
    found = context.zero(step.value - tau)
    return Finding(Evidence.LEMMA, "derivative of the log-partition") if found.evidence is Evidence.ALGEBRA else found


def entropy(step: Step, context: Context) -> Finding:
    """``A - eta tau - E[log h]``, ``log h`` in the statistics or by a tilt of its own; else by quadrature."""
    form = next((one for one in context.steps if one.rule == "exponential-form"), None)
    means = next((one for one in context.steps if one.rule == "mean-map"), None)
    if form is None or means is None:
        return Finding(Evidence.UNDECIDED, "there is no mean map to compute the entropy from")
    tau = means.value.args
    remaining = form.named("log_base_measure")
    base, lemma = _mean_in_statistics(remaining, form.named("statistics").args, tau, context.family), ""
    tilted_mean = None if base is not None else _mean_by_tilt(remaining, context.family)
    if tilted_mean is not None:
        base, lemma = tilted_mean.value, tilted_mean.lemma
    if base is None:
        return _by_quadrature(step.value, context)
    natural = Add(*(Mul(eta, one) for eta, one in zip(form.named("eta").args, tau, strict=True)))
    found = context.zero(form.named("log_partition") - natural - base - step.value)
    by = "means of the statistics" + f" and {lemma}" * bool(lemma)
    return Finding(Evidence.LEMMA, by) if found.evidence is Evidence.ALGEBRA else found


def _mean_by_tilt(function: Expr, family: Family) -> Expected | None:
    """The mean of a function of one observed number: the derivative at zero of ``log E[exp(e f)]``, by lemmas."""
    return None if family.also or has_censored(family) else tilted(measure_of(family), function)


def _mean_in_statistics(
    function: Expr, statistics: tuple[Expr, ...], means: tuple[Expr, ...], family: Family
) -> Expr | None:
    """The mean of a function that is a sum of multiples of the statistics and a constant; ``None`` if it is not."""
    rows = [_parts(one, family) for one in (*statistics, function)]
    basis = list(dict.fromkeys(part for row in rows for part in row if part != 1))
    target = Matrix([rows[-1].get(part, S.Zero) for part in basis])
    matrix = Matrix([[row.get(part, S.Zero) for row in rows[:-1]] for part in basis])
    if not basis or target.is_zero_matrix:
        return rows[-1].get(S.One, S.Zero)
    try:
        multiples, free = matrix.gauss_jordan_solve(target)
    except ValueError:
        return None
    if free.rows:
        return None
    constant = rows[-1].get(S.One, S.Zero) - Add(
        *(c * row.get(S.One, S.Zero) for c, row in zip(multiples, rows[:-1], strict=True))
    )
    return constant + Add(*(c * mean for c, mean in zip(multiples, means, strict=True)))


def _parts(function: Expr, family: Family) -> dict[Expr, Expr]:
    """The coefficient of every function of what is observed in a sum; under one, what is free of it."""
    found: dict[Expr, Expr] = {}
    for term in Add.make_args(normal_form(function, family.columns, family.domain)):
        coefficient, part = term.as_independent(*family.columns, as_Add=False)
        found[part] = found.get(part, S.Zero) + coefficient
    return found


def _by_quadrature(claimed: Expr, context: Context) -> Finding:
    """The integral, or sum, of ``-p log p`` at one random member beside the claim: it supports, and refutes nothing."""
    if context.family.also:
        return Finding(Evidence.UNDECIDED, "no quadrature over several numbers")
    theta, sample = context.points()[0]
    with mp.workdps(WORKING):
        start = sample[0][context.family.observation]
        found, error = expected_at(context.family, theta, lambda _, log_density: -log_density, start)
        gap = abs(found - number(claimed.subs(theta)))
        precise = error < mp.mpf(10) ** -_AGREED
        agreed = gap < mp.mpf(10) ** -_AGREED * (1 + abs(found))
    if precise and agreed:
        return Finding(Evidence.BALL, f"quadrature agrees to {_AGREED} digits at a random member")
    return Finding(Evidence.UNDECIDED, "quadrature is not sure" if not precise else "quadrature gives another number")
