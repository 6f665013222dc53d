"""Signs of expressions in averages and the ends of the data, for data that are not all equal."""

from __future__ import annotations

from sympy import Expr, Mul, Symbol, fraction, oo

from ..bounds import Bounds
from .atoms import Quantile, atoms_of
from .averages import averaged, sign_on_averages
from .signs import Domain, strict_sign
from .size import cancelled
from .spreads import find_spreads, named, sign_of


def sign_on_data(expression: Expr, data: Symbol, domain: Domain) -> int:
    """Return the strict sign for data that are not all equal, 0 where none is proved.

    >>> from sympy import Rational
    >>> from thetahat.proofs.algebra.atoms import Mean
    >>> x = Symbol("x", positive=True)
    >>> sign_on_data(Mean(x, x) ** 2 - Mean(x**2, x), x, {}), sign_on_data(Mean(x, x) - Quantile(1, x), x, {})
    (-1, -1)
    >>> sign_on_data(Mean(x, x) - Quantile(0, x), x, {}), sign_on_data(Mean(x, x) - Quantile(Rational(1, 2), x), x, {})
    (1, 0)
    """
    sign = 1
    for part in fraction(cancelled(expression)):
        for factor in Mul.make_args(part.factor() if part.is_Add else part):
            base, power = factor.as_base_exp()
            found = _sign_of_factor(base, data, domain)
            if not found or not power.is_Integer:
                return 0
            sign *= found ** int(power)
    return sign


def _sign_of_factor(base: Expr, data: Symbol, domain: Domain) -> int:
    if isinstance(base, Quantile):
        return strict_sign(data, domain)
    if base.has(Quantile):
        return _beside_an_end(base, data, domain)
    found = sign_on_averages(base, domain)
    if found:
        return found
    spread = named((base,), find_spreads((base,), data, domain), data, domain)
    return 0 if spread is None else sign_of(spread.values[0], spread.excesses, domain)


def _beside_an_end(base: Expr, data: Symbol, domain: Domain) -> int:
    """The sign of an average of a function that is zero at the largest, or at the least, observation alone."""
    ends = [atom for atom in atoms_of(base) if isinstance(atom, Quantile) and atom.level in (0, 1)]
    if len(ends) != 1:
        return 0
    end, place = ends[0], Symbol("_end", real=True, positive=data.is_positive)
    each = averaged(base.xreplace({end: place}))
    if each is None or cancelled(each.subs(place, data)) != 0:
        return 0
    # From the observation on, to the largest or down to the least, it has the sign of its slope, or the other one.
    slope = strict_sign(each.diff(place), {**domain, place: domain.get(data, Bounds(-oo, oo, False, False, False))})
    return int(slope) if end.level == 1 else -int(slope)
