"""That the log-likelihood is that of the declared density, and that its rounding bounds and enclosures hold."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq
from scipy import stats
from sympy import (
    Expr,
    Interval,
    Max,
    Piecewise,
    Rational,
    S,
    Symbol,
    atan2,
    besseli,
    besselk,
    beta,
    binomial,
    cosh,
    erfc,
    exp,
    gamma,
    log,
    loggamma,
    oo,
    pi,
    polygamma,
    sinh,
    sqrt,
    tan,
    tanh,
    zeta,
)

from thetahat import Family, Parameter, families, family
from thetahat.proofs.balls import compiled as compiled_balls
from thetahat.proofs.balls import precision
from thetahat.proofs.errors import DataError, DeclarationError, ParameterError, SupportError
from thetahat.proofs.probes import data_points, parameter_points
from thetahat.verify.density import compiled
from thetahat.verify.likelihood import log_likelihood, log_likelihood_ball, nats_lost
from thetahat.verify.rounding import Rounded, exact
from thetahat.verify.stable_forms import stable

Frozen = Callable[..., Any]

# What SciPy calls the same member. Parameters in declared order.
SCIPY: dict[str, tuple[Frozen, list[float]]] = {
    "bernoulli": (lambda p: stats.bernoulli(p), [0.3]),
    "geometric": (lambda p: stats.geom(p), [0.2]),
    "poisson": (lambda mu: stats.poisson(mu), [3.5]),
    "negative_binomial": (lambda r, p: stats.nbinom(r, p), [2.5, 0.4]),
    "discrete_uniform": (lambda n: stats.randint(1, n + 1), [9.0]),
    "normal": (lambda mu, sigma: stats.norm(mu, sigma), [1.0, 2.5]),
    "laplace": (lambda mu, b: stats.laplace(mu, b), [1.0, 2.5]),
    "logistic": (lambda mu, s: stats.logistic(mu, s), [1.0, 2.5]),
    "gumbel": (lambda mu, b: stats.gumbel_r(mu, b), [1.0, 2.5]),
    "cauchy": (lambda x0, g: stats.cauchy(x0, g), [1.0, 2.5]),
    "von_mises": (lambda mu, k: stats.vonmises(k, loc=mu), [1.0, 2.5]),
    "lognormal": (lambda mu, s: stats.lognorm(s, scale=math.exp(mu)), [0.3, 0.8]),
    "exponential": (lambda rate: stats.expon(scale=1 / rate), [0.4]),
    "shifted_exponential": (lambda mu, t: stats.expon(mu, t), [-2.0, 1.5]),
    "gamma": (lambda k, t: stats.gamma(k, scale=t), [2.5, 1.5]),
    "inverse_gamma": (lambda a, b: stats.invgamma(a, scale=b), [2.5, 1.5]),
    "weibull": (lambda *kl: stats.weibull_min(kl[0], scale=kl[1]), [1.7, 2.0]),
    "rayleigh": (lambda s: stats.rayleigh(scale=s), [1.7]),
    "pareto": (lambda xm, a: stats.pareto(a, scale=xm), [0.5, 2.5]),
    "inverse_gaussian": (lambda mu, lam: stats.invgauss(mu / lam, scale=lam), [1.5, 2.5]),
    "beta": (lambda a, b: stats.beta(a, b), [2.5, 0.7]),
    "uniform": (lambda a, b: stats.uniform(a, b - a), [-1.0, 4.0]),
}


def ordered(name: str, values: list[float]) -> list[float]:
    """Shape before scale, whatever order the declaration has."""
    return values[::-1] if name == "weibull" and family(name).parameter_names[0] == "lambda" else values


def frozen(name: str) -> tuple[Any, list[float]]:
    """SciPy's member and our theta."""
    build, values = SCIPY[name]
    return build(*values), ordered(name, values)


def sample(name: str, n: int) -> np.ndarray:
    """Draws of SciPy's member."""
    return np.asarray(frozen(name)[0].rvs(n, random_state=np.random.default_rng(7)), dtype=float)


def by_scipy(name: str, x: np.ndarray) -> float:
    """SciPy's log-likelihood."""
    member = frozen(name)[0]
    return float(np.sum(member.logpmf(x) if family(name).discrete else member.logpdf(x)))


