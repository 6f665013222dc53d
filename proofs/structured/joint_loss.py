"""Which loss a noise model of several numbers at once induces: minus the log-density as a function of their means."""

from __future__ import annotations

from sympy import Integer, S

from .family import StructuredFamily
from .joint_loss_names import JOINT_DEFINITIONS, JointLoss
from .plates import Component, DatumComponent
from .sums import is_zero


def joint_loss(family: StructuredFamily) -> JointLoss | None:
    """Return the loss that a family over shares induces as a noise model; ``None`` where no definition fits.

    >>> from thetahat.proofs.registry import structured
    >>> joint_loss(structured("categorical_k")).name
    'cross-entropy'
    """
    if len(family.parameters) != 1 or len(family.observation) != 1 or family.parameters[0].simplex is None:
        return None
    (parameter,), (observed,) = family.terms, family.observation
    single = isinstance(observed, DatumComponent) and observed.indices == parameter.indices == observed.indices[:1]
    if not single or [value for _, value in family.totals] != [1]:
        return None
    prediction = Component("m", "positive", *observed.indices)
    bare = JointLoss(family, observed, prediction, parameter, prediction, Integer(1), S.Zero, S.Zero, "")
    for definition in JOINT_DEFINITIONS:
        loss = definition.at(observed, prediction, *family.lengths(observed))
        if is_zero(-bare.density - loss, family.totals):
            return JointLoss(
                family, observed, prediction, parameter, prediction, Integer(1), loss, S.Zero, definition.name
            )
    return None
