"""What minimising the divergence in reverse gives for raw data, beside maximum likelihood."""

from __future__ import annotations

import math

import pytest
from scipy import optimize
from sympy import lambdify

from thetahat import derive, family
from thetahat.proofs.errors import ParameterError
from thetahat.verify.cli import main

NAMES = ["exponential", "uniform", "poisson", "geometric", "discrete_uniform", "bernoulli", "categorical"]


@pytest.mark.parametrize("name", NAMES)
def test_it_is_infinite_unless_every_value_can_be_observed(name: str) -> None:
    one = family(name)
    ends = one.bounds
    finite = ends.discrete and not ends.free_symbols and (ends.hi - ends.lo).is_finite
    found = derive(one, direction="reverse")
    assert found.infinite is (not finite)
    assert ("infinite for every theta" in str(found)) is (not finite)


@pytest.mark.parametrize("name", ["bernoulli", "categorical"])
def test_a_saturated_model_has_the_estimate_of_maximum_likelihood(name: str) -> None:
    found = derive(family(name), direction="reverse")
    assert found.saturated
    assert "at the estimate of maximum likelihood" in str(found)


def test_a_model_that_is_not_saturated_has_another_minimiser() -> None:
    """Of two trials: the equation's root is the minimum of the divergence, and is not the mean over two."""
    binomial = family("binomial").fix(n=2)
    found = derive(binomial, direction="reverse")
    assert not found.saturated
    symbols = [symbol for _, symbol in found.shares]
    weights = dict(zip(symbols, (1 / 6, 1 / 2, 1 / 3), strict=True))
    (p,) = binomial.symbols
    slope = lambdify(p, found.equations[0].subs(weights), "math")
    height = lambdify(p, found.divergence.subs(weights), "math")
    root = optimize.brentq(slope, 0.01, 0.99, xtol=1e-14)
    lowest = optimize.minimize_scalar(height, bounds=(0.01, 0.99), method="bounded", options={"xatol": 1e-10})
    assert math.isclose(root, lowest.x, abs_tol=1e-6)
    assert abs(root - (1 / 2 + 2 / 3) / 2) > 1e-5
    # With the arguments exchanged the divergence would be least at the estimate of maximum likelihood.
    assert height(root) < height(7 / 12)


def test_forward_is_the_default_and_other_words_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert derive(family("poisson")) is derive(family("poisson"), direction="forward")
    with pytest.raises(ParameterError, match="sideways"):
        derive(family("poisson"), direction="sideways")
    with pytest.raises(SystemExit) as done:
        main(["derive", "bernoulli", "--reverse"])
    assert done.value.code == 0
    assert "KL(p_theta || p_hat), reverse" in capsys.readouterr().out
