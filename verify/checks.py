"""The named properties of an estimator, each a question to one drawn dataset with a three-valued answer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..proofs.derivation import Derivation, Verdict
from ..proofs.errors import ExistenceError, ThetahatError
from ..proofs.symmetry import unit_change
from .drawn import Array, Check, agree
from .equivariance_checks import (
    in_logarithms,
    order_does_not_matter,
    parametrisation_carries_over,
    repetition_does_not_matter,
    unit_carries_over,
    weights_are_repetitions,
    zero_weight_removes,
)
from .estimation import estimate
from .optimise import maximise_likelihood, minimise_divergence
from .optimum_checks import (
    agrees_with_certificate,
    entropy_is_constant,
    inside_support,
    no_rival_wins,
    optimum_agrees,
    score_is_zero,
    stopped_by_data,
)
from .refusals import require_existence
from .report import Case
from .slopes import slopes_of
from .valid_data import require_data


def refused_without_maximiser(derivation: Derivation, x: Array) -> Case:
    """Data that break an existence condition are refused with the reason, not answered."""
    try:
        data = require_data(derivation.family, x)
        require_existence(derivation, data)
        with np.errstate(all="ignore"):
            values, _ = estimate(derivation, data)
    except ExistenceError:
        return agree()
    except ThetahatError as other:
        return Case(Verdict.UNDECIDED, str(other))
    return Case(Verdict.DISAGREE, f"answered {values} although no maximiser exists, x = {x.tolist()}")


CHECKS: Mapping[str, Check] = {
    "agrees with the certificate": agrees_with_certificate,
    "agrees with maximised likelihood": optimum_agrees(maximise_likelihood),
    "agrees with minimised divergence": optimum_agrees(minimise_divergence),
    "entropy term is constant": entropy_is_constant,
    "no rival wins": no_rival_wins,
    "score zero or at the support's end": score_is_zero,
    "order does not matter": order_does_not_matter,
    "repetition does not matter": repetition_does_not_matter,
    "weights are repetitions": weights_are_repetitions,
    "zero weight removes": zero_weight_removes,
    "change of unit carries over": unit_carries_over,
    "parametrisation carries over": parametrisation_carries_over,
}


SEARCHES = frozenset({"agrees with maximised likelihood", "agrees with minimised divergence"})
"""Checks that cost more than all others together: they are asked of a part of the datasets."""


def applies(name: str, derivation: Derivation) -> bool:
    """Return whether a check says anything about this family at all.

    >>> from thetahat import derive, family
    >>> applies("change of unit carries over", derive(family("poisson")))
    False
    """
    family = derivation.family
    if name == "change of unit carries over":
        return unit_change(family) is not None
    if name == "parametrisation carries over":
        return in_logarithms(family) is not None
    if name == "score zero or at the support's end":
        ends = bool(stopped_by_data(derivation))
        smooth = slopes_of(family, inside_support(derivation)) is not None
        return derivation.searched is None and ((ends and not derivation.free) or smooth)
    return True
