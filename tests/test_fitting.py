"""Whether fits are what the literature says, whatever the weights and fixed values, and refuse what has no answer."""

import math
from collections.abc import Callable, Mapping, Sequence

import mpmath
import numpy as np
import pytest
from numpy.typing import NDArray
from sympy import Expr, FiniteSet, Interval, Reals, S, Set, Symbol, exp, log, loggamma, oo, pi

from thetahat import Covariate, Family, Parameter, certify, check_family, derive, family, fit
from thetahat.proofs.derivation import Outcome
from thetahat.proofs.errors import DataError, ExistenceError, ParameterError, SupportError, UnsolvedError
from thetahat.verify import estimation
from thetahat.verify.fitting import fit_with
from thetahat.verify.known_values import derivation_with

Array = NDArray[np.float64]
# The reference formula, itself in doubles, sums 40 terms: as many roundings, and a few of its own.
ROUNDING = 64 * 2.0**-53
# A numerical root inherits the rounding of its equation, some ten units, times the condition of the root; for these
# data, of ordinary spread, the derivative is of the size of its terms, within a factor of a hundred.
ROOT = 1e-12


def sample(name: str, n: int = 40, seed: int = 7) -> Array:
    """Ordinary data for a family, by NumPy alone."""
    rng = np.random.default_rng(seed)
    draws: dict[str, Callable[[], Array]] = {
        "beta": lambda: rng.beta(2.0, 3.0, n),
        "uniform": lambda: rng.uniform(-2.0, 5.0, n),
        "linear_regression": lambda: _line(rng, n),
        "bernoulli": lambda: rng.integers(0, 2, n).astype(float),
        "binomial": lambda: rng.binomial(10, 0.3, n).astype(float),
        "categorical": lambda: rng.choice(3, n, p=[0.5, 0.3, 0.2]).astype(float),
        "discrete_uniform": lambda: rng.integers(1, 30, n).astype(float),
        "geometric": lambda: rng.geometric(0.3, n).astype(float),
        "negative_binomial": lambda: rng.negative_binomial(2, 0.3, n).astype(float),
        "poisson": lambda: rng.poisson(4.0, n).astype(float),
        "pareto": lambda: 2.0 * (1 + rng.pareto(3.0, n)),
        "von_mises": lambda: rng.vonmises(1.0, 2.0, n),
        "cauchy": lambda: 1.0 + 2.0 * rng.standard_cauchy(n),
    }
    real = {"gumbel", "laplace", "logistic", "normal", "normal_mean", "normal_scale", "shifted_exponential"}
    if name in real:
        return rng.normal(3.0, 2.0, n)
    return draws.get(name, lambda: rng.gamma(2.0, 1.5, n))()


def _line(rng: np.random.Generator, n: int) -> Array:
    x = rng.normal(1.0, 2.0, n)
    return np.column_stack([2.0 - 0.5 * x + rng.normal(0.0, 0.7, n), x])


CONSTANTS: dict[str, dict[str, object]] = {
    "binomial": {"n": 10},
    "normal_mean": {"sigma": 2},
    "normal_scale": {"mu": 3},
}


