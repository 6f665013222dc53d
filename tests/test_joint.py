"""Families of several numbers observed together: derived, proved, fitted, certified, checked, refused like others."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from flint import arb
from numpy.typing import NDArray
from pairs import BIVARIATE_NORMAL
from scipy.optimize import brentq
from scipy.special import digamma, gammaln
from sympy import Expr, Interval, Range, S, Symbol, cos, lambdify, log, loggamma, oo, pi, sin

from thetahat import (
    Family,
    Observed,
    Parameter,
    Table,
    certify,
    check_claim,
    check_estimator,
    derive,
    families,
    family,
    fit,
    i_projection,
    m_projection,
)
from thetahat.proofs import closed_forms, engine
from thetahat.proofs.ball_functions import FUNCTIONS
from thetahat.proofs.bounds import Bounds
from thetahat.proofs.check_closed_forms import Claims, judge_forms
from thetahat.proofs.checker import check_steps
from thetahat.proofs.derivation import Evidence, Outcome, Verdict
from thetahat.proofs.errors import (
    DataError,
    DeclarationError,
    ParameterError,
    SupportError,
    UndecidedError,
    UnsolvedError,
)
from thetahat.proofs.expectations import proves_normalised
from thetahat.proofs.numeric_check import is_examined
from thetahat.proofs.validation import validate
from thetahat.verify.certify import CertificateVerdict
from thetahat.verify.compiled.columns import SIMPLE
from thetahat.verify.compiled.numbers import NUMBERS

Array = NDArray[np.float64]
Estimate = Callable[[Array], tuple[float, ...]]
POSITIVE = Interval.open(0, oo)
x, y, m = (Symbol(name, real=True) for name in "xym")
s, t, a, b, c, v = (Symbol(name, positive=True) for name in "stabcv")
j, k, d = (Symbol(name, integer=True, nonnegative=True) for name in "jkd")
p, q, n = Symbol("p", positive=True), Symbol("q", positive=True), Symbol("n", integer=True, positive=True)
NORMAL_GAMMA = family("normal_gamma")


def positive(*symbols: Symbol) -> tuple[Parameter, ...]:
    """Return parameters on the positive half-line."""
    return tuple(Parameter(symbol, POSITIVE) for symbol in symbols)


# Fisher's problem of the Nile: two exponential numbers, of rates that are each other's inverse.
NILE = Family("nile", s, POSITIVE, positive(a), -a * s - t / a, also=(Observed(t, POSITIVE),))
# The earlier of two exponential times, and which of them it was.
RISKS = Family(
    "competing_risks",
    s,
    POSITIVE,
    positive(a, b),
    d * log(a) + (1 - d) * log(b) - (a + b) * s,
    also=(Observed(d, Range(0, 2)),),
)
# A Poisson number, and how many of so many were seen.
THINNED = Family(
    "thinned",
    j,
    Range(0, k + 1),
    (*positive(a), Parameter(p, Interval.open(0, 1))),
    k * log(a) - a - loggamma(j + 1) - loggamma(k - j + 1) + j * log(p) + (k - j) * log(1 - p),
    also=(Observed(k, S.Naturals0),),
)
TRINOMIAL = Family(
    "trinomial",
    j,
    Range(0, n - k + 1),
    (Parameter(p, Interval.open(0, 1)), Parameter(q, Interval.open(0, 1 - p))),
    loggamma(n + 1)
    - loggamma(j + 1)
    - loggamma(k + 1)
    - loggamma(n - j - k + 1)
    + j * log(p)
    + k * log(q)
    + (n - j - k) * log(1 - p - q),
    also=(Observed(k, Range(0, n + 1)),),
    constants=(Parameter(n, S.Naturals),),
)
# Both of two exponential times, the earlier first.
ORDERED = Family(
    "ordered", s, Interval.open(0, t), positive(a), log(2) + 2 * log(a) - a * (s + t), also=(Observed(t, POSITIVE),)
)
THREE = Family(
    "three",
    x,
    S.Reals,
    (Parameter(m, S.Reals), *positive(a, b)),
    -log(2 * pi) / 2 - (x - m) ** 2 / 2 + log(a) - a * t + k * log(b) - b - loggamma(k + 1),
    also=(Observed(t, POSITIVE), Observed(k, S.Naturals0)),
)
# Two exponential times that share a random rate (Mardia 1962, Multivariate Pareto Distributions).
PARETO = Family(
    "two_pareto",
    s,
    POSITIVE,
    positive(a),
    log(a) + log(a + 1) - (a + 2) * log(1 + s + t),
    also=(Observed(t, POSITIVE),),
)


def _normal_gamma(data: Array) -> tuple[float, ...]:
    """The mean and precision are those of weighted data; shape and rate are those of a gamma distribution."""
    rest, level = data[:, 1].mean(), np.average(data[:, 0], weights=data[:, 1])
    gap = np.log(rest) - np.log(data[:, 1]).mean()
    shape = brentq(lambda z: np.log(z) - digamma(z) - gap, 1e-6, 1e6, xtol=1e-13)
    return level, 1 / np.mean(data[:, 1] * (data[:, 0] - level) ** 2), shape, shape / rest


def _two_pareto(data: Array) -> tuple[float, ...]:
    total = float(np.log1p(data.sum(axis=1)).mean())
    return ((2 - total + np.hypot(2, total)) / (2 * total),)


ESTIMATES: dict[str, tuple[Family, Estimate]] = {
    "normal_gamma": (NORMAL_GAMMA, _normal_gamma),
    "nile": (NILE, lambda z: (np.sqrt(z[:, 1].mean() / z[:, 0].mean()),)),
    "competing_risks": (RISKS, lambda z: (z[:, 1].mean() / z[:, 0].mean(), (1 - z[:, 1]).mean() / z[:, 0].mean())),
    "thinned": (THINNED, lambda z: (z[:, 1].mean(), z[:, 0].mean() / z[:, 1].mean())),
    "trinomial": (TRINOMIAL.fix(n=7), lambda z: (z[:, 0].mean() / 7, z[:, 1].mean() / 7)),
    "ordered": (ORDERED, lambda z: (2 / z.sum(axis=1).mean(),)),
    "three": (THREE, lambda z: (z[:, 0].mean(), 1 / z[:, 1].mean(), z[:, 2].mean())),
    "two_pareto": (PARETO, _two_pareto),
    "bivariate_normal": (
        BIVARIATE_NORMAL,
        lambda z: (*z.mean(axis=0), *z.std(axis=0), np.corrcoef(z.T)[0, 1]),
    ),
}


# Five parameters take some seconds to derive, and integrals between observations more than one.
LONG = ("bivariate_normal", "ordered")
NAMES = [pytest.param(name, marks=[pytest.mark.thorough] * (name in LONG)) for name in ESTIMATES]


def drawn(one: Family, rows: int, seed: int) -> Array:
    """Return rows inside the support, the later columns first."""
    rng, found = np.random.default_rng(seed), []
    for _ in range(rows):
        row: dict[Symbol, float] = {}
        for symbol, ends in (*((each.symbol, each.bounds) for each in one.also), (one.observation, one.bounds)):
            lo, hi = (end.xreplace({name: S(value) for name, value in row.items()}) for end in (ends.lo, ends.hi))
            if ends.discrete:
                row[symbol] = int(rng.integers(int(lo), (int(lo) + 6 if hi is oo else int(hi)) + 1))
            elif hi.is_finite:
                row[symbol] = float(lo) + (float(hi) - float(lo)) * rng.uniform(0.01, 0.99)
            else:
                row[symbol] = float(lo) + rng.gamma(2) if lo.is_finite else rng.normal(1, 2)
        found.append([float(row[symbol]) for symbol in one.columns])
    return np.array(found)


@pytest.mark.parametrize("name", NAMES)
def test_estimates_are_those_of_the_textbooks(name: str) -> None:
    one, estimate = ESTIMATES[name]
    validate(one, proves_normalised)
    for seed in range(4):
        data = drawn(one, 12, seed)
        found = fit(one, data)
        assert list(found.theta_hat.values()) == pytest.approx(estimate(data), rel=1e-9)
        certificate = certify(one, data)
        assert certificate.verdict is CertificateVerdict.UNIQUE_GLOBAL
        assert certificate.check(data)
    assert found.derivation.optimality.proved
    assert found.derivation.optimality.unique


@pytest.mark.parametrize("name", NAMES)
def test_every_step_is_proved_and_a_wrong_one_is_seen(name: str) -> None:
    one, _ = ESTIMATES[name]
    derivation = derive(one)
    assert not derivation.obligations
    assert all(finding.evidence.verdict is Verdict.AGREE for finding in derivation.findings)
    for rule in ("normalised", "entropy"):
        at = next((at for at, step in enumerate(derivation.steps) if step.rule == rule), None)
        if at is None:
            # No mean logarithm of a factorial has a closed form; no mean map with two statistics for one parameter.
            assert rule == "entropy"
            assert name == "nile" or closed_forms.entropy_of(one) is None
            continue
        wrong = replace(derivation.steps[at], value=derivation.steps[at].value + 1)
        steps = (*derivation.steps[:at], wrong, *derivation.steps[at + 1 :])
        assert check_steps(one, steps)[at].evidence is not Evidence.LEMMA


def averaged(one: Family, theta: dict[Symbol, Expr], integrand: Expr) -> float:
    """Return an expected value under a member with two observed numbers: trapezes in maps of the line, and sums.

    Analytic functions that fall off at both ends are summed to all digits by equal steps (Trefethen & Weideman 2014,
    *The exponentially convergent trapezoidal rule*, theorem 5.1).
    """
    columns = (one.observation, one.also[0].symbol)
    height = lambdify(
        columns, (integrand * S.Exp1**one.log_density).xreplace(theta), [{"loggamma": gammaln}, "scipy", "numpy"]
    )
    outer, steps = placed(one.also[0].bounds, {})
    total = 0.0
    for w, step in zip(outer, steps, strict=True):
        inner, widths = placed(one.bounds, {columns[1]: w})
        with np.errstate(all="ignore"):
            values = np.broadcast_to(height(inner, w), inner.shape)
        total += step * float(np.sum(np.where(np.isfinite(values), values, 0.0) * widths))
    return total


def placed(ends: Bounds, known: dict[Symbol, float]) -> tuple[Array, Array]:
    """Return numbers all over a set, and how much of it each stands for."""
    lo, hi = (float(end.xreplace({symbol: S(value) for symbol, value in known.items()})) for end in (ends.lo, ends.hi))
    if ends.discrete:
        places = np.arange(lo, min(hi, 60.0) + 1)
        return places, np.ones_like(places)
    v = np.linspace(-30.0, 30.0, 481)
    step = v[1] - v[0]
    if np.isinf(lo):
        return np.sinh(v / 4), step * np.cosh(v / 4) / 4
    if np.isinf(hi):
        return lo + np.exp(v), step * np.exp(v)
    share = 1 / (1 + np.exp(-v))
    return lo + (hi - lo) * share, step * (hi - lo) * share * (1 - share)


MEMBERS: dict[str, tuple[dict[Symbol, Expr], dict[Symbol, Expr]]] = {
    "normal_gamma": (
        dict(zip(NORMAL_GAMMA.symbols, (S(1) / 2, S(2), S(3), S(2)), strict=True)),
        dict(zip(NORMAL_GAMMA.symbols, (S(1), S(3) / 2, S(4), S(3)), strict=True)),
    ),
    "bivariate_normal": (
        dict(zip(BIVARIATE_NORMAL.symbols, (S(1), S(0), S(1), S(2), S(1) / 2), strict=True)),
        dict(zip(BIVARIATE_NORMAL.symbols, (S(0), S(1), S(2), S(3) / 2, S(0)), strict=True)),
    ),
    "nile": ({a: S(2)}, {a: S(3) / 2}),
    "competing_risks": ({a: S(1), b: S(2)}, {a: S(3), b: S(1)}),
    "thinned": ({a: S(2), p: S(1) / 3}, {a: S(1), p: S(1) / 2}),
    "trinomial": ({p: S(1) / 4, q: S(1) / 2}, {p: S(1) / 2, q: S(1) / 3}),
    "ordered": ({a: S(1)}, {a: S(2)}),
}


def test_every_shipped_family_of_several_numbers_is_among_these() -> None:
    assert {one.name for one in families() if one.also} <= set(MEMBERS)


@pytest.mark.thorough
@pytest.mark.parametrize("name", MEMBERS)
def test_closed_forms_are_what_quadrature_gives(name: str) -> None:
    one, _ = ESTIMATES[name]
    first, second = MEMBERS[name]
    other = one.log_density.xreplace(second)
    numbers = {Symbol(f"{u.name}_0", **u.assumptions0): e for u, e in first.items()}
    numbers |= {Symbol(f"{u.name}_1", **u.assumptions0): e for u, e in second.items()}
    between, chaos, means = closed_forms.kl(one), closed_forms.entropy_of(one), closed_forms.mean(one)
    assert between is not None
    assert (chaos is None) == one.countable
    assert means is not None
    found = float(between.value.xreplace(numbers).evalf())
    assert found == pytest.approx(averaged(one, first, one.log_density - other), rel=1e-9)
    swapped = {u: numbers[Symbol(u.name[:-1] + str(1 - int(u.name[-1])), **u.assumptions0)] for u in numbers}
    assert name == "nile" or float(between.value.xreplace(swapped).evalf()) != pytest.approx(found, rel=1e-3)
    if chaos is not None:
        expected = averaged(one, first, -one.log_density)
        assert float(chaos.value.xreplace(first).evalf()) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    information = closed_forms.fisher_information(one)
    assert information is not None
    slopes = [one.log_density.diff(symbol) for symbol in one.symbols]
    for row, slope in enumerate(slopes):
        expected = averaged(one, first, slope * slopes[-1])
        assert float(information.value[row, -1].xreplace(first).evalf()) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    for place, observed in enumerate(one.observed):
        expected = averaged(one, first, observed)
        assert float(means.value[place].xreplace(first).evalf()) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_closed_forms_of_the_normal_gamma_are_proved_without_integrals() -> None:
    forms = Claims(
        None,
        closed_forms.entropy_of(NORMAL_GAMMA),
        closed_forms.kl(NORMAL_GAMMA),
        closed_forms.fisher_information(NORMAL_GAMMA),
        closed_forms.log_partition(NORMAL_GAMMA),
    )
    assert {one.finding.evidence.verdict for one in judge_forms(NORMAL_GAMMA, forms)} == {Verdict.AGREE}
    assert forms.entropy is not None
    wrong = replace(forms, entropy=replace(forms.entropy, value=forms.entropy.value + log(c)))
    judged = judge_forms(NORMAL_GAMMA, wrong)
    assert next(one for one in judged if one.quantity == "entropy").finding.evidence is Evidence.REFUTED


def test_claims_of_several_numbers() -> None:
    right = check_claim(NORMAL_GAMMA, mean=["m", "a/b"], mle={"m": "Mean(t*x)/Mean(t)", "c": "1/Mean(t*(x - m)**2)"})
    assert right.verdict.value == "proved", str(right)
    for claimed in ({"mean": ["m", "b/a"]}, {"mle": {"m": "Mean(x)"}}, {"log_partition": "loggamma(a) - log(b)"}):
        assert check_claim(NORMAL_GAMMA, examples=30, **claimed).verdict.value == "refuted"
    with pytest.raises(ParameterError, match="mean is a list of 2 expressions"):
        check_claim(NORMAL_GAMMA, mean="m")


@pytest.mark.thorough
def test_a_right_estimator_passes_and_wrong_ones_are_refuted() -> None:
    one, estimate = ESTIMATES["nile"]
    assert check_estimator(one, estimate, examples=60).ok
    assert check_estimator(one, lambda z: (1 / z[:, 0].mean(),), examples=60).disagree

    def doubled(data: Array) -> tuple[float, ...]:
        place, *others = _normal_gamma(data)
        return (place, *(2 * other for other in others))

    assert check_estimator(NORMAL_GAMMA, doubled, examples=30).disagree


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([[1.0, -2.0]], r"x\[0, 1\] = -2 lies outside Interval.open\(0, oo\), the support of t"),
        ([[1.0, 0.0]], "the support of t"),
        ([[1.0, np.nan]], "is not finite"),
        ([[1.0, np.inf]], "is not finite"),
        ([1.0, 2.0], r"the shape has to be \(n, 2\), columns x, t"),
        ([[1.0, 2.0, 3.0]], r"the shape has to be \(n, 2\)"),
        (np.empty((0, 2)), "is empty"),
    ],
)
def test_bad_data_are_refused(rows: list[list[float]], words: str) -> None:
    with pytest.raises((DataError, SupportError), match=words):
        fit(NORMAL_GAMMA, rows)


@pytest.mark.parametrize(
    ("one", "rows", "words"),
    [
        (ORDERED, [[1.0, 2.0], [3.0, 2.0]], r"x\[1\], s = 3, t = 2, lies outside the support"),
        (ORDERED, [[2.0, 2.0]], "lies outside the support"),
        (THINNED, [[3.0, 2.0]], r"j = 3, k = 2, lies outside the support"),
        (THINNED, [[1.0, 2.5]], "the support of k"),
        (TRINOMIAL.fix(n=7), [[5.0, 3.0]], "lies outside the support"),
        (TRINOMIAL.fix(n=7), [[0.0, 8.0]], "the support of k"),
        (RISKS, [[1.0, 2.0]], "the support of d"),
    ],
)
def test_rows_outside_what_their_other_numbers_allow_are_refused(
    one: Family, rows: list[list[float]], words: str
) -> None:
    with pytest.raises(SupportError, match=words):
        fit(one, rows)
    with pytest.raises(SupportError, match=words):
        certify(one, rows)


def test_a_row_on_a_closed_end_that_another_number_sets_is_inside() -> None:
    assert fit(THINNED, [[2.0, 2.0], [0.0, 1.0]]).theta_hat["p"] == pytest.approx(2 / 3)
    assert fit(TRINOMIAL.fix(n=7), [[4.0, 3.0], [1.0, 1.0]]).theta_hat["q"] == pytest.approx(2 / 7)


def test_the_family_comes_before_the_function() -> None:
    with pytest.raises(ParameterError, match="give a family or its name first, then the estimator"):
        check_estimator(ESTIMATES["nile"][1], NILE)  # type: ignore[arg-type]


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["ordered", "thinned", "trinomial"])
def test_rows_are_drawn_inside_what_their_other_numbers_allow(name: str) -> None:
    one, estimate = ESTIMATES[name]
    report = check_estimator(one, estimate, examples=60)
    assert report.ok, str(report)
    assert check_estimator(one, lambda z: tuple(1.001 * e for e in estimate(z)), examples=60).disagree


def test_known_numbers_of_trials_differ_from_row_to_row() -> None:
    """Binomial counts of as many trials as a covariate says: the share of all successes."""
    trials = Symbol("w", integer=True, positive=True)
    density = loggamma(trials + 1) - loggamma(j + 1) - loggamma(trials - j + 1) + j * log(p) + (trials - j) * log(1 - p)
    one = Family("trials", j, Range(0, trials + 1), THINNED.parameters[1:], density, covariates=(trials,))
    validate(one, proves_normalised)
    assert fit(one, [[2, 5], [3, 3]]).theta_hat["p"] == pytest.approx(5 / 8)
    assert check_estimator(one, lambda z: (z[:, 0].sum() / z[:, 1].sum(),), examples=60).ok
    assert check_estimator(one, lambda z: (np.mean(z[:, 0] / z[:, 1]),), examples=60).disagree
    with pytest.raises(SupportError, match="j = 4, w = 3, lies outside the support"):
        fit(one, [[4, 3]])


def test_given_covariates_a_density_is_infinitely_far_from_data_in_the_reverse_direction() -> None:
    assert derive(family("linear_regression"), direction="reverse").infinite
    with pytest.raises(ParameterError, match="the reverse direction is of families of one observed number"):
        derive(family("poisson_exposure"), direction="reverse")


def test_what_needs_one_number_refuses_several() -> None:
    for ask in (
        lambda: derive(NILE, direction="reverse"),
        lambda: m_projection(Table.of({1: 1, 2: 1}), NILE),
        lambda: i_projection(Table.of({1: 1, 2: 1}), NILE),
    ):
        with pytest.raises(ParameterError, match="is of families of one observed number, and this one has s, t"):
            ask()


def test_covariates_may_set_an_end_as_well() -> None:
    """An exponential time that is seen because it ended before ``t``."""
    density = log(a) - a * s - log(1 - S.Exp1 ** (-a * t))
    truncated = Family("truncated", s, Interval.open(0, t), positive(a), density, covariates=(t,))
    rows = np.array([[0.3, 2.0], [0.5, 3.0], [0.1, 0.9]])
    rate = fit(truncated, rows).theta_hat["a"]
    u, w = rows.T
    assert np.mean(1 / rate - u - w / np.expm1(rate * w)) == pytest.approx(0, abs=1e-12)
    with pytest.raises(SupportError, match="s = 3, t = 2, lies outside the support"):
        fit(truncated, [[3.0, 2.0]])


def test_weights_are_repetitions() -> None:
    rows = drawn(NORMAL_GAMMA, 6, 9)
    weighted, repeated = fit(NORMAL_GAMMA, rows, [2, 0, 1, 1, 3, 1]), fit(NORMAL_GAMMA, rows[[0, 0, 2, 3, 4, 4, 4, 5]])
    assert list(weighted.theta_hat.values()) == pytest.approx(list(repeated.theta_hat.values()), rel=1e-12)


def test_unsound_declarations_are_refused() -> None:
    with pytest.raises(DeclarationError, match="proved not to be normalised"):
        validate(replace(NORMAL_GAMMA, log_density=NORMAL_GAMMA.log_density + 1), proves_normalised)
    with pytest.raises(UndecidedError, match="no lemma integrates it over one after the other"):
        validate(replace(NILE, log_density=NILE.log_density - s**2 * t**3), proves_normalised)
    with pytest.raises(DeclarationError, match=r"the support .* of t holds a; only the support of the first"):
        replace(NILE, also=(Observed(t, Interval.open(0, a)),))
    with pytest.raises(DeclarationError, match="two symbols are called 's'"):
        replace(NILE, also=(Observed(s, POSITIVE),))
    real = Symbol("t", real=True)
    with pytest.raises(DeclarationError, match=r"t lies in the support .*, but its Symbol lacks positive=True"):
        replace(NILE, log_density=-a * s - real / a, also=(Observed(real, POSITIVE),))
    with pytest.raises(DeclarationError, match="is no SymPy set"):
        replace(NILE, also=(Observed(t, "positive"),))  # type: ignore[arg-type]


@pytest.mark.thorough
def test_a_known_parameter_and_other_parameters() -> None:
    fixed = NORMAL_GAMMA.fix(a=3)
    assert derive(fixed).outcome is Outcome.CLOSED_FORM
    rows = drawn(NORMAL_GAMMA, 8, 3)
    spread = Parameter(v, POSITIVE)
    by_variance = NORMAL_GAMMA.reparametrise(
        "by_variance", (NORMAL_GAMMA.parameters[0], spread, *NORMAL_GAMMA.parameters[2:]), {"c": 1 / v}
    )
    assert fit(by_variance, rows).theta_hat["v"] == pytest.approx(1 / fit(NORMAL_GAMMA, rows).theta_hat["c"], rel=1e-12)


@pytest.mark.thorough
def test_collinear_pairs_are_decided_exactly() -> None:
    """The correlation lies between its ends where the product of variances exceeds the squared covariance."""
    conditions = [one.meaning for one in derive(BIVARIATE_NORMAL).exists_when]
    assert "cov(x, y)**2 - var(x)*var(y) < 0" in conditions
    certificate = certify(BIVARIATE_NORMAL, [[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]])
    assert certificate.verdict is CertificateVerdict.NO_MAXIMUM
    beside = certify(BIVARIATE_NORMAL, [[1.0, 2.0], [2.0, 4.0], [3.0, 6.0 + 2.0**-50]])
    assert beside.verdict is CertificateVerdict.UNIQUE_GLOBAL


def test_an_entropy_that_is_not_proved_spoils_no_certificate() -> None:
    """No quadrature over several numbers tells the entropy, and the argument for the maximum does not rest on it.

    Source: Arnold, Castillo and Sarabia 1999, Conditional Specification of Statistical Models, section 4.
    """
    ratio = Family(
        "ratio", s, POSITIVE, positive(a, b), log(a) - a * s + log(b * s) - b * s * t, also=(Observed(t, POSITIVE),)
    )
    found = derive(ratio)
    undecided = [
        step.rule for step, one in zip(found.steps, found.findings, strict=True) if one.evidence is Evidence.UNDECIDED
    ]
    assert undecided == ["entropy"]
    data = [[1.0, 2.0], [3.0, 0.5], [0.25, 1.0]]
    certificate = certify(ratio, data)
    assert certificate.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert certificate.check(data)


# A point at distance one from the origin, seen with normal errors in both coordinates.
ON_A_CIRCLE = Family(
    "on_a_circle",
    x,
    S.Reals,
    (Parameter(m, Interval.Lopen(-pi, pi)),),
    -log(2 * pi) - ((x - cos(m)) ** 2 + (y - sin(m)) ** 2) / 2,
    also=(Observed(y, S.Reals),),
)


def test_the_origin_has_no_angle() -> None:
    """Zero was returned, and certified as a local maximum, where every angle is as likely."""
    assert fit(ON_A_CIRCLE, [[0.0, 2.0]]).theta_hat["m"] == np.pi / 2
    with pytest.raises(UnsolvedError, match="zero over zero"):
        fit(ON_A_CIRCLE, [[0.0, 0.0]])
    opposite = [[1.0, 2.0], [-1.0, -2.0]]
    with pytest.raises(UnsolvedError, match="zero over zero"):
        fit(ON_A_CIRCLE, opposite)
    assert certify(ON_A_CIRCLE, opposite).verdict is CertificateVerdict.UNDECIDED
    assert math.isnan(NUMBERS["atan2"](0.0, 0.0))
    assert np.isnan(SIMPLE["atan2"](np.array([0.0, 1.0]), np.zeros(2))).tolist() == [True, False]
    assert FUNCTIONS["atan2"](arb(0), arb(0)).is_nan()


WILD = Family(
    "wild",
    x,
    S.Reals,
    (Parameter(m, S.Reals),),
    m * x - x**4 - y**4 - x**2 * y**2 - m**2 / 2 + m**4 / 4,
    also=(Observed(y, S.Reals),),
)
"""No density, which no lemma sees: the likelihood grows without bound, and has a lower maximum near zero."""


def test_divergences_of_what_is_no_density_prove_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The global and only maximum was said to be proved, and certified, with the normalisation an open obligation."""
    found, proof = derive(WILD), certify(WILD, [[0.0, 0.25], [0.125, 0.5]])
    assert not found.optimality.proved
    assert not found.existence_proved
    assert not proof.verdict.is_global
    monkeypatch.setattr("thetahat.proofs.identity_steps.is_examined", lambda family: True)  # planted
    planted = engine._derived(WILD, True)
    (at,) = [position for position, step in enumerate(planted.steps) if step.rule == "identity"]
    assert planted.findings[at].evidence is Evidence.UNDECIDED
    assert not planted.optimality.proved


