"""Whether the highest of several maxima is found where nothing proves that there is one, in whatever unit."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from sympy import Eq, FiniteSet, Interval, Ne, Piecewise, Reals, Symbol, atan, exp, log, oo, pi, sin

from thetahat import Covariate, Family, Parameter, certify, derive, family, fit
from thetahat.proofs.derivation import Derivation
from thetahat.proofs.errors import UnsolvedError
from thetahat.verify import ball_rooting, estimation, rooting
from thetahat.verify.density import density
from thetahat.verify.equivariance_checks import in_logarithms
from thetahat.verify.exact_rooting import ExactEquation
from thetahat.verify.likelihood import log_likelihood
from thetahat.verify.line import Line
from thetahat.verify.near_data import probes
from thetahat.verify.observations import Observations
from thetahat.verify.probed import Probed, worth_asking
from thetahat.verify.statistics import evaluate

TIGHT = 19.8 + 1e-12 * np.array(
    [
        *(34171944735, 34042062029, 33855251865, 33960012606, 33826770711, 33452103169, 34283427800, 34086652634),
        *(33982532530, 33956989745, 34674235500, 33605480012, 34031862151, 34598555513, 34207669127, 34416139953),
        *(33920322433, 33690746691, 34547051299, 34550152816, 33921016109, 33009290739),
    ]
)
Array = NDArray[np.float64]
FAR = np.array([0.28, 0.58, 0.59, 0.73, 0.77, 0.8, 1.1, 1.7, 2.1, 2.6, 3.4, 4.3, 6.8, 13.0])


def statistics(derivation: Derivation, data: Observations) -> dict[Symbol, float]:
    """The statistics in doubles."""
    return {s.symbol: evaluate(s.definition, data, {}) for s in derivation.statistics if not s.definition.free_symbols}


@pytest.mark.parametrize("unit", [1e-74, 1e-20, 1.0, 1e60])
@pytest.mark.parametrize(("least", "scale"), [(1e-8, 1.7786298795429e-8), (1e-12, 7.547899549870e-13)])
def test_a_higher_maximum_at_a_far_smaller_size_is_found(least: float, scale: float, unit: float) -> None:
    """Lomax data of very different sizes: near each is a maximum, the one near the least by 25 nats and more higher."""
    sizes = np.repeat([least, least * 1e4, 0.5, 0.75, 0.85], [5, 8, 5, 6, 12])
    found = fit(family("lomax"), unit * np.concatenate([sizes, FAR]))
    assert math.isclose(found.theta_hat["lambda"] / unit, scale, rel_tol=1e-9)


@pytest.mark.parametrize(
    ("name", "x"),
    [
        ("lomax", [0.5, 1.0, 9.0]),
        ("burr", [0.2, 0.5, 1.0]),
        ("generalised_gamma", [0.5, 1.0, 2.5, 3.0]),
    ],
)
@pytest.mark.parametrize("weights", [None, [2.0, 0.5, 1.5, 3.0]])
def test_heights_together_are_those_one_by_one(name: str, x: list[float], weights: list[float] | None) -> None:
    """With the weights of the rows, and for each value with what the formulas give for it."""
    derivation = derive(family(name))
    w = None if weights is None else np.array(weights[: len(x)])
    data = Observations(np.array(x).reshape(-1, 1), w, len(x))
    known, places = statistics(derivation, data), [0.3, 1.0, 2.0]
    together = Probed(derivation, data).heights(places)
    assert list(together) == places
    for place, (height, off) in together.items():
        values = {**known, derivation.unknowns[0]: place}
        for symbol, formula in derivation.formulas:
            values[symbol] = evaluate(formula, data, values)
        alone, _ = log_likelihood(derivation.family, [values[s] for s in derivation.family.symbols], data.x, data.w)
        assert math.isclose(height, alone, rel_tol=1e-12)
        assert off < 1e-9


@pytest.mark.parametrize("unit", [2.0**-250, 1.0, 2.0**250])
@pytest.mark.parametrize("logarithm", [False, True])
def test_heights_together_are_right_in_any_unit_and_parametrisation(logarithm: bool, unit: float) -> None:
    """High powers of data overflow where nothing is done about it, and the logarithm of a scale is solved from a
    logarithm of an average, which is no average itself."""
    declared = family("generalised_gamma")
    if logarithm:
        other = in_logarithms(declared)
        assert other is not None
        declared = other[0]
    derivation = derive(declared)
    data = Observations(unit * FAR.reshape(-1, 1), None, len(FAR))
    places = [0.5, 1.0, 2.0] if logarithm else [0.5, 1.0, 2.0, 400.0]
    together = Probed(derivation, data).heights(places)
    exactly = ExactEquation(derivation, data)
    assert [
        place for place in places if not math.isclose(together[place][0], exactly.height(place), rel_tol=1e-12)
    ] == []


@pytest.mark.parametrize("name", ["generalised_gamma", "lomax", "burr"])
@pytest.mark.parametrize("x", [TIGHT, FAR, 1e-300 * FAR, np.concatenate([FAR, 1e12 * FAR])], ids=["tight", *"abc"])
def test_what_doubles_tell_is_what_balls_say(name: str, x: Array) -> None:
    """Signs of the slope, and heights to within their bounds, wherever they are told."""
    derivation = derive(family(name))
    data = Observations(x.reshape(-1, 1), None, len(x))
    probed, exactly = Probed(derivation, data), ExactEquation(derivation, data)
    places = (np.geomspace(1e-9, 1e9) * (np.max(x) if name == "lomax" else 1.0)).tolist()
    slopes, heights = probed.slopes(places), probed.heights(places)
    assert [place for place, (slope, _) in slopes.items() if (slope > 0) != (exactly.slope(place) > 0)] == []
    assert [place for place, (height, off) in heights.items() if not abs(height - exactly.height(place)) <= off] == []
    assert slopes


def test_doubles_that_are_all_rounding_tell_nothing() -> None:
    """Planted: of data this close plain doubles have slopes of a wrong sign, of which none is told."""
    derivation = derive(family("generalised_gamma"))
    data = Observations(TIGHT.reshape(-1, 1), None, len(TIGHT))
    exactly, places = ExactEquation(derivation, data), np.geomspace(1e-3, 1e2).tolist()
    wrong = [place for place in places if (exactly.in_doubles(place) > 0) != (exactly.slope(place) > 0)]
    told = Probed(derivation, data).slopes(places)
    assert wrong
    assert not set(told).intersection(wrong)


def test_a_root_that_is_all_rounding_is_looked_for_in_balls() -> None:
    """Of data this close the slope in doubles changes its sign here and there; the highest member has p = 26,700."""
    found = fit(family("generalised_gamma"), TIGHT)
    exactly = ExactEquation(found.derivation, Observations(TIGHT.reshape(-1, 1), None, len(TIGHT)))
    root = found.theta_hat["p"]
    assert root == pytest.approx(26_700, rel=1e-3)
    assert exactly.height(root) > max(exactly.height(root * factor) for factor in (0.5, 0.9, 0.99, 1.01, 1.1, 2.0))


def test_what_doubles_do_not_tell_is_left_out() -> None:
    """A member outside the space, an overflow, and a support that moves with the unknown."""
    lomax, data = derive(family("lomax")), Observations(np.array([[0.5], [1.0], [9.0]]), None, 3)
    assert list(Probed(lomax, data).heights([-1.0, 1.0])) == [1.0]
    gamma = derive(family("generalised_gamma"))
    assert list(Probed(gamma, data).heights([1.0, 1e4])) == [1.0]
    shifted = derive(family("rayleigh_shifted"))
    assert Probed(shifted, data).heights([0.1]) == {}


def test_only_what_is_surely_lower_is_not_asked_again() -> None:
    """Not what is lower by less than a height may be off, and not what has no height."""
    heights = {1.0: (-9.0, 0.0), 2.0: (-5.1, 0.2), 3.0: (-4.0, 0.0)}
    assert worth_asking(heights, [1.0, 2.0, 3.0, 4.0], -5.0) == [2.0, 3.0, 4.0]


def test_a_shape_is_looked_for_around_one_over_the_spread_of_logarithms() -> None:
    """So another unit leaves the grid as it is, and data that are closer by a million move it as far."""
    shape, scale = derive(family("generalised_gamma")), derive(family("lomax"))
    line = Line(0.0, math.inf)

    def grid(derivation: Derivation, data: np.ndarray) -> np.ndarray:
        return np.array(probes(derivation, Observations(data.reshape(-1, 1), None, len(data)), line))

    assert grid(shape, FAR * 2.0**70) == pytest.approx(grid(shape, FAR), rel=1e-9)
    assert (grid(scale, FAR * 2.0**70) > 2.0**75).sum() > (grid(scale, FAR) > 2.0**75).sum()
    close = grid(shape, 1.0 + 1e-6 * FAR)
    assert ((close > 1e4) & (close < 1e8)).sum() > 30


@pytest.mark.parametrize("alone", [5.0, 50.0])
def test_a_group_of_one_row_has_no_highest_member(alone: float) -> None:
    """Two samples with one mean and two scales: about a single row the second scale may shrink to nothing.

    The stationary point between both samples is no estimate; with two different rows in each group it is.
    """
    x, g, m = Symbol("x", real=True), Symbol("g", integer=True, nonnegative=True), Symbol("m", real=True)
    first, second = Symbol("s", positive=True), Symbol("t", positive=True)
    scale, half_line = first * (1 - g) + second * g, Interval.open(0, oo)
    two = Family(
        "two_samples",
        x,
        Reals,
        (Parameter(m, Reals), Parameter(first, half_line), Parameter(second, half_line)),
        -log(scale) - log(2 * pi) / 2 - (x - m) ** 2 / (2 * scale**2),
        covariates=(Covariate(g, FiniteSet(0, 1), "which sample"),),
    )
    rows = [[0.0, 0], [1.0, 0], [3.0, 0], [alone, 1]]
    with pytest.raises(UnsolvedError, match=r"it is higher at m = |the likelihood is unbounded then"):
        fit(two, rows)
    assert 1 < fit(two, [*rows, [alone + 2, 1]]).theta_hat["m"] < 6


def test_a_higher_value_is_still_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: of several roots the first is taken; what was looked at together tells that another value is higher."""
    sizes = np.repeat([1e-8, 1e-4, 0.5, 0.75, 0.85], [5, 8, 5, 6, 12])
    for module in (rooting, ball_rooting):
        monkeypatch.setattr(module, "highest_root", lambda *arguments: 1.194469013052254)
    with pytest.raises(UnsolvedError, match="it is higher at"):
        fit(family("lomax"), np.concatenate([sizes, FAR]))


