"""Derives a regression whose noise ends at a scale that is estimated: the least admissible scale is the most likely.

The likelihood is then a falling function of the largest distance, and maximising it is a linear program.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Abs, S, Symbol, Tuple

from ..derivation import Optimality, Outcome, Section
from ..trail import Trail
from .claims import add_claim
from .conditions import AllOf, Haar, NoExactFit
from .derivation import Requirement
from .drafts import Draft
from .family import StructuredFamily
from .linear import ETA, Predictor, predictor_in
from .sums import normal
from .terms import Average, Largest

_ONLY = (
    "Enough for the solution to be the only one (Haar's condition). Halfway between two solutions lies a third; where "
    "its distance is the largest one, those of both are so too, on the same side, and both predict the same. As many "
    "such observations as coefficients make both equal. Fewer are independent: some move of the coefficients brings "
    "all of them closer, and a small one lifts no other to the largest distance, which was not the least then."
)
_INSIDE = "otherwise the likelihood grows beyond all bounds as the scale goes to 0"


@dataclass(frozen=True)
class Bounded:
    """The distance that the support bounds, the parameter that is the bound, and the predictor in the distance."""

    distance: Abs
    bound: Symbol
    found: Predictor


def bounded_of(family: StructuredFamily) -> Bounded | None:
    """Return the distance and its bound, where the density depends on nothing but the bound; else ``None``.

    >>> from thetahat.proofs.registry import structured
    >>> bounded_of(structured("uniform_regression")).bound
    c
    """
    scales = [term for term in family.terms if isinstance(term, Symbol)]
    if len(family.support) != 1 or len(family.terms) != 2 or len(scales) != 1:
        return None
    (term,) = (one for one in family.terms if one not in scales)
    ((distance, bound),) = family.support
    found = predictor_in(distance, term)
    if [bound] != scales or not isinstance(distance, Abs) or found is None or found.eta != ETA:
        return None
    linear = found.kernel.args[0].diff(ETA) in (S.One, S.NegativeOne)
    return Bounded(distance, bound, found) if linear and family.log_density.free_symbols <= {bound} else None


def derive_bounded(family: StructuredFamily, shape: Bounded, trail: Trail) -> Draft:
    """Return the estimator of the scale, given coefficients that solve a linear program; nothing checked yet."""
    here, bound, subject = Section.LIKELIHOOD, shape.bound, Tuple(*family.terms)
    mean = normal(Average(family.log_density), family.totals)
    start = add_claim(trail, family, "average", here, "Mean log-likelihood, where all observations are possible.", mean)
    spoken = f"The density is the same wherever it is not 0, and falls as `{bound}` grows."
    falls = add_claim(trail, family, "gradient", here, spoken, mean.diff(bound), bound, (start,))
    largest = Largest(shape.distance)
    spoken = f"So the least `{bound}` that leaves every observation possible is best: the largest distance."
    least = add_claim(trail, family, "least-bound", here, spoken, largest, bound, (falls,))
    spoken = (
        "This put in, the likelihood falls as the largest distance grows: maximising it is minimising the maximum "
        "absolute error (Chebyshev). The predictor is linear in the coefficients, so that is a linear program, which "
        "has solutions, as a distance is not negative."
    )
    height, using = mean.xreplace({bound: largest}), {"predictor": shape.found.predictor}
    best = add_claim(trail, family, "minimax", Section.OPTIMALITY, spoken, height, subject, (start, least), using)
    condition = NoExactFit(shape.distance.args[0])
    spoken = f"The largest distance of a solution is positive, as `{bound}` has to be, exactly where this holds."
    given = (falls, best)
    exact = add_claim(trail, family, "exists-bounded", Section.EXISTENCE, spoken, AllOf(condition), subject, given)
    predictor = shape.found.predictor
    one = Haar(predictor.args[0] / shape.found.term, predictor.args[2])
    add_claim(trail, family, "only", Section.EXISTENCE, _ONLY, one, shape.found.term, (best, exact))
    words = f"no {shape.found.term} fits every observation exactly, with {condition.args[0]} = 0 in all"
    return Draft(
        Outcome.SET_VALUED,
        "the solutions of a linear program",
        mean,
        ((bound, largest),),
        (),
        (shape.found.term,),
        (Requirement(condition, "no-exact-fit", words, _INSIDE),),
        True,
        Optimality(True, "the least of a largest distance, a convex function of the coefficients", False),
        False,
    )
