"""Families that are not shipped, each declared because the engine once got it wrong, so that it stays right."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sympy import (
    Abs,
    Expr,
    Integers,
    Interval,
    Piecewise,
    Range,
    Reals,
    Set,
    Symbol,
    cosh,
    exp,
    log,
    loggamma,
    oo,
    pi,
    zeta,
)

from thetahat import Family, Parameter, derive, fit
from thetahat.proofs.algebra.atoms import Mean
from thetahat.proofs.balls import evaluate
from thetahat.proofs.derivation import Derivation, Outcome
from thetahat.proofs.errors import ExistenceError

POSITIVE = Interval.open(0, oo)
x, a, b, s = (Symbol(name, positive=True) for name in ("x", "a", "b", "s"))
y, m = Symbol("x", real=True), Symbol("m", real=True)
count, whole = Symbol("x", integer=True, nonnegative=True), Symbol("x", integer=True, positive=True)
start, length = Symbol("start", integer=True), Symbol("length", integer=True, positive=True)


def declared(observation: Symbol, support: Set, density: Expr, *parameters: Parameter) -> Derivation:
    """Return the derivation of a family that nobody ships."""
    return derive(Family("unseen", observation, support, parameters, density))


def positive(symbol: Symbol) -> Parameter:
    """Return a parameter on the positive half-line."""
    return Parameter(symbol, POSITIVE)


LOCATION = Parameter(m, Reals)


def words(derivation: Derivation) -> list[str]:
    """Return the existence conditions as they read."""
    return [condition.meaning for condition in derivation.exists_when]


def test_a_root_never_contains_a_single_observation() -> None:
    """An equation in an average of ``1/(a + b x)`` was solved as if the bar were not there."""
    found = declared(x, POSITIVE, log(a + b * x) - a * x - b * x**2 / 2, positive(a), positive(b))
    assert found.outcome is Outcome.REDUCED
    assert not any(value.free_symbols & {x} for value in found.estimator.values())


@pytest.mark.parametrize(
    ("derivation", "condition", "refused"),
    [
        (
            lambda: declared(count, Range(0, oo), count * m - exp(m) - loggamma(count + 1), LOCATION),
            "mean(x) > 0",
            [0.0],
        ),
        (lambda: declared(count, Range(0, 2), count * m - log(1 + exp(m)), LOCATION), "mean(x) < 1", [1.0, 1.0]),
        (
            lambda: declared(y, Reals, -log(2 * pi) / 2 - m / 2 - y**2 * exp(-m) / 2, LOCATION),
            "mean(x**2) > 0",
            [0.0],
        ),
    ],
    ids=["Poisson", "Bernoulli", "normal"],
)
def test_an_estimate_on_a_logarithmic_scale_has_to_be_finite(
    derivation: Callable[[], Derivation], condition: str, refused: list[float]
) -> None:
    """The whole line has no end to run into, but a logarithm does."""
    found = derivation()
    assert condition in words(found)
    with pytest.raises(ExistenceError, match="no maximiser"):
        fit(found.family, refused)


def test_equal_counts_are_an_interval_of_length_one() -> None:
    """A closed end of the parameter space may be reached: nothing is asked of the data."""
    found = declared(
        Symbol("x", integer=True),
        Range(start, start + length),
        -log(length),
        Parameter(start, Integers),
        Parameter(length, Range(1, oo)),
    )
    assert words(found) == []
    assert dict(fit(found.family, [4.0, 4.0]).theta_hat) == {"start": 4.0, "length": 1.0}


def test_data_that_no_member_covers_are_refused() -> None:
    """On ``[theta, 2 theta]`` half the maximum is the estimate only if the minimum is not below it."""
    found = declared(x, Interval(a, 2 * a), -log(a), positive(a))
    assert fit(found.family, [1.0, 2.0]).theta.tolist() == [1.0]
    with pytest.raises(ExistenceError, match="support of one member"):
        fit(found.family, [1.0, 2.5])


def test_an_interval_by_its_centre_and_by_its_length() -> None:
    """The two constraints on the half-width balance at the middle; the length is what is left above the start."""
    centred = declared(y, Interval(m - a, m + a), -log(2 * a), LOCATION, positive(a))
    assert fit(centred.family, [1.0, 2.0, 4.0]).theta.tolist() == [2.5, 1.5]
    by_length = declared(y, Interval(m, m + a), -log(a), LOCATION, positive(a))
    assert fit(by_length.family, [1.0, 2.0, 4.0]).theta.tolist() == [1.0, 3.0]


def test_a_bent_curve_of_locations_and_scales_is_not_called_concave() -> None:
    """``(1/s, log(s)/s)`` is no straight line, so joint concavity says nothing about the likelihood along it."""
    found = declared(y, Reals, -log(2 * pi) / 2 - log(s) - (y - log(s)) ** 2 / (2 * s**2), positive(s))
    assert not found.optimality.proved


def test_a_kernel_without_bound_is_not_said_to_have_a_maximiser() -> None:
    """A density that is infinite at its location has no maximum likelihood, however light its tails."""
    density = -Abs(y - m) / s - log(Abs(y - m) / s) / 2 - log(s) - log(4 * pi) / 2
    found = declared(y, Reals, density, LOCATION, positive(s))
    assert not found.existence_proved


def test_inflated_zeros_are_no_refuted_family() -> None:
    """Whether the share of zeros is large enough depends on the other root: it is looked at with the data."""
    w, rate = Symbol("w", positive=True), Symbol("rate", positive=True)
    zero = log(w + (1 - w) * exp(-rate))
    density = Piecewise((zero, count < 1), (log(1 - w) + count * log(rate) - rate - loggamma(count + 1), True))
    found = declared(count, Range(0, oo), density, Parameter(w, Interval.open(0, 1)), positive(rate))
    assert found.outcome is Outcome.REDUCED
    assert not found.existence_proved
    estimate = fit(found.family, [0.0, 0.0, 0.0, 2.0, 1.0, 3.0]).theta
    # mean of the positive counts = rate / (1 - exp(-rate)), and the share of zeros is matched.
    np.testing.assert_allclose(estimate[1] / -np.expm1(-estimate[1]), 2.0, rtol=1e-14)


@pytest.mark.parametrize(
    ("derivation", "rule"),
    [
        (lambda: declared(y, Reals, -log(2 * s) - log(cosh(pi * (y - m) / (2 * s))), LOCATION, positive(s)), "concave"),
        (lambda: declared(x, POSITIVE, log(2 / s) - x / s - 2 * log(1 + exp(-x / s)), positive(s)), "concave"),
        (lambda: declared(x, POSITIVE, log(a * b) + (a - 1) * log(x) - b * x**a, positive(a), positive(b)), "concave"),
    ],
    ids=["hyperbolic secant", "half-logistic", "Weibull by rate"],
)
def test_log_concave_kernels_are_found_in_any_parametrisation(derivation: Callable[[], Derivation], rule: str) -> None:
    """By their mode and its curvature, on the half-line too."""
    found = derivation()
    assert rule in [step.rule for step in found.steps]
    assert found.optimality.proved
    assert found.existence_proved


def test_the_zeta_distribution_is_fitted() -> None:
    """SymPy has no derivative of the zeta function; ours has, and the equation left is solved."""
    found = declared(whole, Range(1, oo), -a * log(whole) - log(zeta(a)), Parameter(a, Interval.open(1, oo)))
    assert words(found) == ["mean(log(x)) > 0"]
    estimate = fit(found.family, [1.0, 1.0, 2.0, 1.0, 5.0]).theta[0]
    # -zeta'/zeta at the estimate is the mean logarithm: by a sum over 2000 terms and the integral of the rest.
    k = np.arange(1.0, 2001.0)
    end = 2000.5
    total = (k**-estimate).sum() + end ** (1 - estimate) / (estimate - 1)
    slope = (np.log(k) * k**-estimate).sum() + end ** (1 - estimate) * (
        np.log(end) / (estimate - 1) + 1 / (estimate - 1) ** 2
    )
    np.testing.assert_allclose(slope / total, np.log([1, 1, 2, 1, 5]).mean(), rtol=1e-5)


def test_balls_tell_averages_of_equal_hash_apart() -> None:
    """``1/f`` and ``1/f**2`` have one hash in Python, and balls took the average of the one for that of the other."""
    inverse, square = Mean(1 / (1 + x), x), Mean(1 / (1 + x) ** 2, x)
    assert hash(inverse) == hash(square)
    assert evaluate(inverse - square, {}, [{x: 1.0}]).contains(0.25)


@pytest.mark.parametrize("name", ["_a0", "_b0", "_atom_0", "t_1", "n"])
def test_a_parameter_may_be_called_as_the_engine_calls_its_own(name: str) -> None:
    """The symbols that stand in for averages are no declared ones, whatever their names."""
    found = declared(y, Reals, -log(s) - exp(-(y - m) / s) - (y - m) / s, LOCATION, positive(s))
    scale = Symbol(name, positive=True)
    density = -log(scale) - exp(-(y - m) / scale) - (y - m) / scale
    other = declared(y, Reals, density, LOCATION, positive(scale))
    x_ = [0.0, 1.0, 3.0]
    assert fit(other.family, x_).theta.tolist() == fit(found.family, x_).theta.tolist()
