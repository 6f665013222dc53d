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
class Sums:
    """Coefficients from one pass over the rows.

    ``summed`` adds up so many ``slopes``, row by row, and then products of columns, of which ``combined`` makes the
    other coefficients, and of the average of ``w``: an exponential of it then needs no pass for its sign.
    """

    summed: Callable[..., Sequence[float]]
    combined: Scalars
    slopes: int = 0

    def __call__(self, y: Array, mean: float, location: float, turned: float) -> list[float]:
        """Return the coefficients over ``y``, of which ``mean`` is the average."""
        found = averages(self.summed, y, location, turned, rows=UNSHARED)
        return found[: self.slopes] + self.combined((mean - location) * turned, *found[self.slopes :])


@dataclass(frozen=True, eq=False)
class Expansion:
    """The averages of ``g^(k) z^j (-1)^(k - j) / (j! (k - j)!)`` for each of the ``terms`` ``(k, j)``, at some scale.

    They are the coefficients of ``a^j b^(k - j)`` in the expansion of the average of ``g((1 + a) z - b)``, to which
    ``a`` is added where the scale is estimated: those of ``a`` and ``b`` are the slopes. ``w`` is ``rate`` times ``z``.
    """

    terms: tuple[Power, ...]
    rate: float
    of_products: Sums
    by_rows: Sums
    to_second: Sums

    def __call__(self, y: Array, mean: float, location: float, inverse: float) -> list[float]:
        """Return the averages over ``y``, of which ``mean`` is the average."""
        return self.of_products(y, mean, location, self.rate * inverse)

    def sharp(self, y: Array, mean: float, location: float, inverse: float) -> list[float]:
        """Return the same with slopes that lose no more than the rows do: near the maximum averages of them cancel.

        Of one row after the other rounding differs, so that little of it is left in an average; of the averages it is
        all that the slopes would show.
        """
        return self.by_rows(y, mean, location, self.rate * inverse)

    def close(self, y: Array, mean: float, location: float, inverse: float) -> list[float]:
        """Return the first and the second order of that: next to the maximum no more is needed."""
        return self.to_second(y, mean, location, self.rate * inverse)