def regression(rows: Array) -> tuple[float, ...]:
    """Normal equations and the mean squared residual."""
    y, x = rows[:, 0], rows[:, 1]
    slope = float(((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum())
    intercept = float(y.mean() - slope * x.mean())
    return intercept, slope, math.sqrt(float(((y - intercept - slope * x) ** 2).mean()))


# Textbook formulas, each with its source. JKB 1, 2: Johnson, Kotz & Balakrishnan 1994, 1995, Continuous Univariate
# Distributions, volumes 1 and 2; JKK: Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions.
LITERATURE: dict[str, tuple[str, Callable[[Array], Sequence[float]]]] = {
    "normal": ("Casella & Berger 2002, example 7.2.11", lambda x: (x.mean(), x.std())),
    "normal_mean": ("Casella & Berger 2002, example 7.2.5", lambda x: (x.mean(),)),
    "normal_scale": ("JKB 1, section 13.8", lambda x: (math.sqrt(((x - 3) ** 2).mean()),)),
    "lognormal": ("JKB 1, section 14.4", lambda x: (np.log(x).mean(), np.log(x).std())),
    "exponential": ("JKB 1, section 19.7", lambda x: (1 / x.mean(),)),
    "shifted_exponential": ("JKB 1, section 19.7", lambda x: (x.min(), (x - x.min()).mean())),
    "rayleigh": ("JKB 1, section 18.10", lambda x: (math.sqrt((x**2).mean() / 2),)),
    "pareto": ("JKB 1, section 20.5", lambda x: (x.min(), 1 / np.log(x / x.min()).mean())),
    "inverse_gaussian": ("JKB 1, section 15.6", lambda x: (x.mean(), 1 / (1 / x - 1 / x.mean()).mean())),
    "uniform": ("JKB 2, section 26.4", lambda x: (x.min(), x.max())),
    "laplace": ("JKB 2, section 24.4", lambda x: (np.median(x), np.abs(x - np.median(x)).mean())),
    "discrete_uniform": ("JKK, section 6.10.1", lambda x: (x.max(),)),
    "geometric": ("JKK, section 5.2", lambda x: (1 / x.mean(),)),
    "poisson": ("JKK, section 4.7", lambda x: (x.mean(),)),
    "bernoulli": ("Casella & Berger 2002, example 7.2.7", lambda x: (x.mean(),)),
    "binomial": ("JKK, section 3.8", lambda x: (x.mean() / 10,)),
    "categorical": ("Bishop 2006, section 2.2", lambda x: ((x == 0).mean(), (x == 1).mean())),
    "linear_regression": ("Casella & Berger 2002, section 11.3.1", regression),
}

Equations = Callable[[Sequence[mpmath.mpf], Sequence[mpmath.mpf]], Sequence[mpmath.mpf]]


def _avg(values: Sequence[mpmath.mpf]) -> mpmath.mpf:
    return mpmath.fsum(values) / len(values)


def _shape_equation(x: Sequence[mpmath.mpf], shape: mpmath.mpf) -> mpmath.mpf:
    return mpmath.log(shape) - mpmath.digamma(shape) - mpmath.log(_avg(x)) + _avg([mpmath.log(v) for v in x])


def _weibull(x: Sequence[mpmath.mpf], t: Sequence[mpmath.mpf]) -> Sequence[mpmath.mpf]:
    powers = [v ** t[0] for v in x]
    logs = [mpmath.log(v) for v in x]
    tilted = mpmath.fsum(p * g for p, g in zip(powers, logs, strict=True)) / mpmath.fsum(powers)
    return tilted - 1 / t[0] - _avg(logs), t[1] - _avg(powers) ** (1 / t[0])


def _gumbel(x: Sequence[mpmath.mpf], t: Sequence[mpmath.mpf]) -> Sequence[mpmath.mpf]:
    w = [mpmath.exp(-v / t[1]) for v in x]
    tilted = mpmath.fsum(v * u for v, u in zip(x, w, strict=True)) / mpmath.fsum(w)
    return t[1] - _avg(x) + tilted, t[0] + t[1] * mpmath.log(_avg(w))


def _von_mises(x: Sequence[mpmath.mpf], t: Sequence[mpmath.mpf]) -> Sequence[mpmath.mpf]:
    s, c = _avg([mpmath.sin(v) for v in x]), _avg([mpmath.cos(v) for v in x])
    ratio = mpmath.besseli(1, t[1]) / mpmath.besseli(0, t[1])
    return t[0] - mpmath.atan2(s, c), ratio - mpmath.sqrt(s**2 + c**2)


def _beta(x: Sequence[mpmath.mpf], t: Sequence[mpmath.mpf]) -> Sequence[mpmath.mpf]:
    both = mpmath.digamma(t[0] + t[1])
    return (
        mpmath.digamma(t[0]) - both - _avg([mpmath.log(v) for v in x]),
        mpmath.digamma(t[1]) - both - _avg([mpmath.log(1 - v) for v in x]),
    )


def _logistic(x: Sequence[mpmath.mpf], t: Sequence[mpmath.mpf]) -> Sequence[mpmath.mpf]:
    z = [(v - t[0]) / t[1] for v in x]
    return _avg([mpmath.tanh(v / 2) for v in z]), _avg([v * mpmath.tanh(v / 2) for v in z]) - 1


def _cauchy(x: Sequence[mpmath.mpf], t: Sequence[mpmath.mpf]) -> Sequence[mpmath.mpf]:
    z = [(v - t[0]) / t[1] for v in x]
    return _avg([v / (1 + v**2) for v in z]), _avg([1 / (1 + v**2) for v in z]) - mpmath.mpf(1) / 2


def _negative_binomial(x: Sequence[mpmath.mpf], t: Sequence[mpmath.mpf]) -> Sequence[mpmath.mpf]:
    r, m = t[0], _avg(x)
    rising = _avg([mpmath.digamma(v + r) for v in x]) - mpmath.digamma(r)
    return rising + mpmath.log(r / (r + m)), t[1] - r / (r + m)


EQUATIONS: dict[str, tuple[str, Equations]] = {
    "gamma": ("JKB 1, section 17.7", lambda x, t: (_shape_equation(x, t[0]), t[1] - _avg(x) / t[0])),
    "inverse_gamma": (
        "the gamma equations of 1/x",
        lambda x, t: (_shape_equation([1 / v for v in x], t[0]), t[1] - t[0] / _avg([1 / v for v in x])),
    ),
    "weibull": ("JKB 1, section 21.4", _weibull),
    "gumbel": ("JKB 2, section 22.9", _gumbel),
    "von_mises": ("Mardia & Jupp 2000, section 5.3.1", _von_mises),
    "beta": ("JKB 2, section 25.4", _beta),
    "logistic": ("JKB 2, section 23.10", _logistic),
    "cauchy": ("JKB 1, section 16.4", _cauchy),
    "negative_binomial": ("JKK, section 5.8", _negative_binomial),
}


@pytest.mark.parametrize("name", LITERATURE)
def test_the_estimate_is_the_textbook_formula(name: str) -> None:
    """On ordinary data, to the rounding of the formula."""
    _, formula = LITERATURE[name]
    x = sample(name)
    assert fit(family(name), x, fixed=CONSTANTS.get(name)).theta == pytest.approx(list(formula(x)), rel=ROUNDING)


@pytest.mark.parametrize("name", EQUATIONS)
def test_the_estimate_solves_the_textbook_equations(name: str) -> None:
    """Their root nearest to the estimate, in forty digits, is the estimate."""
    _, equations = EQUATIONS[name]
    x = sample(name)
    theta = fit(family(name), x).theta
    with mpmath.workdps(40):
        rows = [mpmath.mpf(float(v)) for v in x]
        root = mpmath.findroot(lambda *t: equations(rows, t), tuple(map(float, theta)), tol=1e-60)
        assert [float(v) for v in root] == pytest.approx(theta.tolist(), rel=ROOT)


def test_a_wrong_equation_would_be_noticed() -> None:
    """Planted: the moment estimate of a gamma shape solves its own equation, not this one."""
    x = sample("gamma")
    theta = fit(family("gamma"), x).theta
    assert x.mean() ** 2 / x.var() != pytest.approx(theta[0], rel=1e-3)


@pytest.mark.parametrize("item", [*map(family, [*LITERATURE, *EQUATIONS])], ids=lambda item: item.name)
def test_whole_weights_are_repeated_rows_and_zero_weights_are_absent_rows(item: Family) -> None:
    """Three datasets that say the same, and one fit result for all."""
    x = sample(item.name)
    rng = np.random.default_rng(1)
    w = rng.integers(0, 4, len(x)).astype(float)
    w[:3] = 1.0  # so that data of two or three values keep them all
    fixed = CONSTANTS.get(item.name)
    weighted = fit(item, x, w, fixed)
    repeated = fit(item, np.repeat(x, w.astype(int), axis=0), fixed=fixed)
    scaled = fit(item, x[w > 0], w[w > 0] / 2, fixed)
    assert weighted.theta == pytest.approx(repeated.theta.tolist(), rel=ROOT)
    assert weighted.theta == pytest.approx(scaled.theta.tolist(), rel=ROOT)
    assert weighted.n == int((w > 0).sum())
    assert weighted.log_likelihood == pytest.approx(repeated.log_likelihood, rel=ROOT)
    assert scaled.log_likelihood == pytest.approx(weighted.log_likelihood / 2, rel=ROOT)


FIXED: list[tuple[str, dict[str, object], Callable[[Array], dict[str, float]]]] = [
    ("gamma", {"k": 2}, lambda x: {"theta": x.mean() / 2}),
    ("gamma", {"k": 0.5}, lambda x: {"theta": x.mean() / 0.5}),
    ("normal", {"mu": 3}, lambda x: {"sigma": math.sqrt(((x - 3) ** 2).mean())}),
    ("normal", {"sigma": 2}, lambda x: {"mu": x.mean()}),
    ("weibull", {"k": 2}, lambda x: {"lambda": math.sqrt((x**2).mean())}),
    ("uniform", {"a": -4}, lambda x: {"b": x.max()}),
    ("beta", {"beta": 1}, lambda x: {"alpha": -1 / np.log(x).mean()}),
    ("pareto", {"x_m": 1}, lambda x: {"alpha": 1 / np.log(x).mean()}),
    ("pareto", {"alpha": 3}, lambda x: {"x_m": x.min()}),
    ("negative_binomial", {"r": 1}, lambda x: {"p": 1 / (1 + x.mean())}),
    ("inverse_gaussian", {"mu": 2}, lambda x: {"lambda": 1 / ((x - 2) ** 2 / (4 * x)).mean()}),
    ("gumbel", {"beta": 2}, lambda x: {"mu": -2 * math.log(np.exp(-x / 2).mean())}),
    ("categorical", {"p_0": "1/2"}, lambda x: {"p_1": 0.5 * (x == 1).sum() / (x > 0).sum()}),
    ("laplace", {"b": 2}, lambda x: {"mu": float(np.median(x))}),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "fixed", "formula"), FIXED, ids=[f"{name} {fixed}" for name, fixed, _ in FIXED])
def test_known_parameters_are_not_estimated(
    name: str, fixed: dict[str, object], formula: Callable[[Array], dict[str, float]]
) -> None:
    """The rest is the textbook formula for a known parameter."""
    x = sample(name)
    known = {key: S(value) if isinstance(value, str) else value for key, value in fixed.items()}
    result = fit(family(name), x, fixed=known)
    expected = formula(x)
    assert dict(result.theta_hat) == pytest.approx(expected, rel=ROUNDING)


def test_of_several_roots_the_highest_is_taken() -> None:
    """Cauchy location, scale known: four observations in two groups; three roots of the score (JKB 1, 16.4)."""
    x = np.array([-10.0, -9.5, -10.4, 10.0, 10.3])
    found = fit(family("cauchy"), x, fixed={"gamma": 1})
    grid = np.linspace(-12, 12, 24_001)
    heights = -np.log1p((x[:, None] - grid) ** 2).sum(axis=0)
    assert found.theta_hat["x_0"] == pytest.approx(grid[heights.argmax()], abs=1e-3)  # the spacing of the grid


ERRORS: Mapping[str, Callable[[Array], tuple[float, ...]]] = {
    "normal": lambda x: (x.std() / math.sqrt(len(x)), x.std() / math.sqrt(2 * len(x))),
    "poisson": lambda x: (math.sqrt(x.mean() / len(x)),),
    "exponential": lambda x: (1 / x.mean() / math.sqrt(len(x)),),
    "bernoulli": lambda x: (math.sqrt(x.mean() * (1 - x.mean()) / len(x)),),
    "geometric": lambda x: (math.sqrt((1 - 1 / x.mean()) / x.mean() ** 2 / len(x)),),
    "inverse_gaussian": lambda x: (
        math.sqrt(x.mean() ** 3 * (1 / x - 1 / x.mean()).mean() / len(x)),
        math.sqrt(2 / len(x)) / (1 / x - 1 / x.mean()).mean(),
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_standard_errors_are_those_of_the_textbook(name: str) -> None:
    """From the inverse information (Casella & Berger 2002, section 10.1.3; JKB 1 and JKK in their chapters)."""
    x = sample(name)
    result = fit(family(name), x)
    # The inverse of the information, whose off-diagonal entries are zero up to rounding, and a root.
    assert list(result.standard_errors.values()) == pytest.approx(list(ERRORS[name](x)), rel=1e-13)
    assert tuple(result.standard_errors) == result.family.parameter_names


def test_standard_errors_of_a_regression_come_from_the_design() -> None:
    """``sigma^2 (X'X)^-1``, and ``sigma / sqrt(2 n)`` for the noise."""
    rows = sample("linear_regression")
    result = fit(family("linear_regression"), rows)
    design = np.column_stack([np.ones(len(rows)), rows[:, 1]])
    sigma = result.theta_hat["sigma"]
    expected = [*np.sqrt(np.diag(np.linalg.inv(design.T @ design))) * sigma, sigma / math.sqrt(2 * len(rows))]
    assert list(result.standard_errors.values()) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", ["laplace", "uniform", "pareto", "discrete_uniform"])
def test_there_are_no_standard_errors_at_kinks_and_ends(name: str) -> None:
    """The information of a smooth interior maximum does not exist there."""
    assert fit(family(name), sample(name)).standard_errors == {}


@pytest.mark.parametrize(
    ("name", "x", "weights", "error", "message"),
    [
        ("normal", [1.0, math.nan], None, DataError, r"normal: x\[1\] = nan is not finite"),
        ("normal", [1.0, math.inf], None, DataError, r"x\[1\] = inf is not finite"),
        ("normal", [], None, DataError, "x is empty"),
        ("normal", [[1.0, 2.0]], None, DataError, "shape"),
        ("linear_regression", [1.0, 2.0], None, DataError, r"shape \(2,\)"),
        ("normal", [1.0, 2.0], [1.0], DataError, "weights have shape"),
        ("normal", [1.0, 2.0], [1.0, -1.0], DataError, r"weights\[1\] = -1"),
        ("normal", [1.0, 2.0], [1.0, math.nan], DataError, r"weights\[1\] = nan"),
        ("normal", [1.0, 2.0], [0.0, 0.0], DataError, "all 2 weights are zero"),
        ("normal", ["a", "b"], None, DataError, "entries of type"),
        ("gamma", [1.0, -2.0], None, SupportError, r"x\[1\] = -2 lies outside the support"),
        ("gamma", [1.0, 0.0], None, SupportError, "outside the support"),
        ("poisson", [1.0, 0.5], None, SupportError, "outside the support"),
        ("beta", [0.5, 1.0], None, SupportError, "outside the support"),
        ("normal", [2.0, 2.0, 2.0], None, ExistenceError, "the observations are not all equal"),
        ("gamma", [2.0], None, ExistenceError, "the observations are not all equal"),
        ("uniform", [2.0, 2.0], None, ExistenceError, "the observations are not all equal"),
        ("bernoulli", [1.0, 1.0], None, ExistenceError, r"mean\(x\) < 1"),
        ("poisson", [0.0, 0.0], None, ExistenceError, r"mean\(x\) > 0"),
        ("categorical", [0.0, 1.0, 1.0], None, ExistenceError, r"share\(x = 0\) \+ share\(x = 1\) < 1"),
        ("negative_binomial", [1.0, 2.0, 2.0, 1.0], None, ExistenceError, "no maximiser"),
        ("negative_binomial", [0.0, 2.0], None, ExistenceError, "no maximiser"),
        ("cauchy", [1.0, 1.0, 2.0, 3.0], None, ExistenceError, "share of 1/2"),
        ("von_mises", [1.0, 1.0], None, ExistenceError, "no maximiser"),
        ("linear_regression", [[1.0, 2.0], [3.0, 2.0], [4.0, 2.0]], None, ExistenceError, "a whole line of them"),
        ("linear_regression", [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]], None, ExistenceError, "no maximiser"),
    ],
)
def test_data_without_an_answer_are_refused_with_the_reason(
    name: str, x: object, weights: object, error: type[Exception], message: str
) -> None:
    """Never a number, and the message names who and what."""
    with pytest.raises(error, match=message) as caught:
        fit(family(name), x, weights)  # type: ignore[arg-type]
    assert str(caught.value).startswith(f"{name}")


@pytest.mark.parametrize(
    ("name", "fixed", "message"),
    [
        ("gamma", {"shape": 2}, "no parameter or constant 'shape'"),
        ("gamma", {"k": -1}, "outside its space"),
        ("gamma", {"k": 0}, "outside its space"),
        ("binomial", {}, "the constant n has no value yet"),
        ("binomial", {"n": 2.5}, "outside its space"),
        ("binomial", {"size": 3}, "no parameter or constant 'size'"),
    ],
)
def test_fixed_values_that_make_no_sense_are_refused(name: str, fixed: dict[str, object], message: str) -> None:
    """By name and by space."""
    with pytest.raises(ParameterError, match=message):
        fit(family(name), [1.0, 2.0], fixed=fixed)


def test_numbers_that_overflow_are_refused() -> None:
    """The variance of these data is no double: that is said, and no infinity is returned; its root is one."""
    with pytest.raises(UnsolvedError, match="than any double; rescale"):
        fit(family("normal_by_variance"), [-1e300, 1e300, 0.0])
    assert fit(family("normal"), [-1e300, 1e300, 0.0]).theta[1] == pytest.approx(1e300 * (2 / 3) ** 0.5, rel=1e-15)


POSITIVE = Interval.open(0, oo)
x = Symbol("x", positive=True)
u = Symbol("u", positive=True)
y = Symbol("y", real=True)
a, b, s = (Symbol(name, positive=True) for name in "abs")
phi = Symbol("phi", real=True)


def declared(name: str, variable: Symbol, support: Set, spaces: dict[Symbol, Set], log_density: Expr) -> Family:
    """A declaration in one line."""
    return Family(name, variable, support, tuple(Parameter(p, space) for p, space in spaces.items()), log_density)


NAKAGAMI = declared(
    "nakagami",
    x,
    POSITIVE,
    {a: POSITIVE, b: POSITIVE},
    log(2) + a * log(a) - loggamma(a) - a * log(b) + (2 * a - 1) * log(x) - a * x**2 / b,
)
LOG_LOGISTIC = declared(
    "log_logistic",
    x,
    POSITIVE,
    {a: POSITIVE, b: POSITIVE},
    log(b) - log(a) + (b - 1) * log(x / a) - 2 * log(1 + (x / a) ** b),
)
# Declarations the package does not ship, with their textbook estimators.
UNKNOWN: list[tuple[Family, Callable[[Array], float]]] = [
    (
        declared("maxwell", x, POSITIVE, {s: POSITIVE}, log(2 / pi) / 2 + 2 * log(x) - 3 * log(s) - x**2 / (2 * s**2)),
        lambda v: math.sqrt((v**2).mean() / 3),
    ),
    (
        declared("half_normal", x, POSITIVE, {s: POSITIVE}, log(2 / pi) / 2 - log(s) - x**2 / (2 * s**2)),
        lambda v: math.sqrt((v**2).mean()),
    ),
    (
        declared("power_function", u, Interval.open(0, 1), {a: POSITIVE}, log(a) + (a - 1) * log(u)),
        lambda v: -1 / np.log(v).mean(),
    ),
    (
        declared("lindley", x, POSITIVE, {a: POSITIVE}, 2 * log(a) - log(1 + a) + log(1 + x) - a * x),
        lambda v: (1 - v.mean() + math.sqrt((v.mean() - 1) ** 2 + 8 * v.mean())) / (2 * v.mean()),
    ),
    (
        declared("levy", x, POSITIVE, {s: POSITIVE}, (log(s) - log(2 * pi) - 3 * log(x) - s / x) / 2),
        lambda v: 1 / (1 / v).mean(),
    ),
    (declared("by_mean", x, POSITIVE, {a: POSITIVE}, -log(a) - x / a), lambda v: v.mean()),
    (declared("by_log_rate", x, POSITIVE, {phi: Reals}, phi - exp(phi) * x), lambda v: -math.log(v.mean())),
]


@pytest.mark.parametrize(("item", "formula"), UNKNOWN, ids=[item.name for item, _ in UNKNOWN])
def test_an_unknown_family_is_derived_from_its_declaration(item: Family, formula: Callable[[Array], float]) -> None:
    """Maxwell, half-normal, Lindley, Levy and others have closed forms (JKB 1; Ghitany et al. 2008 for Lindley)."""
    assert derive(item).outcome is Outcome.CLOSED_FORM
    data = sample("beta" if item.observation is u else item.name)
    # Lindley's root subtracts two numbers of the size of the mean: a factor of ten on these data.
    assert fit(item, data).theta[0] == pytest.approx(formula(data), rel=10 * ROUNDING)


def test_an_unknown_family_is_reduced_to_its_equations() -> None:
    """Nakagami's squares are a gamma family, log-logistic data the exponential of logistic ones."""
    data = sample("any")
    nakagami, gamma = fit(NAKAGAMI, data), fit(family("gamma"), data**2)
    assert nakagami.outcome is Outcome.REDUCED
    assert nakagami.theta_hat["a"] == pytest.approx(gamma.theta_hat["k"], rel=ROOT)
    assert nakagami.theta_hat["b"] == pytest.approx(gamma.theta_hat["k"] * gamma.theta_hat["theta"], rel=ROOT)
    ours, logistic = fit(LOG_LOGISTIC, data), fit(family("logistic"), np.log(data))
    assert ours.theta_hat["a"] == pytest.approx(math.exp(logistic.theta_hat["mu"]), rel=ROOT)
    assert ours.theta_hat["b"] == pytest.approx(1 / logistic.theta_hat["s"], rel=ROOT)


WINDOW = declared("unit_window", y, Interval(phi, phi + 1), {phi: Reals}, S.Zero)


def test_a_set_of_maximisers_is_returned_as_a_set() -> None:
    """Uniform on ``[phi, phi + 1]``: all from max - 1 to min (Casella & Berger 2002, exercise 7.9)."""
    result = fit(WINDOW, [0.25, 0.5, 1.0])
    assert result.outcome is Outcome.SET_VALUED
    assert result.sets == {"phi": (0.0, 0.25)}
    assert result.theta_hat["phi"] == 0.125
    assert result.log_likelihood == 0.0
    assert result.standard_errors == {}


@pytest.mark.parametrize(
    "item",
    [
        declared(
            "shifted_weibull",
            y,
            Interval.open(phi, oo),
            {phi: Reals, a: POSITIVE, b: POSITIVE},
            log(a) - log(b) + (a - 1) * log((y - phi) / b) - ((y - phi) / b) ** a,
        ),
        declared(
            "arcsine", y, Interval.open(phi, phi + 1), {phi: Reals}, -log(pi) - (log(y - phi) + log(phi + 1 - y)) / 2
        ),
    ],
    ids=lambda item: item.name,
)
def test_a_likelihood_unbounded_at_the_ends_of_the_support_never_gives_a_number(item: Family) -> None:
    """The derivation says along which path, and the fit refuses whatever the data are."""
    derivation = derive(item)
    assert derivation.outcome is Outcome.UNBOUNDED
    with pytest.raises(ExistenceError, match="grows without bound as phi tends to the smallest observation"):
        fit(item, [0.25, 0.5, 0.75])


def test_a_fit_carries_its_derivation_and_order() -> None:
    """``theta`` in declared order; the log-likelihood is a sum."""
    result = fit(family("normal"), [1.0, 3.0])
    assert result.theta.tolist() == [2.0, 1.0]
    assert result.derivation is derive(family("normal"))
    assert result.log_likelihood == pytest.approx(-math.log(2 * math.pi) - 1, rel=ROUNDING)


def test_fixing_a_constant_keeps_the_general_derivation() -> None:
    """A constant is put into the formulas; a parameter is put in before deriving."""
    assert derivation_with(family("binomial"), {"n": 7}).steps is derive(family("binomial")).steps
    assert derivation_with(family("gamma"), {"k": 2}).steps is not derive(family("gamma")).steps
    assert fit_with(derivation_with(family("binomial"), {"n": 4}), [1.0, 3.0]).theta.tolist() == [0.5]


@pytest.mark.parametrize("name", ["normal", "gamma", "poisson"])
def test_a_million_rows_give_the_textbook_answer(name: str) -> None:
    """Sums in chunks lose no digits."""
    data = sample(name, n=1_000_000)
    result = fit(family(name), data)
    first = {"normal": "mu", "gamma": "theta", "poisson": "lambda"}[name]
    mean = result.theta_hat["k"] * result.theta_hat[first] if name == "gamma" else result.theta_hat[first]
    assert mean == pytest.approx(float(data.mean()), rel=1e-13)  # thirty chunks, pairwise sums within each


def test_the_samples_here_are_not_degenerate() -> None:
    """Otherwise the comparisons above would compare little."""
    for name in (*LITERATURE, *EQUATIONS):
        rows = sample(name)
        assert len(rows) == 40
        assert len(np.unique(rows, axis=0)) > 1


def test_answers_show_themselves_in_a_line() -> None:
    """A session prints what is asked for: the whole derivation inside a fit would be pages."""
    found = fit(family("laplace"), [1.0, 2.0, 6.0])
    assert repr(found) == "Fit(laplace, n=3, mu=2.0, b=1.6666666666666667)"
    assert str(found).splitlines()[:2] == ["laplace: closed form, 3 observations", "  mu = 2.0"]
    assert repr(derive(family("exponential"))) == "Derivation(exponential, closed form: lambda = 1/t_1)"
    proof = certify(family("exponential"), [1.0, 3.0])
    assert repr(proof) == "Certificate(exponential, n=2, unique global maximum, lambda = 0.500000000000000)"
    assert repr(check_family(family("exponential"), examples=2)).startswith("Report(")
    several = fit(family("uniform_unit_length"), [1.0, 1.5])
    assert "as good as all from 0.5 to 1.0" in str(several)


@pytest.mark.parametrize("name", ["beta", "lomax", "gumbel", "logistic", "logarithmic_series", "negative_binomial"])
def test_searched_estimates_depend_on_the_table_of_rows_alone(name: str) -> None:
    """Data in another order, three times, and with weights for repetitions have the very same estimate."""
    member = family(name)
    rng = np.random.default_rng(5)
    x = {"beta": rng.beta(2, 3, 12), "lomax": rng.pareto(0.8, 12), "logarithmic_series": rng.logseries(0.8, 12)}.get(
        name
    )
    x = rng.negative_binomial(2, 0.2, 12) if name == "negative_binomial" else rng.normal(size=12) if x is None else x
    theta = dict(fit(member, x).theta_hat)
    assert dict(fit(member, rng.permutation(x)).theta_hat) == theta
    assert dict(fit(member, np.tile(x, 3)).theta_hat) == theta
    often = rng.integers(1, 4, 12)
    assert fit(member, x, weights=often).theta_hat == fit(member, rng.permutation(np.repeat(x, often))).theta_hat
    assert fit(member, x, weights=often).theta_hat != theta


def test_a_search_is_remembered_only_inside_and_for_the_same_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: other data, other weights, another derivation, or a search made outside, have an answer of their own."""
    asked = []
    search = estimation._estimate
    monkeypatch.setattr(estimation, "_estimate", lambda *given: asked.append(given) or search(*given))
    x = np.array([0.5, 1.0, 2.5, 4.0])

    def searches(*fits: tuple[str, object, object]) -> int:
        asked.clear()
        for name, data, weights in fits:
            fit(family(name), data, weights)
        return len(asked)

    same = [("lomax", x**3, None), ("lomax", x[::-1] ** 3, None), ("lomax", np.repeat(x**3, 2), None)]
    other = [("lomax", x**3, [1.0, 2.0, 1.0, 1.0]), ("lomax", x**4, None), ("gumbel", x**3, None)]
    assert searches(*same) == 3
    with estimation.remembering():
        assert searches(*same) == 1
        assert searches(*other, *other) == 3
    with estimation.remembering():
        assert searches(*same) == 1
    assert searches(*same) == 3


def test_a_formula_outside_its_space_whatever_the_unknown_is_is_named() -> None:
    """Of a Lomax row that is censored: it was said that every scale is as good, where the shape has no estimate."""
    x, shape, scale = Symbol("x", positive=True), Symbol("shape", positive=True), Symbol("scale", positive=True)
    seen = Symbol("seen", integer=True, nonnegative=True)
    density = seen * (log(shape) - log(scale + x)) + shape * (log(scale) - log(scale + x))
    positive = Interval.open(0, oo)
    lives = Family(
        "lives",
        x,
        positive,
        (Parameter(shape, positive), Parameter(scale, positive)),
        density,
        covariates=(Covariate(seen, FiniteSet(0, 1)),),
    )
    with pytest.raises(UnsolvedError, match=r"hold at shape = 0\.0 alone on these data, which is outside its space"):
        fit(lives, [[1.0, 0]])
