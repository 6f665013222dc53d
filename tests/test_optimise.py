"""That two optimisers that see no derivation find the maximum, and say so honestly where there is none."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import count, pairwise
from typing import Any

import numpy as np
import pytest
from scipy import stats
from sympy import Abs, Interval, Piecewise, Range, Rational, S, Symbol, log, loggamma, oo

from thetahat import Family, Parameter, family
from thetahat.proofs.errors import DataError, ExistenceError, ParameterError, SupportError, UnsolvedError
from thetahat.verify.binned import bin_probabilities, binned_divergence, minimise_binned_divergence
from thetahat.verify.coordinates import Chart, rooms
from thetahat.verify.descent import BY_LINES, BY_SIMPLEX, Algorithm, Landscape, gradient, hessian, slope_at
from thetahat.verify.likelihood import log_likelihood, nats_lost
from thetahat.verify.optimise import Optimum, maximise_likelihood, minimise_divergence
from thetahat.verify.search_problem import cross_entropy
from thetahat.verify.starts import charts, condensed
from thetahat.verify.tolerance import agreement
from thetahat.verify.valid_data import require_data

Array = np.ndarray
Draw = Callable[[np.random.Generator, int], Array]
OPTIMISERS = {"simplex": maximise_likelihood, "lines": minimise_divergence}


def noisy_line(z: Array, noise: Array) -> Array:
    """A column of observations beside its covariate."""
    return np.column_stack([1 + 2 * z + noise, z])


DRAWS: dict[str, Draw] = {
    "bernoulli": lambda g, n: g.binomial(1, 0.3, n),
    "binomial": lambda g, n: g.binomial(7, 0.3, n),
    "geometric": lambda g, n: g.geometric(0.3, n),
    "poisson": lambda g, n: g.poisson(3.3, n),
    "negative_binomial": lambda g, n: g.negative_binomial(1.5, 0.1, n),
    "discrete_uniform": lambda g, n: g.integers(1, 50, n),
    "categorical": lambda g, n: g.choice(3, n, p=[0.2, 0.3, 0.5]),
    "normal": lambda g, n: g.normal(3, 2, n),
    "laplace": lambda g, n: g.laplace(3, 2, n),
    "logistic": lambda g, n: g.logistic(3, 2, n),
    "gumbel": lambda g, n: g.gumbel(3, 2, n),
    "cauchy": lambda g, n: 2 * g.standard_cauchy(n) + 1,
    "von_mises": lambda g, n: g.vonmises(1, 2, n),
    "lognormal": lambda g, n: g.lognormal(1, 0.5, n),
    "exponential": lambda g, n: g.exponential(3, n),
    "shifted_exponential": lambda g, n: 5 + g.exponential(3, n),
    "gamma": lambda g, n: g.gamma(2.5, 3, n),
    "inverse_gamma": lambda g, n: 3 / g.gamma(2.5, 1, n),
    "weibull": lambda g, n: 2 * g.weibull(1.7, n),
    "rayleigh": lambda g, n: g.rayleigh(3, n),
    "pareto": lambda g, n: 2 * (1 + g.pareto(3, n)),
    "inverse_gaussian": lambda g, n: g.wald(2, 3, n),
    "beta": lambda g, n: g.beta(2, 3, n),
    "uniform": lambda g, n: g.uniform(2, 5, n),
    "linear_regression": lambda g, n: (lambda z: np.column_stack([1 + 2 * z + g.normal(0, 0.5, n), z]))(
        g.normal(3, 1, n)
    ),
}


def least_squares(x: Array) -> dict[str, float]:
    """Intercept, slope and root mean square residual."""
    slope, intercept = np.polyfit(x[:, 1], x[:, 0], 1)
    residual = x[:, 0] - intercept - slope * x[:, 1]
    return {"alpha": intercept, "beta": slope, "sigma": math.sqrt((residual**2).mean())}


# Literature's maximisers, by parameter name.
CLOSED_FORMS: dict[str, Callable[[Array], dict[str, float]]] = {
    "bernoulli": lambda x: {"p": x.mean()},
    "binomial": lambda x: {"p": x.mean() / 7},
    "geometric": lambda x: {"p": 1 / x.mean()},
    "poisson": lambda x: {"lambda": x.mean()},
    "discrete_uniform": lambda x: {"N": x.max()},
    "categorical": lambda x: {"p_0": (x == 0).mean(), "p_1": (x == 1).mean()},
    "normal": lambda x: {"mu": x.mean(), "sigma": x.std()},
    "laplace": lambda x: {"mu": np.median(x), "b": np.abs(x - np.median(x)).mean()},
    "lognormal": lambda x: {"mu": np.log(x).mean(), "sigma": np.log(x).std()},
    "exponential": lambda x: {"lambda": 1 / x.mean()},
    "shifted_exponential": lambda x: {"mu": x.min(), "theta": x.mean() - x.min()},
    "rayleigh": lambda x: {"sigma": math.sqrt((x**2).mean() / 2)},
    "pareto": lambda x: {"x_m": x.min(), "alpha": 1 / np.log(x / x.min()).mean()},
    "inverse_gaussian": lambda x: {"mu": x.mean(), "lambda": 1 / (1 / x - 1 / x.mean()).mean()},
    "uniform": lambda x: {"a": x.min(), "b": x.max()},
    "linear_regression": least_squares,
}


def declared(name: str) -> Family:
    """The family, with its constants fixed."""
    found = family(name)
    return found.fix(**{item.name: 7 for item in found.constants}) if found.constants else found


def drawn(name: str, seed: int, n: int = 20) -> Array:
    """A seeded dataset."""
    return np.asarray(DRAWS[name](np.random.default_rng(seed), n), dtype=float)


def lost(which: Family, optimum: Optimum, theta: Any, x: Array) -> tuple[float, float]:
    """Nats by which ``theta`` is better than the optimum, and how many may be."""
    here, rounding = log_likelihood(which, optimum.theta, x)
    there, other = log_likelihood(which, theta, x)
    return there - here, agreement(len(x), rounding, other)


@pytest.mark.parametrize("optimiser", OPTIMISERS.values(), ids=OPTIMISERS)
@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_the_optimum_is_the_maximiser_of_the_literature(name: str, optimiser: Callable[..., Optimum]) -> None:
    """Neither is better than the other by more than the optimiser's share of nats."""
    for seed, n in ((1, 5), (2, 20), (3, 21)):
        x = drawn(name, seed, n)
        optimum = optimiser(declared(name), x)
        gap, allowed = lost(declared(name), optimum, CLOSED_FORMS[name](x), x)
        assert abs(gap) <= allowed, f"{name}: {optimum.theta} lies {gap:.3g} nats below {CLOSED_FORMS[name](x)}"
        assert optimum.status == "converged"
        assert optimum.evaluations > 0


