"""Whether a parameter that no data tell from its opposite is named, and what is given of the two."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Integer, Interval, S, Symbol, cosh, exp, log, loggamma, oo, pi

from thetahat import Family, Parameter, certify, derive, family, fit
from thetahat.proofs.checker import check_steps
from thetahat.proofs.derivation import Evidence, Outcome
from thetahat.proofs.mirrors import mirrored
from thetahat.verify.certify import CertificateVerdict
from thetahat.verify.likelihood import log_likelihood

x, y, m = Symbol("x", real=True), Symbol("y", nonnegative=True), Symbol("m", real=True)
s = Symbol("s", positive=True)
LINE, SCALE = Parameter(m, S.Reals), Parameter(s, Interval.open(0, oo))
ROOT = log(2 * pi) / 2
FOLDED = Family(
    "folded_normal",
    y,
    Interval(0, oo),
    (LINE, SCALE),
    log(2) - ROOT - log(s) - (y**2 + m**2) / (2 * s**2) + log(cosh(m * y / s**2)),
)
MIRRORED = {
    "folded normal": FOLDED,
    "folded normal as a sum": replace(
        FOLDED,
        log_density=-ROOT - log(s) + log(exp(-((y - m) ** 2) / (2 * s**2)) + exp(-((y + m) ** 2) / (2 * s**2))),
    ),
    "square of a root": Family("root_mean", x, S.Reals, (LINE,), -ROOT - (x - m**2) ** 2 / 2),
}
LONG = pytest.mark.thorough
TOLD = {
    "normal": family("normal"),
    "cube of a root": Family("cubic", x, S.Reals, (LINE,), -ROOT - (x - m**3) ** 2 / 2),
    "one sign alone": replace(MIRRORED["square of a root"], parameters=(Parameter(m, Interval(-1, oo)),)),
    "a support that moves": Family("moved", x, Interval(m, m + 1), (LINE,), Integer(0)),
}


@pytest.mark.parametrize("name", MIRRORED)
def test_what_is_known_up_to_its_sign_is_named(name: str) -> None:
    """In the reason, in a step that is proved by algebra, and in that no maximum is said to be the only one."""
    found = derive(MIRRORED[name])
    assert found.mirrored == (m,)
    assert found.reason.endswith("; m up to the sign only")
    assert not found.optimality.unique
    assert [f.evidence for s, f in zip(found.steps, found.findings, strict=True) if s.rule == "mirror"] == [
        Evidence.ALGEBRA
    ]


@pytest.mark.parametrize("name", TOLD)
def test_signs_that_data_tell_are_not_called_open(name: str) -> None:
    """Nor is a parameter whose opposite has another support, or lies outside the space."""
    assert mirrored(TOLD[name]) == ()


@pytest.mark.parametrize(
    "name", ["folded normal", "square of a root", pytest.param("folded normal as a sum", marks=LONG)]
)
@given(data=st.lists(st.integers(1, 40), max_size=6))
def test_the_estimate_that_is_not_negative_is_given(name: str, data: list[int]) -> None:
    """It stands as high as its mirror image, exactly, and the certificate is about it."""
    item, rows = MIRRORED[name], np.array([1, *data, 40], dtype=np.float64) / 8
    found = fit(item, rows)
    assert found.theta[0] >= 0
    there = log_likelihood(item, [-found.theta[0], *found.theta[1:]], rows)[0]
    assert there == pytest.approx(found.log_likelihood, rel=1e-13)
    enclosed = certify(item, rows).theta
    assert not enclosed or float(enclosed["m"].ball.mid()) >= 0


def test_the_root_of_a_mean_has_a_formula_though_its_likelihood_holds_a_distance() -> None:
    """``log(m**2)`` is twice the logarithm of ``|m|``, whose slope is ``1/m`` on both sides: it does not jump.

    Both routes give the root that is not negative, so that they agree.
    """
    counts = Symbol("x", integer=True, nonnegative=True)
    squared = Family("squared_root", counts, S.Naturals0, (LINE,), counts * log(m**2) - m**2 - loggamma(counts + 1))
    found = derive(squared)
    assert found.outcome is Outcome.CLOSED_FORM
    assert not [one for one in found.findings if one.evidence is Evidence.REFUTED]
    assert fit(squared, [1.0, 7.0]).theta_hat["m"] == 2.0
    proof = certify(squared, [1.0, 7.0])
    assert proof.verdict is CertificateVerdict.LOCAL
    assert proof.check([1.0, 7.0])


def test_a_folded_normal_is_fitted_as_high_as_a_search_on_a_grid() -> None:
    """Data of one bulk far from zero, and around zero, where the best location may be zero itself."""
    rng = np.random.default_rng(5)
    for place in (0.0, 0.75, 3.0):
        rows = np.abs(rng.normal(place, 1.0, 12))
        best = fit(FOLDED, rows).log_likelihood
        grid = [(a, b) for a in np.linspace(0.0, 4.0, 21) for b in np.linspace(0.3, 3.0, 28)]
        assert best >= max(log_likelihood(FOLDED, list(theta), rows)[0] for theta in grid) - 1e-9


PLANTED: dict[str, Family] = {
    "of a normal": TOLD["normal"],
    "of a cube": TOLD["cube of a root"],
    "of a space that is not symmetric": TOLD["one sign alone"],
    "of a support that moves": TOLD["a support that moves"],
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_sign_that_is_wrongly_called_open_is_refuted(name: str) -> None:
    """Planted: the step of a folded normal in a family that tells the sign."""
    step = next(step for step in derive(FOLDED).steps if step.rule == "mirror")
    item = PLANTED[name]
    claimed = replace(step, subject=item.symbols[0])
    assert check_steps(item, (derive(item).steps[0], claimed))[-1].evidence is Evidence.REFUTED


def test_a_difference_that_is_not_zero_is_refuted() -> None:
    """Planted: another value than the difference of both."""
    steps = derive(FOLDED).steps
    at = next(place for place, step in enumerate(steps) if step.rule == "mirror")
    one: Expr = S.One
    assert check_steps(FOLDED, (*steps[:at], replace(steps[at], value=one)))[-1].evidence is Evidence.REFUTED
