"""What is found of one answer of somebody's estimator, and how a reader is told."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..proofs.derivation import Verdict
from .certify import Certificate, CertificateVerdict
from .fitting import Fit

Array = NDArray[np.float64]
CANCELLED = "what doubles lose on such data may explain it"
ROUNDED = "what rounding costs"
UNPROVED = "it is as likely as the highest point known, and that none is higher is not proved"
LOCALLY = "promise='local' asks for no more than a local maximum"
INFINITELY = "infinitely many"
"""Nats lost where the data lie outside the support; other losses may be beyond doubles, too."""
OUTSIDE = "the data lie outside the support there"
ABSENT = (CertificateVerdict.NO_MAXIMUM, CertificateVerdict.UNBOUNDED)
"""Verdicts that say that there is no maximiser."""
DIGITS = 12
"""Of what is shown."""


@dataclass(frozen=True, eq=False)
class Judgement:
    """What is found of one answer.

    Attributes
    ----------
    reason
        Why: in words, for a reader who has the data.
    theta
        The answer in declared order; ``None`` where it is none.
    shown
        The answer as the function gave it.
    lost
        The nats lost, enclosed, as text; empty where there is no loss to speak of.
    """

    verdict: Verdict
    reason: str
    x: Array
    weights: Array | None = None
    shown: str = ""
    theta: tuple[float, ...] | None = None
    fit: Fit | None = None
    certificate: Certificate | None = field(default=None, repr=False)
    lost: str = ""
    allowed: float = 0.0

    @property
    def has_no_maximiser(self) -> bool:
        """Whether it is certified that the data have none."""
        return self.certificate is not None and self.certificate.verdict in ABSENT

    @property
    def excused(self) -> bool:
        """Whether it is undecided for the only reason that the errors of double precision may explain it."""
        return self.verdict is Verdict.UNDECIDED and self.reason.endswith(CANCELLED)

    def text(self, likely: str = "") -> str:
        """Return the case as lines, from which a reader can recompute it.

        >>> print(Judgement(Verdict.DISAGREE, "not finite", np.array([1.0, 2.0]), shown="nan").text("log of zero"))
        x = [1.0, 2.0]
          returned   nan: not finite
          likely     log of zero
        """
        lines = [
            f"x = {self.x.tolist()}" + (f", weights = {self.weights.tolist()}" if self.weights is not None else "")
        ]
        lines.append(f"  returned   {self.shown}: {self.reason}" if self.shown else f"  {self.reason}")
        if self.certificate is not None and self.certificate.theta:
            held = ", ".join(f"{name} = {ball.values(DIGITS)}" for name, ball in self.certificate.theta.items())
            lines.append(f"  certified  {held} ({self.certificate.verdict.value})")
        elif self.certificate is not None and self.certificate.verdict in ABSENT:
            lines.append(
                f"  certified  {self.certificate.verdict.value}: {self.certificate.why or 'for every dataset'}"
            )
        if self.lost:
            lines.append(f"  lost       {self.lost} nats; {self.allowed:.3g} are allowed")
        return "\n".join([*lines, *([f"  likely     {likely}"] if likely else [])])
