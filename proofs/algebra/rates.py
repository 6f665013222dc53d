"""What a quotient of sums of exponentials behaves like as they grow: the fastest term above over the fastest below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import lcm

from sympy import Add, Dummy, Expr, Pow, Rational, Symbol, exp, expand_log, fraction, log

from .size import is_joinable, joined

_DIGITS, _MOST_POWER = 40, 24
_EQUAL = Rational(1, 10**30)


@dataclass(frozen=True)
class _Term:
    """A coefficient, and the rate at which the exponentials beside it grow."""

    rate: Expr
    coefficient: Expr


def fastest(expression: Expr, small: Symbol) -> tuple[Expr, int] | None:
    """Return what ``expression`` is a multiple of by an exponential, as ``small`` falls to zero, and the way of that.

    The exponentials are those of numbers over ``small``. The way is 1 where the exponential grows, -1 where it falls,
    0 where there is none. ``None`` where the terms are others, or two rates cannot be told apart.

    >>> from sympy.abc import t, u
    >>> fastest(t - (2 ** (-1 / u) * log(2) + 3 ** (-1 / u) * log(3)) / (1 + 2 ** (-1 / u) + 3 ** (-1 / u)), u)
    (t, 0)
    >>> fastest((exp(2 / u) + 1) / (exp(1 / u) - 1), u), fastest(exp(-1 / u) / u, u)
    ((1, 1), (1/u, -1))
    """
    nodes = [node for node in expression.atoms(Pow, exp) if small in node.exp.free_symbols]
    rates = [(_logarithm(node) * small).expand() for node in nodes]
    if not nodes or not all(rate.is_number and rate.is_real for rate in rates) or not is_joinable(expression):
        return None
    powers, known = _generators(nodes, rates)
    above, below = (_leading(part.expand(), known) for part in fraction(joined(expression.xreplace(powers))))
    if above is None or below is None:
        return None
    difference = _apart(above.rate, below.rate)
    return None if difference is None else ((above.coefficient / below.coefficient).cancel(), difference)


def _logarithm(node: Expr) -> Expr:
    return node.args[0] if isinstance(node, exp) else node.exp * log(node.base)


def _generators(nodes: list[Expr], rates: list[Expr]) -> tuple[dict[Expr, Expr], dict[Symbol, Expr]]:
    """Each exponential as a power of a symbol, of one where all rates are multiples of one; and the rates of these."""
    shares = [(rate / rates[0]).expand() for rate in rates]
    if all(share.is_Rational for share in shares):
        step = lcm(*(int(share.q) for share in shares))
        if all(abs(share * step) <= _MOST_POWER for share in shares):
            one = Dummy(positive=True)
            multiples = {node: one ** (share * step) for node, share in zip(nodes, shares, strict=True)}
            return multiples, {one: rates[0] / step}
    powers: dict[Expr, Expr] = {}
    known: dict[Symbol, Expr] = {}
    for node, rate in zip(nodes, rates, strict=True):
        other = next((symbol for symbol, own in known.items() if (own + rate).expand() == 0), None)
        powers[node] = 1 / other if other is not None else Dummy(positive=True)
        if other is None:
            known[powers[node]] = rate
    return powers, known


def _leading(total: Expr, known: Mapping[Symbol, Expr]) -> _Term | None:
    """The terms of a sum that grow the fastest, taken together; ``None`` where it is not seen which they are."""
    groups: list[_Term] = []
    for term in Add.make_args(total):
        coefficient, rest = term.as_independent(*known)
        powers = rest.as_powers_dict()
        if not all(base in known and power.is_Integer for base, power in powers.items() if base != 1):
            return None
        rate = Add(*(power * known[base] for base, power in powers.items() if base != 1))
        groups.append(_Term(rate, coefficient))
    while groups:
        top = groups[0]
        for one in groups[1:]:
            way = _apart(one.rate, top.rate)
            if way is None:
                return None
            top = one if way > 0 else top
        same = [one for one in groups if _apart(one.rate, top.rate) == 0]
        coefficient = expand_log(Add(*(one.coefficient for one in same)), factor=True).expand()
        if coefficient != 0:
            unclear = coefficient.is_number and abs(coefficient.evalf(_DIGITS)) < _EQUAL
            return None if unclear else _Term(top.rate, coefficient)
        groups = [one for one in groups if one not in same]
    return None


def _apart(first: Expr, second: Expr) -> int | None:
    """Which of two rates is larger; ``None`` where they agree in all digits, and no rule of logarithms tells why."""
    difference = expand_log(first - second, factor=True).expand()
    if difference == 0:
        return 0
    value = difference.evalf(_DIGITS)
    return None if abs(value) < _EQUAL else 1 if value > 0 else -1
