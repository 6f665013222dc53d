"""More estimators written by hand, of rarer families, of regressions and of families that a user declares."""

import math
from collections.abc import Callable

import numpy as np
from impostors import Array, Entry, gamma_by_brent, gumbel_fixed, logistic_newton, regression, weibull_root
from mpmath import mp
from scipy import optimize, special, stats
from sympy import Interval, Symbol, log, oo, sqrt

from thetahat.proofs.family import Family, Parameter

x, rate = Symbol("x", positive=True), Symbol("a", positive=True)
POSITIVE = Interval.open(0, oo)
RATE = (Parameter(rate, POSITIVE, "rate"),)
ROOT_WAITING = Family("root_waiting", x, POSITIVE, RATE, log(rate) - log(2) - log(x) / 2 - rate * sqrt(x))
REFLECTED = Family("reflected_power", x, Interval.open(0, 1), RATE, log(rate) + (rate - 1) * log(1 - x))


def in_logarithm(gap: Callable[[float], float], low: float, high: float) -> float:
    """A positive root, bracketed in its logarithm."""
    return math.exp(float(optimize.brentq(lambda t: gap(math.exp(t)), low, high, xtol=1e-15, rtol=1e-14, maxiter=999)))


def gumbel_simplex(x: Array) -> tuple[float, float]:
    """Nelder and Mead's simplex to 1e-12, twice, on data whose range is one."""
    low, size = float(x.min()), float(np.ptp(x))
    z = (x - low) / size

    def height(t: Array) -> float:
        y = (z - t[0]) / math.exp(t[1])
        return float((np.exp(-y) + y).mean() + t[1])

    theta = np.array([z.mean(), math.log(z.std())])
    for _ in range(2):
        options = {"xatol": 1e-12, "fatol": 1e-14, "maxiter": 20_000, "maxfev": 20_000}
        theta = optimize.minimize(height, theta, method="Nelder-Mead", options=options).x
    return low + size * float(theta[0]), size * math.exp(float(theta[1]))


def student_by_em(x: Array, steps: int) -> tuple[float, float]:
    """So many steps of the EM algorithm for four degrees of freedom, on data that are centred and scaled."""
    place, size, mu, square = float(np.median(x)), float(x.std()), 0.0, 1.0
    z = (x - place) / size
    for _ in range(steps):
        w = 5 / (4 + (z - mu) ** 2 / square)
        mu = float((w * z).sum() / w.sum())
        square = float((w * (z - mu) ** 2).mean())
    return place + size * mu, size * math.sqrt(square)


def student_by_weights(x: Array, rounds: int = 500) -> tuple[float, float]:
    """EM with the scale's expanded parameter (Liu, Rubin & Wu 1998), and after each step Newton's where it is higher.

    EM alone creeps where many observations are equal. For one degree of freedom or more there is one stationary point.
    """
    place, size, mu, s = float(np.median(x)), float(x.std()), 0.0, 1.0
    z = (x - place) / size

    def height(mu: float, s: float) -> float:
        return float(-2.5 * np.log1p(((z - mu) / s) ** 2 / 4).mean() - math.log(s))

    for _ in range(rounds):
        w = 5 / (4 + ((z - mu) / s) ** 2)
        mu = float((w * z).sum() / w.sum())
        s = math.sqrt(float((w * (z - mu) ** 2).sum() / w.sum()))
        # In units of s for the place, and in the logarithm of s.
        r = (z - mu) / s
        w = 5 / (4 + r * r)
        c = w - 2 * (r * w) ** 2 / 5
        score = np.array([(w * r).mean(), (w * r * r).mean() - 1])
        bend = np.array([[c.mean(), ((c + w) * r).mean()], [((c + w) * r).mean(), ((c + w) * r * r).mean()]])
        if np.linalg.eigvalsh(bend)[0] <= 0:
            continue
        step = np.linalg.solve(bend, score)
        moved = mu + s * float(step[0]), s * math.exp(min(5.0, max(-5.0, float(step[1]))))
        if height(*moved) >= height(mu, s):
            mu, s = moved
        if float(score @ step) < 1e-20:
            break
    return place + size * mu, size * s


def inflated_by_em(x: Array) -> tuple[float, float]:
    """The EM algorithm for the share of zeros that are no counts, and the rate of the counts."""
    zeros, mean = float((x == 0).mean()), float(x.mean())
    share, rate = zeros / 2, mean
    for _ in range(100_000):
        new = zeros * share / (share + (1 - share) * math.exp(-rate))
        moved = abs(new - share) + abs(mean / (1 - new) / rate - 1)
        share, rate = new, mean / (1 - new)
        if moved < 1e-15:
            break
    return share, rate


