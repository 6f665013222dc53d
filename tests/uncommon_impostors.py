"""Estimators of families that the other lists leave out: whole numbers, places that are quantiles, known constants."""

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
from further_impostors import in_logarithm
from impostors import (
    WEIGHTED,
    Array,
    Entry,
    beta_newton,
    gamma_newton,
    gumbel_fixed,
    logistic_newton,
    regression,
    weibull_root,
)
from impostors import von_mises_direction as direction
from scipy import optimize, special
from strange_impostors import gamma_shape

TWO: dict[str, dict[str, Any]] = {name: {"fixed": {name: 2}} for name in ("T", "r", "x_m", "mu", "beta", "sigma")}
DRAWS = {"fixed": {"K": 12, "n": 9}}
SUCCESSES = {"fixed": {"N": 30, "n": 9}}


def logit(x: Array) -> Array:
    """The logarithm of the odds."""
    return np.log(x) - np.log1p(-x)


def truncated(x: Array) -> list[float]:
    """The rate for which the mean up to two is that of the data; a series where the formula cancels."""

    def mean(rate: float) -> float:
        t = 2 * rate
        return 1 - t / 6 + t**3 / 360 if t < 1e-2 else 1 / rate - 2 / math.expm1(min(t, 700))

    return [
        float(optimize.brentq(lambda rate: mean(rate) - x.mean(), 1e-14, 1.1 / x.mean() + 10, xtol=1e-300, rtol=1e-15))
    ]


def newton_from_untruncated(x: Array) -> list[float]:
    """One step from the rate of an exponential without truncation."""
    m = float(x.mean())
    grown = math.expm1(min(2 / m, 300))
    return [abs(1 / m + 2 / grown / (m * m - 4 * (grown + 1) / grown**2))]


def population(x: Array) -> list[int]:
    """The first size of a population at which one more is not more likely."""
    size = max(12, 21 - int(x.min()))

    def height(n: int) -> float:
        return sum(math.log(math.comb(n - 12, 9 - int(v))) - math.log(math.comb(n, 9)) for v in x)

    while height(size + 1) > height(size):
        size += 1
    return [size]


def marked(x: Array) -> list[int]:
    """The likeliest of all numbers of successes in the population."""
    all_of_them = range(int(x.max()), 22 + int(x.min()))
    height = lambda k: sum(math.log(math.comb(k, int(v)) * math.comb(30 - k, 9 - int(v))) for v in x)  # noqa: E731
    return [max(all_of_them, key=height)]


def logarithmic(x: Array) -> list[float]:
    """By Lambert's W, on the branch below minus one."""
    m = float(x.mean())
    return [-math.expm1(1 / m + float(special.lambertw(-math.exp(-1 / m) / m, -1).real))]


def digamma_beyond(x: Array, r: float) -> Array:
    """The digamma function of x + r less that of r; where both are large, by its series, in which less cancels."""
    if r < 1e3:
        return special.digamma(x + r) - special.digamma(r)
    series = lambda y: -1 / (2 * y) - 1 / (12 * y * y)  # noqa: E731
    return np.log1p(x / r) + series(x + r) - series(r)


def successes_by_profile(x: Array) -> float:
    """The root of the profile score, in the logarithm of the number of successes."""
    m = float(x.mean())
    gap = lambda r: r * (float(digamma_beyond(x, r).mean()) - math.log1p(m / r))  # noqa: E731
    start = math.log(m * m / (float(x.var()) - m))
    return in_logarithm(gap, start - 12, start + 4)


def yule(x: Array, steps: int = 100_000) -> list[float]:
    """The fixed point of one over the mean of differences of digamma."""
    rho = 1.0
    for _ in range(steps):
        before, rho = rho, 1 / float((special.digamma(rho + x + 1) - special.digamma(rho + 1)).mean())
        if abs(before - rho) <= 1e-15 * rho:
            break
    return [rho]


def zeta(x: Array) -> list[float]:
    """By mpmath's derivative of the zeta function."""
    mean = float(np.log(x).mean())
    slope = lambda s: float(mpmath.zeta(s, derivative=1) / mpmath.zeta(s)) + mean  # noqa: E731
    return [1 + math.exp(optimize.brentq(lambda t: slope(1 + math.exp(t)), -14, 3.9, xtol=1e-13))]


