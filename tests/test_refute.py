"""Balls at a few points refute signs; they keep to the domain, and contradict nothing that is proved."""

import pytest
from flint import arb
from sympy import Abs, Integer, Interval, Naturals, Piecewise, S, Symbol, exp, log, oo, polygamma, sqrt

from thetahat import families
from thetahat.proofs.algebra.atoms import Mean
from thetahat.proofs.algebra.refute import enclosure, signs_seen
from thetahat.proofs.algebra.signs import is_negative, is_nonnegative, is_nonzero, is_positive
from thetahat.proofs.ball_functions import zeta_derivative, zeta_derivative_far_out
from thetahat.proofs.balls import precision
from thetahat.proofs.bounds import bounds
from thetahat.proofs.curvature import Curvature, concave_scale
from thetahat.proofs.location import location_scale
from thetahat.proofs.probes import data_points, parameter_points

a, b = Symbol("a", positive=True), Symbol("b", real=True)
m = Symbol("m", integer=True, positive=True)
POSITIVE, LINE = bounds(Interval.open(0, oo)), bounds(S.Reals)


def domain(**ends):
    known = {"a": a, "b": b, "m": m}
    return tuple((known[name], end) for name, end in ends.items())


@pytest.mark.parametrize(
    ("expression", "where", "signs"),
    [
        (a - 1, domain(a=POSITIVE), {-1, 1}),
        (a - 1, domain(a=bounds(Interval.open(1, oo))), {1}),
        (a - 1, domain(a=bounds(Interval.open(0, 1))), {-1}),
        (m - Integer(1) / 2, domain(m=bounds(Naturals)), {1}),
        (b - a, domain(a=POSITIVE, b=bounds(Interval.open(-oo, a))), {-1}),
        (b**2, (), {1}),
        (a, domain(a=LINE), {1}),
        ((a + 1) ** 2 - a**2 - 2 * a - 1, domain(a=POSITIVE), set()),
        (sqrt(-a), domain(a=POSITIVE), set()),
        (Mean(b**2, b) + a, (), {1}),
    ],
)
def test_signs_are_seen_inside_the_domain_only(expression, where, signs):
    """Ends, whole numbers, ends that depend on earlier symbols and assumptions are kept; zeros show no sign."""
    assert set(signs_seen(expression, where)) == signs


@pytest.mark.parametrize("expression", [Piecewise((a, a > 1), (-a, True)), polygamma(b, a)])
def test_what_has_no_rule_refutes_nothing(expression):
    """An expression that cannot be enclosed shows no sign."""
    assert enclosure(expression, {a: arb(2), b: arb(0.5)}) is None
    assert not signs_seen(expression, domain(a=POSITIVE))


@pytest.mark.parametrize("expression", [a, -a, a**2 + 1, -exp(b), log(1 + a), Abs(b), a / (1 + a) - 1, m - a**2 - m])
def test_no_proved_sign_is_refuted(expression):
    """Where a rule proves a sign, no point shows the other."""
    where = {a: POSITIVE, b: LINE, m: bounds(Naturals)}
    seen = signs_seen(expression, tuple(where.items()))
    assert not (is_positive(expression, where) or is_nonnegative(expression, where)) or -1 not in seen
    assert not is_negative(expression, where) or 1 not in seen
    assert is_nonzero(expression, where) == (expression != Abs(b))


@pytest.mark.thorough
def test_derivatives_refute_a_scale_only_where_the_matrix_is_not_semidefinite():
    """The scale that is proved concave has no observation at which a second derivative is positive."""
    found = {f.name: (f, concave_scale(f)) for f in families() if len(f.parameters) == 1}
    proved = {name: pair for name, pair in found.items() if isinstance(pair[1], Curvature)}
    assert "poisson_exposure" in proved
    for f, curvature in proved.values():
        (phi,), (back,) = curvature.scale.coordinates, curvature.scale.back
        for theta in parameter_points(f, 3, 9):
            place = back.subs(theta)
            for row in data_points(f, theta, 3, 9):
                assert curvature.matrix[0].subs({**theta, **row, phi: place}).evalf() >= 0


def test_a_location_and_scale_are_kept_that_fit():
    """Refutation by two members leaves the families whose kernel is free of parameters."""
    names = {f.name for f in families() if location_scale(f) is not None}
    assert {"normal", "logistic", "gumbel", "cauchy", "weibull", "frechet", "laplace", "linear_regression"} <= names
    assert not names & {"gamma", "inverse_gaussian", "beta"}


@pytest.mark.parametrize("order", [1, 2])
def test_derivatives_of_zeta_far_out_are_enclosed_and_at_once(order):
    """The bound of what is left out holds it; FLINT takes minutes at ``2**80``."""
    with precision(200):
        near = arb(order + 10)
        assert zeta_derivative_far_out(order, near).contains(zeta_derivative(order, near))
        assert not ((-arb(2).log()) ** order * arb(2) ** -near).overlaps(zeta_derivative(order, near))
        far = zeta_derivative(order, arb(order + 801))
    with precision(1000):
        assert far.contains(zeta_derivative(order, arb(order + 801)))
        assert far.rel_accuracy_bits() > 190
        assert (-1) ** order * zeta_derivative(order, arb(2) ** 80) > 0
