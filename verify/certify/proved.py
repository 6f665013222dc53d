"""What was proved of a maximiser, before it is made into a certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from flint import arb
from sympy import Symbol

from .certificate import CertificateVerdict as Verdict

Balls = Mapping[Symbol, arb]


@dataclass(frozen=True)
class Proved:
    """What was proved, before it is made into a certificate; ``inside``: that no parameter is on an end of a space.

    ``witness`` is a direction of coefficients along which the likelihood rises for ever.
    """

    verdict: Verdict
    theta: Balls = field(default_factory=dict)
    region: Balls = field(default_factory=dict)
    method: str = ""
    argument: str = ""
    why: str = ""
    bits: int = 0
    inside: bool = False
    witness: Mapping[str, Fraction] = field(default_factory=dict)
