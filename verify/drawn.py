"""One drawn example and its judges: the certificate of its exact maximiser, and a comparison of two likelihoods."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from flint import arb
from numpy.typing import NDArray
from sympy import Symbol, oo

from ..proofs.ball_data import evaluate
from ..proofs.balls import ball, precision
from ..proofs.derivation import Derivation, Verdict
from ..proofs.errors import SupportError
from ..proofs.family import Family
from .certify import Certificate, CertificateVerdict, certify
from .covering import end_rounding
from .enclosure import height_above
from .fitting import Fit
from .observations import Observations
from .report import Case
from .tolerance import AGREEMENT_NATS, THETA_ULPS
from .valid_data import require_data, require_numbers

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Drawn:
    """One drawn example: a derivation without open constants, a dataset, rivals, and a permutation's seed.

    Where the family was declared with constants, ``declared`` is the declaration and ``constants`` are their values.
    ``summits`` keeps where climbs in balls from a point ended, or that they did at none.
    """

    derivation: Derivation
    x: Array
    rivals: tuple[Array, ...]
    seed: int
    fit: Fit
    declared: Family | None = None
    constants: Mapping[str, object] = field(default_factory=dict)
    weights: Array | None = None
    summits: dict[tuple[float, ...], tuple[float, ...] | None] = field(default_factory=dict)

    @property
    def family(self) -> Family:
        """The family."""
        return self.derivation.family

    @cached_property
    def data(self) -> Observations:
        """The dataset as it was read, without weights."""
        return require_data(self.family, self.x)

    @cached_property
    def certificate(self) -> Certificate:
        """The certificate for these data, looked for next to the estimate, by the derivation of the declaration."""
        return certify(self.declared or self.family, self.x, self.weights, dict(self.constants) or None, near=self.fit)

    @cached_property
    def ulps(self) -> float | None:
        """How many units in the last place the estimate is off, at most; ``None`` without a maximiser to compare."""
        return max(self.certificate.ulps(self.fit).values()) if self.certificate.theta else None

    @cached_property
    def own(self) -> Case | None:
        """What the certificate says of the estimate."""
        return against_certificate(self, self.fit.theta, "the estimate")

    @property
    def tolerance(self) -> float:
        """Nats that another estimate may be better by, whatever rounding theta to doubles costs."""
        return AGREEMENT_NATS * len(self.x)

    @property
    def allowed(self) -> float:
        """Nats that another estimate may be better by: the tolerance, and what rounding theta to doubles costs."""
        return self.tolerance + self.rounding

    def judged(
        self,
        theta: Sequence[float] | Array,
        rival: Sequence[float] | Array,
        what: str,
        more: float = 0.0,
        heights: dict[int, arb] | None = None,
        repeated: Observations | None = None,
    ) -> Case:
        """Compare two estimates for these data as ``judged`` does: ``rival`` may be better by what is allowed.

        And by ``more``. What rounding costs is asked for only where the tolerance alone does not suffice. Of rows that
        are ``repeated`` three times that is allowed.
        """
        pair, data, times = (tuple(theta), tuple(rival)), repeated or self.data, 1 if repeated is None else 3
        first = judged(self.family, *pair, data, what, times * self.tolerance + more, heights)
        if first.verdict is Verdict.AGREE:
            return first
        return judged(self.family, *pair, data, what, times * self.allowed + more, heights)

    @cached_property
    def rounding(self) -> float:
        """Nats that rounding theta to doubles costs."""
        return cost_of_rounding(self.family, self.fit.theta, self.x, self.weights)


def cost_of_rounding(family: Family, theta: Array, x: Array, weights: Array | None = None) -> float:
    """Return the nats that rounding a maximiser ``theta`` to doubles costs.

    On data with many digits in common the exact maximiser lies between two doubles that lose noticeable likelihood.
    Where an end of the support is a sum, one parameter has to make up for the rounding of the others as well.

    >>> from thetahat import family
    >>> cost_of_rounding(family("exponential"), np.array([0.5]), np.array([1.0, 3.0])) < 1e-30
    True
    """

    data, heights = require_numbers(family, x, weights), dict[int, arb]()

    def cost(place: int, value: float) -> float:
        """Nats lost with another value of one parameter; zero where that is none, or holds the data no more."""
        moved = theta.copy()
        moved[place] = value
        if not feasible(family, moved):
            return 0.0
        lost = -height_above(family, tuple(moved), tuple(theta), data, heights=heights)
        return float(lost.mid()) if lost.is_finite() and lost > 0 else 0.0

    slack = 0.0
    for j, item in enumerate(family.parameters):
        if item.symbol.is_integer:
            continue
        step = end_rounding(family, theta.tolist(), j)
        for way in (-1, 1):
            slack += cost(j, _beside(theta[j], way * math.inf))
            slack += cost(j, theta[j] + way * step) if step else 0.0
    return slack


def _beside(value: float, way: float) -> float:
    """The double so many further on as an estimate may be off."""
    for _ in range(THETA_ULPS):
        value = math.nextafter(value, way)
    return value


Check = Callable[[Drawn], Case]


def agree() -> Case:
    """Return a case that agrees.

    >>> agree().verdict
    <Verdict.AGREE: 'agree'>
    """
    return Case(Verdict.AGREE)


def judged(
    family: Family,
    theta: object,
    rival: object,
    data: Observations,
    what: str,
    allowed: float,
    heights: dict[int, arb] | None = None,
) -> Case:
    """Compare two estimates by likelihood, in balls: is ``rival`` better than ``theta`` by more than is allowed?

    Undecided where the enclosure of the gap contains the limit. ``heights`` keeps those of ``theta`` by precision.
    """
    limit = allowed
    gap = height_above(family, rival, theta, data, enough=limit, heights=heights)
    if gap.is_nan():
        return Case(Verdict.UNDECIDED, f"{what}: the gap could not be enclosed")
    if gap < arb(limit):
        return agree()
    if gap > arb(limit):
        return Case(
            Verdict.DISAGREE,
            f"{what}: {rival} has a log-likelihood {float(gap.mid()):.6g} nats above {theta} for x = "
            f"{np.squeeze(data.x, axis=1).tolist() if data.x.shape[1] == 1 else data.x.tolist()}",
        )
    return Case(Verdict.UNDECIDED, f"{what}: the gap is as large as the limit")


def against_certificate(drawn: Drawn, theta: Array, what: str, more: float = 0.0) -> Case | None:
    """Judge an estimate by the exact maximum: it may lose what is allowed, and ``more``; ``None`` if that is not known.

    Within a few units in the last place nothing needs to be enclosed: what so many cost is allowed. Further from a
    maximum that is only known to be a local one nothing is told, since another may be higher.
    """
    certificate = drawn.certificate
    if not certificate.theta:
        return None
    off = certificate.ulps(theta.tolist())
    if max(off.values()) <= THETA_ULPS:
        return agree()
    if certificate.verdict is CertificateVerdict.LOCAL:
        return None
    limit = drawn.allowed + more
    try:
        lost = certificate.nats_lost(theta.tolist())
    except SupportError as outside:
        return Case(Verdict.DISAGREE, f"{what}: {outside}, x = {drawn.x.tolist()}")
    except ValueError:
        return None
    if lost.high < limit:
        return agree()
    if lost.low > limit:
        return Case(
            Verdict.DISAGREE,
            f"{what}: {theta.tolist()} loses {lost.low:.6g} nats of the maximum, which lies at "
            f"{', '.join(f'{name} = {held.digits(17)}' for name, held in certificate.theta.items())} "
            f"for x = {drawn.x.tolist()}",
        )
    return Case(Verdict.UNDECIDED, f"{what}: the loss is as large as the limit")


def feasible(family: Family, theta: Array) -> bool:
    values: dict[Symbol, object] = {}
    for item, value in zip(family.parameters, theta, strict=True):
        ends = item.bounds
        with precision(128):
            below = ball(float(value)) - evaluate(ends.lo, values) if ends.lo is not -oo else arb(1)
            above = evaluate(ends.hi, values) - ball(float(value)) if ends.hi is not oo else arb(1)
        if not (below > 0 or (ends.lo_closed and below >= 0)) or not (above > 0 or (ends.hi_closed and above >= 0)):
            return False
        values[item.symbol] = float(value)
    return True
