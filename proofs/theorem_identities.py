"""Re-proves the identities of the theorem: by linearity for every number of atoms, and tries to refute them first.

Each is tried in small concrete families, in exact numbers; one that fails there is refuted. Holding in all of them
proves nothing.
"""

from __future__ import annotations

from sympy import Expr, S

from .derivation import Evidence, Finding, Step
from .theorem_cases import tried
from .theorem_names import left_of
from .theorem_sums import linear_form, vanishes
from .theorem_terms import Level, Mass, Total, i, m, theta, theta_0, theta_1

Steps = tuple[Step, ...]


def identity(step: Step, given: Steps) -> Finding:
    """Both sides have the same linear form, for every number of atoms, and the same value in the concrete cases."""
    difference = step.subject - step.value
    cases = tried(difference)
    if cases.evidence is not Evidence.BALL:
        return cases
    if vanishes(difference):
        return Finding(Evidence.ALGEBRA, f"for every m; {cases.detail}")
    return Finding(Evidence.UNDECIDED, f"{cases.detail}, but not proved for every m")


def constant(step: Step, given: Steps) -> Finding:
    """An identity whose right-hand side holds no parameter."""
    left = linear_form(step.value).free_symbols & {theta, theta_0, theta_1}
    if left:
        return Finding(Evidence.REFUTED, f"the right-hand side depends on {min(left, key=str)}")
    return identity(step, given)


def telescope(step: Step, given: Steps) -> Finding:
    """By induction: the sum up to ``i`` is the level at ``i`` less that at 0, and grows by one term at a time."""
    cases = tried(step.subject - step.value)
    if cases.evidence is not Evidence.BALL:
        return cases
    total, term = left_of(step), step.named("term")
    parameter = total.summand.args[2] if isinstance(total, Total) and isinstance(total.summand, Mass) else None
    if parameter is None or total.summand != Mass("P", i, parameter) or total.args[1:] != (i,):
        return Finding(Evidence.UNDECIDED, "not the sum over all bins")

    def up_to(last: Expr) -> Expr:
        return Level(last, parameter) - Level(S.Zero, parameter)

    grows = up_to(i) - up_to(i - 1) == term and up_to(S.Zero) == 0
    premises = {Level(S.Zero, parameter): S.Zero, Level(m, parameter): S.One}
    if grows and up_to(m).xreplace(premises) == step.value:
        return Finding(Evidence.ALGEBRA, f"by induction; {cases.detail}")
    return Finding(Evidence.UNDECIDED, "not proved by induction")
