"""Takes a numerical search on where doubles no longer tell two likelihoods apart: the same objective, in balls.

Only the declared density and its derivatives are asked; no equation and no estimate is seen. It is a finder: what it
returns is compared like any other theta.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from flint import arb
from sympy import Dummy, Expr, Symbol, exp, log, oo

from ..proofs.algebra.kinks import has_a_jump
from ..proofs.balls import compiled, precision
from ..proofs.errors import DeclarationError
from ..proofs.family import Family
from .ball_climbing import climbed
from .enclosure import holds, table_of
from .observations import Observations
from .terrain import Objective, Terrain
from .tolerance import MOST_BITS

_BITS = 512


def sharpened(family: Family, observations: Observations, theta: Sequence[float]) -> tuple[float, ...] | None:
    """Return where Newton steps lead from ``theta``; ``None`` where they lead to no maximum.

    Integers and what bounds the support stay as they are. Nothing is returned where nothing is left to move, nor where
    the maximum is a corner, as at an observation whose distance counts, nor where a derivative has no ball evaluation.

    >>> import numpy as np
    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> sharpened(EXPONENTIAL, Observations(np.array([[1.0], [3.0]]), np.ones(2), 2), (7.0,))
    (0.5,)
    """
    cells = _cells_of(family)
    if cells is None:
        return None
    sizes = [abs(theta[j]) or 1.0 for j in cells.free]
    names, values = (*family.symbols, *cells.units), (*theta, *sizes)
    with precision(_BITS):
        if holds(family, [arb(value) for value in theta], observations) is not True:
            return None
        start = compiled(cells.back, names)(*map(arb, values))
        if not all(u.is_finite() for u in start):
            return None
    try:
        terrain = Terrain(cells.objective(dict(zip(names, values, strict=True))), table_of(family, observations))
    except DeclarationError:
        return None
    found = climbed(terrain, [u.mid() for u in start], _BITS)
    if found is None:
        return None
    with precision(MOST_BITS):
        moved = compiled(cells.ways, (*cells.coordinates, *cells.units))(*found.point, *map(arb, sizes))
    reached = list(theta)
    for j, value in zip(cells.free, moved, strict=True):
        reached[j] = float(value.mid())
    return tuple(reached)


@dataclass(frozen=True)
class _Cells:
    """Coordinates on the whole line for the parameters that move, each with its way there and back, and its unit.

    A unit is how large the parameter is where the search begins. The density is a function of coordinates, of the
    parameters that are held, and of units.
    """

    family: Family
    free: tuple[int, ...]
    coordinates: tuple[Symbol, ...]
    units: tuple[Symbol, ...]
    ways: tuple[Expr, ...]
    back: tuple[Expr, ...]
    density: Expr

    def objective(self, numbers: Mapping[Symbol, float]) -> Objective:
        """Return what is climbed; ``numbers`` are the values at which parameters are held, and units."""
        limits = [self.family.parameters[j].bounds for j in self.free]
        limited = tuple(i for i, ends in enumerate(limits) if ends.lo is not -oo or ends.hi is not oo)
        held = {symbol: value for symbol, value in numbers.items() if symbol in self.density.free_symbols}
        return Objective(self.density, self.coordinates, self.family.columns, False, {}, held, limited)


@lru_cache(maxsize=512)
def _cells_of(family: Family) -> _Cells | None:
    """The coordinates; ``None`` where nothing may move, a space depends on other parameters, or the slope jumps."""
    held = family.bounds.free_symbols
    free = [j for j, symbol in enumerate(family.symbols) if symbol not in held and not symbol.is_integer]
    if not free or any(family.parameters[j].bounds.free_symbols for j in free):
        return None
    # Where the slope in a parameter jumps at an observation, Newton steps lead to no maximum.
    if any(has_a_jump(family.log_density.diff(family.symbols[j], 2)) for j in free):
        return None
    coordinates = tuple(Dummy(f"u_{j}", real=True) for j in free)
    units = tuple(Dummy(f"unit_{j}", positive=True) for j in free)
    pairs = [_maps(family, j, u, unit) for j, u, unit in zip(free, coordinates, units, strict=True)]
    ways = tuple(way for way, _ in pairs)
    moved = dict(zip((family.symbols[j] for j in free), ways, strict=True))
    density = family.log_density.subs(moved)
    return _Cells(family, tuple(free), coordinates, units, ways, tuple(back for _, back in pairs), density)


def _maps(family: Family, place: int, u: Symbol, unit: Symbol) -> tuple[Expr, Expr]:
    """A parameter as a function of its coordinate, and back; on a line in its unit."""
    symbol, ends = family.symbols[place], family.parameters[place].bounds
    lo, hi = ends.lo, ends.hi
    if lo is not -oo and hi is not oo:
        return lo + (hi - lo) / (1 + exp(-u)), log((symbol - lo) / (hi - symbol))
    if lo is not -oo:
        return lo + exp(u), log(symbol - lo)
    if hi is not oo:
        return hi - exp(-u), -log(hi - symbol)
    return u * unit, symbol / unit
