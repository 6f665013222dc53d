"""The second derivative of a function of one variable, written so that signs are seen: in few exponentials or waves."""

from __future__ import annotations

from math import lcm

from sympy import Expr, Pow, Symbol, cos, cosh, exp, log, oo, sin, sinh, tanh

from ..bounds import Bounds
from .derivatives import derivative
from .tidying import tidy

_MOST_POWER = 12


def second_derivative(value: Expr, z: Symbol, lo: Expr = -oo, hi: Expr = oo) -> tuple[Expr, dict[Symbol, Bounds]]:
    """Return the second derivative on an open interval, with where its variable lies.

    Where that is possible the variable is an exponential, in which the derivative is rational.

    >>> from sympy import pi
    >>> z = Symbol("z", real=True)
    >>> second_derivative(log(1 + cos(z)), z, -pi, pi)[0]
    -1/(2*cos(z/2)**2)
    """
    second = _without_sines(derivative(_exponentials(_halved(value)), z, z).expand(power_exp=True))
    rates = [derivative(node.args[0], z) for node in second.atoms(exp) if z in node.free_symbols]
    step = _step(rates)
    if step is not None:
        w = Symbol("_w", positive=True)
        rational = second.replace(
            lambda e: isinstance(e, exp) and z in e.free_symbols,
            lambda e: exp(e.args[0].subs(z, 0)) * w ** (derivative(e.args[0], z) / step),
        )
        if z not in rational.free_symbols:
            ends = sorted((exp(step * lo), exp(step * hi)), key=lambda e: (e is oo, e))
            return tidy(rational, {}), {w: Bounds(ends[0], ends[1], False, False, False)}
    return second, {z: Bounds(lo, hi, False, False, False)}


def _step(rates: list[Expr]) -> Expr | None:
    """The rate of which all are small whole multiples; a parameter fixed at a decimal may make them huge."""
    if not rates or not all(rate.is_number and (rate / rates[0]).is_Rational for rate in rates):
        return None
    step = rates[0] / lcm(*(int((rate / rates[0]).q) for rate in rates))
    return step if all(abs(rate / step) <= _MOST_POWER for rate in rates) else None


def _halved(expression: Expr) -> Expr:
    """One plus a cosine as twice the square of one of half the angle: derivatives of its logarithm are powers then."""
    return expression.replace(
        lambda e: isinstance(e, log) and isinstance(e.args[0] - 1, cos),
        lambda e: log(2) + 2 * log(cos((e.args[0] - 1).args[0] / 2)),
    )


def _without_sines(second: Expr) -> Expr:
    """Squares of sines by those of cosines, where all that is left is one cosine: two waves bound each other."""
    flat = second.replace(
        lambda e: isinstance(e, Pow) and isinstance(e.base, sin) and e.exp == 2, lambda e: 1 - cos(e.base.args[0]) ** 2
    )
    return second if flat == second or flat.has(sin) else tidy(flat.expand(), {})


def _exponentials(expression: Expr) -> Expr:
    """Hyperbolic functions by exponentials."""
    for function in (cosh, sinh, tanh):
        expression = expression.replace(function, lambda u, f=function: f(u).rewrite(exp))
    return expression
