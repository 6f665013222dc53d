"""Whether estimates from bins differ from those from midpoints as derived, and whether the checker notices errors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sympy import Abs, Basic, Expr, Rational, log

from thetahat import family, fit
from thetahat.proofs.ball_data import evaluate
from thetahat.proofs.balls import precision
from thetahat.proofs.binning import binning, shift_of_bins
from thetahat.proofs.binning_rules import BINNING_RULES, check_binning
from thetahat.proofs.binning_terms import Average, CellMass, Density, M, Rate, Remainder, c, eta, eta_c, m, w
from thetahat.proofs.derivation import Evidence, Step, Verdict
from thetahat.proofs.errors import DeclarationError
from thetahat.proofs.family import Family
from thetahat.proofs.write.theorem_page import theorem_markdown
from thetahat.verify.binned import minimise_binned_divergence

PAGE = Path(__file__).parent.parent / "proofs" / "derivations" / "binning.md"
DATA = (0.31, 1.7, 0.94, 2.2, 1.13)


def judged_with(rule: str, value: Basic) -> Evidence:
    """What is found of the step by that rule if it claims another value."""
    at = next(at for at, step in enumerate(binning().steps) if step.rule == rule)
    steps = tuple(replace(step, value=value) if here == at else step for here, step in enumerate(binning().steps))
    return check_binning(steps)[at].evidence


def step_by(rule: str) -> Step:
    """The step by that rule."""
    return next(step for step in binning().steps if step.rule == rule)


def test_every_step_is_proved() -> None:
    assert {step.rule for step in binning().steps} == set(BINNING_RULES)
    assert [found for found in binning().findings if found.evidence.verdict is not Verdict.AGREE] == []


T1, T2, B1, A2 = Rate("T", 1, c), Rate("T", 2, c), Rate("b", 1, c), Rate("A", 2, eta_c)
BEND = Rate("L", 2, c) + Rate("L", 1, c) ** 2
RIGHT = T2 + 2 * (eta_c * T1 + B1) * T1
WRONG = {
    "partition, sign": ("family", eta * Rate("T", 0, c) + Rate("b", 0, c) + Rate("A", 0, eta)),
    "twelve for twenty-four": ("cell", w * Density(c, eta) * (1 + w**2 * BEND / 12) + Remainder(5)),
    "square of the slope lost": ("cell", w * Density(c, eta) * (1 + w**2 * Rate("L", 2, c) / 24) + Remainder(5)),
    "bin, sign": ("cell", w * Density(c, eta) * (1 - w**2 * BEND / 24) + Remainder(5)),
    "logarithm, sign": ("logarithm", Rate("L", 0, c) - w**2 * BEND / 24 + Remainder(4)),
    "slope without the second derivative": (
        "slope",
        Rate("T", 0, c) - Rate("A", 1, eta) + w**2 * 2 * (eta * T1 + B1) / 24 + Remainder(4),
    ),
    "slope, partition not differentiated": ("slope", Rate("T", 0, c) - Rate("A", 0, eta) + Remainder(4)),
    "estimate, sign": ("root", eta_c - w**2 * Average(RIGHT) / (24 * A2) + Remainder(4)),
    "estimate, factor two lost": (
        "root",
        eta_c + w**2 * Average(T2 + (eta_c * T1 + B1) * T1) / (24 * A2) + Remainder(4),
    ),
    "estimate, no correction": ("root", eta_c + Remainder(4)),
    "estimate, multiplied by the variance": ("root", eta_c + w**2 * Average(RIGHT) * A2 / 24 + Remainder(4)),
    "a quarter of a width": ("rounding", M * w / 4),
    "smaller than the slope allows": ("nearness", M * w / (4 * m)),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_planted_error_is_refuted(name: str) -> None:
    """Signs, factors and lost terms, each false for an exponential or a normal density."""
    assert judged_with(*WRONG[name]) is Evidence.REFUTED


def test_what_does_not_follow_stays_undecided() -> None:
    """A remainder of another order, a true but weaker bound, a premise of another kind."""
    assert judged_with("cell", step_by("cell").value - Remainder(5) + Remainder(4)) is Evidence.UNDECIDED
    assert judged_with("root", step_by("root").value - Remainder(4)) is Evidence.UNDECIDED
    assert judged_with("rounding", M * w) is Evidence.UNDECIDED
    steps = binning().steps
    other = replace(step_by("logarithm"), given=(0,))
    assert check_binning((steps[0], other))[-1].evidence is Evidence.UNDECIDED
    assert isinstance(step_by("rounding").subject, Abs)
    assert step_by("logarithm").subject == log(CellMass(c, eta) / w)


def midpoints(width: float) -> np.ndarray:
    """The midpoints of the bins at multiples of the width."""
    return (np.floor(np.array(DATA) / width) + 0.5) * width


def predicted(one: Family, shift: Expr, width: float) -> tuple[float, float]:
    """The estimate from midpoints, and what the leading term adds to it."""
    centres = midpoints(width)
    theta = float(fit(one, centres).theta[0])
    rows = [{one.observation: Rational(repr(float(centre)))} for centre in centres]
    with precision(100):
        moved = float(evaluate(shift, {one.symbols[0]: Rational(repr(theta))}, rows).mid())
    return theta, moved * width**2


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("exponential", {}),
        ("lindley", {}),
        ("rayleigh", {}),
        ("normal_scale", {"mu": 1}),
        ("gamma_known_shape", {"k": 3}),
        ("gumbel_known_scale", {"beta": 1}),
    ],
)
def test_the_rate_is_the_derived_one(name: str, known: dict[str, int]) -> None:
    """What the leading term leaves of the difference to the midpoints falls like the fourth power of the width."""
    one = family(name).fix(**known)
    shift = shift_of_bins(one)
    left = []
    for width in (0.4, 0.2, 0.1):
        from_bins = float(minimise_binned_divergence(one, DATA, width=width).theta[0])
        theta, moved = predicted(one, shift, width)
        left.append(abs(from_bins - theta - moved))
        if width < 0.3:
            # Nearly all of the difference is the leading term: half of it, or its negative, would be seen.
            assert left[-1] < abs(from_bins - theta) / 10
    # The optimiser stops some 1e-8 from its minimum.
    assert left[1] < left[0] / 8 + 1e-7
    assert left[2] < left[1] / 8 + 1e-7


@pytest.mark.parametrize("name", ["poisson", "gamma", "laplace_known_location", "uniform_from_zero"])
def test_families_that_the_expansion_does_not_cover_are_refused(name: str) -> None:
    with pytest.raises(DeclarationError, match="needs one parameter and a density that is smooth"):
        shift_of_bins(family(name))


def test_the_page_is_up_to_date() -> None:
    page = theorem_markdown(binning())
    assert PAGE.is_file(), "run: pytest --record"
    assert PAGE.read_text(encoding="utf-8").partition("\n")[2] == page.partition("\n")[2]
