"""When a slanted family has a maximiser, and the steps that say so: some member is above the limits of a growing slant.

As place or scale leave every bounded part of their spaces, the likelihood vanishes as without slant, since what the
slant adds is below its ceiling. Elsewhere only the slant grows: observations on one side of the place lose without
bound, so that the place ends at the least observation, or below it, or at the greatest, or above.
"""

from __future__ import annotations

from sympy import S, Tuple

from .algebra.atoms import Quantile, atoms_of, plain
from .derivation import Derivation, EdgeHeight, Label, Outcome, Section
from .edges import by_tails
from .existence import Existence
from .likelihood import unfold
from .location import Z
from .slant import Slant, SlantLimits, V
from .tails import falls_on_both_sides
from .trail import Trail


def by_slant(slant: Slant, at_a_place: Derivation) -> Existence | None:
    """Return when a slanted family has a maximiser: where some member is above what a growing slant tends to.

    ``at_a_place`` is the derivation of the family without slant and with its place known.

    >>> from thetahat import derive, family
    >>> from thetahat.proofs.slant import find_slant
    >>> slant = find_slant(family("skew_normal"))
    >>> found = by_slant(slant, derive(slant.level.holding(slant.place)))
    >>> [one.meaning for one in found.conditions], len(found.edges)
    (['the observations are not all equal'], 2)
    """
    tails = by_tails(slant.level, slant.structure)
    if tails is None or not tails.proved or not falls_on_both_sides(slant.structure.kernel):
        return None
    limits = _limits(slant, at_a_place)
    if limits is None:
        return None
    edges = tuple(
        EdgeHeight(height, f"{slant.parameter} grows without bound and {slant.place} tends to the {which} observation")
        for height, which in zip(limits.heights, ("least", "greatest"), strict=True)
    )
    rule = "the likelihood tends to no more than its limits for a slant without bound, and vanishes at all other edges"
    missing = "whether some member is above these limits is decided for each dataset"
    return Existence(tails.conditions, False, rule, missing, edges=edges, slant=limits)


def _limits(slant: Slant, at_a_place: Derivation) -> SlantLimits | None:
    """The limits with the place at either end of the data, where averages do not depend on the place."""
    if at_a_place.outcome is not Outcome.CLOSED_FORM or not at_a_place.optimality.proved:
        return None
    (scale, best), *others = at_a_place.closed
    best = plain(unfold(best, at_a_place.statistics))
    level = plain(unfold(at_a_place.mean_log_likelihood, at_a_place.statistics)).subs(scale, best)
    if others or any(slant.place in atom.free_symbols for atom in atoms_of(level)):
        return None
    x = slant.level.observation
    ends = (slant.structure.observation.subs(x, Quantile(end, x)) for end in (S.Zero, S.One))
    low, high = ((slant.ceiling + level).subs(slant.place, end) for end in ends)
    return SlantLimits(slant, scale, best, (low, high))


def add_slant(exists: Existence, likelihood: int, trail: Trail) -> None:
    """Record how the family is slanted, and what the likelihood tends to as the slant grows."""
    if exists.slant is None:
        return
    slant = exists.slant.slant
    structure, p = slant.structure, slant.parameter
    at = trail.add(
        "slant",
        Section.EXISTENCE,
        f"Slant: places and scales with the log-density `g` of `z`, whose density falls on both sides of zero, and "
        f"beside it a function of `v`, which is `{p}` times the distance from the place. It rises from minus infinity "
        "to a ceiling:",
        slant.shape,
        Label("h(v)", "h(v)"),
        subject=p,
        using=(
            ("observation", structure.observation),
            ("location", structure.location),
            ("scale", structure.scale),
            ("kernel", structure.kernel),
            ("unit", slant.unit),
            ("ceiling", slant.ceiling),
            ("z", Z),
            ("v", V),
        ),
    )
    trail.add(
        "slant-edges",
        Section.EXISTENCE,
        f"Edges: if {' and '.join(one.meaning for one in exists.conditions)}, the mean log-likelihood tends to minus "
        "infinity wherever place or scale leave every bounded part of their spaces, and, as the slant grows without "
        "bound, wherever observations are left on both sides of the place. Elsewhere it tends to no more than it does "
        "with the place at the least, or at the greatest, observation, and the best scale there:",
        Tuple(*(one.height for one in exists.edges)),
        Label("limit", r"\lim"),
        given=(at, likelihood),
        subject=p,
        using=(("scale", exists.slant.scale), ("best", exists.slant.best)),
    )
