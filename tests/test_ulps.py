"""Floats of fits by formulas against certificates, on data that agree in nearly all their digits or lie far out.

Data are a few shapes of whole numbers, set on a place and a spread: units in the last place of numbers up to 1e15,
scales from 1e-150 to 1e150, subnormal numbers. Which of them a family's support holds decides what it is asked.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from flint import arb
from sympy import Symbol

from thetahat import certify, family
from thetahat.proofs.balls import precision
from thetahat.proofs.derivation import Derivation
from thetahat.proofs.errors import ExistenceError, SupportError, UnsolvedError
from thetahat.verify import assembly, closed, compiled_fit, estimation
from thetahat.verify.compiled import location_climb, looking, natural_climb
from thetahat.verify.compiled.expansion import Expansion
from thetahat.verify.compiled.gap import mean_and_gap
from thetahat.verify.compiled.last_step import LastStep, solved
from thetahat.verify.compiled.numbers import NUMBERS
from thetahat.verify.compiled_fit import estimator_of
from thetahat.verify.enclosure import table_of
from thetahat.verify.exact import Exactly, written_out
from thetahat.verify.exact_rooting import ExactEquation
from thetahat.verify.fitting import fit_with
from thetahat.verify.known_values import derivation_with
from thetahat.verify.last_step import last_step, slope_sizes
from thetahat.verify.lowering import Lowering
from thetahat.verify.valid_data import require_data

FORMULA_ULPS = 4.0
"""What a fit by formulas may be off; of a place on a line, in units of the larger of the place and the spread."""

ROOT_ULPS = 1.0
"""The same for the root of an equation, and formulas about it."""

FAMILIES: dict[str, dict[str, object]] = {
    "gamma_known_shape": {"k": 2},
    "gumbel_known_scale": {"beta": 2},
    "inverse_gaussian": {},
    "laplace": {},
    "lindley": {},
    "logit_normal": {},
    "lognormal": {},
    "lognormal_by_median": {},
    "normal": {},
    "normal_by_log_scale": {},
    "normal_by_precision": {},
    "normal_mean_equals_scale": {},
    "normal_natural": {},
    "pareto": {},
    "power_function": {},
    "shifted_exponential": {},
    "topp_leone": {},
    "uniform_by_length": {},
}
"""Families with a formula for every parameter: what can cancel in them differs."""


ROOTS: dict[str, dict[str, object]] = {
    "gamma": {},
    "generalised_normal": {"beta": 4},
    "gumbel": {},
    "log_logistic": {},
    "logistic": {},
    "logistic_known_scale": {"s": 2},
    "moyal": {},
    "rayleigh_shifted": {},
    "weibull": {},
}
"""Families with equations left, and formulas about their root."""

ROWS_ULPS = 1.5
"""The same for a root of more rows, which doubles evaluate: half a unit for rounding it, half for a function of it that
is rounded before, and half for what differs from row to row and is left in averages."""

CLIMB_ULPS = 100.0
"""The same of two parameters at which slopes of an exponential family are zero: each is a sum of digamma functions and
an average, which leave a tenth of what they are, and data may hardly tell one parameter from the other."""

OF_ROWS: dict[str, dict[str, object]] = {
    "frechet": {},
    "gumbel": {},
    "gumbel_minimum": {},
    "half_logistic": {},
    "hyperbolic_secant": {},
    "log_logistic": {},
    "logistic": {},
    "logistic_known_scale": {"s": 2},
    "moyal": {},
    "weibull": {},
    "weibull_by_rate": {},
}
"""Families with roots that more than 64 rows are asked for, in doubles."""

STEP_ULPS = 4.0
"""The same for two parameters after a last step, whose slopes may tell one from the other less well: what differs from
row to row then moves both by several times as much."""

WITH_STEPS = ("birnbaum_saunders", "burr", "exponentiated_exponential", "kumaraswamy")
"""Families of which the one parameter is the root of an equation over all rows, and the other a formula about it."""

GAP_ULPS = 6.0
"""The same for a shape told by the gap between a mean and a mean of logarithms: a unit each for the gap, the root and
the formula, and three for rows, of which a hundred leave a tenth of what one is off, and in order more."""

CAREFULLY: dict[str, dict[str, object]] = {"cauchy": {}, "generalised_poisson": {}, "student_t": {"nu": 2}}
"""Families without an estimator to compile, which take such a step as well."""


def shapes(n: int) -> list[np.ndarray]:
    """Whole numbers from 0 to 8 n: skewed, and one apart from all others."""
    spread_out = np.arange(n) ** 2 % (8 * n)
    return [spread_out.astype(float), np.where(np.arange(n) == n // 2, 3.0, 0.0)]


def hard_data(n: int) -> Iterator[tuple[str, np.ndarray]]:
    """Datasets by what is hard about them."""
    for k in shapes(n):
        for place in (0.25, 1.0, -1e8, 1e8, 1e15):
            yield f"units in the last place at {place:g}", place + k * np.spacing(abs(place))
            yield f"near {place:g}", place * (1 + 1e-9 * k)
        for scale in (1e-150, 1e-5, 1e150):
            yield f"scale {scale:g}", scale * (1 + k)
        yield "subnormal", 5e-324 * (7 + k)


def off(derivation: Derivation, x: np.ndarray, fitted: Callable[..., Any] = fit_with) -> float | None:
    """Units in the last place of the worst parameter; ``None`` where there is no estimate to judge."""
    try:
        estimate = fitted(derivation, x)
    except (ExistenceError, SupportError, UnsolvedError):
        return None
    proof = certify(derivation.family, x)
    return max(proof.ulps(estimate).values()) if proof.theta else None


def worst(name: str, n: int, fitted: Callable[..., Any] = fit_with) -> tuple[int, float, str]:
    """How many datasets were judged, what the worst fit was off, and on which data."""
    derivation, count, found = derivation_with(family(name), (FAMILIES | ROOTS)[name]), 0, (0.0, "")
    for label, x in hard_data(n):
        units = off(derivation, x, fitted)
        if units is not None:
            count, found = count + 1, max(found, (units, label))
    return count, *found


@pytest.mark.parametrize("n", [9, 100])
@pytest.mark.parametrize("name", FAMILIES)
def test_formulas_keep_their_digits_on_hard_data(name: str, n: int) -> None:
    """At most four units in the last place, judged by enclosures of the maximiser; more than 64 rows go by doubles."""
    count, units, label = worst(name, n)
    assert count >= 9, "too few of the datasets have a maximiser for this to say anything"
    assert units <= FORMULA_ULPS, f"{name} is off by {units:.3g} units in the last place for {label}"


@pytest.mark.thorough
@pytest.mark.parametrize("name", ROOTS)
def test_roots_keep_their_digits_on_hard_data(name: str) -> None:
    """At most one unit in the last place, and as much for the parameters that formulas give from the root."""
    count, units, label = worst(name, 9)
    assert count >= 9, "too few of the datasets have a maximiser for this to say anything"
    assert units <= ROOT_ULPS, f"{name} is off by {units:.3g} units in the last place for {label}"


def worst_of_rows(name: str, n: int) -> float:
    """What the worst fit to ordinary rows is off, none of them like another."""
    derivation, found = derivation_with(family(name), (OF_ROWS | CAREFULLY).get(name, {})), 0.0
    for seed in range(3):
        r = np.random.default_rng(seed)
        shares = (r.beta(2.0, 3.0, n), r.beta(0.7, 0.6, n))
        numbers = (r.gamma(2.3, 2.0, n), r.lognormal(0.3, 0.4, n), 3.0 * r.weibull(0.8, n))
        counts = (r.negative_binomial(3, 0.02, n).astype(float), r.negative_binomial(2, 0.003, n).astype(float))
        bounds = derivation.family.bounds
        for x in counts if bounds.discrete else shares if bounds.hi == 1 else numbers:
            units = off(derivation, x)
            assert units is not None
            found = max(found, units)
    return found


@pytest.mark.parametrize("n", [100, *(pytest.param(n, marks=pytest.mark.thorough) for n in (65, 400, 10_000))])
@pytest.mark.parametrize("name", OF_ROWS)
def test_roots_of_many_rows_keep_their_digits(name: str, n: int) -> None:
    """A climb does not end before the last digit, and the slopes at its end are no differences of rounded averages."""
    assert worst_of_rows(name, n) <= ROWS_ULPS


def worst_by_logarithms(name: str, known: dict[str, object], n: int) -> float:
    """What the worst root of an equation about the average of logarithms is off, of rows far above one or below."""
    derivation, found = derivation_with(family(name), known), 0.0
    for seed in range(4):
        r = np.random.default_rng(seed)
        x = r.beta(0.7, 0.6, n) if derivation.family.bounds.hi == 1 else r.gamma(2.0, 400.0, n)
        units = off(derivation, x)
        assert units is not None
        found = max(found, units)
    return found


@pytest.mark.parametrize("n", [100, pytest.param(10_000, marks=pytest.mark.thorough)])
@pytest.mark.parametrize(("name", "known"), [("chi", {}), ("chi_square", {}), ("beta_known_second", {"beta": 2})])
def test_averages_of_logarithms_are_not_rounded_at_their_size(name: str, known: dict[str, object], n: int) -> None:
    """Less the logarithm of one of the rows, which is a term of its own: two units in the last place, or three."""
    assert worst_by_logarithms(name, known, n) <= 3.0


def test_rounded_averages_of_logarithms_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted error: the average of logarithms is one term, rounded at its size."""
    monkeypatch.setattr(assembly, "in_parts", Lowering.number)
    monkeypatch.setattr(compiled_fit, "estimator_of", estimator_of.__wrapped__)
    assert worst_by_logarithms("chi", {}, 100) > 6.0