@pytest.mark.parametrize("name", sorted(set(DRAWS) - set(CLOSED_FORMS)))
def test_the_two_optimisers_agree_where_there_is_no_closed_form(name: str) -> None:
    """Different objectives, algorithms and starts; the same maximum, and no random rival above it."""
    for seed, n in ((1, 20), (2, 50)):
        x = drawn(name, seed, n)
        first, second = maximise_likelihood(declared(name), x), minimise_divergence(declared(name), x)
        gap, allowed = lost(declared(name), first, second.theta, x)
        assert abs(gap) <= allowed
        assert first.status == second.status == "converged"
        generator = np.random.default_rng(seed)
        for size in (1e-6, 1e-3, 0.1):
            rival = [value * (1 + size * generator.normal()) for value in first.theta]
            gap, allowed = lost(declared(name), first, rival, x)
            assert gap <= allowed


def test_scipy_does_not_find_a_higher_likelihood() -> None:
    """SciPy's own fits, which are other people's optimisers."""
    x = drawn("gamma", 4)
    k, _, theta = stats.gamma.fit(x, floc=0)
    gap, allowed = lost(family("gamma"), maximise_likelihood(family("gamma"), x), {"k": k, "theta": theta}, x)
    assert gap <= allowed
    x = drawn("gumbel", 4)
    mu, beta = stats.gumbel_r.fit(x)
    gap, allowed = lost(family("gumbel"), minimise_divergence(family("gumbel"), x), {"mu": mu, "beta": beta}, x)
    assert gap <= allowed


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("normal", lambda x: {"mu": x.mean(), "sigma": x.std(ddof=1)}),
        ("normal", lambda x: {"mu": np.median(x), "sigma": x.std()}),
        ("exponential", lambda x: {"lambda": x.mean()}),
        ("laplace", lambda x: {"mu": x.mean(), "b": np.abs(x - x.mean()).mean()}),
        ("uniform", lambda x: {"a": x.min() - 1e-6, "b": x.max()}),
        ("pareto", lambda x: {"x_m": x.min(), "alpha": (1 - 1 / len(x)) / np.log(x / x.min()).mean()}),
        ("rayleigh", lambda x: {"sigma": math.sqrt((x**2).mean())}),
        ("poisson", lambda x: {"lambda": x.mean() * (1 + 1e-3)}),
        ("discrete_uniform", lambda x: {"N": x.max() + 1}),
    ],
)
def test_planted_a_biased_estimate_is_noticed_in_nats(name: str, wrong: Callable[[Array], dict[str, float]]) -> None:
    """n - 1 for n, mean for median, rate for scale, a lost factor: each loses more than the tolerance."""
    x = drawn(name, 6, 21)
    for optimiser in OPTIMISERS.values():
        gap, allowed = lost(declared(name), optimiser(declared(name), x), wrong(x), x)
        assert gap < -3 * allowed, f"{name}: {wrong(x)} loses only {-gap:.3g} nats"


