"""Families in other parameters than rules know: derived in simpler ones, carried over, and never another answer."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from sympy import Expr, Interval, Reals, Set, Symbol, exp, gamma, log, oo, pi, sqrt

from thetahat import Family, certify, derive, family, fit
from thetahat.proofs.carried_over import carried_over
from thetahat.proofs.derivation import Outcome, Verdict
from thetahat.proofs.natural_scales import natural_scales
from thetahat.proofs.parts import Parameter
from thetahat.proofs.reparametrisation import Reparametrisation
from thetahat.verify.certify.certificate import CertificateVerdict
from thetahat.verify.growth import grows_without_bound

HALF_LINE, UNIT = Interval.open(0, oo), Interval.open(0, 1)
q, r, h = Symbol("q", real=True), Symbol("r", positive=True), Symbol("h", positive=True)
POSITIVE = np.array([0.2, 0.9, 1.4, 2.2, 3.1, 0.7])
SHARES = np.array([0.12, 0.3, 0.41, 0.55, 0.83])
SIGNED = np.array([-1.5, 0.2, 0.4, 1.1, 2.0])
COUNTS = np.array([0, 2, 3, 1, 5, 4, 9, 2])


@dataclass(frozen=True)
class Renamed:
    """A family of the catalogue with one parameter written in another, and data for it."""

    name: str
    parameter: str
    new: Symbol
    space: Set
    value: Expr
    x: np.ndarray

    def family(self) -> Family:
        """Return the family in the other parameter."""
        base = family(self.name)
        kept = [one if one.name != self.parameter else Parameter(self.new, self.space) for one in base.parameters]
        return base.reparametrise(f"{self.name}_renamed", kept, {self.parameter: self.value})

    def __str__(self) -> str:
        """Return what is renamed, under which the test is listed."""
        return f"{self.name}: {self.parameter} = {self.value}"


RENAMED = (
    Renamed("exponentiated_exponential", "lambda", r, HALF_LINE, 1 / r, POSITIVE),
    Renamed("hyperbolic_secant", "mu", q, Reals, 2 * q, SIGNED),
    Renamed("uniform_by_length", "a", q, Reals, -q, SIGNED),
    Renamed("uniform_symmetric", "b", q, Reals, exp(q), SIGNED),
)
FURTHER = (
    Renamed("exponentiated_exponential", "alpha", q, Reals, exp(q), POSITIVE),
    Renamed("kumaraswamy", "a", r, HALF_LINE, r**2, SHARES),
    Renamed("kumaraswamy", "b", r, HALF_LINE, 3 * r, SHARES),
    Renamed("birnbaum_saunders", "alpha", r, HALF_LINE, 1 / r, POSITIVE),
    Renamed("generalised_poisson", "lambda", h, UNIT, 1 - h, COUNTS),
    Renamed("generalised_poisson", "lambda", q, Reals, 1 / (1 + exp(-q)), COUNTS),
    Renamed("hyperbolic_secant", "mu", q, Reals, q + 1, SIGNED),
    Renamed("hyperbolic_secant", "s", r, HALF_LINE, sqrt(r), SIGNED),
    Renamed("uniform_by_length", "L", r, HALF_LINE, sqrt(r), SIGNED),
    Renamed("uniform_by_centre", "w", r, HALF_LINE, 1 / r, SIGNED),
    Renamed("normal_by_variance", "v", r, HALF_LINE, sqrt(r), SIGNED),
    Renamed("asymmetric_laplace", "mu", q, Reals, -q, np.array([-1.5, 0.2, 0.4, 0.45, 0.5, 1.1, 2.0])),
)
EACH = pytest.mark.parametrize(
    "renamed", [*RENAMED, *(pytest.param(one, marks=pytest.mark.thorough) for one in FURTHER)], ids=str
)


@EACH
def test_as_much_is_proved_whatever_parameters_are_called(renamed: Renamed) -> None:
    """The members are the same, and so is their maximum."""
    ours, base = derive(renamed.family()), derive(family(renamed.name))
    assert ours.steps[0].rule == "reparametrisation"
    assert {finding.evidence.verdict for finding in ours.findings} == {Verdict.AGREE}
    assert (ours.outcome, ours.optimality.proved, ours.existence_proved) == (base.outcome, True, True)
    assert ours.optimality.unique == base.optimality.unique
    assert {*dict(ours.formulas), *ours.unknowns, ours.searched} - {None} == set(ours.family.symbols)


@EACH
def test_the_estimate_is_that_of_the_family_under_its_own_name(renamed: Renamed) -> None:
    """Put back, and certified from the density that is declared."""
    member, base = renamed.family(), fit(family(renamed.name), renamed.x).theta_hat
    found, proof = fit(member, renamed.x).theta_hat, certify(member, renamed.x)
    there = {**found, renamed.parameter: float(renamed.value.subs(renamed.new, found[str(renamed.new)]))}
    assert {name: there[name] for name in base} == pytest.approx(dict(base), rel=1e-13)
    assert proof.verdict in (CertificateVerdict.UNIQUE_GLOBAL, CertificateVerdict.GLOBAL_SET)
    assert proof.check(renamed.x)


def test_a_scale_may_be_written_in_a_mean_and_a_shape() -> None:
    """Weibull's by its mean: for each shape the scale is a multiple of it."""
    weibull, mean = family("weibull"), Symbol("m", positive=True)
    shape, scale = weibull.parameters
    spaces = (shape, Parameter(mean, HALF_LINE))
    by_mean = weibull.reparametrise("by_mean", spaces, {scale.name: mean / gamma(1 + 1 / shape.symbol)})
    ours, base = fit(by_mean, POSITIVE), fit(weibull, POSITIVE).theta_hat
    assert ours.derivation.optimality.proved
    assert ours.derivation.existence_proved
    k = base[shape.name]
    assert ours.theta_hat == pytest.approx({shape.name: k, "m": base[scale.name] * math.gamma(1 + 1 / k)}, rel=1e-13)
    assert certify(by_mean, POSITIVE).check(POSITIVE)


