"""Cubic polynomials on an interval from zero whose coefficients may be intervals: products, functions, powers of t.

For each ``t`` of the interval some numbers in the coefficients make a statement true; what would be of higher degree is
taken into the last coefficient, with all that ``t`` may be.

Source: Taylor models, Makino & Berz 2003, International Journal of Pure and Applied Mathematics 4, 379-456.
"""

from __future__ import annotations

from collections.abc import Callable

from flint import arb

Terms = tuple[arb, arb, arb, arb]
Derivatives = tuple[arb, arb, arb, arb]
"""A value and three derivatives."""
ZERO: Terms = (arb(0), arb(0), arb(0), arb(0))
LAST = 3
"""The degree, which is that of the one coefficient that takes in what is left over."""


def constant(value: arb) -> Terms:
    """Return the polynomial that is one number."""
    return (value, arb(0), arb(0), arb(0))


def series(terms: Terms, far: arb) -> arb:
    """Return what encloses a polynomial for ``t`` from zero to ``far``.

    >>> bool(series((arb(1), arb(2), arb(0), arb(0)), arb(1)).overlaps(arb(3)))
    True
    """
    a, b, c, d = terms
    within = arb(0).union(far)
    return a + within * (b + within * (c + within * d))


def plus(one: Terms, two: Terms) -> Terms:
    """Return the sum."""
    return (one[0] + two[0], one[1] + two[1], one[2] + two[2], one[3] + two[3])


def times_power(terms: Terms, steps: int, far: arb) -> Terms:
    """Return a polynomial times a positive whole power of ``t``.

    >>> [float(one.mid()) for one in times_power((arb(1), arb(2), arb(0), arb(0)), 2, arb(1))]
    [0.0, 0.0, 1.0, 2.0]
    """
    a, b, c, d = terms
    within, zero = arb(0).union(far), arb(0)
    if steps == 1:
        return (zero, a, b, c + within * d)
    if steps == 2:
        return (zero, zero, a, b + within * (c + within * d))
    more = arb(0).union(far ** (steps - LAST)) if steps > LAST else arb(1)
    return (zero, zero, zero, series(terms, far) * more)


def times(one: Terms, two: Terms, far: arb) -> Terms:
    """Return the product."""
    (a, b, c, d), (p, q, r, s) = one, two
    within = arb(0).union(far)
    last = a * s + b * r + c * q + d * p + within * (b * s + c * r + d * q + within * (c * s + d * r + within * d * s))
    return (a * p, a * q + b * p, a * r + b * q + c * p, last)


def through(terms: Terms, far: arb, function: Callable[[arb], Derivatives]) -> Terms:
    """Return a smooth function of a polynomial, by Taylor's theorem.

    >>> found = through((arb(0), arb(1), arb(0), arb(0)), arb(0.5), lambda y: (y.exp(),) * 4)
    >>> [float(one.mid()) for one in found[:3]], bool(found[3].overlaps(arb(1) / 6))
    ([1.0, 1.0, 0.5], True)
    """
    a, b, c, d = terms
    within = arb(0).union(far)
    value, slope, bend, _ = function(a)
    turn = function(series(terms, far))[LAST]
    beside = c + within * d
    last = slope * d + bend / 2 * beside * (2 * b + within * beside)
    whole = b + within * beside
    return (value, slope * b, slope * c + bend / 2 * b * b, last + turn / 6 * whole * whole * whole)