def test_planted_an_optimum_that_stops_early_is_noticed() -> None:
    """A search cut short lies below the closed form by more than the tolerance."""
    x = drawn("gamma", 7)
    first = maximise_likelihood(family("gamma"), x)
    early = Optimum(tuple(1.001 * value for value in first.theta), 0.0, "converged", 1)
    gap, allowed = lost(family("gamma"), early, first.theta, x)
    assert gap > allowed


def test_the_divergence_is_the_likelihood_in_other_words() -> None:
    """KL(p_hat || p_theta) = -H(p_hat) - mean log-likelihood, and its value is the sum that defines it."""
    x = drawn("poisson", 8, 40)
    optimum = minimise_divergence(family("poisson"), x)
    values, times = np.unique(x, return_counts=True)
    share = times / len(x)
    by_definition = stats.entropy(share, stats.poisson(optimum.theta[0]).pmf(values))
    # SciPy normalises its second argument; the probability outside the observed values is added back.
    by_definition -= math.log(stats.poisson(optimum.theta[0]).pmf(values).sum())
    assert optimum.value == pytest.approx(by_definition, rel=1e-12)
    mean = log_likelihood(family("poisson"), optimum.theta, x)[0] / len(x)
    assert optimum.value == pytest.approx((share * np.log(share)).sum() - mean, rel=1e-12)
    smooth = minimise_divergence(family("normal"), drawn("normal", 8))
    mean = log_likelihood(family("normal"), smooth.theta, drawn("normal", 8))[0] / 20
    assert smooth.value == pytest.approx(-mean, rel=1e-12)


@pytest.mark.parametrize("optimiser", OPTIMISERS.values(), ids=OPTIMISERS)
def test_weights_are_multiplicities(optimiser: Callable[..., Optimum]) -> None:
    """Weights and repetitions have the same maximum; rows of weight zero have none."""
    x, w = np.array([1.0, 2.5, 4.0, 9.0]), np.array([3, 1, 2, 0])
    weighted = optimiser(family("gamma"), x, w)
    repeated = optimiser(family("gamma"), np.repeat(x, w))
    assert weighted.theta == pytest.approx(repeated.theta, rel=1e-5)
    assert weighted.value == pytest.approx(repeated.value, rel=1e-12)


@pytest.mark.parametrize("optimiser", OPTIMISERS.values(), ids=OPTIMISERS)
@pytest.mark.parametrize(("shift", "scale"), [(0.0, 2.0**-60), (0.0, 2.0**60), (2.0**30, 1.0), (2.0**40, 2.0**12)])
def test_units_do_not_matter(shift: float, scale: float, optimiser: Callable[..., Optimum]) -> None:
    """Exact changes of unit and of origin carry through: no data are too large, too small or too far away."""
    x = np.round(drawn("normal", 9) * 1024) / 1024
    moved = x * scale + shift
    optimum = optimiser(family("normal"), moved)
    gap, allowed = lost(family("normal"), optimum, CLOSED_FORMS["normal"](moved), moved)
    assert abs(gap) <= allowed
    assert optimum.status == "converged"


def test_the_same_seed_gives_the_same_optimum() -> None:
    """No hidden randomness; another seed, another path, the same place."""
    x = drawn("linear_regression", 3)
    first = maximise_likelihood(family("linear_regression"), x, seed=4)
    assert first == maximise_likelihood(family("linear_regression"), x, seed=4)
    gap, allowed = lost(
        family("linear_regression"), first, minimise_divergence(family("linear_regression"), x, seed=9).theta, x
    )
    assert abs(gap) <= allowed


