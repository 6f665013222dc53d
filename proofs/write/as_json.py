"""A derivation as plain dictionaries, lists, strings and numbers, ready for ``json.dumps``."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import sympy
from sympy import Basic, Tuple

from ..derivation import Derivation, Evidence, Finding, Step
from ..family import Covariate, Family, Parameter
from .latex import expression_latex
from .steps import is_proof
from .text import expression_text

SCHEMA = 1


def derivation_json(derivation: Derivation) -> dict[str, Any]:
    """Return everything that the derivation holds in plain types; formulas as text and as LaTeX.

    ``given`` counts steps from one, as ``number`` does. ``schema`` rises when keys change their meaning.

    Examples
    --------
    >>> from thetahat import derive, family
    >>> derivation_json(derive(family("rayleigh")))["estimator"]["sigma"]["text"]
    'sqrt(t_1/2)'
    """
    hatted = derivation.family.symbols
    optimality = derivation.optimality
    return {
        "schema": SCHEMA,
        "versions": {"thetahat": version("thetahat"), "sympy": sympy.__version__},
        "family": _family(derivation.family),
        "outcome": derivation.outcome.value,
        "reason": derivation.reason,
        "statistics": {str(one.symbol): _formula(one.definition) for one in derivation.statistics},
        "mean_log_likelihood": _formula(derivation.mean_log_likelihood),
        "estimator": {str(symbol): _formula(value, hatted) for symbol, value in derivation.estimator.items()},
        "closed": {str(symbol): _formula(value, hatted) for symbol, value in derivation.closed},
        "equations": [_formula(one) for one in derivation.equations],
        "unknowns": [str(symbol) for symbol in derivation.unknowns],
        "free": {str(symbol): [_formula(low), _formula(high)] for symbol, low, high in derivation.free},
        "integer": _integer(derivation),
        "point": _point(derivation),
        "exponential_form": _exponential(derivation),
        "exists_when": [
            {"positive": _formula(one.expression), "meaning": one.meaning, "why": one.why}
            for one in derivation.exists_when
        ],
        "existence_rule": derivation.existence_rule,
        "existence_proved": derivation.existence_proved,
        "existence_needed": derivation.existence_needed,
        "none_inside": derivation.none_inside,
        "enough": [{"positive": _formula(one.expression), "meaning": one.meaning} for one in derivation.enough],
        "edges": [{"height": _formula(one.height), "meaning": one.meaning} for one in derivation.edges],
        "optimality": {"proved": optimality.proved, "unique": optimality.unique, "argument": optimality.argument},
        "independent_routes": derivation.independent_routes,
        "counts": {evidence.value: derivation.count(evidence) for evidence in Evidence},
        "steps": [
            step_json(number, step, finding, proof=is_proof(step, finding))
            for number, (step, finding) in enumerate(zip(derivation.steps, derivation.findings, strict=True), 1)
        ],
        "obligations": [{"statement": one.statement, "why": one.why} for one in derivation.obligations],
    }


def _formula(expression: Basic, hatted: tuple[Any, ...] = ()) -> dict[str, str]:
    return {"text": expression_text(expression, hatted), "latex": expression_latex(expression, hatted)}


def _value(value: Basic) -> Any:
    """A formula, or a list of them for a tuple."""
    return [_value(one) for one in value.args] if isinstance(value, Tuple) else _formula(value)


def _family(family: Family) -> dict[str, Any]:
    def declared(item: Parameter | Covariate) -> dict[str, str]:
        return {"name": str(item.symbol), "space": str(item.space), "meaning": item.meaning}

    return {
        "name": family.name,
        "observation": str(family.observation),
        "covariates": [declared(item) for item in family.covariates],
        "support": str(family.support),
        "also": [{"name": str(one.symbol), "support": str(one.support)} for one in family.also],
        "discrete": family.discrete,
        "parameters": [declared(item) for item in family.parameters],
        "constants": [declared(item) for item in family.constants],
        "log_density": _formula(family.log_density),
        "sources": [source.citation for source in family.sources],
    }


def _integer(derivation: Derivation) -> dict[str, Any] | None:
    """The integer parameter that is searched for; ``None`` where there is none."""
    search = derivation.integer
    if search is None:
        return None
    return {
        "parameter": str(search.parameter),
        "increment": _formula(search.increment),
        "floors": [_formula(one) for one in search.floors],
        "ceilings": [_formula(one) for one in search.ceilings],
    }


def _point(derivation: Derivation) -> dict[str, Any] | None:
    """The parameter that is looked for among the observations; ``None`` where there is none beside others."""
    search = derivation.point
    if search is None:
        return None
    return {
        "parameter": str(search.parameter),
        "profile": _formula(search.profile),
        "needed": [
            {"positive": _formula(one.expression), "meaning": one.meaning, "why": one.why} for one in search.needed
        ],
    }


def _exponential(derivation: Derivation) -> dict[str, Any] | None:
    form = derivation.exponential_form
    if form is None:
        return None
    return {
        "statistics": [_formula(one) for one in form.statistics],
        "eta": [_formula(one) for one in form.eta],
        "log_partition": _formula(form.log_partition),
        "log_base_measure": _formula(form.log_base_measure),
        "minimal": form.minimal,
    }


def step_json(number: int, step: Step, finding: Finding, *, proof: bool) -> dict[str, Any]:
    """Return one step, the ``number``-th from one, of a derivation of any kind; ``proof`` says whether it is proved."""
    return {
        "number": number,
        "rule": step.rule,
        "section": step.section.value,
        "words": step.words,
        "label": {"text": step.label.text, "latex": step.label.latex},
        "value": _value(step.value),
        "subject": None if step.subject is None else _formula(step.subject),
        "given": [at + 1 for at in step.given],
        "evidence": finding.evidence.value,
        "verdict": finding.evidence.verdict.value,
        "proof": proof,
        "detail": finding.detail,
    }
