"""The limit of many observations: symbolic covariances beside quadrature, and statistics with known false alarms.

Every test on random numbers states a bound of its probability to fail although all is right; it is 1e-10 or less, and
their seeds are fixed.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from sympy import Rational, Symbol, lambdify

from thetahat import Member, Table, family, fit
from thetahat.proofs.algebra.derivatives import derivative
from thetahat.proofs.closed_forms import entropy_of
from thetahat.proofs.sampling import expected_estimate, member_itself, sandwich
from thetahat.verify.nodes import nodes_of

ALARM = 1e-10
VALUES = {"k": Rational(5, 2), "m": Rational(1, 3), "r": Rational(7, 4), "s": Rational(3, 5)}


K, M, R, S = (Symbol(name, real=True) if name == "m" else Symbol(name, positive=True) for name in "kmrs")
PAIRS = [
    (Member.of(family("gamma"), k=K, theta=S), "exponential"),
    (Member.of(family("gamma"), k=K, theta=S), "normal"),
    (Member.of(family("laplace"), mu=M, b=S), "normal"),
    (Member.of(family("uniform"), a=0, b=S), "exponential"),
    (Member.of(family("exponential"), **{"lambda": R}), "rayleigh"),
    (Member.of(family("geometric_failures"), p=1 / (1 + R)), "poisson"),
    (Member.of(family("weibull"), k=K, **{"lambda": S}), "rayleigh"),
    (Member.of(family("lognormal"), mu=M, sigma=S), "exponential"),
]


@pytest.mark.parametrize(("truth", "name"), PAIRS)
def test_sandwiches_agree_with_quadrature(truth: Member, name: str) -> None:
    """Both matrices as weighted sums over the truth's nodes, at the estimate from these nodes."""
    one, found = family(name), sandwich(truth, family(name))
    values = {symbol: VALUES[str(symbol)] for _, value in truth.theta for symbol in value.free_symbols}
    nodes = nodes_of(Member(truth.family, tuple((symbol, value.xreplace(values)) for symbol, value in truth.theta)))
    limit = fit(one, nodes.x, nodes.w).theta_hat
    for symbol, value in found.theta.items():
        assert math.isclose(float(value.xreplace(values)), limit[symbol.name], rel_tol=1e-8)
    at = {symbol: Rational(limit[symbol.name]) for symbol in one.symbols}
    scores = [derivative(one.log_density, symbol) for symbol in one.symbols]

    def expected(entry: object) -> float:
        function = lambdify(one.observation, entry.xreplace(at), "numpy")
        return float(nodes.w @ np.broadcast_to(function(nodes.x), nodes.x.shape))

    bread = np.array([[-expected(derivative(a, s)) for s in one.symbols] for a in scores])
    meat = np.array([[expected(a * b) for b in scores] for a in scores])
    covariance = np.linalg.inv(bread) @ meat @ np.linalg.inv(bread)
    symbolic = np.array(found.covariance.xreplace(values).evalf().tolist(), dtype=float)
    assert np.allclose(symbolic, covariance, rtol=1e-6, atol=1e-9)
    assert not found.holds


@pytest.mark.parametrize("name", ["normal", "gamma", "poisson", "exponential", "laplace", "beta", "weibull"])
def test_where_the_model_holds_the_sandwich_is_the_inverse_information(name: str) -> None:
    found = sandwich(member_itself(family(name)), family(name))
    assert found.holds
    assert found.bread == found.meat


def test_data_have_a_sandwich_too() -> None:
    """Of a table: the estimate, and the covariance with the moments of the table itself."""
    found = sandwich(Table.of({0: 1, 1: 2, 4: 1}), family("poisson"))
    assert list(found.theta.values()) == [Rational(3, 2)]
    assert found.covariance[0] == Rational(9, 4)


def test_no_sandwich_where_the_support_moves_or_no_member_is_nearest() -> None:
    s = Symbol("s", positive=True)
    assert sandwich(Member.of(family("uniform"), a=0, b=s), family("uniform")) is None
    assert sandwich(Member.of(family("normal"), mu=0, sigma=s), family("exponential")) is None


def test_the_mean_log_likelihood_tends_to_minus_the_cross_entropy() -> None:
    """Of exponential data, ``rate * sum(x)`` is exactly of the gamma family: fails by chance with probability 1e-10."""
    one, n, rate = family("exponential"), 100_000, 2.5
    x = np.random.default_rng(20260).exponential(1 / rate, n)
    mean_log_likelihood = math.log(rate) - rate * x.mean()
    entropy = float(entropy_of(one).value.subs({one.symbols[0]: Rational(5, 2)}))
    low, high = (stats.gamma.ppf(level, n) / n for level in (ALARM / 2, 1 - ALARM / 2))
    assert 1 - high < mean_log_likelihood + entropy < 1 - low
    # An entropy with the sign of one term wrong is far outside.
    wrong = 1 + math.log(rate)
    assert not 1 - high < mean_log_likelihood + wrong < 1 - low


