"""Whether the log-density of every observation is concave in the parameters, written on some monotone scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

from flint import arb
from sympy import (
    Abs,
    Add,
    Eq,
    Expr,
    Heaviside,
    Matrix,
    Max,
    Min,
    Piecewise,
    S,
    Symbol,
    false,
    fraction,
    log,
    oo,
    sign,
    true,
)
from sympy.core.relational import Relational

from .algebra.concave_terms import concave_terms
from .algebra.derivatives import derivative
from .algebra.gaps import is_nonnegative_by_gaps, is_positive_by_gaps
from .algebra.indicator import Indicator
from .algebra.invertible import determinant
from .algebra.logs import split_logs
from .algebra.refute import enclosure
from .algebra.regions import is_continuous
from .algebra.signs import Domain, is_negative, is_nonnegative, is_positive, strict_sign
from .algebra.size import cancelled, factored, operations
from .balls import ball, precision
from .family import Family
from .probes import data_points, parameter_points
from .scales import Scale, scales

_MOST_PARAMETERS = 8
"""Of how many parameters second derivatives are looked at."""
_MOST_OPERATIONS = 1000
"""Second derivatives whose signs are proved have some forty operations; of those with thousands none has been."""
_MEMBERS, _BITS = 4, 128
_Row = tuple[arb, ...]


@dataclass(frozen=True)
class Curvature:
    """Minus the matrix of second derivatives in the coordinates of a scale.

    ``strict`` says that it is positive definite at every single observation, not only nonnegative.
    """

    scale: Scale
    matrix: Matrix
    strict: bool


@dataclass(frozen=True)
class ConcaveSum:
    """Terms, each concave in the coordinates of a scale by its shape, whose sum is the log-density."""

    scale: Scale
    terms: tuple[Expr, ...]


def concave_scale(family: Family) -> Curvature | ConcaveSum | None:
    """Return coordinates in which the log-density is proved concave for every observation; ``None`` where none is.

    >>> from thetahat import family
    >>> concave_scale(family("poisson_exposure")).strict
    False
    """
    count = len(family.parameters)
    if not 1 <= count <= _MOST_PARAMETERS or not leaves_an_interval(family):
        return None
    if any(item.bounds.free_symbols or item.symbol.is_integer for item in family.parameters):
        return None
    if has_corners(family):
        return None
    seen = _derivatives_seen(family)
    for scale in scales(family):
        if any(_refutes(point, scale) for point in seen):
            continue
        matrix, domain = minus_second(family, scale), domain_inside(family, scale)
        if is_semidefinite(matrix, domain):
            return Curvature(scale, matrix, is_definite(matrix, strict_domain(family, scale)))
        terms = concave_terms(in_coordinates(family, scale), scale.coordinates, domain)
        if terms is not None:
            return ConcaveSum(scale, terms)
    return None


def domain_inside(family: Family, scale: Scale) -> Domain:
    """Return where data and coordinates lie that second derivatives are to be looked at in.

    Without the ends that belong to a space where the log-density is nowhere above its limit from inside: what is
    concave inside is concave with these, as minus infinity may be (Rockafellar 1970, theorem 7.4).
    """
    domain = scale.domain(family)
    if scale.maps != scale.coordinates or not comes_up_to_ends(family):
        return domain
    spaces = zip(scale.coordinates, scale.spaces, strict=True)
    return dict(domain) | {phi: replace(box, lo_closed=False, hi_closed=False) for phi, box in spaces if phi in domain}


def strict_domain(family: Family, scale: Scale) -> Domain:
    """Return the same for what is to be strictly concave: of several parameters, a face may be level."""
    return domain_inside(family, scale) if len(family.symbols) == 1 else scale.domain(family)


def comes_up_to_ends(family: Family) -> bool:
    """Return whether the log-density of every observation is proved to be its own limit on ends of closed spaces.

    It is a sum of what is continuous and of nonnegative multiples of logarithms of what is continuous and nonnegative,
    which may fall to minus infinity there; in every case that the observation decides.

    >>> from sympy import Interval, Range, Symbol, log
    >>> from thetahat.proofs.family import Parameter
    >>> k, p = Symbol("k", integer=True, nonnegative=True), Symbol("p", nonnegative=True)
    >>> toss = Family("toss", k, Range(0, 2), (Parameter(p, Interval(0, 1)),), k * log(p) + (1 - k) * log(1 - p))
    >>> comes_up_to_ends(toss)
    True
    """
    if family.bounds.free_symbols & set(family.symbols) or has_corners(family):
        return False
    return _comes_up(family.log_density, family.symbols, family.domain)


def _comes_up(part: Expr, parameters: tuple[Symbol, ...], domain: Domain) -> bool:
    if isinstance(part, Add):
        return all(_comes_up(term, parameters, domain) for term in part.args)
    if isinstance(part, Piecewise):
        return all(_comes_up(value, parameters, domain) for value, _ in part.args)
    if part.has(Piecewise):
        return False
    factor, moving = part.as_independent(*parameters, as_Add=False)
    if isinstance(moving, log):
        inside = moving.args[0]
        known = is_nonnegative(factor, domain) and is_continuous(inside, parameters, domain)
        return known and is_nonnegative(inside, domain)
    return is_continuous(moving, parameters, domain)


def leaves_an_interval(family: Family) -> bool:
    """Return whether every observation has a density on all of the space, or of one parameter on an interval of it.

    >>> from thetahat import family
    >>> [leaves_an_interval(family(name)) for name in ("gamma", "uniform_symmetric", "arcsine")]
    [True, True, False]
    """
    moved = family.bounds.free_symbols & set(family.symbols)
    if not moved or len(family.symbols) > 1:
        return not moved
    slopes = [derivative(end, family.symbols[0]) for end in (family.bounds.lo, family.bounds.hi)]
    inside = {s: b for s, b in family.domain.items() if s != family.observation}
    return all(slope == 0 or strict_sign(slope, inside) for slope in slopes)


def has_corners(family: Family) -> bool:
    """Return whether the log-density of some observation may have a corner in the parameters, or jump.

    Cases that the observation alone decides leave it smooth in the parameters.

    >>> from thetahat import family
    >>> [has_corners(family(name)) for name in ("laplace", "zero_inflated_poisson")]
    [True, False]
    """
    density, parameters = family.log_density, set(family.symbols)
    switches = [*density.atoms(Abs, Heaviside, Indicator, Max, Min, sign)]
    switches += [case for node in density.atoms(Piecewise) for _, case in node.args]
    return any(parameters & node.free_symbols for node in switches)


@dataclass(frozen=True)
class _Point:
    """Parameters, first and second derivatives of the log-density at one member and one observation."""

    theta: tuple[arb, ...]
    first: tuple[arb, ...]
    second: tuple[tuple[arb, ...], ...]


def _derivatives_seen(family: Family) -> list[_Point]:
    """The derivatives in the parameters at some members and observations, for every scale to be refuted with."""
    p = family.symbols
    first = [derivative(family.log_density, a) for a in p]
    second = [[derivative(slope, b) for b in p] for slope in first]
    points = []
    with precision(_BITS):
        for theta in parameter_points(family, _MEMBERS, 5):
            for row in data_points(family, theta, _MEMBERS, 5):
                known = {symbol: ball(value) for symbol, value in {**theta, **row}.items()}
                slopes = _known([enclosure(slope, known) for slope in first])
                bends = [_known([enclosure(bend, known) for bend in line]) for line in second]
                if len(slopes) == len(p) and all(len(line) == len(p) for line in bends):
                    points.append(_Point(tuple(known[a] for a in p), slopes, tuple(bends)))
    return points


def _known(values: list[arb | None]) -> tuple[arb, ...]:
    return tuple(value for value in values if value is not None)


def _refutes(point: _Point, scale: Scale) -> bool:
    """Whether minus the second derivatives in the coordinates, by the chain rule, have a negative eigenvalue there."""
    with precision(_BITS):
        known = dict(zip(scale.symbols, point.theta, strict=True))
        there = {phi: enclosure(back, known) for phi, back in zip(scale.coordinates, scale.back, strict=True)}
        own = {phi: value for phi, value in there.items() if value is not None}
        size = range(len(scale.coordinates))
        if len(own) != len(size):
            return False
        steps = [_known([enclosure(derivative(how, a), own) for a in own]) for how in scale.maps]
        bends = [[_known([enclosure(derivative(how, a, b), own) for b in own]) for a in own] for how in scale.maps]
        if any(len(row) != len(size) for table in (steps, *bends) for row in table):
            return False
        entries = [[-_bend(point, steps, bends, a, b) for b in size] for a in size]
        minors = [entries[i][i] for i in size]
        minors += [entries[i][i] * entries[j][j] - entries[i][j] * entries[j][i] for i, j in combinations(size, 2)]
        return any(minor < 0 for minor in minors)


def _bend(point: _Point, steps: Sequence[_Row], bends: Sequence[Sequence[_Row]], a: int, b: int) -> arb:
    """The second derivative in two coordinates, from those in the parameters."""
    size = range(len(point.first))
    total = sum((point.first[i] * bends[i][a][b] for i in size), arb(0))
    return sum((point.second[i][j] * steps[i][a] * steps[j][b] for i in size for j in size), total)


def in_coordinates(family: Family, scale: Scale) -> Expr:
    """Return the log-density with every parameter written in the coordinates."""
    return family.log_density.xreplace(dict(zip(family.symbols, scale.maps, strict=True)))


def minus_second(family: Family, scale: Scale) -> Matrix:
    """Return minus the second derivatives of the log-density in the coordinates."""
    moved, coordinates = in_coordinates(family, scale), scale.coordinates
    return Matrix([[-moved.diff(a, b) for b in coordinates] for a in coordinates])


def is_semidefinite(matrix: Matrix, domain: Domain) -> bool:
    """Return whether a matrix is proved to have no negative eigenvalue on the domain.

    Of more than two rows only those of rank one are, such as the squares of one function of a linear predictor.

    >>> from sympy import Matrix
    >>> is_semidefinite(Matrix([[1, 1], [1, 1]]), {}), is_semidefinite(Matrix([[1, 2, 3], [2, 4, 6], [3, 6, 9]]), {})
    (True, True)
    """
    return not matrix.has(oo) and all(_is_semidefinite(one, domain) for one in _cases(matrix))


def is_definite(matrix: Matrix, domain: Domain) -> bool:
    """Return whether it is proved to have positive eigenvalues only.

    >>> from sympy import Matrix
    >>> is_definite(Matrix([[1, 1], [1, 1]]), {})
    False
    """
    return all(_is_definite(one, domain) for one in _cases(matrix))


def _cases(matrix: Matrix) -> Iterator[Matrix]:
    """The matrix in every case that the observation decides; the same conditions are decided alike in all entries.

    Of equations that give a number different values one holds at most.
    """
    conditions = {one for node in matrix.atoms(Piecewise) for _, case in node.args for one in case.atoms(Relational)}
    if not conditions:
        yield matrix
        return
    first = min(conditions, key=lambda one: one.sort_key())
    others = {
        one: false
        for one in conditions - {first}
        if isinstance(first, Eq) and isinstance(one, Eq) and one.lhs == first.lhs and (one.rhs - first.rhs).is_nonzero
    }
    yield from _cases(matrix.xreplace({first: true, **others}))
    yield from _cases(matrix.xreplace({first: false}))


def _is_semidefinite(matrix: Matrix, domain: Domain) -> bool:
    if matrix.rows == 1 and is_nonnegative_by_gaps(matrix[0, 0], domain):
        return True
    entries = [_short(matrix[i, i], domain) for i in range(matrix.rows)]
    if max(map(operations, entries)) > _MOST_OPERATIONS:
        return False
    diagonal = all(is_nonnegative(entry, domain) for entry in entries)
    if matrix.rows > 2:
        return diagonal and _is_of_rank_one(matrix, domain)
    if not diagonal or matrix.rows == 1:
        return diagonal
    minor = determinant(matrix)
    return is_nonnegative(minor, domain) or is_nonnegative(_short(minor, domain), domain)


def _is_of_rank_one(matrix: Matrix, domain: Domain) -> bool:
    """Whether every minor of two rows vanishes identically: the one eigenvalue is then the sum of the diagonal."""
    pairs = list(combinations(range(matrix.rows), 2))
    return all(_short(determinant(matrix.extract(one, other)), domain) == 0 for one, other in product(pairs, repeat=2))


def _is_definite(matrix: Matrix, domain: Domain) -> bool:
    if matrix.rows == 1 and is_positive_by_gaps(matrix[0, 0], domain):
        return True
    if matrix.rows > 2:
        return False
    first = is_positive(_short(matrix[0, 0], domain), domain)
    return first and (matrix.rows == 1 or is_positive(_short(determinant(matrix), domain), domain))


def _short(expression: Expr, domain: Domain) -> Expr:
    return split_logs(expression.expand(power_base=False, log=False), domain)


def bends_down(bend: Expr, observation: Symbol, domain: Domain) -> bool | None:
    """Return whether a second derivative is proved negative at every observation; ``None`` where it may be positive.

    ``False`` says that it may be zero at the smallest that there may be, where that is a count, and nowhere else.

    >>> from thetahat.proofs.bounds import bounds
    >>> x = Symbol("x", integer=True, nonnegative=True)
    >>> counts = {x: bounds(S.Naturals0)}
    >>> [bends_down(bend, x, counts) for bend in (-1 - x, -x, 1 - x)]
    [True, False, None]
    """
    bend = _by_denominators(bend)
    if is_negative(bend, domain):
        return True
    ends = domain[observation]
    if not (ends.discrete and ends.lo_closed and ends.lo.is_number):
        return None
    later = {**domain, observation: replace(ends, lo=ends.lo + 1)}
    first = cancelled(bend.subs(observation, ends.lo))
    return False if is_nonnegative(-first, domain) and is_negative(bend, later) else None


def _by_denominators(expression: Expr) -> Expr:
    """The sum with one factored numerator over each denominator: under a common one, squares no longer show."""
    parts: dict[Expr, Expr] = {}
    for term in Add.make_args(expression):
        top, bottom = fraction(term)
        parts[bottom] = parts.get(bottom, S.Zero) + top
    return Add(*(factored(top) / bottom for bottom, top in parts.items()))