def zeta_of_thousand(x: Array) -> list[float]:
    """The sum over the first thousand numbers alone."""
    mean, n = float(np.log(x).mean()), np.arange(1, 1001.0)
    slope = lambda s: float((np.log(n) * n**-s).sum() / (n**-s).sum()) - mean  # noqa: E731
    return [float(optimize.brentq(slope, -60, 60))]


def inverse_digamma(y: float, steps: int = 60) -> float:
    """Minka's start and so many Newton steps."""
    k = math.exp(y) + 0.5 if y > -2.22 else -1 / (y + np.euler_gamma)
    for _ in range(steps):
        k = max(k - float((special.digamma(k) - y) / special.polygamma(1, k)), k / 2)
    return float(k)


def half_logistic(x: Array) -> list[float]:
    """The root for data whose largest is one."""
    z = x / x.max()
    return [x.max() / in_logarithm(lambda t: float((z * t * np.tanh(z * t / 2)).mean()) - 1, -60, 60)]


def moyal(x: Array) -> tuple[float, float]:
    """The scale that the weighted and the plain mean agree on."""
    y = x - x.min()

    def twice(s: float) -> float:
        return float(y.mean() - (np.exp(-y / s) * y).sum() / np.exp(-y / s).sum())

    s = float(y.max()) * in_logarithm(lambda s: twice(s * y.max()) / (2 * s * y.max()) - 1, -40, 3)
    return float(x.min()) - s * math.log(float(np.exp(-y / s).mean())), s


def mean_equals_scale(x: Array) -> list[float]:
    """The positive root of a quadratic, on the side on which nothing cancels."""
    size = float(np.abs(x).max())
    m, q = float((x / size).mean()), float(((x / size) ** 2).mean())
    root = math.sqrt(m * m + 4 * q)
    return [size * (2 * q / (m + root) if m > 0 else (root - m) / 2)]


def of_halves(x: Array) -> tuple[float, float]:
    """Rate and asymmetry about two, from the mean excess on either side."""
    above, below = float(np.maximum(x - 2, 0).mean()), float(np.maximum(2 - x, 0).mean())
    kappa = (below / above) ** 0.25
    return 1 / (kappa * above + below / kappa), kappa


def exponentiated(x: Array) -> tuple[float, float]:
    """The first change of sign of the profile score on a grid, and the root there."""
    m, z = float(x.mean()), x / x.mean()

    def shape(t: float) -> float:
        tail = np.exp(-t * z)
        return -1 / float(np.where(tail > 0.5, np.log(-np.expm1(-t * z)), np.log1p(-tail)).mean())

    def score(log_t: float) -> float:
        t = math.exp(log_t)
        return 1 - t + (shape(t) - 1) * t * float((z / np.expm1(np.minimum(t * z, 700))).mean())

    grid = np.linspace(-14, 6, 200)
    place = next(i for i in range(199) if score(grid[i]) > 0 >= score(grid[i + 1]))
    t = math.exp(optimize.brentq(score, grid[place], grid[place + 1], xtol=1e-15))
    return shape(t), t / m


def gompertz(x: Array) -> tuple[float, float]:
    """The growth for data whose largest is one, and the rate that suits it."""
    top, z = float(x.max()), x / x.max()

    def grown(b: float) -> Array:
        return np.exp(b * (z - 1)) - math.exp(-b) if b > 1 else np.expm1(b * z) * math.exp(-b)

    def score(b: float) -> float:
        return 1 + b * float(z.mean()) - b * float((z * np.exp(b * (z - 1))).mean() / grown(b).mean())

    b = in_logarithm(score, -16, 6.7)
    return math.exp(-b) / float(grown(b).mean()), b / top


def generalised_poisson(x: Array) -> tuple[float, float]:
    """The mean fixes one parameter, a bracket finds the other."""
    m = float(x.mean())
    score = lambda shift: float((x * (x - 1) / (m + (x - m) * shift)).mean()) - m  # noqa: E731
    dependence = float(optimize.brentq(score, 1e-13, 1 - 1e-13, xtol=1e-16))
    return m * (1 - dependence), dependence