@pytest.mark.parametrize("name", SCIPY)
def test_scipy_has_the_same_density(name: str) -> None:
    """SciPy's formulas were written by others; it is held to eleven digits, being no better itself."""
    x = sample(name, 40)
    value, rounding = log_likelihood(family(name), frozen(name)[1], x)
    assert abs(value - by_scipy(name, x)) <= rounding + 1e-11 * max(1.0, abs(value))


@pytest.mark.parametrize("name", ["poisson", "normal", "gamma", "von_mises", "pareto"])
def test_planted_a_wrong_density_is_noticed(name: str) -> None:
    """The comparison with SciPy fails for a density with one more factor."""
    wrong = replace(family(name), log_density=family(name).log_density + log(1 + Rational(1, 10**6)))
    x = sample(name, 40)
    value, rounding = log_likelihood(wrong, frozen(name)[1], x)
    assert abs(value - by_scipy(name, x)) > 1e3 * (rounding + 1e-11 * max(1.0, abs(value)))


def test_conditional_and_fixed_families_agree_with_scipy() -> None:
    """Covariates are columns, and a constant is a number once it is fixed."""
    generator = np.random.default_rng(3)
    z = generator.normal(size=30)
    y = 1 + 2 * z + generator.normal(size=30)
    value, rounding = log_likelihood(family("linear_regression"), [0.5, 1.5, 2.0], np.column_stack([y, z]))
    assert abs(value - stats.norm(0.5 + 1.5 * z, 2.0).logpdf(y).sum()) <= rounding + 1e-12
    counts = generator.binomial(7, 0.4, 30)
    value, rounding = log_likelihood(family("binomial").fix(n=7), [0.35], counts)
    assert abs(value - stats.binom(7, 0.35).logpmf(counts).sum()) <= rounding + 1e-12
    value, rounding = log_likelihood(family("categorical"), [0.2, 0.3], [0, 1, 2, 2])
    assert abs(value - math.log(0.2 * 0.3 * 0.5 * 0.5)) <= rounding + 1e-15


def members(declared: Family, count: int) -> list[tuple[Family, list[float], np.ndarray]]:
    """Members with data inside their support, many of them far from one."""
    fixed = declared.fix(**{item.name: 7 for item in declared.constants})
    found = []
    for seed, point in enumerate(parameter_points(fixed, count, seed=11)):
        rows = data_points(fixed, point, 6, seed)
        x = np.array([[float(row[column]) for column in fixed.columns] for row in rows])
        found.append((fixed, [float(point[symbol]) for symbol in fixed.symbols], x))
    return found


@pytest.mark.parametrize("declared", families(), ids=lambda declared: declared.name)
def test_the_rounding_bound_holds_and_is_not_idle(declared: Family) -> None:
    """The exact value lies within the bound, and the bound within 1e-11 of the value."""
    for fixed, theta, x in members(declared, 12):
        value, rounding = log_likelihood(fixed, theta, x)
        truth = log_likelihood_ball(fixed, theta, x, bits=300)
        with precision(300):
            assert truth.rad() < 1e-60 * (1 + abs(truth.mid()))
            assert abs(truth - arb(value)) <= arb(rounding), f"{fixed.name} at {theta}: {value} +- {rounding}, {truth}"
        # A density that is one everywhere is known without rounding.
        assert 0 < rounding < 1e-11 * (1 + abs(value)) or (value == 0 == rounding and fixed.log_density == 0)


def test_planted_a_bound_of_a_hundredth_is_exceeded() -> None:
    """The check of the bound can fail: rounding does reach a hundredth of it for some member."""
    shares = []
    for fixed, theta, x in members(family("gumbel"), 30):
        value, rounding = log_likelihood(fixed, theta, x)
        with precision(300):
            shares.append(float(abs(log_likelihood_ball(fixed, theta, x, bits=300) - arb(value)).mid()) / rounding)
    assert 0.01 < max(shares) <= 1


