"""Whether every wrong estimator is refuted by default settings, no right one is, and mistakes are called by name.

``--thetahat-examples 1200`` asks of all right ones together some 1e5 datasets.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from further_impostors import FURTHER_IMPOSTORS, FURTHER_RIGHT, REFLECTED
from impostors import (
    IMPOSTORS,
    RIGHT,
    Entry,
    beta_newton,
    centre,
    gamma_moments,
    gumbel_fixed,
    lomax_moments,
    regression,
    trimmed,
    von_mises_short,
)
from numpy.typing import NDArray
from strange_impostors import STRANGE_IMPOSTORS, STRANGE_RIGHT
from uncommon_impostors import UNCOMMON_IMPOSTORS, UNCOMMON_RIGHT

from thetahat import check_estimator, derive, family
from thetahat.proofs.family import Family
from thetahat.verify import driving, telling_cases
from thetahat.verify.answers import Question
from thetahat.verify.diagnosis_search import is_close
from thetahat.verify.judging import judge
from thetahat.verify.parameter_map import parameter_map
from thetahat.verify.tolerance import AUDIT_NATS

Array = NDArray[np.float64]
WRONG = [*IMPOSTORS, *FURTHER_IMPOSTORS, *STRANGE_IMPOSTORS, *UNCOMMON_IMPOSTORS]
ALL_RIGHT = [*RIGHT, *FURTHER_RIGHT, *STRANGE_RIGHT, *UNCOMMON_RIGHT]
FEW = 15
"""Datasets for each right estimator in a quick run."""


@pytest.fixture(autouse=True)
def _no_shrinking(monkeypatch: pytest.MonkeyPatch) -> None:
    """How small counterexamples become is tested elsewhere."""
    monkeypatch.setattr(driving, "_SHRINK_SECONDS", 0.0)


@pytest.fixture(scope="module")
def counts(request: pytest.FixtureRequest) -> Iterator[Counter[str]]:
    """What all tests of this module found, printed at the end; with several processes by each for itself."""
    found: Counter[str] = Counter()
    yield found
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(
            f"\nimpostors: {found['refuted']} of {found['wrong']} refuted; right estimators: {found['alarms']} of "
            f"{found['right']} refuted, on {found['decided']} decided and {found['undecided']} undecided datasets"
        )


def test_the_lists_are_long_enough() -> None:
    """At least sixty impostors of twenty families, and forty right estimators; no name twice."""
    assert len(IMPOSTORS) >= 60
    assert len({entry.family for entry in IMPOSTORS}) >= 20
    assert len(RIGHT) >= 40
    names = Counter(entry.name for entry in [*WRONG, *ALL_RIGHT])
    assert not [name for name, count in names.items() if count > 1]


@pytest.mark.parametrize("entry", WRONG, ids=lambda entry: entry.name)
def test_every_impostor_is_refuted(entry: Entry, counts: Counter[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Default settings, and a case that shows it."""
    monkeypatch.setattr(telling_cases, "_TRIED", 1)  # what it is called is tested below
    report = check_estimator(entry.family, entry.function, **entry.options)
    counts["wrong"] += 1
    counts["refuted"] += not report.ok
    assert report.disagree == 1, str(report)
    assert "x = [" in report.counterexamples[0]


@pytest.mark.parametrize("entry", ALL_RIGHT, ids=lambda entry: entry.name)
def test_no_right_estimator_is_refuted(entry: Entry, counts: Counter[str], request: pytest.FixtureRequest) -> None:
    """Whatever the algorithm, the library, or the parametrisation; something is decided of each."""
    examples = request.config.getoption("--thetahat-examples", None) or FEW
    report = check_estimator(entry.family, entry.function, examples=examples, **entry.options)
    counts.update(right=1, alarms=not report.ok, decided=report.agree, undecided=report.undecided)
    assert report.ok, str(report)


def two_fewer(rows: Array) -> tuple[float, float, float]:
    """The residual variance as textbooks of regression estimate it."""
    intercept, slope, sigma = regression(rows)
    return intercept, slope, sigma * math.sqrt(len(rows) / max(len(rows) - 2, 1))


def through_the_origin(rows: Array) -> tuple[float, float, float]:
    """A line without intercept."""
    slope = float((rows[:, 0] * rows[:, 1]).sum() / (rows[:, 1] ** 2).sum())
    return 0.0, slope, math.sqrt(float(((rows[:, 0] - slope * rows[:, 1]) ** 2).mean()))


def for_reliability(x: Array, w: Array) -> tuple[float, float]:
    """The weighted standard deviation with the denominator for weights that say how reliable observations are."""
    mean = centre(x, w)
    return mean, math.sqrt(float((w * (x - mean) ** 2).sum() / (w.sum() - (w * w).sum() / w.sum())))


def free_location(x: Array) -> list[float]:
    """The rate beyond the smallest observation, as of a fit that moves the location as well."""
    return [1 / (x - x.min()).mean() if np.ptp(x) else 1 / x[0]]