def worst_of_angles(concentration: float, n: int) -> float:
    """What the worst concentration of angles is off."""
    derivation, found = derivation_with(family("von_mises"), {}), 0.0
    for seed in range(4):
        units = off(derivation, np.random.default_rng(seed).vonmises(2.0, concentration, n))
        assert units is not None
        found = max(found, units)
    return found


@pytest.mark.parametrize("n", [100, pytest.param(10_000, marks=pytest.mark.thorough)])
@pytest.mark.parametrize("concentration", [4.0, 30.0, 1000.0])
def test_concentrations_keep_their_digits(concentration: float, n: int) -> None:
    """What the length of a mean direction lacks of one is no difference where it is short."""
    assert worst_of_angles(concentration, n) <= 4.0


def test_concentrations_from_a_difference_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted error: one less the length."""
    monkeypatch.setitem(NUMBERS, "resultant_gap", lambda x, sine, cosine: 1.0 - math.hypot(sine, cosine))
    monkeypatch.setattr(compiled_fit, "estimator_of", estimator_of.__wrapped__)
    assert worst_of_angles(30.0, 100) > 20.0


@pytest.mark.parametrize("name", ["beta", "beta_by_mean"])
def test_climbs_by_statistics_end_where_rounding_hides_slopes(name: str) -> None:
    """What digamma functions and averages have lost is left, and nothing of the way."""
    assert worst_of_rows(name, 100) <= CLIMB_ULPS
    assert worst_of_rows(name, 10_000) <= CLIMB_ULPS


def test_climbs_by_statistics_that_end_early_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted error: the first step with the second derivatives of another place is the last."""
    monkeypatch.setattr(natural_climb, "_LEFT", 1.0)
    assert worst_of_rows("beta", 10_000) > 2 * CLIMB_ULPS


