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
from .slopes import promised, slopes_of
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


def _changes(value: float, n: float) -> Iterator[tuple[str, float]]:
    """What somebody may return in place of ``value``: words, and the number."""
    with np.errstate(all="ignore"):
        v = np.float64(value)
        yield "minus the estimate: the sign", float(-v)
        if n != 1:
            one_less = "the denominator n - 1 in place of n"
            yield f"the estimate times n/(n - 1): {one_less}", float(v * n / (n - 1))
            yield f"the estimate times sqrt(n/(n - 1)): {one_less}", float(v * np.sqrt(n / (n - 1)))
            yield "the estimate times (n - 1)/n: as unbiased estimates are", float(v * (n - 1) / n)
            yield "the estimate times sqrt((n - 1)/n): as unbiased estimates are", float(v * np.sqrt((n - 1) / n))
        one_more = "the denominator n + 1 in place of n"
        yield f"the estimate times n/(n + 1): {one_more}", float(v * n / (n + 1))
        yield f"the estimate times sqrt(n/(n + 1)): {one_more}", float(v * np.sqrt(n / (n + 1)))
        yield "the estimate times (n + 1)/n: as unbiased estimates of an end are", float(v * (n + 1) / n)
        yield "the reciprocal of the estimate: a rate for a scale, or the reverse", float(1 / v)
        yield "the square of the estimate: a variance for a standard deviation", float(v * v)
        yield "the square root of the estimate: a standard deviation for a variance", float(np.sqrt(v))
        yield "the inverse square of the estimate: a precision for a standard deviation", float(1 / (v * v))
        yield "one minus the estimate: failures for successes", float(1 - v)
        yield "the logarithm of the estimate", float(np.log(v))
        yield "the exponential of the estimate", float(np.exp(v))
        yield "one more than the estimate: counted from one in place of zero", float(v + 1)
        yield "one less than the estimate: counted from zero in place of one", float(v - 1)
        yield "the estimate times n: a sum in place of an average", float(v * n)
        yield "the estimate divided by n", float(v / n)
        for factor, words in ((2.0, "twice"), (0.5, "half"), (2**0.5, "sqrt(2) times"), (0.5**0.5, "1/sqrt(2) times")):
            yield f"{words} the estimate: a lost factor", float(v * factor)
        yield "the estimate modulo pi: an arctangent of one argument in place of two", math.remainder(value, math.pi)


def _roundings(value: float) -> Iterator[tuple[str, float]]:
    """What rounding makes of ``value``; on whole numbers many other mistakes look like it."""
    for places in range(7):
        yield f"the estimate rounded to {places} decimals", round(value, places)
    with np.errstate(all="ignore"):
        yield "the estimate rounded down to an integer", float(np.floor(value))
        yield "the estimate rounded up to an integer", float(np.ceil(value))


def changed(question: Question, cases: Sequence[Judgement]) -> str:
    """Every value that is not the estimate is one simple function of it."""
    return _changed(question, cases, coarsely=False)


def changed_coarsely(question: Question, cases: Sequence[Judgement]) -> str:
    """The same, where it may also be rounded, or a constant that is added or multiplies, as is seen by accident too."""
    return _changed(question, cases, coarsely=True)


def _changed(question: Question, cases: Sequence[Judgement], coarsely: bool) -> str:
    found = []
    for j, name in enumerate(question.family.parameter_names):
        wrong = [case for case in cases if not _close(_theirs(case)[j], _ours(case)[j])]
        if not wrong:
            continue
        words = _common(
            [words for words, value in _changes(_ours(case)[j], _total(case)) if _close(_theirs(case)[j], value)]
            for case in wrong
        )
        if not words and coarsely:
            words = _common(
                [words for words, value in _roundings(_ours(case)[j]) if _close(_theirs(case)[j], value)]
                for case in wrong
            ) or _by_a_constant([_theirs(case)[j] for case in wrong], [_ours(case)[j] for case in wrong])
        if not words:
            return ""
        found.append(f"{name} is {words}")
    return "; ".join(found)


def _by_a_constant(theirs: Sequence[float], ours: Sequence[float]) -> str:
    """A constant that is added to the estimate, or multiplies it, in most of several cases with different estimates."""
    if len(set(ours)) < _DIFFERENT:
        return ""
    with np.errstate(all="ignore"):
        pairs = (np.subtract(theirs, ours), "plus"), (np.divide(theirs, ours), "times")
    for found, words in pairs:
        middle = float(np.median(found))
        if middle != 0 and np.isfinite(found).all():
            same = np.abs(found - middle) <= DIAGNOSIS_SHARE * abs(middle)
            if np.mean(same) >= _MOST:
                return f"the estimate {words} {middle:.6g}"
    return ""


def _total(case: Judgement) -> float:
    return float(_weights(case).sum())


