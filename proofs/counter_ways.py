"""Looks for data that break a condition for a maximum, and a place where their profile goes another way than said."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Symbol

from .algebra.atoms import Mean, Quantile
from .check_context import Context, subject_of
from .counter_shapes import places_around
from .derivation import Step
from .profile_ways import Profile
from .trial import Trial


def one_way(step: Step, context: Context) -> str:
    """Data that break a condition, and a place where the slope of the profile has the other sign."""
    profile, u = Profile.of(context.given(step)), subject_of(step)
    slope = _slope(profile, context.family.observation)
    for condition, way in step.named("ways").args:
        for trial in (_breaking(one, condition) for one in context.trials):
            there = [trial.moved({u: place}) for place in places_around(trial, u)]
            if any(int(way) * one.number(slope) < 0 for one in there):
                return f"the profile goes the other way in {u} for data that break {condition} > 0"
    return ""


def _slope(profile: Profile, x: Symbol) -> Expr:
    first, *others = profile.slopes().args
    found = Mean(first, x)
    for (c, f), slope in zip(profile.logs, others, strict=True):
        found -= c * Mean(slope, x) / Mean(f, x)
    return found


def _breaking(trial: Trial, condition: Expr) -> Trial:
    """Data that break a condition: all equal, or all mirrored to one side of the number that bounds them."""
    x = trial.family.observation
    least = condition + Quantile(0, x)
    sample = [row[x] for row in trial.sample]
    if condition == Quantile(1, x) - Quantile(0, x):
        moved = [sample[0]] * len(sample)
    elif least.is_number:
        bound = trial.number(least)
        moved = [bound + abs(value - bound) for value in sample]
    else:
        bound = trial.number(Quantile(1, x) - condition)
        moved = [min(value, bound) for value in sample]
    return replace(trial, sample=tuple({**row, x: value} for row, value in zip(trial.sample, moved, strict=True)))
