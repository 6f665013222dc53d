"""What the errors of double precision may explain of the nats that an estimator loses on one dataset."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from flint import arb
from numpy.typing import NDArray

from .answers import Question
from .certify import Certificate
from .drawn import cost_of_rounding
from .ends import outside_space
from .fitting import Fit
from .rounding_cost import cost_of_doubles
from .tolerance import LOST_NATS

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Doubles:
    """One dataset with its maximiser: what is certified of it, and our own estimate, if there is one.

    ``history`` are all data that a function with a memory has ever seen: what it has forgotten left rounding errors.
    """

    question: Question
    x: Array
    weights: Array | None
    certificate: Certificate
    fit: Fit | None
    history: Array | None = None

    @cached_property
    def rounding(self) -> float:
        """Nats that rounding the estimate to doubles costs; infinite where the nearest ones are no member."""
        theta = self._maximiser if self.fit is None else self.fit.theta
        if theta is None:
            return 0.0
        nearest = np.array(theta, dtype=np.float64)
        if outside_space(self.question.family, nearest.tolist()) is not None:
            return math.inf
        return cost_of_rounding(self.question.family, nearest, self.x, self.weights)

    @cached_property
    def cancelling(self) -> float:
        """Nats that computing the likelihood equations in doubles may cost."""
        if self._maximiser is None:
            return 0.0
        return cost_of_doubles(self.question.derivation, self._maximiser, self.x, self.weights, self.history)

    @property
    def all_lost(self) -> bool:
        """Whether errors are so large that an estimator need not come near the maximum."""
        total = float(len(self.x)) if self.weights is None else float(self.weights.sum())
        return not self.cancelling + self.rounding < LOST_NATS * total

    @cached_property
    def _maximiser(self) -> tuple[float, ...] | tuple[arb, ...] | None:
        """The maximiser, as well as it is known: what is certified, or else our own estimate."""
        if self.certificate.theta:
            return tuple(self.certificate.theta[name].ball.mid() for name in self.question.family.parameter_names)
        return None if self.fit is None else tuple(self.fit.theta)