@pytest.mark.parametrize(
    ("name", "theta", "x"),
    [
        ("exponential", [1.0], [1.0, -0.5]),
        ("uniform", [0.0, 1.0], [0.5, 1.0000000000000002]),
        ("uniform", [0.0, 1.0], [-5e-324]),
        ("pareto", [1.0, 2.0], [0.9999999999999999]),
        ("discrete_uniform", [4.0], [5]),
        ("poisson", [1.0], [0.5]),
        ("beta", [2.0, 2.0], [1.0]),
    ],
)
def test_outside_the_support_it_is_minus_infinity(name: str, theta: list[float], x: list[float]) -> None:
    """Exactly, in doubles and in balls."""
    assert log_likelihood(family(name), theta, x) == (-math.inf, 0.0)
    assert log_likelihood_ball(family(name), theta, x) == arb("-inf")


def test_closed_ends_belong_to_the_support() -> None:
    """The uniform's ends and the Pareto's smallest value are possible observations."""
    assert log_likelihood(family("uniform"), [0.0, 2.0], [0.0, 2.0])[0] == pytest.approx(-2 * math.log(2), rel=1e-15)
    assert math.isfinite(log_likelihood(family("pareto"), [1.0, 2.0], [1.0])[0])


@pytest.mark.parametrize(
    ("name", "theta", "words"),
    [
        ("normal", [0.0, 0.0], "sigma = 0.0 lies outside its space"),
        ("normal", [math.nan, 1.0], "mu = nan"),
        ("normal", [0.0, math.inf], "sigma = inf"),
        ("normal", [0.0], r"shape \(1,\)"),
        ("normal", 0.0, "shape"),
        ("normal", ["0", "1"], "does not consist of real numbers"),
        ("normal", {"mu": 0.0}, r"theta names \['mu'\]"),
        ("uniform", [2.0, 2.0], "b = 2.0"),
        ("categorical", [0.5, 0.5], "p_1 = 0.5"),
        ("discrete_uniform", [2.5], "N = 2.5"),
    ],
)
def test_outside_the_parameter_space_is_refused(name: str, theta: Any, words: str) -> None:
    """By name and value; spaces may depend on earlier parameters."""
    for function in (log_likelihood, log_likelihood_ball):
        with pytest.raises(ParameterError, match=words):
            function(family(name), theta, [1.0])


def test_a_mapping_names_parameters_in_any_order() -> None:
    """``theta`` by name is ``theta`` in declared order."""
    named = log_likelihood(family("normal"), {"sigma": 2.0, "mu": 1.0}, [0.0])
    assert named == log_likelihood(family("normal"), [1.0, 2.0], [0.0])


def test_weights_are_multiplicities() -> None:
    """A weight of three is the row three times, up to both rounding bounds."""
    x, w = [1.5, 0.2, 4.0], [3, 0, 2]
    weighted, bound = log_likelihood(family("gamma"), [2.0, 1.5], x, w)
    repeated, other = log_likelihood(family("gamma"), [2.0, 1.5], np.repeat(x, w))
    assert abs(weighted - repeated) <= bound + other
    with precision(128):
        apart = log_likelihood_ball(family("gamma"), [2.0, 1.5], x, w) - log_likelihood_ball(
            family("gamma"), [2.0, 1.5], np.repeat(x, w)
        )
    assert apart.contains(0)
    fractions = log_likelihood_ball(family("exponential"), [1.0], [1.0, 2.0, 1.0], [0.1, 0.5, 0.2])
    assert fractions.overlaps(-(arb(0.1) + arb(0.2) + 2 * arb(0.5)))


def test_many_rows_are_summed_in_pieces() -> None:
    """Across the borders of chunks nothing is lost or counted twice."""
    x = np.random.default_rng(5).gamma(2.0, 3.0, 20_001)
    value, rounding = log_likelihood(family("gamma"), [2.0, 3.0], x)
    parts = [log_likelihood(family("gamma"), [2.0, 3.0], part) for part in np.array_split(x, 7)]
    assert abs(value - sum(part for part, _ in parts)) <= rounding + sum(bound for _, bound in parts)
    assert rounding < 1e-12 * abs(value)


def closed_bernoulli() -> Family:
    """A Bernoulli whose parameter may be 0 or 1."""
    x, p = Symbol("x", integer=True, nonnegative=True), Symbol("p", nonnegative=True)
    return replace(
        family("bernoulli"),
        name="closed_bernoulli",
        observation=x,
        parameters=(Parameter(p, Interval(0, 1)),),
        log_density=x * log(p) + (1 - x) * log(1 - p),
    )