def test_the_higher_of_two_modes_is_found() -> None:
    """A Cauchy likelihood of two clusters has two modes; a fine grid decides which is higher."""
    x = np.array([-10.0, -9.8, -10.3, -9.9, 10.0, 9.7, 10.1, 10.4, 10.2])
    known = family("cauchy").fix(gamma=1)
    grid = np.linspace(-12, 12, 4801)
    highest = stats.cauchy.logpdf(x[:, None] - grid).sum(axis=0).max()
    for optimiser in OPTIMISERS.values():
        optimum = optimiser(known, x)
        assert log_likelihood(known, optimum.theta, x)[0] >= highest - 1e-12
        assert optimum.theta[0] > 0


DIVERGING: dict[str, tuple[str, Any]] = {
    "one value of a normal": ("normal", [3.7]),
    "equal values of a normal": ("normal", [2.0, 2.0, 2.0]),
    "equal values of a Laplace": ("laplace", [2.0, 2.0, 2.0]),
    "more than half of a Cauchy's values equal": ("cauchy", [2.0, 2.0, 2.0, 2.0, 7.0]),
    "one value of a uniform": ("uniform", [0.3]),
    "one smallest value only of a shifted exponential": ("shifted_exponential", [4.0, 4.0]),
    "equal values of a gamma": ("gamma", [2.0, 2.0]),
    "an underdispersed negative binomial": ("negative_binomial", [3, 4, 3, 4]),
    "successes only, in an open space": ("bernoulli", [1, 1, 1]),
    "failures only, in an open space": ("bernoulli", [0, 0]),
    "an absent category, in an open space": ("categorical", [0, 1, 1]),
    "a line through all points": ("linear_regression", [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]),
}


@pytest.mark.parametrize("optimiser", OPTIMISERS.values(), ids=OPTIMISERS)
@pytest.mark.parametrize("case", DIVERGING)
def test_planted_a_likelihood_without_a_maximiser_is_reported_as_diverging(
    case: str, optimiser: Callable[..., Optimum]
) -> None:
    """The parameters run to an edge; the path shows that the value does not get worse on the way."""
    name, x = DIVERGING[case]
    optimum = optimiser(family(name), np.array(x, dtype=float))
    assert optimum.status == "diverging"
    assert len(optimum.path) >= 2
    better = 1 if optimiser is maximise_likelihood else -1
    values = [better * value for _, value in optimum.path]
    slack = 1e-3 * (1 + abs(values[0]))
    assert all(later >= earlier - slack for earlier, later in pairwise(values))
    assert all(log_likelihood(family(name), theta, x)[0] > -math.inf for theta, _ in optimum.path)


def three_parameter_weibull() -> Family:
    """Weibull's density beyond a threshold: infinite at the smallest observation for shapes below one."""
    x, m = Symbol("x", real=True), Symbol("m", real=True)
    k, s = Symbol("k", positive=True), Symbol("s", positive=True)
    positive = Interval.open(0, oo)
    z = (x - m) / s
    return Family(
        "three_parameter_weibull",
        x,
        Interval(m, oo),
        (Parameter(m, S.Reals), Parameter(k, positive), Parameter(s, positive)),
        log(k) - log(s) + (k - 1) * log(z) - z**k,
    )


def test_planted_an_infinite_density_at_an_observation_is_reported_as_diverging() -> None:
    """With many small values the threshold runs into the smallest one, where the likelihood is infinite."""
    x = np.random.default_rng(1).weibull(0.4, 15)
    for optimiser in OPTIMISERS.values():
        assert optimiser(three_parameter_weibull(), x).status == "diverging"


def closed_bernoulli() -> Family:
    """A Bernoulli whose parameter may be 0 or 1."""
    x, p = Symbol("x", integer=True, nonnegative=True), Symbol("p", nonnegative=True)
    space = (Parameter(p, Interval(0, 1)),)
    return Family("closed_bernoulli", x, Range(0, 2), space, x * log(p) + (1 - x) * log(1 - p))


