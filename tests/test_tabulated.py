"""Whether a root that is looked up in a table is the nearest double to the root."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from flint import arb
from sympy import Expr, Symbol, besseli, cos, exp, log, polygamma

from thetahat.proofs.algebra.kernels import LogMinusDigamma
from thetahat.proofs.balls import compiled, precision
from thetahat.verify import tabulated as made_here
from thetahat.verify.compiled.table import Tabulated
from thetahat.verify.exact import in_plain_functions
from thetahat.verify.tabulated import tabulated

K = Symbol("k", positive=True)
MONOTONE = [
    K**2,
    1 / K,
    log(1 + K),
    K + log(K),
    -polygamma(0, K),
    K**3 + K,
    LogMinusDigamma(K),
    -besseli(1, K) / besseli(0, K),
]


def table_of(expression: Expr) -> Tabulated:
    """The table of a function of a positive unknown."""
    found = tabulated(expression, K, (0.0, np.inf))
    assert found is not None
    return found


def points(seed: int = 0) -> list[float]:
    """Where roots are looked for: of many sizes, most of them between nodes."""
    found: list[float] = np.exp(np.random.default_rng(seed).uniform(-9, 9, 300)).tolist()
    return found


def values(expression: Expr, at: list[float]) -> list[tuple[float, float]]:
    """The function at points, each as two doubles."""
    code = compiled((in_plain_functions(expression),), (K,))
    with precision(200):
        balls = [code(arb(point))[0] for point in at]
        return [(float(ball.mid()), float((ball - float(ball.mid())).mid())) for ball in balls]


def off(made: Tabulated, expression: Expr) -> float:
    """By how many units in the last place a root is off at most."""
    roots = [made.root(*value) for value in values(expression, points())]
    assert None not in roots
    return max(abs(root - point) / math.ulp(point) for root, point in zip(roots, points(), strict=True) if root)


@pytest.mark.parametrize("expression", MONOTONE, ids=str)
def test_roots_are_the_nearest_doubles(expression: Expr) -> None:
    """Of values in twice as many digits as doubles have: the root is a double, and found."""
    assert off(table_of(expression), expression) == 0.0


@pytest.mark.parametrize("place", [1, 3, 5], ids=["lower half of the value", "first power", "third power"])
def test_bent_cells_are_noticed(place: int) -> None:
    """Planted errors: half of the digits of values are lost, or coefficients are off by a billionth."""
    made = table_of(LogMinusDigamma(K))
    bent = np.array(made.cells)
    bent[:, place] *= 0.0 if place == 1 else 1.0 + 1e-9
    assert off(replace(made, cells=bent.tolist()), LogMinusDigamma(K)) > 0.5


def test_too_wide_cells_are_halved(monkeypatch: pytest.MonkeyPatch) -> None:
    """The third root bends too much for one polynomial; planted: nobody looks at points beside those it has."""
    cube = K**3 + K
    assert len(table_of(cube).cells) > len(table_of(log(1 + K)).cells)
    monkeypatch.setattr(made_here, "_MISSED", math.inf)
    assert off(made_here.tabulated.__wrapped__(cube, K, (0.0, np.inf)), cube) > 0.0


def test_no_root_is_better_than_a_wrong_one() -> None:
    """Where an exponential falls by many powers in a cell there is no root, and elsewhere it is right."""
    made, at = table_of(exp(-K)), points()
    roots = [made.root(*value) for value in values(exp(-K), at)]
    assert {point > 100 for root, point in zip(roots, at, strict=True) if root is None} == {True, False}
    assert all(root in (None, point) for root, point in zip(roots, at, strict=True))


def test_functions_that_turn_are_not_tabulated() -> None:
    """Neither where the slope has no sign in the middle, nor beyond a turn."""
    assert tabulated(K / K, K, (0.0, np.inf)) is None
    made = table_of(cos(K))
    assert made.root(-0.5) == pytest.approx(2 * math.pi / 3, rel=1e-15)
    assert max(cell[2] for cell in made.cells) < math.pi


def test_terms_that_cancel_keep_what_they_leave() -> None:
    """A sum of terms is rounded once, after the value of a cell is taken off it."""
    made = table_of(LogMinusDigamma(K))
    ((high, low),) = values(LogMinusDigamma(K), [3.3])
    assert made.root(1e3, high, -1e3, low) == 3.3
    assert made.root(high + 1e3 - 1e3) != 3.3


def test_rounding_that_moves_a_root_is_refused() -> None:
    """Terms that are rounded at their own size, of which next to nothing is left, say nothing of a root."""
    made = table_of(LogMinusDigamma(K))
    assert made.root(1e-3) is not None
    assert made.root(1e8, -1e8, 1e-3) is None


@pytest.mark.parametrize("expression", MONOTONE, ids=str)
def test_many_are_looked_up_at_once(expression: Expr) -> None:
    """Each at its root, and nothing is said of values beyond the table."""
    made, at = table_of(expression), points()
    found = made.nearby(np.array([value for value, _ in values(expression, at)]))
    roots = [made.root(value) for value, _ in values(expression, at)]
    assert None not in roots
    np.testing.assert_allclose(found, np.array(roots, dtype=float), rtol=1e-15)
    size = abs(made.values[0]) + abs(made.values[-1])
    low, high = made.values[0] - size, made.values[-1] + size
    assert np.isnan(made.nearby(np.array([low, high, np.nan]))).all()
    assert made.root(low) is made.root(high) is None
