"""Whether functions of Python's floats keep their digits, which balls tell; a lost step would be noticed."""

from __future__ import annotations

import math

import pytest
from flint import acb, arb
from hypothesis import given
from hypothesis import strategies as st
from sympy import Symbol, polygamma

from thetahat.proofs.balls import precision
from thetahat.verify.compiled import numbers
from thetahat.verify.compiled.numbers import digamma_and_trigamma, log_minus_digamma
from thetahat.verify.compiled.text import origin_of
from thetahat.verify.tolerance import TERM_ULPS, UNIT_ROUNDOFF
from thetahat.verify.written import scalars

POSITIVE = st.floats(1e-8, 1e8) | st.floats(0.1, 30.0)


def apart(found: float, exact: arb, terms: float) -> float:
    """How far a number is from a ball, in roundings of the terms that it is made of."""
    return float(abs(arb(found) - exact).upper()) / (UNIT_ROUNDOFF * terms)


@given(a=POSITIVE)
def test_digamma_keeps_its_digits(a: float) -> None:
    """To a few roundings of the logarithm, and of the reciprocals, that it is made of; its derivative of itself."""
    digamma, trigamma = digamma_and_trigamma(a)
    with precision(128):
        exact, slope = arb(a).digamma(), acb(a).polygamma(1).real
        left = arb(a).log() - exact
        raised = abs(math.log(a + 10.0)) + 1.0 / a
        assert apart(digamma, exact, raised) <= TERM_ULPS
        assert apart(numbers.digamma(a), exact, raised) <= TERM_ULPS
        assert apart(trigamma, slope, float(slope)) <= TERM_ULPS
        terms = float(left) + (0.0 if a >= 10.0 else math.log(1.0 + 10.0 / a))
        assert apart(log_minus_digamma(a), left, terms) <= TERM_ULPS


@pytest.mark.parametrize("a", [1.5, 9.0])
def test_a_lost_step_is_noticed(a: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted error: the series is asked where it is not exact yet."""
    monkeypatch.setattr(numbers, "_FAR", 1.0)
    with pytest.raises(AssertionError):
        test_digamma_keeps_its_digits.hypothesis.inner_test(a)


def test_digamma_and_its_derivative_are_computed_together() -> None:
    """Of one positive number; of one that may be negative each by itself."""
    for positive, together in ((True, True), (None, False)):
        a = Symbol("a", real=True, positive=positive)
        both = scalars([polygamma(0, a), polygamma(1, a)], [a])
        origin = origin_of(both)
        assert origin is not None
        assert ("digamma_and_trigamma" in origin.text) == together
        assert both(2.5) == pytest.approx([0.7031566406452432, 0.49035775610023486], rel=1e-14)
    assert both(-2.5) == pytest.approx([1.103156640645243, 9.539246644989], rel=1e-11)
