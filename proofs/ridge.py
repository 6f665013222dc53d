"""Whether the likelihood is highest on a curve that every line of some group crosses, and concave along that curve.

A line is what scaling or shifting some parameters together makes of one member: ``(s theta, s lambda)`` for all
``s > 0``, or one parameter with the other at rest. Where the likelihood first rises and then falls on each line, only
the ridge matters, on which the derivative along the line is zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sympy import Dummy, Expr, S, Symbol, log, oo

from .algebra.averages import sign_on_averages
from .algebra.derivatives import derivative
from .algebra.elimination import Solved
from .algebra.signs import Domain, is_nonzero
from .algebra.size import cancelled
from .algebra.solve import solve_one
from .algebra.tidying import tidy
from .bounds import Bounds
from .curvature import has_corners
from .family import Family
from .routes import LikelihoodRoute
from .smooth_lines import has_open_space

_HALF_LINE = Bounds(S.Zero, oo, False, False, False)


@dataclass(frozen=True)
class Ridge:
    """Where the likelihood is highest on each line.

    ``along`` runs along a line, and is 1 at the member that it is drawn through. ``speeds`` are the parameters that a
    line moves, each with how fast; ``slope`` is the derivative of the mean log-likelihood in that direction, which
    falls along the line, and is zero at ``stop``, where ``solved`` is ``root``.
    ``positive`` are statistics that have to be positive for that.
    """

    along: Symbol
    speeds: dict[Symbol, Expr]
    slope: Expr
    stop: Expr
    solved: Symbol
    root: Expr
    positive: tuple[Symbol, ...]

    @property
    def moves(self) -> dict[Symbol, Expr]:
        """Where a line takes its parameters."""
        return moved_along(self.speeds, self.along)


def is_plain(family: Family, route: LikelihoodRoute) -> bool:
    """Whether two parameters of open intervals with known ends are all there is, and the likelihood is smooth."""
    still = not family.bounds.free_symbols & set(family.symbols) and not route.elimination.cleared
    return (
        has_open_space(family)
        and still
        and len(family.parameters) == 2
        and not family.beside
        and not has_corners(family)
    )


def find_ridge(family: Family, item: Solved, unknown: Symbol, route: LikelihoodRoute) -> Ridge | None:
    """Return the lines along which the equation that was solved is the derivative, if they are crossed by a ridge."""
    if item.combination is None and route.elimination.crossed:
        return None
    way = direction(item, unknown)
    domain = {**family.domain, **route.domain}
    names = {s.definition: s.symbol for s in route.statistics}
    equation, root = item.equation.xreplace(names), item.root.value.xreplace(names)
    for speeds, factor in speeds_of(way):
        slope = cancelled(tidy(equation * factor, route.domain))
        used = sorted((slope.free_symbols | root.free_symbols) - set(domain), key=str)
        positive = tuple(t for t in used if t.is_nonnegative and not t.is_positive)
        ridge = Ridge(_along(domain), speeds, slope, S.One, item.unknown, root, positive)
        stop = _stop(ridge, domain)
        if stop is not None:
            return replace(ridge, stop=stop)
    return None


def direction(item: Solved, unknown: Symbol) -> dict[Symbol, Expr]:
    """Return how fast two parameters move where the equation is the derivative of the likelihood in a direction."""
    if item.combination is None:
        return {item.unknown: S.One}
    used = item.combination.used
    return {used: S.One, (unknown if used == item.unknown else item.unknown): -item.combination.ratio}


def speeds_of(way: dict[Symbol, Expr]) -> Iterator[tuple[dict[Symbol, Expr], Expr]]:
    """Yield the direction times a factor, which comes back too, that makes it scalings and shifts at constant rates."""
    first = next(iter(way))
    for factor in (first, S.One):
        speeds = {p: cancelled(speed * factor) for p, speed in way.items()}
        if all(cancelled(v / p).is_Rational or v.is_Rational for p, v in speeds.items()):
            yield speeds, factor


def _along(domain: Domain) -> Symbol:
    """A name for what runs along a line that no parameter has."""
    name = "s"
    while name in {symbol.name for symbol in domain}:
        name += "_"
    return Symbol(name, positive=True)


def moved_along(speeds: dict[Symbol, Expr], along: Symbol) -> dict[Symbol, Expr]:
    """Return each parameter times a power where its speed is a multiple of it, else with a logarithm added."""
    rates = {p: cancelled(speed / p) for p, speed in speeds.items()}
    return {p: p * along ** rates[p] if rates[p].is_Rational else p + speed * log(along) for p, speed in speeds.items()}


def stand_ins_for(positive: tuple[Symbol, ...]) -> dict[Symbol, Symbol]:
    """Return a positive symbol for each statistic that is taken for positive."""
    return {t: Dummy(t.name, positive=True) for t in positive}


def _stop(ridge: Ridge, domain: Domain) -> Expr | None:
    """Where the slope is zero, if it falls along the line and is zero at one member of the space."""
    known = stand_ins_for(ridge.positive)
    where = {**domain, **dict.fromkeys(known.values(), _HALF_LINE)}
    slope = ridge.slope.xreplace(known)
    turn = sum((speed * derivative(slope, p) for p, speed in ridge.speeds.items()), S.Zero)
    if sign_on_averages(turn, where) >= 0 or not sign_on_averages(derivative(slope, ridge.solved), where):
        return None
    # Where a statistic that is taken for positive is not, there has to be no stationary point to miss.
    if not all(is_nonzero(ridge.slope.xreplace({t: -Dummy(t.name, nonnegative=True)}), domain) for t in known):
        return None
    stops = solve_one(slope.subs(ridge.moves, simultaneous=True), ridge.along, {**where, ridge.along: _HALF_LINE})
    if len(stops) != 1 or sign_on_averages(stops[0].value, where) <= 0:
        return None
    ends = [(p, how.subs(ridge.along, stops[0].value)) for p, how in ridge.moves.items()]
    if not all(lies_in(value, domain[p], where) for p, value in (*ends, (ridge.solved, ridge.root.xreplace(known)))):
        return None
    return stops[0].value.xreplace({new: old for old, new in known.items()})


def lies_in(value: Expr, box: Bounds, domain: Domain) -> bool:
    """Return whether a value is proved to lie between the ends of an open space.

    >>> a = Symbol("a", positive=True)
    >>> lies_in(a / (1 + a), Bounds(S.Zero, S.One, False, False, False), {})
    True
    """
    above = box.lo is -oo or sign_on_averages(value - box.lo, domain) > 0
    return bool(above and (box.hi is oo or sign_on_averages(box.hi - value, domain) > 0))
