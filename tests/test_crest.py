"""Whether curves on which likelihoods are highest are found, with their limits, and what these say of maximisers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sympy import Expr, Interval, S, Symbol, exp, log, loggamma, oo

from thetahat import Family, Parameter, certify, derive, family, fit
from thetahat.proofs.balls import precision
from thetahat.proofs.derivation import Derivation, Verdict
from thetahat.proofs.errors import ExistenceError, UnsolvedError
from thetahat.verify.certify import CertificateVerdict
from thetahat.verify.edge_heights import is_above_edges, is_found_above_edges
from thetahat.verify.enclosure import table_of
from thetahat.verify.exact import Exactly, written_out
from thetahat.verify.existence import has_maximiser
from thetahat.verify.likelihood import log_likelihood
from thetahat.verify.valid_data import require_data

POSITIVE = Interval.open(0, oo)
X, A, D, P, K, B = (Symbol(name, positive=True) for name in "xadpkb")
Y = Symbol("y", real=True)


def of(density: Expr, *symbols: Symbol, observation: Symbol = X) -> Family:
    """A family with positive parameters."""
    support = POSITIVE if observation == X else S.Reals
    return Family("powered", observation, support, tuple(Parameter(one, POSITIVE) for one in symbols), density)


BY_SHAPE = log(P) - loggamma(K) + K * P * log(X) - log(X)
CURVES = {
    "shipped": lambda: family("generalised_gamma"),
    "by a gamma shape": lambda: of(BY_SHAPE - K * P * log(A) - (X / A) ** P, A, K, P),
    "by the scale of the power": lambda: of(BY_SHAPE - K * log(A) - X**P / A, A, K, P),
    "by a rate": lambda: of(log(P) + D * log(B) - loggamma(D / P) + (D - 1) * log(X) - (B * X) ** P, B, D, P),
    "power first": lambda: of(log(P) - D * log(A) - loggamma(D / P) + (D - 1) * log(X) - (X / A) ** P, P, D, A),
    "of logarithms": lambda: of(log(P) - K * log(A) - loggamma(K) + K * P * Y - exp(P * Y) / A, A, K, P, observation=Y),
    "of inverses": lambda: family("generalised_gamma").transform("inverse_generalised_gamma", X, 1 / X),
}
DATA = [0.3, 0.5, 1.0, 1.0, 1.2, 2.5, 4.0]


def limits(derivation: Derivation, x: list[float]) -> list[float]:
    """The limits at the edges, in the order of the derivation."""
    exactly = Exactly(table_of(derivation.family, require_data(derivation.family, x)))
    with precision(300):
        return [float(exactly.ball(written_out(derivation, edge.height), {})) for edge in derivation.edges]


@pytest.mark.parametrize(
    "name",
    [name if name == "shipped" else pytest.param(name, marks=pytest.mark.thorough) for name in CURVES],
)
def test_a_curve_is_found(name: str) -> None:
    """In whatever parameters, of logarithms and of inverses; every step is proved."""
    derivation = derive(CURVES[name]())
    rules = ("line-turn", "crest", "crest-edges")
    findings = [f for s, f in zip(derivation.steps, derivation.findings, strict=True) if s.rule in rules]
    assert [finding.evidence.verdict for finding in findings] == [Verdict.AGREE] * 3
    assert len(derivation.edges) == 2


@pytest.mark.parametrize("space", [Interval.open(1, oo), Interval.open(0, 4)])
def test_no_curve_is_claimed_of_a_part_of_the_space(space: Interval) -> None:
    """Lines may leave it, and the limits at its ends are others."""
    whole = family("generalised_gamma")
    parts = tuple(Parameter(p.symbol, space) if p.name == "p" else p for p in whole.parameters)
    part = Family("part", whole.observation, whole.support, parts, whole.log_density)
    assert derive(part).edges == ()


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["lognormal", "power_function"])
def test_the_limits_are_the_maxima_of_the_families_at_the_ends(name: str) -> None:
    """As the power tends to zero the logarithm becomes normal; far out the density becomes a power of x."""
    limit = limits(derive(family("generalised_gamma")), DATA)[("lognormal", "power_function").index(name)]
    assert fit(family(name), DATA).log_likelihood / len(DATA) == pytest.approx(limit, rel=1e-12)


@given(
    x=st.lists(st.integers(1, 40), min_size=2, max_size=9),
    shape=st.floats(0.02, 50.0),
    power=st.floats(0.02, 50.0),
    size=st.floats(0.2, 5.0),
)
def test_a_member_above_the_limits_proves_that_the_estimate_is_none_below_them(
    x: list[int], shape: float, power: float, size: float
) -> None:
    """A fit either answers with a member above the limits, or refuses."""
    assume(len(set(x)) > 1)
    member = family("generalised_gamma")
    derivation, data = derive(member), require_data(member, x)
    theta = [size * float(np.mean(x)), shape, power]
    try:
        best = fit(member, x)
    except (ExistenceError, UnsolvedError):
        return
    assert is_above_edges(derivation, best.theta.tolist(), data)
    height, rounding = log_likelihood(member, theta, x)
    if is_above_edges(derivation, theta, data):
        assert height - rounding <= best.log_likelihood + 1e-9


def test_a_maximiser_is_proved_to_exist_where_the_estimate_is_above_the_limits() -> None:
    """Of gamma variables of a middle shape; the certificate says that it is the only one."""
    member, x = family("generalised_gamma"), np.random.default_rng(3).gamma(2.0, size=60).tolist()
    proof = certify(member, x)
    assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert is_above_edges(derive(member), [held.ball for held in proof.theta.values()], require_data(member, x))


@pytest.mark.parametrize("x", [[1.0, 2.0], [1.0, 1.0, 5.0], [0.1] * 9 + [3.0]])
def test_where_nothing_is_above_the_limits_the_data_count_as_without_a_maximiser(x: list[float]) -> None:
    """A search that never saw the estimate finds nothing above them either."""
    member = family("generalised_gamma")
    derivation, data = derive(member), require_data(member, x)
    with pytest.raises((ExistenceError, UnsolvedError)):
        fit(member, x)
    assert not is_found_above_edges(derivation, data)
    assert not has_maximiser(derivation, np.array(x))


def test_equal_data_have_no_maximiser() -> None:
    """The slope along the lines is zero nowhere."""
    assert certify(family("generalised_gamma"), [2.0, 2.0, 2.0]).verdict is CertificateVerdict.NO_MAXIMUM
