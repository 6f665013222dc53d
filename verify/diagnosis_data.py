"""Hypotheses about data: the estimate of other data, data in single precision, data outside the support returned."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from ..proofs.errors import ThetahatError
from .answers import Question
from .diagnosis_cases import MOST, close, common, ours, theirs, weights_of, wrong_places
from .fitting import fit_with
from .judgement import OUTSIDE, Judgement
from .other_data import other_data
from .tolerance import SINGLE_SHARE

_LEAST_SINGLE, _MOST_SINGLE = 1e-22, 1e19
"""Sizes of data beyond which squares are zero or infinite in single precision."""


def of_other_data(question: Question, cases: Sequence[Judgement]) -> str:
    """What is not the estimate is the estimate of changed data; cases in which all is close to it tell nothing."""
    fits, known = Counter[str](), Counter[str]()
    telling = [case for case in cases if wrong_places(case)]
    for case in telling:
        for words, fits_here in _data_with(question, case):
            known[words] += 1
            fits[words] += fits_here
    words = next((one for one in known if fits[one] >= MOST * known[one] and 2 * fits[one] >= len(telling)), "")
    return f"the estimate of other data: {words}" if words else ""


def _data_with(question: Question, case: Judgement) -> Iterator[tuple[str, bool]]:
    """Changes of the data, and whether what is returned in place of the estimate is the estimate of the new ones."""
    for words, x, w in other_data(case.x, weights_of(case)):
        if len(x) == 0:
            continue
        try:
            theta = fit_with(question.derivation, x, w).theta
        except ThetahatError:
            continue
        yield words, all(close(theirs(case)[j], float(theta[j])) for j in wrong_places(case))


def single_precision(question: Question, cases: Sequence[Judgement]) -> str:
    """Every value is a number of single precision, and differs from the estimate by about its rounding."""
    return common(["computed in single precision"] * _is_single(case) for case in cases)


def _is_single(case: Judgement) -> bool:
    pairs = list(zip(theirs(case), ours(case), strict=True))
    with np.errstate(all="ignore"):
        held = all(float(np.float32(one)) == one for one, _ in pairs)
    size = float(np.abs(case.x).max())
    near = all(abs(one - other) <= SINGLE_SHARE * max(abs(other), size) for one, other in pairs)
    # Squares overflow or vanish there long before doubles do.
    beyond = not _LEAST_SINGLE < size < _MOST_SINGLE and any(one == 0 or not math.isfinite(one) for one, _ in pairs)
    return (near and held) or beyond


def support_violated(question: Question, cases: Sequence[Judgement]) -> str:
    """An observation is impossible under the member returned."""
    return common(["an end of the support does not cover the data"] * (case.reason == OUTSIDE) for case in cases)
