"""The sign of an equation in averages far out, where the unknown stands in exponents.

The terms of the largest (or of the smallest) observation outweigh all others there, with the share of the data that
lies at it as a factor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sympy import Expr, Integer, Max, Pow, S, Symbol, exp, log, oo

from .algebra.atoms import Mean, Quantile, Residual, atoms_of
from .algebra.power_series import Scale, Series, series_in
from .algebra.signs import Domain, strict_sign
from .algebra.solve import solve_one
from .bounds import Bounds
from .leading import BOUNDED, LOG, SHARE, SMALL, WIDTH, Approach, averages_as_series, outweighing

# Of a function k of the data: its largest value, the observation where it is taken, the average of its positive part,
# and by how much its average lies below that, or below the largest value where this is negative.
_HIGH, _LOW = Symbol("_high", positive=True), Symbol("_low", negative=True)
_TOP = Symbol("_top", real=True)
_POSITIVE_PART = Symbol("_positive_part", positive=True)
_FURTHER = Symbol("_further", nonnegative=True)


def exponents_of(equation: Expr, unknown: Symbol) -> tuple[Expr, ...]:
    """Return the exponents that contain the unknown, in the averages of an equation.

    >>> from sympy.abc import b, x
    >>> exponents_of(1 / b - Mean(x * exp(b * x), x), b)
    (b*x,)
    """
    found = []
    for atom in atoms_of(equation):
        for node in atom.args[0].atoms(exp, Pow) if unknown in atom.free_symbols else ():
            exponent = node.args[0] if isinstance(node, exp) else node.exp * log(node.base)
            if unknown in (node.args[0] if isinstance(node, exp) else node.exp).free_symbols:
                found.append(exponent)
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class _Rate:
    """Exponentials ``exp(m u k(x))`` with ``u`` the unknown or minus it, on its way to infinity, and whole ``m``.

    ``rises`` says in which direction ``k`` is strictly monotone. ``w`` stands for ``exp(u k(x))``.
    """

    large: Symbol
    k: Expr
    x: Symbol
    rises: bool
    w: Symbol

    @property
    def extreme(self) -> Expr:
        """The observation at which ``k`` is largest."""
        return Quantile(int(self.rises), self.x)


def _rate(
    exponents: tuple[Expr, ...], unknown: Symbol, x: Symbol, large: Symbol, flip: int, domain: Domain
) -> _Rate | None:
    rates = [(flip * exponent / unknown).expand() for exponent in exponents]
    base = rates[0]
    multiples = [(rate / base).cancel() for rate in rates]
    if not all(m.is_Integer for m in multiples) or base.free_symbols != {x}:
        return None
    sign = strict_sign(base.diff(x), domain)
    return _Rate(large, base, x, sign > 0, Symbol("_w", positive=True)) if sign else None


def dominated(
    equation: Expr, unknown: Symbol, end: Expr, domain: Domain, exponents: tuple[Expr, ...]
) -> tuple[Approach, ...] | None:
    """Return what the sign of the equation is far out, where exponentials in the data outweigh powers.

    It is decided by the sign that the factor of the unknown in the exponents takes on the data.

    >>> b, x = Symbol("b", positive=True), Symbol("x", positive=True)
    >>> score, half_line = 1 - Mean(x * exp(b * x), x), {x: Bounds(S.Zero, oo, False, False, False)}
    >>> [near.value for near in dominated(score, b, oo, half_line, exponents_of(score, b))]
    [-1]
    """
    data = {atom.data for atom in atoms_of(equation) if isinstance(atom, (Mean, Residual))}
    if len(data) != 1 or len(names := data.pop()) != 1:
        return None
    large = Symbol("_u", positive=True)
    flip = 1 if end is oo else -1
    rate = _rate(exponents, unknown, names[0], large, flip, domain)
    if rate is None:
        return None
    found = [
        kind.sign_of(equation.subs(unknown, flip * large) if flip < 0 else equation.xreplace({unknown: large}))
        for kind in _kinds(rate, domain)
    ]
    return None if not found or any(one is None for one in found) else tuple(one for one in found if one is not None)


def _kinds(rate: _Rate, domain: Domain) -> Iterator[_Kind]:
    """The kinds of data: one where ``k`` has one sign, else those that reach above its zero, to it, and not to it."""
    sign = strict_sign(rate.k, domain)
    if sign:
        yield _Kind(rate, domain, sign)
        return
    roots = solve_one(rate.k, rate.x, domain)
    if len(roots) == 1 and roots[0].only and roots[0].value.is_number:
        box, zero = domain[rate.x], roots[0].value
        left, right = replace(box, hi=zero, hi_closed=False), replace(box, lo=zero, lo_closed=False)
        below, above = (left, right) if rate.rises else (right, left)
        yield _Kind(rate, {**domain, rate.x: above}, 1, zero, below)
        yield _Kind(rate, {**domain, rate.x: below}, 0, zero)
        yield _Kind(rate, {**domain, rate.x: below}, -1, zero)


@dataclass(frozen=True)
class _Kind:
    """Data on which the largest ``k`` has a sign, or is zero; ``domain`` is where ``k`` has it, or is negative.

    ``zero`` is where ``k`` changes its sign, if it does; then there are data of other kinds. ``beyond`` is where it has
    the other sign, if such observations may be among these data.
    """

    rate: _Rate
    domain: Domain
    sign: int
    zero: Expr | None = None
    beyond: Bounds | None = None

    def sign_of(self, equation: Expr) -> Approach | None:
        """The sign of the equation for large ``u``: first by powers of the largest exponential, then by powers."""
        tiny = Symbol("_tiny", positive=True)
        taken = averages_as_series(equation, self.rate.large, self._average)
        if taken is None:
            return None
        whole, known = taken
        later = _Later(self.rate.large, {**self.domain, _TOP: self.domain[self.rate.x]}, self._plain)
        size = -self.rate.large * (self.sign * self._peak or S.One) / 2
        first = series_in(whole, Scale(tiny, size, 2, later.sign, known))
        if first is None or first.lead is None:
            return None
        value = later.lead(first.lead[1])
        return None if value is None else self._answer(value, later.sign_of(value))

    def _answer(self, value: Expr, sign: int) -> Approach | None:
        """The sign, or what has it, in data."""
        k, x = self.rate.k, self.rate.x
        at_extreme = k.subs(x, self.rate.extreme)
        kind = S.One if self.zero is None else self.sign * at_extreme
        if sign:
            return Approach(Integer(sign), kind=kind)
        if self.sign == 0:
            # Nothing but the distance of the observations below the zero may be left.
            rest = (self._plain(value) / _FURTHER).cancel()
            apart = Max(Quantile(1, x) - self.zero, self.zero - Quantile(0, x))
            return Approach(rest * apart, kind=S.Zero) if rest.is_number else None
        if SHARE in value.free_symbols:
            return None
        at = {_TOP: self.rate.extreme, self._peak: at_extreme, _POSITIVE_PART: Mean(Max(0, k), x)}
        return Approach(value.xreplace(at), kind=kind)

    @property
    def _peak(self) -> Symbol:
        """What stands for the largest ``k``."""
        return _HIGH if self.sign > 0 else _LOW

    def _plain(self, expression: Expr) -> Expr:
        """The average of ``k`` by its positive and its negative part, which for these data have signs."""
        mean = {1: _POSITIVE_PART - _FURTHER, 0: -_FURTHER, -1: _LOW - _FURTHER}[self.sign]
        if self.beyond is None and self.sign > 0:
            mean = _POSITIVE_PART
        multiples = {
            atom: (atom.integrand / self.rate.k).cancel() for atom in atoms_of(expression) if isinstance(atom, Mean)
        }
        return expression.xreplace({atom: m * mean for atom, m in multiples.items() if m.is_number})

    def _average(self, node: Expr) -> Series | None:
        """An average by its largest exponential: powers of ``sqrt(exp(-u |k|))`` at the extreme observation.

        What is left out is smaller by an exponential factor.
        """
        integrand = self._in_w(node.args[0])
        here = None if integrand is None else self._lead(integrand, self.sign or -1)
        if integrand is None or here is None:
            return None
        place, coefficient = here
        if self.sign == 0:
            return self._at_zero(integrand, place)
        if place < 0 or (place > 0 and self.sign < 0):
            at_top = coefficient.subs(self.rate.k, self._peak).subs(self.rate.x, _TOP)
            return Series(((2 * place, SHARE * at_top),), 2 * place + 1)
        if place > 0:
            return None
        if self.beyond is None:
            return Series(((0, Mean(coefficient, *node.data)),), 1)
        return self._two_sided(integrand, coefficient, self.beyond)

    def _at_zero(self, integrand: Expr, place: int) -> Series | None:
        """An average whose terms vanish but for the observations at the zero of ``k``."""
        own = integrand.subs({self.rate.x: self.zero, self.rate.w: 1})
        if place <= 0:
            return None
        return Series((), 1) if own == 0 else Series(((0, SHARE * own),), 1)

    def _two_sided(self, integrand: Expr, above: Expr, beyond: Bounds) -> Series | None:
        """An average whose terms tend to a multiple of ``k`` above its zero, and to zero below."""
        below = replace(self, domain={**self.domain, self.rate.x: beyond}, sign=-1)._lead(integrand, -1)
        slope = (above / self.rate.k).cancel()
        if below is None or below[0] <= 0 or self.rate.x in slope.free_symbols:
            return None
        between = integrand.subs({self.rate.x: self.zero, self.rate.w: 1})
        value = slope * _POSITIVE_PART + (0 if between == 0 else BOUNDED)
        return Series(((0, value),), 1)

    def _in_w(self, integrand: Expr) -> Expr | None:
        """The integrand with ``w`` for ``exp(u k(x))``."""

        def exponent(node: Expr) -> Expr:
            return node.args[0] if isinstance(node, exp) else node.exp * log(node.base)

        def change(node: Expr) -> Expr:
            power = (exponent(node) / (self.rate.large * self.rate.k)).expand().cancel()
            return self.rate.w**power if power.is_Integer else node

        def grows(node: Expr) -> bool:
            return isinstance(node, (exp, Pow)) and self.rate.large in node.exp.free_symbols

        out = integrand.replace(grows, change)
        return None if any(grows(node) for node in out.atoms(exp, Pow)) else out

    def _lead(self, integrand: Expr, sign: int) -> tuple[int, Expr] | None:
        """The leading power of the small one of ``w`` and ``1/w``, and its coefficient."""
        small = Symbol("_v", positive=True)
        place = 1 / small if sign > 0 else small
        there = {**self.domain, self.rate.large: Bounds(S.Zero, oo, False, False, False)}
        scale = Scale(small, -sign * self.rate.large * self.rate.k, 2, lambda c: strict_sign(c, there))
        found = series_in(integrand.subs(self.rate.w, place), scale)
        return None if found is None else found.lead


@dataclass(frozen=True)
class _Later:
    """Signs of what is left once the exponentials are gone, for a large ``u``; ``plain`` shows signs of averages."""

    large: Symbol
    domain: Domain
    plain: Callable[[Expr], Expr]

    def lead(self, expression: Expr) -> Expr | None:
        """What has the sign of ``expression`` for large ``u``."""
        scale = Scale(SMALL, LOG, WIDTH, self.sign_of)
        found = series_in(expression.subs(self.large, 1 / SMALL), scale)
        return None if found is None or found.lead is None else outweighing(found.lead[1])

    def sign_of(self, value: Expr) -> int:
        """The sign of a number that ``u`` is not in."""
        leading = outweighing(value)
        return 0 if leading is None else strict_sign(self.plain(leading), self.domain)

    def sign(self, expression: Expr) -> int:
        """The sign for large ``u``."""
        value = self.lead(expression)
        return 0 if value is None else self.sign_of(value)
