"""The smallest and the largest observation as statistics, and what is known of them beside the parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sympy import Expr, Max, Min, S, Symbol, oo

from .algebra.atoms import Indicator, Mean, Quantile
from .algebra.signs import Domain
from .bounds import Bounds
from .derivation import Statistic
from .family import Family


def order_statistics(family: Family) -> tuple[Statistic, Statistic]:
    """Return the minimum and the maximum of the data as statistics.

    >>> from thetahat import family
    >>> [str(s.symbol) for s in order_statistics(family("pareto"))]
    ['x_min', 'x_max']
    """
    x = family.observation
    signs = {key: True for key in ("positive", "negative", "nonnegative", "integer") if getattr(x, f"is_{key}")}
    signs = {"positive": True, **signs} if signs.get("positive") else {"real": True, **signs}
    taken = {symbol.name for symbol in family.domain}

    def named(end: str, level: int) -> Statistic:
        name = f"{x.name}_{end}"
        while name in taken:
            name += "_"
        return Statistic(Symbol(name, **signs), Quantile(level, x))

    return named("min", 0), named("max", 1)


def ranges(statistics: Sequence[Statistic]) -> Domain:
    """Return where every dataset keeps some statistics: the largest observation above the smallest, a share in [0, 1].

    >>> from thetahat import family
    >>> len(ranges(order_statistics(family("uniform"))))
    1
    """
    shares = (s for s in statistics if isinstance(s.definition, Mean) and isinstance(s.definition.integrand, Indicator))
    found = {s.symbol: Bounds(S.Zero, S.One, True, True, False) for s in shares}
    symbols = {s.definition.level: s.symbol for s in statistics if isinstance(s.definition, Quantile)}
    if 0 in symbols and 1 in symbols:
        found[symbols[1]] = Bounds(symbols[0], oo, True, False, False)
    return found


def end_domain(
    family: Family, lowest: Statistic, highest: Statistic, placed: Mapping[Symbol, Expr], ends: Bounds
) -> Domain:
    """Return the bounds of constants, parameters and the two extreme observations, for sign proofs.

    The ends of what is left are taken at the parameters that are placed already. A parameter that is itself an end
    of the support ``ends`` lies beyond the data.
    """
    known = {
        item.symbol: replace(item.bounds, lo=item.bounds.lo.subs(placed), hi=item.bounds.hi.subs(placed))
        for item in (*family.constants, *family.parameters)
        if item.symbol not in placed
    }
    if ends.lo in known:
        known[ends.lo] = short_of(known[ends.lo], lowest.symbol, ends.lo_closed)
    if ends.hi in known:
        known[ends.hi] = beyond(known[ends.hi], highest.symbol, ends.hi_closed)
    return {highest.symbol: Bounds(lowest.symbol, oo, False, False, False), **known}


def beyond(space: Bounds, largest: Symbol, closed: bool) -> Bounds:
    """Return where a parameter lies that is the upper end of the support of data whose largest one is known.

    >>> from sympy import Interval
    >>> from thetahat.proofs.bounds import bounds
    >>> beyond(bounds(Interval.open(0, oo)), Symbol("x_max", real=True), True).lo
    Max(0, x_max)
    """
    if space.lo is -oo:
        return replace(space, lo=largest, lo_closed=closed)
    # Where data may lie below its space, it is above both.
    both = space.lo.is_number and not (largest - space.lo).is_nonnegative
    return replace(space, lo=Max(space.lo, largest), lo_closed=closed) if both else space


def short_of(space: Bounds, smallest: Symbol, closed: bool) -> Bounds:
    """Return where a parameter lies that is the lower end of the support of data whose smallest one is known.

    >>> from sympy import S
    >>> from thetahat.proofs.bounds import bounds
    >>> short_of(bounds(S.Reals), Symbol("x_min", real=True), True).hi
    x_min
    """
    if space.hi is oo:
        return replace(space, hi=smallest, hi_closed=closed)
    both = space.hi.is_number and not (space.hi - smallest).is_nonnegative
    return replace(space, hi=Min(space.hi, smallest), hi_closed=closed) if both else space
