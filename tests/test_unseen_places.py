"""Families with a place at which nobody has a density, and their like, each declared because it once went wrong."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from sympy import (
    Abs,
    Expr,
    Interval,
    Mul,
    Piecewise,
    Range,
    Rational,
    Reals,
    Set,
    Symbol,
    exp,
    log,
    loggamma,
    oo,
    pi,
    sqrt,
)

from thetahat import Family, Parameter, certify, check_estimator, derive, estimator, fit, fit_rows
from thetahat import family as thetahat_family
from thetahat.proofs.algebra.atoms import Mean
from thetahat.proofs.checker import check_steps
from thetahat.proofs.derivation import Evidence, Outcome, Verdict
from thetahat.proofs.errors import DeclarationError, ExistenceError, SupportError, UnsolvedError
from thetahat.proofs.validation import require_normalised
from thetahat.proofs.voids import places_without_density
from thetahat.proofs.zero import prove_zero
from thetahat.strategies import datasets
from thetahat.strategies.samples import sample_of
from thetahat.strategies.shortcuts import positive_by_part
from thetahat.verify.adapters.target import Promise, Target
from thetahat.verify.answers import Question
from thetahat.verify.audit import audit
from thetahat.verify.certify import CertificateVerdict
from thetahat.verify.diagnosis_values import has_their_number
from thetahat.verify.judgement import Judgement
from thetahat.verify.judging import judge
from thetahat.verify.parameter_map import parameter_map
from thetahat.verify.rounding_cost import cost_of_doubles

POSITIVE = Interval.open(0, oo)
a, b, s, t = (Symbol(name, positive=True) for name in "abst")
x, y, m, z = Symbol("x", nonnegative=True), *(Symbol(name, real=True) for name in "xmz")
SCALE = Parameter(s, POSITIVE)

MAXWELL = Family("closed", x, Interval(0, oo), (SCALE,), log(2 / pi) / 2 + 2 * log(x) - 3 * log(s) - x**2 / (2 * s**2))
TWOFOLD = Family("twofold", y, Reals, (SCALE,), log(y**2) - 3 * log(s) - log(2 * pi) / 2 - y**2 / (2 * s**2))
BETWEEN = Family("between", y, Interval(-s, s), (SCALE,), log(3 * y**2 / (2 * s**3)))


@pytest.mark.parametrize("family", [MAXWELL, TWOFOLD, BETWEEN], ids=lambda family: family.name)
def test_an_observation_that_no_member_explains_is_refused(family: Family) -> None:
    """Every member has likelihood zero there, so that none is a maximiser; a unique one was certified."""
    for call in (fit, certify, lambda item, data: fit_rows(item, [data]), lambda item, data: estimator(item)(data)):
        with pytest.raises(SupportError, match=r"at x\[1\] = 0 the log-density of every member is infinite"):
            call(family, [1.0, 0.0, 2.0])
        assert call(family, [1.0, 0.5, 2.0]) is not None


@pytest.mark.thorough
@pytest.mark.parametrize("family", [MAXWELL, TWOFOLD, BETWEEN], ids=lambda family: family.name)
def test_estimators_are_not_asked_of_such_data(family: Family) -> None:
    """A check of somebody's estimator ended in an error of ours about data that it had drawn itself."""

    @given(datasets(family, existence="any"))
    def never_there(data: np.ndarray) -> None:
        assert np.all(data != 0)

    never_there()
    assert check_estimator(family, lambda data: dict(fit(family, data).theta_hat), examples=20).ok
    wrong = check_estimator(family, lambda data: [1.01 * fit(family, data).theta_hat["s"]], examples=20)
    assert wrong.counterexamples


@pytest.mark.parametrize(
    ("density", "places"),
    [
        (log(Abs(y - 1)) - s * y, (1,)),
        (log(y**2 * (y - 1) ** 4) - s * y, (0, 1)),
        (2 * log(Abs(y)) - log(y**2) - s * y, ()),
        (log(1 + y**2) - s * y, ()),
        ((s - 1) * log(Abs(y)) - Abs(y), ()),
        (log(y**2 + s) - y**2, ()),
    ],
    ids=["one place", "two places", "cancelled", "nowhere", "for some members", "of a member"],
)
def test_a_place_counts_where_every_member_is_infinite(density: Expr, places: tuple[int, ...]) -> None:
    """Members that differ there are told apart by such data, and what cancels is no place."""
    found = places_without_density(Family("unseen", y, Reals, (SCALE,), density))
    assert found == tuple((y, place) for place in places)


