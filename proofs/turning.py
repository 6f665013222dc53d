"""Whether the likelihood of two parameters turns once on each line of one of them, and once along the highest points.

A smooth function on an interval whose derivative falls wherever it is zero has one zero of the derivative at most, and
is highest there. For the profile such zeros are those of both scores, with the first parameter at its highest point.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Symbol, Tuple, latex

from .algebra.atoms import Mean, atoms_of, plain
from .algebra.derivatives import derivative
from .algebra.spreads import Triple, falls_where_zero, find_spreads, is_nonzero_on_equal_data, lies_within
from .algebra.tidying import tidy
from .derivation import Label, Optimality, Section
from .family import Family
from .likelihood import unfold
from .routes import LikelihoodRoute
from .smooth_lines import is_smooth_over_lines
from .trail import Trail


@dataclass(frozen=True)
class Turn:
    """An equation whose left side falls wherever it is zero: shown by solving it for the average of ``average``."""

    equation: Expr
    average: Expr
    spreads: tuple[Triple, ...]


def turning_steps(family: Family, route: LikelihoodRoute, trail: Trail) -> Optimality | None:
    """Record that the likelihood turns once on each line, and once along the curve of the highest points."""
    elimination = route.elimination
    if len(elimination.solved) != 1 or len(elimination.unknowns) != 1 or elimination.crossed:
        return None
    item, unknown = elimination.solved[0], elimination.unknowns[0]
    if not runs_over_lines(family, item.unknown, unknown):
        return None
    likelihood = plain(unfold(route.averages.mean_log_likelihood, route.statistics))
    root = plain(unfold(item.root.value, route.statistics))
    on_line = find_turn(derivative(likelihood, item.unknown), item.unknown, family)
    if on_line is None or not lies_within(root, family.domain[item.unknown], family.observation, family.domain):
        return None
    # The derivative of the profile is that at rest: the other score is zero there.
    slope = tidy(derivative(likelihood, unknown).subs(item.unknown, root), route.domain)
    along = find_turn(slope, unknown, family)
    if along is None or not is_nonzero_on_equal_data(along.equation, family.domain):
        return None
    at = line_step(on_line, item.unknown, route.likelihood, trail, Section.OPTIMALITY)
    _ridge_step(along, item.unknown, root, unknown, at, trail)
    return Optimality(True, "highest at one point of each line, and with one turn along the curve of these", True)


def runs_over_lines(family: Family, moved: Symbol, held: Symbol) -> bool:
    """Return whether the likelihood is smooth on open intervals of two parameters: of the one, the same for all data.

    Where an end of the support is linear in the other, the values that data allow are an interval as well.

    >>> from thetahat import family
    >>> shifted = family("rayleigh_shifted")
    >>> mu, sigma = shifted.symbols
    >>> runs_over_lines(shifted, sigma, mu), runs_over_lines(shifted, mu, sigma)
    (True, False)
    """
    ends = (family.bounds.lo, family.bounds.hi)
    return is_smooth_over_lines(family, moved) and all(derivative(end, held, held) == 0 for end in ends)


def find_turn(equation: Expr, unknown: Symbol, family: Family) -> Turn | None:
    """Return how it is shown that the equation's left side falls wherever it is zero, if it can be."""
    x, domain = family.observation, family.domain
    averages = sorted({atom.integrand for atom in atoms_of(equation) if isinstance(atom, Mean)}, key=str)
    for spreads in ((), find_spreads((equation, derivative(equation, unknown)), x, domain)):
        for average in averages:
            if falls_where_zero(equation, unknown, average, spreads, x, domain):
                return Turn(equation, average, spreads)
    return None


def line_step(turn: Turn, moved: Symbol, likelihood: int, trail: Trail, section: Section) -> int:
    """Record that the likelihood turns once on each line on which one parameter alone moves, and return where."""
    return trail.add(
        "line-turn",
        section,
        f"One turn on each line: wherever the derivative in `{moved}` is zero, it falls, as putting in what the "
        f"equation says of the average of `{turn.average}` shows. So it is zero once at most on each line on which "
        f"`{moved}` alone moves, and the likelihood is highest on the line there.",
        turn.equation,
        Label(f"d l / d{moved}", rf"\partial \ell / \partial {latex(moved)}"),
        given=(likelihood,),
        subject=moved,
        using=_named_in(turn),
    )


def _ridge_step(turn: Turn, moved: Symbol, root: Expr, unknown: Symbol, at: int, trail: Trail) -> None:
    pairs = " and ".join(_in_words(triple) for triple in turn.spreads)
    trail.add(
        "ridge-turn",
        Section.OPTIMALITY,
        f"One turn along the highest points: with `{moved}` put in, the derivative in `{unknown}` is the one below. "
        f"Wherever it is zero, it falls, as putting in what the equation says of the average of `{turn.average}` "
        f"shows{f', with {pairs} (Cauchy and Schwarz)' * bool(pairs)}. So every root is the one maximum. Where all "
        "observations are equal there is none.",
        turn.equation,
        Label(f"d l / d{unknown}", rf"d \ell / d{latex(unknown)}"),
        given=(at,),
        subject=unknown,
        using=(*_named_in(turn), ("root", root)),
    )


def _in_words(triple: Triple) -> str:
    """The inequality of three functions of an observation."""
    f, g, h = triple
    return f"mean({f}){f' mean({g})' * (g != 1)} >= {'1' if h == 1 else f'mean({h})^2'}"


def _named_in(turn: Turn) -> tuple[tuple[str, Expr], ...]:
    return ("average", turn.average), ("spreads", Tuple(*(Tuple(*triple) for triple in turn.spreads)))
