"""Decides whether a dataset has a maximiser, as far as its family's derivation and a fit tell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..proofs.derivation import Derivation
from ..proofs.errors import ExistenceError, UnsolvedError
from ..strategies.conditions import decide_sample
from .edge_heights import is_found_above_edges
from .fitting import fit_with
from .valid_data import require_data

Array = NDArray[np.float64]


def has_maximiser(derivation: Derivation, x: Array, weights: Array | None = None) -> bool:
    """Return whether data have a maximiser, or at least are not known to have none.

    Where a member above the edges of the parameter space is needed, those count that an estimate or a search is.

    >>> from thetahat import derive, family
    >>> has_maximiser(derive(family("normal")), np.array([1.0, 1.0]))
    False
    >>> has_maximiser(derive(family("asymmetric_laplace")), np.array([1.0, 2.0, 2.0, 5.0]))
    False
    """
    if derivation.existence_proved and not derivation.existence_searched:
        # Then nothing need be fitted, unless the conditions could not be decided, or which data have a maximiser is
        # found by a search over the observations.
        family = derivation.family
        truth, _ = decide_sample(derivation.exists_when, require_data(family, x, weights).sample, family.columns)
        if truth is True:
            return True
    try:
        fit_with(derivation, x, weights)
    except ExistenceError:
        return False
    except UnsolvedError:
        return not derivation.edges or is_found_above_edges(derivation, require_data(derivation.family, x, weights))
    return True
