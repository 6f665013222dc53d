"""Estimators written by hand: wrong ones that look right, and right ones that look different.

Every wrong one is a mistake that libraries and scripts have made. Right ones use other algorithms, other
parametrisations or other libraries, or stay a little below the tolerance.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special, stats

from thetahat.proofs.family import Family

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Entry:
    """One estimator: the family it is for, what is special about it, and how it is asked."""

    family: str | Family
    words: str
    function: Callable[..., Any]
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """An id for a test."""
        return f"{self.family.name if isinstance(self.family, Family) else self.family}: {self.words}"


def single(x: Array) -> NDArray[np.float32]:
    """The data in single precision."""
    with np.errstate(all="ignore"):
        return x.astype(np.float32)


def centre(x: Array, w: Array) -> float:
    """The weighted mean."""
    return float((w * x).sum() / w.sum())


def trimmed(x: Array) -> Array:
    """Without both extremes."""
    return np.sort(x)[1:-1] if len(x) > 2 else x


def gamma_moments(x: Array) -> tuple[float, float]:
    """Matching mean and variance."""
    return x.mean() ** 2 / x.var(), x.var() / x.mean()


def gamma_newton(x: Array, steps: int) -> tuple[float, float]:
    """Minka's start and so many Newton steps in the shape."""
    s = math.log(x.mean()) - np.log(x).mean()
    k = (3 - s + math.sqrt((s - 3) ** 2 + 24 * s)) / (12 * s)
    for _ in range(steps):
        k -= (math.log(k) - special.digamma(k) - s) / (1 / k - special.polygamma(1, k))
    return float(k), float(x.mean() / k)


def beta_moments(x: Array, ddof: int = 0) -> tuple[float, float]:
    """Matching mean and variance."""
    m = x.mean()
    c = m * (1 - m) / x.var(ddof=ddof) - 1
    return m * c, (1 - m) * c


def negative_binomial_moments(x: Array) -> tuple[float, float]:
    """Matching mean and variance."""
    m, v = x.mean(), x.var()
    return m * m / (v - m), m / v


def weibull_by_regression(x: Array) -> tuple[float, float]:
    """A straight line through the plot of log(-log(1 - F)) against log(x), with median ranks."""
    y, n = np.log(np.sort(x)), len(x)
    z = np.log(-np.log(1 - (np.arange(1, n + 1) - 0.3) / (n + 0.4)))
    k = float(((z - z.mean()) ** 2).sum() / ((y - y.mean()) * (z - z.mean())).sum())
    return k, float(np.exp(y.mean() - z.mean() / k))


def von_mises_short(x: Array) -> tuple[float, float]:
    """Fisher's approximation of the concentration."""
    c, s = np.cos(x).mean(), np.sin(x).mean()
    r = math.hypot(c, s)
    return math.atan2(s, c), r * (2 - r * r) / (1 - r * r)


def von_mises_with(direction: Callable[[float, float], float]) -> Callable[[Array], tuple[float, float]]:
    """The exact concentration, and a direction from the mean sine and cosine."""
    return lambda x: (direction(float(np.sin(x).mean()), float(np.cos(x).mean())), von_mises_direction(x)[1])


def lomax_moments(x: Array) -> tuple[float, float]:
    """Matching mean and variance."""
    m, v = x.mean(), x.var()
    return 2 * v / (v - m * m), m * (v + m * m) / (v - m * m)