def test_a_rate_is_looked_for_around_one_over_the_data() -> None:
    """On data of size 1e100 rounding made four roots far out, and the grid around 1e100 held no rate of theirs."""
    rate = Parameter(Symbol("r", positive=True), Interval.open(0, oo))
    lomax = family("lomax")
    by_rate = lomax.reparametrise("by_rate", [lomax.parameters[0], rate], {"lambda": 1 / rate.symbol})
    data = [
        8.64474373096448e100,
        3.5111740207761154e99,
        6.159553433811974e99,
        1.0784871652676467e100,
        1.015772913662398e100,
    ]
    found, known = fit(by_rate, data).theta_hat, fit(lomax, data).theta_hat
    assert math.isclose(found["r"] * known["lambda"], 1.0, rel_tol=1e-9)


POSITIVE, REAL, PLACE = Symbol("x", positive=True), Symbol("x", real=True), Symbol("m", real=True)
CUT = Family(
    "cut_cauchy",
    POSITIVE,
    Interval.open(0, oo),
    (Parameter(PLACE, Reals),),
    -log(1 + (POSITIVE - PLACE) ** 2) - log(pi / 2 + atan(PLACE)),
)


BULKS = Family(
    "bulks",
    REAL,
    Reals,
    (Parameter(PLACE, Reals),),
    log(3 * exp(-((REAL - PLACE) ** 2) / 2) + 7 * exp(-((REAL - PLACE - 4) ** 2) / 2)) - log(10) - log(2 * pi) / 2,
)
QUINTIC, WAVE = (
    Family(name, REAL, Reals, (Parameter(PLACE, space),), -((REAL - mean) ** 2) / 2 - log(2 * pi) / 2)
    for name, mean, space in (
        ("quintic", PLACE**5 - 5 * PLACE**3 + 4 * PLACE, Reals),
        ("wave", 3 * sin(PLACE), Interval(-10, 10)),
    )
)
NARROW = Family(
    "narrow",
    REAL,
    Reals,
    (Parameter(PLACE, Reals),),
    6 * log(10) - log(pi) - log(1 + 10**12 * (REAL - PLACE) ** 2),
)


