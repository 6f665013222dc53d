"""Re-proves the inequalities of the theorem: a tangent, sums term by term, when they are equal, two limits.

By the sign rules and the given steps; every inequality between sums is first tried in small concrete families.
"""

from __future__ import annotations

from sympy import Add, Basic, Dummy, Eq, Expr, Integer, S, Symbol, Tuple, log, oo

from .algebra.logs import normal_form
from .algebra.signs import is_negative, is_nonnegative, is_positive
from .ball_data import is_zero_at
from .bounds import Bounds
from .derivation import Evidence, Finding, Step, by_sign
from .theorem_cases import Case, case, concrete, random_cases, tried
from .theorem_identities import Steps, identity
from .theorem_names import Gap, left_of
from .theorem_sums import linear_form, on_range, vanishes, written_out
from .theorem_terms import Total, i, t
from .zero import prove_zero


def _same(left: Expr, right: Expr) -> bool:
    """Two expressions without sums."""
    return prove_zero(written_out(left - right), {}, list).evidence is Evidence.ALGEBRA


def convex(step: Step, given: Steps) -> Finding:
    """A second derivative, positive for every positive argument."""
    same = identity(step, given)
    return same if same.evidence is not Evidence.ALGEBRA else by_sign(is_positive(step.value, {}), "positive for t > 0")


def tangent(step: Step, given: Steps) -> Finding:
    """Right minus left falls up to where the two touch and rises from there; it vanishes there and nowhere else."""
    touch, gap = step.named("touches"), step.value - step.subject
    cases = tried(gap, at_least=True)
    if cases.evidence is not Evidence.BALL:
        return cases
    if gap.subs(t, touch) != 0:
        return Finding(Evidence.REFUTED, f"the two sides do not touch at {t} = {touch}")
    if not gap.subs(log(t), Dummy()).is_polynomial():
        return Finding(Evidence.UNDECIDED, f"{gap} is no polynomial in {t} and its logarithm, so it may jump")
    slope = gap.diff(t)
    falls = is_negative(slope, {t: Bounds(S.Zero, touch, False, False, False)})
    rises = is_positive(slope, {t: Bounds(touch, oo, False, False, False)})
    return by_sign(falls and rises, f"right minus left falls before {t} = {touch}, rises after it and is 0 there")


def termwise(step: Step, given: Steps) -> Finding:
    """On the same range, each term differs by a nonnegative weight times the gap of the inequality somewhere."""
    small, large, bound = step.subject, step.value, given[0]
    cases = tried(large - small, at_least=True)
    if cases.evidence is not Evidence.BALL:
        return cases
    if not (isinstance(small, Total) and isinstance(large, Total) and small.args[1:] == large.args[1:]):
        return Finding(Evidence.UNDECIDED, "the two sides are no sums over the same atoms")
    if bound.rule != "tangent":
        return Finding(Evidence.UNDECIDED, "the step it rests on is no inequality between functions")
    place, weight = step.named("place"), step.named("weight")
    gap = (bound.value - bound.subject).subs(t, place)
    surplus, _ = on_range(small, Tuple(large.summand - small.summand - weight * gap, place, weight))
    rest, at, heavy = surplus.args
    holds = normal_form(rest, (), {}).expand() == 0 and is_positive(at, {}) and is_nonnegative(heavy, {})
    return by_sign(holds, f"term by term, step {step.given[0] + 1} at {t} = {place}")


def gibbs(step: Step, given: Steps) -> Finding:
    """The value is minus the smaller side of an inequality whose larger side is minus a sum of nonnegative terms."""
    bound, exact = given
    cases = tried(step.value - step.subject, at_least=True)
    if cases.evidence is not Evidence.BALL:
        return cases
    linked = vanishes(step.value - step.subject + bound.subject) and vanishes(bound.value - exact.subject)
    right_kind = bound.rule == "termwise" and exact.rule == "identity"
    return by_sign(linked and right_kind and _is_nonnegative_sum(-exact.value), f"what is left is {-exact.value} >= 0")


def _is_nonnegative_sum(expression: Expr) -> bool:
    """Positive numbers times sums of nonnegative terms."""
    for term in Add.make_args(linear_form(expression)):
        number, rest = term.as_coeff_Mul()
        if not (number >= 0 and isinstance(rest, Total) and is_nonnegative(on_range(rest, rest.summand)[0], {})):
            return False
    return True


def only_if(step: Step, given: Steps) -> Finding:
    """A sum of nonnegative terms, over all atoms, vanishes only if each does; each does only if the equation holds."""
    bound, exact = given
    equation = step.value
    wrong = _zero_elsewhere(step.subject, equation)
    if wrong is not None:
        return wrong
    sums = Add.make_args(exact.value)
    if bound.rule != "tangent" or exact.subject != step.subject or not all(isinstance(total, Total) for total in sums):
        return Finding(Evidence.UNDECIDED, "not written as sums of terms that can be judged one by one")
    carriers = {total.carrier for total in sums}
    covered = len(carriers) == 1 and None not in carriers and {total.outside for total in sums} == {False, True}
    return by_sign(
        covered and all(_forces(total, equation, bound) for total in sums),
        "every term is at least 0, and 0 only where the two masses are equal",
    )


