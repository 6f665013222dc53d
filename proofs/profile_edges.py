"""Whether a likelihood of two parameters falls towards the ends along its highest points, or to what limit it tends.

One parameter is at the one turn of the likelihood on each of its own lines, the other moves between the ends of its
space.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Symbol

from .algebra.atoms import plain
from .algebra.derivatives import derivative
from .algebra.spreads import is_nonzero_on_equal_data
from .family import Family
from .likelihood import unfold
from .limit_values import limit_value
from .line_signs import ENDS, HALF_LINE, is_falling, is_open, stays_inside
from .routes import LikelihoodRoute
from .turning import Turn, find_turn


@dataclass(frozen=True)
class ProfileEdges:
    """The likelihood with ``first`` put in as ``root``, by ``turn``, towards both ends of the space of ``unknown``.

    Towards the ends in ``falling`` it falls; towards the others it tends to ``heights``. All is in plain averages.
    """

    first: Symbol
    root: Expr
    turn: Turn
    unknown: Symbol
    falling: tuple[Expr, ...]
    heights: tuple[Expr, ...]
    none_on_equal_data: bool

    @property
    def ends(self) -> tuple[Expr, ...]:
        """The ends with a limit."""
        return tuple(end for end in ENDS if end not in self.falling)


def find_profile_edges(family: Family, route: LikelihoodRoute) -> ProfileEdges | None:
    """Return how the likelihood runs towards the ends along its highest points, ``None`` where that is not proved.

    >>> from thetahat import family
    >>> from thetahat.proofs.routes import likelihood_route
    >>> from thetahat.proofs.trail import Trail
    >>> lomax = family("lomax")
    >>> found = find_profile_edges(lomax, likelihood_route(lomax, Trail()))
    >>> found.falling, found.heights
    ((0,), (-log(Mean(x, x)) - 1,))
    """
    elimination = route.elimination
    if len(elimination.solved) != 1 or len(elimination.unknowns) != 1 or not is_open(family):
        return None
    item, unknown = elimination.solved[0], elimination.unknowns[0]
    x, domain = family.observation, family.domain
    if item.combination is not None or elimination.crossed or domain[unknown] != HALF_LINE:
        return None
    likelihood = plain(unfold(route.averages.mean_log_likelihood, route.statistics))
    root = plain(unfold(item.root.value, route.statistics))
    turn = find_turn(derivative(likelihood, item.unknown), item.unknown, family)
    if turn is None or not stays_inside(root, domain[item.unknown], x, domain):
        return None
    slope = derivative(likelihood, unknown).subs(item.unknown, root)
    falling = tuple(end for end in ENDS if is_falling(slope, unknown, end, family))
    profile = likelihood.subs(item.unknown, root)
    heights = [limit_value(profile, unknown, end, x, domain) for end in ENDS if end not in falling]
    limits = tuple(height for height in heights if height is not None)
    if len(limits) < len(heights):
        return None
    none_on_equal = is_nonzero_on_equal_data(slope, domain)
    return ProfileEdges(item.unknown, root, turn, unknown, falling, limits, none_on_equal)
