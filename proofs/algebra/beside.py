"""What a log-density looks like close to an end of its support: its logarithms apart, and what outweighs them."""

from __future__ import annotations

from sympy import Abs, Expr, S, Symbol, cos, log, sin

from ..bounds import Bounds
from .logs import split_logs
from .signs import Domain, is_negative
from .size import factored

REACH = S.Half
"""How far from the end what is left has to stay bounded; any distance would do."""


def density_beside(density: Expr, observation: Symbol, place: Expr, u: Symbol, domain: Domain) -> Expr:
    """Return the log-density at a place that ``u`` is in, its logarithms those of factors.

    >>> from sympy.abc import x
    >>> u = Symbol("u", positive=True)
    >>> density_beside(log(1 - x**2), x, 1 - u, u, {})
    log(u) + log(2 - u)
    """
    shown = density.subs(observation, place).replace(
        lambda node: isinstance(node, (Abs, cos, sin, log)) and u in node.free_symbols,
        lambda node: node.func(factored(node.args[0])),
    )
    apart = split_logs(shown, {**domain, u: Bounds(S.Zero, REACH, False, True, False)})
    return apart.expand(log=False, power_exp=False)


def outweighs(term: Expr, u: Symbol, domain: Domain) -> bool:
    """Return whether a term falls to minus infinity at zero faster than any multiple of ``log(u)`` rises.

    >>> b, u = Symbol("b", positive=True), Symbol("u", positive=True)
    >>> outweighs(-b / u, u, {}), outweighs(-b * log(u) ** 2, u, {}), outweighs(b / u, u, {}), outweighs(-u, u, {})
    (True, True, False, False)
    """
    coefficient, rest = term.as_independent(u)
    base, exponent = rest.as_base_exp()
    fast = base == u and is_negative(exponent, domain)
    return (fast or (base == log(u) and exponent.is_even is True)) and is_negative(coefficient, domain)
