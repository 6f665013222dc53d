"""Estimators as strangers write them: standard libraries, other number types and containers, other equations."""

import math
import statistics
from collections import namedtuple
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from further_impostors import POSITIVE, RATE, in_logarithm, rate, x
from impostors import WEIGHTED, Array, Entry, beta_newton, gap_of_means, single
from scipy import optimize, special, stats
from sympy import FiniteSet, Interval, S, Symbol, exp, log, loggamma, oo

from thetahat.proofs.family import Family, Parameter

count, eta = Symbol("x", integer=True, nonnegative=True), Symbol("eta", real=True)
exposure = Symbol("z", positive=True)
RECIPROCAL = Family("reciprocal_exponential", x, POSITIVE, RATE, log(rate) - 2 * log(x) - rate / x)
ERLANG = Family("erlang_two", x, POSITIVE, RATE, 2 * log(rate) + log(x) - rate * x)
NO_EVENT = Family("at_least_one", count, FiniteSet(0, 1), RATE, count * log(1 - exp(-rate)) - (1 - count) * rate)
BY_LOG = Family(
    "poisson_by_log", count, S.Naturals0, (Parameter(eta, S.Reals),), count * eta - exp(eta) - loggamma(count + 1)
)
EXPOSED = Family(
    "exponential_exposure",
    x,
    Interval.open(0, oo),
    RATE,
    log(rate) + log(exposure) - rate * exposure * x,
    covariates=(exposure,),
)
Moments = namedtuple("Moments", "sigma mu")


def in_fractions(x: Array) -> Moments:
    """Exact moments; the root of a fraction that is scaled by an even power of two."""
    values = [Fraction(value) for value in x.tolist()]
    mean = sum(values, Fraction()) / len(values)
    variance = sum(((value - mean) ** 2 for value in values), Fraction()) / len(values)
    half = (variance.numerator.bit_length() - variance.denominator.bit_length()) // 2
    return Moments(math.ldexp(math.sqrt(variance / Fraction(4) ** half), half), mean)


def nested_logistic(x: Array) -> tuple[float, float]:
    """The place that suits a scale by one bracket, inside the bracket for the scale."""
    middle = float(np.median(x))
    size = float(np.abs(x - middle).max())
    z = (x - middle) / size

    def place(s: float) -> float:
        slope = lambda m: float(np.tanh((z - m) / (2 * s)).sum())  # noqa: E731
        return float(optimize.brentq(slope, z.min() - 1e-9, z.max() + 1e-9, xtol=1e-16, rtol=1e-15, maxiter=500))

    def gap(t: float) -> float:
        y = (z - place(math.exp(t))) / math.exp(t)
        return float((y * np.tanh(y / 2)).mean()) - 1

    s = math.exp(float(optimize.brentq(gap, -40, 5, xtol=1e-14)))
    return middle + size * place(s), size * s


def gamma_shape(x: Array) -> float:
    """The shape between bounds that hold for all data, in its logarithm."""
    s = gap_of_means(x)

    def gap(k: float) -> float:
        return (math.log(k) - special.digamma(k) if k < 1e4 else 1 / (2 * k) + 1 / (12 * k * k)) / s - 1

    return in_logarithm(gap, math.log(0.2 / s), math.log(2 / s))


def by_qr(rows: Array) -> dict[str, np.floating[Any]]:
    """Orthogonal columns, of which the covariate is centred and has size one."""
    centre = rows[:, 1].mean()
    size = np.abs(rows[:, 1] - centre).max()
    q, r = np.linalg.qr(np.column_stack([np.ones(len(rows)), (rows[:, 1] - centre) / size]))
    level = rows[:, 0].mean()
    b = np.linalg.solve(r, q.T @ (rows[:, 0] - level))
    left = rows[:, 0] - level - q @ (r @ b)
    return {"beta": b[1] / size, "sigma": np.sqrt((left**2).mean()), "alpha": level + b[0] - b[1] * centre / size}


def weighted_line(rows: Array, w: Array) -> tuple[float, float, float]:
    """``numpy.linalg.lstsq`` of rows times the roots of their weights."""
    root, centre = np.sqrt(w), np.average(rows[:, 1], weights=w)
    design = np.column_stack([np.ones(len(rows)), rows[:, 1] - centre])
    b = np.linalg.lstsq(design * root[:, None], rows[:, 0] * root, rcond=None)[0]
    sigma = math.sqrt(np.average((rows[:, 0] - design @ b) ** 2, weights=w))
    return float(b[0] - b[1] * centre), float(b[1]), sigma


def theil_sen(rows: Array) -> tuple[float, float, float]:
    """The median of slopes."""
    slope, intercept = stats.theilslopes(rows[:, 0], rows[:, 1])[:2]
    left = rows[:, 0] - intercept - slope * rows[:, 1]
    return float(intercept), float(slope), math.sqrt(float((left**2).mean()))


