"""Names a likely mistake behind failing cases: hypotheses are tried on all of them, and the first that fits is told.

Hypotheses come from the declaration (moments, estimates of other data) and from the numbers, never from a family's
name. One fits if it is true of most cases: on degenerate data doubles lose the digits by which it could be told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .answers import Question
from .diagnosis_absent import guarded
from .diagnosis_data import of_other_data, single_precision, support_violated
from .diagnosis_families import another_family, median_matched
from .diagnosis_moments import mean_matched, moments
from .diagnosis_search import CLOSE, another_maximum, is_close, unrepeatable
from .diagnosis_values import another_statistic, changed, changed_coarsely, has_their_number, held, swapped
from .judgement import Judgement
from .other_values import WHATEVER

Hypothesis = Callable[[Question, Sequence[Judgement]], str]
"""Of failing cases: what was probably done, or an empty text where it does not fit most of them."""

HYPOTHESES: tuple[Hypothesis, ...] = (
    unrepeatable,
    swapped,
    changed,
    moments,
    held,
    another_statistic,
    mean_matched,
    of_other_data,
    support_violated,
    changed_coarsely,
    single_precision,
    median_matched,
    another_maximum,
    another_family,
)


def likely(question: Question, failed: Sequence[Judgement], shown: Judgement) -> str:
    """Return what an estimator probably does instead, or an empty text where nothing known fits every case.

    ``shown`` is the case that a reader sees: a number said to be returned for most data has to be returned there too,
    and what is called close to the maximum has to be close to it.

    >>> import numpy as np
    >>> from thetahat import check_estimator
    >>> report = check_estimator("normal", lambda x: [x.mean(), x.std(ddof=1)], examples=30)
    >>> print(report.counterexamples[0].splitlines()[-1].strip())
    likely     sigma is the estimate times sqrt(n/(n - 1)): the denominator n - 1 in place of n
    """
    if shown.has_no_maximiser:
        return guarded(question, [case for case in failed if case.has_no_maximiser], shown)
    cases = [case for case in failed if case.theta is not None and case.fit is not None]
    if not cases or len(cases) < len(failed):
        return ""
    told = (words for hypothesis in HYPOTHESES if (words := hypothesis(question, cases)))
    return next((words for words in told if _is_seen(words, cases, shown)), "")


def _is_seen(words: str, cases: Sequence[Judgement], shown: Judgement) -> bool:
    """Whether what is told of most cases does not contradict what a reader sees of the one that is shown."""
    if words == CLOSE:
        return is_close(shown)
    return WHATEVER not in words or has_their_number(cases, shown)
