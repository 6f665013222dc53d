"""Whether families whose density vanishes at an end that a parameter moves are estimated inside what the data leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from sympy import (
    Abs,
    Expr,
    Interval,
    Rational,
    Reals,
    S,
    Set,
    Symbol,
    Tuple,
    besselk,
    cos,
    log,
    loggamma,
    oo,
    pi,
    polygamma,
    sqrt,
    tan,
)

from thetahat import Family, Parameter, certify, derive, fit
from thetahat.proofs.algebra.regions import is_bounded_inside
from thetahat.proofs.checker import check_steps
from thetahat.proofs.curvature import leaves_an_interval
from thetahat.proofs.derivation import Derivation, Evidence, Outcome, Step
from thetahat.proofs.errors import ExistenceError
from thetahat.proofs.registry import family as catalogued
from thetahat.proofs.scales import scales
from thetahat.verify.certify import CertificateVerdict
from thetahat.verify.growth import grows_without_bound
from thetahat.verify.likelihood import log_likelihood

y, m, s = Symbol("y", real=True), Symbol("m", real=True), Symbol("s", positive=True)
LOCATION, SCALE = Parameter(m, Reals), Parameter(s, Interval.open(0, oo))
ROOT, LEVEL = log(2 * pi) / 2, log(Rational(3, 4))


def declared(density: Expr, support: Set, *parameters: Parameter) -> Family:
    return Family("unseen", y, support, parameters, density)


ONE_SCALE = Interval.open(-s, s)
FAMILIES = {
    "parabola by its scale": declared(log(1 - y**2 / s**2) - log(s) + LEVEL, ONE_SCALE, SCALE),
    "half circle by its radius": declared(log(s**2 - y**2) / 2 - 2 * log(s) + log(2 / pi), ONE_SCALE, SCALE),
    "cosine by its scale": declared(log(1 + cos(pi * y / s)) - log(2 * s), ONE_SCALE, SCALE),
    "triangle by its scale": declared(log(s - Abs(y)) - 2 * log(s), Interval(-s, s), SCALE),
    "parabola by its place": declared(log(1 - (y - m) ** 2) + LEVEL, Interval.open(m - 1, m + 1), LOCATION),
    "cosine by its place": declared(log(1 + cos(y - m)) - log(2 * pi), Interval.open(m - pi, m + pi), LOCATION),
    "triangle by its place": declared(log(1 - Abs(y - m)), Interval(m - 1, m + 1), LOCATION),
    "Levy by its place": declared(-ROOT - 3 * log(y - m) / 2 - 1 / (2 * (y - m)), Interval.open(m, oo), LOCATION),
    "lognormal by its place": declared(-ROOT - log(y - m) - log(y - m) ** 2 / 2, Interval.open(m, oo), LOCATION),
}
DATA = ([0.3], [0.1, 0.4], [-0.5, 0.2, 0.3, 0.3], [-0.9, 0.05, 0.1])


@pytest.mark.thorough
@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("data", DATA, ids=str)
def test_no_place_on_a_grid_is_higher(name: str, data: list[float]) -> None:
    """Also where the other end of the support is the nearer one: a scale has to be above both distances."""
    item = FAMILIES[name]
    found = derive(item)
    assert found.outcome is Outcome.REDUCED
    assert found.count(Evidence.REFUTED) + found.count(Evidence.UNDECIDED) == 0
    estimate = fit(item, data)
    grid = [value for value in np.linspace(-6, 6, 2401) if value > 0 or not item.symbols[0].is_positive]
    assert estimate.log_likelihood >= max(log_likelihood(item, [place], data)[0] for place in grid) - 1e-9


@pytest.mark.parametrize("name", ["parabola by its scale", "half circle by its radius", "parabola by its place"])
def test_a_concave_density_on_an_interval_of_the_space_has_one_maximum(name: str) -> None:
    """Each observation has a density on an interval of the parameter, and on all of these together it is concave."""
    found = derive(FAMILIES[name])
    assert found.optimality.proved
    for data in DATA:
        certificate = certify(FAMILIES[name], data)
        assert certificate.verdict is CertificateVerdict.UNIQUE_GLOBAL
        assert certificate.check(data)


@pytest.mark.thorough
def test_what_leaves_two_intervals_is_not_called_concave() -> None:
    """Planted: the parabola reaches as far as ``m`` squared, for places to both sides of zero."""
    both = declared(log(1 - y**2 / m**4) - 2 * log(Abs(m)) + LEVEL, Interval.open(-(m**2), m**2), LOCATION)
    assert not leaves_an_interval(both)
    assert not derive(both).optimality.proved
    step = next(step for step in derive(catalogued("yule_simon")).steps if step.rule == "curvature")
    scale = scales(both)[0]
    named = {"coordinates": Tuple(*scale.coordinates), "maps": Tuple(*scale.maps)}
    claimed = replace(step, using=tuple((key, named.get(key, one)) for key, one in step.using))
    finding = check_steps(both, (derive(both).steps[0], claimed))[-1]
    assert finding.evidence is Evidence.REFUTED
    assert "none between them" in finding.detail


@pytest.mark.thorough
@pytest.mark.parametrize("known", [{"a": 0}, {"b": 1}, {"a": -3}], ids=str)
def test_a_density_that_grows_at_the_one_end_that_moves_is_unbounded(known: dict[str, int]) -> None:
    """An arcsine distribution of which one end is known was called unsolved; distances are parts of its length."""
    found = derive(catalogued("arcsine").fix(**known))
    assert found.outcome is Outcome.UNBOUNDED
    assert found.count(Evidence.REFUTED) + found.count(Evidence.UNDECIDED) == 0
    assert grows_without_bound(found, np.array([0.25, 0.5, 0.75])).verdict.value == "agree"
    with pytest.raises(ExistenceError, match="unbounded"):
        fit(found.family, [0.25, 0.5])


def test_a_scale_beside_a_location_does_not_keep_the_likelihood_down() -> None:
    """Of a lognormal distribution with a location the likelihood grows where location and scale move together.

    Source: Hill 1963, Journal of the American Statistical Association 58, pages 72 to 84.
    """
    density = -ROOT - log(s) - log(y - m) - log(y - m) ** 2 / (2 * s**2)
    found = derive(declared(density, Interval.open(m, oo), LOCATION, SCALE))
    assert found.outcome is Outcome.UNBOUNDED
    assert [step.rule for step in found.steps if "growth" in step.rule] == ["path-growth"]


def using(name: str, change: Callable[[Expr], Expr]) -> Callable[[Step], Step]:
    """Return a change of one of the expressions that a step is about."""
    return lambda step: replace(step, using=tuple((k, change(v) if k == name else v) for k, v in step.using))


def moved(name: str, other: str, part: Callable[[Expr], Expr]) -> Callable[[Step], Step]:
    """Return a change that leaves the sum of two of them as it is."""

    def change(step: Step) -> Step:
        return using(other, lambda one: one + part(step.named(name)))(using(name, lambda one: one - part(one))(step))

    return change


PLANTED = {
    "what outweighs called bounded": ("Levy by its place", moved("outweighing", "rest", lambda one: one)),
    "what is bounded called outweighing": ("Levy by its place", moved("rest", "outweighing", lambda one: one)),
    "a factor that does not vanish": ("cosine by its place", using("factor", lambda one: one + 1)),
    "no distance": ("parabola by its place", using("away", lambda one: -one)),
    "the other way": ("parabola by its place", using("grows", lambda one: S.One)),
    "a larger power": ("parabola by its scale", lambda step: replace(step, value=step.value * 2)),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_error_is_not_proved(name: str) -> None:
    """Nor is a right claim lost on the way: as it stands the step is proved."""
    which, change = PLANTED[name]
    found = derive(FAMILIES[which])
    at = next(place for place, step in enumerate(found.steps) if step.rule == "edge-growth")
    assert found.findings[at].evidence is Evidence.SIGN
    assert _of(found, at, change(found.steps[at])) in (Evidence.REFUTED, Evidence.UNDECIDED)


def _of(found: Derivation, at: int, step: Step) -> Evidence:
    return check_steps(found.family, (*found.steps[:at], step))[-1].evidence


def test_a_function_with_a_pole_is_not_called_bounded() -> None:
    """Only logarithms and powers were looked at."""
    u = Symbol("u", positive=True)
    for pole in (loggamma(u), polygamma(0, u), tan(pi * u / 2), besselk(0, u)):
        assert not is_bounded_inside(pole, u, S.Zero, S.One)
    assert is_bounded_inside(cos(u) + loggamma(1 + u), u, S.Zero, S.One)


OPEN_INTERVALS = [Interval.open(m, m + 1), Interval.Lopen(m, m + 1), Interval.Ropen(m, m + 1)]


@pytest.mark.parametrize("support", OPEN_INTERVALS, ids=str)
def test_an_interval_of_maximisers_may_be_open(support: Set) -> None:
    """A uniform distribution of length one without its ends was called unsolved. Planted: data of length one."""
    item = declared(S.Zero, support, LOCATION)
    found = derive(item)
    assert found.outcome is Outcome.SET_VALUED
    assert found.count(Evidence.REFUTED) + found.count(Evidence.UNDECIDED) == 0
    estimate = fit(item, [0.25, 0.75])
    assert estimate.sets == {"m": (-0.25, 0.25)}
    assert estimate.theta.tolist() == [0.0]
    with pytest.raises(ExistenceError, match=r"max\(y\) - min\(y\) < 1"):
        fit(item, [0.0, 1.0])


def test_an_end_that_is_never_reached_is_named() -> None:
    """Unless the space stops the parameter before: then the end of the space is the estimate for some data."""
    density = -(y - m)
    without = declared(density, Interval.open(m, oo), LOCATION)
    assert "the supremum is not attained, whatever the data" in derive(without).reason
    assert derive(declared(density, Interval(m, oo), LOCATION)).outcome is Outcome.SUPPORT_BOUNDARY
    stopped = declared(density, Interval.open(m, oo), Parameter(m, Interval(-oo, 2)))
    assert "whatever the data" not in derive(stopped).reason


def test_two_ends_of_a_parabola_lie_on_either_side_of_far_data() -> None:
    """The upper end was looked for above the lower one alone, and not above the data."""
    other = Symbol("o", real=True)
    density = log(6) + log(y - m) + log(other - y) - 3 * log(other - m)
    item = declared(density, Interval.open(m, other), LOCATION, Parameter(other, Interval.open(m, oo)))
    data = [0.45, 0.67, 1.35, 0.81, 463.0]
    estimate = fit(item, data)
    assert estimate.theta[0] < 0.45
    assert estimate.theta[1] > 463
    grid = [(a, b) for a in np.linspace(-400, 0.4, 41) for b in np.linspace(464, 800, 43)]
    assert estimate.log_likelihood >= max(log_likelihood(item, list(place), data)[0] for place in grid)


def test_an_end_that_grows_with_the_other_is_not_said_to_tend_to_one_observation() -> None:
    """Of an arcsine distribution around zero it is the observation that is further away: of [-2, 1] not the largest.

    Planted: the claim that it is the largest.
    """
    item = declared(-log(s**2 - y**2) / 2 - log(pi), ONE_SCALE, SCALE)
    assert derive(item).outcome is Outcome.UNSOLVED
    circle = derive(FAMILIES["half circle by its radius"])
    step = [step for step in circle.steps if step.rule == "edge-growth"][-1]
    u = step.named("distance")
    claimed = {"rest": -log(s) - log(2 - u) / 2 - log(pi), "grows": S.One}
    rows = tuple((key, claimed.get(key, value)) for key, value in step.using)
    planted = replace(step, value=-step.value, using=rows, given=(0,))
    finding = check_steps(item, (derive(item).steps[0], planted))[-1]
    assert finding.evidence is Evidence.UNDECIDED
    assert "leading" in finding.detail


@pytest.mark.thorough
@pytest.mark.parametrize("end", [1 / s, 2 * sqrt(s)], ids=str)
def test_an_end_that_is_curved_in_the_parameter_keeps_only_some_data(end: Expr) -> None:
    """The root of ``-1/s = 0.3`` is negative, and was taken for the largest scale that positive data leave.

    It is solved by the end itself, which the parameter is one to one with.
    """
    data = [-0.2, 0.3, 0.1]
    item, straight = (
        declared(log(one**2 - y**2) - 3 * log(one) + LEVEL, Interval.open(-one, one), SCALE) for one in (end, s)
    )
    found, known = fit(item, data), fit(straight, data)
    assert found.derivation.optimality.proved
    assert float(end.subs(s, found.theta_hat["s"])) == pytest.approx(known.theta_hat["s"], rel=1e-13)
    assert found.log_likelihood == pytest.approx(known.log_likelihood, rel=1e-13)
    x = Symbol("x", positive=True)
    half = Family("unseen", x, Interval.open(0, end), (SCALE,), log(2) + log(end - x) - 2 * log(end))
    estimate = fit(half, [0.2, 0.4]).log_likelihood
    grid = np.linspace(0.01, 6, 2000)
    assert estimate >= max(log_likelihood(half, [place], [0.2, 0.4])[0] for place in grid) - 1e-9
