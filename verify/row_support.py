"""Whether rows lie inside a support whose ends are set by their own other columns, as ``0 < x < t`` is."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Rational, S

from ..proofs.bounds import Bounds
from ..proofs.errors import UnsolvedError
from ..proofs.family import Family
from ..strategies.samples import Sample
from .density import compiled
from .rounding import exact

Side = tuple[int, Expr, bool]

_NONE = np.zeros(0, dtype=np.intp)


@lru_cache(maxsize=1024)
def moved_bounds(family: Family) -> Bounds:
    """Return the ends of the support as far as numbers and parameters set them; infinite where other columns do.

    Raises
    ------
    UnsolvedError
        For an end that holds parameters and columns: it would lie elsewhere for every row and every member.

    Examples
    --------
    >>> from thetahat import family
    >>> moved_bounds(family("uniform")) == family("uniform").bounds
    True
    """
    ends, beside = family.bounds, set(family.beside)
    for end in (ends.lo, ends.hi):
        if end.free_symbols & beside and end.free_symbols & set(family.symbols):
            raise UnsolvedError(
                f"{family.name}: the end {end} of the support holds parameters and data; such supports are not "
                "evaluated; declare the density of other variables, whose support does not"
            )
    sides = {side: end for side, end, _ in _sides(family)}
    lo = S.NegativeInfinity if -1 in sides else ends.lo
    hi = S.Infinity if 1 in sides else ends.hi
    return Bounds(lo, hi, ends.lo_closed and lo == ends.lo, ends.hi_closed and hi == ends.hi, ends.discrete)


def outside_rows(family: Family, sample: Sample) -> NDArray[np.intp]:
    """Return the rows whose first column lies beyond an end that their other columns set.

    >>> from thetahat import family
    >>> from thetahat.strategies.samples import sample_of
    >>> outside_rows(family("normal"), sample_of([0.0, 1.0])).size
    0
    """
    # Where an end holds parameters as well, rows lie beyond it for some members only.
    sides = [one for one in _sides(family) if not one[1].free_symbols & set(family.symbols)]
    if not sides:
        return _NONE
    columns = sample.columns
    found = np.zeros(len(columns[0]), dtype=bool)
    for side, end, closed in sides:
        function = compiled(end, family.beside, rounded=True)
        with np.errstate(all="ignore"):
            place = exact(function(*map(exact, columns[1:])))
            distance = (place.value - columns[0]) * side
        found |= (distance < -place.error) | (~np.isfinite(distance))
        for row in np.flatnonzero(~found & (np.abs(distance) <= place.error)):
            values = dict(zip(family.columns, (Rational(float(column[row])) for column in columns), strict=True))
            gap = (end.xreplace(values) - values[family.observation]) * side
            found[row] = not (gap >= 0 if closed else gap > 0)
    return np.flatnonzero(found)


@lru_cache(maxsize=1024)
def _sides(family: Family) -> tuple[Side, ...]:
    """The ends that other columns set: which side, where, and whether it belongs to the support."""
    ends, beside = family.bounds, set(family.beside)
    both = ((-1, ends.lo, ends.lo_closed), (1, ends.hi, ends.hi_closed))
    return tuple(one for one in both if one[1].free_symbols & beside)
