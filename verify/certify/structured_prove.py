"""Proves where the maximiser of a likelihood of vectors and matrices lies, and that it is the global one."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sympy import Rational

from ...proofs.errors import ExistenceError, NotUniqueError
from ...proofs.structured.derivation import StructuredDerivation
from ...proofs.structured.engine import derive_structured
from ...proofs.structured.family import StructuredFamily
from ...proofs.structured.spelled import spelled_out
from ...strategies.structured import StructuredData
from ..bounded_fit import minimax_of
from ..predictor_fit import kernel_of
from ..structured_estimate import exact_estimate, has_exact_formulas
from ..structured_exact import Exact, ExactData
from ..structured_existence import require_existence
from ..structured_fit import bare
from ..structured_input import structured_data
from .certificate import Certificate, CertificateVerdict
from .prove import certify, versions
from .structured_certificate import StructuredCertificate, digest_of

Array = NDArray[np.float64]


def certify_structured(
    family: StructuredFamily,
    x: ArrayLike | Mapping[str, ArrayLike],
    weights: ArrayLike | None = None,
    known: Mapping[str, ArrayLike] | None = None,
) -> StructuredCertificate | Certificate:
    """Return the exact maximiser with the argument why it is the global one; arguments and errors as for ``fit``.

    A regression of one number is certified as the family of that number with as many covariates, so that its
    coefficients are ``beta_1``, ``beta_2``, ...; of other families whose estimate is no rational formula nothing is
    proved.

    Examples
    --------
    >>> from thetahat.proofs.registry import structured
    >>> proof = certify_structured(structured("multivariate_normal"), [[0.0], [0.0], [1.0]])
    >>> proof.verdict, proof.theta["Sigma"]
    (<CertificateVerdict.UNIQUE_GLOBAL: 'unique global maximum'>, array([[Fraction(2, 9)]], dtype=object))
    """
    return certify_drawn(derive_structured(family), structured_data(family, x, weights, known))


def certify_drawn(derivation: StructuredDerivation, drawn: StructuredData) -> StructuredCertificate | Certificate:
    """Return the same for a dataset that is known to be valid."""
    family = derivation.family
    if kernel_of(derivation) is not None:
        known_numbers = {term: Rational(value.item()) for term, value in drawn.known.items()}
        spelled = spelled_out(family, drawn.sizes, known_numbers)
        if spelled is not None:
            return certify(spelled, _in_columns(drawn), drawn.weights)
    return certificate_of(derivation, drawn)


def certificate_of(derivation: StructuredDerivation, drawn: StructuredData) -> StructuredCertificate:
    """Return the certificate of a dataset that is known to be valid."""
    family = derivation.family
    verdict, theta, argument, why = proved(derivation, ExactData(drawn))
    return StructuredCertificate(
        family=family,
        verdict=verdict,
        theta={one.name: _to_fractions(bare(one.term, theta[one.name])) for one in family.parameters if theta},
        argument=argument,
        why=why,
        n=drawn.sizes[family.rows] if family.rows is not None else drawn.n,
        digest=digest_of(drawn),
        versions=versions(),
        _drawn=drawn,
    )


def proved(
    derivation: StructuredDerivation, data: ExactData
) -> tuple[CertificateVerdict, Mapping[str, Exact], str, str]:
    """Return the verdict, the maximiser, the argument, and what is missing."""
    if kernel_of(derivation) is not None or minimax_of(derivation) is not None:
        return CertificateVerdict.UNDECIDED, {}, "", "no enclosure of these coefficients is at hand"
    try:
        require_existence(derivation, data)
    except NotUniqueError as broken:
        return CertificateVerdict.UNDECIDED, {}, "", str(broken)
    except ExistenceError as broken:
        if derivation.existence_decided:
            return CertificateVerdict.NO_MAXIMUM, {}, "", str(broken)
        return CertificateVerdict.UNDECIDED, {}, "", f"{broken}; what follows is not proved"
    if not has_exact_formulas(derivation):
        return CertificateVerdict.UNDECIDED, {}, "", "the maximiser is no rational number, and no enclosure is at hand"
    found = exact_estimate(derivation, data)
    proof = derivation.optimality
    if not (proof.proved and proof.unique):
        return CertificateVerdict.LOCAL, found, "", "that no other member is higher is not proved"
    return CertificateVerdict.UNIQUE_GLOBAL, found, proof.argument, ""


def _in_columns(drawn: StructuredData) -> Array:
    """The response first, then each covariate."""
    return np.column_stack([value.reshape(drawn.n, -1) for value in drawn.data.values()])


def _to_fractions(values: Exact) -> NDArray[np.object_]:
    found = np.empty(values.shape, dtype=object)
    found.reshape(-1)[:] = [Fraction(int(one.p), int(one.q)) for one in values.reshape(-1).tolist()]
    return found
