"""The sign of an equation in averages near an end of its unknown's space, by power series and by extreme observations.

Finite sums may be expanded term by term. Where the unknown stands in exponents and tends to infinity, the largest
exponential outweighs all others instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import takewhile

from sympy import Eq, Expr, Integer, Symbol, nan, oo, zoo

from .algebra.atoms import Indicator, Mean, Residual
from .algebra.power_series import Scale, Series, plus, series_in
from .algebra.signs import Domain, is_nonnegative, strict_sign
from .algebra.special_series import in_bessel_functions, in_bessel_ratios
from .bounds import Bounds
from .dominance import dominated, exponents_of
from .leading import LOG, SHARE, SMALL, WIDTH, Approach, averages_as_series, outweighing


def signs_near(equation: Expr, unknown: Symbol, end: Expr, above: bool, domain: Domain) -> tuple[Approach, ...] | None:
    """Return what the sign of ``equation`` is close to ``end``, one answer for each kind of data; ``None`` if unknown.

    ``above`` says that the unknown comes from above. ``end`` may be an order statistic. Of special functions the
    gamma and zeta functions, their derivatives, and ratios of Bessel functions are known here.

    >>> from sympy import S, exp
    >>> b, x = Symbol("b", positive=True), Symbol("x", positive=True)
    >>> score = 1 / b + Mean(x, x) - Mean(x * exp(b * x), x) / (Mean(exp(b * x), x) - 1)
    >>> half_line = {x: Bounds(S.Zero, oo, False, False, False)}
    >>> [near.value for near in signs_near(score, b, S.Zero, True, half_line)]
    [Mean(x, x) - Mean(x**2, x)/(2*Mean(x, x))]
    >>> [near.value for near in signs_near(score, b, oo, False, half_line)]
    [Mean(x, x) - Quantile(1, x)]
    """
    found = _signs_near(in_bessel_ratios(equation), unknown, end, above, domain)
    if found is None:
        return None
    # At an end inside the half-line where Bessel functions live a ratio of them is left, which is a number.
    return tuple(
        replace(one, value=in_bessel_functions(one.value), needed=tuple(map(in_bessel_functions, one.needed)))
        for one in found
    )


def _signs_near(equation: Expr, unknown: Symbol, end: Expr, above: bool, domain: Domain) -> tuple[Approach, ...] | None:
    """The same, of an equation in ratios of Bessel functions, and in these."""
    exponents = exponents_of(equation, unknown)
    if exponents and not end.is_finite:
        return dominated(equation, unknown, end, domain, exponents)
    needed: list[Expr] = []
    place = 1 / SMALL if end is oo else -1 / SMALL if end is -oo else end + (SMALL if above else -SMALL)
    signs = _recording(domain, needed)
    taken = averages_as_series(
        equation, unknown, lambda node: average_near(node, node.args[0].subs(unknown, place), end, domain, signs)
    )
    if taken is None:
        return None
    whole, known = taken
    whole = whole.subs(unknown, place)
    series = series_in(whole, Scale(SMALL, LOG, WIDTH, signs, known))
    lead = None if series is None or series.lead is None else outweighing(series.lead[1])
    if lead is None:
        return None
    sign = strict_sign(lead, domain)
    if not sign and SHARE in lead.free_symbols:
        return None
    return (Approach(Integer(sign) if sign else lead, tuple(dict.fromkeys(needed))),)


def _recording(domain: Domain, needed: list[Expr]) -> Callable[[Expr], int]:
    """Signs of what is computed from data; what is only known to be at least zero is wanted above it."""

    def sign(coefficient: Expr) -> int:
        leading = outweighing(coefficient)
        if leading is None:
            return 0
        found = strict_sign(leading, domain)
        if not found and is_nonnegative(leading, domain):
            needed.append(leading)
            return 1
        return found

    return sign


def average_near(node: Expr, integrand: Expr, end: Expr, domain: Domain, signs: Callable[[Expr], int]) -> Series | None:
    """Return the series of an average, term by term; an observation that behaves otherwise than the others apart.

    ``signs`` is for coefficients that are averages themselves.
    """
    if not isinstance(node, (Mean, Residual)):
        return None
    x = node.data[0]
    found = series_in(integrand, _at_each(node, domain, signs))
    if found is None:
        return _extreme_apart(integrand, x, end, domain) or _first_apart(node, integrand, domain, signs)
    terms = [(place, Mean(value, *node.data)) for place, value in found.terms]
    if isinstance(node, Residual) and terms and terms[0][0] == 0 and not strict_sign(found.terms[0][1], domain):
        terms[0] = (0, Residual(found.terms[0][1], 1, x))
    return Series(tuple((place, value) for place, value in terms if value != 0), found.order)


def _at_each(node: Expr, domain: Domain, signs: Callable[[Expr], int]) -> Scale:
    """The scale for the terms of an average: signs of what contains the observation hold for every one there may be."""

    def sign(coefficient: Expr) -> int:
        return strict_sign(coefficient, domain) if coefficient.free_symbols & set(node.data) else signs(coefficient)

    return Scale(SMALL, LOG, WIDTH, sign)


def _first_apart(node: Expr, integrand: Expr, domain: Domain, signs: Callable[[Expr], int]) -> Series | None:
    """An average with what lies on the lower end of a support that has it apart, by its share.

    Of the others, larger counts or what lies inside, whole powers with one coefficient for them all are kept; the
    rest is only known to be bounded.
    """
    x = node.data[0]
    ends = domain.get(x)
    if len(node.data) > 1 or ends is None or not (ends.lo_closed and ends.lo.is_number):
        return None
    inner = replace(ends, lo=ends.lo + 1) if ends.discrete else replace(ends, lo_closed=False)
    later = {**domain, x: inner}
    there = integrand.subs(x, ends.lo)
    if there.has(nan, zoo, oo, -oo):
        return None
    rest = series_in(integrand, _at_each(node, later, signs))
    own = series_in(there, _at_each(node, later, signs))
    if rest is None or own is None or rest.order < 0 or (rest.lead is not None and rest.lead[0] < 0):
        return None
    share = Mean(Indicator(Eq(x, ends.lo)), x)
    alike = list(takewhile(lambda term: x not in term[1].free_symbols, rest.terms))
    known = rest.order if len(alike) == len(rest.terms) else rest.terms[len(alike)][0]
    order = min(known, own.order)
    first = Series(tuple((place, share * value) for place, value in own.terms if place < order), order)
    return plus(first, Series(tuple((place, (1 - share) * value) for place, value in alike if place < order), order))


def _extreme_apart(integrand: Expr, x: Symbol, end: Expr, domain: Domain) -> Series | None:
    """An average towards the smallest or largest observation: its own terms, and a bounded rest."""
    if not isinstance(end, Symbol) or x not in domain or end not in integrand.free_symbols:
        return None
    beyond = {
        name: (Bounds(end, oo, False, False, False) if name == x else box)
        for name, box in domain.items()
        if not box.lo.free_symbols or name == x
    }
    rest = series_in(integrand, Scale(SMALL, LOG, WIDTH, lambda c: strict_sign(c, beyond)))
    own = series_in(integrand.subs(x, end), Scale(SMALL, LOG, WIDTH, lambda c: strict_sign(c, beyond)))
    if rest is None or own is None or (rest.lead is not None and rest.lead[0] < 0):
        return None
    return Series(tuple((place, SHARE * value) for place, value in own.terms if place < 0), 0)