def of_shape(shape: Callable[[Array], float]) -> Callable[[Array], tuple[float, float]]:
    """Shape and scale of a gamma whose mean is that of the data."""
    return lambda x: (shape(x), float(x.mean()) / shape(x))


STRANGE_RIGHT = [
    Entry("normal", "statistics", lambda x: {"sigma": statistics.pstdev(x.tolist()), "mu": statistics.fmean(x)}),
    Entry("normal", "fractions", in_fractions),
    Entry(
        "lognormal_by_median", "long double", lambda x: (lambda y: (np.exp(y.mean()), y.std()))(np.log(x, dtype="g"))
    ),
    Entry("levy", "statistics", lambda x: [statistics.harmonic_mean(x.tolist())]),
    Entry("laplace", "median_low", lambda x: (lambda m: (m, np.abs(x - m).mean()))(statistics.median_low(x.tolist()))),
    Entry("logistic", "nested brackets", nested_logistic),
    Entry("gamma_by_mean", "bracketed", lambda x: {"nu": gamma_shape(x), "mu": x.mean()}),
    Entry("uniform", "quantiles", lambda x: np.quantile(x, [0, 1])),
    Entry("uniform_symmetric", "norm", lambda x: np.linalg.norm(x, np.inf)),
    Entry("categorical", "shares", lambda x: tuple(np.bincount(x.astype(int), minlength=3)[:2] / len(x))),
    Entry("linear_regression", "QR", by_qr),
    Entry("linear_regression", "weighted roots", weighted_line, WEIGHTED),
    Entry(
        "zero_truncated_poisson",
        "Lambert's W",
        lambda x: float((lambda m: m + special.lambertw(-m * math.exp(-m)))(x.mean()).real),
    ),
    Entry(RECIPROCAL, "mean of reciprocals", lambda x: [1 / np.mean(1 / x)]),
    Entry(NO_EVENT, "share without", lambda x: [-math.log1p(-x.mean())]),
    Entry(BY_LOG, "logarithm of the mean", lambda x: {"eta": np.log(x.mean())}),
    Entry(EXPOSED, "total", lambda rows: [len(rows) / (rows[:, 0] * rows[:, 1]).sum()]),
]

STRANGE_IMPOSTORS = [
    Entry("normal", "Bessel beyond ten", lambda x: (x.mean(), x.std(ddof=1 if len(x) > 10 else 0))),
    Entry("normal", "mean of single numbers", lambda x: (float(single(x).sum() / len(x)), x.std())),
    Entry("normal", "first half", lambda x: (x[: max(2, len(x) // 2)].mean(), x.std())),
    Entry(
        "normal",
        "weights of reliability",
        lambda x, w: (lambda m: (m, math.sqrt((w * (x - m) ** 2).sum() / (w.sum() - (w * w).sum() / w.sum()))))(
            np.average(x, weights=w)
        ),
        WEIGHTED,
    ),
    Entry("gamma", "two terms of digamma", of_shape(lambda x: 1 / (2 * gap_of_means(x)))),
    Entry("gamma", "Thom", of_shape(lambda x: (lambda s: (1 + math.sqrt(1 + 4 * s / 3)) / (4 * s))(gap_of_means(x)))),
    Entry("beta", "an observation of one half added", lambda x: beta_newton(np.append(x, 0.5))),
    Entry("bernoulli", "a hundredth added", lambda x: [(x.sum() + 0.01) / (len(x) + 0.02)]),
    Entry(
        "bernoulli",
        "weights of at most one, and a prior",
        lambda x, w: (lambda v: [((v * x).sum() + 0.5) / (v.sum() + 1)])(w / w.max()),
        WEIGHTED,
    ),
    Entry(
        "laplace", "one below the median", lambda x: (lambda m: (m, np.abs(x - m).mean()))(np.sort(x)[len(x) // 2 - 1])
    ),
    Entry("uniform", "wider by a millionth", lambda x: (x.min() - 1e-6 * np.ptp(x), x.max() + 1e-6 * np.ptp(x))),
    Entry("exponential", "weights rounded", lambda x, w: [(lambda v: v.sum() / (v * x).sum())(np.rint(w))], WEIGHTED),
    Entry("poisson", "roots of weights", lambda x, w: [np.average(x, weights=np.sqrt(w))], WEIGHTED),
    Entry("linear_regression", "Theil and Sen", theil_sen),
    Entry(ERLANG, "one over the mean", lambda x: [1 / x.mean()]),
    Entry(NO_EVENT, "the other outcome", lambda x: [-math.log(x.mean())]),
    Entry(BY_LOG, "mean of logarithms", lambda x: [np.log(x + 0.5).mean()]),
    Entry(EXPOSED, "mean of quotients", lambda rows: [(1 / (rows[:, 0] * rows[:, 1])).mean()]),
]
