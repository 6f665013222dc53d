"""What a certificate is: a verdict, enclosures that are exact numbers, the argument, and what is needed to check it."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction
from functools import cached_property
from typing import Any

from flint import arb, fmpq
from sympy import oo

from ...proofs.balls import precision
from ...proofs.family import Family, Parameter
from ..direction import in_words
from ..enclosure import height_above, precisions, table_of, total
from ..fitting import Fit
from ..observations import Observations
from .enclosures import BITS, Enclosure, exact_texts, toward
from .points import middle_of, numbers_of


class CertificateVerdict(Enum):
    """What is proved of a likelihood and its maximiser on one dataset."""

    UNIQUE_GLOBAL = "unique global maximum"
    GLOBAL_SET = "global maximum, not shown to be the only one"
    LOCAL = "local maximum; that no other is higher is not proved"
    AT_BOUNDARY = "global maximum on an end of the parameter space"
    NO_MAXIMUM = "no maximum in the parameter space"
    UNBOUNDED = "likelihood unbounded"
    UNDECIDED = "undecided"

    @property
    def is_global(self) -> bool:
        """Whether no member is higher than the one, or those, that the certificate holds.

        >>> CertificateVerdict.UNIQUE_GLOBAL.is_global, CertificateVerdict.LOCAL.is_global
        (True, False)
        """
        return self.name in ("UNIQUE_GLOBAL", "GLOBAL_SET", "AT_BOUNDARY")


@dataclass(frozen=True, eq=False)
class Certificate:
    """Evidence for the maximiser of one likelihood on one dataset.

    Attributes
    ----------
    theta
        For each parameter, by name, an enclosure of the exact maximiser, or of the set of maximisers; empty where
        there is none.
    region
        The box in which exactly one stationary point is proved, where that was the method.
    method
        How the maximiser was enclosed: by a formula, or by contraction of a box.
    argument
        Why no other parameter value is higher; empty where that is not proved.
    why
        What is missing, or which condition fails.
    bits
        The working precision that sufficed.
    digest
        Of the data and weights, so that a certificate is not checked on others.
    witness
        For each coefficient of a regression without a maximum, by name, its share in a direction along which the
        likelihood rises for ever, or along which it is level; empty elsewhere.
    others
        Further maximisers, each like ``theta``, where several that are apart are proved to be exactly as high. Then
        ``theta`` is the first of them.
    """

    family: Family
    verdict: CertificateVerdict
    theta: Mapping[str, Enclosure]
    region: Mapping[str, Enclosure]
    method: str
    argument: str
    why: str
    n: int
    bits: int
    digest: str
    versions: Mapping[str, str]
    _observations: Observations = field(repr=False)
    witness: Mapping[str, Fraction] = field(default_factory=dict)
    others: tuple[Mapping[str, Enclosure], ...] = ()

    @classmethod
    def at_once(cls, **values: Any) -> Certificate:
        """Return the certificate with a value for each field.

        The setters of a frozen class take longer than to enclose an average.
        """
        made = object.__new__(cls)
        made.__dict__.update(values)
        return made

    @cached_property
    def log_likelihood(self) -> Enclosure | None:
        """The maximum, summed over observations, in nats, enclosed when asked for; of a set, at its middle.

        ``None`` without a maximiser.
        """
        if not self.theta:
            return None
        family, wide = self.family, self.verdict is CertificateVerdict.GLOBAL_SET
        table = table_of(family, self._observations)
        balls = [self.theta[name].ball for name in family.parameter_names]
        point = [middle_of(s, ball) if wide else ball for s, ball in zip(family.symbols, balls, strict=True)]
        for bits in sorted({*precisions(), self.bits}):
            with precision(bits):
                # The support holds the data at the maximiser, also where its enclosure leaves that open.
                value = total(family, point, table, self._observations, inside=True)
                if value.is_finite() and bits >= self.bits:
                    return Enclosure.of(value)
        return None

    def rounded(self) -> tuple[float, ...]:
        """Return the correctly rounded maximiser, in declared order; of several that are apart the first.

        Raises
        ------
        ValueError
            Where there is none, or an enclosure is too wide.
        """
        self._require_theta()
        return tuple(enclosure.rounded() for enclosure in self.theta.values())

    def ulps(self, estimate: Fit | Mapping[str, float] | Sequence[float]) -> dict[str, float]:
        """Return how many units in the last place each value of ``estimate`` lies from the maximiser.

        The unit is the distance between doubles at the maximiser, of a place on a line of data that of the larger of
        the place and the spread of the data. Rounded up; zero inside the enclosure. Of several maximisers the nearest
        counts.

        Raises
        ------
        ValueError
            Where there is no maximiser.
        ParameterError
            For values that are missing.
        """
        self._require_theta()
        values = numbers_of(self.family, estimate)
        found = [self._off(theta, values) for theta in (self.theta, *self.others)]
        return min(found, key=lambda off: max(off.values()))

    def _off(self, theta: Mapping[str, Enclosure], values: Sequence[float]) -> dict[str, float]:
        """How many units in the last place values lie from one maximiser."""
        off = {}
        for item, value in zip(self.family.parameters, values, strict=True):
            enclosure, number = theta[item.name], fmpq(*value.as_integer_ratio())
            distance = max(enclosure.ends[0] - number, number - enclosure.ends[1], fmpq(0))
            size = min(max(abs(enclosure.low), abs(enclosure.high)), sys.float_info.max)
            least, greatest = self._observations.sample.ends[0]
            if _is_place(item) and math.isfinite(greatest - least):
                size = max(size, greatest - least)
            unit = fmpq(*math.ulp(size).as_integer_ratio())
            off[item.name] = toward(distance / unit, math.inf)
        return off

    def nats_lost(self, estimate: Fit | Mapping[str, float] | Sequence[float]) -> Enclosure:
        """Return an enclosure of the maximum minus the log-likelihood at ``estimate``, in nats.

        Raises
        ------
        ValueError
            Where there is no maximiser, or no enclosure of the difference is finite.
        ParameterError
            For values outside the parameter space.
        SupportError
            Where the data lie outside the support at ``estimate``: infinitely many nats are lost.
        """
        maximiser = self._maximiser()
        values, data = numbers_of(self.family, estimate), self._observations
        # The support holds the data at the maximiser, also where its enclosure leaves that open.
        lost = height_above(self.family, maximiser, values, data, rival_holds=True)
        points = [middle_of(s, ball) for s, ball in zip(self.family.symbols, maximiser, strict=True)]
        # The middle of what encloses an end of a space, such as a third, may lie outside the space.
        is_member = self.verdict is not CertificateVerdict.AT_BOUNDARY or all(ball.rad() == 0 for ball in maximiser)
        middle = height_above(self.family, points, values, data) if is_member else lost
        with precision(BITS):
            # The maximum is at least as high as any member, and a ball around it is wide where parameters go together.
            lows = [lost.lower(), middle.lower() if middle.is_finite() else lost.lower()]
            if self.verdict is not CertificateVerdict.LOCAL:
                lows.append(arb(0))
            low = max(lows)
            return Enclosure.of(low.union(lost.upper()) if low < lost.upper() else lost)

    def loses_less(self, estimate: Fit | Mapping[str, float] | Sequence[float], nats: float) -> bool:
        """Return whether ``estimate`` certainly loses less than so many nats; arguments and errors as ``nats_lost``.

        >>> from thetahat import certify, family
        >>> proof = certify(family("exponential"), [1.0, 3.0])
        >>> proof.loses_less([0.5001], 1e-7), proof.loses_less([0.51], 1e-7)
        (True, False)
        """
        maximiser, values = self._maximiser(), numbers_of(self.family, estimate)
        lost = height_above(self.family, maximiser, values, self._observations, rival_holds=True, enough=nats)
        return bool(lost < nats)

    def _maximiser(self) -> list[arb]:
        """The enclosures in declared order; of a set of maximisers a point."""
        self._require_theta()
        maximiser = [self.theta[name].ball for name in self.family.parameter_names]
        if self.verdict is CertificateVerdict.GLOBAL_SET:
            return [middle_of(s, ball) for s, ball in zip(self.family.symbols, maximiser, strict=True)]
        return maximiser

    def check(self, x: Any, weights: Any = None) -> bool:
        """Return whether a small checker, which asks the declared density alone, confirms it on these data.

        See ``thetahat.verify.certify.check``.
        """
        from .checker import check

        return check(self, x, weights)

    @property
    def words(self) -> str:
        """The verdict in words; for several maximisers that are apart they say so."""
        return "several global maxima, all of them" if self.others else self.verdict.value

    def each(self) -> tuple[Certificate, ...]:
        """Return a certificate for every maximiser, of several that are apart, as if it were the only one."""
        if not self.others:
            return (self,)
        alone = replace(self, region={}, others=(), verdict=CertificateVerdict.UNIQUE_GLOBAL)
        return tuple(replace(alone, theta=theta) for theta in (self.theta, *self.others))

    def to_json(self) -> str:
        """Return everything but the data, with all numbers exact."""
        return json.dumps(
            {
                "family": self.family.name,
                "verdict": self.verdict.name,
                "theta": {name: exact_texts(enclosure) for name, enclosure in self.theta.items()},
                "others": [{name: exact_texts(held) for name, held in theta.items()} for theta in self.others],
                "region": {name: exact_texts(enclosure) for name, enclosure in self.region.items()},
                "log_likelihood": None if self.log_likelihood is None else exact_texts(self.log_likelihood),
                "method": self.method,
                "argument": self.argument,
                "why": self.why,
                "witness": {name: str(share) for name, share in self.witness.items()},
                "n": self.n,
                "bits": self.bits,
                "digest": self.digest,
                "versions": dict(self.versions),
            },
            indent=2,
        )

    def __repr__(self) -> str:
        """Return family, verdict and digits of the first maximiser in one line."""
        found = "".join(f", {name} = {enclosure.values(15)}" for name, enclosure in self.theta.items())
        return f"Certificate({self.family.name}, n={self.n}, {self.words}{found})"

    def __str__(self) -> str:
        """Return the verdict, the digits and the argument, a line each."""
        lines = [f"{self.family.name}: {self.words}, {self.n} observations"]
        lines += [f"  {name} = {enclosure.values(30)}" for name, enclosure in self.theta.items()]
        for theta in self.others:
            lines.append(f"  or {', '.join(f'{name} = {enclosure.values(30)}' for name, enclosure in theta.items())}")
        if self.log_likelihood is not None:
            lines.append(f"  log-likelihood = {self.log_likelihood.digits(30)}")
        lines += [f"  {key}: {text}" for key, text in (("by", self.method), ("since", self.argument)) if text]
        if self.witness:
            lines.append(f"  along: {in_words(self.witness)}")
        return "\n".join([*lines, *([f"  but: {self.why}"] if self.why else [])])

    def _require_theta(self) -> None:
        if not self.theta:
            raise ValueError(f"{self.family.name}: there is no maximiser to compare with: {self.verdict.value}")


def _is_place(item: Parameter) -> bool:
    """Whether a parameter may be any real number, as a place on a line is."""
    return item.bounds.lo is -oo and item.bounds.hi is oo and not item.bounds.discrete
