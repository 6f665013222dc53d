"""Derives a regression: the parameters enter through one sum of coefficients times covariates, the predictor.

The log-density is then a function of one number, its kernel. If that is concave, so is the likelihood in all
coefficients; and how the kernel falls far out says on which data the maximum is reached.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Abs, Expr, S, Symbol, Tuple, limit, oo

from ..derivation import Obligation, Optimality, Outcome, Section
from ..trail import Trail
from .claims import add_claim
from .component_slopes import slope
from .derivation import Requirement
from .drafts import Draft
from .family import StructuredFamily
from .observed import above_zero, at_least_zero, plain, plain_symbol
from .plates import Component, DatumComponent, Plate
from .sums import normal
from .terms import Average

ETA = Symbol("eta", real=True)
_ONE_ESTIMATE = "otherwise coefficients that predict the same are equally likely, and no single one is the estimate"
_REACHED = "otherwise the likelihood grows along d for ever, and its supremum is not reached"


@dataclass(frozen=True)
class Predictor:
    """The sum of coefficients times covariates, and the log-density as a function of it."""

    term: Component
    predictor: Plate
    kernel: Expr


def predictor_of(family: StructuredFamily) -> Predictor | None:
    """Return the predictor that the one parameter of a family enters through, or ``None``.

    >>> from thetahat.proofs.registry import structured
    >>> predictor_of(structured("poisson_regression")).kernel
    eta*y - exp(eta) - loggamma(y + 1)
    """
    if len(family.parameters) != 1 or not isinstance(family.terms[0], Component):
        return None
    (term,) = family.terms
    sums = {found for found in family.log_density.atoms(Plate) if found.has(term)}
    if len(sums) != 1 or term.is_positive or len(term.indices) != 1:
        return None
    (predictor,) = sums
    covariate = predictor.args[0] / term
    if not isinstance(covariate, DatumComponent) or predictor.args[1:2] != term.indices:
        return None
    kernel = family.log_density.xreplace({predictor: ETA})
    return None if kernel.has(term) or kernel.has(covariate) else Predictor(term, predictor, kernel)


def derive_predictor(family: StructuredFamily, found: Predictor, trail: Trail) -> Draft:
    """Return what is left to solve, why it is a maximum and when it exists; nothing checked yet."""
    here, subject = Section.LIKELIHOOD, Tuple(found.term)
    mean = normal(Average(family.log_density), family.totals)
    start = add_claim(trail, family, "average", here, "Mean log-likelihood: sums split.", mean)
    spoken = f"The coefficients enter through `{ETA} = {found.predictor}` alone."
    kernel = add_claim(trail, family, "kernel", here, spoken, found.kernel, subject, (), {"predictor": found.predictor})
    equations: tuple[tuple[Expr, Expr], ...] = ()
    kinked = found.kernel.has(Abs)
    if kinked:
        proved, strict = _add_distance(family, found, trail, kernel)
    else:
        score = normal(Average(slope(family.log_density, found.term)), family.totals)
        spoken = f"Score in `{found.term}`: a mean of residuals times that covariate."
        add_claim(trail, family, "gradient", here, spoken, score, found.term, (start,))
        equations = ((S.Zero, score),)
        proved, strict = _add_concave(family, found, trail, kernel)
    conditions, decided = _add_existence(family, found, trail, kernel, strict)
    obligations = (
        [] if proved else [Obligation("a stationary point is a maximum", "the kernel is not seen to be concave")]
    )
    if not decided:
        obligations.append(Obligation("on which data a maximiser exists is decided", "no rule for this kernel"))
    outcome = Outcome.SET_VALUED if kinked else Outcome.REDUCED
    reason = "the solutions of a linear program" if kinked else "one equation for each coefficient, a concave problem"
    argument = "concave in the predictor, so in all coefficients" if proved else ""
    return Draft(
        outcome,
        reason,
        mean,
        (),
        equations,
        (found.term,),
        conditions,
        decided,
        Optimality(proved, argument, proved and strict),
        False,
        tuple(obligations),
    )


def _add_concave(family: StructuredFamily, found: Predictor, trail: Trail, kernel: int) -> tuple[bool, bool]:
    curvature = (-found.kernel.diff(ETA, 2)).factor()
    strict = above_zero(curvature)
    if not strict and not at_least_zero(curvature):
        return False, False
    spoken = (
        f"Minus the second derivative in `{ETA}` is {'positive' if strict else 'never negative'}, and `{ETA}` is "
        "linear in the coefficients: the likelihood is concave in them, and a root of the scores is a global maximum."
    )
    using = {"strict": S.true if strict else S.false}
    add_claim(trail, family, "concave", Section.OPTIMALITY, spoken, curvature, Tuple(found.term), (kernel,), using)
    return True, strict


def _add_distance(family: StructuredFamily, found: Predictor, trail: Trail, kernel: int) -> tuple[bool, bool]:
    distances = list(found.kernel.atoms(Abs))
    factor = -found.kernel.coeff(distances[0])
    if len(distances) != 1 or not above_zero(factor):
        return False, False
    spoken = (
        f"`-log p` is this number times `{distances[0]}`, plus what the coefficients are not in: maximising the "
        "likelihood is minimising the mean absolute error, a convex function of them."
    )
    using = {"distance": distances[0]}
    add_claim(trail, family, "distance", Section.OPTIMALITY, spoken, factor, Tuple(found.term), (kernel,), using)
    return True, False


def _add_existence(
    family: StructuredFamily, found: Predictor, trail: Trail, kernel: int, strict: bool
) -> tuple[tuple[Requirement, ...], bool]:
    """Slopes of the kernel far out on both sides; a direction may only be followed where they are zero."""
    bare = plain(found.kernel)
    back = {plain_symbol(one): one for one in found.kernel.atoms(DatumComponent)}
    if bare.has(Abs):
        factor = -bare.coeff(next(iter(bare.atoms(Abs))))
        ends: tuple[Expr, Expr] = (factor, -factor)
    else:
        ends = (limit(bare.diff(ETA), ETA, -oo), limit(bare.diff(ETA), ETA, oo))
    value = Tuple(*(one.xreplace(back) for one in ends))
    rising, falling = value
    if not (at_least_zero(rising) and at_least_zero(-falling)):
        return (), False
    always = above_zero(rising) and above_zero(-falling)
    spoken = f"Slopes of `log p` in `{ETA}` towards minus and plus infinity: no direction is uphill for ever. "
    spoken += (
        "Both are strict for every observation, so the likelihood falls along every direction that changes a predictor."
        if always
        else "A direction can be followed for ever only where it meets a slope of 0."
    )
    add_claim(trail, family, "recession", Section.EXISTENCE, spoken, value, Tuple(found.term), (kernel,))
    covariate = found.predictor.args[0] / found.term
    conditions = (
        []
        if not strict
        else [Requirement(covariate, "columns", f"the covariates {covariate} are linearly independent", _ONE_ESTIMATE)]
    )
    if always:
        return tuple(conditions), True
    return (*conditions, _overlap(found, value, rising, falling)), strict


def _overlap(found: Predictor, ends: Tuple, rising: Expr, falling: Expr) -> Requirement:
    direction = found.predictor.xreplace({found.term: found.term.renamed("d")})
    above = "at least 0" + ("" if above_zero(rising) else f" wherever {rising} > 0")
    below = "at most 0" + ("" if above_zero(-falling) else f" wherever {-falling} > 0")
    words = f"no direction d separates the data: no {direction} is {above}, {below}, and not 0 throughout"
    return Requirement(ends, "overlap", words, _REACHED)
