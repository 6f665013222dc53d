"""That ``fit`` gives the maximum-likelihood estimates which were published for the shipped data sets.

An estimate is compared to all the digits that were printed: it may differ by half a unit of the last one. The
tolerance is computed from the printed string.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import sqrt

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from thetahat import family, fit
from thetahat.verify.datasets import load

Array = NDArray[np.float64]


def half_unit(printed: str) -> Fraction:
    """Half a unit of the last printed digit: how far the exact value may be from a correctly rounded one."""
    exponent = Decimal(printed).as_tuple().exponent
    assert isinstance(exponent, int), f"{printed!r} is not a finite decimal"
    return Fraction(10) ** exponent / 2


@dataclass(frozen=True)
class Printed:
    """A printed estimate; ``factor`` turns it into the estimate and unit that ``fit`` uses, if those differ."""

    printed: str
    factor: float = 1.0

    def agrees(self, value: float) -> bool:
        """Whether ``value`` rounds to what is printed; in exact arithmetic, so that no second tolerance comes in."""
        factor = Fraction(self.factor)
        return abs(Fraction(value) - factor * Fraction(self.printed)) <= factor * half_unit(self.printed)


def whole_column(name: str) -> tuple[Array, Array | None]:
    return load(name).select()


def other_print_of_the_bearings(_: str) -> tuple[Array, None]:
    """The lifetimes with 48.40 where the shipped data set has 48.48."""
    x = load("ball_bearings").column("lifetime")
    return np.where(x == 48.48, 48.40, x), None


def boiling_point_on_pressure(name: str) -> tuple[Array, None]:
    return load(name).select("boiling_point", ["pressure"])[0], None


def log_pressure_on_boiling_point(name: str) -> tuple[Array, None]:
    """One hundred times the decimal logarithm of the pressure, to two decimals, as Weisberg's table has it."""
    table = load(name)
    return np.column_stack([np.round(100 * np.log10(table.column("pressure")), 2), table.column("boiling_point")]), None


@dataclass(frozen=True)
class Case:
    """Which family is fitted to which data, and what was printed for its parameters, where."""

    family: str
    dataset: str
    estimates: Mapping[str, Printed]
    source: str
    data: Callable[[str], tuple[Array, Array | None]] = whole_column

    def __str__(self) -> str:
        return f"{self.family}-{self.dataset}"


# From n - 1 or n - 2 in the denominator of a variance to n, which maximises the likelihood.
MICHELSON_N = sqrt(99 / 100)
FORBES_N = sqrt(15 / 17)

PUBLISHED = (
    Case(
        "poisson",
        "horse_kicks",
        {"lambda": Printed("0.61")},
        "Fisher 1925, Statistical Methods for Research Workers, section 15: mean of Bortkiewicz's 200 observations",
    ),
    Case(
        "poisson",
        "alpha_particles",
        {"lambda": Printed("3.87")},
        "Rutherford & Geiger 1910, Philosophical Magazine, series 6, vol. 20, pp. 698-707: average per interval",
    ),
    Case(
        "poisson",
        "shell_accidents",
        {"lambda": Printed("0.47")},
        "Bulmer 1967, Principles of Statistics, on Greenwood & Yule's data: mean",
    ),
    Case(
        "negative_binomial",
        "red_mites",
        {"r": Printed("1.02459")},
        "Bliss & Fisher 1953, Biometrics, vol. 9, pp. 176-200: maximum-likelihood estimate of k",
    ),
    Case(
        "weibull",
        "ball_bearings",
        {"k": Printed("2.102"), "lambda": Printed("81.88")},
        "Lawless 1982, Statistical Models and Methods for Lifetime Data, ball bearing example",
    ),
    Case(
        "lognormal",
        "ball_bearings",
        {"mu": Printed("4.1504"), "sigma": Printed("0.52169")},
        "recorded output of the R package SMRD, data set lzbearing of Meeker & Escobar 1998, "
        "Statistical Methods for Reliability Data, who print 48.40: theta.hat = 4.150383, 0.5216865",
        data=other_print_of_the_bearings,
    ),
    Case(
        "normal",
        "speed_of_light",
        {
            "mu": Printed("299.8524", factor=1000),
            "sigma": Printed("0.0790105478", factor=1000 * MICHELSON_N),
        },
        "NIST Statistical Reference Datasets, Michelso: certified mean and standard deviation (denominator n - 1), "
        "in millions of metres per second; here to nine of their fifteen digits",
    ),
    Case(
        "linear_regression",
        "boiling_points",
        {
            "alpha": Printed("-42.138"),
            "beta": Printed("0.895"),
            "sigma": Printed("0.379", factor=FORBES_N),
        },
        "Weisberg 2005, Applied Linear Regression, 3rd ed., chapter 2: Lpres on Temp (denominator n - 2)",
        data=log_pressure_on_boiling_point,
    ),
    Case(
        "linear_regression",
        "boiling_points",
        {
            "alpha": Printed("155.29648"),
            "beta": Printed("1.90178"),
            "sigma": Printed("0.444", factor=FORBES_N),
        },
        "summary(lm(bp ~ pres, data = MASS::forbes)) in R (denominator n - 2)",
        data=boiling_point_on_pressure,
    ),
)

