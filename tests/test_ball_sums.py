"""Whether sums over rows enclose what they say, however little is added to one under a logarithm."""

import pytest
from flint import arb, arb_series, ctx
from sympy import Piecewise, Rational, besseli, besselk, exp, log, loggamma, polygamma, sqrt
from sympy.abc import a, b, x

from thetahat.proofs.ball_sums import row_sums
from thetahat.proofs.balls import compiled, precision
from thetahat.proofs.errors import DeclarationError

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


@pytest.mark.parametrize("weights", [None, [arb(2)]])
def test_the_square_of_a_ball_around_zero_is_not_negative(weights):
    """Though the product of two such balls would be, whether what is squared is a column or made of one."""
    around = arb(0, 1)
    for term in (x**2, (x / 2) ** 2, (log(3 + x) - log(3)) ** 2):
        (found,) = row_sums((term,), (x,))([(around,)], weights)
        # A radius has 30 binary digits, and is rounded up.
        assert found.lower() > -(arb(2) ** -25), term
        assert found.contains(0)
    assert (around * around).lower() < -0.9


def test_squares_of_what_may_be_a_series_are_not_compared():
    """Of a parameter that is one, the coefficients are what a square of numbers and a derivative give."""
    (found,) = row_sums(((a - x) ** 2,), (x,), (a,))([(arb(3),)], None, arb_series([arb(1), arb(1)], 2))
    assert [float(found[place]) for place in (0, 1)] == [4.0, -4.0]


@pytest.mark.parametrize("weights", [None, [arb(1)] * 3])
def test_logarithms_that_rows_need_anyway_sum_to_the_same(weights):
    """Alone they are the logarithm of a product."""
    rows = [(arb("0.1"),), (arb(7),), (arb("1e30"),)]
    (alone,) = row_sums((log(x),), (x,))(rows, weights)
    beside, squares = row_sums((log(x), log(x) ** 2), (x,))(rows, weights)
    assert alone.overlaps(beside)
    assert squares.overlaps(sum((row[0].log() ** 2 for row in rows), arb(0)))


def test_constants_that_no_ball_holds_follow_the_precision():
    """A third is made anew; a half, made once at 53 binary digits, is the same at any."""
    with precision(53):
        function = compiled((x / 3, x / 2), (x,))
        wide, half = function(arb(1))
    with precision(300):
        narrow, same = function(arb(1))
    assert narrow.rad() < arb(2) ** -290 < wide.rad()
    assert half == same == compiled((Rational(1, 2),), ())()[0]


def test_the_precision_is_restored_after_an_error():
    """And nests."""

    def fails_inside():
        with precision(200):
            with precision(300):
                assert ctx.prec == 300
            assert ctx.prec == 200
            raise ZeroDivisionError

    before = ctx.prec
    with pytest.raises(ZeroDivisionError):
        fails_inside()
    assert ctx.prec == before


MIXED = (
    polygamma(0, a) + polygamma(1, a + b) * log(x) - b * exp(a) * x,
    (polygamma(0, a) - log(a) + x) ** 2 / (a + b),
    exp(-(((x - a) / b) ** 2) / 2) * (a * b + x * sqrt(2)),
    Piecewise((log(x) * loggamma(a), x > a), (loggamma(b) * x, True)),
    a + b,
)


@pytest.mark.parametrize("weights", [None, [arb(2), arb(1) / 2, arb(3)]])
@pytest.mark.parametrize("term", MIXED, ids=str)
def test_what_is_the_same_in_all_rows_is_lifted_out_of_their_sum(term, weights):
    """By itself and among others, it is what the terms of the rows add up to."""
    rows, point = [(arb("0.3"),), (arb(2),), (arb(9),)], [arb("1.7"), arb("0.4")]
    single = compiled((term,), (x, a, b))
    expected = sum((w * single(*row, *point)[0] for row, w in zip(rows, weights or [arb(1)] * 3, strict=True)), arb(0))
    assert expected.is_finite()
    for terms in ((term,), (*MIXED, term)):
        found = row_sums(terms, (x,), (a, b))(rows, weights, *point)[-1]
        assert abs(found - expected) < abs(expected) * arb(2) ** -40


