"""Whether the log-density of every observation is a concave function of one linear predictor, and how it falls far out.

The likelihood is then concave in all coefficients, and a direction of recession decides whether it has a maximum.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sympy import Add, Expr, Function, Piecewise, Pow, S, limit, oo, preorder_traversal

from .algebra.derivatives import derivative
from .algebra.distribution_functions import bends_down, log_slope, rising_side
from .algebra.regions import is_strictly_concave
from .algebra.signs import Domain, is_nonnegative, is_positive
from .algebra.stand_in import StandIn
from .curvature import has_corners
from .family import Family
from .on_lines import OnLines, on_lines

ETA = StandIn("eta", real=True)


@dataclass(frozen=True)
class Term:
    """``weight * shape`` is a part of the log-density: a line in ``ETA``, or a strictly concave function of it alone.

    ``weight`` is a function of the data that is never negative, unless the shape is the line ``ETA``. ``slopes`` are
    those of the shape towards minus and plus infinity.
    """

    weight: Expr
    shape: Expr
    slopes: tuple[Expr, Expr]


@dataclass(frozen=True)
class LinearPredictor:
    """The log-density is the sum of ``terms``, the sum of ``rows`` times coordinates in place of ``ETA``, and a rest.

    The rest is free of parameters, each of which is its coordinate or, if positive, the exponential of it. ``rising``
    and ``falling`` are 0 exactly where the slope of the log-density towards
    minus and plus infinity is; the first is never negative, the second never positive.
    """

    lines: OnLines
    rows: tuple[Expr, ...]
    terms: tuple[Term, ...]
    rising: Expr
    falling: Expr


@lru_cache(maxsize=512)
def linear_predictor(family: Family) -> LinearPredictor | None:
    """Return the predictor of a regression with the concave function of it, or ``None`` where none is found.

    >>> from thetahat.verify.adapters.regressions import LOGISTIC
    >>> linear_predictor(LOGISTIC).rows, linear_predictor(LOGISTIC).rising, linear_predictor(LOGISTIC).falling
    ((1, x_1, x_2), y, y - 1)
    """
    if not family.beside or family.bounds.free_symbols & set(family.symbols) or has_corners(family):
        return None
    lines = on_lines(family)
    # One positive parameter alone is no predictor: its own equation says more.
    if lines is None or (len(family.symbols) == 1 and lines.coordinates != family.symbols):
        return None
    for rows in dict.fromkeys(_candidates(family, lines)):
        kernel = _kernel(lines, rows)
        terms = None if kernel is None else _terms(kernel, family.domain)
        if terms is None:
            continue
        ends = [far_out([(one.weight, one.slopes[side]) for one in terms], family.domain, way) for side, way in _SIDES]
        if ends[0] is not None and ends[1] is not None and bends(terms, family.domain):
            return LinearPredictor(lines, rows, terms, *ends)
    return None


_SIDES = ((0, S.One), (1, S.NegativeOne))
"""Of the slopes towards minus and plus infinity, the place and the sign that they may have."""


def _candidates(family: Family, lines: OnLines) -> Iterator[tuple[Expr, ...]]:
    """What multiplies each coordinate in parts of the density that are linear in all, but for a common number."""
    mine = set(lines.coordinates)
    for node in preorder_traversal(lines.density):
        if isinstance(node, Piecewise) or not (isinstance(node, (Add, Pow, Function)) or node == lines.coordinates[0]):
            continue
        inside = node.base if isinstance(node, Pow) else node.args[0] if isinstance(node, Function) else node
        rows = tuple(derivative(inside, phi) for phi in lines.coordinates)
        if 0 in rows or any(row.free_symbols & (mine | {family.observation}) for row in rows):
            continue
        number = rows[0].as_independent(*family.beside, as_Add=False)[0]
        yield tuple((row / number).expand() for row in rows)


def _kernel(lines: OnLines, rows: tuple[Expr, ...]) -> Expr | None:
    """The log-density as a function of the predictor; ``None`` where it holds the coordinates in other ways as well."""
    first = next((at for at, row in enumerate(rows) if row == 1), 0)
    moves = dict.fromkeys(lines.coordinates, S.Zero)
    moves[lines.coordinates[first]] = ETA / rows[first]
    kernel = _spread(lines.density.subs(moves, simultaneous=True))
    back = kernel.subs(ETA, Add(*(phi * row for phi, row in zip(lines.coordinates, rows, strict=True))))
    return kernel if _spread(back - lines.density) == 0 else None


def _spread(expression: Expr) -> Expr:
    return expression.expand(log=False, power_exp=False, power_base=False)


def _terms(kernel: Expr, domain: Domain) -> tuple[Term, ...] | None:
    """The parts of a kernel that hold the predictor, each a weight times a shape that bends down."""
    weights: dict[Expr, Expr] = {}
    for part in Add.make_args(kernel):
        weight, shape = part.as_independent(ETA, as_Add=False)
        if shape != 1:
            weights[shape] = weights.get(shape, S.Zero) + weight
    found = [_term(weight, shape, domain) for shape, weight in weights.items() if weight != 0]
    return None if not found or None in found else tuple(one for one in found if one is not None)


def _term(weight: Expr, shape: Expr, domain: Domain) -> Term | None:
    if shape == ETA:
        return Term(weight, ETA, (S.One, S.One))
    for way in (1, -1):
        shaped = way * shape
        if shape.free_symbols == {ETA} and is_nonnegative(way * weight, domain) and bends_down(shaped, ETA):
            slopes = slopes_far_out(shaped)
            return None if slopes is None else Term(way * weight, shaped, slopes)
    return None


def slopes_far_out(shape: Expr) -> tuple[Expr, Expr] | None:
    """Return the limits of the slope of a concave function of ``ETA`` towards minus and plus infinity.

    Of the logarithm of a distribution function it is 0 where that tends to a positive number, and at the other end
    that of the logarithm of its density, by l'Hôpital's rule; the density is log-concave, so that the limit exists.

    >>> from sympy import erf, exp, log
    >>> slopes_far_out(log(1 + erf(ETA))), slopes_far_out(-log(1 + exp(ETA)))
    ((oo, 0), (0, -1))
    """
    way = 0 if is_strictly_concave(shape, ETA) else rising_side(shape, ETA)
    slope = derivative(log_slope(shape, ETA, way) if way else shape, ETA)
    ends = [S.Zero if way * side > 0 else limit(slope, ETA, side * oo) for side in (-1, 1)]
    return None if any(end.free_symbols or not end.is_extended_real for end in ends) else (ends[0], ends[1])


def bends(terms: tuple[Term, ...], domain: Domain) -> bool:
    """Return whether the weights of the shapes that bend add up to more than 0 at every observation."""
    return is_positive(Add(*(one.weight for one in terms if one.shape != ETA)), domain)


def far_out(parts: list[tuple[Expr, Expr]], domain: Domain, way: Expr) -> Expr | None:
    """Return what is 0 exactly where the sum of weights times slopes is, and has the sign ``way`` elsewhere.

    ``None`` where that sign is not proved. Slopes that are infinite have that sign; their weights count as they are.

    >>> from sympy.abc import y
    >>> far_out([(y, S.One), (S.One, -oo)], {}, S.NegativeOne)
    -1
    """
    if any(slope.is_infinite and slope != way * oo for _, slope in parts):
        return None
    endless = Add(*(weight for weight, slope in parts if slope.is_infinite))
    finite = Add(*(weight * slope for weight, slope in parts if not slope.is_infinite)).expand()
    if is_positive(endless, domain) or is_positive(way * finite, domain):
        return way
    return (finite + way * endless).expand() if is_nonnegative(way * finite, domain) else None
