"""Derives the estimator of a family with components: generic scores, multipliers for simplices, closing equations."""

from __future__ import annotations

from dataclasses import dataclass, field

from sympy import Expr, Poly, S, Symbol, Tuple, polygamma

from ..derivation import Obligation, Optimality, Outcome, Section
from ..trail import Trail
from .claims import add_claim
from .component_bounds import add_bound, add_conditions
from .component_slopes import slope
from .drafts import Draft
from .family import StructuredFamily, Unknown
from .plates import Component, InverseDigamma, Plate
from .sums import free_indices, normal, placed
from .terms import Average

_PYTHAGORAS = "Pythagorean identity of divergences"
_ARGUMENT = "a gap of terms that are never negative"


@dataclass
class Roots:
    """What the likelihood route has found so far; ``shared`` is a sum that formulas still contain, and its equation."""

    formulas: dict[Expr, Expr] = field(default_factory=dict)
    places: dict[Expr, int] = field(default_factory=dict)
    shared: tuple[Symbol, Expr] | None = None
    left: list[Expr] = field(default_factory=list)


def derive_components(family: StructuredFamily, trail: Trail) -> Draft:
    """Return the estimator of a family with components, its steps added to the trail, nothing checked yet."""
    mean = normal(Average(family.log_density), family.totals)
    start = add_claim(trail, family, "average", Section.LIKELIHOOD, "Mean log-likelihood: sums split.", mean)
    found = Roots()
    for one in _ordered(family):
        _solve(family, trail, one, start, found)
    proved = False
    obligations = [
        Obligation(f"the likelihood equation of {term} is solved", "no rule isolates it") for term in found.left
    ]
    if not found.left:
        proved, more = add_bound(family, trail, found.formulas, found.places, found.shared)
        obligations += more
    conditions, more = add_conditions(family, trail, found.formulas, found.places, found.shared)
    argument = (_PYTHAGORAS if found.shared else _ARGUMENT) if proved else ""
    outcome = Outcome.UNSOLVED if found.left else Outcome.REDUCED if found.shared else Outcome.CLOSED_FORM
    reason = "one equation, whatever the number of components" if found.shared else ""
    return Draft(
        outcome,
        reason,
        mean,
        tuple(found.formulas.items()),
        () if found.shared is None else (found.shared,),
        () if found.shared is None else (found.shared[0],),
        conditions,
        not more,
        Optimality(proved, argument, proved),
        False,
        (*obligations, *more),
    )


def _ordered(family: StructuredFamily) -> list[Unknown]:
    """Parameters whose scores hold no other parameter apart from a factor come first."""
    return sorted(family.parameters, key=lambda one: str(one.term.is_positive) == "True" and one.simplex is None)


def _solve(family: StructuredFamily, trail: Trail, one: Unknown, start: int, found: Roots) -> None:
    here, term = Section.LIKELIHOOD, one.term
    score = normal(Average(slope(family.log_density, term)), family.totals)
    spoken = f"Score in `{term}`: under a sum, only the term of that component counts."
    at = add_claim(trail, family, "gradient", here, spoken, score, term, (start,))
    if one.simplex is not None:
        _simplex(family, trail, one, score, at, found)
        return
    equation, factor = _cleared(score, term)
    if equation is not None:
        spoken = f"Score in `{term}` set to zero" + (f": multiplied by `{factor}`." if factor != 1 else ".")
        cleared = add_claim(
            trail, family, "cleared", here, spoken, equation, None, (at,), {"parameter": term, "factor": factor}
        )
        constant, rest = _linear(equation, term)
        formula = normal(placed(-constant / rest, found.formulas), family.totals)
        spoken = f"Solved for `{term}`: linear, the only root" + ("; earlier roots put in." if found.formulas else ".")
        given = (cleared, *found.places.values())
        found.formulas[term] = formula
        found.places[term] = add_claim(trail, family, "root", here, spoken, formula, term, given)
        return
    _shared(family, trail, term, score, at, found)