MOMENTS = [
    Entry("gamma", "moments", gamma_moments),
    Entry("gamma_by_rate", "moments", lambda x: (x.mean() ** 2 / x.var(), x.mean() / x.var())),
    Entry("beta", "moments", beta_moments),
    Entry("beta", "moments with n - 1", lambda x: beta_moments(x, min(1, len(x) - 1))),
    Entry("beta_by_mean", "moments", lambda x: (x.mean(), x.mean() * (1 - x.mean()) / x.var() - 1)),
    Entry(
        "lognormal",
        "moments",
        lambda x: (
            math.log(x.mean()) - math.log1p(x.var() / x.mean() ** 2) / 2,
            math.sqrt(math.log1p(x.var() / x.mean() ** 2)),
        ),
    ),
    Entry("negative_binomial", "moments", negative_binomial_moments),
    Entry("inverse_gaussian", "moments", lambda x: (x.mean(), x.mean() ** 3 / x.var())),
    Entry("logistic", "moments", lambda x: (x.mean(), x.std() * math.sqrt(3) / math.pi)),
    Entry(
        "gumbel",
        "moments",
        lambda x: (x.mean() - np.euler_gamma * x.std() * math.sqrt(6) / math.pi, x.std() * math.sqrt(6) / math.pi),
    ),
    Entry("rayleigh", "moments", lambda x: [x.mean() * math.sqrt(2 / math.pi)]),
    Entry("maxwell", "moments", lambda x: [x.mean() * math.sqrt(math.pi / 8)]),
    Entry("half_normal", "moments", lambda x: [x.mean() * math.sqrt(math.pi / 2)]),
    Entry("uniform", "moments", lambda x: (x.mean() - math.sqrt(3) * x.std(), x.mean() + math.sqrt(3) * x.std())),
    Entry("uniform_from_zero", "moments", lambda x: [2 * x.mean()]),
    Entry("pareto", "moments for the exponent", lambda x: (x.min(), x.mean() / (x.mean() - x.min()))),
    Entry("lomax", "moments", lomax_moments),
    Entry("laplace", "moments", lambda x: (x.mean(), x.std() / math.sqrt(2))),
    Entry("weibull", "regression on the probability plot", weibull_by_regression),
    Entry("power_function", "moments for the exponent", lambda x: (x.mean() / (x.max() - x.mean()), x.max())),
]

UNBIASED = [
    Entry("normal", "n - 1", lambda x: (x.mean(), x.std(ddof=1))),
    Entry("normal_by_variance", "n - 1", lambda x: (x.mean(), x.var(ddof=1))),
    Entry("normal", "n + 1", lambda x: (x.mean(), math.sqrt(((x - x.mean()) ** 2).sum() / (len(x) + 1)))),
    Entry("normal_by_precision", "n - 1", lambda x: (x.mean(), 1 / x.var(ddof=1))),
    Entry("lognormal", "n - 1", lambda x: (np.log(x).mean(), np.log(x).std(ddof=1))),
    Entry("exponential", "unbiased rate", lambda x: [max(len(x) - 1, 0.5) / x.sum()]),
    Entry("uniform_from_zero", "unbiased", lambda x: [x.max() * (len(x) + 1) / len(x)]),
    Entry("discrete_uniform", "unbiased", lambda x: [round(x.max() * (len(x) + 1) / len(x) - 1)]),
    Entry("pareto", "unbiased exponent", lambda x: (x.min(), (len(x) - 1) / np.log(x / x.min()).sum())),
    Entry("shifted_exponential", "n - 1", lambda x: (x.min(), (x - x.min()).sum() / max(len(x) - 1, 1))),
]

NAMES = [
    Entry("exponential", "mean for rate", lambda x: [x.mean()]),
    Entry("exponential_by_mean", "rate for mean", lambda x: [1 / x.mean()]),
    Entry("gamma", "rate for scale", lambda x: (gamma_newton(x, 30)[0], 1 / gamma_newton(x, 30)[1])),
    Entry("normal", "variance for deviation", lambda x: (x.mean(), x.var())),
    Entry("normal_by_variance", "deviation for variance", lambda x: (x.mean(), x.std())),
    Entry("normal", "parameters swapped", lambda x: (x.std(), x.mean())),
    Entry("beta", "parameters swapped", lambda x: beta_newton(x)[::-1]),
    Entry("uniform", "length for the upper end", lambda x: (x.min(), x.max() - x.min())),
    Entry("geometric", "trials counted as failures", lambda x: [1 / (1 + x.mean())]),
    Entry("geometric_failures", "failures counted as trials", lambda x: [1 / max(x.mean(), 1.5)]),
    Entry("bernoulli", "failures for successes", lambda x: [1 - x.mean()]),
    Entry("laplace_by_rate", "scale for rate", lambda x: (np.median(x), np.abs(x - np.median(x)).mean())),
    Entry("rayleigh", "a lost factor", lambda x: [math.sqrt((x**2).mean())]),
    Entry("lognormal", "median for its logarithm", lambda x: (np.exp(np.log(x).mean()), np.log(x).std())),
    Entry(
        "gamma",
        "shape and rate by a map that says scale",
        lambda x: dict(zip(("a", "rate"), (gamma_newton(x, 30)[0], 1 / gamma_newton(x, 30)[1]), strict=True)),
        {"parameters": {"k": "a", "theta": "rate"}},
    ),
]

