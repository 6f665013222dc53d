"""Whether the score check decides on data whose score doubles cannot tell from rounding, and finds errors there."""

from dataclasses import replace

import numpy as np
import pytest

from thetahat import derive, family
from thetahat.proofs.derivation import Verdict
from thetahat.verify.checks import CHECKS, refused_without_maximiser
from thetahat.verify.drawn import Drawn
from thetahat.verify.fitting import fit_with

SCORE = CHECKS["score zero or at the support's end"]
CLOSE = [
    ("gumbel", [1e8, 1e8, 100000000.0001]),
    ("gumbel", [-940.6724296408541, -940.6724296399135, -940.6724296389957]),
    ("weibull", [203.0, 203.0, 203.0, 203.000000000203]),
    ("weibull", [1e-80, 1e-80, 9.999999993564874e-81]),
    ("inverse_gamma", [7.0, 7.0, 7.000000000007]),
]


def drawn(name: str, x: list[float]) -> Drawn:
    """One dataset with its estimate."""
    derivation = derive(family(name))
    return Drawn(derivation, np.array(x), (), 0, fit_with(derivation, x))


@pytest.mark.parametrize(("name", "x"), CLOSE, ids=[f"{name} {x[0]!r}" for name, x in CLOSE])
def test_the_score_is_decided_where_doubles_leave_only_rounding(name: str, x: list[float]) -> None:
    """In doubles the rounding of these scores is worth more than the limit."""
    assert SCORE(drawn(name, x)).verdict is Verdict.AGREE


@pytest.mark.parametrize(("name", "x"), CLOSE, ids=[f"{name} {x[0]!r}" for name, x in CLOSE])
def test_a_scale_or_shape_that_is_twice_its_size_is_found(name: str, x: list[float]) -> None:
    """It costs a noticeable part of a nat an observation; what rounding the location may cost here is less."""
    right = drawn(name, x)
    place = {"gumbel": "beta", "weibull": "k", "inverse_gamma": "alpha"}[name]
    wrong = dict(right.fit.theta_hat) | {place: right.fit.theta_hat[place] * 2}
    case = SCORE(replace(right, fit=replace(right.fit, theta_hat=wrong)))
    assert case.verdict is Verdict.DISAGREE, case


def test_data_without_a_maximiser_that_a_search_gives_up_on_are_no_exception() -> None:
    """The condition taken away, the equation has no root: refused for another reason, so that the case stays open."""
    careless = replace(derive(family("gumbel")), exists_when=())
    assert refused_without_maximiser(careless, np.array([2.0, 2.0])).verdict is Verdict.UNDECIDED


def test_weights_and_repetitions_without_a_maximiser_agree_that_there_is_none() -> None:
    """Weights 1, 1, 1, 3 put half of the weight on one value, which a Cauchy member cannot bear."""
    x, seed = [0.0, 1.0, 2.0, 3.0], 0
    while np.random.default_rng(seed).integers(1, 4, len(x)).tolist() != [1, 1, 1, 3]:
        seed += 1
    case = CHECKS["weights are repetitions"](replace(drawn("cauchy", x), seed=seed))
    assert case.verdict is Verdict.AGREE, case