def centred_uniform() -> Family:
    """A uniform by centre and half width: both ends of the support contain both parameters."""
    x, c, h = Symbol("x", real=True), Symbol("c", real=True), Symbol("h", positive=True)
    space = (Parameter(c, S.Reals), Parameter(h, Interval.open(0, oo)))
    return Family("centred_uniform", x, Interval(c - h, c + h), space, -log(2 * h))


@pytest.mark.parametrize("optimiser", OPTIMISERS.values(), ids=OPTIMISERS)
def test_ends_that_may_be_taken_are_taken(optimiser: Callable[..., Optimum]) -> None:
    """Closed spaces, and support ends that are expressions in several parameters."""
    for ones, p in (([0, 0, 0], 0.0), ([1, 1], 1.0), ([0, 1], 0.5)):
        optimum = optimiser(closed_bernoulli(), ones)
        assert optimum.status == "converged"
        assert optimum.theta[0] == pytest.approx(p, abs=1e-6)
    x = drawn("uniform", 2)
    optimum = optimiser(centred_uniform(), x)
    half = (x.max() - x.min()) / 2
    gap, allowed = lost(centred_uniform(), optimum, [(x.max() + x.min()) / 2, half * (1 + 1e-14)], x)
    assert abs(gap) <= allowed
    assert optimum.status == "converged"


def binomial_of_unknown_size() -> Family:
    """Both the number of trials and the probability are estimated."""
    x, n, p = (
        Symbol("x", integer=True, nonnegative=True),
        Symbol("n", integer=True, positive=True),
        Symbol("p", positive=True),
    )
    return Family(
        "binomial_of_unknown_size",
        x,
        Range(0, n + 1),
        (Parameter(n, S.Naturals), Parameter(p, Interval.open(0, 1))),
        loggamma(n + 1) - loggamma(x + 1) - loggamma(n - x + 1) + x * log(p) + (n - x) * log(1 - p),
    )


def test_integers_are_searched_as_integers() -> None:
    """The size of a binomial: profile over sizes by brute force; too much dispersion sends it to infinity."""
    x = np.array([3, 5, 4, 6, 2, 5, 3])
    profile = {n: stats.binom(n, x.mean() / n).logpmf(x).sum() for n in range(6, 200)}
    best = max(profile, key=lambda n: profile[n])
    for optimiser in OPTIMISERS.values():
        optimum = optimiser(binomial_of_unknown_size(), x)
        assert optimum.theta[0] == best > 6
        assert optimum.status == "converged"
    assert maximise_likelihood(family("discrete_uniform"), [3, 900_000]).theta == (900_000.0,)


def test_an_integer_location_is_searched_both_ways() -> None:
    """Discrete Laplace with an integer centre: the median, wherever the search begins."""
    x, c = Symbol("x", integer=True), Symbol("c", integer=True)
    spread = Rational(1, 2)
    density = log(1 - spread) - log(1 + spread) + Abs(x - c) * log(spread)
    integers = Family("integer_centre", x, S.Integers, (Parameter(c, S.Integers),), density)
    for data in ([-500, -40, -3, 7, 9000], [5, 5, 90]):
        for optimiser in OPTIMISERS.values():
            assert optimiser(integers, data).theta == (float(np.median(data)),)


def test_large_datasets_are_searched_in_part_first() -> None:
    """The whole decides in the end: the optimum is that of all rows, not of the part."""
    x = drawn("gamma", 3, 9001)
    first, second = maximise_likelihood(family("gamma"), x), minimise_divergence(family("gamma"), x)
    gap, allowed = lost(family("gamma"), first, second.theta, x)
    assert abs(gap) <= allowed
    assert first.status == second.status == "converged"
    counts = drawn("poisson", 3, 9000)
    assert maximise_likelihood(family("poisson"), counts).theta[0] == pytest.approx(counts.mean(), rel=1e-6)


def test_a_search_may_need_all_evaluations_that_it_is_allowed() -> None:
    """One that ends with its last evaluation has a result, and one that would need another one has none."""
    x = [0.5, 1.0, 4.0]
    needed = maximise_likelihood(family("gamma"), x).evaluations
    assert maximise_likelihood(family("gamma"), x, most=needed).status == "converged"
    assert math.isnan(maximise_likelihood(family("gamma"), x, most=needed - 1).theta[0])


