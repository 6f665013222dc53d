"""What a projection of a target onto a family is, and what both directions of the divergence ask of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Expr, S, Symbol, oo

from .algebra.derivatives import derivative
from .algebra.signs import Domain, is_nonnegative
from .bounds import Bounds
from .derivation import Evidence
from .family import Family
from .targets import Member, Table, Target
from .zero import prove_zero


@dataclass(frozen=True)
class Projected:
    """A projection in closed form.

    Attributes
    ----------
    theta
        Each parameter that is solved, by symbol; it may contain the target's symbols and parameters of ``left``.
    equations, left
        What remains to be solved numerically, if anything, and the parameters in it.
    divergence
        The divergence at the projection, in nats; ``None`` where an entropy or expectation has no closed form.
    argument
        Why no member is nearer; empty where that is not proved.
    checked
        Whether the gradient of the divergence is proved to vanish at the projection.
    """

    theta: Mapping[Symbol, Expr]
    equations: tuple[Expr, ...]
    left: tuple[Symbol, ...]
    divergence: Expr | None
    argument: str
    checked: bool


NOWHERE_FORWARD = Projected(
    {},
    (),
    (),
    oo,
    "the target gives probability to a set to which every member gives none: the divergence is infinite",
    True,
)
INFINITE_IN_REVERSE = Projected(
    {},
    (),
    (),
    oo,
    "every member gives probability to values that the table does not have: the divergence is infinite",
    True,
)


def symbols_of(target: Target) -> Domain:
    """Return where the symbols in a target's values lie, by their assumptions.

    >>> from thetahat import family
    >>> from thetahat.proofs.targets import Member
    >>> r = Symbol("r", positive=True)
    >>> symbols_of(Member.of(family("exponential_by_mean"), theta=r))[r].lo
    0
    """
    if isinstance(target, Table):
        return {}
    parts = [(S.One, target)] if isinstance(target, Member) else target.parts
    free: set[Symbol] = set()
    for weight, one in parts:
        free |= weight.free_symbols.union(*(value.free_symbols for _, value in one.theta))
    return {symbol: _by_assumptions(symbol) for symbol in sorted(free, key=str)}


def _by_assumptions(symbol: Symbol) -> Bounds:
    low = S.Zero if symbol.is_nonnegative else -oo
    high = S.Zero if symbol.is_nonpositive else oo
    return Bounds(low, high, low == 0 and not symbol.is_positive, False, bool(symbol.is_integer))


def parameter_domain(family: Family) -> dict[Symbol, Bounds]:
    """Return the bounds of the parameters alone.

    >>> from thetahat import family
    >>> list(parameter_domain(family("gamma")))
    [k, theta]
    """
    return {item.symbol: item.bounds for item in family.parameters}


def of_itself(target: Target, family: Family) -> Projected | None:
    """Return the projection of a member of the family itself; ``None`` for any other target.

    >>> from thetahat import family
    >>> gamma = family("gamma")
    >>> of_itself(Member.of(gamma, k=2, theta=1), gamma).divergence
    0
    """
    if not isinstance(target, Member) or target.family != family:
        return None
    return Projected(target.values, (), (), S.Zero, "a divergence is zero only between equal distributions", True)


def is_stationary(objective: Expr, theta: Mapping[Symbol, Expr], domain: Domain) -> bool:
    """Return whether the gradient is proved to vanish at ``theta``.

    >>> from sympy.abc import a
    >>> is_stationary(a**2 - 2 * a, {a: S.One}, {}), is_stationary(a**2, {a: S.One}, {})
    (True, False)
    """
    slopes = (derivative(objective, symbol).subs(theta) for symbol in theta)
    return all(prove_zero(slope, domain, list).evidence is Evidence.ALGEBRA for slope in slopes)


def lies_inside(inner: Bounds, outer: Bounds, domain: Domain) -> bool:
    """Return whether one support is proved to lie in another, up to its ends.

    >>> from thetahat import family
    >>> lies_inside(family("gamma").bounds, family("normal").bounds, {})
    True
    """
    if inner.discrete != outer.discrete:
        return False
    low = outer.lo == -oo or (inner.lo != -oo and is_nonnegative(inner.lo - outer.lo, domain))
    high = outer.hi == oo or (inner.hi != oo and is_nonnegative(outer.hi - inner.hi, domain))
    return bool(low and high)