def test_the_estimate_tends_to_the_nearest_member_also_of_a_wrong_model() -> None:
    """Uniform data, an exponential family: Hoeffding's bound for the mean gives the interval of the rate."""
    n = 200_000
    x = np.random.default_rng(7).uniform(0, 1, n)
    room = math.sqrt(math.log(2 / ALARM) / (2 * n))
    rate = fit(family("exponential"), x).theta_hat["lambda"]
    limit = sandwich(Member.of(family("uniform"), a=0, b=1), family("exponential")).theta
    (nearest,) = (float(value) for value in limit.values())
    assert 1 / (0.5 + room) <= rate <= 1 / (0.5 - room)
    assert 1 / (0.5 + room) <= nearest <= 1 / (0.5 - room)


def covered(covariance: float, n: int, runs: int) -> tuple[int, float, float]:
    """How often the error stays within 1.96 deviations, and the least and greatest probability of that.

    The estimate is one over a mean of uniform numbers, so that the interval is one of the mean; its probability under
    the normal law is off by less than 0.4748 rho / (sigma^3 sqrt(n)) on each side (Shevtsova 2011, Berry-Esseen).
    """
    half = 1.96 * math.sqrt(covariance / n)
    means = np.random.default_rng(11).uniform(0, 1, (runs, n)).mean(axis=1)
    hits = int((np.abs(1 / means - 2) <= half).sum())
    sigma, rho = math.sqrt(1 / 12), 1 / 32
    ends = [(one - 0.5) / (sigma / math.sqrt(n)) for one in (1 / (2 + half), 1 / (2 - half))]
    normal = stats.norm.cdf(ends[1]) - stats.norm.cdf(ends[0])
    off = 2 * 0.4748 * rho / (sigma**3 * math.sqrt(n))
    return hits, max(normal - off, 0.0), min(normal + off, 1.0)


def test_errors_scatter_with_the_sandwich_and_not_with_the_inverse_information() -> None:
    """Of 5,000 runs, hits are binomial: fails by chance with a probability of 1e-10 at most."""
    found = sandwich(Member.of(family("uniform"), a=0, b=1), family("exponential"))
    right, naive = float(found.covariance[0]), float(1 / found.bread[0])
    n, runs = 2000, 5_000
    hits, least, greatest = covered(right, n, runs)
    low, high = stats.binom.ppf(ALARM / 2, runs, least), stats.binom.ppf(1 - ALARM / 2, runs, greatest)
    assert low <= hits <= high
    # With the naive covariance nearly all runs are inside, far more than the 95 in a hundred that it promises.
    assert covered(naive, n, runs)[0] > stats.binom.ppf(1 - ALARM, runs, 0.96)


def test_the_bias_of_the_normal_variance() -> None:
    """E of the estimate is v (n - 1) / n; the sum over runs is exactly of the chi-square family: 1e-10 by chance."""
    one = family("normal_by_variance")
    v, n = one.symbols[1], Symbol("n", integer=True, positive=True)
    exact = expected_estimate(one, v)
    assert (exact - v * (n - 1) / n).expand() == 0
    runs, size = 4000, 5
    x = np.random.default_rng(3).normal(0, 1, (runs, size))
    total = sum(fit(one, row).theta_hat["v"] for row in x[:200]) * size
    low, high = (stats.chi2.ppf(level, 200 * (size - 1)) for level in (ALARM / 2, 1 - ALARM / 2))
    assert low < total < high
    mean = x.var(axis=1).mean()
    low, high = (stats.chi2.ppf(level, runs * (size - 1)) / (runs * size) for level in (ALARM / 2, 1 - ALARM / 2))
    assert low < mean < high
    # That it were unbiased is refuted by the same bound.
    assert not low * size / (size - 1) < mean < high * size / (size - 1)


@pytest.mark.parametrize(
    ("name", "symbol", "unbiased"),
    [
        ("poisson", "lambda", True),
        ("bernoulli", "p", True),
        ("exponential_by_mean", "theta", True),
        ("normal", "mu", True),
    ],
)
def test_means_are_unbiased(name: str, symbol: str, unbiased: bool) -> None:
    one = family(name)
    (parameter,) = (s for s in one.symbols if s.name == symbol)
    assert (expected_estimate(one, parameter) == parameter) is unbiased


def test_expectations_that_are_no_polynomial_are_left_open() -> None:
    assert expected_estimate(family("rayleigh"), family("rayleigh").symbols[0]) is None
    assert expected_estimate(family("uniform"), family("uniform").symbols[0]) is None
    assert expected_estimate(family("gamma"), family("gamma").symbols[0]) is None
