"""Estimates in a few passes and a few operations on floats, for ordinary data; of any other it says nothing.

It has no answer, and no error either, where a condition fails or is close, where the rows are few enough to be
evaluated in balls, or where the data are of unusual size or spread: the careful path has the last word on all of these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from ..tolerance import CLEAR_SPREAD
from .rows import DOUBLE, ends_of
from .silence import silent

Array = NDArray[Any]
Estimate = dict[str, float] | None
"""By name, in declared order; ``None`` where it is for the careful path to say."""
Theta = Callable[[Array, float, float], Estimate]
"""From the data and their ends to the estimate; ``None`` where the data do not clearly have one."""
Gated = Callable[[Array, Theta], Estimate]
"""From rows, asked beforehand whether doubles suffice for them, to the estimate. The other function is called with rows
of few different values, and their ends."""
Solver = Callable[..., Sequence[float] | None]
"""From the data and numbers known of them to the unknowns of equations; ``None`` where doubles do not tell them."""

Rounded = Callable[[Array, Mapping[str, float]], Estimate]
"""From data of few different values, and their estimate in doubles, to the one that the careful path makes of them."""


@dataclass(frozen=True, eq=False)
class Estimator:
    """A derivation compiled for ordinary data.

    ``theta`` computes the estimate, ``of_doubles`` and ``of_integers`` first ask what the rows have to be for it. Of
    few different values ``rounded`` makes the estimate that the careful path does from the one in doubles.
    """

    theta: Theta
    of_doubles: Gated
    of_integers: Gated
    rounded: Rounded | None = None

    def __call__(self, x: Array) -> Estimate:
        """Return the estimate by name, in declared order, or ``None`` where it is for the careful path to say.

        ``x`` has shape ``(n,)`` and holds doubles, or integers.
        """
        return silent().run(self.of_doubles if x.dtype is DOUBLE else self.of_integers, x, self._of_few)

    def near(self, x: Array) -> Estimate:
        """Return the estimate without asking whether doubles suffice for it; ``None`` where they clearly do not."""
        return silent().run(self._near, x)

    def _near(self, x: Array) -> Estimate:
        least, most = ends_of(x)
        return self.theta(x, least, most) if most - least > CLEAR_SPREAD * max(-least, most) else None

    def _of_few(self, x: Array, least: float, most: float) -> Estimate:
        theta = None if self.rounded is None else self.theta(x, least, most)
        return None if self.rounded is None or theta is None else self.rounded(x, theta)
