"""Solves the one equation a derivation may leave in balls, wherever doubles, with bounds, do not tell enough."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from ..proofs.derivation import Derivation
from ..proofs.errors import UnsolvedError
from .exact_rooting import ExactEquation, Numbers
from .highest_root import highest_root
from .near_data import probes
from .observations import Observations
from .probed import Probed, worth_asking
from .refusals import require_inside
from .rivals import require_highest
from .solving import Solver, Together, ask_together, bracketed_root
from .suggestions import far_sizes
from .tolerance import BALL_ROWS

_ANYWHERE = (-2.0, -0.7, 0.3, 1.1)
"""Coordinates that have nothing to do with each other, or with data."""
_BESIDE = 1e-6
"""How far beside a root in doubles, as a share of it, the signs of the equation are asked that show it is one."""


def solved_in_balls(derivation: Derivation, table: Observations) -> Numbers:
    """Return the unknown and what the formulas give, rounded from balls.

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
    found = root_in_balls(derivation, table)
    equation = found.equation
    values = equation.ended(found.root)
    if found.height is not None:
        left = worth_asking(found.height.told, found.others, found.height.exactly(found.root))
        require_highest(derivation, equation.table, values, found.height.exactly, left)
    return values


@dataclass(frozen=True)
class Root:
    """A root of the equation that is left, the probes that it has to be higher than, and what is known of heights.

    ``height`` is ``None`` where the root is proved to be the highest.
    """

    equation: ExactEquation
    root: float
    others: Sequence[float]
    height: Together | None


def root_in_balls(derivation: Derivation, table: Observations) -> Root:
    """Return the highest root of the equation that is left, with signs and heights in balls where doubles do not tell.

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
    line, others, sizes = exactly.line, probes(derivation, joined, exactly.line), far_sizes(joined.columns[0])
    if derivation.optimality.proved:
        height, root = None, highest_root(cache(exactly.residual), derivation, exactly.height, line, [], sizes)
    else:
        probed = Probed(derivation, joined)
        height, slope = Together(probed.heights, exactly.height), Together(probed.slopes, exactly.slope)
        root = highest_root(slope, derivation, height, line, others, sizes, _solver(exactly, slope))
    if root is None:
        raise _no_root(derivation, exactly)
    return Root(exactly, root, others, height)


def _solver(exactly: ExactEquation, slope: Together) -> Solver:
    """What finds a root in doubles, if their signs are right close beside it; else, and its last digits, in balls."""

    def solve(low: float, high: float) -> float:
        root = _in_doubles(exactly, low, high)
        beside = (low, high)
        if root is not None:
            below, above = exactly.line.around(root, _BESIDE)
            beside = max(low, below), min(high, above)  # far from zero that may be farther than the next root
        ask_together(slope, beside)
        if root is None or not slope(beside[0]) * slope(beside[1]) < 0:
            return bracketed_root(exactly.residual, low, high)
        polished = exactly.polished(root)
        return bracketed_root(exactly.residual, *beside) if polished is None else polished

    return solve


def _in_doubles(exactly: ExactEquation, low: float, high: float) -> float | None:
    """Where the equation changes its sign in doubles; ``None`` where it has the same at both ends, or no value."""
    if exactly.in_doubles(low) * exactly.in_doubles(high) < 0:
        with suppress(UnsolvedError):
            return bracketed_root(exactly.in_doubles, low, high)
    return None


def _no_root(derivation: Derivation, exactly: ExactEquation) -> UnsolvedError:
    """Why there is none."""
    family, unknown, line = derivation.family, derivation.unknowns[0], exactly.line
    if not line.lo < line.hi:
        return UnsolvedError(
            f"{family.name}: no member has a support that holds all of these observations, whatever {unknown} is; "
            "leave out what cannot be, or choose another family"
        )
    if all(exactly.residual(line.value(u)) == 0 for u in _ANYWHERE):
        require_inside(family, exactly.completed(line.value(_ANYWHERE[0])))
        return UnsolvedError(
            f"{family.name}: these data have the same likelihood whatever {unknown} is, so that every value is as "
            f"good. Collect more data, or fix {unknown}."
        )
    absent = "" if derivation.existence_proved else "either these data have no maximiser, or "
    return UnsolvedError(
        f"{family.name}: the equation for {unknown} changes its sign nowhere that doubles reach, in ball "
        f"arithmetic either; {absent}the estimate is too large, or too close to an end of its space, for a double"
    )
