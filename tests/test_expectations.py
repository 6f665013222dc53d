"""Whether the lemmas are true, are found however a density is written, and give the right expected values."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

import mpmath
import pytest
from sympy import (
    Abs,
    Eq,
    Expr,
    FiniteSet,
    Integer,
    Integers,
    Interval,
    Max,
    Naturals,
    Naturals0,
    Piecewise,
    Range,
    Rational,
    Reals,
    S,
    Set,
    Symbol,
    asinh,
    besseli,
    besselk,
    beta,
    binomial,
    cos,
    cosh,
    erf,
    exp,
    factorial,
    gamma,
    lambdify,
    log,
    loggamma,
    oo,
    pi,
    sech,
    sign,
    sin,
    sqrt,
    zeta,
)

from thetahat.proofs.algebra.atoms import Indicator
from thetahat.proofs.bounds import bounds
from thetahat.proofs.expectations import entropy, expectation, is_normalised, normaliser
from thetahat.proofs.exponential import exponential_form
from thetahat.proofs.family import Family, Parameter
from thetahat.proofs.lemmas import LEMMAS, RULES, Lemma, log_integral
from thetahat.proofs.probes import parameter_points
from thetahat.proofs.registry import families

DIGITS = 30
# The quadrature below loses about half of its digits at an integrable singularity of an end.
CLOSE = mpmath.mpf(10) ** -9

# ------------------------------------------------------------------------- independent numbers: quadrature and sums


def transformed(lower: Any, upper: Any) -> Callable[[Any], tuple[Any, Any]]:
    """Return the map from the whole line onto the interval, with its slope: doubly exponential at both ends."""
    half = mpmath.pi / 2

    def line(t: Any) -> tuple[Any, Any]:
        inner = half * mpmath.sinh(t)
        return mpmath.sinh(inner), mpmath.cosh(inner) * half * mpmath.cosh(t)

    def ray(t: Any) -> tuple[Any, Any]:
        grown = mpmath.exp(half * mpmath.sinh(t))
        return (lower + grown if lower != -mpmath.inf else upper - grown), grown * half * mpmath.cosh(t)

    def segment(t: Any) -> tuple[Any, Any]:
        share = 1 / (1 + mpmath.exp(-2 * half * mpmath.sinh(t)))
        return lower + (upper - lower) * share, (upper - lower) * share * (1 - share) * 2 * half * mpmath.cosh(t)

    return {2: line, 1: ray, 0: segment}[(lower == -mpmath.inf) + (upper == mpmath.inf)]


def integral(log_density: Callable[[Any], Any], weight: Callable[[Any], Any], ends: list[Any]) -> Any:
    """Return the integral of ``weight * exp(log_density)`` by the doubly exponential rule, piece by piece."""
    total, step = mpmath.mpf(0), mpmath.mpf(1) / 14
    for lower, upper in zip(ends, ends[1:], strict=False):
        place = transformed(lower, upper)
        for i in range(-77, 78):
            x, slope = place(i * step)
            if x in (lower, upper) or slope == 0:
                continue
            height = log_density(x)
            # Below that the term is no number that could matter, and forming it costs more than all others.
            if height > -2000:
                total += step * slope * mpmath.exp(height) * weight(x)
    return total


def series(log_mass: Callable[[Any], Any], weight: Callable[[Any], Any], lower: Any, upper: Any) -> Any:
    """Return the sum of ``weight * exp(log_mass)``, at most 400 terms from each finite end."""
    first = int(lower) if lower != -mpmath.inf else -400
    last = int(upper) if upper != mpmath.inf else first + 400 + 400 * (lower == -mpmath.inf)
    return mpmath.fsum(mpmath.exp(log_mass(mpmath.mpf(k))) * weight(mpmath.mpf(k)) for k in range(first, last + 1))


def callable_of(expression: Expr, variable: Symbol) -> Callable[[Any], Any]:
    """Return the expression as a function of one multi-precision number."""
    cases = expression.replace(
        lambda node: isinstance(node, Indicator), lambda node: Piecewise((1, node.condition), (0, True))
    )
    function: Callable[[Any], Any] = lambdify(variable, cases, "mpmath")
    return function


def number(expression: Expr) -> Any:
    """Return a multi-precision number."""
    if expression in (oo, -oo):
        return mpmath.inf if expression is oo else -mpmath.inf
    return mpmath.mpmathify(expression.evalf(DIGITS))


def average(family: Family, statistic: Expr, theta: dict[Symbol, Rational]) -> Any:
    """Return ``E[T(x)]`` at a member, by numbers alone."""
    x = family.observation
    density = callable_of(family.log_density.subs(theta), x)
    weight = callable_of(statistic.subs(theta), x)
    lower, upper = (end.subs(theta) for end in (family.bounds.lo, family.bounds.hi))
    if family.discrete:
        return series(density, weight, number(lower), number(upper))
    # A kink, where there is one, sits on a location parameter.
    kinks = sorted({number(value) for value in theta.values()} | ({mpmath.mpf(0)} if lower is -oo else set()))
    inside = [value for value in kinks if number(lower) < value < number(upper)]
    return integral(density, weight, [number(lower), *inside, number(upper)])


@pytest.fixture(autouse=True)
def digits() -> Any:
    """Work with the same precision in every test."""
    with mpmath.workdps(DIGITS):
        yield


# ------------------------------------------------------------------------------------- the lemmas are true statements


def drawn(lemma: Lemma, seed: int) -> dict[Symbol, Expr]:
    """Return rational parameters at which the lemma's conditions hold."""
    rng = Random(f"{lemma.name} {seed}")
    for _ in range(1000):
        values: dict[Symbol, Expr] = {s: Rational(rng.randint(-90, 120), 37) for s in lemma.parameters}
        by_name = {s.name: s for s in values}
        if "e" in by_name:
            values[by_name["e"]] = Integer(rng.choice((-1, 1)))
        for name in ("n", "k"):
            if name in by_name and lemma.discrete:
                values[by_name[name]] = Integer(rng.randint(0, 9))
        # Sums whose terms fall like a power are drawn with so high a power that 400 terms suffice.
        if lemma.name in ("zeta", "gauss_sum"):
            heavy = by_name["s" if lemma.name == "zeta" else "c"]
            values[heavy] += 12
        if all(condition.xreplace(values).evalf(15) > 0 for condition in needed(lemma)):
            return values
    raise AssertionError(f"no parameters found for {lemma.name}")


