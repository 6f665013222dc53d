"""Whether every check catches the error it is for, and whether reports count honestly and say what a reader needs."""

import math
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray
from sympy import Expr, Rational, atan2, sqrt

from thetahat import check_estimator, check_family, derive, families, family
from thetahat.proofs.algebra.atoms import Covariance, Mean, Quantile
from thetahat.proofs.derivation import Derivation, Evidence, Finding, Statistic, Verdict
from thetahat.proofs.errors import ExistenceError, UnsolvedError
from thetahat.proofs.family import Family
from thetahat.verify import checks, driving, equivariance_checks, estimators, optimum_checks, suite, suite_data
from thetahat.verify.checks import CHECKS, refused_without_maximiser
from thetahat.verify.drawn import Drawn
from thetahat.verify.fitting import Fit, fit_with
from thetahat.verify.known_values import derivation_with
from thetahat.verify.report import Case, Report, Tally
from thetahat.verify.suite import check_families

Array = NDArray[np.float64]
EXAMPLES = 8


@pytest.fixture(autouse=True)
def _little_shrinking(monkeypatch: pytest.MonkeyPatch) -> None:
    """How small a counterexample becomes is Hypothesis' business; a fraction of a second is enough here."""
    monkeypatch.setattr(driving, "_SHRINK_SECONDS", 0.2)


def with_formulas(name: str, change: Callable[[Derivation], Mapping[str, Expr]]) -> Derivation:
    """The derivation of a family with some formulas, and nothing else, replaced; equations for them are gone."""
    derivation = derive(family(name))
    wrong = {s: e for s in derivation.family.symbols for key, e in change(derivation).items() if s.name == key}
    kept = tuple((s, e) for s, e in derivation.formulas if s not in wrong)
    left = [(s, e) for s, e in zip(derivation.unknowns, derivation.equations, strict=True) if s not in wrong]
    return replace(
        derivation,
        formulas=(*wrong.items(), *kept),
        unknowns=tuple(s for s, _ in left),
        equations=tuple(e for _, e in left),
    )


def mean_for_median() -> Derivation:
    """Laplace with the mean as its location."""
    derivation = derive(family("laplace"))
    x = derivation.family.observation
    statistics = tuple(
        Statistic(s.symbol, Mean(x, x)) if s.definition == Quantile(Rational(1, 2), x) else s
        for s in derivation.statistics
    )
    assert statistics != derivation.statistics
    return replace(derivation, statistics=statistics)


def moment_estimate(derivation: Derivation) -> Mapping[str, Expr]:
    """Squared mean over variance, a consistent estimate of a gamma shape, but not the most likely one."""
    x = derivation.family.observation
    return {"k": Mean(x, x) ** 2 / Covariance(x, x, x)}


def opposite_direction(derivation: Derivation) -> Mapping[str, Expr]:
    """The other root of the score in the mean direction."""
    mu = derivation.estimator[derivation.family.symbols[0]]
    assert isinstance(mu, atan2)
    return {"mu": atan2(-mu.args[0], -mu.args[1])}


def last_formula_in_place(name: str, change: Callable[[Expr], Expr]) -> Derivation:
    """The formula computed last, changed, in its place."""
    derivation = derive(family(name))
    symbol, formula = derivation.formulas[-1]
    return replace(derivation, formulas=(*derivation.formulas[:-1], (symbol, change(formula))))


PLANTED: dict[str, Callable[[], Derivation]] = {
    "lost factor": lambda: last_formula_in_place("rayleigh", lambda e: sqrt(2) * e),
    "rate for scale": lambda: last_formula_in_place("exponential", lambda e: 1 / e),
    "variance for deviation": lambda: last_formula_in_place("normal", lambda e: e**2),
    "mean for median": mean_for_median,
    "moment estimate": lambda: with_formulas("gamma", moment_estimate),
    "wrong branch": lambda: with_formulas("von_mises", opposite_direction),
    "trials for failures": lambda: last_formula_in_place("geometric", lambda e: 1 / (1 + 1 / e)),
    "wrong end": lambda: last_formula_in_place("uniform", lambda e: 2 * e - derive(family("uniform")).formulas[0][1]),
}


def tally(derivation: Derivation, name: str, examples: int = EXAMPLES) -> Tally:
    """One check on one derivation."""
    (found,) = suite._run(derivation, {name: CHECKS[name]}, examples, 0)
    return found


