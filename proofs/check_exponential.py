"""Re-proves the exponential form of a density, or that there is none; the means of statistics; the normalisation."""

from __future__ import annotations

from sympy import Add, Expr, Mul, Symbol

from .algebra.atoms import Mean
from .algebra.derivatives import derivative
from .apart import log_density_form
from .check_context import Context, confirmed_zero
from .derivation import Evidence, Finding, Step, Verdict, weakest
from .expectations import is_normalised
from .exponential import rank_bound


def exponential(step: Step, context: Context) -> Finding:
    """Natural parameters times statistics minus log-partition plus log base measure is the log-density."""
    family = context.family
    natural = Add(*(Mul(e, t) for e, t in zip(step.named("eta").args, step.named("statistics").args, strict=True)))
    claim = natural - step.named("log_partition") + step.named("log_base_measure")
    estimated, data = set(family.symbols), set(family.columns)
    if any(t.free_symbols & estimated for t in step.named("statistics").args) or any(
        e.free_symbols & data for e in step.named("eta").args
    ):
        return Finding(Evidence.REFUTED, "a statistic contains a parameter, or a natural parameter contains data")
    identity = log_density_form(family) - claim
    points = [({**theta, **row}, ()) for theta, sample in context.points() for row in sample[:2]]
    same = confirmed_zero(claim - step.value, family.domain, lambda: points)
    found = weakest([confirmed_zero(identity, family.domain, lambda: points), same])
    if found.evidence.verdict is Verdict.AGREE and rank_bound(family, int(step.named("rank"))) < step.named("rank"):
        return Finding(Evidence.REFUTED, "the minor that shows minimality was not found again")
    return found


def no_exponential(step: Step, context: Context) -> Finding:
    """A minor of one more than the number of statistics is not zero: a rigorous exclusion in balls."""
    size = int(step.value) + 1
    if rank_bound(context.family, size) == size:
        return Finding(Evidence.BALL, "a minor in balls excludes zero: rigorous")
    return Finding(Evidence.UNDECIDED, "no minor excludes zero")


def mean_map(step: Step, context: Context) -> Finding:
    """``J' tau = dA / dtheta``."""
    form = context.given(step)
    eta, partition = form.named("eta").args, form.named("log_partition")
    regular = [p for p in context.family.symbols if p not in context.family.bounds.free_symbols]

    def means(p: Symbol) -> Expr:
        return Add(*(derivative(e, p) * tau for e, tau in zip(eta, step.value.args, strict=True)))

    return weakest([context.zero(means(p) - derivative(partition, p)) for p in regular])


def normalised(step: Step, context: Context) -> Finding:
    """The integral or sum of the density is one, by a lemma."""
    again = is_normalised(context.family)
    if again is None:
        return Finding(Evidence.UNDECIDED, "no lemma matches")
    # Where it holds covariates, balls know these from data alone.
    columns = context.family.columns
    both = (again.value, again.value - step.value)
    found = weakest([context.zero(Mean(one, *columns) if one.free_symbols & set(columns) else one) for one in both])
    return Finding(Evidence.LEMMA, again.lemma) if found.evidence is Evidence.ALGEBRA else found
