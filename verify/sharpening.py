"""Takes a numerical search on where doubles no longer tell two likelihoods apart: the same objective, in balls.

Only the declared density is asked, by differences; no equation and no estimate is seen, and of derivatives only
whether they jump. It is a finder: what it returns is compared like any other theta.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations

from flint import arb, ctx
from sympy import DiracDelta, Expr, Symbol, exp, log, oo

from ..proofs.balls import compiled, precision
from ..proofs.family import Family
from .ball_climbing import climbed
from .enclosure import table_of, total
from .observations import Observations
from .terrain import Balls, Place
from .tolerance import MOST_BITS

_BITS = 512
_CELL = Symbol("_u", real=True)


def sharpened(family: Family, observations: Observations, theta: Sequence[float]) -> tuple[float, ...] | None:
    """Return where Newton steps by differences lead from ``theta``; ``None`` where they lead to no maximum.

    Integers and what bounds the support stay as they are. Nothing is returned where nothing is left to move, nor where
    the maximum is a corner, as at an observation whose distance counts.

    >>> import numpy as np
    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> sharpened(EXPONENTIAL, Observations(np.array([[1.0], [3.0]]), np.ones(2), 2), (7.0,))
    (0.5,)
    """
    free = [j for j, item in enumerate(family.parameters) if _is_free(family, item.symbol)]
    if not free or any(family.parameters[j].bounds.free_symbols for j in free):
        return None
    if any(_has_corners(family, family.parameters[j].symbol) for j in free):
        return None
    terrain = _Differences(family, observations, theta, free)
    with precision(_BITS):
        start = terrain.coordinates(theta)
        if not all(u.is_finite() for u in start):
            return None
    found = climbed(terrain, [u.mid() for u in start], _BITS)
    if found is None:
        return None
    with precision(MOST_BITS):
        return tuple(float(value.mid()) for value in terrain.theta(found.point))


@lru_cache(maxsize=512)
def _has_corners(family: Family, symbol: Symbol) -> bool:
    """Whether the slope in a parameter jumps at an observation, so that differences lead to no maximum."""
    return bool(family.log_density.diff(symbol, 2).has(DiracDelta))


def _is_free(family: Family, symbol: Symbol) -> bool:
    return symbol not in family.bounds.free_symbols and not symbol.is_integer


def _maps(lo: Expr, hi: Expr, unit: float) -> tuple[Expr, Expr]:
    """A parameter as a function of a coordinate on the whole line, and back; on a line in the given unit."""
    if lo is not -oo and hi is not oo:
        return lo + (hi - lo) / (1 + exp(-_CELL)), log((_CELL - lo) / (hi - _CELL))
    if lo is not -oo:
        return lo + exp(_CELL), log(_CELL - lo)
    if hi is not oo:
        return hi - exp(-_CELL), -log(hi - _CELL)
    return _CELL * unit, _CELL / unit


class _Differences:
    """Mean log-likelihood, gradient and Hessian by central differences whose step shrinks as precision grows."""

    def __init__(self, family: Family, observations: Observations, theta: Sequence[float], free: Sequence[int]) -> None:
        """Lay out the distinct rows, and the coordinates of the parameters in ``free``."""
        self._family, self._observations, self._held = family, observations, tuple(theta)
        self._free, self._table = tuple(free), table_of(family, observations)
        ends = [(family.parameters[j].bounds.lo, family.parameters[j].bounds.hi) for j in free]
        self._ways = [_maps(lo, hi, abs(theta[j]) or 1.0) for j, (lo, hi) in zip(free, ends, strict=True)]
        self.limited = tuple(i for i, (lo, hi) in enumerate(ends) if lo is not -oo or hi is not oo)

    def coordinates(self, theta: Sequence[float]) -> Balls:
        """Return the coordinates of a point."""
        back = zip(self._free, self._ways, strict=True)
        return [compiled((way[1],), (_CELL,))(arb(theta[j]))[0] for j, way in back]

    def theta(self, point: Sequence[arb]) -> Balls:
        """Return the parameters at coordinates."""
        theta = [arb(value) for value in self._held]
        for j, way, u in zip(self._free, self._ways, point, strict=True):
            theta[j] = compiled((way[0],), (_CELL,))(u)[0]
        return theta

    def height(self, point: Sequence[arb]) -> arb:
        """Return the mean log-likelihood at coordinates."""
        return total(self._family, self.theta(point), self._table, self._observations) / self._table.total()

    def __call__(self, point: Sequence[arb]) -> Place:
        """Return value and differences at ``point``."""
        size, step = len(point), arb(2) ** -(2 * ctx.prec // 9)

        def moved(*places: int, side: int = 1) -> arb:
            return self.height([u + side * step if i in places else u for i, u in enumerate(point)])

        here = self.height(point)
        pairs = [(moved(i), moved(i, side=-1)) for i in range(size)]
        gradient = [(up - down) / (2 * step) for up, down in pairs]
        bends = [up + down - 2 * here for up, down in pairs]
        rows = [[arb(0)] * size for _ in range(size)]
        for i in range(size):
            rows[i][i] = -bends[i] / step**2
        for i, j in combinations(range(size), 2):
            both = moved(i, j) + moved(i, j, side=-1) - 2 * here
            rows[i][j] = rows[j][i] = -(both - bends[i] - bends[j]) / (2 * step**2)
        return Place(list(point), here, gradient, rows)