def test_unfit_data_are_refused() -> None:
    """Validation comes first; a likelihood that is zero everywhere has nothing to improve."""
    for optimiser in OPTIMISERS.values():
        with pytest.raises(SupportError, match=r"x\[1\] = -1"):
            optimiser(family("exponential"), [1.0, -1.0])
        with pytest.raises(ParameterError, match="no value yet"):
            optimiser(family("binomial"), [1])
    x, c = Symbol("x", real=True), Symbol("c", real=True)
    unit = Family("unit_interval", x, Interval(c, c + 1), (Parameter(c, S.Reals),), S.Zero * c)
    with pytest.raises(ExistenceError, match="zero at every start"):
        maximise_likelihood(unit, [0.0, 5.0])


def test_no_start_is_a_formula_for_an_estimate() -> None:
    """Starts are ranked by the objective; a worse objective ranks them differently."""
    data = require_data(family("gamma"), drawn("gamma", 1))
    few = condensed(data)
    cost = cross_entropy(family("gamma"), few, count())
    extremes = (float(data.x.min()), float(data.x.max()))
    arguments = (rooms(family("gamma")), extremes, (None, None), few.x)
    with np.errstate(all="ignore"):
        best = charts(*arguments, cost, lambda theta: 0.0, 0)
        worst = charts(*arguments, lambda theta: -cost(theta), lambda theta: 0.0, 0)
        assert cost([np.float64(v) for v in best[0].start]) < cost([np.float64(v) for v in worst[0].start])


@pytest.mark.parametrize("name", sorted(set(DRAWS) - {"discrete_uniform"}))
def test_coordinates_stay_inside_and_come_back(name: str) -> None:
    """Every coordinate gives a member whose support contains the data; the inverse map returns it."""
    which, x = declared(name), drawn(name, 5)
    column = x[:, 0] if x.ndim > 1 else x
    extremes, p = (float(column.min()), float(column.max())), len(which.parameters)
    few = condensed(require_data(which, x))
    with np.errstate(all="ignore"):
        cost = cross_entropy(which, few, count())
        chart = charts(rooms(which), extremes, (None,) * p, few.x, cost, lambda theta: 0.0, 0)[0]
        theta = chart.compile()
        for u in np.random.default_rng(1).normal(0, 2, (25, p)):
            point = [float(value) for value in theta(u)]
            assert log_likelihood(which, point, x)[1] < math.inf
            assert chart.coordinates(point) == pytest.approx(u, abs=1e-6)
        many = theta(np.zeros((3, p)))
        assert [float(column[1, 0]) for column in many] == pytest.approx(chart.start, rel=1e-12)


def test_differences_measure_slope_curvature_and_corners() -> None:
    """Gradient and Hessian of a known quadratic; a corner has no Newton step."""
    matrix = np.array([[3.0, 1.0], [1.0, 2.0]])
    bowl = Landscape(lambda u: 0.5 * np.einsum("...i,ij,...j", u, matrix, u), np.zeros(2), np.full(2, 30.0))
    at = np.array([0.4, -0.7])
    assert gradient(bowl, at) == pytest.approx(matrix @ at, abs=1e-8)
    assert hessian(bowl, at) == pytest.approx(matrix, abs=1e-5)
    slope = slope_at(bowl, at)
    assert at + slope.step == pytest.approx([0, 0], abs=1e-5)
    assert slope.loss == pytest.approx(0.5 * at @ matrix @ at, rel=1e-5)
    corner = Landscape(lambda u: np.abs(u).sum(axis=-1), np.zeros(1), np.full(1, 30.0))
    assert slope_at(corner, np.zeros(1)).loss == math.inf
    sharp = Landscape(lambda u: 1e4 * (u**2).sum(axis=-1), np.zeros(1), np.full(1, 30.0))
    assert slope_at(sharp, np.zeros(1)).loss < 1e-9


@pytest.mark.parametrize("algorithm", [BY_SIMPLEX, BY_LINES], ids=["simplex", "lines"])
def test_both_algorithms_go_down_a_curved_valley(algorithm: Algorithm) -> None:
    """Rosenbrock's valley, a corner along a diagonal, and a wall of infinity beside the start."""
    valley = Landscape(
        lambda u: (1 - u[..., 0]) ** 2 + 100 * (u[..., 1] - u[..., 0] ** 2) ** 2, np.zeros(2), np.full(2, 30.0)
    )
    wall = Landscape(lambda u: np.where(u[..., 0] < 0, np.inf, (u[..., 0] - 2) ** 2)[()], np.zeros(1), np.full(1, 30.0))
    with np.errstate(all="ignore"):
        assert algorithm.thorough(valley, np.array([-1.2, 1.0])) == pytest.approx([1, 1], abs=1e-4)
        assert algorithm.thorough(wall, np.array([1e-3])) == pytest.approx([2], abs=1e-6)


