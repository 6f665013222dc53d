"""Whether a root that is looked up in a table, and mended once, is the root."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from flint import acb, arb
from sympy import Expr, Symbol, exp, log, polygamma

from thetahat.proofs.algebra.kernels import LogMinusDigamma
from thetahat.proofs.balls import precision
from thetahat.verify.compiled import table
from thetahat.verify.compiled.table import Tabulated
from thetahat.verify.tabulated import tabulated

K = Symbol("k", positive=True)
MONOTONE = [K**2, 1 / K, log(1 + K), K + log(K), -polygamma(0, K), exp(-K), K**3 + K]


def table_of(expression: Expr) -> Tabulated:
    """The table of a function of a positive unknown."""
    found = tabulated(expression, K, (0.0, np.inf))
    assert found is not None
    return found


def points() -> np.ndarray:
    """Where roots are looked for: of many sizes, most of them between nodes."""
    return np.exp(np.random.default_rng(0).uniform(-4, 3, 300))


def off(made: Tabulated) -> float:
    """By what share a root is off at most, of targets that are the function's values."""
    roots = [(made.root(made.function(point)[0], 0.0), point) for point in points().tolist()]
    assert all(root is not None for root, _ in roots)
    return max(abs(root / point - 1) for root, point in roots if root is not None)


@pytest.mark.parametrize("expression", MONOTONE, ids=str)
def test_roots_keep_their_digits(expression: Expr) -> None:
    """To what the function's own rounding moves them by, however flat it is."""
    made = table_of(expression)
    k = points()
    value = np.array([made.function(point)[0] for point in k.tolist()])
    beside = np.array([made.function(point * (1 + 1e-6))[0] for point in k.tolist()])
    steepness = np.abs((beside - value) / value).min() * 1e6
    assert off(made) <= 1e-15 * (4 + 4 / steepness)


@pytest.mark.parametrize("expression", [e for e in MONOTONE if not e.has(exp)], ids=str)
def test_nearly_all_are_mended_once(expression: Expr, monkeypatch: pytest.MonkeyPatch) -> None:
    """The polynomial through six nodes is nearer than the step that is enough, but where the function is steep."""
    asked: list[float] = []
    monkeypatch.setattr(Tabulated, "_by_secants", lambda self, target, point, *_: asked.append(point))
    made = table_of(expression)
    for point in points().tolist():
        made.root(made.function(point)[0], 0.0)
    assert len(asked) < 3


def test_the_logarithm_less_digamma_is_inverted() -> None:
    """As balls see it: the residual is no more than what computing it in doubles loses."""
    made = table_of(LogMinusDigamma(K))
    for point in points().tolist():
        target = made.function(point)[0]
        root = made.root(target, 0.0)
        assert root is not None
        with precision(128):
            ball = arb(root)
            residual = ball.log() - ball.digamma() - arb(target)
            slope = 1 / ball - acb(ball).polygamma(1).real
            assert abs(residual / slope) < 1e-14 * ball


def test_bent_cells_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted errors: points off by a millionth are mended by secants, and stay without these, or if taken for near."""
    made = table_of(K**2)
    bent = np.array(made.cells) * np.array([1.0, 1.0 + 1e-6, 1.0, 1.0, 1.0, 1.0, 1.0])
    crooked = replace(made, cells=bent.tolist())
    assert off(crooked) < 1e-14
    monkeypatch.setattr(Tabulated, "_by_secants", lambda self, target, point, *_: point)
    assert off(crooked) > 1e-14
    monkeypatch.setattr(table, "_NEAR", 1.0)
    assert off(crooked) > 1e-14


@pytest.mark.parametrize("expression", MONOTONE, ids=str)
def test_many_are_looked_up_at_once(expression: Expr) -> None:
    """Each near its root, and nothing is said of values beyond the table."""
    made = table_of(expression)
    values = np.array([made.function(point)[0] for point in points().tolist()])
    assert np.abs(made.nearby(values) / points() - 1).max() < 1e-4
    ends = np.array([made.values[0], made.values[1], made.values[-2], made.values[-1]])
    assert np.isnan(made.nearby(np.array([ends[0] - 1, ends[-1] + 1, np.nan]))).all()
    for value, near in zip(ends.tolist(), made.nearby(ends).tolist(), strict=True):
        assert (made.root(value, 0.0) is None) >= np.isnan(near)