def test_an_open_end_is_no_place_of_the_support() -> None:
    """Such data lie outside the support, and are said to."""
    item = Family("open", t, POSITIVE, (SCALE,), MAXWELL.log_density.subs(x, t))
    assert places_without_density(item) == ()
    with pytest.raises(SupportError, match="lies outside the support"):
        fit(item, [0.0, 1.0])


def test_what_is_only_enough_is_not_called_impossible() -> None:
    """``these data have no maximiser: the condition cannot be decided`` said two things at once."""
    density = (a - 1) * log(x) - loggamma(a) - a * log(s) - x / s
    item = Family("gamma", x, Interval(0, oo), (Parameter(a, POSITIVE), SCALE), density)
    with pytest.raises(ExistenceError, match=r"may have no maximiser .* 'min\(x\) > 0' fails"):
        fit(item, [0.0, 1.0, 2.0])


def test_the_loss_of_a_curve_is_that_of_any_way_of_writing_it() -> None:
    """Two ways of writing one fraction were not recognised as equal, and the family was called refuted."""
    density = -log(2 * pi) / 2 - (y - a / (1 + exp(-z))) ** 2 / 2
    found = derive(Family("growth", y, Reals, (Parameter(a, POSITIVE),), density, covariates=(z,)))
    assert found.outcome is Outcome.CLOSED_FORM
    losses = [(step, finding) for step, finding in zip(found.steps, found.findings, strict=True) if step.rule == "loss"]
    assert [finding.evidence for _, finding in losses] == [Evidence.SIGN]
    assert losses[0][0].words.startswith("Loss: `a` enters the likelihood")


def test_a_density_that_falls_doubly_exponentially_is_normalised_in_time() -> None:
    """The exponential of an exponential took as many bits as its argument is long, without end.

    Source: Chen 2000, A new two-parameter lifetime distribution, Statistics and Probability Letters 49.
    """
    density = log(a * b) + (b - 1) * log(t) + t**b + a * (1 - exp(t**b))
    require_normalised(Family("chen", t, POSITIVE, (Parameter(a, POSITIVE), Parameter(b, POSITIVE)), density))
    twice = Family("twice", t, POSITIVE, (Parameter(a, POSITIVE), Parameter(b, POSITIVE)), density + log(2))
    with pytest.raises(DeclarationError, match="integrates to 2"):
        require_normalised(twice)


def test_a_point_where_a_regression_changes_is_not_called_untold() -> None:
    """The likelihood of a change point goes by steps; it was said that no data tell such a point at all."""
    density = -log(2 * pi) / 2 - (y - Piecewise((0, z < m), (2, True))) ** 2 / 2
    found = derive(Family("change", y, Reals, (Parameter(m, Reals),), density, covariates=(z,)))
    assert found.outcome is Outcome.UNSOLVED
    assert "goes by steps in m" in found.reason
    product = -log(2 * pi) / 2 - (y - a * b) ** 2 / 2
    both = derive(Family("product", y, Reals, (Parameter(a, POSITIVE), Parameter(b, POSITIVE)), product))
    assert "no data tell a, b apart" in both.reason


def test_a_root_beyond_an_end_is_not_said_to_round_to_it() -> None:
    """Of a root at -4.2 it was said that no double lies between it and zero."""
    density = log(a * b) - b * t - a * exp(-b * t) - log(1 - exp(-a))
    item = Family("hardest", t, POSITIVE, (Parameter(a, POSITIVE), Parameter(b, POSITIVE)), density)
    with pytest.raises(UnsolvedError, match=r"equations hold at a = -.*outside its space .*may have no maximiser"):
        fit(item, [0.1, 0.2, 0.3, 10.0, 0.1])


