"""Decides the sign of an expression on a domain by rules alone: numbers only refute, silence means "not proved"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from sympy import (
    Add,
    Dummy,
    Expr,
    S,
    Symbol,
    cos,
    oo,
    pi,
    sin,
)

from ..bounds import Bounds
from .indicator import Indicator
from .refute import Items, signs_seen
from .sign_facts import NOTHING, Fact, fact, structure

Domain = Mapping[Symbol, Bounds]


def is_positive(expression: Expr, domain: Domain) -> bool:
    """Return whether ``expression > 0`` is proved for every value in ``domain``; ``False`` means only "not proved".

    ``domain`` lists symbols so that the ends of each contain only symbols before it.

    >>> from sympy import Interval, log
    >>> from thetahat.proofs.bounds import bounds
    >>> p = Symbol("p", positive=True)
    >>> is_positive(-p * log(1 - p), {p: bounds(Interval.open(0, 1))})
    True
    """
    known = _fact_unless(expression, tuple(domain.items()), -1)
    return known.above and known.nonzero


def is_negative(expression: Expr, domain: Domain) -> bool:
    """Return whether ``expression < 0`` is proved on ``domain``.

    >>> from sympy import exp
    >>> is_negative(-exp(Symbol("a", real=True)), {})
    True
    """
    known = _fact_unless(expression, tuple(domain.items()), 1)
    return known.below and known.nonzero


def is_nonnegative(expression: Expr, domain: Domain) -> bool:
    """Return whether ``expression >= 0`` is proved on ``domain``.

    >>> is_nonnegative(Symbol("a", real=True) ** 2, {})
    True
    """
    return _fact_unless(expression, tuple(domain.items()), -1).above


def is_nonzero(expression: Expr, domain: Domain) -> bool:
    """Return whether ``expression`` is proved to be of one strict sign on ``domain``.

    >>> from sympy import exp
    >>> is_nonzero(-exp(Symbol("a", real=True)), {})
    True
    """
    known = _fact_on(expression, tuple(domain.items()))
    return known.nonzero and (known.above or known.below)


def strict_sign(expression: Expr, domain: Domain) -> int:
    """Return 1 or -1 where that strict sign is proved, else 0.

    >>> from sympy import exp
    >>> strict_sign(-exp(Symbol("a", real=True)), {})
    -1
    """
    return 1 if is_positive(expression, domain) else -1 if is_negative(expression, domain) else 0


def _fact_unless(expression: Expr, domain: Items, refuting: int) -> Fact:
    """What is proved of an expression; nothing where the sign ``refuting`` is seen at some point."""
    return NOTHING if refuting in _refutations(expression, domain) else _fact_on(expression, domain)


def _refutations(expression: Expr, domain: Items) -> frozenset[int]:
    """The signs seen of a sum; other expressions show theirs at once, or through the sums in them."""
    return signs_seen(expression, domain) if expression.has(Add) else frozenset()


@lru_cache(maxsize=20_000)
def _at_once(expression: Expr) -> Fact:
    return structure(expression, 0)


@lru_cache(maxsize=20_000)
def _fact_on(expression: Expr, domain: Items) -> Fact:
    if len(_refutations(expression, domain)) == 2:
        return NOTHING
    known = _at_once(expression)
    if known.nonzero and (known.above or known.below):
        return known
    if waves := [wave for wave in expression.atoms(cos, sin) if wave.args[0].is_real]:
        # A sign that holds for all numbers in their place holds for sines and cosines.
        masks = {wave: _wave(wave) for wave in waves}
        within = ((mask, _range_of(wave, domain)) for wave, mask in masks.items())
        return _fact_on(expression.xreplace(masks), (*domain, *within))
    if cases := expression.atoms(Indicator):
        # No value is put into a condition: between the integers of its set it would hold nowhere.
        masks = {case: _wave(case) for case in cases}
        ends = Bounds(S.Zero, S.One, True, True, False)
        return _fact_on(expression.xreplace(masks), (*domain, *((mask, ends) for mask in masks.values())))
    freed, lost = _free(expression, domain)
    found = fact(freed)
    if found.nonzero and lost:
        # A closed upper end of a two-sided interval is a limit of the substitution, never its value: a strict
        # inequality may become an equality there, unless it is proved there too.
        symbol, end = lost[0]
        rest = tuple((other, _placed(ends, symbol, end)) for other, ends in domain if other != symbol)
        at_end = _fact_on(expression.subs(symbol, end), rest)
        strict = len(lost) == 1 and at_end.nonzero and (at_end.above == found.above or at_end.below == found.below)
        return replace(found, nonzero=strict)
    return found


def _range_of(wave: Expr, domain: Items) -> Bounds:
    """The values of a sine or cosine: above zero where its angle is within the half-turn on which it is."""
    low, high = (S.Zero, pi) if isinstance(wave, sin) else (-pi / 2, pi / 2)
    gaps = (wave.args[0] - low, high - wave.args[0])
    inside = all(known.above and known.nonzero for known in (_fact_on(gap, domain) for gap in gaps))
    return Bounds(S.Zero if inside else S.NegativeOne, S.One, not inside, True, False)


def _placed(ends: Bounds, symbol: Symbol, value: Expr) -> Bounds:
    """The bounds with a value for a symbol in them."""
    if symbol not in ends.free_symbols:
        return ends
    return replace(ends, lo=ends.lo.subs(symbol, value), hi=ends.hi.subs(symbol, value))


def _free(expression: Expr, domain: Items) -> tuple[Expr, list[tuple[Symbol, Expr]]]:
    """Express every bounded symbol through a free positive one; name the closed ends that were lost on the way."""
    lost: list[tuple[Symbol, Expr]] = []
    for symbol, ends in reversed(domain):
        if symbol not in expression.free_symbols:
            continue
        below, above = ends.lo is not -oo, ends.hi is not oo
        if not below and not above:
            continue
        closed = ends.lo_closed if below else ends.hi_closed
        free = _stand_in(symbol, closed, ends.discrete)
        if below and above:
            free = _stand_in(symbol, ends.lo_closed, False)
            replacement = (ends.lo + ends.hi * free) / (1 + free)
            lost += [(symbol, ends.hi)] if ends.hi_closed else []
        else:
            replacement = ends.lo + free if below else ends.hi - free
        if replacement != symbol and (ends.lo != 0 or above or not (symbol.is_positive or closed)):
            expression = expression.subs(symbol, replacement)
    return expression, lost


@lru_cache(maxsize=256)
def _wave(wave: Expr) -> Dummy:
    """A real number, the same for each sine, cosine or indicator."""
    return Dummy(wave.func.__name__, real=True)


@lru_cache(maxsize=2048)
def _stand_in(symbol: Symbol, may_vanish: bool, whole: bool) -> Dummy:
    """One and the same for each symbol and question, so that what SymPy finds out about an expression is kept."""
    return Dummy(symbol.name, integer=whole or None, **{"nonnegative" if may_vanish else "positive": True})
