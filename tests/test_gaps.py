"""Whether differences of polygammas a count apart get the sign of their terms, and no other."""

from __future__ import annotations

import pytest
from mpmath import psi
from sympy import Expr, Interval, Naturals, Naturals0, Symbol, lambdify, oo, polygamma

from thetahat import derive, family
from thetahat.proofs.algebra.gaps import is_nonnegative_by_gaps, is_positive_by_gaps
from thetahat.proofs.bounds import bounds

a = Symbol("a", positive=True)
x, n = Symbol("x", integer=True, nonnegative=True), Symbol("n", integer=True, positive=True)
DOMAIN = {a: bounds(Interval.open(0, oo)), x: bounds(Naturals0), n: bounds(Naturals)}

# Each with whether it is proved not to be negative, and to be positive.
CASES: dict[str, tuple[Expr, bool, bool]] = {
    "digamma rises": (polygamma(0, a + x) - polygamma(0, a), True, False),
    "digamma rises strictly": (polygamma(0, a + n) - polygamma(0, a), True, True),
    "trigamma falls": (polygamma(1, a) - polygamma(1, a + n), True, True),
    "trigamma does not rise": (polygamma(1, a + n) - polygamma(1, a), False, False),
    "another base": (polygamma(0, 2 * a + n) - polygamma(0, a), False, False),
    "a positive rest": (polygamma(0, a + x) - polygamma(0, a) + 1, True, True),
    "a negative rest": (polygamma(0, a + n) - polygamma(0, a) - a, False, False),
    "terms that change sign": (
        polygamma(0, a + n) - polygamma(0, a) + polygamma(1, a + n) - polygamma(1, a),
        False,
        False,
    ),
    "a product": ((polygamma(0, a + n) - polygamma(0, a)) ** 2, False, False),
    "a steep one": (
        a * (polygamma(1, a + 1 + n) - polygamma(1, a + 1)) + polygamma(0, a + 1 + n) - polygamma(0, a + 1),
        True,
        True,
    ),
}


@pytest.mark.parametrize(("expression", "weak", "strict"), CASES.values(), ids=CASES)
def test_the_sign_of_a_sum_is_that_of_its_terms(expression: Expr, weak: bool, strict: bool) -> None:
    """What is proved is so at points, where mpmath evaluates it."""
    assert is_nonnegative_by_gaps(expression, DOMAIN) == weak
    assert is_positive_by_gaps(expression, DOMAIN) == strict
    value = lambdify((a, x, n), expression, [{"polygamma": psi}, "mpmath"])
    for place in (0.01, 0.7, 30.0):
        for count in (1, 2, 9):
            assert not weak or value(place, count, count) >= 0
            assert not strict or value(place, count, count) > 0


def test_a_yule_simon_likelihood_has_one_maximum() -> None:
    """It is concave in the logarithm of the tail index."""
    found = derive(family("yule_simon"))
    assert found.optimality.proved
    assert found.optimality.unique
    assert not found.obligations
