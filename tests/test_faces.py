"""Whether the maximum on a face of a space of several parameters is found, and taken only where it is the highest."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from sympy import Expr, Interval, Rational, S, Set, Symbol, exp, log, loggamma, oo, pi

from thetahat import Family, Parameter, derive, fit
from thetahat.proofs.derivation import Outcome
from thetahat.proofs.errors import ExistenceError, UnsolvedError
from thetahat.verify.climb_plan import climb_of, magnitudes
from thetahat.verify.faces import face_above_a_search
from thetahat.verify.fitting import fit_with
from thetahat.verify.likelihood import log_likelihood
from thetahat.verify.observations import Observations
from thetahat.verify.optimise import Optimum

POSITIVE = Interval.open(0, oo)
X, A, B, SD = (Symbol(name, positive=True) for name in ("x", "a", "b", "s"))
Y, M, LEFT = Symbol("y", real=True), Symbol("m", real=True), Symbol("m", nonnegative=True)
BELL = -((Y - M) ** 2) / (2 * SD**2) - log(SD) - log(2 * pi) / 2


def of(observation: Symbol, support: Set, density: Expr, *spaces: tuple[Symbol, Set]) -> Family:
    """A family with these spaces."""
    return Family("faced", observation, support, tuple(Parameter(*one) for one in spaces), density)


FACED = {
    "wide": of(Y, S.Reals, BELL, (M, S.Reals), (SD, Interval(1, oo))),
    "between": of(Y, S.Reals, BELL, (M, S.Reals), (SD, Interval(1, 2))),
    "boxed": of(Y, S.Reals, BELL, (M, Interval(-1, 1)), (SD, Interval(1, 3))),
    "bounded mean": of(Y, S.Reals, BELL.subs(M, LEFT), (LEFT, Interval(0, oo)), (SD, POSITIVE)),
    "gamma": of(X, POSITIVE, A * log(B) - loggamma(A) + (A - 1) * log(X) - B * X, (A, Interval(1, oo)), (B, POSITIVE)),
    "gumbel": of(
        Y, S.Reals, -(Y - LEFT) / SD - log(SD) - exp(-(Y - LEFT) / SD), (LEFT, Interval(0, oo)), (SD, POSITIVE)
    ),
    "left box": of(Y, S.Reals, BELL, (M, Interval(-3, 0)), (SD, Interval(Rational(5, 4), 2))),
    "gumbel box": of(
        Y,
        S.Reals,
        -(Y - A) / SD - log(SD) - exp(-(Y - A) / SD),
        (A, Interval(Rational(7, 4), 3)),
        (SD, Interval(2, Rational(7, 2))),
    ),
    "low rate": of(
        X, POSITIVE, A * log(B) - loggamma(A) + (A - 1) * log(X) - B * X, (A, POSITIVE), (B, Interval.Lopen(0, 1))
    ),
    "weibull box": of(
        X,
        POSITIVE,
        log(A) + (A - 1) * log(X) - A * log(B) - (X / B) ** A,
        (A, Interval(S.Half, 2)),
        (B, Interval(1, oo)),
    ),
    "weibull": of(
        X, POSITIVE, log(A) + (A - 1) * log(X) - A * log(B) - (X / B) ** A, (A, Interval(1, oo)), (B, POSITIVE)
    ),
}


def searched(family: Family, x: list[float]) -> float:
    """The highest likelihood of many searches in the closed space."""
    boxes = [(float(p.bounds.lo), float(p.bounds.hi)) for p in family.parameters]
    limits = [
        (max(lo, 1e-9) if p.symbol.is_positive else max(lo, -50.0), min(hi, 50.0))
        for p, (lo, hi) in zip(family.parameters, boxes, strict=True)
    ]
    low = lambda theta: min(-log_likelihood(family, theta, x)[0], 1e9)  # noqa: E731
    best = -math.inf
    for start in np.random.default_rng(1).uniform(0.05, 2.9, (12, len(limits))):
        begin = [min(max(value, lo), hi) for value, (lo, hi) in zip(start, limits, strict=True)]
        found = minimize(low, begin, bounds=limits, method="L-BFGS-B")
        best = max(best, -float(found.fun))
    return best


@pytest.mark.parametrize(
    "name", [name if name in ("gamma", "wide") else pytest.param(name, marks=pytest.mark.thorough) for name in FACED]
)
@given(data=st.data())
def test_no_search_in_the_closed_space_ends_higher(name: str, data: st.DataObject) -> None:
    """Whether the maximum lies inside, on a face or in a corner."""
    family = FACED[name]
    values = st.integers(1, 60) if family.observation is X else st.integers(-40, 40)
    x = [value / 8 for value in data.draw(st.lists(values, min_size=2, max_size=6, unique=True))]
    try:
        best = fit(family, x)
    except (ExistenceError, UnsolvedError) as error:
        pytest.fail(f"refused {x}: {error}")
    assert searched(family, x) <= best.log_likelihood + 1e-6


@pytest.mark.parametrize(
    ("name", "x", "theta"),
    [
        ("wide", [0.0, 1.0], [0.5, 1.0]),
        ("between", [0.0, 20.0], [10.0, 2.0]),
        ("boxed", [5.0, 5.5], [1.0, 3.0]),
        ("bounded mean", [-1.0, -3.0], [0.0, math.sqrt(5.0)]),
        ("gamma", [0.01, 1.99], [1.0, 1.0]),
        ("weibull", [0.01, 1.99], [1.0, 1.0]),
        ("gumbel", [-1.0, -1.0, -2.0], [0.0, 1.820826311787592]),
        ("low rate", [0.5, 0.5], [0.9330126182815949, 1.0]),
        ("weibull box", [2.0, 2.0], [2.0, 2.0]),
        ("left box", [-0.875, 0.875], [0.0, 1.25]),
        ("gumbel box", [-1.25, -1.125], [1.75, 3.5]),
    ],
)
def test_the_estimate_on_a_face_is_that_of_the_family_there(name: str, x: list[float], theta: list[float]) -> None:
    """With the parameter on the end known; in a corner both are."""
    found = fit(FACED[name], x)
    assert found.outcome is Outcome.SPACE_BOUNDARY
    assert found.theta.tolist() == pytest.approx(theta, rel=1e-12)


def test_weights_count_on_a_face() -> None:
    """As many times as they say."""
    assert fit(FACED["wide"], [0.0, 1.0], weights=[1.0, 3.0]).theta.tolist() == [0.75, 1.0]


@pytest.mark.parametrize(("name", "x"), [("bounded mean", [2.0, 2.0]), ("gamma", [3.0, 3.0]), ("weibull", [3.0, 3.0])])
def test_data_without_a_maximiser_on_a_face_either_are_refused(name: str, x: list[float]) -> None:
    """Equal data are the likelier the narrower the member: no end that belongs to the space is the highest."""
    with pytest.raises(ExistenceError):
        fit(FACED[name], x)


BEYOND = of(
    X,
    POSITIVE,
    A * log(B) - loggamma(A) + (A - 1) * log(X) - B * X,
    (A, Interval.open(1, oo)),
    (B, Interval.Lopen(0, 1)),
)


def test_a_face_is_no_maximum_where_the_likelihood_may_be_higher_beyond_an_open_end() -> None:
    """A space that ends where it does not have to: nothing is known of what lies beyond the shape of one."""
    with pytest.raises((ExistenceError, UnsolvedError)):
        fit(BEYOND, [0.01, 0.02])


CAUCHY = log(SD / pi) - log(SD**2 + (Y - M) ** 2)
UNPROVED = {
    "cauchy": of(Y, S.Reals, CAUCHY, (M, Interval(-1, 1)), (SD, Interval(S.Half, 2))),
    "lomax": of(X, POSITIVE, log(A) + A * log(B) - (A + 1) * log(B + X), (A, Interval(1, 3)), (B, Interval(S.Half, 2))),
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", UNPROVED)
@given(data=st.data())
def test_faces_of_likelihoods_of_which_nothing_is_proved_are_fitted(name: str, data: st.DataObject) -> None:
    """A closed box always has a maximum; it was said that there may be none where no stationary point lies inside."""
    family = UNPROVED[name]
    values = st.integers(1, 60) if family.observation is X else st.integers(-40, 40)
    x = [value / 8 for value in data.draw(st.lists(values, min_size=1, max_size=5))]
    assert searched(family, x) <= fit(family, x).log_likelihood + 1e-6


@pytest.mark.parametrize("x", [[3.0, 3.25], [-0.875, 0.25, 0.875], [-5.0], [0.5, 0.5, 4.875]])
def test_a_face_of_a_likelihood_of_which_nothing_is_proved_is_fitted(x: list[float]) -> None:
    """The same on data beyond one end, beyond none, and on a corner."""
    assert searched(UNPROVED["cauchy"], x) <= fit(UNPROVED["cauchy"], x).log_likelihood + 1e-6


def test_a_face_below_what_is_found_inside_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: a face without its slope, and one that a search ends above."""
    family, data = UNPROVED["cauchy"], Observations(np.array([[3.0], [3.25]]), None, 2)
    derivation = derive(family)
    face = face_above_a_search(derivation, data, lambda left, held: fit_with(left, held.x, held.weights).theta_hat)
    assert face == {"m": 1.0, "s": 2.0}
    inside = Observations(np.array([[-0.875], [0.875]]), None, 2)
    level = lambda left, _: {p.name: 0.25 if p.name == "m" else 1.25 for p in left.family.parameters}  # noqa: E731
    assert face_above_a_search(derivation, inside, level) is None
    better = Optimum((1.0, 2.0), 0.0, "planted", 1)
    monkeypatch.setattr("thetahat.verify.optimise.maximise_likelihood", lambda *_, **__: better)
    monkeypatch.setattr("thetahat.verify.faces.held_by_ends", lambda *_: frozenset({M, SD}))
    lower = lambda left, held: {p.name: float(p.bounds.lo) for p in left.family.parameters}  # noqa: E731
    monkeypatch.setattr("thetahat.verify.faces._highest", lambda *_: {"m": -1.0, "s": 0.5})
    assert face_above_a_search(derivation, data, lower) is None


def test_what_rounding_costs_between_two_ends_is_written_in_few_operations() -> None:
    """Multiplied out, the slopes of a Student density in a box have 80,000 operations, on which SymPy spent minutes."""
    student = of(
        Y, S.Reals, -log(SD) - 2 * log(1 + ((Y - M) / SD) ** 2 / 3), (M, Interval(-1, 1)), (SD, Interval(S.Half, 2))
    )
    assert sum(one.count_ops() for one in magnitudes(climb_of(derive(student)))) < 1000
