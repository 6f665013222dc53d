"""Re-verifies a certificate of vectors and matrices: exact slopes of the declared density, and the steps anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

import numpy as np
from flint import arb
from numpy.typing import ArrayLike

from ...proofs.derivation import Verdict as Agreement
from ...proofs.errors import DataError
from ...proofs.structured.checker import check_structured
from ...proofs.structured.engine import derive_structured
from ...proofs.structured.family import StructuredFamily
from ...strategies.structured import StructuredData
from ..structured_exact import Exact, ExactData, ExactPlace, exact_array
from ..structured_input import structured_data
from ..structured_slopes import mean_slope
from .certificate import CertificateVerdict
from .structured_certificate import StructuredCertificate, digest_of, is_inside
from .structured_prove import proved
from .structured_roots import has_root


def check_structured_certificate(
    certificate: StructuredCertificate,
    x: ArrayLike | Mapping[str, ArrayLike],
    weights: ArrayLike | None = None,
    known: Mapping[str, ArrayLike] | None = None,
) -> bool:
    """Return whether a certificate is confirmed on the data it was made for.

    The maximiser lies in the parameter space, and the declared density's own slope at it is exactly zero in every
    direction, or has one root in the enclosures. Unless it is only local, every step of the argument that a root of
    all slopes is the global maximum is proved once more. Where there is said to be no maximum, the condition is decided
    anew.

    Raises
    ------
    ValueError
        For other data than those of the certificate, and for one that is undecided, which claims nothing.
    """
    return is_confirmed(certificate, structured_data(certificate.family, x, weights, known))


def is_confirmed(certificate: StructuredCertificate, drawn: StructuredData) -> bool:
    """Return the same for a dataset that is known to be valid."""
    family = certificate.family
    if digest_of(drawn) != certificate.digest:
        raise DataError(
            f"{family.name}: these are not the data that the certificate was made for; pass the same x and weights, or "
            "certify these"
        )
    if certificate.verdict is CertificateVerdict.UNDECIDED:
        raise ValueError(f"{family.name}: the certificate is undecided, so there is nothing to check")
    if certificate.verdict is not CertificateVerdict.LOCAL and not _steps_are_proved(family):
        return False
    if certificate.verdict is CertificateVerdict.NO_MAXIMUM:
        return proved(derive_structured(family), drawn)[0] is CertificateVerdict.NO_MAXIMUM
    theta = certificate.exact()
    if not all(is_inside(one, theta[one.name]) for one in family.parameters):
        return False
    if any(isinstance(one, arb) for value in theta.values() for one in value.reshape(-1).tolist()):
        return has_root(family, drawn, certificate.theta)
    place = ExactPlace(ExactData(drawn), theta)
    return all(mean_slope(family.log_density, place, towards) == 0 for towards in _directions(family, drawn))


@lru_cache(maxsize=64)
def _steps_are_proved(family: StructuredFamily) -> bool:
    """Whether every step of the derivation holds; no data stand in it, so it is proved once for all datasets."""
    findings = check_structured(family, derive_structured(family).steps)
    return all(finding.evidence.verdict is Agreement.AGREE for finding in findings)


def _directions(family: StructuredFamily, drawn: StructuredData) -> Iterator[dict[str, Exact]]:
    """A basis of the directions in which parameters may move."""
    for one in family.parameters:
        shaped = drawn.shape_of(family, one.term)
        for at in np.ndindex(shaped):
            towards = np.zeros(shaped)
            towards[at] = 1.0
            if one.definite:
                towards = towards + towards.T
            if one.simplex is not None:
                last = list(at)
                last[one.term.indices.index(one.simplex)] = -1
                towards[tuple(last)] -= 1.0
            yield {one.name: exact_array(towards)}
