"""How claims on noise that ends at an estimated scale are re-proved: by a sign, and by the form of a linear program."""

from __future__ import annotations

from sympy import Abs, Expr, Symbol, Tuple

from ..derivation import Evidence, Finding, Step
from .conditions import AllOf, Haar, NoExactFit
from .family import StructuredFamily
from .plates import Component, DatumComponent, Plate
from .sums import is_zero, normal, placed
from .terms import Average, Largest

Steps = tuple[Step, ...]
_PROGRAM = (
    "a linear program that is feasible and bounded has a solution (Bertsimas & Tsitsiklis 1997, Introduction to Linear "
    "Optimization, corollary 2.3)"
)


def _end(family: StructuredFamily) -> tuple[Expr, Symbol] | None:
    """The distance and the scale of the one inequality that a parameter stands in, and nothing else bounds."""
    ends = [pair for pair in family.support if any(one.has(*family.terms) for one in pair)]
    if len(ends) != 1 or not isinstance(ends[0][1], Symbol) or ends[0][1] not in family.terms:
        return None
    distance, scale = ends[0]
    plain = not distance.has(scale) and not family.log_density.has(DatumComponent, Component)
    return (distance, scale) if plain and scale.is_positive else None


def _power(family: StructuredFamily, scale: Symbol) -> Expr:
    """The log-density is this times the logarithm of the scale, plus a constant, if this is a number."""
    return (scale * family.log_density.diff(scale)).expand()


def check_least_bound(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The density depends on the scale alone and falls in it; an observation is possible where the scale is no less
    than its distance."""
    (falls,) = given
    end = _end(family)
    if end is None or falls.rule != "gradient" or falls.subject != end[1] or step.subject != end[1]:
        return Finding(Evidence.REFUTED, "does not rest on the slope in a scale that ends the support")
    distance, scale = end
    if step.value != Largest(distance):
        return Finding(Evidence.REFUTED, "is not the largest distance that the support bounds")
    power = _power(family, scale)
    if not power.is_number:
        return Finding(Evidence.UNDECIDED, "the density is no power of the scale")
    return Finding(Evidence.SIGN) if power.is_negative else Finding(Evidence.REFUTED, "the density does not fall")


def check_minimax(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The height with the scale put in; the distance is that of a linear function of the coefficients."""
    average, least = given
    end = _end(family)
    if end is None or (average.rule, least.rule) != ("average", "least-bound") or step.subject != Tuple(*family.terms):
        return Finding(Evidence.REFUTED, "does not rest on the mean log-likelihood and its best scale")
    distance, scale = end
    if not is_zero(step.value - Average(family.log_density).xreplace({scale: least.value}), family.totals):
        return Finding(Evidence.REFUTED, "is not the height with the best scale put in")
    others = [term for term in family.terms if term != scale]
    if not isinstance(distance, Abs) or not all(_linear(distance.args[0], term) for term in others):
        return Finding(Evidence.UNDECIDED, "the distance is not seen to be that of a linear function")
    return Finding(Evidence.LEMMA, _PROGRAM)


def _linear(inside: Expr, term: Expr) -> bool:
    """Whether the slope along every direction is the same everywhere."""
    if not isinstance(term, Component):
        return False
    pace = Symbol("_pace", real=True)
    found = [one for one in inside.atoms(Component) if one.name == term.name]
    moved = inside.xreplace({one: one + pace * Component("_h", "real", *one.indices) for one in found})
    slope = normal(moved.diff(pace))
    named = {one.name for one in slope.atoms(Component)}
    return not slope.has(pace) and term.name not in named and "_h" in named


def check_exists_bounded(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The least largest distance is 0 exactly where all distances can be 0 together.

    There the density, a negative power of the scale, has no bound; elsewhere the solutions of the program lie in the
    parameter space.
    """
    falls, best = given
    end = _end(family)
    if end is None or (falls.rule, best.rule) != ("gradient", "minimax") or step.subject != Tuple(*family.terms):
        return Finding(Evidence.REFUTED, "does not rest on the program that the scale is left to")
    distance, scale = end
    if step.value != AllOf(NoExactFit(distance.args[0])):
        return Finding(Evidence.REFUTED, "a condition is left out, is not needed, or is about something else")
    power = _power(family, scale)
    settled = isinstance(distance, Abs) and power.is_number and power.is_negative
    return Finding(Evidence.LEMMA, _PROGRAM) if settled else Finding(Evidence.UNDECIDED, "no power of the scale")


def check_only(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """Residuals are affine in the coefficients: halfway they are the mean of both ends, and along a direction they move
    by its sum with the covariates, which can be any numbers where these are independent.

    The largest distance of a solution is positive, so that a residual of that size can be brought closer to 0, and the
    mean of two numbers up to it reaches it only where both do (Cheney 1966, Introduction to Approximation Theory,
    chapter 3).
    """
    best, exact = given
    end = _end(family)
    if end is None or (best.rule, exact.rule) != ("minimax", "exists-bounded") or len(family.terms) != 2:
        return Finding(Evidence.REFUTED, "does not rest on the program, and on a distance that is not 0")
    (distance, scale), condition = end, step.value
    (term,) = (one for one in family.terms if one != scale)
    if step.subject != term or not isinstance(condition, Haar) or not isinstance(distance, Abs):
        return Finding(Evidence.REFUTED, "is not about the coefficients in a distance")
    covariate, several = condition.args
    if not isinstance(covariate, DatumComponent) or not isinstance(term, Component) or len(term.indices) != 1:
        return Finding(Evidence.UNDECIDED, "is not about the covariates of one sum")
    first, second, pace = (*(term.renamed(f"{term.name}{at}") for at in "01"), Symbol("_pace", real=True))
    ends = [placed(distance.args[0], {term: one}) for one in (first, second)]
    halfway = placed(distance.args[0], {term: (first + second) / 2})
    if not is_zero(halfway - (ends[0] + ends[1]) / 2, family.totals):
        return Finding(Evidence.UNDECIDED, "halfway, residuals are not seen to be the mean of both")
    slope = normal(placed(distance.args[0], {term: term + pace * first}).diff(pace))
    moved = Plate(covariate * first, term.indices[0], several)
    if not any(is_zero(slope + sign * moved) for sign in (1, -1)):
        return Finding(
            Evidence.REFUTED, "is not about the covariates that the coefficients stand beside, and all those"
        )
    return Finding(Evidence.LEMMA, "Haar's condition")


RULES = {
    "least-bound": check_least_bound,
    "minimax": check_minimax,
    "exists-bounded": check_exists_bounded,
    "only": check_only,
}