def test_what_rounding_leaves_of_zero_is_not_called_a_guard() -> None:
    """Spreads of equal data that a mean rounds are no numbers that somebody put there."""
    tolerant = check_estimator("normal", lambda data: [data.mean(), data.std()], existence="fails", examples=50)
    assert "sigma is what rounding leaves of an end of its space" in tolerant.counterexamples[0]
    guarded = check_estimator(
        "normal", lambda data: [data.mean(), max(data.std(), 1e-8)], existence="fails", examples=50
    )
    assert "a guard: sigma is 1e-08 from an end" in guarded.counterexamples[0]


def test_what_logarithms_lose_is_no_mistake_of_an_estimator() -> None:
    """Of data that agree in many digits the logarithms agree in more: a textbook's formula was called wrong there.

    Of the data themselves differences are exact, and nothing is excused.
    """
    close = np.array([117.0, 116.999999999884])
    density = -log(2 * s * t) - Abs(log(t) - m) / s
    item = derive(Family("log_laplace", t, POSITIVE, (Parameter(m, Reals), SCALE), density))
    logs = np.log(close)
    textbook = [float(np.median(logs)), float(np.abs(logs - np.median(logs)).mean())]
    certificate = certify(item.family, close)
    assert certificate.nats_lost(textbook).low > 2e-7
    assert certificate.nats_lost(textbook).high < cost_of_doubles(item, fit(item.family, close).theta.tolist(), close)
    plain = derive(thetahat_family("laplace"))
    far = [1e8, 1e8 + 1e-6, 1e8 + 3e-6]
    assert cost_of_doubles(plain, fit(plain.family, far).theta.tolist(), far) < 1e-12


def test_a_number_that_is_named_is_that_of_the_case_shown() -> None:
    """``a is 1 whatever the data`` was said of a returned 485165210."""
    cases = [Judgement(Verdict.DISAGREE, "not a maximiser", np.array([float(n)]), theta=(1.0,)) for n in range(4)]
    shown, other = cases[0], replace(cases[0], theta=(485165210.0,))
    assert has_their_number(cases, shown)
    assert not has_their_number(cases, other)


def test_a_loss_beyond_doubles_is_not_said_to_be_one_of_the_support() -> None:
    """Of a density on the whole half-line it was said that the data lie outside the support of a member."""
    density = log(a / s) + (a - 1) * log(t / s) + 1 + (t / s) ** a - exp((t / s) ** a)
    item = Family("power", t, POSITIVE, (Parameter(a, POSITIVE), SCALE), density)
    question = Question(derive(item), lambda data: [1.5, 1e-33], parameter_map(item, None), item, {}, "mle", 1e-7)
    found = judge(question, np.array([1.0, 1.0, 1.0001]))
    assert found.reason == "not a maximiser"


@pytest.mark.thorough
def test_an_audit_names_a_mistake_that_more_data_confirm() -> None:
    """Of two values the median was said to be the estimate without the last one; audits looked at what was shrunk."""
    middle = Target("median", "rayleigh", lambda data: [np.sqrt(np.median(data**2) / 2)], Promise("", ""))
    (finding, *_) = audit(middle, examples=20).findings
    assert "returned" in finding.words
    assert "left out" not in finding.words


WHOLE = Symbol("N", integer=True, positive=True)
COUNT, RANK = Symbol("k", integer=True, nonnegative=True), Symbol("k", integer=True, positive=True)


@pytest.mark.parametrize(
    ("observation", "support", "density", "data", "largest"),
    [
        (x, Interval(0, WHOLE), -log(WHOLE), [1.5, 2.2], 3.0),
        (COUNT, Range(0, 3 * WHOLE + 1), -log(3 * WHOLE + 1), [1.0, 7.0], 3.0),
        (RANK, Range(WHOLE, 2 * WHOLE + 1), -log(WHOLE + 1), [4.0, 7.0], 4.0),
    ],
    ids=["a real observation", "a third", "a half"],
)
def test_an_integer_is_not_stopped_between_two_integers(
    observation: Symbol, support: Set, density: Expr, data: list[float], largest: float
) -> None:
    """``N = 2.2`` was certified as the only maximum of a family whose N is an integer: it is the next one."""
    item = Family("unseen", observation, support, (Parameter(WHOLE, Range(1, oo)),), density)
    assert derive(item).outcome is Outcome.INTEGER_SEARCH
    assert dict(fit(item, data).theta_hat) == {"N": largest}
    certificate = certify(item, data)
    assert certificate.theta["N"].low == certificate.theta["N"].high == largest


