"""How claims with plates are re-proved: by the normal form of sums, and in exact numbers with two and three components.

A gradient is proved along an arbitrary direction, a root by putting it in, a maximum by a gap whose terms have a form
that is never negative.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Add, Dummy, Expr, S, Symbol, Tuple, polygamma

from ..derivation import Evidence, Finding, Step
from . import check_interior
from .cases import vanishes
from .check_shares import check_matching, check_moment, check_normalised, check_pythagoras, roots_in
from .family import StructuredFamily
from .naming import renamed, subject_of
from .pieces import expression
from .plate_cases import PlateWorld, at_place, estimated, places, plate_value, plate_worlds
from .plates import Component, InverseDigamma, Plate
from .sums import free_indices, is_zero, nonnegative, normal, placed
from .terms import Average

Steps = tuple[Step, ...]
_UNKNOWN = Symbol("_unknown", positive=True)


def _judged(same: bool, family: StructuredFamily, wrong: Callable[[PlateWorld], bool]) -> Finding:
    if any(wrong(world) for world in plate_worlds(family)):
        return Finding(Evidence.REFUTED, "wrong in exact numbers with few components")
    return Finding(Evidence.ALGEBRA) if same else Finding(Evidence.UNDECIDED, "the normal forms differ")


def _same(family: StructuredFamily, difference: Expr, term: Expr) -> Finding:
    """Whether a difference is zero at every place of a component: by normal form, and in numbers."""

    def wrong(world: PlateWorld) -> bool:
        values = (plate_value(at_place(difference, term, at), world) for at in places(family, term, world.sizes))
        return any(not vanishes(value) for value in values)

    return _judged(_is_zero(difference, family), family, wrong)


def _is_zero(value: Expr, family: StructuredFamily) -> bool:
    return is_zero(value, family.totals)


def check_average(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The mean log-likelihood is the average of the log-density."""
    difference = step.value - Average(family.log_density)
    return _judged(_is_zero(difference, family), family, lambda world: not vanishes(plate_value(difference, world)))


