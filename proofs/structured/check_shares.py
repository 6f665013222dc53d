"""How the maximum over shares is re-proved: by an integral from the list, matched moments, and Gibbs' inequality."""

from __future__ import annotations

from sympy import Expr, log

from ..derivation import Evidence, Finding, Step
from .family import StructuredFamily
from .naming import renamed, subject_of
from .plate_lemmas import shares
from .sums import bound, is_zero, normal, placed
from .terms import Average

Steps = tuple[Step, ...]


def roots_in(steps: list[Step] | Steps) -> dict[Expr, Expr]:
    """Return the formulas that steps claim."""
    return {subject_of(step): step.value for step in steps if step.rule in ("root", "estimate")}


def _is_zero(value: Expr, family: StructuredFamily) -> bool:
    return is_zero(value, family.totals)


def check_normalised(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The log-density is that of the lemma, constant included."""
    lemma = shares(family)
    if lemma is None or not _is_zero(family.log_density - lemma.log_density(), family) or step.value != 0:
        return Finding(Evidence.UNDECIDED, "the density is no kernel of the lemmas")
    return Finding(Evidence.LEMMA, "integral over shares")


def check_moment(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The expectation is what the lemma gives."""
    (total,) = given
    lemma = shares(family)
    if total.rule != "normalised" or lemma is None:
        return Finding(Evidence.UNDECIDED, "does not rest on a lemma")
    if subject_of(step) != log(lemma.datum) or not _is_zero(step.value - lemma.mean_log(), family):
        return Finding(Evidence.REFUTED, "the lemma gives another expectation")
    return Finding(Evidence.LEMMA, "integral over shares")


def check_matching(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """With the roots put in, and their sum as the closing equation has it, the expectation is the mean on the data."""
    moment, root, closing = given
    rules = (moment.rule, root.rule, closing.rule)
    if rules != ("moment", "root", "closed-sum") or moment.subject != subject_of(step):
        return Finding(Evidence.REFUTED, "does not rest on the expectation, the roots and their sum")
    if step.value != Average(subject_of(step)):
        return Finding(Evidence.REFUTED, "is not the mean of its statistic")
    reached = normal(placed(moment.value, {root.subject: root.value}), family.totals)
    reached = normal(reached.xreplace({normal(closing.value): closing.subject}), family.totals)
    same = normal(reached - step.value, family.totals) == 0
    return Finding(Evidence.ALGEBRA) if same else Finding(Evidence.UNDECIDED, "the normal forms differ")


def check_pythagoras(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """Between members, the log-densities differ by the matched statistic alone; the gap is then their divergence."""
    matched, root, closing = given
    if (matched.rule, root.rule, closing.rule) != ("matching", "root", "closed-sum"):
        return Finding(Evidence.REFUTED, "does not rest on matched moments")
    both = [placed(family.log_density, {term: renamed(term, end) for term in family.terms}) for end in ("0", "1")]
    between = normal(Average(both[0] - both[1]), family.totals)
    index = bound(subject_of(matched).args[0].indices[0])
    allowed = Average(subject_of(matched).xreplace({subject_of(matched).args[0].indices[0]: index}))
    if any(one != allowed for one in between.atoms(Average)):
        return Finding(Evidence.UNDECIDED, "members differ by more than the matched statistic")
    mean = Average(family.log_density)
    others = {term: renamed(term, "1") for term in family.terms}
    gap = normal(placed(mean, roots_in(given)) - placed(mean, others), family.totals)
    same = normal(gap.xreplace({normal(closing.value): closing.subject}) - step.value, family.totals) == 0
    return Finding(Evidence.LEMMA, "Gibbs") if same else Finding(Evidence.REFUTED, "is not the gap")
