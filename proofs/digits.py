"""The log-density of a family and its score in fifty-digit numbers, for checks that look at values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import mpmath as mp
from sympy import Dummy, Expr, Piecewise, Symbol, lambdify, nan, true

from .errors import DeclarationError, UndecidedError
from .family import Family
from .probes import written

Evaluate = Callable[[Any], Any]

# An x at e**-80 from an end of its support then still has 15 digits of its own.
DIGITS = 50
# Bits before the point from which on the exponential of a number is not computed.
_LONGEST = 10_000
# What mpmath raises outside a function's domain or where a series does not converge.
_NOT_EVALUATED = (ArithmeticError, ValueError, mp.libmp.NoConvergence)


def number(value: Expr) -> Any:
    """Return an exact real number in the present precision of mpmath.

    >>> from sympy import Rational
    >>> number(Rational(1, 4))
    mpf('0.25')
    """
    return mp.mpf(int(value.p)) / int(value.q) if value.is_Rational else mp.mpf(value.evalf(mp.mp.dps + 10))


def log_density_at(family: Family, values: Mapping[Symbol, Expr]) -> Evaluate:
    """Return the log-density at ``values`` as a function of the observation; ``nan`` where it cannot be evaluated.

    The function raises ``DeclarationError`` where the log-density is not real.

    >>> from sympy import Rational
    >>> from thetahat.proofs.families.counts.bernoulli import BERNOULLI
    >>> mp.nstr(log_density_at(BERNOULLI, {BERNOULLI.symbols[0]: Rational(1, 4)})(1), 6)
    '-1.38629'
    """
    once, each = _compiled(family)
    known = [number(values[symbol]) for symbol in known_symbols(family)]

    def evaluate(x: Any) -> Any:
        value = mp.mpmathify(fixed + evaluated(each, x, known))
        if mp.im(value):
            raise DeclarationError(
                f"{family.name}: at {written(values)} the log-density is {mp.nstr(value, 6)} for "
                f"{family.observation} = {mp.nstr(x, 8)}, which is not real although the point lies in the support "
                f"{family.support}; correct the density, the support, or the space of a parameter"
            )
        return mp.re(value)

    fixed = evaluated(once, known)
    return evaluate


def score_at(family: Family, symbols: tuple[Symbol, ...], values: Mapping[Symbol, Expr], x: Any) -> list[Any]:
    """Return the derivatives of the log-density at ``x`` by ``symbols``, by numerical differentiation.

    >>> from sympy import Integer
    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> (rate,) = EXPONENTIAL.symbols
    >>> [mp.nstr(value, 9) for value in score_at(EXPONENTIAL, (rate,), {rate: Integer(2)}, mp.mpf(3))]
    ['-2.5']
    """
    once, each = _compiled(family)
    order = known_symbols(family)
    known = [number(values[symbol]) for symbol in order]

    def derivative(symbol: Symbol) -> Any:
        j = order.index(symbol)

        def moved(value: Any) -> Any:
            there = [*known[:j], value, *known[j + 1 :]]
            return mp.re(once(there) + each(x, there))

        return evaluated(mp.diff, moved, known[j])

    return [derivative(symbol) for symbol in symbols]


def known_symbols(family: Family) -> tuple[Symbol, ...]:
    """Return every symbol but the observation: covariates, constants, parameters.

    >>> from thetahat.proofs.families.counts.binomial import BINOMIAL
    >>> known_symbols(BINOMIAL)
    (n, p)
    """
    return (*family.beside, *(item.symbol for item in (*family.constants, *family.parameters)))


def evaluated(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return the value of a compiled function, or ``nan`` where mpmath has none.

    Raises
    ------
    UndecidedError
        When mpmath does not have the function at all.

    >>> evaluated(mp.digamma, mp.mpf(0)), evaluated(mp.sqrt, mp.mpf(4))
    (mpf('nan'), mpf('2.0'))
    """
    try:
        return function(*arguments)
    except _NOT_EVALUATED:
        return mp.nan
    except NameError as error:
        raise UndecidedError(f"the density cannot be evaluated: mpmath has no such function, {error}") from error


@lru_cache(maxsize=64)
def _compiled(family: Family) -> tuple[Evaluate, Callable[..., Any]]:
    """The terms of the log-density without the observation, evaluated once, and the others."""
    # Names of their own: a parameter called ``beta`` would take the place of the function.
    apart = {s: Dummy() for s in (family.observation, *known_symbols(family))}
    known = tuple(apart[symbol] for symbol in known_symbols(family))
    x = apart[family.observation]
    once, each = _everywhere(family.log_density.xreplace(apart)).as_independent(x, as_Add=True)
    modules = [{"ZetaDerivative": lambda order, s: mp.zeta(s, 1, int(order)), "exp": _exponential}, "mpmath"]
    return lambdify((known,), once, modules), lambdify((x, known), each, modules)


def _exponential(x: Any) -> Any:
    """The exponential, infinite or zero where mpmath would take as many bits as its argument is long."""
    if mp.isfinite(x) and mp.mag(x) > _LONGEST:
        return mp.inf if mp.re(x) > 0 else mp.mpf(0)
    return mp.exp(x)


def _everywhere(expression: Expr) -> Expr:
    """Cases with an undefined number where none of them holds; the compiled function would have nothing there."""

    def completed(cases: Piecewise) -> Expr:
        return cases if cases.args[-1][1] is true else Piecewise(*cases.args, (nan, True), evaluate=False)

    return expression.replace(lambda node: isinstance(node, Piecewise), completed)
