"""Families as exercises of textbooks ask for them, each declared because the engine once failed at it."""

from __future__ import annotations

from sympy import Expr, Interval, Range, Rational, S, Set, Symbol, log, loggamma, oo

from thetahat import Family, Parameter, derive
from thetahat.proofs.derivation import Derivation, Outcome

POSITIVE = Interval.open(0, oo)
x, a, b = (Symbol(name, positive=True) for name in ("x", "a", "b"))
count, rank = Symbol("n", integer=True, nonnegative=True), Symbol("n", integer=True, positive=True)


def declared(observation: Symbol, support: Set, density: Expr, *parameters: Parameter, **more: object) -> Derivation:
    """Return the derivation of a family that nobody ships."""
    return derive(Family("textbook", observation, support, parameters, density, **more))


def test_an_average_over_two_columns_has_its_lowest_count_set_apart():
    """Poisson rates in two groups, with exposure: ``mean(d b**d w)`` vanishes with ``b``, whatever ``d`` and ``w``."""
    w, d = Symbol("w", positive=True), Symbol("d", integer=True, nonnegative=True)
    density = count * log(w * a * b**d) - w * a * b**d - loggamma(count + 1)
    found = declared(count, Range(0, oo), density, Parameter(a, POSITIVE), Parameter(b, POSITIVE), covariates=(w, d))
    assert found.outcome is Outcome.REDUCED
    assert found.optimality.proved


def test_ranks_that_a_shifted_power_weighs_are_derived_without_their_information():
    """Zipf and Mandelbrot's law of word frequencies, shift known: ten powers under one logarithm."""
    shift = Rational(27, 10)
    total = sum(((i + shift) ** -a for i in range(1, 11)), S.Zero)
    found = declared(rank, Range(1, 11), -a * log(rank + shift) - log(total), Parameter(a, POSITIVE))
    assert found.optimality.proved
    assert found.existence_proved
    assert all(step.rule != "information" for step in found.steps)
