"""Hypotheses about data without a maximiser: a number put there by hand, where a refusal is expected."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from .answers import Question
from .diagnosis_cases import common, theirs
from .ends import space_ends
from .judgement import Judgement
from .tolerance import ELEMENTARY_ULPS

_DIFFERENT = 2
"""On so many different datasets a number has to be seen."""


def guarded(question: Question, cases: Sequence[Judgement], shown: Judgement) -> str:
    """A value, or its distance from an end of its space, is the same on most data that have no maximiser, and as shown.

    >>> from thetahat import check_estimator
    >>> report = check_estimator("bernoulli", lambda x: [min(max(x.mean(), 1e-6), 1 - 1e-6)], existence="fails")
    >>> report.counterexamples[0].splitlines()[-1].strip()
    'likely     a guard: p is 1e-06 from an end of its space, where no maximiser exists and a refusal is expected'
    """
    told = [case for case in cases if case.theta is not None]
    if len({case.x.tobytes() for case in told}) < _DIFFERENT or len(told) < len(cases):
        return ""
    left = common(_residues(question, case) for case in told)
    if left and len({theirs(case) for case in told}) > 1:
        return f"{left}: on such data no maximiser exists, and a refusal is expected"
    words = common(_constants(question, case) for case in told)
    if shown.theta is None or words not in _constants(question, shown):
        return ""
    return f"a guard: {words}, where no maximiser exists and a refusal is expected"


def _residues(question: Question, case: Judgement) -> Iterator[str]:
    """Distances from an end that are about what rounding leaves of zero, whatever the data: no two need be alike."""
    size = max(float(np.abs(case.x).max()), *map(abs, theirs(case)))
    for name, near in _distances(question, case):
        if near <= ELEMENTARY_ULPS * len(case.x) * np.spacing(size):
            yield f"{name} is what rounding leaves of an end of its space"


def _constants(question: Question, case: Judgement) -> Iterator[str]:
    for name, near in _distances(question, case):
        yield f"{name} is {near:.6g} from an end of its space"


def _distances(question: Question, case: Judgement) -> Iterator[tuple[str, float]]:
    """Each parameter that lies near an end of its space, and not on it, and how near."""
    theta = theirs(case)
    for name, value, ends in zip(question.family.parameter_names, theta, space_ends(question.family), strict=True):
        finite = [end for end in (ends.lo.at(theta), ends.hi.at(theta)) if math.isfinite(end)]
        near = min((abs(value - end) for end in finite), default=math.inf)
        if 0 < near < math.inf:
            yield name, near
