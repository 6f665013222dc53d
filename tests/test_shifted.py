"""Divergences between members at two places: kinks in either order, and Cauchy densities by the Poisson integral."""

from __future__ import annotations

import mpmath as mp
import pytest
from sympy import Abs, Expr, Integer, Piecewise, Rational, S, Symbol, exp, log

from thetahat import family
from thetahat.proofs import closed_forms
from thetahat.proofs.digits import number
from thetahat.proofs.integration.harmonic import mean_log_quadratic
from thetahat.proofs.members import member_symbols
from thetahat.proofs.shifted import location_with_kinks

x = Symbol("x", real=True)


@pytest.mark.parametrize(
    ("name", "location"),
    [
        ("laplace", "mu"),
        ("asymmetric_laplace", "mu"),
        ("laplace_known_location", None),
        ("normal", None),
        ("cauchy", None),
        ("triangular", None),
        ("uniform", None),
        ("poisson", None),
    ],
)
def test_a_location_with_kinks_is_a_parameter_that_moves_the_whole_density(name: str, location: str | None) -> None:
    found = location_with_kinks(family(name))
    assert (found.name if found is not None else None) == location


def test_the_divergence_of_laplace_depends_on_the_distance() -> None:
    """Both orders of the two locations give one formula; for the asymmetric density they are two."""
    one = family("laplace")
    form = closed_forms.kl(one)
    first, second = member_symbols(one, 0), member_symbols(one, 1)
    (mu0, mu1), (b0, b1) = ((first[s], second[s]) for s in one.symbols)
    distance = Abs(mu0 - mu1)
    published = log(b1) - log(b0) - 1 + distance / b1 + b0 * exp(-distance / b0) / b1
    assert (form.value - published).expand() == 0
    assert isinstance(closed_forms.kl(family("asymmetric_laplace_known_asymmetry")).value, Piecewise)


def test_cases_exchanged_would_be_seen() -> None:
    """The two cases of the asymmetric divergence differ on either side, and agree where the locations do."""
    one = family("asymmetric_laplace_known_asymmetry")
    right, left = (branch for branch, _ in closed_forms.kl(one).value.args)
    names = {s.name: s for s in right.free_symbols}
    values = {"kappa": Rational(3, 2), "lambda_0": Integer(2), "lambda_1": Integer(3), "mu_0": S.Zero}
    for place, same in ((Integer(1), False), (Integer(-1), False), (S.Zero, True)):
        at = {names[name]: value for name, value in {**values, "mu_1": place}.items()}
        assert (abs(number((right - left).xreplace(at))) < 1e-12) is same


@pytest.mark.parametrize(("m", "s", "n", "t", "c"), [(0, 1, 0, 1, 1), (1, 2, -3, Rational(1, 2), 5), (-2, 3, 4, 7, 1)])
def test_the_mean_of_a_log_quadratic_agrees_with_quadrature(m: Expr, s: Expr, n: Expr, t: Expr, c: Expr) -> None:
    """The substitution ``x = m + s tan(u)`` makes the Cauchy density constant."""
    found = mean_log_quadratic(-log((x - m) ** 2 + s**2), log(c * ((x - n) ** 2 + t**2)), x, {})
    with mp.workdps(20):
        mm, ss, nn, tt, cc = (mp.mpf(Rational(one).p) / Rational(one).q for one in (m, s, n, t, c))

        def averaged(u: mp.mpf) -> mp.mpf:
            return mp.log(cc * ((mm + ss * mp.tan(u) - nn) ** 2 + tt**2)) / mp.pi

        value = mp.quad(averaged, [-mp.pi / 2, 0, mp.pi / 2])
        assert abs(value - number(found)) < mp.mpf(10) ** -10
        # The difference of the scales in place of their sum.
        assert abs(value - number(log(c * ((m - n) ** 2 + (Integer(s) - t) ** 2 + Rational(1, 9))))) > 1e-3


@pytest.mark.parametrize(
    ("exponent", "part"),
    [
        (-log(x**2 - 1), log(x**2 + 1)),
        (-log(x**2 + 1), log(x**2 - 1)),
        (-log(x**2 + 1), log(x + 1)),
        (-2 * log(x**2 + 1), log(x**2 + 1)),
        (-log(x**4 + 1), log(x**2 + 1)),
        (log(x**2 + 1), log(x**2 + 1)),
        (-log(x**2 + 1), x**2),
    ],
)
def test_other_shapes_are_left_alone(exponent: Expr, part: Expr) -> None:
    """Quadratics with real roots, other powers, a density that is none."""
    assert mean_log_quadratic(exponent, part, x, {}) is None
