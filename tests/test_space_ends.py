"""Whether a space smaller than a family needs is taken for what it is: with ends that hold the maximiser, or do not."""

from dataclasses import replace
from itertools import combinations_with_replacement

import numpy as np
import pytest
from sympy import (
    Abs,
    Eq,
    Expr,
    Heaviside,
    Interval,
    Piecewise,
    Range,
    Rational,
    Reals,
    Set,
    Symbol,
    besseli,
    cos,
    cosh,
    exp,
    log,
    loggamma,
    oo,
    pi,
    tan,
)

from thetahat import Family, Parameter, certify, derive, fit
from thetahat.proofs.checker import check_steps
from thetahat.proofs.curvature import comes_up_to_ends
from thetahat.proofs.derivation import Evidence, Outcome, Verdict
from thetahat.proofs.errors import ExistenceError, UnsolvedError
from thetahat.proofs.registry import family as catalogued
from thetahat.proofs.write.markdown import derivation_markdown
from thetahat.verify.certify import CertificateVerdict
from thetahat.verify.likelihood import log_likelihood

y, m, r = Symbol("y", real=True), Symbol("m", real=True), Symbol("r", real=True)
x, k, s, a = (Symbol(name, positive=True) for name in ("x", "k", "s", "a"))
p, u = Symbol("p", nonnegative=True), Symbol("u", nonnegative=True)
count = Symbol("c", integer=True, nonnegative=True)
POSITIVE = Interval.open(0, oo)
NORMAL = -((y - m) ** 2) / 2 - log(2 * pi) / 2
WEIBULL = log(k) - k * log(s) + (k - 1) * log(x) - (x / s) ** k


def family(density: Expr, observation: Symbol, support: Set, *parameters: tuple[Symbol, Set]) -> Family:
    return Family("unseen", observation, support, tuple(Parameter(*one) for one in parameters), density)


def on_a_grid(item: Family, data: np.ndarray, low: float, high: float) -> float:
    """The highest log-likelihood on a fine grid over one parameter, ends included."""
    return max(log_likelihood(item, [place], data)[0] for place in np.linspace(low, high, 4001))


BOUNDED = [
    (family(NORMAL, y, Reals, (m, Interval(-1, 1))), [3.0, 4.0], 1.0),
    (family(NORMAL, y, Reals, (m, Interval(-1, 1))), [-3.0, 0.5], -1.0),
    (family(log(a) - a * x, x, POSITIVE, (a, Interval(Rational(1, 4), 2))), [0.1, 0.2], 2.0),
    (family(log(a) - a * x, x, POSITIVE, (a, Interval(Rational(1, 4), 2))), [8.0, 9.0], 0.25),
    (family(count * log(a) - a - loggamma(count + 1), count, Range(0, oo), (a, Interval(1, 9))), [0, 0, 1], 1.0),
    (family(-Abs(y - u) - log(2), y, Reals, (u, Interval(0, 1))), [1.0, 5.0, 9.0], 1.0),
    (family(-(y - u) - 2 * log(1 + exp(u - y)), y, Reals, (u, Interval(0, 1))), [1.0, 5.0, 9.0], 1.0),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("item", "data", "end"), BOUNDED, ids=[f"{b[0].log_density} {b[1]}" for b in BOUNDED])
def test_the_maximiser_may_be_an_end_of_the_space(item: Family, data: list[float], end: float) -> None:
    """Such data were refused: it was said that they have no maximiser."""
    found = fit(item, data)
    assert found.outcome is Outcome.SPACE_BOUNDARY
    assert found.theta.tolist() == [end]
    assert found.standard_errors == {}
    ends = item.parameters[0].bounds
    assert found.log_likelihood >= on_a_grid(item, np.array(data), float(ends.lo), float(ends.hi)) - 1e-12
    assert not derive(item).existence_needed
    assert "at an end that belongs to the space" in derivation_markdown(derive(item))
    # At a kink there is no slope that could show it.
    kinked = item.log_density.has(Abs)
    assert certify(item, data).verdict is (CertificateVerdict.UNDECIDED if kinked else CertificateVerdict.AT_BOUNDARY)


TILTED = family(log((1 + m * y) / 2), y, Interval(-1, 1), (m, Interval(-1, 1)))


@pytest.mark.parametrize("data", [[0.5, 0.75], [-0.5, -0.25, 0.1], [1.0, 1.0], [-1.0], [-1.0, 0.9, 0.8], [0.5, -0.5]])
def test_a_concave_likelihood_that_rises_beyond_an_end_is_largest_there(data: list[float]) -> None:
    """The end was said to be out of reach of doubles; an observation at which the density vanishes there forbids it."""
    found = fit(TILTED, data)
    inside = np.linspace(-0.999999, 0.999999, 2001)
    assert found.log_likelihood >= max(log_likelihood(TILTED, [place], np.array(data))[0] for place in inside)
    assert (found.outcome is Outcome.SPACE_BOUNDARY) == (abs(found.theta[0]) == 1)


