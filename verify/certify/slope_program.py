"""Compiles the slopes of the mean log-likelihood that a contraction needs, once for a derivation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from sympy import Dummy, Expr, Symbol

from ...proofs.algebra.kinks import has_a_jump, without_still_kinks
from ...proofs.derivation import Derivation
from ...proofs.family import Family
from ...proofs.saturating import as_saturating
from .program import Program, kernel_of, program


@dataclass(frozen=True, eq=False)
class Slopes:
    """The gradient of the mean log-likelihood in ``parameters`` and the upper triangle of minus its Hessian."""

    parameters: tuple[Symbol, ...]
    placed: tuple[Symbol, ...]
    gradient: tuple[Symbol, ...]
    curvature: tuple[tuple[Symbol, ...], ...]
    program: Program


@lru_cache(maxsize=512)
def slopes_of(derivation: Derivation) -> Slopes | None:
    """Return the compiled slopes in the parameters that no formula places at an end of the support.

    ``None`` where the likelihood has corners at observations, so that no Hessian describes it.

    >>> from flint import arb
    >>> from thetahat import derive, family
    >>> from thetahat.proofs.ball_data import Table
    >>> slopes = slopes_of(derive(family("exponential")))
    >>> rate, table = family("exponential").symbols[0], Table(family("exponential").columns, [(arb(3),)], None)
    >>> values = slopes.program(table, {rate: arb(1)})
    >>> [float(values[symbol]) for symbol in (*slopes.gradient, *slopes.curvature[0])]
    [-2.0, 1.0]
    """
    family = derivation.family
    ends = {symbol for symbol, _ in derivation.formulas if symbol in family.bounds.free_symbols}
    value = kernel_of(derivation)
    return _slopes(family, [value.diff(p) for p in family.symbols if p not in ends], ends)


@lru_cache(maxsize=512)
def saturating_slopes(derivation: Derivation) -> Slopes | None:
    """Return the same as averages of what each row adds, where that tends to a constant far from the parameter.

    >>> from thetahat import derive, family
    >>> saturating_slopes(derive(family("exponential"))) is None
    True
    >>> saturating_slopes(derive(family("logistic_known_scale").fix(s=2))) is None
    False
    """
    family = derivation.family
    slopes = [kernel_of(derivation).diff(p) for p in family.symbols]
    told = [as_saturating(slope, family.columns) for slope in slopes]
    return None if told == slopes else _slopes(family, told, set(), lambda e: as_saturating(e, family.columns))


def _slopes(
    family: Family, first: list[Expr], ends: set[Symbol], write: Callable[[Expr], Expr] = lambda e: e
) -> Slopes | None:
    """The compiled slopes, of which the first ones are given, without parameters at ``ends`` of the support."""
    parameters = tuple(p for p in family.symbols if p not in ends)
    size = range(len(parameters))
    gradient = tuple(Dummy("g", real=True) for _ in size)
    curvature = tuple(tuple(Dummy("h", real=True) for _ in size[i:]) for i in size)
    items = list(zip(gradient, first, strict=True))
    for i in size:
        bends = (without_still_kinks(-first[i].diff(p), family.columns) for p in parameters[i:])
        items += [(symbol, write(bend)) for symbol, bend in zip(curvature[i], bends, strict=True)]
    if any(has_a_jump(expression) for _, expression in items):
        return None
    placed = tuple(p for p in family.symbols if p in ends)
    return Slopes(parameters, placed, gradient, curvature, program(items, family.columns, family.symbols))
