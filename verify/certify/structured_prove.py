"""Proves where the maximiser of a likelihood of vectors and matrices lies, and that it is the global one."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...proofs.derivation import Outcome
from ...proofs.errors import ExistenceError, NotUniqueError, UnsolvedError
from ...proofs.structured.derivation import StructuredDerivation
from ...proofs.structured.engine import derive_structured
from ...proofs.structured.family import StructuredFamily
from ...strategies.structured import StructuredData
from ..structured_balls import height
from ..structured_estimate import estimate, exact_estimate, has_exact_formulas
from ..structured_exact import Exact, ExactData, mapped
from ..structured_fit import bare, no_density
from ..structured_input import structured_data
from .certificate import CertificateVerdict
from .prove import versions
from .structured_certificate import StructuredCertificate, digest_of
from .structured_roots import enclosed_root, in_components

Array = NDArray[np.float64]
Numbers = Mapping[str, NDArray[np.object_]]


def certify_structured(
    family: StructuredFamily,
    x: ArrayLike | Mapping[str, ArrayLike],
    weights: ArrayLike | None = None,
    known: Mapping[str, ArrayLike] | None = None,
) -> StructuredCertificate:
    """Return the exact maximiser with the argument why it is the global one; arguments and errors as for ``fit``.

    A rational estimate is exact; a root of smooth scores is enclosed. Of sets of maximisers, and of matrices that take
    turns, nothing is proved.

    Examples
    --------
    >>> from thetahat.proofs.registry import structured
    >>> proof = certify_structured(structured("multivariate_normal"), [[0.0], [0.0], [1.0]])
    >>> proof.verdict, proof.theta["Sigma"]
    (<CertificateVerdict.UNIQUE_GLOBAL: 'unique global maximum'>, array([[Fraction(2, 9)]], dtype=object))
    """
    derivation, drawn = derive_structured(family), structured_data(family, x, weights, known)
    found = certificate_of(derivation, drawn)
    if found.theta and not height(derivation, ExactData(drawn), found.exact()).is_finite():
        raise no_density(family, drawn)
    return found


def certificate_of(
    derivation: StructuredDerivation, drawn: StructuredData, at_hand: Mapping[str, Array] | None = None
) -> StructuredCertificate:
    """Return the certificate of a dataset that is known to be valid; ``at_hand`` is what ``estimate`` gave for it."""
    family = derivation.family
    verdict, theta, argument, why = proved(derivation, drawn, at_hand)
    return StructuredCertificate(
        family=family,
        verdict=verdict,
        theta={one.name: bare(one.term, theta[one.name]) for one in family.parameters if theta},
        argument=argument,
        why=why,
        n=drawn.sizes[family.rows] if family.rows is not None else drawn.n,
        digest=digest_of(drawn),
        versions=versions(),
        _drawn=drawn,
    )


def can_be_certified(derivation: StructuredDerivation) -> bool:
    """Return whether there are ways to enclose the maximiser: rational formulas, or one root of scores in components.

    >>> from thetahat.proofs.registry import structured
    >>> [can_be_certified(derive_structured(structured(name))) for name in ("wishart", "dirichlet", "matrix_normal")]
    [True, True, False]
    """
    if derivation.outcome is Outcome.SET_VALUED:
        return False
    return has_exact_formulas(derivation) or in_components(derivation.family)


def proved(
    derivation: StructuredDerivation, drawn: StructuredData, at_hand: Mapping[str, Array] | None = None
) -> tuple[CertificateVerdict, Numbers, str, str]:
    """Return the verdict, the maximiser, the argument, and what is missing; arguments as for ``certificate_of``."""
    if not can_be_certified(derivation):
        return CertificateVerdict.UNDECIDED, {}, "", "of sets of maximisers and roots in matrices nothing is enclosed"
    try:
        found = _maximiser(derivation, drawn, at_hand)
    except (NotUniqueError, UnsolvedError) as open_:
        return CertificateVerdict.UNDECIDED, {}, "", str(open_)
    except ExistenceError as broken:
        if derivation.existence_decided:
            return CertificateVerdict.NO_MAXIMUM, {}, "", str(broken)
        return CertificateVerdict.UNDECIDED, {}, "", f"{broken}; what follows is not proved"
    if found is None:
        return CertificateVerdict.UNDECIDED, {}, "", "no box around the estimate is proved to hold the root"
    proof = derivation.optimality
    if not (proof.proved and proof.unique):
        return CertificateVerdict.LOCAL, found, "", "that no other member is higher is not proved"
    return CertificateVerdict.UNIQUE_GLOBAL, found, proof.argument, ""


def _maximiser(
    derivation: StructuredDerivation, drawn: StructuredData, at_hand: Mapping[str, Array] | None
) -> Numbers | None:
    """In rational numbers or in enclosures; the conditions for it are decided first, and exactly."""
    if has_exact_formulas(derivation):
        return {name: _to_fractions(value) for name, value in exact_estimate(derivation, ExactData(drawn)).items()}
    near = estimate(derivation, drawn) if at_hand is None else at_hand
    return enclosed_root(derivation.family, drawn, near)


def _to_fractions(values: Exact) -> NDArray[np.object_]:
    return mapped(lambda one: Fraction(int(one.p), int(one.q)), values)
