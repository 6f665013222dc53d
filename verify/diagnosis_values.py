"""Hypotheses about values: the estimate's in another order, simple functions of them, other statistics of the data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import permutations

import numpy as np

from .answers import Question
from .diagnosis_cases import MOST, close, common, fitting, ours, theirs, total_of, weights_of, wrong_cases
from .judgement import Judgement
from .other_values import a_constant, by_a_constant, changes, roundings
from .summaries import summaries

_DIFFERENT = 3
"""In how many different estimates a constant has to be seen: any two numbers differ by one."""


def swapped(question: Question, cases: Sequence[Judgement]) -> str:
    """The values of the estimate in another order."""
    names = question.family.parameter_names

    def told(case: Judgement) -> Iterator[str]:
        for order in list(permutations(range(len(names))))[1:]:
            if all(close(value, ours(case)[place]) for value, place in zip(theirs(case), order, strict=True)):
                moved = ", ".join(f"{names[j]} is the estimate of {names[k]}" for j, k in enumerate(order) if j != k)
                yield f"parameters in another order: {moved}"

    return common(map(told, cases))


def changed(question: Question, cases: Sequence[Judgement]) -> str:
    """Every value that is not the estimate is one simple function of it."""
    return _changed(question, cases, coarsely=False)


def changed_coarsely(question: Question, cases: Sequence[Judgement]) -> str:
    """The same, where it may also be rounded, or a constant that is added or multiplies, as is seen by accident too."""
    return _changed(question, cases, coarsely=True)


def _changed(question: Question, cases: Sequence[Judgement], coarsely: bool) -> str:
    found = []
    names = question.family.parameter_names
    for j, name in enumerate(names):
        wrong = wrong_cases(cases, j)
        if not wrong:
            continue
        words = common(
            fitting(case, j, _in_doubles(changes(ours(case)[j], total_of(case), len(case.x), len(names))))
            for case in wrong
        )
        if not words and coarsely:
            returned, right = [theirs(case)[j] for case in wrong], [ours(case)[j] for case in wrong]
            # One number in every case tells nothing of rounding: small estimates all round to zero.
            if len(set(returned)) > 1:
                words = common(fitting(case, j, roundings(ours(case)[j])) for case in wrong)
            words = words or by_a_constant(returned, right, MOST, _DIFFERENT)
        if not words:
            return ""
        found.append(f"{name} is {words}")
    return "; ".join(found)


def _in_doubles(known: Iterable[tuple[str, float]]) -> Iterator[tuple[str, float]]:
    """What did not vanish in doubles: the square of what is small enough is zero, and so is much else."""
    return ((words, value) for words, value in known if value)


def held(question: Question, cases: Sequence[Judgement]) -> str:
    """A value is the same number in most cases, whatever became of the others."""
    found = []
    for j, name in enumerate(question.family.parameter_names):
        wrong = wrong_cases(cases, j)
        words = a_constant([theirs(case)[j] for case in wrong], [ours(case)[j] for case in wrong], MOST, _DIFFERENT)
        if words:
            found.append(f"{name} is {words}")
    return "; ".join(found)


def has_their_number(cases: Sequence[Judgement], shown: Judgement) -> bool:
    """Return whether one more case has, at some place, the number that most of the cases have there."""
    if shown.theta is None:
        return False
    return any(
        np.mean([close(theirs(case)[j], value) for case in cases]) >= MOST for j, value in enumerate(theirs(shown))
    )


def _summaries(case: Judgement) -> dict[str, float]:
    """Those of the observation; with one more column also those of what it is worth per unit of that, or times it."""
    w = weights_of(case)
    if case.x.ndim == 1:
        return summaries(case.x, w)
    found = summaries(case.x[:, 0], w)
    if case.x.shape[1] == 2:
        first, second = case.x.T
        with np.errstate(all="ignore"):
            columns = {
                "quotients by the second column": first / second,
                "products with the second column": first * second,
            }
        for words, column in columns.items():
            if np.isfinite(column).all():
                some = summaries(column, w)
                found |= {f"{name} of the {words}": some[name] for name in _OF_COLUMNS}
    return found


_OF_COLUMNS = ("mean", "median", "reciprocal of the mean", "geometric mean", "reciprocal of the harmonic mean")


def another_statistic(question: Question, cases: Sequence[Judgement]) -> str:
    """A value is a well-known statistic of the data, where the estimate is another."""
    known = {id(case): _summaries(case) for case in cases}
    found = []
    for j, name in enumerate(question.family.parameter_names):
        wrong = [case for case in cases if not close(theirs(case)[j], ours(case)[j])]
        # Zero is a median, a quartile and a minimum of many data by accident.
        telling = [case for case in wrong if theirs(case)[j] != 0]
        given = common(fitting(case, j, known[id(case)].items()) for case in telling)
        wanted = common(
            [words for words, value in known[id(case)].items() if close(ours(case)[j], value)] for case in wrong
        )
        if given and given != wanted:
            found.append(f"{name} is the {given} of the data" + (f", and should be their {wanted}" if wanted else ""))
    return "; ".join(found)
