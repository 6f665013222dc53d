"""That ``fit`` gives what the literature says: its formula, or a root of the likelihood equations printed there.

The formulas are typed from the cited places and evaluated with mpmath; nothing in them comes from the engine. Where
the literature leaves equations, Newton's step from our estimate to their root says how far off the estimate is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import mpmath as mp
import pytest
from mpmath import atan2, besseli, digamma, exp, fsum, log, mpf, sin, sqrt, tanh, zeta

from thetahat import family, fit
from thetahat.proofs.errors import ExistenceError
from thetahat.verify.tolerance import SPECIAL_ULPS, UNIT_ROUNDOFF

Numbers = list[Any]
Theta = tuple[Any, ...]

# A formula here takes at most some twenty operations after its sums of eight terms, each off by at most SPECIAL_ULPS,
# and none of the data sets makes one of them lose more than a factor of eight: about 1e-12.
TOLERANCE = 20 * SPECIAL_ULPS * 8 * 2 * UNIT_ROUNDOFF
DIGITS = 40

COUNTS = (0, 1, 3, 2, 0, 5, 1, 7)
SIZES = (1, 1, 3, 2, 1, 5, 1, 7)
GROWING = (0.25, 0.5, 0.875, 1.125, 1.5, 1.875, 2.5, 3.5)
BITS = (0, 1, 1, 0, 1)
REALS = (-1.25, 0.5, 2.0, 0.75, -0.5, 3.25, 1.0, 0.125)
ANGLES = (-0.25, 0.5, 1.75, 0.875, -1.5, 2.25, 1.0, 0.125)
TIMES = (0.75, 1.25, 2.125, 0.375, 3.625, 1.125, 0.875, 2.625)
INCOMES = (0.125, 0.25, 0.375, 0.5, 0.875, 1.5, 4.0, 19.0)
SHARES = (0.1875, 0.5625, 0.34375, 0.8125, 0.4375, 0.65625, 0.28125)
EXPOSED = ((0, 1.5), (1, 2.0), (3, 4.25), (2, 0.5), (5, 3.0))
LINE = ((1.0, 0.5), (2.5, 1.0), (2.25, 2.0), (4.0, 2.75), (5.5, 4.0))


@dataclass(frozen=True)
class Row:
    """What is printed about one family, where, and a data set to compare on.

    ``estimate`` maps the data to the parameters in declared order. ``equations`` maps data and parameters to what is
    zero at the estimate. Exactly one of them is given.
    ``slow`` rows take half a second to derive, or repeat another row in other parameters; the deep profile has
    them.
    """

    family: str
    x: tuple[Any, ...]
    source: str
    estimate: Callable[[Numbers], Theta] | None = None
    equations: Callable[..., Theta] | None = None
    fixed: Mapping[str, Any] = field(default_factory=dict)
    slow: bool = False

    def __str__(self) -> str:
        return self.family

    @property
    def data(self) -> Numbers:
        """The data as numbers of mpmath; rows stay rows. Every double here is exact."""
        return [tuple(map(mpf, row)) if isinstance(row, tuple) else mpf(row) for row in self.x]


def mean(values: Iterable[Any]) -> Any:
    """The average."""
    every = list(values)
    return fsum(every) / len(every)


def variance(values: Iterable[Any]) -> Any:
    """The mean squared distance from the average: denominator n, as the likelihood has it."""
    every = list(values)
    centre = mean(every)
    return mean((value - centre) ** 2 for value in every)


def logs(x: Numbers) -> Numbers:
    """Their logarithms."""
    return [log(v) for v in x]


def logits(x: Numbers) -> Numbers:
    """Their log-odds."""
    return [log(v / (1 - v)) for v in x]


def median(x: Numbers) -> Any:
    """The middle one, or halfway between the two middle ones."""
    ordered, half = sorted(x), len(x) // 2
    return ordered[half] if len(x) % 2 else (ordered[half - 1] + ordered[half]) / 2


def tilted(x: Numbers, weight: Callable[[Any], Any], value: Callable[[Any], Any] = lambda v: v) -> Any:
    """The average of ``value`` with ``weight``."""
    return fsum(weight(v) * value(v) for v in x) / fsum(map(weight, x))


def excess(x: Numbers, centre: Any) -> Any:
    """Average distance by which the data lie above ``centre``; alpha in Kotz, Kozubowski & Podgórski."""
    return mean(max(v - centre, mpf(0)) for v in x)


def deficit(x: Numbers, centre: Any) -> Any:
    """Average distance by which they lie below; beta there."""
    return mean(max(centre - v, mpf(0)) for v in x)


def asymmetric_rates(x: Numbers, centre: Any) -> Theta:
    """sqrt(2) / sigma and kappa, with their sigma."""
    a, b = excess(x, centre), deficit(x, centre)
    return 1 / ((a * b) ** mpf("0.25") * (sqrt(a) + sqrt(b))), (b / a) ** mpf("0.25")


def asymmetric_centre(x: Numbers) -> Any:
    """The observation at which the likelihood, with their scale and asymmetry put in, is largest."""
    return min(x, key=lambda c: sqrt(excess(x, c)) + sqrt(deficit(x, c)))


def regression(rows: Numbers) -> Theta:
    """Least squares, and the root of the mean squared residual."""
    y, x = ([row[j] for row in rows] for j in (0, 1))
    slope = mean((u - mean(x)) * (v - mean(y)) for v, u in rows) / variance(x)
    intercept = mean(y) - slope * mean(x)
    return intercept, slope, sqrt(mean((v - intercept - slope * u) ** 2 for v, u in rows))


def triangular_mode(x: Numbers) -> Any:
    """The observation with the largest product of ratios; the likelihood is convex between two of them."""

    def height(c: Any) -> Any:
        return fsum(log(v / c) if v <= c else log((1 - v) / (1 - c)) for v in x)

    return max(x, key=height)


def student(x: Numbers, mu: Any, s: Any, nu: int) -> Theta:
    """Weighted mean and weighted variance, with the weights that the estimate gives."""

    def weight(v: Any) -> Any:
        return (nu + 1) / (nu + ((v - mu) / s) ** 2)

    return mu - tilted(x, weight), s**2 - mean(weight(v) * (v - mu) ** 2 for v in x)


def skew_normal_slopes(x: Numbers, xi: Any, omega: Any, alpha: int) -> Theta:
    """The derivatives in location and scale, by the ratio of the normal density to the normal distribution function."""
    z = [(v - xi) / omega for v in x]
    ratio = [mp.npdf(alpha * one) / mp.ncdf(alpha * one) for one in z]
    return (
        mean(z) - alpha * mean(ratio),
        1 - mean(one**2 for one in z) + alpha * mean(one * r for one, r in zip(z, ratio, strict=True)),
    )


def rising(v: Any, start: Any) -> Any:
    """1/start + 1/(start + 1) + ..., v terms."""
    return fsum(1 / (start + j) for j in range(int(v)))


def half_above(x: Numbers, position: Callable[[Any], Any]) -> Any:
    """Mean of the distribution function at the data, less a half; ``position`` is the log-odds of it."""
    return mean(tanh(position(v) / 2) for v in x)


CUD1 = "Johnson, Kotz & Balakrishnan 1994, Continuous Univariate Distributions, vol. 1, ch. "
CUD2 = "Johnson, Kotz & Balakrishnan 1995, Continuous Univariate Distributions, vol. 2, ch. "
UDD = "Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, ch. "
CB = "Casella & Berger 2002, Statistical Inference, section "
KOTZ = "Kotz, Kozubowski & Podgórski 2001, The Laplace Distribution and Generalizations, section 3.5"
SIZE = "Kleiber & Kotz 2003, Statistical Size Distributions in Economics and Actuarial Sciences, ch. "

COUNTED = (
    Row("bernoulli", BITS, CB + "7.2.2", lambda x: (mean(x),)),
    Row("binomial", COUNTS, UDD + "3", lambda x: (mean(x) / 9,), fixed={"n": 9}),
    Row(
        "categorical",
        (0, 1, 1, 2, 1, 0, 2),
        UDD + "3",
        lambda x: (mean(v == 0 for v in x), mean(v == 1 for v in x)),
        slow=True,
    ),
    Row("geometric", SIZES, UDD + "5", lambda x: (1 / mean(x),)),
    Row("geometric_failures", COUNTS, UDD + "5", lambda x: (1 / (1 + mean(x)),)),
    Row("negative_binomial_failures", COUNTS, UDD + "5", lambda x: (3 / (3 + mean(x)),), fixed={"r": 3}),
    Row("poisson", COUNTS, UDD + "4", lambda x: (mean(x),)),
    Row(
        "poisson_exposure",
        EXPOSED,
        "McCullagh & Nelder 1989, Generalized Linear Models, 2nd ed., ch. 6",
        lambda rows: (fsum(v for v, _ in rows) / fsum(t for _, t in rows),),
    ),
    Row("borel", SIZES, UDD + "7", lambda x: (1 - 1 / mean(x),)),
    Row("discrete_uniform", SIZES, UDD + "6", lambda x: (max(x),)),
    Row("discrete_uniform_interval", SIZES, UDD + "6", lambda x: (min(x), max(x))),
    Row(
        "negative_binomial",
        COUNTS,
        "Bliss & Fisher 1953, Biometrics, vol. 9, pp. 176-200",
        equations=lambda x, r, p: (mean(rising(v, r) for v in x) - log(1 + mean(x) / r), p - r / (r + mean(x))),
        slow=True,
    ),
    Row(
        "negative_binomial_by_mean",
        COUNTS,
        "Bliss & Fisher 1953, Biometrics, vol. 9, pp. 176-200",
        equations=lambda x, mu, r: (mu - mean(x), mean(rising(v, r) for v in x) - log(1 + mean(x) / r)),
        slow=True,
    ),
    Row("logarithmic_series", SIZES, UDD + "7", equations=lambda x, p: (mean(x) + p / ((1 - p) * log(1 - p)),)),
    Row(
        "zero_truncated_poisson",
        SIZES,
        "David & Johnson 1952, Biometrics, vol. 8, pp. 275-285",
        equations=lambda x, rate: (mean(x) - rate / (1 - exp(-rate)),),
    ),
    Row(
        "yule_simon",
        SIZES,
        "Garcia Garcia 2011, Applied Mathematics and Computation, vol. 217, pp. 8560-8566",
        equations=lambda x, rho: (1 / rho - mean(rising(v, rho + 1) for v in x),),
    ),
    Row(
        "zeta",
        SIZES,
        UDD + "11",
        equations=lambda x, s: (mean(logs(x)) + zeta(s, derivative=1) / zeta(s),),
    ),
)

REAL = (
    Row("normal", REALS, CB + "7.2.2", lambda x: (mean(x), sqrt(variance(x)))),
    Row("normal_mean", REALS, CB + "7.2.2", lambda x: (mean(x),), fixed={"sigma": 2}),
    Row("normal_scale", REALS, CUD1 + "13", lambda x: (sqrt(mean((v - 1) ** 2 for v in x)),), fixed={"mu": 1}),
    Row(
        "normal_mean_equals_scale",
        REALS,
        "Khan 1968, Journal of the American Statistical Association, vol. 63, pp. 1039-1041",
        lambda x: ((sqrt(mean(x) ** 2 + 4 * mean(v**2 for v in x)) - mean(x)) / 2,),
    ),
    Row("normal_by_variance", REALS, CB + "7.2.2", lambda x: (mean(x), variance(x))),
    Row("normal_by_precision", REALS, CB + "7.2.2", lambda x: (mean(x), 1 / variance(x))),
    Row("normal_by_log_scale", REALS, CB + "7.2.2", lambda x: (mean(x), log(variance(x)) / 2)),
    Row("laplace", REALS, CUD2 + "24", lambda x: (median(x), mean(abs(v - median(x)) for v in x))),
    Row("laplace_by_rate", REALS, CUD2 + "24", lambda x: (median(x), 1 / mean(abs(v - median(x)) for v in x))),
    Row("laplace_known_location", REALS, CUD2 + "24", lambda x: (mean(abs(v - 1) for v in x),), fixed={"mu": 1}),
    Row(
        "asymmetric_laplace_known_asymmetry",
        REALS,
        KOTZ,
        # Level 4/5 of eight observations is the seventh.
        lambda x: (sorted(x)[6], 1 / (2 * excess(x, sorted(x)[6]) + deficit(x, sorted(x)[6]) / 2)),
        fixed={"kappa": 2},
        slow=True,
    ),
    Row(
        "asymmetric_laplace_known_location",
        REALS,
        KOTZ,
        lambda x: asymmetric_rates(x, 1),
        fixed={"mu": 1},
    ),
    Row("shifted_exponential", REALS, CUD1 + "19", lambda x: (min(x), mean(x) - min(x))),
    Row(
        "gumbel_known_scale", REALS, CUD2 + "22", lambda x: (-2 * log(mean(exp(-v / 2) for v in x)),), fixed={"beta": 2}
    ),
    Row(
        "gumbel",
        REALS,
        CUD2 + "22",
        equations=lambda x, mu, b: (
            mu + b * log(mean(exp(-v / b) for v in x)),
            b - mean(x) + tilted(x, lambda v: exp(-v / b)),
        ),
    ),
    Row(
        "gumbel_minimum",
        REALS,
        CUD2 + "22, for the negative of the variable",
        equations=lambda x, mu, b: (
            mu - b * log(mean(exp(v / b) for v in x)),
            b + mean(x) - tilted(x, lambda v: exp(v / b)),
        ),
    ),
    Row(
        "cauchy",
        REALS,
        CUD1 + "16",
        equations=lambda x, c, s: (
            mean((v - c) / (s**2 + (v - c) ** 2) for v in x),
            mean(s**2 / (s**2 + (v - c) ** 2) for v in x) - mpf(1) / 2,
        ),
    ),
    Row(
        "logistic",
        REALS,
        CUD2 + "23",
        equations=lambda x, mu, s: (
            half_above(x, lambda v: (v - mu) / s),
            mean((v - mu) / s * tanh((v - mu) / (2 * s)) for v in x) - 1,
        ),
        slow=True,
    ),
    Row(
        "logistic_known_scale",
        REALS,
        CUD2 + "23",
        equations=lambda x, mu: (half_above(x, lambda v: (v - mu) / 2),),
        fixed={"s": 2},
    ),
    Row(
        "hyperbolic_secant",
        REALS,
        CUD2 + "23, the derivatives of the logarithm of its density",
        equations=lambda x, mu, s: (
            mean(tanh((v - mu) / s) for v in x),
            mean((v - mu) / s * tanh((v - mu) / s) for v in x) - 1,
        ),
    ),
    Row(
        "moyal",
        REALS,
        "Moyal 1955, Philosophical Magazine, series 7, vol. 46, pp. 263-280, the derivatives of his log-density",
        equations=lambda x, mu, s: (
            mean(exp((mu - v) / s) for v in x) - 1,
            2 * s - mean(x) + tilted(x, lambda v: exp(-v / s)),
        ),
    ),
    Row(
        "von_mises",
        ANGLES,
        "Mardia & Jupp 2000, Directional Statistics, section 5.3.1",
        equations=lambda x, mu, kappa: (
            mu - atan2(mean(map(sin, x)), mean(map(mp.cos, x))),
            besseli(1, kappa) / besseli(0, kappa) - mp.hypot(mean(map(sin, x)), mean(map(mp.cos, x))),
        ),
        slow=True,
    ),
    Row("linear_regression", LINE, CB + "11.3", regression, slow=True),
)

POSITIVE = (
    Row("exponential", TIMES, CUD1 + "19", lambda x: (1 / mean(x),)),
    Row("exponential_by_mean", TIMES, CUD1 + "19", lambda x: (mean(x),)),
    Row("gamma_known_shape", TIMES, CUD1 + "17", lambda x: (mean(x) / 3,), fixed={"k": 3}),
    Row(
        "gamma",
        TIMES,
        CUD1 + "17",
        equations=lambda x, k, t: (log(k) - digamma(k) - log(mean(x)) + mean(logs(x)), k * t - mean(x)),
    ),
    Row(
        "gamma_by_rate",
        TIMES,
        CUD1 + "17",
        equations=lambda x, a, b: (log(a) - digamma(a) - log(mean(x)) + mean(logs(x)), a - b * mean(x)),
        slow=True,
    ),
    Row(
        "gamma_by_mean",
        TIMES,
        "McCullagh & Nelder 1989, Generalized Linear Models, 2nd ed., ch. 8",
        # Twice the difference is the mean deviance.
        equations=lambda x, mu, nu: (
            mu - mean(x),
            log(nu) - digamma(nu) - mean(-log(v / mu) + (v - mu) / mu for v in x),
        ),
    ),
    Row(
        "inverse_gamma",
        TIMES,
        "Llera & Beckmann 2016, Estimating an inverse gamma distribution, arXiv 1605.01019",
        equations=lambda x, a, b: (
            digamma(a) - log(a) + log(mean(1 / v for v in x)) + mean(logs(x)),
            b - a / mean(1 / v for v in x),
        ),
    ),
    Row("chi", TIMES, CUD1 + "18", equations=lambda x, k: (digamma(k / 2) + log(2) - 2 * mean(logs(x)),)),
    Row(
        "birnbaum_saunders",
        TIMES,
        "Birnbaum & Saunders 1969, Journal of Applied Probability, vol. 6, pp. 328-347",
        equations=lambda x, a, b: (
            a**2 - mean(x) / b - b * mean(1 / v for v in x) + 2,
            b**2 * mean(1 / v for v in x)
            - b * (2 + mean(1 / v for v in x) / mean(1 / (b + v) for v in x))
            + mean(x)
            + 1 / mean(1 / (b + v) for v in x),
        ),
        slow=True,
    ),
    Row(
        "gompertz",
        TIMES,
        "Garg, Rao & Redmond 1970, Applied Statistics, vol. 19, pp. 152-159",
        equations=lambda x, eta, b: (
            eta - 1 / (mean(exp(b * v) for v in x) - 1),
            1 / b + mean(x) - eta * mean(v * exp(b * v) for v in x),
        ),
    ),
    Row(
        "burr",
        TIMES,
        "Wingo 1983, Biometrical Journal, vol. 25, pp. 77-84",
        equations=lambda x, c, k: (
            k - 1 / mean(log(1 + v**c) for v in x),
            1 / c + mean(logs(x)) - (k + 1) * mean(v**c * log(v) / (1 + v**c) for v in x),
        ),
        slow=True,
    ),
    Row(
        "exponentiated_exponential",
        TIMES,
        "Gupta & Kundu 2001, Biometrical Journal, vol. 43, pp. 117-130",
        equations=lambda x, a, rate: (
            a + 1 / mean(log(1 - exp(-rate * v)) for v in x),
            1 / rate + (a - 1) * mean(v * exp(-rate * v) / (1 - exp(-rate * v)) for v in x) - mean(x),
        ),
        slow=True,
    ),
    Row(
        "generalised_gamma",
        GROWING,
        "Stacy & Mihram 1965, Technometrics, vol. 7, pp. 349-358",
        equations=lambda x, a, d, p: (
            d * (tilted(x, lambda v: v**p, log) - mean(logs(x))) - 1,
            digamma(d / p) - p * mean(logs(x)) + p * log(a),
            a**p * d / p - mean(v**p for v in x),
        ),
        slow=True,
    ),
    Row(
        "kumaraswamy",
        SHARES,
        "Jones 2009, Statistical Methodology, vol. 6, pp. 70-81",
        equations=lambda x, a, b: (
            b + 1 / mean(log(1 - v**a) for v in x),
            1 / a + mean(logs(x)) - (b - 1) * mean(v**a * log(v) / (1 - v**a) for v in x),
        ),
    ),
    Row(
        "scaled_inverse_chi_square",
        TIMES,
        "Llera & Beckmann 2016, arXiv 1605.01019, with their shape nu / 2 and scale nu s^2 / 2",
        equations=lambda x, nu, s: (
            digamma(nu / 2) - log(nu / 2) + log(mean(1 / v for v in x)) + mean(logs(x)),
            s**2 - 1 / mean(1 / v for v in x),
        ),
    ),
    Row(
        "inverse_gaussian_mean_equals_shape",
        TIMES,
        CUD1 + "15, the derivative of the log-likelihood with lambda = mu",
        equations=lambda x, mu: (mu**2 * mean(1 / v for v in x) - mu - mean(x),),
    ),
    Row(
        "student_t",
        REALS,
        "Lange, Little & Taylor 1989, Journal of the American Statistical Association, vol. 84, pp. 881-896",
        equations=lambda x, mu, s: student(x, mu, s, 4),
        fixed={"nu": 4},
        slow=True,
    ),
    Row(
        "skew_normal",
        REALS,
        "Azzalini & Capitanio 2014, The Skew-Normal and Related Families, section 3.1.1",
        equations=lambda x, xi, omega: skew_normal_slopes(x, xi, omega, 2),
        fixed={"alpha": 2},
        slow=True,
    ),
    Row("normal_natural", REALS, CB + "7.2.2", lambda x: (mean(x) / variance(x), -1 / (2 * variance(x))), slow=True),
    Row(
        "generalised_normal",
        REALS,
        CUD2 + "24",
        equations=lambda x, mu, a: (
            mean(mp.sign(v - mu) * abs(v - mu) ** 2 for v in x),
            a**3 - 3 * mean(abs(v - mu) ** 3 for v in x),
        ),
        fixed={"beta": 3},
    ),
    Row(
        "generalised_poisson",
        COUNTS,
        "Consul 1989, Generalized Poisson Distributions, ch. 4",
        equations=lambda x, theta, rate: (
            mean(v * (v - 1) / (mean(x) + (v - mean(x)) * rate) for v in x) - mean(x),
            theta - mean(x) * (1 - rate),
        ),
        slow=True,
    ),
    Row(
        "zero_inflated_poisson",
        COUNTS,
        UDD + "8",
        equations=lambda x, w, rate: (
            mean(x) * (1 - exp(-rate)) - rate * mean(v > 0 for v in x),
            w - 1 + mean(x) / rate,
        ),
        slow=True,
    ),
    Row(
        "asymmetric_laplace",
        REALS,
        KOTZ,
        lambda x: (asymmetric_centre(x), *asymmetric_rates(x, asymmetric_centre(x))),
        slow=True,
    ),
    Row("chi_square", TIMES, CUD1 + "18", equations=lambda x, k: (digamma(k / 2) + log(2) - mean(logs(x)),)),
    Row(
        "inverse_gaussian", TIMES, CUD1 + "15", lambda x: (mean(x), 1 / mean(1 / v - 1 / mean(x) for v in x)), slow=True
    ),
    Row("lognormal", TIMES, CUD1 + "14", lambda x: (mean(logs(x)), sqrt(variance(logs(x))))),
    Row("lognormal_by_median", TIMES, CUD1 + "14", lambda x: (exp(mean(logs(x))), sqrt(variance(logs(x)))), slow=True),
    Row("pareto", INCOMES, CUD1 + "20", lambda x: (min(x), 1 / mean(log(v / min(x)) for v in x))),
    Row("pareto_known_minimum", TIMES, CUD1 + "20", lambda x: (1 / mean(log(4 * v) for v in x),), fixed={"x_m": 0.25}),
    Row("power_function", TIMES, CB + "7.4, exercise 10", lambda x: (1 / mean(log(max(x) / v) for v in x), max(x))),
    Row("rayleigh", TIMES, CUD1 + "18", lambda x: (sqrt(mean(v**2 for v in x) / 2),)),
    Row("maxwell", TIMES, CUD1 + "18", lambda x: (sqrt(mean(v**2 for v in x) / 3),)),
    Row("half_normal", TIMES, CUD1 + "13", lambda x: (sqrt(mean(v**2 for v in x)),)),
    Row("levy", TIMES, CUD1 + "12", lambda x: (1 / mean(1 / v for v in x),)),
    Row(
        "inverse_rayleigh",
        TIMES,
        "Voda 1972, Reports of Statistical Application Research, JUSE, vol. 19, pp. 13-21",
        lambda x: (1 / mean(v**-2 for v in x),),
    ),
    Row(
        "lindley",
        TIMES,
        "Ghitany, Atieh & Nadarajah 2008, Mathematics and Computers in Simulation, vol. 78, pp. 493-506",
        lambda x: ((1 - mean(x) + sqrt((mean(x) - 1) ** 2 + 8 * mean(x))) / (2 * mean(x)),),
    ),
    Row("weibull_known_shape", TIMES, CUD1 + "21", lambda x: (mp.cbrt(mean(v**3 for v in x)),), fixed={"k": 3}),
    Row(
        "weibull",
        TIMES,
        "Cohen 1965, Technometrics, vol. 7, pp. 579-588",
        equations=lambda x, k, s: (
            tilted(x, lambda v: v**k, log) - 1 / k - mean(logs(x)),
            s**k - mean(v**k for v in x),
        ),
    ),
    Row(
        "weibull_by_rate",
        TIMES,
        "Cohen 1965, Technometrics, vol. 7, pp. 579-588",
        equations=lambda x, k, rate: (
            tilted(x, lambda v: v**k, log) - 1 / k - mean(logs(x)),
            rate**-k - mean(v**k for v in x),
        ),
        slow=True,
    ),
    Row(
        "frechet",
        TIMES,
        CUD2 + "22",
        equations=lambda x, a, s: (
            tilted(x, lambda v: v**-a, log) + 1 / a - mean(logs(x)),
            s**-a - mean(v**-a for v in x),
        ),
    ),
    Row(
        "nakagami",
        TIMES,
        "Cheng & Beaulieu 2001, IEEE Communications Letters, vol. 5, pp. 101-103",
        equations=lambda x, m, w: (
            log(m) - digamma(m) - log(mean(v**2 for v in x)) + 2 * mean(logs(x)),
            w - mean(v**2 for v in x),
        ),
    ),
    Row(
        "half_logistic",
        TIMES,
        CUD2 + "23",
        equations=lambda x, s: (mean(v / s * tanh(v / (2 * s)) for v in x) - 1,),
    ),
    Row(
        "half_cauchy",
        TIMES,
        CUD1 + "16, the scale of a Cauchy variable with known location",
        equations=lambda x, s: (mean(s**2 / (s**2 + v**2) for v in x) - mpf(1) / 2,),
    ),
    Row(
        "log_logistic",
        TIMES,
        CUD2 + "23, for the logarithm of the variable",
        equations=lambda x, a, b: (
            half_above(x, lambda v: b * log(v / a)),
            mean(b * log(v / a) * tanh(b * log(v / a) / 2) for v in x) - 1,
        ),
        slow=True,
    ),
    Row(
        "lomax",
        INCOMES,
        SIZE + "3",
        equations=lambda x, a, s: (
            a - 1 / mean(log(1 + v / s) for v in x),
            (a + 1) * mean(v / (s + v) for v in x) - 1,
        ),
        slow=True,
    ),
    Row(
        "truncated_exponential",
        TIMES,
        "Deemer & Votaw 1955, Annals of Mathematical Statistics, vol. 26, pp. 498-504",
        equations=lambda x, rate: (1 / rate - 5 / (exp(5 * rate) - 1) - mean(x),),
        fixed={"T": 5},
        slow=True,
    ),
    Row(
        "beta_prime",
        TIMES,
        CUD2 + "25, for the share x / (1 + x)",
        equations=lambda x, a, b: (
            digamma(a) - digamma(a + b) - mean(log(v / (1 + v)) for v in x),
            digamma(b) - digamma(a + b) + mean(log(1 + v) for v in x),
        ),
        slow=True,
    ),
    Row(
        "rayleigh_shifted",
        TIMES,
        "Dey, Dey & Kundu 2014, American Journal of Mathematical and Management Sciences, vol. 33, pp. 55-74",
        equations=lambda x, mu, s: (
            s**2 - mean((v - mu) ** 2 for v in x) / 2,
            mean(1 / (v - mu) for v in x) - (mean(x) - mu) / s**2,
        ),
    ),
)

BOUNDED = (
    Row(
        "beta",
        SHARES,
        CUD2 + "25",
        equations=lambda x, a, b: (
            digamma(a) - digamma(a + b) - mean(logs(x)),
            digamma(b) - digamma(a + b) - mean(log(1 - v) for v in x),
        ),
    ),
    Row(
        "beta_by_mean",
        SHARES,
        "Ferrari & Cribari-Neto 2004, Journal of Applied Statistics, vol. 31, pp. 799-815",
        equations=lambda x, mu, phi: (
            mean(logits(x)) - digamma(mu * phi) + digamma((1 - mu) * phi),
            mu * (mean(logits(x)) - digamma(mu * phi) + digamma((1 - mu) * phi))
            + mean(log(1 - v) for v in x)
            - digamma((1 - mu) * phi)
            + digamma(phi),
        ),
        slow=True,
    ),
    Row(
        "beta_known_second",
        SHARES,
        CUD2 + "25",
        equations=lambda x, a: (digamma(a) - digamma(a + 2) - mean(logs(x)),),
        fixed={"beta": 2},
    ),
    Row(
        "topp_leone",
        SHARES,
        "Kotz & van Dorp 2004, Beyond Beta, ch. 2",
        lambda x: (-1 / mean(log(v * (2 - v)) for v in x),),
    ),
    Row(
        "logit_normal",
        SHARES,
        "Johnson 1949, Biometrika, vol. 36, pp. 149-176",
        lambda x: (mean(logits(x)), sqrt(variance(logits(x)))),
        slow=True,
    ),
    Row("triangular", SHARES, "Kotz & van Dorp 2004, Beyond Beta, ch. 1", lambda x: (triangular_mode(x),), slow=True),
    Row("uniform", SHARES, CUD2 + "26", lambda x: (min(x), max(x))),
    Row("uniform_from_zero", SHARES, CB + "7.2.2", lambda x: (max(x),)),
    Row("uniform_symmetric", REALS, CUD2 + "26", lambda x: (max(map(abs, x)),)),
    Row(
        "uniform_by_centre",
        REALS,
        CUD2 + "26",
        lambda x: ((min(x) + max(x)) / 2, (max(x) - min(x)) / 2),
    ),
    Row(
        "uniform_by_length",
        REALS,
        CUD2 + "26",
        lambda x: (min(x), max(x) - min(x)),
    ),
)

ROWS = (*COUNTED, *REAL, *POSITIVE, *BOUNDED)


def replace_estimate(name: str, estimate: Callable[[Numbers], Theta]) -> Row:
    """The family's row with another formula."""
    return replace(next(row for row in ROWS if row.family == name), estimate=estimate)