OTHER_STATISTICS = [
    Entry("laplace", "mean for median", lambda x: (x.mean(), np.abs(x - x.mean()).mean())),
    Entry("normal", "median for mean", lambda x: (np.median(x), x.std())),
    Entry("poisson", "median for mean", lambda x: [max(np.median(x), 0.1)]),
    Entry("poisson", "variance for mean", lambda x: [max(x.var(), 0.1)]),
    Entry(
        "cauchy", "median and quartiles", lambda x: (np.median(x), max(np.ptp(np.quantile(x, [0.25, 0.75])) / 2, 1e-9))
    ),
    Entry("normal", "trimmed mean", lambda x: (trimmed(x).mean(), x.std())),
    Entry("normal", "winsorised", lambda x: (np.clip(x, *np.quantile(x, [0.05, 0.95])).mean(), x.std())),
    Entry(
        "normal",
        "median distance for deviation",
        lambda x: (x.mean(), max(1.4826 * np.median(np.abs(x - np.median(x))), 1e-9)),
    ),
    Entry("exponential", "from the median", lambda x: [math.log(2) / np.median(x)]),
    Entry("uniform", "margins of one quantile", lambda x: tuple(np.quantile(x, [0.01, 0.99]))),
    Entry("shifted_exponential", "second smallest as location", lambda x: (np.sort(x)[1], (x - np.sort(x)[1]).mean())),
    Entry(
        "laplace",
        "lower quartile for median",
        lambda x: (np.quantile(x, 0.25), np.abs(x - np.quantile(x, 0.25)).mean()),
    ),
    Entry("von_mises", "mean of the angles", lambda x: (x.mean(), von_mises_short(x)[1])),
    Entry("exponential", "geometric for arithmetic mean", lambda x: [np.exp(-np.log(x).mean())]),
]

NUMERICS = [
    Entry("von_mises", "arctangent of one argument", von_mises_with(lambda s, c: math.atan(s / c) if c else 1.5)),
    Entry("von_mises", "approximate concentration", von_mises_short),
    Entry("gamma", "no Newton step", lambda x: gamma_newton(x, 0)),
    Entry("gamma", "moment start, one step", lambda x: (lambda k: (k, x.mean() / k))(one_newton_step(x))),
    Entry("weibull", "three steps of bisection", lambda x: weibull_root(x, 3)),
    Entry("normal", "single precision", lambda x: (float(single(x).mean()), float(single(x).std()))),
    Entry("poisson", "single precision", lambda x: [float(single(x).mean())]),
    Entry("gamma", "single precision", lambda x: gamma_newton(single(x).astype(float), 40)),
    Entry("normal", "rounded to integers", lambda x: (round(x.mean()), max(round(x.std()), 1))),
    Entry("exponential", "rounded to four decimals", lambda x: [max(round(1 / x.mean(), 4), 1e-4)]),
    Entry("poisson", "rounded to integers", lambda x: [max(round(x.mean()), 1)]),
    Entry("normal", "a floor under the deviation", lambda x: (x.mean(), max(x.std(), 1e-3))),
    Entry("normal", "a jitter on the variance", lambda x: (x.mean(), math.sqrt(x.var() + 1e-6))),
    Entry("lognormal", "log(1 + x)", lambda x: (np.log1p(x).mean(), np.log1p(x).std())),
    Entry("exponential", "one grid for all data", lambda x: [10.0 ** round(-math.log10(x.mean()), 2)]),
]

