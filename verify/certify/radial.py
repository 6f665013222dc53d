"""Densities that fall with the distance in scales, concave in the logarithm of the scale: their likelihood in balls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from flint import arb
from numpy.typing import NDArray
from sympy import Dummy, Expr, S, apart, cancel, log, oo, simplify

from ...proofs.algebra.signs import is_negative, is_nonnegative
from ...proofs.ball_data import Table
from ...proofs.ball_functions import square
from ...proofs.balls import compiled
from ...proofs.bounds import Bounds
from ...proofs.family import Family, Parameter
from ..density import compiled as in_doubles

Array = NDArray[np.float64]
Kernel = Callable[..., list[arb]]


def place_and_scale(family: Family) -> tuple[Parameter, Parameter]:
    """Return two parameters with the one first that may be any real number, in whatever order they are declared.

    >>> from thetahat import family
    >>> [item.name for item in place_and_scale(family("normal"))]
    ['mu', 'sigma']
    """
    first, second = sorted(family.parameters, key=lambda item: item.bounds.lo is not -oo)
    return first, second


@lru_cache(maxsize=512)
def radial_kernel(family: Family) -> Expr | None:
    """Return k where the log-density is ``k(((x - m)/s)**2) - log s``, falling in the distance and concave in log s.

    As an expression in one nonnegative symbol, without its constant; ``None`` where that is not proved. Then each
    observation's likelihood rises with m up to it, for each s, so that a maximum lies between the ends of the data.

    >>> from thetahat import family
    >>> radial_kernel(family("student_t").fix(nu=3))
    -2*log(_q/3 + 1)
    >>> radial_kernel(family("gumbel")) is None
    True
    """
    if len(family.symbols) != 2 or family.beside or family.constants or family.bounds.free_symbols:
        return None
    (place, scale), q = place_and_scale(family), Dummy("q", nonnegative=True)
    spaces = (place.bounds.lo, place.bounds.hi, scale.bounds.lo, scale.bounds.hi)
    if spaces != (-oo, oo, 0, oo) or (family.bounds.lo, family.bounds.hi) != (-oo, oo) or family.bounds.discrete:
        return None
    beside, s = Dummy("r", positive=True), scale.symbol
    rest = family.log_density + log(s)
    halves = [rest.subs(family.observation, place.symbol + side * beside * s) for side in (1, -1)]
    kernel = halves[0] if halves[0].free_symbols == {beside} else simplify(halves[0])
    if kernel.free_symbols != {beside} or simplify(halves[1] - kernel) is not S.Zero:
        return None
    kernel = kernel.as_independent(beside, as_Add=True)[1].subs(beside, q ** (S.One / 2))
    slope, domain = kernel.diff(q), {q: Bounds(S.Zero, oo, False, False, False)}
    if not is_negative(cancel(slope), domain) or not is_nonnegative(cancel(-(q * slope).diff(q)), domain):
        return None
    return kernel


@dataclass(frozen=True, eq=False)
class Plane:
    """The likelihood of a dataset over places and scales: rows with weights, and the kernel with its derivatives."""

    rows: list[tuple[arb, arb]]
    total: arb
    kernel: Kernel
    offsets: Array
    weights: Array
    slopes: tuple[Callable[[Array], Array], Callable[[Array], Array]]

    @classmethod
    def of(cls, kernel: Expr, table: Table) -> Plane:
        """Return that of a table with one column."""
        weights = table.weights or [arb(1)] * len(table.rows)
        rows = [(row[0], weight) for row, weight in zip(table.rows, weights, strict=True)]
        offsets, doubles = (np.array([float(pair[j]) for pair in rows]) for j in (0, 1))
        return cls(rows, table.total(), _compiled(kernel), offsets, doubles, _in_doubles(kernel))

    def at(self, place: arb, scale: arb) -> tuple[arb, arb, arb]:
        """Return the height, the slope in the place times the scale, and the slope in the logarithm of the scale."""
        k, across, along = arb(0), arb(0), arb(0)
        for value, weight in self.rows:
            r = (value - place) / scale
            height, slope, grown, _ = self.kernel(square(r))
            k, across, along = k + weight * height, across + weight * r * slope, along + weight * grown
        return k - self.total * scale.log(), -2 * across, -self.total - 2 * along

    def is_concave(self, place: arb, scale: arb) -> bool:
        """Return whether the likelihood is strictly concave in place and logarithm of the scale all over a box.

        Second derivatives, the place counted in scales: 2 k' + 4 q k'' across, 4 (q k' + q^2 k'') along, and between
        them 4 (r k' + r q k'').
        """
        across, along, between = arb(0), arb(0), arb(0)
        for value, weight in self.rows:
            r = (value - place) / scale
            q = square(r)
            _, slope, _, bend = self.kernel(q)
            across += weight * (2 * slope + 4 * bend)
            along += weight * 4 * q * (slope + bend)
            between += weight * 4 * r * (slope + bend)
        return bool(across < 0 and across * along - between * between > 0)


@lru_cache(maxsize=512)
def _compiled(kernel: Expr) -> Kernel:
    """The kernel, its slope, its slope times q, and its second derivative times q, each with q as seldom as it can."""
    (q,) = kernel.free_symbols
    slope = kernel.diff(q)
    parts = [kernel, slope, q * slope, q * slope.diff(q)]
    return compiled(tuple(apart(cancel(one), q) if one.is_rational_function(q) else one for one in parts), (q,))


@lru_cache(maxsize=512)
def _in_doubles(kernel: Expr) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    """The kernel's first two derivatives."""
    (q,) = kernel.free_symbols
    first, second = (in_doubles(cancel(kernel.diff(q, times)), (q,)) for times in (1, 2))
    return first, second
