"""Derives when the estimate lies in the parameter space: what must be positive definite, and what that asks of data."""

from __future__ import annotations

from sympy import Expr, S

from ..derivation import Section
from ..trail import Trail
from .claims import add_claim, averaged
from .derivation import Requirement
from .family import StructuredFamily
from .lemmas import Gaussian, Lemma, Wishart
from .terms import Average, Identity, Inverse, Known, Matrix, Trace, Transposed, shape
from .unbounded import needed
from .words import scalar, scaled, tree, words

_INSIDE = "the estimate has to lie in the parameter space, and the likelihood equations have no other root"
_ONE_ROOT = "otherwise the likelihood equations have many roots, and no single one is the estimate"


def existence(
    family: StructuredFamily,
    trail: Trail,
    roots: dict[Expr, Expr],
    places: dict[Expr, int],
    needs: list[Expr],
    lemma: Lemma | None,
) -> tuple[tuple[Requirement, ...], tuple[Expr, ...]]:
    """Add the steps on existence; return the conditions, and the parameters for which none is known to be enough."""
    conditions = [Requirement(one, "rank", f"{one} has full column rank", _ONE_ROOT) for one in needs]
    missing = []
    for one in family.parameters:
        if isinstance(one.term, Matrix) and not one.definite:
            continue
        found = _condition(family, trail, roots, places, lemma, one.term)
        if found is None:
            missing.append(one.term)
            conditions += needed(family, trail, roots, places, lemma, one.term)
        conditions += found or []
    return tuple(conditions), tuple(missing)


def _condition(
    family: StructuredFamily,
    trail: Trail,
    roots: dict[Expr, Expr],
    places: dict[Expr, int],
    lemma: Lemma | None,
    term: Expr,
) -> list[Requirement] | None:
    if term not in roots:
        return None
    if isinstance(lemma, Wishart):
        spoken = "A positive number times an average of positive definite matrices, so positive definite on all data."
        add_claim(trail, family, "gram", Section.EXISTENCE, spoken, roots[term], term, (places[term],))
        return []
    if lemma is None:
        return None
    known = {one: value for one, value in roots.items() if not value.has(*family.terms)}
    residual = lemma.residual(known)
    inverted = isinstance(roots[term], Inverse)
    formula = roots[term].args[0] if inverted else roots[term]
    for candidate in _grams(lemma, residual, term):
        factor = _ratio(averaged(family, candidate), formula)
        if factor is not None:
            spoken = "A positive number times squares of residuals, so never negative."
            spoken = f"The inverse of squares: {spoken[0].lower()}{spoken[1:]}" if inverted else spoken
            squares = factor * (candidate if family.rows is not None else Average(candidate))
            shown = Inverse(squares) if inverted else squares
            at = add_claim(trail, family, "gram", Section.EXISTENCE, spoken, shown, term, (places[term],))
            return None if formula.has(*family.terms) else _on_data(family, trail, residual, term, at)
    return None


def _grams(lemma: Gaussian, residual: Expr, term: Expr) -> list[Expr]:
    """Squares of the residuals that have the shape of the parameter."""
    if not isinstance(term, Matrix):
        bare = tree(words(lemma.left.xreplace({term: S.One})), shape(lemma.left)[0])
        square = residual * Transposed(residual)
        return [Trace(square if isinstance(bare, Identity) else bare * square)]
    across, along = (S.One if isinstance(one, Identity) else one for one in (lemma.right, lemma.left))
    if across != 1 and across.has(term):
        across = S.Zero
    if along != 1 and along.has(term):
        along = S.Zero
    options = (residual * across * Transposed(residual), Transposed(residual) * along * residual)
    return [one for one in options if one != 0 and shape(one) == shape(term)]


def _ratio(candidate: Expr, formula: Expr) -> Expr | None:
    """The number that the candidate has to be multiplied by, if there is one."""
    if candidate.is_commutative:
        first = candidate.as_ordered_terms()[0]
        factor, rest = first.as_independent(Trace, as_Add=False)
        quotient = scalar(formula).coeff(rest) / factor
        return quotient if quotient != 0 and scalar(quotient * candidate - formula) == 0 else None
    mine, wanted = words(candidate), words(formula)
    first = next(iter(mine))
    if first not in wanted:
        return None
    quotient = wanted[first] / mine[first]
    return quotient if scaled(mine, quotient) == wanted else None


def _on_data(family: StructuredFamily, trail: Trail, residual: Expr, term: Expr, at: int) -> list[Requirement] | None:
    """What the squares of the residuals being positive definite, or positive, asks of the data."""
    cols = shape(residual)[1]
    relation, spoken, names = _relation(family, residual)
    given = [at]
    if relation is not None:
        given.append(add_claim(trail, family, "orthogonal", Section.EXISTENCE, spoken, S.Zero, relation))
    if not isinstance(term, Matrix):
        said = f"{names} are not all zero"
        return [Requirement(term, "positive", said, _INSIDE)]
    if family.rows is None and cols != 1:
        return None
    size = shape(term)[0]
    lost = S.Zero if relation is None else S.One if family.rows is None else shape(relation)[0]
    least = size + lost
    spoken = f"{names.capitalize()} have to span {size} dimensions, and as many relations as found hold between them."
    add_claim(trail, family, "rank", Section.EXISTENCE, spoken, least, term, tuple(given), {"residual": residual})
    said = f"{names} span all {size} dimensions, which takes n >= {least}"
    return [Requirement(term, "definite", said, _INSIDE)]


def _relation(family: StructuredFamily, residual: Expr) -> tuple[Expr | None, str, str]:
    """An expression in the residuals that is zero on all data, what it says, and what the residuals are called."""
    if family.rows is None:
        if averaged(family, residual) == 0:
            return Average(residual), "The residuals add up to zero.", "the observations less their mean"
        return None, "", "the observations less the known mean"
    for one in family.known:
        if isinstance(one.term, Known) and shape(one.term)[0] == shape(residual)[0]:
            relation = Transposed(one.term) * residual
            if words(relation) == {}:
                return relation, f"The residuals are orthogonal to every column of `{one.name}`.", "the residuals"
    return None, "", "the residuals"
