"""Whether the log-density of every observation is concave in the parameters, written on some monotone scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, product

from flint import arb
from sympy import Abs, Add, Eq, Expr, Matrix, Max, Min, Piecewise, S, Symbol, exp, false, fraction, oo, sign, sqrt, true
from sympy.core.relational import Relational

from .algebra.derivatives import derivative
from .algebra.gaps import is_nonnegative_by_gaps, is_positive_by_gaps
from .algebra.invertible import determinant
from .algebra.logs import split_logs
from .algebra.refute import enclosure
from .algebra.signs import Domain, is_negative, is_nonnegative, is_positive, strict_sign
from .algebra.size import cancelled, factored, operations
from .balls import ball, precision
from .family import Family
from .probes import data_points, parameter_points

_MOST_PARAMETERS, _SCALED = 8, 2
"""Of how many parameters second derivatives are looked at, and up to how many on other scales."""
_MOST_OPERATIONS = 1000
"""Second derivatives whose signs are proved have some forty operations; of those with thousands none has been."""
_MEMBERS, _BITS = 4, 128


@dataclass(frozen=True)
class Curvature:
    """Minus the matrix of second derivatives in ``coordinates``, of which each parameter is a monotone function.

    ``strict`` says that it is positive definite at every single observation, not only nonnegative.
    """

    coordinates: tuple[Symbol, ...]
    maps: tuple[Expr, ...]
    matrix: Matrix
    strict: bool


def concave_scale(family: Family) -> Curvature | None:
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
    coordinates = tuple(Symbol(f"phi_{i}", real=True) for i in range(count))
    seen = _derivatives_seen(family)
    for maps in _scales(family, coordinates):
        if any(_refutes(point, coordinates, maps) for point in seen):
            continue
        matrix = minus_second(family, coordinates, maps)
        domain = coordinate_domain(family, coordinates, maps)
        if is_semidefinite(matrix, domain):
            return Curvature(coordinates, maps, matrix, is_definite(matrix, domain))
    return None


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
    switches = [*density.atoms(Abs, Max, Min, sign)]
    switches += [case for node in density.atoms(Piecewise) for _, case in node.args]
    return any(parameters & node.free_symbols for node in switches)


def _scales(family: Family, coordinates: tuple[Symbol, ...]) -> Iterator[tuple[Expr, ...]]:
    """The parameters as they are, then positive ones through their logarithm or inverse, if there are not many."""
    if len(coordinates) > _SCALED:
        yield coordinates
        return
    # A scale of the support often stands in the density as the inverse of its square.
    further = [1 / sqrt(phi) for phi in coordinates] if family.bounds.free_symbols & set(family.symbols) else []
    options = [
        (phi, exp(phi), 1 / phi, *further) if item.bounds.lo == 0 and item.bounds.hi is oo else (phi,)
        for item, phi in zip(family.parameters, coordinates, strict=True)
    ]
    yield from product(*options)


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


def _refutes(point: _Point, coordinates: tuple[Symbol, ...], maps: tuple[Expr, ...]) -> bool:
    """Whether minus the second derivatives in the coordinates, by the chain rule, have a negative eigenvalue there."""
    with precision(_BITS):
        steps = [_steps(p, phi, how) for p, phi, how in zip(point.theta, coordinates, maps, strict=True)]
        size = len(steps)
        entries = [[-point.second[i][j] * steps[i][0] * steps[j][0] for j in range(size)] for i in range(size)]
        for i, (_, bend) in enumerate(steps):
            entries[i][i] -= point.first[i] * bend
        minors = [entries[i][i] for i in range(size)]
        minors += [
            entries[i][i] * entries[j][j] - entries[i][j] * entries[j][i] for i, j in combinations(range(size), 2)
        ]
        return any(minor < 0 for minor in minors)


def _steps(p: arb, phi: Symbol, how: Expr) -> tuple[arb, arb]:
    """First and second derivative of a parameter in its coordinate: itself, its logarithm, or an inverse power."""
    if how == phi:
        return arb(1), arb(0)
    if how == 1 / sqrt(phi):
        return -(p**3) / 2, 3 * p**5 / 4
    return (p, p) if isinstance(how, exp) else (-(p**2), 2 * p**3)


def minus_second(family: Family, coordinates: tuple[Symbol, ...], maps: tuple[Expr, ...]) -> Matrix:
    """Return minus the second derivatives of the log-density in the coordinates."""
    moved = family.log_density.xreplace(dict(zip(family.symbols, maps, strict=True)))
    return Matrix([[-moved.diff(a, b) for b in coordinates] for a in coordinates])


def coordinate_domain(family: Family, coordinates: tuple[Symbol, ...], maps: tuple[Expr, ...]) -> Domain:
    """Return where the coordinates and the data lie: a logarithm anywhere, else where the parameter does."""
    moved = dict(zip(family.symbols, maps, strict=True))
    data = {
        s: replace(b, lo=b.lo.xreplace(moved), hi=b.hi.xreplace(moved))
        for s, b in family.domain.items()
        if s not in family.symbols
    }
    spaces = {
        phi: item.bounds
        for item, phi, how in zip(family.parameters, coordinates, maps, strict=True)
        if not isinstance(how, exp)
    }
    return {**spaces, **data}


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
