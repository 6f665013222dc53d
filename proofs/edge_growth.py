"""How the density behaves at an end of the support that a parameter moves: it vanishes, or grows without bound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from sympy import Add, Expr, Rational, S, Symbol, log

from .algebra.beside import REACH, density_beside, outweighs
from .algebra.derivatives import derivative
from .algebra.regions import is_bounded_inside
from .algebra.signs import is_negative, is_nonnegative, is_positive
from .algebra.stand_in import StandIn
from .bounds import bounds
from .family import Family
from .probes import at

U = StandIn("u", positive=True)
"""The distance of an observation from the end, in a unit that may depend on the parameter."""
_TRIED = (Rational(1, 2), Rational(1, 5), Rational(2), S.One, Rational(5))


@dataclass(frozen=True)
class EdgeGrowth:
    """``log p(end -+ distance) = power * log(factor) + outweighing + rest``, with a rest that stays bounded there.

    ``level`` is 0 at the lower end and 1 at the upper one. ``distance`` is ``u`` times a positive unit, and
    ``factor`` a function of it that is zero at the end. With a ``witness``, values of the other parameters at which
    ``power`` is negative, the density grows without bound; without, it vanishes. What is ``outweighing`` falls faster
    than any multiple of ``log(u)``, so that the power may be any then.
    """

    parameter: Symbol
    level: int
    power: Expr
    rest: Expr
    factor: Expr = U
    distance: Expr = U
    witness: tuple[tuple[Symbol, Expr], ...] | None = None
    outweighing: Expr = S.Zero

    @property
    def unbounded(self) -> bool:
        """Whether the density grows without bound."""
        return self.witness is not None


def edge_growth(family: Family, parameter: Symbol, level: int) -> EdgeGrowth | None:
    """Return how the density behaves where ``parameter`` moves that end of the support; ``None`` where no rule tells.

    That it grows without bound is told only where no other parameter moves that end.

    >>> from thetahat import family
    >>> edge_growth(family("weibull_with_location"), family("weibull_with_location").symbols[0], 0).power
    k - 1
    """
    ends = family.bounds
    end = (ends.lo, ends.hi)[level]
    if ends.discrete or family.beside or parameter not in end.free_symbols:
        return None
    # A density of one scale looks alike at every scale, if the distance is measured in it.
    units = [S.One, *(unit for unit in (parameter, ends.hi - ends.lo) if is_positive(unit, family.domain))]
    grown = (_growth(family, parameter, level, unit * U) for unit in units)
    return next((one for one in grown if one is not None), None)


def _growth(family: Family, parameter: Symbol, level: int, distance: Expr) -> EdgeGrowth | None:
    domain = {s: b for s, b in family.domain.items() if s != family.observation}
    place = family.bounds.lo + distance if level == 0 else family.bounds.hi - distance
    beside = density_beside(family.log_density, family.observation, place, U, domain)
    outweighing = Add(*(term for term in Add.make_args(beside) if outweighs(term, U, domain)))
    beside -= outweighing
    zeros = [node for node in beside.atoms(log) if node.args[0].subs(U, 0).expand() == 0 and beside.coeff(node) != 0]
    if len(zeros) != 1:
        return None
    power, factor = beside.coeff(zeros[0]), zeros[0].args[0]
    rest = (beside - power * zeros[0]).expand(log=False, power_exp=False)
    if power.has(U) or not is_bounded_inside(factor, U, S.Zero, REACH):
        return None
    if outweighing != 0:
        # With other parameters the likelihood may still grow along a path on which they move as well.
        sure = len(family.parameters) == 1 and factor == U and is_bounded_inside(rest, U, S.Zero, REACH)
        return EdgeGrowth(parameter, level, power, rest, factor, distance, None, outweighing) if sure else None
    if is_positive(power, domain):
        bounded = is_bounded_inside(rest, U, S.Zero, REACH)
        return EdgeGrowth(parameter, level, power, rest, factor, distance) if bounded else None
    if not goes_to_an_observation(family, parameter, level) or power.has(parameter):
        return None
    for member in _members(family, parameter):
        if is_negative(power.subs(member), {}) and is_bounded_inside(rest.subs(member), U, S.Zero, REACH):
            return EdgeGrowth(parameter, level, power, rest, factor, distance, tuple(member.items()))
    return None


def goes_to_an_observation(family: Family, parameter: Symbol, level: int) -> bool:
    """Return whether the parameter is that end of the support, and may go up to the extreme observation on that side.

    It may where the other end stays, or moves away from the data on the way.

    >>> from thetahat import family
    >>> goes_to_an_observation(family("arcsine"), family("arcsine").symbols[0], 0)
    True
    """
    ends = (family.bounds.lo, family.bounds.hi)
    if ends[level] != parameter:
        return False
    other = ends[1 - level]
    return other.is_infinite or is_nonnegative(derivative(other, parameter), family.domain)


def _members(family: Family, parameter: Symbol) -> Iterator[Mapping[Symbol, Expr]]:
    """Simple values for the other parameters, each inside its space; ends of the support a distance away."""
    others = [item for item in (*family.constants, *family.parameters) if item.symbol != parameter]
    for values in product(_TRIED, repeat=len(others)):
        member: dict[Symbol, Expr] = {}
        for item, value in zip(others, values, strict=True):
            if item.symbol in family.bounds.free_symbols:
                # The other end moves with the data; two units beyond this one it lets the distance reach one.
                member[item.symbol] = parameter + (2 if item.symbol == family.bounds.hi else -2)
                continue
            ends = at(bounds(item.space), member)
            if not (ends.lo.is_number and ends.hi.is_number and ends.lo < value < ends.hi):
                break
            member[item.symbol] = value
        else:
            yield member
