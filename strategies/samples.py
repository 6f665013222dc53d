"""What a dataset is to a condition: checked columns and weights, their distinct rows, their exact order statistics."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate
from operator import mul
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import ArrayLike, NDArray

from ..proofs.errors import DataError
from .kept import kept
from .rounded import Doubles, exact

_CHUNK = 131_072  # rows in one pass: such an array of doubles just fits into the second-level cache
_SHORT = 256  # observations up to which a column is sorted as a list
_MANY = 4096  # observations above which whole numbers are counted, not sorted
_FEW_VALUES = 8  # up to so many possible values, looking for each is quicker than sorting into cells


@dataclass(frozen=True, eq=False)
class Sample:
    """Columns of equal length, of doubles or integers, and, unless all are one, their positive weights.

    Integers stay what they are until a column of them is asked for: their ends need no doubles.

    >>> sample_of([3.0, 1.0, 1.0]).largest_tie(0)
    2/3
    """

    given: tuple[NDArray[Any], ...]
    weights: Doubles | None

    @kept
    def columns(self) -> tuple[Doubles, ...]:
        """The columns as doubles, each in one piece of memory."""
        return tuple([np.ascontiguousarray(column, dtype=np.float64) for column in self.given])

    @property
    def size(self) -> int:
        """How many observations carry weight."""
        return len(self.given[0])

    def thinned(self, count: int) -> Sample:
        """Return as many observations, or a few more, spread over the data; all of a short sample.

        >>> sample_of([1.0, 2.0, 3.0, 4.0]).thinned(2).columns[0].tolist()
        [1.0, 3.0]
        """
        every = slice(None, None, max(1, self.size // count))
        weights = None if self.weights is None else self.weights[every]
        return Sample(tuple(column[every] for column in self.given), weights)

    @kept
    def ends(self) -> tuple[tuple[float, float], ...]:
        """The least and the greatest value of each column; both ``nan`` where a value is."""
        if self.size > _SHORT:
            return tuple((float(column.min()), float(column.max())) for column in self.given)
        return tuple([_ends(values) for values in self.lists])

    @kept
    def lists(self) -> tuple[list[Any], ...]:
        """The columns as lists, which of a short sample are quicker to look through."""
        return tuple([column.tolist() for column in self.given])

    @kept
    def enclosed(self) -> dict[Any, Any]:
        """What averages were enclosed in so far, for conditions that share them."""
        return {}

    @property
    def constant(self) -> bool:
        """Whether all observations are the same."""
        return all(least == greatest for least, greatest in self.ends)

    @kept
    def distinct(self) -> tuple[tuple[Doubles, ...], list[Any]]:
        """The columns of the distinct rows, and the exact weight of each row."""
        if len(self.columns) == 1:
            if self.counted is not None:
                return self.counted
            if self.weights is None and self.size <= _SHORT:
                return self._sorted
            values, which, counts = np.unique(self.columns[0], return_inverse=True, return_counts=True)
            return (values,), self._gathered(which, counts)
        rows, which, counts = np.unique(np.column_stack(self.columns), axis=0, return_inverse=True, return_counts=True)
        return tuple(np.ascontiguousarray(column) for column in rows.T), self._gathered(which.ravel(), counts)

    @property
    def _sorted(self) -> tuple[tuple[Doubles, ...], list[Any]]:
        """The distinct values and their counts of a short column, where array functions cost more than they save."""
        counts = Counter(self._ordered)
        return (np.array(list(counts), dtype=np.float64),), list(counts.values())

    @kept
    def _ordered(self) -> list[Any]:
        """The values of a short first column in increasing order."""
        return sorted(self.lists[0])

    @kept
    def whole(self) -> bool:
        """Whether the first column holds whole numbers alone."""
        return self.given[0].dtype.kind in "biu" or self._found is not None or are_whole(self.columns[0])

    @kept
    def counted(self) -> tuple[tuple[Doubles, ...], list[Any]] | None:
        """The distinct values and their counts, of a long column of whole numbers that lie close together."""
        if self._found is not None:
            return self._found
        least, greatest = self.ends[0]
        if self.weights is not None or not self.size > _MANY or not greatest - least < self.size / 4:
            return None
        if not self.whole:
            return None
        counts = np.zeros(int(greatest - least) + 1, dtype=np.intp)
        places = np.empty(min(self.size, _CHUNK), dtype=np.intp)
        for start in range(0, self.size, _CHUNK):
            part = self.columns[0][start : start + _CHUNK]
            here = places[: len(part)]
            np.copyto(here, part - least, casting="unsafe")
            counts += np.bincount(here, minlength=len(counts))
        return _occupied(least, counts)

    @kept
    def _found(self) -> tuple[tuple[Doubles, ...], list[Any]] | None:
        """What ``counted`` is, by looking for each of a few whole numbers; they are all if no observation is left."""
        least, greatest = self.ends[0]
        if self.weights is not None or not self.size > _MANY or not greatest - least < _FEW_VALUES:
            return None
        if not least.is_integer():
            return None
        values = [least + step for step in range(int(greatest - least) + 1)]
        counts = np.array([np.count_nonzero(self.columns[0] == value) for value in values])
        return _occupied(least, counts) if int(counts.sum()) == self.size else None

    @kept
    def total(self) -> Any:
        """The sum of the weights, exactly."""
        return self.size if self.weights is None else sum(self.distinct[1])

    def power_sum(self, powers: list[tuple[int, int]]) -> fmpq:
        """The weighted sum of a product of powers, exactly; ``powers`` are pairs of column and exponent.

        In whole numbers over one power of two, which are ten times as fast as fractions.
        """
        numbers = [self._whole[index][0] ** power for index, power in powers]
        shift = sum(self._whole[index][1] * power for index, power in powers)
        terms = reduce(mul, numbers).tolist()
        if self.weights is not None:
            terms = [weight * term for weight, term in zip(self.distinct[1], terms, strict=True)]
        return sum(terms) * (fmpq(2) ** shift)

    @kept
    def _whole(self) -> list[tuple[NDArray[np.object_], int]]:
        """Whole numbers and an exponent of two for each column, of the distinct rows if there are weights."""
        return [_whole_numbers(column) for column in (self.columns if self.weights is None else self.distinct[0])]

    def tally(self, index: int) -> tuple[Doubles, list[Any]]:
        """The sorted distinct values of one column, and the exact weight of each."""
        if len(self.columns) == 1:
            return self.distinct[0][0], self.distinct[1]
        values, which, counts = np.unique(self.columns[index], return_inverse=True, return_counts=True)
        return values, self._gathered(which, counts)

    def quantile(self, index: int, level: Any) -> fmpq | None:
        """The midpoint of the quantile interval of one column, exactly; ``None`` where the level is too wide a ball.

        Parameters
        ----------
        level
            A rational, or a ball that encloses an irrational one.
        """
        interval = self.interval(index, level)
        return None if interval is None else (interval[0] + interval[1]) / 2

    def interval(self, index: int, level: Any) -> tuple[fmpq, fmpq] | None:
        """The ends of the quantile interval of one column, exactly; ``None`` where the level is too wide a ball.

        >>> sample_of([3.0, 1.0]).interval(0, fmpq(1, 2))
        (1, 3)
        """
        if level == 0 or level == 1:
            end = exact(self.ends[index][0 if level == 0 else 1])
            return end, end
        if self.weights is None and self.size <= _SHORT and len(self.given) == 1 and isinstance(level, fmpq):
            return _between(self._ordered, level * self.size)
        values, weights = self.tally(index)
        below = list(accumulate(weights))
        target = level * self.total
        place = bisect_right(below, target) if isinstance(target, fmpq) else _certain_place(below, target)
        if place is None:
            return None
        upper = exact(float(values[place]))
        return (exact(float(values[place - 1])) if place and below[place - 1] == target else upper), upper

    def largest_tie(self, index: int) -> fmpq:
        """The largest share of the weight that lies on one value of one column, exactly."""
        return fmpq(1) * max(self.tally(index)[1]) / self.total

    def _gathered(self, which: NDArray[np.intp], counts: NDArray[np.intp]) -> list[Any]:
        if self.weights is None:
            return list(counts.tolist())
        if bool((self.weights == np.floor(self.weights)).all()) and float(self.weights.sum()) < 2.0**53:
            return [int(weight) for weight in np.bincount(which, self.weights).tolist()]
        sums = [fmpq(0)] * len(counts)
        for place, weight in zip(which.tolist(), self.weights.tolist(), strict=True):
            sums[place] = sums[place] + exact(weight)
        return sums


def _ends(values: list[Any]) -> tuple[float, float]:
    """The least and the greatest value, both ``nan`` where one is, which the sum shows."""
    if math.isfinite(sum(values)):
        return float(min(values)), float(max(values))
    column = np.array(values)
    return float(column.min()), float(column.max())


def _between(values: list[Any], below: fmpq) -> tuple[fmpq, fmpq]:
    """The ends of the interval above the first so many of sorted values, a part of one counting as none."""
    place, rest = divmod(int(below.p), int(below.q))
    upper = exact(values[place])
    return (upper if rest or not place else exact(values[place - 1])), upper


def are_whole(values: Doubles) -> bool:
    """Return whether all values are whole numbers, in passes that stay in the processor's cache.

    >>> are_whole(np.array([2.0, -3.0])), are_whole(np.array([2.0, 0.5]))
    (True, False)
    """
    size = min(len(values), _CHUNK)
    rounded, equal = np.empty(size), np.empty(size, dtype=bool)
    for start in range(0, len(values), _CHUNK):
        part = values[start : start + _CHUNK]
        if not np.equal(part, np.rint(part, rounded[: len(part)]), equal[: len(part)]).all():
            return False
    return True


def _occupied(least: float, counts: NDArray[np.intp]) -> tuple[tuple[Doubles, ...], list[Any]]:
    """The whole numbers from ``least`` on that were counted at all, and how often."""
    found = np.flatnonzero(counts)
    return (least + found.astype(np.float64),), counts[found].tolist()


def _whole_numbers(column: Doubles) -> tuple[NDArray[np.object_], int]:
    """Whole numbers and an exponent: the column is the numbers times two to that power, exactly."""
    mantissas, exponents = np.frexp(column)
    least = int(exponents.min())
    shifts = (exponents - least).tolist()
    numbers = np.empty(len(column), dtype=object)
    numbers[:] = [m << s for m, s in zip((mantissas * 2.0**53).astype(np.int64).tolist(), shifts, strict=True)]
    return numbers, least - 53


def _certain_place(below: list[Any], target: Any) -> int | None:
    """The first position whose accumulated weight is certainly above a ball, where the one before is certainly not."""
    place = sum(1 for weight in below if not target < weight)
    return place if place < len(below) and (place == 0 or target > below[place - 1]) else None


def sample_of(x: ArrayLike, weights: ArrayLike | None = None) -> Sample:
    """Return the observations that carry weight, checked.

    Parameters
    ----------
    x
        Shape ``(n,)``, or ``(n, k)`` with one column for each data variable; finite numbers.
    weights
        Shape ``(n,)``, finite, none negative, not all zero.

    Raises
    ------
    DataError
        Names the first entry that is wrong.

    Examples
    --------
    >>> sample_of([3.0, 1.0, 2.0], [1.0, 0.0, 2.0]).columns
    (array([3., 2.]),)
    """
    data = np.asarray(x, dtype=np.float64)
    if data.ndim not in (1, 2) or data.size == 0:
        raise DataError(f"x has shape {data.shape}; give at least one observation, in shape (n,) or (n, columns)")
    if not (math.isfinite(float(data.min())) and math.isfinite(float(data.max()))):
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(data))[0])
        raise DataError(f"x{list(where)} = {data[where]} is not a finite number; remove the observation")
    if weights is not None:
        heavy = np.asarray(weights, dtype=np.float64)
        _require_weights(heavy, len(data))
        kept = heavy > 0
        data, heavy = data[kept], heavy[kept]
        if bool((heavy == 1).all()):
            weights = None
    return Sample((data,) if data.ndim == 1 else tuple(data.T), None if weights is None else heavy)


def _require_weights(weights: Doubles, n: int) -> None:
    if weights.shape != (n,):
        raise DataError(f"weights have shape {weights.shape}, the data {n} observations; give one weight for each")
    wrong = ~(np.isfinite(weights) & (weights >= 0))
    if wrong.any():
        i = int(np.argmax(wrong))
        raise DataError(f"weights[{i}] = {weights[i]} is not a finite number of at least 0; correct it")
    if not (weights > 0).any():
        raise DataError(f"all {n} weights are zero, so that there are no data; give at least one a positive weight")