@pytest.mark.parametrize(
    ("declared", "x"),
    [
        # Two maxima between the same two neighbours, and two between neighbours that are highest together.
        (family("cauchy").fix(gamma=1), [4.25, 7.8125, 7.125, 4.25, 3.6875, 7.0]),
        (family("cauchy").fix(gamma=1), [1.25, 4.125, 1.6875, 4.125]),
        (family("cauchy").fix(gamma=1), [4.875, 1.4375, 0.0625, 3.4375]),
        (family("cauchy").fix(gamma=1), [2.4375, 0.5, 5.1875, 5.75, 3.375, 0.5625, 5.4375]),
        # A place on the whole line, of data on half of it, which change with no unit.
        (CUT, [32.0, 29.94076027212102]),
        (CUT, [104.875, 101.4375, 100.875, 103.8125]),
        # Two bulks, the larger of which lies four beside the place, and peaks far narrower than their distances.
        (BULKS, [12.0]),
        (BULKS, [0.25, 4.5, -3.0]),
        # A mean that many places give, which the rows are far from; rates of two parts, in any unit; a closed space.
        (WAVE, [-0.06, 2.57, 2.87, 0.83, 1.97]),
        (WAVE, [1.0, -0.2]),
        (QUINTIC, [26.94, -1.15, -0.24, -2.7]),
        (QUINTIC, [21.09, 0.33, -0.29, -0.44, -1.17]),
        (NARROW, [-0.41, 0.3, 0.7, -0.4099995, 5.0]),
    ],
)
def test_of_maxima_between_observations_the_highest_is_found(declared: Family, x: list[float]) -> None:
    """As high as the best of ten thousand places, and of the observations."""
    found = fit(declared, x)
    ends = declared.parameters[0].bounds
    grid = [*np.linspace(max(ends.lo, min(x) - 5), min(ends.hi, max(x) + 5), 10_000), *x]
    grid = [float(place) for place in grid if ends.lo <= place <= ends.hi]
    with np.errstate(all="ignore"):
        terms = density(declared)(np.array(x), np.array(grid)[:, None])
        heights = np.nan_to_num(np.broadcast_to(terms, (len(grid), len(x))).sum(axis=1), nan=-math.inf)
    best = max(log_likelihood(declared, [grid[at]], x)[0] for at in np.argsort(-heights)[:100])
    assert math.isfinite(best)
    assert found.log_likelihood >= best


