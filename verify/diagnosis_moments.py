"""Hypotheses about moments: the member returned has those of the data, as the method of moments wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from flint import arb
from sympy import Expr

from ..proofs.balls import compiled, precision
from ..proofs.closed_forms import mean
from ..proofs.expectations import expectation
from ..proofs.family import Family
from .answers import Question
from .diagnosis_cases import close, common, ours, theirs, total_of, weights_of
from .judgement import Judgement
from .summaries import summaries

_BITS = 200


@lru_cache(maxsize=256)
def _moments(family: Family) -> tuple[Expr, ...] | None:
    """The mean and, of families with two parameters, the variance of a member, from the declared density if known."""
    first = mean(family)
    if first is None or family.beside or len(family.parameters) > 2:
        return None
    if len(family.parameters) == 1:
        return (first.value,)
    second = expectation(family, family.observation**2)
    return (first.value,) if second is None else (first.value, second.value - first.value**2)


def moments(question: Question, cases: Sequence[Judgement]) -> str:
    """The member returned has as many moments of the data as it has parameters."""
    return _moments_matched(question, cases, len(question.family.parameters))


def mean_matched(question: Question, cases: Sequence[Judgement]) -> str:
    """The member returned has the mean of the data, whatever its other parameter."""
    return _moments_matched(question, cases, 1)


def _moments_matched(question: Question, cases: Sequence[Judgement], least: int) -> str:
    expected = _moments(question.family)
    if expected is None:
        return ""
    function = compiled(expected, question.family.symbols)
    told = [list(_matched(case, function, theirs(case), least)) for case in cases]
    # What the estimate has of these moments, too, explains nothing.
    right = [list(_matched(case, function, ours(case), least)) for case in cases]
    return common([words for words in one if words not in other] for one, other in zip(told, right, strict=True))


def _matched(
    case: Judgement, function: Callable[..., list[arb]], theta: tuple[float, ...], least: int
) -> Iterator[str]:
    """Which moments of the data a member has, if there are at least so many."""
    with precision(_BITS):
        values = [float(one.mid()) for one in function(*map(arb, theta))]
    known, n = summaries(case.x, weights_of(case)), total_of(case)
    if not close(values[0], known["mean"]):
        return
    if len(values) > 1 and close(values[1], known["variance"]):
        yield "an estimate by the method of moments: the member returned has the mean and the variance of the data"
    if len(values) > 1 and n != 1 and close(values[1], known["variance"] * n / (n - 1)):
        yield "an estimate by the method of moments, with the denominator n - 1 in the variance"
    if least == 1:
        yield "an estimate by the method of moments: the member returned has the mean of the data"
