"""Decides whether somebody's function returns maximum-likelihood estimates of vectors and matrices.

The judge is a certificate; where there is none, a better member of the family refutes, and nothing proves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from ..proofs.derivation import Verdict
from ..proofs.errors import ExistenceError, NotUniqueError, ParameterError, UnsolvedError
from ..proofs.structured.derivation import StructuredDerivation
from ..proofs.structured.engine import derive_structured
from ..proofs.structured.family import StructuredFamily
from ..proofs.structured.units import has_unit, unit_powers
from ..strategies.structured import StructuredData, structured_datasets
from .answers import require_callable
from .certify.certificate import CertificateVerdict
from .certify.structured_prove import certificate_of
from .driving import DisagreementError, run_property
from .report import Report, Tally
from .structured_answers import answer_of, shown_data
from .structured_checks import rounding_of
from .structured_diagnosis import likely_mistake
from .structured_estimate import estimate
from .structured_fit import bare
from .structured_search import mean_log_likelihood
from .tolerance import AUDIT_NATS

Array = NDArray[np.float64]
_POWERS = 20
"""Data are measured in units up to so many powers of two larger or smaller."""


@dataclass(frozen=True)
class Found:
    """What is found of one answer, with what a reader needs to see it again."""

    verdict: Verdict
    text: str = ""


def check_structured_estimator(
    family: StructuredFamily,
    function: Callable[..., Any],
    *,
    examples: int = 200,
    existence: str = "holds",
    weights: bool = False,
    tolerance: float = AUDIT_NATS,
    seed: int = 0,
) -> Report:
    """Return whether ``function`` returns maximum-likelihood estimates; see ``check_estimator``.

    Parameters
    ----------
    function
        Called with what is observed in declared order, then with what is known, then, if ``weights``, with weights; all
        shaped as ``fit`` takes them. Returns a mapping from names to arrays, an object with these as attributes, a
        sequence in declared order, or the one parameter alone.
    existence
        ``"holds"`` or ``"fails"``, as for ``check_estimator``.

    Examples
    --------
    >>> from thetahat.proofs.registry import structured
    >>> normal = structured("multivariate_normal")
    >>> good = lambda x: (x.mean(axis=0), np.cov(x.T, bias=True).reshape(x.shape[1], -1))
    >>> check_structured_estimator(normal, good, examples=20).ok
    True
    >>> biased = lambda x: (x.mean(axis=0), np.cov(x.T).reshape(x.shape[1], -1))
    >>> print(check_structured_estimator(normal, biased, examples=20).counterexamples[0].splitlines()[-1])
      likely     Sigma is the estimate times n/(n - 1): the denominator n - 1 in place of n
    """
    if existence not in ("holds", "fails"):
        raise ParameterError(f"{family.name}: existence={existence!r} is not known; write 'holds' or 'fails'")
    if weights and family.rows is not None:
        raise ParameterError(f"{family.name}: the data are one matrix whose rows belong together; there are no weights")
    require_callable(function, family, weights)
    derivation = derive_structured(family)
    name = getattr(function, "__name__", "estimator")
    counts: Counter[Verdict] = Counter()
    failed: list[Found] = []

    def examine(drawn: StructuredData) -> None:
        found = judged(derivation, function, drawn if weights else replace(drawn, weights=None), weights, tolerance)
        counts[found.verdict] += not failed
        if found.verdict is Verdict.DISAGREE:
            failed.append(found)
            raise DisagreementError(found.text)

    run_property(_measured(family, existence == "fails"), examine, examples, seed)
    agree, disagree, undecided = (counts[one] for one in (Verdict.AGREE, Verdict.DISAGREE, Verdict.UNDECIDED))
    kind = " without a maximiser" if existence == "fails" else ""
    text = failed[-1].text if failed else ""
    note = f"{name}: {agree + disagree} of {agree + disagree + undecided} cases decided; tolerance {tolerance:g} nats"
    return Report(
        (Tally(family.name, f"{name}{kind}", agree, disagree, undecided, text),),
        (f"{note} per observation, and what rounding to doubles costs",),
    )


def _measured(family: StructuredFamily, degenerate: bool) -> st.SearchStrategy[StructuredData]:
    """Datasets in many units, where the data have one."""
    datasets, powers = structured_datasets(family, degenerate=degenerate), unit_powers(family)
    if powers is None:
        return datasets

    def in_unit(drawn: StructuredData, power: int) -> StructuredData:
        known = {term: value * 2.0 ** (power * powers[term]) for term, value in drawn.known.items()}
        data = {term: value * 2.0**power if has_unit(term) else value for term, value in drawn.data.items()}
        return replace(drawn, known=known, data=data)

    return st.builds(in_unit, datasets, st.integers(-_POWERS, _POWERS))


def judged(
    derivation: StructuredDerivation, function: Callable[..., Any], drawn: StructuredData, weighted: bool, nats: float
) -> Found:
    """Return what is found of the function's answer to one dataset."""
    family = derivation.family
    answer = answer_of(family, function, drawn, weighted)
    try:
        ours = estimate(derivation, drawn)
    except NotUniqueError as reason:
        # Whoever returns one of many maximisers returns a maximiser.
        return Found(Verdict.AGREE if answer.theta is None or answer.warned else Verdict.UNDECIDED, str(reason))
    except ExistenceError as reason:
        wrong = answer.theta is not None and not answer.warned
        text = f"{shown_data(drawn)}\n  returned   {answer.shown}\n  but        {reason}"
        return Found(Verdict.DISAGREE, text) if wrong else Found(Verdict.AGREE)
    except UnsolvedError as reason:
        return Found(Verdict.UNDECIDED, str(reason))
    if answer.theta is None:
        return Found(Verdict.DISAGREE, f"{shown_data(drawn)}\n  returned   {answer.shown}")
    low, high = _lost(derivation, drawn, ours, answer.theta)
    weight = drawn.weight
    rounding = rounding_of(family, drawn, ours, mean_log_likelihood(family, drawn, ours))
    if low > (nats + rounding) * weight:
        better = ", ".join(f"{one.name} = {bare(one.term, ours[one.name]).tolist()}" for one in family.parameters)
        mistake = likely_mistake(family, drawn, answer.theta, ours)
        lines = [
            shown_data(drawn),
            f"  returned   {answer.shown}",
            f"  better     {better}",
            f"  lost       {low:.6g} nats",
        ]
        return Found(Verdict.DISAGREE, "\n".join([*lines, *([f"  likely     {mistake}"] if mistake else [])]))
    return Found(Verdict.AGREE if high <= (nats + rounding) * weight else Verdict.UNDECIDED)


def _lost(
    derivation: StructuredDerivation, drawn: StructuredData, ours: Mapping[str, Array], theta: Mapping[str, Array]
) -> tuple[float, float]:
    """At least and at most how many nats of the maximum an answer loses."""
    certificate = certificate_of(derivation, drawn)
    if certificate.verdict is CertificateVerdict.UNIQUE_GLOBAL:
        lost = certificate.nats_lost(theta)
        return lost.low, lost.high
    heights = [mean_log_likelihood(derivation.family, drawn, one) for one in (ours, theta)]
    return drawn.weight * (heights[0] - heights[1]), np.inf
