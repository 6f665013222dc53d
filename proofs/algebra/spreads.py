"""Signs of expressions in averages by the inequality of Cauchy and Schwarz, also where an equation in them holds.

Wherever ``f g = h^2`` with ``f >= 0`` and ``g > 0``, ``mean(f) mean(g) >= mean(h)^2``: the difference, here called the
excess, is zero only where ``h / g`` takes one value at all observations. Source: Steele 2004, *The Cauchy-Schwarz
Master Class*, chapter 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sympy import Dummy, Expr, Mul, Poly, PolynomialError, S, Symbol, exp, fraction, oo, together

from ..bounds import Bounds
from .atoms import Mean, atoms_of
from .derivatives import derivative
from .refute import Items
from .signs import Domain, is_nonnegative, is_nonzero, is_positive, strict_sign
from .size import cancelled, factored, operations

Triple = tuple[Expr, Expr, Expr]
"""Functions ``f, g, h`` of an observation with ``f g = h^2``."""


@dataclass(frozen=True)
class Named:
    """Expressions with symbols for averages, where those of ``f`` are written by the inequality.

    ``symbols`` are those of the averages left, by their integrands; ``excesses`` are positive, or not negative.
    """

    values: tuple[Expr, ...]
    symbols: dict[Expr, Symbol]
    excesses: tuple[Symbol, ...]


def find_spreads(expressions: Iterable[Expr], data: Symbol, domain: Domain) -> tuple[Triple, ...]:
    """Return functions whose averages stand in the expressions, and to which the inequality applies.

    No ``f`` is the ``g`` or ``h`` of another, so that all of them can be written by the others at once.

    >>> x = Symbol("x", positive=True)
    >>> find_spreads([Mean(x, x) * Mean(1 / x, x)], x, {})
    ((1/x, x, 1),)
    """
    averages = {atom.integrand for one in expressions for atom in atoms_of(one) if isinstance(atom, Mean)}
    order = sorted(averages, key=lambda one: (-operations(one), one.sort_key()))
    found: list[Triple] = []
    for first in order:
        firsts = {one[0] for one in found}
        left = [one for one in (S.One, *reversed(order)) if one != first and one not in firsts]
        used = {one for triple in found for one in triple[1:]}
        fit = ((first, cancelled(middle**2 / first), middle) for middle in left if first not in used)
        found += [triple for triple in fit if triple[1] in left and applies(triple, data, domain)][:1]
    return tuple(found)


def applies(triple: Triple, data: Symbol, domain: Domain) -> bool:
    """Return whether the inequality is known of three functions of an observation.

    >>> x = Symbol("x", positive=True)
    >>> applies((x**2, S.One, x), x, {}), applies((x, S.One, x), x, {}), applies((-1 / x, -x, S.One), x, {})
    (True, False, False)
    """
    f, g, h = triple
    return bool(cancelled(f * g - h**2) == 0 and is_nonnegative(f, domain) and is_positive(g, domain))


def named(expressions: Sequence[Expr], spreads: Iterable[Triple], data: Symbol, domain: Domain) -> Named | None:
    """Return the expressions with symbols for their averages; ``None`` where other functions of the data stand in them.

    >>> x = Symbol("x", positive=True)
    >>> gap = Mean(x, x) * Mean(1 / x, x) - 1
    >>> found = named([gap], find_spreads([gap], x, {}), x, {})
    >>> found.values[0].expand() == found.excesses[0], found.excesses[0].is_positive
    (True, True)
    """
    atoms = list(dict.fromkeys(atom for one in expressions for atom in atoms_of(one)))
    if not all(isinstance(atom, Mean) and atom.data == (data,) for atom in atoms):
        return None
    integrands = {atom.integrand for atom in atoms} | {one for triple in spreads for one in triple[1:] if one != 1}
    symbols = {one: Dummy("m", positive=is_positive(one, domain) or None, real=True) for one in integrands}
    written, excesses = {}, []
    for f, g, h in spreads:
        moves = bool(strict_sign(derivative(h / g, data), domain))
        excesses.append(Dummy("v", nonnegative=True, positive=True) if moves else Dummy("v", nonnegative=True))
        written[f] = (symbols.get(h, S.One) ** 2 + excesses[-1]) / symbols.get(g, S.One)
    swap = {atom: written.get(atom.integrand, symbols[atom.integrand]) for atom in atoms}
    kept = {one: symbol for one, symbol in symbols.items() if one not in written}
    return Named(tuple(one.xreplace(swap) for one in expressions), kept, tuple(excesses))


def sign_of(expression: Expr, excesses: Sequence[Symbol], domain: Domain) -> int:
    """Return 1 or -1 where that strict sign is proved, else 0: factor by factor, each a polynomial in the excesses.

    >>> a, b, v = Symbol("a", real=True), Symbol("b", real=True), Symbol("v", positive=True)
    >>> sign_of((a**2 - 2 * a * b + b**2 + v) / v, [v], {})
    1
    """
    sign = 1
    for part in fraction(factored(together(expression))):
        for factor in Mul.make_args(part):
            base, power = factor.as_base_exp() if not isinstance(factor, exp) else (factor, S.One)
            found = _sign_of_sum(base, excesses, domain)
            if not found or not (power.is_Integer or (power.is_Rational and found > 0)):
                return 0
            sign *= found if power.is_odd else 1
    return sign


def _sign_of_sum(base: Expr, excesses: Sequence[Symbol], domain: Domain) -> int:
    """The sign of a sum: its own, or that of every coefficient beside powers of excesses."""
    if found := strict_sign(base, domain):
        return found
    used = [one for one in excesses if one in base.free_symbols]
    try:
        terms = Poly(base, *used).terms() if used else []
    except PolynomialError:
        return 0
    coefficients = [(Mul(*(v**k for v, k in zip(used, powers, strict=True))), factored(c)) for powers, c in terms]
    for sign in (1, -1):
        if all(is_nonnegative(sign * c, domain) for _, c in coefficients) and any(
            powers.is_positive and is_positive(sign * c, domain) for powers, c in coefficients
        ):
            return sign
    return 0


def solved_for(equation: Expr, symbol: Symbol, domain: Domain) -> Expr | None:
    """Return what the equation makes of a symbol in which it is linear, with a coefficient of one sign.

    >>> a, b = Symbol("a", positive=True), Symbol("b", real=True)
    >>> solved_for(a * b - 1, b, {}), solved_for(b**2 - a, b, {})
    (1/a, None)
    """
    slope = derivative(equation, symbol)
    if slope == 0 or symbol in slope.free_symbols or not is_nonzero(slope, domain):
        return None
    return -equation.subs(symbol, 0) / slope


def falls_where_zero(
    equation: Expr, unknown: Symbol, average: Expr, spreads: Iterable[Triple], data: Symbol, domain: Domain
) -> bool:
    """Return whether, wherever the equation holds, its derivative is proved negative, if not all data are equal.

    The equation is solved for the average of ``average``, which is put into the derivative.

    >>> x, b = Symbol("x", positive=True), Symbol("b", positive=True)
    >>> falls_where_zero(Mean(x, x) / b - 1, b, x, (), x, {})
    True
    """
    return _falls(equation, unknown, average, tuple(spreads), data, tuple(domain.items()))


@lru_cache(maxsize=256)
def _falls(
    equation: Expr, unknown: Symbol, average: Expr, spreads: tuple[Triple, ...], data: Symbol, items: Items
) -> bool:
    domain = dict(items)
    found = named((equation, derivative(equation, unknown)), spreads, data, domain)
    if found is None or average not in found.symbols:
        return False
    held, slope = found.values
    value = solved_for(held, found.symbols[average], domain)
    return value is not None and sign_of(slope.subs(found.symbols[average], value), found.excesses, domain) < 0


def lies_within(value: Expr, box: Bounds, data: Symbol, domain: Domain) -> bool:
    """Return whether a value is proved to lie inside an interval for all data that are not all equal.

    >>> x, positive = Symbol("x", real=True), Bounds(S.Zero, oo, False, False, False)
    >>> lies_within(Mean(x**2, x) - Mean(x, x) ** 2, positive, x, {})
    True
    """
    gaps = [value - box.lo] * (box.lo is not -oo) + [box.hi - value] * (box.hi is not oo)
    found = named(gaps, find_spreads(gaps, data, domain), data, domain)
    return found is not None and all(sign_of(gap, found.excesses, domain) > 0 for gap in found.values)


def is_nonzero_on_equal_data(equation: Expr, domain: Domain) -> bool:
    """Return whether an equation in averages has no root where all observations are equal.

    >>> x, b = Symbol("x", positive=True), Symbol("b", positive=True)
    >>> is_nonzero_on_equal_data(b + Mean(x, x), {}), is_nonzero_on_equal_data(b - Mean(x, x), {})
    (True, False)
    """
    same = equation.xreplace({atom: atom.integrand for atom in atoms_of(equation) if isinstance(atom, Mean)})
    return all(is_nonzero(factor, domain) for factor in Mul.make_args(fraction(factored(together(same)))[0]))
