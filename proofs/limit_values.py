"""The limit of an expression in averages at an end of its unknown's space, by power series and by extreme observations.

Of an average of exponentials nothing is left far out but what the largest observation adds; what is left out is smaller
by a factor that falls exponentially.
"""

from __future__ import annotations

from functools import lru_cache

from sympy import Add, Dummy, Expr, Mul, Pow, S, Symbol, exp, fraction, log, loggamma, oo

from .algebra.atoms import Mean, Quantile, atoms_of, stand_ins
from .algebra.data_signs import sign_on_data
from .algebra.derivatives import derivative
from .algebra.power_series import Scale, Series, series_in
from .algebra.refute import Items
from .algebra.signs import Domain, strict_sign
from .algebra.size import cancelled, factored
from .approach import average_near
from .dominance import exponents_of
from .leading import LOG, SMALL, WIDTH, averages_as_series, outweighing

_SHARE = Symbol("_share", positive=True)
_TOWER = Symbol("_tower", positive=True)
"""The share of the data at the largest observation, and the exponential of the unknown there."""


def limit_value(expression: Expr, unknown: Symbol, end: Expr, data: Symbol, domain: Domain) -> Expr | None:
    """Return the finite limit for data that are not all equal, ``None`` where none is proved.

    ``end`` is zero, from above, or infinity.

    >>> from sympy import Symbol
    >>> p, x = Symbol("p", positive=True), Symbol("x", positive=True)
    >>> from thetahat.proofs.bounds import Bounds
    >>> half_line = Bounds(S.Zero, oo, False, False, False)
    >>> limit_value(log(Mean(x**p, x)) / p, p, S.Zero, x, {p: half_line, x: half_line})
    Mean(log(x), x)
    >>> limit_value(log(Mean(x**p, x)) / p, p, oo, x, {p: half_line, x: half_line})
    log(Quantile(1, x))
    """
    return _limit(expression, unknown, end, data, tuple(domain.items()))


@lru_cache(maxsize=256)
def _limit(expression: Expr, unknown: Symbol, end: Expr, data: Symbol, items: Items) -> Expr | None:
    domain = dict(items)
    found = _Near(unknown, end, data, domain).series(expression)
    if found is None or found.order <= 0:
        return None
    below = [value for place, value in found.terms if place < 0]
    here = next((value for place, value in found.terms if place == 0), S.Zero)
    if any(_plain_logs(value, data, domain) != 0 for value in below):
        return None
    value = _plain_logs(here, data, domain)
    return None if value.free_symbols & {LOG, SMALL, _SHARE, _TOWER} else value


def sign_at(expression: Expr, unknown: Symbol, end: Expr, data: Symbol, domain: Domain) -> int:
    """Return the strict sign near an end for data that are not all equal, 0 where none is proved.

    >>> from sympy import Symbol
    >>> p, x = Symbol("p", positive=True), Symbol("x", positive=True)
    >>> from thetahat.proofs.bounds import Bounds
    >>> half_line = Bounds(S.Zero, oo, False, False, False)
    >>> sign_at(1 + p * Mean(log(x), x) - log(Mean(x**p, x)), p, oo, x, {p: half_line, x: half_line})
    -1
    """
    near = _Near(unknown, end, data, domain)
    found = near.series(expression)
    return 0 if found is None or found.lead is None else near.sign(found.lead[1])


