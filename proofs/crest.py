"""Whether the likelihood of three parameters is highest on a curve, and what it tends to at both ends of the curve.

One parameter is at the one turn of the likelihood on each of its own lines. With it put in, the likelihood turns once
on each line on which scaling or shifting moves the two others together; the curve is where these turns are.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, S, Symbol, oo

from .algebra.atoms import Mean, atoms_of, plain
from .algebra.derivatives import derivative
from .algebra.elimination import Solved
from .algebra.size import cancelled
from .algebra.spreads import Triple, find_spreads, is_nonzero_on_equal_data
from .family import Family
from .likelihood import unfold
from .limit_values import limit_value
from .line_signs import HALF_LINE, crosses_once, is_open, is_positive_above_zero, run_inside, turns_once
from .ridge import direction, moved_along, speeds_of
from .routes import LikelihoodRoute
from .turning import Turn, find_turn


@dataclass(frozen=True)
class CrestLines:
    """Lines that take parameters to ``moves`` as ``along`` runs from one, and the derivative along them, ``slope``.

    It falls wherever it is zero, as putting in the average of ``average`` shows, in plain averages.
    """

    along: Symbol
    moves: dict[Symbol, Expr]
    slope: Expr
    average: Expr
    spreads: tuple[Triple, ...]


@dataclass(frozen=True)
class Crest:
    """Where the likelihood is highest, and its limits, ``heights``, at the ends of the space of ``unknown``.

    ``first`` is at ``first_root``, by ``turn``; then the derivative along ``lines`` is zero where ``solved`` is
    ``root``. All is in plain averages.
    """

    first: Symbol
    first_root: Expr
    turn: Turn
    solved: Symbol
    root: Expr
    unknown: Symbol
    lines: CrestLines
    heights: tuple[Expr, ...]


def find_crest(family: Family, route: LikelihoodRoute) -> Crest | None:
    """Return the curve on which the likelihood is highest and its limits, ``None`` where they are not proved.

    >>> from thetahat import family
    >>> from thetahat.proofs.routes import likelihood_route
    >>> from thetahat.proofs.trail import Trail
    >>> stacy = family("generalised_gamma")
    >>> find_crest(stacy, likelihood_route(stacy, Trail())).heights[1]
    -Mean(log(x), x) - log(-Mean(log(x), x) + log(Quantile(1, x))) - 1
    """
    elimination = route.elimination
    if len(elimination.solved) != 2 or len(elimination.unknowns) != 1 or not is_open(family):
        return None
    (first, second), (unknown,) = elimination.solved, elimination.unknowns
    if first.combination is not None or family.domain[unknown] != HALF_LINE:
        return None
    likelihood = plain(unfold(route.averages.mean_log_likelihood, route.statistics))
    first_root, root = (plain(unfold(item.root.value, route.statistics)) for item in (first, second))
    turn = find_turn(derivative(likelihood, first.unknown), first.unknown, family)
    x, domain = family.observation, family.domain
    if turn is None or not is_positive_above_zero(root, unknown, x, domain):
        return None
    profile = likelihood.subs(first.unknown, first_root)
    lines = _lines(second, unknown, elimination.crossed, route, family)
    if lines is None:
        return None
    heights = [limit_value(profile.subs(second.unknown, root), unknown, end, x, domain) for end in (S.Zero, oo)]
    limits = tuple(height for height in heights if height is not None)
    if len(limits) < len(heights):
        return None
    return Crest(first.unknown, first_root, turn, second.unknown, root, unknown, lines, limits)


def _lines(item: Solved, unknown: Symbol, crossed: bool, route: LikelihoodRoute, family: Family) -> CrestLines | None:
    """The lines along which the equation that was solved is the derivative, if it has one zero on each."""
    x, domain, along = family.observation, family.domain, Symbol("s", positive=True)
    equation = plain(unfold(item.equation, route.statistics))
    # Without a combination it is the score of the unknown, or else of the parameter that was solved.
    way = {unknown: S.One} if crossed and item.combination is None else direction(item, unknown)
    for speeds, factor in speeds_of(way):
        slope, moves = cancelled(equation * factor), moved_along(speeds, along)
        if not run_inside(moves, along, domain) or not crosses_once(slope, item.unknown, domain):
            continue
        moved = slope.subs(moves, simultaneous=True)
        spreads = find_spreads((moved, derivative(moved, along)), x, domain)
        for average in sorted({atom.integrand for atom in atoms_of(moved) if isinstance(atom, Mean)}, key=str):
            turns = turns_once(slope, moves, along, average, spreads, x, domain)
            if turns and is_nonzero_on_equal_data(slope, domain):
                return CrestLines(along, moves, slope, average, spreads)
    return None
