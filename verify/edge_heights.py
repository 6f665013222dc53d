"""Decides whether a member is above what the likelihood tends to at the edges of the parameter space: then one is
highest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flint import arb

from ..proofs.balls import ball, precision
from ..proofs.derivation import Derivation, EdgeHeight
from ..proofs.errors import ExistenceError
from .enclosure import precisions, table_of, total
from .exact import Exactly, written_out
from .observations import Observations
from .tolerance import BALL_ROWS, MOST_EVALUATIONS

_DIGITS = 10


def edge_above(derivation: Derivation, theta: Sequence[Any], observations: Observations) -> EdgeHeight | None:
    """Return an edge whose limit is certainly not below the mean log-likelihood of a member, if there is one.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> data = Observations(np.array([[0.0], [1.0], [3.0]]), None, 3)
    >>> edge_above(derive(family("skew_normal")), [1.3, 1.2, 0.0], data).meaning
    'alpha grows without bound and xi tends to the least observation'
    """
    over = (edge for edge in derivation.edges if _compared(derivation, edge, theta, observations) is False)
    return next(over, None)


def is_above_edges(derivation: Derivation, theta: Sequence[Any], observations: Observations) -> bool:
    """Return whether a member is proved to be above the limits at all edges, where there are any.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> x = [-5.0, -1.0, -1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 7.0]
    >>> is_above_edges(derive(family("skew_normal")), [-2.4, 3.8, 1.7], Observations(np.array([x]).T, None, 10))
    True
    """
    return bool(derivation.edges) and all(
        _compared(derivation, edge, theta, observations) is True for edge in derivation.edges
    )


def _compared(
    derivation: Derivation, edge: EdgeHeight, theta: Sequence[Any], observations: Observations
) -> bool | None:
    """Whether the member is above the edge; ``None`` where no precision tells."""
    family = derivation.family
    table = table_of(family, observations)
    exactly, height = Exactly(table), written_out(derivation, edge.height)
    for bits in precisions():
        with precision(bits):
            here = total(family, [ball(value) for value in theta], table, observations) / table.total()
            gap = here - exactly.ball(height, {})
            if gap > 0:
                return True
            if gap <= 0:
                return False
    return None


def require_above_edges(derivation: Derivation, theta: Mapping[str, float], observations: Observations) -> None:
    """Raise ``ExistenceError`` where the limit at an edge is above an estimate that is not known to be the highest.

    Not asked where the different rows are too many for balls.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> require_above_edges(derive(family("gamma")), {"k": 1.0, "theta": 1.0}, Observations(np.ones((1, 1)), None, 1))
    """
    joined = observations.distinct() if derivation.edges else observations
    edge = edge_above(derivation, list(theta.values()), joined) if joined.n <= BALL_ROWS else None
    if edge is not None:
        raise ExistenceError(
            f"{derivation.family.name}: these data may have no maximiser in the parameter space: the highest maximum "
            f"found, {dict(theta)}, is not above what the likelihood tends to where {edge.meaning}. Collect other "
            "data, or fix a parameter."
        )


def is_found_above_edges(derivation: Derivation, observations: Observations) -> bool:
    """Return whether a numerical search finds a member above all edges, which proves that there is a maximiser.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> data = Observations(np.array([[0.0], [1.0], [3.0]]), None, 3)
    >>> is_found_above_edges(derive(family("skew_normal")), data)
    False
    """
    from .optimise import maximise_likelihood  # imported late, as it imports SciPy

    try:
        found = maximise_likelihood(derivation.family, observations.x, observations.weights, most=MOST_EVALUATIONS)
    except ExistenceError:
        return False
    finite = all(arb(value).is_finite() for value in found.theta)
    return finite and is_above_edges(derivation, found.theta, observations)
