"""Whether a maximum in narrower spaces is that of the wider family, and is not taken for it where it is not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flint import arb
from sympy import Interval, Rational, Reals, Symbol, log, loggamma, oo, pi

from thetahat import Family, Parameter, certify
from thetahat.verify.certify import CertificateVerdict, Enclosure
from thetahat.verify.certify.methods import WIDER
from thetahat.verify.certify.wider import in_wider_spaces

y, m, s = Symbol("y", real=True), Symbol("m", real=True), Symbol("s", positive=True)
CAUCHY = -log(pi * s) - log(1 + ((y - m) / s) ** 2)
T_HALF = (
    -log(s)
    - Rational(3, 4) * log(1 + 2 * ((y - m) / s) ** 2)
    - loggamma(Rational(1, 4))
    - log(pi / 2) / 2
    + loggamma(Rational(3, 4))
)


def bounded(density, low=-20, high=20, scales=None) -> Family:
    """A place in an interval, and a scale."""
    spaces = Parameter(m, Interval(low, high)), Parameter(s, scales or Interval.open(0, oo))
    return Family("bounded", y, Reals, spaces, density)


@pytest.mark.parametrize("density", [CAUCHY, T_HALF], ids=["cauchy", "half"])
def test_a_maximum_inside_is_that_of_the_wider_family(density) -> None:
    """Only called local before; planted: another point, and the argument without the method."""
    x = [-10.0, -9.9, -9.8, 3.0, 10.0, 10.1]
    proof = certify(bounded(density), x)
    assert (proof.verdict, proof.method) == (CertificateVerdict.UNIQUE_GLOBAL, WIDER)
    assert proof.check(x)
    for name, held in proof.theta.items():
        moved = {**proof.theta, name: Enclosure.of(held.ball * (1 + arb(2) ** -30))}
        assert not replace(proof, theta=moved).check(x)
    assert not replace(proof, method="contraction").check(x)


def test_the_highest_of_narrow_spaces_is_not_borrowed() -> None:
    """Planted: the space holds the lower of two peaks alone, of which the wider family knows nothing."""
    x = [-10.0, -9.9, -9.8, 10.0, 10.1]
    item = bounded(T_HALF, -1, 20)
    proof = certify(item, x, near=[10.05, 0.1])
    assert proof.verdict is CertificateVerdict.LOCAL
    assert proof.theta["m"].low > 9
    assert not replace(proof, verdict=CertificateVerdict.UNIQUE_GLOBAL, method=WIDER).check(x)


def test_families_without_wider_spaces_have_none() -> None:
    """Where a symbol may be no more than its space holds."""
    whole = Family("whole", y, Reals, (Parameter(m, Reals), Parameter(s, Interval.open(0, oo))), CAUCHY)
    assert in_wider_spaces(whole) is None
    assert in_wider_spaces(bounded(CAUCHY)).parameters == whole.parameters
