"""Signs of polynomials in a positive number ``z`` and in ``exp(z)``, by derivatives at zero.

After division by a power of ``exp(z)``, which changes no sign, a derivative makes one of the polynomials in ``z``
shorter. Where every function on the way is at least zero at zero, and the last one positive, all are positive.
Logarithms are bounded by their tangents.
"""

from __future__ import annotations

from functools import lru_cache

from sympy import Add, Dummy, Expr, Poly, Pow, S, Symbol, exp, factor_list, fraction, log, oo, together

from ..bounds import Bounds
from .signs import Domain

_MOST_STEPS = 60
_Z, _E = Dummy("z", positive=True), Dummy("e", positive=True)
_Parts = dict[int, Poly]


def is_positive_in_exponentials(expression: Expr, unknown: Symbol, observation: Symbol, domain: Domain) -> bool:
    """Return whether ``expression > 0`` is proved for every positive unknown and every observation.

    Observations are positive, with the product ``z`` of both in exponents; or they lie between zero and one, with
    powers of the unknown, which are then ``exp(-z)``. Of positive ones these are ``exp(-z)``, one, or ``exp(z)``.

    >>> from thetahat.proofs.bounds import Bounds
    >>> u, x = Symbol("u", positive=True), Symbol("x", positive=True)
    >>> half_line, unit = (Bounds(S.Zero, end, False, False, False) for end in (oo, S.One))
    >>> square = (exp(u * x) - 1) ** 2 - u**2 * x**2 * exp(u * x)
    >>> is_positive_in_exponentials(square, u, x, {u: half_line, x: half_line})
    True
    >>> is_positive_in_exponentials(1 / u - x**u * log(x) / (1 - x**u), u, x, {u: half_line, x: unit})
    True
    """
    bounds = _lower_bounds(expression, unknown, observation, domain.get(unknown), domain.get(observation))
    return bounds is not None and all(_is_positive(bound, unknown) for bound in bounds)


def is_nonnegative_in_exponentials(expression: Expr, unknown: Symbol, observation: Symbol, domain: Domain) -> bool:
    """Return the same for ``expression >= 0``.

    >>> from thetahat.proofs.bounds import Bounds
    >>> u, x = Symbol("u", positive=True), Symbol("x", positive=True)
    >>> half_line = Bounds(S.Zero, oo, False, False, False)
    >>> gap = -log(1 - exp(-u * x)) - exp(-u * x)
    >>> is_nonnegative_in_exponentials(gap, u, x, {u: half_line, x: half_line})
    True
    """
    bounds = _lower_bounds(expression, unknown, observation, domain.get(unknown), domain.get(observation))
    return bounds is not None and all(bound == 0 or _is_positive(bound, unknown) for bound in bounds)


@lru_cache(maxsize=256)
def _lower_bounds(
    expression: Expr, unknown: Symbol, observation: Symbol, space: Bounds | None, ends: Bounds | None
) -> tuple[Expr, ...] | None:
    """The expression in ``z``, ``e = exp(z)`` and the unknown, its logarithms bounded, for each kind of observation."""
    if space is None or ends is None or not unknown.is_positive or ends.discrete or ends.lo != 0 or ends.lo_closed:
        return None
    bounds = [_lower_bound(expression, unknown, observation, place) for place in _places(expression, unknown, ends)]
    found = tuple(bound for bound in bounds if bound is not None)
    return found if found and len(found) == len(bounds) else None


def _places(expression: Expr, unknown: Symbol, ends: Bounds) -> tuple[Expr, ...]:
    """Where observations lie, in ``z`` and the unknown, so that together they are all observations there may be."""
    if ends.hi == 1 and not ends.hi_closed:
        return (exp(-_Z / unknown),)
    if ends.hi is not oo:
        return ()
    powers = any(unknown in node.exp.free_symbols for node in expression.atoms(Pow) if not isinstance(node, exp))
    return (exp(-_Z / unknown), S.One, exp(_Z / unknown)) if powers else (_Z / unknown,)


def _lower_bound(expression: Expr, unknown: Symbol, observation: Symbol, place: Expr) -> Expr | None:
    moved = expression.subs(observation, place).replace(
        lambda node: isinstance(node, exp) and (node.args[0] / _Z).cancel().is_Integer,
        lambda node: _E ** (node.args[0] / _Z).cancel(),
    )
    bounded = _without_logarithms(moved, unknown)
    names = (_Z, _E, unknown)
    if bounded is None or not bounded.is_rational_function(*names) or bounded.free_symbols - set(names):
        return None
    return together(bounded).cancel()


