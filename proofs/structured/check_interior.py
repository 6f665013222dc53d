"""How it is re-proved when a full family over shares has a maximiser, and that its members differ.

The statistic is read off the declared density, by its slope along weights, and not taken from whoever made the steps.
"""

from __future__ import annotations

from sympy import Add, Expr, S, Symbol, Tuple, limit, log, oo

from ..derivation import Evidence, Finding, Step
from .cases import vanishes
from .family import StructuredFamily
from .naming import renamed, subject_of
from .pieces import expression
from .plate_cases import PlateWorld, places, plate_value, plate_worlds
from .plate_lemmas import shares
from .plates import Component, DatumComponent, Plate
from .sums import holds_data, is_zero, normal, placed
from .terms import Average
from .verdicts import judged

Steps = tuple[Step, ...]
_FULL = "interior of the convex hull of a full family (Barndorff-Nielsen 1978, theorem 9.13)"


def check_distinct(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The difference is a number plus one function of each share, times a difference of parameters, that is unbounded
    as the share tends to zero while the others stay."""
    (total,) = given
    datum = _datum(family)
    if total.rule != "normalised" or datum is None or subject_of(step) != Tuple(*family.terms):
        return Finding(Evidence.REFUTED, "does not rest on a density over shares, or leaves a parameter out")
    ends = [placed(family.log_density, {term: renamed(term, end) for term in family.terms}) for end in ("0", "1")]
    difference = step.value - (ends[0] - ends[1])
    wrong = any(not vanishes(plate_value(difference, world, 0)) for world in plate_worlds(family))
    finding = judged(is_zero(difference, family.totals), wrong)
    if finding.evidence is not Evidence.ALGEBRA:
        return finding
    statistic, (term,) = step.named("statistic"), family.terms
    (index,) = datum.indices
    own = Plate((renamed(term, "0") - renamed(term, "1")) * statistic, index, family.last(index))
    if holds_data(normal(step.value - own, family.totals)):
        return Finding(Evidence.REFUTED, f"the log-densities differ in the data by more than {statistic}")
    return finding if _unbounded(statistic, datum) else Finding(Evidence.UNDECIDED, f"{statistic} may be bounded")


def _unbounded(statistic: Expr, datum: Component) -> bool:
    """Whether a function of one share alone runs to minus infinity as the share tends to zero."""
    share = Symbol("_share", positive=True)
    bare = statistic.xreplace({datum: share})
    return bare.free_symbols == {share} and not bare.has(Component) and limit(bare, share, 0, "+") is -oo


def _datum(family: StructuredFamily) -> Component | None:
    """The one observed vector, if it is one of positive shares that add up to one, with as many parameters."""
    if len(family.observation) != 1 or len(family.terms) != 1 or len(family.totals) != 1:
        return None
    (datum,), (term,) = family.observation, family.terms
    if not isinstance(datum, DatumComponent) or not isinstance(term, Component):
        return None
    if len(datum.indices) != 1 or term.indices != datum.indices or not datum.is_positive:
        return None
    (index,) = datum.indices
    shared = (Plate(datum, index, family.last(index)), S.One) in family.totals
    return datum if shared and not family.support else None


def check_shortfall(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The slope of the log-density along the weights, at the shares that are the weights, less that at any others."""
    (total,) = given
    datum, weights, piece = _datum(family), subject_of(step), step.named("piece")
    if total.rule != "normalised" or datum is None:
        return Finding(Evidence.REFUTED, "does not rest on a density over shares")
    if not _are_weights(weights, datum, family):
        return Finding(Evidence.REFUTED, f"{weights} is no new vector of weights, one for each share")
    (index,) = datum.indices
    kind, factor, *rest = piece
    if kind.name != "gibbs" or factor != 1 or tuple(rest) != (weights, datum, Tuple(index, family.last(index))):
        return Finding(Evidence.REFUTED, "is not the divergence from the weights to the shares")
    (term,), pace = family.terms, Symbol("_pace", real=True)
    found = [one for one in family.log_density.atoms(Component) if one.name == term.name]
    along = {one: one + pace * weights.at(*one.indices) for one in found}
    slope = family.log_density.xreplace(along).diff(pace).xreplace({pace: S.Zero})
    difference = step.value - (placed(slope, {datum: weights}) - slope)
    totals = (*family.totals, (Plate(weights, index, family.last(index)), S.One))
    same = is_zero(difference, totals) and is_zero(step.value - expression(piece), totals)

    def wrong(world: PlateWorld) -> bool:
        return not vanishes(plate_value(difference, _weighed(world, weights, term, family), 0))

    finding = judged(same, any(map(wrong, plate_worlds(family))))
    return Finding(Evidence.LEMMA, "Gibbs") if finding.evidence is Evidence.ALGEBRA else finding


def _are_weights(weights: Expr, datum: Component, family: StructuredFamily) -> bool:
    names = {one.name for one in family.log_density.atoms(Component)}
    new = isinstance(weights, Component) and not isinstance(weights, DatumComponent) and weights.name not in names
    return bool(new and weights.is_nonnegative and weights.indices == datum.indices)


def _weighed(world: PlateWorld, weights: Component, term: Component, family: StructuredFamily) -> PlateWorld:
    """The world with weights in proportion to the parameters there."""
    where = places(family, term, world.sizes)
    whole = Add(*(world.values[term.name, at] for at in where))
    return world.having({(weights.name, at): world.values[term.name, at] / whole for at in where})


def check_interior(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The statistic falls short of its largest value by a divergence along weights, and has none along others; the
    mean of divergences vanishes where all observations are the weights, and only there."""
    total, shortfall = given
    datum, lemma = _datum(family), shares(family)
    if (total.rule, shortfall.rule) != ("normalised", "shortfall") or subject_of(step) != Tuple(*family.terms):
        return Finding(Evidence.REFUTED, "does not rest on the density and on how far its statistic falls short")
    if datum is None or lemma is None or not _full(family, lemma.exponent):
        return Finding(Evidence.UNDECIDED, "the family is not seen to be full")
    if not _unbounded(log(datum), datum):
        return Finding(Evidence.UNDECIDED, "along a negative weight the statistic may be bounded")
    (index,) = datum.indices
    around = Plate(Average((datum - Average(datum)) ** 2), index, family.last(index))
    if not is_zero(step.value - around, family.totals):
        return Finding(Evidence.REFUTED, "is zero on other data than those that are all equal")
    return Finding(Evidence.LEMMA, _FULL)


def _full(family: StructuredFamily, exponent: Component) -> bool:
    """Whether the parameters are the exponents of the shares themselves, and may be all positive numbers and no others:
    near zero ``u**(a - 1)`` is integrable exactly for positive ``a``."""
    (one,) = family.parameters
    return one.term == exponent and one.simplex is None and exponent.sign == "positive"


RULES = {"distinct": check_distinct, "shortfall": check_shortfall, "interior": check_interior}
