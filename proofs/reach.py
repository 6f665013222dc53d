"""Which parameters give some functions of them wanted values: whether a space reaches all that could be wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sympy import Dummy, Expr, Symbol

from .algebra.eliminate import eliminate
from .algebra.signs import Domain, is_positive
from .algebra.size import cancelled
from .bounds import Bounds
from .family import Family


def reaching(family: Family, wanted: Sequence[tuple[Expr, Dummy]]) -> Mapping[Symbol, Expr] | None:
    """Return the parameters, proved to lie in their spaces, at which each expression has the value of its stand-in.

    ``None`` where some values that the assumptions of the stand-ins allow are not proved to be reached. There have to
    be as many expressions as parameters.

    >>> from thetahat import family
    >>> normal = family("normal")
    >>> m, s = Dummy("m", real=True), Dummy("s", positive=True)
    >>> reaching(normal, list(zip(normal.symbols, (m, s))))
    {mu: _m, sigma: _s}
    >>> reaching(normal, list(zip(normal.symbols, (m, m))))
    """
    constants = {item.symbol: item.bounds for item in family.constants}
    domain: Domain = constants | {item.symbol: item.bounds for item in family.parameters}
    if len(wanted) != len(family.parameters):
        return None
    equations = {p: one - value for p, (one, value) in zip(family.symbols, wanted, strict=True)}
    found = eliminate(equations, domain, lambda _, roots: None)
    if found.unknowns:
        return None
    places = found.closed()
    if any(cancelled(one.subs(places) - value) != 0 for one, value in wanted):
        return None
    inside = (_inside(places[p.symbol], _placed(p.bounds, places), constants) for p in family.parameters)
    return places if all(inside) else None


def _placed(ends: Bounds, places: Mapping[Symbol, Expr]) -> Bounds:
    return Bounds(ends.lo.subs(places), ends.hi.subs(places), ends.lo_closed, ends.hi_closed, ends.discrete)


def _inside(value: Expr, ends: Bounds, domain: Domain) -> bool:
    """Whether the value is proved to lie strictly between the ends."""
    above, below = value - ends.lo, ends.hi - value
    return all(gap.is_infinite or is_positive(gap, domain) for gap in (above, below))
