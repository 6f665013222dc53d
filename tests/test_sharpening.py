"""Whether the optimisers give a second opinion where doubles cannot tell likelihoods apart, and still object."""

from dataclasses import replace

import numpy as np
import pytest
from sympy import Interval, Symbol, besselk, hyper, log, oo

from thetahat import Family, Parameter, derive, family
from thetahat.proofs.derivation import Verdict
from thetahat.verify.checks import CHECKS
from thetahat.verify.drawn import Drawn
from thetahat.verify.fitting import fit_with
from thetahat.verify.known_values import derivation_with
from thetahat.verify.sharpening import sharpened
from thetahat.verify.terrain import Terrain
from thetahat.verify.tolerance import BALL_STEPS
from thetahat.verify.valid_data import require_data

CLOSE = [
    ("gamma", [589959.5049086661] * 11 + [589959.504909], "k"),
    ("gamma", [690.0] + [689.9999989248188] * 12 + [689.999999], "k"),
    ("weibull", [0.008686644253090146] * 5 + [0.008686644253089357], "k"),
    ("beta", [0.6478325177437788, 0.6478023295547426, 0.6478164208221273, 0.647781798242372], "beta"),
    ("beta", [6.888197219981437e-09] * 3 + [6.888197219977048e-09], "alpha"),
    ("linear_regression", [[0.0, 1e8], [1.0, 100000003.0], [5.0, 100000004.0], [6.0, 100000009.0]], "sigma"),
]
SEARCHES = ["agrees with maximised likelihood", "agrees with minimised divergence"]


def drawn(name: str, x: list[float]) -> Drawn:
    """One dataset with its estimate."""
    derivation = derive(family(name))
    return Drawn(derivation, np.array(x), (), 0, fit_with(derivation, x))


@pytest.mark.parametrize(("name", "x", "_"), CLOSE, ids=[f"{name} {x[0]!r}" for name, x, _ in CLOSE])
@pytest.mark.parametrize("search", SEARCHES)
def test_an_optimiser_that_doubles_give_out_goes_on_in_balls(name: str, x: list[float], _: str, search: str) -> None:
    """In doubles it ended up to millions of nats below the estimate, or not at all."""
    case = CHECKS[search](drawn(name, x))
    assert case.verdict is Verdict.AGREE, case


@pytest.mark.parametrize(("name", "x", "wrong"), CLOSE, ids=[f"{name} {x[0]!r}" for name, x, _ in CLOSE])
@pytest.mark.parametrize("search", SEARCHES)
def test_an_estimate_that_is_off_by_half_is_objected_to(name: str, x: list[float], wrong: str, search: str) -> None:
    """A shape or a scale: the optimum found is higher."""
    right = drawn(name, x)
    values = dict(right.fit.theta_hat) | {wrong: right.fit.theta_hat[wrong] * 1.5}
    case = CHECKS[search](replace(right, fit=replace(right.fit, theta_hat=values)))
    assert case.verdict is Verdict.DISAGREE, case


def test_what_bounds_the_support_stays_and_nothing_left_is_nothing() -> None:
    """The scale of a shifted exponential is found for the shift that is held; a uniform has nothing to move."""
    shifted, uniform = family("shifted_exponential"), family("uniform")
    names = shifted.parameter_names
    start = [0.5 if p.symbol in shifted.bounds.free_symbols else 9.0 for p in shifted.parameters]
    found = sharpened(shifted, require_data(shifted, [1.0, 2.0, 6.0]), start)
    assert found is not None
    moved = [value for value, held in zip(found, start, strict=True) if held != 0.5]
    # Held at 0.5 the mean excess is 2.5; the parameter is it or its inverse.
    assert moved[0] in (2.5, 0.4), names
    assert sharpened(uniform, require_data(uniform, [1.0, 2.0]), (0.0, 3.0)) is None


def test_corners_are_left_to_other_methods() -> None:
    """The place of a Laplace distribution is at an observation, where slopes jump; its scale by itself is smooth."""
    laplace, known = family("laplace"), family("laplace").fix(mu=2)
    assert sharpened(laplace, require_data(laplace, [1.0, 2.0, 6.0]), (2.5, 1.0)) is None
    assert sharpened(known, require_data(known, [1.0, 2.0, 6.0]), (1.0,)) == (pytest.approx(5 / 3, rel=1e-15),)


def test_a_start_that_is_no_point_leads_nowhere() -> None:
    """The place of a search that found none."""
    gamma = family("gamma")
    assert sharpened(gamma, require_data(gamma, [1.0, 2.0]), (np.nan, np.nan)) is None


@pytest.mark.parametrize("search", SEARCHES)
def test_a_direction_beside_the_seam_is_found_from_another_start(search: str) -> None:
    """Around pi the best start lies across the seam, where the likelihood only rises towards the open end."""
    x = [3.14159259893868] * 5 + [3.1415926173522988, -3.14159259, 3.14159265]
    case = CHECKS[search](drawn("von_mises", x))
    assert case.verdict is Verdict.AGREE, case


def test_the_entropy_term_is_decided_where_a_density_is_too_small_for_a_ball() -> None:
    """At 1e74 standard deviations its logarithm is left, and 1600 bits tell a nat from none."""
    derivation = derivation_with(family("normal_mean"), {"sigma": 1})
    x = np.array([1e74, 2e74, 5e74])
    case = CHECKS["entropy term is constant"](Drawn(derivation, x, (), 0, fit_with(derivation, x)))
    assert case.verdict is Verdict.AGREE, case


@pytest.mark.parametrize("function", [besselk, lambda nu, x: hyper((1, nu), (2,), x / (1 + x))], ids=["order", "list"])
def test_a_derivative_that_balls_do_not_know_leads_nowhere(function) -> None:
    """Of a Bessel function in its order; nor what is taken of a list of parameters."""
    x, nu = Symbol("x", positive=True), Symbol("nu", positive=True)
    odd = Family("odd", x, Interval.open(0, oo), (Parameter(nu, Interval.open(0, oo)),), log(function(nu, x)))
    assert sharpened(odd, require_data(odd, [1.0, 2.0]), (1.5,)) is None


@pytest.mark.parametrize("far", [1e60, 1e86])
def test_a_search_that_no_longer_gets_on_is_given_up(far: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Far out on a ridge the likelihood comes so close to a limit that steps lead nowhere; nearer by one finds back."""
    lomax, asked = family("lomax"), []
    walk = Terrain.__call__
    monkeypatch.setattr(Terrain, "__call__", lambda terrain, point: asked.append(point) or walk(terrain, point))
    data = require_data(lomax, (-np.log(1 - (np.arange(1, 10) - 0.5) / 9)) ** 1.2)
    mean = float(data.x.mean())
    assert sharpened(lomax, data, (far, far * mean)) is None
    assert len(asked) < BALL_STEPS / 4
    assert sharpened(lomax, data, (1e30, 1e30 * mean)) == pytest.approx(fit_with(derive(lomax), data.x[:, 0]).theta)
