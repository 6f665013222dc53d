"""Whether equations are combined down to the fewest that the literature knows, and combined wrongly nowhere."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize
from sympy import Expr, Integer, Interval, Naturals0, Piecewise, Reals, Symbol, Tuple, erfc, log, loggamma, oo, pi, sqrt

from thetahat import Family, Parameter, derive, family, fit
from thetahat.proofs.algebra.atoms import Mean, plain
from thetahat.proofs.algebra.combine import combinations
from thetahat.proofs.check_context import Context
from thetahat.proofs.checker import check_steps
from thetahat.proofs.derivation import Evidence, Finding, Outcome
from thetahat.proofs.errors import ExistenceError, UnsolvedError
from thetahat.proofs.likelihood import unfold
from thetahat.proofs.zero import prove_zero
from thetahat.verify.likelihood import log_likelihood

POSITIVE = Interval.open(0, oo)
x, a, b, d, p, omega = (Symbol(name, positive=True) for name in ("x", "a", "b", "d", "p", "omega"))
real, xi, alpha = (Symbol(name, real=True) for name in ("x", "xi", "alpha"))
count, rate = Symbol("x", integer=True, nonnegative=True), Symbol("lambda", positive=True)
EACH = tuple(Parameter(symbol, POSITIVE) for symbol in (a, d, p))
Array = NDArray[np.float64]

GAMMA = Family(
    "generalised_gamma",
    x,
    POSITIVE,
    EACH,
    log(p) - d * log(a) + (d - 1) * log(x) - (x / a) ** p - loggamma(d / p),
)
POISSON = Family(
    "generalised_poisson",
    count,
    Naturals0,
    (Parameter(a, POSITIVE), Parameter(rate, Interval.open(0, 1))),
    log(a) + (count - 1) * log(a + rate * count) - a - rate * count - loggamma(count + 1),
)
FAILURE = Family(
    "linear_failure_rate",
    x,
    POSITIVE,
    (Parameter(a, POSITIVE), Parameter(b, POSITIVE)),
    log(a + b * x) - a * x - b * x**2 / 2,
)
SKEW = Family(
    "skew_normal",
    real,
    Reals,
    (Parameter(xi, Reals), Parameter(omega, POSITIVE), Parameter(alpha, Reals)),
    -((real - xi) ** 2) / (2 * omega**2)
    - log(omega)
    - log(2 * pi) / 2
    + log(erfc(-alpha * (real - xi) / (omega * sqrt(2)))),
)

# Each with the number of equations left, the parameter the combination gives, and the published formula for it.
LITERATURE: dict[str, tuple[Family, int, Symbol, Expr]] = {
    # Stacy & Mihram 1965, Technometrics, vol. 7, pp. 349-358: d = 1 / (mean(x^p log x) / mean(x^p) - mean(log x)).
    "generalised gamma": (GAMMA, 1, d, 1 / (Mean(x**p * log(x), x) / Mean(x**p, x) - Mean(log(x), x))),
    # Consul & Shoukri 1984, Communications in Statistics, vol. 13, pp. 1533-1547: theta = mean(x) (1 - lambda).
    "generalised Poisson": (POISSON, 1, a, Mean(count, count) * (1 - rate)),
    # Bain 1974, Technometrics, vol. 16, pp. 551-559: a mean(x) + b mean(x^2) / 2 = 1.
    "linear failure rate": (FAILURE, 1, b, 2 * (1 - a * Mean(x, x)) / Mean(x**2, x)),
    # Azzalini & Capitanio 1999, JRSS B, vol. 61, section 6.1: omega^2 = mean((x - xi)^2).
    "skew-normal": (SKEW, 2, omega, sqrt(Mean(real**2, real) - 2 * xi * Mean(real, real) + xi**2)),
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", LITERATURE)
def test_as_few_equations_as_the_literature_knows(name: str) -> None:
    """The formula comes out, proved equal, and the combination itself is proved by algebra."""
    declared, equations, subject, formula = LITERATURE[name]
    found = derive(declared)
    assert len(found.equations) == len(found.unknowns) == equations
    gap = plain(unfold(dict(found.formulas)[subject], found.statistics)) - formula
    verdict = prove_zero(gap, declared.domain, Context(declared, ()).points)
    assert verdict.evidence in (Evidence.ALGEBRA, Evidence.BALL), verdict.detail
    combined = [evidence for step, evidence in zip(found.steps, found.findings, strict=True) if step.rule == "combined"]
    assert [one.evidence for one in combined] == [Evidence.ALGEBRA]
    assert all(one.evidence not in (Evidence.REFUTED, Evidence.UNDECIDED) for one in found.findings)


def drawn(seed: int) -> np.random.Generator:
    """Return the stream of one case."""
    return np.random.default_rng(seed)


DATA: dict[str, tuple[Family, Callable[[], Array], Array]] = {
    "generalised gamma": (GAMMA, lambda: drawn(1).gamma(2.0, 1.0, 200) ** 0.7, np.ones(3)),
    "generalised Poisson": (POISSON, lambda: drawn(1).negative_binomial(2, 0.3, 200) * 1.0, np.array([1.0, 0.1])),
    "linear failure rate": (FAILURE, lambda: drawn(2).weibull(1.3, 100), np.ones(2)),
    "skew to the right": (SKEW, lambda: _skewed(4.0), np.array([0.0, 1.0, 1.0])),
    "skew to the left": (SKEW, lambda: -_skewed(4.0), np.array([0.0, 1.0, -1.0])),
}


def _skewed(shape: float) -> Array:
    first, second = drawn(3).normal(size=(2, 200))
    return np.asarray((shape * abs(first) + second) / np.sqrt(1 + shape**2))


@pytest.mark.thorough
@pytest.mark.parametrize("name", DATA)
def test_an_optimiser_finds_no_better_point(name: str) -> None:
    """Nelder and Mead's simplex, from elsewhere, in all the parameters: the fit lies no lower, up to rounding."""
    declared, draw, start = DATA[name]
    data = draw()
    best, rounding = log_likelihood(declared, fit(declared, data).theta, data)

    def loss(theta: Array) -> float:
        ends = [declared.domain[s] for s in declared.symbols]
        inside = all(float(e.lo) < t < float(e.hi) for e, t in zip(ends, theta, strict=True))
        return -float(log_likelihood(declared, theta, data)[0]) if inside else np.inf

    other = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9, "maxiter": 4000})
    assert -other.fun <= best + 2 * rounding
    # Both found the same maximum: a simplex stops within its own tolerance.
    assert best + other.fun < 1e-6


