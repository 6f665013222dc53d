"""Whether the density of places and scales is log-concave along the lines of a half-plane, as that of Cauchy is.

Places ``m`` and scales ``s > 0`` are the points of a half-plane with the metric ``(k dm^2 + ds^2) / s^2``. Its lines
are halves of ellipses about points of the edge, and upright straight ones; one goes through any two points. With
kernel ``g`` and ``z = (x - m) / s`` the second covariant derivatives of ``g(z) - log(s)`` are, in the frame
``s / sqrt(k) d/dm, s d/ds``,

    1 + z g' + g'' / k,    z g'' / sqrt(k),    z (z g')'.

Where the last is negative and the determinant is not, there is no positive one. A sum of functions that are concave
along every line is one, and where it is stationary it is highest.

Source: McCullagh 1996, Annals of Statistics 24, 787-808, on the half-plane of Cauchy distributions; Auderset, Mazza &
Ruh 2005, Journal of Multivariate Analysis 93, 180-197, on the concavity.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Dummy, Expr, Mul, Poly, PolynomialError, fraction, oo, together

from .algebra.derivatives import derivative
from .algebra.regions import is_continuous, regions
from .algebra.signs import Domain, is_nonnegative, is_positive
from .algebra.size import cancelled, factored
from .bounds import Bounds
from .family import Family
from .location import Z
from .reach import reaching


def covers_half_plane(family: Family, location: Expr, scale: Expr, lo: Expr) -> bool:
    """Return whether the two parameters reach every place and every scale.

    >>> from sympy import Integer
    >>> from thetahat import family
    >>> cauchy = family("cauchy")
    >>> covers_half_plane(cauchy, *cauchy.symbols, -oo), covers_half_plane(cauchy, *cauchy.symbols, Integer(0))
    (True, False)
    """
    used = set(family.symbols)
    if len(used) != 2 or family.beside or lo is not -oo or not (location.free_symbols and scale.free_symbols & used):
        return False
    return reaching(family, [(location, Dummy("l", real=True)), (scale, Dummy("c", positive=True))]) is not None


def bends(kernel: Expr, ratio: Expr) -> tuple[Expr, Expr]:
    """Return the last of the three second covariant derivatives, and the determinant.

    >>> from sympy import Integer, log
    >>> bends(-log(1 + Z**2), Integer(1))
    (-4*z**2/(z**2 + 1)**2, 0)
    """
    slope = Z * derivative(kernel, Z)
    bend = derivative(kernel, Z, Z)
    along = Z * derivative(slope, Z)
    determinant = (1 + slope + bend / ratio) * along - (Z * bend) ** 2 / ratio
    return factored(cancelled(along)), factored(cancelled(determinant))


def falls_along_lines(kernel: Expr, along: Expr, determinant: Expr, domain: Domain) -> bool:
    """Return whether a smooth kernel has no positive second derivative along any line.

    >>> from sympy import Integer, log
    >>> [falls_along_lines(g, *bends(g, Integer(1)), {}) for g in (-log(1 + Z**2), -log(1 + Z**2) / 2)]
    [True, False]
    """
    line = Bounds(-oo, oo, False, False, False)
    pieces = regions(kernel, Z)
    if pieces is None or len(pieces) != 1 or not is_continuous(derivative(kernel, Z, Z), (Z,), {**domain, Z: line}):
        return False
    away = Dummy("u", positive=True)
    sides = [{Z: away}, {Z: -away}]
    return all(
        is_positive(-along.xreplace(side), domain) and is_nonnegative(determinant.xreplace(side), domain)
        for side in sides
    )


def is_strict(determinant: Expr, domain: Domain) -> bool:
    """Return whether the determinant is positive but at zero: then only data that all lie at one place are level.

    >>> is_strict(Z**2, {}), is_strict(0 * Z, {})
    (True, False)
    """
    away = Dummy("u", positive=True)
    return all(is_positive(determinant.xreplace({Z: side}), domain) for side in (away, -away))


def ratios(kernel: Expr, domain: Domain) -> Iterator[Expr]:
    """One over ``c`` for each ``z^2 + c`` below the slope: the edge of the half-plane is where the slope has poles."""
    for factor in Mul.make_args(factored(fraction(together(derivative(kernel, Z)))[1])):
        try:
            coefficients = Poly(factor.as_base_exp()[0], Z).all_coeffs()
        except PolynomialError:
            continue
        if len(coefficients) == 3 and coefficients[1] == 0:
            ratio = cancelled(coefficients[0] / coefficients[2])
            if is_positive(ratio, domain):
                yield ratio