@pytest.mark.parametrize(
    ("p", "x", "expected"),
    [(0.0, [0, 0], 0.0), (1.0, [1], 0.0), (0.0, [0, 1], -math.inf), (1.0, [0], -math.inf)],
)
def test_zero_times_log_zero_is_zero(p: float, x: list[int], expected: float) -> None:
    """At a closed end of the space an impossible value has probability zero, an excluded one costs nothing."""
    value, rounding = log_likelihood(closed_bernoulli(), [p], x)
    assert value == expected
    assert rounding < 1e-300
    assert log_likelihood_ball(closed_bernoulli(), [p], x) == arb(expected)


def test_nothing_overflows_that_has_a_double() -> None:
    """Logarithms of what overflows are computed without it; what has no double says so."""
    value, rounding = log_likelihood(family("von_mises"), [0.0, 1e6], [0.0])
    assert abs(value - 0.5 * math.log(1e6 / (2 * math.pi))) < 1e-6
    assert rounding < 1e-6
    assert log_likelihood(family("logistic"), [0.0, 1.0], [-1e4, 1e4])[0] == -2e4
    assert log_likelihood(family("gumbel"), [0.0, 1.0], [-1e3]) == (-math.inf, math.inf)
    assert log_likelihood_ball(family("gumbel"), [0.0, 1.0], [-1e3]).is_finite()


def test_likelihoods_refuse_data_that_are_none() -> None:
    """The same validation as everywhere."""
    for function in (log_likelihood, log_likelihood_ball):
        with pytest.raises(DataError, match=r"x\[1\] = nan"):
            function(family("normal"), [0.0, 1.0], [1.0, math.nan])
        with pytest.raises(ParameterError, match="no value yet"):
            function(family("binomial"), [0.5], [1])


def test_nats_lost_is_sharp_far_below_doubles() -> None:
    """At distance d from the maximiser of an exponential with mean 1 it is d^2 / 2 - d^3 / 3 + ... a datum."""
    tiny = 2.0**-40
    lost = nats_lost(family("exponential"), [1.0 + tiny], [1.0], [1.0, 1.0])
    assert lost.rad() <= 1e-30 * abs(lost.mid())
    assert abs(float(lost.mid()) / (tiny**2 - 2 * tiny**3 / 3) - 1) < 1e-12
    with precision(200):
        back = nats_lost(family("exponential"), [1.0], [1.0 + tiny], [1.0, 1.0])
        assert (lost + back).contains(0)
        assert back < 0


def test_nats_lost_takes_rationals_and_balls() -> None:
    """An exact third, or an enclosure of it: the wider the enclosure, the wider the answer."""
    x = [1.0, 2.0, 6.0]
    third = nats_lost(family("exponential"), [0.3], [fmpq(1, 3)], x)
    assert third > 0
    assert third.rad() <= 1e-30 * third.mid()
    wide = nats_lost(family("exponential"), [0.3], [arb("0.3333 +/- 1e-3")], x)
    assert wide.overlaps(third)
    assert wide.rad() > 1e-6
    with pytest.raises(ParameterError, match="lies outside"):
        nats_lost(family("exponential"), [0.3], [arb(-1)], x)
    with pytest.raises(ParameterError, match="1 values"):
        nats_lost(family("normal"), [0.0, 1.0], [arb(1)], x)


def test_nats_lost_of_equal_and_of_impossible_members() -> None:
    """Nothing between equals; everything against an impossible member; nothing to compare between two of them."""
    uniform = family("uniform")
    assert nats_lost(uniform, [0.0, 1.0], [0.0, 1.0], [0.5]) == 0
    assert nats_lost(uniform, [0.0, 1.0], [0.0, 3.0], [2.0]) == arb("inf")
    assert nats_lost(uniform, [0.0, 3.0], [0.0, 1.0], [2.0]) == arb("-inf")
    with pytest.raises(SupportError, match="outside the support both"):
        nats_lost(uniform, [0.0, 1.0], [0.0, 1.5], [2.0])


def test_nats_lost_leaves_a_tie_open() -> None:
    """Two members equally likely by symmetry cannot be told apart by any ball; the answer contains zero."""
    tie = nats_lost(family("cauchy"), [-0.3, 0.25], [0.3, 0.25], [-1.0, 1.0])
    assert tie.contains(0)
    assert tie.rad() < 1e-300


