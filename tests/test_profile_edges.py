"""Whether limits along the highest points of two parameters are found, and what these say of maximisers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import Expr, Interval, S, Symbol, exp, log, oo

from thetahat import Family, Parameter, certify, check_estimator, derive, family, fit
from thetahat.proofs.derivation import Derivation, Verdict
from thetahat.proofs.errors import ExistenceError, UnsolvedError
from thetahat.proofs.write.markdown import derivation_markdown
from thetahat.verify.certify import CertificateVerdict
from thetahat.verify.edge_heights import is_above_edges
from thetahat.verify.existence import has_maximiser
from thetahat.verify.likelihood import log_likelihood
from thetahat.verify.valid_data import require_data

POSITIVE = Interval.open(0, oo)
X, A, B = (Symbol(name, positive=True) for name in "xab")
Y = Symbol("y", real=True)


def of(density: Expr, *symbols: Symbol, observation: Symbol = X) -> Family:
    """A family with positive parameters."""
    support = POSITIVE if observation == X else S.Reals
    return Family("tailed", observation, support, tuple(Parameter(one, POSITIVE) for one in symbols), density)


HEAVY = {
    "shipped": lambda: family("lomax"),
    "by a rate": lambda: of(log(A) + log(B) - (A + 1) * log(1 + B * X), A, B),
    "scale first": lambda: of(log(A) - log(B) - (A + 1) * log(1 + X / B), B, A),
    "of logarithms": lambda: of(log(A) - log(B) + Y - (A + 1) * log(1 + exp(Y) / B), A, B, observation=Y),
    "of squares": lambda: of(log(2) + log(X) + log(A) + log(B) - (A + 1) * log(1 + B * X**2), A, B),
    "of inverses": lambda: family("lomax").transform("inverse_lomax", X, 1 / X),
}


def proved(derivation: Derivation) -> bool:
    """Whether the steps that the limits rest on are there, and proved."""
    rules = ("line-turn", "profile-edges")
    found = [f for s, f in zip(derivation.steps, derivation.findings, strict=True) if s.rule in rules]
    return [finding.evidence.verdict for finding in found] == [Verdict.AGREE] * 2


@pytest.mark.parametrize(
    "name", [name if name == "shipped" else pytest.param(name, marks=pytest.mark.thorough) for name in HEAVY]
)
def test_the_limit_is_the_best_member_with_exponential_tails(name: str) -> None:
    """In whatever parameters: the likelihood falls towards one end, and tends to the exponential one at the other."""
    derivation = derive(HEAVY[name]())
    assert proved(derivation)
    (edge,) = derivation.edges
    assert "without bound" in edge.meaning or "to zero" in edge.meaning


@pytest.mark.parametrize("space", [Interval.open(1, oo), Interval.open(0, 4)])
def test_no_limit_is_claimed_of_a_part_of_the_space(space: Interval) -> None:
    """The likelihood at its ends is another."""
    whole = family("lomax")
    parts = tuple(Parameter(p.symbol, space) if p.name == "lambda" else p for p in whole.parameters)
    part = Family("part", whole.observation, whole.support, parts, whole.log_density)
    assert derive(part).edges == ()


@given(
    x=st.lists(st.integers(1, 400), min_size=2, max_size=9),
    shape=st.floats(0.02, 50.0),
    size=st.floats(0.001, 1000.0),
)
def test_an_estimate_is_above_the_limit_and_no_member_above_it_is_higher(
    x: list[int], shape: float, size: float
) -> None:
    """A fit either answers with a member above the limit, or refuses, and then no member tried is above it."""
    assume(len(set(x)) > 1)
    member = family("lomax")
    derivation, data = derive(member), require_data(member, x)
    theta = [shape, size * float(np.mean(x))]
    try:
        best = fit(member, x)
    except (ExistenceError, UnsolvedError):
        assert not is_above_edges(derivation, theta, data)
        return
    assert is_above_edges(derivation, best.theta.tolist(), data)
    height, rounding = log_likelihood(member, theta, x)
    assert height - rounding <= best.log_likelihood + 1e-9


def test_what_is_enough_for_a_maximiser_is_said_beside_the_limit() -> None:
    """Of data that meet it some member is above the limit; an audit draws such data, and no others."""
    derivation = derive(family("lomax"))
    assert [one.meaning for one in derivation.enough] == ["2*mean(x)**2 - mean(x**2) < 0"]
    assert "as one is when" in derivation_markdown(derivation)
    assert check_estimator("lomax", lambda x: fit(family("lomax"), x).theta, examples=6, promise="local").ok


CLUSTERS = [1e-8] * 4 + [1.0] * 6


def test_a_maximiser_far_from_exponential_tails_is_found_where_the_mean_square_is_small() -> None:
    """mean(x^2) > 2 mean(x)^2 is enough for a maximiser, but these data have one without it."""
    x = np.array(CLUSTERS)
    assert np.mean(x**2) < 2 * np.mean(x) ** 2
    member = family("lomax")
    best = fit(member, x)
    grid = np.exp(np.linspace(-45.0, 25.0, 20001))
    shapes = 1 / np.array([np.mean(np.log1p(x / one)) for one in grid])
    heights = np.log(shapes / grid) - 1 - 1 / shapes
    assert best.log_likelihood == pytest.approx(10 * heights.max(), abs=1e-4)
    proof = certify(member, x)
    assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert proof.check(x)


@pytest.mark.parametrize("x", [[1.0, 2.0, 4.0], np.linspace(1.0, 2.0, 20_000)], ids=["few", "many"])
def test_data_with_lighter_tails_than_exponential_have_no_estimate(x: list[float]) -> None:
    """The likelihood rises for ever as the scale grows; also of more rows than balls are asked about."""
    with pytest.raises((ExistenceError, UnsolvedError)):
        fit(family("lomax"), x)
    if len(x) < 10:
        assert not has_maximiser(derive(family("lomax")), np.array(x))


def test_equal_data_are_refused() -> None:
    """What the limit is says nothing of them."""
    with pytest.raises(ExistenceError, match="not all equal"):
        fit(family("lomax"), [2.0, 2.0, 2.0])
