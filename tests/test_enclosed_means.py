"""Whether enclosures hold what they say: functions far out, what is beyond a cut, expected values; planted errors."""

from __future__ import annotations

import pytest
from flint import arb
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import (
    Abs,
    Eq,
    Expr,
    Integer,
    Interval,
    Max,
    Piecewise,
    Rational,
    S,
    Symbol,
    cos,
    cosh,
    digamma,
    erf,
    erfc,
    exp,
    log,
    loggamma,
    oo,
    pi,
    polygamma,
    sign,
    sin,
    tanh,
)

from thetahat import Family, Parameter, Source, family
from thetahat.proofs import far_values
from thetahat.proofs.balls import compiled, precision
from thetahat.proofs.bounds import Bounds
from thetahat.proofs.enclosed_means import enclosed_mean
from thetahat.proofs.errors import UndecidedError
from thetahat.proofs.far_bounds import integral_beyond, sum_beyond
from thetahat.proofs.far_terms import Far, Multiple, Term
from thetahat.proofs.far_values import HalfLine
from thetahat.proofs.sides import kinks_in, sides_of, smooth_on

Y = Symbol("y", positive=True)
X = Symbol("x", real=True)
START = 64
FURTHER = (64, 65, Rational(201, 2), 1000, 10**6, 10**12)


def escapes(expression: Expr, far: Far) -> list[object]:
    """The points beyond the start at which the value is not in the enclosure."""
    found = []
    for place in FURTHER:
        at = arb(int(place.p)) / int(place.q) if isinstance(place, Rational) else arb(place)
        enclosure = sum(
            (one.coefficient * one.term.at(at) for one in far.multiples), compiled((far.constant,), ())()[0]
        )
        if not enclosure.overlaps(compiled((expression,), (Y,))(at)[0]):
            found.append(place)
    return found


def far_out(expression: Expr) -> Far:
    return HalfLine(Y, arb(START)).value(expression)


NUMBERS = st.fractions(-3, 3, max_denominator=4).map(lambda one: Rational(one.numerator, one.denominator))


def grown(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        pairs.map(lambda two: two[0] + two[1]),
        pairs.map(lambda two: two[0] * two[1]),
        st.tuples(inner, NUMBERS).map(lambda two: two[0] ** two[1] if two[0] != 0 else two[0]),
        st.tuples(st.sampled_from((exp, log, tanh, cosh, erf, erfc, sin, cos, digamma, loggamma)), inner).map(
            lambda two: two[0](two[1])
        ),
        inner.map(lambda one: polygamma(1, one)),
    )


EXPRESSIONS = st.recursive(
    st.one_of(NUMBERS, st.sampled_from((Y, 1 / Y, Y + 2, 1 - 1 / Y, exp(-Y)))), grown, max_leaves=6
)


@given(expression=EXPRESSIONS)
def test_an_enclosure_far_out_holds_the_values(expression: Expr) -> None:
    """At the start, soon after it, and very far out; undecided is allowed."""
    assume(not expression.has(S.NaN, S.ComplexInfinity, oo, -oo, S.ImaginaryUnit))
    with precision(200):
        try:
            far = far_out(expression)
        except UndecidedError:
            return
        assert escapes(expression, far) == []


KNOWN = (
    log(1 + Y**2),
    1 - (1 - 1 / Y) ** Rational(3, 2),
    log(1 - exp(-2 / Y)),
    digamma(Y + 2) - digamma(Y),
    loggamma(Y + Rational(1, 3)) - loggamma(Y),
    polygamma(1, 3 * Y + 1),
    -((log(Y) - 1) ** 2) / 2,
    Y * tanh(3 * Y - 1),
    exp(-(Y**2) + Y),
    exp(3 * log(Y) - Y / 2),
    cos(pi - 1 / Y),
    erfc(2 - Y),
    sin(Y) * exp(-Y),
    (Y**2 + Y) ** Rational(-1, 2),
    Rational(2, 3) ** Y,
)


