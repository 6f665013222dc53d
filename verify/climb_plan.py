"""What is climbed: the mean log-likelihood over free coordinates, its derivatives, and the way back to parameters."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from flint import arb
from numpy.typing import NDArray
from sympy import Abs, Add, Dummy, Expr, Pow, Rational, Symbol, exp, log, oo

from ..proofs.algebra.derivatives import derivative
from ..proofs.algebra.kernels import join_exponentials
from ..proofs.algebra.kinks import has_a_jump
from ..proofs.balls import compiled as ball_compiled
from ..proofs.balls import precision
from ..proofs.derivation import Derivation
from ..proofs.family import Family
from .density import compiled
from .exact import written_out
from .suggestions import is_a_place, place_unit, unit_shift
from .terrain import Objective, Place
from .tolerance import MOST_BITS

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Climb:
    """Compiled derivatives of the log-likelihood in free coordinates.

    ``value`` is ``whole``, a function of the parameters, in the coordinates. ``averaged`` says that they are functions
    of the statistics, not of each observation. ``centre`` and ``size`` are the symbols for the origin and unit of
    coordinates of parameters on the whole line.
    """

    parameters: tuple[Symbol, ...]
    coordinates: tuple[Symbol, ...]
    maps: tuple[Expr, ...]
    whole: Expr
    value: Expr
    averaged: bool
    names: tuple[Symbol, ...]


CENTRE, SIZE = Symbol("_centre", real=True), Symbol("_size", positive=True)


@lru_cache(maxsize=512)
def climb_of(derivation: Derivation) -> Climb:
    """Return the objective of ``derivation`` over all parameters that are not placed at an end of the support."""
    family = derivation.family
    parameters, whole, averaged = mean_log_likelihood(derivation)
    placed = set(family.symbols) - set(parameters)
    coordinates = tuple(Dummy(f"u{i}", real=True) for i in range(len(parameters)))
    within = {p: (lo, hi) for p, lo, hi in derivation.within}
    along = dict(zip(parameters, coordinates, strict=True))
    mapped: dict[Symbol, Expr] = {}
    # Where the data keep a parameter may depend on those before it there.
    for p in sorted(parameters, key=lambda p: (p in within, [*within].index(p) if p in within else 0)):
        mapped[p] = _map(family, p, along[p], within.get(p)).subs(mapped)
    maps = tuple(mapped[p] for p in parameters)
    value = whole.subs(mapped)
    known = {s.symbol for s in derivation.statistics} | placed
    names = tuple(sorted((value.free_symbols & known) | {CENTRE, SIZE}, key=str))
    return Climb(parameters, coordinates, maps, whole, value, averaged, names)


def objective_of(derivation: Derivation, numbers: Mapping[Symbol, float]) -> Objective:
    """Return the same to be climbed in balls; ``numbers`` are those beside statistics that it contains.

    >>> from thetahat import derive, family
    >>> objective = objective_of(derive(family("beta")), {})
    >>> objective.averaged, objective.limited
    (True, (0, 1))
    """
    plan = climb_of(derivation)
    definitions = {s.symbol: written_out(derivation, s.definition) for s in derivation.statistics}
    names = [name for name in plan.names if name in plan.value.free_symbols]
    return Objective(
        plan.value,
        plan.coordinates,
        derivation.family.columns,
        plan.averaged,
        {name: definitions[name] for name in names if name in definitions},
        {name: numbers[name] for name in names if name not in definitions},
        tuple(i for i, m in enumerate(plan.maps) if m.has(exp)),
    )


@lru_cache(maxsize=512)
def about_the_centre(plan: Climb, x: Symbol) -> Climb | None:
    """Return the same for rows less their centre, where that drops out; else nothing.

    Of data far from zero, compared with their spread, the difference of a row and a location loses most of its digits,
    and that of two rows none.

    >>> from thetahat import derive, family
    >>> cauchy, gamma = (derive(family(name)) for name in ("cauchy", "gamma"))
    >>> about_the_centre(climb_of(cauchy), cauchy.family.observation).value.has(CENTRE)
    False
    >>> about_the_centre(climb_of(gamma), gamma.family.observation) is None
    True
    """
    if plan.averaged or not plan.value.has(CENTRE):
        return None
    about = replace(plan, whole=plan.whole.subs(x, x + CENTRE), value=plan.value.subs(x, x + CENTRE))
    return None if about.value.has(CENTRE) else about


def mean_log_likelihood(derivation: Derivation) -> tuple[tuple[Symbol, ...], Expr, bool]:
    """Return the parameters that are not placed at an end of the support, the mean log-likelihood, and its kind.

    The kind is whether it is a function of the statistics, and else of each observation, to be averaged.

    >>> from thetahat import derive, family
    >>> mean_log_likelihood(derive(family("exponential")))
    ((lambda,), -lambda*t_1 + log(lambda), True)
    """
    family, form = derivation.family, derivation.exponential_form
    placed = {symbol for symbol, _ in derivation.formulas if symbol in family.bounds.free_symbols}
    parameters = tuple(p for p in family.symbols if p not in placed)
    if form is None:
        return parameters, join_exponentials(family.log_density), False
    products = (eta * s.symbol for eta, s in zip(form.eta, derivation.statistics, strict=False))
    return parameters, sum(products, -form.log_partition), True


@lru_cache(maxsize=512)
def has_corners(plan: Climb) -> bool:
    """Return whether a second derivative of the objective is infinite at an observation, as that of a modulus.

    >>> from thetahat import derive, family
    >>> has_corners(climb_of(derive(family("beta"))))
    False
    """
    return any(has_a_jump(second) for second in derivatives(plan)[1])


def _map(family: Family, parameter: Symbol, u: Symbol, within: tuple[Expr, Expr] | None) -> Expr:
    ends = family.domain[parameter]
    if within is not None:
        ends = replace(ends, lo=within[0], hi=within[1])
    if ends.lo is not -oo and ends.hi is not oo:
        return ends.lo + (ends.hi - ends.lo) / (1 + exp(-u))
    if ends.lo is not -oo:
        return ends.lo + exp(u)
    if ends.hi is not oo:
        return ends.hi - exp(-u)
    if is_a_place(family, parameter):
        return Rational(place_unit(family, parameter)) * (CENTRE + SIZE * u)
    # Elsewhere a parameter without ends is a logarithm, which the unit of the data may shift, or a shape.
    return u + unit_shift(family, parameter) * log(SIZE)


def in_doubles(plan: Climb, point: Array, numbers: Mapping[Symbol, float]) -> dict[Symbol, float]:
    """Return the parameters at a point of the coordinates."""
    symbols = (*plan.coordinates, *plan.names)
    place = (*(float(u) for u in point), *(np.float64(numbers[name]) for name in plan.names))
    return {p: float(compiled(m, symbols)(*place)) for p, m in zip(plan.parameters, plan.maps, strict=True)}


def rounded_once(plan: Climb, summit: Place, numbers: Mapping[Symbol, float]) -> dict[Symbol, float]:
    """Return the parameters at a maximum found in balls, each rounded once."""
    with precision(2 * MOST_BITS):
        # Of the statistics only order statistics occur in the maps, and these are observations, exact in doubles.
        given = (arb(float(numbers[name])) for name in plan.names)
        balls = ball_compiled(plan.maps, (*plan.coordinates, *plan.names))(*summit.point, *given)
        return {p: float(value.mid()) for p, value in zip(plan.parameters, balls, strict=True)}


@lru_cache(maxsize=512)
def derivatives(plan: Climb) -> tuple[tuple[Expr, ...], tuple[Expr, ...]]:
    """Return the gradient of the objective in its coordinates, and the second derivatives, upper rows first.

    >>> from thetahat import derive, family
    >>> [len(part) for part in derivatives(climb_of(derive(family("beta"))))]
    [2, 3]
    """
    first = tuple(derivative(plan.value, u) for u in plan.coordinates)
    size = len(first)
    second = tuple(
        derivative(first[i], plan.coordinates[j]) for i, j in itertools.combinations_with_replacement(range(size), 2)
    )
    return first, second


@lru_cache(maxsize=512)
def magnitudes(plan: Climb) -> tuple[Expr, ...]:
    """Return for each slope the sum of the moduli of its terms: what rounding errors are relative to.

    >>> from thetahat import derive, family
    >>> len(magnitudes(climb_of(derive(family("beta")))))
    2
    """
    moved = dict(zip(plan.parameters, plan.maps, strict=True))
    if any(_multiplies(one, plan.coordinates) for one in plan.maps):
        # Multiplied out, such maps leave thousands of terms, on which SymPy spends minutes: by the chain rule instead.
        sizes = {p: _moduli(derivative(plan.whole, p)).subs(moved) for p in plan.parameters}
        return tuple(Add(*(sizes[p] * Abs(derivative(moved[p], u)) for p in sizes)) for u in plan.coordinates)
    return tuple(_moduli(slope) for slope in derivatives(plan)[0])


def _multiplies(one: Expr, coordinates: Sequence[Symbol]) -> bool:
    """Whether a parameter is a function of several coordinates, or a quotient, as between two ends of a space."""
    if len(one.free_symbols.intersection(coordinates)) > 1:
        return True
    return any(node.base.is_Add and node.exp.is_negative for node in one.atoms(Pow))


def _moduli(slope: Expr) -> Expr:
    return Add(*(Abs(term) for term in Add.make_args(slope.expand(func=False))))
