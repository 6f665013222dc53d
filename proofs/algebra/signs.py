"""Decides the sign of an expression on a domain by rules alone: numbers only refute, silence means "not proved"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from sympy import (
    Add,
    Dummy,
    Expr,
    Max,
    Min,
    Mul,
    Pow,
    S,
    Symbol,
    atan2,
    cosh,
    exp,
    expand,
    fraction,
    log,
    oo,
    pi,
    tanh,
)

from ..bounds import Bounds
from .refute import Items, signs_seen
from .size import factored, joined, operations

Domain = Mapping[Symbol, Bounds]


def is_positive(expression: Expr, domain: Domain) -> bool:
    """Return whether ``expression > 0`` is proved for every value in ``domain``; ``False`` means only "not proved".

    ``domain`` lists symbols so that the ends of each contain only symbols before it.

    >>> from sympy import Interval
    >>> from thetahat.proofs.bounds import bounds
    >>> p = Symbol("p", positive=True)
    >>> is_positive(-p * log(1 - p), {p: bounds(Interval.open(0, 1))})
    True
    """
    fact = _fact_unless(expression, tuple(domain.items()), -1)
    return fact.above and fact.nonzero


def is_negative(expression: Expr, domain: Domain) -> bool:
    """Return whether ``expression < 0`` is proved on ``domain``.

    >>> is_negative(-exp(Symbol("a", real=True)), {})
    True
    """
    fact = _fact_unless(expression, tuple(domain.items()), 1)
    return fact.below and fact.nonzero


def is_nonnegative(expression: Expr, domain: Domain) -> bool:
    """Return whether ``expression >= 0`` is proved on ``domain``.

    >>> is_nonnegative(Symbol("a", real=True) ** 2, {})
    True
    """
    return _fact_unless(expression, tuple(domain.items()), -1).above


def is_nonzero(expression: Expr, domain: Domain) -> bool:
    """Return whether ``expression`` is proved to be of one strict sign on ``domain``.

    >>> is_nonzero(-exp(Symbol("a", real=True)), {})
    True
    """
    fact = _fact_on(expression, tuple(domain.items()))
    return fact.nonzero and (fact.above or fact.below)


def strict_sign(expression: Expr, domain: Domain) -> int:
    """Return 1 or -1 where that strict sign is proved, else 0.

    >>> strict_sign(-exp(Symbol("a", real=True)), {})
    -1
    """
    return 1 if is_positive(expression, domain) else -1 if is_negative(expression, domain) else 0


def _fact_unless(expression: Expr, domain: Items, refuting: int) -> _Fact:
    """What is proved of an expression; nothing where the sign ``refuting`` is seen at some point."""
    return _NOTHING if refuting in _refutations(expression, domain) else _fact_on(expression, domain)


def _refutations(expression: Expr, domain: Items) -> frozenset[int]:
    """The signs seen of a sum; other expressions show theirs at once, or through the sums in them."""
    return signs_seen(expression, domain) if expression.has(Add) else frozenset()


@lru_cache(maxsize=20_000)
def _at_once(expression: Expr) -> _Fact:
    return _structure(expression, 0)


@lru_cache(maxsize=20_000)
def _fact_on(expression: Expr, domain: Items) -> _Fact:
    if len(_refutations(expression, domain)) == 2:
        return _NOTHING
    known = _at_once(expression)
    if known.nonzero and (known.above or known.below):
        return known
    freed, lost = _free(expression, domain)
    found = _fact(freed)
    if found.nonzero and lost:
        # A closed upper end of a two-sided interval is a limit of the substitution, never its value: a strict
        # inequality may become an equality there, unless it is proved there too.
        symbol, end = lost[0]
        rest = tuple((other, _placed(ends, symbol, end)) for other, ends in domain if other != symbol)
        at_end = _fact_on(expression.subs(symbol, end), rest)
        strict = len(lost) == 1 and at_end.nonzero and (at_end.above == found.above or at_end.below == found.below)
        return replace(found, nonzero=strict)
    return found


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


@lru_cache(maxsize=2048)
def _stand_in(symbol: Symbol, may_vanish: bool, whole: bool) -> Dummy:
    """One and the same for each symbol and question, so that what SymPy finds out about an expression is kept."""
    return Dummy(symbol.name, integer=whole or None, **{"nonnegative" if may_vanish else "positive": True})


@dataclass(frozen=True)
class _Fact:
    """What is proved of one number: at least zero, at most zero, not zero."""

    above: bool = False
    below: bool = False
    nonzero: bool = False

    def negated(self) -> _Fact:
        return _Fact(self.below, self.above, self.nonzero)


_NOTHING = _Fact()
_DEPTH = 3
_MOST_NESTED, _MOST_OPERATIONS = 60, 500


def _fact(expression: Expr, depth: int = _DEPTH) -> _Fact:
    """Try the expression as written, then as one factored fraction, then spread out."""
    if isinstance(expression, Add) and len(signs_seen(expression, ())) == 2:
        return _NOTHING
    best = _structure(expression, depth)
    for rewrite in (_spread_fraction, _factored_fraction, _spread):
        if (best.nonzero and (best.above or best.below)) or depth == 0 or operations(expression) > _MOST_OPERATIONS:
            break
        again = rewrite(expression)
        found = _structure(again, depth - 1) if again != expression else _NOTHING
        if found.above or found.below:
            best = found if found.nonzero or not (best.above or best.below) else best
    return best


def _spread_fraction(expression: Expr) -> Expr:
    """Bring to one fraction with a spread-out numerator."""
    top, bottom = fraction(joined(expression))
    return top.expand(log=False) / bottom


def _factored_fraction(expression: Expr) -> Expr:
    """Bring to one fraction with a factored numerator, and denominator where that is small."""
    top, bottom = fraction(joined(expression))
    return factored(top) / factored(bottom)


def _spread(expression: Expr) -> Expr:
    """Multiply out, but for long quotients with denominators in denominators, which take SymPy minutes."""
    below = [node.base for node in expression.atoms(Pow) if node.base.is_Add and node.exp.is_negative]
    nested = any(inner.base.is_Add and inner.exp.is_negative for base in below for inner in base.atoms(Pow))
    return expression if nested and operations(expression) > _MOST_NESTED else expand(expression)


def _structure(expression: Expr, depth: int) -> _Fact:
    if expression.is_positive:
        return _Fact(above=True, nonzero=True)
    if expression.is_negative:
        return _Fact(below=True, nonzero=True)
    known = _Fact(bool(expression.is_nonnegative), bool(expression.is_nonpositive), bool(expression.is_nonzero))
    if known.above or known.below:
        return known
    if isinstance(expression, Mul):
        return _product(expression, depth)
    if isinstance(expression, Add):
        return _sum(expression, depth)
    if isinstance(expression, log) and depth:
        return _fact(expression.args[0] - 1, depth - 1)
    if isinstance(expression, Pow) and expression.exp.is_real:
        return _power(expression, depth)
    return known


def _power(power: Pow, depth: int) -> _Fact:
    base = _structure(power.base, depth)
    if not (base.above or base.below) and isinstance(power.base, Add) and depth:
        base = _fact(power.base, depth - 1)
    if base.above and (base.nonzero or power.exp.is_positive):
        return _Fact(above=True, nonzero=base.nonzero)
    if power.exp.is_Integer and power.exp.is_odd and base.below and base.nonzero:
        return base
    return _NOTHING


def _product(product: Mul, depth: int) -> _Fact:
    total = _Fact(above=True, nonzero=True)
    for part in product.args:
        one = _fact(part, depth - 1) if isinstance(part, Add) and depth else _structure(part, depth)
        if not (one.above or one.below):
            return _NOTHING
        total = total if one.above else total.negated()
        total = _Fact(total.above, total.below, total.nonzero and one.nonzero)
    return total


def _sum(total: Add, depth: int) -> _Fact:
    """All terms of one sign; or one of the elementary inequalities about exp, tanh, cosh and the angle."""
    facts = [_structure(term, depth) for term in total.args]
    if all(fact.above for fact in facts):
        return _Fact(above=True, nonzero=any(fact.nonzero for fact in facts))
    if all(fact.below for fact in facts):
        return _Fact(below=True, nonzero=any(fact.nonzero for fact in facts))
    if depth:
        for rule in (_log_sum, _root_against_rest, _extreme_against_rest):
            found = rule(total, depth)
            if found.above or found.below:
                return found
    constant, rest = total.as_coeff_Add()
    if depth and constant in (1, -1):
        # exp(u) - 1 has the sign of u.
        exponent = _exponent_of(constant * -rest)
        if exponent is not None:
            found = _fact(exponent, depth - 1)
            return found if constant == -1 else found.negated()
    if constant in (1, -1):
        square = -constant * rest
        if isinstance(square, Pow) and isinstance(square.base, tanh) and square.exp == 2:
            found = _Fact(above=True, nonzero=True)
            return found if constant == 1 else found.negated()
    if constant == -1 and isinstance(rest, cosh) and rest.args[0].is_real:
        return _Fact(above=True)
    if len(total.args) == 2 and pi in total.args:
        angle = total - pi
        if isinstance(angle, atan2):
            return _Fact(above=True, nonzero=True)
        if isinstance(-angle, atan2):
            return _Fact(above=True)
    return _NOTHING


def _exponent_of(power: Expr) -> Expr | None:
    """The exponent of an exponential, or of a power of a positive number that is no root or whole power of it."""
    if isinstance(power, exp):
        return power.args[0]
    if isinstance(power, Pow) and power.exp.free_symbols and power.base.is_positive and power.exp.is_real:
        return power.exp * log(power.base)
    return None


def _log_sum(total: Add, depth: int) -> _Fact:
    """``c log(a) + c log(b) - c log(d)`` has the sign of ``c (a b - d)``, for positive ``a``, ``b``, ``d``."""
    parts = [term.as_coeff_Mul() for term in total.args]
    size = abs(parts[0][0])
    if not all(isinstance(one, log) and abs(number) == size for number, one in parts):
        return _NOTHING
    over = Mul(*(one.args[0] for number, one in parts if number > 0))
    under = Mul(*(one.args[0] for number, one in parts if number < 0))
    # The logarithms are real, so that every argument is positive.
    return _fact(over - under, depth - 1)


def _root_against_rest(total: Add, depth: int) -> _Fact:
    """``u + c sqrt(R)``: of the sign of ``c`` where ``c^2 R - u^2`` is not negative, else of the sign of ``u``."""
    roots = [term for term in total.args if any(_is_root(part) for part in Mul.make_args(term))]
    if len(roots) != 1:
        return _NOTHING
    root = Mul(*(part for part in Mul.make_args(roots[0]) if _is_root(part)))
    outside = _structure(roots[0] / root, depth - 1)
    gap = _fact((roots[0] ** 2 - (total - roots[0]) ** 2).expand(), depth - 1)
    if gap.above and outside.above:
        return _Fact(above=True, nonzero=gap.nonzero)
    if gap.above and outside.below:
        return _Fact(below=True, nonzero=gap.nonzero)
    if gap.below:
        rest = _structure(total - roots[0], depth - 1)
        return replace(rest, nonzero=rest.nonzero and gap.nonzero)
    return _NOTHING


def _extreme_against_rest(total: Add, depth: int) -> _Fact:
    """``u + Max(a, b)`` is at least ``u + a``; ``u + Min(a, b)`` is of a sign where both sums are."""
    terms = [term for term in total.args if isinstance(term.as_coeff_Mul()[1], (Max, Min))]
    if len(terms) != 1:
        return _NOTHING
    number, extreme = terms[0].as_coeff_Mul()
    facts = [_fact(total - terms[0] + number * one, depth - 1) for one in extreme.args]
    largest = isinstance(extreme, Max) == bool(number > 0)
    if largest:
        above = [fact for fact in facts if fact.above]
        if above:
            return _Fact(above=True, nonzero=any(fact.nonzero for fact in above))
        return _Fact(below=True, nonzero=all(f.nonzero for f in facts)) if all(f.below for f in facts) else _NOTHING
    below = [fact for fact in facts if fact.below]
    if below:
        return _Fact(below=True, nonzero=any(fact.nonzero for fact in below))
    return _Fact(above=True, nonzero=all(f.nonzero for f in facts)) if all(f.above for f in facts) else _NOTHING


def _is_root(part: Expr) -> bool:
    return isinstance(part, Pow) and part.exp == S.Half and bool(part.is_extended_real)