CALLED: list[tuple[str | Family, Callable[..., Any], dict[str, Any], str]] = [
    ("gamma", gamma_moments, {}, "method of moments"),
    ("normal", lambda x: (x.mean(), x.std(ddof=1)), {}, "the denominator n - 1 in place of n"),
    ("exponential", lambda x: [x.mean()], {}, "a rate for a scale"),
    (
        "laplace",
        lambda x: (x.mean(), np.abs(x - x.mean()).mean()),
        {},
        "mu is the mean of the data, and should be their",
    ),
    ("normal", lambda x: (np.median(x), x.std()), {}, "mu is the median of the data, and should be their mean"),
    ("normal", lambda x: (x.mean(), x.var()), {}, "a variance for a standard deviation"),
    ("normal_by_variance", lambda x: (x.mean(), x.std()), {}, "a standard deviation for a variance"),
    ("normal", lambda x: (x.mean(), -x.std()), {}, "minus the estimate"),
    ("normal", lambda x: (x.std(), x.mean()), {}, "parameters in another order"),
    ("uniform", lambda x: (x.min(), x.max() - np.ptp(x) / 16), {}, "does not cover the data"),
    ("normal", lambda x, w: (x.mean(), x.std()), {"weights": True}, "the weights are ignored"),
    ("normal", lambda x: (np.float32(x.astype(np.float32).mean()), x.astype(np.float32).std()), {}, "single precision"),
    ("von_mises", von_mises_short, {}, "a search that stops early"),
    ("poisson", lambda x: [x[x > 0].mean()], {}, "zeros are left out"),
    ("exponential", lambda x: [round(1 / x.mean(), 3)], {}, "rounded to 3 decimals"),
    ("discrete_uniform", lambda x: [x.max() - 1], {}, "one less than the estimate"),
    ("rayleigh", lambda x: [math.sqrt((x**2).mean())], {}, "a lost factor"),
    ("uniform_from_zero", lambda x: [2 * x.mean()], {}, "method of moments"),
    ("normal", lambda x: (x.mean(), max(x.std(), 1e-3)), {}, "sigma is 0.001 whatever the data"),
    ("normal", lambda x: (x.mean(), math.sqrt(x.var() + 1e-6)), {}, "the root of the squared estimate plus 1e-06"),
    ("normal", lambda x: (np.clip(x, *np.quantile(x, [0.05, 0.95])).mean(), x.std()), {}, "moved to the quantiles"),
    ("normal", lambda x: (trimmed(x).mean(), x.std()), {}, "both extremes are left out"),
    ("laplace", lambda x: (np.quantile(x, 0.25), np.abs(x - np.quantile(x, 0.25)).mean()), {}, "lower quartile"),
    ("exponential", lambda x: [math.exp(-np.log(x).mean())], {}, "reciprocal of the geometric mean"),
    ("exponential", free_location, {}, "measured from the smallest of them"),
    ("exponential", lambda x: [(len(x) + 1) / (x.sum() + 1)], {}, "an observation of one is added"),
    ("bernoulli", lambda x: [(x.sum() + 1) / (len(x) + 2)], {}, "an observation of zero and one of one are added"),
    ("rayleigh", lambda x, w: [math.sqrt((w * x**2).sum() / (2 * len(x)))], {"weights": True}, "the mean weight"),
    ("linear_regression", two_fewer, {}, "the denominator n - 2 in place of n"),
    ("linear_regression", lambda rows: regression(rows[:, ::-1]), {}, "observation and covariate are exchanged"),
    ("linear_regression", through_the_origin, {}, "alpha is 0 whatever the data"),
    ("uniform", lambda x, w: (x.min(), x.max()), {"weights": True}, "the weights are ignored"),
    ("poisson", lambda x, w: [np.average(x, weights=np.sqrt(w))], {"weights": True}, "roots are taken of the weights"),
    ("normal", lambda x: (np.floor(x).mean(), np.floor(x).std()), {}, "rounded down to integers"),
    ("normal", lambda x: (x.mean(), math.sqrt(((x - np.median(x)) ** 2).mean())), {}, "distance from the median"),
    ("normal", for_reliability, {"weights": True}, "unbiased for weights of reliability"),
    ("beta", lambda x: beta_newton(1 - x), {}, "parameters in another order"),
    (REFLECTED, lambda x: [-1 / np.log(x).mean()], {}, "one minus the data"),
    ("lomax", lomax_moments, {}, "the member returned has the mean of the data"),
    ("exponential", lambda x: [math.log(2) / np.median(x)], {}, "the member returned has the median of the data"),
    ("gumbel_minimum", gumbel_fixed, {}, "the estimate of another family, gumbel"),
    ("poisson", lambda x: [max(x.mean(), 1e-10)], {"existence": "fails"}, "lambda is 1e-10 from an end of its space"),
    (
        "poisson_exposure",
        lambda rows: [(rows[:, 0] / rows[:, 1]).mean()],
        {},
        "mean of the quotients by the second column of the data",
    ),
]


def test_a_free_location_is_named_and_no_great_loss_called_close() -> None:
    """Of most data little is lost; of those shown fifty nats were, which was called close to the maximum."""
    (shown,) = check_estimator("exponential", free_location, examples=60).counterexamples
    assert "the data are measured from the smallest of them" in shown
    declared = family("exponential")
    asked = Question(derive(declared), free_location, parameter_map(declared, None), declared, {}, "mle", AUDIT_NATS)
    cases = [judge(asked, np.array([1.0, other])) for other in (1.5, 1.0 - 2**-20)]
    assert [is_close(case) for case in cases] == [False, False]
    assert is_close(judge(replace(asked, function=lambda x: [1.01 / x.mean()]), np.array([1.0, 3.0])))


@pytest.mark.thorough
def test_mistakes_are_called_by_their_names() -> None:
    """The counterexample says what was probably done instead; on data with few digits two mistakes may look alike.

    Of a part of this table with four seeds, 109 of 112 were called by their names.
    """
    missed = []
    for name, function, options, called in CALLED:
        (shown,) = check_estimator(name, function, **options).counterexamples
        if called not in shown.partition("likely")[2]:
            missed.append((name, called, shown))
    assert len(missed) <= 2, missed