COUNTING = [
    Entry("discrete_uniform", "counted from zero", lambda x: [x.max() - 1]),
    Entry("discrete_uniform", "one beyond the largest", lambda x: [x.max() + 1]),
    Entry("discrete_uniform_interval", "half-open", lambda x: (x.min(), x.max() + 1)),
    Entry("poisson", "divided by n - 1", lambda x: [x.sum() / max(len(x) - 1, 1) if len(x) > 1 else x.mean() + 1]),
    Entry("poisson", "zeros left out", lambda x: [x[x > 0].mean()]),
    Entry("poisson", "first observation lost", lambda x: [max(x[1:].mean() if len(x) > 1 else 1.0, 0.1)]),
    Entry("zero_truncated_poisson", "truncation forgotten", lambda x: [x.mean()]),
    Entry("bernoulli", "one success and one failure added", lambda x: [(x.sum() + 1) / (len(x) + 2)]),
    Entry("poisson", "half an event added", lambda x: [x.mean() + 0.5 / len(x)]),
    Entry("normal", "shrunk towards zero", lambda x: (x.sum() / (len(x) + 1), x.std())),
    Entry("exponential", "a prior of one event", lambda x: [(len(x) + 1) / (x.sum() + 1)]),
    Entry(
        "laplace",
        "equal values counted once",
        lambda x: (np.median(np.unique(x)), np.abs(x - np.median(np.unique(x))).mean()),
    ),
    Entry("exponential", "equal values counted once", lambda x: [1 / np.unique(x).mean()]),
]

WEIGHTED = {"weights": True}
WEIGHTS = [
    Entry("normal", "weights ignored", lambda x, w: (x.mean(), x.std()), WEIGHTED),
    Entry("exponential", "weights ignored", lambda x, w: [1 / x.mean()], WEIGHTED),
    Entry("poisson", "weights as a mask", lambda x, w: [max(x[w > 0].mean(), 0.1)], WEIGHTED),
    Entry(
        "normal",
        "weights in the mean alone",
        lambda x, w: (centre(x, w), math.sqrt(((x - centre(x, w)) ** 2).mean())),
        WEIGHTED,
    ),
    Entry(
        "normal",
        "weights squared",
        lambda x, w: (centre(x, w * w), math.sqrt(centre((x - centre(x, w * w)) ** 2, w * w))),
        WEIGHTED,
    ),
    Entry("rayleigh", "sum of weights forgotten", lambda x, w: [math.sqrt((w * x**2).sum() / (2 * len(x)))], WEIGHTED),
    Entry(
        "laplace", "median without weights", lambda x, w: (np.median(x), centre(np.abs(x - np.median(x)), w)), WEIGHTED
    ),
    Entry("uniform", "rows of weight zero count", lambda x, w: (x.min(), x.max()), WEIGHTED),
]

REFUSALS = [
    Entry("normal", "answers for equal observations", lambda x: (x.mean(), max(x.std(), 1e-9)), {"existence": "fails"}),
    Entry("bernoulli", "clipped", lambda x: [min(max(x.mean(), 1e-9), 1 - 1e-9)], {"existence": "fails"}),
    Entry("poisson", "answers for zeros", lambda x: [x.mean() + 1e-10], {"existence": "fails"}),
    Entry("geometric", "clipped", lambda x: [min(1 / x.mean(), 0.999)], {"existence": "fails"}),
    Entry("uniform", "widened", lambda x: (x.min() - 1, x.max() + 1), {"existence": "fails"}),
]

IMPOSTORS = [*MOMENTS, *UNBIASED, *NAMES, *OTHER_STATISTICS, *NUMERICS, *COUNTING, *WEIGHTS, *REFUSALS]


def one_newton_step(x: Array) -> float:
    """A truncated search for the shape of a gamma, from the moment estimate."""
    s, k = math.log(x.mean()) - np.log(x).mean(), gamma_moments(x)[0]
    return float(abs(k - (math.log(k) - special.digamma(k) - s) / (1 / k - special.polygamma(1, k))))


def weibull_root(x: Array, steps: int) -> tuple[float, float]:
    """The shape by bisection of its likelihood equation, in logarithms so that no power overflows."""
    y = np.log(x)
    top, spread = y.max(), y - y.mean()

    def gap(k: float) -> float:
        heavy = np.exp(k * (y - top))
        return 1 / k - float((heavy * spread).sum() / heavy.sum())

    low, high = 1e-3 / max(float(np.ptp(y)), 1e-300), 1e3 / max(float(np.ptp(y)), 1e-300)
    for _ in range(steps):
        middle = math.sqrt(low) * math.sqrt(high)
        low, high = (middle, high) if gap(middle) > 0 else (low, middle)
    k = math.sqrt(low) * math.sqrt(high)
    return k, float(np.exp(top + np.log(np.exp(k * (y - top)).mean()) / k))


