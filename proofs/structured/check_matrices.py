"""How claims in matrix words are re-proved: by normal form, and in exact numbers at small sizes, which can refute.

The gradient is proved by the product rule along an arbitrary direction, not by rotation; a root by putting it in.
"""

from __future__ import annotations

from random import Random

from sympy import Basic, Expr, Symbol, Tuple

from ..derivation import Evidence, Finding, Step
from . import check_geodesics, check_unbounded
from .cases import World, drawn, matrix_value, number_value, slope_value, vanishes
from .check_forms import check_gram, check_orthogonal, check_pieces, check_rank
from .check_gradients import check_gradient
from .family import StructuredFamily
from .lemmas import Gaussian, Lemma, Wishart, expected, expected_matrix, positive_definite
from .naming import renamed, subject_of
from .terms import Matrix, shape
from .verdicts import judged, mean_of, refuted_in
from .words import Letter, scalar, words

Steps = tuple[Step, ...]


def check_average(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The mean log-likelihood is the average of the log-density."""
    mean = mean_of(family, family.log_density)
    difference = scalar(step.value - mean)
    wrong = refuted_in(family, lambda world: not vanishes(number_value(step.value - mean, world)))
    return judged(difference == 0, wrong)


def check_cleared(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The equation is the score times invertible factors, so that both are zero together."""
    (score,) = given
    left, right, term = (step.named(key) for key in ("left", "right", "parameter"))
    if score.rule != "gradient" or score.subject != term:
        return Finding(Evidence.REFUTED, "does not rest on the score in its parameter")
    if not isinstance(term, Matrix):
        if not (left * right).is_nonzero:
            return Finding(Evidence.REFUTED, f"{left * right} is not known to differ from zero")
        return judged(scalar(step.value - left * score.value * right) == 0, False)
    if not all(_regular(one) for one in (left, right)):
        return Finding(Evidence.REFUTED, f"{left} or {right} need not be invertible")
    claimed, wanted = step.value, left * score.value * right
    wrong = refuted_in(family, lambda world: matrix_value(claimed, world) != matrix_value(wanted, world))
    return judged(words(claimed) == words(wanted), wrong)


def _regular(matrix: Expr) -> bool:
    found = words(matrix)
    if len(found) != 1:
        return False
    (word, factor), *_ = found.items()
    letters = all(isinstance(one.body, Matrix) and one.body.kind == "spd" for one in word)
    return bool(letters and factor.is_nonzero)


def check_root(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """Put in, the equation holds; and it is linear in the parameter or its inverse, with invertible coefficients."""
    cleared, *earlier = given
    term, roots = subject_of(step), roots_in(earlier)
    if cleared.rule != "cleared" or cleared.named("parameter") != term or term in roots:
        return Finding(Evidence.REFUTED, "does not rest on an equation for its parameter")
    if isinstance(term, Matrix) and shape(step.value) != shape(term):
        return Finding(Evidence.REFUTED, f"has not the shape of {term}")
    if not _one_root(cleared.value, term, dict(step.using).get("needs")):
        return Finding(Evidence.UNDECIDED, "the equation is not seen to have one root only")
    left = cleared.value.xreplace(roots).xreplace({term: step.value})
    same = (scalar(left) == 0) if left.is_commutative else not words(left)
    return judged(same, _score_left(family, roots, term, step.value))


def _one_root(equation: Expr, term: Expr, needs: Basic | None) -> bool:
    if not isinstance(term, Matrix):
        slope = scalar(equation.diff(term))
        return not slope.has(term) and bool(slope.is_nonzero)
    holding = [(word, factor) for word, factor in words(equation).items() if any(one.body.has(term) for one in word)]
    if len(holding) != 1 or holding[0][1].has(term) or not holding[0][1].is_nonzero:
        return False
    word = holding[0][0]
    if word == (Letter(term, True),):
        return True
    if word.count(Letter(term)) != 1 or sum(one.body.has(term) for one in word) != 1:
        return False
    at = word.index(Letter(term))
    rest, before = word[at + 1 :], word[:at]
    if (
        needs is not None
        and len(before) in (2, 3)
        and before[0] == Letter(needs, False, True)
        and before[-1] == Letter(needs)
    ):
        before = before[1:-1]
    return all(isinstance(one.body, Matrix) and one.body.kind == "spd" for one in (*before, *rest))


def _score_left(family: StructuredFamily, roots: dict[Expr, Expr], term: Expr, formula: Expr) -> bool | None:
    """Whether the score in the parameter, from numbers alone, differs from zero where the root is put in."""
    mean = mean_of(family, family.log_density)

    def wrong(world: World) -> bool:
        world = estimated(world, {**roots, term: formula})
        if isinstance(term, Matrix):
            kind = "symmetric" if term.kind == "spd" else "general"
            towards = drawn(term.func("H", *term.args[1:3], kind), world.sizes, Random(str(world.sizes)))
            return bool(slope_value(mean, term, towards, world) != 0)
        values = {key: value for key, value in world.values.items() if key != term}
        slope = number_value(scalar(mean), World(world.sizes, values, world.data)).diff(term)
        return not vanishes(slope.subs(term, world.values[term]))

    return refuted_in(family, wrong)


def estimated(world: World, roots: dict[Expr, Expr]) -> World:
    """Return the world in which the parameters have the values that the formulas give."""
    for term, formula in roots.items():
        value = matrix_value(formula, world) if isinstance(term, Matrix) else number_value(formula, world)
        world = world.having({term: value})
    return world


def roots_in(steps: list[Step] | Steps) -> dict[Expr, Expr]:
    """Return the formulas that root steps claim, with those before put in by whoever made them."""
    return {subject_of(step): step.value for step in steps if step.rule == "root"}


def lemma_of(family: StructuredFamily, step: Step) -> Lemma:
    """Return the lemma that a step names."""
    using = dict(step.using)
    (datum,) = family.observation
    if "centre" in using:
        return Gaussian(datum, using["centre"], using["left"], using["right"])
    return Wishart(datum, using["precision"], using["degrees"])


def check_normalised(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The log-density is that of the lemma, constant included, and its conditions hold."""
    lemma = lemma_of(family, step)
    if not all(positive_definite(one) for one in lemma.requires):
        return Finding(Evidence.UNDECIDED, f"{lemma.requires} are not seen to be positive definite")
    difference = family.log_density - lemma.log_density()
    wrong = refuted_in(family, lambda world: not vanishes(number_value(difference, world)))
    name = (
        "matrix normal integral"
        if isinstance(lemma, Gaussian)
        else "Wishart integral, for degrees of freedom above p - 1"
    )
    finding = judged(scalar(difference) == 0 and step.value == 0, wrong, Evidence.LEMMA)
    return finding if finding.evidence is not Evidence.LEMMA else Finding(Evidence.LEMMA, name)


def check_moment(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The expectation is what the lemma gives."""
    (total,) = given
    if total.rule != "normalised":
        return Finding(Evidence.UNDECIDED, "does not rest on a lemma")
    lemma = lemma_of(family, total)
    same = _same(step.value, _expected(subject_of(step), lemma))
    return (
        Finding(Evidence.LEMMA, "moments") if same else Finding(Evidence.REFUTED, "the lemma gives another expectation")
    )


def _expected(value: Expr, lemma: Lemma) -> Expr:
    return expected(value, lemma) if value.is_commutative else expected_matrix(value, lemma)


def _same(first: Expr, second: Expr) -> bool:
    if first.is_commutative:
        return bool(scalar(first - second) == 0)
    return words(first) == words(second)


def check_matching(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """With the roots put in, the expectation is the mean of the statistic."""
    moment, *rest = given
    if moment.rule != "moment" or moment.subject != subject_of(step):
        return Finding(Evidence.REFUTED, "does not rest on the expectation of its statistic")
    roots = roots_in(rest)
    at_estimate, mean = moment.value.xreplace(roots), mean_of(family, subject_of(step))

    def wrong(world: World) -> bool:
        value = number_value if mean.is_commutative else matrix_value
        here = estimated(world, roots)
        return not value(moment.value, here) == value(mean, here) == value(step.value, here)

    return judged(_same(at_estimate, step.value) and _same(mean, step.value), refuted_in(family, wrong))


def check_divergence(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The expectation, under the first member, of the difference of the log-densities."""
    (total,) = given
    if total.rule != "normalised" or total.using != step.using:
        return Finding(Evidence.UNDECIDED, "does not rest on a lemma")
    first, second = (_member(family.log_density, subject_of(step), end) for end in ("0", "1"))
    value = expected(first - second, _lemma_at(family, total, {term: renamed(term, "0") for term in subject_of(step)}))
    same = scalar(value - step.value) == 0
    return (
        Finding(Evidence.LEMMA, "moments") if same else Finding(Evidence.REFUTED, "the lemma gives another divergence")
    )


def _member(value: Expr, free: Basic, end: str) -> Expr:
    return value.xreplace({term: renamed(term, end) for term in free.args})


def _lemma_at(family: StructuredFamily, total: Step, values: dict[Expr, Expr]) -> Lemma:
    lemma = lemma_of(family, total)
    parts = {key: part.xreplace(values) for key, part in lemma.__dict__.items() if key != "datum"}
    return type(lemma)(lemma.datum, **parts)


def check_pythagoras(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """For any two members, the data average the difference of log-densities as the estimate does; so with the first of
    them the estimate, the gap is the divergence."""
    split, positive, *rest = given
    if (
        split.rule != "divergence"
        or positive.rule != "pieces"
        or not split.subject == positive.subject == subject_of(step)
    ):
        return Finding(Evidence.REFUTED, "does not rest on the divergence and its sign")
    roots = roots_in(rest)
    if not isinstance(subject_of(step), Tuple) or not set(subject_of(step)) <= set(roots):
        return Finding(Evidence.REFUTED, "some parameter has no root")
    hats = {renamed(term, "0"): roots[term] for term in subject_of(step)}
    free = {term: roots[term] for term in subject_of(step)}
    difference = _member(family.log_density, subject_of(step), "0") - _member(family.log_density, subject_of(step), "1")
    lemma = _lemma_at(family, split, free)
    same = scalar(mean_of(family, difference) - expected(difference, lemma)) == 0
    same = same and scalar(step.value - split.value.xreplace(hats)) == 0
    mean = mean_of(family, family.log_density)

    def wrong(world: World) -> bool:
        here = estimated(world, roots)
        gap = number_value(mean, here) - number_value(_member(mean, subject_of(step), "1"), here)
        claimed = number_value(split.value, here.having({renamed(term, "0"): here.values[term] for term in free}))
        return not vanishes(gap - claimed) or not vanishes(claimed - number_value(step.value, here))

    return judged(same, refuted_in(family, wrong))


def check_unchanged(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The first of two parameters times ``c``, the second divided by it: the same density."""
    first, second = subject_of(step).args
    c = Symbol("c", positive=True)
    traded = family.log_density.xreplace({first: c * first, second: second / c})
    same = scalar(traded - family.log_density) == 0 and step.value == 0
    return Finding(Evidence.ALGEBRA) if same else Finding(Evidence.UNDECIDED, "the normal forms differ")


RULES = {
    "average": check_average,
    "gradient": check_gradient,
    "cleared": check_cleared,
    "root": check_root,
    "normalised": check_normalised,
    "moment": check_moment,
    "matching": check_matching,
    "divergence": check_divergence,
    "pieces": check_pieces,
    "pythagoras": check_pythagoras,
    "unchanged": check_unchanged,
    "gram": check_gram,
    "orthogonal": check_orthogonal,
    "rank": check_rank,
    **check_unbounded.RULES,
    **check_geodesics.RULES,
}
