"""Decides how far the score at an estimate is from zero, in balls: how many nats a Newton step from there promises."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from flint import arb, arb_mat
from numpy.typing import ArrayLike
from sympy import Abs, Expr, Piecewise, Symbol, sign

from ..proofs.ball_data import Table
from ..proofs.ball_sums import row_sums
from ..proofs.balls import precision
from ..proofs.family import Family
from ..proofs.saturating import saturated
from .enclosure import precisions, table_of
from .observations import Observations
from .valid_data import require_numbers


@dataclass(frozen=True)
class Slopes:
    """First and second derivatives of the log-density in the parameters that the support does not depend on.

    ``second`` holds the rows of the symmetric matrix, one after the other.
    """

    parameters: tuple[Symbol, ...]
    first: tuple[Expr, ...]
    second: tuple[Expr, ...]

    def without(self, held: Collection[Symbol]) -> Slopes:
        """Return the derivatives in all parameters but some."""
        size = len(self.parameters)
        free = [i for i, symbol in enumerate(self.parameters) if symbol not in held]
        return Slopes(
            tuple(self.parameters[i] for i in free),
            tuple(self.first[i] for i in free),
            tuple(self.second[i * size + j] for i in free for j in free),
        )


@lru_cache(maxsize=512)
def slopes_of(family: Family, within: frozenset[Symbol] = frozenset()) -> Slopes | None:
    """Return the derivatives of the log-density; ``None`` at kinks, and where no parameter is left to move freely.

    ``within`` are parameters that move an end of the support which no estimate reaches: they move freely, too.

    >>> from thetahat.proofs.families.real.laplace import LAPLACE
    >>> slopes_of(LAPLACE) is None
    True
    """
    regular: tuple[Symbol, ...] = tuple(
        p for p in family.symbols if (p not in family.bounds.free_symbols or p in within) and not p.is_integer
    )
    first = tuple(family.log_density.diff(p) for p in regular)
    switches = {s for node in family.log_density.atoms(Piecewise) for _, c in node.args for s in c.free_symbols}
    if not regular or any(e.has(sign, Abs) for e in first) or switches & set(regular):
        return None
    second = tuple(saturated(e.diff(p), family.columns) for e in first for p in regular)
    return Slopes(regular, tuple(saturated(e, family.columns) for e in first), second)


def promised(
    family: Family,
    slopes: Slopes,
    theta: Iterable[float],
    x: ArrayLike | Observations,
    enough: float,
    weights: ArrayLike | None = None,
) -> arb:
    """Return half the squared score, in the metric of the observed information, per observation; in nats.

    Precision is raised until the ball is certainly on one side of ``enough``; not finite where the score, or the
    inverse of the information, is not.

    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> slopes = slopes_of(EXPONENTIAL)
    >>> bool(promised(EXPONENTIAL, slopes, [0.5], [1.0, 3.0], 1e-10) == 0)
    True
    >>> bool(promised(EXPONENTIAL, slopes, [0.4], [1.0, 3.0], 1e-10) > 0.01)
    True
    """
    theta = tuple(theta)
    table = table_of(family, require_numbers(family, x, weights))
    found = arb("nan")
    for bits in precisions():
        with precision(bits):
            found = _decrement(family, slopes, theta, table)
            if found < enough or found > enough:
                break
    return found


def uphill(
    family: Family,
    slopes: Slopes,
    theta: Sequence[float],
    x: ArrayLike | Observations,
    weights: ArrayLike | None = None,
) -> tuple[float, ...] | None:
    """Return Newton's step from ``theta``, turned round where it leads down; zero for what does not move freely.

    Where the likelihood does not bend down, what a step promises says nothing: whoever asks looks how high it leads.

    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> uphill(EXPONENTIAL, slopes_of(EXPONENTIAL), [0.25], [1.0, 3.0])
    (0.125,)
    """
    table = table_of(family, require_numbers(family, x, weights))
    for bits in precisions():
        with precision(bits):
            solved = _newton(family, slopes, theta, table)
            if solved is None:
                continue
            score, step = solved
            gain = (score.transpose() * step)[0, 0]
            if gain > 0 or gain < 0:
                way = 1 if gain > 0 else -1
                found = dict(
                    zip(slopes.parameters, (way * float(step[i, 0].mid()) for i in range(step.nrows())), strict=True)
                )
                return tuple(found.get(symbol, 0.0) for symbol in family.symbols)
    return None


def bends_down(
    family: Family, slopes: Slopes, theta: Iterable[float], x: ArrayLike, weights: ArrayLike | None = None
) -> bool | None:
    """Return whether the observed information is positive definite; ``None`` where its enclosure leaves that open.

    By the leading minors (Sylvester's criterion): a stationary point is then a strict local maximum.

    >>> from thetahat.proofs.families.real.cauchy import CAUCHY
    >>> slopes = slopes_of(CAUCHY)
    >>> bends_down(CAUCHY, slopes, [0.0, 1.0], [-1.0, 0.5, 1.0]), bends_down(CAUCHY, slopes, [0.0, 1.0], [-10.0, 10.0])
    (True, False)
    """
    theta, size = tuple(theta), len(slopes.first)
    table = table_of(family, require_numbers(family, x, weights))
    for bits in precisions():
        with precision(bits):
            sums = row_sums(slopes.second, family.columns, family.symbols)(
                table.rows, table.weights, *(arb(float(value)) for value in theta)
            )
            minors = [
                arb_mat(k, k, [-sums[i * size + j] for i in range(k) for j in range(k)]).det()
                for k in range(1, size + 1)
            ]
            if all(minor > 0 for minor in minors):
                return True
            if any(minor <= 0 for minor in minors):
                return False
    return None


def _decrement(family: Family, slopes: Slopes, theta: Iterable[float], table: Table) -> arb:
    """The same at the working precision."""
    solved = _newton(family, slopes, theta, table)
    if solved is None:
        return arb("nan")
    score, step = solved
    return abs((score.transpose() * step)[0, 0]) / (2 * table.total())


def _newton(family: Family, slopes: Slopes, theta: Iterable[float], table: Table) -> tuple[arb_mat, arb_mat] | None:
    """The score, and Newton's step, at the working precision; ``None`` where one of them is not known."""
    function = row_sums((*slopes.first, *slopes.second), family.columns, family.symbols)
    point, size = [arb(float(value)) for value in theta], len(slopes.first)
    sums = function(table.rows, table.weights, *point)
    if not all(s.is_finite() for s in sums):
        return None
    score = arb_mat(size, 1, sums[:size])
    try:
        return score, arb_mat(size, size, [-s for s in sums[size:]]).solve(score)
    except ZeroDivisionError:  # the information is singular, or not known to be regular at this precision
        return None
