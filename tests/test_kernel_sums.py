"""Whether the moments that a kernel is expanded by give the averages of its derivatives."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sympy import Expr, Integer, cosh, exp, log

from thetahat import family
from thetahat.proofs.location import Z
from thetahat.verify.compiled.expansion import Expansion
from thetahat.verify.density import compiled
from thetahat.verify.kernel_sums import kernel_expansion
from thetahat.verify.location_newton import location_newton
from thetahat.verify.lowering import NotLoweredError

KERNELS = [
    -Z - exp(-Z),
    Z / 2 - exp(3 * Z / 2),
    -Z - 2 * log(1 + exp(-Z)),
    Z - 3 * log(1 + exp(2 * Z)) / 2,
    -log(cosh(Z)),
    -(Z**2) / 3 - exp(Z),
    -(Z**4),
]


ESTIMATED = {"both": (True, True), "scale": (True, False), "location": (False, True)}


def directly(kernel: Expr, expansion: Expansion, z: np.ndarray) -> list[float]:
    """The coefficients from averages of derivatives, each evaluated by itself; ``a`` is added to the first order."""
    highest = max(order for order, _ in expansion.terms)
    slopes = [compiled(kernel.diff(Z, order), (Z,))(z) for order in range(1, highest + 1)]
    parts = [
        (slopes[k - 1] * z**j, (-1) ** (k - j) * math.factorial(j) * math.factorial(k - j)) for k, j in expansion.terms
    ]
    added = [term == (1, 1) and (2, 2) in expansion.terms for term in expansion.terms]
    return [float(np.mean(column)) / share + more for (column, share), more in zip(parts, added, strict=True)]


@pytest.mark.parametrize("kernel", KERNELS, ids=str)
@pytest.mark.parametrize("n", [3, 100, 25_000])
@pytest.mark.parametrize("estimated", ESTIMATED)
def test_moments_give_the_slopes(kernel: Expr, n: int, estimated: str) -> None:
    """In blocks as in one piece, whatever exponential the slopes are made of, and to the third order at least."""
    y = np.random.default_rng(n).normal(1.5, 0.8, n)
    expansion = kernel_expansion(kernel, *ESTIMATED[estimated])
    found, right = expansion(y, float(y.mean()), 1.2, 0.9), directly(kernel, expansion, (y - 1.2) * 0.9)
    np.testing.assert_allclose(found, right, rtol=1e-12, atol=1e-11)
    assert {order for order, _ in expansion.terms} >= {1, 2, 3}


def test_another_average_is_noticed() -> None:
    """Planted error: the average that is passed on is not that of the column."""
    y, expansion = np.random.default_rng(0).normal(1.5, 0.8, 100), kernel_expansion(KERNELS[0])
    found, right = expansion(y, float(y.mean()) + 1e-6, 1.2, 0.9), directly(KERNELS[0], expansion, (y - 1.2) * 0.9)
    assert not np.allclose(found, right, rtol=1e-12, atol=1e-11)


@pytest.mark.parametrize("kernel", KERNELS, ids=str)
@pytest.mark.parametrize("n", [100, 25_000])
@pytest.mark.parametrize("estimated", ESTIMATED)
def test_sharp_slopes_are_those_of_the_expansion(kernel: Expr, n: int, estimated: str) -> None:
    """The slopes are the same averages, and all else is as before."""
    y = np.random.default_rng(n).normal(1.5, 0.8, n)
    expansion = kernel_expansion(kernel, *ESTIMATED[estimated])
    arguments = (y, float(y.mean()), 1.2, 0.9)
    plain, sharp, close = expansion(*arguments), expansion.sharp(*arguments), expansion.close(*arguments)
    count = 1 + (estimated == "both")
    np.testing.assert_allclose(sharp[:count], plain[:count], rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(sharp[count:], plain[count:], rtol=1e-14)
    assert len(close) == sum(order <= 2 for order, _ in expansion.terms)
    assert close[:count] == sharp[:count]
    np.testing.assert_allclose(close, sharp[: len(close)], rtol=1e-14)


@pytest.mark.parametrize(
    ("name", "known"),
    [("gumbel", {}), ("logistic", {}), ("moyal", {}), ("half_logistic", {}), ("logistic_known_scale", {"s": 2})],
)
def test_the_first_step_leaves_third_powers(name: str, known: dict[str, object]) -> None:
    """Ten times nearer to the maximum the slopes after it are a thousand times smaller, after Newton's a hundred."""
    climb = location_newton(family(name).fix(**known))
    y = np.random.default_rng(1).gumbel(0.5, 1.7, 200)
    y = y if climb.placed else np.abs(y) + 0.1
    mean, scale = float(y.mean()), 1.7 if climb.scaled else climb.scale
    location, inverse = 0.5 if climb.placed else climb.location, 1 / scale
    for _ in range(20):
        a, b, _ = climb._peak(climb.expansion(y, mean, location, inverse))
        location, inverse = location + b / (inverse * (1 + a)), inverse * (1 + a)
    left = []
    for off in (0.1, 0.01):
        place = location + (off / inverse if climb.placed else 0.0)
        averaged = climb.expansion(y, mean, place, inverse * (1 + off) if climb.scaled else inverse)
        newton, curved = (climb._begun(averaged)[way : way + 2] for way in (0, 2))
        left.append([max(map(abs, climb.slopes(*point, *averaged)[:2])) for point in (newton, curved)])
    by_newton, by_third = (wide / near for wide, near in zip(*left, strict=True))
    assert 50 < by_newton < 200
    assert by_third > 500


@pytest.mark.parametrize("kernel", [-(Z**2) / 2, -log(1 + Z**2), -exp(Z) - exp(Z * 2**0.5), Integer(2) - Z], ids=str)
def test_other_kernels_are_refused(kernel: Expr) -> None:
    """Those of normal distributions, which have formulas, and slopes that are no polynomials in one exponential."""
    with pytest.raises(NotLoweredError):
        kernel_expansion(kernel)
