"""Failing cases as hypotheses about a mistake see them: what was returned, the estimate, and whether both are close."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from .judgement import Judgement
from .tolerance import DIAGNOSIS_SHARE

Array = NDArray[np.float64]

MOST = 0.75
"""The share of cases that a hypothesis has to fit."""


def common(told: Iterable[Iterable[str]]) -> str:
    """Return the first text that is told of most cases; an empty one if none is.

    >>> common([["a", "b"], ["b"], ["b", "c"], []])
    'b'
    """
    cases = [list(one) for one in told]
    counts = Counter(text for case in cases for text in dict.fromkeys(case))
    return next((text for text, count in counts.most_common() if count >= MOST * len(cases)), "")


def close(one: float, other: float) -> bool:
    """Return whether two numbers are the same to about half of their digits.

    >>> close(1.0, 1.0 + 1e-9), close(1.0, 1.001), close(1.0, math.nan)
    (True, False, False)
    """
    return math.isfinite(other) and abs(one - other) <= DIAGNOSIS_SHARE * abs(other)


def theirs(case: Judgement) -> tuple[float, ...]:
    """Return what was returned."""
    assert case.theta is not None
    return case.theta


def ours(case: Judgement) -> tuple[float, ...]:
    """Return the estimate."""
    assert case.fit is not None
    return tuple(case.fit.theta.tolist())


def wrong_places(case: Judgement) -> list[int]:
    """Return the places of the parameters that are not the estimate's."""
    return [j for j, pair in enumerate(zip(theirs(case), ours(case), strict=True)) if not close(*pair)]


def wrong_cases(cases: Sequence[Judgement], j: int) -> list[Judgement]:
    """Return the cases in which a parameter is not the estimate; none if so few that rounding may be the reason."""
    wrong = [case for case in cases if j in wrong_places(case)]
    return wrong if len(wrong) > (1 - MOST) * len(cases) else []


def weights_of(case: Judgement) -> Array:
    """Return the weights, which are ones where none were given."""
    return np.ones(len(case.x)) if case.weights is None else case.weights


def total_of(case: Judgement) -> float:
    """Return the sum of the weights."""
    return float(weights_of(case).sum())


def fitting(case: Judgement, j: int, known: Iterable[tuple[str, float]]) -> list[str]:
    """Return the words next to which a parameter's value stands."""
    return [words for words, value in known if close(theirs(case)[j], value)]