def _forces(total: Total, equation: Eq, bound: Step) -> bool:
    """Whether a term of ``total`` is nonnegative, and zero only if the equation holds at that atom."""
    gaps = total.summand.atoms(Gap)
    if not gaps:
        (term, gap), _ = _pair(total, total.summand, equation.lhs - equation.rhs)
        return is_nonnegative(term, {}) and bool((term - gap).expand() == 0)
    (f,) = gaps if len(gaps) == 1 else (Gap(t),)
    same_gap = _same(Gap(t), bound.value - bound.subject)
    weight, touch = total.summand / f, bound.named("touches")
    if weight.has(Gap) or not same_gap:
        return False
    (heavy, place), _ = _pair(total, weight, f.args[0])
    (product, gap), _ = _pair(total, weight * (f.args[0] - touch), equation.lhs - equation.rhs)
    # Table and symbols are made anew for each pair, so the two checks do not share symbols; each is closed in itself.
    return is_positive(heavy, {}) and is_positive(place, {}) and bool((product - gap).expand() == 0)


def _pair(total: Total, first: Expr, second: Expr) -> tuple[tuple[Expr, Expr], dict[Basic, Expr]]:
    both, table = on_range(total, Tuple(first, second))
    return (both.args[0], both.args[1]), table


def _zero_elsewhere(subject: Expr, equation: Eq) -> Finding | None:
    """A case in which the subject is zero and the equation fails, or the other way round."""
    equal = case([2, 3, 4], [(2, 0), (3, 0), (4, 0)], [1, 2, 3])
    for world in (*random_cases(), equal):
        value = concrete(subject, world)
        zero = None if value.has(S.ComplexInfinity, S.NaN) else is_zero_at(value, {})
        if zero is not None and zero != _holds_everywhere(equation, world):
            return Finding(Evidence.REFUTED, f"{subject} = {value}, and the masses are {'un' if zero else ''}equal")
    return None


def _holds_everywhere(equation: Eq, world: Case) -> bool:
    difference = equation.lhs - equation.rhs
    return all(concrete(difference.xreplace({i: Integer(atom)}), world) == 0 for atom in range(1, world.size + 1))


def squeeze(step: Step, given: Steps) -> Finding:
    """Two bounds, each off by nonnegative multiples of the gap at positive places, are continuous and meet at zero."""
    (inner, variable), bound = left_of(step).args, given[0]
    if bound.rule != "tangent" or not _same(Gap(t), bound.value - bound.subject):
        return Finding(Evidence.UNDECIDED, "the inequality it rests on is another")
    root = Dummy("root", positive=True)
    limits = set()
    for key, side in (("below", 1), ("above", -1)):
        limit, slack = step.named(key).args
        if not (_same(side * (inner - limit), slack) and _is_nonnegative_gap(slack)):
            return Finding(Evidence.UNDECIDED, f"not proved: {limit} bounds {inner} from {key}")
        smooth = limit.subs(variable, root**2)
        if not smooth.is_polynomial(root):
            return Finding(Evidence.UNDECIDED, f"{limit} is no polynomial in the root of {variable}")
        limits.add(smooth.subs(root, 0))
    if limits == {step.value}:
        return Finding(Evidence.SIGN, f"between {step.named('below').args[0]} and {step.named('above').args[0]}")
    wrong = Evidence.REFUTED if len(limits) == 1 else Evidence.UNDECIDED
    return Finding(wrong, f"the bounds tend to {', '.join(sorted(map(str, limits)))}")


def _is_nonnegative_gap(slack: Expr) -> bool:
    """Nonnegative when every ``f(place)`` is a nonnegative number; the places have to be positive."""
    gaps = {gap: Dummy("gap", nonnegative=True) for gap in slack.atoms(Gap)}
    return all(is_positive(gap.args[0], {}) for gap in gaps) and is_nonnegative(slack.xreplace(gaps), {})


def unbounded(step: Step, given: Steps) -> Finding:
    """Any level is reached somewhere, and the function falls: before that place it lies above the level."""
    (inner, variable), level, place = left_of(step).args, step.named("level"), step.named("place")
    falls = is_negative(inner.diff(variable), {})
    free = isinstance(level, Symbol) and level.is_positive and level not in inner.free_symbols
    reached = free and is_positive(place, {}) and _same(inner.subs(variable, place), level)
    if falls and reached and step.value != oo:
        return Finding(Evidence.REFUTED, f"it exceeds every level, {step.value} included")
    return by_sign(falls and reached, f"falls in {variable}, and equals {level} at {variable} = {place}")
