"""Whether averages over counts, written by steps from one whole number to the next, are the averages."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from sympy import Dummy, digamma, loggamma

from thetahat import family
from thetahat.proofs.derivation import Derivation
from thetahat.verify import count_rooting
from thetahat.verify.by_steps import in_steps, lowered_equation
from thetahat.verify.compiled import looking, step_equation
from thetahat.verify.compiled.equation import RowEquation, values_and_shares
from thetahat.verify.compiled.looking import searched, stepped
from thetahat.verify.compiled.step_equation import StepEquation, steps_and_shares
from thetahat.verify.compiled_fit import estimator_of
from thetahat.verify.count_rooting import count_root
from thetahat.verify.exact_rooting import ExactEquation
from thetahat.verify.known_values import derivation_with
from thetahat.verify.line import Line, crossing
from thetahat.verify.lowering import Lowering
from thetahat.verify.observations import Observations
from thetahat.verify.row_equation import row_equation

DRAWN: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "negative_binomial": lambda r: r.negative_binomial(r.uniform(0.5, 9), r.uniform(0.1, 0.7), r.integers(70, 700)),
    "negative_binomial_by_mean": lambda r: r.negative_binomial(3.3, 0.4, 100),
    "yule_simon": lambda r: np.minimum(r.zipf(2.5, 300), 60),
}


def datasets(name: str) -> list[np.ndarray]:
    """Counts that take few different values."""
    return [DRAWN[name](np.random.default_rng(seed)).astype(float) for seed in range(12)]


def equation_of(derivation: Derivation) -> tuple[RowEquation, Callable[[np.ndarray], list[float]]]:
    """What solves the equation, and what gives it the numbers it needs."""
    x = derivation.family.observation
    lowering = Lowering(x, {s.symbol: s.definition for s in derivation.statistics})
    solver, needs = row_equation(derivation, lowering)
    means = [symbol for symbol, _ in lowered_equation(derivation).still]
    assert len(needs) == len(means) + 3
    return solver, lambda rows: [*([float(rows.mean())] * len(means)), rows.min(), rows.max(), rows.max()]


def exactly(derivation: Derivation, x: np.ndarray, near: float) -> object:
    """What all balls of all functions say."""
    return ExactEquation(derivation, Observations(x.reshape(-1, 1), None, len(x)).distinct()).rounded(near)


def near_of(derivation: Derivation, x: np.ndarray) -> float:
    """The root in doubles."""
    solver, needs = equation_of(derivation)
    found = solver(x, *needs(x))
    assert found is not None
    return found[0]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("first", [0, 1])
def test_an_average_is_the_sum_over_its_steps(seed: int, first: int) -> None:
    """Of the square and of the reciprocal, from either end."""
    x = first + np.random.default_rng(seed).poisson(3, 50).astype(float)
    for function in (lambda k: k**2, lambda k: 1 / (k + 0.5)):
        j, above = steps_and_shares(x, first)
        values, shares = values_and_shares(x)
        by_steps = function(float(first)) + ((function(j + 1) - function(j)) * above).sum()
        assert by_steps == pytest.approx((function(values) * shares).sum(), rel=1e-14)


@pytest.mark.parametrize("name", DRAWN)
def test_both_forms_have_one_root(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a planted error, shares off by a part in a million, is noticed."""
    derivation = derivation_with(family(name), {})
    solver, needs = equation_of(derivation)
    assert solver.by_steps is not None

    def apart() -> float:
        pairs = [(solver(x, *needs(x)), replace(solver, by_steps=None)(x, *needs(x))) for x in datasets(name)]
        assert all(one is not None and other is not None for one, other in pairs)
        return max(abs(one[0] / other[0] - 1) for one, other in pairs if one is not None and other is not None)

    assert apart() < 1e-11
    right = steps_and_shares
    monkeypatch.setattr(step_equation, "steps_and_shares", lambda *of: (right(*of)[0], right(*of)[1] * (1 + 1e-6)))
    assert apart() > 1e-11


def looks_of(name: str) -> list[tuple[StepEquation, Callable[[float], list[float]]]]:
    """The equation by steps at datasets: from the unknown to it, to the size of its terms and to its slope likewise."""
    solver, needs = equation_of(derivation_with(family(name), {}))
    steps = solver.by_steps
    assert steps is not None

    def look(x: np.ndarray) -> Callable[[float], list[float]]:
        j, shares = steps_and_shares(x, steps.first)
        return lambda r: steps.value(r, *[float(column.dot(shares)) for column in steps.steps(j, r)], *needs(x))

    return [(steps, look(x)) for x in datasets(name)]


@pytest.mark.parametrize("name", DRAWN)
def test_the_slope_is_that_of_the_equation(name: str) -> None:
    """By central differences, at several points."""
    for _, look in looks_of(name):
        for r in (0.3, 1.0, 4.0, 20.0):
            beyond, below, step = look(r * (1 + 1e-5))[0], look(r * (1 - 1e-5))[0], 2e-5 * r
            equation, size, slope, steepness = look(r)
            assert abs(slope - (beyond - below) / step) < 1e-8 * steepness
            assert size >= abs(equation)
            assert steepness >= abs(slope)


