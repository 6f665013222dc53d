"""Hypotheses about other families: the estimate of one with the same range, or a member with the median of the data."""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy.integrate import IntegrationWarning, quad

from ..proofs.errors import ThetahatError
from ..proofs.family import Family
from ..proofs.shipped import catalogue, imported
from .answers import Question
from .density import density
from .diagnosis_cases import close, common, ours, theirs, weights_of
from .fitting import fit_with
from .judgement import Judgement
from .known_values import kept_with
from .summaries import summaries

_SECONDS = 5.0
"""How long other families are tried: deriving one anew takes a tenth of that, or half."""
_HALF_SHARE = 1e-6
"""How far from one half the probability may lie that a quadrature gives."""


def another_family(question: Question, cases: Sequence[Judgement]) -> str:
    """Every value is the estimate of another family with as many parameters on the same range."""
    until = time.monotonic() + _SECONDS
    for other in _others(question.family):
        if time.monotonic() > until:
            break
        words = f"the estimate of another family, {other.name}"
        if common([words] * _is_estimate_of(other, case) for case in cases):
            return words
    return ""


def _others(family: Family) -> list[Family]:
    """The shipped families that might be taken for this one."""
    if family.beside:
        return []
    return [
        one
        for one in map(imported, catalogue())
        if one.name != family.name
        and not (one.beside or one.constants)
        and len(one.parameters) == len(family.parameters)
        and (one.discrete, one.bounds.lo, one.bounds.hi) == (family.discrete, family.bounds.lo, family.bounds.hi)
    ]


def _is_estimate_of(other: Family, case: Judgement) -> bool:
    try:
        found = fit_with(kept_with(other, {}), case.x, case.weights).theta
    except ThetahatError:
        return False
    return all(close(one, float(value)) for one, value in zip(theirs(case), found, strict=True))


def median_matched(question: Question, cases: Sequence[Judgement]) -> str:
    """Half of the member returned lies below the median of the data, where the estimate's median is another."""
    family = question.family
    if family.discrete or family.beside:
        return ""
    words = "the member returned has the median of the data, as an estimate by quantiles has"
    return common(
        [words] * (_halves(family, case, theirs(case)) and not _halves(family, case, ours(case))) for case in cases
    )


def _halves(family: Family, case: Judgement, theta: Sequence[float]) -> bool:
    """Whether the probability below the median of the data is one half, by quadrature."""
    middle = summaries(case.x, weights_of(case))["median"]
    height = density(family)
    known = dict(zip(family.symbols, theta, strict=True))
    low, high = (float(end.subs(known)) for end in (family.bounds.lo, family.bounds.hi))
    if not low < middle < high:
        return False
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", IntegrationWarning)  # of members that are nearly a point
        below, above = (
            quad(lambda x: float(np.exp(height(np.float64(x), *map(np.float64, theta)))), *ends, limit=200)[0]
            for ends in pairwise((low, middle, high))
        )
    return abs(below - 0.5) < _HALF_SHARE and abs(above - 0.5) < _HALF_SHARE