def replace_equations(name: str, equations: Callable[..., Theta]) -> Row:
    """The family's row with other equations."""
    return replace(next(row for row in ROWS if row.family == name), equations=equations)


@cache
def fitted(name: str, x: tuple[Any, ...], fixed: tuple[tuple[str, Any], ...]) -> tuple[float, ...]:
    """Our estimate, in declared order."""
    return tuple(fit(family(name), x, fixed=dict(fixed)).theta_hat.values())


def ours(row: Row) -> tuple[float, ...]:
    return fitted(row.family, row.x, tuple(row.fixed.items()))


def misses(row: Row, theta: tuple[float, ...]) -> list[str]:
    """Where ``theta`` lies farther from the literature's estimate than rounding explains."""
    with mp.workdps(DIGITS):
        exact = literature(row, theta)
        assert len(exact) == len(theta), f"{row}: {len(theta)} parameters, but {len(exact)} in {row.source}"
        return [
            f"{row}: parameter {j} is {mine!r}, but {mp.nstr(value, 17)} in {row.source}"
            for j, (mine, value) in enumerate(zip(theta, exact, strict=True))
            if not abs(mpf(mine) - value) <= TOLERANCE * abs(value)
        ]


def literature(row: Row, near: tuple[float, ...]) -> Theta:
    """The printed formula's value, or the root of the printed equations next to ``near``."""
    x = row.data
    if row.estimate is not None:
        return row.estimate(x)
    assert row.equations is not None, f"{row}: neither a formula nor equations"
    equations = row.equations
    if len(near) == 1:
        # Steps of 1e-12 tell the secant method how large a step is; the root is then found to all digits.
        return (
            mp.findroot(lambda t: equations(x, t)[0], (mpf(near[0]), mpf(near[0]) * (1 + mpf("1e-12"))), tol=1e-60),
        )
    return tuple(mp.findroot(lambda *t: equations(x, *t), tuple(map(mpf, near)), tol=1e-60))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a row; the slow rows under the deep profile only."""
    for argument, rows in (("row", ROWS),):
        if argument in metafunc.fixturenames:
            deep = metafunc.config.getoption("--hypothesis-profile") == "deep"
            metafunc.parametrize(argument, [row for row in rows if deep or not row.slow], ids=str)


def test_the_estimate_is_that_of_the_literature(row: Row) -> None:
    """The formula printed for it, or a root of the printed likelihood equations."""
    assert misses(row, ours(row)) == []


def test_a_small_error_in_any_parameter_is_noticed(row: Row) -> None:
    """Planted errors: each parameter in turn, off in its tenth digit, on the same data."""
    theta = ours(row)
    for j in range(len(theta)):
        moved = (*theta[:j], theta[j] * (1 + 1e-9), *theta[j + 1 :])
        assert misses(row, moved) != [], f"{row}: parameter {j} off by 1e-9 of itself passes"


PLANTED = {
    "n - 1 for n": replace_estimate("normal", lambda x: (mean(x), sqrt(variance(x) * 8 / 7))),
    "mean for median": replace_estimate("laplace", lambda x: (mean(x), mean(abs(v - median(x)) for v in x))),
    "squares for distances": replace_estimate(
        "laplace", lambda x: (median(x), sqrt(mean((v - median(x)) ** 2 for v in x)))
    ),
    "rate for scale": replace_estimate("exponential", lambda x: (mean(x),)),
    "lost factor": replace_estimate("rayleigh", lambda x: (sqrt(mean(v**2 for v in x)),)),
    "reciprocals of sums for sums of reciprocals": replace_estimate("levy", lambda x: (mean(x),)),
    "second largest": replace_estimate("uniform", lambda x: (min(x), sorted(x)[-2])),
    "other branch": replace_estimate(
        "lindley", lambda x: ((1 - mean(x) - sqrt((mean(x) - 1) ** 2 + 8 * mean(x))) / (2 * mean(x)),)
    ),
    "moments for likelihood": replace_equations(
        "gamma", lambda x, k, t: (k - mean(x) ** 2 / variance(x), k * t - mean(x))
    ),
    "sign flipped": replace_equations(
        "weibull",
        lambda x, k, s: (tilted(x, lambda v: v**k, log) - 1 / k + mean(logs(x)), s**k - mean(v**k for v in x)),
    ),
    "lost term": replace_equations("chi_square", lambda x, k: (digamma(k / 2) - mean(logs(x)),)),
    "shape of the other end": replace_equations(
        "beta",
        lambda x, a, b: (
            digamma(b) - digamma(a + b) - mean(logs(x)),
            digamma(a) - digamma(a + b) - mean(log(1 - v) for v in x),
        ),
    ),
}


@pytest.mark.parametrize("wrong", PLANTED.values(), ids=PLANTED)
def test_a_wrong_formula_is_noticed(wrong: Row) -> None:
    """Planted errors in what is typed from the literature."""
    assert misses(wrong, ours(wrong)) != []


def test_a_uniform_interval_of_length_one_may_lie_anywhere_between_its_extreme_positions() -> None:
    """Casella & Berger 2002, section 7.2.2: every value from the maximum less one to the minimum maximises."""
    low, high = fit(family("uniform_unit_length"), SHARES).sets["theta"]
    assert (low, high) == (max(SHARES) - 1, min(SHARES))


def test_data_wider_than_the_interval_are_refused() -> None:
    """No position of an interval of length one covers both; an estimate would have likelihood zero."""
    with pytest.raises(ExistenceError):
        fit(family("uniform_unit_length"), (0.0, 5.0))


@pytest.mark.parametrize(
    ("name", "x"),
    [
        # Johnson, Kotz & Balakrishnan 1995, vol. 2, ch. 25: the density is infinite at both ends.
        pytest.param("arcsine", REALS, id="arcsine"),
        # Smith 1985, Biometrika, vol. 72, pp. 67-90: with a shape below one, as the location nears the minimum.
        pytest.param("weibull_with_location", TIMES, id="weibull_with_location"),
    ],
)
def test_an_unbounded_likelihood_has_no_estimate(name: str, x: tuple[float, ...]) -> None:
    """No number is returned where the literature says that the likelihood has no maximum."""
    with pytest.raises(ExistenceError, match="unbounded"):
        fit(family(name), x)


def test_the_mode_of_a_triangle_is_at_an_observation() -> None:
    """Kotz & van Dorp 2004, Beyond Beta, ch. 1: here at the second smallest; between observations it is no maximum."""
    row = replace_estimate("triangular", lambda x: (triangular_mode(x),))
    row = replace(row, x=(0.4375, 0.875, 0.21875, 0.53125))
    assert misses(row, ours(row)) == []


def test_enough_families_are_compared() -> None:
    """And no family twice."""
    names = [row.family for row in ROWS]
    assert len(set(names)) == len(names)
    assert sum(not row.slow for row in ROWS) >= 60
