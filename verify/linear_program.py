"""The linear program behind regressions with kinks: coefficients whose residuals have the least bounds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from ..proofs.errors import UnsolvedError
from ..proofs.structured.derivation import StructuredDerivation

Array = NDArray[np.float64]


def least_bounds(
    derivation: StructuredDerivation, target: Array, covariates: Array, bounds: Array
) -> tuple[Array, Array]:
    """Return one solution ``b`` of: the least sum of ``c`` with ``|target - covariates @ b| <= bounds @ c``.

    With it comes a weight for each residual, from the dual program: orthogonal to the covariates but for rounding.

    Parameters
    ----------
    target, covariates
        Shapes ``(n,)`` and ``(n, p)``.
    bounds
        Shape ``(n, m)``: which of ``m`` bounds holds for each residual; the identity for the sum of their sizes, one
        column of ones for the largest.

    Raises
    ------
    UnsolvedError
        When the program does not end with a solution.
    """
    p, m = covariates.shape[1], bounds.shape[1]
    found = linprog(
        np.r_[np.zeros(p), np.ones(m)],
        A_ub=np.block([[covariates, -bounds], [-covariates, -bounds]]),
        b_ub=np.r_[target, -target],
        bounds=[(None, None)] * p + [(0.0, None)] * m,
        method="highs",
    )
    if found.status != 0:
        raise UnsolvedError(f"{derivation.family.name}: the linear program ended with {found.message!r}")
    above, below = np.split(np.asarray(found.ineqlin.marginals), 2)
    return np.asarray(found.x[:p]), above - below
