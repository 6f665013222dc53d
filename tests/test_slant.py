"""Whether slanted families are found, and what the likelihood tends to as the slant grows decides about maximisers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from sympy import Expr, Interval, Reals, S, Symbol, erf, exp, log, oo, pi, sqrt

from thetahat import Family, Parameter, certify, derive, family, fit
from thetahat.proofs.balls import precision
from thetahat.proofs.derivation import Derivation, Verdict
from thetahat.proofs.errors import ExistenceError, UnsolvedError
from thetahat.proofs.transport import transport
from thetahat.verify.answers import Question
from thetahat.verify.certify import CertificateVerdict
from thetahat.verify.certify.checker import check
from thetahat.verify.climb_objective import DoubleObjective
from thetahat.verify.climb_plan import CENTRE, SIZE, about_the_centre, climb_of
from thetahat.verify.edge_heights import edge_above, is_above_edges, is_found_above_edges
from thetahat.verify.enclosure import table_of
from thetahat.verify.exact import Exactly, written_out
from thetahat.verify.existence import has_maximiser
from thetahat.verify.judging import judge
from thetahat.verify.likelihood import log_likelihood
from thetahat.verify.observations import Observations
from thetahat.verify.parameter_map import parameter_map
from thetahat.verify.valid_data import require_data

X, M, A = Symbol("x", real=True), Symbol("m", real=True), Symbol("a", real=True)
C, Y, UP = (Symbol(name, positive=True) for name in ("c", "y", "up"))
POSITIVE = Interval.open(0, oo)
PLACE, SCALE, SLANT = Parameter(M, S.Reals), Parameter(C, POSITIVE), Parameter(A, S.Reals)
GAUSSIAN = -log(2 * pi) / 2 - ((X - M) / C) ** 2 / 2 - log(C)


def slanted(density: Expr, *parameters: Parameter) -> Family:
    """A family of its own name for each density."""
    return Family("slanted", X, S.Reals, parameters or (PLACE, SCALE, SLANT), density)


def by_logistic(slant: Expr) -> Expr:
    """The logarithm of twice a logistic distribution function."""
    return log(2) - log(1 + exp(-slant))


SLANTED = {
    "shipped": lambda: family("skew_normal"),
    "of logarithms": lambda: family("skew_normal").transform("log_skew_normal", Y, log(Y)),
    "by an error function": lambda: slanted(GAUSSIAN + log(1 + erf(A * (X - M) / (C * sqrt(2))))),
    "by a logistic function": lambda: slanted(GAUSSIAN + by_logistic(A * (X - M) / C)),
    "the other way round": lambda: slanted(GAUSSIAN + by_logistic(-A * (X - M) / C)),
    "by another unit": lambda: slanted(GAUSSIAN + by_logistic(A * (X - M))),
    "slant first": lambda: slanted(GAUSSIAN + by_logistic(A * (X - M) / C), SLANT, SCALE, PLACE),
    "by inverse scale": lambda: slanted((GAUSSIAN + by_logistic(A * (X - M) / C)).subs(C, 1 / C)),
}
NOT_SLANTED = {
    "one way only": lambda: slanted(GAUSSIAN + by_logistic(UP * (X - M) / C), PLACE, SCALE, Parameter(UP, POSITIVE)),
    "with a least scale": lambda: slanted(
        GAUSSIAN + by_logistic(A * (X - M) / C), PLACE, Parameter(C, Interval.open(1, oo)), SLANT
    ),
    "by what has no ceiling": lambda: slanted(GAUSSIAN + A * (X - M) / C - A**2 / 2),
    "with a kernel that is highest elsewhere": lambda: slanted(
        -log(2 * pi) / 2 - ((X - M) / C - 1) ** 2 / 2 - log(C) + by_logistic(A * (X - M) / C)
    ),
}


EACH = [
    name if name in ("shipped", "by a logistic function") else pytest.param(name, marks=pytest.mark.thorough)
    for name in SLANTED
]


def limits(derivation: Derivation, x: list[float]) -> list[float]:
    """The limits at the edges, in the order of the derivation."""
    data = require_data(derivation.family, x)
    exactly = Exactly(table_of(derivation.family, data))
    with precision(300):
        return [float(exactly.ball(written_out(derivation, edge.height), {})) for edge in derivation.edges]


@pytest.mark.parametrize("name", EACH)
def test_a_slant_is_found(name: str) -> None:
    """In whatever parameters, and of logarithms."""
    derivation = derive(SLANTED[name]())
    findings = [f for s, f in zip(derivation.steps, derivation.findings, strict=True) if s.rule.startswith("slant")]
    assert [finding.evidence.verdict for finding in findings] == [Verdict.AGREE] * 2
    assert len(derivation.edges) == 2
    assert derivation.existence_searched


@pytest.mark.thorough
@pytest.mark.parametrize("name", NOT_SLANTED)
def test_no_limits_are_claimed_of_what_is_not_slanted(name: str) -> None:
    """On a part of the space, or beside a kernel of another shape, the limits may be others."""
    derivation = derive(NOT_SLANTED[name]())
    assert derivation.edges == ()
    assert not any(step.rule == "slant-edges" for step in derivation.steps)


@pytest.mark.parametrize("name", EACH)
def test_the_limits_are_reached_along_a_path_and_by_no_member(name: str) -> None:
    """With the place a little beyond the data and a large slant, the likelihood comes close to them from below."""
    derivation, x = derive(SLANTED[name]()), [0.5, 1.0, 1.0, 3.0, 4.5]
    line = np.log(x) if name == "of logarithms" else np.array(x)
    low, high = limits(derivation, x)
    for limit, end, side in ((low, line.min(), -1.0), (high, line.max(), 1.0)):
        scale = float(np.sqrt(np.mean((line - end) ** 2)))
        reached = []
        for way in (1.0, -1.0):
            values = {"place": end + side * 1e-6, "scale": scale, "slant": way * 1e9}
            theta = [values[kind] for kind in _kinds(derivation.family)]
            if name == "by inverse scale":
                theta = [1 / value if value == scale else value for value in theta]
            reached.append(log_likelihood(derivation.family, theta, x)[0] / len(x))
        assert max(reached) < limit
        # The likelihood without slant, of slope below ten there, at a place that is off by a millionth.
        assert max(reached) > limit - 1e-5


def _kinds(member: Family) -> list[str]:
    """What each parameter is, in declared order."""
    names = {"xi": "place", "m": "place", "omega": "scale", "c": "scale", "alpha": "slant", "a": "slant"}
    return [names[name] for name in member.parameter_names]


@given(
    x=st.lists(st.integers(-9, 9), min_size=2, max_size=9),
    beyond=st.floats(0.0, 20.0),
    scale=st.floats(0.05, 30.0),
    slant=st.floats(-1e4, 1e4),
    side=st.sampled_from([-1, 1]),
)
def test_no_member_with_its_place_beyond_the_data_is_above_the_limit(
    x: list[int], beyond: float, scale: float, slant: float, side: int
) -> None:
    """So that a maximiser lies between the least and the greatest observation, if there is one."""
    assume(len(set(x)) > 1)
    derivation = derive(family("skew_normal"))
    end = (max(x) if side > 0 else min(x)) + side * beyond
    assert edge_above(derivation, [end, scale, slant], require_data(derivation.family, x)) is not None


def test_a_maximiser_is_proved_to_exist_where_the_estimate_is_above_the_limits() -> None:
    """The certificate says that it is the only one, and is confirmed."""
    x = [0.0] * 20 + [float(value) for value in (-8, -3, -2, -1, 1, 2, 2, 3, 4, 6, 9)]
    member = family("skew_normal")
    proof = certify(member, x)
    assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert check(proof, x)
    assert is_above_edges(derive(member), fit(member, x).theta.tolist(), require_data(member, x))


@pytest.mark.parametrize("x", [[0.0, 1.0], [0.0, 1.0, 3.0], [0.0] * 5 + [1.0, 2.0]])
def test_where_nothing_is_above_the_limits_the_data_count_as_without_a_maximiser(x: list[float]) -> None:
    """A search that never saw the estimate finds nothing above them either."""
    member = family("skew_normal")
    derivation, data = derive(member), require_data(member, x)
    with pytest.raises((ExistenceError, UnsolvedError), match="no maximiser"):
        fit(member, x)
    assert not is_found_above_edges(derivation, data)
    assert not has_maximiser(derivation, np.array(x))
    assert edge_above(derivation, [x[0], 1.0, 1.0], data) is not None


def test_equal_data_have_no_maximiser() -> None:
    """The likelihood of the normal family grows without bound, and with it that of any slant."""
    proof = certify(family("skew_normal"), [2.0, 2.0, 2.0])
    assert proof.verdict is CertificateVerdict.NO_MAXIMUM
    assert check(proof, [2.0, 2.0, 2.0])


@pytest.mark.thorough
def test_a_derivation_carried_over_has_the_limits_of_a_direct_one() -> None:
    """The map's slope is in the likelihood, and so in its limits."""
    x = [0.5, 1.0, 1.0, 3.0, 4.5]
    carried = transport(derive(family("skew_normal")), "carried", Y, log(Y))
    direct = derive(family("skew_normal").transform("direct", Y, log(Y)))
    assert limits(carried, x) == pytest.approx(limits(direct, x), abs=1e-12)