U, V = Symbol("u", positive=True), Symbol("v", positive=True)
EXPRESSIONS: list[Expr] = [
    log(1 + exp(U)) - log(1 - exp(-V)),
    log(1 + (U / V) ** (3 * V)),
    log(1 + U**2 / V),
    log(gamma(U + V) / gamma(V)),
    log(beta(U, V)),
    log(binomial(U + V, V)),
    log(besseli(0, U)) - log(besselk(1, V)),
    besseli(1, U) / besseli(0, U),
    log(cosh(U - V)),
    log(sinh(U) / U),
    log(erfc(U - V)),
    tanh(U) * sqrt(V) + U ** Rational(-3, 2) / 3,
    polygamma(0, U) - polygamma(1, V),
    loggamma(U) - U**V,
    log(zeta(1 + U)),
    Max(U, V, 1) + abs(U - V),
    Piecewise((U, U < V), (V * pi, True)),
    log(2 * pi * U) - exp(-V) / (1 - U - V),
]


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_rewritten_expressions_keep_their_value_and_their_bound(expression: Expr) -> None:
    """Doubles lie within the running bound of the exact value, at moderate and at large arguments."""
    function, rounded = compiled(expression, (U, V)), compiled(expression, (U, V), rounded=True)
    for u, v in ((0.3, 1.7), (2.5, 0.4), (11.0, 23.0), (0.01, 5.0)):
        answer = exact(rounded(exact(np.float64(u)), exact(np.float64(v))))
        with precision(300):
            truth = compiled_balls((expression,), (U, V))(arb(u), arb(v))[0]
            assert truth.is_finite()
            assert abs(truth - arb(float(answer.value))) <= arb(float(answer.error))
        assert float(function(np.float64(u), np.float64(v))) == float(answer.value)
        assert float(answer.error) < 1e-12 * (1 + abs(float(answer.value)))


@pytest.mark.parametrize(
    ("expression", "at"),
    [
        (log(1 + exp(U)), 1e4),
        (log(gamma(U)), 1e200),
        (log(besseli(0, U)), 1e6),
        (log(besselk(0, U)), 1e6),
        (log(cosh(U)), 1e5),
        (log(sinh(U)), 1e5),
        (log(erfc(U)), 100.0),
        (log(1 + (10 * U) ** (1000 * U)), 10.0),
        (log(1 - exp(-U)), 1e-300),
    ],
    ids=str,
)
def test_rewritten_expressions_survive_where_plain_ones_overflow(expression: Expr, at: float) -> None:
    """Balls have no largest number; the plain expression in doubles would be infinite, or nan."""
    with precision(2200):
        truth = float(compiled_balls((expression,), (U,))(arb(at))[0].mid())
    with np.errstate(all="ignore"):
        value = float(compiled(expression, (U,))(np.float64(at)))
        answer = exact(compiled(expression, (U,), rounded=True)(exact(np.float64(at))))
    assert math.isfinite(truth)
    assert value == pytest.approx(truth, rel=1e-14)
    assert abs(float(answer.value) - truth) <= float(answer.error) < 1e-11 * abs(truth)


def test_planted_the_plain_logarithm_would_overflow() -> None:
    """The rewriting is not idle: without it the same doubles give infinity."""
    with np.errstate(over="ignore"):
        assert np.isinf(np.log(1 + np.exp(np.float64(1e4))))
    assert stable(log(1 + exp(U))).func.__name__ == "log1pexp"


def test_a_parameter_may_be_called_like_a_function() -> None:
    """Names of functions are prefixed: gamma the parameter does not hide gamma the function."""
    named = Symbol("gamma", positive=True)
    assert float(compiled(gamma(named), (named,))(np.float64(5.0))) == 24.0
    assert float(compiled(log(gamma(named)), (named,))(np.float64(5.0))) == pytest.approx(math.log(24), rel=1e-15)


def test_an_unknown_function_is_refused_by_name() -> None:
    """Nothing is guessed from SciPy by name."""
    from sympy import airyai

    with pytest.raises(DeclarationError, match="airyai"):
        compiled(airyai(U), (U,))