def gamma_to_sixty_digits(x: Array) -> tuple[float, float]:
    """The likelihood equation in mpmath, solved for the logarithm of the shape."""
    with mp.workdps(60):
        values = [mp.mpf(float(value)) for value in x]
        mean = mp.fsum(values) / len(values)
        s = mp.log(mean) - mp.fsum(map(mp.log, values)) / len(values)
        start = mp.log((3 - s + mp.sqrt((s - 3) ** 2 + 24 * s)) / (12 * s))
        k = mp.exp(mp.findroot(lambda t: t - mp.digamma(mp.exp(t)) - s, start, verify=False))
        return float(k), float(mean / k)


def of_gamma(x: Array, y: Array) -> tuple[float, float]:
    """Shape and mean of a gamma that ``y``, a function of the data, has."""
    k, scale = gamma_by_brent(y)
    return k, k * scale


def by_reweighting(x: Array) -> list[float]:
    """Iterated reweighted least squares for the logarithm of a rate."""
    eta = math.log(x.mean() + 1)
    for _ in range(200):
        step = float(x.mean()) / math.exp(eta) - 1
        eta += max(-2.0, min(2.0, step))
        if abs(step) < 1e-15:
            break
    return [math.exp(eta)]


def least_squares(rows: Array) -> tuple[float, float, float]:
    """By ``numpy.linalg.lstsq`` on a column of ones and the covariate."""
    design = np.column_stack([np.ones(len(rows)), rows[:, 1]])
    found = np.linalg.lstsq(design, rows[:, 0], rcond=None)[0]
    return float(found[0]), float(found[1]), float(np.sqrt(((rows[:, 0] - design @ found) ** 2).mean()))


def by_linregress(rows: Array) -> tuple[float, float, float]:
    """By ``scipy.stats.linregress``."""
    found = stats.linregress(rows[:, 1], rows[:, 0])
    left = rows[:, 0] - found.intercept - found.slope * rows[:, 1]
    return float(found.intercept), float(found.slope), float(np.sqrt((left**2).mean()))


def ridge(rows: Array) -> tuple[float, float, float]:
    """A penalty of 0.01 on the slope."""
    z = rows[:, 1] - rows[:, 1].mean()
    slope = float((z * rows[:, 0]).sum() / ((z * z).sum() + 0.01))
    left = rows[:, 0] - rows[:, 0].mean() - slope * z
    return float(rows[:, 0].mean() - slope * rows[:, 1].mean()), slope, float(np.sqrt((left**2).mean()))


def frechet(x: Array) -> tuple[float, float]:
    """One over a Weibull."""
    k, scale = weibull_root(1 / x, 120)
    return k, 1 / scale


def log_logistic(x: Array) -> tuple[float, float]:
    """The exponential of a logistic."""
    mu, s = logistic_newton(np.log(x))
    return math.exp(mu), 1 / s


def triangular(x: Array) -> list[float]:
    """The observation at which the likelihood is highest."""
    z = np.sort(x)
    heights = [np.log(z[z <= c] / c).sum() + np.log((1 - z[z > c]) / (1 - c)).sum() for c in z]
    return [float(z[int(np.argmax(heights))])]


def lindley(x: Array) -> list[float]:
    """The positive root of the quadratic equation, as it is written down."""
    m = float(x.mean())
    return [(1 - m + math.sqrt(m * m + 6 * m + 1)) / (2 * m)]


FOUR = {"fixed": {"nu": 4}}
FURTHER_RIGHT = [
    Entry("gumbel", "Nelder-Mead", gumbel_simplex),
    Entry("student_t", "EM and Newton", student_by_weights, FOUR),
    Entry("zero_inflated_poisson", "EM", inflated_by_em),
    Entry("gamma", "sixty digits", gamma_to_sixty_digits),
    Entry(
        "zero_truncated_poisson",
        "bracketed",
        lambda x: [float(optimize.brentq(lambda t: t / -math.expm1(-t) - x.mean(), 1e-12, x.mean() + 1, xtol=1e-14))],
    ),
    Entry("inverse_gamma", "gamma of reciprocals", lambda x: (lambda k, m: (k, k / m))(*of_gamma(x, 1 / x))),
    Entry("nakagami", "gamma of squares", lambda x: (lambda y: of_gamma(x, y))(x * x)),
    Entry("frechet", "one over a Weibull", frechet),
    Entry("log_logistic", "exponential of a logistic", log_logistic),
    Entry("poisson", "reweighted least squares", by_reweighting),
    Entry("linear_regression", "lstsq", least_squares),
    Entry("linear_regression", "linregress", by_linregress),
    Entry("triangular", "highest observation", triangular),
    Entry("gumbel_minimum", "mirrored", lambda x: (lambda m, b: (-m, b))(*gumbel_fixed(-x))),
    Entry(
        "beta_known_second",
        "bracketed",
        lambda x: [in_logarithm(lambda a: special.digamma(a) - special.digamma(a + 2) - np.log(x).mean(), -99, 99)],
        {"fixed": {"beta": 2}},
    ),
    Entry(
        "logistic_known_scale",
        "bracketed",
        lambda x: [
            float(
                optimize.brentq(lambda m: np.tanh((x - m) / 4).sum(), x.min() - 1, x.max() + 1, xtol=1e-15, maxiter=999)
            )
        ],
        {"fixed": {"s": 2}},
    ),
    Entry("borel", "formula", lambda x: [1 - 1 / x.mean()]),
    Entry("lindley", "quadratic formula", lindley),
    Entry("topp_leone", "formula", lambda x: [-1 / (np.log(x) + np.log(2 - x)).mean()]),
    Entry("normal_natural", "from moments", lambda x: (x.mean() / x.var(), -0.5 / x.var())),
    Entry("poisson_exposure", "total over total", lambda rows: [rows[:, 0].sum() / rows[:, 1].sum()]),
    Entry(ROOT_WAITING, "formula", lambda x: [1 / np.sqrt(x).mean()]),
    Entry(REFLECTED, "formula", lambda x: [-1 / np.log(1 - x).mean()]),
    Entry(REFLECTED, "log1p", lambda x: [-1 / np.log1p(-x).mean()]),
]

