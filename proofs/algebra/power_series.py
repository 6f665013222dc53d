"""Power series in a small positive number, each with the order up to which it is known.

Coefficients may contain the logarithm of the small number, which no power of it outweighs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from sympy import Add, Expr, Integer, Mul, Pow, S, Symbol, binomial, exp, factorial, log

from .refute import signs_seen
from .size import cancelled
from .special_series import POLES, first_terms

_EXACT = 10**6
"""The order of what is a polynomial: known altogether."""


@dataclass(frozen=True)
class Scale:
    """What is small, its logarithm, and how many terms are kept.

    ``sign`` says of a coefficient that it is certainly positive (1) or negative (-1) once the number is small enough;
    0 leaves that open. ``known`` holds the series of symbols that stand for other small or large numbers.
    """

    small: Symbol
    logarithm: Expr
    width: int
    sign: Callable[[Expr], int]
    known: Mapping[Symbol, Series] = field(default_factory=dict)

    def fixes(self, expression: Expr) -> bool:
        """Whether ``expression`` does not change with the small number."""
        return expression.free_symbols.isdisjoint({self.small, *self.known})


@dataclass(frozen=True)
class Series:
    """Powers with their coefficients, lowest first, none of which is zero; below ``order`` all powers are known."""

    terms: tuple[tuple[int, Expr], ...]
    order: int = _EXACT

    @property
    def exact(self) -> bool:
        """Whether nothing is left out."""
        return self.order >= _EXACT

    @property
    def lead(self) -> tuple[int, Expr] | None:
        """The lowest power and its coefficient; ``None`` where none is known."""
        return self.terms[0] if self.terms else None


def series_in(expression: Expr, scale: Scale) -> Series | None:
    """Return the series of ``expression``; ``None`` where a function, or a leading coefficient, is in the way.

    >>> s, x = Symbol("s", positive=True), Symbol("x", positive=True)
    >>> scale = Scale(s, Symbol("log_s", real=True), 3, lambda c: 1 if c.is_positive else -1 if c.is_negative else 0)
    >>> series_in(log(s + x) - log(x), scale).terms
    ((1, 1/x), (2, -1/(2*x**2)))
    >>> series_in(1 / (1 - x**s), scale) is None
    True
    """
    if scale.fixes(expression):
        return constant(expression)
    if isinstance(expression, Symbol):
        return scale.known.get(expression, Series(((1, S.One),)))
    if isinstance(expression, (Add, Mul)):
        parts = [series_in(part, scale) for part in expression.args]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        whole = known[0]
        for part in known[1:]:
            whole = plus(whole, part) if isinstance(expression, Add) else times(whole, part, scale)
        return whole
    if isinstance(expression, Pow) and scale.fixes(expression.exp):
        base = series_in(expression.base, scale)
        return None if base is None else power(base, expression.exp, scale)
    if isinstance(expression, Pow):
        inside = series_in(log(expression.base) * expression.exp, scale)
        return None if inside is None else _exponential(inside, scale)
    if isinstance(expression, (exp, log)):
        inside = series_in(expression.args[0], scale)
        if inside is None:
            return None
        return _exponential(inside, scale) if isinstance(expression, exp) else logarithm(inside, scale)
    return _of_special(expression, scale) if isinstance(expression, tuple(POLES)) else None


def _of_special(function: Expr, scale: Scale) -> Series | None:
    """A special function above its pole: by first terms next to it and far out, by its value elsewhere."""
    pole = POLES[type(function)]
    beyond = series_in(function.args[-1] - pole, scale)
    if beyond is None or beyond.lead is None or scale.sign(beyond.lead[1]) <= 0:
        return None
    place, lead = beyond.lead
    if place == 0:
        if lead.free_symbols & scale.logarithm.free_symbols or beyond.order <= 0:
            return None
        return Series(constant(function.func(*function.args[:-1], lead + pole)).terms, 1)
    known = first_terms(function, far=place < 0)
    found = None if known is None else series_in(known[0], scale)
    return None if known is None or found is None else _collected(found.terms, min(found.order, place * known[1]))


def constant(value: Expr) -> Series:
    """Return the series of what the small number is not in.

    >>> constant(Integer(2))
    Series(terms=((0, 2),), order=1000000)
    """
    return Series(((0, value),)) if value != 0 else Series(())


def _collected(terms: Iterable[tuple[int, Expr]], order: int) -> Series:
    """Equal powers together, without those that cancel and those that are not known."""
    found: dict[int, list[Expr]] = {}
    for place, coefficient in terms:
        if place < order:
            found.setdefault(place, []).append(coefficient)
    sums = {place: Add(*parts) for place, parts in found.items()}
    return Series(tuple((place, sums[place]) for place in sorted(sums) if not _vanishes(sums[place])), order)


def _vanishes(coefficient: Expr) -> bool:
    """Whether a coefficient is zero whatever its symbols: only sums cancel, and none that is seen to have a sign."""
    if not coefficient.has(Add) or signs_seen(coefficient, ()):
        return bool(coefficient == 0)
    return bool(coefficient.expand() == 0 or cancelled(coefficient) == 0)


def plus(first: Series, second: Series) -> Series:
    """Return the sum.

    >>> plus(Series(((0, Integer(1)), (1, Integer(2)))), Series(((0, Integer(-1)),), 1))
    Series(terms=(), order=1)
    """
    return _collected((*first.terms, *second.terms), min(first.order, second.order))


def times(first: Series, second: Series, scale: Scale) -> Series:
    """Return the product, cut to the width of the scale where it would be longer."""
    low, high = _lowest(first), _lowest(second)
    order = min(first.order + high, second.order + low, _EXACT)
    if len(first.terms) * len(second.terms) > scale.width:
        order = min(order, low + high + scale.width)
    products = ((i + j, a * b) for i, a in first.terms for j, b in second.terms)
    return _collected(products, order)


def _lowest(series: Series) -> int:
    return series.terms[0][0] if series.terms else 0 if series.exact else series.order


def power(base: Series, exponent: Expr, scale: Scale) -> Series | None:
    """Return ``base ** exponent``; ``None`` where it is not known to be a series in whole powers."""
    if isinstance(exponent, Integer) and 0 < exponent <= scale.width:
        whole = base
        for _ in range(int(exponent) - 1):
            whole = times(whole, base, scale)
        return whole
    found = _about(base, scale)
    if found is None:
        return None
    place, lead, rest = found
    signed = scale.sign(lead)
    if signed == 0 or (signed < 0 and not exponent.is_Integer) or not (place * exponent).is_Integer:
        return None
    binomials = [binomial(exponent, k) for k in range(scale.width)]
    outside = Series(((int(place * exponent), lead**exponent),))
    return times(_composed(binomials, rest, scale), outside, scale)


def logarithm(inside: Series, scale: Scale) -> Series | None:
    """Return the logarithm of a series whose leading coefficient is positive."""
    found = _about(inside, scale)
    if found is None or scale.sign(found[1]) <= 0:
        return None
    place, lead, rest = found
    coefficients = [S.Zero, *(Integer((-1) ** (k + 1)) / k for k in range(1, scale.width))]
    return plus(constant(log(lead) + place * scale.logarithm), _composed(coefficients, rest, scale))


def _exponential(inside: Series, scale: Scale) -> Series | None:
    if inside.order <= 0 or (inside.terms and inside.terms[0][0] < 0):
        return None
    start = next((value for place, value in inside.terms if place == 0), S.Zero)
    if scale.logarithm.free_symbols & start.free_symbols:
        return None
    rest = Series(tuple(term for term in inside.terms if term[0] > 0), inside.order)
    coefficients = [1 / factorial(k) for k in range(scale.width)]
    return times(constant(exp(start)), _composed(coefficients, rest, scale), scale)


def _about(series: Series, scale: Scale) -> tuple[int, Expr, Series] | None:
    """The leading power, its coefficient, and the rest by them: ``series = lead small**place (1 + rest)``."""
    if series.lead is None:
        return None
    place, lead = series.lead
    rest = tuple((k - place, value / lead) for k, value in series.terms[1:])
    return place, lead, Series(rest, series.order if series.exact else series.order - place)


def _composed(coefficients: list[Expr], rest: Series, scale: Scale) -> Series:
    """``sum c_k rest**k`` up to the width; ``rest`` has no power below the first."""
    whole, current = Series((), _EXACT), constant(S.One)
    for coefficient in coefficients:
        if coefficient != 0:
            whole = plus(whole, times(constant(coefficient), current, scale))
        current = times(current, rest, scale)
    cut = _EXACT if not rest.terms and rest.exact else scale.width
    return _collected(whole.terms, min(whole.order, cut))