def test_a_function_of_parameters_is_computed_once_and_not_for_every_row(monkeypatch):
    """Where it stands in one term alone, too."""
    asked = []
    sums = row_sums((polygamma(0, a) * x + polygamma(0, a + b) + log(x),), (x,), (a, b))
    counted = sums.__globals__["f_polygamma"]
    monkeypatch.setitem(sums.__globals__, "f_polygamma", lambda *given: asked.append(given) or counted(*given))
    sums([(arb(row),) for row in range(1, 50)], None, arb(2), arb(3))
    assert len(asked) == 2


def test_a_derivative_that_nobody_knows_is_named():
    """Of a Bessel function in its order; else SymPy's printer would say something of its own."""
    slope = log(besselk(a, 2)).diff(a)
    for compile_it in (lambda: compiled((slope,), (a,)), lambda: row_sums((x * slope,), (x,), (a,))):
        with pytest.raises(DeclarationError, match=r"derivative Derivative\(besselk\(a, 2\), a\)"):
            compile_it()


@pytest.mark.parametrize("weights", [None, [arb(2), arb(3)]])
@pytest.mark.parametrize(
    "term", [x**a, (x / b) ** a, x**a * log(x) ** 2, b * loggamma(x + 2), (x * b) ** (a * x), a / x]
)
def test_what_holds_rows_alone_changes_no_sum(term, weights):
    """Computed once for the same rows, at any precision, whether or not all of them have a logarithm."""
    for rows in ([(arb(0.3),), (arb(7),)], [(arb(2),), (arb(-1) if term in (x**a, a / x) else arb(1),)]):
        for bits in (64, 200, 64):
            for power in (2, -3):
                with precision(bits):
                    (found,) = row_sums((term,), (x,), (a, b))(rows, weights, arb(power), arb(5))
                    single = compiled((term,), (x, a, b))
                    values = [single(row[0], arb(power), arb(5))[0] for row in rows]
                    plain = sum(v * w for v, w in zip(values, weights or [1, 1], strict=True))
                    assert found.is_finite()
                    assert found.overlaps(plain)
                    assert found.rad() < abs(plain) * arb(2) ** (12 - bits)


def test_rows_are_told_apart_though_one_list_took_the_place_of_another():
    """What was computed for one list of rows is none of another's, whether or not their values are equal."""
    powers = row_sums((x**a,), (x,), (a,))
    for value in range(1, 200):
        assert powers([(arb(value),)], None, arb(2))[0].overlaps(arb(value) ** 2)


def test_a_power_may_have_a_series_as_its_exponent():
    """Its first derivative is the sum of ``x**a log(x)``."""
    rows = [(arb(2),), (arb(3),)]
    (found,) = row_sums((x**a,), (x,), (a,))(rows, None, arb_series([arb(2), arb(1)], 2))
    assert found[0].overlaps(arb(13))
    assert found[1].overlaps(4 * arb(2).log() + 9 * arb(3).log())


@pytest.mark.parametrize(("order", "middle", "radius"), [(0, 1e12, 1e9), (1, 2.5e14, 2e11), (2, 40, 3), (1, 2, 1.5)])
def test_bessel_functions_of_wide_balls_are_those_of_their_ends(order, middle, radius):
    """All values in between are enclosed, by no more than the ends need."""
    for function in (besseli, besselk):
        evaluate, wide = compiled((function(order, x),), (x,)), arb(middle, radius)
        (whole,), *ends = (evaluate(one) for one in (wide, wide.lower(), wide.upper()))
        for share in (-1, -0.5, 0, 0.999, 1):
            assert whole.contains(evaluate(arb(middle) + arb(radius) * share)[0].mid())
        assert whole.is_finite()
        assert whole.rad() <= 1.01 * max(abs(one) for (one,) in ends)
    (beside,) = compiled((besselk(order, x),), (x,))(arb(0, 1))  # planted: no ball around a pole has ends to ask
    assert not beside.is_finite()
