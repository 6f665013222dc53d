"""When a likelihood that is highest on a curve has a maximum, and the steps that say so: above both limits there."""

from __future__ import annotations

from sympy import Tuple

from .crest import Crest, find_crest
from .derivation import Label, Section
from .existence import Existence, edge_heights
from .family import Family
from .line_signs import ENDS
from .routes import LikelihoodRoute
from .sameness import all_equal
from .trail import Trail
from .turning import line_step

_RULE = "the likelihood is highest on a curve, along which it tends to its limits at the edges"


def by_crest(family: Family, route: LikelihoodRoute) -> Existence | None:
    """Return when the likelihood has a maximum, where it is highest on a curve with limits at both ends.

    >>> from thetahat import family
    >>> from thetahat.proofs.routes import likelihood_route
    >>> stacy = family("generalised_gamma")
    >>> [edge.meaning for edge in by_crest(stacy, likelihood_route(stacy, Trail())).edges]
    ['p tends to zero', 'p grows without bound']
    """
    crest = find_crest(family, route)
    if crest is None:
        return None
    edges = edge_heights(crest.unknown, dict(zip(ENDS, crest.heights, strict=True)))
    missing = "whether some member is above the limits is decided for each dataset"
    condition = all_equal(family, family.observation, "on equal data the likelihood has no stationary point")
    return Existence((condition,), False, _RULE, missing, edges=edges, crest=crest)


def add_crest(exists: Existence, likelihood: int, trail: Trail) -> None:
    """Record on which curve the likelihood is highest, and its limits along the curve."""
    crest = exists.crest
    if crest is None:
        return
    first = line_step(crest.turn, crest.first, likelihood, trail, Section.EXISTENCE)
    at = _lines_step(crest, likelihood, first, trail)
    trail.add(
        "crest-edges",
        Section.EXISTENCE,
        f"Edges: on the curve, with `{crest.first}` and `{crest.solved}` put in, the mean log-likelihood tends to "
        f"these limits as `{crest.unknown}` tends to zero and to infinity, if the observations are not all equal. So "
        "it is highest somewhere if some member is above both.",
        Tuple(*crest.heights),
        Label("limit", r"\lim"),
        given=(likelihood, at),
        subject=crest.unknown,
    )


def _lines_step(crest: Crest, likelihood: int, first: int, trail: Trail) -> int:
    """Record the lines on which the likelihood turns once, with the first parameter put in."""
    lines = crest.lines
    moved = " and ".join(f"`{p}`" for p in lines.moves)
    return trail.add(
        "crest",
        Section.EXISTENCE,
        f"Curve: with `{crest.first}` put in, the derivative along the line that takes {moved} through a member is the "
        f"one below. If the observations are not all equal, it is positive at the start of each line, negative far "
        f"out, and falls wherever it is zero, as putting in what that says of the average of `{lines.average}` shows. "
        f"So the likelihood is highest on the line where it is zero, which is one value of `{crest.solved}` for each "
        f"of `{crest.unknown}`. On equal data it is zero nowhere.",
        lines.slope,
        Label(f"d l / d log({lines.along})", rf"\partial \ell / \partial \log {lines.along}"),
        given=(likelihood, first),
        subject=crest.solved,
        using=(
            ("along", lines.along),
            ("moves", Tuple(*(Tuple(p, how) for p, how in lines.moves.items()))),
            ("average", lines.average),
            ("spreads", Tuple(*(Tuple(*triple) for triple in lines.spreads))),
            ("first", crest.first_root),
            ("root", crest.root),
            ("unknown", crest.unknown),
        ),
    )