def test_a_root_outside_the_space_is_no_estimate() -> None:
    """Where the multiple is infinite the equation left vanishes too; data that ask for it are refused."""
    with pytest.raises(UnsolvedError):
        fit(FAILURE, drawn(1).weibull(2.5, 100))


def test_an_infinite_multiple_is_not_used() -> None:
    """At ``a = b`` the first equation need not vanish where the second and the combination do."""
    atom = log(a + b)
    pairs = {a: atom - 1, b: (a - b) * atom - 2}
    assert {one.used for one in combinations(pairs, {})} == {b}


def _finding(value: Callable[[Expr], Expr], **named: Callable[[Expr], Expr]) -> Finding:
    found = derive(FAILURE)
    at = next(i for i, step in enumerate(found.steps) if step.rule == "combined")
    step = found.steps[at]
    using = tuple((key, named[key](one) if key in named else one) for key, one in step.using)
    spoiled = replace(step, value=value(step.value), using=using)
    return check_steps(FAILURE, (*found.steps[:at], spoiled))[at]


def same(one: Expr) -> Expr:
    """Return the expression as it is."""
    return one


PLANTED: dict[str, tuple[Callable[[Expr], Expr], dict[str, Callable[[Expr], Expr]], Evidence]] = {
    "nothing": (same, {}, Evidence.ALGEBRA),
    "factor": (lambda one: 2 * one, {}, Evidence.REFUTED),
    "term": (lambda one: one + 1, {}, Evidence.REFUTED),
    "sign of the multiple": (same, {"ratio": lambda one: -one}, Evidence.REFUTED),
    "equations exchanged": (same, {"equations": lambda one: Tuple(*one.args[::-1])}, Evidence.REFUTED),
    "one equation twice": (
        lambda one: Integer(0),
        {"equations": lambda one: Tuple(one.args[0], one.args[0]), "ratio": lambda one: Integer(1)},
        Evidence.REFUTED,
    ),
    "multiple that may be infinite": (same, {"ratio": lambda one: one + 1 / (a - b)}, Evidence.UNDECIDED),
    "no score": (same, {"equations": lambda one: Tuple(one.args[0] + 1, one.args[1])}, Evidence.REFUTED),
}


@pytest.mark.parametrize(("value", "named", "evidence"), PLANTED.values(), ids=PLANTED)
def test_a_planted_combination_is_caught(
    value: Callable[[Expr], Expr], named: dict[str, Callable[[Expr], Expr]], evidence: Evidence
) -> None:
    """A factor lost, a sign flipped, an equation combined with itself, a multiple that may be infinite."""
    assert _finding(value, **named).evidence is evidence


INFLATED = family("zero_inflated_poisson")


RATES = Family(
    "two_rates",
    real,
    Reals,
    (Parameter(xi, Reals), Parameter(a, POSITIVE), Parameter(b, POSITIVE)),
    log(a) + log(b) - log(a + b) + Piecewise((-a * (real - xi), real >= xi), (b * (real - xi), True)),
)