# No publication with these digits was found, so they are not called published: computed with mpmath 1.3.0 at 40 digits
# from the decimals in the data files, where there is no closed form as the root of the score equation of one unknown.
COMPUTED = (
    Case(
        "gamma",
        "ball_bearings",
        {"k": Printed("4.02541"), "theta": Printed("17.9421")},
        "mpmath 1.3.0: log(k) - digamma(k) = log(mean) - mean(log), theta = mean / k",
    ),
    Case(
        "lognormal",
        "ball_bearings",
        {"mu": Printed("4.15045"), "sigma": Printed("0.521649")},
        "mpmath 1.3.0: mean of log, and root of the mean squared deviation from it",
    ),
    Case(
        "negative_binomial",
        "shell_accidents",
        {"r": Printed("0.865116"), "p": Printed("0.650297")},
        "mpmath 1.3.0: mean(digamma(r + x)) - digamma(r) = log((r + mean) / r), p = r / (r + mean)",
    ),
)


def require_agreement(case: Case) -> None:
    """Fail unless every parameter that the case prints is fitted to all its digits."""
    x, w = case.data(case.dataset)
    theta_hat = fit(family(case.family), x, weights=w).theta_hat
    for name, printed in case.estimates.items():
        assert printed.agrees(theta_hat[name]), (
            f"{case}: {name} = {theta_hat[name]!r}, but {printed.printed} * {printed.factor!r} in: {case.source}"
        )


@pytest.mark.parametrize("case", PUBLISHED, ids=str)
def test_fit_gives_the_published_estimate(case: Case) -> None:
    """The literature's formula or iteration, and its data, agree with ours."""
    require_agreement(case)


@pytest.mark.parametrize("case", COMPUTED, ids=str)
def test_fit_gives_the_estimate_computed_with_many_digits(case: Case) -> None:
    """An independent program, in multiple precision, agrees with ours."""
    require_agreement(case)


def estimate(family_name: str, dataset: str, parameter: str) -> Printed:
    """The first case for that family and data set."""
    cases = (case for case in (*PUBLISHED, *COMPUTED) if (case.family, case.dataset) == (family_name, dataset))
    return next(cases).estimates[parameter]


def weighted(name: str) -> tuple[Array, Array, float]:
    """The values, the counts, and the mean."""
    x, w = load(name).select()
    assert w is not None
    return x, w, float(w @ x / w.sum())


def test_the_comparison_catches_other_estimators() -> None:
    """Planted errors: weights ignored, n - 1 for n, moments for likelihood, rate for scale, roles swapped."""
    kicks, _, _ = weighted("horse_kicks")
    mites, w, mean = weighted("red_mites")
    variance = float(w @ (mites - mean) ** 2 / w.sum())
    speed = load("speed_of_light").column("speed")
    table = load("boiling_points")
    swapped = stats.linregress(table.column("boiling_point"), table.column("pressure"))
    wrong = [
        ("weights ignored", estimate("poisson", "horse_kicks", "lambda"), kicks.mean()),
        ("n - 1 for n", estimate("normal", "speed_of_light", "sigma"), speed.std(ddof=1)),
        ("median for mean", estimate("normal", "speed_of_light", "mu"), np.median(speed)),
        ("moments", estimate("negative_binomial", "red_mites", "r"), mean**2 / (variance - mean)),
        ("1 - p for p", estimate("negative_binomial", "shell_accidents", "p"), 1 - 0.65029681485),
        ("rate for scale", estimate("gamma", "ball_bearings", "theta"), 1 / 17.9420891216),
        ("roles swapped", PUBLISHED[-1].estimates["beta"], swapped.slope),
    ]
    assert [label for label, printed, value in wrong if printed.agrees(float(value))] == []


def test_one_wrong_observation_shows_in_the_published_digits() -> None:
    """Planted error: 48.40 for 48.48 moves the scale of the bearings from 81.878 to 81.875, which rounds to 81.87.

    The two values come from an independent optimiser, SciPy's ``weibull_min.fit``.
    """
    printed = estimate("weibull", "ball_bearings", "lambda")
    right, _ = whole_column("ball_bearings")
    wrong, _ = other_print_of_the_bearings("")
    scales = [float(stats.weibull_min.fit(x, floc=0)[2]) for x in (right, wrong)]
    assert [printed.agrees(scale) for scale in scales] == [True, False]


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [("0.61", 0.6149, 0.6151), ("3.870", 3.8704, 3.8706), ("-42.138", -42.1384, -42.1386), ("61", 61.5, 61.51)],
)
def test_half_a_unit_of_the_last_printed_digit(text: str, inside: float, outside: float) -> None:
    """A trailing zero counts as a digit; the bound itself is inside."""
    printed = Printed(text)
    assert printed.agrees(inside)
    assert not printed.agrees(outside)
    assert Printed(text, factor=1000).agrees(1000 * inside)
    assert not Printed(text, factor=1000).agrees(1000 * outside)