def test_the_checker_refutes_an_integer_between_two_integers() -> None:
    """Planted: the step of the same family with a real end, written for the integer."""
    smooth = derive(Family("smooth", x, Interval(0, s), (SCALE,), -log(s)))
    item = Family("whole", x, Interval(0, WHOLE), (Parameter(WHOLE, Range(1, oo)),), -log(WHOLE))
    steps = []
    for step in smooth.steps[:2]:
        using = {name: value.xreplace({s: WHOLE}) if isinstance(value, Expr) else value for name, value in step.using}
        if step.rule == "support-end":
            using["increment"] = log(WHOLE) - log(WHOLE + 1)
        subject = WHOLE if step.subject == s else step.subject
        moved = replace(step, value=step.value.xreplace({s: WHOLE}), subject=subject, using=tuple(using.items()))
        steps.append(moved)
    (_, end) = check_steps(item, tuple(steps))
    assert end.evidence is Evidence.REFUTED
    assert "between two integers" in end.detail


def test_a_standard_deviation_may_be_an_integer() -> None:
    """Its condition for a maximiser read ``0 > nan``, and no dataset was fitted."""
    density = -log(2 * pi * WHOLE**2) / 2 - y**2 / (2 * WHOLE**2)
    item = Family("whole", y, Reals, (Parameter(WHOLE, Range(1, oo)),), density)
    found = derive(item)
    assert found.exists_when == ()
    assert found.existence_proved
    assert all(finding.evidence.verdict is Verdict.AGREE for finding in found.findings)
    data = [20.0, 30.0]
    heights = {n: -math.log(n) - 650 / (2 * n**2) for n in range(1, 100)}
    assert dict(fit(item, data).theta_hat) == {"N": max(heights, key=lambda n: heights[n])}
    assert certify(item, data).verdict is CertificateVerdict.UNIQUE_GLOBAL


@pytest.mark.thorough
def test_a_guard_is_named_where_all_kinds_of_data_are_asked() -> None:
    """Data without a maximiser were diagnosed by others that have one, as a search that stops early."""
    report = check_estimator("bernoulli", lambda data: [min(max(data.mean(), 1e-6), 1 - 1e-6)], existence="either")
    assert "a guard: p is 1e-06 from an end" in report.counterexamples[0]


@pytest.mark.parametrize("offset", [0.0, 100.0, 1e6])
def test_a_place_where_nothing_is_observed_is_sought_between_observations(offset: float) -> None:
    """The likelihood is zero at every observation and highest between two; a local maximum lost up to 5 nats."""
    density = log((y - m) ** 2) - 3 * log(s) - log(2 * pi) / 2 - (y - m) ** 2 / (2 * s**2)
    item = Family("unseen", y, Reals, (Parameter(m, Reals), SCALE), density)
    data = np.array([-3.65, -1.49, -0.46, -0.09, 0.37, 0.56])
    grid = np.linspace(-20, 20, 80_001)[:, None]
    spreads = np.mean((data - grid) ** 2, axis=1) / 3
    heights = np.sum(np.log((data - grid) ** 2), axis=1) - 9 * np.log(spreads) - 9 - 3 * np.log(2 * np.pi)
    found = fit(item, data + offset)
    assert abs(found.theta_hat["m"] - offset - grid[np.argmax(heights), 0]) < 1e-3
    assert found.log_likelihood > heights.max() - 1e-6


def test_fractions_with_one_square_root_vanish_by_algebra() -> None:
    """Two counts with their shares took a minute: nested fractions of one root were multiplied out in vain."""
    root = sqrt((a - b) * (2 - a - b))
    zero = (a - b) / root - root / (2 - a - b)
    nested = 1 / (1 + zero + root) - (1 - root) / (1 - (a - b) * (2 - a - b))
    for expression in (zero, nested, root**3 / (a - b) - root * (2 - a - b)):
        assert prove_zero(expression, {}, list).evidence is Evidence.ALGEBRA
    for planted in (zero + root, nested + 1, (a - b) / root + root / (2 - a - b)):
        points = [({a: Rational(3, 4), b: Rational(1, 4)}, ())]
        assert prove_zero(planted, {}, lambda points=points: points).evidence is Evidence.REFUTED


