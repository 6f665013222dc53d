"""Certificates where the dimension is a symbol: the exact maximiser, rational, and why it is the global one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np
from flint import arb, fmpq
from numpy.typing import ArrayLike, NDArray

from ...proofs.balls import precision
from ...proofs.derivation import Verdict as Agreement
from ...proofs.errors import ExistenceError, ParameterError
from ...proofs.structured.checker import check_structured
from ...proofs.structured.derivation import StructuredDerivation
from ...proofs.structured.engine import derive_structured
from ...proofs.structured.family import StructuredFamily, Unknown
from ...proofs.structured.terms import Matrix, shape
from ...strategies.structured import StructuredData
from ..enclosure import precisions
from ..structured_balls import mean_log_likelihood_ball
from ..structured_estimate import exact_estimate, has_exact_formulas
from ..structured_exact import Exact, ExactData, ExactPlace, exact_array, is_definite, nearest
from ..structured_existence import require_existence
from ..structured_fit import StructuredFit
from ..structured_input import structured_data
from ..structured_slopes import mean_slope
from .certificate import CertificateVerdict
from .enclosures import Enclosure
from .prove import versions

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StructuredCertificate:
    """Evidence for the maximiser of one likelihood of vectors and matrices on one dataset.

    Attributes
    ----------
    theta
        For each parameter, by name, the exact maximiser: an array of ``fractions.Fraction``; empty where there is none.
    argument
        Why no other parameter value is higher.
    why
        What is missing, or which condition fails.
    digest
        Of the data, weights and known values, so that a certificate is not checked on others.
    """

    family: StructuredFamily
    verdict: CertificateVerdict
    theta: Mapping[str, NDArray[np.object_]]
    argument: str
    why: str
    n: int
    digest: str
    versions: Mapping[str, str]
    _drawn: StructuredData = field(repr=False)

    def rounded(self) -> dict[str, Array]:
        """Return the doubles nearest to the maximiser, by name.

        Raises
        ------
        ValueError
            Where there is none.
        """
        self._require_theta()
        return {name: nearest(_to_flint(value)) for name, value in self.theta.items()}

    @cached_property
    def log_likelihood(self) -> Enclosure | None:
        """The maximum, summed over observations with their weights, in nats; ``None`` without a maximiser."""
        return Enclosure.of(self._height(self._exact())) if self.theta else None

    def nats_lost(self, estimate: StructuredFit | Mapping[str, ArrayLike]) -> Enclosure:
        """Return an enclosure of the maximum minus the log-likelihood at ``estimate``, in nats.

        Raises
        ------
        ValueError
            Where there is no maximiser.
        ParameterError
            For values that are missing or outside the parameter space.
        """
        self._require_theta()
        there = numbers_of(self.family, self._drawn, estimate)
        return Enclosure.of(self._height(self._exact(), there))

    def check(
        self,
        x: ArrayLike | Mapping[str, ArrayLike],
        weights: ArrayLike | None = None,
        fixed: Mapping[str, ArrayLike] | None = None,
    ) -> bool:
        """Return whether the certificate is confirmed on these data: see ``check_structured_certificate``."""
        return check_structured_certificate(self, x, weights, fixed)

    def to_json(self) -> str:
        """Return everything but the data, with all numbers exact."""
        theta = {name: np.vectorize(str, otypes=[object])(value).tolist() for name, value in self.theta.items()}
        shown = {
            "family": self.family.name,
            "verdict": self.verdict.name,
            "theta": theta,
            "argument": self.argument,
            "why": self.why,
            "n": self.n,
            "digest": self.digest,
            "versions": dict(self.versions),
        }
        return json.dumps(shown, indent=2)

    def __str__(self) -> str:
        """Return the verdict, the nearest doubles and the argument."""
        lines = [f"{self.family.name}: {self.verdict.value}, {self.n} observations"]
        lines += [f"  {name} = {value.tolist()}" for name, value in (self.rounded() if self.theta else {}).items()]
        if self.log_likelihood is not None:
            lines.append(f"  log-likelihood = {self.log_likelihood.digits(30)}")
        said = (("since", self.argument), ("but", self.why))
        return "\n".join([*lines, *(f"  {key}: {text}" for key, text in said if text)])

    def _exact(self) -> dict[str, Exact]:
        return {name: _to_flint(value) for name, value in self.theta.items()}

    def _height(self, here: Mapping[str, Exact], there: Mapping[str, Exact] | None = None) -> arb:
        """The log-likelihood at one place, less that at another, as precise as a double."""
        data = ExactData(self._drawn)
        weights = self._drawn.weights
        weight = arb(self._drawn.n if weights is None else sum(exact_array(weights), fmpq(0)))
        places = [ExactPlace(data, one) for one in (here, there) if one is not None]
        for bits in precisions():
            with precision(bits):
                found = [mean_log_likelihood_ball(self.family.log_density, place) for place in places]
                value = weight * (found[0] - found[1] if there is not None else found[0])
                if value.is_finite() and (value.rad() < arb(2) ** -60 or value.rel_accuracy_bits() > 53):
                    return value
        return value

    def _require_theta(self) -> None:
        if not self.theta:
            raise ValueError(f"{self.family.name}: there is no maximiser to compare with: {self.verdict.value}")


def _to_flint(values: NDArray[np.object_]) -> Exact:
    """The same numbers as python-flint has them."""
    found = np.empty(values.shape, dtype=object)
    found.reshape(-1)[:] = [fmpq(one.numerator, one.denominator) for one in values.reshape(-1).tolist()]
    return found


def _to_fractions(values: Exact) -> NDArray[np.object_]:
    found = np.empty(values.shape, dtype=object)
    found.reshape(-1)[:] = [Fraction(int(one.p), int(one.q)) for one in values.reshape(-1).tolist()]
    return found


def certify_structured(
    family: StructuredFamily,
    x: ArrayLike | Mapping[str, ArrayLike],
    weights: ArrayLike | None = None,
    known: Mapping[str, ArrayLike] | None = None,
) -> StructuredCertificate:
    """Return the exact maximiser with the argument why it is the global one; arguments and errors as for ``fit``.

    Families whose estimate is no rational formula are ``UNDECIDED``, unless the data break a condition for it.

    Examples
    --------
    >>> from thetahat.proofs.registry import structured
    >>> proof = certify_structured(structured("multivariate_normal"), [[0.0], [0.0], [1.0]])
    >>> proof.verdict, proof.theta["Sigma"]
    (<CertificateVerdict.UNIQUE_GLOBAL: 'unique global maximum'>, array([[Fraction(2, 9)]], dtype=object))
    """
    drawn = structured_data(family, x, weights, known)
    derivation = derive_structured(family)
    verdict, theta, argument, why = _proved(derivation, ExactData(drawn))
    return StructuredCertificate(
        family=family,
        verdict=verdict,
        theta={one.name: _to_fractions(theta[one.name]) for one in family.parameters if theta},
        argument=argument,
        why=why,
        n=drawn.sizes[family.rows] if family.rows is not None else drawn.n,
        digest=_digest(drawn),
        versions=versions(),
        _drawn=drawn,
    )


def _proved(
    derivation: StructuredDerivation, data: ExactData
) -> tuple[CertificateVerdict, Mapping[str, Exact], str, str]:
    """Verdict, maximiser, argument, and what is missing."""
    try:
        require_existence(derivation, data)
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


def _digest(drawn: StructuredData) -> str:
    found = hashlib.sha256()
    for values in (*drawn.data.values(), *drawn.known.values(), *([] if drawn.weights is None else [drawn.weights])):
        found.update(repr(values.shape).encode() + np.ascontiguousarray(values).tobytes())
    return found.hexdigest()


def numbers_of(
    family: StructuredFamily, drawn: StructuredData, estimate: StructuredFit | Mapping[str, ArrayLike]
) -> dict[str, Exact]:
    """Return an estimate's values as exact numbers, shaped as declared.

    Raises
    ------
    ParameterError
        For values that are missing, not finite, of another shape, or outside the parameter space.
    """
    given = estimate.theta_hat if isinstance(estimate, StructuredFit) else estimate
    found = {}
    for one in family.parameters:
        if one.name not in given:
            raise ParameterError(f"{family.name}: the estimate has no {one.name}")
        values, shaped = np.asarray(given[one.name], dtype=np.float64), shape_of(family, one, drawn)
        if values.size != int(np.prod(shaped)) or not np.isfinite(values).all():
            raise ParameterError(f"{family.name}: {one.name} = {values.tolist()} is not finite of the shape {shaped}")
        found[one.name] = exact_array(values.reshape(shaped))
        if not _is_inside(one, found[one.name]):
            raise ParameterError(f"{family.name}: {one.name} = {values.tolist()} lies outside the parameter space")
    return found


def shape_of(family: StructuredFamily, one: Unknown, drawn: StructuredData) -> tuple[int, ...]:
    """Return the shape of a parameter in data of these sizes; of a column vector with both axes."""
    if isinstance(one.term, Matrix):
        return tuple(int(side.subs(drawn.sizes)) for side in shape(one.term))
    return tuple(drawn.sizes[last] for last in family.lengths(one.term))


def _is_inside(one: Unknown, values: Exact) -> bool:
    if one.definite:
        return bool((values == values.T).all()) and is_definite(values)
    return not one.term.is_positive or all(value > 0 for value in values.reshape(-1).tolist())


def check_structured_certificate(
    certificate: StructuredCertificate,
    x: ArrayLike | Mapping[str, ArrayLike],
    weights: ArrayLike | None = None,
    known: Mapping[str, ArrayLike] | None = None,
) -> bool:
    """Return whether a certificate is confirmed on the data it was made for.

    The maximiser lies in the parameter space, and the declared density's own slope at it is exactly zero in every
    direction; every step of the argument that a root of all slopes is the global maximum is proved once more. Where
    there is said to be no maximum, the condition is decided anew.

    Raises
    ------
    ValueError
        For other data than those of the certificate, and for one that is undecided, which claims nothing.
    """
    family = certificate.family
    drawn = structured_data(family, x, weights, known)
    if _digest(drawn) != certificate.digest:
        raise ValueError(f"{family.name}: these are not the data that the certificate was made for")
    if certificate.verdict is CertificateVerdict.UNDECIDED:
        raise ValueError(f"{family.name}: the certificate is undecided, so there is nothing to check")
    derivation = derive_structured(family)
    findings = check_structured(family, derivation.steps)
    if not all(finding.evidence.verdict is Agreement.AGREE for finding in findings):
        return False
    if certificate.verdict is CertificateVerdict.NO_MAXIMUM:
        return _proved(derivation, ExactData(drawn))[0] is CertificateVerdict.NO_MAXIMUM
    theta = {name: _to_flint(value) for name, value in certificate.theta.items()}
    if not all(_is_inside(one, theta[one.name]) for one in family.parameters) or not _add_up(family, theta):
        return False
    place = ExactPlace(ExactData(drawn), theta)
    return all(mean_slope(family.log_density, place, towards) == 0 for towards in _directions(family, drawn))


def _add_up(family: StructuredFamily, theta: Mapping[str, Exact]) -> bool:
    """Whether shares sum to one."""
    return all(
        np.all(theta[one.name].sum(axis=one.term.indices.index(one.simplex)) == 1)
        for one in family.parameters
        if one.simplex is not None
    )


def _directions(family: StructuredFamily, drawn: StructuredData) -> Iterator[dict[str, Exact]]:
    """A basis of the directions in which parameters may move."""
    for one in family.parameters:
        shaped = shape_of(family, one, drawn)
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