def needed(lemma: Lemma) -> tuple[Expr, ...]:
    """Return the conditions, and a margin where the numerical sum would converge slowly."""
    slow = {"geometric_series", "binomial_series", "logarithmic_series", "tree_series", "abel_series"}
    margin = (lemma.conditions[-1] - Rational(1, 4),) if lemma.name in slow else ()
    return (*lemma.conditions, *margin)


def discrepancy(lemma: Lemma, values: dict[Symbol, Expr]) -> Any:
    """Return the difference between the two sides of a lemma, relative to the integral or sum."""
    kernel = callable_of(lemma.kernel.xreplace(values), lemma.variable)
    lower, upper = (number(end.xreplace(values)) for end in (lemma.lower, lemma.upper))
    one: Callable[[Any], Any] = lambda _: mpmath.mpf(1)  # noqa: E731
    left = series(kernel, one, lower, upper) if lemma.discrete else integral(kernel, one, [lower, upper])
    return abs(left * mpmath.exp(-number(lemma.value.xreplace(values))) - 1)


@pytest.mark.parametrize("lemma", LEMMAS.values(), ids=lambda lemma: lemma.name)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_lemma_is_true(lemma: Lemma, seed: int) -> None:
    """Its two sides agree at random rational parameters that meet its conditions."""
    values = drawn(lemma, seed)
    gap = discrepancy(lemma, values)
    assert gap < CLOSE, f"{lemma.name} at {values}: relative difference {mpmath.nstr(gap, 5)}"


@pytest.mark.parametrize("lemma", LEMMAS.values(), ids=lambda lemma: lemma.name)
def test_a_planted_wrong_constant_is_caught(lemma: Lemma) -> None:
    """Off by one part in a thousand is not close."""
    wrong = replace(lemma, value=lemma.value + Rational(1, 1000))
    assert discrepancy(wrong, drawn(lemma, 1)) > 1000 * CLOSE


@pytest.mark.parametrize("lemma", LEMMAS.values(), ids=lambda lemma: lemma.name)
def test_a_lemma_says_what_it_needs_and_where_it_stands(lemma: Lemma) -> None:
    """Every symbol of the value and the conditions is a parameter; the statement names each condition."""
    known = set(lemma.parameters)
    assert lemma.value.free_symbols <= known
    assert all(condition.free_symbols <= known for condition in lemma.conditions)
    assert lemma.source
    assert lemma.statement.count("> 0") == len(lemma.conditions)


