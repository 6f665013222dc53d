"""Components as symbols of numbers, with their signs as spaces, for the lemmas on densities of one number."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Expr, Interval, S, Set, Symbol, oo

from ..bounds import Bounds, bounds
from ..family import Family, Parameter
from .plates import Component


def symbol_of(one: Component) -> Symbol:
    """Return a symbol for a component, with its sign.

    >>> symbol_of(Component("v", "positive")).is_positive
    True
    """
    return Symbol(f"{one.name}_at", real=True, positive=one.is_positive, nonnegative=one.is_nonnegative)


def space_of(one: Expr) -> Set:
    """Return where a parameter lies by its assumptions.

    >>> space_of(Component("v", "positive"))
    Interval.open(0, oo)
    """
    if one.is_positive:
        return S.Naturals if one.is_integer else Interval.open(0, oo)
    if one.is_nonnegative:
        return S.Naturals0 if one.is_integer else Interval(0, oo)
    return S.Integers if one.is_integer else Interval(-oo, oo)


def bounds_of(one: Expr) -> Bounds:
    """Return the ends of where a parameter lies.

    >>> bounds_of(Component("m", "real")).lo
    -oo
    """
    return bounds(space_of(one))


def observed_as(datum: Component) -> tuple[Symbol, Set]:
    """Return a symbol for an observed component, and where it lies.

    >>> observed_as(Component("y", "count"))[1], observed_as(Component("y", "nonnegative"))[1]
    (Naturals0, Interval(0, oo))
    """
    plain = symbol_of(datum)
    if datum.sign == "count":
        return Symbol(plain.name, integer=True, nonnegative=True), S.Naturals0
    return plain, space_of(datum)


def family_of_one(density: Expr, observation: Symbol, support: Set, terms: Mapping[Symbol, Expr]) -> Family | None:
    """Return the family of one number with the parameters that stand in its density; ``None`` without any.

    ``terms`` are what the symbols stand for, whose signs say where they lie.

    >>> from sympy import log
    >>> x, v = Symbol("x", positive=True), Symbol("v", positive=True)
    >>> family_of_one(log(v) - v * x, x, Interval.open(0, oo), {v: v}).symbols
    (v,)
    """
    used = density.free_symbols
    inside = tuple(Parameter(symbol, space_of(term)) for symbol, term in terms.items() if symbol in used)
    return Family("one_number", observation, support, inside, density) if inside else None
