"""Expressions that are never negative by their form, as records that a step can hold and a checker can read."""

from __future__ import annotations

from sympy import Basic, Expr, Symbol, Tuple, log

from .plates import Plate
from .terms import Identity, LogDet, Trace, Transposed, shape
from .words import tree, words


def stein(factor: Expr, first: Expr, second: Expr) -> Tuple:
    """``factor (tr(AB) - log det(AB) - d)`` for positive definite ``A`` and ``B``; zero only for ``AB = I``."""
    return Tuple(Symbol("stein"), factor, first, second)


def square(factor: Expr, right: Expr, difference: Expr, left: Expr) -> Tuple:
    """``factor tr(P Z' Q Z)`` for positive definite ``P`` and ``Q``; zero only for ``Z = 0``."""
    return Tuple(Symbol("square"), factor, right, difference, left)


def tangent(factor: Expr, ratio: Expr, *plates: Basic) -> Tuple:
    """``factor (t - 1 - log t)`` for positive ``t``, summed over plates; zero only for ``t = 1`` where factor > 0."""
    return Tuple(Symbol("tangent"), factor, ratio, *plates)


def squared(factor: Expr, difference: Expr, *plates: Basic) -> Tuple:
    """``factor z**2``, summed over plates."""
    return Tuple(Symbol("squared"), factor, difference, *plates)


def gibbs(first: Expr, second: Expr, factor: Expr, *plates: Basic) -> Tuple:
    """``factor sum(a log(a/b))`` for two distributions over the first plate, summed over further ones."""
    return Tuple(Symbol("gibbs"), factor, first, second, *plates)


def schwarz(factor: Expr, weight: Expr, number: Expr, *plates: Basic) -> Tuple:
    """``factor (sum w sum(w z**2) - sum(w z)**2)`` over one plate, at least 0 where the weights are."""
    return Tuple(Symbol("schwarz"), factor, weight, number, *plates)


def expression(record: Tuple) -> Expr:
    """Return what a record stands for.

    >>> from sympy.abc import t
    >>> expression(tangent(2, t))
    2*t - 2*log(t) - 2
    """
    kind, factor, *rest = record
    if kind.name == "stein":
        joined = tree(words(rest[0] * rest[1]), shape(rest[0])[0])
        return factor * (Trace(joined) - LogDet(joined) - shape(rest[0])[0])
    if kind.name == "square":
        right, difference, left = rest
        plain = Transposed(difference) * (difference if isinstance(left, Identity) else left * difference)
        return factor * Trace(plain if isinstance(right, Identity) else right * plain)
    if kind.name == "schwarz":
        weight, number, *plates = rest
        zeroth, first, second = (_summed(weight * number**power, plates) for power in range(3))
        return factor * (zeroth * second - first**2)
    if kind.name == "gibbs":
        first, second, *plates = rest
        return _summed(factor * first * log(first / second), plates)
    inner, *plates = rest
    value = factor * (inner - 1 - log(inner)) if kind.name == "tangent" else factor * inner**2
    return _summed(value, plates)


def _summed(value: Expr, plates: list[Basic]) -> Expr:
    for index, last in plates:
        value = Plate(value, index, last)
    return value
