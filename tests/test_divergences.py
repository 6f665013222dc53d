"""Identities of the divergence between members, and what becomes of the binned divergence as bins shrink."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sympy import Expr, Symbol, log

from thetahat import Member, Mixture, families, family, fit, m_projection
from thetahat.proofs import closed_forms
from thetahat.proofs.algebra.derivatives import derivative
from thetahat.proofs.ball_data import is_zero_at
from thetahat.proofs.divergence import divergence_between, mean_map
from thetahat.proofs.exponential import exponential_form
from thetahat.proofs.family import Family
from thetahat.proofs.members import member_symbols
from thetahat.proofs.probes import parameter_points
from thetahat.verify.binned import minimise_binned_divergence
from thetahat.verify.projections import divergences

SMOOTH = ["beta", "binomial", "exponential", "gamma", "geometric", "gumbel", "inverse_gaussian", "lindley", "lognormal"]
SMOOTH += ["nakagami", "normal", "normal_natural", "poisson", "von_mises", "weibull", "zero_truncated_poisson"]


def at(one: Family, seed: int, other: int) -> dict[Symbol, Expr]:
    """Two generic members that share their constants."""
    first, second = member_symbols(one, 0), member_symbols(one, 1)
    here, there = parameter_points(one, 1, seed)[0], parameter_points(one, 1, other)[0]
    constants = {item.symbol: here[item.symbol] for item in one.constants}
    return constants | {first[s]: here[s] for s in first} | {second[s]: there[s] for s in second}


@pytest.mark.parametrize("name", [one.name for one in families()])
def test_a_divergence_is_zero_between_equal_members_and_positive_between_others(name: str) -> None:
    one = family(name)
    form = closed_forms.kl(one)
    if form is None or one.covariates:
        return
    # Values first: which case applies is then decided exactly.
    assert is_zero_at(form.value.xreplace(at(one, 3, 3)), {}) is True
    values = at(one, 3, 4)
    if form.where.xreplace(values) == True and name != "uniform_unit_length":  # noqa: E712
        assert is_zero_at(form.value.xreplace(values), {}) is False
        assert float(form.value.xreplace(values).evalf(20)) > 0


@pytest.mark.parametrize("name", SMOOTH)
def test_the_second_derivative_at_equality_is_the_fisher_information(name: str) -> None:
    """Source: Kullback 1959, *Information Theory and Statistics*, section 2.6."""
    one = family(name)
    divergence, information = closed_forms.kl(one), closed_forms.fisher_information(one)
    second, values = member_symbols(one, 1), at(one, 5, 5)
    own = values | {s: values[member_symbols(one, 0)[s]] for s in one.symbols}
    for i, first in enumerate(one.symbols):
        for j, other in enumerate(one.symbols[: i + 1]):
            bend = derivative(derivative(divergence.value, second[first]), second[other])
            assert is_zero_at(bend - information.value[i, j], own) is True
            # A factor of two, or the first derivative in place of the second, would be seen.
            if i == j:
                assert is_zero_at(2 * bend - information.value[i, j], own) is False


@pytest.mark.parametrize("name", [name for name in SMOOTH if name not in ("gumbel", "weibull", "lindley", "von_mises")])
def test_the_divergence_is_the_bregman_divergence_of_the_log_partition(name: str) -> None:
    """``A_1 - A_0 - (eta_1 - eta_0) tau_0``, which uses derivatives of the log-partition and no integral."""
    one = family(name)
    form = exponential_form(one)
    bregman = divergence_between(one, form, mean_map(form, one.symbols, one.domain))
    assert is_zero_at(bregman - closed_forms.kl(one).value, at(one, 6, 7)) is True


def test_it_does_not_change_with_the_variable() -> None:
    """The logarithm of a lognormal variable, and the power of an exponential one, declared by ``transform``."""
    y = Symbol("y", positive=True)
    pairs = [
        (family("normal"), family("normal").transform("moved", y, log(y))),
        (family("gamma"), family("gamma").transform("moved", y, 1 / y)),
        (family("exponential"), family("exponential").transform("moved", y, y**2)),
    ]
    for one, moved in pairs:
        assert is_zero_at(closed_forms.kl(one).value - closed_forms.kl(moved).value, at(one, 8, 9)) is True
        # The entropy does change.
        gap = closed_forms.entropy_of(one).value - closed_forms.entropy_of(moved).value
        assert is_zero_at(gap, parameter_points(one, 1, 8)[0]) is False


def test_pythagoras_for_the_projection_of_a_mixture() -> None:
    """KL(p || q) = KL(p || q*) + KL(q* || q) for every member q of an exponential family and its projection q*."""
    normal = family("normal")
    target = Mixture.of((1, Member.of(normal, mu=-2, sigma=1)), (3, Member.of(normal, mu=1, sigma=2)))
    nearest = {name: float(value) for name, value in m_projection(target, normal).theta.items()}
    between = closed_forms.kl(normal).value
    first, second = member_symbols(normal, 0), member_symbols(normal, 1)
    least = divergences(target, normal, nearest)[0]
    for mu, sigma in ((0.0, 1.0), (3.0, 2.5), (-1.0, 0.7)):
        theta = dict(zip(normal.symbols, (mu, sigma), strict=True))
        values = {first[s]: nearest[s.name] for s in first} | {second[s]: theta[s] for s in second}
        rest = float(between.xreplace(values))
        whole = divergences(target, normal, {"mu": mu, "sigma": sigma})[0]
        assert math.isclose(whole, least + rest, rel_tol=1e-9)
        assert not math.isclose(whole, least - rest, rel_tol=1e-3)


@pytest.mark.parametrize(("name", "data"), [("exponential", [0.31, 1.7, 0.94, 2.2]), ("normal_mean", [0.3, -1.2, 2.1])])
def test_estimates_from_bins_tend_to_the_estimate_as_bins_shrink(name: str, data: list[float]) -> None:
    """The error is at most a constant times the width: a bin moves a statistic that is smooth by no more than that."""
    one = family(name) if name != "normal_mean" else family(name).fix(sigma=1)
    estimate = fit(one, data).theta[0]
    widths = [2.0**-power for power in (1, 3, 5, 7, 9)]
    errors = [abs(minimise_binned_divergence(one, data, width=width).theta[0] - estimate) for width in widths]
    # The error over the width stays below that of any shift of all data by one width.
    slope = max(abs(fit(one, np.array(data) + shift).theta[0] - estimate) / abs(shift) for shift in (-0.25, 0.25))
    assert all(error <= 2 * slope * width for error, width in zip(errors, widths, strict=True))
    assert errors[-1] < errors[0] / 20
    # An estimate that forgets the width does not tend to it at this rate.
    assert abs(estimate * 1.01 - estimate) > 2 * slope * widths[-1]
