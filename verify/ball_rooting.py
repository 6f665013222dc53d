"""Solves the one equation a derivation may leave with every residual in balls, where doubles do not carry it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from ..proofs.derivation import Derivation
from ..proofs.errors import UnsolvedError
from .exact_rooting import ExactEquation, Numbers
from .highest_root import highest_root
from .observations import Observations
from .probed import sparing
from .refusals import require_inside
from .rivals import probes, require_highest
from .solving import Scalar
from .suggestions import far_sizes
from .tolerance import BALL_ROWS

_ANYWHERE = (-2.0, -0.7, 0.3, 1.1)
"""Coordinates that have nothing to do with each other, or with data."""
NOTHING_KNOWN: Mapping[float, float] = MappingProxyType({})


def solved_in_balls(
    derivation: Derivation, table: Observations, rough: Mapping[float, float] = NOTHING_KNOWN
) -> Numbers:
    """Return the unknown and what the formulas give, with every residual in balls.

    ``rough`` are heights in doubles, where they are known.

    Raises
    ------
    UnsolvedError
        Where the different rows are too many, or the equation has no root that a double can hold.

    Examples
    --------
    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> gumbel = derive(family("gumbel"))
    >>> x = np.array([[0.0], [1.0], [3.0]])
    >>> [round(value, 3) for value in solved_in_balls(gumbel, Observations(x, np.ones(3), 3)).values()]
    [0.978, 0.741]
    """
    found = root_in_balls(derivation, table, rough)
    values = found.equation.ended(found.root)
    require_highest(derivation, found.equation.table, values, found.height, found.others)
    return values


@dataclass(frozen=True)
class Root:
    """A root of the equation that is left, how high others are, and the probes that it has to be higher than."""

    equation: ExactEquation
    root: float
    height: Scalar
    others: Sequence[float]


def root_in_balls(derivation: Derivation, table: Observations, rough: Mapping[float, float] = NOTHING_KNOWN) -> Root:
    """Return the highest root of the equation that is left, with every residual in balls.

    ``rough`` are heights in doubles, where they are known.

    Raises
    ------
    UnsolvedError
        Where the different rows are too many, or the equation has no root that a double can hold.
    """
    family, unknown = derivation.family, derivation.unknowns[0]
    joined = table.distinct()
    if joined.n > BALL_ROWS:
        raise UnsolvedError(
            f"{family.name}: double precision does not carry the equation for {unknown} on these data, and "
            f"{joined.n} different rows are too many to solve it in higher precision, which takes at most {BALL_ROWS}. "
            "Shift or rescale the data, or fit a part of them."
        )
    exactly = ExactEquation(derivation, joined)
    others, height = probes(derivation, joined, exactly.line), cache(exactly.height)
    told = sparing(rough, others, height)
    root = highest_root(cache(exactly.residual), derivation, told, exactly.line, others, far_sizes(joined.columns[0]))
    if root is None:
        if not exactly.line.lo < exactly.line.hi:
            raise UnsolvedError(
                f"{family.name}: no member has a support that holds all of these observations, whatever {unknown} is; "
                "leave out what cannot be, or choose another family"
            )
        if all(exactly.residual(exactly.line.value(u)) == 0 for u in _ANYWHERE):
            require_inside(family, exactly.completed(exactly.line.value(_ANYWHERE[0])))
            raise UnsolvedError(
                f"{family.name}: these data have the same likelihood whatever {unknown} is, so that every value is as "
                f"good. Collect more data, or fix {unknown}."
            )
        absent = "" if derivation.existence_proved else "either these data have no maximiser, or "
        raise UnsolvedError(
            f"{family.name}: the equation for {unknown} changes its sign nowhere that doubles reach, in ball "
            f"arithmetic either; {absent}the estimate is too large, or too close to an end of its space, for a double"
        )
    return Root(exactly, root, height, others)
