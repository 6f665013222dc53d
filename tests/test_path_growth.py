"""Whether likelihoods that are unbounded along a path of several parameters are called so, and no others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from sympy import Abs, Expr, Interval, Reals, S, Symbol, Tuple, exp, log, loggamma, oo, pi, sqrt

from thetahat import Family, Parameter, certify, derive, fit
from thetahat.proofs.algebra.along import LARGE, U
from thetahat.proofs.checker import check_steps
from thetahat.proofs.derivation import Evidence, Outcome, Step, Verdict
from thetahat.proofs.errors import ExistenceError
from thetahat.proofs.path_growth import spike
from thetahat.verify.certify import CertificateVerdict
from thetahat.verify.growth import grows_without_bound
from thetahat.verify.likelihood import log_likelihood

y, m, g, c = (Symbol(name, real=True) for name in ("y", "m", "g", "c"))
s, a, b, p = (Symbol(name, positive=True) for name in ("s", "a", "b", "p"))
POSITIVE, UNIT = Interval.open(0, oo), Interval.open(0, 1)


def family(density: Expr, support: Interval, **spaces: Interval) -> Family:
    """Return a family of the parameters that are named, in that order."""
    symbols = {one.name: one for one in (m, g, c, s, a, b, p)}
    return Family("unseen", y, support, tuple(Parameter(symbols[n], space) for n, space in spaces.items()), density)


def normal(at: Expr, scale: Expr) -> Expr:
    """Return the density of a normal distribution."""
    return exp(-((y - at) ** 2) / (2 * scale**2)) / (scale * sqrt(2 * pi))


LOGNORMAL = -log(s) - log(y - m) - log(2 * pi) / 2 - (log(y - m) - g) ** 2 / (2 * s**2)
FRECHET = log(a) - log(s) - (a + 1) * log((y - m) / s) - ((y - m) / s) ** (-a)
ABOVE = Interval.open(m, oo)
UNBOUNDED = {
    "lognormal with location": family(LOGNORMAL, ABOVE, m=Reals, g=Reals, s=POSITIVE),
    "lognormal up to its location": family(
        LOGNORMAL.subs(log(y - m), log(m - y)), Interval.open(-oo, m), m=Reals, g=Reals, s=POSITIVE
    ),
    "Frechet with location": family(FRECHET, ABOVE, m=Reals, s=POSITIVE, a=POSITIVE),
    "spike on a known part": family(log(normal(m, s) / 2 + normal(S.Zero, S.One) / 2), Reals, m=Reals, s=POSITIVE),
    "two free parts": family(
        log(p * normal(m, s) + (1 - p) * normal(c, a)), Reals, m=Reals, s=POSITIVE, p=UNIT, c=Reals, a=POSITIVE
    ),
    "two scales": family(log(normal(m, s) / 2 + normal(m, a) / 2), Reals, m=Reals, s=POSITIVE, a=POSITIVE),
    "by precision": family(log(normal(m, 1 / sqrt(s)) / 2 + normal(S.Zero, S.One) / 2), Reals, m=Reals, s=POSITIVE),
    "Laplace part": family(log(exp(-Abs(y - m) / s) / (4 * s) + normal(S.Zero, S.One) / 2), Reals, m=Reals, s=POSITIVE),
}
BOUNDED = {
    "both parts shrink": family(log(normal(m, s) / 2 + normal(m, 3 * s) / 2), Reals, m=Reals, s=POSITIVE),
    "no scale to shrink": family(log(p * normal(m, S.One) + (1 - p) * normal(S.Zero, S.One)), Reals, p=UNIT, m=Reals),
    "one scale of both": family(log(normal(m, s) / 2 + normal(S.Zero, s) / 2), Reals, m=Reals, s=POSITIVE),
    "scale kept from zero": family(
        log(normal(m, s) / 2 + normal(S.Zero, S.One) / 2), Reals, m=Reals, s=Interval.open(S.Half, oo)
    ),
    "location kept from data": family(log(normal(p, s) / 2 + normal(S.Zero, S.One) / 2), Reals, p=UNIT, s=POSITIVE),
}


@pytest.mark.parametrize(
    "item",
    [pytest.param(item, id=name, marks=[pytest.mark.thorough] * ("two" in name)) for name, item in UNBOUNDED.items()],
)
def test_the_path_is_found_proved_and_confirmed_on_data(item: Family) -> None:
    """Lognormal and Frechet distributions with a location had no answer, mixtures that of a local maximum.

    Sources: Hill 1963, Journal of the American Statistical Association 58, pages 72 to 84; Day 1969, Biometrika 56,
    pages 463 to 474.
    """
    found = derive(item)
    assert found.outcome is Outcome.UNBOUNDED
    step, finding = next(
        pair for pair in zip(found.steps, found.findings, strict=True) if pair[0].rule == "path-growth"
    )
    assert finding.evidence is Evidence.SIGN
    assert "on the path" in step.words
    for data in ([2.0], [-1.0, 0.5, 0.5, 3.0], np.linspace(-2, 5, 40)):
        certificate = certify(item, data)
        assert certificate.verdict is CertificateVerdict.UNBOUNDED
        assert certificate.check(data)
    with pytest.raises(ExistenceError, match="grows without bound as u tends to zero"):
        fit(item, [1.0, 2.0, 4.0])


@pytest.mark.thorough
@pytest.mark.parametrize("item", BOUNDED.values(), ids=BOUNDED)
def test_what_has_a_maximum_is_not_called_unbounded(item: Family) -> None:
    """Planted: nothing covers the other data, nothing shrinks, or the space does not let it."""
    assert spike(item) is None
    assert derive(item).outcome is not Outcome.UNBOUNDED


def test_heights_on_the_path_rise_in_doubles() -> None:
    """By the density alone, at places that doubles reach."""
    data = np.array([0.5, 1.0, 4.0])
    for name, path in (
        ("lognormal with location", lambda u: [0.5 - u, 0.0, -np.log(u)]),
        ("Frechet with location", lambda u: [0.5 - u, 1.0, -1 / np.log(u)]),
        ("spike on a known part", lambda u: [0.5, u]),
    ):
        heights = [log_likelihood(UNBOUNDED[name], path(u), data)[0] for u in (1e-4, 1e-8, 1e-12)]
        assert heights[0] + 5 < heights[1] < heights[2] - 5


def _spoiled(item: Family, change: Callable[[Step], Step]) -> Evidence:
    """What the checker says of the step after a change."""
    steps = derive(item).steps
    at = next(place for place, step in enumerate(steps) if step.rule == "path-growth")
    return check_steps(item, (*steps[:at], change(steps[at]), *steps[at + 1 :]))[at].evidence


def _named(key: str, new: Expr) -> Callable[[Step], Step]:
    return lambda step: replace(step, using=tuple((k, new if k == key else v) for k, v in step.using))


@pytest.mark.parametrize(
    "change",
    [
        lambda step: replace(step, value=step.value + LARGE),
        lambda step: _named("far", Tuple(step.named("far").args[0] + 1))(step),
        lambda step: _named("path", Tuple(Tuple(g, S.Zero), Tuple(s, S.One)))(step),
        lambda step: _named("path", Tuple(Tuple(g, S.Zero), Tuple(s, -LARGE)))(step),
        lambda step: _named("path", Tuple(Tuple(g, S.Zero), Tuple(s, U)))(step),
        lambda step: _named("path", Tuple(Tuple(g, S.Zero)))(step),
        lambda step: _named("path", Tuple(Tuple(g, S.Zero), Tuple(s, LARGE + g**2)))(step),
        lambda step: _named("level", S.One)(step),
        lambda step: _named("level", S.NegativeOne)(step),
        lambda step: replace(step, subject=g),
    ],
    ids=[
        "rate",
        "floor",
        "standing",
        "outside",
        "too fast",
        "short",
        "by another",
        "other end",
        "inside",
        "other parameter",
    ],
)
def test_a_planted_path_is_not_proved(change: Callable[[Step], Step]) -> None:
    """Another height, a path that leads nowhere or leaves the space, or to another place."""
    item = UNBOUNDED["lognormal with location"]
    assert _spoiled(item, lambda step: step) is Evidence.SIGN
    assert _spoiled(item, change) in (Evidence.REFUTED, Evidence.UNDECIDED)


def test_a_space_that_holds_no_path_is_not_overlooked() -> None:
    """Planted: the steps of one family for another, whose scale is bounded from below, or whose location is."""
    steps = derive(UNBOUNDED["spike on a known part"]).steps
    for name in ("scale kept from zero",):
        found = check_steps(BOUNDED[name], steps)
        at = next(place for place, step in enumerate(steps) if step.rule == "path-growth")
        assert found[at].evidence in (Evidence.REFUTED, Evidence.UNDECIDED)


def test_a_planted_rate_is_not_kept() -> None:
    """Planted: three times the growth is promised, which the data deny."""
    right = derive(UNBOUNDED["Frechet with location"])
    at = next(place for place, step in enumerate(right.steps) if step.rule == "path-growth")
    wrong = _named("rate", S(3))(right.steps[at])
    planted = replace(right, steps=(*right.steps[:at], wrong, *right.steps[at + 1 :]))
    x = np.array([0.25, 0.5, 2.0])
    assert grows_without_bound(right, x).verdict is Verdict.AGREE
    assert grows_without_bound(planted, x).verdict is Verdict.DISAGREE


def test_an_unbounded_gamma_keeps_its_shorter_path() -> None:
    """Where one power of the distance tells, no other parameter moves."""
    density = (a - 1) * log(y - m) - (y - m) / s - a * log(s) - loggamma(a)
    found = derive(family(density, ABOVE, m=Reals, a=POSITIVE, s=POSITIVE))
    assert found.outcome is Outcome.UNBOUNDED
    assert "edge-growth" in [step.rule for step in found.steps]
