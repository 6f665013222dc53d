"""Integrals of a log-concave function between linear ends: they are log-concave in what the ends are linear in.

Where ``f`` is log-concave, ``f(t)`` on the convex set of all ``(t, phi)`` with ``t`` between two linear functions of
``phi`` is so in both together, and so is its integral over ``t``, in ``phi``.

Source: Prékopa 1973, On logarithmic concave measures and functions, Acta Scientiarum Mathematicarum 34, theorem 6.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Add, Dummy, Expr, Function, Pow, S, Symbol, exp, fraction, log, oo, tanh

from ..bounds import Bounds
from .derivatives import derivative
from .logs import split_logs
from .regions import is_concave
from .signs import Domain, is_nonnegative, strict_sign
from .size import joined

_MOST_TERMS = 4


def is_log_concave_integral(expression: Expr, coordinates: tuple[Symbol, ...], domain: Domain) -> bool:
    """Return whether an expression is proved to be such an integral, up to its beginning or its end, or between two.

    >>> from sympy import erf, erfc
    >>> a, x = Symbol("a", real=True), Symbol("x", real=True)
    >>> is_log_concave_integral(erfc(x - a), (a,), {}), is_log_concave_integral(erf(x + 1 - a) - erf(x - a), (a,), {})
    (True, True)
    >>> is_log_concave_integral(erf(x + 1 - a) - erf(x - 2 * a), (a,), {}), is_log_concave_integral(erf(a), (a,), {})
    (False, False)
    """
    inside = set(coordinates)
    powers = expression.replace(
        lambda node: isinstance(node, Pow) and bool(inside & node.exp.free_symbols) and node.base.is_positive,
        lambda node: exp(node.exp * log(node.base)),
    )
    terms = Add.make_args(powers.expand(log=False, func=False, power_exp=False, power_base=False))
    moving = [term for term in terms if inside & term.free_symbols]
    constant = Add(*(term for term in terms if not inside & term.free_symbols))
    if not moving or len(moving) > _MOST_TERMS:
        return False
    for place in _places(moving[0], coordinates):
        if _is_one_sided(Add(*moving), constant, place, inside, domain):
            return True
        others = _places(moving[1], coordinates) if len(moving) == 2 and constant == 0 else ()
        # Of odd functions SymPy takes the sign out.
        both = [sign * other for other in others for sign in (1, -1)]
        if any(_is_between((moving[0], place), (moving[1], other), inside, domain) for other in both):
            return True
    return False


def _places(term: Expr, coordinates: tuple[Symbol, ...]) -> Iterator[Expr]:
    """What functions in a term are taken of, where that is linear in the coordinates."""
    found = {arg: None for node in term.atoms(Function) for arg in node.args if arg.has(*coordinates)}
    yield from (arg for arg in sorted(found, key=lambda one: one.sort_key()) if is_linear(arg, coordinates))


def _at(term: Expr, place: Expr, w: Symbol) -> Expr:
    """The term as a function of the place, and of what else it holds."""
    moved = {place: w, -place: -w}
    return term.replace(
        lambda node: isinstance(node, Function),
        lambda node: node.func(*(moved.get(arg, arg) for arg in node.args)),
    )


def _is_one_sided(moving: Expr, constant: Expr, place: Expr, inside: set[Symbol], domain: Domain) -> bool:
    """Whether it grows from zero at one end of the line, with a log-concave slope."""
    w = Dummy("w", real=True)
    whole = _at(moving, place, w)
    if inside & whole.free_symbols:
        return False
    slope = _slope(whole, w)
    way = strict_sign(slope, domain)
    begins = way and (whole.subs(w, -way * oo) + constant).expand() == 0
    return bool(begins) and _is_log_concave(way * slope, w, -oo, domain)


def _is_between(first: tuple[Expr, Expr], second: tuple[Expr, Expr], inside: set[Symbol], domain: Domain) -> bool:
    """Whether two terms are values of one function, up and down, with a log-concave slope and ends in order."""
    w = Dummy("w", real=True)
    upper, lower = (_at(term, place, w) for term, place in (first, second))
    if inside & (upper.free_symbols | lower.free_symbols) or (upper + lower).expand(power_exp=False) != 0:
        return False
    lo = S.Zero if all(is_nonnegative(place, domain) for _, place in (first, second)) else -oo
    slope = _slope(upper, w)
    way = strict_sign(slope, {**domain, w: Bounds(lo, oo, False, False, False)})
    ordered = way and is_nonnegative((way * (first[1] - second[1])).expand(), domain)
    return bool(ordered) and _is_log_concave(way * slope, w, lo, domain)


def _slope(whole: Expr, w: Symbol) -> Expr:
    """The derivative, as one fraction of exponentials where it holds hyperbolic tangents."""
    slope = derivative(whole, w)
    return joined(slope.replace(tanh, lambda u: tanh(u).rewrite(exp))) if slope.has(tanh) else slope


def _is_log_concave(density: Expr, w: Symbol, lo: Expr, domain: Domain) -> bool:
    top, bottom = fraction(density)
    spread = top.expand(log=False, func=False, power_exp=False, power_base=False) / bottom
    shape = split_logs(log(spread), domain).as_independent(w, as_Add=True)[1]
    return shape.free_symbols <= {w} and is_concave(shape, w, lo)


def is_linear(expression: Expr, coordinates: tuple[Symbol, ...]) -> bool:
    """Return whether an expression, multiplied out, is of degree one at most in the coordinates together.

    >>> a, b = Symbol("a", real=True), Symbol("b", real=True)
    >>> is_linear((a + 1) * 2 - b, (a, b)), is_linear(a * b, (a, b))
    (True, False)
    """
    slopes = (derivative(expression.expand(), phi).expand() for phi in coordinates)
    return not any(slope.free_symbols & set(coordinates) for slope in slopes)
