"""What a certificate is where the dimension is a symbol: the exact maximiser in rational numbers, and why it is the
global one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb, fmpq
from numpy.typing import ArrayLike, NDArray

from ...proofs.errors import ParameterError
from ...proofs.structured.engine import derive_structured
from ...proofs.structured.family import StructuredFamily, Unknown
from ...strategies.structured import StructuredData
from ..structured_balls import height
from ..structured_exact import Exact, ExactData, exact_array, is_definite, mapped, nearest
from ..structured_fit import StructuredFit
from .certificate import CertificateVerdict
from .enclosures import Enclosure, exact_texts

Array = NDArray[np.float64]
_NONE, _ROUNDED_SHARES = fmpq(0), fmpq(1, 2**40)


@dataclass(frozen=True, eq=False)
class StructuredCertificate:
    """Evidence for the maximiser of one likelihood of vectors and matrices on one dataset.

    Attributes
    ----------
    theta
        For each parameter, by name, the exact maximiser: an array of ``fractions.Fraction``, or of ``Enclosure`` where
        it is not rational, shaped as in a fit; empty where there is none.
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

    def exact(self) -> dict[str, Exact]:
        """Return the maximiser in numbers or balls of python-flint, with both axes of a column vector."""
        shapes = {one.name: self._drawn.shape_of(self.family, one.term) for one in self.family.parameters}
        return {name: _to_flint(value).reshape(shapes[name]) for name, value in self.theta.items()}

    def rounded(self) -> dict[str, Array]:
        """Return the doubles nearest to the maximiser, by name.

        Raises
        ------
        ValueError
            Where there is none.
        """
        self._require_theta()
        return {name: mapped(_rounded, value).astype(np.float64) for name, value in self.theta.items()}

    @cached_property
    def log_likelihood(self) -> Enclosure | None:
        """The maximum, summed over observations with their weights, in nats; ``None`` without a maximiser."""
        return self._height() if self.theta else None

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
        return self._height(numbers_of(self.family, self._drawn, estimate))

    def check(
        self,
        x: ArrayLike | Mapping[str, ArrayLike],
        weights: ArrayLike | None = None,
        fixed: Mapping[str, ArrayLike] | None = None,
    ) -> bool:
        """Return whether the certificate is confirmed on these data: see ``check_structured_certificate``."""
        from .structured_check import check_structured_certificate

        return check_structured_certificate(self, x, weights, fixed)

    def to_json(self) -> str:
        """Return everything but the data, with all numbers exact."""
        theta = {name: mapped(_text, value).tolist() for name, value in self.theta.items()}
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

    def _height(self, less: Mapping[str, Exact] | None = None) -> Enclosure:
        """The maximum, less the log-likelihood elsewhere."""
        return Enclosure.of(height(derive_structured(self.family), ExactData(self._drawn), self.exact(), less))

    def _require_theta(self) -> None:
        if not self.theta:
            raise ValueError(f"{self.family.name}: there is no maximiser to compare with: {self.verdict.value}")


def _text(one: Fraction | Enclosure) -> Any:
    return exact_texts(one) if isinstance(one, Enclosure) else str(one)


def _rounded(one: Fraction | Enclosure) -> float:
    return one.rounded() if isinstance(one, Enclosure) else nearest(_to_flint(np.array([one], dtype=object))).item()


def _to_flint(values: NDArray[np.object_]) -> Exact:
    return mapped(_number, values)


def _number(one: Fraction | Enclosure) -> fmpq | arb:
    return one.ball if isinstance(one, Enclosure) else fmpq(one.numerator, one.denominator)


def digest_of(drawn: StructuredData) -> str:
    """Return a fingerprint of data, known values and weights."""
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
        values, shaped = np.asarray(given[one.name], dtype=np.float64), drawn.shape_of(family, one.term)
        if values.size != int(np.prod(shaped)) or not np.isfinite(values).all():
            raise ParameterError(f"{family.name}: {one.name} = {values.tolist()} is not finite of the shape {shaped}")
        found[one.name] = exact_array(values.reshape(shaped))
        if not is_inside(one, found[one.name], _ROUNDED_SHARES):
            raise ParameterError(f"{family.name}: {one.name} = {values.tolist()} lies outside the parameter space")
    return found


def is_inside(one: Unknown, values: Exact, rounding: fmpq = _NONE) -> bool:
    """Return whether a parameter lies in its space; shares may sum to one but for ``rounding``."""
    if one.definite:
        return bool((values == values.T).all()) and is_definite(values)
    if one.simplex is not None:
        sums = np.asarray(values.sum(axis=one.term.indices.index(one.simplex)))
        if not all(abs(total - 1) <= rounding for total in sums.reshape(-1).tolist()):
            return False
    return not one.term.is_positive or all(value > 0 for value in values.reshape(-1).tolist())
