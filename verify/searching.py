"""Finds the observation at which the likelihood is largest, where a derivation says that it is largest at one."""

from __future__ import annotations

import numpy as np

from ..proofs.errors import UnsolvedError
from ..proofs.family import Family
from .density import density
from .ends import outside_space
from .observations import Observations
from .tolerance import SEARCH_TERMS

_BLOCK = 2**20


def best_observation(family: Family, observations: Observations) -> float:
    """Return the distinct observation with the highest log-likelihood as the parameter; of equals the smallest.

    Raises
    ------
    UnsolvedError
        Where the distinct observations are too many to try each, or none gives a finite likelihood.

    Examples
    --------
    >>> from thetahat import family
    >>> data = Observations(np.array([[0.2], [0.5], [0.6]]), np.ones(3), 3)
    >>> best_observation(family("triangular"), data)
    0.5
    """
    table = observations.distinct()
    if table.n**2 > SEARCH_TERMS:
        raise UnsolvedError(
            f"{family.name}: the estimate is one of {table.n} different observations, and the likelihood at each is a "
            f"sum over all; at most {int(SEARCH_TERMS**0.5)} are tried. Round the data, or fit a part of them."
        )
    x, w = table.columns[0], table.w
    function = density(family)
    step = max(1, _BLOCK // table.n)
    heights = [(w * function(x, x[begin : begin + step, None])).sum(axis=1) for begin in range(0, table.n, step)]
    height = np.concatenate(heights)
    height[[outside_space(family, (value,)) is not None for value in x]] = -np.inf
    best = int(np.argmax(np.nan_to_num(height, nan=-np.inf)))
    if not np.isfinite(height[best]):
        raise UnsolvedError(f"{family.name}: the likelihood is not finite at any observation in double precision")
    return float(x[best])