def _without_logarithms(expression: Expr, unknown: Symbol) -> Expr | None:
    """A lower bound by ``1 - 1/r <= log(r) <= r - 1`` for each logarithm, in which the expression goes one way.

    Where ``r > 1``, by ``2 (r - 1)/(r + 1) <= log(r)``. Beyond its least value a convex function goes up where it does
    so there. Sources: NIST DLMF 4.5.1; Topsoe 2007, Some bounds for the logarithmic function, formula 3.
    """
    expression = expression.replace(log, _of_bounded)
    for node in sorted(expression.atoms(log), key=lambda one: one.sort_key()):
        mask = Dummy("log", real=True)
        flat = expression.xreplace({node: mask})
        slope, argument = flat.diff(mask), node.args[0]
        if slope.has(log) or not _is_positive(argument, unknown):
            return None
        above_one = _is_positive(argument - 1, unknown)
        least = 2 * (argument - 1) / (argument + 1) if above_one else 1 - 1 / argument
        bend = slope.diff(mask)
        if bend != 0:
            rises = _is_positive(slope.xreplace({mask: least}), unknown) and _is_positive(bend, unknown)
            if bend.has(mask) or not rises:
                return None
            expression = flat.xreplace({mask: least})
        elif _is_positive(slope, unknown):
            expression = flat.xreplace({mask: least})
        elif _is_positive(-slope, unknown):
            expression = flat.xreplace({mask: argument - 1})
        else:
            bounded = _term_by_term(flat, mask, least, argument - 1, unknown)
            if bounded is None:
                return None
            expression = bounded
    return expression


def _term_by_term(flat: Expr, mask: Dummy, least: Expr, most: Expr, unknown: Symbol) -> Expr | None:
    """A lower bound of what is linear in a number between two: where terms rise with it the least, else the most."""
    found = flat.subs(mask, 0)
    for term in Add.make_args(flat.diff(mask).expand()):
        if _is_positive(term, unknown):
            found += term * least
        elif _is_positive(-term, unknown):
            found += term * most
        else:
            return None
    return found


def _of_bounded(argument: Expr) -> Expr:
    """The logarithm of what grows like a power of ``exp(z)``, with that power apart."""
    if argument.free_symbols != {_E} or not argument.is_rational_function(_E):
        return log(argument)
    over, under = (Poly(part, _E).degree() for part in fraction(together(argument)))
    power = max(over - under, 0)
    return power * _Z + log(together(argument / _E**power).expand())


def _is_positive(expression: Expr, unknown: Symbol) -> bool:
    """Whether a rational function of ``z``, ``exp(z)`` and the unknown is proved positive, factor by factor."""
    names = (_Z, _E, unknown)
    if expression.free_symbols - set(names) or not expression.is_rational_function(*names):
        return False
    sign = 1
    for part in fraction(together(expression).cancel()):
        coefficient, factors = factor_list(part, *names)
        sign *= 1 if coefficient > 0 else -1 if coefficient < 0 else 0
        for factor, power in factors:
            found = 1 if factor.is_positive else _sign_of(factor)
            sign *= found**power
    return sign > 0


def _sign_of(factor: Expr) -> int:
    if factor.free_symbols - {_Z, _E}:
        return 0
    parts = {k: Poly(c, _Z) for (k,), c in Poly(factor, _E).terms()}
    opposite = {k: -c for k, c in parts.items()}
    return 1 if _rises_from_zero(parts) else -1 if _rises_from_zero(opposite) else 0


def _rises_from_zero(parts: _Parts) -> bool:
    """Whether the sum of ``p_k(z) exp(k z)`` is positive for ``z > 0``, by derivatives until one polynomial is left."""
    for _ in range(_MOST_STEPS):
        parts = {k: p for k, p in parts.items() if not p.is_zero}
        if not parts:
            return False
        if len(parts) == 1:
            (left,) = parts.values()
            return all(c >= 0 for c in left.all_coeffs())
        least = min(parts)
        parts = {k - least: p for k, p in parts.items()}
        if sum((p.eval(0) for p in parts.values()), S.Zero) < 0:
            return False
        parts = {k: p.diff() + k * p for k, p in parts.items()}
    return False
