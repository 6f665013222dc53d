"""What is found of a claim in matrix words: from its normal form, and from exact numbers at small sizes."""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr

from ..derivation import Evidence, Finding
from .cases import World, worlds
from .family import StructuredFamily
from .terms import Average


def mean_of(family: StructuredFamily, value: Expr) -> Expr:
    """Return the mean over the observations, or the value where the data are one matrix."""
    return value if family.rows is not None else Average(value)


def judged(same: bool, refuted: bool | None, evidence: Evidence = Evidence.ALGEBRA, detail: str = "") -> Finding:
    """Return the finding from the normal form and from exact numbers; if those disagree, nothing is proved.

    >>> judged(True, True).evidence
    <Evidence.REFUTED: 'refuted'>
    """
    if refuted:
        return Finding(Evidence.REFUTED, detail or "wrong in exact numbers at a small size")
    if refuted is None:
        return Finding(Evidence.UNDECIDED, "no small size could be computed")
    return Finding(evidence, detail) if same else Finding(Evidence.UNDECIDED, "the normal forms differ")


def refuted_in(family: StructuredFamily, wrong: Callable[[World], bool]) -> bool | None:
    """Return whether a claim is wrong in one of the worlds, or ``None`` where fewer than two could be computed."""
    found = []
    for world in worlds(family):
        try:
            found.append(wrong(world))
        except ZeroDivisionError:
            continue
    return None if len(found) < 2 else any(found)
