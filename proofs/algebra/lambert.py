"""Solves equations in an unknown and its exponential, or its logarithm, by Lambert's W, on the branch that is proved.

Source: Corless, Gonnet, Hare, Jeffrey & Knuth 1996, On the Lambert W function, Adv. Comput. Math. 5, sections 1-2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sympy import Add, Dummy, Expr, LambertW, Poly, Symbol, cancel, exp, fraction, log, oo

from ..bounds import Bounds
from .derivatives import derivative
from .roots import Root
from .signs import Domain, is_nonnegative, is_positive, strict_sign
from .size import joined


def lambert_roots(equation: Expr, unknown: Symbol, domain: Domain) -> list[Root]:
    """Return the roots of ``a + b u + c exp(d u) = 0``, or of such an equation in ``log`` of something linear in ``u``.

    A product with an exponential is divided by it first: ``a e + b u e + c`` with ``e = exp(d u)`` is such an equation
    too. Both branches, where nothing tells which is meant; one, where an open end of the domain is the other root.

    >>> from thetahat.proofs.bounds import bounds
    >>> from sympy import Interval
    >>> u, t = Symbol("u", positive=True), Symbol("t", positive=True)
    >>> lambert_roots(t * exp(u) - t - u * exp(u), u, {u: bounds(Interval.open(0, oo))})[0].value
    t + LambertW(-t*exp(-t))
    """
    found = _exponential(equation, unknown, domain)
    return found or _logarithmic(equation, unknown, domain)


def above_end(expression: Expr, positive: Callable[[Expr], bool] = lambda _: False) -> Expr | None:
    """Return what is positive exactly where ``A + W_0(-A exp(-A)) - c``, or ``-A - W_{-1}(-A exp(-A))``, is.

    ``W_0(v exp(v)) = v`` for ``v >= -1``, and ``W_{-1}(v exp(v)) = v`` for ``v <= -1``; elsewhere the two branches lie
    on different sides of -1. The number ``c`` is zero, or ``positive`` says that it is positive: ``W_0`` rises, so that
    it exceeds ``c - A`` exactly where that is below -1 or ``-A exp(-A)`` exceeds ``(c - A) exp(c - A)``. The latter
    says ``A (1 - exp(-c)) > c``, which follows from ``A > 1 + c``. ``None`` for any other expression.

    >>> c, t = Symbol("c", positive=True), Symbol("t", positive=True)
    >>> above_end(t + LambertW(-t * exp(-t))), above_end(-t - LambertW(-t * exp(-t), -1))
    (t - 1, 1 - t)
    >>> above_end(t + LambertW(-t * exp(-t)) - c, lambda one: one == c)
    -1 + t*(1 - exp(-c))/c
    """
    terms = [term for term in Add.make_args(expression) if term.has(LambertW)]
    if len(terms) != 1:
        return None
    factor, function = terms[0].as_coeff_Mul()
    if not isinstance(function, LambertW):
        return None
    branch = function.args[1] if len(function.args) > 1 else 0
    rest = (expression - terms[0]) / factor
    whole = _exponent_of(function.args[0])
    if whole is None or (branch, bool(factor > 0)) not in ((0, True), (-1, False)):
        return None
    beyond = cancel(whole - rest)
    if beyond == 0:
        return rest - 1 if branch == 0 else 1 - rest
    return whole * (1 - exp(-beyond)) / beyond - 1 if branch == 0 and positive(beyond) else None


def _exponent_of(argument: Expr) -> Expr | None:
    """The ``A`` of ``-A exp(-A)``."""
    for node in argument.atoms(exp):
        if cancel(argument / node - node.args[0]) == 0:
            return -node.args[0]
    return None


def _exponential(equation: Expr, unknown: Symbol, domain: Domain) -> list[Root]:
    """``a + b u + c exp(d u) = 0`` as written, or after division by the exponential."""
    exponentials = [node for node in equation.atoms(exp) if unknown in node.free_symbols]
    if len(exponentials) != 1:
        return []
    w = Dummy("w", positive=True)
    plain = equation.subs(exponentials[0], w)
    rate = exponentials[0].args[0].diff(unknown)
    if unknown in rate.free_symbols or not plain.is_polynomial(unknown, w):
        return []
    polynomial = Poly(plain, unknown, w)
    monomials = set(polynomial.monoms())
    coefficient = {monomial: polynomial.coeff_monomial(monomial) for monomial in monomials}
    start = exp(exponentials[0].args[0].subs(unknown, 0))
    if monomials <= {(0, 0), (1, 0), (0, 1)}:
        a, b, c = (coefficient.get(m, 0) for m in ((0, 0), (1, 0), (0, 1)))
        c = c * start
    elif monomials <= {(0, 1), (1, 1), (0, 0)}:
        a, b, c, rate = *(coefficient.get(m, 0) for m in ((0, 1), (1, 1), (0, 0))), -rate
        c = c / start
    else:
        return []
    if b == 0 or c == 0:
        return []
    return list(_branches(equation, unknown, domain, a / b, rate, cancel(rate * c / b) * exp(-rate * a / b)))


def _branches(equation: Expr, unknown: Symbol, domain: Domain, shift: Expr, rate: Expr, inner: Expr) -> Iterator[Root]:
    """``u = -shift - W(inner) / rate``: one root where ``inner > 0``, else one on each branch where it is real."""
    if is_positive(inner, domain):
        yield Root(-shift - LambertW(inner) / rate, "Lambert W", True)
        return
    # Where ``inner`` is zero the equation is linear, its one root the end, or there is none.
    other = _beside_end(equation, unknown, domain, rate) if is_nonnegative(-inner, domain) else None
    if other is not None:
        branch, end = other
        rule = f"Lambert W, branch {branch}; the other branch gives {end}, the end of the space"
        yield Root(-shift - _w(inner, branch) / rate, rule, True)
        return
    for branch in (0, -1):
        yield Root(-shift - LambertW(inner, branch) / rate, f"Lambert W, branch {branch}", False)


def _w(inner: Expr, branch: int) -> Expr:
    return LambertW(inner) if branch == 0 else LambertW(inner, branch)


def _beside_end(equation: Expr, unknown: Symbol, domain: Domain, rate: Expr) -> tuple[int, Expr] | None:
    """The branch of the root that is not an open end of the domain, where the equation vanishes at that end.

    The equation has at most two roots. Of them ``W_0``'s is the larger where ``rate < 0``, else the smaller; a root
    inside the domain is larger than a root at its lower end, and smaller than one at its upper end.
    """
    ends, way = domain.get(unknown), strict_sign(rate, domain)
    if ends is None or not way:
        return None
    for end, closed, larger in ((ends.lo, ends.lo_closed, True), (ends.hi, ends.hi_closed, False)):
        if end.is_finite and not closed and equation.subs(unknown, end).expand() == 0:
            return (0 if (way < 0) == larger else -1), end
    return None


def _logarithmic(equation: Expr, unknown: Symbol, domain: Domain) -> list[Root]:
    """An equation polynomial in ``u`` and one ``v = log(alpha + beta u)``: solved for ``v``, on its own domain."""
    logs = [node for node in equation.atoms(log) if unknown in node.free_symbols]
    if len(logs) != 1 or equation.has(exp):
        return []
    inside = logs[0].args[0]
    slope, v = derivative(inside, unknown), Dummy("v", real=True)
    ends, way = domain.get(unknown), strict_sign(slope, domain)
    if ends is None or unknown in slope.free_symbols or not way:
        return []
    back = (exp(v) - inside.subs(unknown, 0)) / slope
    written = fraction(joined(equation.subs(logs[0], v).subs(unknown, back)))[0].expand()
    places = [(_log_at(inside.subs(unknown, end)), closed) for end, closed in _in_order(ends, way)]
    box = Bounds(places[0][0], places[1][0], places[0][1], places[1][1], False)
    rest = {symbol: bounds for symbol, bounds in domain.items() if symbol != unknown}
    found = _exponential(written, v, rest | {v: box})
    return [Root(back.subs(v, one.value), f"in {logs[0]}: {one.rule}", one.only) for one in found]


def _in_order(ends: Bounds, way: int) -> tuple[tuple[Expr, bool], tuple[Expr, bool]]:
    both = ((ends.lo, ends.lo_closed), (ends.hi, ends.hi_closed))
    return both if way > 0 else (both[1], both[0])


def _log_at(value: Expr) -> Expr:
    return -oo if value == 0 else log(value)
