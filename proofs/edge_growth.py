"""How the density behaves at an end of the support that a parameter moves: it vanishes, or grows without bound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from sympy import Expr, Rational, S, Symbol, log

from .algebra.logs import split_logs
from .algebra.regions import is_bounded_inside
from .algebra.signs import is_negative, is_positive
from .algebra.stand_in import StandIn
from .bounds import bounds
from .family import Family
from .probes import at

U = StandIn("u", positive=True)
"""The distance of an observation from the end."""
REACH = S.Half
"""How far from the end the rest has to stay bounded; any distance would do."""
_TRIED = (Rational(1, 2), Rational(1, 5), Rational(2), S.One, Rational(5))


@dataclass(frozen=True)
class EdgeGrowth:
    """``log p(end -+ u) = power * log(u) + rest``, with a rest that stays bounded as ``u`` tends to zero.

    ``level`` is 0 where ``parameter`` is the lower end and 1 where it is the upper one. With a ``witness``, values
    of the other parameters at which ``power`` is negative, the density grows without bound; without, it vanishes.
    """

    parameter: Symbol
    level: int
    power: Expr
    rest: Expr
    witness: tuple[tuple[Symbol, Expr], ...] = ()


def edge_growth(family: Family, parameter: Symbol) -> EdgeGrowth | None:
    """Return how the density behaves where ``parameter`` is an end of the support; ``None`` where no rule tells.

    >>> from thetahat import family
    >>> edge_growth(family("weibull_with_location"), family("weibull_with_location").symbols[0]).power
    k - 1
    """
    ends = family.bounds
    if ends.discrete or family.covariates or parameter not in (ends.lo, ends.hi):
        return None
    level = 0 if parameter == ends.lo else 1
    place = parameter + U if level == 0 else parameter - U
    domain = {s: b for s, b in family.domain.items() if s != family.observation}
    beside = split_logs(family.log_density.subs(family.observation, place), domain).expand(log=False, power_exp=False)
    power = beside.coeff(log(U))
    rest = (beside - power * log(U)).expand(log=False, power_exp=False)
    if power == 0 or power.has(U):
        return None
    if is_positive(power, domain):
        member = next(_members(family, parameter), None)
        bounded = member is not None and is_bounded_inside(rest.subs(member), U, S.Zero, REACH)
        return EdgeGrowth(parameter, level, power, rest) if bounded else None
    for member in _members(family, parameter):
        if is_negative(power.subs(member), {}) and is_bounded_inside(rest.subs(member), U, S.Zero, REACH):
            return EdgeGrowth(parameter, level, power, rest, tuple(member.items()))
    return None


def _members(family: Family, parameter: Symbol) -> Iterator[Mapping[Symbol, Expr]]:
    """Simple values for the other parameters, each inside its space; ends of the support a distance away."""
    others = [item for item in (*family.constants, *family.parameters) if item.symbol != parameter]
    for values in product(_TRIED, repeat=len(others)):
        member: dict[Symbol, Expr] = {parameter: S.Zero}
        for item, value in zip(others, values, strict=True):
            ends = at(bounds(item.space), member)
            inside = ends.lo < value < ends.hi if ends.lo.is_number and ends.hi.is_number else False
            if item.symbol in family.bounds.free_symbols:
                # The other end moves with the data; two units beyond this one it lets the distance reach one.
                value, inside = (S(2) if item.symbol == family.bounds.hi else S(-2)), True
            if not inside:
                break
            member[item.symbol] = value
        else:
            yield member