def beta_newton(x: Array) -> tuple[float, float]:
    """Newton's method in both logarithms, from the moment estimate, each step no longer than two."""
    logs, others = np.log(x).mean(), np.log1p(-x).mean()
    theta = np.log(np.maximum(beta_moments(x), 1e-3))
    for _ in range(200):
        a, b = np.exp(theta)
        score = np.array(
            [logs - special.digamma(a) + special.digamma(a + b), others - special.digamma(b) + special.digamma(a + b)]
        )
        both = special.polygamma(1, a + b)
        curve = np.array([[special.polygamma(1, a) - both, -both], [-both, special.polygamma(1, b) - both]])
        curve, score = curve * np.outer((a, b), (a, b)), score * (a, b)
        step = np.linalg.solve(curve, score)
        theta = theta + step / max(1.0, float(np.abs(step).max()) / 2)
        if np.abs(step).max() < 1e-13:
            break
    return float(np.exp(theta[0])), float(np.exp(theta[1]))


def welford(x: Array) -> dict[str, float]:
    """One pass, a recurrence for mean and squares."""
    mean, square = 0.0, 0.0
    for n, value in enumerate(x, 1):
        delta = value - mean
        mean += delta / n
        square += delta * (value - mean)
    return {"sigma": math.sqrt(square / len(x)), "mu": mean}


def pairwise_variance(x: Array) -> tuple[float, float]:
    """The variance from all differences of two observations, of which the mean is not needed."""
    gaps = x[:, None] - x[None, :]
    return float(x.mean()), math.sqrt(float((gaps**2).sum()) / 2) / len(x)


def gap_of_means(x: Array) -> float:
    """The logarithm of the mean less the mean of the logarithms, from ratios, which keeps digits."""
    share = x / x.mean()
    near = np.log1p(np.maximum(share - 1, -0.5)) - (share - 1)
    return -float(np.where(share > 0.5, near, np.log(share) - (share - 1)).mean())


def gamma_by_logarithm(x: Array) -> dict[str, float]:
    """Newton's method in the logarithm of the shape."""
    s = gap_of_means(x)
    log_k = math.log(max(0.5 / s, 1e-300))
    for _ in range(100):
        k = math.exp(log_k)
        gap = (1 / (2 * k) + 1 / (12 * k * k) if k > 1e5 else math.log(k) - special.digamma(k)) - s
        slope = -(1 / (2 * k) + 1 / (6 * k * k)) if k > 1e5 else 1 - k * special.polygamma(1, k)
        step = gap / slope
        log_k -= max(-2.0, min(2.0, step))
        if abs(step) < 1e-14:
            break
    k = math.exp(log_k)
    return {"shape": k, "rate": k / x.mean()}


def gamma_by_brent(x: Array) -> tuple[float, float]:
    """Bracketed root of log(k) - digamma(k) = s: between 1/(2s) and 1/s."""
    s = gap_of_means(x)

    def gap(t: float) -> float:
        k = t / s
        return (1 / (2 * k) + 1 / (12 * k * k) if k > 1e5 else math.log(k) - special.digamma(k)) / s - 1

    k = float(optimize.brentq(gap, 0.4, 1.1, xtol=1e-15, rtol=1e-14)) / s
    return k, x.mean() / k


