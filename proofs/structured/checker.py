"""Re-proves every step of a structured derivation from the declaration; imports nothing that makes steps."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr, preorder_traversal

from ..derivation import Evidence, Finding, Step
from ..errors import DeclarationError, ThetahatError
from ..ordered import findings_in_order
from . import check_bounded, check_components, check_joint_predictors, check_matrices, check_predictors
from .family import StructuredFamily
from .naming import claim_label
from .terms import shape

Steps = tuple[Step, ...]
Rule = Callable[[StructuredFamily, Step, Steps], Finding]
_PLATES = {**check_components.RULES, **check_predictors.RULES, **check_joint_predictors.RULES, **check_bounded.RULES}


def check_structured(family: StructuredFamily, steps: Steps) -> tuple[Finding, ...]:
    """Return what is found of each step: by what it is proved, that it is refuted, or why it stays undecided.

    A step that rests on one that is not proved is undecided, whatever else holds.

    Raises
    ------
    KeyError
        For a rule that the table does not hold: a step nobody can check is a bug, not a pass.

    Examples
    --------
    >>> from thetahat.proofs.registry import structured
    >>> from thetahat.proofs.structured.engine import derive_structured
    >>> found = derive_structured(structured("multivariate_normal"))
    >>> sorted({finding.evidence.value for finding in check_structured(found.family, found.steps)})
    ['algebra', 'lemma', 'sign']
    """
    rules: dict[str, Rule] = dict(_PLATES if family.in_plates else check_matrices.RULES)

    def check(step: Step, given: Steps) -> Finding:
        return _checked(family, step, given, rules[step.rule])

    return findings_in_order(steps, check, compute_on_refuted=False)


def _checked(family: StructuredFamily, step: Step, given: Steps, rule: Rule) -> Finding:
    try:
        for part in (step.value, step.subject, *(value for _, value in step.using)):
            for node in preorder_traversal(part):
                if isinstance(node, Expr) and not node.is_commutative:
                    shape(node)
    except DeclarationError as error:
        return Finding(Evidence.REFUTED, str(error))
    if step.label != claim_label(step.rule, step.subject, family):
        return Finding(Evidence.REFUTED, f"the label {step.label.text} names something else than the claim is about")
    try:
        return rule(family, step, given)
    except ThetahatError as reason:
        return Finding(Evidence.UNDECIDED, str(reason))
