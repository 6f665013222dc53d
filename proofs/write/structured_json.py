"""Everything that a structured derivation holds, in plain types."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import sympy
from sympy import Basic

from ..derivation import Evidence, Verdict
from ..structured.derivation import StructuredDerivation
from ..structured.naming import name_of
from . import structured_content as content
from .as_json import step_json

SCHEMA = 1


def structured_json(derivation: StructuredDerivation) -> dict[str, Any]:
    """Return everything that the derivation holds in plain types; formulas as text and as LaTeX.

    Examples
    --------
    >>> from thetahat.proofs.registry import structured
    >>> from thetahat.proofs.structured.engine import derive_structured
    >>> structured_json(derive_structured(structured("categorical_k")))["estimator"]["p"]["text"]
    'mean(y_k)'
    """
    family, optimality = derivation.family, derivation.optimality
    hatted = content.hatted_unknowns(derivation)

    def both(value: Basic) -> dict[str, str]:
        return {"text": content.formula_in(value, 0, hatted), "latex": content.formula_in(value, 1, hatted)}

    return {
        "schema": SCHEMA,
        "versions": {"thetahat": version("thetahat"), "sympy": sympy.__version__},
        "family": {
            "name": family.name,
            "kind": "structured",
            "observation": [str(one) for one in family.observation],
            "parameters": [{"name": one.name, "meaning": one.meaning} for one in family.parameters],
            "known": [{"name": one.name, "meaning": one.meaning} for one in family.known],
            "log_density": both(family.log_density),
            "sources": [one.citation for one in family.sources],
        },
        "outcome": derivation.outcome.value,
        "reason": derivation.reason,
        "mean_log_likelihood": both(derivation.mean_log_likelihood),
        "estimator": {str(name_of(term)): both(formula) for term, formula in derivation.formulas},
        "equations": {str(name_of(term)): both(formula) for term, formula in derivation.equations},
        "exists_when": [{"condition": one.words, "why": one.why} for one in derivation.exists_when],
        "existence_decided": derivation.existence_decided,
        "optimality": {"proved": optimality.proved, "unique": optimality.unique, "argument": optimality.argument},
        "independent_routes": derivation.independent_routes,
        "counts": {evidence.value: derivation.count(evidence) for evidence in Evidence},
        "steps": [
            step_json(at, *pair, proof=pair[1].evidence.verdict is Verdict.AGREE)
            for at, pair in enumerate(zip(derivation.steps, derivation.findings, strict=True), 1)
        ],
        "obligations": [{"statement": one.statement, "why": one.why} for one in derivation.obligations],
    }