BELOW = [-4.0, -3.0, -3.0, -2.0, -2.0, -1.0, *[0.0] * 4, 1.0, 1.0, 1.0, 2.0, 3.0, 6.0, 7.0, 8.0, 8.0]
"""Data whose likelihood has a maximum that is lower than what it tends to as the slant grows."""


def test_a_maximum_below_the_limits_is_no_estimate() -> None:
    """The fit refuses it, and the certificate of the local maximum says what is as high."""
    member = family("skew_normal")
    with pytest.raises(ExistenceError, match="is not above what the likelihood tends to where alpha grows"):
        fit(member, BELOW)
    proof = certify(member, BELOW)
    assert proof.verdict is CertificateVerdict.NO_MAXIMUM
    assert proof.check(BELOW)
    local = certify(member, BELOW, near=[-3.8, 6.1, 12.0])
    assert local.verdict is CertificateVerdict.LOCAL
    assert "as high where alpha grows without bound and xi tends to the least observation" in local.why


@pytest.mark.thorough
def test_whoever_refuses_such_data_is_not_called_wrong() -> None:
    """Planted before: a local maximum was taken for a proof that a maximiser exists. They are right, as is proved."""

    def refuse(x: NDArray[np.float64]) -> float:
        raise ValueError("no maximum")

    member = family("skew_normal")
    question = Question(derive(member), refuse, parameter_map(member, None), member, {}, "mle", 1e-7)
    assert judge(question, np.array(BELOW)).verdict is Verdict.AGREE
    above = np.array([0.0] * 20 + [-8.0, -3.0, -2.0, -1.0, 1.0, 2.0, 2.0, 3.0, 4.0, 6.0, 9.0])
    assert judge(question, above).verdict is Verdict.DISAGREE


