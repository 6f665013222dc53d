"""Writes averages of a function of counts by its steps from one whole number to the next, where these are simpler.

The average of ``g`` over whole numbers from ``a`` on is ``g(a)``, and over all ``j`` from there on the sum of
``g(j + 1) - g(j)`` times the share of numbers above ``j``: summation by parts (Graham, Knuth & Patashnik 1994,
*Concrete Mathematics*, section 2.6). The step of a digamma function is a reciprocal: NIST DLMF 5.5.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Dummy, Expr, Symbol, expand_func, together

from ..proofs.algebra.atoms import Mean
from ..proofs.derivation import Derivation
from .exact import in_plain_functions
from .lowering import Lowering, NotLoweredError

Named = tuple[tuple[Symbol, Expr], ...]


@dataclass(frozen=True, eq=False)
class LoweredEquation:
    """The only equation of a derivation, with symbols for averages.

    ``moving`` are those with the unknown in them, ``still`` the others, each with the function of a row that is
    averaged; ``least``, ``most`` and ``size`` stand for what they do in a ``Lowering``.
    """

    data: Symbol
    unknown: Symbol
    equation: Expr
    moving: Named
    still: Named
    ends: tuple[Symbol, Symbol, Symbol]


@dataclass(frozen=True, eq=False)
class Steps:
    """The same equation with symbols for sums over steps, each with the step at the data's symbol.

    A sum is over whole numbers from ``first`` on, each weighted by the share of rows above it.
    """

    first: int
    equation: Expr
    moving: Named


def lowered_equation(derivation: Derivation) -> LoweredEquation:
    """Return the equation in averages of one pass.

    >>> from thetahat import derive, family
    >>> [f for _, f in lowered_equation(derive(family("negative_binomial"))).moving]
    [polygamma(0, r + x)]

    Raises
    ------
    NotLoweredError
        Where averages stand inside averages, or quantiles in the equation.
    """
    unknown = derivation.unknowns[0]
    inner = Lowering(derivation.family.observation, {s.symbol: s.definition for s in derivation.statistics})
    inner.given(unknown)
    equation = inner.number(derivation.equations[0])
    stages = inner.stages()
    if len(stages) != 1 or stages[0].scalars or inner.quantiles or inner.wide:
        raise NotLoweredError("averages in the equation need other averages")
    moving = tuple((symbol, e) for symbol, e in stages[0].averages if unknown in e.free_symbols)
    still = tuple((symbol, e) for symbol, e in stages[0].averages if unknown not in e.free_symbols)
    if not moving:
        raise NotLoweredError("the unknown stands in no average")
    return LoweredEquation(inner.data, unknown, equation, moving, still, (inner.least, inner.most, inner.size))


def in_steps(derivation: Derivation, lowered: LoweredEquation) -> Steps | None:
    """Return the equation by steps; ``None`` where rows are no counts from a known one on, or a step is no quotient.

    >>> from thetahat import derive, family
    >>> binomial = derive(family("negative_binomial"))
    >>> [step for _, step in in_steps(binomial, lowered_equation(binomial)).moving]
    [1/(r + x)]
    """
    bounds, x, unknown = derivation.family.bounds, lowered.data, lowered.unknown
    if not (bounds.discrete and bounds.lo.is_Integer and bounds.lo.is_nonnegative):
        return None
    if lowered.equation.free_symbols & set(lowered.ends):
        return None
    moving, sums = [], {}
    for symbol, integrand in lowered.moving:
        step = together(expand_func(integrand.xreplace({x: x + 1})) - expand_func(integrand))
        if not step.is_rational_function(x, unknown) or step.free_symbols - {x, unknown}:
            return None
        total = Dummy("total", real=True)
        moving.append((total, step))
        sums[symbol] = integrand.xreplace({x: bounds.lo}) + total
    equation = expand_func(in_plain_functions(lowered.equation).xreplace(sums))
    return Steps(int(bounds.lo), equation, tuple(moving))


def means_of(expressions: Sequence[Expr]) -> list[Mean]:
    """Return the averages in some expressions, in a fixed order.

    >>> x = Symbol("x")
    >>> means_of([1 + Mean(x**2, x), Mean(x, x)])
    [Mean(x**2, x), Mean(x, x)]
    """
    return sorted(set().union(*(expression.atoms(Mean) for expression in expressions)), key=str)
