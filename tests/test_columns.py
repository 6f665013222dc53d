"""Whether what is asked of long columns in few steps is what sorting and exact sums say."""

from __future__ import annotations

import math

import numpy as np
import pytest

from thetahat.verify.compiled.columns import midpoint
from thetahat.verify.compiled.row_totals import square_total, total

R = np.random.default_rng(7)
N = 40_001
COLUMNS = {
    "spread": R.normal(size=N),
    "rising": np.sort(R.normal(size=N)),
    "falling": -np.sort(R.exponential(size=N)),
    "five values": R.integers(0, 5, N).astype(float),
    "one value": np.full(N, 0.1),
    "few apart": np.where(np.arange(N) % 7 == 0, 1e300, R.normal(size=N)),
}


def by_sorting(column: np.ndarray, target: float) -> float:
    """The middle between two places in order: the first with so many values up to it, and the first with more."""
    ordered = np.sort(column)
    low, high = max(math.ceil(target) - 1, 0), min(math.floor(target), len(column) - 1)
    return float(ordered[low] + (ordered[high] - ordered[low]) / 2)


@pytest.mark.parametrize("level", [0.0, 1e-4, 0.3, 0.5, 0.98, 1.0])
@pytest.mark.parametrize("rows", [1, 2, 100, 101, N - 1, N])
@pytest.mark.parametrize("kind", COLUMNS)
def test_places_in_order_are_those_of_the_sorted_rows(kind: str, rows: int, level: float) -> None:
    """The lower from a partition, the next one as the least of what lies above."""
    column = COLUMNS[kind][:rows]
    assert midpoint(column, level * rows) == by_sorting(column, level * rows)


def test_the_wrong_half_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted error: the rows are not put in order around the lower place."""
    monkeypatch.setattr(np, "partition", lambda column, _: np.array(column))
    with pytest.raises(AssertionError):
        test_places_in_order_are_those_of_the_sorted_rows("spread", N - 1, 0.5)


@pytest.mark.parametrize("n", [1, 2, 31, 39, 40, 63, 71, 100, 103, 104, 127, 200, 255, 256, 257, 511, 1000])
def test_sums_of_few_rows_are_as_exact_as_those_of_many(n: int) -> None:
    """A product with ones and NumPy's sum are off by some roundings of what their terms come to without signs.

    Some processors add what a product has beyond a multiple of 32 one after the other: for 255 equal terms ten.
    """
    for x in (R.normal(size=n), R.gamma(2.0, 1.0, n), np.full(n, 0.1), np.full(n, 0.7)):
        assert abs(total(x) - math.fsum(x)) <= 8 * 2.0**-53 * math.fsum(abs(x))
        assert abs(square_total(x) - math.fsum(x * x)) <= 10 * 2.0**-53 * math.fsum(x * x)
    assert total(np.full(n, 2**40 + 1)) == n * (2**40 + 1)  # whole numbers stay whole
    assert math.isnan(total(np.where(np.arange(n) == n - 1, math.nan, 1.0)))
