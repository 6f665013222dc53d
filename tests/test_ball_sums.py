"""Whether sums over rows enclose what they say, however little is added to one under a logarithm."""

import pytest
from flint import arb
from sympy import exp, log
from sympy.abc import a, x

from thetahat.proofs.ball_sums import row_sums
from thetahat.proofs.balls import compiled

FAR = [(arb(10) ** 6,), (arb(10) ** 9,), (arb(10) ** 12,)]


@pytest.mark.parametrize("weights", [None, [arb(1)] * 3])
def test_a_sum_of_logarithms_keeps_what_is_far_smaller_than_the_precision(weights):
    """``log(1 - exp(-x))`` is ``-exp(-x)`` nearly, of which one less that number has no digit."""
    (found,) = row_sums((log(1 - exp(-x)),), (x,))(FAR, weights)
    assert found < 0
    assert abs(found * FAR[0][0].exp() + 1) < 1e-9
    (inside,) = row_sums((a * log(1 - exp(-x)),), (x,), (a,))(FAR, weights, arb(2))
    assert inside.overlaps(2 * found)


@pytest.mark.parametrize("weights", [None, [arb(1)] * 600])
def test_a_product_far_below_one_keeps_its_digits(weights):
    """Six hundred factors of 2**-50 each, next to which one less their product is one."""
    rows = [(1 - arb(2) ** -50,)] * 600
    (found,) = row_sums((log(1 - x),), (x,))(rows, weights)
    assert abs(found + 30_000 * arb(2).log()) < 1e-8


@pytest.mark.parametrize("weights", [None, [arb(1)] * 2])
def test_factors_that_are_not_positive_have_no_logarithm(weights):
    """Two negative ones multiply to a positive number, added to one or not."""
    rows = [(arb(-3),), (arb(-4),)]
    for term in (log(x), log(1 + x)):
        assert not row_sums((term,), (x,))(rows, weights)[0].is_finite()


@pytest.mark.parametrize("value", ["1e-30", "-0.999", "5", "1e30"])
def test_both_ways_agree(value):
    """Of the sum and of the single value, on both sides of one."""
    number = arb(value)
    (by_rows,) = row_sums((log(1 + x),), (x,))([(number,), (number,)], None)
    (single,) = compiled((log(1 + x),), (x,))(number)
    (plain,) = compiled((log(x),), (x,))(1 + number)
    assert by_rows.overlaps(2 * single)
    assert single.overlaps(plain)