def check_gradient(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The sum of the scores times a direction is the derivative of the mean log-likelihood in that direction."""
    term, pace = subject_of(step), Symbol("_pace", real=True)
    indices = getattr(term, "indices", ())
    towards = Component("_h", "real", *indices)
    moved = _moved(family.log_density, term, pace).diff(pace).xreplace({pace: S.Zero})
    claimed = step.value * towards
    for index in reversed(indices):
        claimed = Plate(claimed, index, family.last(index))

    def wrong(world: PlateWorld) -> bool:
        # Every place moves at a pace of its own, so that the sums are written out once and not for each place.
        name = str(getattr(term, "name", term))
        paces = {place: Dummy(real=True) for place in places(family, term, world.sizes)}
        along = world.having({(name, place): world.values[name, place] + one for place, one in paces.items()})
        height, still = plate_value(Average(family.log_density), along), dict.fromkeys(paces.values(), S.Zero)
        slopes = {place: height.diff(one).xreplace(still) for place, one in paces.items()}
        claims = {place: plate_value(at_place(step.value, term, place), world) for place in paces}
        return any(not vanishes(slope - claims[place]) for place, slope in slopes.items())

    return _judged(_is_zero(Average(moved) - claimed, family), family, wrong)


def _moved(value: Expr, term: Expr, pace: Symbol) -> Expr:
    """Every component moved by ``pace`` times a direction of its own."""
    if not isinstance(term, Component):
        return value.xreplace({term: term + pace * Component("_h", "real")})
    found = [one for one in value.atoms(Component) if one.name == term.name]
    return value.xreplace({one: one + pace * Component("_h", "real", *one.indices) for one in found})


def check_cleared(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The equation is a factor that is never zero times the score, less a multiplier on a simplex."""
    (score,) = given
    using = dict(step.using)
    term, factor = using["parameter"], using["factor"]
    if score.rule != "gradient" or score.subject != term or not factor.is_nonzero:
        return Finding(Evidence.REFUTED, "does not rest on the score in its parameter, or the factor may be zero")
    multiplier, simplex = using.get("multiplier", S.Zero), family.unknown(term).simplex
    if (multiplier != 0) != (simplex is not None) or simplex in free_indices(multiplier) or multiplier.has(term):
        return Finding(Evidence.REFUTED, "the multiplier is not one for the declared simplex")
    wanted = factor * (score.value - multiplier)
    if "shared" in using:
        total, whole = using["shared"].args
        wanted = wanted.xreplace({whole: total})
    return _same(family, step.value - wanted, term)


def check_root(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """Put in, the equation holds; and it has one root, being linear, or through an increasing function."""
    cleared, *earlier = given
    term, roots = subject_of(step), roots_in(earlier)
    if cleared.rule != "cleared" or cleared.named("parameter") != term or term in roots:
        return Finding(Evidence.REFUTED, "does not rest on an equation for its parameter")
    if not _one_root(cleared.value, term):
        return Finding(Evidence.UNDECIDED, "the equation is not seen to have one root only")
    same = _is_zero(placed(cleared.value, {**roots, term: step.value}), family)

    def wrong(world: PlateWorld) -> bool:
        here = estimated(family, world, {**roots, term: step.value})
        equations = (plate_value(at_place(cleared.value, term, at), here) for at in places(family, term, world.sizes))
        return not step.value.has(InverseDigamma) and any(not vanishes(one) for one in equations)

    return _judged(same, family, wrong)


def _one_root(equation: Expr, term: Expr) -> bool:
    bare = normal(equation).xreplace({term: _UNKNOWN})
    if bare.coeff(polygamma(0, _UNKNOWN)) in (S.One, S.NegativeOne):
        return not (bare - bare.coeff(polygamma(0, _UNKNOWN)) * polygamma(0, _UNKNOWN)).has(_UNKNOWN)
    slope = bare.diff(_UNKNOWN)
    return not slope.has(_UNKNOWN) and slope != 0 and (nonnegative(slope) or nonnegative(-slope))


def check_closing(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The components of the root add up to one exactly where the multiplier has this value."""
    (root,) = given
    index, last = step.named("index"), step.named("last")
    whole = normal(Plate(root.value * subject_of(step), index, last), family.totals)
    right = root.rule == "root" and family.unknown(root.subject).simplex == index and last == family.last(index)
    if not right or whole.has(subject_of(step)):
        return Finding(Evidence.REFUTED, "does not close the simplex of its parameter")
    return _same(family, step.value - whole, subject_of(step))


def check_estimate(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The multiplier put in: on the simplex, and the scores are equal along it."""
    root, closing = given
    simplex = family.unknown(subject_of(step)).simplex
    rests = root.rule == "root" and root.subject == subject_of(step) and closing.rule == "closing"
    if not rests or simplex is None:
        return Finding(Evidence.REFUTED, "does not rest on a root and the equation that closes it")
    same = _is_zero(step.value - root.value.xreplace({closing.subject: closing.value}), family)

    def wrong(world: PlateWorld) -> bool:
        term = subject_of(step)
        axis = term.indices.index(simplex)
        pace = Symbol("_pace", real=True)
        here = estimated(family, world, {term: step.value})
        slopes: dict[tuple[int, ...], set[Expr]] = {}
        sums: dict[tuple[int, ...], Expr] = {}
        for place in places(family, term, world.sizes):
            key, row = (term.name, place), place[:axis] + place[axis + 1 :]
            moved = here.having({key: here.values[key] + pace})
            slope = plate_value(Average(family.log_density), moved).diff(pace).xreplace({pace: S.Zero})
            slopes.setdefault(row, set()).add(slope)
            sums[row] = sums.get(row, S.Zero) + here.values[key]
        return any(len(found) != 1 for found in slopes.values()) or any(total != 1 for total in sums.values())

    return _judged(same, family, wrong)


def check_closed_sum(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The sum of the roots is the sum they were solved for."""
    root, cleared = given
    total, whole = cleared.named("shared").args
    rests = root.rule == "root" and cleared.rule == "cleared" and cleared.named("parameter") == root.subject
    if not rests or total != subject_of(step):
        return Finding(Evidence.REFUTED, "does not rest on the roots given their sum")
    wanted = placed(whole, {root.subject: root.value})
    return _same(family, step.value - wanted, subject_of(step))


def check_gap(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The gap is the sum of the pieces, and no piece is negative where the estimate lies in the parameter space."""
    roots = roots_in(given)
    if set(roots) != set(family.terms):
        return Finding(Evidence.REFUTED, "some parameter has no root")
    mean = Average(family.log_density)
    others = {term: renamed(term, "1") for term in family.terms}
    total = Add(*map(expression, step.named("pieces")))
    same = _is_zero(total - step.value, family)
    gap = placed(mean, roots) - placed(mean, others) - step.value

    def wrong(world: PlateWorld) -> bool:
        return not vanishes(plate_value(gap, world))

    finding = _judged(same and _is_zero(gap, family), family, wrong)
    if finding.evidence is not Evidence.ALGEBRA:
        return finding
    settled = [_settles(piece, family, roots) for piece in step.named("pieces")]
    if None in settled or set(settled) != set(family.terms):
        return Finding(Evidence.UNDECIDED, "a term is not seen to be at least 0, or leaves a parameter open")
    return Finding(Evidence.SIGN)


def _settles(piece: Tuple, family: StructuredFamily, roots: dict[Expr, Expr]) -> Expr | None:
    """The parameter that is equal in both members where the piece is zero; ``None`` for a piece of unknown sign."""
    kind, factor, *rest = piece
    for term, formula in roots.items():
        second, simplex = renamed(term, "1"), family.unknown(term).simplex
        if not nonnegative(factor):
            continue
        if kind.name == "gibbs" and simplex is not None and tuple(rest[:2]) == (formula, second):
            index, last = rest[2].args
            whole = normal(Plate(formula, simplex, last), family.totals)
            if index == simplex and whole == 1 and simplex not in free_indices(factor):
                return term
        if kind.name == "squared" and rest[0] in (formula - second, second - formula):
            return term
        if kind.name == "tangent" and term.is_positive and rest[0] in (second / formula, formula / second):
            return term
    return None


def check_squares(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The estimate is a sum of squares."""
    (root,) = given
    if root.rule != "root" or root.subject != subject_of(step):
        return Finding(Evidence.REFUTED, "does not rest on the root")
    same = _is_zero(step.value - root.value, family)
    finding = _judged(same, family, lambda world: _differ(family, step, root, world))
    if finding.evidence is not Evidence.ALGEBRA:
        return finding
    return Finding(Evidence.SIGN) if nonnegative(step.value) else Finding(Evidence.UNDECIDED, "no sum of squares")


def _differ(family: StructuredFamily, step: Step, root: Step, world: PlateWorld) -> bool:
    where = places(family, subject_of(step), world.sizes)
    both = (at_place(step.value - root.value, subject_of(step), at) for at in where)
    return any(not vanishes(plate_value(one, world)) for one in both)


RULES = {
    "average": check_average,
    "gradient": check_gradient,
    "cleared": check_cleared,
    "root": check_root,
    "closing": check_closing,
    "estimate": check_estimate,
    "closed-sum": check_closed_sum,
    "gap": check_gap,
    "squares": check_squares,
    "normalised": check_normalised,
    "moment": check_moment,
    "matching": check_matching,
    "pythagoras": check_pythagoras,
    **check_interior.RULES,
}