@pytest.mark.parametrize("name", DRAWN)
def test_a_root_by_slopes_is_the_one_that_is_searched_for(name: str) -> None:
    """Where the slope is planted wrong, by its sign or by its size, there is no root by it, or the same."""
    for steps, look in looks_of(name):
        by_slopes, plainly = stepped(look, steps.line), searched(lambda r, look=look: look(r)[:2], steps.line)
        assert by_slopes is not None
        assert plainly is not None
        assert by_slopes[0] == pytest.approx(plainly[0], rel=1e-11)
        for wrong in (-1.0, 0.0, 0.9):
            bent = stepped(lambda r, look=look, by=wrong: [*look(r)[:2], look(r)[2] * by, look(r)[3]], steps.line)
            assert bent is None or bent[0] == pytest.approx(plainly[0], rel=1e-6)
            if wrong <= 0:
                assert bent is None


def bending(k: float) -> list[float]:
    """An equation that bends at its root, three, the sum of the moduli of its terms, and both of its slope."""
    return [3.0 / k - 1.0, 3.0 / k + 1.0, -3.0 / k**2, 3.0 / k**2]


def units_off(found: tuple[float] | None) -> float:
    """Units in the last place that a root is off three."""
    assert found is not None
    return abs(found[0] - 3.0) / math.ulp(3.0)


def test_a_bend_is_not_left_in_a_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted errors: the last step is longer than its third power allows, or the equation taken to be straight."""
    line = Line(0.0, np.inf)
    assert units_off(stepped(bending, line)) <= 4
    assert units_off(searched(lambda k: bending(k)[:2], line)) <= 4
    ends = 3.0 * (1.0 - 1.2e-7), 3.0 * (1.0 + 0.8e-7)
    assert units_off((crossing(*ends, *(bending(k)[0] for k in ends)),)) > 10
    monkeypatch.setattr(looking, "_SETTLED", 1e-2)
    assert units_off(stepped(bending, line)) > 100


@pytest.mark.parametrize("far", [1e-9, 1e9])
def test_a_root_that_rounding_hides_is_none(far: float) -> None:
    """An equation crosses zero, but its terms cancel and are so large that rounding is all there is near the root."""
    line, size = Line(0.0, np.inf), max(far, 1.0)
    look = lambda k: [2.0 - k, 4.0 * size, -1.0, 1.0]  # noqa: E731 - one line says more
    assert (stepped(look, line) is None) == (far > 1)
    assert (searched(lambda k: look(k)[:2], line) is None) == (far > 1)


@pytest.mark.parametrize("line", [Line(-np.inf, np.inf), Line(1.0, np.inf), Line(-np.inf, 2.0), Line(-1.0, 3.0)])
def test_slopes_of_a_line_are_those_of_its_points(line: Line) -> None:
    """By central differences of the points."""
    for u in (-1.5, 0.0, 0.7):
        low, at, high = (line.value(u + step) for step in (-1e-4, 0.0, 1e-4))
        assert line.slopes(at) == pytest.approx(((high - low) / 2e-4, (high - 2 * at + low) / 1e-8), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("name", DRAWN)
def test_quotients_round_as_the_functions_do(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the same doubles; a planted error, one row too many above a number, leads to none or to others."""
    derivation = derivation_with(family(name), {})
    root = count_root(derivation)
    assert root is not None
    known = [(x, near) for x in datasets(name) for near in [near_of(derivation, x)]]
    assert [root.rounded(x, near) for x, near in known] == [exactly(derivation, x, near) for x, near in known]
    right = count_rooting._above
    monkeypatch.setattr(count_rooting, "_above", lambda *of: [(j, above + 1) for j, above in right(*of)])
    assert all(root.rounded(x, near) != exactly(derivation, x, near) for x, near in known)


@pytest.mark.parametrize("name", DRAWN)
def test_a_root_that_is_not_near_is_none(name: str) -> None:
    """Without a change of sign nothing is said; nor of more steps than are sooner summed."""
    derivation, x = derivation_with(family(name), {}), datasets(name)[0]
    root, near = count_root(derivation), near_of(derivation_with(family(name), {}), x)
    assert root is not None
    assert root.rounded(x, near) is not None
    assert root.rounded(x, near * (1 + 1e-9)) is None
    assert root.rounded(np.append(x, 600.0), near) is None


@pytest.mark.parametrize("name", ["gamma", "weibull", "gompertz"])
def test_rows_that_are_no_counts_have_no_steps(name: str) -> None:
    """The careful way is the only one."""
    assert count_root(derivation_with(family(name), {})) is None


def test_a_step_that_is_no_quotient_is_left_alone() -> None:
    """That of the logarithm of the gamma function is a logarithm."""
    derivation = derivation_with(family("negative_binomial"), {})
    lowered = lowered_equation(derivation)
    ((symbol, integrand),) = lowered.moving
    assert integrand == digamma(lowered.unknown + lowered.data)
    assert in_steps(derivation, lowered) is not None
    other = replace(lowered, moving=((symbol, loggamma(lowered.unknown + lowered.data)),))
    assert in_steps(derivation, other) is None
    assert in_steps(derivation, replace(lowered, equation=lowered.equation + lowered.ends[0])) is None
    assert in_steps(derivation, replace(lowered, moving=((symbol, integrand * Dummy("a")),))) is None


@pytest.mark.parametrize("name", ["negative_binomial", "yule_simon"])
def test_estimators_take_the_quick_way(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few different values are rounded without one function in balls but logarithms and quotients."""
    derivation, x = derivation_with(family(name), {}), datasets(name)[0]
    right = estimator_of(derivation)(x)
    assert right is not None
    monkeypatch.setattr(ExactEquation, "rounded", lambda *_: pytest.fail("the functions are evaluated"))
    assert estimator_of(derivation)(x) == right
