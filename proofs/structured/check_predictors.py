"""How claims on regressions are re-proved: along an arbitrary direction, and by degrees instead of limits."""

from __future__ import annotations

from sympy import Abs, Dummy, Expr, S, Symbol, Tuple

from ..algebra.degrees import end_by_degrees
from ..derivation import Evidence, Finding, Step
from .conditions import AllOf, Columns, Overlap
from .family import StructuredFamily
from .observed import above_zero, at_least_zero, plain
from .plates import Component, DatumComponent, Plate
from .sums import is_zero, placed

Steps = tuple[Step, ...]
_LEMMA = (
    "a concave function that no direction raises or keeps level for ever, unless it is constant along it, has a "
    "maximum (Rockafellar 1970, Convex Analysis, theorem 27.1)"
)


def _eta(step: Step) -> Symbol:
    return Symbol("eta", real=True)


def check_kernel(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """Put in, the predictor gives the log-density; it is linear in the coefficients, which stand nowhere else."""
    predictor, (term,) = step.named("predictor"), family.terms
    covariate = predictor.args[0] / term
    linear = isinstance(predictor, Plate) and isinstance(covariate, DatumComponent)
    others = tuple(index for index in term.indices if index not in covariate.indices) if linear else ()
    summed = linear and predictor.args[1:2] == covariate.indices and len(others) == len(term.indices) - 1
    if not summed or {one.name for one in step.value.atoms(Component)} & {term.name, covariate.name}:
        return Finding(Evidence.REFUTED, "the predictor is not linear, or the coefficients stand outside of it")
    eta = Component("eta", "real", *others) if others else _eta(step)
    same = is_zero(placed(step.value, {eta: predictor}) - family.log_density, family.totals)
    return Finding(Evidence.ALGEBRA) if same else Finding(Evidence.REFUTED, "is not the log-density")


def check_concave(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The second derivative of the log-density along any direction is minus this times the predictor's square."""
    (kernel,) = given
    if kernel.rule != "kernel" or step.subject != Tuple(*family.terms):
        return Finding(Evidence.REFUTED, "does not rest on the kernel of its coefficients")
    (term,), predictor, pace = family.terms, kernel.named("predictor"), Symbol("_pace", real=True)
    towards = predictor.xreplace({term: Component("_h", "real", *term.indices)})
    moved = family.log_density.xreplace({predictor: predictor + pace * towards})
    if moved.xreplace({predictor: S.Zero, towards: S.Zero}).has(term):
        return Finding(Evidence.REFUTED, "coefficients stand outside of the predictor")
    second = moved.diff(pace, 2).xreplace({pace: S.Zero})
    here, there = Dummy("here", real=True), Dummy("there", real=True)
    claimed = step.value.xreplace({_eta(step): predictor}) * towards**2
    difference = plain((second + claimed).xreplace({predictor: here, towards: there}))
    if not is_zero(difference):
        return Finding(Evidence.REFUTED, "is not minus the second derivative")
    if step.named("strict") == S.true:
        return _signed(above_zero(step.value))
    return _signed(at_least_zero(step.value))


def _signed(holds: bool) -> Finding:
    return Finding(Evidence.SIGN) if holds else Finding(Evidence.UNDECIDED, "the sign is not proved")


def check_distance(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """Without its multiple of a distance to the predictor the log-density has no coefficients."""
    (kernel,) = given
    (term,), distance, predictor = family.terms, step.named("distance"), kernel.named("predictor")
    if kernel.rule != "kernel" or step.subject != Tuple(term) or not isinstance(distance, Abs):
        return Finding(Evidence.REFUTED, "does not rest on the kernel of its coefficients, or is no distance")
    inside = distance.args[0]
    affine = inside.diff(_eta(step))
    rest = family.log_density + step.value * distance.xreplace({_eta(step): predictor})
    if affine not in (S.One, S.NegativeOne) or step.value.has(term, DatumComponent) or rest.expand().has(term):
        return Finding(Evidence.REFUTED, "the log-density is not a multiple of this distance plus other terms")
    return _signed(above_zero(step.value))


def check_recession(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The slopes far out, by the degrees of a fraction of polynomials; neither side is uphill for ever."""
    (kernel,) = given
    if kernel.rule != "kernel" or step.subject != Tuple(*family.terms):
        return Finding(Evidence.REFUTED, "does not rest on the kernel of its coefficients")
    for value, side in zip(step.value, (S.NegativeOne, S.One), strict=True):
        wanted = slope_far_out(plain(kernel.value), _eta(step), side)
        if wanted is None:
            return Finding(Evidence.UNDECIDED, "no rule gives the slope far out")
        if plain(value) != wanted and (plain(value) - wanted).expand() != 0:
            return Finding(Evidence.REFUTED, "is not the slope of the log-density far out")
        if not at_least_zero(-side * value):
            return Finding(Evidence.UNDECIDED, "a side is not seen to fall, or to be level")
    return Finding(Evidence.LEMMA, "limits by degrees")


def check_exists(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The conditions are those that curvature and slopes leave, no fewer and no more.

    A maximum is reached where no direction can be followed for ever but along constants; a direction that only falls
    for every observation cannot be. Where the curvature is strict, each condition is needed as well: dependent
    covariates give lines of equal likelihood; and along a direction without a falling slope, but with some predictor
    that changes, the likelihood rises for ever.
    """
    kernel, bend, slopes = given
    rules = kernel.rule, bend.rule in ("concave", "joint-concave", "distance"), slopes.rule.endswith("recession")
    if rules != ("kernel", True, True) or {one.subject for one in given} != {Tuple(*family.terms)}:
        return Finding(Evidence.REFUTED, "does not rest on the kernel, its curvature and its slopes far out")
    strict = bend.rule != "distance" and bend.named("strict") == S.true
    always = slopes.rule == "recession" and above_zero(slopes.value[0]) and above_zero(-slopes.value[1])
    if not strict and not always:
        return Finding(Evidence.UNDECIDED, "a direction without a falling slope need not rise where it is not strict")
    (term,) = family.terms
    wanted = {Columns(kernel.named("predictor").args[0] / term)} if strict else set()
    wanted |= set() if always else {Overlap(*slopes.value)}
    if not isinstance(step.value, AllOf) or set(step.value.args) != wanted:
        return Finding(Evidence.REFUTED, "a condition is left out, is not needed, or is about something else")
    return Finding(Evidence.LEMMA, _LEMMA)


def slope_far_out(kernel: Expr, eta: Symbol, side: Expr) -> Expr | None:
    """Return the limit of the slope of a kernel as ``eta`` goes to ``side`` times infinity, where degrees decide it.

    >>> from sympy import exp, log
    >>> eta, y = Symbol("eta", real=True), Symbol("y", nonnegative=True)
    >>> slope_far_out(y * eta - log(1 + exp(eta)), eta, S.One)
    y - 1
    """
    distances = list(kernel.atoms(Abs))
    if distances:
        factor = kernel.coeff(distances[0])
        smooth = (kernel - factor * distances[0]).expand().has(eta)
        straight = distances[0].args[0].diff(eta) in (S.One, S.NegativeOne)
        return None if smooth or factor.has(eta) or not straight else side * factor
    return end_by_degrees(kernel.diff(eta), eta, side)


RULES = {
    "kernel": check_kernel,
    "concave": check_concave,
    "distance": check_distance,
    "recession": check_recession,
    "exists": check_exists,
}