@pytest.mark.parametrize("mean", [0.2, 0.4999, 0.9])
def test_a_case_for_one_value_by_itself_moves_no_estimate(mean: float) -> None:
    """The exponential tilt of a uniform variable is declared for no tilt apart, where its formula is zero over zero."""
    tilt = Symbol("t", real=True)
    total = Piecewise((log((exp(tilt) - 1) / tilt), Ne(tilt, 0)), (0, True))
    tilted = Family("tilted", POSITIVE, Interval.open(0, 1), (Parameter(tilt, Reals),), tilt * POSITIVE - total)
    other = Piecewise((0, Eq(tilt, 0)), (log((exp(tilt) - 1) / tilt), True))
    again = Family("tilted_again", POSITIVE, Interval.open(0, 1), tilted.parameters, tilt * POSITIVE - other)
    found = fit(tilted, [mean]).theta[0]
    assert math.isclose(1 / -math.expm1(-found) - 1 / found, mean, rel_tol=1e-9)
    assert fit(again, [mean]).theta[0] == pytest.approx(found, rel=1e-12)
    enclosed = certify(tilted, [mean])
    assert enclosed.check([mean])
    assert float(enclosed.theta["t"].low) <= found <= float(enclosed.theta["t"].high)


@pytest.mark.parametrize("unit", [1e-100, 1.0, 1e100])
def test_each_part_of_a_mixture_of_rates_is_looked_for_at_each_row(unit: float) -> None:
    """A single waiting time is either of two parts whose rates differ by a factor of five hundred."""
    rate, wait = Symbol("a", positive=True), Symbol("x", positive=True)
    half = Interval.open(0, oo)
    density = log(rate * exp(-rate * wait) / 2 + 250 * rate * exp(-500 * rate * wait))
    parts = Family("parts", wait, half, (Parameter(rate, half),), density)
    found = fit(parts, [11.0 * unit])
    best = max(
        log_likelihood(parts, [share / (11.0 * unit)], [11.0 * unit])[0] for share in np.geomspace(1e-3, 2, 5000)
    )
    assert found.log_likelihood >= best


def test_a_search_that_found_nothing_is_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside ``remembering``, in whatever order the rows come; outside it is."""
    calls: list[int] = []

    def failing(derivation: Derivation, observations: Observations) -> estimation.Estimate:
        calls.append(observations.n)
        raise UnsolvedError("nothing was found")

    monkeypatch.setattr(estimation, "_estimate", failing)
    derivation = derive(family("gumbel"))

    def asked(*rows: float) -> None:
        with pytest.raises(UnsolvedError, match="nothing was found"):
            estimation.estimate(derivation, Observations(np.array(rows).reshape(-1, 1), None, len(rows)))

    with estimation.remembering():
        asked(0.0, 1.0, 3.0)
        asked(3.0, 0.0, 1.0)
    assert len(calls) == 1
    asked(0.0, 1.0, 3.0)
    assert len(calls) == 2