def _cleared(score: Expr, term: Expr) -> tuple[Expr | None, Expr]:
    """The score times the least power of the parameter that makes it linear."""
    name = Symbol("_unknown", positive=True)
    for power in range(4):
        equation = normal(score * term**power)
        bare = equation.xreplace({term: name})
        if bare.is_polynomial(name) and Poly(bare, name).degree() == 1:
            return equation, term**power
    return None, S.One


def _linear(equation: Expr, term: Expr) -> tuple[Expr, Expr]:
    name = Symbol("_unknown", positive=True)
    bare = equation.xreplace({term: name})
    return bare.coeff(name, 0), bare.coeff(name, 1)


def _simplex(family: StructuredFamily, trail: Trail, one: Unknown, score: Expr, at: int, found: Roots) -> None:
    """Equal scores along the simplex: a multiplier, which the sum of the roots then gives."""
    here, term = Section.LIKELIHOOD, one.term
    others = [index for index in term.indices if index != one.simplex]
    multiplier = _multiplier(others)
    last = family.last(one.simplex)
    spoken = (
        f"On the simplex the scores are equal for all `{one.simplex}`: they are a multiplier `{multiplier}`; "
        f"multiplied by `{term}`."
    )
    equation = normal((score - multiplier) * term, family.totals)
    using = {"parameter": term, "factor": term, "multiplier": multiplier}
    cleared = add_claim(trail, family, "cleared", here, spoken, equation, None, (at,), using)
    constant, rest = _linear(equation, term)
    formula = -constant / rest
    spoken = f"Solved for `{term}`: linear, the only root."
    root = add_claim(trail, family, "root", here, spoken, formula, term, (cleared,))
    value = normal(Plate(formula * multiplier, one.simplex, last), family.totals)
    spoken = "The components add up to one, which gives the multiplier."
    closing = add_claim(
        trail, family, "closing", here, spoken, value, multiplier, (root,), {"index": one.simplex, "last": last}
    )
    final = formula.xreplace({multiplier: value})
    spoken = "The multiplier put in."
    found.formulas[term] = final
    found.places[term] = add_claim(trail, family, "estimate", here, spoken, final, term, (root, closing))


def _multiplier(others: list[Symbol]) -> Expr:
    return Component("nu", "positive", *others) if others else Symbol("nu", positive=True)


def _shared(family: StructuredFamily, trail: Trail, term: Expr, score: Expr, at: int, found: Roots) -> None:
    """Where components meet only in their sum: each is solved given the sum, and the sum closes the system."""
    here = Section.LIKELIHOOD
    sums = [one for one in score.atoms(Plate) if not (free_indices(one) & set(term.indices))]
    own = polygamma(0, term)
    if len(sums) != 1 or score.coeff(own) == 0:
        found.left.append(term)
        return
    whole = sums[0]
    total = Symbol("A", positive=True)
    rest = normal(score.xreplace({whole: total}) - score.coeff(own) * own)
    if rest.has(term) or not score.coeff(own).is_number:
        found.left.append(term)
        return
    inside = (rest / -score.coeff(own)).expand()
    spoken = f"Score in `{term}` set to zero, with `{total}` for the sum of all components."
    equation = normal(inside - polygamma(0, term))
    using = {"parameter": term, "factor": S.One / -score.coeff(own), "shared": Tuple(total, whole)}
    cleared = add_claim(trail, family, "cleared", here, spoken, equation, None, (at,), using)
    formula = InverseDigamma(inside)
    spoken = f"Solved for `{term}`: the digamma function increases through all real numbers, so there is one root."
    root = add_claim(trail, family, "root", here, spoken, formula, term, (cleared,))
    value = normal(placed(whole, {term: formula}))
    spoken = f"The components add up to `{total}`: one equation is left."
    closing = add_claim(trail, family, "closed-sum", here, spoken, value, total, (root, cleared))
    found.formulas[term] = formula
    found.places[term] = root
    found.places[total] = closing
    found.shared = (total, value)
