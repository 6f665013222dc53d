"""Names a likely mistake behind an estimate of vectors and matrices that is none: what one simple change explains."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from ..proofs.structured.family import StructuredFamily, Unknown
from ..strategies.structured import StructuredData
from .structured_search import mean_log_likelihood

Array = NDArray[np.float64]
_SAME = 1e-9
"""How far what a mistake makes of the estimate may be from the answer, relatively."""
_SLOPES, _STEP = 1e-3, 1e-5
"""The same of slopes that come from differences of heights, and the step of these, relatively."""
_SHOWN = 3


def likely_mistake(
    family: StructuredFamily, drawn: StructuredData, theta: Mapping[str, Array], ours: Mapping[str, Array]
) -> str:
    """Return the first mistake that explains an answer ``theta`` where the estimate is ``ours``; nothing if none does.

    >>> import numpy as np
    >>> from thetahat.proofs.registry import structured
    >>> normal = structured("multivariate_normal")
    >>> x = {normal.observation[0]: np.array([[[0.0], [0.0]], [[2.0], [0.0]], [[2.0], [3.0]]])}
    >>> data = StructuredData({}, {}, x)
    >>> ours = {"mu": np.zeros(2), "Sigma": np.array([[2.0, 1.0], [1.0, 3.0]])}
    >>> likely_mistake(normal, data, {**ours, "Sigma": ours["Sigma"] + 0.5 * np.eye(2)}, ours)
    'Sigma is the estimate plus 0.5 on the diagonal: regularised'
    """
    for one in family.parameters:
        value, right = theta[one.name], ours[one.name]
        if value.shape != right.shape or _same(value, right):
            continue
        for says in _mistakes(family, drawn, one, value, right):
            return f"{one.name} {says}"
        if penalty := _ridge(family, drawn, one, theta, right):
            return f"{one.name} {penalty}"
    return ""


def _mistakes(
    family: StructuredFamily, drawn: StructuredData, one: Unknown, value: Array, right: Array
) -> Iterator[str]:
    """What one factor explains, the mirror image of a matrix, and what is mixed with something even."""
    square = value.ndim == 2 and value.shape[0] == value.shape[1]
    if square and _same(value, right.T):
        yield "is transposed"
    n = drawn.n if not drawn.single else max(map(len, (value[0] for value in drawn.data.values())))
    if n > 1 and _same(value * (n - 1), right * n):
        yield "is the estimate times n/(n - 1): the denominator n - 1 in place of n"
    for size, count in drawn.sizes.items():
        if n > count > 1 and drawn.weights is None and _same(value * (n - count), right * n):
            yield f"is the estimate times n/(n - {size}): the denominator n - {size} in place of n"
    if square and one.definite:
        yield from _shrunk(value, right)
    if one.simplex is not None and value.ndim == 1:
        yield from _smoothed(family, drawn, value, right)


def _shrunk(value: Array, right: Array) -> Iterator[str]:
    """A matrix mixed with a multiple of the identity, as by Ledoit & Wolf 2004, Journal of Multivariate Analysis 88."""
    ones = np.eye(len(value))
    added = float(np.mean(np.diag(value - right)))
    # Of a single variance any difference is even: what is added on purpose is a power of ten.
    if added > 0 and _same(value, right + added * ones) and (len(value) > 1 or _is_power_of_ten(added)):
        yield f"is the estimate plus {added:.{_SHOWN}g} on the diagonal: regularised"
    if len(value) > 1:
        design = np.column_stack([right.ravel(), ones.ravel()])
        (share, rest), *_ = np.linalg.lstsq(design, value.ravel(), rcond=None)
        left = np.abs(value - share * right - rest * ones).max()
        if -_SAME <= share < 1 and rest > 0 and left <= _SAME * np.abs(value).max():
            kept = f"is {share:.{_SHOWN}g} times the estimate plus" if share > _SAME else "has nothing but"
            yield f"{kept} {rest:.{_SHOWN}g} on the diagonal: shrunk"


def _is_power_of_ten(value: float) -> bool:
    return abs(value / 10.0 ** round(math.log10(value)) - 1) <= _SLOPES


def _smoothed(family: StructuredFamily, drawn: StructuredData, value: Array, right: Array) -> Iterator[str]:
    """Shares of counts to each of which the same was added, as by Laplace's rule."""
    counts = drawn.data[family.observation[0]]
    total, even = drawn.total(counts.reshape(drawn.n, -1).sum(axis=1)), 1 - len(value) * value
    odd = np.abs(even) > _SAME
    if not odd.any():
        return
    added = float(np.median((value - right)[odd] * total / even[odd]))
    if added > 0 and _same(value, (right * total + added) / (total + len(value) * added)):
        yield f"is the estimate with {added:.{_SHOWN}g} added to each count: smoothed"


def _ridge(
    family: StructuredFamily, drawn: StructuredData, one: Unknown, theta: Mapping[str, Array], right: Array
) -> str:
    """Whether the slope of the log-likelihood is a multiple of the coefficients, as where their squares are penalised.

    A root of ``slope = lambda beta`` maximises the log-likelihood less ``lambda/2`` times the sum of squares (Hoerl &
    Kennard 1970, Technometrics 12).
    """
    beta = theta[one.name].ravel()
    if one.simplex is not None or one.definite or len(beta) < 2 or not beta.all() or _norm(beta) >= _norm(right):
        return ""
    slopes = np.empty(len(beta))
    for j, entry in enumerate(beta):
        ends = []
        for side in (1, -1):
            moved = beta.copy()
            moved[j] += side * _STEP * abs(entry)
            ends.append(mean_log_likelihood(family, drawn, {**theta, one.name: moved.reshape(theta[one.name].shape)}))
        slopes[j] = drawn.weight * (ends[0] - ends[1]) / (2 * _STEP * abs(entry))
    ratios = slopes / beta
    if not (np.isfinite(ratios).all() and (ratios > 0).all() and np.ptp(ratios) <= _SLOPES * ratios.max()):
        return ""
    strength = f"{ratios.mean():.{_SHOWN}g}"
    return f"is shrunk towards zero: the slope of the log-likelihood is {strength} times it, as by a ridge penalty"


def _norm(value: Array) -> float:
    return math.hypot(*value.ravel())


def _same(one: Array, other: Array) -> bool:
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=_SAME, atol=0))