# ---------------------------------------------------------------------------------------------- binned data

BINNED: dict[str, tuple[Callable[..., Any], list[float]]] = {
    "normal": (lambda mu, sigma: stats.norm(mu, sigma), [1.0, 2.0]),
    "cauchy": (lambda x_0, gamma: stats.cauchy(x_0, gamma), [1.0, 2.0]),
    "laplace": (lambda mu, b: stats.laplace(mu, b), [0.3, 2.0]),
    "logistic": (lambda mu, s: stats.logistic(mu, s), [1.0, 0.5]),
    "uniform": (lambda a, b: stats.uniform(a, b - a), [-0.7, 2.1]),
    "shifted_exponential": (lambda mu, theta: stats.expon(mu, theta), [-0.4, 1.3]),
}


@pytest.mark.parametrize("name", BINNED)
def test_bins_have_the_probabilities_of_the_distribution_function(name: str) -> None:
    """Infinite outer bins, ends of the support and corners inside a bin: SciPy's cdf is the oracle."""
    build, theta = BINNED[name]
    edges = np.array([-math.inf, -3.0, -0.5, 0.0, 0.7, 1.5, 5.0, math.inf])
    found = bin_probabilities(family(name), theta, edges[:-1], edges[1:])
    assert found is not None
    assert found == pytest.approx(np.diff(build(*theta).cdf(edges)), rel=1e-9, abs=1e-14)


def test_a_density_may_be_infinite_at_the_end_of_its_support() -> None:
    """Gamma and beta densities of small shape are integrated across their singularity."""
    gamma = bin_probabilities(family("gamma"), [0.5, 2.0], np.array([0.0, 1.0]), np.array([1.0, math.inf]))
    assert gamma == pytest.approx([stats.gamma(0.5, scale=2).cdf(1), stats.gamma(0.5, scale=2).sf(1)], rel=1e-9)
    beta = bin_probabilities(family("beta"), [0.1, 0.5], np.array([0.0, 0.3]), np.array([0.3, 0.6]))
    assert beta == pytest.approx(np.diff(stats.beta(0.1, 0.5).cdf([0.0, 0.3, 0.6])), rel=1e-9)


def test_an_integral_that_doubles_cannot_reach_is_refused() -> None:
    """Next to 1 doubles lie so far apart that half a beta's singularity falls between two of them."""
    assert bin_probabilities(family("beta"), [0.5, 0.05], np.array([0.5]), np.array([1.0])) is None
    with pytest.raises(UnsolvedError, match="does not settle"):
        binned_divergence(family("beta"), [0.5, 0.05], [0.0, 0.5, 1.0], [1, 1])


def test_binned_divergence_is_minus_entropy_minus_binned_likelihood() -> None:
    """KL = sum f log f - sum f log P, by SciPy's cdf; infinite where an occupied bin is impossible."""
    edges, counts = [-math.inf, 0.0, 1.0, 4.0, math.inf], np.array([3, 0, 5, 2])
    share, probability = counts / 10, np.diff(stats.norm(0.5, 2.0).cdf(edges))
    expected = sum(f * math.log(f / p) for f, p in zip(share, probability, strict=True) if f > 0)
    assert binned_divergence(family("normal"), [0.5, 2.0], edges, counts) == pytest.approx(expected, rel=1e-9)
    assert binned_divergence(family("exponential"), [1.0], [-2.0, -1.0, 1.0], [1, 1]) == math.inf


def test_planted_swapped_arguments_give_another_divergence() -> None:
    """KL is not symmetric: the swapped sum is far from the value."""
    edges, counts = [-math.inf, 0.0, 1.0, math.inf], np.array([3, 5, 2])
    probability = np.diff(stats.norm(0.5, 2.0).cdf(edges))
    swapped = stats.entropy(probability, counts / 10)
    assert abs(binned_divergence(family("normal"), [0.5, 2.0], edges, counts) - swapped) > 1e-2