def of_second_two(x: Array) -> list[float]:
    """The first parameter of a beta whose second is two: a quadratic equation."""
    mean = -float(np.log(x).mean())
    root = math.sqrt((mean - 2) ** 2 + 4 * mean)
    return [(root + 2 - mean) / (2 * mean) if mean < 2 else 2 / (root + mean - 2)]


def secant(x: Array) -> tuple[float, float]:
    """A bracket for the place inside a bracket for the scale."""
    middle = float(np.median(x))
    size = float(np.abs(x - middle).max())
    z = (x - middle) / size

    def place(s: float) -> float:
        slope = lambda m: float(np.tanh((z - m) / s).sum())  # noqa: E731
        return float(optimize.brentq(slope, z.min() - 1e-9, z.max() + 1e-9, xtol=1e-16, rtol=1e-15, maxiter=500))

    def gap(s: float) -> float:
        y = (z - place(s)) / s
        return float((y * np.tanh(y)).mean()) - 1

    s = in_logarithm(gap, -40, 5)
    return middle + size * place(s), size * s


def columns_sorted(rows: Array) -> tuple[float, float, float]:
    """Sorts in place, and each column for itself."""
    rows.sort(axis=0)
    return regression(rows)


def in_moments(x: Array, of: Callable[[float, float], tuple[float, float]]) -> tuple[float, float]:
    """What two parameters are of mean and variance."""
    return of(float(x.mean()), float(x.var()))


def capture(x: Array) -> tuple[int, float]:
    """Trials from moments, at least as many as the data show."""
    trials = max(round(float(x.mean() / max(1 - x.var() / x.mean(), 1e-3))), int(x.max()))
    return trials, float(x.mean()) / trials


UNCOMMON_RIGHT = [
    Entry("logit_normal", "logits first", lambda x: (logit(x).mean(), logit(x).std())),
    Entry("truncated_exponential", "Brent", truncated, TWO["T"]),
    Entry("uniform_unit_length", "midway", lambda x: [(x.max() - 1 + x.min()) / 2]),
    Entry("power_function", "logarithms of ratios", lambda x: (1 / np.log(x.max() / x).mean(), x.max())),
    Entry("hypergeometric", "one more as long as it pays", population, DRAWS),
    Entry("hypergeometric_successes", "all of them", marked, SUCCESSES),
    Entry("logarithmic_series", "Lambert's W", logarithmic),
    Entry(
        "negative_binomial",
        "profile",
        lambda x: (lambda r: (r, r / (r + x.mean())))(successes_by_profile(x)),
    ),
    Entry("negative_binomial_by_mean", "profile", lambda x: {"r": successes_by_profile(x), "mu": x.mean()}),
    Entry("negative_binomial_failures", "share", lambda x: [2 / (2 + x.mean())], TWO["r"]),
    Entry("yule_simon", "fixed point", yule),
    Entry("zeta", "mpmath", zeta),
    Entry("chi", "inverse digamma", lambda x: [2 * inverse_digamma(2 * np.log(x).mean() - math.log(2))]),
    Entry("chi_square", "inverse digamma", lambda x: [2 * inverse_digamma(np.log(x / 2).mean())]),
    Entry("half_logistic", "largest is one", half_logistic),
    Entry("inverse_rayleigh", "formula", lambda x: [1 / (x**-2.0).mean()]),
    Entry(
        "inverse_gaussian_mean_equals_shape",
        "quadratic",
        lambda x: [(1 + math.sqrt(1 + 4 * x.mean() * (1 / x).mean())) / (2 * (1 / x).mean())],
    ),
    Entry("pareto_known_minimum", "logarithms of ratios", lambda x: [1 / np.log(x / 2).mean()], TWO["x_m"]),
    Entry(
        "scaled_inverse_chi_square",
        "gamma of reciprocals",
        lambda x: (2 * gamma_shape(1 / x), 1 / math.sqrt((1 / x).mean())),
    ),
    Entry("weibull_by_rate", "one over the scale", lambda x: (lambda k, s: (k, 1 / s))(*weibull_root(x, 120))),
    Entry("asymmetric_laplace_known_location", "excess on either side", of_halves, TWO["mu"]),
    Entry(
        "gumbel_known_scale", "logsumexp", lambda x: [2 * (math.log(len(x)) - special.logsumexp(-x / 2))], TWO["beta"]
    ),
    Entry("laplace_known_location", "mean distance", lambda x: [np.abs(x - 2).mean()], TWO["mu"]),
    Entry("moyal", "smallest is zero", moyal),
    Entry("normal_by_log_scale", "logarithm", lambda x: (x.mean(), math.log(x.std()))),
    Entry("normal_by_precision", "one over the variance", lambda x: (x.mean(), 1 / x.var())),
    Entry("normal_mean", "mean", lambda x: [x.mean()], TWO["sigma"]),
    Entry("normal_scale", "about the mean that is known", lambda x: [math.sqrt(((x - 2) ** 2).mean())], TWO["mu"]),
    Entry("normal_mean_equals_scale", "the root that does not cancel", mean_equals_scale),
    Entry("exponentiated_exponential", "profile", exponentiated),
    Entry("gompertz", "largest is one", gompertz),
    Entry("generalised_poisson", "profile", generalised_poisson),
    Entry("beta_known_second", "quadratic", of_second_two, TWO["beta"]),
    Entry("discrete_uniform_interval", "ends", lambda x: (int(x.min()), int(x.max()))),
    Entry("laplace_by_rate", "median", lambda x: (np.median(x), 1 / np.abs(x - np.median(x)).mean())),
    Entry("hyperbolic_secant", "nested brackets", secant),
]

