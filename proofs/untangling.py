"""Scores of an exponential family as its means less its statistics: equations that are solved where scores are not."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from sympy import Symbol, Tuple

from .algebra.invertible import is_invertible
from .algebra.signs import Domain
from .boundary import Ends, resolved
from .derivation import Label, Section
from .divergence import MeanMap, at_ends, mean_map, moment_equations, told
from .family import Family
from .likelihood import AverageForm
from .trail import Trail

_SEVERAL = 3


def untangling(
    family: Family, averages: AverageForm, regular: tuple[Symbol, ...], ends: Ends, domain: Domain
) -> Callable[[], MeanMap | None]:
    """A function to the mean map of an exponential family, if scores vanish exactly where it meets the statistics."""

    @cache
    def found() -> MeanMap | None:
        form = averages.form
        # Of two equations the likelihood route tries every combination itself, which costs less than the means.
        if form is None or family.covariates or ends.failure or ends.unbounded or len(regular) < _SEVERAL:
            return None
        declared = {item.symbol: item.bounds for item in (*family.constants, *family.parameters)}
        means = mean_map(form, regular, {**domain, **declared})
        placed = None if means is None else at_ends(means, resolved(ends.placed))
        inside = {s: b.interior() for s, b in declared.items()}
        return placed if placed is not None and is_invertible(placed.jacobian, inside) else None

    return found


def untangled_step(means: MeanMap, averages: AverageForm, given: tuple[int, ...], trail: Trail) -> int:
    """Record that the scores, at the positions ``given``, vanish exactly where means meet statistics."""
    statistics = averages.statistics[: len(means.tau)]
    return trail.add(
        "untangled",
        Section.LIKELIHOOD,
        "Scores untangled: they are `J'(t - tau)` with an invertible `J`, the derivative of natural parameters, and "
        "vanish exactly where these do:",
        Tuple(*moment_equations(means, statistics).values()),
        Label("tau - t", r"\tau - t"),
        given=given,
        using=told(means, statistics),
    )
