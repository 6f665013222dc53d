"""Re-proves that the likelihood along its highest points goes one way for all data that break a condition."""

from __future__ import annotations

from .algebra.size import cancelled
from .check_context import Context
from .derivation import Evidence, Finding, Step
from .profile_ways import Profile, way_without


def one_way(step: Step, context: Context) -> Finding:
    """The derivatives are those of the profile, every condition is one that is asked, and each sign is proved anew."""
    before = context.given(step)
    if before.rule != "ridge-logs" or before.subject != step.subject:
        return Finding(Evidence.REFUTED, "it is not along the highest points")
    profile = Profile.of(before)
    slopes = profile.slopes().args
    if len(slopes) != len(step.value.args):
        return Finding(Evidence.REFUTED, "these are not the functions of the profile")
    if any(cancelled(one - other) != 0 for one, other in zip(step.value.args, slopes, strict=True)):
        return Finding(Evidence.REFUTED, "these are not the derivatives")
    ways = [(row[0], int(row[1])) for row in step.named("ways").args]
    if {one for one, _ in ways} != {one.value for one in context.steps if one.rule == "exists"}:
        return Finding(Evidence.REFUTED, "these are not the conditions for a maximum")
    for condition, way in ways:
        found = way_without(condition, profile, context.family)
        if found == -way:
            return Finding(Evidence.REFUTED, "the profile goes the other way")
        if found != way:
            return Finding(Evidence.UNDECIDED, f"that the profile goes one way where {condition} > 0 fails")
    return Finding(Evidence.SIGN, "each observation's functions go that way")
