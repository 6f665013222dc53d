"""Encloses the values of derived formulas on one dataset, and the ends of the sets that order statistics leave free."""

from __future__ import annotations

from collections.abc import Mapping

from flint import arb, fmpq
from sympy import Expr, Symbol

from ...proofs.algebra.atoms import Quantile
from ...proofs.balls import precision
from ...proofs.derivation import Derivation
from ...strategies.samples import Sample
from ..enclosure import precisions, table_of, total
from ..exact import Exactly, written_out
from ..observations import Observations
from ..tolerance import NARROW

Balls = dict[Symbol, arb]

_DIGITS = 100
"""Binary digits after which an enclosure is narrow enough: near twice those of a double."""


def enclosed(derivation: Derivation, observations: Observations) -> tuple[Balls, int] | None:
    """Return an enclosure of every parameter that has a formula, and the precision that sufficed.

    Where an order statistic is an interval, as a median between two observations, the enclosure covers both ends.
    ``None`` where a formula has no finite value in any precision.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> data = Observations(np.array([[1.0], [3.0]]), None, 2)
    >>> [float(ball) for ball in enclosed(derive(family("exponential")), data)[0].values()]
    [0.5]
    """
    family, table = derivation.family, table_of(derivation.family, observations)
    exactly = Exactly(family.columns, observations)
    last: tuple[Balls, int] | None = None
    for bits in precisions():
        with precision(bits):
            sides = [_values(derivation, exactly, observations.sample, side) for side in (-1, 1)]
            values = {symbol: low.union(sides[1][symbol]) for symbol, low in sides[0].items()}
            if not all(ball.is_finite() for ball in values.values()):
                continue
            last = values, bits
            pairs = [(low, sides[1][symbol]) for symbol, low in sides[0].items()]
            if not all(ball.rad() <= arb(2) ** -_DIGITS * abs(ball.mid()) for pair in pairs for ball in pair):
                continue
            # A place far from zero may have all these digits right and still be many standard errors off.
            point = [sides[0][s] for s in family.symbols if s in sides[0]]
            if len(point) < len(family.symbols) or total(family, point, table, observations).rad() <= NARROW:
                return last
    return last


def is_set(derivation: Derivation, sample: Sample) -> bool:
    """Return whether an order statistic that a formula uses is an interval for these data.

    >>> from thetahat import derive, family
    >>> from thetahat.strategies.samples import sample_of
    >>> laplace = derive(family("laplace"))
    >>> is_set(laplace, sample_of([1.0, 2.0])), is_set(laplace, sample_of([1.0, 2.0, 4.0]))
    (True, False)
    """
    return any(low != high for low, high in (_interval(atom, sample) for atom in _orders(derivation)))


def uses_order(derivation: Derivation) -> bool:
    """Return whether a formula uses an order statistic between the least and the greatest observation.

    >>> from thetahat import derive, family
    >>> uses_order(derive(family("laplace"))), uses_order(derive(family("uniform")))
    (True, False)
    """
    return any(atom.level not in (0, 1) for atom in _orders(derivation))


def _orders(derivation: Derivation) -> set[Quantile]:
    return set().union(*(written_out(derivation, formula).atoms(Quantile) for _, formula in derivation.formulas))


def _values(derivation: Derivation, exactly: Exactly, sample: Sample, side: int) -> Balls:
    """The formulas in order, with order statistics at their lower or their upper ends."""
    known: Balls = {}
    for symbol, formula in derivation.formulas:
        expression = written_out(derivation, formula)
        ends = {atom: Symbol(f"_q{i}", real=True) for i, atom in enumerate(sorted(expression.atoms(Quantile), key=str))}
        numbers = {s: arb(_interval(atom, sample)[side > 0]) for atom, s in ends.items()}
        known[symbol] = exactly.ball(expression.xreplace(ends), {**known, **numbers})
    return known


def _interval(atom: Quantile, sample: Sample) -> tuple[fmpq, fmpq]:
    """Both ends of an order statistic of the observation, exactly."""
    level: Expr = atom.level
    if not level.is_Rational:
        raise ValueError(f"the level of {atom} is no rational number")
    ends = sample.interval(0, fmpq(int(level.p), int(level.q)))
    assert ends is not None, "a rational level leaves nothing open"
    return ends


def bounds_of_set(derivation: Derivation, observations: Observations) -> Mapping[Symbol, tuple[arb, arb]] | None:
    """Return both ends of what the likelihood leaves free of each such parameter; ``None`` where they are not finite.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> data = Observations(np.array([[0.5], [0.75]]), None, 2)
    >>> [tuple(map(float, ends)) for ends in bounds_of_set(derive(family("uniform_unit_length")), data).values()]
    [(-0.25, 0.5)]
    """
    exactly = Exactly(derivation.family.columns, observations)
    for bits in precisions():
        with precision(bits):
            found = {
                symbol: (
                    exactly.ball(written_out(derivation, low), {}),
                    exactly.ball(written_out(derivation, high), {}),
                )
                for symbol, low, high in derivation.free
            }
            if all(ball.is_finite() for pair in found.values() for ball in pair):
                return found
    return None
