"""Whether drawn values lie where they should, are generic, and can be drawn again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Interval, Range, Rational, S, Symbol, oo, pi

from thetahat.proofs.derivation import Outcome
from thetahat.proofs.engine import derive
from thetahat.proofs.errors import DeclarationError
from thetahat.proofs.family import Family, Parameter
from thetahat.proofs.probes import data_points, parameter_points
from thetahat.proofs.registry import families, family

seeds = st.integers(0, 10**9)


@pytest.mark.parametrize("declared", families(), ids=lambda declared: declared.name)
@settings(max_examples=settings.default.max_examples // 5)  # for each of the families
@given(seed=seeds)
def test_values_lie_inside(declared: Family, seed: int) -> None:
    """Each parameter lies in its space, whose ends hold earlier ones, and each observation in the support."""
    (theta,) = parameter_points(declared, 1, seed)
    (point,) = data_points(declared, theta, 1, seed)
    assert set(theta) == {item.symbol for item in (*declared.constants, *declared.parameters)}
    assert set(point) == set(declared.columns)
    for item in (*declared.constants, *declared.parameters):
        assert item.space.subs(theta).contains(theta[item.symbol]) == True  # noqa: E712  (a relation, not a truth value)
    assert declared.support.subs({**theta, **point}).contains(point[declared.observation]) == True  # noqa: E712
    assert all(isinstance(value, Rational) for value in (*theta.values(), *point.values()))


@given(seed=seeds)
def test_the_same_seed_draws_the_same(seed: int) -> None:
    """A failure can be repeated."""
    declared = families("conditional")[0]
    theta = parameter_points(declared, 3, seed)
    assert theta == parameter_points(declared, 3, seed)
    assert data_points(declared, theta[0], 3, seed) == data_points(declared, theta[0], 3, seed)
    assert theta[0] != theta[1]


@given(seed=seeds)
def test_continuous_values_are_no_whole_numbers(seed: int) -> None:
    """At 0, 1 or 2 an expression can be right by accident; and no observation sits on a location parameter."""
    x, mu = Symbol("x", real=True), Symbol("mu", real=True)
    declared = Family("located", x, S.Reals, (Parameter(mu, S.Reals),), -pi * (x - mu) ** 2)
    (theta,) = parameter_points(declared, 1, seed)
    points = data_points(declared, theta, 4, seed)
    assert not any(value.is_integer for value in (theta[mu], *(point[x] for point in points)))
    assert len({point[x] for point in points} | {theta[mu]}) >= 4


def declared_on(support: object, **assumptions: bool) -> Family:
    """Declare something, sound on its face, with this support."""
    x, c = Symbol("x", **assumptions), Symbol("c", positive=True)
    return Family("somewhere", x, support, (Parameter(c, Interval.open(0, oo)),), -c * x)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("support", "assumptions"),
    [
        (Interval.open(-oo, 0), {"negative": True}),
        (Interval.Lopen(-pi, pi), {"real": True}),
        (Interval.open(Rational(1, 1000), Rational(2, 1000)), {"positive": True}),
        (S.Integers, {"integer": True}),
        (Range(-oo, 1), {"integer": True, "nonpositive": True}),
        (Range(-3, -1), {"integer": True, "negative": True}),
    ],
)
def test_other_shapes_of_set(support: object, assumptions: dict[str, bool]) -> None:
    """Lower lines, irrational ends, narrow intervals, and integers downwards."""
    declared = declared_on(support, **assumptions)
    (theta,) = parameter_points(declared, 1, seed=3)
    for point in data_points(declared, theta, 20, seed=3):
        assert support.contains(point[declared.observation]) == True  # type: ignore[attr-defined]  # noqa: E712


@pytest.mark.parametrize(
    ("assumptions", "key"),
    [
        ({"positive": True}, "is_positive"),
        ({"integer": True, "positive": True}, "is_positive"),
        ({"negative": True}, "is_negative"),
    ],
)
def test_covariates_obey_their_assumptions(assumptions: dict[str, bool], key: str) -> None:
    """A dose is positive, a count of siblings a natural number."""
    w, y, slope = Symbol("w", **assumptions), Symbol("y", real=True), Symbol("c", real=True)
    parameters = (Parameter(slope, S.Reals),)
    declared = Family("dose", y, S.Reals, parameters, -pi * (y - slope * w) ** 2, covariates=(w,))
    (theta,) = parameter_points(declared, 1, seed=2)
    drawn = [point[w] for point in data_points(declared, theta, 20, seed=2)]
    assert all(getattr(value, key) for value in drawn)
    assert all(value.is_integer for value in drawn) == bool(w.is_integer)


def test_an_empty_space_is_an_error() -> None:
    """The message gives the values at which nothing is left."""
    x, c = Symbol("x", positive=True), Symbol("c", positive=True)
    d = Symbol("d", positive=True)
    items = (Parameter(c, Interval.open(1, oo)), Parameter(d, Interval.open(c, 1 / c)))
    declared = Family("nowhere", x, Interval.open(0, oo), items, -((x - d) ** 2) / c)
    with pytest.raises(DeclarationError, match=r"nowhere: the space .* of d: at c = .* it is empty"):
        parameter_points(declared, 1, seed=1)
    empty = Family("nothing", x, Interval(c, 1 / c), items[:1], -x * c)
    with pytest.raises(DeclarationError, match=r"nothing: the support .*: at c = .* it is empty"):
        data_points(empty, {c: Rational(5, 3)}, 1, seed=1)


@pytest.mark.parametrize("location", [2, -40, Rational(31, 3)])
def test_data_are_seen_on_both_sides_of_a_kink(location: object) -> None:
    """A density that is kinked far from zero looks smooth from there, and statistics of one side would all be zero."""
    kinked = family("laplace").fix(mu=location)
    (theta,) = parameter_points(kinked, 1, seed=1)
    seen = [point[kinked.observation] > location for point in data_points(kinked, theta, 40, seed=1)]
    assert {True, False} == {bool(above) for above in seen}
    assert derive(family("asymmetric_laplace_known_location").fix(mu=location)).outcome is Outcome.CLOSED_FORM
