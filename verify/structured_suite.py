"""Checks structured families: their steps, and their estimates on datasets of random sizes, counted three ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

import numpy as np

from ..proofs.derivation import Verdict
from ..proofs.errors import ExistenceError, UndecidedError, UnsolvedError
from ..proofs.structured.derivation import StructuredDerivation
from ..proofs.structured.engine import derive_structured
from ..proofs.structured.family import StructuredFamily
from ..strategies.structured import StructuredData, structured_datasets
from .certify.certificate import CertificateVerdict
from .certify.structured_prove import certificate_of
from .driving import DisagreementError, run_afresh, run_property
from .report import Case, Report, Tally
from .structured_checks import CHECKS, SEARCH, Check, Estimator, Question, applies
from .structured_estimate import estimate

T = TypeVar("T")
_SEARCHES = 3
"""Datasets that the optimiser is asked of, which takes longer than all other checks."""


def check_structured_family(
    family: StructuredFamily, *, examples: int = 25, seed: int = 0, estimator: Estimator = estimate
) -> Report:
    """Return the report on a structured family: its steps, and its estimates on drawn datasets.

    Parameters
    ----------
    examples
        Datasets drawn for each check; the optimiser is asked of three of them.
    estimator
        What is checked; the derived one unless another is given.

    Examples
    --------
    >>> from thetahat.proofs.registry import structured
    >>> check_structured_family(structured("multivariate_normal"), examples=2).ok
    True
    """
    derivation = derive_structured(family)
    applying = {name: check for name, check in CHECKS.items() if applies(check, derivation)}
    tallies = [_steps(derivation), *_run(derivation, applying, estimator, examples, seed)]
    if derivation.exists_when or not derivation.existence_decided:
        tallies.append(_refusals(derivation, estimator, examples, seed))
    return Report(tuple(tallies))


def _run(
    derivation: StructuredDerivation, checks: Mapping[str, Check], estimator: Estimator, examples: int, seed: int
) -> list[Tally]:
    """All checks over shared datasets; one that disagrees is shrunk and leaves the next round."""
    counts: dict[str, Counter[Verdict]] = {name: Counter() for name in checks}
    found: dict[str, str] = {}
    left = dict(checks)
    while left:
        for name in left:
            counts[name].clear()
        failed = _round(derivation, left, estimator, counts, found, examples, seed)
        left = {name: check for name, check in left.items() if name != failed} if failed else {}
    return [_counted(derivation, name, counts[name], found.get(name, "")) for name in checks]


def _round(
    derivation: StructuredDerivation,
    left: Mapping[str, Check],
    estimator: Estimator,
    counts: Mapping[str, Counter[Verdict]],
    found: dict[str, str],
    examples: int,
    seed: int,
) -> str:
    """Ask the checks in ``left`` of one series of datasets; the name of the first that disagrees, if one does."""
    failed = ""

    def examine(drawn: StructuredData) -> None:
        nonlocal failed
        theta = _answer(estimator, derivation, drawn)
        for name in [failed] if failed else left:
            if name == SEARCH and not failed and counts[name].total() >= _SEARCHES:
                continue
            if isinstance(theta, Case):
                case = theta
            else:
                case = _answer(left[name], Question(derivation, drawn, theta, estimator))
            counts[name][case.verdict] += not failed
            if case.verdict is Verdict.DISAGREE:
                failed, found[name] = name, case.detail
                raise DisagreementError(case.detail)

    run_afresh(structured_datasets(derivation.family), _key_of, examine, examples, seed)
    return failed


def _answer(ask: Callable[..., T], *given: object) -> T | Case:
    """What is answered; where the data are refused that nothing is decided, and why."""
    try:
        return ask(*given)
    except (ExistenceError, UndecidedError, UnsolvedError) as refusal:
        return Case(Verdict.UNDECIDED, str(refusal))


def _key_of(drawn: StructuredData) -> Hashable:
    """What tells datasets apart."""
    arrays = (*drawn.known.items(), *drawn.data.items(), ("weights", drawn.w))
    return tuple((str(term), np.shape(value), np.asarray(value).tobytes()) for term, value in arrays)


def _refusal(derivation: StructuredDerivation, estimator: Estimator) -> Callable[[StructuredData], Case]:
    def ask(drawn: StructuredData) -> Case:
        try:
            found = estimator(derivation, drawn)
        except ExistenceError as reason:
            return Case(Verdict.AGREE, str(reason))
        if certificate_of(derivation, drawn).verdict is CertificateVerdict.UNIQUE_GLOBAL:
            return Case(Verdict.UNDECIDED, "data that were to have no estimate have one")
        shown = {name: value.tolist() for name, value in found.items()}
        return Case(Verdict.DISAGREE, f"returned {shown} although there is no estimate, for {drawn}")

    return ask


def _steps(derivation: StructuredDerivation) -> Tally:
    counts = Counter(finding.evidence.verdict for finding in derivation.findings)
    pairs = zip(derivation.steps, derivation.findings, strict=True)
    wrong = next((step.words for step, found in pairs if found.evidence.verdict is Verdict.DISAGREE), "")
    return _counted(derivation, "derivation steps", counts, wrong)


def _counted(derivation: StructuredDerivation, name: str, counts: Counter[Verdict], counterexample: str) -> Tally:
    agree, disagree, undecided = (counts[one] for one in (Verdict.AGREE, Verdict.DISAGREE, Verdict.UNDECIDED))
    return Tally(derivation.family.name, name, agree, disagree, undecided, counterexample)


def _refusals(derivation: StructuredDerivation, estimator: Estimator, examples: int, seed: int) -> Tally:
    """Whether data without an estimate are refused."""
    ask, counts, found = _refusal(derivation, estimator), Counter[Verdict](), list[str]()

    def examine(drawn: StructuredData) -> None:
        case = ask(drawn)
        counts[case.verdict] += not found
        if case.verdict is Verdict.DISAGREE:
            found.append(case.detail)
            raise DisagreementError(case.detail)

    run_property(structured_datasets(derivation.family, degenerate=True), examine, examples, seed)
    # The last counterexample is the one that shrinking ended at.
    return _counted(derivation, "data without an estimate are refused", counts, found[-1] if found else "")