def test_an_open_end_beyond_which_the_likelihood_rises_is_no_maximiser() -> None:
    """Planted: the same likelihood, with the ends left out."""
    with pytest.raises(UnsolvedError):
        fit(family(log((1 + m * y) / 2), y, Interval(-1, 1), (m, Interval.open(-1, 1))), [0.5, 0.75])


def test_an_end_that_is_not_part_of_the_space_is_no_maximiser() -> None:
    """The same likelihoods rise towards an end that is never reached."""
    with pytest.raises(ExistenceError, match="have no maximiser"):
        fit(family(NORMAL, y, Reals, (m, Interval.open(-1, 1))), [3.0, 4.0])
    half = family(log(a) - a * x, x, POSITIVE, (a, Interval.Ropen(1, 2)))
    with pytest.raises(ExistenceError):
        fit(half, [0.1, 0.2])
    assert fit(half, [8.0, 9.0]).theta.tolist() == [1.0]


def test_several_parameters_are_not_said_to_have_no_maximiser() -> None:
    """The highest point of the face is given, and certified, whether the root lies on the end or beyond it."""
    item = family(NORMAL.subs(y, y / s).subs(m, m / s) - log(s), y, Reals, (m, Reals), (s, Interval(1, 3)))
    assert fit(item, [3.0, 4.0]).theta.tolist() == [3.5, 1.0]
    for data in ([3.0, 4.0], [3.0, 5.0]):
        assert certify(item, data).verdict is CertificateVerdict.AT_BOUNDARY
        assert certify(item, data).check(data)


@pytest.mark.parametrize("data", [[0, 0, 0], [1, 1]])
def test_shares_on_an_end_of_their_space_are_certified_and_confirmed(data: list[int]) -> None:
    """The checker looked for a smooth maximum where the likelihood has none."""
    item = family(count * log(p) + (1 - count) * log(1 - p), count, Range(0, 2), (p, Interval(0, 1)))
    certificate = certify(item, data)
    assert certificate.verdict is CertificateVerdict.AT_BOUNDARY
    assert certificate.check(data)
    assert fit(item, data).theta.tolist() == [data[0]]


@pytest.mark.parametrize("space", [Interval.open(1, oo), Interval(1, oo)])
def test_edges_of_a_smaller_space_are_no_edges_of_the_likelihood(space: Interval) -> None:
    """It was proved to vanish at every edge, whatever the space of the shape: for heavy tails that is at no edge."""
    item = family(WEIBULL, x, POSITIVE, (k, space), (s, POSITIVE))
    assert len(derive(item).exists_when) == 2
    heavy, light = (1 / np.linspace(0.02, 1, 40) ** 2, np.linspace(0.5, 1.5, 40))
    if space.left_open:
        with pytest.raises(ExistenceError):
            fit(item, heavy)
    else:
        assert fit(item, heavy).theta.tolist() == pytest.approx([1.0, heavy.mean()])
    assert fit(item, light).theta[0] > 1


def test_a_scale_below_one_need_not_have_a_maximiser() -> None:
    """Of a logistic distribution; the end of its space is approached."""
    item = family(-(y - m) / s - log(s) - 2 * log(1 + exp((m - y) / s)), y, Reals, (m, Reals), (s, Interval.open(0, 1)))
    assert not derive(item).existence_proved
    with pytest.raises(UnsolvedError, match=r"rises up to that end|reached no maximum"):
        fit(item, [1.0, 5.0, 9.0])


CORNERS = [
    (-((y - Abs(m)) ** 2) / 2 - log(2 * pi) / 2, (m, Reals)),
    (-((y - m**2) ** 2) / 2 - log(2 * pi) / 2, (m, Reals)),
    (-((y - m**3) ** 2) / 2 - log(2 * pi) / 2, (m, Reals)),
    (-((y - m - m**2) ** 2) / 2 - log(2 * pi) / 2, (m, Reals)),
    (-((y - tan(r)) ** 2) / 2 - log(2 * pi) / 2, (r, Interval.open(-pi / 2, pi / 2))),
    (-(y**2) / (2 * (1 - r**2)) - log(1 - r**2) / 2 - log(2 * pi) / 2, (r, Interval.open(-1, 1))),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("density", "parameter"), CORNERS, ids=[str(density) for density, _ in CORNERS])
