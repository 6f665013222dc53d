"""Parameters that are integers: how the log-likelihood changes to the next one, from where on, and what follows."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Add, Dummy, Expr, Function, Max, Min, S, Symbol, gamma, log, loggamma, oo

from .algebra.atoms import Mean
from .algebra.quotients import derivative_at_zero, scaled_reciprocal, split_quotients
from .algebra.signs import Domain, is_nonnegative
from .algebra.size import cancelled
from .boundary import place_ends
from .bounds import Bounds
from .derivation import Statistic
from .extremes import order_statistics
from .family import Family
from .integers import RECIPROCAL, IntegerSearch, Tail
from .likelihood import average_form
from .slack import each, never_negative, one_observation

_MOST_ORDERS = 5


def integer_parameter(family: Family) -> Symbol | None:
    """Return the first integer parameter that no end of the support decides.

    >>> from thetahat import family
    >>> integer_parameter(family("discrete_uniform")) is None
    True
    """
    whole = [symbol for symbol in family.symbols if symbol.is_integer]
    if not whole:
        return None
    ends = place_ends(family, average_form(family).mean_log_likelihood)
    decided = {at.parameter for at in ends.placed} | {symbol for symbol, _, _ in ends.free}
    left = [symbol for symbol in whole if symbol not in decided]
    return left[0] if left else None


def integer_search(
    family: Family, parameter: Symbol, profile: Expr, statistics: tuple[Statistic, ...]
) -> IntegerSearch | str:
    """Return the search over one integer, or why there is none.

    Parameters
    ----------
    profile
        The mean log-likelihood in ``statistics`` and ``parameter`` alone.
    """
    lowest, highest = order_statistics(family)
    limits = _limits(family, parameter, lowest.symbol, highest.symbol)
    if limits is None:
        return f"an end of the support is not linear in the integer {parameter}"
    floors, ceilings = limits
    if not floors:
        return f"the integer {parameter} has no least value"
    domain = _domain(family, statistics)
    increment = _increment(profile, parameter, domain, family.columns)
    if increment is None:
        return f"the log-likelihood at {parameter} + 1 and at {parameter} differ by more than logarithms"
    used = set().union(*(e.free_symbols for e in (*floors, *ceilings)))
    order = tuple(one for one in (lowest, highest) if one.symbol in used)
    tail = None if ceilings else _tail(increment, parameter, domain, statistics)
    if not ceilings and tail is None:
        return f"what becomes of the likelihood as {parameter} grows is not derived"
    falling = _falling(family, parameter, increment, tail, statistics)
    return IntegerSearch(parameter, increment, floors, ceilings, tail, falling, (*statistics, *order))


def _domain(family: Family, statistics: Sequence[Statistic]) -> Domain:
    return {s: b for s, b in family.domain.items() if s != family.observation}


def _limits(
    family: Family, parameter: Symbol, lowest: Symbol, highest: Symbol
) -> tuple[tuple[Expr, ...], tuple[Expr, ...]] | None:
    """Floors and ceilings: the ends of the space, and where an end of the support reaches the data."""
    ends = family.domain[parameter]
    floors = [one for one in each(ends.lo, Max) if one is not -oo]
    ceilings = [one for one in each(ends.hi, Min) if one is not oo]
    support = family.bounds
    for bound, data, kind in ((support.lo, lowest, Max), (support.hi, highest, Min)):
        for one in each(bound, kind):
            if parameter not in one.free_symbols:
                continue
            slope = one.expand().coeff(parameter)
            if not slope.is_Rational or parameter in (one - slope * parameter).expand().free_symbols:
                return None
            place = ((data - (one - slope * parameter)) / slope).expand()
            (ceilings if (slope > 0) == (kind is Max) else floors).append(place)
    return tuple(dict.fromkeys(floors)), tuple(dict.fromkeys(ceilings))


def _increment(profile: Expr, parameter: Symbol, domain: Domain, columns: tuple[Symbol, ...]) -> Expr | None:
    """The profile at the next integer minus the profile, by ``loggamma(z + 1) = loggamma(z) + log(z)``.

    ``None`` where a logarithm of a gamma function stays.
    """
    masks: dict[Expr, Expr] = {}

    def masked(node: Expr) -> Expr:
        z = _gamma_argument(node)
        assert z is not None, "only arguments of gamma functions are masked"
        # A function of the data, so that it stays under its bar.
        seen = [x for x in columns if x in z.free_symbols]
        return masks.setdefault(z, Function(f"_g{len(masks)}", real=True)(*seen) if seen else Dummy(real=True))

    # Where the argument is a positive integer, SymPy turns loggamma into log(gamma), and back it will not turn it.
    hidden = profile.replace(lambda e: _gamma_argument(e) is not None and parameter in e.free_symbols, masked)
    steps = {mask: mask + _gamma_step(z, parameter) for z, mask in masks.items()}
    if S.NaN in steps.values():
        return None
    here = hidden.expand()
    there = (
        hidden.subs(parameter, parameter + 1)
        .xreplace(steps)
        .replace(lambda e: isinstance(e, Mean), lambda e: Mean(e.integrand.expand(), *e.data))
    )
    difference = split_quotients((there - here).expand(), domain).expand()
    if difference.has(gamma, loggamma, *masks.values()):
        return None
    return _gathered(difference)


def _gamma_argument(node: Expr) -> Expr | None:
    """The argument of ``loggamma(z)`` or ``log(gamma(z))``; ``None`` for anything else."""
    if isinstance(node, loggamma):
        return node.args[0]
    return node.args[0].args[0] if isinstance(node, log) and isinstance(node.args[0], gamma) else None


def _gamma_step(z: Expr, parameter: Symbol) -> Expr:
    """``loggamma(z)`` at the next integer minus ``loggamma(z)``, in logarithms; the slope of ``z`` has to be whole."""
    slope = z.expand().coeff(parameter)
    if not slope.is_Integer or parameter in (z - slope * parameter).expand().free_symbols:
        return S.NaN
    up = Add(*(log(z + i) for i in range(int(slope))))
    return up - Add(*(log(z - i) for i in range(1, 1 - int(slope))))


def _gathered(expression: Expr) -> Expr:
    """Terms with the same logarithm, or the same average, taken together."""
    outer = list(expression.atoms(log) | expression.atoms(Mean))
    outer = sorted((f for f in outer if not any(g.has(f) and g != f for g in outer)), key=lambda f: f.sort_key())
    masks = {f: Dummy(real=True) for f in outer}
    flat = expression.xreplace(masks).expand()
    rest = flat.subs(dict.fromkeys(masks.values(), 0))
    return Add(rest, *(flat.coeff(mask).factor() * function for function, mask in masks.items()))


def _tail(increment: Expr, parameter: Symbol, domain: Domain, statistics: Sequence[Statistic]) -> Tail | None:
    positive = {s: b for s, b in domain.items() if s != parameter}
    found = scaled_reciprocal(increment, parameter, RECIPROCAL, positive)
    if found is None:
        return None
    scaled, power = found
    names = {one.definition: one.symbol for one in statistics}
    for order in range(_MOST_ORDERS):
        leading = derivative_at_zero(scaled, RECIPROCAL, order)
        if leading.subs({one.symbol: one.definition for one in statistics}).expand() != 0:
            return Tail(scaled, power, order, leading.xreplace(names).factor())
    return None


def _falling(
    family: Family, parameter: Symbol, increment: Expr, tail: Tail | None, statistics: Sequence[Statistic]
) -> Expr | None:
    """Minus the increment's derivative for one observation, or what makes ``scaled / s**order`` rise; not negative."""
    slope = one_observation(-increment.diff(parameter), statistics)
    if slope is not None and never_negative(slope, family, parameter):
        return slope
    rise = None if tail is None else one_observation(tail.derivative(1), statistics)
    if rise is not None and rise.free_symbols <= {RECIPROCAL}:
        short = cancelled(rise)
        return short if is_nonnegative(short, {RECIPROCAL: _REST}) else None
    return None


_REST = Bounds(S.Zero, oo, False, False, False)
