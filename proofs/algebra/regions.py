"""Whether a function of one variable with kinks is concave: smooth pieces, and how they meet."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sympy import (
    Abs,
    Dummy,
    Expr,
    Function,
    Max,
    Min,
    Piecewise,
    Pow,
    S,
    Symbol,
    asinh,
    atan,
    cancel,
    cos,
    cosh,
    erf,
    exp,
    expand,
    gamma,
    log,
    loggamma,
    oo,
    sign,
    sin,
    sinh,
    tanh,
    true,
)
from sympy.core.relational import Relational

from ..bounds import Bounds
from .bends import second_derivative
from .derivatives import derivative
from .signs import Domain, is_negative, is_nonnegative, is_nonzero, is_positive
from .solve import solve_one

_CONTINUOUS = (exp, sin, cos, sinh, cosh, tanh, atan, asinh, erf, Abs, sign, Max, Min, Piecewise)
"""Functions without a pole on the real line; where a sign or a case switches is looked at apart."""
_WHERE_POSITIVE = (log, gamma, loggamma)


@dataclass(frozen=True)
class Region:
    """An open interval and the smooth function on it."""

    lo: Expr
    hi: Expr
    value: Expr

    def bounds(self) -> Bounds:
        """The interval, without its ends."""
        return Bounds(self.lo, self.hi, False, False, False)


def regions(expression: Expr, z: Symbol, lo: Expr = -oo, hi: Expr = oo) -> tuple[Region, ...] | None:
    """Return the smooth pieces of ``expression`` on ``(lo, hi)``; ``None`` where a kink is not at a number.

    >>> z = Symbol("z", real=True)
    >>> regions(-Abs(z), z)
    (Region(lo=-oo, hi=0, value=z), Region(lo=0, hi=oo, value=-z))
    """
    switches = {node.args[0] for node in expression.atoms(Abs, sign)}
    for piecewise in expression.atoms(Piecewise):
        conditions = [condition for _, condition in piecewise.args if condition is not true]
        if not all(isinstance(condition, Relational) for condition in conditions):
            return None
        switches |= {condition.lhs - condition.rhs for condition in conditions}
    breaks: set[Expr] = set()
    for switch in switches:
        roots = solve_one(switch, z, {})
        if len(roots) != 1 or not roots[0].only or not roots[0].value.is_number:
            return None
        breaks.add(roots[0].value)
    inner = sorted((b for b in breaks if lo < b < hi), key=lambda b: b.evalf())
    edges = [lo, *inner, hi]
    return tuple(
        Region(left, right, _smooth(expression, z, _between(left, right))) for left, right in itertools.pairwise(edges)
    )


def _between(lo: Expr, hi: Expr) -> Expr:
    if lo is -oo:
        return S.Zero if hi is oo else hi - 1
    return lo + 1 if hi is oo else (lo + hi) / 2


def _smooth(expression: Expr, z: Symbol, inside: Expr) -> Expr:
    """Every switch set as it stands at a point inside, and so in the whole region."""

    def positive(argument: Expr) -> bool:
        return bool(argument.subs(z, inside) > 0)

    out = expression.replace(lambda e: isinstance(e, Abs), lambda e: e.args[0] if positive(e.args[0]) else -e.args[0])
    out = out.replace(lambda e: isinstance(e, sign), lambda e: S.One if positive(e.args[0]) else S.NegativeOne)
    return out.replace(
        lambda e: isinstance(e, Piecewise),
        lambda e: next(v for v, c in e.args if c is true or c.subs(z, inside) == True),  # noqa: E712
    )


def is_concave(expression: Expr, z: Symbol, lo: Expr = -oo, hi: Expr = oo) -> bool:
    """Return whether ``expression`` is proved concave: no piece curves upwards, and no slope rises at a kink.

    >>> z = Symbol("z", real=True)
    >>> is_concave(-Abs(z) ** 3, z), is_concave(Abs(z), z), is_concave(-log(cosh(z)), z)
    (True, False, True)

    Powers below one rise without bound at their kink, and those between one and two have no second derivative there.

    >>> is_concave(-(Abs(z) ** (S(3) / 2)), z), is_concave(-(Abs(z) ** S.Half), z)
    (True, False)
    """
    pieces = regions(expression, z, lo, hi)
    if pieces is None or not _everywhere(pieces, z, lambda second, domain: is_nonnegative(-second, domain)):
        return False
    return _meets(pieces, z)


def is_strictly_concave(expression: Expr, z: Symbol, lo: Expr = -oo, hi: Expr = oo) -> bool:
    """Return whether ``expression`` is proved concave with a second derivative that is zero at isolated points at most.

    >>> z = Symbol("z", real=True)
    >>> is_strictly_concave(-z**4, z), is_strictly_concave(-Abs(z), z)
    (True, False)
    """
    pieces = regions(expression, z, lo, hi)
    if pieces is None or not _everywhere(pieces, z, _falls):
        return False
    return _meets(pieces, z)


def _falls(second: Expr, domain: Domain) -> bool:
    """Whether it is negative, or a rational function that is never positive and not zero: its zeros are isolated."""
    if is_negative(second, domain):
        return True
    rational = second.is_rational_function(*domain) and second.free_symbols <= set(domain)
    return rational and cancel(second) != 0 and is_nonnegative(-second, domain)


def _meets(pieces: tuple[Region, ...], z: Symbol) -> bool:
    """Whether neighbours have equal values where they meet, and a slope that does not rise."""
    for left, right in itertools.pairwise(pieces):
        at = left.hi
        jump = (left.value - right.value).subs(z, at)
        drop = _slope(left.value, z, at, -1) - _slope(right.value, z, at, 1)
        if expand(jump) != 0 or not is_nonnegative(drop, {}):
            return False
    return True


def _slope(value: Expr, z: Symbol, at: Expr, side: int) -> Expr:
    """The slope on one side of a place: there ``(-z)**(3/2) / z``, as it may be written, is a power of a distance."""
    away = Dummy("u", positive=True)
    return derivative(value, z).subs(z, at + side * away).subs(away, 0)


def _everywhere(pieces: tuple[Region, ...], z: Symbol, holds: Callable[[Expr, Domain], bool]) -> bool:
    """Whether something holds of the second derivative of every piece."""
    return all(holds(*second_derivative(one.value, z, one.lo, one.hi)) for one in pieces)


def is_bounded_inside(expression: Expr, z: Symbol, lo: Expr = -oo, hi: Expr = oo) -> bool:
    """Return whether ``expression`` is proved finite and continuous on the whole interval, its finite ends included.

    >>> z = Symbol("z", real=True)
    >>> is_bounded_inside(-log(1 + z**2), z), is_bounded_inside(-log(Abs(z)) / 2 - Abs(z), z)
    (True, False)

    The interval alone says where the symbol lies: at its ends it need not have the sign that it is assumed to have.

    >>> u = Symbol("u", positive=True)
    >>> is_bounded_inside(-1 / u, u, S.Zero, S.One), is_bounded_inside(log(u), u, S.Zero, S.One)
    (False, False)

    Of a function that is not known, nothing is said.

    >>> is_bounded_inside(loggamma(u), u, S.Zero, S.One), is_bounded_inside(loggamma(1 + u), u, S.Zero, S.One)
    (False, True)
    """
    there = Dummy(z.name, real=True)
    expression, z = expression.xreplace({z: there}), there
    domain = {z: Bounds(lo, hi, lo is not -oo, hi is not oo, False)}
    pieces = regions(expression, z, lo, hi)
    if pieces is None or any(expand((a.value - b.value).subs(z, a.hi)) != 0 for a, b in itertools.pairwise(pieces)):
        return False
    return is_continuous(expression, (z,), domain)


def is_continuous(expression: Expr, variables: Collection[Symbol], domain: Domain) -> bool:
    """Return whether ``expression``, without switches, is proved continuous in ``variables`` together on ``domain``.

    On a closed and bounded domain it is bounded then.

    >>> a, b = Symbol("a", real=True), Symbol("b", real=True)
    >>> unit = Bounds(S.Zero, S.One, True, True, False)
    >>> [is_continuous(one, (a, b), {a: unit, b: unit}) for one in (log(1 + a), a / b, a**b, (1 + a) ** b)]
    [True, False, False, True]
    """
    for node in expression.atoms(Function, Pow):
        if not node.free_symbols.intersection(variables) or isinstance(node, _CONTINUOUS):
            continue
        if isinstance(node, _WHERE_POSITIVE):
            if not is_positive(node.args[0], domain):
                return False
        elif not isinstance(node, Pow):
            return False
        elif node.exp.free_symbols.intersection(variables):
            if not is_positive(node.base, domain):
                return False
        elif not node.exp.is_nonnegative and not is_nonzero(node.base, domain):
            return False
    return True
