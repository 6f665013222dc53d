"""Derives a regression: the parameters enter through one sum of coefficients times covariates, the predictor.

The log-density is then a function of one number, its kernel, or of one for each class. If that is concave, so is the
likelihood in all coefficients; and how the kernel falls far out says on which data the maximum is reached.
"""

from __future__ import annotations

from sympy import Abs, Expr, S, Tuple, limit, oo

from ..derivation import Obligation, Optimality, Outcome, Section
from ..trail import Trail
from .claims import add_claim
from .component_slopes import slope
from .conditions import AllOf, Columns, Condition, Overlap
from .derivation import Requirement
from .drafts import Draft
from .family import StructuredFamily
from .joint_predictors import add_joint_concave, add_joint_slopes
from .linear import ETA, Predictor
from .observed import above_zero, at_least_zero, plain, plain_symbol
from .plates import DatumComponent
from .regression_steps import Bend, Slopes
from .requirements import requirement
from .sums import normal
from .terms import Average

_CONCAVE = "the kernel is not seen to be concave"


def derive_predictor(family: StructuredFamily, found: Predictor, trail: Trail) -> Draft:
    """Return what is left to solve, why it is a maximum and when it exists; nothing checked yet."""
    here, subject = Section.LIKELIHOOD, Tuple(found.term)
    mean = normal(Average(family.log_density), family.totals)
    start = add_claim(trail, family, "average", here, "Mean log-likelihood: sums split.", mean)
    spoken = f"The coefficients enter through `{found.eta} = {found.predictor}` alone."
    kernel = add_claim(trail, family, "kernel", here, spoken, found.kernel, subject, (), {"predictor": found.predictor})
    equations: tuple[tuple[Expr, Expr], ...] = ()
    kinked = found.kernel.has(Abs)
    if not kinked:
        score = normal(Average(slope(family.log_density, found.term)), family.totals)
        spoken = f"Score in `{found.term}`: a mean of residuals times that covariate."
        add_claim(trail, family, "gradient", here, spoken, score, found.term, (start,))
        equations = ((S.Zero, score),)
    add_bend = _add_distance if kinked else _add_concave if found.eta == ETA else add_joint_concave
    bend = add_bend(family, found, trail, kernel)
    slopes = (_add_slopes if found.eta == ETA else add_joint_slopes)(family, found, trail, kernel)
    conditions = _add_conditions(family, found, trail, kernel, bend, slopes)
    obligations = [] if bend else [Obligation("a stationary point is a maximum", _CONCAVE)]
    if conditions is None:
        obligations.append(Obligation("on which data a maximiser exists is decided", "no rule for this kernel"))
    outcome = Outcome.SET_VALUED if kinked else Outcome.REDUCED
    reason = "the solutions of a linear program" if kinked else "one equation for each coefficient, a concave problem"
    argument = f"concave in the predictor{'s' * (found.eta != ETA)}, so in all coefficients" if bend else ""
    return Draft(
        outcome,
        reason,
        mean,
        (),
        equations,
        (found.term,),
        conditions or (),
        conditions is not None,
        Optimality(bend is not None, argument, bend is not None and bend.strict),
        False,
        tuple(obligations),
    )


def _add_concave(family: StructuredFamily, found: Predictor, trail: Trail, kernel: int) -> Bend | None:
    curvature = (-found.kernel.diff(ETA, 2)).factor()
    strict = above_zero(curvature)
    if not strict and not at_least_zero(curvature):
        return None
    spoken = (
        f"Minus the second derivative in `{ETA}` is {'positive' if strict else 'never negative'}, and `{ETA}` is "
        "linear in the coefficients: the likelihood is concave in them, and a root of the scores is a global maximum."
    )
    here, using = Section.OPTIMALITY, {"strict": S.true if strict else S.false}
    at = add_claim(trail, family, "concave", here, spoken, curvature, Tuple(found.term), (kernel,), using)
    return Bend(at, strict)


def _add_distance(family: StructuredFamily, found: Predictor, trail: Trail, kernel: int) -> Bend | None:
    distances = list(found.kernel.atoms(Abs))
    factor = -found.kernel.coeff(distances[0])
    if len(distances) != 1 or not above_zero(factor):
        return None
    spoken = (
        f"`-log p` is this number times `{distances[0]}`, plus what the coefficients are not in: maximising the "
        "likelihood is minimising the mean absolute error, a convex function of them."
    )
    here, using = Section.OPTIMALITY, {"distance": distances[0]}
    return Bend(add_claim(trail, family, "distance", here, spoken, factor, Tuple(found.term), (kernel,), using), False)


def _add_slopes(family: StructuredFamily, found: Predictor, trail: Trail, kernel: int) -> Slopes | None:
    """Slopes of the kernel far out on both sides; a direction may only be followed where they are zero."""
    bare = plain(found.kernel)
    back = {plain_symbol(one): one for one in found.kernel.atoms(DatumComponent)}
    if bare.has(Abs):
        factor = -bare.coeff(next(iter(bare.atoms(Abs))))
        ends: tuple[Expr, Expr] = (factor, -factor)
    else:
        ends = (limit(bare.diff(ETA), ETA, -oo), limit(bare.diff(ETA), ETA, oo))
    rising, falling = (one.xreplace(back) for one in ends)
    if not (at_least_zero(rising) and at_least_zero(-falling)):
        return None
    always = above_zero(rising) and above_zero(-falling)
    spoken = f"Slopes of `log p` in `{ETA}` towards minus and plus infinity: no direction is uphill for ever. "
    spoken += (
        "Both are strict for every observation, so the likelihood falls along every direction that changes a predictor."
        if always
        else "A direction can be followed for ever only where it meets a slope of 0."
    )
    here, value = Section.EXISTENCE, Tuple(rising, falling)
    return Slopes(
        add_claim(trail, family, "recession", here, spoken, value, Tuple(found.term), (kernel,)), value, always
    )


def _add_conditions(
    family: StructuredFamily, found: Predictor, trail: Trail, kernel: int, bend: Bend | None, slopes: Slopes | None
) -> tuple[Requirement, ...] | None:
    """Which conditions follow from curvature and slopes; ``None`` where they are not seen to be needed and enough."""
    if bend is None or slopes is None or not (bend.strict or slopes.always):
        return None
    conditions: list[Condition] = [Columns(found.predictor.args[0] / found.term)] if bend.strict else []
    conditions += [] if slopes.always else [Overlap(*slopes.value)]
    spoken = "One maximiser exists exactly where this holds." if conditions else "A maximiser exists on all data."
    given, value = (kernel, bend.at, slopes.at), AllOf(*conditions)
    add_claim(trail, family, "exists", Section.EXISTENCE, spoken, value, Tuple(found.term), given)
    return tuple(requirement(one, found) for one in conditions)
