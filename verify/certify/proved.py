"""What was proved of a maximiser, before it is made into a certificate."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from flint import arb
from sympy import Symbol

from .certificate import CertificateVerdict as Verdict

Balls = Mapping[Symbol, arb]
_NONE: Balls = MappingProxyType({})
_NOWHERE: Mapping[str, Fraction] = MappingProxyType({})


class Proved(NamedTuple):
    """What was proved, before it is made into a certificate; ``inside``: that no parameter is on an end of a space.

    ``witness`` is a direction of coefficients along which the likelihood rises for ever, or is level. ``others`` are
    further maximisers that are exactly as high as ``theta``.
    """

    verdict: Verdict
    theta: Balls = _NONE
    region: Balls = _NONE
    method: str = ""
    argument: str = ""
    why: str = ""
    bits: int = 0
    inside: bool = False
    witness: Mapping[str, Fraction] = _NOWHERE
    others: tuple[Balls, ...] = ()
