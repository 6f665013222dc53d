"""Expectations under one member of a location family of functions with a kink at another member's location.

Which of the two kinks comes first decides the integrals, so each order is a case of its own: member 0 stands at zero,
member 1 to the right or to the left of it, at a distance that is a symbol.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import (
    Abs,
    Add,
    Dummy,
    Expr,
    Function,
    Heaviside,
    Max,
    Min,
    Mul,
    Piecewise,
    S,
    Symbol,
    cancel,
    exp,
    factor,
    oo,
    sign,
)

from .bounds import Bounds
from .expectations import expectation_under
from .family import Family
from .integration.lemma import joined_names
from .measures import Expected, measure_of

_KINKED = (Abs, Heaviside, Max, Min, sign)
_DISTANCE = Dummy("d", positive=True)
_FAR = Bounds(S.Zero, oo, False, False, False)


def location_with_kinks(family: Family) -> Symbol | None:
    """Return the parameter that moves the whole density along the real line, where it has kinks; else ``None``.

    >>> from thetahat import family
    >>> location_with_kinks(family("laplace")), location_with_kinks(family("normal"))
    (mu, None)
    """
    x, step = family.observation, Dummy(real=True)
    ends = (family.bounds.lo, family.bounds.hi)
    if family.also or family.discrete or ends != (-oo, oo) or not family.log_density.has(*_KINKED):
        return None
    for item in family.parameters:
        s = item.symbol
        everywhere = (item.bounds.lo, item.bounds.hi) == ends and not item.bounds.discrete
        moved = family.log_density.xreplace({x: x + step, s: s + step})
        if everywhere and family.log_density.has(s) and moved.expand() == family.log_density.expand():
            return s
    return None


def shifted_expectation(
    family: Family, location: Symbol, second: dict[Symbol, Symbol], integrand: Expr, beside: dict[Symbol, Bounds]
) -> Expected | None:
    """Return the expectation under member 0, in the family's own symbols, of what holds the location of member 1.

    ``second`` names the parameters of member 1 and ``beside`` bounds them. A function of the distance alone, the same
    to both sides, is written with a modulus, else the two orders are cases.

    >>> from thetahat import family
    >>> from thetahat.proofs.members import member_symbols
    >>> one = family("laplace_by_rate")
    >>> second = member_symbols(one, 1)
    >>> beside = {second[item.symbol]: item.bounds for item in one.parameters}
    >>> shifted_expectation(one, one.symbols[0], second, abs(one.observation - second[one.symbols[0]]), beside).value
    Abs(mu - mu_1) + exp(-lambda*Abs(mu - mu_1))/lambda
    """
    other = second[location]
    known = {s: bounds for s, bounds in beside.items() if s != other} | {_DISTANCE: _FAR}
    measure = measure_of(family, tuple(known.items()))
    at_zero = replace(measure, exponent=measure.exponent.xreplace({location: S.Zero}))
    found = []
    for place in (_DISTANCE, -_DISTANCE):
        one = expectation_under(at_zero, integrand.xreplace({location: S.Zero, other: place}))
        if one is None:
            return None
        found.append(Expected(_gathered(one.value), one.lemma, one.conditions))
    right, left = found
    names = joined_names(one.lemma for one in found)
    if (right.value - left.value).expand() == 0:
        return Expected(right.value.xreplace({_DISTANCE: Abs(other - location)}), names, ())
    beyond = right.value.xreplace({_DISTANCE: other - location})
    before = left.value.xreplace({_DISTANCE: location - other})
    return Expected(Piecewise((beyond, other >= location), (before, True)), names, ())


def _gathered(value: Expr) -> Expr:
    """One factored fraction for each product of logarithms and exponentials."""
    special = {node: Dummy(positive=True) for node in value.atoms(Function, exp) if not node.args[0].has(Function)}
    back = {stand_in: node for node, stand_in in special.items()}
    plain = Add(*(cancel(term) for term in Add.make_args(value.xreplace(special))))
    coefficients: dict[Expr, Expr] = {}
    for term in Add.make_args(cancel(plain).expand()):
        inside = Mul(*(one for one in Mul.make_args(term) if one.free_symbols & back.keys()))
        coefficients[inside] = coefficients.get(inside, S.Zero) + term / inside
    return Add(*(factor(coefficient) * inside for inside, coefficient in coefficients.items())).xreplace(back)
