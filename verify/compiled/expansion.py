"""Averages that a kernel is expanded by, at some place and scale, from sums of a few products of columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from .columns import UNSHARED, averages
from .numbers import Scalars

Array = NDArray[Any]
Power = tuple[int, int]
"""That of ``u`` and that of ``w``; for an average its order, and the power of ``z`` beside that derivative."""


@dataclass(frozen=True, eq=False)
class Expansion:
    """The averages of ``g^(k) z^j (-1)^(k - j) / (j! (k - j)!)`` for each of the ``terms`` ``(k, j)``, at some scale.

    They are the coefficients of ``a^j b^(k - j)`` in the expansion of the average of ``g((1 + a) z - b)``, to which
    ``a`` is added where the scale is estimated: those of ``a`` and ``b`` are the slopes. ``moments`` sums the products
    up, ``combined`` makes the coefficients of them and of the average of ``w``, which is ``rate`` times ``z``: an
    exponential of it then needs no pass for its sign. ``with_slopes`` sums up what the slopes are the averages of, and
    then the products.
    """

    terms: tuple[Power, ...]
    rate: float
    moments: Callable[..., Sequence[float]]
    with_slopes: Callable[..., Sequence[float]]
    combined: Scalars

    def __call__(self, y: Array, mean: float, location: float, inverse: float) -> list[float]:
        """Return the averages over ``y``, of which ``mean`` is the average."""
        turned = self.rate * inverse
        return self.combined((mean - location) * turned, *averages(self.moments, y, location, turned, rows=UNSHARED))

    def sharp(self, y: Array, mean: float, location: float, inverse: float) -> list[float]:
        """Return the same with slopes that lose no more than the rows do: near the maximum averages of them cancel.

        Of one row after the other rounding differs, so that little of it is left in an average; of the averages it is
        all that the slopes would show.
        """
        turned, count = self.rate * inverse, sum(order == 1 for order, _ in self.terms)
        found = averages(self.with_slopes, y, location, turned, rows=UNSHARED)
        return found[:count] + self.combined((mean - location) * turned, *found[count:])[count:]
