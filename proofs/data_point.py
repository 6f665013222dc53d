"""Whether the likelihood is largest at one of the observations: convex between them, monotone beyond."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Abs, Expr, Piecewise, S, Symbol, sign, true
from sympy.core.relational import Relational

from .algebra.signs import Domain, is_nonnegative
from .bounds import Bounds
from .family import Family


@dataclass(frozen=True)
class DataPoint:
    """The log-density as a function of ``parameter``: one expression below the observation and one above it."""

    parameter: Symbol
    below: Expr
    above: Expr


def data_point(family: Family) -> DataPoint | None:
    """Return the two pieces of a likelihood that is largest at an observation; ``None`` where that is not proved.

    >>> from thetahat import family
    >>> data_point(family("triangular")).parameter
    c
    """
    ends = family.bounds
    if len(family.parameters) != 1 or family.covariates or ends.discrete or ends.free_symbols:
        return None
    item = family.parameters[0]
    if item.bounds.lo != ends.lo or item.bounds.hi != ends.hi or not family.log_density.has(Piecewise, Abs, sign):
        return None
    sides = [_side(family.log_density, item.symbol, family.observation, way) for way in (-1, 1)]
    if sides[0] is None or sides[1] is None:
        return None
    found = DataPoint(item.symbol, sides[0], sides[1])
    return found if peaks_at_data(found, family) else None


def peaks_at_data(pieces: DataPoint, family: Family) -> bool:
    """Return whether the pieces are convex in the parameter, meet at the observation, and rise towards it.

    Between two neighbouring observations the log-likelihood is then convex, so that it is largest at one of them; it
    rises up to the smallest observation and falls from the largest on.
    """
    p, x = pieces.parameter, family.observation
    ends = family.bounds
    domain: Domain = {x: ends}
    below = {**domain, p: Bounds(ends.lo, x, ends.lo_closed, True, False)}
    above = {**domain, p: Bounds(x, ends.hi, True, ends.hi_closed, False)}
    return (
        (pieces.below - pieces.above).subs(p, x).expand() == 0
        and is_nonnegative(pieces.below.diff(p, 2), below)
        and is_nonnegative(pieces.above.diff(p, 2), above)
        and is_nonnegative(pieces.below.diff(p), below)
        and is_nonnegative(-pieces.above.diff(p), above)
    )


def _side(density: Expr, p: Symbol, x: Symbol, way: int) -> Expr | None:
    """The density where ``p - x`` has the sign ``way``; ``None`` where something else switches."""
    failed = []

    def positive(argument: Expr) -> bool:
        multiple = (argument / (p - x)).cancel()
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
