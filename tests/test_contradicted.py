"""Declarations that are none: each is refused with what is wrong and what to do, and never estimated."""

from __future__ import annotations

import pytest
from sympy import Interval, Piecewise, Range, S, Symbol, asin, besseli, beta, cos, erf, exp, log, loggamma, oo, pi, sqrt

from thetahat import Family, Parameter, derive, fit
from thetahat.proofs.derivation import Outcome, Verdict
from thetahat.proofs.errors import DeclarationError, UnsolvedError
from thetahat.proofs.numeric_check import checked_by_numbers
from thetahat.proofs.validation import validate

POSITIVE = Interval.open(0, oo)
x, a, b = (Symbol(name, positive=True) for name in ("x", "a", "b"))
y, m, r = (Symbol(name, real=True) for name in ("y", "m", "r"))
n = Symbol("n", integer=True, nonnegative=True)
rate, shape = Parameter(a, POSITIVE), Parameter(b, POSITIVE)
location = Parameter(m, S.Reals)

NO_DENSITIES = {
    "twice": (x, POSITIVE, log(2 * a) - a * x, (rate,), "its integral comes to 2, not to 1"),
    "by a parameter": (x, POSITIVE, 2 * log(a) - a * x, (rate,), "its integral comes to a, not to 1"),
    "counts": (n, Range(0, oo), n * log(a) - loggamma(n + 1) - 2 * a, (rate,), r"it sums to exp\(-a\), not to 1"),
    "no constant": (y, S.Reals, -((y - m) ** 2) / a**2, (location, rate), r"its integral comes to sqrt\(pi\)\*a, not"),
    "no logarithm": (x, POSITIVE, a * exp(-a * x), (rate,), r"integrates to \+inf over"),
    "no lemma": (x, POSITIVE, -a * x - x**3, (rate,), "integrates to 0.608"),
    "on too short a support": (
        x,
        Interval.open(0, 1),
        log(a) - a * x,
        (rate,),
        r"comes to \(exp\(a\) - 1\)\*exp\(-a\)",
    ),
    "of too large a space": (n, Range(0, 2), n * log(a) + (1 - n) * log(1 - a), (rate,), "not real although"),
    "of a function of parameters": (
        y,
        Interval.Ropen(-2 * pi, 2 * pi),
        a * cos(2 * y) - log(4 * pi * besseli(0, 2 * a)),
        (rate,),
        "the density integrates to",
    ),
    "with a gap": (x, POSITIVE, Piecewise((log(a) - a * x, x < 2)), (rate,), "the log-density is nan for"),
}


@pytest.mark.parametrize("name", NO_DENSITIES)
def test_what_is_no_density_has_no_estimator(name):
    """The reason says what the total is and what to check, by a lemma where one matches, else by numbers."""
    observation, support, density, parameters, said = NO_DENSITIES[name]
    family = Family("wrong", observation, support, parameters, density)
    found = derive(family)
    assert found.outcome is Outcome.UNSOLVED
    with pytest.raises(UnsolvedError, match=said):
        fit(family, [1, 0, 1] if support == Range(0, 2) else [0.2, 0.5, 0.7] if support.sup == 1 else [1, 2, 4])


def test_numbers_refute_and_never_prove():
    """Where no lemma matches, what numbers found is an open obligation, and says whether they were asked at all."""
    normal = erf((2 - m) / sqrt(2)) - erf((-1 - m) / sqrt(2))
    between = Family("between", y, Interval(-1, 2), (location,), -((y - m) ** 2) / 2 - log(sqrt(pi / 2) * normal))
    assert checked_by_numbers(between) == (Verdict.AGREE, "it was only checked numerically")
    given = Family("given", y, S.Reals, (location,), -abs(y - m) * (1 + r**2) - log(3), covariates=(r,))
    verdict, found = checked_by_numbers(given)
    assert verdict is Verdict.UNDECIDED
    assert "it was not checked" in found


@pytest.mark.parametrize(
    ("density", "parameters", "names"),
    [
        (-((y - m - r) ** 2) / 2 - log(2 * pi) / 2, (location, Parameter(r, S.Reals)), "m, r"),
        (log(a * b) - a * b * abs(y) - log(2), (rate, shape), "a, b"),
    ],
)
def test_parameters_that_no_data_tell_apart_are_named(density, parameters, names):
    """Only a sum, or a product, of them is in the density."""
    with pytest.raises(UnsolvedError, match=f"no data tell {names} apart; remove a parameter"):
        fit(Family("alike", y, S.Reals, parameters, density), [1.0, 2.5])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("f", x, (rate,), POSITIVE, log(a) - a * x), "parameters is Interval.open.*in this order"),
        (("f", x, POSITIVE, rate, log(a) - a * x), "which is no tuple.*also where it holds one item"),
        (("f", x, POSITIVE, (a,), log(a) - a * x), "parameters holds a, which is no Parameter"),
        (("f", x, POSITIVE, ((a, POSITIVE),), log(a) - a * x), "which is no Parameter"),
        (("f", x, POSITIVE, (rate,), log(a) - a * x + asin(2)), r"contains asin\(2\), which is no real number"),
    ],
)
def test_what_stands_in_a_wrong_place_is_named(arguments, said):
    """Swapped arguments, one item without its tuple, a symbol without its space, a complex constant."""
    with pytest.raises(DeclarationError, match=said):
        Family(*arguments)


def test_a_parameter_may_be_called_as_a_function_of_its_density():
    """``beta`` the parameter beside ``beta`` the function: validation evaluates both."""
    second = Symbol("beta", positive=True)
    density = (a - 1) * log(x) + (second - 1) * log(1 - x) - log(beta(a, second))
    validate(Family("named", x, Interval.open(0, 1), (rate, Parameter(second, POSITIVE)), density))


def test_a_factor_that_no_parameter_moves_is_said_to_be_missing():
    """A constant without a closed form may be left out: estimates are the same, and the total is told."""
    waves = Family(
        "waves", y, Interval.Lopen(-pi, pi), (Parameter(m, Interval.Lopen(-pi, pi)),), cos(y - m) + cos(2 * (y - m)) / 4
    )
    assert checked_by_numbers(waves) == (
        Verdict.UNDECIDED,
        "its total is 8.294881 at all members tried: a factor that moves no estimate",
    )
    assert derive(waves).outcome is Outcome.REDUCED