# --------------------------------------------------------------------------------------- densities they have to reach

X, Y = Symbol("x", positive=True), Symbol("x", real=True)
K, K1, Z = Symbol("x", integer=True, nonnegative=True), Symbol("x", integer=True, positive=True), Symbol("x", integer=True)
a, b, c, k, s, nu, rate = (Symbol(name, positive=True) for name in ("a", "b", "c", "k", "s", "nu", "lambda"))
m, eta = Symbol("m", real=True), Symbol("eta", real=True)
p, w, f = Symbol("p", positive=True), Symbol("w", positive=True), Symbol("f", positive=True)
n = Symbol("n", integer=True, positive=True)
u, v = Symbol("u", real=True), Symbol("v", real=True)

POSITIVE, UNIT, LINE = Interval.open(0, oo), Interval.open(0, 1), Reals
SPACES: dict[Symbol, Set] = dict.fromkeys((a, b, c, k, s, nu, rate), POSITIVE) | {m: LINE, eta: LINE, p: UNIT, w: UNIT}
SPACES |= {f: Interval.open(0, Rational(1, 2)), u: LINE, v: Interval.open(u, oo)}


def declared(name: str, support: Set, log_density: Expr, x: Symbol, *theta: Symbol) -> Family:
    """Return a declaration; the number ``n`` is a known constant."""
    known = (Parameter(n, Naturals),) if n in log_density.free_symbols | support.free_symbols else ()
    items = tuple(Parameter(symbol, SPACES[symbol]) for symbol in theta)
    return Family(name, x, support, items, log_density, constants=known)


FROM_M, FROM_U = Interval.open(m, oo), Interval.open(u, v)
CIRCLE = Interval(-pi, pi)
z, odds = (Y - m) / s, log(X / (1 - X))
GAUSS = -log(s) - log(2 * pi) / 2 - z**2 / 2
ZERO_OR = Piecewise((log(w + (1 - w) * exp(-rate)), Eq(K, 0)), (log(1 - w) - rate + K * log(rate) - log(factorial(K)), True))

