"""A log-density along a path on which a distance ``u`` tends to zero: multiples of ``L = -log(u)`` and ``log(L)``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Add, Dummy, Expr, Integer, Piecewise, Pow, Rational, S, Symbol, exp, log

from ..bounds import Bounds
from .logs import split_logs
from .regions import is_continuous
from .signs import Domain, is_positive
from .size import joined
from .stand_in import StandIn

U, LARGE = StandIn("u", positive=True), StandIn("L", positive=True)
"""The distance, and minus its logarithm."""
APART = StandIn("d", positive=True)
"""How far another observation is from the one that the path leads to."""
_V = Symbol("_v", positive=True)
_NEAR = Rational(1, 2)
"""How large ``u`` is at most; ``1/L`` is below two then."""


@dataclass(frozen=True)
class Along:
    """``rate * L + slow * log(L) + rest``, with a rest that stays bounded as ``u`` tends to zero."""

    rate: Expr
    slow: Expr
    rest: Expr

    @property
    def whole(self) -> Expr:
        """The sum."""
        return self.rate * LARGE + self.slow * log(LARGE) + self.rest


def near_and_far(
    density: Expr, observation: Symbol, parameter: Symbol, level: int, path: Mapping[Symbol, Expr], domain: Domain
) -> tuple[Along, tuple[Along, ...]] | None:
    """Return the log-density at the observation that the path leads to, and below what it is at others, on each side.

    ``parameter`` is ``u`` below the smallest observation (``level`` 0), as far above the largest one (1), or at any
    observation (-1); the others follow ``path``. ``None`` where it has another form.

    >>> x, m, s = Symbol("x", real=True), Symbol("m", real=True), Symbol("s", positive=True)
    >>> normal = -log(s) - (x - m) ** 2 / (2 * s**2)
    >>> mixture = log(exp(normal) / 2 + exp(-(x**2)) / 2)
    >>> near, far = near_and_far(mixture, x, m, -1, {s: U}, {})
    >>> near.rate, [other.rate for other in far]
    (1, [0, 0])
    """
    place = first_place(observation)
    moved = density.subs(path).subs(parameter, place + {0: -U, 1: U, -1: S.Zero}[level])
    known = {**domain, U: Bounds(S.Zero, _NEAR, False, True, False)}
    near = _along(moved.subs(observation, place), known)
    sides = {0: (1,), 1: (-1,), -1: (1, -1)}[level]
    far = [_along(_floor(moved.subs(observation, place + side * APART), known), known) for side in sides]
    if near is None or None in far:
        return None
    return near, tuple(one for one in far if one is not None)


def first_place(observation: Symbol) -> Symbol:
    """Return what stands for the observation that a path leads to.

    >>> first_place(Symbol("x", positive=True)).is_positive
    True
    """
    sign = "positive" if observation.is_positive else "real"
    return StandIn(f"{observation.name}_1", **{sign: True})


def _along(expression: Expr, domain: Domain) -> Along | None:
    if expression.has(Piecewise):
        return None
    expression = expression.replace(
        lambda e: isinstance(e, log) and U in e.free_symbols and isinstance(e.args[0], Add),
        lambda e: log(joined(e.args[0])),
    )
    expression = expression.replace(
        lambda e: isinstance(e, Pow) and U in e.base.free_symbols and not e.exp.is_Integer,
        lambda e: exp(e.exp * split_logs(log(e.base), domain)),
    )
    expression = split_logs(expression, domain).xreplace({log(U): -LARGE})
    expression = expression.replace(lambda e: isinstance(e, exp), lambda e: exp(e.args[0].expand()))
    rate, slow, rest = S.Zero, S.Zero, S.Zero
    for term in Add.make_args(expression.expand(log=False, power_exp=False)):
        if not (term / LARGE).free_symbols & {U, LARGE}:
            rate += term / LARGE
        elif not (term / log(LARGE)).free_symbols & {U, LARGE}:
            slow += term / log(LARGE)
        else:
            rest += term
    return Along(rate, slow, rest) if _is_bounded(rest, domain) else None


def _is_bounded(rest: Expr, domain: Domain) -> bool:
    """Whether it is continuous in ``u`` and ``1/L`` on a closed box, to a corner of which the path leads."""
    small, slow = Dummy("u", real=True), Dummy("v", real=True)
    box = {small: Bounds(S.Zero, _NEAR, True, True, False), slow: Bounds(S.Zero, Integer(2), True, True, False)}
    placed = rest.subs(LARGE, 1 / _V).expand(log=False, power_exp=False).xreplace({U: small, _V: slow})
    return is_continuous(placed, (small, slow), {**domain, **box})


def _floor(expression: Expr, domain: Domain) -> Expr:
    """Logarithms of sums without those positive summands that have no limit as they stand."""
    terms = []
    for term in Add.make_args(expression):
        coefficient, node = term.as_coeff_Mul()
        if isinstance(node, log) and isinstance(node.args[0], Add) and coefficient.is_positive:
            kept = [one for one in node.args[0].args if _is_bounded(one, domain)]
            left_out = [one for one in node.args[0].args if one not in kept]
            if kept and all(is_positive(one, domain) for one in left_out):
                term = coefficient * log(Add(*kept))
        terms.append(term)
    return Add(*terms)