class _Near:
    """An unknown on its way to an end, for data that are not all equal."""

    def __init__(self, unknown: Symbol, end: Expr, data: Symbol, domain: Domain) -> None:
        self._unknown, self._end, self._data, self._domain = unknown, end, data, domain

    def sign(self, coefficient: Expr) -> int:
        """The sign of a coefficient, by signs at every observation, by spreads, or below the largest observation."""
        lead = outweighing(coefficient)
        if lead is None:
            return 0
        return sign_on_data(lead, self._data, self._domain)

    def series(self, expression: Expr) -> Series | None:
        """The series in the distance from the end, or in one over the unknown."""
        expression = _apart(expression)
        if self._end is oo and exponents_of(expression, self._unknown):
            reduced = self._at_largest(expression)
            return None if reduced is None else self._series(reduced)
        return self._series(expression)

    def _series(self, expression: Expr) -> Series | None:
        place = 1 / SMALL if self._end is oo else self._end + SMALL

        def average(node: Expr) -> Series | None:
            return average_near(node, node.args[0].subs(self._unknown, place), self._end, self._domain, self.sign)

        taken = averages_as_series(expression, self._unknown, average)
        if taken is None:
            return None
        whole, known = taken
        return series_in(whole.subs(self._unknown, place), Scale(SMALL, LOG, WIDTH, self.sign, known))

    def _at_largest(self, expression: Expr) -> Expr | None:
        """Averages of exponentials by the largest one, which has to cancel or to be in logarithms."""
        swap: dict[Expr, Expr] = {}
        tower: Expr | None = None
        for atom in atoms_of(expression):
            if self._unknown not in atom.free_symbols:
                continue
            found = self._top_of(atom)
            if found is None or (tower is not None and tower != found[0]):
                return None
            tower = found[0]
            swap[atom] = _SHARE * _TOWER * found[1]
        if tower is None:
            return None
        reduced = expression.xreplace(swap).replace(
            lambda node: isinstance(node, log) and _TOWER in node.free_symbols,
            lambda node: _log_of(factored(cancelled(node.args[0])), tower),
        )
        rest = _joined(reduced)
        return None if _TOWER in rest.free_symbols else rest

    def _top_of(self, atom: Expr) -> tuple[Expr, Expr] | None:
        """Of an average of ``factor exp(exponent)``, both at the observation where the exponent is largest."""
        if not isinstance(atom, Mean) or atom.data != (self._data,):
            return None
        factor, exponent = S.One, S.Zero
        for part in Mul.make_args(atom.integrand):
            if self._unknown not in part.free_symbols:
                factor *= part
            elif isinstance(part, (exp, Pow)):
                exponent += part.args[0] if isinstance(part, exp) else part.exp * log(part.base)
            else:
                return None
        rate = (exponent / self._unknown).expand()
        way = 0 if self._unknown in rate.free_symbols else strict_sign(rate.diff(self._data), self._domain)
        top = Quantile(S.One if way > 0 else S.Zero, self._data)
        return (exponent.subs(self._data, top), factor.subs(self._data, top)) if way else None


def _log_of(argument: Expr, exponent: Expr) -> Expr:
    """The logarithm of a product with a power of the tower; roots stand beside it as multiples of logarithms."""
    found, rest = S.Zero, S.One
    for factor in Mul.make_args(argument):
        base, power = factor.as_base_exp()
        if base == _TOWER:
            found += power * exponent
        elif power.is_Integer:
            rest *= factor
        else:
            found += power * _log_of(base, exponent)
    return found + log(cancelled(rest))


def _joined(expression: Expr) -> Expr:
    """One fraction, with what stands in logarithms and gamma functions apart, in which factors cancel."""
    masks = stand_ins(expression)
    whole = expression.xreplace(masks).replace(loggamma, lambda z: loggamma(cancelled(z)))
    parts = {part: Dummy("l") for part in whole.atoms(log, loggamma)}
    joined = cancelled(whole.xreplace(parts)).xreplace({mask: part for part, mask in parts.items()})
    return joined.xreplace({mask: atom for atom, mask in masks.items()})


def _apart(expression: Expr) -> Expr:
    """Logarithms of powers as multiples, of expressions that are positive."""
    return expression.replace(
        lambda node: isinstance(node, log) and isinstance(node.args[0], Pow),
        lambda node: node.args[0].exp * log(node.args[0].base),
    )


def _plain_logs(value: Expr, data: Symbol, domain: Domain) -> Expr:
    """The sum with logarithms of quotients as differences, and the factor of each logarithm brought together."""
    masks = stand_ins(value)
    back = {mask: atom for atom, mask in masks.items()}

    def change(argument: Expr) -> Expr:
        found = S.Zero
        for part, way in zip(fraction(cancelled(argument)), (1, -1), strict=True):
            number, rest = part.as_coeff_Mul()
            side = sign_on_data(rest.xreplace(back), data, domain)
            if not side:
                return log(argument)
            found += way * (log(number * side) + (0 if rest == 1 else log((rest * side).expand())))
        return found

    whole = value.xreplace(masks).replace(log, change)
    logs = sorted(whole.atoms(log), key=lambda node: node.sort_key())
    names = {node: Dummy("l") for node in logs}
    whole = whole.xreplace(names)
    slopes = {name: derivative(whole, name) for name in names.values()}
    if any(slope.free_symbols & set(slopes) for slope in slopes.values()):
        whole = cancelled(whole)
        slopes = {}
    terms = [cancelled(slope) * name for name, slope in slopes.items()]
    rest = cancelled(whole.subs(dict.fromkeys(slopes, 0)))
    return Add(*terms, rest).xreplace({name: node for node, name in names.items()}).xreplace(back)