# name, support, log-density, observation, parameters, lemmas. Several are written in a deliberately awkward way.
TABLE: list[tuple[str, Set, Expr, Symbol, tuple[Symbol, ...], str]] = [
    ("maxwell", POSITIVE, log(sqrt(2 / pi) * X**2 * exp(-(X**2) / (2 * a**2)) / a**3), X, (a,), "gamma"),
    ("nakagami", POSITIVE, log(2) + k * log(k / a) - loggamma(k) + (2 * k - 1) * log(X) - k * X**2 / a, X, (k, a), "gamma"),
    ("chi_square", POSITIVE, (k / 2 - 1) * log(X) - X / 2 - k * log(2) / 2 - log(gamma(k / 2)), X, (k,), "gamma"),
    ("levy", FROM_M, log(c / (2 * pi)) / 2 - c / (2 * (Y - m)) - 3 * log(Y - m) / 2, Y, (m, c), "gamma"),
    ("half_normal", POSITIVE, log(sqrt(2) / (s * sqrt(pi))) - X**2 / (2 * s**2), X, (s,), "gamma"),
    ("frechet", POSITIVE, log(a / s) - (a + 1) * log(X / s) - (X / s) ** (-a), X, (a, s), "gamma"),
    ("stacy", POSITIVE, log(k / a**c) - loggamma(c / k) + (c - 1) * log(X) - (X / a) ** k, X, (a, c, k), "gamma"),
    ("log_gamma", LINE, k * Y / s - exp(Y / s) - log(s) - loggamma(k), Y, (k, s), "gamma"),
    ("shifted_weibull", FROM_M, log(k / s * ((Y - m) / s) ** (k - 1)) - ((Y - m) / s) ** k, Y, (m, k, s), "gamma"),
    ("exponential_power", LINE, log(b / (2 * a)) - loggamma(1 / b) - (Abs(Y - m) / a) ** b, Y, (m, a, b), "gamma"),
    ("unit_gamma", UNIT, k * log(a) - loggamma(k) + (a - 1) * log(X) + (k - 1) * log(-log(X)), X, (a, k), "gamma"),
    (
        "generalised_inverse_gaussian",
        POSITIVE,
        m * log(a / b) / 2 - log(2 * besselk(m, sqrt(a * b))) + (m - 1) * log(X) - (a * X + b / X) / 2,
        *(X, (a, b, m), "bessel_k"),
    ),
    (
        "fatigue_life",
        POSITIVE,
        log(sqrt(b / X) + (b / X) ** Rational(3, 2)) - log(2 * a * b * sqrt(2 * pi)) - (X / b + b / X - 2) / (2 * a**2),
        *(X, (a, b), "bessel_k"),
    ),
    ("logit_normal", UNIT, -log(2 * pi * s**2) / 2 - log(X * (1 - X)) - (odds - m) ** 2 / (2 * s**2), X, (m, s), "gauss"),
    ("johnson", LINE, log(a) - log(2 * pi) / 2 - log(1 + Y**2) / 2 - (m + a * asinh(Y)) ** 2 / 2, Y, (m, a), "gauss"),
    ("skewed_normal", LINE, GAUSS + log(1 + erf(eta * z / sqrt(2))), Y, (m, s, eta), "gauss"),
    ("two_humps", LINE, log(exp(-((Y - m) ** 2) / 2) + exp(-(Y**2) / 2)) - log(8 * pi) / 2, Y, (m,), "gauss"),
    (
        "truncated_normal",
        POSITIVE,
        -log(s) - log(pi / 2) / 2 - (X - m) ** 2 / (2 * s**2) - log(1 + erf(m / (s * sqrt(2)))),
        *(X, (m, s), "gauss_half_line"),
    ),
    ("kumaraswamy", UNIT, log(a * b) + (a - 1) * log(X) + (b - 1) * log(1 - X**a), X, (a, b), "beta"),
    ("two_ended_beta", FROM_U, (a - 1) * log(Y - u) + (b - 1) * log(v - Y) - log(beta(a, b)) - (a + b - 1) * log(v - u), Y, (u, v, a, b), "beta"),
    ("arcsine", FROM_U, -log(pi) - log((Y - u) * (v - Y)) / 2, Y, (u, v), "beta"),
    ("to_the_power", POSITIVE, log(a * rate) + (a - 1) * log(1 - exp(-rate * X)) - rate * X, X, (a, rate), "beta"),
    ("burr", POSITIVE, log(c * k) + (c - 1) * log(X) - (k + 1) * log(1 + X**c), X, (c, k), "beta_prime"),
    ("log_logistic", POSITIVE, log(b / a) + (b - 1) * log(X / a) - 2 * log(1 + (X / a) ** b), X, (a, b), "beta_prime"),
    ("hyperbolic_secant", LINE, -log(2 * s) + log(sech(pi * (Y - m) / (2 * s))), Y, (m, s), "beta_prime"),
    ("logistic_by_cosh", LINE, -log(4 * s) - 2 * log(cosh((Y - m) / (2 * s))), Y, (m, s), "beta_prime"),
    ("skewed_logistic", LINE, log(a) - Y - (a + 1) * log(1 + exp(-Y)), Y, (a,), "beta_prime"),
    ("half_cauchy", POSITIVE, log(2 * s / pi) - log(s**2 + X**2), X, (s,), "beta_prime"),
    (
        "student",
        LINE,
        loggamma((nu + 1) / 2) - log(gamma(nu / 2)) - log(nu * pi * s**2) / 2 - (nu + 1) / 2 * log(1 + z**2 / nu),
        *(Y, (m, s, nu), "quadratic_power"),
    ),
    ("log_cauchy", POSITIVE, -log(pi * s * X) - log(1 + (log(X) - m) ** 2 / s**2), X, (m, s), "quadratic_power"),
    ("lomax", POSITIVE, log(a / s) - (a + 1) * log(1 + X / s), X, (a, s), "power_tail"),
    ("power_function", Interval.Lopen(0, b), log(a) + (a - 1) * log(X) - a * log(b), X, (b, a), "power_from_zero"),
    ("log_laplace", POSITIVE, -log(2 * b * X) - Abs(log(X) - m) / b, X, (m, b), "power_from_zero + power_tail"),
    (
        "triangular",
        UNIT,
        Piecewise((log(2 * X / p), p > X), (log(2 * (1 - X) / (1 - p)), True)),
        *(X, (p,), "power_from_zero"),
    ),
    ("skewed_laplace", LINE, log(a * k / (1 + k**2)) - a * (Y - m) * sign(Y - m) * k ** sign(Y - m), Y, (m, a, k), "exponential_tail"),
    ("laplace_by_max", LINE, -log(2 * b) - Max(Y - m, m - Y) / b, Y, (m, b), "exponential_tail"),
    ("two_rates", POSITIVE, log(w * a * exp(-a * X) + (1 - w) * b * exp(-b * X)), X, (w, a, b), "exponential_tail"),
    ("lindley", POSITIVE, log(a**2 / (1 + a)) + log(1 + X) - a * X, X, (a,), "exponential_tail + gamma"),
    ("truncated_exponential", UNIT, log(a) - a * X - log(1 - exp(-a)), X, (a,), "exponential_between"),
    ("gompertz", POSITIVE, log(a * b) + a + b * X - a * exp(b * X), X, (a, b), "antiderivative"),
    ("linear_hazard", POSITIVE, log(a + b * X) - a * X - b * X**2 / 2, X, (a, b), "antiderivative"),
    ("topp_leone", UNIT, log(2 * a) + log(1 - X) + (a - 1) * log(X * (2 - X)), X, (a,), "antiderivative"),
    ("cardioid", CIRCLE, log(1 + 2 * f * cos(Y - m)) - log(2 * pi), Y, (m, f), "cosine_mean"),
    ("wrapped_cauchy", CIRCLE, log((1 - p**2) / (2 * pi)) - log(1 + p**2 - 2 * p * cos(Y - m)), Y, (m, p), "cosine_reciprocal"),
    ("circular", Interval.Ropen(-1, 2 * pi - 1), m * cos(Y) + eta * sin(Y) - log(2 * pi * besseli(0, sqrt(m**2 + eta**2))), Y, (m, eta), "bessel_i"),
    ("even_chance", FiniteSet(0, 1), K * log(1 / (1 + exp(-eta))) + (1 - K) * log(1 - 1 / (1 + exp(-eta))), K, (eta,), "finite_sum"),
    ("beta_binomial", Range(0, n + 1), log(binomial(n, K) * beta(K + a, n - K + b) / beta(a, b)), K, (a, b), "vandermonde"),
    ("stopped", Range(0, n + 1), log(p) + K * log(1 - p) - log(1 - (1 - p) ** (n + 1)), K, (p,), "geometric_progression"),
    ("third_success", Range(3, oo), log(binomial(K1 - 1, 2) * p**3 * (1 - p) ** (K1 - 3)), K1, (p,), "binomial_series"),
    ("two_sided_geometric", Integers, log((1 - p) / (1 + p)) + Abs(Z) * log(p), Z, (p,), "geometric_series"),
    ("logarithmic", Naturals, -log(-log(1 - p)) + K1 * log(p) - log(K1), K1, (p,), "logarithmic_series"),
    ("zeta", Naturals, -(s + 1) * log(K1) - log(zeta(s + 1)), K1, (s,), "zeta"),
    ("positive_counts", Naturals, K1 * log(rate) - loggamma(K1 + 1) - log(exp(rate) - 1), K1, (rate,), "exponential_series"),
    ("extra_zeros", Naturals0, ZERO_OR, K, (w, rate), "exponential_series"),
    ("yule", Naturals, log(a * beta(K1, a + 1)), K1, (a,), "gauss_sum"),
    ("bessel_counts", Naturals0, (2 * K + a) * log(b / 2) - log(besseli(a, b) * gamma(K + 1) * gamma(K + a + 1)), K, (a, b), "bessel_series"),
    ("busy_servers", Naturals, -w * K1 + (K1 - 1) * log(w * K1) - loggamma(K1 + 1), K1, (w,), "abel_series"),
    ("crowded_counts", Naturals0, log(a) + (K - 1) * log(a + w * K) - a - w * K - loggamma(K + 1), K, (a, w), "abel_series"),
    ("discrete_weibull", Naturals0, log(p ** (K**b) - p ** ((K + 1) ** b)), K, (p, b), "telescoping"),
]
DECLARED = {name: (declared(name, support, density, x, *theta), lemma) for name, support, density, x, theta, lemma in TABLE}
