"""Proposes when a full family over shares has a maximiser, and that its members differ where their parameters do."""

from __future__ import annotations

from sympy import Expr, S, Tuple, log

from ..derivation import Section
from ..trail import Trail
from .claims import add_claim
from .derivation import Requirement
from .family import StructuredFamily
from .naming import renamed
from .pieces import expression, gibbs
from .plate_lemmas import Shares, shares
from .plates import Component, Plate
from .sums import normal, placed
from .terms import Average

_DISTINCT = (
    "Of two shares or more, members are equal only where their parameters are: where log-densities are equal for all "
    "shares, so that their difference is 0, let one share tend to zero and the others keep their proportions: the "
    "difference runs to infinity unless the factor of that share's logarithm is 0."
)
_SHORTFALL = (
    "How far a sum of logarithms of shares, with weights `w_k` that are at least 0 and add up to one, stays below its "
    "largest value, which it has where the shares are the weights: a divergence (Gibbs), zero there only. With a "
    "weight below 0 there is no largest value: let that share tend to zero and the others keep their proportions."
)
_INTERIOR = (
    "The family is full: the integral is finite for positive parameters and no others. Therefore a maximiser exists "
    "exactly when the mean statistic is interior to the convex hull of the statistic's range, that is, when along no "
    "direction does it reach the largest value. The mean of divergences is zero only where every observation is the "
    "weights: where all are equal. Of one share alone all members are the same, and its observations are all equal."
)
_BOUNDARY = "otherwise the mean statistic is on the boundary of its range, and the supremum is not reached"


def add_distinct(family: StructuredFamily, trail: Trail, lemma: Shares, total: int) -> int:
    """Add the step that members differ where parameters do; ``total`` is the position of the normalised density."""
    ends = [placed(family.log_density, {term: renamed(term, end) for term in family.terms}) for end in ("0", "1")]
    value = normal(ends[0] - ends[1], family.totals)
    using = {"statistic": log(lemma.datum)}
    return add_claim(
        trail, family, "distinct", Section.OPTIMALITY, _DISTINCT, value, Tuple(*family.terms), (total,), using
    )


def spread(lemma: Shares) -> Expr:
    """Return the mean squared distance of the observations from their mean, zero exactly where all are equal.

    >>> from thetahat.proofs.registry import structured
    >>> spread(shares(structured("dirichlet")))
    sum(mean((-mean(x_k) + x_k)**2); k = 1..K)
    """
    (index,) = lemma.datum.indices
    return Plate(Average((lemma.datum - Average(lemma.datum)) ** 2), index, lemma.last)


def add_interior(family: StructuredFamily, trail: Trail) -> Requirement | None:
    """Add the steps on existence for densities that are products of powers of shares; return the condition on data."""
    lemma = shares(family)
    total = next((at for at, step in enumerate(trail.steps) if step.rule == "normalised"), None)
    if lemma is None or total is None:
        return None
    (index,) = lemma.datum.indices
    weights = Component("w", "nonnegative", index)
    piece = gibbs(weights, lemma.datum, S.One, Tuple(index, lemma.last))
    given = add_claim(
        trail,
        family,
        "shortfall",
        Section.EXISTENCE,
        _SHORTFALL,
        expression(piece),
        weights,
        (total,),
        {"piece": piece},
    )
    value, subject = spread(lemma), Tuple(*family.terms)
    add_claim(trail, family, "interior", Section.EXISTENCE, _INTERIOR, value, subject, (total, given))
    return Requirement(value, "spread", "the observations are not all equal", _BOUNDARY)
