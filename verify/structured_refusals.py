"""How a dataset that breaks a condition for an estimate of vectors and matrices is refused."""

from __future__ import annotations

from ..proofs.errors import ExistenceError, NotUniqueError
from ..proofs.structured.derivation import Requirement, StructuredDerivation

_OF_UNIQUENESS = ("rank", "columns")
"""Conditions without which there are many estimates, not none."""


def refusal(derivation: StructuredDerivation, one: Requirement) -> ExistenceError:
    """Return the error that says which condition the data break, and what follows.

    >>> from thetahat.proofs.registry import structured
    >>> from thetahat.proofs.structured.engine import derive_structured
    >>> derivation = derive_structured(structured("isotropic_normal"))
    >>> print(str(refusal(derivation, derivation.exists_when[0]))[:86])
    isotropic_normal: there is no estimate unless the observations less their mean are not
    """
    kind = NotUniqueError if one.kind in _OF_UNIQUENESS else ExistenceError
    return kind(f"{derivation.family.name}: there is no estimate unless {one.words}: {one.why}")
