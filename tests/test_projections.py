"""Projections in both directions: closed forms beside searches, what holds in general, and what is infinite."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational, S, Symbol, digamma, lambdify, log, oo, simplify, sqrt

from thetahat import Member, Mixture, Table, family, fit, i_projection, m_projection
from thetahat.proofs.errors import DataError, ExpressionError, ParameterError, UnsolvedError
from thetahat.proofs.exponential import exponential_form
from thetahat.proofs.forward_projection import forward
from thetahat.proofs.reverse_projection import reverse
from thetahat.proofs.targets import Target
from thetahat.verify.cli import main
from thetahat.verify.cli_target import target_of
from thetahat.verify.nodes import nodes_of
from thetahat.verify.projections import _searched, divergences

k, m, r, s = (Symbol(name, positive=name != "m", real=True) for name in "kmrs")


def member(name: str, **values: object) -> Member:
    return Member.of(family(name), **values)


DEEP = "normal(mu=" + "(" * 100 + "0" + ")" * 100 + ", sigma=1)"
TWO = Mixture.of((1, member("normal", mu=-3, sigma=1)), (1, member("normal", mu=3, sigma=0.5)))


def test_forward_projections_match_moments() -> None:
    assert forward(member("uniform", a=0, b=s), family("exponential")).theta == {
        family("exponential").symbols[0]: 2 / s
    }
    gamma = forward(member("gamma", k=k, theta=s), family("lognormal"))
    mu, sigma = family("lognormal").symbols
    assert simplify(gamma.theta[mu] - digamma(k) - log(s)) == 0
    assert simplify(gamma.theta[sigma] ** 2 - digamma(k).diff(k)) == 0
    assert gamma.checked
    assert gamma.argument


def test_reverse_projections_minimise_one_parameter_after_the_other() -> None:
    """Of a Laplace family onto a normal member: the same place, and E|x - mu|^2 = 2 b^2 gives b."""
    found = reverse(member("normal", mu=m, sigma=s), family("laplace"))
    assert list(found.theta.values()) == [m, sqrt(2) * s / 2]
    assert found.checked
    lognormal = reverse(member("gamma", k=k, theta=s), family("lognormal"))
    mu, sigma = family("lognormal").symbols
    assert simplify(lognormal.theta[sigma] - 1 / sqrt(k)) == 0
    assert simplify(lognormal.theta[mu] - log(k * s) + 1 / (2 * k)) == 0


PAIRS = [
    (member("gamma", k=2, theta=3), "lognormal"),
    (member("weibull", k=2, **{"lambda": 1}), "exponential"),
    (member("lognormal", mu=0, sigma=Rational(1, 2)), "exponential"),
    (member("normal", mu=1, sigma=2), "laplace"),
    (member("poisson", **{"lambda": 4}), "poisson"),
]


@pytest.mark.parametrize(("target", "name"), PAIRS)
def test_closed_forms_agree_with_searches(target: Member, name: str) -> None:
    """The estimate for the target's nodes, and the lowest minimum of the divergence's values."""
    one, nodes = family(name), nodes_of(target)
    there, back = forward(target, one), reverse(target, one)
    if there is not None:
        numeric = fit(one, nodes.x, nodes.w)
        for symbol, value in there.theta.items():
            assert math.isclose(float(value), numeric.theta_hat[symbol.name], rel_tol=1e-7, abs_tol=1e-9)
    searched = _searched(target, one)
    assert back is not None
    for symbol, value in back.theta.items():
        assert math.isclose(float(value), searched.theta[symbol.name], rel_tol=1e-4, abs_tol=1e-4)
    assert math.isclose(float(back.divergence), float(searched.divergence), rel_tol=1e-6, abs_tol=1e-7)


@given(
    st.sampled_from(["normal", "gamma", "poisson", "exponential", "beta", "inverse_gaussian"]), st.integers(1, 10**6)
)
@settings(max_examples=12, deadline=None)
def test_within_a_family_both_projections_are_the_target(name: str, seed: int) -> None:
    from thetahat.proofs.probes import parameter_points

    one = family(name)
    values = {symbol.name: value for symbol, value in parameter_points(one, 1, seed)[0].items()}
    for projection in (m_projection, i_projection):
        found = projection(Member.of(one, **values), one)
        assert found.theta == values
        assert found.divergence == 0


TARGETS = [member("weibull", k=2, **{"lambda": 1}), member("lognormal", mu=0, sigma=1), Table.of({1: 2, 2: 1, 5: 1})]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", ["gamma", "inverse_gaussian", "exponential"])
def test_the_forward_projection_has_the_moments_of_the_target(target: Target, name: str) -> None:
    """E_target[T] = E_member[T] for every statistic of an exponential family."""
    one, nodes = family(name), nodes_of(target)
    theta = {key: float(value) for key, value in m_projection(target, one).theta.items()}
    other = nodes_of(Member.of(one, **{key: Rational(value) for key, value in theta.items()}))
    for statistic in exponential_form(one).statistics:
        function = lambdify(one.observation, statistic, "numpy")
        expected = [float(each.w @ function(each.x)) for each in (nodes, other)]
        assert math.isclose(*expected, rel_tol=1e-7, abs_tol=1e-9)


def test_one_direction_covers_and_the_other_seeks() -> None:
    """Of two peaks: forward takes mean and spread of both, reverse settles on one, and finds the other as well."""
    normal = family("normal")
    cover, seek = m_projection(TWO, normal), i_projection(TWO, normal)
    assert float(cover.theta["mu"]) == 0
    assert float(cover.theta["sigma"]) > 3
    assert len(seek.minima) == 2
    assert {round(theta["mu"]) for theta, _ in seek.minima} == {-3, 3}
    assert all(theta["sigma"] < 1.1 for theta, _ in seek.minima)
    # Each is the better one in its own direction, and exchanging them is seen.
    there_cover, back_cover = divergences(TWO, normal, cover.theta)
    there_seek, back_seek = divergences(TWO, normal, seek.theta)
    assert there_cover < there_seek
    assert back_seek < back_cover


def test_supports_that_do_not_nest_have_no_finite_divergence() -> None:
    """Forward the members have to cover the target; in reverse they must not charge what it does not."""
    assert m_projection(member("normal", mu=0, sigma=1), family("gamma")).divergence is oo
    assert m_projection(member("exponential", **{"lambda": 1}), family("uniform")).divergence is oo
    assert m_projection(member("normal", mu=0, sigma=1), family("poisson")).divergence is oo
    found = i_projection(member("gamma", k=2, theta=1), family("normal"))
    assert found.divergence is oo
    assert not found.theta
    # Zero is forced: a member of the gamma family lies where a normal target has probability, and stays in its part.
    assert i_projection(member("normal", mu=0, sigma=1), family("gamma")).theta


@pytest.mark.thorough
def test_raw_data_have_an_infinite_reverse_divergence_unless_every_value_is_there() -> None:
    assert i_projection(Table.of({0.5: 1, 2: 3}), family("exponential")).divergence is oo
    assert i_projection(Table.of({0: 1, 3: 2}), family("poisson")).divergence is oo
    assert i_projection(Table.of({0: 1, 2: 2}), family("binomial").fix(n=2)).divergence is oo
    saturated = Table.of({0: 1, 1: 3})
    assert i_projection(saturated, family("bernoulli")).theta == m_projection(saturated, family("bernoulli")).theta
    observed = Table.of({0: 1, 1: 3, 2: 2})
    both = [p(observed, family("binomial").fix(n=2)) for p in (m_projection, i_projection)]
    assert both[0].theta["p"] == Rational(7, 12)
    assert both[0].certificate is not None
    assert abs(float(both[1].theta["p"]) - 7 / 12) > 1e-5


def test_atoms_have_an_infinite_divergence_to_a_density_and_still_an_estimate() -> None:
    found = m_projection(Table.of({1: 1, 2: 1, 6: 1}), family("exponential"))
    assert found.divergence is oo
    assert found.theta == {"lambda": Rational(1, 3)}


def test_an_expectation_that_is_infinite_is_no_number() -> None:
    """A Cauchy target has no variance, although a quadrature that ends somewhere has one."""
    with pytest.raises(UnsolvedError, match="infinite"):
        m_projection(member("cauchy", x_0=0, gamma=1), family("normal"))


def test_targets_that_make_no_sense_are_refused() -> None:
    normal = family("normal")
    for values in ({"mu": 0}, {"mu": 0, "sigma": 1, "nu": 2}, {"mu": 0, "sigma": -1}):
        with pytest.raises(ParameterError):
            Member.of(normal, **values)
    with pytest.raises(ParameterError):
        Mixture.of()
    with pytest.raises(ParameterError):
        Mixture.of((-1, member("normal", mu=0, sigma=1)))
    with pytest.raises(ParameterError):
        Mixture.of((1, member("normal", mu=0, sigma=1)), (1, member("poisson", **{"lambda": 1})))
    with pytest.raises(DataError):
        Table.of({0: 0})
    with pytest.raises(DataError):
        Table.of({0: -1, 1: 2})
    with pytest.raises(UnsolvedError, match="symbols"):
        m_projection(member("lognormal", mu=m, sigma=s), family("gamma"))
    for text in (
        "",
        "normal",
        "normal(0, 1)",
        "x + y",
        "normal(**{})",
        "{**{}}",
        "normal(mu=0, sigma=1)*2",
        "[1]",
        DEEP,
    ):
        with pytest.raises(ExpressionError):
            target_of(text)
    with pytest.raises(ExpressionError, match="nested"):
        target_of(DEEP)


def test_targets_are_read_from_text() -> None:
    found = target_of("0.25*normal(mu=-2, sigma=sqrt(2)) + 3/4*normal(mu=2, sigma=1)")
    assert found.parts[0][0] == Rational(1, 4)
    assert found.mean(Symbol("x", real=True)) == S.One
    assert target_of("exponential(lambda=2)").mean(Symbol("x", real=True)) == Rational(1, 2)


@pytest.mark.thorough
def test_the_command_line_projects_and_draws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "two.svg"
    text = "normal(mu=-3, sigma=1) + normal(mu=3, sigma=0.5)"
    with pytest.raises(SystemExit) as done:
        main(["divergence", "normal", "--target", text, "--plot", str(picture)])
    assert done.value.code == 0
    out = capsys.readouterr().out
    assert "another local minimum: mu = 2.99" in out
    assert picture.read_text(encoding="utf-8").lstrip().startswith("<?xml")
    assert main(["divergence", "normal", "--target", "no_family(a=1)"]) == 2
    assert main(["divergence", "normal", "--target", "normal(mu=1)"]) == 2
