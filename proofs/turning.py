"""Whether the likelihood of two parameters turns once on each line of one of them, and once along the highest points.

A smooth function on an interval whose derivative falls wherever it is zero has one zero of the derivative at most, and
is highest there. For the profile such zeros are those of both scores, with the first parameter at its highest point.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Mul, Symbol, Tuple, fraction, latex, oo, together

from .algebra.atoms import Mean, atoms_of, plain
from .algebra.derivatives import derivative
from .algebra.signs import Domain, is_nonzero
from .algebra.size import factored
from .algebra.spreads import Triple, falls_where_zero, find_spreads, named, sign_of
from .algebra.tidying import tidy
from .bounds import Bounds
from .curvature import has_corners
from .derivation import Label, Optimality, Section
from .family import Family
from .likelihood import unfold
from .routes import LikelihoodRoute
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
    if on_line is None or not lies_within(root, family.domain[item.unknown], family):
        return None
    # The derivative of the profile is that at rest: the other score is zero there.
    slope = tidy(derivative(likelihood, unknown).subs(item.unknown, root), route.domain)
    along = find_turn(slope, unknown, family)
    if along is None or not is_nonzero_on_equal_data(along.equation, family.domain):
        return None
    at = _line_step(on_line, item.unknown, route.likelihood, trail)
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
    boxes, ends = [item.bounds for item in family.parameters], family.bounds
    plain_boxes = all(not (box.free_symbols or box.lo_closed or box.hi_closed or box.discrete) for box in boxes)
    still = moved not in ends.free_symbols and all(derivative(end, held, held) == 0 for end in (ends.lo, ends.hi))
    open_ends = not (ends.free_symbols & {held} and (ends.lo_closed or ends.hi_closed))
    return plain_boxes and still and open_ends and len(boxes) == 2 and not family.beside and not has_corners(family)


def find_turn(equation: Expr, unknown: Symbol, family: Family) -> Turn | None:
    """Return how it is shown that the equation's left side falls wherever it is zero, if it can be."""
    x, domain = family.observation, family.domain
    averages = sorted({atom.integrand for atom in atoms_of(equation) if isinstance(atom, Mean)}, key=str)
    for spreads in ((), find_spreads((equation, derivative(equation, unknown)), x, domain)):
        for average in averages:
            if falls_where_zero(equation, unknown, average, spreads, x, domain):
                return Turn(equation, average, spreads)
    return None


def lies_within(value: Expr, box: Bounds, family: Family) -> bool:
    """Return whether a value is proved to lie inside an interval for all data that are not all equal.

    >>> from thetahat import family
    >>> normal = family("normal")
    >>> x, (_, scale) = normal.observation, normal.symbols
    >>> lies_within(Mean(x**2, x) - Mean(x, x) ** 2, normal.domain[scale], normal)
    True
    """
    gaps = [value - box.lo] * (box.lo is not -oo) + [box.hi - value] * (box.hi is not oo)
    found = named(gaps, find_spreads(gaps, family.observation, family.domain), family.observation, family.domain)
    return found is not None and all(sign_of(gap, found.excesses, family.domain) > 0 for gap in found.values)


def is_nonzero_on_equal_data(equation: Expr, domain: Domain) -> bool:
    """Return whether an equation in averages has no root where all observations are equal.

    >>> x, b = Symbol("x", positive=True), Symbol("b", positive=True)
    >>> is_nonzero_on_equal_data(b + Mean(x, x), {}), is_nonzero_on_equal_data(b - Mean(x, x), {})
    (True, False)
    """
    same = equation.xreplace({atom: atom.integrand for atom in atoms_of(equation)})
    return all(is_nonzero(factor, domain) for factor in Mul.make_args(fraction(factored(together(same)))[0]))


def _line_step(turn: Turn, moved: Symbol, likelihood: int, trail: Trail) -> int:
    return trail.add(
        "line-turn",
        Section.OPTIMALITY,
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