@pytest.mark.thorough
@pytest.mark.parametrize("planted", PLANTED)
def test_a_rival_beats_every_planted_formula(planted: str) -> None:
    """Lost factor, rate for scale, mean for median, moments, wrong branch: all lose likelihood, and it shows."""
    found = tally(PLANTED[planted](), "agrees with maximised likelihood")
    assert found.disagree > 0
    assert not found.ok
    assert "nats above" in found.counterexample
    assert "x = [" in found.counterexample


CAUGHT = [
    ("agrees with the certificate", "lost factor"),
    ("agrees with the certificate", "variance for deviation"),
    ("agrees with the certificate", "mean for median"),
    ("agrees with the certificate", "moment estimate"),
    ("agrees with the certificate", "wrong branch"),
    ("agrees with the certificate", "wrong end"),
    ("agrees with minimised divergence", "lost factor"),
    ("agrees with minimised divergence", "moment estimate"),
    ("no rival wins", "lost factor"),
    ("no rival wins", "mean for median"),
    ("no rival wins", "wrong end"),
    ("score zero or at the support's end", "lost factor"),
    ("score zero or at the support's end", "moment estimate"),
    ("score zero or at the support's end", "wrong end"),
    ("change of unit carries over", "rate for scale"),
    ("change of unit carries over", "variance for deviation"),
    ("parametrisation carries over", "lost factor"),
    ("parametrisation carries over", "moment estimate"),
]


@pytest.mark.parametrize(("check", "planted"), CAUGHT, ids=[f"{check}: {planted}" for check, planted in CAUGHT])
def test_a_check_catches_a_planted_formula(check: str, planted: str) -> None:
    """Each on its own, without the help of the others."""
    found = tally(PLANTED[planted](), check, 25)
    assert found.disagree > 0, found


@dataclass(frozen=True)
class Mended:
    """A fit function whose estimate is changed afterwards, by a rule that sees data and weights."""

    change: Callable[[Array, Array, Mapping[str, float]], Mapping[str, float]]

    def __call__(self, derivation: Derivation, x: ArrayLike, weights: ArrayLike | None = None) -> Fit:
        """Fit, then spoil."""
        fitted = fit_with(derivation, x, weights)
        rows = np.asarray(x)
        w = np.ones(len(rows)) if weights is None else np.asarray(weights)
        return replace(fitted, theta_hat=dict(self.change(rows, w, fitted.theta_hat)))


def less_one(x: Array, w: Array, theta: Mapping[str, float]) -> Mapping[str, float]:
    """``n - 1`` for ``n``."""
    n = float(w.sum())
    return {**theta, "sigma": theta["sigma"] * math.sqrt(n / (n - 1))}


def first_value(x: Array, w: Array, theta: Mapping[str, float]) -> Mapping[str, float]:
    """The first observation stands for the location."""
    return {**theta, "mu": float(x[0])}


def unweighted(x: Array, w: Array, theta: Mapping[str, float]) -> Mapping[str, float]:
    """Weights forgotten."""
    return {"mu": float(x.mean()), "sigma": float(x.std())}


def counting_rows(x: Array, w: Array, theta: Mapping[str, float]) -> Mapping[str, float]:
    """A prior that weakens with the number of rows, whatever their weight."""
    return {**theta, "sigma": theta["sigma"] * (1 + 1 / len(x))}


SPOILED: dict[str, tuple[str, Callable[[Array, Array, Mapping[str, float]], Mapping[str, float]]]] = {
    "order does not matter": ("first value", first_value),
    "repetition does not matter": ("n - 1", less_one),
    "weights are repetitions": ("weights forgotten", unweighted),
    "zero weight removes": ("rows counted", counting_rows),
}


