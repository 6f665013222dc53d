"""Covariates with a declared space: where data may lie, groups of rows, and rows that are censored."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import (
    Eq,
    Expr,
    FiniteSet,
    Interval,
    Naturals0,
    Piecewise,
    Range,
    Reals,
    S,
    Set,
    Symbol,
    Tuple,
    erfc,
    exp,
    log,
    oo,
    pi,
    sqrt,
    sympify,
)

from thetahat import Covariate, Family, Parameter, certify, derive, fit
from thetahat.proofs.algebra.atoms import Mean
from thetahat.proofs.apart import log_density_form
from thetahat.proofs.check_context import Context
from thetahat.proofs.checker import check_steps
from thetahat.proofs.counterexamples import counterexample
from thetahat.proofs.derivation import Outcome, Step, Verdict
from thetahat.proofs.errors import DeclarationError, ExistenceError, SupportError
from thetahat.proofs.expectations import proves_normalised
from thetahat.proofs.group_kernels import group_kernels
from thetahat.proofs.group_totals import group_totals
from thetahat.proofs.location import Z
from thetahat.proofs.probes import data_points, parameter_points
from thetahat.proofs.validation import require_normalised
from thetahat.proofs.write.markdown import derivation_markdown
from thetahat.strategies import datasets
from thetahat.verify.certify import CertificateVerdict

POSITIVE = Interval.open(0, oo)
x, y, z = Symbol("x", positive=True), Symbol("y", real=True), Symbol("z", real=True)
d = Symbol("d", integer=True, nonnegative=True)
a, b = Symbol("a", real=True), Symbol("b", real=True)
k, s, t = (Symbol(name, positive=True) for name in ("k", "s", "t"))
GROUP = Covariate(d, FiniteSet(0, 1), "1 where the event was seen")


def given_groups(density: Expr, observed: Symbol, *beside: Symbol, space: Set = GROUP.space) -> Family:
    """Return the family of this density given ``d``, its parameters those of a, b, k, s, t that it holds."""
    spaces = {a: S.Reals, b: S.Reals, k: POSITIVE, s: POSITIVE, t: POSITIVE}
    own = tuple(Parameter(p, where) for p, where in spaces.items() if p in density.free_symbols)
    support = POSITIVE if observed.is_positive else S.Reals
    return Family("grouped", observed, support, own, density, covariates=(Covariate(d, space), *beside))


def normal(place: Expr, scale: Expr) -> Expr:
    """Return the normal log-density of y."""
    return -((y - place) ** 2) / (2 * scale**2) - log(scale) - log(2 * pi) / 2


TWO_SAMPLES = given_groups((1 - d) * normal(a, s) + d * normal(b, t), y)
CENSORED = {
    "exponential": given_groups(d * log(s) - s * x, x),
    "weibull": given_groups(d * (log(k) + (k - 1) * log(x) - k * log(s)) - (x / s) ** k, x),
    "gompertz": given_groups(d * (log(k) + s * x) - k / s * (exp(s * x) - 1), x),
    "normal": given_groups(d * normal(a, s) + (1 - d) * log(erfc((y - a) / (sqrt(2) * s)) / 2), y),
    "logistic": given_groups(d * ((y - a) / s - log(s)) - (1 + d) * log(1 + exp((y - a) / s)), y),
    "proportional hazards": given_groups(d * (log(s) + a * z) - s * x * exp(a * z), x, z),
}
LEFT = given_groups(
    Piecewise((log(1 - exp(-s * x)), Eq(d, 0)), (log(s) - s * x, Eq(d, 1)), (-s * x, True)), x, space=Range(0, 3)
)


# --- Declarations. ----------------------------------------------------------------------------------------------------


def test_a_symbol_by_itself_may_lie_where_its_assumptions_say() -> None:
    """What was declared without a space means what it did."""
    bare = replace(TWO_SAMPLES, covariates=(d,))
    assert bare.covariates == (Covariate(d, Naturals0),)
    assert bare.given == (d,)
    assert bare != TWO_SAMPLES


REFUSED: dict[str, tuple[Any, str]] = {
    "mapping": ({d: FiniteSet(0, 1)}, r"covariates is a mapping, .*; write a tuple of Covariate\(symbol, set\)"),
    "pair for a set": ([Covariate(d, (0, 1))], "the space of d is .*, which is no SymPy set"),
    "moving end": ([Covariate(d, Range(0, k))], "holds k; the ends of a covariate's space are numbers"),
    "interval of integers": ([Covariate(d, Interval(0, 1))], "assumed integer, but the space .* contains other values"),
    "gap": ([Covariate(d, FiniteSet(0, 2))], "a FiniteSet of consecutive integers"),
    "parameter": ([Parameter(d, FiniteSet(0, 1))], "which is no Covariate"),
}


@pytest.mark.parametrize(("covariates", "reason"), REFUSED.values(), ids=REFUSED)
def test_spaces_that_make_no_sense_are_refused(covariates: Any, reason: str) -> None:
    """The message says what to write instead."""
    with pytest.raises(DeclarationError, match=reason):
        replace(TWO_SAMPLES, covariates=covariates)


def test_rows_outside_the_declared_space_are_refused() -> None:
    """A two among zeros and ones would be a third group, and half is none."""
    for wrong in (2.0, 0.5, -1.0):
        with pytest.raises(SupportError, match=r"x\[1, 1\] = .* lies outside \{0, 1\}, the declared space"):
            fit(TWO_SAMPLES, [[1.0, 0.0], [2.0, wrong], [4.0, 1.0], [3.0, 1.0]])


def test_the_page_says_where_a_covariate_lies() -> None:
    """With what it means."""
    page = derivation_markdown(derive(replace(CENSORED["exponential"], covariates=(GROUP,))))
    assert r"given $d \in \lbrace 0, 1 \rbrace$ (1 where the event was seen)" in page


@given(data=st.data())
def test_drawn_data_stay_in_the_declared_spaces(data: st.DataObject) -> None:
    """Rows for tests and points for probes."""
    rows = data.draw(datasets(TWO_SAMPLES, existence="any"))
    assert set(rows[:, 1]) <= {0.0, 1.0}


def test_probes_see_every_group() -> None:
    """Of twenty rows, some of both."""
    theta = parameter_points(TWO_SAMPLES, 1, 3)[0]
    assert {point[d] for point in data_points(TWO_SAMPLES, theta, 20, 3)} == {0, 1}


# --- Groups of rows. --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "density",
    [
        (1 - d) * normal(a, s) + d * normal(b, t),
        normal(a + d * (b - a), s + d * (t - s)),
        normal(a, s) ** 1 * (1 - d) ** 3 + d**2 * normal(b, t),
        Piecewise((normal(a, s), Eq(d, 0)), (normal(b, t), True)),
    ],
    ids=["sum", "inside", "powers", "cases"],
)
def test_two_samples_are_fitted_apart_however_they_are_written(density: Expr) -> None:
    """Mean and standard deviation of each group."""
    family = given_groups(density, y)
    rows = np.array([[1.0, 0], [4.0, 1], [2.0, 0], [9.0, 1], [6.0, 0], [5.0, 1]])
    derivation, found = derive(family), fit(family, rows)
    assert derivation.outcome is Outcome.CLOSED_FORM
    assert {step.evidence.verdict for step in derivation.findings} == {Verdict.AGREE}
    groups = [rows[rows[:, 1] == value, 0] for value in (0, 1)]
    wanted = [groups[0].mean(), groups[1].mean(), groups[0].std(), groups[1].std()]
    assert list(found.theta_hat.values()) == pytest.approx(wanted, rel=1e-14)


def test_groups_far_from_each_other_lose_no_digits() -> None:
    """No average of one group is computed as the difference of two."""
    rows = np.array([[1.0, 0], [2.0, 0], [4.0, 0], [1e9 + 1, 1], [1e9 + 3, 1]])
    found = fit(TWO_SAMPLES, rows).theta_hat
    assert found["a"] == pytest.approx(7 / 3, rel=1e-15)
    assert found["s"] == pytest.approx(14**0.5 / 3, rel=1e-12)
    assert found["t"] == pytest.approx(1, rel=1e-12)


def test_behrens_fisher_is_left_with_one_equation() -> None:
    """One mean, two spreads."""
    family = given_groups((1 - d) * normal(a, s) + d * normal(a, t), y)
    derivation = derive(family)
    assert derivation.outcome is Outcome.REDUCED
    assert len(derivation.equations) == 1
    rows = np.array([[1.0, 0], [4.0, 1], [2.0, 0], [9.0, 1], [6.0, 0], [5.0, 1]])
    assert certify(family, rows).verdict is CertificateVerdict.LOCAL


def test_a_dummy_in_a_regression_shares_what_it_does_not_move() -> None:
    """``d**2`` is no statistic beside ``d``: four are left, and none with fewer exists."""
    family = given_groups(normal(a + b * d, s), y)
    derivation = derive(family)
    assert derivation.exponential_form is not None
    assert (len(derivation.exponential_form.statistics), derivation.exponential_form.minimal) == (4, True)
    assert certify(family, [[1.0, 0], [4.0, 1], [2.0, 0], [9.0, 1]]).verdict is CertificateVerdict.UNIQUE_GLOBAL


def test_a_form_that_swaps_the_groups_is_refuted() -> None:
    """Planted: the checker compares with the declared density in balls, and takes nothing apart for that."""
    derivation = derive(TWO_SAMPLES)
    first = derivation.steps[0]
    swapped = {row[0]: Mean(row[1].integrand.subs(d, 1 - d), y, d) for row in first.named("statistics").args}
    rows = Tuple(*(Tuple(name, value) for name, value in swapped.items()))
    wrong = replace(first, using=tuple((key, rows if key == "statistics" else value) for key, value in first.using))
    assert check_steps(TWO_SAMPLES, (wrong,))[0].evidence.verdict is Verdict.DISAGREE
    assert check_steps(TWO_SAMPLES, derivation.steps[:1])[0].evidence.verdict is Verdict.AGREE


def test_what_groups_share_stands_without_indicators() -> None:
    """A censored exponential has one average of all waiting times."""
    assert str(log_density_form(CENSORED["exponential"])) == "-s*x + log(s)*[Eq(d, 1)]"


def test_the_only_maximum_of_two_samples_is_proved() -> None:
    """Concave in both inverse scales and both quotients; with it, that a maximiser exists under the conditions."""
    derivation = derive(TWO_SAMPLES)
    assert derivation.optimality.argument == "concave in 1/scale and location/scale of all groups of rows"
    assert derivation.existence_proved
    assert not derivation.obligations
    rows = [[1.0, 0], [4.0, 1], [2.0, 0], [9.0, 1]]
    assert certify(TWO_SAMPLES, rows).verdict is CertificateVerdict.UNIQUE_GLOBAL


def test_places_that_two_scales_share_are_no_coordinates() -> None:
    """One mean and two spreads have four quotients for three parameters: the likelihood may have two maxima."""
    assert group_kernels(TWO_SAMPLES)
    assert not group_kernels(given_groups((1 - d) * normal(a, s) + d * normal(a, t), y))


def _group(place: int, value: Expr | int) -> Callable[[Step], Step]:
    """Change one entry (values, location, scale, kernel, censored) of the last group."""

    def changed(step: Step) -> Step:
        told = [list(one.args) for one in step.named("groups").args]
        told[-1][place] = sympify(value)
        groups = Tuple(*(Tuple(*one) for one in told))
        using = tuple((key, groups if key == "groups" else old) for key, old in step.using)
        return replace(step, using=using, value=Tuple(*(one[3] for one in told)))

    return changed


PLANTED = {
    "another place": _group(1, a),
    "the variance for the scale": _group(2, t**2),
    "another kernel": _group(3, -(Z**2)),
    "taken for censored": _group(4, 1),
    "a group twice": _group(0, Tuple(Tuple(d, 0))),
}


@pytest.mark.parametrize("plant", PLANTED.values(), ids=PLANTED)
def test_planted_errors_in_kernels_of_groups_are_refuted(plant: Callable[[Step], Step]) -> None:
    """Each is no longer the declared log-density, or leaves a group out."""
    derivation = derive(TWO_SAMPLES)
    at = next(i for i, step in enumerate(derivation.steps) if step.rule == "groups")
    changed = (*derivation.steps[:at], plant(derivation.steps[at]))
    assert check_steps(TWO_SAMPLES, changed)[-1].evidence.verdict is Verdict.DISAGREE
    assert check_steps(TWO_SAMPLES, derivation.steps[: at + 1])[-1].evidence.verdict is Verdict.AGREE


def test_a_kernel_that_bends_up_is_noticed() -> None:
    """Planted: a counterexample in balls, whatever algebra says."""
    derivation = derive(TWO_SAMPLES)
    step = next(step for step in derivation.steps if step.rule == "groups")
    context = Context(TWO_SAMPLES, derivation.steps)
    assert counterexample(step, context) == ""
    assert counterexample(replace(step, value=Tuple(-(Z**2) / 2, Z**4 - Z**2)), context)


def test_an_observation_of_two_values_is_taken_apart_as_well() -> None:
    """However its probability is written, the estimate is the share of ones; a constant base is no reason to."""
    x, p = Symbol("x", integer=True, nonnegative=True), Symbol("p", positive=True)
    toss = Family("toss", x, Range(0, 2), (Parameter(p, Interval.open(0, 1)),), log(p * x + (1 - p) * (1 - x)))
    derivation = derive(toss)
    assert derivation.outcome is Outcome.CLOSED_FORM
    assert not derivation.obligations
    assert fit(toss, [0, 1, 0, 0]).theta_hat == {"p": 0.25}
    linear = replace(toss, log_density=x * log(p) + (1 - x) * log(1 - p))
    assert not log_density_form(linear).has(Eq)


# --- Censored rows. ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CENSORED)
def test_censored_rows_are_told_from_densities(name: str) -> None:
    """Proved: the survival function of the same family; validation lets it pass."""
    family = CENSORED[name]
    assert [one.tail for one in group_totals(family)] == [1, 0]
    assert proves_normalised(family) is True
    require_normalised(family, proves_normalised)
    require_normalised(family)
    assert "it is the probability of what lies above" in derivation_markdown(derive(family))


@pytest.mark.parametrize("name", ["weibull", "normal", "logistic"])
def test_censored_places_and_scales_have_one_maximum(name: str) -> None:
    """A distribution function of a log-concave density is log-concave."""
    rows = [[1.0, 1], [2.0, 0], [4.0, 1], [3.0, 1], [0.5, 0], [6.0, 1]]
    assert certify(CENSORED[name], rows).verdict is CertificateVerdict.UNIQUE_GLOBAL


def test_rows_may_be_censored_on_both_sides() -> None:
    """Below, seen, above."""
    assert [one.tail for one in group_totals(LEFT)] == [-1, 0, 1]


WRONG = {
    "half the rate where censored": d * log(s) - s * x * (1 + d) / 2,
    "a factor too many": d * log(s) - s * x + (1 - d) * log(2),
    "the distribution function's slope twice": d * (log(s) + log(2)) - s * x,
    "another family's survival": d * log(s) - d * s * x - (1 - d) * s * x**2,
}


@pytest.mark.parametrize("density", WRONG.values(), ids=WRONG)
def test_a_wrong_survival_function_is_no_density(density: Expr) -> None:
    """Planted: nothing of these is fitted."""
    family = given_groups(density, x)
    assert derive(family).outcome is Outcome.UNSOLVED
    assert "not normalised" in derive(family).reason
    with pytest.raises(DeclarationError, match="not normalised"):
        require_normalised(family, proves_normalised)


@given(
    st.lists(st.tuples(st.integers(1, 1000), st.integers(0, 1)), min_size=1, max_size=12).filter(
        lambda rows: any(seen for _, seen in rows)
    )
)
def test_the_censored_rate_is_events_over_time(rows: list[tuple[int, int]]) -> None:
    """Events over total time at risk (Klein & Moeschberger 2003, example 3.10)."""
    found = fit(CENSORED["exponential"], np.array(rows, dtype=np.float64)).theta_hat["s"]
    assert found == pytest.approx(sum(seen for _, seen in rows) / sum(time for time, _ in rows), rel=1e-14)


def test_without_an_event_there_is_no_rate() -> None:
    """The supremum lies at zero, on the open end of the space."""
    assert [str(one.meaning) for one in derive(CENSORED["exponential"]).exists_when] == ["share(d = 1) > 0"]


@pytest.mark.thorough
def test_six_groups_of_rows_with_one_spread_have_their_means() -> None:
    """Of more than four values of a covariate groups were not told apart: minutes went by, and no answer came."""
    value, group, spread = (
        Symbol("value", real=True),
        Symbol("group", integer=True, nonnegative=True),
        Symbol("spread", positive=True),
    )
    places = [Symbol(f"m_{number}", real=True) for number in range(6)]
    cases = [(-((value - place) ** 2), Eq(group, number)) for number, place in enumerate(places[:-1])]
    squares = Piecewise(*cases, (-((value - places[-1]) ** 2), True))
    density = squares / (2 * spread**2) - log(spread) - log(2 * pi) / 2
    spaces = (*(Parameter(place, S.Reals) for place in places), Parameter(spread, Interval.open(0, oo)))
    member = Family("layout", value, S.Reals, spaces, density, covariates=(Covariate(group, Range(6)),))
    derivation = derive(member)
    assert derivation.outcome is Outcome.CLOSED_FORM
    assert derivation.optimality.proved
    assert derivation.obligations == ()
    rows = np.array([[number + step * (1 + number) / 2, number] for number in range(6) for step in range(3)])
    means = [rows[rows[:, 1] == number, 0].mean() for number in range(6)]
    assert list(fit(member, rows).theta[:6]) == pytest.approx(means, rel=1e-14)
    with pytest.raises(ExistenceError, match="share"):
        fit(member, rows[:9])


def test_the_space_of_one_group_may_end_at_the_parameter_of_another() -> None:
    """Deriving raised an error: by itself, the second group has no parameter at which the space begins."""
    y, g = Symbol("y", real=True), Symbol("g", integer=True, nonnegative=True)
    low, high, s = Symbol("low", real=True), Symbol("high", real=True), Symbol("s", positive=True)
    place = Piecewise((low, Eq(g, 0)), (high, True))
    ordered = Family(
        name="ordered_groups",
        observation=y,
        support=Reals,
        parameters=(Parameter(low, Reals), Parameter(high, Interval(low, oo)), Parameter(s, Interval.open(0, oo))),
        log_density=-((y - place) ** 2) / (2 * s**2) - log(s) - log(2 * pi) / 2,
        covariates=(Covariate(g, FiniteSet(0, 1)),),
    )
    assert dict(fit(ordered, [[0.0, 0], [2.0, 0], [3.0, 1]]).theta_hat) == {
        "low": 1.0,
        "high": 3.0,
        "s": pytest.approx(math.sqrt(2 / 3)),
    }
    # In the wrong order the groups are pooled, which was refused.
    pooled = fit(ordered, [[3.0, 0], [2.0, 0], [0.0, 1]]).theta_hat
    assert pooled["low"] == pooled["high"] == pytest.approx(5 / 3)
    assert pooled["s"] == pytest.approx(math.sqrt(14 / 9))
