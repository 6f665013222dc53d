"""Encloses the values of derived formulas on one dataset, and the ends of the sets that order statistics leave free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from flint import arb, fmpq
from sympy import Symbol

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


class Enclosed(NamedTuple):
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
    ends = [_interval(level, observations.sample) for level in formulas.levels]
    wide = any(low != high for low, high in ends)
    parameters, margins, _ = formulas.places
    for bits in precisions():
        with precision(bits):
            low = formulas.program.listed(table, [arb(pair[0]) for pair in ends])
            sides, point = [low], [low[place] for place in parameters]
            digits = min([ball.rel_accuracy_bits() for ball in point], default=_DIGITS)
            if wide:
                high = formulas.program.listed(table, [arb(pair[1]) for pair in ends])
                sides.append(high)
                digits = min([digits, *(high[place].rel_accuracy_bits() for place in parameters)])
                point = [ball.union(high[place]) for ball, place in zip(point, parameters, strict=True)]
            if not all(map(arb.is_finite, point)):
                continue
            inside = formulas.complete and all(side[place] > 0 for side in sides for place in margins)
            last = Enclosed(dict(zip(formulas.parameters, point, strict=True)), bits, inside, wide)
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


def _height(family: Family, formulas: Formulas, values: Sequence[arb], observations: Observations) -> arb:
    """The log-likelihood but for a constant; ``nan`` where it is not certain that the support holds the data.

    A place far from zero may have all its digits right and still be many standard errors off.
    """
    if formulas.moving and not holds(family, [values[place] for place in formulas.moving], observations):
        return arb("nan")
    return values[formulas.places[2]] * observations.total


@lru_cache(maxsize=512)
def uses_order(derivation: Derivation) -> bool:
    """Return whether a formula uses an order statistic between the least and the greatest observation.

    >>> from thetahat import derive, family
    >>> uses_order(derive(family("laplace"))), uses_order(derive(family("uniform")))
    (True, False)
    """
    return any(level not in (0, 1) for level in formulas_of(derivation).levels)


def _interval(level: fmpq | int, sample: Sample) -> tuple[fmpq, fmpq] | tuple[float, float]:
    """Both ends of an order statistic of the observation, exactly."""
    if isinstance(level, int):
        end = sample.ends[0][level]
        return end, end
    ends = sample.interval(0, level)
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