def test_a_total_that_a_lemma_gives_keeps_the_proof() -> None:
    """Several numbers with a total that is known to be one."""
    assert is_examined(NORMAL_GAMMA)
    assert derive(NORMAL_GAMMA).optimality.unique


@pytest.mark.parametrize("pairs", [[[0.0, 0.0]], [[1.0, 2.0], [2.0, -1.0]], [[1.0, 1.0], [-2.0, 0.5]], [[1e-9, 1.0]]])
def test_neighbours_of_an_autoregression_always_have_an_estimate(pairs: list[list[float]]) -> None:
    """Hamilton 1994, section 5.2: where the products add up to zero the quadratic equation is a linear one."""
    rho = Symbol("rho", real=True)
    first = log(1 - rho**2) / 2 - (1 - rho**2) * x**2 / 2 - log(2 * pi) / 2
    density = first - (y - rho * x) ** 2 / 2 - log(2 * pi) / 2
    space = (Parameter(rho, Interval.open(-1, 1)),)
    neighbours = Family("neighbours", x, S.Reals, space, density, also=(Observed(y, S.Reals),))

    assert derive(neighbours).exists_when == ()
    product = float(np.mean([a * b for a, b in pairs]))
    (found,) = fit(neighbours, pairs).theta
    assert found == pytest.approx(2 * product / (1 + math.sqrt(1 + 4 * product**2)), rel=1e-15)
    certificate = certify(neighbours, pairs)
    assert certificate.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert certificate.check(pairs)
