"""Parameters that are not less than others, written as their distance from these: ends of a space become zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sympy import Expr, Interval, Symbol, oo

from ..proofs.errors import DeclarationError
from ..proofs.family import Family, Parameter


@dataclass(frozen=True)
class Distances:
    """A family with distances in the place of parameters that have a closed end which is another parameter.

    ``back`` holds each former parameter, by name, in those of ``family``; ``forth`` each of those in the former ones.
    """

    family: Family
    back: Mapping[str, Expr]
    forth: Mapping[str, Expr]


@lru_cache(maxsize=256)
def in_distances(family: Family) -> Distances | None:
    """Return the family with distances from other parameters; ``None`` where no closed end is one.

    >>> from sympy import Reals
    >>> x, a, b = (Symbol(name, real=True) for name in "xab")
    >>> spaces = Parameter(a, Reals), Parameter(b, Interval(a, oo))
    >>> pair = Family("pair", x, Reals, spaces, -((x - a) ** 2) / 2 - (x - b) ** 2 / 2)
    >>> in_distances(pair).back, in_distances(pair).forth
    ({'a': a, 'b': a + b_beyond}, {'a': a, 'b_beyond': -a + b})
    """
    back, forth = dict[str, Expr](), dict[str, Expr]()
    parameters, known = list[Parameter](), dict[Symbol, Expr]()
    for item in family.parameters:
        new = _distance(item)
        if new is None:
            new, how, off = item, item.symbol, item.symbol
        else:
            above = item.bounds.hi is oo
            end = item.bounds.lo if above else item.bounds.hi
            if not end.free_symbols <= set(known):
                return None
            how = end.xreplace(known) + (new.symbol if above else -new.symbol)
            off = item.symbol - end if above else end - item.symbol
        parameters.append(new)
        back[item.name], forth[new.name], known[item.symbol] = how, off, how
    changed = {item.name: back[item.name] for item in family.parameters if item not in parameters}
    if not changed:
        return None
    try:
        return Distances(family.reparametrise(f"{family.name}_by_distances", parameters, changed), back, forth)
    except DeclarationError:  # another space may hold what is replaced
        return None


def _distance(item: Parameter) -> Parameter | None:
    """The distance from the closed end, if that is another parameter and there is no other end."""
    ends = item.bounds
    above, below = ends.lo_closed and ends.hi is oo, ends.hi_closed and ends.lo is -oo
    if ends.discrete or not (above or below) or not ends.free_symbols:
        return None
    return Parameter(Symbol(f"{item.name}_beyond", nonnegative=True), Interval(0, oo))