def test_a_scale_takes_as_many_words_as_a_rate() -> None:
    """Written out by its scale, the density is no longer than by its rate, of which alone more is proved."""
    x, a = Symbol("x", positive=True), Symbol("a", positive=True)
    density = log(a) - log(r) + (a - 1) * log(1 - exp(-x / r)) - x / r
    found = derive(Family("by_scale", x, HALF_LINE, (Parameter(a, HALF_LINE), Parameter(r, HALF_LINE)), density))
    assert (found.optimality.proved, found.existence_proved) == (True, True)


@pytest.mark.parametrize("image", [r, 1 / r, exp(q), r**2], ids=str)
def test_what_data_on_an_end_ask_for_is_carried_over(image: Expr) -> None:
    """A half Student with three of four observations at zero has no maximiser, whatever its rate is called."""
    u, space = Symbol("u", nonnegative=True), Reals if image.has(q) else HALF_LINE
    density = log(4 / (pi * sqrt(3))) + log(image) - 2 * log(1 + (u * image) ** 2 / 3)
    (symbol,) = image.free_symbols
    found = derive(Family("half", u, Interval(0, oo), (Parameter(symbol, space),), density))
    assert found.existence_proved
    assert [condition.meaning for condition in found.exists_when] == ["4*share(u = 0) < 3"]


def test_a_likelihood_is_unbounded_whatever_parameters_are_called() -> None:
    """The path on which it grows is one of other members only by name."""
    weibull = family("weibull_with_location")
    spaces = [Parameter(q, Reals) if one.name == "mu" else one for one in weibull.parameters]
    member = weibull.reparametrise("opposite", spaces, {"mu": -q})
    found = derive(member)
    assert found.outcome is Outcome.UNBOUNDED
    assert found.reason == "it grows without bound as phi tends to the smallest observation, with phi = -q"
    assert grows_without_bound(found, SIGNED).verdict is Verdict.AGREE
    assert certify(member, SIGNED).check(SIGNED)


@pytest.mark.thorough
def test_a_share_may_be_written_by_its_logit() -> None:
    """Of zeros in counts: SymPy looked for a limit of quotients in quotients without end."""
    zeros = np.array([0, 0, 0, 0, 0, 3, 2, 4, 1, 0])
    renamed = Renamed("zero_inflated_poisson", "w", q, Reals, 1 / (1 + exp(-q)), zeros)
    found, base = fit(renamed.family(), zeros), fit(family("zero_inflated_poisson"), zeros).theta_hat
    assert found.derivation.outcome is Outcome.CLOSED_FORM
    assert found.derivation.optimality.proved
    assert 1 / (1 + math.exp(-found.theta_hat["q"])) == pytest.approx(base["w"], rel=1e-13)
    assert found.theta_hat["lambda"] == base["lambda"]


def test_what_is_only_found_with_what_it_leads_to_is_not_carried_over() -> None:
    """Gompertz's by the failure rate at zero: the growth is an unknown, and the rate divided by a formula in it."""
    gompertz, first = family("gompertz"), Symbol("d", positive=True)
    eta = gompertz.parameters[0]
    member = gompertz.reparametrise("by_first", (eta, Parameter(first, HALF_LINE)), {"b": first / eta.symbol})
    growth = Symbol("phi", positive=True)
    spaces = (eta, Parameter(growth, HALF_LINE))
    way = Reparametrisation(spaces, ((first, growth * eta.symbol),), ((growth, first / eta.symbol),))
    assert carried_over(derive(way.of(member)), way, member) is None
    assert all(step.parametrisation is None for step in derive(member).steps)


def test_what_is_proved_as_declared_is_left_as_it_is() -> None:
    """The simpler parameters of Yule's law would do as well."""
    yule = family("yule_simon")
    assert list(natural_scales(yule))
    assert all(step.parametrisation is None for step in derive(yule).steps)


def _unnormalised(density: Expr) -> Expr:
    return density + log(2)


def _halved(density: Expr) -> Expr:
    return density / 2


@pytest.mark.parametrize("spoil", [_unnormalised, _halved])
def test_no_density_becomes_one_in_other_parameters(spoil: Callable[[Expr], Expr]) -> None:
    """A constant that does not fit is refused in every parametrisation."""
    right = RENAMED[0].family()
    wrong = Family("wrong", right.observation, right.support, right.parameters, spoil(right.log_density))
    found = derive(wrong)
    assert found.outcome is Outcome.UNSOLVED
    assert "not normalised" in found.reason


def test_parameters_whose_spaces_hang_together_stay() -> None:
    """With ``b > a`` twice ``a`` is not put in for ``a`` alone: the space of the other would have to change too."""
    x, a, b = (Symbol(name, real=True) for name in ("x", "a", "b"))
    ordered = (Parameter(a, Reals), Parameter(b, Interval.open(2 * a, oo)))
    member = Family("between", x, Interval(2 * a, b), ordered, -log(b - 2 * a))
    assert all({old for old, _ in way.values} <= {b} for way in natural_scales(member))
