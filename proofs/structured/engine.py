"""Derives the estimator of a structured family and has every step checked."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from sympy import Tuple

from ..derivation import Evidence, Finding, Obligation, Optimality, Outcome, Section, Step, Verdict
from ..errors import DeclarationError
from ..trail import Trail
from .bounded import bounded_of, derive_bounded
from .checker import check_structured
from .components import derive_components
from .derivation import StructuredDerivation
from .drafts import Draft
from .family import StructuredFamily
from .linear import predictor_of
from .matrices import derive_matrices
from .predictors import derive_predictor

_DECISIVE = ("pythagoras", "gap", "concave", "joint-concave", "distance", "minimax", "geodesic")
_OPEN = "no global maximum is proved"


def derive_structured(family: StructuredFamily) -> StructuredDerivation:
    """Return the derivation of a structured family, every step checked; pure and cached.

    Raises
    ------
    DeclarationError
        For anything else.

    Examples
    --------
    >>> from thetahat.proofs.registry import structured
    >>> derive_structured(structured("multivariate_normal")).outcome
    <Outcome.CLOSED_FORM: 'closed form'>
    """
    if not isinstance(family, StructuredFamily):
        raise DeclarationError(f"{family!r:.60} is no family; write family(...) or structured(...) with its name")
    return _derived(family)


@lru_cache(maxsize=64)
def _derived(family: StructuredFamily) -> StructuredDerivation:
    trail = Trail()
    draft = _draft(family, trail)
    findings = check_structured(family, trail.steps)
    return _concluded(family, _without_refuted(draft, trail.steps, findings), trail.steps, findings)


def _draft(family: StructuredFamily, trail: Trail) -> Draft:
    if not family.in_plates:
        return derive_matrices(family, trail)
    predictor, bounded = predictor_of(family), bounded_of(family)
    if predictor is not None:
        return derive_predictor(family, predictor, trail)
    return derive_components(family, trail) if bounded is None else derive_bounded(family, bounded, trail)


def _without_refuted(draft: Draft, steps: tuple[Step, ...], findings: tuple[Finding, ...]) -> Draft:
    """The draft, without its estimator and what rests on it where a step towards the estimator is refuted."""
    refuted = [
        at
        for at, (step, finding) in enumerate(zip(steps, findings, strict=True), 1)
        if step.section is Section.LIKELIHOOD and finding.evidence is Evidence.REFUTED
    ]
    if not refuted:
        return draft
    return replace(
        draft,
        outcome=Outcome.UNSOLVED,
        reason=f"step {refuted[0]} towards the proposed estimator is refuted",
        formulas=(),
        equations=(),
        unknowns=(),
        exists_when=(),
        existence_decided=False,
    )


def _concluded(
    family: StructuredFamily, draft: Draft, steps: tuple[Step, ...], findings: tuple[Finding, ...]
) -> StructuredDerivation:
    bad = [
        Obligation(f"step {at}: {step.words}", finding.detail or "not proved")
        for at, (step, finding) in enumerate(zip(steps, findings, strict=True), 1)
        if finding.evidence.verdict is not Verdict.AGREE
    ]
    covered = any(step.rule in _DECISIVE and step.subject == Tuple(*family.terms) for step in steps)
    proved = covered and draft.optimality.proved and _all_agree(steps, findings, Section.LIKELIHOOD, Section.OPTIMALITY)
    routes = draft.independent_routes and _all_agree(steps, findings, Section.DIVERGENCE)
    optimality = Optimality(proved, draft.optimality.argument if proved else _OPEN, draft.optimality.unique and proved)
    return StructuredDerivation(
        family,
        draft.outcome,
        draft.reason,
        draft.mean_log_likelihood,
        draft.formulas,
        draft.equations,
        draft.unknowns,
        draft.exists_when,
        draft.existence_decided and optimality.proved and _all_agree(steps, findings, Section.EXISTENCE),
        optimality,
        routes,
        steps,
        findings,
        (*bad, *draft.obligations),
    )


def _all_agree(steps: tuple[Step, ...], findings: tuple[Finding, ...], *sections: Section) -> bool:
    return all(
        finding.evidence.verdict is Verdict.AGREE
        for step, finding in zip(steps, findings, strict=True)
        if step.section in sections
    )