def logistic_newton(x: Array) -> tuple[float, float]:
    """Newton's method after the data are centred and scaled; halved where the likelihood falls."""
    place, size = float(np.median(x)), float(x.std())
    z, theta = (x - place) / size, np.array([0.0, math.log(0.5)])

    def height(point: Array) -> float:
        y = (z - point[0]) / math.exp(point[1])
        return float((-np.abs(y) - 2 * np.log1p(np.exp(-np.abs(y)))).mean() - point[1])

    for _ in range(200):
        s = math.exp(theta[1])
        y = (z - theta[0]) / s
        t = np.tanh(y / 2)
        score = np.array([t.mean() / s, (y * t).mean() - 1])
        d = (1 - t * t) / 2
        curve = np.array(
            [[d.mean() / s**2, (t + y * d).mean() / s], [(t + y * d).mean() / s, (y * t + y * y * d).mean()]]
        )
        step, share = np.linalg.solve(curve, score), 1.0
        while height(theta + share * step) < height(theta) - 1e-15 and share > 1e-10:
            share /= 2
        theta = theta + share * step
        if np.abs(step).max() < 1e-12:
            break
    return place + size * float(theta[0]), size * math.exp(theta[1])


def gumbel_fixed(x: Array) -> tuple[float, float]:
    """The scale by bisection of its own equation, on data whose minimum is zero and whose range is one."""
    low, size = float(x.min()), float(np.ptp(x))
    z = (x - low) / size

    def gap(b: float) -> float:
        heavy = np.exp(-z / b)
        return b - float(z.mean()) + float((z * heavy).sum() / heavy.sum())

    b = float(optimize.brentq(gap, 1e-6, 10.0, xtol=1e-16, rtol=1e-15, maxiter=300))
    return low - size * b * math.log(float(np.exp(-z / b).mean())), size * b


def von_mises_direction(x: Array) -> tuple[float, float]:
    """The argument of a mean of unit complex numbers; the concentration by its expansion where one minus r is small."""
    m = complex(np.exp(1j * x).mean())
    direction = math.atan2(m.imag, m.real)
    spread = 2 * float((np.sin((x - direction) / 2) ** 2).mean())
    if spread < 1e-4:
        return direction, (0.5 + math.sqrt(0.25 + spread / 2)) / (2 * spread)
    gap = lambda t: special.ive(1, math.exp(t)) / special.ive(0, math.exp(t)) - abs(m)  # noqa: E731
    return direction, math.exp(float(optimize.brentq(gap, -45.0, 10.0, xtol=1e-14, rtol=1e-14)))


