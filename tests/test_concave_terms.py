"""Whether families are proved concave by the shape of their terms, in whatever scale, and others like them are not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import (
    Abs,
    Expr,
    Integer,
    Interval,
    Rational,
    S,
    Symbol,
    atan,
    cos,
    erf,
    erfc,
    exp,
    log,
    oo,
    pi,
    sqrt,
    tanh,
)

from thetahat import Family, Parameter, certify, derive, fit
from thetahat.proofs.curvature import concave_scale
from thetahat.proofs.derivation import Verdict
from thetahat.proofs.family import Covariate
from thetahat.proofs.scales import scales
from thetahat.verify.certify import CertificateVerdict
from thetahat.verify.likelihood import log_likelihood

HALF = Rational(1, 2)
POSITIVE, UNIT = Interval.open(0, oo), Interval.open(0, 1)
X, Y, U = Symbol("x", real=True), Symbol("y", positive=True), Symbol("u", positive=True)
COUNT, WHOLE = Symbol("k", integer=True, nonnegative=True), Symbol("n", integer=True)
M, R, THETA = Symbol("m", real=True), Symbol("r", real=True), Symbol("theta", real=True)
W, Q, A, SIZE = (Symbol(name, positive=True) for name in ("w", "q", "a", "s"))
PLACE, SCALE, WEIGHT = Parameter(M, S.Reals), Parameter(SIZE, POSITIVE), Parameter(W, UNIT)


def of_lengths(name: str, density: Expr, *parameters: Parameter) -> Family:
    """A family on the positive numbers."""
    return Family(name, Y, POSITIVE, parameters, density)


def on_line(name: str, density: Expr, *parameters: Parameter) -> Family:
    """A family on the real line."""
    return Family(name, X, S.Reals, parameters, density)


def of_counts(name: str, beyond: Expr, *parameters: Parameter) -> Family:
    """The family of counts that have the probability ``beyond`` of being no less than one."""
    return Family(name, COUNT, S.Naturals0, parameters, log(beyond - beyond.subs(COUNT, COUNT + 1)))


def rounded(name: str, below: Expr, *parameters: Parameter) -> Family:
    """The family of a rounded quantity that is below ``X`` with a probability."""
    between = below.subs(X, WHOLE + HALF) - below.subs(X, WHOLE - HALF)
    return Family(name, WHOLE, S.Integers, parameters, log(between))


def within(name: str, shape: Expr, size: Symbol = SIZE) -> Family:
    """The family of a scale between minus it and it."""
    return Family(name, X, Interval(-size, size), (Parameter(size, POSITIVE),), shape)


CONCAVE = {
    "mixture in its weight": on_line(
        "mixed", log(W * exp(-(X**2) / 2) + (1 - W) * exp(-(X**2) / 8) / 2) - log(2 * pi) / 2, WEIGHT
    ),
    "copula": Family(
        "copula",
        Y,
        UNIT,
        (Parameter(THETA, Interval(-1, 1)),),
        log(1 + THETA * (1 - 2 * Y) * (1 - 2 * U)),
        covariates=(Covariate(U, UNIT),),
    ),
    "tilted exponential": of_lengths("tilted", log(A) - Y - 2 * log(1 - (1 - A) * exp(-Y)), Parameter(A, POSITIVE)),
    "wrapped": Family(
        "wrapped",
        X,
        Interval.Ropen(-pi, pi),
        (Parameter(R, Interval.open(-1, 1)),),
        log(1 - R**2) - log(2 * pi) - log(1 + R**2 - 2 * R * cos(X)),
    ),
    "whole lengths of vectors": of_counts("whole_rayleigh", Q ** (COUNT**2), Parameter(Q, UNIT)),
    "whole lengths with a power tail": of_counts("whole_pareto", (1 + COUNT) ** (-A), Parameter(A, POSITIVE)),
    "normal and exponential": on_line("sum", M - X + HALF + log(erfc((M + 1 - X) / sqrt(2)) / 2), PLACE),
    "rounded normal of known spread": rounded("rounded_normal", (1 + erf((X - M) / sqrt(2))) / 2, PLACE),
    "rounded normal": rounded("rounded_normal_both", (1 + erf((X - M) / SIZE / sqrt(2))) / 2, PLACE, SCALE),
    "rounded logistic": rounded("rounded_logistic", 1 / (1 + exp(-(X - M) / SIZE)), PLACE, SCALE),
    "rounded logistic by its tangent": rounded("rounded_tanh", (1 + tanh((X - M) / SIZE / 2)) / 2, PLACE, SCALE),
    "rounded gumbel": rounded("rounded_gumbel", exp(-exp(-(X - M) / SIZE)), PLACE, SCALE),
}
WITHIN = {
    "semicircle": within("semicircle", log(2 / pi) - 2 * log(SIZE) + log(SIZE**2 - X**2) / 2),
    "parabola": within("parabola", log(Rational(3, 4)) - log(SIZE) + log(1 - (X / SIZE) ** 2)),
    "triangle": within("triangle", log(1 - Abs(X) / SIZE) - log(SIZE)),
}
DATA = {
    "tilted exponential": [0.25, 0.5, 3.0],
    "wrapped": [-1.0, 0.25, 0.5, 2.0],
    "whole lengths of vectors": [0, 1, 1, 2, 3],
    "whole lengths with a power tail": [0, 1, 3, 9],
    "rounded normal": [0, 1, 1, 3, -2],
    "rounded gumbel": [0, 1, 1, 3, -2],
}
NOT_CONCAVE = {
    "rounded, of heavy tails": rounded("rounded_cauchy", HALF + atan(X - M) / pi, PLACE),
    "mixture in its places": on_line(
        "two_places", log(exp(-((X - M) ** 2) / 2) + exp(-((X - M - 3) ** 2) / 2)) - log(2 * sqrt(2 * pi)), PLACE
    ),
    "less mass near one": Family(
        "bradford", Y, UNIT, (Parameter(A, POSITIVE),), log(A) - log(1 + A * Y) - log(log(1 + A))
    ),
    "an end that is bent": of_counts("bent_end", exp(-(A**2) * COUNT - A * COUNT**2), Parameter(A, POSITIVE)),
}


def the_quick_of(names: Iterable[str]) -> list[Any]:
    """The names as cases, of which those that take long are for the long run."""
    slow = ("rounded normal", "rounded gumbel", "an end that is bent", "semicircle")
    return [pytest.param(name, marks=pytest.mark.thorough) if name in slow else name for name in names]


@pytest.mark.parametrize("name", CONCAVE)
def test_the_log_density_is_a_sum_of_concave_terms(name: str) -> None:
    """The checker agrees to it, and balls show nothing else."""
    derivation = derive(CONCAVE[name])
    found = {
        finding.evidence.verdict
        for step, finding in zip(derivation.steps, derivation.findings, strict=True)
        if step.rule == "concave-terms"
    }
    assert found == {Verdict.AGREE}
    assert derivation.optimality.proved
    assert derivation.optimality.concave


@pytest.mark.parametrize("name", the_quick_of(WITHIN))
def test_a_scale_that_ends_the_support_is_concave_by_its_terms_as_well(name: str) -> None:
    """A kernel between two numbers says it first, and when a maximiser exists: unless all data are at its middle."""
    assert concave_scale(WITHIN[name]) is not None
    derivation = derive(WITHIN[name])
    assert derivation.optimality.argument == "log-concave kernel, so concave in (1/scale, location/scale)"
    assert [one.meaning for one in derivation.exists_when] == ["not all observations are 0"]
    assert certify(WITHIN[name], [-0.5, 0.3, 1.2]).verdict is CertificateVerdict.UNIQUE_GLOBAL


@pytest.mark.parametrize("name", the_quick_of(NOT_CONCAVE))
def test_no_shape_is_found_where_likelihoods_may_have_two_maxima(name: str) -> None:
    """Each is one change away from a family that is concave."""
    derivation = derive(NOT_CONCAVE[name])
    assert "concave-terms" not in {step.rule for step in derivation.steps}
    assert not derivation.optimality.proved


def test_a_likelihood_that_is_called_open_has_two_maxima() -> None:
    """Of a mixture in its places, where all data are equal: nothing better than "not proved" is true of it."""
    member = NOT_CONCAVE["mixture in its places"]
    first, between, second = (log_likelihood(member, [m], [0.0, 0.0])[0] for m in (0.0, -1.5, -3.0))
    assert min(first, second) > between + HALF


@pytest.mark.parametrize("name", the_quick_of(DATA))
def test_the_estimate_is_certified_as_the_only_maximum(name: str) -> None:
    """Concave, and strictly at the data."""
    assert certify(CONCAVE[name], DATA[name]).verdict is CertificateVerdict.UNIQUE_GLOBAL


@pytest.mark.thorough
@pytest.mark.parametrize("name", DATA)
@given(data=st.data())
def test_the_likelihood_lies_above_its_chords_in_the_coordinates(name: str, data: st.DataObject) -> None:
    """Between the estimate and any other member, halfway on the scale in which it is said to be concave."""
    member = CONCAVE[name]
    step = next(step for step in derive(member).steps if step.rule == "concave-terms")
    scale = next(one for one in scales(member) if one.maps == step.named("maps").args)
    best = fit(member, DATA[name]).theta
    other = [float(one) * data.draw(st.floats(1.0, 3.0), label="stretched") for one in best]
    if name == "wrapped":
        other = [data.draw(st.floats(-0.99, 0.99), label="other")]
    if name == "whole lengths of vectors":
        other = [data.draw(st.floats(0.01, 0.99), label="other")]
    ends = [
        [back.subs(dict(zip(member.symbols, map(S, theta), strict=True))) for back in scale.back]
        for theta in (best, other)
    ]
    middle = [(a + b) / Integer(2) for a, b in zip(*ends, strict=True)]
    theta = [float(how.subs(dict(zip(scale.coordinates, middle, strict=True)))) for how in scale.maps]
    heights = [log_likelihood(member, one, DATA[name]) for one in (best, other, theta)]
    rounding = sum(more for _, more in heights)
    assert 2 * heights[2][0] + 2 * rounding >= heights[0][0] + heights[1][0]