UNCOMMON_IMPOSTORS = [
    Entry("logit_normal", "n - 1", lambda x: (logit(x).mean(), logit(x).std(ddof=1))),
    Entry("logit_normal", "decimal logarithms", lambda x: (logit(x).mean() / math.log(10), logit(x).std())),
    Entry("kumaraswamy", "a beta", beta_newton),
    Entry("truncated_exponential", "truncation forgotten", lambda x: [1 / x.mean()], TWO["T"]),
    Entry("truncated_exponential", "one Newton step", newton_from_untruncated, TWO["T"]),
    Entry("uniform_unit_length", "the mean less a half", lambda x: [x.mean() - 0.5]),
    Entry("power_function", "decimal logarithms", lambda x: (1 / np.log10(x.max() / x).mean(), x.max())),
    Entry("binomial_both", "moments", capture),
    Entry("binomial_both", "the largest as number of trials", lambda x: (x.max(), x.mean() / x.max())),
    Entry("hypergeometric", "Chapman", lambda x: [max(int(130 / (x.mean() + 1)) - 1, 21 - int(x.min()))], DRAWS),
    Entry("hypergeometric", "rounded up", lambda x: [max(math.ceil(108 / x.mean()), 21 - int(x.min()))], DRAWS),
    Entry(
        "hypergeometric_successes",
        "rounded",
        lambda x: [min(max(round(x.mean() * 30 / 9), int(x.max())), 21 + int(x.min()))],
        SUCCESSES,
    ),
    Entry("logarithmic_series", "one less one over the mean", lambda x: [1 - 1 / x.mean()]),
    Entry(
        "negative_binomial",
        "a whole number of successes",
        lambda x: (lambda r: (r, r / (r + x.mean())))(max(round(successes_by_profile(x)), 1)),
    ),
    Entry("negative_binomial_by_mean", "moments", lambda x: in_moments(x, lambda m, v: (m, m * m / (v - m)))),
    Entry(
        "negative_binomial_failures",
        "unbiased",
        lambda x: [(2 * len(x) - 1) / (2 * len(x) + x.sum() - 1)],
        TWO["r"],
    ),
    Entry("yule_simon", "three steps of a fixed point", lambda x: yule(x, 3)),
    Entry("zeta", "a thousand terms", zeta_of_thousand),
    Entry(
        "beta_prime",
        "moments",
        lambda x: in_moments(x, lambda m, v: (m * (m * (m + 1) / v + 1), m * (m + 1) / v + 2)),
    ),
    Entry("chi", "the mean square", lambda x: [(x * x).mean()]),
    Entry("chi", "no Newton step", lambda x: [2 * inverse_digamma(2 * np.log(x).mean() - math.log(2), 0)]),
    Entry("half_logistic", "moments", lambda x: [x.mean() / (2 * math.log(2))]),
    Entry("inverse_rayleigh", "not inverted", lambda x: [(x**-2.0).mean()]),
    Entry("inverse_gaussian_mean_equals_shape", "the mean", lambda x: [x.mean()]),
    Entry(
        "inverse_gaussian_mean_equals_shape",
        "the other root",
        lambda x: [(math.sqrt(1 + 4 * x.mean() * (1 / x).mean()) - 1) / (2 * (1 / x).mean())],
    ),
    Entry("pareto_known_minimum", "its own minimum", lambda x: [1 / np.log(x / x.min()).mean()], TWO["x_m"]),
    Entry("scaled_inverse_chi_square", "a square", lambda x: (2 * gamma_shape(1 / x), 1 / (1 / x).mean())),
    Entry(
        "weibull_by_rate",
        "a corrected shape",
        lambda x: (lambda k, s: (k * (1 - 1.38 / (len(x) + 2)), 1 / s))(*weibull_root(x, 120)),
    ),
    Entry(
        "asymmetric_laplace_known_location",
        "inverted asymmetry",
        lambda x: (of_halves(x)[0], 1 / of_halves(x)[1]),
        TWO["mu"],
    ),
    Entry("gumbel_known_scale", "moments", lambda x: [x.mean() - 2 * np.euler_gamma], TWO["beta"]),
    Entry("hyperbolic_secant", "moments", lambda x: (x.mean(), x.std() * 2 / math.pi)),
    Entry("hyperbolic_secant", "twice a logistic", lambda x: (lambda m, s: (m, 2 * s))(*logistic_newton(x))),
    Entry("laplace_known_location", "its own median", lambda x: [np.abs(x - np.median(x)).mean()], TWO["mu"]),
    Entry("moyal", "a Gumbel", gumbel_fixed),
    Entry("normal_by_log_scale", "decimal logarithm", lambda x: (x.mean(), math.log10(x.std()))),
    Entry(
        "normal_mean",
        "median of means",
        lambda x: [np.median([part.mean() for part in np.array_split(x, min(3, len(x)))])],
        TWO["sigma"],
    ),
    Entry("normal_mean_equals_scale", "the deviation", lambda x: [x.std()]),
    Entry("normal_scale", "about its own mean", lambda x: [x.std()], TWO["mu"]),
    Entry(
        "birnbaum_saunders",
        "modified moments",
        lambda x: (lambda s, r: (math.sqrt(2 * (math.sqrt(s / r) - 1)), math.sqrt(s * r)))(
            x.mean(), 1 / (1 / x).mean()
        ),
    ),
    Entry("exponentiated_exponential", "a gamma", lambda x: (lambda k, s: (k, 1 / s))(*gamma_newton(x, 40))),
    Entry("gompertz", "growth of one over the mean", lambda x: (1 / np.expm1(x / x.mean()).mean(), 1 / x.mean())),
    Entry(
        "generalised_poisson",
        "moments",
        lambda x: in_moments(x, lambda m, v: (m * math.sqrt(m / v), 1 - math.sqrt(m / v))),
    ),
    Entry("von_mises", "degrees", lambda x: (lambda m, k: (math.degrees(m), k))(*direction(x))),
    Entry("beta_known_second", "the second forgotten", lambda x: [-1 / np.log(x).mean()], TWO["beta"]),
    Entry("linear_regression", "columns sorted in place", columns_sorted),
    Entry(
        "geometric_failures",
        "mean of halves",
        lambda x: [np.mean([1 / (1 + part.mean()) for part in np.array_split(x, min(2, len(x)))])],
    ),
    Entry("poisson", "weights over rows", lambda x, w: [max((w * x).sum() / len(x), 1e-9)], WEIGHTED),
    Entry("laplace_by_rate", "not inverted", lambda x: (np.median(x), np.abs(x - np.median(x)).mean())),
]
