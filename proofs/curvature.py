"""Whether the log-density of every observation is concave in the parameters, written on some monotone scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from sympy import Abs, Expr, Matrix, Piecewise, Symbol, exp, oo, sign

from .algebra.logs import split_logs
from .algebra.signs import Domain, is_nonnegative, is_positive
from .balls import ball, evaluate, precision
from .family import Family
from .probes import data_points, parameter_points

_MOST_PARAMETERS = 2
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
    if not 1 <= count <= _MOST_PARAMETERS or family.bounds.free_symbols & set(family.symbols):
        return None
    if any(item.bounds.free_symbols or item.symbol.is_integer for item in family.parameters):
        return None
    if any(set(family.symbols) & node.free_symbols for node in family.log_density.atoms(Abs, Piecewise, sign)):
        return None
    coordinates = tuple(Symbol(f"phi_{i}", real=True) for i in range(count))
    for maps in _scales(family, coordinates):
        matrix = minus_second(family, coordinates, maps)
        if _refuted(matrix, family, coordinates, maps):
            continue
        domain = coordinate_domain(family, coordinates, maps)
        if is_semidefinite(matrix, domain):
            return Curvature(coordinates, maps, matrix, is_definite(matrix, domain))
    return None


def _scales(family: Family, coordinates: tuple[Symbol, ...]) -> Iterator[tuple[Expr, ...]]:
    """The parameters as they are, then positive ones through their logarithm or inverse."""
    options = [
        (phi, exp(phi), 1 / phi) if item.bounds.lo == 0 and item.bounds.hi is oo else (phi,)
        for item, phi in zip(family.parameters, coordinates, strict=True)
    ]
    yield from product(*options)


def _refuted(matrix: Matrix, family: Family, coordinates: tuple[Symbol, ...], maps: tuple[Expr, ...]) -> bool:
    """Whether some member with some observation has a negative eigenvalue: then a proof need not be looked for."""
    with precision(_BITS):
        for theta in parameter_points(family, _MEMBERS, 5):
            values = {p: ball(theta[p]) for p in theta}
            for p, phi, how in zip(family.symbols, coordinates, maps, strict=True):
                values[phi] = values[p] if how == phi else values[p].log() if isinstance(how, exp) else 1 / values[p]
            for row in data_points(family, theta, _MEMBERS, 5):
                entries = [evaluate(entry, {**values, **row}) for entry in matrix]
                size = matrix.rows
                minors = [entries[i * (size + 1)] for i in range(size)]
                minors += [entries[0] * entries[3] - entries[1] * entries[2]] if size > 1 else []
                if any(minor < 0 for minor in minors):
                    return True
    return False


def minus_second(family: Family, coordinates: tuple[Symbol, ...], maps: tuple[Expr, ...]) -> Matrix:
    """Return minus the second derivatives of the log-density in the coordinates."""
    moved = family.log_density.xreplace(dict(zip(family.symbols, maps, strict=True)))
    return Matrix([[-moved.diff(a, b) for b in coordinates] for a in coordinates])


def coordinate_domain(family: Family, coordinates: tuple[Symbol, ...], maps: tuple[Expr, ...]) -> Domain:
    """Return where the coordinates and the data lie: a logarithm anywhere, else where the parameter does."""
    data = {s: b for s, b in family.domain.items() if s not in family.symbols}
    spaces = {
        phi: item.bounds
        for item, phi, how in zip(family.parameters, coordinates, maps, strict=True)
        if not isinstance(how, exp)
    }
    return {**spaces, **data}


def is_semidefinite(matrix: Matrix, domain: Domain) -> bool:
    """Return whether a matrix of one or two rows is proved to have no negative eigenvalue on the domain.

    >>> from sympy import Matrix
    >>> is_semidefinite(Matrix([[1, 1], [1, 1]]), {})
    True
    """
    if matrix.has(oo):
        return False
    diagonal = all(is_nonnegative(_short(matrix[i, i], domain), domain) for i in range(matrix.rows))
    return diagonal and (matrix.rows == 1 or is_nonnegative(_short(matrix.det(), domain), domain))


def is_definite(matrix: Matrix, domain: Domain) -> bool:
    """Return whether it is proved to have positive eigenvalues only.

    >>> from sympy import Matrix
    >>> is_definite(Matrix([[1, 1], [1, 1]]), {})
    False
    """
    first = is_positive(_short(matrix[0, 0], domain), domain)
    return first and (matrix.rows == 1 or is_positive(_short(matrix.det(), domain), domain))


def _short(expression: Expr, domain: Domain) -> Expr:
    return split_logs(expression.expand(power_base=False, log=False), domain)
