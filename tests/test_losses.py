"""Whether the losses of noise models are derived rightly, and whether their checker notices when they are not."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from sympy import Abs, Interval, S, Symbol, exp, log, oo

from thetahat import Family, Parameter, fit
from thetahat.proofs.check_losses import check_loss
from thetahat.proofs.derivation import Evidence, Verdict
from thetahat.proofs.induced_loss import induced_loss
from thetahat.proofs.loss_names import DEFINITIONS, InducedLoss
from thetahat.proofs.registry import family, structured
from thetahat.proofs.structured.joint_loss import joint_loss
from thetahat.proofs.structured.joint_loss_names import JointLoss

LITERATURE = {
    # What textbooks say, for comparison alone; of half-Cauchy and Levy noise, a short computation by hand.
    "normal": "squared error",
    "linear_regression": "squared error",
    "lognormal": "squared error",
    "laplace": "absolute error",
    "hyperbolic_secant": "log-cosh error",
    "gumbel": "LINEX error",
    "cauchy": "Lorentzian error",
    "levy": "LINEX error",
    "half_cauchy": "log-cosh error",
    "bernoulli": "binary cross-entropy",
    "binomial": "binary cross-entropy",
    "poisson": "Poisson deviance",
    "exponential": "gamma deviance",
    "gamma": "gamma deviance",
    "inverse_gaussian": "inverse Gaussian deviance",
    "uniform_symmetric": "largest absolute error",
}


def entry(name: str) -> InducedLoss:
    """Return what the shipped family of that name induces."""
    found = induced_loss(family(name))
    assert found is not None
    return found


@pytest.mark.parametrize("name", LITERATURE)
def test_the_name_is_that_of_the_literature(name: str) -> None:
    """By comparison of log-densities with definitions."""
    assert entry(name).name == LITERATURE[name]


PLANTED: dict[str, tuple[str, Callable[[InducedLoss], InducedLoss]]] = {
    "a factor of two": ("poisson", lambda one: replace(one, factor=2 * one.factor)),
    "a factor with the wrong sign": ("laplace", lambda one: replace(one, factor=-one.factor, loss=-one.loss)),
    "a rest that holds the prediction": (
        "normal",
        lambda one: replace(one, rest=one.rest + one.factor * one.loss, loss=S.Zero),
    ),
    "a slope forgotten in the prediction": (
        "linear_regression",
        lambda one: replace(one, replacement=one.prediction),
    ),
    "another loss by its formula": (
        "normal",
        lambda one: replace(one, loss=Abs(one.family.observation - one.prediction)),
    ),
    "another loss by its name": ("normal", lambda one: replace(one, name="absolute error")),
    "a loss that nobody defined": ("normal", lambda one: replace(one, name="regret")),
    "a constant forgotten": ("gamma", lambda one: replace(one, rest=one.rest + 1)),
    "the rate for the mean": (
        "exponential",
        lambda one: replace(
            one,
            replacement=one.prediction,
            loss=-log(one.prediction) + one.prediction * one.family.observation,
            factor=S.One,
            rest=S.Zero,
            name="",
        ),
    ),
    "the mean for the location": ("lognormal", lambda one: replace(one, observed=one.family.observation)),
    "a scale for the location": (
        "exponential",
        lambda one: replace(one, role="location", prediction=one.prediction),
    ),
    "a unit that is the prediction": ("cauchy", lambda one: replace(one, unit=one.prediction)),
    "the square of the bound": ("uniform_symmetric", lambda one: replace(one, loss=one.loss**2)),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_wrong_entry_is_refuted(planted: str) -> None:
    """By the checker, which does not derive."""
    name, spoil = PLANTED[planted]
    right = entry(name)
    assert check_loss(right).verdict is Verdict.AGREE
    assert check_loss(spoil(right)).verdict is Verdict.DISAGREE


def test_the_least_observation_is_asked_for_where_logarithms_end() -> None:
    """Counts of nothing are proved by limits, and a constant too much is refuted there as well."""
    right = entry("poisson")
    for one, verdict in ((right, Verdict.AGREE), (replace(right, rest=right.rest + 1), Verdict.DISAGREE)):
        (edge,) = [finding for words, finding in check_loss(one).findings if "0 log 0" in words]
        assert edge.evidence.verdict is verdict
    plain = {words for words, _ in check_loss(entry("bernoulli")).findings}
    assert not any("0 log 0" in words for words in plain)


def test_an_identity_between_hyperbolic_functions_is_proved_not_sampled() -> None:
    """No claim rests on numbers alone, which can only refute."""
    for name in ("half_cauchy", "levy", "hyperbolic_secant"):
        findings = check_loss(entry(name)).findings
        assert {finding.evidence for _, finding in findings} <= {Evidence.ALGEBRA, Evidence.SIGN}


def test_every_definition_is_least_at_the_observation() -> None:
    """A loss is zero or stationary where the prediction is right."""
    y, m = Symbol("a", positive=True), Symbol("b", positive=True)
    for one in DEFINITIONS:
        at = one.at(S(1) / 3, m)
        here, below, above = (at.subs(m, value).evalf() for value in (S(1) / 3, S(1) / 4, S(1) / 2))
        assert here < below, one.name
        assert here < above, one.name
        assert one.at(y, m).free_symbols == {y, m}


def joint(name: str) -> JointLoss:
    """Return what the shipped family of several numbers induces."""
    found = joint_loss(structured(name))
    assert found is not None
    return found


def test_the_categorical_model_induces_the_cross_entropy() -> None:
    """Of all categories at once, with nothing left over; shares and counts of many draws induce nothing here."""
    right = joint("categorical_k")
    assert (right.name, right.factor, right.rest) == ("cross-entropy", 1, 0)
    assert check_loss(right).verdict is Verdict.AGREE
    for name in ("dirichlet", "multinomial", "markov_chain", "logistic_regression"):
        assert joint_loss(structured(name)) is None


JOINT_PLANTED: dict[str, Callable[[JointLoss], JointLoss]] = {
    "a factor of two": lambda one: replace(one, factor=2 * one.factor),
    "a factor with the wrong sign": lambda one: replace(one, factor=-one.factor, loss=-one.loss),
    "a rest that holds the prediction": lambda one: replace(one, rest=one.loss, loss=S.Zero),
    "another loss by its formula": lambda one: replace(
        one, loss=one.loss.xreplace({log(one.prediction): one.prediction})
    ),
    "a loss that nobody defined": lambda one: replace(one, name="regret"),
    "half the parameter for the mean": lambda one: replace(one, replacement=one.prediction / 2, rest=log(2)),
}


@pytest.mark.parametrize("planted", JOINT_PLANTED)
def test_a_planted_wrong_joint_entry_is_refuted(planted: str) -> None:
    """By the checker, which does not derive."""
    assert check_loss(JOINT_PLANTED[planted](joint("categorical_k"))).verdict is Verdict.DISAGREE


def test_a_mean_is_proved_only_where_unit_vectors_are_all_there_is() -> None:
    """Without the total, or with another density, the mean is not proved."""
    right = joint("categorical_k")
    claim = "the prediction is the mean"
    loose = replace(right, family=replace(right.family, totals=()))
    assert dict(check_loss(loose).findings)[claim].evidence.verdict is Verdict.UNDECIDED
    twice = replace(right, family=replace(right.family, log_density=2 * right.family.log_density))
    assert dict(check_loss(twice).findings)[claim].evidence.verdict is Verdict.UNDECIDED
    (total,) = right.family.totals
    y, p = right.observed, right.parameter
    squared = replace(right, family=replace(right.family, log_density=total[0].func(y * log(p**2), *total[0].args[1:])))
    assert dict(check_loss(squared).findings)[claim].evidence.verdict is not Verdict.AGREE


def test_a_loss_is_looked_for_in_numbers_that_cost_little() -> None:
    """A Weibull regression by hazards: powers of rational numbers, worked out exactly, took minutes.

    The coefficients are those of accelerated lifetimes, times minus the shape.
    """
    rng = np.random.default_rng(4)
    a, z = Symbol("a", positive=True), Symbol("z", real=True)
    x, start, slope = Symbol("x", positive=True), Symbol("b_0", real=True), Symbol("b_1", real=True)
    eta = start + slope * z
    space = (Parameter(start, S.Reals), Parameter(slope, S.Reals), Parameter(a, Interval.open(0, oo)))
    densities = {
        "hazards": log(a) + (a - 1) * log(x) + eta - x**a * exp(eta),
        "lifetimes": log(a) + (a - 1) * log(x) - a * eta - exp(a * (log(x) - eta)),
    }
    half = Interval.open(0, oo)
    data = np.c_[rng.weibull(1.5, 20), rng.normal(size=20)]
    hazards, lifetimes = (
        fit(Family(name, x, half, space, density, covariates=(z,)), data).theta for name, density in densities.items()
    )
    assert hazards == pytest.approx(
        [-lifetimes[2] * lifetimes[0], -lifetimes[2] * lifetimes[1], lifetimes[2]], rel=1e-9
    )
