"""Proposes why the roots of a family with components are the maximum, and what data they ask for."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Add, Expr, S, Symbol, Tuple, log

from ..derivation import Obligation, Section
from ..trail import Trail
from .claims import add_claim
from .component_slopes import slope
from .derivation import Requirement
from .family import StructuredFamily, Unknown
from .interior import add_distinct, add_interior
from .naming import renamed
from .observed import above_zero, at_least_zero
from .pieces import expression, gibbs, squared, tangent
from .plate_lemmas import shares
from .plates import DatumComponent, Plate
from .sums import normal, placed
from .terms import Average

Shared = tuple[Symbol, Expr] | None
_INSIDE = "the estimate has to lie in the parameter space, and the likelihood equations have no other root"
_NO_ROOT = "when the closing equation has a root is decided"
_NOT_DERIVED = "no rule relates it to the data"
_DIVIDES = "the formula divides by it"
_HALF = S.One / 2


def add_bound(
    family: StructuredFamily, trail: Trail, roots: Mapping[Expr, Expr], places: Mapping[Expr, int], shared: Shared
) -> tuple[bool, list[Obligation]]:
    """Add the steps on the maximum; return whether all of it is claimed, and what is left open."""
    if shared is not None:
        return _by_moments(family, trail, roots, places, shared)
    pieces = proposed(family, dict(roots))
    if pieces is None:
        return False, [Obligation("the root is the global maximum", "no rule proposes a bound")]
    spoken = (
        "What the estimate's mean log-likelihood exceeds that of any other member by, in terms that are never "
        "negative: divergences of distributions (Gibbs), squares, and `t - 1 - log t`. All vanish only where the "
        "members are equal."
    )
    value = Add(*map(expression, pieces))
    subject = Tuple(*family.terms)
    given = tuple(places[term] for term in family.terms)
    add_claim(trail, family, "gap", Section.OPTIMALITY, spoken, value, subject, given, {"pieces": Tuple(*pieces)})
    return True, []


def _by_moments(
    family: StructuredFamily,
    trail: Trail,
    roots: Mapping[Expr, Expr],
    places: Mapping[Expr, int],
    shared: tuple[Symbol, Expr],
) -> tuple[bool, list[Obligation]]:
    """Where the roots stay implicit: the density from a lemma, its moments, and that the roots match them."""
    lemma = shares(family)
    if lemma is None:
        return False, [Obligation("the root is the global maximum", "the density is no kernel of the lemmas")]
    here, subject = Section.OPTIMALITY, log(lemma.datum)
    at = places[lemma.exponent], places[shared[0]]
    spoken = "The density integrates to one: a product of powers of shares, with its constant."
    total = add_claim(trail, family, "normalised", here, spoken, S.Zero)
    spoken = "Expected logarithm of a share, by the lemma on that integral."
    moment = add_claim(trail, family, "moment", here, spoken, lemma.mean_log(), subject, (total,))
    spoken = "Moments matched: with the roots put in, the expectation is what the data give."
    matched = add_claim(trail, family, "matching", here, spoken, Average(subject), subject, (moment, *at))
    spoken = (
        "Pythagorean identity: the log-densities of two members differ by logarithms of shares, whose mean on the data "
        "is their expectation at the estimate; so the gap is the divergence from the estimate to the other member, "
        "which is never negative (Gibbs)."
    )
    mean = Average(family.log_density)
    others = {term: renamed(term, "1") for term in family.terms}
    gap = normal(placed(mean, dict(roots)) - placed(mean, others), family.totals)
    gap = gap.xreplace({shared[1]: shared[0]})
    add_claim(trail, family, "pythagoras", here, spoken, gap, Tuple(*family.terms), (matched, *at))
    add_distinct(family, trail, lemma, total)
    return True, []


def proposed(family: StructuredFamily, roots: dict[Expr, Expr]) -> list[Tuple] | None:
    """Return one term for each parameter: what its own root gains, with those solved later at another member."""
    found = []
    for one in family.parameters:
        formula = roots[one.term]
        density = family.log_density
        score = normal(Average(slope(density, one.term)), family.totals)
        # Parameters whose formulas use this root are moved first, so they stand at the other member here.
        others = {term: renamed(term, "1") for term in roots if term != one.term}
        piece = _piece(one, score, formula, others, roots, family)
        if piece is None:
            return None
        found.append(piece)
    return found


def _piece(
    one: Unknown,
    score: Expr,
    formula: Expr,
    others: dict[Expr, Expr],
    roots: dict[Expr, Expr],
    family: StructuredFamily,
) -> Tuple | None:
    term, second = one.term, renamed(one.term, "1")
    plates = [Tuple(index, family.last(index)) for index in getattr(term, "indices", ())]
    if one.simplex is not None:
        weight = normal(score * term, family.totals) / formula
        return gibbs(formula, second, _plain(weight), *sorted(plates, key=lambda pair: pair[0] != one.simplex))
    for power in (0, 1, 2):
        equation = normal(score * term**power, family.totals)
        name = Symbol("_unknown", positive=True)
        bare = equation.xreplace({term: name})
        if not bare.is_polynomial(name):
            continue
        slope_, constant = bare.coeff(name, 1), bare.coeff(name, 0)
        if power == 0:
            factor = placed(-slope_ * _HALF, others)
            return squared(_plain(factor), formula - second, *plates)
        if power == 1:
            return tangent(_plain(constant), second / formula, *plates)
        return tangent(_plain(-slope_), formula / second, *plates)
    return None


def _plain(value: Expr) -> Expr:
    return value.cancel() if isinstance(value, Expr) and not value.has(Plate) else value


def add_conditions(
    family: StructuredFamily, trail: Trail, roots: Mapping[Expr, Expr], places: Mapping[Expr, int], shared: Shared
) -> tuple[tuple[Requirement, ...], list[Obligation]]:
    """Add the steps on existence; return conditions on the data, and what is left open."""
    found: list[Requirement] = []
    for one in family.parameters:
        if one.term not in roots or shared is not None:
            continue
        formula = roots[one.term]
        below = _denominators(formula)
        found += map(_divides, below)
        if not one.term.is_positive:
            continue
        signed = all(at_least_zero(_of_averages(each)) for each in below)
        above = normal(formula * _product(below), family.totals).as_numer_denom()[0] if signed else formula
        squares = _squares(family, one, dict(roots))
        if squares is not None and normal(squares - formula, family.totals) == 0:
            spoken = "A positive number times squares, so never negative."
            add_claim(trail, family, "squares", Section.EXISTENCE, spoken, squares, one.term, (places[one.term],))
            each = "".join(f"for every {index}, " for index in getattr(one.term, "indices", ()))
            found.append(Requirement(squares, "positive", f"{each}some observation differs from its mean", _INSIDE))
        else:
            edge = (
                "; where it is 0, the supremum lies on the boundary of the simplex" if one.simplex is not None else ""
            )
            found.append(Requirement(above, "positive", f"{above} > 0{edge}", _INSIDE))
    inner = None if shared is None else add_interior(family, trail)
    found += [] if inner is None else [inner]
    unique = {(each.subject, each.words): each for each in found if not _always_positive(each.subject)}.values()
    open_ = [] if shared is None or inner is not None else [Obligation(_NO_ROOT, _NOT_DERIVED)]
    return tuple(unique), open_


def _divides(below: Expr) -> Requirement:
    """That a denominator is not zero; where it is never negative, that it is positive."""
    if at_least_zero(_of_averages(below)):
        return Requirement(below, "positive", f"{below} > 0", _DIVIDES)
    return Requirement(below, "nonzero", f"{below} is not 0", _DIVIDES)


def _always_positive(subject: Expr) -> bool:
    """Whether the declared signs of what is observed leave no other choice."""
    return above_zero(_of_averages(subject))


def _of_averages(subject: Expr) -> Expr:
    """The expression with a symbol for each average, of the sign that what is averaged always has."""
    averages = {}
    for at, one in enumerate(sorted(subject.atoms(Average), key=str)):
        inner = one.args[0]
        signs = {"positive": above_zero(inner) or None, "nonnegative": at_least_zero(inner) or None}
        averages[one] = Symbol(f"_mean_{at}", real=True, **signs)
    return subject.xreplace(averages)


def _denominators(formula: Expr) -> list[Expr]:
    _, below = formula.as_numer_denom()
    return [below] if below.has(DatumComponent) else []


def _product(several: list[Expr]) -> Expr:
    value: Expr = S.One
    for one in several:
        value *= one
    return value


def _squares(family: StructuredFamily, one: Unknown, roots: dict[Expr, Expr]) -> Expr | None:
    """The squared residuals that a variance averages, as they stand in the log-density."""
    density = family.log_density
    if not roots[one.term].has(DatumComponent) or one.simplex is not None:
        return None
    found = density.find(lambda node: node.is_Pow and node.exp == 2 and node.base.has(DatumComponent))
    if len(found) != 1:
        return None
    (square,) = found
    residual = placed(square.base, {term: value for term, value in roots.items() if term != one.term}) ** 2
    if getattr(one.term, "indices", ()):
        return Average(residual)
    whole = next((node for node in density.atoms(Plate) if node.has(square)), None)
    return None if whole is None else Plate(Average(whole.args[0].xreplace({square: residual})), *whole.args[1:])
