"""Re-proves the laws of the divergence by rules with definitions of their own; imports nothing that makes steps.

Each claim is first tried in concrete numbers, which can only refute. The rules of the theorem serve for what is about
one distribution; those here are about pairs, a map, equality of two members, and exponential families.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from sympy import Add, Expr, S

from .derivation import Evidence, Finding, Step
from .law_cases import MapWorld, World, exponential_worlds, map_worlds, pair_worlds, tried
from .law_sums import Premises, vanishes
from .law_terms import AtEquality, Entry, Inverse, Stretch, y
from .theorem_cases import concrete, holds, random_cases
from .theorem_names import Divergence, Expected, left_of
from .theorem_rules import RULES, Rule, check_theorem
from .theorem_sums import linear_form
from .theorem_terms import Mass, Slope, Total, i, theta, x

Steps = tuple[Step, ...]
Worlds = Sequence[World | MapWorld]


def check_laws(steps: Steps) -> tuple[Finding, ...]:
    """Return what is found of each step of the laws.

    >>> from thetahat.proofs.laws import laws
    >>> sorted({finding.evidence.value for finding in check_laws(laws().steps)})
    ['algebra', 'lemma', 'sign']
    """
    return check_theorem(steps, LAW_RULES)


def _same(difference: Expr, worlds: Worlds, premises: Premises | None = None, exponential: bool = False) -> Finding:
    cases = tried(difference, worlds)
    if cases.evidence is not Evidence.BALL:
        return cases
    if vanishes(difference, premises, exponential):
        return Finding(Evidence.ALGEBRA, f"for every number of atoms; {cases.detail}")
    return Finding(Evidence.UNDECIDED, f"{cases.detail}, but not proved for every number of atoms")


def pairs(step: Step, given: Steps) -> Finding:
    """Both sides are the same polynomial in masses of first and second parts and their logarithms, under sums."""
    return _same(step.subject - step.value, pair_worlds())


def moved(step: Step, given: Steps) -> Finding:
    """The same with densities of a variable and of its image."""
    return _same(step.subject - step.value, map_worlds())


def substitution(step: Step, given: Steps) -> Finding:
    """``integral of F(h(y)) |h'(y)| dy = integral of F(x) dx``: one factor ``|h'|``, and ``y`` nowhere but in ``h(y)``.

    Source: Billingsley 1995, *Probability and Measure*, theorem 17.2.
    """
    cases = tried(step.subject - step.value, map_worlds())
    if cases.evidence is not Evidence.BALL:
        return cases
    left, right = left_of(step), step.value
    if not isinstance(right, Total) or (left.index, right.index) != (y, x):
        return Finding(Evidence.UNDECIDED, "not an integral over y and one over x")
    function = (left.summand / Stretch(y)).xreplace({Inverse(y): x})
    if y in function.free_symbols or function.has(Stretch) or function != right.summand:
        return Finding(Evidence.UNDECIDED, f"{left} is no function of h(y) times |h'(y)|, or another function")
    return Finding(Evidence.LEMMA, f"change of variable in an integral; {cases.detail}")


def by_steps(step: Step, given: Steps) -> Finding:
    """The given equations, each added or subtracted once, leave nothing to show but definitions."""
    difference = step.subject - step.value
    cases = tried(difference, map_worlds())
    if cases.evidence is not Evidence.BALL:
        return cases
    for signs in product((1, -1), repeat=len(given)):
        parts = (sign * (one.subject - one.value) for sign, one in zip(signs, given, strict=True))
        if vanishes(difference - Add(*parts)):
            return Finding(Evidence.ALGEBRA, f"the steps put together; {cases.detail}")
    return Finding(Evidence.UNDECIDED, f"{cases.detail}, but the steps do not add up to it")


def at_equality(step: Step, given: Steps) -> Finding:
    """Sums weighted by ``q``, in which ``q`` is then put equal to the member; derivatives of masses add up to zero."""
    inner, member = left_of(step).args[0], Mass("p", i, theta)
    decided = 0
    for world in random_cases():
        if 0 in world.weights:
            continue
        value = dict(world.at)[theta]
        masses = [world.mass("p", atom, (theta,)).subs(theta, value) for atom in range(1, world.size + 1)]
        equal = replace(world, weights=tuple(masses))
        verdict = holds(concrete(inner, equal) - concrete(step.value, equal))
        if verdict is False:
            return Finding(Evidence.REFUTED, "false in a concrete case")
        decided += verdict is True
    if not decided:
        return Finding(Evidence.UNDECIDED, "no concrete case could be decided")
    form = linear_form(inner)
    put = {total: Total(total.summand.xreplace({Mass("q", i): member}), i) for total in form.atoms(Total)}
    rest = linear_form(form.xreplace(put) - step.value)
    left = rest.xreplace({total: S.Zero for total in rest.atoms(Total) if _is_slope_of_one(total)})
    if left == 0:
        return Finding(Evidence.ALGEBRA, f"for every number of atoms; true in {decided} concrete cases")
    return Finding(Evidence.UNDECIDED, f"{left} is not proved to be zero")


def _is_slope_of_one(total: Total) -> bool:
    """A derivative, of any order, of masses that add up to one over all atoms."""
    inner = total.summand
    while isinstance(inner, Slope) and inner.args[1] == theta:
        inner = inner.args[0]
    return total.carrier is None and isinstance(total.summand, Slope) and inner == Mass("p", i, theta)


def exponential(step: Step, given: Steps) -> Finding:
    """The same polynomial once logarithms of masses are linear in the statistics; a given step may say their means."""
    if any(one.rule != "means" for one in given):
        return Finding(Evidence.UNDECIDED, "it may rest on means of statistics only")
    premises = {one.subject: one.value for one in given}
    return _same(step.subject - step.value, exponential_worlds(), premises, exponential=True)


def means(step: Step, given: Steps) -> Finding:
    """``0 = d/deta_l of the sum of all masses``, which is the sum of ``p_i (T_l(i) - dA/deta_l)``."""
    cases = tried(step.subject - step.value, exponential_worlds())
    if cases.evidence is not Evidence.BALL:
        return cases
    mass, statistic = left_of(step).args
    fits = isinstance(statistic, Entry) and statistic.name == "T" and mass.name == "p" and statistic.args[2] == i
    if not fits:
        return Finding(Evidence.UNDECIDED, "not the mean of a statistic under a member")
    slope = statistic - Entry("tau", statistic.args[1], mass.args[2])
    if vanishes(Total(mass * slope, i) - step.subject + step.value, exponential=True):
        return Finding(Evidence.ALGEBRA, f"for every number of atoms and statistics; {cases.detail}")
    return Finding(Evidence.UNDECIDED, f"{cases.detail}, but not proved")


def pythagoras(step: Step, given: Steps) -> Finding:
    """An identity of an exponential family that may use that ``q`` has the means of the statistics at one member."""
    statistic, member = step.named("statistic"), step.named("member")
    if not (isinstance(statistic, Entry) and statistic.name == "T" and isinstance(member, Mass) and member.name == "p"):
        return Finding(Evidence.UNDECIDED, "the condition is not about means of statistics")
    premises = {Expected(Mass("q", i), statistic): Expected(member, statistic)}
    return _same(step.subject - step.value, exponential_worlds(), premises, exponential=True)


def at_most(step: Step, given: Steps) -> Finding:
    """Right minus left is a divergence, or an average of divergences, by a given identity; none is negative."""
    gibbs, exact = given
    worlds = pair_worlds() if exact.rule == "pairs" else exponential_worlds()
    cases = tried(step.value - step.subject, worlds, at_least=True)
    if cases.evidence is not Evidence.BALL:
        return cases
    if gibbs.rule != "gibbs" or exact.rule not in ("pairs", "pythagoras") or exact.subject != step.value:
        return Finding(
            Evidence.UNDECIDED, "it has to rest on the inequality and on an identity for its right-hand side"
        )
    rest = exact.value - step.subject
    if all(_is_average_of_divergences(term) for term in Add.make_args(rest)):
        return Finding(Evidence.SIGN, f"what is left is {rest} >= 0")
    return Finding(Evidence.UNDECIDED, f"{rest} is not seen to be at least 0")


def _is_average_of_divergences(term: Expr) -> bool:
    inner = term.args[1] if isinstance(term, Expected) else term
    return isinstance(inner, Divergence)


LAW_RULES = {
    **{name: RULES[name] for name in ("definition", "identity", "convex", "tangent", "termwise", "gibbs", "only-if")},
    "pairs": Rule(pairs),
    "moved": Rule(moved),
    "substitution": Rule(substitution, subject=Total),
    "by-steps": Rule(by_steps),
    "at-equality": Rule(at_equality, subject=AtEquality),
    "exponential": Rule(exponential),
    "means": Rule(means, subject=Expected),
    "pythagoras": Rule(pythagoras),
    "at-most": Rule(at_most, "<=", given=2),
}