@pytest.mark.parametrize("name", ["gumbel", "logistic"])
def test_slopes_from_averages_that_cancel_are_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted error: the last slopes are differences of averages, each rounded before."""
    monkeypatch.setattr(Expansion, "sharp", Expansion.__call__)
    monkeypatch.setattr(location_climb, "_STRAIGHT", -1.0)
    assert worst_of_rows(name, 400) > ROWS_ULPS


def test_climbs_that_end_early_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted error: of many rows what all of them together may lose is 1e-11 nats, however far off the digits are."""
    monkeypatch.setattr(location_climb, "_ENOUGH", 1e-15)
    monkeypatch.setattr(location_climb, "_STRAIGHT", -1.0)
    assert worst_of_rows("moyal", 10_000) > 100


@pytest.mark.parametrize("name", ["gumbel", "logistic"])
def test_a_last_pass_from_too_far_off_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted error: the second order is believed from anywhere, whatever the third may have changed by."""
    monkeypatch.setattr(location_climb, "_STRAIGHT", 1e300)
    assert worst_of_rows(name, 100) <= ROWS_ULPS
    monkeypatch.setattr(location_climb, "_SQUARED", 0.0)
    assert worst_of_rows(name, 100) > 1e3


@pytest.mark.parametrize("n", [100, *(pytest.param(n, marks=pytest.mark.thorough) for n in (65, 400, 10_000))])
@pytest.mark.parametrize("name", WITH_STEPS)
def test_last_steps_keep_digits(name: str, n: int) -> None:
    """An equation and a formula of averages, each of them rounded, lose some hundred units; a step on slopes few."""
    assert worst_of_rows(name, n) <= STEP_ULPS


@pytest.mark.parametrize("name", WITH_STEPS)
def test_a_missing_last_step_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted error: the parameters are what a formula and an equation, said to be straight, make of averages."""
    monkeypatch.setattr(LastStep, "__call__", lambda self, x, *theta: theta)
    monkeypatch.setattr(looking, "_FARTHEST", 0.0)
    assert worst_of_rows(name, 100) > 5 * STEP_ULPS