def laplace_any_median(x: Array) -> tuple[float, float]:
    """Any point between the middle observations will do: the upper one."""
    m = float(np.sort(x)[len(x) // 2])
    return m, float(np.abs(x - m).mean())


def weighted_median(x: Array, w: Array) -> float:
    """The first value at which half of the weight is reached."""
    order = np.argsort(x)
    return float(x[order][np.searchsorted(np.cumsum(w[order]), w.sum() / 2)])


def regression(rows: Array) -> tuple[float, float, float]:
    """Least squares with centred columns."""
    y, x = rows[:, 0], rows[:, 1]
    z = x - x.mean()
    slope = float((z * (y - y.mean())).sum() / (z * z).sum())
    left = y - y.mean() - slope * z
    return float(y.mean() - slope * x.mean()), slope, float(np.sqrt((left**2).mean()))


def off(theta: tuple[float, ...], *shares: float) -> tuple[float, ...]:
    """The estimate moved by shares of itself that cost less than the tolerance."""
    return tuple(value * (1 + share) for value, share in zip(theta, shares, strict=True))


ALGORITHMS = [
    Entry("normal", "two passes", lambda x: (x.mean(), x.std())),
    Entry("normal", "Welford", welford),
    Entry(
        "normal",
        "exact sums",
        lambda x: (lambda m: (m, math.sqrt(math.fsum((x - m) ** 2) / len(x))))(math.fsum(x) / len(x)),
    ),
    Entry("normal", "differences of pairs", pairwise_variance),
    Entry(
        "normal", "mean of squares less squared mean", lambda x: (x.mean(), math.sqrt((x * x).mean() - x.mean() ** 2))
    ),
    Entry("normal_by_variance", "numpy.cov", lambda x: (x.mean(), float(np.cov(x, ddof=0)))),
    Entry("exponential", "exact sum", lambda x: [len(x) / math.fsum(x)]),
    Entry("poisson", "running mean", lambda x: [np.cumsum(x)[-1] / len(x)]),
    Entry("bernoulli", "counts", lambda x: {"p": np.count_nonzero(x) / len(x)}),
    Entry("binomial", "share of successes", lambda x: [x.sum() / (6 * len(x))], {"fixed": {"n": 6}}),
    Entry("geometric", "successes over trials", lambda x: [len(x) / x.sum()]),
    Entry("geometric_failures", "with failures", lambda x: [len(x) / (len(x) + x.sum())]),
    Entry("laplace", "upper median", laplace_any_median),
    Entry("laplace", "numpy.median", lambda x: (np.median(x), np.abs(x - np.median(x)).mean())),
    Entry("uniform", "sorted ends", lambda x: (sorted(x)[0], sorted(x)[-1])),
    Entry("uniform_by_centre", "half of the sums", lambda x: ((x.min() + x.max()) / 2, (x.max() - x.min()) / 2)),
    Entry("discrete_uniform", "largest as an integer", lambda x: [int(x.max())]),
    Entry("pareto", "logarithms of ratios", lambda x: (x.min(), 1 / np.log(x / x.min()).mean())),
    Entry("shifted_exponential", "minimum and excess", lambda x: (x.min(), (x - x.min()).mean())),
    Entry("rayleigh", "norm", lambda x: [np.linalg.norm(x) / math.sqrt(2 * len(x))]),
    Entry("maxwell", "norm", lambda x: [np.linalg.norm(x) / math.sqrt(3 * len(x))]),
    Entry("lognormal", "logarithms first", lambda x: (np.log(x).mean(), np.log(x).std())),
    Entry(
        "inverse_gaussian",
        "squares of ratios",
        lambda x: (x.mean(), x.mean() / ((x - x.mean()) ** 2 / (x * x.mean())).mean()),
    ),
    Entry("gamma", "Minka and Newton", lambda x: gamma_newton(x, 40)),
    Entry("gamma", "Brent", gamma_by_brent),
    Entry("gamma", "a shape that is known", lambda x: [x.mean() / 2], {"fixed": {"k": 2}}),
    Entry("beta", "Newton in logarithms", beta_newton),
    Entry("weibull", "bisection in logarithms", lambda x: weibull_root(x, 120)),
    Entry("logistic", "damped Newton", logistic_newton),
    Entry("gumbel", "one equation", gumbel_fixed),
    Entry("von_mises", "complex mean", von_mises_direction),
    Entry("linear_regression", "centred least squares", regression),
    Entry("half_normal", "root of the mean square", lambda x: [math.sqrt(np.dot(x, x) / len(x))]),
    Entry("levy", "harmonic mean", lambda x: [len(x) / (1 / x).sum()]),
]

LIBRARIES = [
    Entry("normal", "scipy.stats.norm.fit", stats.norm.fit),
    Entry("exponential_by_mean", "scipy.stats.expon.fit", lambda x: [stats.expon.fit(x, floc=0)[1]]),
    Entry("shifted_exponential", "scipy.stats.expon.fit", stats.expon.fit),
    Entry("laplace", "scipy.stats.laplace.fit", stats.laplace.fit),
    Entry("rayleigh", "scipy.stats.rayleigh.fit", lambda x: [stats.rayleigh.fit(x, floc=0)[1]]),
    Entry("uniform_by_length", "scipy.stats.uniform.fit", stats.uniform.fit),
    Entry(
        "gamma",
        "scipy.stats.gamma.fit",
        lambda x: stats.gamma.fit(x, floc=0),
        {"parameters": {"k": "_0", "theta": "_2"}},
    ),
    Entry(
        "lognormal",
        "scipy.stats.lognorm.fit",
        lambda x: stats.lognorm.fit(x, floc=0),
        {"parameters": {"mu": "log(_2)", "sigma": "_0"}},
    ),
    Entry(
        "inverse_gaussian",
        "scipy.stats.invgauss.fit",
        lambda x: stats.invgauss.fit(x, floc=0),
        {"parameters": {"mu": "_0*_2", "lambda": "_2"}},
    ),
    Entry(
        "pareto",
        "scipy.stats.pareto.fit",
        lambda x: stats.pareto.fit(x, floc=0),
        {"parameters": {"x_m": "_2", "alpha": "_0"}},
    ),
]

PARAMETRISATIONS = [
    Entry(
        "exponential",
        "by its mean",
        lambda x: {"scale": x.mean()},
        {"parameters": {"lambda": "1/scale"}, "log_density": "-log(scale) - x/scale"},
    ),
    Entry(
        "gamma",
        "by its rate",
        gamma_by_logarithm,
        {
            "parameters": {"k": "shape", "theta": "1/rate"},
            "log_density": "shape*log(rate) + (shape - 1)*log(x) - rate*x - loggamma(shape)",
        },
    ),
    Entry(
        "normal",
        "by its variance",
        lambda x: {"m": x.mean(), "v": x.var()},
        {"parameters": {"mu": "m", "sigma": "sqrt(v)"}, "log_density": lambda x, m, v: stats.norm.logpdf(x, m, v**0.5)},
    ),
    Entry(
        "normal",
        "by its precision",
        lambda x: {"m": x.mean(), "tau": 1 / x.var()},
        {"parameters": {"mu": "m", "sigma": "1/sqrt(tau)"}},
    ),
    Entry(
        "beta",
        "by mean and size",
        lambda x: (lambda a, b: {"m": a / (a + b), "size": a + b})(*beta_newton(x)),
        {"parameters": {"alpha": "m*size", "beta": "(1 - m)*size"}},
    ),
    Entry(
        "uniform",
        "by centre and width",
        lambda x: {"c": (x.min() + x.max()) / 2, "w": x.max() - x.min()},
        {"parameters": {"a": "c - w/2", "b": "c + w/2"}},
    ),
]

WITH_WEIGHTS = [
    Entry(
        "normal", "weighted", lambda x, w: (lambda m: (m, math.sqrt(centre((x - m) ** 2, w))))(centre(x, w)), WEIGHTED
    ),
    Entry("exponential", "weighted", lambda x, w: [w.sum() / (w * x).sum()], WEIGHTED),
    Entry("poisson", "weighted", lambda x, w: [np.average(x, weights=w)], WEIGHTED),
    Entry(
        "laplace",
        "weighted median",
        lambda x, w: (lambda m: (m, centre(np.abs(x - m), w)))(weighted_median(x, w)),
        WEIGHTED,
    ),
    Entry("uniform", "rows of weight zero left out", lambda x, w: (x[w > 0].min(), x[w > 0].max()), WEIGHTED),
]

PERTURBED = [
    Entry("normal", "deviation off by 1e-4", lambda x: off((x.mean(), x.std()), 0.0, 1e-4)),
    Entry("exponential", "off by 3e-4", lambda x: off((1 / x.mean(),), 3e-4)),
    Entry("rayleigh", "off by 1e-4", lambda x: off((math.sqrt((x * x).mean() / 2),), -1e-4)),
    Entry("gamma", "scale and shape off by 1e-4", lambda x: off(gamma_by_brent(x), 1e-4, -1e-4)),
    Entry("laplace", "scale off by 2e-4", lambda x: off(laplace_any_median(x), 0.0, 2e-4)),
    Entry("lognormal", "deviation off by 1e-4", lambda x: off((np.log(x).mean(), np.log(x).std()), 0.0, -1e-4)),
]


def or_nothing(fit: Callable[[Array], tuple[float, ...]]) -> Callable[[Array], tuple[float, ...] | None]:
    """Nothing for observations that are all equal."""
    return lambda x: None if np.ptp(x) == 0 else fit(x)


def raises_for_zeros(x: Array) -> list[float]:
    """An exception for data without an event."""
    if not x.any():
        raise ValueError("no event")
    return [float(x.mean())]


SAYING_SO = [
    Entry(
        "normal", "nothing for equal observations", or_nothing(lambda x: (x.mean(), x.std())), {"existence": "fails"}
    ),
    Entry("poisson", "raises for zeros", raises_for_zeros, {"existence": "either"}),
    Entry("bernoulli", "on the end of the space", lambda x: [x.mean()], {"existence": "either"}),
    Entry("gamma", "not a number", lambda x: [math.nan, math.nan], {"existence": "fails"}),
]

RIGHT = [*ALGORITHMS, *LIBRARIES, *PARAMETRISATIONS, *WITH_WEIGHTS, *PERTURBED, *SAYING_SO]
