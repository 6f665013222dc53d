"""Refutes a claimed sign by enclosures at a few points, so that no proof is looked for where there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from math import ceil, floor
from random import Random

from flint import arb, fmpq
from sympy import Add, E, EulerGamma, Expr, Mul, Pow, Symbol, oo, pi

from ..ball_functions import FUNCTIONS
from ..bounds import Bounds
from .atoms import Centred, Mean, Order

Items = tuple[tuple[Symbol, Bounds], ...]

_POINTS = 6
_RUN = 12
_CONSTANTS = {pi: arb.pi, E: arb.const_e, EulerGamma: arb.const_euler}
# Their first argument has to be a whole number.
_ORDERED = {"polygamma", "ZetaDerivative"}


def enclosure(expression: Expr, known: Mapping[Expr, arb]) -> arb | None:
    """Return a ball around the value of ``expression``, ``None`` where no rule knows one of its parts.

    ``known`` gives the values of symbols and of data atoms. The expression is walked, not compiled: for the few points
    of a refutation, compiling costs more than it gains.

    >>> from sympy.abc import a
    >>> enclosure(a**2 - 1, {a: arb(3)}).contains(8)
    True
    """
    value = known.get(expression)
    if value is not None:
        return value
    if expression.is_Rational:
        return arb(fmpq(int(expression.p), int(expression.q)))
    if expression in _CONSTANTS:
        return _CONSTANTS[expression]()
    name = type(expression).__name__
    if not isinstance(expression, (Add, Mul, Pow)) and name not in FUNCTIONS:
        return None
    if name in _ORDERED and not expression.args[0].is_Integer:
        return None
    parts = []
    for arg in expression.args:
        part = enclosure(arg, known)
        if part is None:
            return None
        parts.append(part)
    return _combined(expression, parts)


def _combined(expression: Expr, parts: list[arb]) -> arb:
    value = parts[0]
    if isinstance(expression, Add):
        for part in parts[1:]:
            value = value + part
    elif isinstance(expression, Mul):
        for part in parts[1:]:
            value = value * part
    elif isinstance(expression, Pow):
        if not expression.exp.is_Integer:
            return value ** parts[1]
        whole = int(expression.exp)
        return value**whole if whole >= 0 else 1 / value ** (-whole)
    else:
        return FUNCTIONS[type(expression).__name__](*parts)
    return value


@lru_cache(maxsize=8192)
def signs_seen(expression: Expr, domain: Items) -> frozenset[int]:
    """Return strict signs that ``expression`` certainly takes on ``domain``: each refutes that of the other everywhere.

    Symbols and data atoms outside ``domain`` take any values that their assumptions allow, for no rule of
    ``signs.py`` knows more of them.

    >>> from sympy.abc import a
    >>> sorted(signs_seen(a, ((a, Bounds(-oo, oo, False, False, False)),)))
    [-1, 1]
    """
    seen: set[int] = set()
    for point in _points(_unknowns(expression), domain):
        value = enclosure(expression, point)
        if value is None:
            break
        if value.is_finite():
            seen |= {1} if value > 0 else {-1} if value < 0 else set()
        if len(seen) == 2:
            break
    return frozenset(seen)


def _unknowns(expression: Expr) -> list[Expr]:
    """The symbols and data atoms of an expression in a fixed order; symbols under a bar are bound there."""
    found: dict[Expr, None] = {}

    def walk(node: Expr) -> None:
        if node.is_Symbol or isinstance(node, (Mean, Order, Centred)):
            found[node] = None
            return
        for arg in node.args:
            walk(arg)

    walk(expression)
    return sorted(found, key=lambda node: node.sort_key())


def _points(unknowns: list[Expr], domain: Items) -> Iterator[dict[Expr, arb]]:
    """Reproducible points, drawn in the order of the domain, in which the ends of each use only symbols before it."""
    inside = {symbol for symbol, _ in domain}
    rng = Random("signs")
    for _ in range(_POINTS):
        point: dict[Expr, arb] = {}
        for symbol, ends in domain:
            drawn = _drawn(ends, point, rng)
            if drawn is not None:
                point[symbol] = drawn
        for unknown in unknowns:
            if unknown not in inside:
                point[unknown] = _allowed(unknown, rng)
        if all(unknown in point and _fits(unknown, point[unknown]) for unknown in unknowns):
            yield point


def _drawn(ends: Bounds, point: dict[Expr, arb], rng: Random) -> arb | None:
    """A value between the ends at a point; ``None`` where an end is not known there, or no value was found."""
    lo = None if ends.lo is -oo else enclosure(ends.lo, point)
    hi = None if ends.hi is oo else enclosure(ends.hi, point)
    if (lo is None) != (ends.lo is -oo) or (hi is None) != (ends.hi is oo):
        return None
    if ends.discrete:
        return _whole(lo, hi, rng)
    share = arb(rng.uniform(0.02, 0.98))
    if lo is not None and hi is not None:
        return lo + (hi - lo) * share
    step = share / (1 - share)
    return lo + step if lo is not None else hi - step if hi is not None else arb(rng.gauss(0, 2))


def _whole(lo: arb | None, hi: arb | None, rng: Random) -> arb | None:
    if not all(end is None or end.is_finite() for end in (lo, hi)):
        return None
    first = ceil(float(lo.mid())) if lo is not None else None
    last = floor(float(hi.mid())) if hi is not None else None
    if first is None:
        first = -_RUN if last is None else last - _RUN
    last = first + 2 * _RUN if last is None else last
    return arb(rng.randint(first, last)) if first <= last else None


def _allowed(unknown: Expr, rng: Random) -> arb:
    """A value that the assumptions of a symbol or of a data atom allow."""
    size = rng.randint(1, _RUN) if unknown.is_integer else rng.expovariate(0.5)
    negative = unknown.is_nonpositive or not (unknown.is_nonnegative or rng.random() < 0.5)
    return arb(-size if negative else size)


def _fits(unknown: Expr, value: arb) -> bool:
    """Whether a value keeps the assumptions of what it stands for: a domain may say less than they do."""
    if (unknown.is_nonnegative and not value >= 0) or (unknown.is_nonpositive and not value <= 0):
        return False
    if unknown.is_nonzero and value.contains(0):
        return False
    return not unknown.is_integer or value.unique_fmpz() is not None
