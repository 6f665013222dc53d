"""Whether rows are few is seen without joining all of them, and never wrongly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thetahat.verify.exact import few_rows
from thetahat.verify.observations import Observations
from thetahat.verify.tolerance import EXAMINED_ROWS


@given(
    values=st.integers(1, 2 * EXAMINED_ROWS), n=st.integers(1, 300), seed=st.integers(0, 99), columns=st.integers(1, 2)
)
def test_few_distinct_rows_are_joined_and_many_are_not(values: int, n: int, seed: int, columns: int) -> None:
    """What the first rows show agrees with joining all."""
    rows = np.random.default_rng(seed).integers(0, values, (n, columns)).astype(float)
    found, joined = few_rows(Observations(rows, None, n)), Observations(rows, None, n).distinct()
    assert (found is None) == (joined.n > EXAMINED_ROWS)
    if found is not None:
        np.testing.assert_array_equal(found.w, joined.w)


@pytest.mark.parametrize("of_any", [False, True])
def test_rows_that_begin_differently_are_not_joined(monkeypatch: pytest.MonkeyPatch, of_any: bool) -> None:
    """Joining is what takes the time; one value too few among the first, and it is asked for."""
    monkeypatch.setattr(Observations, "distinct", lambda rows: pytest.fail("joined"))
    assert few_rows(Observations(np.arange(1000.0).reshape(-1, 1), None, 1000), of_any) is None
    tied = np.minimum(np.arange(1000.0), EXAMINED_ROWS - 1).reshape(-1, 1)
    with pytest.raises(pytest.fail.Exception, match="joined"):
        few_rows(Observations(tied, None, 1000), of_any)