@pytest.mark.parametrize("name", CAREFULLY)
def test_last_steps_of_searches_keep_digits(name: str) -> None:
    """As near as other roots, of counts as well."""
    assert worst_of_rows(name, 200) <= STEP_ULPS


def test_a_search_without_a_last_step_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted error: the root is what the equation says in doubles."""
    monkeypatch.setattr(estimation, "after_last_step", lambda derivation, table, values: values)
    assert worst_of_rows("generalised_poisson", 200) > 5 * ROWS_ULPS


def test_steps_that_are_rounding_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of rows that agree in seven digits balls know more than slopes in doubles; planted: nobody asks about that."""
    x = 0.25 + 1e-7 * np.random.default_rng(0).gamma(2.0, 1.0, 100)
    derivation = derivation_with(family("birnbaum_saunders"), {})
    units = off(derivation, x)
    assert units is not None
    assert units <= ROOT_ULPS
    monkeypatch.setattr("thetahat.verify.last_step._is_sure", lambda *given: True)
    assert off(derivation, x) > 1e6


def test_what_is_rounded_alike_in_all_rows_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """No number of rows makes up for digamma functions of parameters that are off; planted: they are taken for rows."""
    x = np.random.default_rng(7).lognormal(0.3, 0.4, 100)
    derivation = derivation_with(family("generalised_gamma"), {})
    near = fit_with(derivation, x).theta
    step, sizes = last_step(derivation.family), slope_sizes(derivation.family)
    rows_alone = lambda *given: [*sizes(*given)[:3], 0.0, 0.0, 0.0]  # noqa: E731
    blurred, less = (np.array(step.blurred(x, one, *near)) for one in (sizes, rows_alone))
    assert (less * 2 < blurred).all()


@pytest.mark.parametrize("off", [(1e-6, -1e-6), (-3e-6, 2e-6)])
def test_last_steps_lead_to_the_maximum(off: tuple[float, float]) -> None:
    """From a few parts in a million away they go on, and a place that lies farther off is left as it is."""
    x, member = np.random.default_rng(0).gamma(2.3, 2.0, 200), family("burr")
    step, best = last_step(member), certify(member, x)
    theta = fit_with(derivation_with(member, {}), x).theta_hat.values()
    found = step(x, *(value * (1 + part) for value, part in zip(theta, off, strict=True)))
    assert max(best.ulps(dict(zip(member.parameter_names, found, strict=True))).values()) <= STEP_ULPS
    away = tuple(value * (1 + 1e5 * part) for value, part in zip(theta, off, strict=True))
    assert step(x, *away) == away


def test_no_last_step_leads_down() -> None:
    """Where second derivatives are not those of a maximum, or no numbers, the parameters are left as they are."""
    x, step = np.array([1e200, 1e300, 2.0]), last_step(family("burr"))
    with np.errstate(all="ignore"):
        assert step(x, 4.0, 1.0) == (4.0, 1.0)
        assert step(x[2:], 1e200, 1.0) == (1e200, 1.0)
    assert solved([[1.0, 2.0], [1.0]], [1.0, 1.0]) is None
    assert solved([[math.nan]], [1.0]) is None


@pytest.mark.parametrize("name", ["gamma", "inverse_gamma", "nakagami", "scaled_inverse_chi_square"])
@pytest.mark.parametrize("shape", [20.0, 100.0, 300.0, 1000.0])
def test_narrow_gaps_between_logarithms_keep_their_digits(name: str, shape: float) -> None:
    """The narrower the rows, the less is left of the difference that tells the shape: it is computed without one."""
    for seed, n in enumerate((100, 400)):
        units = off(derivation_with(family(name), {}), narrow(name, shape, n, seed))
        assert units is not None
        assert units <= GAP_ULPS


