"""What a declaration says of observed numbers, as symbols with a domain, for the rules about signs."""

from __future__ import annotations

from sympy import Expr, Integer, Symbol, oo

from ..algebra.signs import Domain, is_nonnegative, is_positive
from ..bounds import Bounds
from .plates import Component, DatumComponent


def plain(value: Expr) -> Expr:
    """Return an expression with symbols of the same sign for what is observed.

    >>> plain(DatumComponent("y", "positive")).is_positive
    True
    """
    return value.xreplace({one: plain_symbol(one) for one in value.atoms(DatumComponent)})


def plain_symbol(one: Component) -> Symbol:
    """Return the symbol that stands for a component.

    >>> plain_symbol(DatumComponent("y", "nonnegative")).is_nonnegative
    True
    """
    return Symbol(one.name, positive=one.is_positive, nonnegative=one.is_nonnegative, real=True)


def domain_of(value: Expr) -> Domain:
    """Return where the indicators in an expression lie; the signs of other numbers are assumptions of their symbols.

    >>> list(domain_of(DatumComponent("y", "indicator")).values())[0].hi
    1
    """
    indicators = [one for one in value.atoms(DatumComponent) if one.sign == "indicator"]
    return {plain_symbol(one): Bounds(Integer(0), Integer(1), True, True, False) for one in indicators}


def at_least_zero(value: Expr) -> bool:
    """Return whether a value, infinity included, is proved to be at least 0 whatever is observed.

    >>> at_least_zero(1 - DatumComponent("y", "indicator")), at_least_zero(oo)
    (True, True)
    """
    return value is oo or is_nonnegative(plain(value), domain_of(value))


def above_zero(value: Expr) -> bool:
    """Return whether a value, infinity included, is proved to be positive whatever is observed.

    >>> above_zero(1 - DatumComponent("y", "indicator")), above_zero(oo)
    (False, True)
    """
    return value is oo or is_positive(plain(value), domain_of(value))
