"""What the structure of an expression proves of its sign, for symbols that say themselves what they are."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sympy import (
    Add,
    Expr,
    Max,
    Min,
    Mul,
    Pow,
    S,
    atan2,
    cosh,
    exp,
    expand,
    fraction,
    log,
    pi,
    tanh,
)

from .refute import signs_seen
from .size import factored, has_nested_quotients, is_spreadable, joined, operations


@dataclass(frozen=True)
class Fact:
    """What is proved of one number: at least zero, at most zero, not zero."""

    above: bool = False
    below: bool = False
    nonzero: bool = False

    def negated(self) -> Fact:
        """Return the same of minus the number."""
        return Fact(self.below, self.above, self.nonzero)


NOTHING = Fact()
_DEPTH = 3
_MOST_NESTED, _MOST_OPERATIONS = 60, 500


def fact(expression: Expr, depth: int = _DEPTH) -> Fact:
    """Return what is proved of the expression as written, then as one fraction, spread out or factored.

    >>> from sympy import Symbol
    >>> a = Symbol("a", positive=True)
    >>> fact(a**2 - 2 * a + 1)
    Fact(above=True, below=False, nonzero=False)
    """
    if isinstance(expression, Add) and len(signs_seen(expression, ())) == 2:
        return NOTHING
    best = structure(expression, depth)
    for rewrite in (_spread_fraction, _factored_fraction, _spread):
        if (best.nonzero and (best.above or best.below)) or depth == 0 or operations(expression) > _MOST_OPERATIONS:
            break
        again = rewrite(expression)
        found = structure(again, depth - 1) if again != expression else NOTHING
        if found.above or found.below:
            best = found if found.nonzero or not (best.above or best.below) else best
    return best


def _spread_fraction(expression: Expr) -> Expr:
    """Bring to one fraction with a spread-out numerator."""
    top, bottom = fraction(joined(expression))
    return top.expand(log=False) / bottom if is_spreadable(top) else expression


def _factored_fraction(expression: Expr) -> Expr:
    """Bring to one fraction with a factored numerator, and denominator where that is small."""
    top, bottom = fraction(joined(expression))
    return factored(top) / factored(bottom)


def _spread(expression: Expr) -> Expr:
    """Multiply out, but for long quotients with denominators in denominators."""
    long = operations(expression) > _MOST_NESTED and has_nested_quotients(expression)
    return expression if long else expand(expression)


def structure(expression: Expr, depth: int) -> Fact:
    """Return what is proved of the expression as written; its parts are rewritten ``depth`` deep.

    >>> from sympy import Symbol
    >>> a, b = Symbol("a", positive=True), Symbol("b", negative=True)
    >>> structure(a * b, 0)
    Fact(above=False, below=True, nonzero=True)
    """
    if expression.is_positive:
        return Fact(above=True, nonzero=True)
    if expression.is_negative:
        return Fact(below=True, nonzero=True)
    known = Fact(bool(expression.is_nonnegative), bool(expression.is_nonpositive), bool(expression.is_nonzero))
    if known.above or known.below:
        return known
    if isinstance(expression, Mul):
        return _product(expression, depth)
    if isinstance(expression, Add):
        return _sum(expression, depth)
    if isinstance(expression, log) and depth:
        return fact(expression.args[0] - 1, depth - 1)
    if isinstance(expression, Pow) and expression.exp.is_real:
        return _power(expression, depth)
    return known


def _power(power: Pow, depth: int) -> Fact:
    base = structure(power.base, depth)
    if not (base.above or base.below) and isinstance(power.base, Add) and depth:
        base = fact(power.base, depth - 1)
    if base.above and (base.nonzero or power.exp.is_positive):
        return Fact(above=True, nonzero=base.nonzero)
    if power.exp.is_Integer and power.exp.is_odd and base.below and base.nonzero:
        return base
    return NOTHING


def _product(product: Mul, depth: int) -> Fact:
    total = Fact(above=True, nonzero=True)
    for part in product.args:
        one = fact(part, depth - 1) if isinstance(part, Add) and depth else structure(part, depth)
        if not (one.above or one.below):
            return NOTHING
        total = total if one.above else total.negated()
        total = Fact(total.above, total.below, total.nonzero and one.nonzero)
    return total


def _sum(total: Add, depth: int) -> Fact:
    """All terms of one sign; or one of the elementary inequalities about exp, tanh, cosh and the angle."""
    facts = [structure(term, depth) for term in total.args]
    if all(fact.above for fact in facts):
        return Fact(above=True, nonzero=any(fact.nonzero for fact in facts))
    if all(fact.below for fact in facts):
        return Fact(below=True, nonzero=any(fact.nonzero for fact in facts))
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
            found = fact(exponent, depth - 1)
            return found if constant == -1 else found.negated()
    if constant in (1, -1):
        square = -constant * rest
        if isinstance(square, Pow) and isinstance(square.base, tanh) and square.exp == 2:
            found = Fact(above=True, nonzero=True)
            return found if constant == 1 else found.negated()
    if constant == -1 and isinstance(rest, cosh) and rest.args[0].is_real:
        return Fact(above=True)
    if len(total.args) == 2 and pi in total.args:
        angle = total - pi
        if isinstance(angle, atan2):
            return Fact(above=True, nonzero=True)
        if isinstance(-angle, atan2):
            return Fact(above=True)
    return NOTHING


def _exponent_of(power: Expr) -> Expr | None:
    """The exponent of an exponential, or of a power of a positive number that is no root or whole power of it."""
    if isinstance(power, exp):
        return power.args[0]
    if isinstance(power, Pow) and power.exp.free_symbols and power.base.is_positive and power.exp.is_real:
        return power.exp * log(power.base)
    return None


def _log_sum(total: Add, depth: int) -> Fact:
    """``c log(a) + c log(b) - c log(d)`` has the sign of ``c (a b - d)``, for positive ``a``, ``b``, ``d``."""
    parts = [term.as_coeff_Mul() for term in total.args]
    size = abs(parts[0][0])
    if not all(isinstance(one, log) and abs(number) == size for number, one in parts):
        return NOTHING
    over = Mul(*(one.args[0] for number, one in parts if number > 0))
    under = Mul(*(one.args[0] for number, one in parts if number < 0))
    # The logarithms are real, so that every argument is positive.
    return fact(over - under, depth - 1)


def _root_against_rest(total: Add, depth: int) -> Fact:
    """``u + c sqrt(R)``: of the sign of ``c`` where ``c^2 R - u^2`` is not negative, else of the sign of ``u``."""
    roots = [term for term in total.args if any(_is_root(part) for part in Mul.make_args(term))]
    if len(roots) != 1:
        return NOTHING
    root = Mul(*(part for part in Mul.make_args(roots[0]) if _is_root(part)))
    outside = structure(roots[0] / root, depth - 1)
    gap = fact((roots[0] ** 2 - (total - roots[0]) ** 2).expand(), depth - 1)
    if gap.above and outside.above:
        return Fact(above=True, nonzero=gap.nonzero)
    if gap.above and outside.below:
        return Fact(below=True, nonzero=gap.nonzero)
    if gap.below:
        rest = structure(total - roots[0], depth - 1)
        return replace(rest, nonzero=rest.nonzero and gap.nonzero)
    return _root_with_others(total, roots[0], outside, depth)


def _root_with_others(total: Add, root: Expr, outside: Fact, depth: int) -> Fact:
    """The same with terms set aside that are of the sign of the root: ``sqrt(a**2 + 1) + a + 1`` is above zero."""
    if not outside.nonzero:
        return NOTHING
    facts = {term: structure(term, 0) for term in total.args if term is not root}
    aside = [term for term, known in facts.items() if (known.above if outside.above else known.below)]
    left = Add(*(term for term in facts if term not in aside))
    if not aside or left == 0:
        return NOTHING
    gap = fact((root**2 - left**2).expand(), depth - 1)
    nonzero = gap.nonzero or any(facts[term].nonzero for term in aside)
    return Fact(outside.above, outside.below, nonzero) if gap.above else NOTHING


def _extreme_against_rest(total: Add, depth: int) -> Fact:
    """``u + Max(a, b)`` is at least ``u + a``; ``u + Min(a, b)`` is of a sign where both sums are."""
    terms = [term for term in total.args if isinstance(term.as_coeff_Mul()[1], (Max, Min))]
    if len(terms) != 1:
        return NOTHING
    number, extreme = terms[0].as_coeff_Mul()
    facts = [fact(total - terms[0] + number * one, depth - 1) for one in extreme.args]
    largest = isinstance(extreme, Max) == bool(number > 0)
    if largest:
        above = [fact for fact in facts if fact.above]
        if above:
            return Fact(above=True, nonzero=any(fact.nonzero for fact in above))
        return Fact(below=True, nonzero=all(f.nonzero for f in facts)) if all(f.below for f in facts) else NOTHING
    below = [fact for fact in facts if fact.below]
    if below:
        return Fact(below=True, nonzero=any(fact.nonzero for fact in below))
    return Fact(above=True, nonzero=all(f.nonzero for f in facts)) if all(f.above for f in facts) else NOTHING


def _is_root(part: Expr) -> bool:
    return isinstance(part, Pow) and part.exp == S.Half and bool(part.is_extended_real)