def test_a_long_condition_is_no_determinant() -> None:
    """To see whether it is one it was multiplied out, and a quadratic regression of two rows took minutes."""
    factors = (Mean(t**i, t) + Mean(t ** (i + 1), t) - Mean(t, t) ** i for i in range(2, 14))
    condition = Mul(*(factor**4 for factor in factors))
    began = time.process_time()
    assert positive_by_part(condition, sample_of([1.0, 2.0, 4.0]), {t: 0}) is None
    assert time.process_time() - began < 5


def test_a_place_that_does_not_move_with_the_data_is_looked_for_at_single_observations() -> None:
    """Two places at equal distances from a known one, in logarithms: a lower maximum was returned, six nats below.

    Nothing changes the unit of the data here, so that no grid over their sizes finds a peak as narrow as theirs.
    """
    phi, z = Symbol("phi", real=True), Symbol("z", real=True)
    both = Family(
        "both_sides",
        z,
        Reals,
        (Parameter(phi, Reals),),
        log(1 / (1 + (z - exp(phi)) ** 2) + 1 / (1 + (z + exp(phi)) ** 2)) - log(2 * pi),
    )
    for far in (20.0, 35.0, 100.0, 1000.0):
        found = fit(both, [1.0, far, far])
        assert math.isclose(math.exp(found.theta_hat["phi"]), far, rel_tol=1e-2)


def test_a_part_of_a_mixture_is_looked_for_where_single_observations_are_most_likely() -> None:
    """A mean of twice the parameter: starts stood at the data themselves, from which the far part was not seen."""
    share, half, z = Symbol("share", nonnegative=True), Symbol("half", real=True), Symbol("z", real=True)
    mixed = Family(
        "mixed",
        z,
        Reals,
        (Parameter(share, Interval(0, 1)), Parameter(half, Reals)),
        log(share * exp(-((z - 2 * half) ** 2) / 2) + (1 - share) * exp(-(z**2) / 2)) - log(2 * pi) / 2,
    )
    found = fit(mixed, [-2.907, -2.907, 19.274, -0.054, -0.428, -1.412])
    assert math.isclose(found.theta_hat["half"], 19.274 / 2, rel_tol=1e-2)
    assert found.log_likelihood > -17.77


def test_a_corner_in_logarithms_of_odds_leaves_a_certificate_undecided() -> None:
    """SymPy leaves the derivative of a sign whose argument it does not know to be real: asking ended in an error."""
    p, place = Symbol("p", positive=True), Symbol("place", real=True)
    odds = log(p / (1 - p))
    laplace = Family(
        "logit_laplace",
        p,
        Interval.open(0, 1),
        (Parameter(place, Reals), SCALE),
        -log(2 * s) - log(p) - log(1 - p) - abs(odds - place) / s,
    )
    data = [0.2, 0.3, 0.45, 0.6, 0.9]
    logits = np.log(np.array(data) / (1 - np.array(data)))
    found = fit(laplace, data)
    assert math.isclose(found.theta_hat["place"], logits[2], rel_tol=1e-9)
    assert math.isclose(found.theta_hat["s"], np.abs(logits - logits[2]).mean(), rel_tol=1e-9)
    certificate = certify(laplace, data)
    assert certificate.verdict is CertificateVerdict.UNDECIDED
    assert "no box" in certificate.why


def test_a_distance_that_changes_with_no_unit_is_looked_for_at_single_observations() -> None:
    """Beside a known place the distance of two others: a grid in steps of a share of it misses narrow peaks."""
    distance, z = Symbol("distance", nonnegative=True), Symbol("z", real=True)
    both = Family(
        "both_sides",
        z,
        Reals,
        (Parameter(distance, Interval(0, oo)),),
        log(1 / (1 + (z - distance) ** 2) + 1 / (1 + (z + distance) ** 2)) - log(2 * pi),
    )
    for far in (35.0, 198.0, 1000.0, 1e4):
        found = fit(both, [1.0, 1.0, far, far, far])
        assert math.isclose(found.theta_hat["distance"], far, rel_tol=1e-2)
