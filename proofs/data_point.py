"""Whether the likelihood is largest at one of the observations: convex between them, monotone beyond."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Abs, Expr, Piecewise, S, Symbol, sign, true
from sympy.core.relational import Relational

from .algebra.derivatives import derivative
from .algebra.logs import split_logs
from .algebra.signs import Domain, is_nonnegative
from .bounds import Bounds
from .family import Family


@dataclass(frozen=True)
class DataPoint:
    """The log-density as a function of ``parameter``: one expression below ``place`` and one above it.

    ``place`` is where an observation stands on the parameter's scale: the observation itself, or affine in it.
    """

    parameter: Symbol
    below: Expr
    above: Expr
    place: Expr


def data_point(family: Family) -> DataPoint | None:
    """Return the two pieces of a likelihood that is largest at an observation; ``None`` where that is not proved.

    >>> from thetahat import family
    >>> data_point(family("triangular")).parameter
    c
    """
    ends = family.bounds
    if family.beside or ends.discrete or ends.free_symbols or not family.log_density.has(Piecewise, Abs, sign):
        return None
    for item in family.parameters:
        place = _place(family.log_density, item.symbol, family.observation)
        if place is None:
            continue
        density = split_logs(family.log_density, family.domain)
        sides = [_side(density, item.symbol, place, way) for way in (-1, 1)]
        if sides[0] is not None and sides[1] is not None:
            found = DataPoint(item.symbol, sides[0], sides[1], place)
            if peaks_at_data(found, family):
                return found
    return None


def _place(density: Expr, p: Symbol, x: Symbol) -> Expr | None:
    """Where the density switches on the scale of ``p``: ``a x + b`` with numbers ``a > 0`` and ``b``."""
    switches = [node.args[0] for node in density.atoms(Abs, sign)]
    switches += [node.lhs - node.rhs for node in density.atoms(Relational)]
    for argument in sorted(switches, key=lambda one: one.sort_key()):
        slope = argument.diff(p)
        if slope.is_Rational and slope != 0:
            place = (p - argument / slope).expand()
            number = place.diff(x)
            if number.is_Rational and number > 0 and (place - number * x).is_Rational:
                return place
    return None


def peaks_at_data(pieces: DataPoint, family: Family) -> bool:
    """Return whether the pieces are convex in the parameter, meet at the observation, and rise towards it.

    Between two neighbouring observations the log-likelihood is then convex, so that it is largest at one of them; it
    rises up to the smallest observation and falls from the largest on. All this whatever the other parameters are.
    """
    p, x, place = pieces.parameter, family.observation, pieces.place
    ends, space = family.bounds, family.domain[p]
    if (place.subs(x, ends.lo), place.subs(x, ends.hi)) != (space.lo, space.hi):
        return False
    domain: Domain = {s: b for s, b in family.domain.items() if s not in (p, x)} | {x: ends}
    below = {**domain, p: Bounds(space.lo, place, space.lo_closed, False, False)}
    above = {**domain, p: Bounds(place, space.hi, False, space.hi_closed, False)}
    return (
        bool(place.diff(x) > 0)
        and (pieces.below - pieces.above).subs(p, place).expand() == 0
        and is_nonnegative(derivative(pieces.below, p, p), below)
        and is_nonnegative(derivative(pieces.above, p, p), above)
        and is_nonnegative(derivative(pieces.below, p), below)
        and is_nonnegative(-derivative(pieces.above, p), above)
    )


def _side(density: Expr, p: Symbol, place: Expr, way: int) -> Expr | None:
    """The density where ``p - place`` has the sign ``way``; ``None`` where something else switches."""
    failed = []

    def positive(argument: Expr) -> bool:
        multiple = (argument / (p - place)).cancel()
        failed.extend([argument] * (not multiple.is_number))
        return bool(multiple.is_number and multiple * way > 0)

    def chosen(piecewise: Piecewise) -> Expr:
        for value, condition in piecewise.args:
            if condition is true:
                return value
            if not isinstance(condition, Relational) or condition.rel_op in ("==", "!="):
                failed.append(condition)
                return value
            if positive(condition.gts - condition.lts):
                return value
        return S.NaN

    out = density.replace(lambda e: isinstance(e, Piecewise), chosen)
    out = out.replace(lambda e: isinstance(e, Abs), lambda e: e.args[0] if positive(e.args[0]) else -e.args[0])
    out = out.replace(lambda e: isinstance(e, sign), lambda e: S.One if positive(e.args[0]) else S.NegativeOne)
    return None if failed or out.has(S.NaN) else out
