"""Re-proves that a noise model of several numbers induces a loss, from its declaration; takes nothing from a deriver.

The mean is found from the log-density alone: linear in what is observed, with a probability for each unit vector.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr, exp

from ..derivation import Evidence, Finding
from .family import StructuredFamily
from .joint_loss_names import JOINT_DEFINITIONS, JointDefinition, JointLoss
from .plates import Component, DatumComponent, Plate
from .sums import is_zero, normal

_UNIT_VECTORS = "probabilities of the unit vectors that add up to 1 leave nothing else"


def joint_claims(
    entry: JointLoss, definitions: tuple[JointDefinition, ...] = JOINT_DEFINITIONS
) -> tuple[tuple[str, Finding], ...]:
    """Return what is found of an entry's claims, by what the claim says.

    >>> from thetahat.proofs.registry import structured
    >>> from .joint_loss import joint_loss
    >>> [finding.evidence.value for _, finding in joint_claims(joint_loss(structured("categorical_k")))]
    ['algebra', 'sign', 'lemma', 'algebra']
    """
    claims: dict[str, Callable[[JointLoss], Finding]] = {
        "-log p = factor * loss + rest": _identity,
        "the factor is positive, and neither it nor the rest holds the prediction": _factor,
        "the prediction is the mean": _mean,
        "the loss is the definition that its name stands for": lambda one: _is_definition(one, definitions),
    }
    return tuple((words, claim(entry)) for words, claim in claims.items())


def _zero(family: StructuredFamily, difference: Expr, detail: str) -> Finding:
    return Finding(Evidence.ALGEBRA) if is_zero(difference, family.totals) else Finding(Evidence.REFUTED, detail)


def _identity(entry: JointLoss) -> Finding:
    difference = -entry.density - entry.factor * entry.loss - entry.rest
    return _zero(entry.family, difference, "the two sides differ")


def _factor(entry: JointLoss) -> Finding:
    held = {one.name for part in (entry.factor, entry.rest) for one in part.atoms(Component)}
    if entry.prediction.name in held or entry.factor.has(DatumComponent):
        return Finding(Evidence.REFUTED, "the factor or the rest depends on what is predicted")
    return (
        Finding(Evidence.SIGN) if entry.factor.is_positive else Finding(Evidence.REFUTED, "the factor is not positive")
    )


def _mean(entry: JointLoss) -> Finding:
    """A unit vector has the probability that its component of the parameter is; these add up to 1, as shares do."""
    family, observed, parameter = entry.family, entry.observed, entry.parameter
    if entry.prediction.indices != observed.indices or entry.replacement != entry.prediction:
        return Finding(Evidence.REFUTED, "what is predicted is not what takes the parameter's place")
    index, density = observed.indices[0], normal(family.log_density, family.totals)
    simplex = family.unknown(parameter).simplex
    if (
        not isinstance(density, Plate)
        or simplex != index
        or (Plate(observed, index, family.last(index)), 1) not in (family.totals)
    ):
        return Finding(Evidence.UNDECIDED, "the log-density is no sum over one of several indicators")
    here = density.args[1]
    weight = density.args[0] / observed.xreplace({index: here})
    if weight.has(DatumComponent):
        return Finding(Evidence.UNDECIDED, "the log-density is not linear in what is observed")
    if exp(weight) != parameter.xreplace({index: here}):
        return Finding(Evidence.REFUTED, "the probability of a unit vector is not the parameter")
    return Finding(Evidence.LEMMA, _UNIT_VECTORS)


def _is_definition(entry: JointLoss, definitions: tuple[JointDefinition, ...]) -> Finding:
    known = {one.name: one for one in definitions}
    if entry.name not in known:
        return Finding(Evidence.REFUTED, f"no loss is called {entry.name}")
    last = entry.family.last(entry.observed.indices[0])
    wanted = known[entry.name].at(entry.observed, entry.prediction, last)
    return _zero(entry.family, entry.loss - wanted, "is not what the name stands for")
