"""Re-proves every step of a derivation from the declaration; imports no deriver and shares only algebra and balls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from . import (
    check_combined,
    check_concave,
    check_crest,
    check_ends,
    check_existence,
    check_exponential,
    check_groups,
    check_integer,
    check_matching,
    check_means,
    check_observations,
    check_one_way,
    check_paths,
    check_predictor,
    check_reparametrisation,
    check_ridge,
    check_roots,
    check_scores,
    check_slant,
    check_transport,
    check_turning,
)
from .check_context import Context
from .counterexamples import counterexample
from .derivation import Evidence, Finding, Step, Verdict
from .family import Family
from .reparametrisation import RENAMES, Reparametrisation


def check_steps(family: Family, steps: tuple[Step, ...]) -> tuple[Finding, ...]:
    """Return what is found of each step: by what it is re-proved, that it is refuted, or that it stays undecided.

    Raises
    ------
    KeyError
        For a rule that the table does not hold: a step nobody can check is a bug, not a pass.

    Examples
    --------
    >>> from thetahat import derive, family
    >>> d = derive(family("rayleigh"))
    >>> {finding.evidence.value for finding in check_steps(d.family, d.steps)} <= {"algebra", "sign", "lemma", "ball"}
    True
    """
    contexts: dict[tuple[object, ...], Context] = {}
    named = {step.parametrisation for step in steps if step.rule == RENAMES}
    findings = []
    for step in steps:
        key = step.held, step.parametrisation, step.rule == RENAMES
        if key not in contexts:
            contexts[key] = _context(step, family, steps)
        findings.append(_bare_data(step, family) or _unnamed(step, named) or _checked(step, contexts[key]))
    return tuple(findings)


def _context(step: Step, family: Family, steps: tuple[Step, ...]) -> Context:
    """What a step stands among; one that says what other parameters are is about the declared ones, and alone."""
    if step.rule == RENAMES:
        return Context(replace(step, parametrisation=None).about(family), (step,))
    return Context(step.about(family), steps)


def _unnamed(step: Step, named: set[Reparametrisation | None]) -> Finding | None:
    """A step in parameters of which no step says what they are has nothing to rest on."""
    if step.parametrisation is None or step.parametrisation in named:
        return None
    return Finding(Evidence.REFUTED, "no step says what the parameters are that it is about")


def _checked(step: Step, context: Context) -> Finding:
    """What the rule finds, unless balls show a counterexample to what it takes for proved."""
    found = RULES[step.rule](step, context)
    wrong = counterexample(step, context) if found.evidence.verdict is Verdict.AGREE else ""
    return Finding(Evidence.REFUTED, f"a counterexample: {wrong}") if wrong else found


_OF_ESTIMATES = frozenset(
    {"root", "moment-root", "reduced", "branch", "same-value", "support-end", "balance", "any-value", "exists"}
)


def _bare_data(step: Step, family: Family) -> Finding | None:
    """An estimate, or a condition for one, holds data only under averages and order statistics."""
    bare = step.value.free_symbols & set(family.columns) if step.rule in _OF_ESTIMATES else set()
    return Finding(Evidence.REFUTED, f"{min(bare, key=str)} stands outside every average") if bare else None


RULES: dict[str, Callable[[Step, Context], Finding]] = {
    "mean-log-likelihood": check_scores.mean_log_likelihood,
    "support-end": check_ends.support_end,
    "balance": check_ends.balance,
    "any-value": check_ends.any_value,
    "edge-growth": check_ends.edge_growth,
    "path-growth": check_paths.path_growth,
    "data-point": check_observations.at_data_point,
    "profile": check_observations.profile,
    "integer-increment": check_integer.increment,
    "integer-range": check_integer.integer_range,
    "integer-tail": check_integer.tail,
    "integer-falling": check_integer.falling,
    "substitute": check_scores.substitute,
    "mirror": check_scores.mirror,
    "score": check_scores.score,
    "combined": check_combined.combined,
    "untangled": check_matching.untangled,
    "score-zero": check_scores.score_zero,
    "root": check_roots.root,
    "branch": check_roots.branch,
    "reduced": check_scores.reduced,
    "same-value": check_scores.same_value,
    "split": check_matching.split,
    "exponential-form": check_exponential.exponential,
    "no-exponential-form": check_exponential.no_exponential,
    "mean-map": check_exponential.mean_map,
    "expectation": check_means.expectation,
    "normalised": check_exponential.normalised,
    "moment-root": check_matching.moment_root,
    "agreement": check_matching.agreement,
    "divergence": check_matching.divergence,
    "identity": check_matching.identity,
    "information": check_matching.information,
    "entropy": check_means.entropy,
    "kernel": check_concave.kernel,
    "concave": check_concave.concave,
    "half-plane": check_concave.half_plane,
    "groups": check_groups.groups,
    "censoring": check_groups.censoring,
    "curvature": check_concave.curvature,
    "concave-terms": check_concave.concave_terms,
    "harmonic": check_concave.harmonic,
    "loss": check_concave.loss,
    "predictor": check_predictor.predictor,
    "recession": check_predictor.recession,
    "separation": check_predictor.exists,
    "ridge": check_ridge.ridge,
    "ridge-profile": check_ridge.profile,
    "ridge-logs": check_ridge.log_profile,
    "ridge-counts": check_ridge.counts,
    "line-turn": check_turning.line_turn,
    "ridge-turn": check_turning.ridge_turn,
    "slant": check_slant.slant,
    "slant-edges": check_slant.edges,
    "crest": check_crest.crest,
    "crest-edges": check_crest.edges,
    "profile-edges": check_crest.profile_edges,
    "end-signs": check_existence.end_signs,
    "exists": check_existence.exists,
    "one-way": check_one_way.one_way,
    "transport": check_transport.transport,
    RENAMES: check_reparametrisation.reparametrisation,
}