FURTHER_IMPOSTORS = [
    Entry("student_t", "five steps of EM", lambda x: student_by_em(x, 5), FOUR),
    Entry("student_t", "a normal fit", lambda x: (x.mean(), x.std() * math.sqrt(0.5)), FOUR),
    Entry("zero_truncated_poisson", "one step of EM", lambda x: [x.mean() * -math.expm1(-x.mean())]),
    Entry(
        "zero_inflated_poisson",
        "all zeros are no counts",
        lambda x: (min(max((x == 0).mean(), 1e-9), 1 - 1e-9), x[x > 0].mean()),
    ),
    Entry("zeta", "Hill's estimator", lambda x: [1 + 1 / np.log(2 * x).mean()]),
    Entry("borel", "the reciprocal", lambda x: [1 / x.mean()]),
    Entry(
        "binomial",
        "two successes and two failures added",
        lambda x: [(x.sum() + 2) / (5 * len(x) + 4)],
        {"fixed": {"n": 5}},
    ),
    Entry("yule_simon", "moments", lambda x: [x.mean() / (x.mean() - 1)]),
    Entry("inverse_gamma", "scale for rate", lambda x: (lambda k, m: (k, m / k))(*of_gamma(x, 1 / x))),
    Entry("nakagami", "a root for a mean square", lambda x: (lambda k, m: (k, math.sqrt(m)))(*of_gamma(x, x * x))),
    Entry("chi_square", "the mean", lambda x: [x.mean()]),
    Entry("frechet", "scale not inverted", lambda x: (lambda k, s: (k, 1 / s))(*frechet(x))),
    Entry("weibull_known_shape", "mean for root mean square", lambda x: [x.mean()], {"fixed": {"k": 2}}),
    Entry("half_cauchy", "the median", lambda x: [np.median(x)]),
    Entry("linear_regression", "ridge", ridge),
    Entry("linear_regression", "roles exchanged", lambda rows: regression(rows[:, ::-1])),
    Entry("triangular", "moments", lambda x: [min(max(3 * x.mean() - 1, 1e-3), 1 - 1e-3)]),
    Entry("gumbel_minimum", "of maxima", gumbel_fixed),
    Entry("logistic_known_scale", "the mean", lambda x: [x.mean()], {"fixed": {"s": 2}}),
    Entry("normal_natural", "n - 1", lambda x: (x.mean() / x.var(ddof=1), -0.5 / x.var(ddof=1))),
    Entry("lindley", "two over the mean", lambda x: [2 / x.mean()]),
    Entry("topp_leone", "power function", lambda x: [-1 / np.log(x).mean()]),
    Entry("log_logistic", "scale for shape", lambda x: (lambda a, b: (a, 1 / b))(*log_logistic(x))),
    Entry("poisson_exposure", "mean of ratios", lambda rows: [max((rows[:, 0] / rows[:, 1]).mean(), 1e-9)]),
    Entry("exponential", "off by a thousandth", lambda x: [1.001 / x.mean()]),
    Entry("geometric", "smoothed", lambda x: [(len(x) + 1) / (x.sum() + 2)]),
    Entry(
        "gamma",
        "weights in the mean alone",
        lambda x, w: (lambda k: (k, np.average(x, weights=w) / k))(gamma_by_brent(x)[0]),
        {"weights": True},
    ),
    Entry(ROOT_WAITING, "root of the mean", lambda x: [1 / math.sqrt(x.mean())]),
    Entry(REFLECTED, "not reflected", lambda x: [-1 / np.log(x).mean()]),
]