def _rates_at(place: float, data: Array) -> tuple[float, float]:
    """Kotz, Kozubowski & Podgorski 2001, The Laplace Distribution and Generalizations, section 3.5.1.2."""
    above, below = (math.sqrt(np.maximum(0, way * (data - place)).mean()) for way in (1, -1))
    return 1 / (above * (above + below)), 1 / (below * (above + below))


@pytest.mark.parametrize("seed", range(6))
def test_a_laplace_distribution_with_two_rates_is_solved(seed: int) -> None:
    """The rates by what is left of two equations without their constants, the place by search over observations.

    With the place at an extreme observation one rate grows for ever: the supremum is that of an exponential variable.
    """
    data = drawn(seed).laplace(size=14 + seed)
    known = fit(RATES.fix(xi=0), data)
    assert known.outcome is Outcome.CLOSED_FORM
    assert not known.derivation.obligations
    assert known.theta == pytest.approx(_rates_at(0.0, data), rel=1e-12)
    assert derive(RATES).outcome is Outcome.DATA_POINT
    places = [place for place in data.tolist() if min(data) < place < max(data)]
    inside = max(log_likelihood(RATES, [place, *_rates_at(place, data)], data)[0] for place in places)
    nearest = min(np.mean(data - min(data)), np.mean(max(data) - data))
    if inside > -len(data) * (1 + math.log(nearest)):
        assert fit(RATES, data).log_likelihood == pytest.approx(inside, rel=1e-12)
    else:
        with pytest.raises(ExistenceError, match="no maximum"):
            fit(RATES, data)


def test_equations_without_their_constants_are_proved_anew() -> None:
    """Planted: another sign, another multiple, and one that is not finite everywhere."""
    declared = RATES.fix(xi=0)
    steps = derive(declared).steps
    at = next(i for i, step in enumerate(steps) if step.rule == "combined")
    ratio = steps[at].named("ratio")

    def finding(value: Expr, multiple: Expr) -> Evidence:
        using = tuple((key, multiple if key == "ratio" else one) for key, one in steps[at].using)
        changed = replace(steps[at], value=value, using=using)
        return check_steps(declared, (*steps[:at], changed, *steps[at + 1 :]))[at].evidence

    assert finding(steps[at].value, ratio) is Evidence.ALGEBRA
    assert finding(steps[at].value + 1, ratio) is Evidence.REFUTED
    assert finding(steps[at].value, ratio * 2) is Evidence.REFUTED
    assert finding(steps[at].value, ratio / (a - b)) is Evidence.UNDECIDED


@pytest.mark.thorough
def test_a_statistic_is_taken_out_where_that_leaves_no_choice() -> None:
    """Zeros and mean of a zero-inflated Poisson: one equation is free of the zeros, and every root is the only one."""
    found = derive(INFLATED)
    assert found.outcome is Outcome.CLOSED_FORM
    assert not found.obligations
    assert [step.rule for step in found.steps].count("combined") == 1
    assert not [step for step in found.steps if step.rule == "branch"]


@pytest.mark.thorough
@given(st.lists(st.integers(0, 4), min_size=1, max_size=12))
def test_more_zeros_than_a_poisson_variable_has(counts: list[int]) -> None:
    """A maximiser exists where zeros exceed exp(-mean) and some count exceeds one: the profile rises from the edge."""
    x = np.array(counts, dtype=float)
    zeros, mean = float(np.mean(x == 0)), float(np.mean(x))
    inside = zeros > math.exp(-mean) and max(counts) > 1 and zeros > 0
    if inside:
        w, rate = fit(INFLATED, x).theta
        assert 0 < w < 1
        assert (1 - w) * rate == pytest.approx(mean, rel=1e-9)
        assert w + (1 - w) * math.exp(-rate) == pytest.approx(zeros, rel=1e-9)
    else:
        with pytest.raises(ExistenceError):
            fit(INFLATED, x)


def _cleared_first(value: Callable[[Expr], Expr]) -> Finding:
    found = derive(INFLATED)
    at = next(i for i, step in enumerate(found.steps) if step.rule == "score-zero")
    return check_steps(INFLATED, (*found.steps[:at], replace(found.steps[at], value=value(found.steps[at].value))))[at]


@pytest.mark.thorough
def test_a_score_is_cleared_before_a_root_is_put_in() -> None:
    """The factor is never zero in the parameter space: another one, or another score, is not let through."""
    w, rate = INFLATED.symbols
    assert _cleared_first(same).evidence is Evidence.SIGN
    assert _cleared_first(lambda one: one * (w - rate)).evidence is Evidence.UNDECIDED
    assert _cleared_first(lambda one: one + 1).evidence in (Evidence.UNDECIDED, Evidence.REFUTED)
