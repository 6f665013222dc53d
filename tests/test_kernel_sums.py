"""Whether the moments that Newton steps under a kernel are made of give its slopes."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import Expr, Integer, cosh, exp, log

from thetahat.proofs.location import Z
from thetahat.verify.density import compiled
from thetahat.verify.kernel_sums import kernel_slopes
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


def directly(kernel: Expr, z: np.ndarray) -> list[float]:
    """The averages of the derivatives, each evaluated by itself."""
    first, second = (compiled(kernel.diff(Z, order), (Z,))(z) for order in (1, 2))
    return [float(np.mean(value)) for value in (first, first * z, second, second * z, second * z * z)]


@pytest.mark.parametrize("kernel", KERNELS, ids=str)
@pytest.mark.parametrize("n", [3, 100, 25_000])
def test_moments_give_the_slopes(kernel: Expr, n: int) -> None:
    """In blocks as in one piece, whatever exponential the slopes are made of."""
    y = np.random.default_rng(n).normal(1.5, 0.8, n)
    found = kernel_slopes(kernel)(y, float(y.mean()), 1.2, 0.9)
    np.testing.assert_allclose(found, directly(kernel, (y - 1.2) * 0.9), rtol=1e-12, atol=1e-12)


def test_another_average_is_noticed() -> None:
    """Planted error: the average that is passed on is not that of the column."""
    y = np.random.default_rng(0).normal(1.5, 0.8, 100)
    found = kernel_slopes(KERNELS[0])(y, float(y.mean()) + 1e-6, 1.2, 0.9)
    assert not np.allclose(found, directly(KERNELS[0], (y - 1.2) * 0.9), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kernel", [-(Z**2) / 2, -log(1 + Z**2), -exp(Z) - exp(Z * 2**0.5), Integer(2) - Z], ids=str)
def test_other_kernels_are_refused(kernel: Expr) -> None:
    """Those of normal distributions, which have formulas, and slopes that are no polynomials in one exponential."""
    with pytest.raises(NotLoweredError):
        kernel_slopes(kernel)
