"""Re-proves every step of the theorem by rules with definitions of their own; imports nothing that makes steps.

Each step is first tried in concrete numbers, which can only refute. What counts as proved follows from definitions and
premises (``theorem_sums``), from the sign rules, or from disjoint balls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sympy import Add, Basic, Expr, Interval, S, Tuple, expand_log

from .ball_data import evaluate
from .balls import precision
from .derivation import Evidence, Finding, Step
from .errors import UndecidedError
from .ordered import findings_in_order
from .theorem_cases import concrete, random_cases
from .theorem_identities import Steps, constant, identity, telescope
from .theorem_inequalities import convex, gibbs, only_if, squeeze, tangent, termwise, unbounded
from .theorem_names import Divergence, LimitAtZero, claim_label, left_of, relation_of
from .theorem_terms import Total


@dataclass(frozen=True)
class Rule:
    """What a rule decides: claims with that relation about that kind of left-hand side, from so many given steps.

    With ``given`` zero the rule uses none, and the steps named are for the reader.
    """

    proves: Callable[[Step, Steps], Finding]
    relation: str = "="
    subject: type[Basic] = Expr
    given: int = 0


def check_theorem(steps: Steps, rules: Mapping[str, Rule] | None = None) -> tuple[Finding, ...]:
    """Return what is found of each step: by what it is re-proved, that it is refuted, or that it stays undecided.

    A step that rests on one that is not proved is undecided, whatever else holds. ``rules`` are those of the theorem
    unless given.

    Raises
    ------
    KeyError
        For a rule that the table does not hold: a step nobody can check is a bug, not a pass.

    Examples
    --------
    >>> from thetahat.proofs.theorem import theorem
    >>> sorted({finding.evidence.value for finding in check_theorem(theorem().steps)})
    ['algebra', 'ball', 'sign']
    """
    table = RULES if rules is None else rules
    return findings_in_order(steps, lambda step, given: _checked(table[step.rule], step, given))


@lru_cache(maxsize=256)
def _checked(rule: Rule, step: Step, given: Steps) -> Finding:
    if not isinstance(step.subject, rule.subject) or relation_of(step) != rule.relation:
        return Finding(Evidence.REFUTED, f"{step.rule} proves no claim of the form {step.label.text} {step.value}")
    if step.label != claim_label(step.subject, rule.relation):
        return Finding(Evidence.REFUTED, f"the label names something else than {step.subject}")
    if rule.given and len(given) != rule.given:
        return Finding(Evidence.UNDECIDED, f"{step.rule} has to rest on {rule.given} steps, not {len(given)}")
    try:
        return rule.proves(step, given)
    except UndecidedError as reason:
        return Finding(Evidence.UNDECIDED, str(reason))


def enclosure(step: Step, given: Steps) -> Finding:
    """The divergence between two distributions in numbers lies in the interval."""
    distributions = left_of(step).args
    if not all(_is_distribution(column) for column in distributions) or not isinstance(step.value, Interval):
        return Finding(Evidence.REFUTED, "not two distributions in exact numbers, or no interval")
    with precision(200):
        value = evaluate(concrete(step.subject, random_cases()[0]), {})
        low, high = (evaluate(end, {}) for end in step.value.args[:2])
        if value > low and value < high:
            return Finding(Evidence.BALL, f"a ball around {value.str(12, radius=False)} lies inside")
        return Finding(Evidence.REFUTED if value < low or value > high else Evidence.UNDECIDED, f"it is {value}")


def _is_distribution(column: Basic) -> bool:
    numbers = column.args if isinstance(column, Tuple) else ()
    return bool(numbers) and all(w.is_Rational and w >= 0 for w in numbers) and Add(*numbers) == 1


def apart(step: Step, given: Steps) -> Finding:
    """The same two distributions in either order, in intervals that do not overlap."""
    if not isinstance(step.value, Divergence) or step.value.args != left_of(step).args[::-1]:
        return Finding(Evidence.REFUTED, "the two sides are not the same divergence with its arguments swapped")
    difference = concrete(step.subject - step.value, random_cases()[0])
    if expand_log(difference, factor=True).expand() == 0:
        return Finding(Evidence.REFUTED, "the two are the same number")
    first, second = given
    named = (first.subject, second.subject) == (step.subject, step.value)
    disjoint = named and first.value.intersect(second.value) == S.EmptySet
    right_kind = first.rule == second.rule == "enclosure"
    if disjoint and right_kind:
        return Finding(Evidence.BALL, "the two enclosures do not overlap")
    return Finding(Evidence.UNDECIDED, "the two enclosures overlap, or enclose something else")


RULES = {
    "definition": Rule(identity),
    "identity": Rule(identity),
    "constant": Rule(constant),
    "convex": Rule(convex),
    "tangent": Rule(tangent, "<="),
    "termwise": Rule(termwise, "<=", Total, 1),
    "gibbs": Rule(gibbs, "<=", given=2),
    "only-if": Rule(only_if, "only if", given=2),
    "squeeze": Rule(squeeze, "=", LimitAtZero, 1),
    "unbounded": Rule(unbounded, "=", LimitAtZero),
    "enclosure": Rule(enclosure, "in", Divergence),
    "apart": Rule(apart, "!=", Divergence, 2),
    "telescope": Rule(telescope, "=", Total),
}