@pytest.mark.thorough
@pytest.mark.parametrize("offset", [0.0, 1e5])
def test_a_place_in_another_unit_is_fitted_alike(offset: float) -> None:
    """With half the location as the parameter: the normal member, where slopes and curvature vanish, is no maximum.

    At 1e5 doubles do not carry a climb from afar, and one in balls used to end there.
    """
    skew, half = family("skew_normal"), Symbol("h", real=True)
    other = skew.reparametrise("half", [Parameter(half, Reals), *skew.parameters[1:]], {"xi": 2 * half})
    levels = stats.skewnorm.ppf((np.arange(32) + 0.5) / 32, 2)
    data = offset + np.append(np.round(128 * levels) / 2**14, -1 / 128)
    found = [fit(declared, data).theta for declared in (skew, other)]
    np.testing.assert_allclose(found[0], found[1] * [2, 1, 1], rtol=1e-8)
    assert found[0][2] == pytest.approx(1.0356, abs=1e-4)


def test_few_rows_far_from_many_equal_ones_are_fitted() -> None:
    """Then the quartiles say nothing of the scale. Such data were refused: every climb began with a scale far too
    small."""
    near, far = [1e8] * 35, [1e8 + 0.00889, 1e8 + 0.00889, 1e8 - 0.00640, 1e8 - 0.00640, 1e8 - 0.00640]
    found = fit(family("skew_normal"), [*near, *far, 1e8 - 2**-26, 1e8 + 2**-26])
    assert found.theta_hat["omega"] == pytest.approx(0.0033, abs=2e-4)
    assert found.theta_hat["alpha"] == pytest.approx(1.28, abs=0.1)


def test_a_location_far_from_zero_is_climbed_in_doubles() -> None:
    """Rows less their centre lose no digits, and neither do their differences from a place beside it."""
    derivation = derive(family("skew_normal"))
    plan = climb_of(derivation)
    about = about_the_centre(plan, derivation.family.observation)
    assert about is not None
    levels = stats.skewnorm.ppf((np.arange(32) + 0.5) / 32, 2)
    rows = (np.round(128 * levels) / 2**14 + 1e9).reshape(-1, 1)
    numbers = {CENTRE: 1e9, SIZE: 2.0**-7}
    objective = DoubleObjective(plan, Observations(rows, None, 32), numbers, derivation.family.columns)
    near = DoubleObjective(
        plan, Observations(rows - 1e9, None, 32), {**numbers, CENTRE: 0.0}, derivation.family.columns
    )
    for point in ([0.3, -4.0, 1.0], [1e-9, -5.0, -3.0]):
        assert objective.height(point) == near.height(point)
