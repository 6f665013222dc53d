"""Solves one equation for one unknown by named rules, and says by which; never guesses a branch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from sympy import Add, Expr, LambertW, Mul, Pow, S, Symbol, log

from .atoms import atoms_of
from .lambert import lambert_roots
from .refute import Items
from .root_rules import opposite_angles, peeled, polynomial_roots, quantile_root, two_terms
from .roots import Root
from .signs import Domain, is_nonnegative, is_positive
from .tidying import cleared

_OF_AVERAGES = peeled, two_terms, quantile_root
_OF_FUNCTIONS = peeled, two_terms, polynomial_roots, opposite_angles, lambert_roots


def solve_one(equation: Expr, unknown: Symbol, domain: Domain) -> tuple[Root, ...]:
    """Return the roots of ``equation`` in ``unknown`` that some rule finds; empty where no rule applies.

    Every value is free of ``unknown``. Roots proved to lie outside the domain are left out.

    >>> from sympy import Interval, oo
    >>> from thetahat.proofs.bounds import bounds
    >>> s, t = Symbol("s", positive=True), Symbol("t", positive=True)
    >>> solve_one(-2 / s + t / s**3, s, {s: bounds(Interval.open(0, oo))})
    (Root(value=sqrt(2)*sqrt(t)/2, rule='single occurrence', only=True),)
    """
    return _solved(equation, unknown, tuple(domain.items())) or ()


@lru_cache(maxsize=2048)
def _solved(equation: Expr, unknown: Symbol, items: Items) -> tuple[Root, ...] | None:
    """Every root inside the domain, or ``None`` where no rule finds all of them."""
    clear = cleared(equation, dict(items))
    factors = list(dict.fromkeys(_base(part) for part in Mul.make_args(clear) if unknown in part.free_symbols))
    if len(factors) == 1:
        shapes = (factors[0], clear.expand(), equation, _in_one_logarithm(clear, unknown, dict(items)))
        return _solved_as_one(shapes, unknown, dict(items))
    # A product vanishes where any of its factors does: the roots of one of them are not all.
    each = [_solved(factor, unknown, items) for factor in factors]
    if not each or None in each:
        return None
    roots = tuple(root for found in each for root in found or ())
    return roots if len(roots) == 1 else tuple(replace(root, only=False) for root in roots)


def _base(factor: Expr) -> Expr:
    return factor.base if isinstance(factor, Pow) and factor.exp.is_positive else factor


def _in_one_logarithm(equation: Expr, unknown: Symbol, domain: Domain) -> Expr:
    """The same with the logarithms joined in which alone the unknown stands: ``log p - log(1 - p)`` is that of odds."""
    free, bound = equation.expand().as_independent(unknown, as_Add=True)
    parts = [part.as_independent(unknown, as_Add=False) for part in Add.make_args(bound)]
    first = parts[0][0]
    known = all(
        isinstance(one, log) and factor in (first, -first) and is_positive(one.args[0], domain) for factor, one in parts
    )
    return first * log(Mul(*(one.args[0] ** (factor / first) for factor, one in parts))) + free if known else equation


def _solved_as_one(shapes: Sequence[Expr], unknown: Symbol, domain: Domain) -> tuple[Root, ...] | None:
    """The roots by the first rule that finds some, in one of several forms of an equation without other factors."""
    solved = False
    for shape in dict.fromkeys(shapes):
        averaged = any(unknown in atom.free_symbols for atom in atoms_of(shape))
        # A rule that looks for functions of the unknown would find them under the bar, where data are bound.
        for rule in _OF_AVERAGES if averaged else _OF_FUNCTIONS:
            roots = [root for root in rule(shape, unknown, domain) if unknown not in root.value.free_symbols]
            kept = tuple(root for root in roots if not _outside(root.value, unknown, domain))
            if kept:
                # Each rule gives every root of the equation: where the others lie outside, one is the only one.
                return (replace(kept[0], only=True),) if len(kept) == 1 < len(roots) else kept
            solved = solved or bool(roots)
    return () if solved else None


def _outside(value: Expr, unknown: Symbol, domain: Domain) -> bool:
    """Whether the root is proved to lie outside the domain of the unknown, or is no real number."""
    # SymPy 1.14 says of W_{-1}(z) that it is not real for every negative z.
    unreal = value.is_extended_real is False and not value.has(LambertW)
    if unreal or value.has(S.ComplexInfinity, S.NaN, S.Infinity, S.NegativeInfinity):
        return True
    ends = domain.get(unknown)
    rest = {symbol: b for symbol, b in domain.items() if symbol != unknown}
    if ends is None:
        return False
    beyond = [] if ends.lo.is_infinite else [(ends.lo - value, ends.lo_closed)]
    beyond += [] if ends.hi.is_infinite else [(value - ends.hi, ends.hi_closed)]
    return any(is_positive(gap, rest) if closed else is_nonnegative(gap, rest) for gap, closed in beyond)