def test_a_stationary_point_where_the_map_to_natural_parameters_turns_is_no_global_maximum(
    density: Expr, parameter: tuple[Symbol, Set]
) -> None:
    """Zero is stationary for all data; it was called the one global maximum, or the only root, where it is neither."""
    item = family(density, y, Reals, parameter)
    found = derive(item)
    assert found.count(Evidence.REFUTED) == 0
    assert found.outcome is Outcome.REDUCED
    end = 1.55 if parameter[0] == r and density.has(tan) else 0.999 if parameter[0] == r else 4.0
    for data in ([0.3, -0.6, 0.2, 0.9], [1.2, 2.0, 0.1], [-0.4, -0.1, 0.2]):
        estimate = fit(item, data)
        assert estimate.log_likelihood >= on_a_grid(item, np.array(data), -end, end) - 1e-9, data


def test_a_root_that_few_data_have_is_not_refuted() -> None:
    """The rate is larger than one, so that the mean has to be below one; random data of the checker were all above."""
    item = family(log(a + 1) - (a + 1) * x, x, POSITIVE, (a, POSITIVE))
    assert derive(item).outcome is Outcome.CLOSED_FORM
    assert fit(item, [0.2, 0.3]).theta[0] == pytest.approx(3.0)


def test_an_odd_root_of_a_negative_number_is_real() -> None:
    """The principal root is complex: the formula had no value for half of the data."""
    item = family(-((y - (m**3 + m)) ** 2) / 2 - log(2 * pi) / 2, y, Reals, (m, Reals))
    assert fit(item, [-10.0]).theta[0] == pytest.approx(-2.0)
    cubed = family(-((y**3 - m**3) ** 2) / 2 + log(3 * y**2) - log(2 * pi) / 2, y, Reals, (m, Reals))
    estimate = fit(cubed, [-2.0, -1.0])
    assert estimate.theta[0] == pytest.approx(-(4.5 ** (1 / 3)))


def test_two_observations_of_a_cauchy_distribution_are_not_said_to_have_no_maximiser() -> None:
    """The likelihood is level along a half-circle of location and scale (Copas 1975): they all are."""
    item, data = catalogued("cauchy"), [1.0, 2.0]
    heights = [log_likelihood(item, [1.5 + np.cos(turn) / 2, np.sin(turn) / 2], data)[0] for turn in (0.4, 1.0, 2.5)]
    np.testing.assert_allclose(heights, heights[0], rtol=1e-12)
    with pytest.raises(ExistenceError, match="may have no maximiser"):
        fit(item, data)
    assert certify(item, data).verdict is CertificateVerdict.UNDECIDED
    with pytest.raises(ExistenceError, match="data have no maximiser"):
        fit(item, [1.0, 1.0, 2.0])
    certificate = certify(item, [1.0, 1.0, 2.0])
    assert certificate.verdict is CertificateVerdict.NO_MAXIMUM
    assert certificate.check([1.0, 1.0, 2.0])


UNPROVED = {
    "wave": family(NORMAL.subs(m, cos(u)), y, Reals, (u, Interval(0, pi))),
    "square": family(NORMAL.subs(m, m**2), y, Reals, (m, Interval(-1, 1))),
    "two bells": family(NORMAL.subs(m, 0) - p**2 / 2 + log(cosh(p * y)), y, Reals, (p, Interval(0, oo))),
    "rice": family(log(x) - (x**2 + p**2) / 2 + log(besseli(0, p * x)), x, POSITIVE, (p, Interval(0, oo))),
}


@pytest.mark.parametrize(
    ("name", "data", "end"),
    [
        ("wave", [1.5, 1.0], 0.0),
        ("wave", [-3.0, -0.5], np.pi),
        ("square", [3.0, 0.25], 1.0),
        ("two bells", [0.5, -1.0], 0.0),
        ("rice", [1.0, 0.5], 0.0),
    ],
)
def test_an_end_is_compared_where_nothing_proves_a_maximum(name: str, data: list[float], end: float) -> None:
    """Such data were refused: no slope changed its sign, or a condition that is not needed failed."""
    item = UNPROVED[name]
    found = fit(item, data)
    assert found.outcome is Outcome.SPACE_BOUNDARY
    assert found.theta.tolist() == [end]
    low, high = (float(one) for one in (item.parameters[0].bounds.lo, item.parameters[0].bounds.hi))
    assert found.log_likelihood >= on_a_grid(item, np.array(data), low, min(high, 9.0)) - 1e-9
    assert certify(item, data).verdict in (CertificateVerdict.UNDECIDED, CertificateVerdict.LOCAL)


def test_a_maximum_inside_is_preferred_to_an_end_that_is_lower() -> None:
    """The likelihood of two bells far apart falls towards a distance of zero."""
    found = fit(UNPROVED["two bells"], [3.0, -3.0, 2.0])
    assert found.outcome is Outcome.REDUCED
    assert found.theta[0] > 2


