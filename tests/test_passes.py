"""Whether sums of logarithms by products keep the digits that sums of logarithms have."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import numpy as np
import pytest
from flint import arb
from sympy import Function, Symbol, cos, lambdify, sin

from thetahat.proofs.balls import precision
from thetahat.verify import passes
from thetahat.verify.compiled import row_totals
from thetahat.verify.compiled.row_totals import log_ratio_total, log_rest_total, log_total
from thetahat.verify.compiled.text import origin_of
from thetahat.verify.tolerance import FORMULA_ULPS

R = np.random.default_rng(4)
SPREADS = [2.0, 0.5, 0.38, 1e-3, 1e-12]
"""Average logarithms, or nearly: on both sides of where products are taken."""


def units(found: float, x: np.ndarray, logarithm: Callable[[arb], arb]) -> float:
    """How far a sum is from the sum of logarithms of balls, in units in the last place."""
    with precision(200):
        exact = sum((logarithm(arb(value)) for value in x.tolist()), arb(0))
        return float(abs(exact - arb(found)).upper() / arb(math.ulp(found)))


def ratios(spread: float, tied: bool) -> np.ndarray:
    """Rows from 0.7 on whose logarithms lie so far above that of the least on average; ``tied``: of three values."""
    x = 0.7 * (1 + np.expm1(R.exponential(spread, 3 if tied else 3000)))
    x = np.concatenate([[0.7], R.permutation(np.repeat(x, 1000)) if tied else x])
    return np.maximum(x, 0.7)


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("spread", SPREADS)
def test_logarithms_of_ratios_keep_their_digits(spread: float, tied: bool) -> None:
    """Where products do not, each logarithm is taken by itself."""
    for _ in range(3):
        x = ratios(spread, tied)
        found = log_ratio_total(x, 0.7, float(x.max()))
        assert units(found, x, lambda ball: (ball / arb(0.7)).log()) <= FORMULA_ULPS


@pytest.mark.parametrize("spread", SPREADS)
def test_logarithms_of_complements_keep_their_digits(spread: float) -> None:
    """The same of one less each row."""
    x = -np.expm1(-R.exponential(spread, 3000))
    found = log_rest_total(x, float(x.min()), float(x.max()))
    assert units(found, x, lambda ball: (1 - ball).log()) <= FORMULA_ULPS


@pytest.mark.parametrize("size", [1e-300, 1e-30, 1.0, 1e30, 1e300])
def test_products_of_any_size_stay_in_range(size: float) -> None:
    """Fewer factors are taken of rows far from one, and what is left over is added."""
    x = size * R.gamma(2.0, 1.0, 4099)
    found = log_total(x, float(x.min()), float(x.max()))
    assert units(found, x, arb.log) <= FORMULA_ULPS
    assert log_total(x) == found


def test_products_that_lose_digits_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted error: products are taken however little is left of them."""
    monkeypatch.setattr(row_totals, "_of_products", log_total)
    with pytest.raises(AssertionError):
        test_logarithms_of_ratios_keep_their_digits(1e-12, False)
    with pytest.raises(AssertionError):
        test_logarithms_of_complements_keep_their_digits(1e-12)


@pytest.mark.parametrize("centre", [0.0, math.pi / 2, math.pi, -2.5])
@pytest.mark.parametrize("width", [1e-8, 1.0, 4.0])
def test_sums_of_cosines_and_sines_are_those_of_the_rows(centre: float, width: float) -> None:
    """To a unit in the last place of one, times their number: also next to half a turn, where tangents are large."""
    x, row = np.append(R.normal(centre, width, 3000), [math.pi, -math.pi]), Symbol("x", real=True)
    ends = [Symbol("least"), Symbol("most")]
    found = passes.code_of(passes.sums_of([cos(row), sin(row)], row, ends), [row])(x)
    for value, function in zip(found, (math.cos, math.sin), strict=True):
        assert abs(value - math.fsum(map(function, x))) <= 2**-52 * len(x)


def test_a_lost_row_of_cosines_is_noticed() -> None:
    """Planted error: one row fewer is taken off."""
    shares = 1 / (1 + np.tan(R.normal(0.0, 1.0, 3000) / 2) ** 2)
    assert abs(row_totals.cosine_total(shares) - row_totals.cosine_total(np.append(shares, 0.0))) > 2**-52 * len(shares)


def test_a_square_among_other_functions_is_not_computed() -> None:
    """The sum is that of products of what is squared and of the rest; a square alone, or several, are as they are."""
    x, m = Symbol("x", positive=True), Symbol("m", real=True)
    ends = [Symbol("least"), Symbol("most")]
    found = passes.sums_of([(x - m) ** 2 / x, (x - m) ** 2, 2 * (x - m) ** 2 * sin(x), x**2 * (x - m) ** 2], x, ends)
    names = [next(iter(one.atoms(Function) - {sin(x)})).func.__name__ for one in found]
    assert names == ["product_total", "square_total", "product_total", "total"]
    rows = R.gamma(2.0, 1.0, 700)
    value = passes.code_of(found[:1], [x, m])(rows, 1.5)[0]
    assert value == pytest.approx(((rows - 1.5) ** 2 / rows).sum(), rel=1e-14)


def test_columns_are_subtracted() -> None:
    """A term with a minus is not turned into its opposite first, also where it stands before all others."""
    x, m = Symbol("x", real=True), Symbol("m", real=True)
    for expression in (x - m, m - x, -x - m + 1, -2 * x + m):
        origin = origin_of(passes.code_of([expression], [x, m]))
        assert origin is not None
        assert not re.search(r"\(-a\d\) \+|\+ \(-a\d\)", origin.text)
        rows = R.normal(size=9)
        plain = lambdify((x, m), expression)(rows, 0.3)
        assert passes.code_of([expression], [x, m])(rows, 0.3)[0] == pytest.approx(plain, rel=1e-15)
