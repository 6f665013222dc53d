"""Conditions of cases solved for the observation: on which side of a place it lies, however they are declared."""

from __future__ import annotations

from sympy import Ge, Gt, Le, Lt, Piecewise, Symbol
from sympy.core.expr import Expr
from sympy.core.relational import Relational

from .signs import Domain, strict_sign

_TURNED = {Lt: Gt, Le: Ge, Gt: Lt, Ge: Le}


def with_places(expression: Expr, x: Symbol, domain: Domain) -> Expr:
    """Return ``expression`` with conditions linear in ``x`` as comparisons of ``x`` with a place.

    Only conditions in which a parameter multiplies ``x`` are rewritten, and only where the sign of what multiplies it
    is proved on ``domain``.

    >>> from sympy import Interval
    >>> from thetahat.proofs.bounds import bounds
    >>> x, c = Symbol("x", positive=True), Symbol("c", positive=True)
    >>> within = {c: bounds(Interval.open(0, 1))}
    >>> with_places(Piecewise((x / c, x / c <= (1 - x) / (1 - c)), (0, True)), x, within)
    Piecewise((x/c, c >= x), (0, True))
    """
    if not expression.has(Piecewise):
        return expression
    known = {}
    for node in expression.atoms(Piecewise):
        for relation in (part for _, case in node.args for part in case.atoms(Relational)):
            known[relation] = _placed(relation, x, domain)
    return expression.xreplace(known)


def _placed(relation: Relational, x: Symbol, domain: Domain) -> Relational:
    if type(relation) not in _TURNED:
        return relation
    difference = relation.lhs - relation.rhs
    slope = difference.diff(x)
    if not slope.free_symbols or x in slope.free_symbols:
        return relation
    way = strict_sign(slope, domain)
    if way == 0:
        return relation
    place = (-difference.subs(x, 0) / slope).cancel()
    return (type(relation) if way > 0 else _TURNED[type(relation)])(x, place)