@pytest.mark.parametrize("name", ["normal", "exponential", "laplace"])
def test_the_binned_minimiser_maximises_the_binned_likelihood_and_tends_to_the_estimate(name: str) -> None:
    """No rival has a smaller divergence. Off by a width h an estimate loses some n h^2, and no bin moves it further."""
    x, which = drawn(name, 3), family(name)
    best = maximise_likelihood(which, x)
    for width in (0.5, 0.02):
        optimum = minimise_binned_divergence(which, x, width)
        assert optimum.status == "converged"
        occupied, counts = np.unique(np.floor(x / width), return_counts=True)
        edges = np.arange(occupied.min(), occupied.max() + 2) * width
        full = np.zeros(len(edges) - 1)
        full[(occupied - occupied.min()).astype(int)] = counts
        assert binned_divergence(which, optimum.theta, edges, full) == pytest.approx(optimum.value, rel=1e-7)
        for factor in (0.9, 0.999, 1.001, 1.1):
            rival = [factor * value for value in optimum.theta]
            assert binned_divergence(which, rival, edges, full) >= optimum.value - 1e-8
        loss = float(nats_lost(which, optimum.theta, best.theta, x).mid())
        assert -agreement(len(x)) <= loss <= len(x) * width**2


def test_binned_support_ends_follow_the_outer_bins() -> None:
    """A uniform may end anywhere inside the outer bins, and does so at their outer edges."""
    x = np.array([0.25, 0.6, 1.4, 1.9, 2.7])
    optimum = minimise_binned_divergence(family("uniform"), x, 0.5)
    assert optimum.theta == pytest.approx([0.0, 3.0], abs=1e-6)
    assert optimum.value == pytest.approx(math.log(6) - math.log(5), abs=1e-9)


@pytest.mark.parametrize(
    ("edges", "counts", "words"),
    [
        ([0.0, 0.0, 1.0], [1, 1], "strictly increasing"),
        ([0.0], [], "at least two"),
        ([0.0, math.nan], [1], "strictly increasing"),
        ([0.0, 1.0], [1, 2], "need 1 counts"),
        ([0.0, 1.0], [-1], "finite numbers >= 0"),
        ([0.0, 1.0], [0], "positive sum"),
    ],
)
def test_bins_that_are_none_are_refused(edges: list[float], counts: list[float], words: str) -> None:
    """With the reason."""
    with pytest.raises(DataError, match=words):
        binned_divergence(family("normal"), [0.0, 1.0], edges, counts)


def test_bins_are_for_continuous_families_without_covariates() -> None:
    """A discrete value is a bin of its own; a width has to be one."""
    with pytest.raises(DataError, match="discrete"):
        minimise_binned_divergence(family("poisson"), [1, 2], 0.5)
    with pytest.raises(DataError, match="covariates"):
        binned_divergence(family("linear_regression"), [0.0, 1.0, 1.0], [0, 1], [1])
    for width in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(DataError, match="width"):
            minimise_binned_divergence(family("normal"), [1.0, 2.0], width)
    with pytest.raises(DataError, match="narrower than doubles"):
        minimise_binned_divergence(family("normal"), [1.0, 2.0], 1e-17)


def test_pinned_parameters_have_no_coordinate() -> None:
    """A parameter held at a number, or at the end that the data give it, moves with that end only."""
    a, b = rooms(family("uniform"))
    chart = Chart((a, b), (2.0, 5.0), (1.0, 6.0), (1.0, 1.0), ("hi", None))
    assert chart.free == (1,)
    assert [float(value) for value in chart.compile()(np.zeros(1))] == [2.0, 6.0]
    assert [float(value) for value in chart.pinned(1, "lo").compile()(np.zeros(0))] == [2.0, 5.0]
    assert [float(value) for value in chart.pinned(0, 0.5).compile()(np.zeros(1))] == [0.5, 6.0]


def test_a_density_is_asked_on_an_end_by_which_it_divides() -> None:
    """As it is for a generalised Pareto shape of zero: of plain floats the division raised."""
    x, c, s = Symbol("x", positive=True), Symbol("c", nonnegative=True), Symbol("s", positive=True)
    tail = Piecewise((-log(s) - (1 / c + 1) * log(1 + c * x / s), c > 0), (-log(s) - x / s, True))
    space = (Parameter(c, Interval(0, oo)), Parameter(s, Interval.open(0, oo)))
    found = maximise_likelihood(Family("pareto_tail", x, Interval.open(0, oo), space, tail), [1.0, 1.0])
    assert math.isclose(found.value, -2.0, rel_tol=1e-9)