def test_running_errors_cover_what_they_are_given() -> None:
    """An input known to 1e-6 leaves every operation with what that costs."""
    generator = np.random.default_rng(2)
    u, du, v, dv = generator.random((4, 200))
    u, v = u + 0.5, v + 0.5
    bound = 1e-6
    approximate = [Rounded(u, np.full(200, bound)), Rounded(v, np.full(200, bound))]
    moved = [u + bound * (2 * du - 1), v + bound * (2 * dv - 1)]
    for expression in (U + V, U - V, U * V, U / V, U**3, U**-2, U**V, sqrt(U), exp(U), log(U), loggamma(U), sinh(U)):
        rounded = exact(compiled(expression, (U, V), rounded=True)(*approximate))
        plain = compiled(expression, (U, V))(*moved)
        assert (np.abs(plain - rounded.value) <= rounded.error).all(), expression
        assert (rounded.error < 40 * bound).all(), expression


def test_angles_and_tangents_cover_jumps_and_poles_beside_them() -> None:
    """Planted by hand: points beside the origin and across the half-line where angles jump, and a pole of a tangent."""
    generator, bound = np.random.default_rng(3), 1e-3
    u, v, du, dv = generator.uniform(-1, 1, (4, 400))
    u[:100] *= bound
    v[:50] *= bound
    centre, moved = (u, v), (u + bound * du, v + bound * dv)
    approximate = [Rounded(one, np.full(400, bound)) for one in centre]
    for expression in (atan2(U, V), tan(2 * U) + 0 * V):
        rounded = exact(compiled(expression, (U, V), rounded=True)(*approximate))
        assert (np.abs(compiled(expression, (U, V))(*moved) - rounded.value) <= rounded.error).all(), expression
    turned = exact(compiled(atan2(U, V), (U, V), rounded=True)(*approximate)).error
    far = np.hypot(u, v)
    assert (turned * far < 2 * bound)[(far > 8 * bound) & (v > 0)].all()
    assert not np.isfinite(exact(compiled(tan(U), (U,), rounded=True)(Rounded(np.float64(1.5707), 0.001))).error)


def test_a_density_in_an_angle_is_verified() -> None:
    """Von Mises by the direction as a point of the plane: doubles knew no bound for the angle."""
    known = family("von_mises")
    m, q = Symbol("m", real=True), Symbol("q", real=True)
    spaces = [Parameter(one, S.Reals) for one in (m, q)]
    plane = known.reparametrise("plane", spaces, {"mu": atan2(q, m), "kappa": sqrt(m**2 + q**2)})
    value, bound = log_likelihood(plane, [0.6, 0.8], [0.1, 1.5, -2.0])
    same = log_likelihood(known, [math.atan2(0.8, 0.6), 1.0], [0.1, 1.5, -2.0])[0]
    assert abs(value - same) <= 4 * bound < 1e-12


def test_folded_constants_are_correctly_rounded() -> None:
    """A third, pi and the logarithm of two pi are nearest doubles, and their bound covers the difference."""
    for constant in (pi, Rational(1, 3), log(2 * pi)):
        answer = exact(compiled(constant + U, (U,), rounded=True)(exact(np.float64(0.0))))
        value = float(answer.value)
        with precision(200):
            off = abs(compiled_balls((constant,), ())()[0] - arb(value))
            assert off <= arb(math.ulp(value)) / 2
            assert off <= arb(float(answer.error))
        assert float(answer.error) < 3 * math.ulp(value)


def test_an_end_of_the_support_that_is_itself_rounded_leaves_the_value_open() -> None:
    """An observation within rounding of a computed end: the bound is infinite, never a confident number."""
    x, a = Symbol("x", positive=True), Symbol("a", positive=True)
    declared = Family("to_a_third", x, Interval.Lopen(0, a / 3), (Parameter(a, Interval.open(0, oo)),), log(3 / a))
    assert log_likelihood(declared, [1.0], [1 / 3])[1] == math.inf
    assert math.isfinite(log_likelihood(declared, [1.0], [0.3333])[1])
    assert log_likelihood(declared, [1.0], [0.3334]) == (-math.inf, 0.0)
    # The double 1/3 is below a third, and balls see it.
    assert log_likelihood_ball(declared, [1.0], [1 / 3]).is_finite()
