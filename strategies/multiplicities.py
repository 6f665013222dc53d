"""Draws weights: mostly ones, and whole, fractional, zero and wildly unequal ones among them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ..proofs.errors import DataError
from .placing import Doubles

_PATTERN = 6
_VALUES = (1.0, 2.0, 3.0, 0.0, 0.5, 0.1, 7.0, 1000.0, 1e-12, 1e12)


def weights(n: int) -> SearchStrategy[Doubles]:
    """Return a strategy of weights, shape ``(n,)``, non-negative and not all zero.

    A short pattern repeats, so that the cost does not grow with ``n``; examples shrink to ones.

    Raises
    ------
    DataError
        When ``n`` is not a positive whole number.

    Examples
    --------
    >>> from hypothesis import find, settings
    >>> find(weights(3), lambda w: True, settings=settings(database=None))
    array([1., 1., 1.])
    """
    if not isinstance(n, int) or n < 1:
        raise DataError(f"weights({n!r}): there is no dataset of that size; give a whole number of at least 1")
    return _weights(n)


@lru_cache(maxsize=512)
def _weights(n: int) -> SearchStrategy[Doubles]:
    one = st.sampled_from(_VALUES) | st.floats(0.0, 1e3)
    patterns = st.lists(one, min_size=1, max_size=min(_PATTERN, n))
    return patterns.map(lambda pattern: _repeated(pattern, n))


def _repeated(pattern: list[float], n: int) -> Doubles:
    repeated = np.resize(np.array(pattern), n)
    if not repeated.any():
        repeated[0] = 1.0
    return repeated
