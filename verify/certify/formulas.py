"""Encloses the values of derived formulas on one dataset, and the ends of the sets that order statistics leave free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from flint import arb, fmpq
from sympy import Expr, Symbol

from ...proofs.algebra.atoms import Quantile
from ...proofs.balls import precision
from ...proofs.derivation import Derivation
from ...proofs.family import Family
from ...strategies.samples import Sample
from ..enclosure import holds, precisions, table_of
from ..exact import Exactly, written_out
from ..observations import Observations
from ..tolerance import NARROW
from .long_table import LongTable, laid_out
from .program import Formulas, formulas_of

Balls = dict[Symbol, arb]

_DIGITS, _ENOUGH = 100, 64
"""Binary digits after which an enclosure is narrow enough: near twice those of a double; for long data a few more."""


@dataclass(frozen=True)
class Enclosed:
    """Enclosures of all parameters that have a formula, and the precision that sufficed.

    ``inside`` says that they are all of the parameters and certainly lie in the interior of their space, ``wide`` that
    an order statistic is an interval.
    """

    theta: Balls
    bits: int
    inside: bool
    wide: bool


def enclosed(derivation: Derivation, observations: Observations) -> Enclosed | None:
    """Return an enclosure of every parameter that has a formula.

    Where an order statistic is an interval, as a median between two observations, the enclosure covers both ends.
    ``None`` where a formula has no finite value in any precision.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> data = Observations(np.array([[1.0], [3.0]]), None, 2)
    >>> [float(ball) for ball in enclosed(derive(family("exponential")), data).theta.values()]
    [0.5]
    """
    formulas, family = formulas_of(derivation), derivation.family
    table, last = laid_out(family, observations), None
    ends = {symbol: _interval(atom, observations.sample) for atom, symbol in formulas.orders.items()}
    wide = any(low != high for low, high in ends.values())
    for bits in precisions():
        with precision(bits):
            low = formulas.program(table, {symbol: arb(pair[0]) for symbol, pair in ends.items()})
            sides, theta = [low], {symbol: low[symbol] for symbol in formulas.parameters}
            if wide:
                sides.append(formulas.program(table, {symbol: arb(pair[1]) for symbol, pair in ends.items()}))
                theta = {symbol: ball.union(sides[1][symbol]) for symbol, ball in theta.items()}
            if not all(ball.is_finite() for ball in theta.values()):
                continue
            inside = formulas.complete and all(side[margin] > 0 for side in sides for margin in formulas.margins)
            last = Enclosed(theta, bits, inside, wide)
            digits = min([side[s].rel_accuracy_bits() for side in sides for s in theta], default=_DIGITS)
            if digits >= _DIGITS and (
                not formulas.complete or _height(family, formulas, low, observations).rad() <= NARROW
            ):
                return last
            if isinstance(table, LongTable):
                # What whole columns give does not become narrower with the working precision; what rows give does.
                if digits >= _ENOUGH:
                    return last
                table = table_of(family, observations)
    return last


def _height(family: Family, formulas: Formulas, values: Balls, observations: Observations) -> arb:
    """The log-likelihood but for a constant; ``nan`` where it is not certain that the support holds the data.

    A place far from zero may have all its digits right and still be many standard errors off.
    """
    if formulas.moving and not holds(family, [values[symbol] for symbol in family.symbols], observations):
        return arb("nan")
    return values[formulas.kernel] * observations.total


@lru_cache(maxsize=512)
def uses_order(derivation: Derivation) -> bool:
    """Return whether a formula uses an order statistic between the least and the greatest observation.

    >>> from thetahat import derive, family
    >>> uses_order(derive(family("laplace"))), uses_order(derive(family("uniform")))
    (True, False)
    """
    return any(atom.level not in (0, 1) for atom in formulas_of(derivation).orders)


def _interval(atom: Quantile, sample: Sample) -> tuple[fmpq, fmpq]:
    """Both ends of an order statistic of the observation, exactly."""
    ends = sample.interval(0, _level(atom))
    assert ends is not None, "a rational level leaves nothing open"
    return ends


@lru_cache(maxsize=512)
def _level(atom: Quantile) -> fmpq:
    level: Expr = atom.level
    if not level.is_Rational:
        raise ValueError(f"the level of {atom} is no rational number")
    return fmpq(int(level.p), int(level.q))


def bounds_of_set(derivation: Derivation, observations: Observations) -> Mapping[Symbol, tuple[arb, arb]] | None:
    """Return both ends of what the likelihood leaves free of each such parameter; ``None`` where they are not finite.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> data = Observations(np.array([[0.5], [0.75]]), None, 2)
    >>> [tuple(map(float, ends)) for ends in bounds_of_set(derive(family("uniform_unit_length")), data).values()]
    [(-0.25, 0.5)]
    """
    exactly = Exactly(table_of(derivation.family, observations))
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