def _statistics(x: Array, w: Array) -> dict[str, float]:
    """Well-known summaries of one column, each with its name."""
    total = float(w.sum())
    order: NDArray[np.intp] = np.argsort(x)
    values, heavy = x[order], w[order]
    with np.errstate(all="ignore"):
        average = float((w * x).sum() / total)
        below = np.cumsum(heavy)
        low = float(values[np.searchsorted(below, total / 2)])
        high = float(values[min(int(np.searchsorted(below, total / 2, side="right")), len(x) - 1)])
        centre = (low + high) / 2
        spread = float(np.sqrt((w * (x - average) ** 2).sum() / total))
        return {
            "mean": average,
            "median": centre,
            "standard deviation": spread,
            "variance": spread**2,
            "mean distance from the median": float((w * np.abs(x - centre)).sum() / total),
            "mean distance from the mean": float((w * np.abs(x - average)).sum() / total),
            "median distance from the median": float(np.median(np.abs(x - centre))),
            "middle of the range": float(values[0] / 2 + values[-1] / 2),
            "range": float(values[-1] - values[0]),
            "minimum": float(values[0]),
            "maximum": float(values[-1]),
            "geometric mean": float(np.exp((w * np.log(x)).sum() / total)) if values[0] > 0 else math.nan,
            "harmonic mean": float(total / (w / x).sum()) if values[0] > 0 else math.nan,
            "root of the mean square": float(np.sqrt((w * x * x).sum() / total)),
            "mean of the logarithms": float((w * np.log(x)).sum() / total) if values[0] > 0 else math.nan,
        }


def another_statistic(question: Question, cases: Sequence[Judgement]) -> str:
    """A value is a well-known statistic of the data, where the estimate is another."""
    known = [_statistics(case.x if case.x.ndim == 1 else case.x[:, 0], _weights(case)) for case in cases]
    found = []
    for j, name in enumerate(question.family.parameter_names):
        if all(_close(_theirs(case)[j], _ours(case)[j]) for case in cases):
            continue
        pairs = list(zip(cases, known, strict=True))
        given = _common([w for w, value in all_.items() if _close(_theirs(case)[j], value)] for case, all_ in pairs)
        wanted = _common([w for w, value in all_.items() if _close(_ours(case)[j], value)] for case, all_ in pairs)
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
    """The member returned has the mean, and the variance, of the data."""
    expected = _moments(question.family)
    if expected is None:
        return ""
    function = compiled(expected, question.family.symbols)
    told = _common(_matched(case, function, _theirs(case)) for case in cases)
    # Where the estimate has these moments, too, they explain nothing.
    return "" if told == _common(_matched(case, function, _ours(case)) for case in cases) else told


def _matched(case: Judgement, function: Callable[..., list[arb]], theta: tuple[float, ...]) -> Iterator[str]:
    """Which moments of the data a member has."""
    with precision(_BITS):
        values = [float(one.mid()) for one in function(*map(arb, theta))]
    known, n = _statistics(case.x, _weights(case)), _total(case)
    if not _close(values[0], known["mean"]):
        return
    if len(values) == 1:
        yield "an estimate by the method of moments: the member returned has the mean of the data"
        return
    if _close(values[1], known["variance"]):
        yield "an estimate by the method of moments: the member returned has the mean and the variance of the data"
    if n != 1 and _close(values[1], known["variance"] * n / (n - 1)):
        yield "an estimate by the method of moments, with the denominator n - 1 in the variance"


def _other_data(x: Array, w: Array) -> Iterator[tuple[str, Array, Array]]:
    """Data whose estimate somebody may have computed: words, the data, their weights."""
    ones = np.ones(len(x))
    order: NDArray[np.intp] = np.argsort(x if x.ndim == 1 else x[:, 0], kind="stable")
    if not np.array_equal(w, ones):
        yield "the weights are ignored", x, ones
        yield "the weights are squared", x, w * w
        yield "of the weights only whether they are zero counts", x, (w > 0).astype(float)
    yield "the largest observation is left out", x[order[:-1]], w[order[:-1]]
    yield "the smallest observation is left out", x[order[1:]], w[order[1:]]
    yield "both extremes are left out", x[order[1:-1]], w[order[1:-1]]
    yield "the first observation is left out", x[1:], w[1:]
    yield "the last observation is left out", x[:-1], w[:-1]
    yield "equal observations are counted once", np.unique(x, axis=0), np.ones(len(np.unique(x, axis=0)))
    yield "the data are rounded to integers", np.rint(x), w
    yield "the data are taken without their signs", np.abs(x), w
    yield "one is added to the data", x + 1, w
    yield "one is taken from the data", x - 1, w
    yield "zeros are left out", x[x != 0] if x.ndim == 1 else x, w[x != 0] if x.ndim == 1 else w
    with np.errstate(all="ignore"):
        yield "the data are rounded to single precision", x.astype(np.float32).astype(float), w


def other_data(question: Question, cases: Sequence[Judgement]) -> str:
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
    for words, x, w in _other_data(case.x, _weights(case)):
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
    other_data,
    changed_coarsely,
    single_precision,
    support_violated,
    another_maximum,
)
