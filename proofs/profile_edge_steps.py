"""When a likelihood of two parameters has a maximum, and the steps that say so: above its limits along the curve."""

from __future__ import annotations

from sympy import S, Tuple, oo

from .derivation import Label, Section
from .existence import Existence, edge_heights
from .family import Family
from .line_signs import ENDS
from .profile_edges import ProfileEdges, find_profile_edges
from .routes import LikelihoodRoute
from .sameness import all_equal
from .trail import Trail
from .turning import line_step

_RULE = "the likelihood is highest on a curve, along which it falls towards the edges or tends to its limits there"


def by_profile_edges(family: Family, route: LikelihoodRoute) -> Existence | None:
    """Return when the likelihood has a maximum, where its limits along the highest points are known.

    >>> from thetahat import family
    >>> from thetahat.proofs.routes import likelihood_route
    >>> lomax = family("lomax")
    >>> [edge.meaning for edge in by_profile_edges(lomax, likelihood_route(lomax, Trail())).edges]
    ['lambda grows without bound']
    """
    found = find_profile_edges(family, route)
    if found is None:
        return None
    edges = edge_heights(found.unknown, dict(zip(found.ends, found.heights, strict=True)))
    known = found.none_on_equal_data
    why = ("the limits are proved for such data alone", "on equal data the likelihood has no stationary point")[known]
    condition = all_equal(family, family.observation, why)
    missing = "whether some member is above the limits is decided for each dataset" if edges else ""
    return Existence((condition,), not edges, _RULE, missing, needed=known, edges=edges, profile=found)


def add_profile_edges(exists: Existence, likelihood: int, trail: Trail) -> None:
    """Record how the likelihood runs along its highest points towards the ends."""
    found = exists.profile
    if found is None:
        return
    at = line_step(found.turn, found.first, likelihood, trail, Section.EXISTENCE)
    trail.add(
        "profile-edges",
        Section.EXISTENCE,
        f"Edges: with `{found.first}` put in, {_towards(found)}, if the observations are not all equal. So the "
        f"likelihood is highest somewhere{' if some member is above what it tends to' * bool(found.heights)}.",
        Tuple(*found.heights),
        Label("limit", r"\lim"),
        given=(likelihood, at),
        subject=found.unknown,
        using=(("first", found.root), ("falling", Tuple(*found.falling))),
    )


def _towards(found: ProfileEdges) -> str:
    """What happens towards both ends, in words."""
    names = {S.Zero: "zero", oo: "infinity"}
    near = {end: f"as `{found.unknown}` tends to {names[end]}" for end in ENDS}
    falls = [f"the mean log-likelihood falls {near[end]}" for end in found.falling]
    tends = [f"the mean log-likelihood tends to the limit below {near[end]}" for end in found.ends]
    return ", and ".join(falls + tends)
