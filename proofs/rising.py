"""Conditions for a maximum that are needed: for all data that break one, the likelihood goes one way for ever.

So it does along its highest points, and no member is the highest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sympy import Integer, Tuple, latex

from .derivation import Finding, Label, Section, Step, Verdict
from .existence import Existence
from .family import Family
from .profile_ways import Profile, way_without
from .trail import Trail

_RULE = "one-way"


def with_need(exists: Existence, before: Sequence[Step], family: Family) -> Existence:
    """Return the same with conditions that are needed, where the profile goes one way for all data that break one."""
    at = next((at for at, step in enumerate(before) if step.rule == "ridge-logs"), None)
    if at is None or exists.needed or not exists.proved or not exists.conditions:
        return exists
    profile = Profile.of(before[at])
    ways = tuple((one, way_without(one.expression, profile, family)) for one in exists.conditions)
    return replace(exists, needed=True, one_way=(at, ways)) if all(way for _, way in ways) else exists


def add_one_way(exists: Existence, before: Sequence[Step], trail: Trail) -> None:
    """Record that the profile goes one way for data that break a condition."""
    if exists.one_way is None:
        return
    at, ways = exists.one_way
    profile = Profile.of(before[at])
    words = " and ".join(
        f"{'rises' if way > 0 else 'falls'} with `{profile.unknown}` where '{one.meaning}' fails" for one, way in ways
    )
    trail.add(
        _RULE,
        Section.EXISTENCE,
        f"One way: the profile {words}, all over its space, so that no member is the highest then. Each observation "
        "tells, by the signs of the derivatives below, of the function that is averaged and of those under logarithms; "
        "where all are equal, by the profile of one of them.",
        profile.slopes(),
        Label(f"d / d{profile.unknown}", rf"\partial / \partial {latex(profile.unknown)}"),
        given=(at,),
        subject=profile.unknown,
        using=(("ways", Tuple(*(Tuple(one.expression, Integer(way)) for one, way in ways))),),
    )


def supported_need(exists: Existence, steps: Sequence[Step], findings: Sequence[Finding]) -> Existence:
    """Return the same, with conditions not known to be needed where a step that says so is not proved."""
    if exists.one_way is None:
        return exists
    agreed = [
        finding.evidence.verdict is Verdict.AGREE
        for step, finding in zip(steps, findings, strict=True)
        if step.rule in (_RULE, "ridge", "ridge-logs")
    ]
    return exists if all(agreed) else replace(exists, needed=False)
