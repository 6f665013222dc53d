"""A log-density in the functions that the engine knows: others that a declaration may use, written in those."""

from __future__ import annotations

from collections.abc import Callable

from sympy import (
    Abs,
    Add,
    Expr,
    FallingFactorial,
    Heaviside,
    Max,
    Min,
    Mul,
    Product,
    RisingFactorial,
    S,
    Sum,
    Symbol,
    beta,
    catalan,
    cosh,
    csch,
    exp,
    gamma,
    pi,
    sech,
    sign,
    sinh,
    sqrt,
    tanh,
)

from ..bounds import Bounds
from .kernels import with_derivatives
from .placed_cases import with_places
from .plain_cases import plain_cases
from .signs import Domain

_MOST_TERMS = 200


def plain_form(expression: Expr, x: Symbol, ends: Bounds, domain: Domain | None = None) -> Expr:
    """Return the same function of the observation ``x`` on its support, in functions that the engine knows.

    ``domain`` says where parameters lie, on which it may depend how conditions are solved for the observation.

    >>> from sympy import Interval, oo
    >>> from thetahat.proofs.bounds import bounds
    >>> x, m = Symbol("x", real=True), Symbol("m", real=True)
    >>> plain_form(Min(m - x, x - m), x, bounds(Interval(-oo, oo)))
    -Abs(m - x)
    """
    plain = plain_cases(with_derivatives(_with_moduli(_renamed(expression), x)), x, ends)
    return with_places(plain, x, domain or {})


def _renamed(node: Expr) -> Expr:
    """The node with every function replaced by its definition, the innermost first."""
    if not node.args:
        return node
    if isinstance(node, (Sum, Product)):
        return _written_out(node)
    if not node.has(*_WRITTEN):
        return node
    inner = node.func(*map(_renamed, node.args))
    definition = _DEFINITIONS.get(type(inner))
    return inner if definition is None else definition(inner)


def _written_out(node: Expr) -> Expr:
    """A sum or product of a few terms, as these."""
    counts = [high - low for _, low, high in node.limits]
    few = all(count.is_Integer and count < _MOST_TERMS for count in counts)
    return _renamed(node.doit()) if few and len(counts) == 1 else node


def _step(node: Expr) -> Expr:
    """Heaviside's function, which is a half at zero unless it says otherwise."""
    place, value = node.args
    return (1 + sign(place)) / 2 + (value - S.Half) * (1 - sign(place) ** 2)


def _extreme(node: Expr) -> Expr:
    """The larger or smaller of a number and its negative, or of two exponentials."""
    if len(node.args) == 2:
        first, second = node.args
        if (first + second).expand() == 0:
            return Abs(first) if isinstance(node, Max) else -Abs(first)
        if isinstance(first, exp) and isinstance(second, exp):
            return exp(_extreme(node.func(first.args[0], second.args[0])))
    return node


def _with_moduli(node: Expr, x: Symbol) -> Expr:
    """A sum with the larger or smaller of two numbers by their mean and the modulus of a difference linear in ``x``."""
    if isinstance(node, (Add, Mul)) and node.has(Max, Min):
        return node.func(*(_with_moduli(arg, x) for arg in node.args))
    if isinstance(node, (Max, Min)) and len(node.args) == 2:
        first, second = node.args
        slope = (first - second).expand().coeff(x, 1)
        if slope != 0 and x not in (first - second - slope * x).expand().free_symbols | slope.free_symbols:
            return (first + second) / 2 + (1 if isinstance(node, Max) else -1) * Abs(first - second) / 2
    return node


def _without_sign(node: Expr) -> Expr:
    """A number times its sign as its modulus, also where the sign stands in a sum that the number multiplies."""
    for place in node.atoms(sign):
        beside = next((part for part in node.args if part in (place.args[0], -place.args[0])), None)
        if beside is None:
            continue
        rest, way = node / beside, 1 if beside == place.args[0] else -1
        terms = list(Add.make_args(rest.expand())) if rest.has(sign) else []
        modulus = way * Abs(beside)
        return Add(*(_times(beside, modulus, place, term) for term in terms))
    return node


def _times(number: Expr, modulus: Expr, place: Expr, term: Expr) -> Expr:
    """A number times a term with a power of its sign: an even power is one beside it, an odd one makes the modulus."""
    for part in Mul.make_args(term):
        base, power = part.as_base_exp()
        if base == place and power.is_Integer and power.is_positive:
            return term / part * (number if power.is_even else modulus)
    return term * number


def _with_exponentials(node: Expr) -> Expr:
    """``1 + tanh(u)`` by one exponential, and ``1 - tanh(u)**2`` by a hyperbolic cosine."""
    for term in node.args:
        coefficient, part = term.as_coeff_Mul()
        base, power = part.as_base_exp()
        if isinstance(base, tanh) and power == 2 and -coefficient in node.args:
            return node - term + coefficient - coefficient / cosh(base.args[0]) ** 2
        if isinstance(base, tanh) and power == 1 and abs(coefficient) in node.args:
            size, way = abs(coefficient), sign(coefficient)
            return node - term - size + 2 * size / (1 + exp(-2 * way * base.args[0]))
    return node


_DEFINITIONS: dict[type, Callable[[Expr], Expr]] = {
    Add: _with_exponentials,
    Heaviside: _step,
    Max: _extreme,
    Min: _extreme,
    Mul: _without_sign,
    sech: lambda node: 1 / cosh(node.args[0]),
    csch: lambda node: 1 / sinh(node.args[0]),
    catalan: lambda node: 4 ** node.args[0] * gamma(node.args[0] + S.Half) / (sqrt(pi) * gamma(node.args[0] + 2)),
    beta: lambda node: gamma(node.args[0]) * gamma(node.args[1]) / gamma(node.args[0] + node.args[1]),
    FallingFactorial: lambda node: gamma(node.args[0] + 1) / gamma(node.args[0] - node.args[1] + 1),
    RisingFactorial: lambda node: gamma(node.args[0] + node.args[1]) / gamma(node.args[0]),
}
# Sums and products need no look unless one of these stands in them.
_WRITTEN = (beta, Heaviside, Max, Min, sech, csch, catalan, FallingFactorial, RisingFactorial, Sum, Product, sign, tanh)
