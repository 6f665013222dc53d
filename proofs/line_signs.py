"""Whether a slope on lines of two parameters has exactly one zero on each, for data that are not all equal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sympy import Expr, S, Symbol, oo

from .algebra.data_signs import sign_on_data
from .algebra.derivatives import derivative
from .algebra.signs import Domain, strict_sign
from .algebra.size import cancelled
from .algebra.spreads import Triple, falls_where_zero
from .bounds import Bounds
from .curvature import has_corners
from .family import Family
from .limit_values import sign_at
from .smooth_lines import has_open_space

HALF_LINE = Bounds(S.Zero, oo, False, False, False)
ENDS = (S.Zero, oo)


def is_open(family: Family) -> bool:
    """Return whether the space is a product of open intervals with known ends, and the likelihood smooth on it.

    >>> from thetahat import family
    >>> is_open(family("generalised_gamma")), is_open(family("uniform"))
    (True, False)
    """
    return has_open_space(family) and not family.bounds.free_symbols and not family.beside and not has_corners(family)


def run_inside(moves: Mapping[Symbol, Expr], along: Symbol, domain: Domain) -> bool:
    """Return whether lines run through the whole space of each parameter that they scale or shift, and leave no other.

    >>> from sympy import log
    >>> d, s = Symbol("d", positive=True), Symbol("s", positive=True)
    >>> run_inside({d: d * s}, s, {d: HALF_LINE}), run_inside({d: d + log(s)}, s, {d: HALF_LINE})
    (True, False)
    """
    line = Bounds(-oo, oo, False, False, False)
    scaled = {p: p not in cancelled(how / p).free_symbols for p, how in moves.items()}
    shifted = {p: p not in cancelled(how - p).free_symbols for p, how in moves.items()}
    return all((scaled[p] and domain[p] == HALF_LINE) or (shifted[p] and domain[p] == line) for p in moves)


def turns_once(
    slope: Expr,
    moves: Mapping[Symbol, Expr],
    along: Symbol,
    average: Expr,
    spreads: Iterable[Triple],
    data: Symbol,
    domain: Domain,
) -> bool:
    """Return whether the slope is positive at the start of each line, negative far out, and falls where it is zero.

    >>> from thetahat.proofs.algebra.atoms import Mean
    >>> d, s, x = (Symbol(name, positive=True) for name in "dsx")
    >>> turns_once(1 - d * Mean(x, x), {d: d * s}, s, x, (), x, {d: HALF_LINE, x: HALF_LINE})
    True
    """
    moved = slope.subs(dict(moves), simultaneous=True)
    within = {**domain, along: HALF_LINE}
    if not falls_where_zero(moved, along, average, spreads, data, within):
        return False
    ends = (sign_at(moved, along, end, data, within) for end in (S.Zero, oo))
    return tuple(ends) == (1, -1)


def crosses_once(slope: Expr, solved: Symbol, domain: Domain) -> bool:
    """Return whether the slope is linear in a parameter, without being zero where that is: it has one zero at most.

    >>> from thetahat.proofs.algebra.atoms import Mean
    >>> d, x = Symbol("d", positive=True), Symbol("x", positive=True)
    >>> crosses_once(1 - d * Mean(x, x), d, {}), crosses_once(d * Mean(x, x), d, {})
    (True, False)
    """
    start = cancelled(slope.subs(solved, 0))
    return derivative(slope, solved, solved) == 0 and bool(strict_sign(start, domain))


def is_positive_above_zero(value: Expr, unknown: Symbol, data: Symbol, domain: Domain) -> bool:
    """Return whether a value, or one over it, is zero where the unknown is, and rises from there on.

    But for a power of the unknown, which is positive.

    >>> from sympy import log
    >>> from thetahat.proofs.algebra.atoms import Mean
    >>> p, x = Symbol("p", positive=True), Symbol("x", positive=True)
    >>> mean = Mean(x**p * log(x), x) / Mean(x**p, x) - Mean(log(x), x)
    >>> is_positive_above_zero(mean, p, x, {p: HALF_LINE, x: HALF_LINE})
    True
    >>> is_positive_above_zero(-mean, p, x, {p: HALF_LINE, x: HALF_LINE})
    False
    """
    for power in (0, 1, -1):
        for one in (cancelled(value * unknown**power), cancelled(unknown**power / value)):
            start = one.subs(unknown, 0)
            begins = start.is_finite is not False and cancelled(start) == 0
            if begins and sign_on_data(derivative(one, unknown), data, domain) > 0:
                return True
    return False


def stays_inside(value: Expr, box: Bounds, data: Symbol, domain: Domain) -> bool:
    """Return whether a value lies strictly between the ends of a space, for data that are not all equal.

    >>> from sympy import log
    >>> from thetahat.proofs.algebra.atoms import Mean
    >>> b, x = Symbol("b", positive=True), Symbol("x", positive=True)
    >>> stays_inside(1 / (Mean(log(b + x), x) - log(b)), HALF_LINE, x, {b: HALF_LINE, x: HALF_LINE})
    True
    """
    gaps = [value - box.lo] * (box.lo is not -oo) + [box.hi - value] * (box.hi is not oo)
    return all(sign_on_data(gap, data, domain) > 0 for gap in gaps)


def is_falling(slope: Expr, unknown: Symbol, end: Expr, family: Family) -> bool:
    """Return whether a derivative has the sign of a function that falls towards an end, for data not all equal.

    >>> from thetahat import family
    >>> from thetahat.proofs.algebra.atoms import Mean
    >>> exponential = family("exponential")
    >>> (rate,), x = exponential.symbols, exponential.observation
    >>> [is_falling(1 / rate - Mean(x, x), rate, end, exponential) for end in ENDS]
    [True, True]
    """
    return sign_at(slope, unknown, end, family.observation, family.domain) == (1 if end is S.Zero else -1)