@pytest.mark.parametrize("expression", KNOWN, ids=str)
def test_what_densities_are_made_of_is_enclosed(expression: Expr) -> None:
    with precision(200):
        assert escapes(expression, far_out(expression)) == []


def test_a_false_enclosure_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A coefficient that is off, a term left out, a remainder of the wrong sign."""
    with precision(200):
        assert escapes(log(2 * Y), Far(S.Zero, (Multiple(arb(1), Term(logs=S.One)),))) == list(FURTHER)
        assert escapes(1 + 1 / Y, Far(S.One, (Multiple(arb(2), Term(power=-S.One)),)))
        assert escapes(1 + 1 / Y, Far(S.One))
        right = far_values._over
        monkeypatch.setattr(far_values, "_over", lambda found, factor, power=1: right(found, -factor, power))
        assert escapes(digamma(Y), far_out(digamma(Y)))


@pytest.mark.parametrize(
    "expression", [exp(exp(Y)), log(-Y), log(log(Y)), digamma(-Y), sin(Y) ** -1, Y**pi, Abs(Y - 3)]
)
def test_what_is_not_understood_is_refused(expression: Expr) -> None:
    """Growth beyond exponentials, logarithms of negative numbers, poles, functions that are not known."""
    with pytest.raises(UndecidedError):
        far_out(expression)


@given(power=st.integers(-6, 6), rate=st.integers(1, 4), start=st.integers(2, 90))
def test_what_is_left_of_an_integral_is_at_most_its_bound(power: int, rate: int, start: int) -> None:
    """``Gamma(a + 1, b Y) / b**(a + 1)`` for exponentials, ``Y**(1 - b) / (b - 1)`` for powers."""
    with precision(100):
        try:
            bound = integral_beyond(Y**power, -rate * Y, Y, arb(start))
        except UndecidedError:
            assert start * rate < power + 3
        else:
            true = arb(rate * start).gamma_upper(arb(power + 1)) / arb(rate) ** (power + 1)
            assert true <= bound
            assert bound < 30 * true
        heavy = integral_beyond(S.One, -(rate + 1) * log(Y), Y, arb(start))
        assert not heavy < arb(start) ** -rate / rate
        terms = sum_beyond(S.One, -(rate + 1) * log(Y), Y, arb(start))
        assert terms > sum((arb(start + k) ** -(rate + 1) for k in range(60)), arb(0))


@pytest.mark.parametrize(
    ("weight", "height"),
    [(S.One, -log(Y)), (Y, -2 * log(Y)), (exp(Y), -Y), (exp(2 * Y), -Y - log(Y)), (log(Y), -log(Y)), (S.One, Y)],
)
def test_no_bound_is_given_of_what_diverges(weight: Expr, height: Expr) -> None:
    for power in (2, 10, 100, 1000):
        with pytest.raises(UndecidedError):
            integral_beyond(weight, height, Y, arb(2) ** power)
        with pytest.raises(UndecidedError):
            sum_beyond(weight, height, Y, arb(2) ** power)


@pytest.mark.parametrize("name", ["cauchy", "half_cauchy", "levy"])
def test_a_mean_that_is_infinite_or_undefined_has_no_enclosure(name: str) -> None:
    one = family(name)
    assert enclosed_mean(one, dict.fromkeys(one.symbols, Integer(1)), one.observation) is None


@pytest.mark.thorough
@given(k=st.integers(1, 60), theta=st.integers(1, 60))
def test_moments_of_the_gamma_distribution_are_enclosed(k: int, theta: int) -> None:
    """``E[x] = k theta`` and ``E[1] = 1``, for shapes below one too; the wrong side of an enclosure holds neither."""
    gamma = family("gamma")
    shape, scale = Rational(k, 7), Rational(theta, 3)
    known = dict(zip(gamma.symbols, (shape, scale), strict=True))
    for integrand, value in ((gamma.observation, shape * scale), (S.One, S.One)):
        found = enclosed_mean(gamma, known, integrand)
        with precision(90):
            right = arb(int(value.p)) / int(value.q)
            assert found.overlaps(right)
            assert not found.overlaps(right * (1 + arb(2) ** -40))


def test_a_location_far_away_and_a_narrow_density_are_enclosed() -> None:
    """Peaks that a rule with fixed points would miss."""
    normal = family("normal")
    for mu, sigma in ((10**9, 1), (-(10**6), 100), (3, Rational(1, 10**7))):
        known = dict(zip(normal.symbols, (Rational(mu), Rational(sigma)), strict=True))
        found = enclosed_mean(normal, known, (normal.observation - mu) ** 2)
        with precision(90):
            assert found.overlaps(compiled((Rational(sigma) ** 2,), ())()[0])
            # Absolutely, for what is left out is; the squares are as large as the variance.
            assert found.rad() < arb(10) ** -14 * (1 + 100 * found)


def test_kinks_are_found_and_each_side_is_smooth() -> None:
    expression = Abs(X - 1) + Max(X, 2 * X - 4) + sign(X + 2) + Piecewise((X, X < 0), (2 * X, True))
    assert set(kinks_in([expression], X)) == {Integer(1), Integer(4), Integer(-2), S.Zero}
    for inside in (-3, -1, Rational(1, 2), 2, 5):
        smooth = smooth_on(expression, X, Integer(inside) if isinstance(inside, int) else inside)
        assert not smooth.has(Abs, Max, sign, Piecewise)
        assert smooth.subs(X, inside) == expression.subs(X, inside)
    with pytest.raises(UndecidedError):
        kinks_in([Abs(X**2 - 2)], X)
    assert smooth_on(Piecewise((S.Zero, Eq(X, 1)), (X, True)), X, Integer(2)) == X


def test_sides_cover_a_support() -> None:
    ends = Bounds(S.Zero, oo, False, False, False)
    sides = sides_of(ends, (Integer(3), Integer(-1)), Y)
    reached = [(side.place.subs(Y, side.start), side.place.limit(Y, oo)) for side in sides]
    assert reached == [(Rational(3, 2), 0), (Rational(3, 2), 3), (4, 3), (4, oo)]


def test_a_sum_with_a_zero_apart_and_a_density_with_a_kink_are_enclosed() -> None:
    """Poisson with extra zeros, whose mean is ``(1 - w) lambda``, and a Laplace density, whose entropy is known."""
    zero = family("zero_inflated_poisson")
    w, rate = zero.symbols
    found = enclosed_mean(zero, {w: Rational(1, 4), rate: Integer(6)}, zero.observation)
    assert found.overlaps(arb("4.5"))
    assert found.rad() < 1e-12
    laplace = family("laplace")
    entropy = enclosed_mean(
        laplace, dict(zip(laplace.symbols, (Rational(5, 3), S.One), strict=True)), -laplace.log_density
    )
    with precision(90):
        assert entropy.overlaps(arb(2).log() + 1)


def test_a_declared_density_that_nobody_here_has_seen() -> None:
    """``p(x) = 2 c x (1 + x**2)**(-c - 1)``, of which ``log(1 + x**2)`` is exponential with mean ``1/c``."""
    x, c = Symbol("x", positive=True), Symbol("c", positive=True)
    unseen = Family(
        name="unseen",
        observation=x,
        support=Interval.open(0, oo),
        parameters=(Parameter(c, Interval.open(0, oo), "shape"),),
        log_density=log(2) + log(c) + log(x) - (c + 1) * log(1 + x**2),
        sources=(Source("a test"),),
    )
    found = enclosed_mean(unseen, {c: Rational(5, 2)}, log(1 + x**2))
    with precision(90):
        assert found.overlaps(arb(2) / 5)
        assert found.rad() < arb(10) ** -14
