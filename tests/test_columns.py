"""Whether what is asked of long columns in few steps is what sorting and exact sums say."""

from __future__ import annotations

import math

import numpy as np
import pytest

from thetahat.verify.compiled import columns
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
    # Every row of the sample lies above all others.
    "a sample that misleads": np.where(np.arange(N) % (math.isqrt(N) // 4) == 0, 1e9, R.normal(size=N)),
}


def by_sorting(column: np.ndarray, target: float) -> float:
    """The middle between two places in order: the first with so many values up to it, and the first with more."""
    ordered = np.sort(column)
    low, high = max(math.ceil(target) - 1, 0), min(math.floor(target), len(column) - 1)
    return float(ordered[low] + (ordered[high] - ordered[low]) / 2)


@pytest.mark.parametrize("level", [0.0, 1e-4, 0.3, 0.5, 0.98, 1.0])
@pytest.mark.parametrize("rows", [N - 1, N])
@pytest.mark.parametrize("kind", COLUMNS)
def test_places_in_order_of_many_rows_are_those_of_the_sorted_ones(kind: str, rows: int, level: float) -> None:
    """However the sample lies that tells where they are."""
    column = COLUMNS[kind][:rows]
    assert midpoint(column, level * rows) == by_sorting(column, level * rows)


def test_most_rows_are_told_from_those_near_the_middle() -> None:
    """Else nothing were gained by a sample; one that misleads tells nothing."""
    below, near = columns._near(COLUMNS["spread"], N // 2, N // 2)
    assert 0 < below < N // 2
    assert len(near) < N / 5
    misled = COLUMNS["a sample that misleads"]
    assert columns._near(misled, N // 2, N // 2)[1] is misled


def test_a_miscounted_row_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted error: one row less is said to lie below."""
    honest = columns._near

    def planted(column: np.ndarray, low: int, high: int) -> tuple[int, np.ndarray]:
        below, near = honest(column, low, high)
        return below - (below > 0), near

    monkeypatch.setattr(columns, "_near", planted)
    with pytest.raises(AssertionError):
        test_places_in_order_of_many_rows_are_those_of_the_sorted_ones("spread", N, 0.5)


@pytest.mark.parametrize("n", [1, 2, 31, 63, 127, 200, 255, 256, 257, 511, 1000])
def test_sums_of_few_rows_are_as_exact_as_those_of_many(n: int) -> None:
    """A product with ones and NumPy's sum are off by some roundings of what their terms come to without signs.

    Some processors add what a product has beyond a multiple of 32 one after the other: for 255 equal terms ten.
    """
    for x in (R.normal(size=n), R.gamma(2.0, 1.0, n), np.full(n, 0.1), np.full(n, 0.7)):
        assert abs(total(x) - math.fsum(x)) <= 8 * 2.0**-53 * math.fsum(abs(x))
        assert abs(square_total(x) - math.fsum(x * x)) <= 10 * 2.0**-53 * math.fsum(x * x)
    assert total(np.full(n, 2**40 + 1)) == n * (2**40 + 1)  # whole numbers stay whole
    assert math.isnan(total(np.where(np.arange(n) == n - 1, math.nan, 1.0)))