@pytest.mark.parametrize("name", ["gamma", "inverse_gamma", "nakagami"])
def test_gaps_as_differences_are_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted error: the logarithm of the mean less the mean of logarithms, each of them rounded."""

    def apart(x: np.ndarray, power: float, least: float) -> tuple[float, float]:
        values = x ** float(power)
        return float(values.mean()), float(np.log(values.mean()) - np.log(values).mean())

    monkeypatch.setitem(NUMBERS, "mean_and_gap", apart)
    derivation, x = derivation_with(family(name), {}), narrow(name, 100.0, 100, 0)
    found = estimator_of.__wrapped__(derivation)(x)
    assert found is not None
    assert max(certify(derivation.family, x).ulps(found).values()) > 10 * GAP_ULPS


@pytest.mark.parametrize("n", [100, 2047, 2048, 30_000, 65_536, 65_537, 200_000])
@pytest.mark.parametrize("power", [1, -1, 2])
@pytest.mark.parametrize("order", ["as drawn", "in order", "one far out"])
def test_a_mean_and_its_gap_keep_their_digits(n: int, power: int, order: str) -> None:
    """As balls see them, however many rows there are and wherever a guess at their mean comes from."""
    x = np.random.default_rng(n).gamma(7.0, 3e-4, n)
    x = np.sort(x) if order == "in order" else x
    x[-1] = 1.0 if order == "one far out" else x[-1]
    ends = float(x.min()) ** power, float(x.max()) ** power
    mean, gap = mean_and_gap(x, power, min(ends))
    with precision(128):
        balls = [arb(value) ** power for value in x.tolist()]
        right = sum(balls, arb(0)) / n
        gap_right = right.log() - sum((ball.log() for ball in balls), arb(0)) / n
        assert abs(mean / right - 1) < 3 * 2.0**-53
        assert abs(gap / gap_right - 1) < GAP_ULPS * 2.0**-52


def test_a_last_step_from_averages_known_better_is_noticed() -> None:
    """Planted error: the slopes of rows, of which shape and scale hardly differ in what they do, move both."""
    derivation, x = derivation_with(family("gamma"), {}), narrow("gamma", 1000.0, 400, 3)
    theta = fit_with(derivation, x).theta_hat
    moved = dict(zip(theta, last_step(derivation.family)(x, *theta.values()), strict=True))
    assert max(certify(derivation.family, x).ulps(moved).values()) > 10 * GAP_ULPS


def narrow(name: str, shape: float, n: int, seed: int) -> np.ndarray:
    """Rows of which a family finds about that shape."""
    x = np.random.default_rng(seed).gamma(shape, 1.0, n)
    return x if name == "gamma" else np.sqrt(x) if name == "nakagami" else 1.0 / x


def in_rounded_steps(derivation: Derivation, x: np.ndarray) -> dict[str, float]:
    """Planted error: each formula is given the parameters before it as rounded, and not as enclosed."""
    data = require_data(derivation.family, x).distinct()
    exactly, values = Exactly(table_of(derivation.family, data)), dict[Symbol, float]()
    for symbol, formula in derivation.formulas:
        values[symbol] = exactly.value(written_out(derivation, formula), values)
    return {symbol.name: value for symbol, value in values.items()}


@pytest.mark.parametrize("name", ["normal", "lognormal", "inverse_gaussian"])
def test_rounding_between_formulas_is_noticed(name: str) -> None:
    """A scale about a rounded place is far from its own where the data differ in their last digits alone."""
    _, units, _ = worst(name, 9, in_rounded_steps)
    assert units > 1e6


@pytest.mark.parametrize("name", ["normal", "lognormal", "lindley"])
def test_doubles_alone_are_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted error: what formulas lose in doubles on more than 64 rows is not mended."""
    monkeypatch.setattr(closed, "mended", lambda derivation, observations, values: values)
    _, units, _ = worst(name, 100)
    assert units > 1e3


@pytest.mark.parametrize("name", ["generalised_normal", "rayleigh_shifted"])
def test_formulas_about_a_rounded_root_are_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted error: the root is rounded before the formulas see it."""
    completed = ExactEquation.completed
    monkeypatch.setattr(ExactEquation, "completed", lambda self, root: completed(self, float(root)))
    _, units, _ = worst(name, 9)
    assert units > ROOT_ULPS
