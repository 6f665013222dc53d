"""Names a likely mistake behind failing cases: hypotheses are tried on all of them, and the first that fits is told.

Hypotheses come from the declaration (moments, estimates of other data) and from the numbers, never from a family's
name. One fits if it is true of most cases: on degenerate data doubles lose the digits by which it could be told.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import permutations

import numpy as np
from flint import arb
from numpy.typing import NDArray
from sympy import Expr

from ..proofs.balls import compiled, precision
from ..proofs.closed_forms import mean
from ..proofs.errors import ThetahatError
from ..proofs.expectations import expectation
from ..proofs.family import Family
from .answers import Question
from .fitting import fit_with
from .judging import OUTSIDE, Judgement
from .other_data import other_data
from .other_values import by_a_constant, changes, roundings
from .slopes import promised, slopes_of
from .summaries import summaries
from .tolerance import DIAGNOSIS_SHARE, SINGLE_SHARE

Array = NDArray[np.float64]
Hypothesis = Callable[[Question, Sequence[Judgement]], str]
"""Of failing cases: what was probably done, or an empty text where it does not fit all of them."""

_LEAST_SINGLE, _MOST_SINGLE = 1e-22, 1e19
"""Sizes of data beyond which squares are zero or infinite in single precision."""
_BITS = 200
_MOST = 0.75
"""The share of cases that a hypothesis has to fit."""
_DIFFERENT = 3
"""In how many different estimates a constant has to be seen: any two numbers differ by one."""
_SMALL_NATS = 1e-2
"""Nats per observation below which an answer that is no stationary point looks like a search that ended early."""


def likely(question: Question, failed: Sequence[Judgement]) -> str:
    """Return what an estimator probably does instead, or an empty text where nothing known fits every case.

    >>> import numpy as np
    >>> from thetahat import check_estimator
    >>> report = check_estimator("normal", lambda x: [x.mean(), x.std(ddof=1)], examples=30)
    >>> print(report.counterexamples[0].splitlines()[-1].strip())
    likely     sigma is the estimate times sqrt(n/(n - 1)): the denominator n - 1 in place of n
    """
    cases = [case for case in failed if case.theta is not None and case.fit is not None]
    if not cases or len(cases) < len(failed):
        return ""
    return next((told for hypothesis in HYPOTHESES if (told := hypothesis(question, cases))), "")


def _common(told: Iterable[Iterable[str]]) -> str:
    """The first text that is told of most cases."""
    cases = [list(one) for one in told]
    counts = Counter(text for case in cases for text in dict.fromkeys(case))
    return next((text for text, count in counts.most_common() if count >= _MOST * len(cases)), "")


def _close(one: float, other: float) -> bool:
    return math.isfinite(other) and abs(one - other) <= DIAGNOSIS_SHARE * abs(other)


def _theirs(case: Judgement) -> tuple[float, ...]:
    assert case.theta is not None
    return case.theta


def _ours(case: Judgement) -> tuple[float, ...]:
    assert case.fit is not None
    return tuple(case.fit.theta.tolist())


def _weights(case: Judgement) -> Array:
    return np.ones(len(case.x)) if case.weights is None else case.weights


def swapped(question: Question, cases: Sequence[Judgement]) -> str:
    """The values of the estimate in another order."""
    names = question.family.parameter_names

    def told(case: Judgement) -> Iterator[str]:
        for order in list(permutations(range(len(names))))[1:]:
            if all(_close(value, _ours(case)[place]) for value, place in zip(_theirs(case), order, strict=True)):
                moved = ", ".join(f"{names[j]} is the estimate of {names[k]}" for j, k in enumerate(order) if j != k)
                yield f"parameters in another order: {moved}"

    return _common(map(told, cases))


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
        wrong = _wrong(cases, j)
        if not wrong:
            continue
        words = _common(
            _fitting(case, j, changes(_ours(case)[j], _total(case), len(case.x), len(names))) for case in wrong
        )
        if not words and coarsely:
            words = _common(_fitting(case, j, roundings(_ours(case)[j])) for case in wrong) or by_a_constant(
                [_theirs(case)[j] for case in wrong], [_ours(case)[j] for case in wrong], _MOST, _DIFFERENT
            )
        if not words:
            return ""
        found.append(f"{name} is {words}")
    return "; ".join(found)


def _wrong(cases: Sequence[Judgement], j: int) -> list[Judgement]:
    """The cases in which a parameter is not the estimate; none if they are so few that rounding may be the reason."""
    wrong = [case for case in cases if not _close(_theirs(case)[j], _ours(case)[j])]
    return wrong if len(wrong) > (1 - _MOST) * len(cases) else []


def _fitting(case: Judgement, j: int, known: Iterable[tuple[str, float]]) -> list[str]:
    return [words for words, value in known if _close(_theirs(case)[j], value)]


def _total(case: Judgement) -> float:
    return float(_weights(case).sum())


def another_statistic(question: Question, cases: Sequence[Judgement]) -> str:
    """A value is a well-known statistic of the data, where the estimate is another."""
    known = {id(case): summaries(case.x if case.x.ndim == 1 else case.x[:, 0], _weights(case)) for case in cases}
    found = []
    for j, name in enumerate(question.family.parameter_names):
        wrong = [case for case in cases if not _close(_theirs(case)[j], _ours(case)[j])]
        given = _common(_fitting(case, j, known[id(case)].items()) for case in wrong)
        wanted = _common(
            [words for words, value in known[id(case)].items() if _close(_ours(case)[j], value)] for case in wrong
        )
        if given and given != wanted:
            found.append(f"{name} is the {given} of the data" + (f", and should be their {wanted}" if wanted else ""))
    return "; ".join(found)


@lru_cache(maxsize=256)
def _moments(family: Family) -> tuple[Expr, ...] | None:
    """The mean and, of families with two parameters, the mean square of a member, from the declared density."""
    first = mean(family)
    if first is None or family.covariates or len(family.parameters) > 2:
        return None
    if len(family.parameters) == 1:
        return (first.value,)
    second = expectation(family, family.observation**2)
    return None if second is None else (first.value, second.value - first.value**2)


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
    told = [list(_matched(case, function, _theirs(case), least)) for case in cases]
    # What the estimate has of these moments, too, explains nothing.
    right = [list(_matched(case, function, _ours(case), least)) for case in cases]
    return _common([words for words in one if words not in other] for one, other in zip(told, right, strict=True))


def _matched(
    case: Judgement, function: Callable[..., list[arb]], theta: tuple[float, ...], least: int
) -> Iterator[str]:
    """Which moments of the data a member has, if there are at least so many."""
    with precision(_BITS):
        values = [float(one.mid()) for one in function(*map(arb, theta))]
    known, n = summaries(case.x, _weights(case)), _total(case)
    if not _close(values[0], known["mean"]):
        return
    if len(values) > 1 and _close(values[1], known["variance"]):
        yield "an estimate by the method of moments: the member returned has the mean and the variance of the data"
    if len(values) > 1 and n != 1 and _close(values[1], known["variance"] * n / (n - 1)):
        yield "an estimate by the method of moments, with the denominator n - 1 in the variance"
    if least == 1:
        yield "an estimate by the method of moments: the member returned has the mean of the data"


def of_other_data(question: Question, cases: Sequence[Judgement]) -> str:
    """What is not the estimate is the estimate of changed data."""
    fits, known = Counter[str](), Counter[str]()
    for case in cases:
        for words, fitting in _data_with(question, case):
            known[words] += 1
            fits[words] += fitting
    words = next((one for one in known if fits[one] >= _MOST * known[one] and 2 * fits[one] >= len(cases)), "")
    return f"the estimate of other data: {words}" if words else ""


def _data_with(question: Question, case: Judgement) -> Iterator[tuple[str, bool]]:
    """Changes of the data, and whether what is returned in place of the estimate is the estimate of the new ones."""
    wrong = [j for j, pair in enumerate(zip(_theirs(case), _ours(case), strict=True)) if not _close(*pair)]
    for words, x, w in other_data(case.x, _weights(case)):
        if len(x) == 0:
            continue
        try:
            theta = fit_with(question.derivation, x, w).theta
        except ThetahatError:
            continue
        yield words, bool(wrong) and all(_close(_theirs(case)[j], float(theta[j])) for j in wrong)


def single_precision(question: Question, cases: Sequence[Judgement]) -> str:
    """Every value is a number of single precision, and differs from the estimate by about its rounding."""
    return _common(["computed in single precision"] * _is_single(case) for case in cases)


def _is_single(case: Judgement) -> bool:
    pairs = list(zip(_theirs(case), _ours(case), strict=True))
    with np.errstate(all="ignore"):
        held = all(float(np.float32(one)) == one for one, _ in pairs)
    size = float(np.abs(case.x).max())
    near = all(abs(one - other) <= SINGLE_SHARE * max(abs(other), size) for one, other in pairs)
    # Squares overflow or vanish there long before doubles do.
    beyond = not _LEAST_SINGLE < size < _MOST_SINGLE and any(one == 0 or not math.isfinite(one) for one, _ in pairs)
    return (near and held) or beyond


def support_violated(question: Question, cases: Sequence[Judgement]) -> str:
    """An observation is impossible under the member returned."""
    return _common(["an end of the support does not cover the data"] * (case.reason == OUTSIDE) for case in cases)


def another_maximum(question: Question, cases: Sequence[Judgement]) -> str:
    """The score is zero at the answer, and the likelihood higher elsewhere; or nearly zero, and nearly as high."""
    return _common(_end_of_search(question, case) for case in cases)


def _end_of_search(question: Question, case: Judgement) -> Iterator[str]:
    left = _decrement(question, case)
    lost = _mean_loss(case)
    if left is None or lost is None:
        return
    if left < question.tolerance:
        yield "a local maximum or another stationary point: the score is zero, and the likelihood higher elsewhere"
    elif lost < _SMALL_NATS:
        yield "close to the maximum, and not there: a search that stops early, or an approximation"


def _mean_loss(case: Judgement) -> float | None:
    if case.certificate is None or not case.certificate.theta:
        return None
    try:
        return case.certificate.nats_lost(_theirs(case)).high / _total(case)
    except ValueError:  # the loss is infinite, or the answer no member
        return None


def _decrement(question: Question, case: Judgement) -> float | None:
    family = question.family
    slopes = slopes_of(family, frozenset(symbol for symbol, _, _ in question.derivation.within))
    if slopes is None or len(slopes.first) < len(family.parameters):
        return None
    try:
        left = promised(family, slopes, _theirs(case), case.x, question.tolerance, case.weights)
    except ThetahatError:
        return None
    return float(left.mid()) if left.is_finite() else None


HYPOTHESES: tuple[Hypothesis, ...] = (
    swapped,
    changed,
    moments,
    another_statistic,
    mean_matched,
    of_other_data,
    support_violated,
    changed_coarsely,
    single_precision,
    another_maximum,
)
