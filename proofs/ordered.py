"""Checks steps in their order: no step counts as proved that rests on one that is not."""

from __future__ import annotations

from collections.abc import Callable

from .derivation import Evidence, Finding, Step, Verdict

Steps = tuple[Step, ...]


def findings_in_order(
    steps: Steps, check: Callable[[Step, Steps], Finding], compute_on_refuted: bool = True
) -> tuple[Finding, ...]:
    """Return what ``check`` finds of each step and those it rests on; undecided where one of these is not proved.

    ``compute_on_refuted`` says whether a step is looked at that rests on a refuted one: such a premise may be
    nonsense, down to the shapes of its matrices.

    >>> findings_in_order((), lambda step, given: Finding(Evidence.ALGEBRA))
    ()
    """
    found: list[Finding] = []
    for position, step in enumerate(steps):
        if any(not 0 <= earlier < position for earlier in step.given):
            found.append(Finding(Evidence.UNDECIDED, "rests on a step that does not come before it"))
            continue
        wrong = [earlier + 1 for earlier in step.given if found[earlier].evidence is Evidence.REFUTED]
        if wrong and not compute_on_refuted:
            found.append(Finding(Evidence.UNDECIDED, f"rests on step {wrong[0]}, which is refuted"))
            continue
        result = check(step, tuple(steps[earlier] for earlier in step.given))
        weak = [earlier + 1 for earlier in step.given if found[earlier].evidence.verdict is not Verdict.AGREE]
        if weak and result.evidence is not Evidence.REFUTED:
            result = Finding(Evidence.UNDECIDED, f"rests on step {weak[0]}, which is not proved")
        found.append(result)
    return tuple(found)