@pytest.mark.parametrize("check", SPOILED)
def test_a_check_catches_an_estimator_that_counts_wrongly(check: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What no formula in averages can get wrong, a hand-written loop can: order, repetition, weights, empty rows."""
    spoiled = Mended(SPOILED[check][1])
    monkeypatch.setattr(suite_data, "fit_with", spoiled)
    monkeypatch.setattr(equivariance_checks, "fit_with", spoiled)
    assert tally(derive(family("normal")), check, 25).disagree > 0


def test_swapped_parameters_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Location for scale and scale for location, kept inside the parameter space."""
    swapped = Mended(lambda x, w, theta: {"mu": theta["sigma"], "sigma": abs(theta["mu"]) + 1})
    monkeypatch.setattr(suite_data, "fit_with", swapped)
    assert tally(derive(family("normal")), "agrees with maximised likelihood").disagree > 0


def test_a_wrong_divergence_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """KL and cross-entropy come from different code; one of them scaled, and the entropy of the data is no constant."""
    right = optimum_checks.log_likelihood_ball
    monkeypatch.setattr(optimum_checks, "log_likelihood_ball", lambda *args, **named: 2 * right(*args, **named))
    assert tally(derive(family("poisson")), "entropy term is constant").disagree > 0


def test_the_search_goes_towards_worse_conditioning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hypothesis is told how far off each estimate is, by the certificate of its data."""
    told: list[float] = []
    monkeypatch.setattr(driving, "aim", told.append)
    check_family(family("gamma"), examples=EXAMPLES)
    assert len(told) >= EXAMPLES // 2
    assert all(off <= 4 for off in told)


def test_examples_are_different_datasets(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Hypothesis changes to find harder data may leave the data as they are; those are not counted again."""
    fitted, seen = suite.fitted, list[bytes]()
    monkeypatch.setattr(suite, "fitted", lambda asked: (seen.append(asked.x.tobytes()), fitted(asked))[1])
    report = check_family(family("exponential"), examples=30)
    assert len(seen) == len(set(seen)) == 30
    assert next(tally for tally in report.tallies if tally.check == "order does not matter").agree == 30


def test_all_data_there_are_get_examined_and_then_it_ends() -> None:
    """A family may have fewer datasets than are asked for, and a hard one is gone back to without being asked again."""
    asked: list[int] = []

    def examine(value: int) -> float:
        asked.append(value)
        return 10.0**value

    driving.run_different(st.integers(0, 5), lambda value: value, examine, 50, 0)
    assert sorted(asked) == list(range(6))


def test_values_that_are_not_wanted_are_passed_over() -> None:
    """They do not count, and whether they are is asked once of each; as many others are examined as are asked for."""
    judged: list[int] = []
    examined: list[int] = []

    def even(value: int) -> bool:
        judged.append(value)
        return value % 2 == 0

    driving.run_different(st.integers(0, 300), lambda value: value, examined.append, 30, 0, even)
    assert len(examined) == len(set(examined)) == 30
    assert all(value % 2 == 0 for value in examined)
    assert len(judged) == len(set(judged))


def test_what_disagrees_is_made_smaller_though_enough_were_asked() -> None:
    """Shrinking asks of more values than are counted, and ends at the least that disagrees."""
    wrong: list[int] = []

    def examine(value: int) -> None:
        if value > 17:
            wrong.append(value)
            raise driving.DisagreementError

    driving.run_different(st.integers(0, 1000), lambda value: value, examine, 20, 0)
    assert wrong[-1] == 18


@pytest.mark.thorough
def test_a_certificate_that_is_not_confirmed_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither for the estimate nor against it."""
    monkeypatch.setattr(optimum_checks, "confirms", lambda certificate, observations: False)
    found = tally(derive(family("gamma")), "agrees with the certificate")
    assert (found.agree, found.disagree) == (0, 0)
    assert found.undecided > 0


def test_every_check_has_a_planted_error_here() -> None:
    """A check without one could be true of everything."""
    assert {check for check, _ in CAUGHT} | set(SPOILED) | {
        "agrees with maximised likelihood",
        "entropy term is constant",
    } == set(CHECKS)


@pytest.mark.parametrize("name", ["normal", "poisson", "uniform", "gamma"])
def test_the_right_derivation_passes_every_check(name: str) -> None:
    """The checks do not refuse everything: three counts for each, none of them a disagreement."""
    report = check_family(family(name), examples=EXAMPLES)
    assert report.ok, str(report)
    assert report.disagree == 0
    assert report.agree > 0
    assert {t.check for t in report.tallies} >= {"derivation steps", "no rival wins", "no maximiser is refused"}


def test_an_estimator_that_answers_without_a_maximiser_is_caught() -> None:
    """Planted: the conditions are emptied, so that equal observations are answered."""
    derivation = replace(derive(family("normal")), exists_when=())
    case = refused_without_maximiser(derivation, np.array([2.0, 2.0]))
    assert case.verdict is Verdict.DISAGREE
    assert "although no maximiser exists, x = [2.0, 2.0]" in case.detail
    assert refused_without_maximiser(derive(family("normal")), np.array([2.0, 2.0])).verdict is Verdict.AGREE


def test_data_outside_the_support_say_nothing_about_refusals() -> None:
    """Another refusal than the one asked for is undecided."""
    assert refused_without_maximiser(derive(family("gamma")), np.array([-1.0, 2.0])).verdict is Verdict.UNDECIDED


def test_a_refuted_step_disagrees(monkeypatch: pytest.MonkeyPatch) -> None:
    """The findings of the checker are counted like any other."""
    derivation = derive(family("exponential"))
    spoiled = replace(derivation, findings=(Finding(Evidence.REFUTED, "planted"), *derivation.findings[1:]))
    counts = suite._steps_tally(spoiled)
    assert (counts.disagree, counts.ok) == (1, False)
    assert counts.counterexample == derivation.steps[0].words
    assert suite._steps_tally(derivation).ok


def test_a_check_that_decides_nothing_fails_the_report() -> None:
    """Undecided is no agreement, and a vacuous check is a failure."""
    report = check_family(
        family("exponential"), examples=3, checks={"silent": lambda drawn: Case(Verdict.UNDECIDED, "why")}
    )
    silent = next(t for t in report.tallies if t.check == "silent")
    assert silent.vacuous
    assert silent.undecided == 3 + 12 + 48
    assert not report.ok
    assert "exponential, silent: no case was decided" in report.counterexamples
    assert not Report(()).ok


def test_three_counts_add_up() -> None:
    """Of twelve cases every third agrees, disagrees only at the end; the table says so."""
    seen: list[int] = []

    def sometimes(drawn: Drawn) -> Case:
        seen.append(len(seen))
        return Case(Verdict.AGREE if len(seen) % 3 else Verdict.UNDECIDED)

    report = check_family(family("exponential"), examples=12, checks={"sometimes": sometimes})
    counted = next(t for t in report.tallies if t.check == "sometimes")
    assert (counted.agree, counted.disagree, counted.undecided) == (8, 0, 4)
    assert f"{report.agree} agree, {report.disagree} disagree, {report.undecided} undecided" in str(report)


def test_a_refused_dataset_counts_as_undecided_for_every_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refusing everything must not make the report ok."""

    def refuse(*arguments: object) -> Fit:
        raise UnsolvedError("planted")

    monkeypatch.setattr(suite_data, "fit_with", refuse)
    counted = tally(derive(family("exponential")), "no rival wins")
    assert (counted.agree, counted.disagree) == (0, 0)
    assert counted.vacuous


def test_an_estimate_that_no_double_holds_is_rightly_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a certificate says so no other check is open; a refusal without one stays undecided in every check."""
    monkeypatch.setattr(suite, "_MORE_TURNS", 0)
    report = check_family(family("gompertz"), examples=12)
    counted = {tally.check: tally for tally in report.tallies}
    assert counted[suite.BEYOND].agree > 0
    assert report.undecided == 0

    def refuse(*arguments: object) -> Fit:
        raise UnsolvedError("planted")

    monkeypatch.setattr(suite_data, "fit_with", refuse)
    refused = {tally.check: tally for tally in check_family(family("gompertz"), examples=12).tallies}
    right, open_ = refused[suite.BEYOND].agree, refused["no rival wins"].undecided
    assert min(right, open_) > 0
    assert right + open_ == 12
    assert refused["no rival wins"].agree == 0


def test_an_unsolved_family_is_not_ok() -> None:
    """Its report says why, in one undecided row."""
    unsolved = replace(derive(family("exponential")), outcome=suite.Outcome.UNSOLVED, reason="planted")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(suite, "derive", lambda item: unsolved)
        report = check_family(family("exponential"), examples=2)
    assert not report.ok
    assert any("unsolved: planted" in text for text in report.counterexamples)


def loop_normal(x: Array) -> dict[str, float]:
    """Welford's one-pass recurrence instead of two passes."""
    mean, square = 0.0, 0.0
    for n, value in enumerate(x, 1):
        delta = value - mean
        mean += delta / n
        square += delta * (value - mean)
    return {"sigma": math.sqrt(square / len(x)), "mu": mean}


RIGHT: list[tuple[str, Callable[[Array], object]]] = [
    ("normal", lambda x: (x.mean(), x.std())),
    ("normal", loop_normal),
    ("normal", lambda x: OrderedDict(sigma=np.float64(x.std()), mu=x.mean(), extra="ignored")),
    ("exponential", lambda x: np.array(1 / x.mean())),
    ("exponential", lambda x: [len(x) / math.fsum(x)]),
    ("laplace", lambda x: [np.sort(x)[(len(x) - 1) // 2], np.abs(x - np.sort(x)[(len(x) - 1) // 2]).mean()]),
    ("uniform", lambda x: [sorted(x)[0], sorted(x)[-1]]),
    ("poisson", lambda x: {"lambda": float(sum(x)) / len(x)}),
]


@pytest.mark.parametrize(("name", "function"), RIGHT)
def test_right_estimators_pass(name: str, function: Callable[[Array], object]) -> None:
    """Other algorithms, other containers, the other end of the median interval."""
    report = check_estimator(family(name), function, examples=25)
    assert report.ok, str(report)
    assert report.disagree == 0


def raises(x: Array) -> object:
    """An estimator with an opinion."""
    raise RuntimeError("no luck")


WRONG: list[tuple[str, str, Callable[[Array], object], str]] = [
    ("n - 1 for n", "normal", lambda x: [x.mean(), x.std(ddof=1)], "not a maximiser"),
    ("mean for median", "laplace", lambda x: [x.mean(), np.abs(x - x.mean()).mean()], "not a maximiser"),
    ("rate for scale", "exponential", lambda x: [x.mean()], "not a maximiser"),
    ("moments", "gamma", lambda x: [x.mean() ** 2 / x.var(), x.var() / x.mean()], "not a maximiser"),
    ("rounded", "normal", lambda x: [round(x.mean(), 1), max(round(x.std(), 1), 0.1)], "not a maximiser"),
    ("raises", "normal", raises, "raised RuntimeError: no luck"),
    ("nan", "normal", lambda x: [math.nan, 1.0], "not finite"),
    ("too few", "normal", lambda x: [1.0], "1 numbers for 2 parameters"),
    ("too many", "exponential", lambda x: [1.0, 2.0], "2 numbers for 1 parameters"),
    ("missing name", "normal", lambda x: {"mu": 1.0}, "sigma is missing"),
    ("nothing", "normal", lambda x: None, "no theta"),
    ("words", "exponential", lambda x: ["much"], "no theta"),
    ("infeasible", "normal", lambda x: [x.mean(), -x.std()], "lies outside its space"),
    ("outside", "uniform", lambda x: [x.min(), x.max() - 0.25 * (x.max() - x.min())], "infinitely many nats"),
]


@pytest.mark.parametrize(("name", "function", "text"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_wrong_estimators_are_refuted_with_a_small_dataset(
    name: str, function: Callable[[Array], object], text: str
) -> None:
    """The counterexample says what was returned, for which data, and what it lost."""
    report = check_estimator(family(name), function, examples=60)
    assert not report.ok
    assert report.disagree == 1
    (shown,) = report.counterexamples
    assert text in shown
    assert "x = [" in shown


def test_a_counterexample_is_small_and_its_gap_can_be_recomputed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two observations are enough to tell ``n - 1`` from ``n``, and the gap is their likelihoods' difference."""
    monkeypatch.setattr(driving, "_SHRINK_SECONDS", 5.0)
    (shown,) = check_estimator(family("normal"), lambda x: [x.mean(), x.std(ddof=1)], examples=60).counterexamples
    data = np.array([float(v) for v in shown.split("x = [")[1].split("]")[0].split(",")])
    assert len(data) <= 3
    n, ratio = len(data), math.sqrt(len(data) / (len(data) - 1))
    gap = n * math.log(ratio) - n / 2 * (1 - 1 / ratio**2)
    assert f"lost       [{gap:.9g}"[:20] in shown


def test_the_function_gets_a_copy_it_may_spoil() -> None:
    """Sorting in place must not change what the next question is about."""

    def spoil(x: Array) -> list[float]:
        answer = [x.mean(), x.std()]
        x[:] = 0.0
        return answer

    assert check_estimator(family("normal"), spoil, examples=15).ok


def test_known_parameters_are_passed_on() -> None:
    """An estimator of the scale for shape two."""
    assert check_estimator(family("gamma"), lambda x: [x.mean() / 2], fixed={"k": 2}, examples=15).ok
    assert check_estimator(family("binomial"), lambda x: [x.mean() / 6], fixed={"n": 6}, examples=15).ok
    assert not check_estimator(family("gamma"), lambda x: [x.mean()], fixed={"k": 2}, examples=15).ok


def test_an_unsolved_family_audits_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing to compare with, which is said."""
    unsolved = replace(derive(family("exponential")), outcome=suite.Outcome.UNSOLVED, reason="planted")
    monkeypatch.setattr(estimators, "derivation_with", lambda item, fixed: unsolved)
    with pytest.raises(UnsolvedError, match="no estimator is derived to compare with, because planted"):
        check_estimator(family("exponential"), lambda x: [1.0])


@pytest.mark.thorough
def test_a_report_is_reproducible_for_a_seed() -> None:
    """The same seed, the same counts and the same counterexample."""

    def once(seed: int) -> Report:
        return check_estimator(
            family("laplace"), lambda x: [x.mean(), np.abs(x - x.mean()).mean()], examples=40, seed=seed
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(driving, "_SHRINK_SECONDS", math.inf)
        assert once(3) == once(3)
    right = [check_family(family("exponential"), examples=5, seed=s) for s in (1, 1)]
    assert right[0] == right[1]


@pytest.mark.thorough
def test_several_processes_give_the_same_tallies() -> None:
    """Work is spread, results are not changed."""
    chosen: list[Family] = [item for item in families() if item.name in ("exponential", "discrete_uniform")]
    one = dict(check_families(chosen, examples=3, jobs=1))
    two = dict(check_families(chosen, examples=3, jobs=2))
    assert one == two
    assert set(one) == {"exponential", "discrete_uniform"}


def test_refusals_are_counted() -> None:
    """Datasets that break a condition are drawn and refused, for a family with constants too."""
    for name in ("normal", "binomial"):
        counted = suite._refusals(derive(family(name)), 6, 0)
        assert counted.agree > 0
        assert counted.ok


def test_a_refusal_that_answers_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: existence is never asked for."""
    monkeypatch.setattr(checks, "require_existence", lambda derivation, data: None)
    counted = suite._refusals(derive(family("normal")), 6, 0)
    assert counted.disagree == 1
    assert "although no maximiser exists" in counted.counterexample


@pytest.mark.parametrize(("factor", "verdict"), [(1.0, Verdict.AGREE), (0.8, Verdict.DISAGREE)])
def test_another_scale_is_derived_once_for_all_constants(
    factor: float, verdict: Verdict, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The general derivation gets the drawn constants, and still tells a planted estimate from the right one."""
    general = family("gamma_known_shape")
    asked: list[Family] = []

    def noted(declared: Family, fixed: Mapping[str, object]) -> Derivation:
        asked.append(declared)
        return derivation_with(declared, fixed)

    monkeypatch.setattr(equivariance_checks, "kept_with", noted)
    for shape in (1, 2):
        known = derivation_with(general, {general.constants[0].name: shape})
        x = np.array([1.0, 3.0])
        found = fit_with(known, x)
        found = replace(found, theta_hat={name: value * factor for name, value in found.theta_hat.items()})
        drawn = Drawn(known, x, (), 0, found, general, {general.constants[0].name: shape})
        assert CHECKS["parametrisation carries over"](drawn).verdict is verdict
    assert len(set(asked)) == 1


def test_refusing_wrongly_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    """An estimate refused for permuted data is not counted as the same estimate."""
    drawn = Drawn(derive(family("normal")), np.array([1.0, 2.0]), (), 0, fit_with(derive(family("normal")), [1.0, 2.0]))

    def refuse(*arguments: Any) -> Fit:
        raise ExistenceError("planted")

    monkeypatch.setattr(equivariance_checks, "fit_with", refuse)
    for name in (
        "order does not matter",
        "repetition does not matter",
        "weights are repetitions",
        "zero weight removes",
    ):
        assert CHECKS[name](drawn).verdict is Verdict.UNDECIDED
    assert CHECKS["parametrisation carries over"](drawn).verdict is Verdict.UNDECIDED


@pytest.mark.parametrize(("rounding", "verdict"), [(0.0, Verdict.DISAGREE), (1.0, Verdict.AGREE)])
def test_what_rounding_costs_is_allowed_where_the_tolerance_does_not_suffice(rounding: float, verdict: Verdict) -> None:
    """And it is not asked for where the tolerance does; planted: a rival that is higher by more than that."""
    derivation, x = derive(family("exponential")), np.array([1.0, 3.0])
    drawn = Drawn(derivation, x, (), 0, fit_with(derivation, x))
    assert drawn.judged([0.5], [0.51], "lower").verdict is Verdict.AGREE
    assert "rounding" not in drawn.__dict__
    drawn.__dict__["rounding"] = rounding
    assert drawn.judged([0.51], [0.5], "higher").verdict is verdict
