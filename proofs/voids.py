"""Places of a support at which no member has a density, as zero for ``x**2*exp(-x**2/(2*s**2))`` on the whole line."""

from __future__ import annotations

from functools import lru_cache

from sympy import Abs, Add, Expr, Poly, Rational, S, Symbol, expand_log, log, nan, oo, zoo

from .bounds import Bounds
from .family import Family

_INFINITE = (oo, -oo, zoo)
Place = tuple[Symbol, Rational]


@lru_cache(maxsize=1024)
def places_without_density(family: Family) -> tuple[Place, ...]:
    """Return the rational places of variables at which the log-density of every member is infinite.

    With such an observation the likelihood is zero, or infinite, whatever the parameters are. A place counts where
    terms without parameters are infinite by themselves, and nothing else is.

    >>> from sympy import Interval, S, log, pi
    >>> from thetahat import Family, Parameter
    >>> x, s = Symbol("x", real=True), Symbol("s", positive=True)
    >>> scale = Parameter(s, Interval.open(0, oo))
    >>> twofold = Family("twofold", x, S.Reals, (scale,), log(x**2) - 3 * log(s) - log(2 * pi) / 2 - x**2 / (2 * s**2))
    >>> places_without_density(twofold)
    ((x, 0),)
    """
    sets = {family.observation: family.bounds, **{one.symbol: one.bounds for one in family.also}}
    return tuple((x, place) for x, ends in sets.items() for place in _places(family.log_density, x, ends))


def _places(log_density: Expr, x: Symbol, ends: Bounds) -> list[Rational]:
    """Where the terms in ``x`` alone are infinite, and the others finite."""
    logged = {node.args[0] for node in log_density.atoms(log) if node.has(x)}
    if not logged - ({x} if x.is_zero is False else set()):
        return []
    terms = Add.make_args(expand_log(log_density))
    alone = Add(*(term for term in terms if term.free_symbols == {x}))
    candidates = {root for node in alone.atoms(log) for root in _roots(node.args[0], x)}
    others = Add(*terms) - alone
    return sorted(
        place
        for place in candidates
        if _may_hold(ends, place, x)
        and alone.subs(x, place) in _INFINITE
        and not others.subs(x, place).has(*_INFINITE, nan)
    )


def _roots(argument: Expr, x: Symbol) -> set[Rational]:
    """The rational zeros and poles of what stands under a logarithm; of other functions than polynomials zero alone."""
    whole = argument.replace(Abs, lambda inner: inner)
    found: set[Rational] = set()
    for part in whole.as_numer_denom():
        if part.is_polynomial(x):
            found |= {root for root in Poly(part, x).ground_roots() if root.is_Rational} if part.has(x) else set()
        elif part.subs(x, 0) == 0:
            found.add(S.Zero)
    return found


def _may_hold(ends: Bounds, place: Rational, x: Symbol) -> bool:
    """Whether a support with these ends may hold the place; of ends that move it is not asked."""
    above, below = place - ends.lo, ends.hi - place
    if (place == 0 and x.is_zero is False) or above.is_negative or below.is_negative:
        return False
    return not (above == 0 and not ends.lo_closed) and not (below == 0 and not ends.hi_closed)
