"""Arrays as strangers pass them to structured families, each once answered wrongly, or with strange words."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from thetahat import fit, structured
from thetahat.proofs.errors import DataError, NotUniqueError

HOURS = np.column_stack([np.ones(6), np.arange(1.0, 7.0)])
LIFETIMES = np.array([0.5, 1.25, 3.0, 2.0, 9.0, 1.125])
POINTS = np.array([[0.5, 1.0], [2.0, 0.25], [1.0, 3.0], [0.0, 1.5]])


@pytest.mark.parametrize("power", [-900, 800])
def test_a_logarithmic_link_settles_on_any_size(power: int) -> None:
    """From coefficients of zero, steps towards the logarithm of such observations are one long each, or overflow."""
    near = fit(structured("exponential_regression"), {"y": LIFETIMES, "x": HOURS}).theta_hat["beta"]
    far = fit(structured("exponential_regression"), {"y": np.ldexp(LIFETIMES, power), "x": HOURS}).theta_hat["beta"]
    assert far - [power * np.log(2), 0] == pytest.approx(near, abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_two_square_matrices_have_no_single_estimate(seed: int) -> None:
    """Less their mean they are one matrix and its negative, which any covariance of columns explains alike.

    Source: Drton, Kuriki & Hoff 2021, Annals of Statistics, vol. 49, pp. 2721-2754.
    """
    drawn = np.random.default_rng(seed).normal(size=(9, 2, 2))
    with pytest.raises(NotUniqueError, match="two ways up"):
        fit(structured("matrix_normal"), drawn[:2])
    assert fit(structured("matrix_normal"), drawn).log_likelihood < 0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (lambda: POINTS[np.newaxis], r"shape \(1, 4, 2\); the shape has to be \(n, p\)"),
        (lambda: np.where(POINTS == 3, np.nan, POINTS), r"x\[2, 1\] = nan"),
        (lambda: POINTS.astype(object), r"an array of objects, the first of which is 0\.5"),
        (lambda: [[None, 1.0]], "entries of type NoneType"),
    ],
    ids=["an axis too many", "not finite", "objects", "nothing"],
)
def test_wrong_arrays_are_named_as_they_were_passed(given: Callable[[], object], words: str) -> None:
    """The vector's axis of length one, which nobody passes, was named in the refusal, and floats were to be numbers."""
    with pytest.raises(DataError, match=words):
        fit(structured("multivariate_normal"), given())  # type: ignore[arg-type]
