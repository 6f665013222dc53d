"""Compiles the climb to the place and the scale of data under a log-concave kernel."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from sympy import Add, Dummy, Expr, S, Symbol, factor, horner, log

from ..proofs.algebra.solve import solve_one
from ..proofs.family import Family
from ..proofs.location import LocationScale, Z, location_scale
from .compiled.expansion import Power
from .compiled.location_climb import LocationNewton
from .compiled.numbers import Scalars
from .density import compiled
from .kernel_sums import kernel_expansion
from .lowering import NotLoweredError
from .passes import code_of
from .written import scalars

_WIDE, _NODES = 60.0, 24_001
"""Where the kernel is summed up for its moments: beyond, a log-concave one has next to nothing."""
_LOCATION, _SCALE = Symbol("_location", real=True), Symbol("_scale", positive=True)
_INVERSE = Symbol("_inverse", positive=True)
_STEP = Symbol("_a", real=True), Symbol("_b", real=True)


def location_newton(family: Family) -> LocationNewton:
    """Return the climb for a family with a log-concave kernel, which is for the caller to know.

    >>> from thetahat import family
    >>> climb = location_newton(family("logistic"))
    >>> [round(value, 6) for value in climb(np.array([1.0, 2.0, 4.0, 7.0]))]
    [3.299411, 1.383173]

    Raises
    ------
    NotLoweredError
        For a family of another structure.
    """
    structure = location_scale(family)
    if structure is None:
        raise NotLoweredError("the family is not one of locations and scales")
    scaled, placed = (bool(e.free_symbols & set(family.symbols)) for e in (structure.scale, structure.location))
    expansion = kernel_expansion(structure.kernel, scaled, placed)
    mean, deviation = _moments(structure)
    return LocationNewton(
        None if structure.observation == family.observation else code_of([structure.observation], [family.observation]),
        expansion,
        *_slopes(expansion.terms, scaled, placed),
        mean,
        deviation,
        scaled,
        placed,
        0.0 if placed else float(structure.location),
        1.0 if scaled else float(structure.scale),
        _with_rests(_inverted(structure, family)),
    )


def _slopes(terms: Sequence[Power], scaled: bool, placed: bool) -> tuple[Scalars, Scalars, Scalars]:
    """Slopes of an expansion, from the coefficients: where the step is zero, what the third order brings, and anywhere.

    Those at zero come with second derivatives; the last ones, from ``a`` and ``b``, too, and with the last order's part
    of the gradient. What is not estimated does not move. The coefficients have the slope of ``log(1 + a)`` in them.
    """
    a, b = _STEP
    coefficients = {term: Dummy(f"c_{term[0]}_{term[1]}", real=True) for term in terms}
    parts = {(k, j): c * a**j * b ** (k - j) for (k, j), c in coefficients.items()}
    highest = max(k for k, _ in terms)
    value, last, third = Add(*parts.values()), _of_order(parts, highest), _of_order(parts, 3)
    rest = (log(1 + a) - a if scaled else -(a**2) / 2) + (0 if placed else -(b**2) / 2)
    orders = ((a,), (b,), (a, a), (a, b), (b, b))
    found = [horner(value.diff(*order), wrt=(b, a)) + factor(rest.diff(*order)) for order in orders]
    third += rest.diff(a, 3).xreplace({a: S.Zero}) * a**3 / 6
    ends = [horner(part.diff(one), wrt=(b, a)) for part in (third, last) for one in (a, b)]
    given = list(coefficients.values())
    return (
        scalars([whole.xreplace({a: S.Zero, b: S.Zero}) for whole in found], given),
        scalars(ends[:2], [a, b, *given]),
        scalars([*found, *ends[2:]], [a, b, *given]),
    )


def _of_order(parts: Mapping[Power, Expr], order: int) -> Expr:
    return Add(*(part for (k, _), part in parts.items() if k == order))


def _moments(structure: LocationScale) -> tuple[float, float]:
    """Mean and standard deviation under the kernel, by the trapezoidal rule."""
    z = np.linspace(-_WIDE if structure.lo.is_infinite else float(structure.lo), _WIDE, _NODES)
    with np.errstate(all="ignore"):
        weight = np.nan_to_num(np.exp(compiled(structure.kernel, (Z,))(z)), nan=0.0, posinf=0.0)
    weight /= weight.sum()
    mean = float(weight @ z)
    return mean, math.sqrt(float(weight @ (z - mean) ** 2))


def _with_rests(parameters: Sequence[Expr]) -> Scalars:
    """The parameters from location, scale and the inverse of the scale, and from what each is off as a double.

    Where a parameter is the inverse of the scale, that is what it is made of.
    """
    places = (_LOCATION, _SCALE, _INVERSE)
    rests = [Dummy(f"{symbol.name}_rest", real=True) for symbol in places]
    written = [parameter.xreplace({1 / _SCALE: _INVERSE}) for parameter in parameters]
    moved = [[rest * parameter.diff(place) for place, rest in zip(places, rests, strict=True)] for parameter in written]
    both = [parameter + Add(*each) for parameter, each in zip(written, moved, strict=True)]
    return scalars(both, [*places, *rests])


def _inverted(structure: LocationScale, family: Family) -> list[Expr]:
    """The parameters as functions of location and scale."""
    found: dict[Symbol, Expr] = {}
    for value, symbol in 2 * ((structure.scale, _SCALE), (structure.location, _LOCATION)):
        left = value.xreplace(found).free_symbols & set(family.symbols)
        if len(left) == 1:
            parameter = left.pop()
            roots = solve_one(value.xreplace(found) - symbol, parameter, family.domain)
            if len(roots) != 1:
                raise NotLoweredError(f"location and scale do not give {parameter}")
            found[parameter] = roots[0].value
    if set(found) != set(family.symbols):
        raise NotLoweredError("location and scale do not give all parameters")
    return [found[symbol] for symbol in family.symbols]
