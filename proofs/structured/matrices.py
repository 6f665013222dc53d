"""Derives the estimator of a family in matrix words: scores by rotation, roots by rules, then what they prove."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations

from sympy import Add, Expr, S, Symbol, Tuple

from ..derivation import Obligation, Optimality, Outcome, Section
from ..trail import Trail
from .claims import add_claim, averaged, lemma_record
from .drafts import Draft
from .existence import existence
from .family import StructuredFamily
from .geodesics import ARGUMENT, add_geodesic
from .gradients import gradient, slope_size
from .kernels import proposed_lemma, proposed_pieces, statistics
from .lemmas import Gaussian, Lemma, expected, expected_matrix
from .naming import renamed
from .pieces import expression
from .solving import Solved, solved, solved_number
from .terms import Matrix
from .words import scalar, tree, words


@dataclass
class Found:
    """What the likelihood route has found so far."""

    roots: dict[Expr, Expr] = field(default_factory=dict)
    places: dict[Expr, int] = field(default_factory=dict)
    closed: set[Expr] = field(default_factory=set)
    needs: list[Expr] = field(default_factory=list)
    left: list[Expr] = field(default_factory=list)


def likelihood_route(family: StructuredFamily, trail: Trail) -> tuple[Expr, Found]:
    """Add the steps from the mean log-likelihood to the roots of its scores."""
    here = Section.LIKELIHOOD
    mean = averaged(family, family.log_density)
    start = add_claim(trail, family, "average", here, "Mean log-likelihood, traces in normal form.", mean)
    scores: dict[Expr, int] = {}
    for term in family.terms:
        words_ = f"Score in `{term}`: " + (
            "each factor rotated to the front." if isinstance(term, Matrix) else "derivative."
        )
        scores[term] = add_claim(trail, family, "gradient", here, words_, _score(family, term), term, (start,))
    found = Found()
    waiting = list(family.terms)
    while waiting:
        options = [(term, step) for term in waiting if (step := _solution(trail.steps[scores[term]].value, term))]
        best = next((pair for pair in options if _rests_on(pair[1], waiting, found) <= {pair[0]}), None)
        if best is None:
            break
        term, step = best
        _add_root(family, trail, term, step, found, scores[term])
        found.closed.add(term)
        waiting.remove(term)
    for term in waiting:
        step = _solution(trail.steps[scores[term]].value, term)
        if step is None:
            found.left.append(term)
            continue
        _add_root(family, trail, term, step, found, scores[term])
    return mean, found


def _score(family: StructuredFamily, term: Expr) -> Expr:
    if isinstance(term, Matrix):
        return averaged(family, tree(gradient(family.log_density, term), slope_size(term)))
    return averaged(family, scalar(family.log_density).diff(term))


def _solution(score: Expr, term: Expr) -> Solved | None:
    return solved(words(score), term) if isinstance(term, Matrix) else solved_number(score, term)


def _rests_on(step: Solved, waiting: list[Expr], found: Found) -> set[Expr]:
    formula = step.root.xreplace({one: found.roots[one] for one in found.closed})
    return {term for term in waiting if formula.has(term)}


def _add_root(
    family: StructuredFamily,
    trail: Trail,
    term: Expr,
    step: Solved,
    found: Found,
    score: int,
) -> None:
    how = f": {step.how}" if step.how else ""
    cleared = add_claim(
        trail,
        family,
        "cleared",
        Section.LIKELIHOOD,
        f"Score in `{term}` set to zero{how}.",
        step.equation,
        None,
        (score,),
        {"parameter": term, "left": step.left, "right": step.right},
    )
    formula = _tidy(step.root.xreplace({one: found.roots[one] for one in found.closed}), term)
    if step.needs is not None and step.needs not in found.needs:
        found.needs.append(step.needs)
    put_in = "; earlier roots put in" if formula != step.root else ""
    needs = f", if `{step.needs}` has full column rank" if step.needs is not None else ""
    found.roots[term] = formula
    words_ = f"Solved for `{term}`: the only root{needs}{put_in}."
    using = {"needs": step.needs} if step.needs is not None else {}
    given = (cleared, *(found.places[one] for one in found.places if one in found.closed))
    found.places[term] = add_claim(trail, family, "root", Section.LIKELIHOOD, words_, formula, term, given, using)


def _tidy(formula: Expr, term: Expr) -> Expr:
    if formula.is_commutative:
        return scalar(formula)
    return tree(words(formula), slope_size(term)) if isinstance(term, Matrix) else formula


def divergence_route(family: StructuredFamily, trail: Trail, found: Found) -> tuple[Lemma | None, bool]:
    """Add the steps of the KL route: normalised, expected statistics, and that the estimate matches them."""
    lemma = proposed_lemma(family)
    if lemma is None:
        return None, False
    here, name = Section.DIVERGENCE, type(lemma).__name__
    words_ = (
        "The density integrates to one: a matrix normal kernel with its constant."
        if isinstance(lemma, Gaussian)
        else "The density integrates to one: a Wishart kernel with its constant."
    )
    total = add_claim(trail, family, "normalised", here, words_, S.Zero, None, (), lemma_record(lemma))
    found_statistics = statistics(family)
    if found_statistics is None or not set(family.terms) <= set(found.roots) or _coupled(family, found):
        return lemma, False
    for one in found_statistics:
        expected_one = expected(one, lemma) if one.is_commutative else expected_matrix(one, lemma)
        words_ = f"Expected sufficient statistic, by the lemma on the {name} kernel, without the scores."
        at = add_claim(trail, family, "moment", here, words_, expected_one, one, (total,))
        mean = averaged(family, one)
        words_ = "Moments matched: with the estimate put in, the expectation is what the data give."
        add_claim(trail, family, "matching", here, words_, mean, one, (at, *found.places.values()))
    return lemma, True


def _coupled(family: StructuredFamily, found: Found) -> bool:
    return any(formula.has(*family.terms) for formula in found.roots.values())


def maximum(family: StructuredFamily, trail: Trail, found: Found, lemma: Lemma, held: tuple[Expr, ...]) -> int | None:
    """Add the steps that show a maximum over all parameters but ``held``; return the position of the last."""
    free = tuple(term for term in family.terms if term not in held)
    members = [family.log_density.xreplace({term: renamed(term, end) for term in free}) for end in ("0", "1")]
    at_first = _member(lemma, free, "0")
    pieces = proposed_pieces(lemma, free)
    if pieces is None:
        return None
    here, given = Section.OPTIMALITY, f", with {', '.join(f'`{one}`' for one in held)} given" if held else ""
    value = expected(members[0] - members[1], at_first)
    total = next(at for at, step in enumerate(trail.steps) if step.rule == "normalised")
    subject = Tuple(*free)
    words_ = f"KL divergence between two members{given}: expected difference of their log-densities."
    split = add_claim(trail, family, "divergence", here, words_, value, subject, (total,), lemma_record(lemma))
    words_ = (
        "The same in terms that are never negative: `tr(W) - log det(W) - d` is the sum of `w - 1 - log w` over the "
        "positive eigenvalues `w` of `W`, and the other is a sum of squares. All vanish only where the members are "
        "equal."
    )
    whole = Add(*map(expression, pieces))
    positive = add_claim(
        trail,
        family,
        "pieces",
        here,
        words_,
        whole,
        subject,
        (split,),
        {"pieces": Tuple(*pieces), "needs": Tuple(*found.needs)},
    )
    words_ = (
        f"Pythagorean identity{given}: on the data, the estimate's mean log-likelihood exceeds that of any other "
        "member by the divergence between them, so it is the one global maximum."
    )
    hats = {renamed(term, "0"): found.roots[term] for term in free}
    gap = value.xreplace(hats)
    given_steps = (split, positive, *(found.places[term] for term in free))
    return add_claim(trail, family, "pythagoras", here, words_, scalar(gap), subject, given_steps)


def _member(lemma: Lemma, free: tuple[Expr, ...], end: str) -> Lemma:
    table = {term: renamed(term, end) for term in free}
    if isinstance(lemma, Gaussian):
        return Gaussian(lemma.datum, *(one.xreplace(table) for one in (lemma.centre, lemma.left, lemma.right)))
    return type(lemma)(lemma.datum, lemma.precision.xreplace(table), lemma.degrees)


_PYTHAGORAS = "Pythagorean identity of divergences"


def derive_matrices(family: StructuredFamily, trail: Trail) -> Draft:
    """Return the estimator of a family in matrix words, its steps added to the trail, nothing checked yet."""
    mean, found = likelihood_route(family, trail)
    lemma, independent = divergence_route(family, trail, found)
    coupled = tuple(term for term in family.terms if found.roots.get(term, S.Zero).has(*family.terms))
    obligations = [
        Obligation(f"the likelihood equation of {term} is solved", "no rule isolates it") for term in found.left
    ]
    proved = False
    if lemma is None:
        obligations.append(Obligation("the estimate is the global maximum", "the density is no kernel of the lemmas"))
    elif not coupled and not found.left:
        proved = maximum(family, trail, found, lemma, ()) is not None
    else:
        for term in coupled:
            maximum(family, trail, found, lemma, tuple(one for one in coupled if one is not term))
        obligations += _scales(family, trail, coupled)
        proved = _joint(family, trail, found, lemma, coupled)
        statement = _ONLY if proved else "a solution of the coupled equations is the global maximum"
        obligations.append(Obligation(statement, _LINES if proved else _COUPLED))
    conditions, missing = existence(family, trail, found.roots, found.places, found.needs, lemma)
    told = {one.subject for one in conditions}
    obligations += [
        Obligation(f"when the estimate of {term} is positive definite is decided", _NOT_DECIDED)
        for term in missing
        if term not in told
    ]
    if told.intersection(missing):
        obligations.append(Obligation("the conditions are enough for a maximiser to exist", _NOT_ENOUGH))
    closed = tuple((term, found.roots[term]) for term in family.terms if term in found.roots and term not in coupled)
    outcome = Outcome.UNSOLVED if found.left else Outcome.REDUCED if coupled else Outcome.CLOSED_FORM
    reason = f"each of {', '.join(map(str, coupled))} in closed form given the others" if coupled else ""
    return Draft(
        outcome,
        reason or ("no rule isolates " + ", ".join(map(str, found.left)) if found.left else ""),
        mean,
        closed,
        tuple((term, found.roots[term]) for term in coupled),
        coupled,
        conditions,
        not missing,
        Optimality(proved, (ARGUMENT if coupled else _PYTHAGORAS) if proved else "", proved and not coupled),
        independent,
        tuple(obligations),
    )


def _joint(family: StructuredFamily, trail: Trail, found: Found, lemma: Lemma, coupled: tuple[Expr, ...]) -> bool:
    """Add the steps that show a maximum over coupled parameters together; return whether they are claimed."""
    if found.left or len(coupled) == len(family.terms):
        return False
    centred = maximum(family, trail, found, lemma, coupled)
    return centred is not None and add_geodesic(family, trail, found.roots, found.places, lemma, centred)


def _scales(family: StructuredFamily, trail: Trail, coupled: tuple[Expr, ...]) -> list[Obligation]:
    """Add a step for every pair of coupled parameters whose sizes can be traded without changing the density."""
    c, found = Symbol("c", positive=True), []
    for first, second in combinations(coupled, 2):
        if first.is_commutative or second.is_commutative:
            continue
        traded = family.log_density.xreplace({first: c * first, second: second / c})
        if scalar(traded - family.log_density) == 0:
            words_ = (
                f"`c {first}` and `{second} / c` give the same density for every `c > 0`: only their product is found."
            )
            add_claim(trail, family, "unchanged", Section.OPTIMALITY, words_, S.Zero, Tuple(first, second))
            found.append(
                Obligation(f"the scale of {first} against {second} is fixed", "it cannot be: both give one density")
            )
    return found


_ONLY = "apart from the scale there is no other maximum"
_LINES = (
    "maxima are joined by lines along which the height is constant; on which data the scale alone is such a line is "
    "not derived"
)
_COUPLED = (
    "each equation gives the maximum over its parameter with the others held, so taking turns never lowers the "
    "likelihood; that its end is the highest point is not proved here"
)
_NOT_ENOUGH = (
    "they are needed, but where residuals share a block of zeros in some bases, data that meet them may have none; the "
    "exact condition, on all pairs of subspaces (Derksen & Makam 2021, SIAM J. Appl. Algebra Geom. 5; Drton, Kuriki & "
    "Hoff 2021, Ann. Statist. 49), is not derived"
)
_NOT_DECIDED = "no rule relates it to the number and position of the observations"