LINKAGE = Piecewise((log(Rational(1, 2) + u / 4), Eq(count, 0)), (log((1 - u) / 4), count <= 2), (log(u / 4), True))
INBRED = Piecewise(
    (log(Rational(1, 16) + 3 * m / 16), Eq(count, 0)),
    (log(Rational(3, 8) * (1 - m)), Eq(count, 1)),
    (log(Rational(9, 16) + 3 * m / 16), True),
)
CELLS = {
    "linkage": (family(LINKAGE, count, Range(0, 4), (u, Interval(0, 1))), 4, 0.0),
    "inbreeding": (family(INBRED, count, Range(0, 3), (m, Interval(-Rational(1, 3), 1))), 3, -1 / 3),
}


@pytest.mark.parametrize("name", CELLS)
def test_a_likelihood_that_vanishes_on_ends_of_its_space_is_concave_with_these(name: str) -> None:
    """Rao 1973, Linear Statistical Inference, section 5g.1, and inbreeding with known shares of both alleles.

    Of all data of up to three cells: the highest of a fine grid, inside or on an end, is the certified maximum.
    """
    item, cells, low = CELLS[name]
    assert derive(item).optimality.proved
    for size in (1, 2, 3):
        for data in combinations_with_replacement(range(cells), size):
            x = np.array(data, dtype=float)
            if name == "inbreeding" and data == (1, 2, 2):  # level at -1/3, which no ball is: not decided
                continue
            certificate = certify(item, x)
            assert certificate.verdict in (CertificateVerdict.UNIQUE_GLOBAL, CertificateVerdict.AT_BOUNDARY), data
            assert certificate.check(x), data
            best = max(log_likelihood(item, [place], x)[0] for place in np.linspace(low + 1e-9, 1 - 1e-9, 101))
            assert log_likelihood(item, fit(item, x).theta, x)[0] >= best - 1e-12


SUDDEN = {
    "a jump": -count + u * Heaviside(u - 1),
    "minus a logarithm": -log(u) - count,
    "a pole": 1 / u - count,
    "a function that nothing is known of": loggamma(u) - count,
    "a factor of either sign": (1 - count) * log(u),
}


@pytest.mark.parametrize("name", SUDDEN)
def test_what_may_be_higher_on_an_end_than_beside_it_is_not_taken_for_its_limit(name: str) -> None:
    """Then nothing that is said of members inside the space holds of those on its ends."""
    sudden = Family("sudden", count, Range(0, 4), (Parameter(u, Interval(0, 1)),), SUDDEN[name])
    assert comes_up_to_ends(CELLS["linkage"][0])
    assert not comes_up_to_ends(sudden)


def test_a_claim_of_concavity_is_not_carried_to_ends_at_which_the_density_jumps() -> None:
    """The same second derivatives inside, and a member on an end that is no limit of others."""
    item = CELLS["linkage"][0]
    (step,) = (one for one in derive(item).steps if one.rule == "curvature")
    jump = replace(item, log_density=LINKAGE + Heaviside(u - 1, 1))
    assert check_steps(item, (step,))[0].evidence.verdict is Verdict.AGREE
    assert check_steps(jump, (step,))[0].evidence.verdict is not Verdict.AGREE


def _cells(place: Symbol, space: Interval) -> Family:
    shares = (Rational(2, 5) + 7 * place / 20, Rational(2, 5) - 3 * place / 20, Rational(1, 5) - place / 5)
    first, second, third = map(log, shares)
    cells = Piecewise((first, Eq(count, 0)), (second, Eq(count, 1)), (third, True))
    return family(cells, count, Range(0, 3), (place, space))


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize(("data", "root"), [([0, 1], 16 / 21), ([0, 1, 1], 8 / 63)])
def test_a_share_that_is_zero_need_not_take_the_maximum_with_it(closed: bool, data: list[int], root: float) -> None:
    """Without observations in the third cell the likelihood has no pole at one, and its slope is zero before.

    That the third share is positive was said to be needed, and one, or none, to be the maximum.
    """
    item = _cells(u, Interval(0, 1)) if closed else _cells(a, Interval.open(0, 1))
    assert fit(item, data).theta == pytest.approx([root], rel=1e-12)
    certificate = certify(item, data)
    assert certificate.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert certificate.check(data)
    assert "equal" in derivation_markdown(derive(item))


def test_where_no_share_is_zero_and_the_slope_is_of_one_sign_there_is_no_maximum_inside() -> None:
    """All in the second cell: the likelihood falls from zero on, which is no member of the open space."""
    assert fit(_cells(u, Interval(0, 1)), [1, 1]).theta == [0.0]
    with pytest.raises(ExistenceError, match="these data have no maximiser"):
        fit(_cells(a, Interval.open(0, 1)), [1, 1])
    assert certify(_cells(a, Interval.open(0, 1)), [1, 1]).verdict is CertificateVerdict.NO_MAXIMUM
